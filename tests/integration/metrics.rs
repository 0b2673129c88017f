//! Do metrics give scikit-learn's values, its results where there are none, and the same over many batches? Are they recorded
//! for every epoch of training, and watched?
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use serde_json::Value;
use typenet::metric::{self, Metric, MetricState, argmax};
use typenet::prelude::*;
use typenet::schedule::ReduceOnPlateau;
use typenet::{Error, Monitor};

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
    metric: &M,
    samples: impl Iterator<Item = (Vec<f64>, <M::Target as typenet::Target>::Value<f64>)>,
) -> M::Value {
    let mut state = M::State::new();
    samples.for_each(|(prediction, target)| metric.add(&mut state, &prediction, &target));
    metric.value(&state)
}

#[test]
fn class_metrics_are_those_of_scikit_learn() {
    for case in cases("classes") {
        let wanted = case["wanted"].as_array().expect("a list");
        let samples = wanted.iter().zip(case["scores"].as_array().expect("a list")).map(|(label, scores)| {
            let label = usize::try_from(label.as_u64().expect("a class")).expect("a small number");
            (row::<4>(scores).to_vec(), Class::<4>::new(label).expect("below four"))
        });
        let metrics = (Accuracy, TopK::<2>, ConfusionMatrix::<4>::new());
        let (accuracy, top, matrix) = measure::<Probabilities<4>, _>(&metrics, samples);
        assert_near(accuracy, &case["accuracy"], "accuracy");
        assert_near(matrix.accuracy(), &case["accuracy"], "accuracy of the matrix");
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
        let metrics = (MeanAbsoluteError, RootMeanSquaredError, RSquared);
        let (absolute, root, r_squared) = measure::<Vector<2>, _>(&metrics, samples);
        assert_near(absolute, &case["mean_absolute_error"], "mean absolute error");
        assert_near(root, &case["root_mean_squared_error"], "root mean squared error");
        assert_near(r_squared, &case["r_squared"], "R²");
    }
}

#[test]
fn measures_of_no_samples_and_r_squared_of_one_are_nan() {
    assert!(measure::<Vector<2>, _>(&Accuracy, std::iter::empty()).is_nan());
    assert!(measure::<Vector<2>, _>(&RootMeanSquaredError, std::iter::empty()).is_nan());
    assert!(measure::<Vector<1>, _>(&RSquared, [(vec![1.0], [1.0])].into_iter()).is_nan());
    assert!(ConfusionMatrix::<3>::new().macro_f1().is_nan());
}

#[test]
fn prediction_that_is_nan_is_wrong_and_of_no_class() -> typenet::Result<()> {
    let samples = || [(vec![f64::NAN, 0.5], Class::<2>::new(0)), (vec![0.9, 0.1], Class::new(0))].into_iter();
    let samples = || samples().map(|(prediction, class)| (prediction, class.expect("below two")));
    let metrics = (Accuracy, TopK::<2>, ConfusionMatrix::<2>::new());
    let (accuracy, top, matrix) = measure::<Vector<2>, _>(&metrics, samples());
    assert_eq!((accuracy, top), (0.5, 0.5));
    assert_eq!(matrix.counts(), &[[1, 0], [0, 0]]);
    assert_eq!((matrix.support(Class::new(0)?), matrix.recall(Class::new(0)?)), (2, 0.5));
    assert_eq!(matrix.accuracy(), 0.5);
    assert!(ConfusionMatrix::<2>::new().accuracy().is_nan());
    Ok(())
}

