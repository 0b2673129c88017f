//! What runs over a network with the best instruction set of the machine? The bodies of the calls in `network`.

use alloc::string::{String, ToString};

use crate::kernel::scratch::with_scratch;
use crate::kernel::{Isa, Program, SoftmaxKernels, dispatch};
use crate::layer::{Backward as LayerBackward, Forward as LayerForward, Layer, Pass, Plan, Site};
use crate::loss::{Loss, Values};
use crate::network::{Network, PlanOf, Sample, cut};
use crate::scalar::Scalar;
use crate::shape::Shape;

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
pub(super) struct Show<'a, N: Network, V> {
    pub(super) infer: Infer<'a, N>,
    pub(super) visit: &'a mut V,
}

impl<N: Network, V: FnMut(&'static str, &[N::Scalar])> Program for Show<'_, N, V> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        let Infer { network, input, output, scratch } = self.infer;
        N::trace(network, isa, input, output, scratch, self.visit);
    }
}

pub(super) struct Forward<'a, N: Network> {
    pub(super) network: &'a N,
    pub(super) pass: &'a Pass,
    pub(super) input: &'a [N::Scalar],
    pub(super) logits: &'a mut [N::Scalar],
    pub(super) cache: &'a mut [N::Scalar],
}

impl<N: Network> Program for Forward<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        let Self { network, pass, input, logits, cache } = self;
        let site = Site { parameters: network, settings: &(), pass };
        let memory = LayerForward { input, output: logits, cache };
        N::Architecture::forward_logits::<N::Input, N::Scalar, I>(isa, site, memory);
    }
}

pub(super) struct Backward<'a, N: Network> {
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

impl<N: Network> Program for Backward<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        let memory = LayerBackward {
            input: self.input,
            output: self.logits,
            cache: self.cache,
            grad_output: self.grad_logits,
            grad_input: self.grad_input,
            accumulate: self.accumulate,
        };
        let Self { network, pass, gradient, .. } = self;
        let site = Site { parameters: network, settings: &(), pass };
        N::Architecture::backward_logits::<N::Input, N::Scalar, I>(isa, site, memory, gradient);
    }
}

/// Computes the losses of one tile from its logits, and leaves the predictions in their place.
pub(super) struct TileLoss<'a, N: Network, L: Loss<N::Output>> {
    pub(super) network: &'a N,
    pub(super) loss: &'a L,
    pub(super) inputs: &'a [Sample<N, N::Input>],
    pub(super) targets: &'a [Values<L, N::Output, N::Scalar>],
    pub(super) memory: &'a mut [N::Scalar],
}

impl<N: Network, L: Loss<N::Output>> Program for TileLoss<'_, N, L> {
    type Output = N::Scalar;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> N::Scalar {
        let Self { network, loss, inputs, targets, memory } = self;
        let (logits, _, cache) = cut::<N>(memory, inputs.len());
        let input = N::Input::flat_batch(inputs);
        Forward { network, pass: &Pass::inference(), input, logits: &mut *logits, cache }.run(isa);
        let sum = loss.evaluate(isa, logits, targets, N::Scalar::ONE, None);
        if N::Output::PROBABILITIES {
            N::Scalar::softmax(isa, N::Logits::LEN, logits);
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
    inputs.iter().find_map(|input| {
        let input = N::Input::flat(input);
        if !input.iter().all(|x| x.is_finite()) {
            return Some("input".to_string());
        }
        let lengths = <PlanOf<N> as Plan>::INFERENCE_LEN + N::Output::LEN;
        with_scratch(lengths, |memory| {
            let (output, scratch) = memory.split_at_mut(N::Output::LEN);
            let mut first = None;
            let visit = &mut |layer: &'static str, output: &[N::Scalar]| {
                if first.is_none() && !output.iter().all(|x| x.is_finite()) {
                    first = Some(layer.to_string());
                }
            };
            dispatch(Show { infer: Infer { network, input, output, scratch }, visit });
            first
        })
    })
}
