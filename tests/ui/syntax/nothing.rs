//! A macro call without a network.

use typenet::prelude::*;

network! {}

fn main() {}
