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
/// Network output: `ProbabilitySequence<L, K>` or `Sequence<L, K>`. The inner loss compares a step, of shape `Probabilities<K>` or
/// `Vector<K>`, with a target, and `None` is a step without one:
///
/// | inner loss | targets |
/// |---|---|
/// | [`Nll`](crate::Nll), [`CrossEntropy`](crate::CrossEntropy), [`CategoricalHinge`](crate::CategoricalHinge), label smoothing, class weights | `[Option<Class<K>>; L]` |
/// | [`MeanSquaredError`](crate::MeanSquaredError), [`AbsoluteError`](crate::AbsoluteError), [`Huber`](crate::Huber), [`BinaryCrossEntropy`](crate::BinaryCrossEntropy), [`Hinge`](crate::Hinge) | `[Option<Vector<K>>; L]`, whose values are `[Option<[T; K]>; L]` |
///
/// # Errors
/// [`Error::TargetBehindEnd`](crate::Error::TargetBehindEnd) if a target belongs to the padding of a [`Padded`](crate::Padded) sequence.
///
/// A network that gives an element for each step of a [`Padded`](crate::Padded) sequence does not compile with a loss or a metric that
/// compares all steps. The error appears when the program is built, and not in `cargo check`.
///
/// ```compile_fail,E0080
/// use typenet::prelude::*;
///
/// network!(struct Level (Padded<Sequence<4, 1>>) = Gru<_, 3>, Dense<_, 1>);
/// let steps = Padded::<Sequence<4, 1>>::sample(&[[0.5]])?;
/// let data = Dataset::<Padded<Sequence<4, 1>>, Sequence<4, 1>>::new(vec![steps], vec![[[0.0]; 4]])?;
/// Trainer::new(MeanSquaredError, Sgd::new(0.1)).fit(&mut Level::zeroed(), &data)?;
/// # Ok::<(), typenet::Error>(())
/// ```
///
/// # Gradients
/// Those of the inner loss divided by n, and exactly zero at steps without a target. What a layer that reads forward computes at
/// padding after the end of a sequence therefore has no influence on the loss or any gradient: the bits are the same with any
/// other padding whose outputs are finite.
///
/// # Units
/// Training and evaluation use the mean over the samples, each of which is the mean over its own steps, so the loss of a sample
/// does not depend on how long the others are, or how much padding it has. `CrossEntropyLoss(ignore_index=..)` of PyTorch uses the
/// mean over all steps of a batch, where long samples weigh more. The accuracy, or the mean absolute error, of an
/// [`Evaluation`](crate::Evaluation) is the mean over all steps with a target, as that of the metrics.
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
///
/// Values at the steps of padded sequences: the running sum of up to four values.
/// ```
/// use typenet::metric::MeanAbsoluteError;
/// use typenet::prelude::*;
///
/// network!(struct RunningSum (Padded<Sequence<4, 1>>) = Gru<_, 8>, Dense<_, 1>);
///
/// let samples = [vec![[1.0], [2.0], [0.5]], vec![[-1.0]]];
/// let targets = samples.each_ref().map(|steps| {
///     let mut sum = 0.0;
///     core::array::from_fn(|step| steps.get(step).map(|[value]| { sum += value; [sum] }))
/// });
/// assert_eq!(targets[0], [Some([1.0]), Some([3.0]), Some([3.5]), None]);
/// let data: Dataset<Padded<Sequence<4, 1>>, [Option<Vector<1>>; 4]> = Dataset::of_padded_sequences(samples, targets)?;
///
/// let mut network = RunningSum::init(&mut typenet::rng(37));
/// Trainer::new(Masked(MeanSquaredError), Adam::new(0.05)).epochs(300).fit(&mut network, &data)?;
/// assert!(network.measure(&data, Masked(MeanAbsoluteError)) < 0.05);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Masked<P>(
    /// The loss or the metric of a step.
    pub P,
);
