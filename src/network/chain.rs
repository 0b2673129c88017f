//! How do generated passes lay out memory and call one layer after the other?
//!
//! `network!` generates a call per layer to the functions here. They decide what depends on the constants of two adjacent
//! layers: whether a layer works in the memory of the layer before it.

use crate::flat_parameters::FlatParameters;
use crate::kernel::{Isa, Kernels};
use crate::layer::{Backward, Forward, Head, Layer, Mixing, NextStep, Origins, Phase, Plan, SiteOf, StreamPlan};
#[cfg(feature = "onnx")]
use crate::onnx::{Graph, Result, Value};
#[cfg(feature = "onnx")]
use crate::scalar::Scalar;
use crate::shape::Shape;

/// Returns whether layer `L` works in place, after a check that it meets the requirements of such a layer.
#[must_use]
const fn works_in_place<L: Layer, In: Shape>() -> bool {
    let in_place = <L::Plan<In> as Plan>::IN_PLACE;
    if in_place {
        assert!(
            !<L::Plan<In> as Plan>::READS_INPUT,
            "a layer that works in place does not read its input in `backward`"
        );
        assert!(
            <L::Output<In> as Shape>::LEN == In::LEN,
            "a layer that works in place gives as many elements as it takes"
        );
        assert!(size_of::<L::With<f32>>() == 0, "a layer that works in place has no parameters");
        assert!(<L::Plan<In> as Plan>::MIXING.barriers == 0, "a layer that works in place does not mix samples");
    }
    in_place
}

/// Returns whether layer `L` can overwrite the output of the layer `Before` it, because that output is not needed later.
#[must_use]
pub const fn in_place<L: Layer, In: Shape, Before: Layer, BeforeIn: Shape>() -> bool {
    works_in_place::<L, In>() && !<Before::Plan<BeforeIn> as Plan>::READS_OUTPUT
}

/// Returns the number of elements per sample that are kept for the output of layer `L` in a training pass.
#[must_use]
pub const fn kept<L: Layer, In: Shape, Before: Layer, BeforeIn: Shape>() -> usize {
    if in_place::<L, In, Before, BeforeIn>() { 0 } else { <L::Output<In> as Shape>::LEN }
}

/// Returns the number of elements per sample that layer `L` keeps in addition to its output.
#[must_use]
pub const fn cache<L: Layer, In: Shape>() -> usize {
    <L::Plan<In> as Plan>::CACHE_LEN
}

/// Returns what [`cache`] would be if nothing were computed again in the backward pass.
#[must_use]
pub const fn full_cache<L: Layer, In: Shape>() -> usize {
    <L::Plan<In> as Plan>::FULL_CACHE_LEN
}

/// Returns the number of scratch elements per sample that layer `L` needs for inference.
#[must_use]
pub const fn scratch<L: Layer, In: Shape>() -> usize {
    <L::Plan<In> as Plan>::INFERENCE_LEN
}

/// Returns the number of multiply-adds per sample of layer `L`.
#[must_use]
pub const fn multiply_adds<L: Layer, In: Shape>() -> u64 {
    <L::Plan<In> as Plan>::MULTIPLY_ADDS
}

/// Returns the number of samples that layer `L` processes together.
#[must_use]
pub const fn samples_together<L: Layer, In: Shape>() -> usize {
    <L::Plan<In> as Plan>::SAMPLES_TOGETHER
}

/// Returns the number of rows per sample that layer `L` multiplies by its weights at once. A layer without parameters has none.
#[must_use]
pub const fn rows<L: Layer, In: Shape>() -> usize {
    if size_of::<L::With<f32>>() == 0 { usize::MAX } else { <L::Plan<In> as Plan>::ROWS }
}

/// Returns the smallest of some numbers of rows.
#[must_use]
pub const fn fewest(rows: &[usize]) -> usize {
    let mut fewest = usize::MAX;
    let mut index = 0;
    while index < rows.len() {
        if rows[index] < fewest {
            fewest = rows[index];
        }
        index += 1;
    }
    fewest
}

/// Returns what layer `L` needs for a stream.
#[must_use]
pub const fn stream<L: Layer, In: Shape>() -> Option<StreamPlan> {
    <L::Plan<In> as Plan>::STREAM
}

/// Returns the number of elements that layer `L` keeps from step to step of a stream.
#[must_use]
pub const fn state<L: Layer, In: Shape>() -> usize {
    match stream::<L, In>() {
        Some(plan) => plan.state,
        None => 0,
    }
}

/// Returns the number of elements of one step.
#[must_use]
pub const fn step_len<S: Shape>() -> usize {
    <S::Step as Shape>::LEN
}

/// Returns what layers need for a stream, one after the other, with two buffers for steps of this many elements.
#[must_use]
pub const fn joint_stream(layers: &[Option<StreamPlan>], widest: usize) -> Option<StreamPlan> {
    let mut joint = Some(StreamPlan::stateless(0));
    let mut index = 0;
    while index < layers.len() {
        joint = StreamPlan::joint(joint, layers[index]);
        index += 1;
    }
    match joint {
        Some(plan) => Some(plan.with_scratch(2 * widest)),
        None => None,
    }
}

