//! What do recurrent layers have in common?

mod memory;
#[cfg(feature = "onnx")]
mod onnx;
mod weights;

use self::memory::{Before, Memory, carry, row_and_other};
pub(super) use self::memory::{row, row_mut};
#[cfg(feature = "onnx")]
pub(super) use self::onnx::{OnnxCell, Weights};
use self::weights::Parts;
pub use self::weights::RecurrentWeights;

use crate::kernel::{DenseSizes, Isa, Kernels};
use crate::layer::{Backward, NextStep, StepCounts, StreamPlan};
use crate::shape::Shape;

/// How a recurrent layer computes one step. All slices are of one sample. Gates follow one another, each with an element per unit.
pub(super) trait Cell {
    /// The number of gates.
    const GATES: usize;
    /// The number of elements per unit that a step keeps, apart from its gates.
    const KEPT: usize;
    /// Whether the gradient with respect to the product with the state is not that of the gates. Then it replaces what is kept.
    const SEPARATE: bool;
    /// Whether the next step reads what a step keeps. Then it is part of the state.
    const READS_KEPT: bool;

    /// Computes the state after a step, and what `backward` needs.
    fn forward<T: Kernels, I: Isa>(isa: I, units: usize, step: Step<'_, T>);

    /// Computes the gradients of a step, and returns the one with respect to the product with the state.
    fn backward<T: Kernels, I: Isa>(isa: I, units: usize, step: StepBack<'_, T>) -> &[T];
}

/// What a step reads and writes.
pub(super) struct Step<'a, T> {
    /// The product with the input, which is replaced by the values of the gates.
    pub(super) gates: &'a mut [T],
    /// The product with the state before.
    pub(super) product: &'a [T],
    /// The state before.
    pub(super) previous: &'a [T],
    /// What the step before kept; `None` for the first step of a sequence.
    pub(super) kept_before: Option<&'a [T]>,
    /// What the step keeps.
    pub(super) kept: &'a mut [T],
    /// The state after.
    pub(super) state: &'a mut [T],
}

/// What a step reads and writes in the backward pass.
pub(super) struct StepBack<'a, T> {
    /// The values of the gates, which are replaced by the gradient with respect to the product with the input.
    pub(super) gates: &'a mut [T],
    /// The state before.
    pub(super) previous: &'a [T],
    /// What the step before kept; `None` for the first step of a sequence.
    pub(super) kept_before: Option<&'a [T]>,
    /// What the step kept.
    pub(super) kept: &'a mut [T],
    /// The gradient with respect to the output of the step.
    pub(super) grad_output: &'a [T],
    /// The gradient with respect to the state after, from the products of the step after.
    pub(super) grad_state: &'a [T],
    /// Another gradient from the step after, which is replaced by that for the step before. Its meaning is that of the cell.
    pub(super) carried: &'a mut [T],
}

/// The sizes of a recurrent layer.
#[derive(Clone, Copy)]
pub(super) struct Sizes {
    pub(super) samples: usize,
    pub(super) steps: usize,
    pub(super) inputs: usize,
    pub(super) units: usize,
    /// The number of elements of all gates.
    pub(super) gates: usize,
    /// The number of elements that a step keeps.
    pub(super) kept: usize,
    /// Whether the sequence is read from its last step to the first.
    pub(super) is_backward: bool,
}

impl Sizes {
    /// Returns the steps in the order of the recurrence, each with the step before it.
    pub(super) fn order(self) -> impl DoubleEndedIterator<Item = (usize, Option<usize>)> {
        let Self { steps, is_backward, .. } = self;
        (0..steps).map(move |count| {
            if is_backward {
                (steps - 1 - count, (count > 0).then_some(steps - count))
            } else {
                (count, count.checked_sub(1))
            }
        })
    }

    /// Returns the sizes of the product with the inputs of all steps.
    pub(super) const fn of_inputs(self) -> DenseSizes {
        DenseSizes { samples: self.samples * self.steps, inputs: self.inputs, outputs: self.gates }
    }

