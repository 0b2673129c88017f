//! The length of a custom layer's output, in a network with const parameters.

use typenet::prelude::*;
use typenet::kernel::{Isa, Kernels};
use typenet::layer::{Elementwise, Reads, Site};

struct Same;
impl Elementwise for Same {
    type Settings = ();
    const READS: Reads = Reads::Nothing;
    fn map<In: Shape, T: Kernels, I: Isa>(_: I, _: Site<'_, (), ()>, _: &mut [T]) {}
    fn multiply_by_derivative<In: Shape, T: Kernels, I: Isa>(_: I, _: Site<'_, (), ()>, _: &[T], _: &mut [T]) {}
}

network! {
    struct Digits<const CHANNELS: usize, const SIZE: usize>(Image<CHANNELS, 8, SIZE>) {
        Same,
        Flatten,
        output: Dense<64, 10>,
        Softmax,
    }
}

fn main() -> typenet::Result<()> {
    let mut network = Digits::<1, 8>::init(&mut typenet::rng(37));
    let data = Dataset::<Image<1, 8, 8>, Class<10>>::labelled([[0.0; 64]], [0])?;
    Trainer::new(Nll, Sgd::new(0.1)).validation(&data).fit(&mut network, &data)?;
    let result = network.evaluate(&data, &Nll);
    let prediction: [f32; 10] = network.predict(&[[[0.0; 8]; 8]]);
    println!("{} {}", result.accuracy, prediction[0]);
    Ok(())
}
