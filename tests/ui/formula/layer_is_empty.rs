//! A layer without anything.

use typenet::layer;

layer! {}

fn main() {}
