//! Blocks of layers that follow one another several times.

#[cfg(feature = "onnx")]
use alloc::string::ToString;
use core::marker::PhantomData;
use core::mem;

use rand::Rng as RandomSource;

use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::{Backward, Forward, Layer, Mixing, NextStep, Origins, Plan, Site, SiteOf, StreamPlan, Takes};
#[cfg(feature = "onnx")]
use crate::onnx::{Graph, Result, Value};
use crate::scalar::Scalar;
use crate::shape::Shape;

/// The same layers `N` times, one after the other, each time with parameters of their own.
///
/// y = f(... f(f(x; θ₀); θ₁) ...; `θ_{N-1}`)
///
/// Written `Repeat<4> { .. }` in a network, with the layers between the braces. The count is a number, a constant or a const
/// parameter. The field of the block is an array: `network.blocks[0].hidden.weight`, in files `blocks.0.hidden.weight`, as in
/// PyTorch's `ModuleList`. Attributes on the layers, such as `#[frozen]` and `#[init(..)]`, hold for all repetitions. In Rust the
/// type is `Repeat<L, N>`, where `L` is a layer without settings, such as a network.
///
/// The compiler sees the layers once, whatever the count, so a deep network with `Repeat` compiles in the time of a shallow one.
///
/// # Shapes
/// Any shape that the inner layers both take and return. The first repetition takes [`Probabilities`](crate::Probabilities) as a
/// vector.
///
/// # Gradients
/// Those of the same layers written `N` times.
///
/// # Errors
/// A count of 0, and inner layers that return another shape than they take, do not compile. Neither do inner layers that mix the
/// samples of a batch, such as [`BatchNorm`](crate::BatchNorm), with `#[recompute]`.
///
/// # Numerics
/// The same bits as those of the layers written `N` times, also for the initial weights. A training pass keeps the outputs
/// of all repetitions and what their layers keep.
///
/// With `#[recompute]` above the block, a training pass keeps the outputs of all repetitions, and what the layers of *one* of them
/// keep. The backward pass runs the forward pass of each repetition again before it goes back through it. The bits are the same.
/// In Rust the type is `Repeat<L, N, true>`.
///
/// # Source
/// T. Chen, B. Xu, C. Zhang and C. Guestrin, "Training deep nets with sublinear memory cost", 2016, section 4, for `#[recompute]`.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network! {
///     struct Deep {
///         first: Dense<4, 8>,
///         blocks: Repeat<3> { Residual { Relu, hidden: Dense<8, 8> } },
///         last: Dense<8, 2>,
///     }
/// }
/// let mut network = Deep::init(&mut typenet::rng(37));
/// network.blocks[2].residual.hidden.bias[0] = 1.0;
/// assert_eq!(Deep::PARAMETERS, (4 * 8 + 8) + 3 * (8 * 8 + 8) + (8 * 2 + 2));
/// assert_eq!(Deep::TENSORS.list()[4].name, "blocks.1.residual.hidden.weight");
/// ```
///
/// The same block with less memory.
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Keeps (Vector<8>) = Repeat<50> { Dense<8, 8>, Tanh, Dense<8, 8> });
/// network!(struct Recomputes (Vector<8>) = #[recompute] Repeat<50> { Dense<8, 8>, Tanh, Dense<8, 8> });
///
/// let kept = |summary: typenet::Summary| summary.layers[0].kept;
/// // Each repetition has 8 outputs, 8 activations that its layers keep, and two gradients of 8 elements.
/// assert_eq!(kept(Keeps::summary()), 50 * 8 + 50 * (8 + 2 * 8));
/// assert_eq!(kept(Recomputes::summary()), 50 * 8 + (8 + 2 * 8));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Repeat<L, const N: usize, const RECOMPUTE: bool = false>(PhantomData<L>);

/// The plan of [`Repeat`] around `L`.
#[derive(Clone, Copy, Debug)]
pub struct RepeatPlan<L, In, const N: usize, const RECOMPUTE: bool>(PhantomData<(L, In)>);

type Inner<L, In> = <L as Layer>::Plan<<In as Shape>::Plain>;

impl<L: Layer, In: Shape, const N: usize, const RECOMPUTE: bool> RepeatPlan<L, In, N, RECOMPUTE> {
    /// The number of repetitions whose caches exist at the same time.
    const CACHES: usize = if RECOMPUTE { 1 } else { N };
    const CACHES_LEN: usize = Self::CACHES * Inner::<L, In>::CACHE_LEN;