/// Returns whether layer `L` gives an independent probability for each output.
#[must_use]
pub const fn ends_in_sigmoid<L: Layer>() -> bool {
    matches!(L::HEAD, Head::Sigmoid)
}

/// Returns how layer `L` mixes samples.
#[must_use]
pub const fn mixing<L: Layer, In: Shape>() -> Mixing {
    <L::Plan<In> as Plan>::MIXING
}

/// Returns whether layer `L` allows padded sequences, or takes an input without steps.
#[must_use]
pub const fn allows_padding<L: Layer, In: Shape>() -> bool {
    (In::STEPS == 1 && In::PARTS.len() == 1) || <L::Plan<In> as Plan>::ALLOWS_PADDING
}

/// Returns which parts of the input of layer `L` have the steps of the parts of its output.
#[must_use]
pub const fn origins<L: Layer, In: Shape>() -> Origins {
    <L::Plan<In> as Plan>::ORIGINS
}

/// Returns the origins of the output of layers, one after the other.
#[must_use]
pub const fn joint_origins(layers: &[Origins]) -> Origins {
    let (mut joint, mut index) = (Origins::SAME, 0);
    while index < layers.len() {
        joint = joint.then(layers[index]);
        index += 1;
    }
    joint
}

/// Returns how layers mix samples, one after the other.
#[must_use]
pub const fn joint_mixing(layers: &[Mixing]) -> Mixing {
    let mut joint = Mixing::NONE;
    let mut index = 0;
    while index < layers.len() {
        joint = joint.and(layers[index]);
        index += 1;
    }
    joint
}

/// Returns whether layer `L` can overwrite the gradient of its parameters instead of adding to it. A layer without parameters
/// always can.
#[must_use]
pub const fn sums_from_zero<L: Layer, In: Shape>() -> bool {
    <L::Plan<In> as Plan>::SUMS_FROM_ZERO || size_of::<L::With<f32>>() == 0
}

/// Returns whether layer `L` must add to the gradient of its parameters. For a layer that can only add, sets the gradient to
/// zero in its first phase if it should be overwritten.
#[inline(always)]
#[must_use]
pub fn accumulate<L: Layer, In: Shape, T: Kernels>(
    accumulate: bool,
    phase: &Phase<'_, T>,
    gradient: &mut L::With<T>,
) -> bool {
    if const { sums_from_zero::<L, In>() } {
        return accumulate;
    }
    if !accumulate && phase.passed() == 0 {
        gradient.set_to_zero();
    }
    true
}

/// Returns the largest of some lengths, or 0 if there are none.
#[must_use]
pub const fn largest(lengths: &[usize]) -> usize {
    let mut largest = 0;
    let mut index = 0;
    while index < lengths.len() {
        if lengths[index] > largest {
            largest = lengths[index];
        }
        index += 1;
    }
    largest
}

/// Memory that a pass cuts into consecutive pieces.
#[derive(Debug)]
pub struct Memory<'a, T> {
    rest: &'a mut [T],
    samples: usize,
}

impl<'a, T> Memory<'a, T> {
    /// Creates the memory of a pass over some samples.
    #[inline(always)]
    pub fn new(memory: &'a mut [T], samples: usize) -> Self {
        Self { rest: memory, samples }
    }

    /// Returns the next piece, with `len` elements per sample.
    #[inline(always)]
    pub fn cut(&mut self, len: usize) -> &'a mut [T] {
        let (piece, rest) = core::mem::take(&mut self.rest).split_at_mut(self.samples * len);
        self.rest = rest;
        piece
    }
}

/// Calls a layer that is neither first nor last, in the memory of the layer before it if possible, if it has a turn in this
/// phase. Returns the slice that holds its output.
#[inline(always)]
pub fn forward<'m, L: Layer, In: Shape, Before: Layer, BeforeIn: Shape, T: Kernels, I: Isa>(
    isa: I,
    site: SiteOf<'_, L, T>,
    input: &'m mut [T],
    own: &'m mut [T],
    cache: &mut [T],
    phase: &mut Phase<'_, T>,
) -> &'m mut [T] {
    let turn = phase.of_next::<L::Plan<In>>();
    if const { in_place::<L, In, Before, BeforeIn>() } {
        if turn.is_some() {
            L::forward_in_place::<In, T, I>(isa, site, input, cache);
        }
        input
    } else {
        if let Some(phase) = turn {
            L::forward::<In, T, I>(isa, site, Forward { input, output: &mut *own, cache, phase });
        }
        own
    }
}

/// Returns the slice in which [`forward`] left the output of a layer.
#[inline(always)]
#[must_use]
pub fn output<'m, L: Layer, In: Shape, Before: Layer, BeforeIn: Shape, T>(input: &'m [T], own: &'m [T]) -> &'m [T] {
    if const { in_place::<L, In, Before, BeforeIn>() } { input } else { own }
}