    /// Returns the sizes of the product with the state before one step, or before `steps` of them.
    const fn of_states(self, steps: usize) -> DenseSizes {
        DenseSizes { samples: self.samples * steps, inputs: self.units, outputs: self.gates }
    }
}

/// Returns the number of elements per sample of a training pass.
pub(super) const fn cache_len<C: Cell>(steps: usize, units: usize) -> usize {
    let (gates, kept) = (C::GATES * units, C::KEPT * units);
    steps * (gates + kept + units) + gates + 2 * units
}

/// Returns the number of elements per sample of a prediction, which keeps what the last two steps kept, and one state.
pub(super) const fn inference_len<C: Cell>(steps: usize, units: usize) -> usize {
    let (gates, kept) = (C::GATES * units, C::KEPT * units);
    steps * gates + 2 * kept + units + gates + units
}

/// Returns the sizes of a pass over sequences of shape `In`.
fn sizes<C: Cell, In: Shape>(inputs: usize, units: usize, len: usize, is_backward: bool) -> Sizes {
    let &[steps, features] = In::DIMENSIONS else { unreachable!("a recurrent layer takes sequences") };
    assert!(features == inputs, "an input per feature");
    let (gates, kept) = (C::GATES * units, C::KEPT * units);
    Sizes { samples: len / In::LEN, steps, inputs, units, gates, kept, is_backward }
}

/// Computes the states of all steps. In a training pass, the cache has [`cache_len`] elements per sample, and otherwise
/// [`inference_len`]. In a training pass, windows of longer sequences go on from the state in `carried` and leave theirs there. At the
/// padding of a sequence the state is zero, which is where a sequence begins that is read backward.
pub(super) fn forward<C: Cell, In: Shape, T: Kernels, I: Isa, const N: usize, const H: usize, const G: usize>(
    isa: I,
    (weights, is_backward): (&RecurrentWeights<N, H, G, T>, bool),
    is_training: bool,
    (input, output, cache): (&[T], &mut [T], &mut [T]),
    counts: StepCounts<'_, T>,
    carried: Option<(&[T], &mut [T])>,
) {
    let sizes = sizes::<C, In>(N, H, input.len(), is_backward);
    let Sizes { samples, steps, gates: width, kept: kept_width, .. } = sizes;
    // Of a prediction, the last two steps and the last state are enough.
    let (kept_steps, states) = if is_training { (steps, steps) } else { (2, 1) };
    let Memory { gates, kept, previous, product, state, .. } = Memory::new(sizes, [kept_steps, states], cache);
    let Parts { weight_ih, weight_hh, bias_ih, bias_hh } = weights.parts();
    T::dense_forward(isa, sizes.of_inputs(), weight_ih, bias_ih, input, gates);
    let (carried, after) = carried.unzip();
    let carried = carried.map(|carried| Before::new(sizes, carried));
    match carried {
        Some(Before { state: before, .. }) => state.copy_from_slice(before),
        None => state.fill(T::ZERO),
    }
    for (step, before) in sizes.order() {
        T::dense_forward(isa, sizes.of_states(1), weight_hh, bias_hh, state, product);
        for sample in 0..samples {
            let state = row_mut(state, H, sample);
            let previous = row_mut(previous, H, sample * states + step % states);
            previous.copy_from_slice(state);
            let place = |step: usize| sample * kept_steps + step % kept_steps;
            let is_step = |step: &usize| counts.are_all() || *step < counts.of(sample);
            if !is_step(&step) {
                state.fill(T::ZERO);
                row_mut(output, H, sample * steps + step).fill(T::ZERO);
                continue;
            }
            let before = before.filter(is_step);
            let (kept, kept_before) = row_and_other(kept, kept_width, place(step), before.map(place));
            let kept_before = if C::READS_KEPT { kept_before.or_else(|| carried?.kept(sample)) } else { kept_before };
            let gates = row_mut(gates, width, sample * steps + step);
            let product = row(product, width, sample);
            C::forward(isa, H, Step { gates, product, previous, kept_before, kept, state });
            row_mut(output, H, sample * steps + step).copy_from_slice(state);
        }
    }
    if let Some(after) = after.filter(|after| !after.is_empty()) {
        carry(sizes, (state, kept), after);
    }
}

