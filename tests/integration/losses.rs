//! Losses by themselves: their gradients against dual numbers, extreme scores, and settings out of range.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use crate::support::dual::Dual;
use proptest::prelude::*;
use typenet::kernel::{Isa, Kernels, Program, dispatch};
use typenet::prelude::*;
use typenet::{Error, LabelSmoothing, Scalar, Target};

/// Relative to the largest slope; what is left is rounding.
const TOLERANCE: f64 = 1e-12;

/// In `f32`, relative: some roundings.
const SINGLE_TOLERANCE: f64 = 1e-6;

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
        assert!((g - value.slope()).abs() <= TOLERANCE * scale, "{g}, not {}", value.slope());
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

/// Step of the stencil.
const STEP: f64 = 1e-3;
/// A five-point stencil of that step: 10⁻¹² of its fifth derivative, and rounding of 10⁻¹⁶ / 10⁻³.
const STENCIL_TOLERANCE: f64 = 1e-10;

/// Holds the gradient to a five-point stencil by each score in turn.
fn check_stencil<L: Loss<Scores>>(loss: &L, scores: &[f64], targets: &[<L::Target as Target>::Value<f64>]) {
    let (_, gradient) = dispatch(Of(loss, scores, targets));
    for (position, g) in gradient.iter().enumerate() {
        let at = |steps: f64| {
            let mut moved = scores.to_vec();
            moved[position] += steps * STEP;
            dispatch(Of(loss, &moved, targets)).0
        };
        let slope = (8.0 * (at(1.0) - at(-1.0)) - (at(2.0) - at(-2.0))) / (12.0 * STEP);
        assert!((g - slope).abs() < STENCIL_TOLERANCE, "{g}, not {slope}");
    }
}

proptest! {
    #[test]
    fn gradients_agree_with_a_stencil_away_from_kinks(
        scores in prop::collection::vec(-3.0..3.0, 4),
        values in prop::collection::vec(-3.0..3.0, 4),
        wanted in 0_usize..4,
        delta in 0.1..4.0,
        share in 0.0..0.9,
    ) {
        let targets: [f64; 4] = core::array::from_fn(|i| values[i]);
        let signs = targets.map(f64::signum);
        // No stencil reaches a kink from further than this.
        let smooth = |distance: f64| distance.abs() > 2.5 * STEP;
        let each = |distance: &dyn Fn(usize) -> f64| (0..4).all(|i| smooth(distance(i)));
        let missing = |i: usize| 1.0 + scores[i] - scores[wanted];
        let class = [Class::<4>::new(wanted).unwrap()];
        if each(&|i| scores[i] - targets[i]) {
            check_stencil(&AbsoluteError, &scores, &[targets]);
        }
        if each(&|i| (scores[i] - targets[i]).abs() - delta) {
            check_stencil(&Huber::new(delta), &scores, &[targets]);
        }
        if each(&|i| 1.0 - signs[i] * scores[i]) {
            check_stencil(&Hinge, &scores, &[signs]);
        }
        // The kinks are where the largest other score changes, and where the margin is reached.
        if (0..4).all(|i| i == wanted || smooth(missing(i)) && (0..i).all(|j| smooth(scores[i] - scores[j]))) {
            check_stencil(&CategoricalHinge, &scores, &class);
        }
        check_stencil(&BinaryCrossEntropy, &scores, &[targets.map(|t| (t + 3.0) / 6.0)]);
        check_stencil(&CrossEntropy.label_smoothing(share), &scores, &class);
        let weighted = ClassWeights::new(CrossEntropy.label_smoothing(share), [0.5, 0.0, 2.0, 1.25]).unwrap();
        check_stencil(&weighted, &scores, &class);
        check(&weighted, &scores, &class, &class);
    }
}

