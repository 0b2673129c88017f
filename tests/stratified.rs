//! `Dataset::stratified_split`: every sample once, in order, and the documented number of each class.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small numbers of samples and draws")]

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
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

/// How many of so many samples of a class go to the first part.
fn first_of(count: usize, fraction: f64) -> usize {
    let mut first = 0;
    while (first as f64) < fraction * count as f64 - 0.5 || (first as f64 + 0.5) == fraction * count as f64 {
        first += 1;
    }
    first
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(43), ..ProptestConfig::default() })]

    #[test]
    fn each_part_has_its_share_of_every_class(
        labels in prop::collection::vec(0..CLASSES, 2..200),
        fraction in prop_oneof![Just(0.5), Just(0.25), 0.01..0.99],
    ) {
        let data = numbered(&labels);
        let expected = count(labels.iter().copied()).map(|count| first_of(count, fraction));
        let taken: usize = expected.iter().sum();
        prop_assume!(taken > 0 && taken < labels.len());
        let (first, second) = data.stratified_split(fraction);
        prop_assert_eq!(classes(&first), expected);

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
        let again = data.stratified_split(fraction);
        prop_assert!(again == (first, second));
    }

    #[test]
    fn shares_are_right_up_to_half_a_sample(
        labels in prop::collection::vec(0..CLASSES, 20..200),
        fraction in 0.1..0.9,
        seed in any::<u64>(),
    ) {
        let data = numbered(&labels).shuffled(&mut typenet::rng(seed));
        let (first, second) = data.stratified_split(fraction);
        for (part, share) in [(&first, fraction), (&second, 1.0 - fraction)] {
            for (of_part, of_all) in classes(part).into_iter().zip(classes(&data)) {
                let apart = (of_part as f64 - share * of_all as f64).abs();
                prop_assert!(apart <= 0.5 + 1e-9, "{} of {} for {}", of_part, of_all, share);
            }
        }
    }
}

#[test]
fn a_class_of_one_sample_goes_where_rounding_takes_it() {
    let data = numbered(&[0, 0, 0, 0, 1, 2]);
    // Halves are rounded up.
    let (first, second) = data.stratified_split(0.5);
    assert_eq!((classes(&first), classes(&second)), ([2, 1, 1, 0], [2, 0, 0, 0]));
    let (first, second) = data.stratified_split(0.49);
    assert_eq!((classes(&first), classes(&second)), ([2, 0, 0, 0], [2, 1, 1, 0]));
}

#[test]
#[should_panic(expected = "leaves one part of 4 samples empty")]
fn classes_of_one_sample_alone_cannot_be_split() {
    let _ = numbered(&[0, 1, 2, 3]).stratified_split(0.5);
}

#[test]
#[should_panic(expected = "the fraction of a split is 1, but must lie between 0 and 1")]
fn a_fraction_of_one_is_refused() {
    let _ = numbered(&[0, 0]).stratified_split(1.0);
}
