use typenet::prelude::*;

network! {
    struct Deep {
        #[recompute(4)]
        blocks: Repeat<16> { Residual { Dense<8, 8>, Tanh } },
    }
}

fn main() {
    let _ = Deep::init(&mut typenet::rng(37));
}
