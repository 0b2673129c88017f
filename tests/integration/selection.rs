//! Folds, cross-validation, searches, ensembles, and the range test of learning rates.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use typenet::Error;
use typenet::dataset::{self, Folds};
use typenet::metric::Better;
use typenet::prelude::*;
use typenet::selection::{Ensemble, Scores, grid, search};

network!(struct Line = Dense<1, 1>);
network!(struct Digits = Dense<64, 12>, Tanh, Dense<12, 10>, Softmax);
network!(struct Wide = Dense<64, 128>, Tanh, Dense<128, 10>, Softmax);

/// Samples that say their own number.
fn numbered(count: usize) -> Dataset<Vector<1>, Vector<1>, f64> {
    let inputs: Vec<_> = (0..count).map(|sample| [sample as f64]).collect();
    Dataset::new(inputs.clone(), inputs).unwrap()
}

#[test]
fn each_sample_is_held_out_once_and_folds_differ_by_at_most_one_sample() {
    for (count, folds) in [(2, 2), (3, 2), (7, 3), (10, 10), (23, 5)] {
        let data = numbered(count);
        let folds = data.folds(folds, &mut typenet::rng(37)).unwrap();
        let mut seen = BTreeSet::new();
        for (index, fold) in folds.iter().enumerate() {
            assert_eq!(fold.index, index);
            assert_eq!(fold.training.len() + fold.validation.len(), count);
            assert!([count / folds.len(), count.div_ceil(folds.len())].contains(&fold.validation.len()));
            let held_out: BTreeSet<_> = fold.validation.inputs().iter().map(|[value]| value.to_bits()).collect();
            assert!(fold.training.inputs().iter().all(|[value]| !held_out.contains(&value.to_bits())));
            assert!(fold.training.inputs().is_sorted() && fold.validation.inputs().is_sorted());
            seen.extend(held_out);
        }
        assert_eq!((seen.len(), folds.iter().len()), (count, folds.len()));
    }
}

#[test]
fn folds_are_random_and_the_same_for_the_same_seed() {
    let data = numbered(40);
    let first = |seed| data.folds(4, &mut typenet::rng(seed)).unwrap().fold(0).validation;
    assert_eq!(first(1), first(1));
    assert_ne!(first(1), first(2));
    assert!((0..10).map(|sample| [f64::from(sample)]).ne(first(1).inputs().iter().copied()));
}

#[test]
fn stratified_folds_have_the_same_share_of_each_class() {
    let labels = [0, 1, 2, 1, 1, 1, 0, 1, 2, 1, 1, 1, 0, 1, 1, 2, 1];
    let data: Dataset<Vector<1>, Class<4>> = Dataset::labelled([[0.5]; 17], labels).unwrap();
    for folds in 2..=17 {
        let folds = data.stratified_folds(folds, &mut typenet::rng(37)).unwrap();
        for class in 0..4 {
            let count = labels.iter().filter(|&&label| label == class).count();
            for fold in folds.iter() {
                let held_out = fold.validation.targets().iter().filter(|target| target.index() == class).count();
                assert!([count / folds.len(), count.div_ceil(folds.len())].contains(&held_out), "{class} in {folds:?}");
            }
        }
        assert!(
            folds
                .iter()
                .all(|fold| [17 / folds.len(), 17_usize.div_ceil(folds.len())].contains(&fold.validation.len()))
        );
    }
}

#[test]
fn a_wrong_number_of_folds_is_an_error() {
    let data = numbered(3);
    for folds in [0, 1, 4, usize::MAX] {
        let error = data.folds(folds, &mut typenet::rng(1)).unwrap_err();
        let expected =
            format!("the number of folds is {folds}, but must be at least 2, and at most the number of samples");
        assert!(folds > 1000 || error.to_string() == expected, "{error}");
    }
    let debug = format!("{:?}", data.folds(2, &mut typenet::rng(1)).unwrap());
    let expected = "Folds { folds: 2, data: Dataset { samples: 3, input: Vector<1>, target: Vector<1>, scalar: f64 } }";
    assert_eq!(debug, expected);
}

fn validate(folds: &Folds<'_, Vector<64>, Class<10>>) -> Scores {
    folds
        .cross_validate(|fold| {
            let mut network = Wide::init(&mut typenet::rng(fold.index as u64));
            Trainer::new(Nll, Adam::new(0.003)).batch_size(60).fit(&mut network, &fold.training)?;
            Ok(network.evaluate(&fold.validation, &Nll).loss)
        })
        .unwrap()
}

