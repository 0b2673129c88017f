//! Connectionist temporal classification: against PyTorch, all paths written out, and dual numbers; and a network that learns where
//! the labels are.
//!
//! The recorded values, how they were made and in what form they are stored: `reference/README.md`.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::Value;
use typenet::Scalar;
use typenet::kernel::{Isa, Kernels, Program, dispatch};
use typenet::metric::{Decoded, EditDistance, SequenceAccuracy};
use typenet::prelude::*;

use crate::support::dual::Dual;

/// Relative to values above 1.
const TOLERANCE: f64 = 1e-12;

/// The same in `f32`, for losses of up to 100 that are sums over 40 steps.
const SINGLE_TOLERANCE: f64 = 1e-5;

/// The sum of the losses of samples with the gradient of that sum, times a weight.
struct Of<'a, T, const L: usize, const K: usize>(&'a [T], &'a [Labels<L, K>], T);

impl<T: Kernels, const L: usize, const K: usize> Program for Of<'_, T, L, K> {
    type Output = (T, Vec<T>);

    fn run<I: Isa>(self, isa: I) -> Self::Output {
        let mut gradient = vec![T::ONE; self.0.len()];
        let value = Ctc.evaluate(isa, self.0, self.1, self.2, Some(&mut gradient));
        let again = Ctc.evaluate(isa, self.0, self.1, self.2, None);
        assert_eq!(value.to_f64().to_bits(), again.to_f64().to_bits(), "with and without gradient");
        (value, gradient)
    }
}

/// The numbers of nested lists, in their order.
fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        number => vec![number.as_f64().unwrap()],
    }
}

/// The same, of counts.
fn counts(value: &Value) -> Vec<usize> {
    value.as_array().unwrap().iter().map(|count| usize::try_from(count.as_u64().unwrap()).unwrap()).collect()
}

fn assert_near<T: Kernels>(ours: &[T], theirs: &[f64], what: &str) {
    let tolerance = if T::NAME == "f64" { TOLERANCE } else { SINGLE_TOLERANCE };
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (position, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
        let apart = (ours.to_f64() - theirs).abs();
        assert!(apart <= tolerance * theirs.abs().max(1.0), "{what} at {position}: {ours} here, {theirs} there");
    }
}

network!(struct Given<const L: usize, const K: usize> (Sequence<L, K>) = Softmax);

/// Compares the losses of each sample, their means and their gradients.
fn agrees<T: Kernels, const L: usize, const K: usize>(file: &Value, name: &str) {
    let case = &file[T::NAME][name];
    let logits: Vec<T> = numbers(&case["logits"]).into_iter().map(T::from_f64).collect();
    let labels = case["labels"].as_array().unwrap().iter().map(counts);
    let steps = counts(&case["steps"]).into_iter();
    let targets: Vec<Labels<L, K>> =
        steps.zip(labels).map(|(steps, labels)| Labels::within(steps, &labels).unwrap()).collect();
    let expected = numbers(&case["losses"]);
    for ((logits, target), expected) in logits.chunks(L * K).zip(&targets).zip(&expected) {
        let (loss, _) = dispatch(Of(logits, &[*target], T::ONE));
        assert_near(&[loss], &[*expected], name);
    }
    let share = T::ONE / T::from_count(targets.len());
    assert_near(&dispatch(Of(&logits, &targets, share)).1, &numbers(&case["gradient"]), name);

    // The default of PyTorch divides each loss by the number of labels, at least 1.
    let weights: Vec<f64> = targets.iter().map(|target| 1.0 / target.classes().len().max(1) as f64).collect();
    let inputs = <Sequence<L, K>>::batch(&logits).to_vec();
    let data = Dataset::<Sequence<L, K>, Labels<L, K>, T>::new(inputs, targets).unwrap();
    let given = <Given<L, K, T>>::zeroed();
    let mean = given.evaluate(&data.weighted(weights.into_iter().map(T::from_f64)).unwrap(), &SampleWeights(Ctc)).loss;
    assert_near(&[T::from_f64(mean)], &numbers(&case["mean"]), name);
}

