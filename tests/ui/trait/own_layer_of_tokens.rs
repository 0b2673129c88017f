//! A custom layer that maps each element, after tokens.

use typenet::kernel::{Isa, Kernels};
use typenet::prelude::*;
use typenet::{Elementwise, Reads, Site};

struct Square;

impl Elementwise for Square {
    type Settings = ();

    const READS: Reads = Reads::Input;

    fn map<In: Shape, T: Kernels, I: Isa>(_: I, _: Site<'_, (), ()>, values: &mut [T]) {
        for value in values {
            *value *= *value;
        }
    }

    fn multiply_by_derivative<In: Shape, T: Kernels, I: Isa>(
        _: I,
        _: Site<'_, (), ()>,
        input: &[T],
        gradient: &mut [T],
    ) {
        for (g, &x) in gradient.iter_mut().zip(input) {
            *g *= x + x;
        }
    }
}

network! {
    struct Net (Tokens<16, 28>) {
        square: Square,
        letters: Embedding<28, 8>,
    }
}

fn main() {
    let _ = Net::zeroed();
}
