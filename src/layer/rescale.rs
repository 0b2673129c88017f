//! How does a layer of weighted sums take over a scale and a shift that follow it?

use nalgebra::SVector;

use crate::scalar::Scalar;

/// The parameters of a layer that gives C channels, each a weighted sum plus a bias.
///
/// # Example
/// See [`BatchNorm::fold_into`](crate::BatchNorm::fold_into).
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot take over a scale and a shift of {C} channels",
    label = "needs {C} outputs and a bias",
    note = "the parameters of `Dense`, `Conv2d`, `Conv1d` and `ConvTranspose2d` with as many outputs can",
    note = "for a layer with `bias = false`: declare it with a bias in the network to deploy, and copy its field `weight`"
)]
pub trait RescaleOutputs<const C: usize, T: Scalar> {
    /// Changes the parameters so that each channel c of the output becomes `scale[c]` times itself plus `shift[c]`.
    fn rescale_outputs(&mut self, scale: &SVector<T, C>, shift: &SVector<T, C>);
}

/// Rescales weights whose innermost index is the output channel.
pub(super) fn rescale_weight<T: Scalar, const C: usize>(weight: &mut [T], scale: &SVector<T, C>) {
    for (weight, &scale) in weight.iter_mut().zip(scale.iter().cycle()) {
        *weight *= scale;
    }
}

/// Rescales a bias.
pub(super) fn rescale_bias<T: Scalar, const C: usize>(
    bias: &mut SVector<T, C>,
    scale: &SVector<T, C>,
    shift: &SVector<T, C>,
) {
    for (bias, (&scale, &shift)) in bias.iter_mut().zip(scale.iter().zip(shift)) {
        *bias = *bias * scale + shift;
    }
}
