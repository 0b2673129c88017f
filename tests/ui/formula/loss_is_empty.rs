//! A loss without anything.

use typenet::loss;

loss!();

fn main() {}
