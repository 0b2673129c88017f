//! Losses by themselves: their gradients against dual numbers, extreme scores, and settings out of range.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

#[path = "support/dual.rs"]
mod dual;

use dual::Dual;
use proptest::prelude::*;
use typenet::kernel::{Isa, Kernels, Program, dispatch};
use typenet::prelude::*;
use typenet::{Error, LabelSmoothing, Scalar, Target};

/// Relative to the largest slope; what is left is rounding.
const TOLERANCE: f64 = 1e-12;

/// The sum of a loss over samples with the gradient of that sum.
struct Of<'a, L, T, V>(&'a L, &'a [T], &'a [V]);

/// The shape that the losses are tried on.
type Scores = Vector<4>;

impl<L: Loss<Scores>, T: Kernels> Program for Of<'_, L, T, <L::Target as Target>::Value<T>> {
    type Output = (T, Vec<T>);

    fn run<I: Isa>(self, isa: I) -> Self::Output {
        let mut gradient = vec![T::ONE; self.1.len()];
        let value = self.0.evaluate(isa, self.1, self.2, T::ONE, Some(&mut gradient));
        let again = self.0.evaluate(isa, self.1, self.2, T::ONE, None);
        assert_eq!(value.to_f64().to_bits(), again.to_f64().to_bits(), "with and without gradient");
        (value, gradient)
    }
}

/// Holds the gradient to the slope by each score in turn. `targets` are the same answers in both types of number.
fn check<L>(
    loss: &L,
    scores: &[f64],
    targets: &[<L::Target as Target>::Value<f64>],
    duals: &[<L::Target as Target>::Value<Dual>],
) where
    L: Loss<Scores>,
{
    let (_, gradient) = dispatch(Of(loss, scores, targets));
    let scale = gradient.iter().fold(1.0, |scale: f64, g| scale.max(g.abs()));
    for (position, g) in gradient.iter().enumerate() {
        let mut moved: Vec<Dual> = scores.iter().map(|&score| Scalar::from_f64(score)).collect();
        moved[position] = Dual::variable(scores[position]);
        let (value, _) = dispatch(Of(loss, &moved, duals));
        assert!((g - value.slope).abs() <= TOLERANCE * scale, "{g}, not {}", value.slope);
    }
}

/// Checks a loss on values.
fn check_values<L: Loss<Scores, Target = Vector<4>>>(loss: &L, scores: &[f64], targets: &[[f64; 4]]) {
    let duals: Vec<[Dual; 4]> = targets.iter().map(|target| target.map(Scalar::from_f64)).collect();
    check(loss, scores, targets, &duals);
}

proptest! {
    #[test]
    fn gradients_are_the_slopes_of_the_losses(
        scores in prop::collection::vec(-5.0..5.0, 8),
        values in prop::collection::vec(-5.0..5.0, 8),
        classes in prop::collection::vec(0_usize..4, 2),
        delta in 0.1..4.0,
        share in 0.0..0.9,
    ) {
        let rows = |f: &dyn Fn(f64) -> f64| -> Vec<[f64; 4]> {
            values.chunks_exact(4).map(|row| core::array::from_fn(|i| f(row[i]))).collect()
        };
        check_values(&AbsoluteError, &scores, &rows(&|x| x));
        check_values(&Huber::new(delta), &scores, &rows(&|x| x));
        check_values(&BinaryCrossEntropy, &scores, &rows(&|x| (x + 5.0) / 10.0));
        check_values(&Hinge, &scores, &rows(&|x| if x > 0.0 { 1.0 } else { -1.0 }));
        let classes: Vec<Class<4>> = classes.iter().map(|&class| Class::new(class).unwrap()).collect();
        check(&CategoricalHinge, &scores, &classes, &classes);
        check(&CrossEntropy.label_smoothing(share), &scores, &classes, &classes);
    }
}

fn finite((value, gradient): (f32, Vec<f32>)) -> bool {
    value.is_finite() && gradient.iter().all(|g| g.is_finite())
}

#[test]
fn extreme_scores_have_finite_losses_and_gradients() {
    let scores = [1e30_f32, -1e30, 0.0, 1e-40];
    let class = [Class::new(1).unwrap()];
    assert!(finite(dispatch(Of(&BinaryCrossEntropy, &scores, &[[0.0, 1.0, 0.5, 0.5]]))));
    assert!(finite(dispatch(Of(&CrossEntropy.label_smoothing(0.1), &scores, &class))));
    assert!(finite(dispatch(Of(&Huber::default(), &scores, &[[0.0; 4]]))));
    assert!(finite(dispatch(Of(&AbsoluteError, &scores, &[[0.0; 4]]))));
    assert!(finite(dispatch(Of(&Hinge, &scores, &[[1.0; 4]]))));
    assert!(finite(dispatch(Of(&CategoricalHinge, &scores, &class))));
}