#[test]
#[cfg(feature = "rayon")]
fn any_number_of_threads_gives_the_same_scores() {
    let (data, _) = dataset::digits().split(0.2);
    let folds = data.stratified_folds(5, &mut typenet::rng(37)).unwrap();
    let scores = [1, 2, 5].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| validate(&folds))
    });
    assert_eq!(scores[0], validate(&folds));
    assert!(scores.windows(2).all(|pair| pair[0] == pair[1]), "{scores:?}");
    assert_eq!(scores[0].values().len(), 5);
    // Unlike seeds and folds.
    assert!(scores[0].deviation() > 0.0 && scores[0].mean() < 2.0, "{}", scores[0]);
}

#[test]
fn the_error_of_the_first_fold_that_has_one_is_returned() {
    let data = numbered(6);
    let folds = data.folds(3, &mut typenet::rng(1)).unwrap();
    let calls = AtomicUsize::new(0);
    let error = folds.map(|fold| -> Result<(), _> {
        calls.fetch_add(1, Ordering::Relaxed);
        let what = ["first", "second", "third"][fold.index];
        if fold.index > 0 { Err(Error::Empty { what }) } else { Ok(()) }
    });
    assert_eq!((error.unwrap_err(), calls.into_inner()), (Error::Empty { what: "second" }, 3));
}

#[test]
fn scores_have_the_mean_and_deviation_of_their_formulas() {
    let scores = Scores::from(vec![0.9, 1.0, 0.8, 0.95]);
    assert_eq!(scores.mean(), (0.9 + 1.0 + 0.8 + 0.95) / 4.0);
    // numpy.std([0.9, 1.0, 0.8, 0.95], ddof=1)
    assert!((scores.deviation() - 0.085_391_256_382_996_65).abs() < 1e-16);
    assert!(Scores::from(vec![]).mean().is_nan() && Scores::from(vec![1.0]).deviation().is_nan());
    assert_eq!(Scores::from(vec![1.0, f64::NAN]).to_string(), "NaN ± NaN");
}

#[test]
fn grids_have_all_combinations() {
    let names = ["a", "b"].map(String::from);
    let three = grid((vec![1, 2], names, [true]));
    assert_eq!(three.len(), 4);
    assert_eq!(three[1], (1, "b".to_owned(), true));
    let four = grid(([1, 2], 3..6, [0.5, 1.0], ['x', 'y']));
    assert_eq!((four.len(), four[0], four[23]), (24, (1, 3, 0.5, 'x'), (2, 5, 1.0, 'y')));
    assert_eq!(four.iter().map(|candidate| format!("{candidate:?}")).collect::<BTreeSet<_>>().len(), 24);
    assert!(grid(([1, 2], Vec::<u8>::new())).is_empty());
}

#[test]
fn rankings_are_in_order_with_failures_last() {
    let failure = || Err(Error::Empty { what: "data set" });
    let scores = [Ok(0.5), failure(), Ok(0.75), Ok(f64::NAN), Ok(0.5), Ok(f64::INFINITY)];
    let order = |better| {
        let ranking = search(0..6_usize, better, |&candidate| scores[candidate].clone()).unwrap();
        (ranking.candidates().iter().map(|ranked| ranked.candidate).collect::<Vec<_>>(), ranking)
    };
    let (smaller, ranking) = order(Better::Smaller);
    assert_eq!((smaller, *ranking.best()), (vec![0, 4, 2, 5, 3, 1], 0));
    let (larger, ranking) = order(Better::Larger);
    assert_eq!(larger, [5, 2, 0, 4, 3, 1]);
    let text = ranking.to_string();
    assert!(text.starts_with("inf        5\n0.7500     2\n0.5000     0\n"), "{text}");
    assert!(text.contains("failed     1: the data set is empty"), "{text}");
}

#[test]
fn a_search_without_candidates_or_without_a_success_is_an_error() {
    let none = search([0_u8; 0], Better::Larger, |_| Ok(1.0)).unwrap_err();
    assert_eq!(none.to_string(), "the number of candidates is 0, but must be at least 1");
    let all = search([1_u8, 2], Better::Larger, |&candidate| {
        Err(Error::Setting { name: "candidate", value: candidate.into(), allowed: "another" })
    });
    assert!(matches!(all, Err(Error::Setting { value: 1.0, .. })));
}

#[test]
fn an_ensemble_predicts_the_mean_of_its_members() {
    let (train, test) = dataset::digits().split(0.3);
    let ensemble = Ensemble::<Digits, 3>::train(|member| {
        let mut network = Digits::init(&mut typenet::rng(member as u64));
        Trainer::new(Nll, Adam::new(0.01)).epochs(2).seed(member as u64).fit(&mut network, &train)?;
        Ok(network)
    })
    .unwrap();
    let input = &test.inputs()[0];
    let outputs: Vec<_> = ensemble.members().iter().map(|member| member.predict(input)).collect();
    for (class, mean) in ensemble.predict(input).into_iter().enumerate() {
        let sum: f64 = outputs.iter().map(|output| f64::from(output[class])).sum();
        assert_eq!(mean, <f32 as typenet::Scalar>::from_f64(sum / 3.0));
    }
    let right =
        test.inputs().iter().zip(test.targets()).filter(|(input, target)| ensemble.predict_class(input) == **target);
    let share = right.count() as f64 / test.len() as f64;
    assert_eq!(ensemble.measure(&test, Accuracy), share);
    let mean = ensemble.members().iter().map(|member| member.measure(&test, Accuracy)).sum::<f64>() / 3.0;
    assert!(share > mean, "{share} and {mean}");
    // The same networks in a box each.
    let again = Ensemble::new([0, 1, 2].map(|member: usize| {
        let mut network = Digits::zeroed();
        network.copy_from(&ensemble.members()[member]);
        network
    }));
    assert_eq!(again.predict(input), ensemble.predict(input));
    assert_eq!(format!("{again:?}"), "Ensemble { members: 3, .. }");
}

