//! Learned vectors for positions.

use core::fmt::{self, Debug};

use nalgebra::SMatrix;

use crate::flat_parameters::flat_parameters;
use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels};
use crate::layer::{Backward, Forward, Layer, NextStep, Plan, SiteOf, StreamPlan, Takes};
#[cfg(feature = "onnx")]
use crate::onnx::{Constant, Graph, Result, Value};
use crate::scalar::Scalar;
use crate::shape::{ProbabilitySequence, Sequence, Shape};
use crate::tensor::{Tensor, TensorKind, TensorTable};

/// Adds a learned vector to each step of a sequence, so that attention can tell the steps apart.
///
/// y_t = x_t + p_t, for every step t
///
/// Written `PositionEmbedding`. The network infers the number of steps L and of features N.
///
/// # Shapes
/// Input: `Sequence<L, N>` or `ProbabilitySequence<L, N>`. Output: `Sequence<L, N>`. Weight: `[L, N]`. In memory, the `N`
/// elements of a position are adjacent, so a position is a column of the field [`weight`](Self::weight).
///
/// # Initialization
/// As an [`Embedding`](crate::Embedding).
///
/// # Gradients
/// dL/dp_t = Σ g_t over the samples, and dL/dx = g, where g = dL/dy.
///
/// # Source
/// J. Gehring et al., "Convolutional sequence to sequence learning", 2017, section 3.1.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Place (Sequence<2, 3>) = positions: PositionEmbedding);
///
/// let mut place = Place::zeroed();
/// place.positions.weight.column_mut(1).fill(10.0);
/// assert_eq!(place.predict(&[[1.0, 2.0, 3.0]; 2]), [[1.0, 2.0, 3.0], [11.0, 12.0, 13.0]]);
/// ```
#[repr(C)]
pub struct PositionEmbedding<const L: usize, const N: usize, T: Scalar = f32> {
    /// The vectors, with a column for each position.
    pub weight: SMatrix<T, N, L>,
}

flat_parameters!(
    [const L: usize, const N: usize,] PositionEmbedding<L, N, T>,
    TensorTable::Tensors(&[Tensor { name: "weight", shape: &[L, N], offset: 0, kind: TensorKind::Embedding }])
);

/// The plan of a [`PositionEmbedding`].
#[derive(Debug)]
pub struct PositionEmbeddingPlan<const L: usize>;

impl<const L: usize> Plan for PositionEmbeddingPlan<L> {
    const READS_INPUT: bool = false;
    const READS_OUTPUT: bool = false;
    const ROWS: usize = usize::MAX;
    const STREAM: Option<StreamPlan> = Some(StreamPlan { steps: L, carries: false, ..StreamPlan::stateless(0) });
}

impl<const L: usize, const N: usize> Layer for PositionEmbedding<L, N> {
    type Output<In: Shape> = In::Plain;
    type Logits<In: Shape> = In::Plain;
    type With<T: Scalar> = PositionEmbedding<L, N, T>;
    type Settings = ();
    type Plan<In: Shape> = PositionEmbeddingPlan<L>;

    /// Returns `next`, since the layer only adds.
    fn initialization((): &(), next: Initializer) -> Initializer {
        next
    }

    #[inline(always)]
    fn forward<In: Shape, T: Kernels, I: Isa>(_: I, site: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        let Forward { input, output, .. } = memory;
        let positions = site.parameters.weight.as_slice();
        for (input, output) in input.chunks_exact(positions.len()).zip(output.chunks_exact_mut(positions.len())) {
            for ((y, &x), &p) in output.iter_mut().zip(input).zip(positions) {
                *y = x + p;
            }
        }
    }

    #[inline(always)]
    fn step<In: Shape, T: Kernels, I: Isa>(_: I, site: SiteOf<'_, Self, T>, memory: NextStep<'_, T>) {
        let NextStep { input, output, position, .. } = memory;
        for ((y, &x), &p) in output.iter_mut().zip(input).zip(&site.parameters.weight.column(position)) {
            *y = x + p;
        }
    }

    #[inline(always)]
    fn backward<In: Shape, T: Kernels, I: Isa>(
        _: I,
        _: SiteOf<'_, Self, T>,
        memory: Backward<'_, T>,
        gradient: &mut PositionEmbedding<L, N, T>,
    ) {
        let Backward { grad_output, grad_input, .. } = memory;
        let sums = gradient.weight.as_mut_slice();
        for grad_output in grad_output.chunks_exact(sums.len()) {
            for (sum, &g) in sums.iter_mut().zip(grad_output) {
                *sum += g;
            }
        }
        if let Some(grad_input) = grad_input {
            grad_input.copy_from_slice(grad_output);
        }
    }

    #[cfg(feature = "onnx")]
    fn onnx<In: Shape, T: Scalar>(site: SiteOf<'_, Self, T>, graph: &mut Graph, input: &Value) -> Result<Value> {
        Ok(graph.plus(input.clone(), Constant::of(site.parameters, "weight")))
    }
}

impl<const L: usize, const N: usize> Takes<Sequence<L, N>> for PositionEmbedding<L, N> {}

impl<const L: usize, const N: usize> Takes<ProbabilitySequence<L, N>> for PositionEmbedding<L, N> {}

impl<const L: usize, const N: usize, T: Scalar> Debug for PositionEmbedding<L, N, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PositionEmbedding").field("weight", &self.weight).finish()
    }
}
