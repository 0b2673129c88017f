//! Networks with const parameters, at several sizes and with any parameter names.
#![allow(non_upper_case_globals)]

use typenet::loss::AnyOutput;
use typenet::prelude::*;

network! {
    /// A perceptron of any size.
    pub struct Mlp<const N: usize, const H: usize, const K: usize> {
        hidden: Dense<N, H>,
        Tanh,
        output: Dense<H, K>,
        Softmax,
    }
}

// Names that generated code would otherwise use.
network!(struct Names<const T: usize, const I: usize, const R: usize, const In: usize>
    = Dense<T, I>, Tanh, Dense<I, R>, Relu, Dense<R, In>, Softmax);
network!(struct Letters<const L: usize, const S: usize, const X: usize> = Dense<L, S>, Tanh, Dense<S, X>);
network!(struct Outer<const N: usize> (Vector<N>) = Dense<_, 4>, inner: Mlp<4, 5, 3>, Dense<3, N>);
network!(struct Through<const N: usize, const H: usize> (Vector<N>) = Mlp<N, H, 3>, Softmax);

fn train<N>(network: &mut Box<N>, data: &Dataset<N::Input, Class<3>>) -> typenet::Result<f64>
where
    N: Network<Scalar = f32>,
    Nll: Loss<N::Output, Target = Class<3>, Takes = AnyOutput>,
{
    Trainer::new(Nll, Sgd::new(0.5)).epochs(30).batch_size(3).fit(network, data)?;
    Ok(network.evaluate(data, &Nll).accuracy)
}

#[test]
fn networks_with_const_parameters_learn_at_several_sizes() -> typenet::Result<()> {
    let mut rng = typenet::rng(37);
    assert_eq!(Mlp::<4, 3, 2>::PARAMETERS, 4 * 3 + 3 + 3 * 2 + 2);
    assert_eq!(Mlp::<1, 1, 1>::init(&mut rng).predict(&[5.0]), [1.0]);
    let data = Dataset::<Vector<2>, Class<3>>::labelled([[1.0, 0.0], [0.0, 1.0], [-1.0, -1.0]], [0, 1, 2])?;
    assert_eq!(train(&mut Mlp::<2, 8, 3>::init(&mut rng), &data)?, 1.0);
    assert_eq!(train(&mut Names::<2, 8, 8, 3>::init(&mut rng), &data)?, 1.0);
    let _: [f32; 3] = Letters::<1, 2, 3>::init(&mut rng).predict(&[1.0]);
    let _: [f64; 3] = Names::<1, 2, 3, 3>::init(&mut rng).predict(&[1.0]).map(f64::from);
    let _: [f64; 2] = Names::<1, 2, 3, 2, f64>::init(&mut rng).predict(&[1.0]);
    let _: [f32; 7] = Outer::<7>::init(&mut rng).predict(&[1.0; 7]);
    let _: [f32; 3] = Through::<7, 2>::init(&mut rng).predict(&[1.0; 7]);
    Ok(())
}