#[test]
fn losses_agree_with_pytorch() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("reference").join("ctc.json");
    let file = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    agrees::<f64, 7, 4>(&file, "plain");
    agrees::<f64, 6, 3>(&file, "padded");
    agrees::<f64, 4, 5>(&file, "full");
    agrees::<f64, 40, 8>(&file, "long");
    agrees::<f64, 1, 2>(&file, "single");
    agrees::<f32, 7, 4>(&file, "plain");
    agrees::<f32, 40, 8>(&file, "long");
}

/// The labels of a path, from their definition.
fn labels_of(path: &[usize]) -> Vec<usize> {
    let mut labels = path.to_vec();
    labels.dedup();
    labels.retain(|&class| class != 0);
    labels
}

#[test]
fn the_loss_is_the_sum_over_all_paths() {
    let logits: [f64; 15] = core::array::from_fn(|k| (k as f64 * 1.7).sin() * 2.0);
    let probabilities: Vec<f64> = logits
        .chunks(3)
        .flat_map(|row| {
            let sum: f64 = row.iter().map(|z| z.exp()).sum();
            row.iter().map(move |z| z.exp() / sum)
        })
        .collect();
    let mut sums = BTreeMap::<Vec<usize>, f64>::new();
    for number in 0..3_usize.pow(5) {
        let path: Vec<usize> = (0..5).map(|step| number / 3_usize.pow(step) % 3).collect();
        let probability: f64 = path.iter().enumerate().map(|(step, class)| probabilities[3 * step + class]).product();
        let labels = labels_of(&path);
        let classes: Vec<Class<3>> = path.iter().map(|&class| Class::new(class).unwrap()).collect();
        assert_eq!(Labels::<5, 3>::of_path(&classes), Labels::new(&labels).unwrap(), "{path:?}");
        *sums.entry(labels).or_default() += probability;
    }
    let mut total = 0.0;
    for (labels, probability) in &sums {
        let (loss, _) = dispatch(Of(&logits, &[Labels::<5, 3>::new(labels).unwrap()], 1.0));
        assert!((loss + probability.ln()).abs() < TOLERANCE, "{labels:?}: {loss}, not {}", -probability.ln());
        total += (-loss).exp();
    }
    assert!((total - 1.0).abs() < TOLERANCE, "{total}");
}

proptest! {
    #[test]
    fn gradients_are_the_slopes_of_the_loss(
        logits in prop::collection::vec(-5.0..5.0, 2 * 6 * 4),
        steps in 3_usize..7,
        labels in prop::collection::vec(1_usize..4, 0..3),
        others in prop::collection::vec(1_usize..4, 3),
    ) {
        let targets = [Labels::<6, 4>::within(steps, &labels).unwrap(), Labels::new(&others).unwrap()];
        let (_, gradient) = dispatch(Of(&logits, &targets, 1.0));
        for (position, g) in gradient.iter().enumerate() {
            let mut moved: Vec<Dual> = logits.iter().map(|&logit| Scalar::from_f64(logit)).collect();
            moved[position] = Dual::variable(logits[position]);
            let (value, _) = dispatch(Of(&moved, &targets, Scalar::ONE));
            prop_assert!((g - value.slope()).abs() <= TOLERANCE, "{g}, not {}", value.slope());
        }
    }
}

#[test]
fn padding_has_no_influence() {
    let target = [Labels::<5, 3>::within(3, &[1, 2]).unwrap()];
    let logits = |padding: f32| -> Vec<f32> {
        (0..15_u8).map(|k| if k < 9 { (f32::from(k) * 0.7).sin() } else { padding }).collect()
    };
    let (one, other) = (dispatch(Of(&logits(0.5), &target, 1.0)), dispatch(Of(&logits(f32::NAN), &target, 1.0)));
    assert_eq!(one, other);
    assert_eq!(one.1[9..], [0.0; 6]);
    // The slopes of each step have the sum 0.
    assert!(one.1.chunks(3).all(|step| step.iter().sum::<f32>().abs() < 1e-6));
}

