//! Do metrics give scikit-learn's numbers, its answers where there are none, and the same over many batches?

use serde_json::Value;
use typenet::metric::{Metric, argmax};
use typenet::prelude::*;

/// Sums of some ten numbers in another order.
const TOLERANCE: f64 = 1e-12;

fn cases(kind: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(include_str!("../reference/metrics.json")).expect("the file is JSON");
    file[kind].as_array().expect("a list of cases").clone()
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn row<const N: usize>(value: &Value) -> [f64; N] {
    std::array::from_fn(|i| number(&value[i]))
}

fn assert_near(found: f64, wanted: &Value, what: &str) {
    assert!((found - number(wanted)).abs() <= TOLERANCE, "{what}: {found}, but scikit-learn has {wanted}");
}

/// What a metric says about a case.
fn measure<Output: Shape, M: Metric<Output>>(
    mut metric: M,
    samples: impl Iterator<Item = (Vec<f64>, <M::Target as typenet::Target>::Value<f64>)>,
) -> M::Value {
    samples.for_each(|(prediction, target)| metric.add(&prediction, &target));
    metric.value()
}

#[test]
fn class_metrics_are_those_of_scikit_learn() {
    for case in cases("classes") {
        let wanted = case["wanted"].as_array().expect("a list");
        let samples = wanted.iter().zip(case["scores"].as_array().expect("a list")).map(|(label, scores)| {
            let label = usize::try_from(label.as_u64().expect("a class")).expect("a small number");
            (row::<4>(scores).to_vec(), Class::<4>::new(label).expect("below four"))
        });
        let metrics = (Accuracy::default(), TopK::<2>::default(), ConfusionMatrix::<4>::default());
        let (accuracy, top, matrix) = measure::<Probabilities<4>, _>(metrics, samples);
        assert_near(accuracy, &case["accuracy"], "accuracy");
        assert_near(top, &case["top_2"], "top 2");
        assert_eq!(serde_json::json!(matrix.counts().map(|row| row.to_vec()).to_vec()), case["counts"]);
        for class in (0..4).map(|index| Class::new(index).expect("below four")) {
            assert_near(matrix.precision(class), &case["precision"][class.index()], "precision");
            assert_near(matrix.recall(class), &case["recall"][class.index()], "recall");
            assert_near(matrix.f1(class), &case["f1"][class.index()], "F1");
        }
        assert_near(matrix.macro_precision(), &case["macro_precision"], "macro precision");
        assert_near(matrix.macro_recall(), &case["macro_recall"], "macro recall");
        assert_near(matrix.macro_f1(), &case["macro_f1"], "macro F1");
    }
}

#[test]
fn value_metrics_are_those_of_scikit_learn() {
    for case in cases("values") {
        let predictions = case["predictions"].as_array().expect("a list");
        let targets = case["targets"].as_array().expect("a list");
        let samples = predictions.iter().zip(targets).map(|(p, t)| (row::<2>(p).to_vec(), row::<2>(t)));
        let metrics = (MeanAbsoluteError::default(), RootMeanSquaredError::default(), RSquared::default());
        let (absolute, root, r_squared) = measure::<Vector<2>, _>(metrics, samples);
        assert_near(absolute, &case["mean_absolute_error"], "mean absolute error");
        assert_near(root, &case["root_mean_squared_error"], "root mean squared error");
        assert_near(r_squared, &case["r_squared"], "R²");
    }
}

#[test]
fn measures_of_no_samples_and_r_squared_of_one_are_nan() {
    assert!(Metric::<Vector<2>>::value(Accuracy::default()).is_nan());
    assert!(Metric::<Vector<2>>::value(RootMeanSquaredError::default()).is_nan());
    assert!(measure::<Vector<1>, _>(RSquared::default(), [(vec![1.0], [1.0])].into_iter()).is_nan());
    assert!(ConfusionMatrix::<3>::default().macro_f1().is_nan());
}

#[test]
fn prediction_that_is_nan_is_wrong_and_of_no_class() -> typenet::Result<()> {
    let samples = || [(vec![f64::NAN, 0.5], Class::<2>::new(0)), (vec![0.9, 0.1], Class::new(0))].into_iter();
    let samples = || samples().map(|(prediction, class)| (prediction, class.expect("below two")));
    let metrics = (Accuracy::default(), TopK::<2>::default(), ConfusionMatrix::<2>::default());
    let (accuracy, top, matrix) = measure::<Vector<2>, _>(metrics, samples());
    assert_eq!((accuracy, top), (0.5, 0.5));
    assert_eq!(matrix.counts(), &[[1, 0], [0, 0]]);
    assert_eq!((matrix.support(Class::new(0)?), matrix.recall(Class::new(0)?)), (2, 0.5));
    Ok(())
}

network!(struct Classifier = Dense<2, 4>, Tanh, Dense<4, 3>, Softmax);

#[test]
fn many_batches_count_each_sample_once() -> typenet::Result<()> {
    let points: Vec<[f32; 2]> =
        (0_u16..3001).map(|i| [f32::from(i % 60) * 0.1 - 3.0, f32::from(i / 60) * 0.1]).collect();
    let labels: Vec<_> = (0..points.len()).map(|i| i % 3).collect();
    let network = Classifier::init(&mut typenet::rng(8));
    let mut counts = [[0; 3]; 3];
    for (point, &label) in points.iter().zip(&labels) {
        counts[label][argmax(&network.predict(point))] += 1;
    }
    let data = Dataset::<Vector<2>, Class<3>>::labelled(points, labels)?;
    let (matrix, accuracy) = network.measure(&data, (ConfusionMatrix::<3>::default(), Accuracy::default()));
    assert_eq!(matrix.counts(), &counts);
    assert!((accuracy - network.evaluate(&data, &Nll).accuracy).abs() < TOLERANCE);
    Ok(())
}

#[test]
fn answers_of_yes_and_no_are_counted_for_both_kinds_of_targets() {
    // The outputs of three samples with two each; an output that is not finite is wrong either way.
    let outputs = [[2.0, -1.0], [0.5, 0.5], [f64::NAN, f64::INFINITY]];
    for no in [0.0, -1.0] {
        let targets = [[1.0, 1.0], [no, 1.0], [no, 1.0]];
        let samples = outputs.map(|output| output.to_vec()).into_iter().zip(targets);
        let matrix = measure::<Vector<2>, _>(BinaryConfusionMatrix::default(), samples);
        let counts = [matrix.true_positives, matrix.false_positives, matrix.false_negatives, matrix.true_negatives];
        assert_eq!(counts, [2, 2, 2, 0]);
        assert_eq!((matrix.accuracy(), matrix.precision(), matrix.recall(), matrix.f1()), (2.0 / 6.0, 0.5, 0.5, 0.5));
        let text = "2 true and 2 false yes, 0 true and 2 false no: accuracy 0.3333, precision 0.5000, recall 0.5000, F1 0.5000";
        assert_eq!(matrix.to_string(), text);
    }
    let none = BinaryConfusionMatrix::default();
    assert!(none.accuracy().is_nan());
    assert_eq!((none.precision(), none.recall(), none.f1()), (0.0, 0.0, 0.0));
}
