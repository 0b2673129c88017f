//! What runs over a network with the best instruction set of the machine? The bodies of the calls in `network`.

use alloc::string::{String, ToString};
use core::ops::Range;

use crate::kernel::scratch::with_scratch;
use crate::kernel::{Isa, Program, SoftmaxKernels, run_portable};
use crate::layer::{
    Backward as LayerBackward, BatchStatistics, CarriedStates, Forward as LayerForward, Layer, NextStep, PaddedSamples,
    Pass, Phase, Site,
};
use crate::loss::{Loss, Values};
use crate::network::{Network, Parts, Sample, copied_len, cut, inference_len};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::shape::arithmetic::features;
use crate::tensor::{TensorInfo, TensorTable};

pub(super) struct Infer<'a, N: Network> {
    pub(super) network: &'a N,
    pub(super) input: &'a [N::Scalar],
    pub(super) output: &'a mut [N::Scalar],
    pub(super) scratch: &'a mut [N::Scalar],
}

impl<N: Network> Program for Infer<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        Show { infer: self, visit: |_: &'static str, _: &[N::Scalar]| {} }.run(isa);
    }
}

/// Computes predictions and calls `visit` with the output of every layer.
pub(super) struct Show<'a, N: Network, V> {
    pub(super) infer: Infer<'a, N>,
    pub(super) visit: V,
}

impl<N: Network, V: FnMut(&'static str, &[N::Scalar])> Program for Show<'_, N, V> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        let Self { infer: Infer { network, input, output, scratch }, mut visit } = self;
        if const { copied_len::<N>() == 0 } {
            return N::trace(network, isa, input, output, scratch, Phase::only(), &mut visit);
        }
        let padded = PaddedSamples::of::<N::Input>(input);
        let (steps, scratch) = scratch.split_at_mut(input.len() / N::Input::LEN * const { copied_len::<N>() });
        padded.copy_steps(steps);
        N::trace(network, isa, steps, output, scratch, Phase::only().of_padded(&padded), &mut visit);
    }
}

/// Computes the logits of a batch that is a single tile.
pub(super) struct Forward<'a, N: Network> {
    pub(super) network: &'a N,
    pub(super) pass: &'a Pass,
    pub(super) input: &'a [N::Scalar],
    pub(super) logits: &'a mut [N::Scalar],
    pub(super) cache: &'a mut [N::Scalar],
    pub(super) steps: &'a mut [N::Scalar],
    pub(super) statistics: &'a mut [N::Scalar],
    pub(super) states: CarriedStates<'a, N::Scalar>,
}

impl<N: Network> Program for Forward<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        let Self { network, pass, input, logits, cache, steps, statistics, states } = self;
        if const { N::MIXING.barriers == 0 } {
            let phase = Phase::of_window(states);
            return ForwardPhase { network, pass, input, logits, cache, steps, phase }.run(isa);
        }
        for passed in 0..=N::MIXING.barriers {
            let (mut written, samples) = (0..0, input.len() / N::Input::LEN);
            let known = BatchStatistics::new(&mut *statistics, samples, true, &mut written);
            let (logits, cache, phase) = (&mut *logits, &mut *cache, Phase::after(passed, known));
            ForwardPhase { network, pass, input, logits, cache, steps: &mut *steps, phase }.run(isa);
            publish(statistics, written, false);
        }
    }
}

/// Makes what layers measured in the samples of a tile, at `measured`, known in the forward or the backward pass of the tile.
pub(super) fn publish<T: Copy>(statistics: &mut [T], measured: Range<usize>, backward: bool) {
    let len = statistics.len() / 3;
    let start = measured.start + if backward { 2 * len } else { len };
    statistics.copy_within(measured, start);
}

/// Computes the logits of a tile, or what comes before them in one phase.
pub(super) struct ForwardPhase<'a, N: Network> {
    pub(super) network: &'a N,
    pub(super) pass: &'a Pass,
    pub(super) input: &'a [N::Scalar],
    pub(super) logits: &'a mut [N::Scalar],
    pub(super) cache: &'a mut [N::Scalar],
    pub(super) steps: &'a mut [N::Scalar],
    pub(super) phase: Phase<'a, N::Scalar>,
}

impl<N: Network> Program for ForwardPhase<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        let Self { network, pass, input, logits: output, cache, steps, phase } = self;
        let site = Site { parameters: network, settings: &(), pass };
        if const { copied_len::<N>() == 0 } {
            let memory = LayerForward { input, output, cache, phase };
            return N::Architecture::forward_logits::<N::Input, N::Scalar, I>(isa, site, memory);
        }
        let padded = PaddedSamples::of::<N::Input>(input);
        padded.copy_steps(steps);
        let memory = LayerForward { input: steps, output, cache, phase: phase.of_padded(&padded) };
        N::Architecture::forward_logits::<N::Input, N::Scalar, I>(isa, site, memory);
    }
}

/// What a backward pass reads and writes.
pub(super) struct BackwardMemory<'a, N: Network> {
    pub(super) network: &'a N,
    pub(super) pass: &'a Pass,
    pub(super) input: &'a [N::Scalar],
    pub(super) logits: &'a [N::Scalar],
    pub(super) grad_logits: &'a mut [N::Scalar],
    pub(super) cache: &'a mut [N::Scalar],
    /// The steps of padded sequences, which the forward pass has copied.
    pub(super) steps: &'a [N::Scalar],
    /// The gradient with respect to the input, if it is wanted.
    pub(super) grad_input: Option<&'a mut [N::Scalar]>,
    /// Whether the gradient is added to the one that is there.
    pub(super) accumulate: bool,
    pub(super) gradient: &'a mut N,
}