/// Returns what a layer needs for a stream, unless it starts at the last step: the state, and scratch memory for the gates and for
/// what the step keeps.
pub(super) const fn stream<C: Cell>(units: usize, is_backward: bool) -> Option<StreamPlan> {
    if is_backward {
        return None;
    }
    let (gates, kept) = (C::GATES * units, C::KEPT * units);
    let state = units + if C::READS_KEPT { kept } else { 0 };
    Some(StreamPlan { state, scratch: 2 * gates + units + kept, steps: usize::MAX, carries: true })
}

/// Computes the state after the next step of a stream.
pub(super) fn step<C: Cell, T: Kernels, I: Isa, const N: usize, const H: usize, const G: usize>(
    isa: I,
    weights: &RecurrentWeights<N, H, G, T>,
    memory: NextStep<'_, T>,
) {
    let NextStep { input, output, state, scratch, .. } = memory;
    let width = C::GATES * H;
    let (state, kept_before) = state.split_at_mut(H);
    let (gates, scratch) = scratch.split_at_mut(width);
    let (product, scratch) = scratch.split_at_mut(width);
    let (previous, kept) = scratch.split_at_mut(H);
    let kept = &mut kept[..C::KEPT * H];
    let Parts { weight_ih, weight_hh, bias_ih, bias_hh } = weights.parts();
    T::dense_forward(isa, DenseSizes { samples: 1, inputs: N, outputs: width }, weight_ih, bias_ih, input, gates);
    T::dense_forward(isa, DenseSizes { samples: 1, inputs: H, outputs: width }, weight_hh, bias_hh, state, product);
    previous.copy_from_slice(state);
    let before = C::READS_KEPT.then_some(&*kept_before);
    C::forward(isa, H, Step { gates, product, previous, kept_before: before, kept: &mut *kept, state });
    if C::READS_KEPT {
        kept_before.copy_from_slice(kept);
    }
    output.copy_from_slice(state);
}

/// Computes the gradients of the parameters and of the input, after [`forward`] in a training pass.
pub(super) fn backward<C: Cell, In: Shape, T: Kernels, I: Isa, const N: usize, const H: usize, const G: usize>(
    isa: I,
    (weights, is_backward): (&RecurrentWeights<N, H, G, T>, bool),
    memory: Backward<'_, T>,
    gradient: &mut RecurrentWeights<N, H, G, T>,
) {
    let Backward { input, cache, grad_output, grad_input, accumulate, mut phase, .. } = memory;
    let sizes = sizes::<C, In>(N, H, input.len(), is_backward);
    let (parts, counts) = (weights.parts(), phase.step_counts::<In>(0));
    let carried_before = phase.carried().map(|(before, _)| Before::new(sizes, before));
    let Sizes { samples, steps, gates: width, kept: kept_width, .. } = sizes;
    let Memory { gates, kept, previous, product, state: grad_state, carried } =
        Memory::new(sizes, [steps, steps], cache);
    grad_state.fill(T::ZERO);
    carried.fill(T::ZERO);
    for (step, before) in sizes.order().rev() {
        for sample in 0..samples {
            let place = |step: usize| sample * steps + step;
            let is_step = |step: &usize| counts.are_all() || *step < counts.of(sample);
            let (gates, product) = (row_mut(gates, width, place(step)), row_mut(product, width, sample));
            let (kept, kept_before) = row_and_other(kept, kept_width, place(step), before.filter(is_step).map(place));
            let carried = row_mut(carried, H, sample);
            if !is_step(&step) {
                // No gradient comes from padding, nor goes through it.
                for gradient in [gates, kept, product, carried] {
                    gradient.fill(T::ZERO);
                }
                continue;
            }
            let kept_before =
                if C::READS_KEPT { kept_before.or_else(|| carried_before?.kept(sample)) } else { kept_before };
            let (previous, grad_output) = (row(previous, H, place(step)), row(grad_output, H, place(step)));
            let grad_state = row(grad_state, H, sample);
            let step = StepBack { gates, previous, kept_before, kept, grad_output, grad_state, carried };
            product.copy_from_slice(C::backward(isa, H, step));
        }
        if before.is_some() {
            T::dense_input_gradient(isa, sizes.of_states(1), parts.weight_hh, product, grad_state);
        }
    }
    let of_products: &[T] = if C::SEPARATE { kept } else { gates };
    let (grad, of_inputs, of_states) = (gradient.parts_mut(), sizes.of_inputs(), sizes.of_states(steps));
    T::dense_weight_gradient(isa, of_inputs, input, gates, accumulate, grad.weight_ih, grad.bias_ih);
    T::dense_weight_gradient(isa, of_states, previous, of_products, accumulate, grad.weight_hh, grad.bias_hh);
    if let Some(grad_input) = grad_input {
        T::dense_input_gradient(isa, of_inputs, parts.weight_ih, gates, grad_input);
    }
}

