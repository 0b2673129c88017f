//! Blocks: at any position, in generic networks, around all kinds of layers, under strict lints.
#![deny(warnings, missing_docs, unused, clippy::all, clippy::pedantic)]
#![forbid(unsafe_code)]

use typenet::prelude::*;

const WIDTH: usize = 3;

network!(
    /// Three inputs, three outputs.
    pub struct Inner = Dense<3, 5>, Tanh, Dense<5, WIDTH>
);
network! {
    /// Blocks at both ends, and a deeply nested one between them.
    pub struct Deep {
        first: Residual { Dense<WIDTH, 4>, Tanh, Dense<_, WIDTH> },
        middle: Residual {
            Gelu,
            #[frozen]
            own: Inner,
            deeper: Residual { Tanh, #[init(Normal(0.0, 0.1))] Dense<3, { WIDTH }> },
            Dropout(0.25),
        },
        /// With a comment.
        last: Residual { Inner },
    }
}
network!(
    /// Const parameters as sizes.
    pub struct Sized<const T: usize, const I: usize> =
        Dense<2, T>, Residual { Relu, Dense<T, I>, Residual { LeakyRelu(0.1) }, Dense<I, T> }, Dense<T, 3>, Softmax
);
network!(
    /// A block without parameters.
    pub struct Plain (Image<1, 2, 2>) = Residual { Sigmoid }, Residual { r#loop: Tanh }
);

#[test]
fn residual_blocks_compile_anywhere() -> typenet::Result<()> {
    let mut rng = typenet::rng(37);
    let mut deep = Deep::<f64>::init(&mut rng);
    let (inputs, targets) = ([[0.5, -1.0, 0.25], [2.0, 0.1, -0.5]], [[0.5; 3], [0.1; 3]]);
    let check = gradient_check(&mut *deep, &inputs, &targets, &MeanSquaredError)?;
    assert!(check.relative_error < 1e-7, "{} {}", check.relative_error, check.worst);
    assert_eq!(deep.middle.deeper.dense.weight.shape(), (3, 3));
    assert_eq!(Deep::TENSORS.list().iter().filter(|tensor| tensor.frozen).count(), 4);

    let data = Dataset::<Vector<2>, Class<3>>::labelled([[1.0, 0.0], [0.0, 1.0], [-1.0, -1.0]], [0, 1, 2])?;
    let mut sized = Sized::<8, 4>::init(&mut rng);
    Trainer::new(Nll, Sgd::new(0.2)).epochs(60).batch_size(3).fit(&mut sized, &data)?;
    assert!(sized.evaluate(&data, &Nll).accuracy > 0.99);

    let image = [[[0.0, 1.0], [-1.0, 2.0]]];
    let seen = Plain::zeroed().activations(&image);
    assert!((seen.residual[0][0][0] - 0.5).abs() < 1e-6);
    assert_eq!(*seen.residual_2, Plain::zeroed().predict(&image));
    Ok(())
}
