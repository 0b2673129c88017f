//! `Dataset::stratified_split`: every sample once, in order, and scikit-learn's number of each class.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small numbers of samples and draws")]

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::Value;
use typenet::prelude::*;

const CLASSES: usize = 4;

type Data = Dataset<Vector<1>, Class<CLASSES>, f64>;

/// Samples whose inputs are their positions.
fn numbered(labels: &[usize]) -> Data {
    Dataset::labelled((0..labels.len()).map(|i| [i as f64]), labels.iter().copied()).unwrap()
}

fn positions(part: &Data) -> Vec<f64> {
    part.inputs().iter().map(|input| input[0]).collect()
}

fn count(labels: impl Iterator<Item = usize>) -> [usize; CLASSES] {
    let mut counts = [0; CLASSES];
    labels.for_each(|label| counts[label] += 1);
    counts
}

fn classes(part: &Data) -> [usize; CLASSES] {
    count(part.targets().iter().map(|class| class.index()))
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(43), ..ProptestConfig::default() })]

    #[test]
    fn each_part_has_its_share_of_every_class(
        labels in prop::collection::vec(0..CLASSES, 2..200),
        fraction in prop_oneof![Just(0.5), Just(0.25), 0.01..0.99],
    ) {
        let data = numbered(&labels);
        let (first, second) = data.clone().stratified_split(fraction);
        let (split, _) = data.clone().split(fraction);
        prop_assert_eq!(first.len(), split.len());

        // Shares are rounded up where the remainders are largest.
        let (mut least_up, mut most_down) = (labels.len(), 0);
        for (of_first, of_all) in classes(&first).into_iter().zip(classes(&data)) {
            let (share, remainder) = (of_all * first.len() / labels.len(), of_all * first.len() % labels.len());
            match of_first - share {
                0 => most_down = most_down.max(remainder),
                1 => least_up = least_up.min(remainder),
                more => prop_assert!(false, "{} more than the share of {}", more, share),
            }
        }
        prop_assert!(least_up >= most_down && least_up > 0);

        // Every sample once, in order, with its own class.
        for part in [&first, &second] {
            prop_assert!(positions(part).is_sorted());
            let own = |(input, class): (&[f64; 1], &Class<CLASSES>)| data.targets()[input[0] as usize] == *class;
            prop_assert!(part.inputs().iter().zip(part.targets()).all(own));
        }
        let mut all = [positions(&first), positions(&second)].concat();
        all.sort_by(f64::total_cmp);
        prop_assert_eq!(all, positions(&data));

        // Of each class the first ones.
        for class in 0..CLASSES {
            let of = |part: &Data| -> Vec<f64> {
                let samples = part.inputs().iter().zip(part.targets());
                samples.filter(|(_, target)| target.index() == class).map(|(input, _)| input[0]).collect()
            };
            prop_assert!([of(&first), of(&second)].concat().is_sorted());
        }
        let again = data.clone().stratified_split(fraction);
        prop_assert!(again == (first, second));
    }
}

#[test]
fn counts_are_those_of_scikit_learn() {
    let file: Value = serde_json::from_str(include_str!("../reference/stratified.json")).unwrap();
    let whole = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
    let list = |value: &Value| value.as_array().unwrap().iter().map(whole).collect::<Vec<_>>();
    let cases = file["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 65);
    for case in cases {
        let (counts, size, chosen) = (list(&case["counts"]), whole(&case["first"]), list(&case["chosen"]));
        let labels: Vec<_> = counts.iter().enumerate().flat_map(|(class, &count)| vec![class; count]).collect();
        let samples = labels.len();
        let data = Dataset::<Vector<1>, Class<10>>::labelled(vec![[0.0]; samples], labels).unwrap();
        let (first, second) = data.clone().stratified_split(size as f64 / samples as f64);
        assert_eq!((first.len(), second.len()), (size, samples - size), "{case}");

        // Which of several classes with the same remainder is rounded up is drawn at random there.
        let rounded = |shares: Vec<usize>| {
            let class = |(&count, share): (&usize, usize)| (count * size % samples, share - count * size / samples);
            let mut classes: Vec<_> = counts.iter().zip(shares).map(class).collect();
            classes.sort_unstable();
            classes
        };
        let mut own = vec![0; counts.len()];
        first.targets().iter().for_each(|target| own[target.index()] += 1);
        assert_eq!(rounded(own), rounded(chosen), "{case}");
    }
}

#[test]
fn sizes_are_those_of_a_split_without_classes() {
    let sizes = |each: usize, fraction: f64| {
        let labels = (0..10 * each).map(|sample| sample % 10);
        let data = Dataset::<Vector<1>, Class<10>>::labelled(vec![[0.0]; 10 * each], labels).unwrap();
        let (first, second) = data.clone().stratified_split(fraction);
        (first.len(), second.len())
    };
    assert_eq!([sizes(4, 0.5), sizes(3, 0.5), sizes(5, 0.7), sizes(5, 0.9)], [(20, 20), (15, 15), (35, 15), (45, 5)]);
    // No part is empty.
    assert_eq!([sizes(1, 0.01), sizes(1, 0.99)], [(1, 9), (9, 1)]);
}

#[test]
fn rare_classes_are_spread_over_both_parts() {
    // The two samples of class 1 are not both rounded into the larger part, nor are classes of one sample.
    let (first, second) = numbered(&[0, 0, 0, 0, 0, 0, 0, 0, 1, 1]).stratified_split(0.5);
    assert_eq!((classes(&first), classes(&second)), ([4, 1, 0, 0], [4, 1, 0, 0]));
    let (first, second) = numbered(&[0, 1, 2, 3]).stratified_split(0.5);
    assert_eq!((classes(&first), classes(&second)), ([1, 1, 0, 0], [0, 0, 1, 1]));
    // Among equal remainders the order of the samples decides.
    let (first, second) = numbered(&[3, 1, 0, 2]).stratified_split(0.5);
    assert_eq!((classes(&first), classes(&second)), ([0, 1, 0, 1], [1, 0, 1, 0]));
}

#[test]
#[should_panic(expected = "a data set of one sample cannot be split")]
fn one_sample_cannot_be_split() {
    let _ = numbered(&[0]).stratified_split(0.5);
}

#[test]
#[should_panic(expected = "the fraction of a split is 1, but must be above 0 and below 1")]
fn a_fraction_of_one_is_refused() {
    let _ = numbered(&[0, 0]).stratified_split(1.0);
}