/// Returns `memory` with empty slices in place of those that the layer does not read.
#[inline(always)]
#[must_use]
pub fn readable<L: Layer, In: Shape, T>(memory: Backward<'_, T>) -> Backward<'_, T> {
    Backward {
        input: if <L::Plan<In> as Plan>::READS_INPUT { memory.input } else { &[] },
        output: if <L::Plan<In> as Plan>::READS_OUTPUT { memory.output } else { &[] },
        ..memory
    }
}

/// Calls the backward pass of a layer that is neither first nor last, if it has a turn in this phase. `memory.grad_output` holds
/// the gradient with respect to its output, and `spare` is free. Returns the slice that holds the gradient with respect to its
/// input and the slice that is free then, both at full length.
#[inline(always)]
pub fn backward<'m, L: Layer, In: Shape, T: Kernels, I: Isa>(
    isa: I,
    site: SiteOf<'_, L, T>,
    samples: usize,
    memory: Between<'m, '_, T>,
    spare: &'m mut [T],
    phase: &mut Phase<'_, T>,
    gradient: &mut L::With<T>,
) -> (&'m mut [T], &'m mut [T]) {
    let Between { input, output, cache, grad_output, accumulate: adds } = memory;
    if let Some(phase) = phase.of_previous::<L::Plan<In>>() {
        let accumulate = accumulate::<L, In, T>(adds, &phase, gradient);
        let length = samples * <L::Output<In> as Shape>::LEN;
        let read = readable::<L, In, T>(Backward {
            input,
            output,
            cache,
            grad_output: &mut grad_output[..length],
            grad_input: Some(&mut spare[..samples * In::LEN]),
            accumulate,
            phase,
        });
        if const { works_in_place::<L, In>() } {
            L::backward_in_place::<In, T, I>(isa, site, read.output, read.cache, read.grad_output);
        } else {
            L::backward::<In, T, I>(isa, site, read, gradient);
        }
    }
    if const { works_in_place::<L, In>() } { (grad_output, spare) } else { (spare, grad_output) }
}

/// The memory that the backward pass of a layer between two others reads and writes, apart from its parameters.
#[derive(Debug)]
pub struct Between<'m, 'c, T> {
    /// The input of the layer.
    pub input: &'c [T],
    /// Its output.
    pub output: &'c [T],
    /// What it stored in the cache.
    pub cache: &'c mut [T],
    /// The gradient with respect to its output, at full length.
    pub grad_output: &'m mut [T],
    /// Whether to add to the gradient of its parameters.
    pub accumulate: bool,
}

/// Calls the inference of a layer that is neither first nor last. `front` holds its input, and `back` is free. Returns the
/// slice that holds its output and the slice that is free then, both at full length.
#[inline(always)]
pub fn infer<'m, L: Layer, In: Shape, T: Kernels, I: Isa>(
    isa: I,
    site: SiteOf<'_, L, T>,
    samples: usize,
    (front, back): (&'m mut [T], &'m mut [T]),
    scratch: &mut [T],
    phase: &mut Phase<'_, T>,
) -> (&'m mut [T], &'m mut [T]) {
    let phase = phase.of_inference::<L::Plan<In>>();
    let scratch = &mut scratch[..samples * <L::Plan<In> as Plan>::INFERENCE_LEN];
    let input = &mut front[..samples * In::LEN];
    if const { works_in_place::<L, In>() } {
        L::forward_in_place::<In, T, I>(isa, site, input, scratch);
        (front, back)
    } else {
        let output = &mut back[..samples * <L::Output<In> as Shape>::LEN];
        L::infer::<In, T, I>(isa, site, Forward { input, output, cache: scratch, phase });
        (back, front)
    }
}

/// Computes the next step of a stream in a layer that is neither first nor last, as [`infer`] does for whole samples.
#[inline(always)]
pub fn step<'m, L: Layer, In: Shape, T: Kernels, I: Isa>(
    isa: I,
    site: SiteOf<'_, L, T>,
    (front, back): (&'m mut [T], &'m mut [T]),
    (state, scratch, position): (&mut [T], &mut [T], usize),
) -> (&'m mut [T], &'m mut [T]) {
    let input = &front[..step_len::<In>()];
    let output = &mut back[..step_len::<L::Output<In>>()];
    L::step::<In, T, I>(isa, site, NextStep { input, output, state, scratch, position });
    (back, front)
}

/// Adds a layer to a graph of ONNX, with the name of its field and its type as it was declared.
///
/// # Errors
/// If the layer has no form in ONNX.
#[cfg(feature = "onnx")]
pub fn onnx<L: Layer, In: Shape, T: Scalar>(
    graph: &mut Graph,
    (name, declared): (&'static str, &'static str),
    site: SiteOf<'_, L, T>,
    input: &Value,
) -> Result<Value> {
    graph.within(name, declared, |graph| L::onnx::<In, T>(site, graph, input))
}
