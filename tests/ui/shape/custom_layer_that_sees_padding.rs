//! A custom layer that does not say whether it leaves padding out, in a network whose input is an alias.

use typenet::kernel::{Isa, Kernels};
use typenet::prelude::*;
use typenet::{Backward, Forward, Plan, Scalar, Shape, Site};

struct Reverse;

struct ReversePlan;
impl Plan for ReversePlan {}

impl Layer for Reverse {
    type Output<In: Shape> = In::Plain;
    type Logits<In: Shape> = In::Plain;
    type With<T: Scalar> = ();
    type Settings = ();
    type Plan<In: Shape> = ReversePlan;

    fn forward<In: Shape, T: Kernels, I: Isa>(_: I, _: Site<'_, (), ()>, memory: Forward<'_, T>) {
        memory.output.iter_mut().rev().zip(memory.input).for_each(|(y, &x)| *y = x);
    }

    fn backward<In: Shape, T: Kernels, I: Isa>(_: I, _: Site<'_, (), ()>, memory: Backward<'_, T>, (): &mut ()) {
        let Some(grad_input) = memory.grad_input else { return };
        grad_input.iter_mut().rev().zip(&*memory.grad_output).for_each(|(dx, &g)| *dx = g);
    }
}
impl<const L: usize, const N: usize> Takes<Sequence<L, N>> for Reverse {}

type Signal = Padded<Sequence<5, 4>>;

network!(struct Net (Signal) = Reverse, LastStep);

fn main() {}
