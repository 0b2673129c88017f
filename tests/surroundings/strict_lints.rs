//! Networks of every visibility, used and unused, compile without a warning under strict lints.
#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, missing_debug_implementations, missing_copy_implementations, unreachable_pub)]
#![deny(nonstandard_style, unused_qualifications, unused_results, trivial_casts, single_use_lifetimes)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery)]
#![allow(clippy::float_cmp, reason = "zeros give exact answers")]

pub mod models {
    //! Networks.
    use typenet::prelude::*;

    network! {
        /// A documented network.
        pub struct Documented {
            /// The hidden layer.
            hidden: Dense<4, 3>,
            Tanh,
            /// The last layer with parameters.
            output: Dense<3, 2>,
            Softmax,
        }
    }

    network!(pub struct Undocumented = Dense<4, 3>, Tanh);
    network!(pub struct Sized<const N: usize, const K: usize> = Dense<N, K>, Softmax);
    network!(pub(crate) struct InCrate = Dense<4, 3>, Relu);
    network!(pub(super) struct InParent = Dense<4, 3>, Sigmoid);
    network!(struct Private = Dense<4, 3>, Documented2, Softmax);
    network!(struct Documented2 = Dense<3, 3>);
    network!(pub struct Defaults (Vector<1>) = crate::own_layer::layers::Shift(amount = 2.0), crate::own_layer::layers::Shift);

    /// The prediction of the private network.
    #[must_use]
    pub fn private() -> [f32; 3] {
        Private::zeroed().predict(&[0.0; 4])
    }
}

pub mod formulas {
    //! Activations, losses, layers and functions by their formulas.
    typenet::activation!(
        /// A line, whose derivative does not depend on the input, and its second derivative on nothing.
        pub Line(x; slope: positive = 2, offset = -1) = slope * x + offset
    );
    typenet::activation!(pub Undocumented(x) = x * tanh(x));
    typenet::activation!(Private(x; scale) = scale * x);
    typenet::loss!(pub Scaled(prediction, target: unit; scale: positive = 1) = scale * (prediction - target).powi(2));
    typenet::loss!(pub(crate) Linear(prediction, target) = prediction - target);
    typenet::layer! {
        /// A layer.
        pub struct Gated<const N: usize> { gate: Matrix<N, N>, bias: Vector<N>, power: positive = 2 }
        fn forward(x: Vector<N>) -> Vector<N> { powf(sigmoid(gate * x + bias), power) * x }
    }
    typenet::layer! {
        pub(super) struct Sloped<const N: usize> { slope: Vector<N>, scale: finite = -1 }
        fn forward(x: Vector<N>) -> Vector<N> { scale * slope * x }
    }
    typenet::gradient_of! { pub fn square_sum(x: Vector<3>) -> Scalar { dot(x, x) } }

    typenet::network!(pub(super) struct Net (Vector<2>) = Line, Undocumented, Private(2.0), Gated<2>, Sloped<2>(scale = 2.0));
}

pub mod unused {
    //! Unused networks.
    typenet::network!(pub struct Unused = Dense<4, 3>, Softmax);
    typenet::network!(pub struct UnusedGeneric<const N: usize> (Vector<N>) -> Probabilities<3> = Dense<_, 3>, Softmax);
}

#[test]
fn networks_pass_strict_lints() {
    let uniform = [0.5, 0.5];
    assert_eq!(models::Documented::zeroed().predict(&[1.0; 4]), uniform);
    assert_eq!(models::Undocumented::zeroed().predict(&[1.0; 4]), [0.0; 3]);
    assert_eq!(models::Sized::<1, 2>::zeroed().predict(&[1.0]), uniform);
    assert_eq!(models::InCrate::zeroed().predict(&[1.0; 4]), [0.0; 3]);
    assert_eq!(models::InParent::zeroed().predict(&[1.0; 4]), [0.5; 3]);
    assert_eq!(models::Defaults::zeroed().predict(&[1.0]), [4.0]);
    assert_eq!(formulas::Net::zeroed().predict(&[1.0; 2]), [0.0; 2]);
    assert!(models::private().iter().all(|&p| (p - 1.0 / 3.0).abs() < 1e-6));
}
