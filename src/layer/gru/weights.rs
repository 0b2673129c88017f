//! The parameters of gated recurrent units that reset the state before the product.

use core::fmt::{self, Debug};

use nalgebra::{SMatrix, SVector};
use rand::Rng as RandomSource;

use crate::flat_parameters::{FlatParameters, flat_parameters};
use crate::initializer::Initializer;
use crate::scalar::Scalar;
use crate::tensor::{Tensor, TensorKind, TensorTable};

/// The parameters of a [`Gru`](crate::Gru) with `reset = Before`, `N` inputs and `H` units.
///
/// They are those of [`RecurrentWeights`](crate::RecurrentWeights), except that the product with the reset state has a tensor of
/// its own. PyTorch has no such layer. The names in files are `weight_ih_l0`, `weight_hh_l0`, `weight_rh_l0`, `bias_ih_l0` and
/// `bias_hh_l0`.
#[repr(C)]
pub struct ResetWeights<const N: usize, const H: usize, T: Scalar = f32> {
    /// The weight of the input, indexed by input, gate and unit, with the gates r, z, n. As a tensor: `[3 * H, N]`.
    pub weight_ih: [[SVector<T, H>; 3]; N],
    /// The weight of the state in the gates r and z, indexed by unit of the state before, gate and unit. As a tensor: `[2 * H, H]`.
    pub weight_hh: [[SVector<T, H>; 2]; H],
    /// The weight of the reset state in the gate n. As a tensor: `[H, H]`.
    pub weight_rh: SMatrix<T, H, H>,
    /// The bias that is added to the product with the input, indexed by gate and unit. As a tensor: `[3 * H]`.
    pub bias_ih: [SVector<T, H>; 3],
    /// The bias that is added to the products with the state. As a tensor: `[3 * H]`.
    pub bias_hh: [SVector<T, H>; 3],
}

flat_parameters!(
    [const N: usize, const H: usize,] ResetWeights<N, H, T>,
    TensorTable::Tensors(&[
        Tensor { name: "weight_ih_l0", shape: &[3 * H, N], offset: 0, kind: TensorKind::Weight },
        Tensor { name: "weight_hh_l0", shape: &[2 * H, H], offset: 3 * H * N, kind: TensorKind::Weight },
        Tensor { name: "weight_rh_l0", shape: &[H, H], offset: H * (3 * N + 2 * H), kind: TensorKind::Weight },
        Tensor { name: "bias_ih_l0", shape: &[3 * H], offset: 3 * H * (N + H), kind: TensorKind::Bias },
        Tensor { name: "bias_hh_l0", shape: &[3 * H], offset: 3 * H * (N + H + 1), kind: TensorKind::Bias },
    ])
);

/// The parameters as slices. The bias of the state is that of the gates r and z, and that of n.
pub(super) struct Parts<S> {
    pub(super) weight_ih: S,
    pub(super) weight_hh: S,
    pub(super) weight_rh: S,
    pub(super) bias_ih: S,
    pub(super) bias_hh: S,
    pub(super) bias_rh: S,
}

impl<const N: usize, const H: usize, T: Scalar> ResetWeights<N, H, T> {
    #[inline(always)]
    pub(super) fn parts(&self) -> Parts<&[T]> {
        let (weight_ih, rest) = self.parameters().split_at(3 * H * N);
        let (weight_hh, rest) = rest.split_at(2 * H * H);
        let (weight_rh, rest) = rest.split_at(H * H);
        let (bias_ih, rest) = rest.split_at(3 * H);
        let (bias_hh, bias_rh) = rest.split_at(2 * H);
        Parts { weight_ih, weight_hh, weight_rh, bias_ih, bias_hh, bias_rh }
    }

    #[inline(always)]
    pub(super) fn parts_mut(&mut self) -> Parts<&mut [T]> {
        let (weight_ih, rest) = self.parameters_mut().split_at_mut(3 * H * N);
        let (weight_hh, rest) = rest.split_at_mut(2 * H * H);
        let (weight_rh, rest) = rest.split_at_mut(H * H);
        let (bias_ih, rest) = rest.split_at_mut(3 * H);
        let (bias_hh, bias_rh) = rest.split_at_mut(2 * H);
        Parts { weight_ih, weight_hh, weight_rh, bias_ih, bias_hh, bias_rh }
    }

    /// Initializes the weight of the input by `initializer`, and those of the state as orthogonal matrices. Biases are zero.
    pub(super) fn initialize<R: RandomSource + ?Sized>(&mut self, initializer: Initializer, rng: &mut R) {
        let Parts { weight_ih, weight_hh, weight_rh, bias_ih, bias_hh, bias_rh } = self.parts_mut();
        let orthogonal = Initializer::Orthogonal { gain: Initializer::ORTHOGONAL_GAIN };
        initializer.fill(weight_ih, N, 3 * H, rng);
        orthogonal.fill(weight_hh, H, 2 * H, rng);
        orthogonal.fill(weight_rh, H, H, rng);
        for biases in [bias_ih, bias_hh, bias_rh] {
            biases.fill(T::ZERO);
        }
    }
}

impl<const N: usize, const H: usize, T: Scalar> Debug for ResetWeights<N, H, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResetWeights")
            .field("weight_ih", &self.weight_ih)
            .field("weight_hh", &self.weight_hh)
            .field("weight_rh", &self.weight_rh)
            .field("bias_ih", &self.bias_ih)
            .field("bias_hh", &self.bias_hh)
            .finish()
    }
}
