//! Residual blocks: layers that learn what to add to their input.

mod projection;

pub use projection::{Projected, Shortcut};

use core::marker::PhantomData;

use rand::Rng as RandomSource;

use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels, UpdateKernels};
use crate::layer::{Backward, Forward, Layer, Mixing, NextStep, Plan, SiteOf, StreamPlan, Takes};
#[cfg(feature = "onnx")]
use crate::onnx::{Graph, Result, Value};
use crate::scalar::Scalar;
use crate::shape::Shape;

/// Layers whose output is added to their input by a skip connection.
///
/// y = f(x) + x, or y = f(x) + s(x) with a shortcut s
///
/// Written `Residual { .. }` in a network, with the layers between the braces. The field of the block has a field for each
/// layer: `network.block.hidden.weight`, in files `block.hidden.weight`. In Rust the type is `Residual<L>`, where `L` is a
/// layer without settings, such as a network.
///
/// If the layers change the shape, the input has to change in the same way: `Residual(Conv2d<_, 32, 1>(stride = 2)) { .. }`
/// passes it through the layer in parentheses, the *shortcut*. It is any one layer, with its settings and attributes, or
/// another block or network; its field is `network.block.shortcut`, in files `block.shortcut.weight`, and the names of the other
/// layers remain as they are. In Rust the type is `Residual<L, S>`, and the parameters are a [`Projected`].
///
/// **The field is the network of the inner layers only.** `network.block.predict(&x)` is f(x), *without* the input that the
/// block adds. The output of the block, f(x) + x, is `network.activations(&x).block`.
///
/// # Shapes
/// Any shape that the inner layers both take and return. The output has the same shape, but is no longer `Probabilities`. With a
/// shortcut, both the inner layers and the shortcut take the input, and both return the shape of the output.
///
/// # Gradients
/// dL/dx = g + (df/dx)ᵀ g, where g = dL/dy. However small the second term is, the first reaches the layers before the block. With
/// a shortcut, dL/dx = (df/dx)ᵀ g + (ds/dx)ᵀ g.
///
/// # Errors
/// Inner layers that return another shape than the input or the shortcut do not compile.
///
/// # Numerics
/// f(x) is computed first, and x or s(x) is added with one rounding; in the gradient of the input, the part of the shortcut is
/// added to that of the inner layers. A training pass keeps a copy of g, and also of f(x) if the last of the inner layers needs
/// it. With a shortcut, it keeps s(x) or g in the same memory, and has room for one more gradient of the input.
///
/// The weights of the shortcut are initialized after those of the inner layers, for what follows the block.
///
/// # Source
/// K. He, X. Zhang, S. Ren and J. Sun, "Deep residual learning for image recognition", 2016, equations 1 and 2.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network! {
///     struct Deep {
///         first: Dense<4, 8>,
///         block: Residual { Relu, inner: Dense<8, 3>, Relu, outer: Dense<3, 8> },
///         last: Dense<8, 2>,
///     }
/// }
/// let mut network = Deep::init(&mut typenet::rng(37));
/// assert_eq!(network.block.inner.weight.shape(), (3, 8));
///
/// // Layers of zeros add nothing: the output of the block equals its input.
/// network.block.set_to_zero();
/// let seen = network.activations(&[1.0, 2.0, 3.0, 4.0]);
/// assert_eq!(*seen.block, *seen.first);
/// // The field computes only f(x).
/// assert_eq!(network.block.predict(&*seen.first), [0.0; 8]);
/// ```
///
/// With a shortcut, since the layers double the channels and halve the image.
/// ```
/// use typenet::prelude::*;
///
/// network! {
///     struct Narrower (Image<4, 8, 8>) -> Image<8, 4, 4> {
///         block: Residual(Conv2d<_, 8, 1>(stride = 2)) {
///             hidden: Conv2d<_, 8, 3>(stride = 2, padding = 1), Relu, Conv2d<_, 8, 3>(padding = Same),
///         },
///     }
/// }
/// let mut network = Narrower::zeroed();
/// network.block.shortcut.bias[0] = 0.5;
/// network.block.hidden.bias[0] = 2.0;
/// assert_eq!(network.predict(&[[[1.0; 8]; 8]; 4])[0], [[0.5; 4]; 4]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Residual<L, S = (), const FROZEN: bool = false>(PhantomData<(L, S)>);

/// The plan of [`Residual`] around `L`.
#[derive(Clone, Copy, Debug)]
pub struct ResidualPlan<L, In>(PhantomData<(L, In)>);

type Inner<L, In> = <L as Layer>::Plan<In>;

/// Returns the number of elements of the inner output that are kept per sample.
const fn kept<L: Layer, In: Shape>() -> usize {
    if Inner::<L, In>::READS_OUTPUT { In::LEN } else { 0 }
}

