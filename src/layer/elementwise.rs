//! How is a layer defined that maps each element independently?
//!
//! By a function, its derivative, and the value from which the derivative is computed. The single implementation of [`Layer`]
//! below turns these into a layer. If the derivative is a function of the output, or of neither input nor output, the layer
//! works in place and keeps nothing. Otherwise it keeps its input.

use core::marker::PhantomData;

use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::{Backward, Forward, Head, Layer, Plan, Site, StreamPlan, Takes};
#[cfg(feature = "onnx")]
use crate::onnx::{Graph, Result, Value};
use crate::scalar::Scalar;
use crate::shape::{Shape, Values};

/// A layer without parameters that maps each element independently, such as an activation: y = f(x).
///
/// Every type that implements this trait is a [`Layer`].
///
/// # Shapes
/// Any shape. The output has the same shape, but is no longer `Probabilities`.
///
/// # Numerics
/// Mark both functions `#[inline(always)]`: they are compiled for an instruction set only if they are inlined into the pass.
///
/// # Example
/// f(x) = x². Its derivative is a function of x.
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
    /// The settings, written in parentheses after the layer. See [`Layer::Settings`].
    type Settings: Copy + Send + Sync;

    /// The value from which the derivative is computed.
    const READS: Reads;

    /// What the output represents, as far as losses need to know.
    const HEAD: Head = Head::None;

    /// Returns the initializer that this layer requests for the weights before it. See [`Layer::initialization`].
    #[must_use]
    fn initialization(_settings: &Self::Settings, _next: Initializer) -> Initializer {
        Initializer::GLOROT
    }

    /// Replaces each element x by f(x).
    fn map<In: Shape, T: Kernels, I: Isa>(isa: I, site: Site<'_, (), Self::Settings>, values: &mut [T]);

    /// Multiplies each element of the gradient by the derivative: dL/dx = f'(x) dL/dy. `read` is the value that
    /// [`READS`](Self::READS) names, or an empty slice for [`Reads::Nothing`].
    fn multiply_by_derivative<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        site: Site<'_, (), Self::Settings>,
        read: &[T],
        gradient: &mut [T],
    );

    /// Adds the function to a graph of ONNX and returns its output. See [`Layer::onnx`].
    ///
    /// # Errors
    /// As [there](Layer::onnx).
    #[cfg(feature = "onnx")]
    fn onnx(_settings: &Self::Settings, graph: &mut Graph, _input: &Value) -> Result<Value> {
        Err(graph.refuse("its type does not implement `Elementwise::onnx`"))
    }
}

/// The value from which the derivative of an [`Elementwise`] layer is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reads {
    /// Neither input nor output, as in `Dropout`.
    Nothing,
    /// The input x.
    Input,
    /// The output y, as in `Tanh`: 1 - y².
    Output,
}

/// The plan of an [`Elementwise`] layer.
#[derive(Debug)]
pub struct ElementwisePlan<E>(PhantomData<E>);

impl<E: Elementwise> Plan for ElementwisePlan<E> {
    const READS_INPUT: bool = matches!(E::READS, Reads::Input);
    const READS_OUTPUT: bool = matches!(E::READS, Reads::Output);
    const IN_PLACE: bool = !Self::READS_INPUT;
    const STREAM: Option<StreamPlan> = Some(StreamPlan::stateless(0));
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

    #[cfg(feature = "onnx")]
    fn onnx<In: Shape, T: Scalar>(site: Site<'_, (), E::Settings>, graph: &mut Graph, input: &Value) -> Result<Value> {
        <E as Elementwise>::onnx(site.settings, graph, input)
    }
}

#[diagnostic::do_not_recommend]
impl<In: Values, E: Elementwise> Takes<In> for E {}
