//! The parameters of recurrent layers.

use core::fmt::{self, Debug};

use nalgebra::SVector;
use rand::Rng as RandomSource;

use crate::flat_parameters::{FlatParameters, flat_parameters};
use crate::initializer::Initializer;
use crate::scalar::Scalar;
use crate::tensor::{Tensor, TensorKind, TensorTable};

/// The parameters of a recurrent layer with `N` inputs, `H` units and `G` gates: [`Rnn`](crate::Rnn) has one,
/// [`Gru`](crate::Gru) three and [`Lstm`](crate::Lstm) four.
///
/// In files, tensors have the names and shapes of PyTorch: `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0` and `bias_hh_l0`.
#[repr(C)]
pub struct RecurrentWeights<const N: usize, const H: usize, const G: usize, T: Scalar = f32> {
    /// The weight of the input, indexed by input, gate and unit: `weight_ih[n][gate][h]`. As a tensor: `[G * H, N]`.
    pub weight_ih: [[SVector<T, H>; G]; N],
    /// The weight of the state, indexed by unit of the state before, gate and unit. As a tensor: `[G * H, H]`.
    pub weight_hh: [[SVector<T, H>; G]; H],
    /// The bias that is added to the product with the input, indexed by gate and unit. As a tensor: `[G * H]`.
    pub bias_ih: [SVector<T, H>; G],
    /// The bias that is added to the product with the state. As a tensor: `[G * H]`.
    pub bias_hh: [SVector<T, H>; G],
}

flat_parameters!(
    [const N: usize, const H: usize, const G: usize,] RecurrentWeights<N, H, G, T>,
    TensorTable::Tensors(&[
        Tensor { name: "weight_ih_l0", shape: &[G * H, N], offset: 0, kind: TensorKind::Weight },
        Tensor { name: "weight_hh_l0", shape: &[G * H, H], offset: G * H * N, kind: TensorKind::Weight },
        Tensor { name: "bias_ih_l0", shape: &[G * H], offset: G * H * (N + H), kind: TensorKind::Bias },
        Tensor { name: "bias_hh_l0", shape: &[G * H], offset: G * H * (N + H + 1), kind: TensorKind::Bias },
    ])
);

/// The parameters as slices: a weight and a bias for the input, and the same for the state.
pub(super) struct Parts<S> {
    pub(super) weight_ih: S,
    pub(super) weight_hh: S,
    pub(super) bias_ih: S,
    pub(super) bias_hh: S,
}

impl<const N: usize, const H: usize, const G: usize, T: Scalar> RecurrentWeights<N, H, G, T> {
    #[inline(always)]
    pub(super) fn parts(&self) -> Parts<&[T]> {
        let (weight_ih, rest) = self.parameters().split_at(G * H * N);
        let (weight_hh, rest) = rest.split_at(G * H * H);
        let (bias_ih, bias_hh) = rest.split_at(G * H);
        Parts { weight_ih, weight_hh, bias_ih, bias_hh }
    }

    #[inline(always)]
    pub(super) fn parts_mut(&mut self) -> Parts<&mut [T]> {
        let (weight_ih, rest) = self.parameters_mut().split_at_mut(G * H * N);
        let (weight_hh, rest) = rest.split_at_mut(G * H * H);
        let (bias_ih, bias_hh) = rest.split_at_mut(G * H);
        Parts { weight_ih, weight_hh, bias_ih, bias_hh }
    }

    /// Initializes the weight of the input by `initializer`, and that of the state as an orthogonal matrix. Biases are zero.
    pub(in crate::layer) fn initialize<R: RandomSource + ?Sized>(&mut self, initializer: Initializer, rng: &mut R) {
        let Parts { weight_ih, weight_hh, bias_ih, bias_hh } = self.parts_mut();
        initializer.fill(weight_ih, N, G * H, rng);
        Initializer::Orthogonal { gain: Initializer::ORTHOGONAL_GAIN }.fill(weight_hh, H, G * H, rng);
        bias_ih.fill(T::ZERO);
        bias_hh.fill(T::ZERO);
    }
}

impl<const N: usize, const H: usize, const G: usize, T: Scalar> Debug for RecurrentWeights<N, H, G, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecurrentWeights")
            .field("weight_ih", &self.weight_ih)
            .field("weight_hh", &self.weight_hh)
            .field("bias_ih", &self.bias_ih)
            .field("bias_hh", &self.bias_hh)
            .finish()
    }
}
