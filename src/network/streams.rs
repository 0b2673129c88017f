//! How good is a network on a sequence that is much longer than a sample?

use alloc::vec::Vec;

use crate::dataset::Streams;
use crate::kernel::{Isa, Program, SoftmaxKernels, dispatch};
use crate::layer::Pass;
use crate::loss::Loss;
use crate::metric::{Metric, MetricState};
use crate::network::{
    Buffers, CarriedState, Differentiate, EvaluationOf, Evaluator, FitsInput, FitsTarget, Network, Observer,
    Predictions, Totals, Workspace,
};
use crate::shape::Shape;
use crate::shape::arithmetic::features;
use crate::target::{Holds, Target};

/// The buffers for a window of each stream of samples of `X` and `Y`.
pub(crate) type StreamBuffers<X, Y, T> = Buffers<<X as Shape>::Array<T>, <Y as Target>::Value<T>>;

impl<N, L, O> Evaluator<'_, '_, N, L, O>
where
    N: Network,
    L: Loss<N::Output>,
    O: Observer<N, L::Target>,
{
    /// Returns the sums over the windows of streams, from their beginning.
    pub(crate) fn totals_of_streams<X, Y>(
        &mut self,
        streams: &Streams<'_, X, Y, N::Scalar>,
        state: &mut CarriedState<N::Scalar>,
        Buffers { inputs, targets }: &mut StreamBuffers<X, Y, N::Scalar>,
    ) -> Totals
    where
        X: FitsInput<N::Input>,
        Y: FitsTarget<L::Target>,
    {
        let mut all = Totals::default();
        state.restart();
        for window in 0..streams.windows() {
            streams.gather(window, inputs, targets);
            let (inputs, targets) = (X::arrays(inputs), Y::values(targets));
            all.add(self.totals_of_windows(inputs, targets, state.next()));
        }
        all
    }
}

/// Returns the measures of a network on streams.
pub(super) fn evaluate_on_streams<N, L, X, Y>(
    network: &N,
    streams: &Streams<'_, X, Y, N::Scalar>,
    loss: &L,
) -> EvaluationOf<L, N::Output>
where
    N: Network,
    L: Loss<N::Output>,
    X: FitsInput<N::Input>,
    Y: FitsTarget<L::Target>,
{
    let (workspace, predictions) = (&mut Workspace::new(), &mut Predictions::new());
    let (mut state, mut buffers) = (CarriedState::of::<N>(streams.count()), Buffers::new(streams.count(), None));
    let mut evaluator = Evaluator { network, loss, workspace, predictions, observer: () };
    match evaluator.totals_of_streams(streams, &mut state, &mut buffers).means::<L::Evaluation, L::Target>() {
        Some(evaluation) => evaluation,
        None => unreachable!("streams have windows"),
    }
}

/// Returns the value of a metric for the predictions for streams.
pub(super) fn measure_on_streams<N, M, X, Y>(
    network: &N,
    streams: &Streams<'_, X, Y, N::Scalar>,
    metric: &M,
) -> M::Value
where
    N: Network,
    M: Metric<N::Output>,
    X: FitsInput<N::Input>,
    Y: Holds<M::Target>,
{
    let mut workspace = Workspace::for_samples(streams.count()).carrying(streams.count());
    let (mut inputs, mut targets, mut outputs) = (Vec::new(), Vec::<Y::Value<N::Scalar>>::new(), Vec::new());
    let mut state = M::State::new();
    for window in 0..streams.windows() {
        streams.gather(window, &mut inputs, &mut targets);
        let logits = match network.forward(X::arrays(&inputs), &Pass::inference(), &mut workspace) {
            Ok(logits) => N::Logits::flat_batch(logits),
            Err(error) => unreachable!("the workspace has room for a window of each stream: {error}"),
        };
        outputs.clear();
        outputs.extend_from_slice(logits);
        if N::Output::PROBABILITIES {
            dispatch(Probabilities::<N> { logits: &mut outputs });
        }
        for (output, target) in outputs.chunks_exact(N::Output::LEN).zip(&targets) {
            metric.add(&mut state, output, Y::inner(target));
        }
    }
    metric.value(&state)
}

/// Computes probabilities in place of logits.
struct Probabilities<'a, N: Network> {
    logits: &'a mut [N::Scalar],
}

impl<N: Network> Program for Probabilities<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        N::Scalar::softmax(isa, features::<N::Logits>(), self.logits);
    }
}
