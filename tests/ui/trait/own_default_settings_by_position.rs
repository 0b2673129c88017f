//! A setting by position of a custom layer whose settings have names only.

use typenet::prelude::*;
use typenet::kernel::{Isa, Kernels};
use typenet::{Backward, Forward, Plan, Scalar, Site};

struct Shift;
struct ShiftPlan;
impl Plan for ShiftPlan {}

#[derive(Clone, Copy)]
struct ShiftSettings(f64);

impl typenet::DefaultSettings for ShiftSettings {
    const DEFAULT: Self = Self(1.0);
}

impl ShiftSettings {
    const fn amount(self, amount: f64) -> Self {
        assert!(amount < 10.0, "the amount of `Shift` is below 10");
        Self(amount)
    }
}

impl Layer for Shift {
    type Output<In: Shape> = In::Plain;
    type Logits<In: Shape> = In::Plain;
    type With<T: Scalar> = ();
    type Settings = ShiftSettings;
    type Plan<In: Shape> = ShiftPlan;

    fn forward<In: Shape, T: Kernels, I: Isa>(
        _: I, site: Site<'_, (), ShiftSettings>, memory: Forward<'_, T>,
    ) {
        for (y, &x) in memory.output.iter_mut().zip(memory.input) {
            *y = x + T::from_f64(site.settings.0);
        }
    }

    fn backward<In: Shape, T: Kernels, I: Isa>(
        _: I, _: Site<'_, (), ShiftSettings>, memory: Backward<'_, T>, (): &mut (),
    ) {
        if let Some(grad_input) = memory.grad_input {
            grad_input.copy_from_slice(memory.grad_output);
        }
    }
}
impl<In: Shape> Takes<In> for Shift {}

network! {
    struct Digits {
        hidden: Dense<64, 32>,
        Shift(2.0),
        output: Dense<32, 10>,
        Softmax,
    }
}

fn main() -> typenet::Result<()> {
    let mut network = Digits::init(&mut typenet::rng(37));
    let data = Dataset::<Vector<64>, Class<10>>::labelled([[0.0; 64]], [0])?;
    Trainer::new(Nll, Sgd::new(0.1)).validation(&data).fit(&mut network, &data)?;
    let result = network.evaluate(&data, &Nll);
    let prediction: [f32; 10] = network.predict(&[0.0; 64]);
    println!("{} {}", result.accuracy, prediction[0]);
    Ok(())
}
