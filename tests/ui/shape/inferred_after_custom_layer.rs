//! `_` after a custom layer, whose output only the compiler knows, in a network with const parameters.

use typenet::prelude::*;

use typenet::kernel::{Isa, Kernels};
use typenet::{Backward, Forward, Plan, Scalar, Site};

/// Gives every other element.
pub struct Halving;

pub struct HalvingPlan;

impl Plan for HalvingPlan {}

impl Layer for Halving {
    type Output<In: Shape> = Vector<32>;
    type Logits<In: Shape> = Vector<32>;
    type With<T: Scalar> = ();
    type Settings = ();
    type Plan<In: Shape> = HalvingPlan;

    fn forward<In: Shape, T: Kernels, I: Isa>(_: I, _: Site<'_, (), ()>, memory: Forward<'_, T>) {
        for (output, input) in memory.output.iter_mut().zip(memory.input.chunks(2)) {
            *output = input[0];
        }
    }

    fn backward<In: Shape, T: Kernels, I: Isa>(_: I, _: Site<'_, (), ()>, memory: Backward<'_, T>, (): &mut ()) {
        if let Some(grad_input) = memory.grad_input {
            for (grad_input, grad_output) in grad_input.chunks_mut(2).zip(memory.grad_output) {
                grad_input[0] = *grad_output;
            }
        }
    }
}

impl Takes<Vector<64>> for Halving {}

network! {
    struct Digits<const H: usize> (Vector<64>) {
        Halving,
        Tanh,
        hidden: Dense<_, H>,
        output: Dense<H, 10>,
        Softmax,
    }
}

fn main() -> typenet::Result<()> {
    let mut network = Digits::<32>::init(&mut typenet::rng(37));
    let data = Dataset::<Vector<64>, Class<10>>::labelled([[0.0; 64]], [0])?;
    Trainer::new(Nll, Sgd::new(0.1)).validation(&data).fit(&mut network, &data)?;
    let result = network.evaluate(&data, &Nll);
    let prediction: [f32; 10] = network.predict(&[0.0; 64]);
    println!("{} {}", result.accuracy, prediction[0]);
    Ok(())
}
