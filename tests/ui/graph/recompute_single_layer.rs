use typenet::prelude::*;

network! {
    struct Deep {
        #[recompute]
        hidden: Dense<8, 8>,
        Tanh,
    }
}

fn main() {
    let _ = Deep::init(&mut typenet::rng(37));
}