#[test]
fn scores_that_are_not_numbers_have_no_finite_loss() {
    for position in 0..4 {
        let mut scores = [0.5_f32, 1.0, -1.0, 3.0];
        scores[position] = f32::NAN;
        let class = [Class::new(1).unwrap()];
        assert!(dispatch(Of(&AbsoluteError, &scores, &[[0.0; 4]])).0.is_nan(), "{position}");
        assert!(dispatch(Of(&Huber::default(), &scores, &[[0.0; 4]])).0.is_nan(), "{position}");
        assert!(dispatch(Of(&BinaryCrossEntropy, &scores, &[[0.0; 4]])).0.is_nan(), "{position}");
        assert!(dispatch(Of(&Hinge, &scores, &[[1.0; 4]])).0.is_nan(), "{position}");
        assert!(dispatch(Of(&CategoricalHinge, &scores, &class)).0.is_nan(), "{position}");
        assert!(dispatch(Of(&CrossEntropy.label_smoothing(0.1), &scores, &class)).0.is_nan(), "{position}");
    }
}

#[test]
fn settings_out_of_range_are_refused() {
    for delta in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(std::panic::catch_unwind(|| Huber::new(delta)).is_err(), "{delta}");
    }
    for share in [1.0, -0.1, f64::NAN] {
        let smoothed: std::thread::Result<LabelSmoothing<Nll>> =
            std::panic::catch_unwind(|| Nll.label_smoothing(share));
        assert!(smoothed.is_err(), "{share}");
    }
    assert_eq!((Huber::new(0.5).delta(), Nll.label_smoothing(0.1).share()), (0.5, 0.1));
}

#[test]
fn binary_cross_entropy_learns_several_answers_at_once() {
    network!(struct Answers = Dense<2, 2>);
    let inputs = vec![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
    // Any of the two, and both of them.
    let data =
        Dataset::<Vector<2>, Vector<2>>::new(inputs, vec![[0.0, 0.0], [1.0, 0.0], [1.0, 0.0], [1.0, 1.0]]).unwrap();
    let mut network = Answers::zeroed();
    Trainer::new(BinaryCrossEntropy, Sgd::new(2.0)).epochs(400).batch_size(4).fit(&mut network, &data).unwrap();
    for (input, wanted) in data.inputs().iter().zip(data.targets()) {
        assert_eq!(network.predict(input).map(|score| f32::from(score > 0.0)), *wanted);
    }
}

network!(struct Score = Dense<1, 2>);

type Answers = Dataset<Vector<1>, Vector<2>>;

fn answers(last: [f32; 2]) -> Answers {
    Dataset::new(vec![[0.0]; 3], vec![[0.0, 1.0], [1.0, 1.0], last]).unwrap()
}

/// The error of training with a loss, before anything has changed.
fn refused(loss: impl Loss<Vector<2>, Target = Vector<2>> + Copy, data: &Answers, validation: &Answers) -> String {
    let mut score = Score::init(&mut typenet::rng(1));
    let before = score.parameters().to_vec();
    let mut trainer = Trainer::new(loss, Sgd::new(0.1)).batch_size(1).validation(validation);
    let error = trainer.fit(&mut score, data).unwrap_err();
    assert_eq!((score.parameters(), trainer.optimizer().steps()), (&before[..], 0));
    error.to_string()
}

#[test]
fn targets_that_a_loss_cannot_compare_with_are_refused_before_the_first_step() {
    let probabilities = "but the loss takes at least 0 and at most 1";
    let right = answers([0.5, 0.0]);
    for (wrong, text) in [([0.0, 2.0], "2 at position 1"), ([-0.5, 2.0], "-0.5 at position 0")] {
        let expected = format!("target 2 holds {text}, {probabilities}");
        assert_eq!(refused(BinaryCrossEntropy, &answers(wrong), &right), expected);
        assert_eq!(refused(BinaryCrossEntropy, &right, &answers(wrong)), expected);
    }
    let sides = "target 0 holds 0 at position 0, but the loss takes -1 or 1";
    assert_eq!(refused(Hinge, &right, &right), sides);

    // Through a weight, from a source, and in a loop of one's own.
    let mut score = Score::zeroed();
    let weighted = right.clone().weighted([1.0; 3]).unwrap();
    let error = Trainer::new(SampleWeights(Hinge), Sgd::new(0.1)).fit(&mut score, &weighted).unwrap_err();
    assert_eq!(error.to_string(), sides);
    let wrong = answers([0.0, 2.0]);
    let mut source = wrong.augmented(|_: &mut [f32; 1], _| ());
    let error = Trainer::new(BinaryCrossEntropy, Sgd::new(0.1)).fit_batches(&mut score, &mut source).unwrap_err();
    assert!(matches!(error, Error::TargetOutOfRange { position: 1, value: 2.0, .. }), "{error}");
    let (mut workspace, mut gradient) = (Workspace::new(), Gradient::zeroed());
    let (input, target, pass) = ([[0.0]], [[0.0, -1.0]], Pass::training(1, 0));
    let error = score.gradient(&input, &target, &BinaryCrossEntropy, &pass, &mut workspace, &mut gradient).unwrap_err();
    assert!(matches!(error, Error::TargetOutOfRange { sample: 0, position: 1, value: -1.0, .. }), "{error}");
}
