//! The parameters of an attention.

use core::fmt::{self, Debug};

use nalgebra::SVector;
use rand::Rng as RandomSource;

use crate::flat_parameters::{FlatParameters, flat_parameters};
use crate::initializer::Initializer;
use crate::layer::dense::Dense;
use crate::scalar::Scalar;
use crate::tensor::{TableEntry, Tensor, TensorKind, TensorTable};

/// The parameters of a [`SelfAttention`](crate::SelfAttention) or a [`CrossAttention`](crate::CrossAttention) on `N` features, with
/// `B` biases for each projection, `N` or 0.
///
/// In files, tensors have the names and shapes of PyTorch: `in_proj_weight`, `in_proj_bias`, `out_proj.weight` and
/// `out_proj.bias`.
#[repr(C)]
pub struct AttentionWeights<const N: usize, T: Scalar = f32, const B: usize = N> {
    /// The weights of queries, keys and values, indexed by input, projection (0 for queries, 1 for keys, 2 for values) and
    /// output: `in_proj_weight[n][1]` has the weights of input n in all keys. As a tensor: `[3 * N, N]`.
    pub in_proj_weight: [[SVector<T, N>; 3]; N],
    /// The biases of queries, keys and values. As a tensor: `[3 * N]`.
    pub in_proj_bias: [SVector<T, B>; 3],
    /// The projection of what all heads give: `out_proj.weight` and `out_proj.bias`.
    pub out_proj: Dense<N, N, T, B>,
}

flat_parameters!(
    [const N: usize, const B: usize,] AttentionWeights<N, T, B>,
    TensorTable::Layers(&[
        TableEntry {
            name: "",
            offset: 0,
            frozen: false,
            table: TensorTable::of_weight_and_bias(
                &[
                    Tensor { name: "in_proj_weight", shape: &[3 * N, N], offset: 0, kind: TensorKind::Weight },
                    Tensor { name: "in_proj_bias", shape: &[3 * B], offset: 3 * N * N, kind: TensorKind::Bias },
                ],
                3 * N,
            ),
        },
        TableEntry {
            name: "out_proj",
            offset: 3 * (N * N + B),
            frozen: false,
            table: <Dense<N, N, T, B> as FlatParameters<T>>::TENSORS,
        },
    ])
);

/// The parameters as slices.
pub(in crate::layer) struct Parts<S> {
    pub(in crate::layer) in_weight: S,
    pub(in crate::layer) in_bias: S,
    pub(in crate::layer) out_weight: S,
    pub(in crate::layer) out_bias: S,
}

impl<const N: usize, T: Scalar, const B: usize> AttentionWeights<N, T, B> {
    #[inline(always)]
    pub(in crate::layer) fn parts(&self) -> Parts<&[T]> {
        let (in_weight, rest) = self.parameters().split_at(3 * N * N);
        let (in_bias, rest) = rest.split_at(3 * B);
        let (out_weight, out_bias) = rest.split_at(N * N);
        Parts { in_weight, in_bias, out_weight, out_bias }
    }

    #[inline(always)]
    pub(in crate::layer) fn parts_mut(&mut self) -> Parts<&mut [T]> {
        let (in_weight, rest) = self.parameters_mut().split_at_mut(3 * N * N);
        let (in_bias, rest) = rest.split_at_mut(3 * B);
        let (out_weight, out_bias) = rest.split_at_mut(N * N);
        Parts { in_weight, in_bias, out_weight, out_bias }
    }

    /// Initializes all weights by `initializer`, as matrices of `N` inputs and `N` outputs. Biases are zero.
    pub(in crate::layer) fn initialize<R: RandomSource + ?Sized>(&mut self, initializer: Initializer, rng: &mut R) {
        let Parts { in_weight, in_bias, out_weight, out_bias } = self.parts_mut();
        initializer.fill(in_weight, N, N, rng);
        initializer.fill(out_weight, N, N, rng);
        in_bias.fill(T::ZERO);
        out_bias.fill(T::ZERO);
    }
}

impl<const N: usize, T: Scalar, const B: usize> Debug for AttentionWeights<N, T, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AttentionWeights")
            .field("in_proj_weight", &self.in_proj_weight)
            .field("in_proj_bias", &self.in_proj_bias)
            .field("out_proj", &self.out_proj)
            .finish()
    }
}
