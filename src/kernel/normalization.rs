//! Normalization of samples, of groups of their channels, or of channels over a batch: forward pass, and the gradients of the
//! input and of scale and shift.

mod loops;

mod batch;

use super::compiled::{compiled, for_floats};
use super::{Isa, NaiveKernels};
use crate::scalar::Scalar;

/// Normalization of the groups of every sample to mean 0 and variance 1, or only to mean square 1.
///
/// Sums over the elements of a group have a fixed order: element n is added to partial sum n mod 16, and partial sums are
/// added in halves, 8 apart, then 4, 2 and 1. In the gradients, the elements that share a weight are summed in the same way,
/// and these sums are added in order.
///
/// In sums over a batch, the elements of a channel in each sample are added to partial sums in the same way. The partial sums
/// of the samples with the first 4096 elements or more are added up, then those of the next. If a channel has a single position,
/// its sum is that of the sums of 64 samples each.
pub trait NormalizationKernels: Scalar {
    /// Computes `y[s, n] = w[c] (x[s, n] - μ) r + b[c]`, with the mean μ of the group and r = 1 / √(σ² + ε), where c is the
    /// weight of element n. These two elements are kept for each group. Without centering, μ is 0 and σ² the mean square.
    /// With it, μ is the first element plus the mean of the differences from it. If `bias` is empty, b is omitted.
    fn normalize<I: Isa>(
        isa: I,
        sizes: NormalizationSizes,
        weight: &[Self],
        bias: &[Self],
        input: &[Self],
        output: &mut [Self],
        kept: &mut [Self],
    ) {
        loops::normalize(isa, sizes, weight, bias, input, output, kept);
    }

    /// Computes `dx[s, n] = r (h - mean(h) - x̂ mean(h x̂))` with `x̂ = (x[s, n] - μ) r` and `h = w[c] g[s, n]`. Without
    /// centering, mean(h) is omitted.
    fn normalize_input_gradient<I: Isa>(
        isa: I,
        sizes: NormalizationSizes,
        weight: &[Self],
        input: &[Self],
        kept: &[Self],
        grad_output: &[Self],
        grad_input: &mut [Self],
    ) {
        loops::normalize_input_gradient(isa, sizes, weight, input, kept, grad_output, grad_input);
    }

    /// Computes `dw[c] = Σ g[s, n] x̂[s, n]` and `db[c] = Σ g[s, n]` over the samples and the elements n that share weight c,
    /// summed from zero in the order of s. Adds the sums to the gradients if `accumulate` is true, and overwrites the
    /// gradients otherwise. If `grad_bias` is empty, db is omitted.
    #[allow(clippy::too_many_arguments, reason = "the inputs, and the two gradients that are written")]
    fn normalize_weight_gradient<I: Isa>(
        isa: I,
        sizes: NormalizationSizes,
        input: &[Self],
        kept: &[Self],
        grad_output: &[Self],
        accumulate: bool,
        grad_weight: &mut [Self],
        grad_bias: &mut [Self],
    ) {
        loops::normalize_weight_gradient(isa, sizes, input, kept, grad_output, accumulate, grad_weight, grad_bias);
    }

    /// Computes the mean and the variance of every channel over the samples and positions. The mean is the first element plus
    /// the mean of the differences from it. The variance is the mean of the squared differences from the mean, computed in a
    /// second pass.
    fn batch_moments<I: Isa>(
        isa: I,
        sizes: BatchNormalizationSizes,
        input: &[Self],
        mean: &mut [Self],
        variance: &mut [Self],
    ) {
        batch::moments(isa, sizes, input, mean, variance);
    }

    /// Computes `y[s, c, p] = (x[s, c, p] - μ[c]) (w[c] r[c]) + b[c]` with r = 1 / √(σ² + ε), given the mean and the variance of
    /// every channel.
    #[allow(clippy::too_many_arguments, reason = "what is known of each channel, the input and the output")]
    fn batch_normalize<I: Isa>(
        isa: I,
        sizes: BatchNormalizationSizes,
        mean: &[Self],
        variance: &[Self],
        weight: &[Self],
        bias: &[Self],
        input: &[Self],
        output: &mut [Self],
    ) {
        batch::normalize(isa, sizes, mean, variance, weight, bias, input, output);
    }

    /// Computes `Σ g[s, c, p]` and `Σ g[s, c, p] x̂[s, c, p]` over the samples and positions of every channel, with
    /// x̂ = (x - μ) r.
    #[allow(clippy::too_many_arguments, reason = "what is known of each channel, the inputs and the two sums")]
    fn batch_gradient_sums<I: Isa>(
        isa: I,
        sizes: BatchNormalizationSizes,
        mean: &[Self],
        variance: &[Self],
        input: &[Self],
        grad_output: &[Self],
        common: &mut [Self],
        along: &mut [Self],
    ) {
        batch::gradient_sums(isa, sizes, mean, variance, input, grad_output, common, along);
    }

    /// Computes `dx = w r (g - common - x̂ along)`, where `common` and `along` are the means over the batch of g and g x̂.
    #[allow(clippy::too_many_arguments, reason = "what is known of each channel, the inputs and the output")]
    fn batch_input_gradient<I: Isa>(
        isa: I,
        sizes: BatchNormalizationSizes,
        mean: &[Self],
        variance: &[Self],
        weight: &[Self],
        common: &[Self],
        along: &[Self],
        input: &[Self],
        grad_output: &[Self],
        grad_input: &mut [Self],
    ) {
        batch::input_gradient(isa, sizes, mean, variance, weight, common, along, input, grad_output, grad_input);
    }
}

impl<T: NaiveKernels> NormalizationKernels for T {}

