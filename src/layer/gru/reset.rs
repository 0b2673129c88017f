//! Gated recurrent units that reset the state before the product.
//!
//! A step has two products with a state, of which the second needs the gates of the first, so this is no
//! [`Cell`](crate::layer::recurrent::Cell). The rows of one step are adjacent in memory, so that a product reads those of all
//! samples, and the gradient of a weight those of all steps.

use core::marker::PhantomData;

use rand::Rng as RandomSource;

use super::Gru;
use super::weights::{Parts, ResetWeights};
use crate::initializer::Initializer;
use crate::kernel::{DenseSizes, Formula, Isa, Kernels, Real, Reduction};
#[cfg(feature = "onnx")]
use crate::layer::recurrent::{OnnxCell, Weights};
use crate::layer::recurrent::{Sizes, gates, products, row, row_mut};
use crate::layer::{Backward, Forward, Layer, NextStep, Plan, SiteOf, StreamPlan, Takes};
#[cfg(feature = "onnx")]
use crate::onnx::{Graph, Result, Value};
use crate::scalar::Scalar;
use crate::shape::{ProbabilitySequence, Sequence, Shape};

/// The gates r and z, and the reset state.
struct Open;

impl Formula<3, 0, 0, 3, 0> for Open {
    const REDUCTIONS: [Reduction; 0] = [];

    #[inline(always)]
    fn apply<R: Real>(
        &self,
        _: R,
        [r, z, before]: [R; 3],
        _: [R; 0],
        _: [R; 0],
        [of_r, of_z, _]: [R; 3],
    ) -> ([R; 3], [R; 0]) {
        let (r, z) = (of_r.add(r).sigmoid(), of_z.add(z).sigmoid());
        ([r, z, r.mul(before)], [])
    }
}

/// The new state, and the state after the step.
struct Close;

impl Formula<2, 0, 0, 2, 0> for Close {
    const REDUCTIONS: [Reduction; 0] = [];

    #[inline(always)]
    fn apply<R: Real>(
        &self,
        like: R,
        [product, z]: [R; 2],
        _: [R; 0],
        _: [R; 0],
        [of_n, state]: [R; 2],
    ) -> ([R; 2], [R; 0]) {
        let n = of_n.add(product).tanh();
        ([n, z.mul_add(state, like.constant(1.0).sub(z).mul(n))], [])
    }
}

/// The gradients of z and n before their functions, and of the part of the state that stayed.
struct OfClose;

impl Formula<3, 0, 0, 3, 0> for OfClose {
    const REDUCTIONS: [Reduction; 0] = [];

    #[inline(always)]
    fn apply<R: Real>(
        &self,
        like: R,
        [grad_output, grad_state, before]: [R; 3],
        _: [R; 0],
        _: [R; 0],
        [z, n, carried]: [R; 3],
    ) -> ([R; 3], [R; 0]) {
        let one = like.constant(1.0);
        let grad_state = grad_output.add(grad_state).add(carried);
        let grad_n = grad_state.mul(one.sub(z)).mul(one.sub(n.mul(n)));
        let grad_z = grad_state.mul(before.sub(n)).mul(z).mul(one.sub(z));
        ([grad_z, grad_n, grad_state.mul(z)], [])
    }
}

/// The gradient of r before its function, and of the state before, except by the products of the gates.
struct OfOpen;

impl Formula<2, 0, 0, 2, 0> for OfOpen {
    const REDUCTIONS: [Reduction; 0] = [];

    #[inline(always)]
    fn apply<R: Real>(
        &self,
        like: R,
        [grad_reset, before]: [R; 2],
        _: [R; 0],
        _: [R; 0],
        [r, carried]: [R; 2],
    ) -> ([R; 2], [R; 0]) {
        let grad_r = grad_reset.mul(before).mul(r).mul(like.constant(1.0).sub(r));
        ([grad_r, grad_reset.mul_add(r, carried)], [])
    }
}

/// The memory of a pass. `gates` has a row for each sample and step, and what is kept one for each step and sample.
struct Memory<'a, T> {
    /// The gates r, z, n, or the gradient with respect to the products with the input.
    gates: &'a mut [T],
    /// The products of the gates r and z with the state, or their gradients.
    products: &'a mut [T],
    /// The product with the reset state, or its gradient.
    reset_products: &'a mut [T],
    /// The reset state.
    resets: &'a mut [T],
    /// The state before the step.
    states: &'a mut [T],
    /// The state, or three gradients with respect to it.
    scratch: &'a mut [T],
}

