use typenet::prelude::*;

network! {
    struct Deep {
        #[recompute]
        blocks: Repeat<16> { Residual { Dense<8, 8>, norm: BatchNorm, Tanh } },
    }
}

fn main() {
    let _ = Deep::init(&mut typenet::rng(37));
}
