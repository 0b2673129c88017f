//! A file in which two tensors have the same name.

use typenet::prelude::*;

network!(struct Small = Dense<3, 2>, Tanh, Dense<2, 2>);

static SMALL: Small = typenet::weights!(Small, "../../corpus/weights/tensor_twice");

fn main() {}