impl<'a, T> Memory<'a, T> {
    /// Divides a cache that keeps this number of steps, and of states before them.
    fn new(sizes: Sizes, [kept, states]: [usize; 2], cache: &'a mut [T]) -> Self {
        let rows = sizes.samples * sizes.units;
        let (gates, rest) = cache.split_at_mut(sizes.samples * sizes.steps * sizes.gates);
        let (products, rest) = rest.split_at_mut(2 * rows * kept);
        let (reset_products, rest) = rest.split_at_mut(rows * kept);
        let (resets, rest) = rest.split_at_mut(rows * kept);
        let (states, scratch) = rest.split_at_mut(rows * states);
        Self { gates, products, reset_products, resets, states, scratch }
    }

    /// Returns the rows of all samples at one of the kept steps.
    fn at(&mut self, sizes: Sizes, kept: usize) -> AtStep<'_, T> {
        let rows = sizes.samples * sizes.units;
        AtStep {
            gates: self.gates,
            products: row_mut(self.products, 2 * rows, kept),
            reset_products: row_mut(self.reset_products, rows, kept),
            resets: row_mut(self.resets, rows, kept),
        }
    }
}

/// The gates of all steps, and the rows of all samples at one step.
struct AtStep<'a, T> {
    gates: &'a mut [T],
    products: &'a mut [T],
    reset_products: &'a mut [T],
    resets: &'a mut [T],
}

/// Returns the number of elements per sample of a training pass.
const fn cache_len(steps: usize, units: usize) -> usize {
    steps * 8 * units + 3 * units
}

/// Returns the number of elements per sample of a prediction, which keeps one step and no state before it.
const fn inference_len(steps: usize, units: usize) -> usize {
    steps * 3 * units + 4 * units + units
}

/// Returns the sizes of the products with the state and with the reset state, for this number of rows.
const fn of_states(rows: usize, units: usize) -> [DenseSizes; 2] {
    [
        DenseSizes { samples: rows, inputs: units, outputs: 2 * units },
        DenseSizes { samples: rows, inputs: units, outputs: units },
    ]
}

/// Replaces the states before a step by those after it, and the products with the inputs by the gates.
fn advance<T: Kernels, I: Isa>(
    isa: I,
    parts: &Parts<&[T]>,
    (sizes, step): (Sizes, usize),
    at: AtStep<'_, T>,
    states: &mut [T],
) {
    let Sizes { samples, steps, units, gates: width, .. } = sizes;
    let AtStep { gates: all_gates, products: of_gates, reset_products, resets } = at;
    let [of_state, of_reset] = of_states(samples, units);
    T::dense_forward(isa, of_state, parts.weight_hh, parts.bias_hh, states, of_gates);
    for sample in 0..samples {
        let [r, z, _] = gates(row_mut(all_gates, width, sample * steps + step));
        let [of_r, of_z] = products(row(of_gates, 2 * units, sample));
        let (before, reset) = (row(states, units, sample), row_mut(resets, units, sample));
        T::formula_rows(isa, &Open, 1, units, [of_r, of_z, before], [], [], [r, z, reset], []);
    }
    T::dense_forward(isa, of_reset, parts.weight_rh, parts.bias_rh, resets, reset_products);
    for sample in 0..samples {
        let [_, z, n] = gates(row_mut(all_gates, width, sample * steps + step));
        let (product, state) = (row(reset_products, units, sample), row_mut(states, units, sample));
        T::formula_rows(isa, &Close, 1, units, [product, &*z], [], [], [n, state], []);
    }
}

