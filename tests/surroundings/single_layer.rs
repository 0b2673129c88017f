//! Networks with one layer.

use typenet::prelude::*;

network!(struct OnlySoftmax (Vector<3>) = Softmax);
network!(struct OnlyDense = Dense<3, 2>);
network!(struct OnlyIdentity (Vector<3>) = Identity);
network!(struct OnlyTanh (Image<1, 1, 2>) = Tanh);
network!(struct OnlyNested (Vector<3>) = OnlyDense);
network!(struct Flattened (Probabilities<3>) -> Vector<3> = Identity);
network!(struct Identities (Vector<3>) = Identity, Identity, Identity);

#[test]
fn networks_of_one_layer_learn() -> typenet::Result<()> {
    let mut rng = typenet::rng(37);
    let [a, b, c] = OnlySoftmax::init(&mut rng).predict(&[1.0, 1.0, 1.0]);
    assert!(a == b && b == c && (a - 1.0 / 3.0).abs() < 1e-6);
    let data = Dataset::<Vector<3>, Class<3>>::labelled([[1.0, 1.0, 1.0]], [0])?;
    assert!((OnlySoftmax::zeroed().evaluate(&data, &Nll).loss - 3.0_f64.ln()).abs() < 1e-6);
    Trainer::new(Nll, Sgd::new(0.1)).fit(&mut OnlySoftmax::zeroed(), &data)?;

    assert_eq!(OnlyIdentity::zeroed().predict(&[1.0, 2.0, 3.0]), [1.0, 2.0, 3.0]);
    assert_eq!(Identities::zeroed().predict(&[1.0, 2.0, 3.0]), [1.0, 2.0, 3.0]);
    assert_eq!(Flattened::zeroed().predict(&[1.0, 2.0, 3.0]), [1.0, 2.0, 3.0]);
    assert_eq!(OnlyTanh::zeroed().predict(&[[[0.0, 0.0]]]), [[[0.0, 0.0]]]);
    Trainer::new(CrossEntropy, Sgd::new(0.1)).fit(&mut OnlyIdentity::zeroed(), &data)?;
    Trainer::new(CrossEntropy, Sgd::new(0.1)).fit(&mut Identities::zeroed(), &data)?;

    let data = Dataset::<Vector<3>, Vector<2>>::new(vec![[1.0, 0.0, 0.0]], vec![[1.0, 2.0]])?;
    let mut dense = OnlyDense::zeroed();
    Trainer::new(MeanSquaredError, Sgd::new(0.5)).epochs(30).fit(&mut dense, &data)?;
    assert!((dense.predict(&[1.0, 0.0, 0.0])[1] - 2.0).abs() < 1e-3);
    let mut nested = OnlyNested::zeroed();
    Trainer::new(MeanSquaredError, Sgd::new(0.5)).epochs(30).fit(&mut nested, &data)?;
    assert_eq!(nested.predict(&[1.0, 0.0, 0.0]), dense.predict(&[1.0, 0.0, 0.0]));
    Ok(())
}
