//! Shortcuts, repetitions and branches: in each other, in generic networks, around all kinds of layers, under strict lints.
#![deny(warnings, missing_docs, missing_debug_implementations, unused, clippy::all, clippy::pedantic)]
#![forbid(unsafe_code)]

use typenet::prelude::*;

const WIDTH: usize = 3;
const TIMES: usize = 2;

network!(
    /// Three inputs, four outputs.
    pub struct Inner = Dense<3, 5>, Tanh, Dense<5, { WIDTH + 1 }>
);
network! {
    /// Everything in everything.
    pub struct Deep (Vector<3>) {
        /// A network beside layers.
        first: Residual(Inner) { Dense<WIDTH, 4>, Tanh },
        /// Twice, with branches in it.
        second: Repeat<TIMES> {
            Residual {
                Parallel(Add) {
                    /// With a comment.
                    #[frozen]
                    r#loop: { Gelu, Dense<4, WIDTH> },
                    /// Without a layer of its own.
                    other: { Repeat<1> { Residual(LeakyRelu(0.1)) { Dropout(0.25) } }, Dense<_, 3> },
                },
                #[init(Normal(0.0, 0.1))]
                Dense<_, 4>,
            },
        },
        third: Parallel { a: { Inner3 }, b: { Parallel { c: {}, d: { Dense<_, WIDTH> } } } },
    }
}
network!(
    /// Takes four.
    pub struct Inner3 = Dense<4, 3>
);
network!(
    /// Const parameters as sizes and counts.
    pub struct Sized<const T: usize, const I: usize, const R: usize> =
        Residual(Dense<2, T>) { Dense<2, I>, Relu, Dense<I, T> },
        Repeat<R> { Parallel(Add) { a: {}, b: { Dense<T, T> } } },
        Dense<T, 3>, Softmax
);
network!(
    /// Blocks without parameters.
    pub struct Plain (Image<1, 2, 2>) =
        Parallel { a: {}, b: { Tanh } }, Repeat<2> { Sigmoid }, Residual(Identity) { r#fn: Tanh }, Parallel(Add) { a: {}, b: {} }
);
network!(
    /// Pairs that branches make, one after the other.
    pub struct Paired<const N: usize, const R: usize> (Sequence<2, N>) =
        Parallel(Pair) { r#loop: {}, other: { Dense<N, N> } },
        Repeat<R> { Parallel(Pair) { r#loop: { CrossAttention<1> }, other: { Second } } },
        First
);

#[test]
fn blocks_compile_anywhere() -> typenet::Result<()> {
    let mut rng = typenet::rng(37);
    let mut deep = Deep::<f64>::init(&mut rng);
    let (inputs, targets) = ([[0.5, -1.0, 0.25], [2.0, 0.1, -0.5]], [[0.5; 10], [0.1; 10]]);
    let check = gradient_check(&mut *deep, &inputs, &targets, &MeanSquaredError)?;
    assert!(check.relative_error < 1e-7, "{} {}", check.relative_error, check.worst);
    assert_eq!(deep.second[1].residual.parallel.r#loop.dense.weight.shape(), (3, 4));
    assert_eq!(Deep::TENSORS.list().iter().filter(|tensor| tensor.frozen).count(), 4);
    assert!(format!("{deep:?}").contains("Repeat<TIMES>"));

    let data = Dataset::<Vector<2>, Class<3>>::labelled([[1.0, 0.0], [0.0, 1.0], [-1.0, -1.0]], [0, 1, 2])?;
    let mut sized = Sized::<8, 4, 2>::init(&mut rng);
    Trainer::new(Nll, Sgd::new(0.1)).epochs(80).batch_size(3).fit(&mut sized, &data)?;
    assert!(sized.evaluate(&data, &Nll).accuracy > 0.99);

    let image = [[[0.0, 1.0], [-1.0, 2.0]]];
    assert_eq!(*Plain::zeroed().activations(&image).parallel_2, Plain::zeroed().predict(&image));
    assert_eq!(Plain::PARAMETERS, 0);
    assert_eq!(Paired::<3, 2>::PARAMETERS, 12 + 2 * 4 * 12);
    assert_eq!(Paired::<3, 2>::zeroed().parallel.other.predict(&[[0.5; 3]; 2]), [[0.0; 3]; 2]);
    Ok(())
}