#[test]
fn evaluation_of_yes_and_no_is_their_accuracy() -> typenet::Result<()> {
    network!(struct Scores = Dense<1, 2>);
    let mut network = Scores::zeroed();
    (network.dense.weight[(0, 0)], network.dense.weight[(1, 0)]) = (1.0, f32::NAN);
    // The first output is right for two of three samples, the second is never finite.
    let inputs = vec![[-1.0], [1.0], [2.0]];
    let yes_and_no = Dataset::<Vector<1>, Vector<2>>::new(inputs.clone(), vec![[0.0, 0.0], [0.0, 1.0], [1.0, 1.0]])?;
    let accuracy = network.measure(&yes_and_no, BinaryAccuracy);
    assert_eq!(accuracy, 2.0 / 6.0);
    assert_eq!(network.evaluate(&yes_and_no, &BinaryCrossEntropy).accuracy, accuracy);
    let weighted = yes_and_no.weighted([1.0, 2.0, 0.5])?;
    assert_eq!(
        network.evaluate(&weighted, &SampleWeights(BinaryCrossEntropy.positive_weight(2.0)?)).accuracy,
        accuracy
    );

    network.dense.weight[(1, 0)] = 1.0;
    let signs = Dataset::<Vector<1>, Vector<2>>::new(inputs, vec![[-1.0, -1.0], [-1.0, 1.0], [1.0, 1.0]])?;
    assert_eq!(network.evaluate(&signs, &Hinge).accuracy, 5.0 / 6.0);
    let mut trainer = Trainer::new(Hinge, Sgd::new(1e-30)).epochs(1).validation(&signs);
    assert_eq!(trainer.fit(&mut network, &signs)?["val_accuracy"], [5.0 / 6.0]);
    Ok(())
}

#[test]
fn ranking_has_the_areas_of_the_metrics_and_equal_scores_are_one_point() {
    let samples =
        || [(0.5, 1.0), (0.5, 0.0), (f64::NAN, 1.0), (2.0, 1.0), (-1.0, 0.0), (f64::INFINITY, 0.0)].into_iter();
    let samples = || samples().map(|(score, target)| (vec![score], [target]));
    let metrics = (Ranking::new(), RocAuc, AveragePrecision);
    let (ranking, area, precision) = measure::<Vector<1>, _>(&metrics, samples());
    assert_eq!((ranking.roc_auc(), ranking.average_precision()), (area, precision));
    let counts: Vec<_> = ranking.points().iter().map(|point| (point.true_positives, point.false_positives)).collect();
    assert_eq!(counts, [(0, 1), (1, 1), (2, 2), (2, 3), (3, 3)]);
    assert_eq!(ranking.roc_curve().last(), Some(&(1.0, 1.0)));
    assert!(Ranking::new().roc_auc().is_nan() && Ranking::new().precision_recall_curve().is_empty());
}

#[test]
fn classes_have_their_names_in_all_texts() {
    let names = Names::from(["a", "the\tother"].map(String::from));
    let samples = (0..12).map(|_| (vec![0.9, 0.1], Class::<2>::new(0).expect("below two")));
    let matrix = measure::<Vector<2>, _>(&ConfusionMatrix::new().names(&names), samples);
    assert_eq!(matrix.class_names(), Some(&names));
    let lines = [
        "target     |           a  the\\tother",
        "-----------+------------------------",
        "a          |          12           0",
        "the\\tother |           0           0",
    ];
    assert_eq!(matrix.to_string(), lines.join("\n"));
    assert!(matrix.report().to_string().contains("\nthe\\tother     0.0000"));
    // The longest is a count.
    let matrix = measure::<Vector<2>, _>(
        &ConfusionMatrix::new().names(["a", "b"]),
        (0..12).map(|_| (vec![0.9, 0.1], Class::<2>::new(1).expect("below two"))),
    );
    assert_eq!(matrix.to_string(), "target |   a   b\n-------+--------\na      |   0   0\nb      |  12   0");
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
    let (matrix, accuracy) = network.measure(&data, (ConfusionMatrix::<3>::new(), Accuracy));
    assert_eq!(matrix.counts(), &counts);
    assert_eq!(accuracy, network.evaluate(&data, &Nll).accuracy);
    Ok(())
}

#[test]
fn positives_and_negatives_are_counted_for_both_kinds_of_targets() {
    // The outputs of three samples with two each; an output that is not finite is wrong either way.
    let outputs = [[2.0, -1.0], [0.5, 0.5], [f64::NAN, f64::INFINITY]];
    for no in [0.0, -1.0] {
        let targets = [[1.0, 1.0], [no, 1.0], [no, 1.0]];
        let samples = outputs.map(|output| output.to_vec()).into_iter().zip(targets);
        let matrix = measure::<Vector<2>, _>(&BinaryConfusionMatrix::new(), samples);
        let counts = [matrix.true_positives, matrix.false_positives, matrix.false_negatives, matrix.true_negatives];
        assert_eq!(counts, [2, 2, 2, 0]);
        assert_eq!((matrix.accuracy(), matrix.precision(), matrix.recall(), matrix.f1()), (2.0 / 6.0, 0.5, 0.5, 0.5));
        let text = "2 true and 2 false positives, 0 true and 2 false negatives: \
                    accuracy 0.3333, precision 0.5000, recall 0.5000, F1 0.5000";
        assert_eq!(matrix.to_string(), text);
    }
    let none = BinaryConfusionMatrix::new();
    assert!(none.accuracy().is_nan());
    assert_eq!((none.precision(), none.recall(), none.f1()), (0.0, 0.0, 0.0));
}

