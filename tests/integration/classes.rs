//! Do `predict_class` and `top` say what the probabilities say?

use typenet::prelude::*;

network!(struct Classifier = Dense<2, 8>, Tanh, Dense<8, 5>, Softmax);

/// Some points of the square from -2 to 2.
fn points() -> impl Iterator<Item = [f32; 2]> {
    (0_u8..100).map(|i| [f32::from(i % 10) * 0.4 - 2.0, f32::from(i / 10) * 0.4 - 2.0])
}

#[test]
fn top_is_the_sorted_prediction() {
    let network = Classifier::init(&mut typenet::rng(5));
    for point in points() {
        let mut sorted: Vec<_> = network.predict(&point).into_iter().enumerate().collect();
        sorted.sort_by(|one, other| other.1.total_cmp(&one.1));
        let top = network.top::<5>(&point).map(|(class, probability)| (class.index(), probability));
        assert_eq!(top[..], sorted);
        assert_eq!(network.top::<2>(&point), network.top::<5>(&point)[..2]);
        assert_eq!(network.predict_class(&point).index(), sorted[0].0);
    }
}

#[test]
fn ties_go_to_the_lower_class() {
    let network = Classifier::zeroed();
    assert_eq!(network.predict_class(&[1.0, 2.0]).index(), 0);
    assert_eq!(network.top::<5>(&[1.0, 2.0]).map(|(class, _)| class.index()), [0, 1, 2, 3, 4]);
}

#[test]
fn predicted_classes_are_those_that_accuracy_counts() -> typenet::Result<()> {
    let network = Classifier::init(&mut typenet::rng(6));
    let labels: Vec<_> = points().map(|point| network.predict_class(&point).index()).collect();
    let data = Dataset::<Vector<2>, Class<5>>::labelled(points().collect::<Vec<_>>(), labels)?;
    assert_eq!(network.evaluate(&data, &Nll).accuracy, 1.0);
    Ok(())
}
