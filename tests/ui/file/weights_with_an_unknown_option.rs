//! An unknown option.

use typenet::prelude::*;

network!(struct Small = Dense<3, 2>, Tanh, Dense<2, 2>);

static SMALL: Small =
    typenet::weights!(Small, "../../corpus/weights/names_of_a_wrapped_model", prefix = "module.");

fn main() {}