    /// Returns the cache of a repetition.
    #[inline(always)]
    fn cache<T>(caches: &mut [T], index: usize) -> &mut [T] {
        let len = caches.len() / Self::CACHES;
        &mut caches[if RECOMPUTE { 0 } else { index * len }..][..len]
    }
}

impl<L: Layer, In: Shape, const N: usize, const RECOMPUTE: bool> Plan for RepeatPlan<L, In, N, RECOMPUTE> {
    // The outputs between the repetitions, and one gradient.
    const CACHE_LEN: usize = Self::CACHES_LEN + N * In::LEN;
    const FULL_CACHE_LEN: usize = N * (Inner::<L, In>::FULL_CACHE_LEN + In::LEN);
    const INFERENCE_LEN: usize = In::LEN + Inner::<L, In>::INFERENCE_LEN;
    const MULTIPLY_ADDS: u64 = N as u64 * Inner::<L, In>::MULTIPLY_ADDS;
    const READS_INPUT: bool = RECOMPUTE || Inner::<L, In>::READS_INPUT;
    const READS_OUTPUT: bool = Inner::<L, In>::READS_OUTPUT;
    const SUMS_FROM_ZERO: bool = Inner::<L, In>::SUMS_FROM_ZERO;
    const SAMPLES_TOGETHER: usize = Inner::<L, In>::SAMPLES_TOGETHER;
    const ROWS: usize = Inner::<L, In>::ROWS;
    const MIXING: Mixing = Inner::<L, In>::MIXING.times(N);
    const ALLOWS_PADDING: bool = Inner::<L, In>::ALLOWS_PADDING;
    const ORIGINS: Origins = Inner::<L, In>::ORIGINS.times(N);
    const STREAM: Option<StreamPlan> = match Inner::<L, In>::STREAM {
        Some(plan) => {
            Some(StreamPlan { state: N * plan.state, scratch: plan.scratch + <In::Step as Shape>::LEN, ..plan })
        }
        None => None,
    };
}

impl<L: Layer<Settings = ()>, const N: usize, const RECOMPUTE: bool> Repeat<L, N, RECOMPUTE> {
    /// Fails to compile for a count of 0.
    const COUNTED: () = assert!(N > 0, "a block is repeated at least once");
}

impl<L: Layer<Settings = ()>, const N: usize, const RECOMPUTE: bool> Layer for Repeat<L, N, RECOMPUTE> {
    type Output<In: Shape> = In::Plain;
    type Logits<In: Shape> = In::Plain;
    type With<T: Scalar> = [L::With<T>; N];
    type Settings = ();
    type Plan<In: Shape> = RepeatPlan<L, In, N, RECOMPUTE>;

    fn initialization((): &(), next: Initializer) -> Initializer {
        (0..N).fold(next, |next, _| L::initialization(&(), next))
    }

    fn initialize<T: Scalar, R: RandomSource + ?Sized>(
        parameters: &mut [L::With<T>; N],
        (): &(),
        initializer: Initializer,
        rng: &mut R,
    ) {
        // What each repetition receives depends on those after it, but they are initialized in their order.
        let mut wanted = [initializer; N];
        for index in (1..N).rev() {
            wanted[index - 1] = L::initialization(&(), wanted[index]);
        }
        for (parameters, initializer) in parameters.iter_mut().zip(wanted) {
            L::initialize::<T, R>(parameters, &(), initializer, rng);
        }
    }

