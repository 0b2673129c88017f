//! What runs over a network with the best instruction set of the machine? The bodies of the calls in `network`.

use alloc::string::{String, ToString};
use core::ops::Range;

use crate::kernel::scratch::with_scratch;
use crate::kernel::{Isa, Program, SoftmaxKernels, run_portable};
use crate::layer::{
    Backward as LayerBackward, BatchStatistics, CarriedStates, Forward as LayerForward, Layer, NextStep, Pass, Phase,
    Plan, Site,
};
use crate::loss::{Loss, Values};
use crate::network::{Network, Parts, PlanOf, Sample, cut};
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
        N::trace(self.network, isa, self.input, self.output, self.scratch, &mut |_, _| {});
    }
}

/// Computes predictions and calls `visit` with the output of every layer.
pub(super) struct Show<'a, N: Network> {
    pub(super) infer: Infer<'a, N>,
    pub(super) visit: &'a mut dyn FnMut(&'static str, &[N::Scalar]),
}

impl<N: Network> Program for Show<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        let Self { infer: Infer { network, input, output, scratch }, mut visit } = self;
        N::trace(network, isa, input, output, scratch, &mut visit);
    }
}

/// Computes the logits of a batch that is a single tile.
pub(super) struct Forward<'a, N: Network> {
    pub(super) network: &'a N,
    pub(super) pass: &'a Pass,
    pub(super) input: &'a [N::Scalar],
    pub(super) logits: &'a mut [N::Scalar],
    pub(super) cache: &'a mut [N::Scalar],
    pub(super) statistics: &'a mut [N::Scalar],
    pub(super) states: CarriedStates<'a, N::Scalar>,
}

impl<N: Network> Program for Forward<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        let Self { network, pass, input, logits, cache, statistics, states } = self;
        if const { N::MIXING.barriers == 0 } {
            return ForwardPhase { network, pass, input, logits, cache, phase: Phase::of_window(states) }.run(isa);
        }
        for passed in 0..=N::MIXING.barriers {
            let (mut written, samples) = (0..0, input.len() / N::Input::LEN);
            let known = BatchStatistics::new(&mut *statistics, samples, true, &mut written);
            let (logits, cache, phase) = (&mut *logits, &mut *cache, Phase::after(passed, known));
            ForwardPhase { network, pass, input, logits, cache, phase }.run(isa);
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
    pub(super) phase: Phase<'a, N::Scalar>,
}

impl<N: Network> Program for ForwardPhase<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        let Self { network, pass, input, logits, cache, phase } = self;
        let site = Site { parameters: network, settings: &(), pass };
        let memory = LayerForward { input, output: logits, cache, phase };
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
        let memory = LayerBackward {
            input: self.input,
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
        let Parts { logits, cache, statistics, .. } = cut::<N>(memory, inputs.len());
        let input = N::Input::flat_batch(inputs);
        Forward { network, pass: &Pass::inference(), input, logits: &mut *logits, cache, statistics, states }.run(isa);
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
            let lengths = <PlanOf<N> as Plan>::INFERENCE_LEN + N::Output::LEN;
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