#[test]
fn metrics_of_answers_are_those_of_scikit_learn_also_with_equal_scores() {
    for case in cases("answers") {
        let list = |name: &str| case[name].as_array().unwrap().iter().map(row::<2>).collect::<Vec<_>>();
        let scores = list("scores").into_iter().map(|scores| scores.to_vec());
        let metrics = (RocAuc, AveragePrecision, BinaryAccuracy);
        let (area, precision, accuracy) = measure::<Vector<2>, _>(&metrics, scores.zip(list("targets")));
        assert_near(area, &case["roc_auc"], "area under the ROC curve");
        assert_near(precision, &case["average_precision"], "average precision");
        assert_near(accuracy, &case["accuracy"], "accuracy");
    }
    let of = |samples: [(f64, f64); 2]| {
        let samples = samples.into_iter().map(|(score, target)| (vec![score], [target]));
        measure::<Vector<1>, _>(&(RocAuc, AveragePrecision, BinaryAccuracy), samples)
    };
    // What is not finite is wrong, whichever the answer.
    assert_eq!(of([(f64::INFINITY, 1.0), (f64::NAN, 0.0)]), (0.0, 0.5, 0.0));
    let (area, precision, _) = of([(1.0, 0.0), (-1.0, -1.0)]);
    assert!(area.is_nan() && precision == 0.0);
    assert!(of([(1.0, 1.0), (-1.0, 1.0)]).0.is_nan());
}

#[test]
fn a_threshold_of_a_probability_is_that_of_its_raw_score() {
    let counts = |matrix: BinaryConfusionMatrix| {
        let samples = [-1.4, -1.3, 0.5, 1.3, 1.4].map(|score| (vec![score], [1.0]));
        measure::<Vector<1>, _>(&matrix, samples.into_iter()).true_positives
    };
    // σ(1.386) is 0.8.
    let probabilities = [0.0, 0.2, 0.5, 0.8, 1.0].map(BinaryConfusionMatrix::probability_threshold);
    assert_eq!(probabilities.map(counts), [5, 4, 3, 1, 0]);
    assert_eq!(counts(BinaryConfusionMatrix::new()), 3);
}

// Metrics that a trainer records for every epoch.

network!(struct Deep = Dense<2, 8>, Tanh, Dense<8, 3>, Softmax);
network!(struct Line = Dense<2, 2>);

type Classes = Dataset<Vector<2>, Class<3>>;
type Values = Dataset<Vector<2>, Vector<2>>;

fn classes(count: usize) -> Classes {
    let point = |i: usize| [(i % 7) as f32 * 0.5 - 1.0, (i % 5) as f32 * 0.25];
    let label = |i: usize| usize::from(i.is_multiple_of(2)) + usize::from(i.is_multiple_of(7));
    Dataset::labelled((0..count).map(point).collect::<Vec<_>>(), (0..count).map(label)).expect("good samples")
}

fn values(count: usize) -> Values {
    let data = classes(count);
    let targets = data.inputs().iter().map(|[x, y]| [x * y, 1.0 - x]).collect();
    Dataset::new(data.inputs().to_vec(), targets).expect("good samples")
}

fn macro_f1() -> impl Metric<Probabilities<3>, Target = Class<3>, Value = f64> + Clone {
    metric::number("macro_f1", ConfusionMatrix::<3>::new(), ConfusionMatrix::macro_f1).larger_is_better()
}

