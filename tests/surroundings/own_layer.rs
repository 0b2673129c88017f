//! Custom layers: by path, without parameters in first, middle and last position, with parameters and settings.
#![allow(unsafe_code, reason = "`FlatParameters` is an unsafe trait, implemented by hand here")]

pub mod layers {
    //! Layers that a user could write.
    use typenet::kernel::{Isa, Kernels};
    use typenet::prelude::*;
    use typenet::{Backward, DefaultSettings, Elementwise, Forward, Plan, Reads, Scalar, Site, TensorTable};

    /// Multiplies each element by a factor, which is a setting.
    #[derive(Debug)]
    pub struct Scale;

    // SAFETY: the type has size 0.
    unsafe impl<T: Scalar> FlatParameters<T> for Scale {
        const TENSORS: TensorTable = TensorTable::EMPTY;
    }

    impl Scale {
        /// The factor.
        ///
        /// # Panics
        /// If the factor is 0.
        #[must_use]
        pub const fn settings(factor: f64) -> f64 {
            assert!(factor != 0.0, "a factor of 0 loses everything");
            factor
        }
    }

    /// Reads neither input nor output.
    pub struct ScalePlan;

    impl Plan for ScalePlan {
        const READS_INPUT: bool = false;
        const READS_OUTPUT: bool = false;
    }

    impl Layer for Scale {
        type Output<In: Shape> = In::Plain;
        type Logits<In: Shape> = In::Plain;
        type With<T: Scalar> = Self;
        type Settings = f64;
        type Plan<In: Shape> = ScalePlan;

        fn forward<In: Shape, T: Kernels, I: Isa>(_: I, site: Site<'_, Self, f64>, memory: Forward<'_, T>) {
            for (y, &x) in memory.output.iter_mut().zip(memory.input) {
                *y = T::from_f64(*site.settings) * x;
            }
        }

        fn backward<In: Shape, T: Kernels, I: Isa>(
            _: I,
            site: Site<'_, Self, f64>,
            memory: Backward<'_, T>,
            _: &mut Self,
        ) {
            if let Some(grad_input) = memory.grad_input {
                for (dx, &g) in grad_input.iter_mut().zip(&*memory.grad_output) {
                    *dx = T::from_f64(*site.settings) * g;
                }
            }
        }
    }

    impl<In: Shape> Takes<In> for Scale {}

    /// The sum of `N` values.
    #[derive(Debug)]
    pub struct Sum<const N: usize>;

    // SAFETY: the type has size 0.
    unsafe impl<const N: usize, T: Scalar> FlatParameters<T> for Sum<N> {
        const TENSORS: TensorTable = TensorTable::EMPTY;
    }

    impl<const N: usize> Layer for Sum<N> {
        type Output<In: Shape> = Vector<1>;
        type Logits<In: Shape> = Vector<1>;
        type With<T: Scalar> = Self;
        type Settings = ();
        type Plan<In: Shape> = ScalePlan;

        fn forward<In: Shape, T: Kernels, I: Isa>(_: I, _: Site<'_, Self, ()>, memory: Forward<'_, T>) {
            for (y, x) in memory.output.iter_mut().zip(memory.input.chunks(N)) {
                *y = x.iter().fold(T::ZERO, |sum, &x| sum + x);
            }
        }

        fn backward<In: Shape, T: Kernels, I: Isa>(_: I, _: Site<'_, Self, ()>, memory: Backward<'_, T>, _: &mut Self) {
            if let Some(grad_input) = memory.grad_input {
                for (dx, &g) in grad_input.chunks_mut(N).zip(&*memory.grad_output) {
                    dx.fill(g);
                }
            }
        }
    }

    impl<const N: usize> Takes<Vector<N>> for Sum<N> {}

    /// Adds an amount, which is 1 if none is written.
    #[derive(Clone, Copy, Debug)]
    pub struct Shift;

    /// The amount.
    #[derive(Clone, Copy, Debug)]
    pub struct Amount(f64);

    impl DefaultSettings for Amount {
        const DEFAULT: Self = Self(1.0);
    }

    impl Amount {
        /// Sets the amount.
        #[must_use]
        pub const fn amount(self, amount: f64) -> Self {
            Self(amount)
        }
    }

    impl Elementwise for Shift {
        type Settings = Amount;

        const READS: Reads = Reads::Nothing;

        fn map<In: Shape, T: Kernels, I: Isa>(_: I, site: Site<'_, (), Amount>, values: &mut [T]) {
            for x in values {
                *x += T::from_f64(site.settings.0);
            }
        }

        fn multiply_by_derivative<In: Shape, T: Kernels, I: Isa>(_: I, _: Site<'_, (), Amount>, _: &[T], _: &mut [T]) {}
    }
}

use layers::Scale;
use typenet::prelude::*;

const HALF: f64 = 0.5;

network!(struct First (Vector<3>) = layers::Scale(2.0), Dense<3, 2>, Tanh);
network!(struct Middle = Dense<3, 4>, Tanh, crate::own_layer::layers::Scale(-HALF), Dense<_, 2>, Softmax);
network!(struct Last (Vector<3>) = Dense<3, 2>, Tanh, Scale(if HALF < 1.0 { 3.0 } else { 1.0 }));
network!(struct Alone (Vector<2>) = Scale(4.0));
network!(struct Several (Vector<2>) = Scale(4.0), scaled: Scale(0.25), Scale(2.0));
network!(struct Image2 (Image<1, 2, 2>) -> Image<1, 2, 2> = Scale(4.0), Relu);
network!(struct Shifted (Vector<2>) = layers::Shift, second: layers::Shift(amount = HALF), third: layers::Shift());
network!(struct Total -> Vector<1> = Dense<3, 4>, Tanh, sum: layers::Sum<4>);
network!(struct AnyTotal<const H: usize> = Dense<3, H>, Tanh, layers::Sum<H>, Dense<1, 2>);

fn check<N: Network<Scalar = f64, Input = Vector<3>>, const M: usize>() -> typenet::Result<()>
where
    MeanSquaredError: Loss<N::Output, Target = Vector<M>, Takes = typenet::loss::AnyOutput>,
{
    let mut network = N::init(&mut typenet::rng(37));
    let inputs = [[0.5, -1.0, 0.25], [2.0, 0.1, -0.5]];
    let check = gradient_check(&mut *network, &inputs, &[[0.5; M], [-0.1; M]], &MeanSquaredError)?;
    assert!(check.relative_error < 1e-7, "{} {}", N::NAME, check.relative_error);
    Ok(())
}

#[test]
fn custom_layers_have_the_right_gradient_wherever_they_stand() -> typenet::Result<()> {
    assert_eq!(Alone::zeroed().predict(&[1.0, -2.0]), [4.0, -8.0]);
    assert_eq!(Several::zeroed().predict(&[1.0, -2.0]), [2.0, -4.0]);
    assert_eq!(Several::PARAMETERS, 0);
    assert_eq!(Shifted::zeroed().predict(&[1.0, -2.0]), [3.5, 0.5]);
    assert_eq!(Image2::zeroed().predict(&[[[-1.0, 1.0], [0.0, 0.5]]]), [[[0.0, 4.0], [0.0, 2.0]]]);
    check::<First<f64>, 2>()?;
    check::<Middle<f64>, 2>()?;
    check::<Last<f64>, 2>()?;
    check::<Total<f64>, 1>()?;
    check::<AnyTotal<5, f64>, 2>()
}