#[test]
fn an_ensemble_reports_the_error_of_a_member() {
    let error = Ensemble::<Line, 2>::train(|_| Err(Error::Empty { what: "data set" })).unwrap_err();
    assert_eq!(error, Error::Empty { what: "data set" });
}

fn line() -> Dataset<Vector<1>, Vector<1>, f64> {
    let inputs: Vec<_> = (0..32).map(|sample| [f64::from(sample) / 32.0]).collect();
    let targets = inputs.iter().map(|[x]| [3.0 * x - 1.0]).collect();
    Dataset::new(inputs, targets).unwrap()
}

#[test]
fn the_range_test_takes_the_steps_of_a_loop_with_growing_learning_rates() {
    let data = line();
    let trainer = Trainer::new(MeanSquaredError, Sgd::new(0.3)).batch_size(32);
    let network = Line::<f64>::zeroed();
    let range = trainer.learning_rate_range(&network, &data, 1e-3..=1e-1, 5).unwrap();
    let (mut weight, mut bias, mut smoothed, mut rate) = (0.0, 0.0, 0.0, 1e-3_f64);
    let mut faded = 1.0;
    for (step, &(found, loss)) in range.points().iter().enumerate() {
        assert!((found / rate - 1.0).abs() < 1e-12, "{step}: {found}, not {rate}");
        let (mut sum, mut dw, mut db) = (0.0, 0.0, 0.0);
        for ([x], [y]) in data.inputs().iter().zip(data.targets()) {
            let error = weight * x + bias - y;
            (sum, dw, db) = (sum + error * error / 32.0, dw + 2.0 * error * x / 32.0, db + 2.0 * error / 32.0);
        }
        (weight, bias) = (weight - rate * dw, bias - rate * db);
        smoothed = 0.9 * smoothed + 0.1 * sum;
        faded *= 0.9;
        let expected = smoothed / (1.0 - faded);
        assert!((loss - expected).abs() < 1e-12, "{step}: {loss}, not {expected}");
        rate *= 10.0_f64.sqrt();
    }
    assert_eq!(range.points().len(), 5);
    assert_eq!(network.parameters(), [0.0; 2]);
    assert_eq!((trainer.optimizer().steps(), trainer.optimizer().learning_rate()), (0, Some(0.3)));
}

#[test]
fn the_range_test_ends_where_training_diverges() {
    let data = line();
    let trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).batch_size(4);
    let range = trainer.learning_rate_range(&Line::<f64>::zeroed(), &data, 1e-4..=1e6, 200).unwrap();
    let (count, steepest) = (range.points().len(), range.steepest().unwrap());
    assert!(count > 50 && count < 150, "{count}");
    assert!(steepest > 0.01 && steepest < range.lowest() && range.lowest() < 2.0, "{steepest} {}", range.lowest());
    // The loss of a network that is right already only rises.
    let mut right = Line::<f64>::zeroed();
    right.parameters_mut().copy_from_slice(&[3.0, -1.0]);
    assert_eq!(trainer.learning_rate_range(&right, &data, 1e-3..=1.0, 40).unwrap().steepest(), None);
}

#[test]
fn a_wrong_setting_of_the_range_test_is_an_error() {
    let (data, trainer) = (line(), Trainer::new(MeanSquaredError, Sgd::new(0.1)));
    let message = |rates, steps| {
        trainer.learning_rate_range(&Line::<f64>::zeroed(), &data, rates, steps).unwrap_err().to_string()
    };
    for start in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(message(start..=1.0, 10).starts_with("the first learning rate is "));
    }
    for end in [0.1, 0.01, f64::NAN, f64::INFINITY] {
        assert!(message(0.1..=end, 10).starts_with("the last learning rate is "));
    }
    assert!(message(0.1..=1.0, 1).starts_with("the number of steps is 1"));
    let batches = Trainer::new(MeanSquaredError, Sgd::new(0.1)).batch_size(0);
    assert!(batches.learning_rate_range(&Line::<f64>::zeroed(), &data, 0.1..=1.0, 10).is_err());
}
