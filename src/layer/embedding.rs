//! Vectors for tokens.

use core::fmt::{self, Debug};

use nalgebra::SMatrix;

use crate::flat_parameters::flat_parameters;
use crate::kernel::{Isa, Kernels};
use crate::layer::{Backward, Forward, Layer, Plan, SiteOf, StreamPlan, Takes};
#[cfg(feature = "onnx")]
use crate::onnx::{Graph, Result, Value};
use crate::scalar::Scalar;
use crate::shape::{Shape, Tokens, index_of};
use crate::tensor::{Tensor, TensorKind, TensorTable};

/// A learned vector of `N` features for each of `V` tokens.
///
/// y_t = the vector of token x_t, for every step t
///
/// Written `Embedding<128, 32>`, or `Embedding<_, 32>` after an input of tokens.
///
/// # Shapes
/// Input: `Tokens<L, V>`. Output: `Sequence<L, N>`. Weight: `[V, N]`, as in PyTorch and Keras. In memory, the `N` elements of a
/// token are adjacent, so a token is a column of the field [`weight`](Self::weight).
///
/// # Initialization
/// The layer is a [`Dense`](crate::Dense) layer of one-hot vectors, of whose elements one is not zero. So the number of inputs of
/// a weight is 1, and the default initializer, Glorot's, draws within ± √(6 / (1 + N)). PyTorch draws from the standard normal
/// distribution, `#[init(Normal(0.0, 1.0))]`, and Keras within ± 0.05, `#[init(Uniform(-0.05, 0.05))]`.
///
/// # Gradients
/// The gradient of a token's vector is the sum of dL/dy over the steps that have the token, and zero without one. Only these
/// vectors are read and written. Optimizers step all vectors, as those of PyTorch and Keras do by default: a token that is
/// absent from a batch still moves by the momentum of earlier ones.
///
/// # Source
/// Y. Bengio, R. Ducharme, P. Vincent and C. Jauvin, "A neural probabilistic language model", 2003, section 2.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Look (Tokens<3, 8>) = letters: Embedding<_, 2>);
///
/// let mut look = Look::zeroed();
/// look.letters.weight.column_mut(5).copy_from_slice(&[0.5, -1.0]);
/// assert_eq!(look.predict(&Tokens::sample([0, 5, 5])?), [[0.0, 0.0], [0.5, -1.0], [0.5, -1.0]]);
/// # Ok::<(), typenet::Error>(())
/// ```
#[repr(C)]
pub struct Embedding<const V: usize, const N: usize, T: Scalar = f32> {
    /// The vectors, with a column for each token.
    pub weight: SMatrix<T, N, V>,
}

flat_parameters!(
    [const V: usize, const N: usize,] Embedding<V, N, T>,
    TensorTable::Tensors(&[Tensor { name: "weight", shape: &[V, N], offset: 0, kind: TensorKind::Embedding }])
);

/// The plan of an [`Embedding`].
#[derive(Debug)]
pub struct EmbeddingPlan;

impl Plan for EmbeddingPlan {
    const READS_OUTPUT: bool = false;
    const ROWS: usize = usize::MAX;
    const STREAM: Option<StreamPlan> = Some(StreamPlan::stateless(0));
}

impl<const V: usize, const N: usize> Layer for Embedding<V, N> {
    type Output<In: Shape> = In::Features<N>;
    type Logits<In: Shape> = In::Features<N>;
    type With<T: Scalar> = Embedding<V, N, T>;
    type Settings = ();
    type Plan<In: Shape> = EmbeddingPlan;

    #[inline(always)]
    fn forward<In: Shape, T: Kernels, I: Isa>(_: I, site: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        let vectors = site.parameters.weight.as_slice().as_chunks::<N>().0;
        let outputs = memory.output.as_chunks_mut::<N>().0;
        for (output, &token) in outputs.iter_mut().zip(memory.input) {
            *output = vectors[index_of(token)];
        }
    }

    #[inline(always)]
    fn backward<In: Shape, T: Kernels, I: Isa>(
        _: I,
        _: SiteOf<'_, Self, T>,
        memory: Backward<'_, T>,
        gradient: &mut Embedding<V, N, T>,
    ) {
        let Backward { input, grad_output, grad_input, .. } = memory;
        let vectors = gradient.weight.as_mut_slice().as_chunks_mut::<N>().0;
        for (grad_output, &token) in grad_output.as_chunks::<N>().0.iter().zip(input) {
            for (sum, &g) in vectors[index_of(token)].iter_mut().zip(grad_output) {
                *sum += g;
            }
        }
        // A network around a block asks for it, although a number of a token has no derivative.
        if let Some(grad_input) = grad_input {
            grad_input.fill(T::ZERO);
        }
    }

    #[cfg(feature = "onnx")]
    fn onnx<In: Shape, T: Scalar>(site: SiteOf<'_, Self, T>, graph: &mut Graph, input: &Value) -> Result<Value> {
        let weight = graph.parameter(site.parameters, "weight")?;
        let weight = graph.constant(weight);
        Ok(graph.node("Gather", &[&weight, input], &[]))
    }
}

impl<const L: usize, const V: usize, const N: usize> Takes<Tokens<L, V>> for Embedding<V, N> {}

impl<const V: usize, const N: usize, T: Scalar> Debug for Embedding<V, N, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Embedding").field("weight", &self.weight).finish()
    }
}
