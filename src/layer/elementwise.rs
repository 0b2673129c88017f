//! What is a layer that maps each element alone?
//!
//! A function, its derivative, and what the derivative is computed from: the one implementation of [`Layer`] below makes a layer
//! of them. Where the derivative is a function of the output, or of nothing, the layer works in place and keeps nothing; else its
//! input is kept.

use core::marker::PhantomData;

use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::{Backward, Forward, Head, Layer, Layout, Plan, Site, Takes};
use crate::scalar::Scalar;
use crate::shape::Shape;

/// A layer without parameters that maps each element alone, such as an activation: y = f(x).
///
/// Every type that implements this trait is a [`Layer`].
///
/// # Shapes
/// Any shape; the output has the same, and is no longer `Probabilities`.
///
/// # Numerics
/// Mark both functions `#[inline(always)]`: they are compiled for an instruction set only where they become part of the pass.
///
/// # Example
/// f(x) = x², whose derivative is a function of x.
/// ```
/// use typenet::kernel::{Isa, Kernels};
/// use typenet::prelude::*;
/// use typenet::{Elementwise, Reads, Site};
///
/// pub struct Square;
///
/// impl Elementwise for Square {
///     type Settings = ();
///
///     const READS: Reads = Reads::Input;
///
///     #[inline(always)]
///     fn map<In: Shape, T: Kernels, I: Isa>(_: I, _: Site<'_, (), ()>, values: &mut [T]) {
///         for value in values {
///             *value *= *value;
///         }
///     }
///
///     #[inline(always)]
///     fn multiply_by_derivative<In: Shape, T: Kernels, I: Isa>(
///         _: I, _: Site<'_, (), ()>, input: &[T], gradient: &mut [T],
///     ) {
///         for (g, &x) in gradient.iter_mut().zip(input) {
///             *g *= x + x;
///         }
///     }
/// }
///
/// network!(struct Fourth (Vector<2>) = Square, Square);
/// assert_eq!(Fourth::zeroed().predict(&[2.0, -1.0]), [16.0, 1.0]);
///
/// network!(struct Quadric = Dense<2, 3>, Square, Dense<3, 1>);
/// let mut quadric = Quadric::<f64>::init(&mut typenet::rng(1));
/// let check = gradient_check(&mut *quadric, &[[0.5, -1.5]], &[[1.0]], &MeanSquaredError)?;
/// assert!(check.relative_error < 1e-8);
/// # Ok::<(), typenet::Error>(())
/// ```
pub trait Elementwise: Sized + 'static {
    /// What is written in parentheses behind the layer, as [`Layer::Settings`].
    type Settings: Copy + Send + Sync;

    /// What the derivative is computed from.
    const READS: Reads;

    /// What the output stands for, where losses have to know.
    const HEAD: Head = Head::None;

    /// What the layer wants the weights before it to start from, as [`Layer::initialization`].
    #[must_use]
    fn initialization(_settings: &Self::Settings, _next: Initializer) -> Initializer {
        Initializer::GLOROT
    }

    /// Replaces each element x by f(x).
    fn map<In: Shape, T: Kernels, I: Isa>(isa: I, site: Site<'_, (), Self::Settings>, values: &mut [T]);

    /// Multiplies each element of the gradient by the derivative: dL/dx = f'(x) dL/dy. `read` is what [`READS`](Self::READS)
    /// says, and else empty.
    fn multiply_by_derivative<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        site: Site<'_, (), Self::Settings>,
        read: &[T],
        gradient: &mut [T],
    );
}

/// What the derivative of an [`Elementwise`] layer is computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reads {
    /// From neither input nor output, such as that of `Dropout`.
    Nothing,
    /// From the input x.
    Input,
    /// From the output y, such as that of `Tanh`: 1 - y².
    Output,
}

/// The plan of an [`Elementwise`] layer.
#[derive(Debug)]
pub struct ElementwisePlan<E>(PhantomData<E>);

impl<E: Elementwise> Plan for ElementwisePlan<E> {
    const READS_INPUT: bool = matches!(E::READS, Reads::Input);
    const READS_OUTPUT: bool = matches!(E::READS, Reads::Output);
    const IN_PLACE: bool = !Self::READS_INPUT;
    const TAKES: Layout = Layout::Any;
}

#[diagnostic::do_not_recommend]
impl<E: Elementwise> Layer for E {
    type Output<In: Shape> = In::Plain;
    type Logits<In: Shape> = In::Plain;
    type With<T: Scalar> = ();
    type Settings = E::Settings;
    type Plan<In: Shape> = ElementwisePlan<E>;

    const HEAD: Head = E::HEAD;

    fn initialization(settings: &E::Settings, next: Initializer) -> Initializer {
        <E as Elementwise>::initialization(settings, next)
    }

    #[inline(always)]
    fn forward<In: Shape, T: Kernels, I: Isa>(isa: I, site: Site<'_, (), E::Settings>, memory: Forward<'_, T>) {
        memory.output.copy_from_slice(memory.input);
        E::map::<In, T, I>(isa, site, memory.output);
    }

    #[inline(always)]
    fn forward_in_place<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        site: Site<'_, (), E::Settings>,
        values: &mut [T],
        _: &mut [T],
    ) {
        E::map::<In, T, I>(isa, site, values);
    }

    #[inline(always)]
    fn backward<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        site: Site<'_, (), E::Settings>,
        memory: Backward<'_, T>,
        (): &mut (),
    ) {
        let read = match E::READS {
            Reads::Nothing => &[],
            Reads::Input => memory.input,
            Reads::Output => memory.output,
        };
        if let Some(grad_input) = memory.grad_input {
            grad_input.copy_from_slice(memory.grad_output);
            E::multiply_by_derivative::<In, T, I>(isa, site, read, grad_input);
        }
    }

    #[inline(always)]
    fn backward_in_place<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        site: Site<'_, (), E::Settings>,
        output: &[T],
        _: &mut [T],
        gradient: &mut [T],
    ) {
        E::multiply_by_derivative::<In, T, I>(isa, site, output, gradient);
    }
}

#[diagnostic::do_not_recommend]
impl<In: Shape, E: Elementwise> Takes<In> for E {}