/// Replaces the gates and the products by their gradients, from the last step of the recurrence to the first.
fn go_back<T: Kernels, I: Isa>(isa: I, parts: &Parts<&[T]>, sizes: Sizes, memory: Memory<'_, T>, grad_output: &[T]) {
    let Sizes { samples, steps, units, gates: width, .. } = sizes;
    let Memory { gates: all_gates, products, reset_products, states, scratch, .. } = memory;
    let [of_state, of_reset] = of_states(samples, units);
    let rows = samples * units;
    scratch.fill(T::ZERO);
    let [grad_state, carried, grad_reset] = gates(scratch);
    for (step, before) in sizes.order().rev() {
        let previous = row(states, rows, step);
        let (product, reset_product) = (row_mut(products, 2 * rows, step), row_mut(reset_products, rows, step));
        for sample in 0..samples {
            let place = sample * steps + step;
            let [_, z, n] = gates(row_mut(all_gates, width, place));
            let [grad_state, previous] = [&*grad_state, previous].map(|states| row(states, units, sample));
            let (each, carried) =
                ([row(grad_output, units, place), grad_state, previous], row_mut(carried, units, sample));
            T::formula_rows(isa, &OfClose, 1, units, each, [], [], [z, &mut *n, carried], []);
            row_mut(reset_product, units, sample).copy_from_slice(n);
        }
        T::dense_input_gradient(isa, of_reset, parts.weight_rh, reset_product, grad_reset);
        for sample in 0..samples {
            let gates_of_state = &mut row_mut(all_gates, width, sample * steps + step)[..2 * units];
            let each = [&*grad_reset, previous].map(|states| row(states, units, sample));
            let (r, _) = gates_of_state.split_at_mut(units);
            T::formula_rows(isa, &OfOpen, 1, units, each, [], [], [r, row_mut(carried, units, sample)], []);
            row_mut(product, 2 * units, sample).copy_from_slice(gates_of_state);
        }
        if before.is_some() {
            T::dense_input_gradient(isa, of_state, parts.weight_hh, product, grad_state);
        }
    }
}

impl<const N: usize, const H: usize, Out: Shape, const BACKWARD: bool> Gru<N, H, Out, BACKWARD, true> {
    /// Returns the sizes for a slice of elements of sequences.
    fn sizes<In: Shape>(elements: usize) -> Sizes {
        let &[steps, features] = In::DIMENSIONS else { unreachable!("a recurrent layer takes sequences") };
        assert!(features == N, "an input per feature");
        let samples = elements / In::LEN;
        Sizes { samples, steps, inputs: N, units: H, gates: 3 * H, kept: 0, is_backward: BACKWARD }
    }

    /// Computes the states of all steps. In a training pass, the cache keeps what all steps need, and otherwise one.
    fn read<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        parameters: &ResetWeights<N, H, T>,
        is_training: bool,
        Forward { input, output, cache, mut phase }: Forward<'_, T>,
    ) {
        let (sizes, parts) = (Self::sizes::<In>(input.len()), parameters.parts());
        let rows = sizes.samples * H;
        let kept = if is_training { [sizes.steps; 2] } else { [1, 0] };
        let mut memory = Memory::new(sizes, kept, cache);
        T::dense_forward(isa, sizes.of_inputs(), parts.weight_ih, parts.bias_ih, input, memory.gates);
        let state = &mut core::mem::take(&mut memory.scratch)[..rows];
        let carried = phase.carried();
        match &carried {
            Some((before, _)) => state.copy_from_slice(before),
            None => state.fill(T::ZERO),
        }
        for (step, _) in sizes.order() {
            if is_training {
                row_mut(memory.states, rows, step).copy_from_slice(state);
            }
            let at = memory.at(sizes, if is_training { step } else { 0 });
            advance(isa, &parts, (sizes, step), at, state);
            for (sample, state) in state.chunks_exact(H).enumerate() {
                row_mut(output, H, sample * sizes.steps + step).copy_from_slice(state);
            }
        }
        if let Some((_, after)) = carried.filter(|(_, after)| !after.is_empty()) {
            after.copy_from_slice(state);
        }
    }
}

/// The plan of a [`Gru`] with `reset = Before`.
#[derive(Debug)]
pub struct ResetPlan<const N: usize, const H: usize, In, const BACKWARD: bool>(PhantomData<In>);

impl<const N: usize, const H: usize, In: Shape, const BACKWARD: bool> Plan for ResetPlan<N, H, In, BACKWARD> {
    const CACHE_LEN: usize = cache_len(In::DIMENSIONS[0], H);
    const INFERENCE_LEN: usize = inference_len(In::DIMENSIONS[0], H);
    const MULTIPLY_ADDS: u64 = (In::DIMENSIONS[0] * 3 * H * (N + H)) as u64;
    const READS_OUTPUT: bool = false;
    const SUMS_FROM_ZERO: bool = true;
    /// The state, and the gates and products of one step.
    const STREAM: Option<StreamPlan> =
        if BACKWARD { None } else { Some(StreamPlan { state: H, scratch: 7 * H, steps: usize::MAX, carries: true }) };
}

