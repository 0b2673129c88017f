//! Networks that are more visible than the networks in them, with only shapes in their public interface.
#![deny(warnings)]

use models::{Branch, Classifier, Deep, Family, Pictures};
use typenet::prelude::*;

mod models {
    use typenet::prelude::*;

    network!(struct Hidden<const N: usize> = Dense<4, N>, Tanh);
    network!(struct Head = Dense<4, 2>, Softmax);
    network!(pub(super) struct Branch = Dense<3, 4>, Residual { Hidden<4> }, Head);
    network!(pub struct Classifier (Vector<3>) -> Probabilities<2> = Dense<3, 4>, hidden: Hidden<4>, Relu, Head);
    network!(pub struct Family<const N: usize> = Dense<3, 4>, Hidden<N>, Tanh, Dense<N, 4>, last: Hidden<N>);
    network!(struct Brighten (Image<1, 2, 2>) = Sigmoid);
    network!(pub struct Pictures (Image<1, 2, 2>) = Residual { Brighten }, Brighten);

    network!(struct Step = Dense<4, 4>);
    // More consecutive layers than the compiler's limit for nested queries.
    network!(pub struct Deep = Dense<3, 4>,
        Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step,
        Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step,
        Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step,
        Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step,
        Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step
    );
}

#[test]
fn only_shapes_of_private_layers_are_seen() -> typenet::Result<()> {
    let data = Dataset::<Vector<3>, Class<2>>::labelled([[0.0; 3]], [0])?;
    let mut classifier = Classifier::init(&mut typenet::rng(37));
    Trainer::new(Nll, Sgd::new(0.1)).validation(&data).fit(&mut classifier, &data)?;
    let _: [f32; 2] = classifier.logits(&[0.0; 3]);
    assert_eq!(Branch::zeroed().predict(&[0.0; 3]), [0.5; 2]);
    assert_eq!(Family::<5>::zeroed().predict(&[0.0; 3]), [0.0; 5]);
    assert_eq!(*Pictures::zeroed().activations(&[[[0.0; 2]; 2]; 1]).residual, [[[0.5; 2]; 2]; 1]);
    assert_eq!(Deep::PARAMETERS, 16 + 100 * 20);
    assert_eq!(Deep::zeroed().predict(&[1.0; 3]), [0.0; 4]);
    Ok(())
}
