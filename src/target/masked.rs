//! Which steps of a sequence count?

/// A loss, or a metric, of the steps of a sequence that have a target; the others count for nothing. So sequences of different lengths are
/// padded to one length.
///
/// l(x, t) = 1/n Σ_s l(x_s, t_s) over the n steps s with a target, and 0 without one
///
/// `Masked(Accuracy)` is a metric of the same steps, each of which counts as one sample, with the name of the inner metric in
/// histories. In `Masked(SequenceAccuracy)` and `Masked(EditDistance)`, the steps with a target are one sequence for each sample.
///
/// # Shapes
/// Network output: `ProbabilitySequence<L, K>` or `Sequence<L, K>`. Targets: `[Option<Class<K>>; L]`, where `None` is a step
/// without a target. The inner loss compares one step with a `Class<K>`: [`Nll`](crate::Nll), or
/// [`CrossEntropy`](crate::CrossEntropy) for a network that gives logits, also with label smoothing or class weights.
///
/// # Gradients
/// Those of the inner loss divided by n, and exactly zero at steps without a target. What a layer that reads forward computes at
/// padding after the end of a sequence therefore has no influence on the loss or any gradient: the bits are the same with any
/// other padding.
///
/// # Units
/// Training and evaluation use the mean over the samples, each of which is the mean over its own steps, so the loss of a sample
/// does not depend on how long the others are, or how much padding it has. `CrossEntropyLoss(ignore_index=..)` of PyTorch uses the
/// mean over all steps of a batch, where long samples weigh more. The accuracy of an [`Evaluation`](crate::Evaluation) is the mean
/// over the samples too.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Next (Tokens<4, 3>) = Embedding<_, 5>, Gru<_, 6>, Dense<_, 3>, Softmax);
///
/// // Two sequences, of 4 and of 2 tokens, and what follows each token. Padding is any token.
/// let inputs = [[0_u8, 1, 2, 0], [2, 1, 0, 0]].map(|tokens| Tokens::sample(tokens).unwrap());
/// let class = |index| Some(Class::new(index).unwrap());
/// let targets = [[class(1), class(2), class(0), class(1)], [class(1), class(0), None, None]];
/// let data: Dataset<Tokens<4, 3>, [Option<Class<3>>; 4]> = Dataset::new(inputs.to_vec(), targets.to_vec())?;
///
/// let mut next = Next::init(&mut typenet::rng(37));
/// Trainer::new(Masked(Nll), Adam::new(0.05)).epochs(100).fit(&mut next, &data)?;
/// assert_eq!(next.evaluate(&data, &Masked(Nll)).accuracy, 1.0);
/// assert_eq!(next.measure(&data, Masked(Accuracy)), 1.0);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Masked<P>(
    /// The loss or the metric of a step.
    pub P,
);
