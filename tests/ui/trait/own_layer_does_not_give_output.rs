//! A custom layer does not give the declared output.

use typenet::prelude::*;

use typenet::kernel::{Isa, Kernels};
use typenet::{Backward, Forward, Plan, Scalar, Site, TensorTable};

/// Swaps two values.
pub struct Swap;

// SAFETY: the type has size 0.
unsafe impl<T: Scalar> FlatParameters<T> for Swap {
    const TENSORS: TensorTable = TensorTable::EMPTY;
}

pub struct SwapPlan;

impl Plan for SwapPlan {}

impl Layer for Swap {
    type Output<In: Shape> = Vector<2>;
    type Logits<In: Shape> = Vector<2>;
    type With<T: Scalar> = Swap;
    type Settings = ();
    type Plan<In: Shape> = SwapPlan;

    fn forward<In: Shape, T: Kernels, I: Isa>(
        _: I, _: Site<'_, Swap, ()>, memory: Forward<'_, T>,
    ) {
        for (output, input) in memory.output.chunks_mut(2).zip(memory.input.chunks(2)) {
            output.copy_from_slice(&[input[1], input[0]]);
        }
    }

    fn backward<In: Shape, T: Kernels, I: Isa>(
        _: I, _: Site<'_, Swap, ()>, memory: Backward<'_, T>, _: &mut Swap,
    ) {
        if let Some(grad_input) = memory.grad_input {
            grad_input.copy_from_slice(memory.grad_output);
        }
    }
}

impl Takes<Vector<2>> for Swap {}

network! {
    struct Wrong -> Vector<3> {
        hidden: Dense<4, 2>,
        Swap,
    }
}

fn main() -> typenet::Result<()> {
    let mut network = Wrong::init(&mut typenet::rng(37));
    let data = Dataset::<Vector<4>, Class<2>>::labelled([[0.0; 4]], [0])?;
    Trainer::new(CrossEntropy, Sgd::new(0.1)).validation(&data).fit(&mut network, &data)?;
    let result = network.evaluate(&data, &CrossEntropy);
    let prediction: [f32; 2] = network.predict(&[0.0; 4]);
    println!("{} {}", result.accuracy, prediction[0]);
    Ok(())
}