impl<L: Layer, In: Shape> Plan for ResidualPlan<L, In> {
    const CACHE_LEN: usize = Inner::<L, In>::CACHE_LEN + kept::<L, In>() + In::LEN;
    const FULL_CACHE_LEN: usize = Inner::<L, In>::FULL_CACHE_LEN + kept::<L, In>() + In::LEN;
    const INFERENCE_LEN: usize = Inner::<L, In>::INFERENCE_LEN;
    const MULTIPLY_ADDS: u64 = Inner::<L, In>::MULTIPLY_ADDS;
    const READS_INPUT: bool = Inner::<L, In>::READS_INPUT;
    const READS_OUTPUT: bool = false;
    const SUMS_FROM_ZERO: bool = Inner::<L, In>::SUMS_FROM_ZERO;
    const SAMPLES_TOGETHER: usize = Inner::<L, In>::SAMPLES_TOGETHER;
    const ROWS: usize = Inner::<L, In>::ROWS;
    const MIXING: Mixing = Inner::<L, In>::MIXING;
    const ALLOWS_PADDING: bool = Inner::<L, In>::ALLOWS_PADDING;
    const STREAM: Option<StreamPlan> = Inner::<L, In>::STREAM;
}

/// Splits the memory of a block into the cache of its layers, their output, and the gradient of the output.
fn cut<L: Layer, In: Shape, T>(cache: &mut [T], samples: usize) -> (&mut [T], &mut [T], &mut [T]) {
    let (inner, rest) = cache.split_at_mut(samples * Inner::<L, In>::CACHE_LEN);
    let (given, rest) = rest.split_at_mut(samples * kept::<L, In>());
    (inner, given, &mut rest[..samples * In::LEN])
}

impl<L: Layer<Settings = ()>> Layer for Residual<L> {
    type Output<In: Shape> = In::Plain;
    type Logits<In: Shape> = In::Plain;
    type With<T: Scalar> = L::With<T>;
    type Settings = ();
    type Plan<In: Shape> = ResidualPlan<L, In>;

    fn initialization((): &(), next: Initializer) -> Initializer {
        L::initialization(&(), next)
    }

    fn initialize<T: Scalar, R: RandomSource + ?Sized>(
        parameters: &mut L::With<T>,
        (): &(),
        initializer: Initializer,
        rng: &mut R,
    ) {
        L::initialize::<T, R>(parameters, &(), initializer, rng);
    }

    #[inline(always)]
    fn forward<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        let Forward { input, output, cache, phase } = memory;
        let (cache, given, _) = cut::<L, In, T>(cache, input.len() / In::LEN);
        let is_last = phase.is_last::<Self::Plan<In>>();
        L::forward::<In, T, I>(isa, site, Forward { input, output: &mut *output, cache, phase });
        if !is_last {
            return;
        }
        if Inner::<L, In>::READS_OUTPUT {
            given.copy_from_slice(output);
        }
        <T as UpdateKernels>::add_assign(isa, output, input);
    }

    #[inline(always)]
    fn infer<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        let Forward { input, output, cache, phase } = memory;
        L::infer::<In, T, I>(isa, site, Forward { input, output: &mut *output, cache, phase });
        <T as UpdateKernels>::add_assign(isa, output, input);
    }

    #[inline(always)]
    fn step<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: NextStep<'_, T>) {
        let NextStep { input, output, state, scratch, position } = memory;
        L::step::<In, T, I>(isa, site, NextStep { input, output: &mut *output, state, scratch, position });
        <T as UpdateKernels>::add_assign(isa, output, input);
    }

    #[inline(always)]
    fn backward<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        site: SiteOf<'_, Self, T>,
        memory: Backward<'_, T>,
        gradient: &mut L::With<T>,
    ) {
        let Backward { input, cache, grad_output, mut grad_input, accumulate, phase, .. } = memory;
        let (cache, given, kept) = cut::<L, In, T>(cache, grad_output.len() / In::LEN);
        if phase.passed() == 0 {
            // The inner layers may overwrite the gradient of their output.
            kept.copy_from_slice(grad_output);
        }
        let is_last = phase.is_last::<Self::Plan<In>>();
        let inner = Backward {
            input,
            output: given,
            cache,
            grad_output,
            grad_input: grad_input.as_deref_mut(),
            accumulate,
            phase,
        };
        L::backward::<In, T, I>(isa, site, inner, gradient);
        if let Some(grad_input) = grad_input.filter(|_| is_last) {
            <T as UpdateKernels>::add_assign(isa, grad_input, kept);
        }
    }

    #[cfg(feature = "onnx")]
    fn onnx<In: Shape, T: Scalar>(site: SiteOf<'_, Self, T>, graph: &mut Graph, input: &Value) -> Result<Value> {
        let output = L::onnx::<In, T>(site, graph, input)?;
        Ok(graph.node("Add", &[&output, input], &[]))
    }
}

impl<In: Shape, L: Takes<In> + Layer<Settings = (), Output<In> = <In as Shape>::Plain>> Takes<In> for Residual<L> {}