    #[inline(always)]
    fn forward<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        let () = Self::COUNTED;
        const { assert!(!RECOMPUTE || Inner::<L, In>::MIXING.barriers == 0, "layers that mix samples are not recomputed") };
        let Forward { input, output, cache, mut phase } = memory;
        let len = input.len();
        let (caches, mut outputs) = cache.split_at_mut(len / In::LEN * Self::Plan::<In>::CACHES_LEN);
        let mut last = Some(output);
        let mut input = input;
        for (index, parameters) in site.parameters.iter().enumerate() {
            let cache = Self::Plan::<In>::cache(caches, index);
            let (own, other_outputs) = mem::take(&mut outputs).split_at_mut(len);
            outputs = other_outputs;
            let own = if index + 1 < N { own } else { last.take().unwrap_or_default() };
            if let Some(phase) = phase.of_next::<Inner<L, In>>() {
                let inner = Site { parameters, settings: &(), pass: &site.pass.at(index as u64) };
                L::forward::<In::Plain, T, I>(isa, inner, Forward { input, output: &mut *own, cache, phase });
            }
            input = own;
        }
    }

    #[inline(always)]
    fn infer<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        let () = Self::COUNTED;
        let Forward { input, output, cache, mut phase } = memory;
        let (other, cache) = cache.split_at_mut(input.len());
        // Two alternating slices, so that the last repetition writes into the output.
        let (mut own, mut before) = if N % 2 == 1 { (output, other) } else { (other, output) };
        for (index, parameters) in site.parameters.iter().enumerate() {
            let input = if index == 0 { input } else { &*before };
            let inner = Site { parameters, settings: &(), pass: site.pass };
            let phase = phase.of_inference::<Inner<L, In>>();
            let memory = Forward { input, output: &mut *own, cache: &mut *cache, phase };
            L::infer::<In::Plain, T, I>(isa, inner, memory);
            mem::swap(&mut own, &mut before);
        }
    }

    #[inline(always)]
    fn step<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: NextStep<'_, T>) {
        let NextStep { input, output, state, scratch, position } = memory;
        let (other, scratch) = scratch.split_at_mut(input.len());
        let state_len = Inner::<L, In>::STREAM.map_or(0, |plan| plan.state);
        // As in `infer`.
        let (mut own, mut before) = if N % 2 == 1 { (output, other) } else { (other, output) };
        for (index, parameters) in site.parameters.iter().enumerate() {
            let input = if index == 0 { input } else { &*before };
            let inner = Site { parameters, settings: &(), pass: site.pass };
            let state = &mut state[index * state_len..][..state_len];
            let memory = NextStep { input, output: &mut *own, state, scratch: &mut *scratch, position };
            L::step::<In::Plain, T, I>(isa, inner, memory);
            mem::swap(&mut own, &mut before);
        }
    }

    #[inline(always)]
    fn backward<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        site: SiteOf<'_, Self, T>,
        memory: Backward<'_, T>,
        gradient: &mut [L::With<T>; N],
    ) {
        let Backward { input, output, cache, grad_output, grad_input, accumulate, mut phase } = memory;
        let len = grad_output.len();
        let (caches, outputs) = cache.split_at_mut(len / In::LEN * Self::Plan::<In>::CACHES_LEN);
        let (outputs, spare) = outputs.split_at_mut((N - 1) * len);
        // Two alternating slices of gradients; the first repetition writes into the gradient of the input.
        let (mut own, mut before) = (grad_output, &mut spare[..len]);
        let mut first = Some(grad_input);
        let origins = phase.origins();
        for index in (0..N).rev() {
            phase.set_origins(origins.then(Inner::<L, In>::ORIGINS.times(index)));
            let cache = Self::Plan::<In>::cache(caches, index);
            let given = |index: usize| &outputs[index * len..][..len];
            let inner = Site { parameters: &site.parameters[index], settings: &(), pass: &site.pass.at(index as u64) };
            let input = if index > 0 { given(index - 1) } else { input };
            if let Some(phase) = phase.of_previous::<Inner<L, In>>() {
                if RECOMPUTE {
                    // The same output again, into memory that is free now.
                    let memory = Forward { input, output: &mut *before, cache: &mut *cache, phase: phase.again() };
                    L::forward::<In::Plain, T, I>(isa, inner, memory);
                }
                let grad_input = if index > 0 { Some(&mut *before) } else { first.take().flatten() };
                let memory = Backward {
                    input,
                    output: if index + 1 < N { given(index) } else { output },
                    cache,
                    grad_output: &mut *own,
                    grad_input,
                    accumulate,
                    phase,
                };
                L::backward::<In::Plain, T, I>(isa, inner, memory, &mut gradient[index]);
            }
            mem::swap(&mut own, &mut before);
        }
    }

    #[cfg(feature = "onnx")]
    fn onnx<In: Shape, T: Scalar>(site: SiteOf<'_, Self, T>, graph: &mut Graph, input: &Value) -> Result<Value> {
        let mut value = input.clone();
        for (index, parameters) in site.parameters.iter().enumerate() {
            let inner = Site { parameters, settings: &(), pass: site.pass };
            value = graph.within(index.to_string(), "", |graph| L::onnx::<In::Plain, T>(inner, graph, &value))?;
        }
        Ok(value)
    }
}

impl<In, L, const N: usize, const RECOMPUTE: bool> Takes<In> for Repeat<L, N, RECOMPUTE>
where
    In: Shape,
    L: Takes<<In as Shape>::Plain> + Layer<Settings = (), Output<<In as Shape>::Plain> = <In as Shape>::Plain>,
{
}
