//! An activation without anything.

use typenet::activation;

activation!();

fn main() {}
