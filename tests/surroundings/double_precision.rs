//! The same declaration in `f64`.

use typenet::prelude::*;

network!(struct Xor = Dense<2, 8>, Tanh, Dense<8, 2>, Softmax);

#[test]
fn the_same_declaration_learns_in_f64() -> typenet::Result<()> {
    let inputs = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
    let data = Dataset::<Vector<2>, Class<2>, f64>::labelled(inputs, [0, 1, 1, 0])?;
    let mut network = Xor::<f64>::init(&mut typenet::rng(37));
    Trainer::new(Nll, Sgd::new(0.5)).epochs(500).batch_size(4).validation(&data).fit(&mut network, &data)?;
    assert_eq!(network.evaluate(&data, &Nll).accuracy, 1.0);
    let prediction: [f64; 2] = network.predict(&[1.0, 1.0]);
    assert!(prediction[0] > 0.5);
    let copy = network.clone();
    assert_eq!(copy.predict(&[1.0, 1.0]), prediction);
    assert_eq!(Xor::<f64>::zeroed().predict(&[1.0, 1.0]), [0.5, 0.5]);
    Ok(())
}