#[test]
fn losses_at_the_boundaries_of_their_pieces_have_the_values_of_the_formulas() {
    // Distances of δ, and just beyond it: the pieces meet.
    let (value, gradient) = dispatch(Of(&Huber::new(0.5), &[0.5, -0.5, 0.75, 0.0], &[[0.0; 4]]));
    assert_eq!((value, gradient), (0.25 * (0.125 + 0.125 + 0.25), vec![0.125, -0.125, 0.125, 0.0]));
    // Margins of 1 are enough, and less are not.
    let (value, gradient) = dispatch(Of(&Hinge, &[1.0, -1.0, 0.5, 0.0], &[[1.0, -1.0, 1.0, -1.0]]));
    assert_eq!((value, gradient), (0.25 * 1.5, vec![0.0, 0.0, -0.25, 0.25]));
    let class = [Class::new(2).unwrap()];
    assert_eq!(dispatch(Of(&CategoricalHinge, &[0.5, -1.0, 1.5, 0.5], &class)), (0.0, vec![0.0; 4]));
    assert_eq!(dispatch(Of(&CategoricalHinge, &[0.5, -1.0, 1.25, 0.5], &class)), (0.25, vec![1.0, 0.0, -1.0, 0.0]));
    let (value, gradient) = dispatch(Of(&AbsoluteError, &[1.0; 4], &[[1.0; 4]]));
    assert_eq!((value, gradient), (0.0, vec![0.0; 4]));
}

#[test]
fn binary_cross_entropy_keeps_the_digits_of_answers_that_are_nearly_right() {
    let exact = |z: f64| (-z).exp() / (1.0 + (-z).exp()) / 4.0;
    for score in [0.5_f32, 3.0, 20.0, 60.0, 87.0] {
        let (_, gradient) = dispatch(Of(&BinaryCrossEntropy, &[score, -score, score, -score], &[[1.0, 0.0, 1.0, 0.0]]));
        for (g, sign) in gradient.into_iter().zip([-1.0, 1.0, -1.0, 1.0]) {
            let exact = sign * exact(score.into());
            assert!((f64::from(g) / exact - 1.0).abs() < SINGLE_TOLERANCE, "{score}: {g:e}, not {exact:e}");
        }
    }
}

#[test]
fn label_smoothing_keeps_its_digits_where_logits_share_an_offset() {
    network!(struct Many (Vector<1000>) = Identity);
    let logits: [f32; 1000] = core::array::from_fn(|i| ((i * 37) % 64) as f32 / 64.0);
    let loss = CrossEntropy.label_smoothing(0.5);
    let of = |offset: f32| {
        let data = Dataset::<Vector<1000>, Class<1000>>::labelled([logits.map(|x| x + offset)], [5]).unwrap();
        Many::<f32>::zeroed().evaluate(&data, &loss).loss
    };
    let doubles = Dataset::<Vector<1000>, Class<1000>, f64>::labelled([logits.map(f64::from)], [5]).unwrap();
    let exact = Many::<f64>::zeroed().evaluate(&doubles, &loss).loss;
    // Multiples of 1/64 are exact up to 2¹⁸.
    for offset in [0.0, 3000.0, -3000.0, 200_000.0] {
        assert!((of(offset) / exact - 1.0).abs() < SINGLE_TOLERANCE, "{offset}: {}, not {exact}", of(offset));
    }
}

#[test]
fn a_class_weight_counts_the_whole_smoothed_loss_of_its_class() {
    let (loss, weights) = (CrossEntropy.label_smoothing(0.25), [0.5, 0.0, 2.0, 1.0]);
    let weighted = ClassWeights::new(loss, weights).unwrap();
    for offset in [0.0, 4096.0] {
        let scores = [0.5, -1.0, 2.0, 0.25].map(|score| score + offset);
        for (class, weight) in weights.into_iter().enumerate() {
            let target = [Class::new(class).unwrap()];
            let (plain, counted) = (dispatch(Of(&loss, &scores, &target)), dispatch(Of(&weighted, &scores, &target)));
            assert!((counted.0 - weight * plain.0).abs() < TOLERANCE, "{class}");
            for (counted, plain) in counted.1.iter().zip(plain.1) {
                assert!((counted - weight * plain).abs() < TOLERANCE, "{class}");
            }
        }
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
    let probabilities = "but the loss requires values of at least 0 and at most 1";
    let right = answers([0.5, 0.0]);
    for (wrong, text) in [([0.0, 2.0], "2 at position 1"), ([-0.5, 2.0], "-0.5 at position 0")] {
        let expected = format!("target 2 holds {text}, {probabilities}");
        assert_eq!(refused(BinaryCrossEntropy, &answers(wrong), &right), expected);
        assert_eq!(refused(BinaryCrossEntropy, &right, &answers(wrong)), expected);
    }
    let sides = "target 0 holds 0 at position 0, but the loss requires values of -1 or 1";
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