/// The sizes of a normalization.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NormalizationSizes {
    /// The number of samples.
    pub samples: usize,
    /// The number of elements per sample.
    pub elements: usize,
    /// The number of equal parts of a sample that are normalized separately.
    pub groups: usize,
    /// The number of adjacent elements that share a weight: 1, or the positions of an image.
    pub positions: usize,
    /// Whether the mean is subtracted.
    pub centered: bool,
    /// ε, which is added to the variance.
    pub epsilon: f64,
}

/// The sizes of a batch normalization.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BatchNormalizationSizes {
    /// The number of samples, or of steps in all sequences of a batch.
    pub samples: usize,
    /// The number of channels.
    pub channels: usize,
    /// The number of adjacent elements that belong to a channel: 1, or the positions of an image.
    pub positions: usize,
    /// ε, which is added to the variance.
    pub epsilon: f64,
}

macro_rules! normalization_kernels {
    ($float:ident) => {
        impl NormalizationKernels for $float {
            #[inline]
            fn normalize<I: Isa>(
                _: I,
                sizes: NormalizationSizes,
                weight: &[$float],
                bias: &[$float],
                input: &[$float],
                output: &mut [$float],
                kept: &mut [$float],
            ) {
                compiled!(I, |isa,
                              sizes: NormalizationSizes,
                              weight: &[$float],
                              bias: &[$float],
                              input: &[$float],
                              output: &mut [$float],
                              kept: &mut [$float]|
                 -> () {
                    loops::normalize(isa, sizes, weight, bias, input, output, kept);
                });
            }

            #[inline]
            fn normalize_input_gradient<I: Isa>(
                _: I,
                sizes: NormalizationSizes,
                weight: &[$float],
                input: &[$float],
                kept: &[$float],
                grad_output: &[$float],
                grad_input: &mut [$float],
            ) {
                compiled!(I, |isa,
                              sizes: NormalizationSizes,
                              weight: &[$float],
                              input: &[$float],
                              kept: &[$float],
                              grad_output: &[$float],
                              grad_input: &mut [$float]|
                 -> () {
                    loops::normalize_input_gradient(isa, sizes, weight, input, kept, grad_output, grad_input);
                });
            }

            #[inline]
            fn normalize_weight_gradient<I: Isa>(
                _: I,
                sizes: NormalizationSizes,
                input: &[$float],
                kept: &[$float],
                grad_output: &[$float],
                accumulate: bool,
                grad_weight: &mut [$float],
                grad_bias: &mut [$float],
            ) {
                compiled!(I, |isa,
                              sizes: NormalizationSizes,
                              input: &[$float],
                              kept: &[$float],
                              grad_output: &[$float],
                              accumulate: bool,
                              grad_weight: &mut [$float],
                              grad_bias: &mut [$float]|
                 -> () {
                    loops::normalize_weight_gradient(
                        isa,
                        sizes,
                        input,
                        kept,
                        grad_output,
                        accumulate,
                        grad_weight,
                        grad_bias,
                    );
                });
            }

            #[inline]
            fn batch_moments<I: Isa>(
                _: I,
                sizes: BatchNormalizationSizes,
                input: &[$float],
                mean: &mut [$float],
                variance: &mut [$float],
            ) {
                compiled!(I, |isa,
                              sizes: BatchNormalizationSizes,
                              input: &[$float],
                              mean: &mut [$float],
                              variance: &mut [$float]|
                 -> () {
                    batch::moments(isa, sizes, input, mean, variance);
                });
            }

            #[inline]
            fn batch_normalize<I: Isa>(
                _: I,
                sizes: BatchNormalizationSizes,
                mean: &[$float],
                variance: &[$float],
                weight: &[$float],
                bias: &[$float],
                input: &[$float],
                output: &mut [$float],
            ) {
                compiled!(I, |isa,
                              sizes: BatchNormalizationSizes,
                              mean: &[$float],
                              variance: &[$float],
                              weight: &[$float],
                              bias: &[$float],
                              input: &[$float],
                              output: &mut [$float]|
                 -> () {
                    batch::normalize(isa, sizes, mean, variance, weight, bias, input, output);
                });
            }

            #[inline]
            fn batch_gradient_sums<I: Isa>(
                _: I,
                sizes: BatchNormalizationSizes,
                mean: &[$float],
                variance: &[$float],
                input: &[$float],
                grad_output: &[$float],
                common: &mut [$float],
                along: &mut [$float],
            ) {
                compiled!(I, |isa,
                              sizes: BatchNormalizationSizes,
                              mean: &[$float],
                              variance: &[$float],
                              input: &[$float],
                              grad_output: &[$float],
                              common: &mut [$float],
                              along: &mut [$float]|
                 -> () {
                    batch::gradient_sums(isa, sizes, mean, variance, input, grad_output, common, along);
                });
            }

            #[inline]
            fn batch_input_gradient<I: Isa>(
                _: I,
                sizes: BatchNormalizationSizes,
                mean: &[$float],
                variance: &[$float],
                weight: &[$float],
                common: &[$float],
                along: &[$float],
                input: &[$float],
                grad_output: &[$float],
                grad_input: &mut [$float],
            ) {
                compiled!(I, |isa,
                              sizes: BatchNormalizationSizes,
                              mean: &[$float],
                              variance: &[$float],
                              weight: &[$float],
                              common: &[$float],
                              along: &[$float],
                              input: &[$float],
                              grad_output: &[$float],
                              grad_input: &mut [$float]|
                 -> () {
                    batch::input_gradient(
                        isa,
                        sizes,
                        mean,
                        variance,
                        weight,
                        common,
                        along,
                        input,
                        grad_output,
                        grad_input,
                    );
                });
            }
        }
    };
}

for_floats!(normalization_kernels);
