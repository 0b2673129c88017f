//! A network as a layer of another: it trains and its gradient is correct, at any position and with any last layer.

use typenet::loss::AnyOutput;
use typenet::prelude::*;

network!(pub struct Encoder = Dense<3, 4>, Tanh);
network!(pub struct Attention = Dense<4, 5>, Tanh, Dense<5, 4>, Softmax);
network!(pub struct Head = Dense<4, 3>, Softmax);
network!(pub struct Deep (Vector<3>) = encoder: Encoder, Dense<4, 4>, attention: Attention);
network!(pub struct AnyHead<const N: usize, const K: usize> = Dense<N, K>, Softmax);

network!(struct First (Vector<3>) = Encoder, Dense<4, 3>, Softmax);
network!(struct SoftmaxInTheMiddle = Dense<3, 4>, Tanh, attention: Attention, output: Dense<4, 3>, Softmax);
network!(struct SoftmaxThenSoftmax = Dense<3, 4>, Attention, Dense<4, 3>, Softmax);
network!(struct Last = Dense<3, 4>, Tanh, head: Head);
network!(struct OnlyNested (Vector<3>) = Last);
network!(struct Everywhere (Vector<3>) = Encoder, Attention, Identity, Head);
network!(struct InTwoLevels (Vector<3>) = Deep, Tanh, AnyHead<4, 3>);
network!(struct Twice (Vector<3>) = Encoder, Dense<_, 3>, second: Encoder, AnyHead<4, 3>);

fn check<N>() -> typenet::Result<()>
where
    N: Network<Scalar = f64, Input = Vector<3>>,
    Nll: Loss<N::Output, Target = Class<3>, Takes = AnyOutput>,
    MeanSquaredError: Loss<N::Output, Target = Vector<3>, Takes = AnyOutput>,
{
    let mut network = N::init(&mut typenet::rng(37));
    let inputs = [[0.5, -1.0, 0.25], [2.0, 0.1, -0.5]];
    let targets = [Class::new(2)?, Class::new(0)?];
    let check = gradient_check(&mut *network, &inputs, &targets, &Nll)?;
    assert!(check.relative_error < 1e-7, "{} {} {}", N::NAME, check.relative_error, check.worst);
    let check = gradient_check(&mut *network, &inputs, &[[0.5; 3], [0.1; 3]], &MeanSquaredError)?;
    assert!(check.relative_error < 1e-7, "{} {} {}", N::NAME, check.relative_error, check.worst);
    Ok(())
}

fn train<N>() -> typenet::Result<()>
where
    N: Network<Scalar = f32, Input = Vector<3>>,
    Nll: Loss<N::Output, Target = Class<3>, Takes = AnyOutput>,
{
    let inputs = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    let data = Dataset::<Vector<3>, Class<3>>::labelled(inputs, [0, 1, 2])?;
    let mut network: Box<N> = N::init(&mut typenet::rng(37));
    let before = network.evaluate(&data, &Nll).loss;
    Trainer::new(Nll, Sgd::new(0.5)).epochs(200).batch_size(3).fit(&mut network, &data)?;
    let after = network.evaluate(&data, &Nll).loss;
    assert!(after < 0.9 * before, "{} {before} {after}", N::NAME);
    Ok(())
}

#[test]
fn nested_networks_learn_with_the_right_gradient() -> typenet::Result<()> {
    check::<First<f64>>()?;
    check::<SoftmaxInTheMiddle<f64>>()?;
    check::<SoftmaxThenSoftmax<f64>>()?;
    check::<Last<f64>>()?;
    check::<OnlyNested<f64>>()?;
    check::<Everywhere<f64>>()?;
    check::<InTwoLevels<f64>>()?;
    check::<Twice<f64>>()?;
    train::<First>()?;
    train::<SoftmaxInTheMiddle>()?;
    train::<Last>()?;
    train::<OnlyNested>()?;
    train::<Everywhere>()?;
    let network = Last::init(&mut typenet::rng(37));
    assert_eq!(network.head.dense.weight.shape(), (3, 4));
    assert!(Last::TENSORS.list().iter().any(|tensor| tensor.name == "head.dense.weight"));
    let logits: [f32; 3] = network.logits(&[1.0; 3]);
    let sum: f32 = network.predict(&[1.0; 3]).iter().sum();
    assert!(logits.iter().sum::<f32>() != sum && (sum - 1.0).abs() < 1e-6);
    Ok(())
}
