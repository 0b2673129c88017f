//! A wavelength out of range.

use typenet::prelude::*;

network! {
    struct Net (Tokens<16, 28>) {
        letters: Embedding<_, 8>,
        places: SinePositionEncoding(max_wavelength = 0.5),
        LastStep,
        output: Dense<_, 2>,
    }
}

fn main() {
    let _ = Net::zeroed();
}