impl<N: Network> BackwardMemory<'_, N> {
    /// Computes the gradient of a tile, or the part of it that belongs to one phase.
    #[inline(always)]
    pub(super) fn run<I: Isa>(&mut self, isa: I, phase: Phase<'_, N::Scalar>) {
        let padded = PaddedSamples::of::<N::Input>(self.input);
        let (input, phase) =
            if const { copied_len::<N>() == 0 } { (self.input, phase) } else { (self.steps, phase.of_padded(&padded)) };
        let memory = LayerBackward {
            input,
            output: self.logits,
            cache: &mut *self.cache,
            grad_output: &mut *self.grad_logits,
            grad_input: self.grad_input.as_deref_mut(),
            accumulate: self.accumulate,
            phase,
        };
        let site = Site { parameters: self.network, settings: &(), pass: self.pass };
        N::Architecture::backward_logits::<N::Input, N::Scalar, I>(isa, site, memory, &mut *self.gradient);
    }
}

/// Computes the gradient of a batch that is a single tile.
pub(super) struct Backward<'a, N: Network> {
    pub(super) memory: BackwardMemory<'a, N>,
    pub(super) statistics: &'a mut [N::Scalar],
    pub(super) states: CarriedStates<'a, N::Scalar>,
}

impl<N: Network> Program for Backward<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        let Self { mut memory, statistics, states } = self;
        if const { N::MIXING.barriers == 0 } {
            return memory.run(isa, Phase::of_window(states));
        }
        for passed in 0..=N::MIXING.barriers {
            let (mut written, samples) = (0..0, memory.input.len() / N::Input::LEN);
            let known = BatchStatistics::new(&mut *statistics, samples, true, &mut written);
            memory.run(isa, Phase::after(passed, known));
            publish(statistics, written, true);
        }
    }
}

/// Computes the output at the next step of a stream.
pub(super) struct Step<'a, N: Network> {
    pub(super) network: &'a N,
    pub(super) memory: NextStep<'a, N::Scalar>,
}

impl<N: Network> Program for Step<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        let site = Site { parameters: self.network, settings: &(), pass: &Pass::inference() };
        N::Architecture::step::<N::Input, N::Scalar, I>(isa, site, self.memory);
    }
}

/// Computes the losses of one tile from its logits, and leaves the predictions in their place.
pub(super) struct TileLoss<'a, N: Network, L: Loss<N::Output>> {
    pub(super) network: &'a N,
    pub(super) loss: &'a L,
    pub(super) inputs: &'a [Sample<N, N::Input>],
    pub(super) targets: &'a [Values<L, N::Output, N::Scalar>],
    pub(super) states: CarriedStates<'a, N::Scalar>,
    pub(super) memory: &'a mut [N::Scalar],
}

impl<N: Network, L: Loss<N::Output>> Program for TileLoss<'_, N, L> {
    type Output = N::Scalar;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> N::Scalar {
        let Self { network, loss, inputs, targets, states, memory } = self;
        let Parts { logits, cache, steps, statistics, .. } = cut::<N>(memory, inputs.len());
        let (input, pass) = (N::Input::flat_batch(inputs), &Pass::inference());
        Forward { network, pass, input, logits: &mut *logits, cache, steps, statistics, states }.run(isa);
        let sum = loss.evaluate(isa, logits, targets, N::Scalar::ONE, None);
        if N::Output::PROBABILITIES {
            N::Scalar::softmax(isa, features::<N::Logits>(), logits);
        }
        sum
    }
}

/// Returns where the first value that is not finite is: the name of a tensor of parameters, `input`, or the name of a layer
/// whose output contains it.
pub(super) fn first_non_finite<N: Network>(network: &N, inputs: &[Sample<N, N::Input>]) -> Option<String> {
    if let Some(tensor) = network.non_finite_tensor() {
        return Some(tensor);
    }
    let mut first = None;
    for input in inputs {
        let input = N::Input::flat(input);
        find_non_finite(&mut first, "input", input);
        if first.is_none() {
            let lengths = const { inference_len::<N>() } + N::Output::LEN;
            with_scratch(lengths, |memory| {
                let (output, scratch) = memory.split_at_mut(N::Output::LEN);
                let visit = &mut |layer, output: &[N::Scalar]| find_non_finite(&mut first, layer, output);
                run_portable(Show { infer: Infer { network, input, output, scratch }, visit });
            });
        }
        if first.is_some() {
            break;
        }
    }
    first.map(str::to_string)
}

/// Stores the name of `values` in `first` if it has no name yet and a value is not finite.
fn find_non_finite<T: Scalar>(first: &mut Option<&'static str>, name: &'static str, values: &[T]) {
    if first.is_none() && !values.iter().all(|x| x.is_finite()) {
        *first = Some(name);
    }
}

/// Returns the dotted name of the first tensor of parameters with an element that is not finite.
pub(super) fn first_non_finite_tensor<T: Scalar>(table: &TensorTable, parameters: &[T]) -> Option<String> {
    let is_finite = |tensor: &TensorInfo| parameters[tensor.range.clone()].iter().all(|value| value.is_finite());
    table.list().into_iter().find(|tensor| !is_finite(tensor)).map(|tensor| tensor.name)
}