/// Divides a row of `G` gates.
pub(super) fn gates<const G: usize, T>(row: &mut [T]) -> [&mut [T]; G] {
    let mut gates = row.chunks_exact_mut(row.len() / G);
    core::array::from_fn(|_| gates.next().expect("a row has `G` gates"))
}

/// Divides a row of `G` products.
pub(super) fn products<const G: usize, T>(row: &[T]) -> [&[T]; G] {
    let mut products = row.chunks_exact(row.len() / G);
    core::array::from_fn(|_| products.next().expect("a row has `G` products"))
}

/// Implements [`Layer`](crate::layer::Layer) and what belongs to it for a recurrent layer with a [`Cell`].
macro_rules! recurrent_layer {
    (
        Layer for $layer:ident, $plan:ident, $cell:ty, gates: $gates:literal, initialize: $initialize:expr,
        onnx: $onnx:expr
    ) => {
        #[doc = concat!("The plan of a [`", stringify!($layer), "`].")]
        #[derive(Debug)]
        pub struct $plan<const N: usize, const H: usize, In, const BACKWARD: bool>(core::marker::PhantomData<In>);

        impl<const N: usize, const H: usize, In: $crate::shape::Shape, const BACKWARD: bool> $crate::layer::Plan
            for $plan<N, H, In, BACKWARD>
        {
            const CACHE_LEN: usize = $crate::layer::recurrent::cache_len::<$cell>(In::DIMENSIONS[0], H);
            const INFERENCE_LEN: usize = $crate::layer::recurrent::inference_len::<$cell>(In::DIMENSIONS[0], H);
            const MULTIPLY_ADDS: u64 = (In::DIMENSIONS[0] * $gates * H * (N + H)) as u64;
            const READS_OUTPUT: bool = false;
            const SUMS_FROM_ZERO: bool = true;
            const ALLOWS_PADDING: bool = true;
            const STREAM: Option<$crate::layer::StreamPlan> = $crate::layer::recurrent::stream::<$cell>(H, BACKWARD);
        }

        impl<const N: usize, const H: usize, Out: $crate::shape::Shape, const BACKWARD: bool> $crate::layer::Layer
            for $layer<N, H, Out, BACKWARD>
        {
            type Output<In: $crate::shape::Shape> = Out;
            type Logits<In: $crate::shape::Shape> = Out;
            type With<T: $crate::scalar::Scalar> = $crate::layer::list::RecurrentWeights<N, H, $gates, T>;
            type Settings = ();
            type Plan<In: $crate::shape::Shape> = $plan<N, H, In, BACKWARD>;

            fn initialize<T: $crate::scalar::Scalar, R: rand::Rng + ?Sized>(
                parameters: &mut Self::With<T>,
                (): &(),
                initializer: $crate::initializer::Initializer,
                rng: &mut R,
            ) {
                parameters.initialize(initializer, rng);
                let initialize: fn(&mut Self::With<T>) = $initialize;
                initialize(parameters);
            }

            fn forward<In: $crate::shape::Shape, T: $crate::kernel::Kernels, I: $crate::kernel::Isa>(
                isa: I,
                site: $crate::layer::SiteOf<'_, Self, T>,
                memory: $crate::layer::Forward<'_, T>,
            ) {
                let $crate::layer::Forward { input, output, cache, mut phase } = memory;
                let layer = (site.parameters, BACKWARD);
                let (memory, counts, carried) = ((input, output, cache), phase.step_counts::<In>(0), phase.carried());
                $crate::layer::recurrent::forward::<$cell, In, T, I, N, H, $gates>(
                    isa, layer, true, memory, counts, carried,
                );
            }

            fn infer<In: $crate::shape::Shape, T: $crate::kernel::Kernels, I: $crate::kernel::Isa>(
                isa: I,
                site: $crate::layer::SiteOf<'_, Self, T>,
                memory: $crate::layer::Forward<'_, T>,
            ) {
                let $crate::layer::Forward { input, output, cache, phase } = memory;
                let layer = (site.parameters, BACKWARD);
                let (memory, counts) = ((input, output, cache), phase.step_counts::<In>(0));
                $crate::layer::recurrent::forward::<$cell, In, T, I, N, H, $gates>(
                    isa, layer, false, memory, counts, None,
                );
            }

            fn step<In: $crate::shape::Shape, T: $crate::kernel::Kernels, I: $crate::kernel::Isa>(
                isa: I,
                site: $crate::layer::SiteOf<'_, Self, T>,
                memory: $crate::layer::NextStep<'_, T>,
            ) {
                $crate::layer::recurrent::step::<$cell, T, I, N, H, $gates>(isa, site.parameters, memory);
            }

            fn backward<In: $crate::shape::Shape, T: $crate::kernel::Kernels, I: $crate::kernel::Isa>(
                isa: I,
                site: $crate::layer::SiteOf<'_, Self, T>,
                memory: $crate::layer::Backward<'_, T>,
                gradient: &mut Self::With<T>,
            ) {
                let layer = (site.parameters, BACKWARD);
                $crate::layer::recurrent::backward::<$cell, In, T, I, N, H, $gates>(isa, layer, memory, gradient);
            }

            #[cfg(feature = "onnx")]
            fn onnx<In: $crate::shape::Shape, T: $crate::scalar::Scalar>(
                site: $crate::layer::SiteOf<'_, Self, T>,
                graph: &mut $crate::onnx::Graph,
                input: &$crate::onnx::Value,
            ) -> $crate::onnx::Result<$crate::onnx::Value> {
                let weights = $crate::layer::recurrent::Weights::of(graph, site.parameters)?;
                let cell: $crate::layer::recurrent::OnnxCell = $onnx;
                Ok(cell.read(graph, input, weights, H, BACKWARD))
            }
        }

        impl<const N: usize, const H: usize, Out: $crate::shape::Shape, const BACKWARD: bool, const L: usize>
            $crate::layer::Takes<$crate::shape::Sequence<L, N>> for $layer<N, H, Out, BACKWARD>
        {
        }
        impl<const N: usize, const H: usize, Out: $crate::shape::Shape, const BACKWARD: bool, const L: usize>
            $crate::layer::Takes<$crate::shape::ProbabilitySequence<L, N>> for $layer<N, H, Out, BACKWARD>
        {
        }
    };
}

pub(super) use recurrent_layer;