#[test]
fn metrics_of_training_are_those_of_the_network_before_the_step() {
    let data = classes(50);
    let history = Trainer::new(Nll, Sgd::new(0.5))
        .epochs(12)
        .batch_size(50)
        .metric(Accuracy)
        .metric(macro_f1())
        .validation(&data)
        .fit(&mut Deep::init(&mut typenet::rng(8)), &data)
        .unwrap();
    let names: Vec<_> = history.measures().iter().map(|measure| measure.name.as_str()).collect();
    assert_eq!(names, ["loss", "accuracy", "macro_f1", "val_loss", "val_accuracy", "val_macro_f1"]);
    // Each epoch is one step, so what training sees is what validation saw after the epoch before.
    for name in ["accuracy", "macro_f1"] {
        assert_eq!(history[name][1..], history[&*format!("val_{name}")][..11], "{name}");
    }
    assert!(history["accuracy"][11] > history["accuracy"][0], "it learns");
}

/// Steps so short that the network stays as it is.
fn still() -> Sgd {
    Sgd::new(1e-30)
}

#[test]
fn a_metric_counts_all_samples_of_an_epoch_and_is_no_mean_over_batches() {
    let (data, mut network) = (classes(61), Deep::init(&mut typenet::rng(8)));
    let whole = network.measure(&data, (Accuracy, TopK::<2>, macro_f1()));
    for (batch_size, batches) in [(1, 1), (7, 1), (8, 3), (61, 1), (1000, 2)] {
        let trainer = Trainer::new(Nll, still()).epochs(2).batch_size(batch_size).accumulate(batches);
        let mut trainer = trainer.metric(Accuracy).metric(TopK::<2>).metric(macro_f1()).validation(&data);
        let history = trainer.fit(&mut network, &data).unwrap();
        for epoch in history.epochs() {
            for prefix in ["", "val_"] {
                let found = ["accuracy", "top_2_accuracy", "macro_f1"].map(|name| epoch[&*format!("{prefix}{name}")]);
                assert_eq!(found, <[f64; 3]>::from(whole), "batches of {batch_size}");
            }
        }
    }

    let (data, mut network) = (values(61), Line::init(&mut typenet::rng(8)));
    let (root, r_squared) = network.measure(&data, (RootMeanSquaredError, RSquared));
    let trainer = Trainer::new(MeanSquaredError, still()).batch_size(7).metric(RootMeanSquaredError).metric(RSquared);
    let history = trainer.validation(&data).fit(&mut network, &data).unwrap();
    // Training adds the samples in another order.
    assert!((history["root_mean_squared_error"][0] - root).abs() < TOLERANCE);
    assert!((history["r2_score"][0] - r_squared).abs() < TOLERANCE);
    assert_eq!((history["val_root_mean_squared_error"][0], history["val_r2_score"][0]), (root, r_squared));
}

// So wide that a batch has several tiles.
network!(struct Wide = Dense<2, 300>, Tanh, Dropout(0.2), Dense<300, 3>, Softmax);

#[test]
fn metrics_change_no_bit_of_training_and_threads_no_bit_of_metrics() {
    let data = classes(2500);
    let start = Wide::init(&mut typenet::rng(8));
    let trainer = || Trainer::new(Nll, Sgd::new(0.1)).epochs(2).batch_size(1100).validation(&data);
    let mut plain = start.clone();
    let without = trainer().fit(&mut plain, &data).unwrap();
    let with = |trainer: Trainer<Nll, Sgd, f32, &Classes>| {
        let mut network = start.clone();
        let mut trainer = trainer.metric(Accuracy).metric(macro_f1());
        let history = trainer.fit(&mut network, &data).unwrap();
        assert_eq!(network.parameters(), plain.parameters());
        for name in ["loss", "val_loss", "val_accuracy"] {
            assert_eq!(history[name], without[name], "{name}");
        }
        [history["accuracy"].to_vec(), history["macro_f1"].to_vec(), history["val_macro_f1"].to_vec()]
    };
    let expected = with(trainer());
    #[cfg(feature = "rayon")]
    for threads in [1, 2, 3, 8] {
        assert_eq!(with(trainer().threads(threads)), expected, "{threads} threads");
    }
    assert!(expected.iter().flatten().all(|share| (0.0..=1.0).contains(share)));
}

#[test]
fn metrics_leave_the_weights_of_samples_out() {
    let data = classes(40);
    let weighted = data.clone().weighted((0_u8..40).map(|i| f32::from(i) / 10.0)).unwrap();
    let mut network = Deep::init(&mut typenet::rng(8));
    let expected = network.measure(&data, Accuracy);
    assert_eq!(network.measure(&weighted, Accuracy), expected);
    let mut trainer = Trainer::new(SampleWeights(Nll), still()).metric(Accuracy).metric(macro_f1());
    let history = trainer.fit(&mut network, &weighted).unwrap();
    assert_eq!((history["accuracy"][0], history["macro_f1"][0]), network.measure(&data, (Accuracy, macro_f1())));
    assert_eq!(history["accuracy"], [expected]);
}