#[test]
fn extreme_scores_have_finite_losses_and_others_do_not() {
    let target = [Labels::<4, 3>::new(&[1, 1]).unwrap()];
    // Labels whose probabilities are 0 in `f32` at every step.
    for extreme in [1e3_f32, 1e30] {
        let logits = [[extreme, -extreme, extreme]; 4];
        let (loss, gradient) = dispatch(Of(logits.as_flattened(), &target, 1.0));
        assert!(loss.is_finite() && loss >= 2.0 * extreme, "{loss}");
        assert!(gradient.iter().all(|g| g.is_finite() && g.abs() <= 1.0), "{gradient:?}");
        let logits = [[0.0, extreme, 0.0], [extreme, 0.0, 0.0], [0.0, extreme, 0.0], [0.0, extreme, 0.0]];
        assert_eq!(dispatch(Of(logits.as_flattened(), &target, 1.0)), (0.0, vec![0.0; 12]));
    }
    for position in 0..12 {
        let mut logits = [0.5_f32; 12];
        logits[position] = f32::NAN;
        assert!(dispatch(Of(&logits, &target, 1.0)).0.is_nan(), "{position}");
    }
}

#[test]
fn decoded_labels_are_measured() {
    let path = |classes: [usize; 4]| classes.map(|class| core::array::from_fn(|k| f32::from(u8::from(k == class))));
    let inputs = vec![path([1, 1, 0, 1]), path([0, 2, 2, 0]), path([0, 0, 0, 0]), path([1, 2, 1, 2])];
    let labels = |steps, labels: &[usize]| Labels::<4, 3>::within(steps, labels).unwrap();
    let targets = vec![labels(4, &[1, 1]), labels(4, &[1]), labels(4, &[]), labels(3, &[1, 2])];
    let data = Dataset::<Sequence<4, 3>, Labels<4, 3>>::new(inputs, targets).unwrap();
    let given = <Given<4, 3>>::zeroed();
    // One label of five is replaced, and one is too many.
    let expected = (2.0 / 5.0, 0.5);
    assert_eq!(given.measure(&data, (Decoded(EditDistance), Decoded(SequenceAccuracy))), expected);
    assert_eq!(given.evaluate(&data, &Ctc).accuracy, 0.5);
    let classes = given.predict_class(&data.inputs()[0]);
    assert_eq!(Labels::of_path(&classes), data.targets()[0]);
}

/// Pulses of two kinds with pauses between them, and their kinds in order.
fn pulses(seed: u64) -> ([[f32; 2]; 10], Vec<usize>) {
    let mut random = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut below = |limit: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (random >> 33) as usize % limit
    };
    let (mut signal, mut labels, mut step) = ([[0.0; 2]; 10], Vec::new(), below(3));
    while step + 2 < 10 {
        let (kind, length) = (below(2), 1 + below(3));
        signal[step..(step + length).min(10)].iter_mut().for_each(|features| features[kind] = 1.0);
        labels.push(1 + kind);
        step += length + 1 + below(2);
    }
    (signal, labels)
}

#[test]
fn a_network_learns_labels_without_their_steps() {
    network!(struct Listener (Sequence<10, 2>) -> ProbabilitySequence<10, 3> = Gru<_, 8>, Dense<_, 3>, Softmax);
    let (inputs, labels): (Vec<_>, Vec<_>) = (0..60).map(pulses).unzip();
    let data = Dataset::<Sequence<10, 2>, Labels<10, 3>>::new(inputs, Labels::of_samples(labels).unwrap()).unwrap();
    let (learned, unseen) = data.split(0.75);
    let mut listener = Listener::init(&mut typenet::rng(37));
    assert!(listener.evaluate(&unseen, &Ctc).accuracy < 0.5);
    let mut trainer = Trainer::new(Ctc, Adam::new(0.02)).epochs(60).batch_size(15).metric(Decoded(EditDistance));
    let history = trainer.fit(&mut listener, &learned).unwrap();
    assert_eq!(history["edit_distance"][59], 0.0, "{history:?}");
    assert_eq!(listener.measure(&unseen, Decoded(EditDistance)), 0.0);
    assert_eq!(listener.evaluate(&unseen, &Ctc).accuracy, 1.0);
}
