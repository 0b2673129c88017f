//! A gradient of nothing.

use typenet::gradient_of;

gradient_of! {}

fn main() {}