#[test]
fn a_source_of_validation_batches_has_the_metrics_of_its_samples() {
    let data = classes(61);
    let mut source = data.augmented(|_: &mut [f32; 2], _| ());
    let trainer = || Trainer::new(Nll, Sgd::new(0.1)).epochs(3).batch_size(8).metric(macro_f1()).metric(TopK::<2>);
    let start = Deep::init(&mut typenet::rng(8));
    let expected = trainer().validation(&data).fit(&mut start.clone(), &data).unwrap();
    let history = trainer().validation_batches(&mut source).fit(&mut start.clone(), &data).unwrap();
    assert_eq!(history.measures(), expected.measures());
    for name in ["macro_f1", "val_accuracy", "val_macro_f1", "val_top_2_accuracy"] {
        assert_eq!(history[name], expected[name], "{name}");
    }
}

#[test]
fn a_metric_without_a_readable_name_is_refused() {
    let data = classes(10);
    let escape = ("\u{1b}[31m", r#""\u{1b}[31m""#);
    for (name, shown) in [("", r#""""#), ("two\nlines", r#""two\nlines""#), escape, ("val_loss", r#""val_loss""#)] {
        let mut trainer = Trainer::new(Nll, Sgd::new(0.1)).metric(metric::named(name, TopK::<2>));
        let error = trainer.fit(&mut Deep::zeroed(), &data).unwrap_err();
        assert_eq!(error, Error::InvalidMeasureName { name: name.into() });
        let text = error.to_string();
        assert!(text.starts_with(&format!("a metric is named {shown}, but a name must have a character")), "{text}");
    }
}

#[test]
fn two_measures_of_one_name_are_refused_before_anything_has_changed() {
    let (data, start) = (classes(10), Deep::init(&mut typenet::rng(8)));
    let mut network = start.clone();
    let trainer = || Trainer::new(Nll, Sgd::new(0.1)).metric(Accuracy);
    let error = trainer().metric(Accuracy).fit(&mut network, &data).unwrap_err();
    assert_eq!(error, Error::DuplicateMeasure { name: "accuracy".into() });
    let text =
        "two columns of the history would be named `accuracy`: rename a metric with `metric::named(\"..\", metric)`";
    assert_eq!(error.to_string(), text);
    // Those of the library, and of the other columns.
    for name in ["loss", "epoch", "samples", "learning_rate", "seconds"] {
        let error = trainer().metric(metric::named(name, TopK::<2>)).fit(&mut network, &data).unwrap_err();
        assert_eq!(error, Error::DuplicateMeasure { name: name.into() });
    }
    assert_eq!(network.parameters(), start.parameters());
    // Accuracy on the validation set is recorded once, whether or not a metric asks for it.
    let history = trainer().validation(&data).fit(&mut network, &data).unwrap();
    let names: Vec<_> = history.measures().iter().map(|measure| measure.name.as_str()).collect();
    assert_eq!(names, ["loss", "accuracy", "val_loss", "val_accuracy"]);
}

#[test]
fn every_watch_on_an_unknown_measure_names_those_that_are_recorded() {
    let (data, start) = (classes(10), Deep::init(&mut typenet::rng(8)));
    let trainer = || Trainer::new(Nll, Sgd::new(0.1)).metric(TopK::<2>).validation(&data);
    let mut network = start.clone();
    let mut errors = vec![
        trainer().callback(EarlyStopping::patience(3).monitor("accuracy")).fit(&mut network, &data),
        trainer().reduce_on_plateau_of("accuracy", ReduceOnPlateau::new()).fit(&mut network, &data),
    ];
    #[cfg(feature = "safetensors")]
    errors.push(trainer().checkpoints(Checkpoints::best("nowhere").monitor("accuracy")).fit(&mut network, &data));
    for error in errors.drain(..) {
        assert_eq!(
            error.unwrap_err().to_string(),
            "no measure is named `accuracy`: the names are `loss`, `top_2_accuracy`, `val_loss`, `val_accuracy`, \
             `val_top_2_accuracy`"
        );
    }

    // A custom metric that does not know which values are better.
    let undirected = || metric::number("recall", ConfusionMatrix::<3>::new(), ConfusionMatrix::macro_recall);
    let watched = |monitor: Monitor| {
        let stopping = EarlyStopping::patience(1).monitor(monitor);
        trainer().metric(undirected()).callback(stopping).fit(&mut start.clone(), &data)
    };
    assert_eq!(
        watched("val_recall".into()).unwrap_err().to_string(),
        "it is unknown whether smaller or larger values of `val_recall` are better: write \
         `Monitor::new(\"val_recall\").larger_is_better()` or `.smaller_is_better()`, or specify the direction in the metric"
    );
    assert!(watched(Monitor::new("val_recall").larger_is_better()).is_ok());
    assert_eq!(network.parameters(), start.parameters());
}

#[test]
fn watches_go_in_the_direction_that_a_metric_or_the_program_says() {
    let data = values(40);
    // Steps of 3 make the error larger and larger.
    let trainer = |rate: f64| {
        let metrics = Trainer::new(MeanSquaredError, Sgd::new(rate)).epochs(15).batch_size(40);
        metrics.metric(MeanAbsoluteError).metric(RSquared)
    };
    let epochs = |rate: f64, monitor: Monitor| {
        let stopping = EarlyStopping::patience(4).monitor(monitor);
        trainer(rate).callback(stopping).fit(&mut Line::zeroed(), &data).unwrap().len()
    };
    for name in ["loss", "mean_absolute_error", "r2_score"] {
        assert_eq!(epochs(0.1, name.into()), 15, "{name} becomes better");
        assert_eq!(epochs(3.0, name.into()), 5, "{name} becomes worse");
    }
    assert_eq!(epochs(0.1, Monitor::new("r2_score").smaller_is_better()), 5);
    assert_eq!(epochs(3.0, Monitor::new("mean_absolute_error").larger_is_better()), 15);

    let rate = |monitor: Monitor| {
        let plateau = ReduceOnPlateau::new().factor(0.5).patience(10).min_delta(0.0);
        let mut trainer = trainer(0.1).reduce_on_plateau_of(monitor, plateau);
        trainer.fit(&mut Line::zeroed(), &data).unwrap();
        trainer.optimizer().learning_rate().unwrap()
    };
    assert_eq!(rate("r2_score".into()), 0.1);
    assert_eq!(rate(Monitor::new("r2_score").smaller_is_better()), 0.05);
}

#[test]
fn lines_tables_and_records_have_every_measure() {
    let data = classes(50);
    let mut lines = Vec::new();
    let history = Trainer::new(Nll, Sgd::new(0.5))
        .epochs(11)
        .metric(macro_f1())
        .validation(&data)
        .callback(|record: &EpochRecord| lines.push(record.to_string()))
        .fit(&mut Deep::init(&mut typenet::rng(8)), &data)
        .unwrap();
    assert_eq!(history.to_string().lines().skip(1).collect::<Vec<_>>(), lines);
    let shown = |line: &str| line.split_whitespace().map(String::from).collect::<Vec<_>>();
    for (record, line) in history.epochs().zip(&lines) {
        let words = shown(line);
        for (name, value) in record.measures() {
            let place = words.iter().position(|word| word == name).unwrap();
            let written: f64 = words[place + 1].parse().unwrap();
            assert!((written - value).abs() < 1e-3, "{line}");
        }
    }
    let csv = history.to_csv();
    assert_eq!(
        csv.lines().next(),
        Some("epoch,samples,loss,macro_f1,val_loss,val_accuracy,val_macro_f1,learning_rate,seconds")
    );
    let read: Value = serde_json::from_str(&history.to_json()).unwrap();
    for (index, row) in csv.lines().skip(1).enumerate() {
        let cells: Vec<f64> = row.split(',').map(|cell| cell.parse().unwrap()).collect();
        let measures = ["loss", "macro_f1", "val_loss", "val_accuracy", "val_macro_f1"];
        for (cell, name) in cells[2..].iter().zip(measures) {
            assert_eq!(*cell, history[name][index], "{name}");
            assert_eq!(read["epochs"][index][name].as_f64(), Some(*cell), "{name}");
        }
    }
}