impl<const N: usize, const H: usize, Out: Shape, const BACKWARD: bool> Layer for Gru<N, H, Out, BACKWARD, true> {
    type Output<In: Shape> = Out;
    type Logits<In: Shape> = Out;
    type With<T: Scalar> = ResetWeights<N, H, T>;
    type Settings = ();
    type Plan<In: Shape> = ResetPlan<N, H, In, BACKWARD>;

    fn initialize<T: Scalar, R: RandomSource + ?Sized>(
        parameters: &mut Self::With<T>,
        (): &(),
        initializer: Initializer,
        rng: &mut R,
    ) {
        parameters.initialize(initializer, rng);
    }

    fn forward<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        Self::read::<In, T, I>(isa, site.parameters, true, memory);
    }

    fn infer<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        Self::read::<In, T, I>(isa, site.parameters, false, memory);
    }

    fn step<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: NextStep<'_, T>) {
        let NextStep { input, output, state, scratch, .. } = memory;
        let (sizes, parts) = (Sizes { steps: 1, ..Self::sizes::<In>(In::LEN) }, site.parameters.parts());
        let mut memory = Memory::new(sizes, [1, 0], scratch);
        T::dense_forward(isa, sizes.of_inputs(), parts.weight_ih, parts.bias_ih, input, memory.gates);
        advance(isa, &parts, (sizes, 0), memory.at(sizes, 0), state);
        output.copy_from_slice(state);
    }

    fn backward<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        site: SiteOf<'_, Self, T>,
        memory: Backward<'_, T>,
        gradient: &mut ResetWeights<N, H, T>,
    ) {
        let Backward { input, cache, grad_output, grad_input, accumulate, .. } = memory;
        let (sizes, parts) = (Self::sizes::<In>(input.len()), site.parameters.parts());
        let kept = [sizes.steps; 2];
        go_back(isa, &parts, sizes, Memory::new(sizes, kept, cache), grad_output);
        let Memory { gates, products, reset_products, resets, states, .. } = Memory::new(sizes, kept, cache);
        let (grad, of_inputs) = (gradient.parts_mut(), sizes.of_inputs());
        let [of_state, of_reset] = of_states(sizes.samples * sizes.steps, H);
        T::dense_weight_gradient(isa, of_inputs, input, gates, accumulate, grad.weight_ih, grad.bias_ih);
        T::dense_weight_gradient(isa, of_state, states, products, accumulate, grad.weight_hh, grad.bias_hh);
        T::dense_weight_gradient(isa, of_reset, resets, reset_products, accumulate, grad.weight_rh, grad.bias_rh);
        if let Some(grad_input) = grad_input {
            T::dense_input_gradient(isa, of_inputs, parts.weight_ih, gates, grad_input);
        }
    }

    #[cfg(feature = "onnx")]
    fn onnx<In: Shape, T: Scalar>(site: SiteOf<'_, Self, T>, graph: &mut Graph, input: &Value) -> Result<Value> {
        let tensor = |name| graph.parameter(site.parameters, name);
        let weights = Weights {
            of_input: tensor("weight_ih_l0")?,
            of_state: tensor("weight_hh_l0")?.followed_by(tensor("weight_rh_l0")?),
            biases: [tensor("bias_ih_l0")?, tensor("bias_hh_l0")?],
        };
        // Without `linear_before_reset`, the state is reset before the product.
        Ok(OnnxCell { attributes: &[], ..super::ONNX }.read(graph, input, weights, H, BACKWARD))
    }
}

impl<const N: usize, const H: usize, Out: Shape, const BACKWARD: bool, const L: usize> Takes<Sequence<L, N>>
    for Gru<N, H, Out, BACKWARD, true>
{
}
impl<const N: usize, const H: usize, Out: Shape, const BACKWARD: bool, const L: usize> Takes<ProbabilitySequence<L, N>>
    for Gru<N, H, Out, BACKWARD, true>
{
}
