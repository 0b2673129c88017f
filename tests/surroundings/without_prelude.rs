//! A program without imports.

typenet::network! {
    pub struct Classifier<const N: usize> {
        hidden: Dense<N, 3>,
        Tanh,
        Dense<_, 2>,
        Softmax,
    }
}

#[test]
fn nothing_has_to_be_imported() {
    let network = Classifier::<4>::init(&mut typenet::rng(1));
    let sum: f32 = network.predict(&[0.5; 4]).iter().sum();
    assert!((sum - 1.0).abs() < 1e-6);
    assert_eq!(network.predict_batch(&[[0.5; 4]]), [network.predict(&[0.5; 4])]);
    let mut output = [0.0; 2];
    network.predict_into(&[0.5; 4], &mut output);
    assert_eq!(output, network.predict(&[0.5; 4]));
    assert!(network.logits(&[0.5; 4]) != output);
    assert!(Classifier::<4>::summary().to_string().contains("Dense"));
    const { assert!(Classifier::<4>::WORKSPACE_LEN > 0 && Classifier::<4>::TILE > 0) };
}
