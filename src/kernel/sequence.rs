//! Convolutions of sequences: forward pass, gradient of the input, gradient of weight and bias.
//!
//! Plain loops over steps, in which the output channels are contiguous. Positions outside a sequence are omitted rather than
//! multiplied by zero.

mod loops;

use super::compiled::{compiled, for_floats};
use super::{Isa, NaiveKernels};
use crate::scalar::Scalar;

/// Convolutions of sequences, steps first. The output channels of a weight are contiguous: element (co, ci, k) is at
/// `(ci * K + k) * CO + co`.
///
/// With `G` groups, ci is the index within the group of filter co, as in [`ConvolutionKernels`](super::ConvolutionKernels).
pub trait SequenceKernels: Scalar {
    /// Computes `y[s, t, co] = b[co] + Σ x[s, i, ci] w[co, ci, k]` with `i = t * stride + k * dilation - padding`. Starts with
    /// the bias, or with zero if `bias` is empty, and adds the terms in the order of ci and k.
    fn convolve_sequence<I: Isa>(
        isa: I,
        sizes: SequenceSizes,
        weight: &[Self],
        bias: &[Self],
        input: &[Self],
        output: &mut [Self],
    ) {
        loops::convolve(isa, sizes, weight, bias, input, output);
    }

    /// Computes `dx[s, i, ci] = Σ g[s, t, co] w[co, ci, k]` over the filters of the channel's group. The term of filter n of the
    /// group is added to partial sum n mod 16, in the order of k, and partial sums are added in halves, 8 apart, then 4, 2 and 1.
    fn convolve_sequence_input_gradient<I: Isa>(
        isa: I,
        sizes: SequenceSizes,
        weight: &[Self],
        grad_output: &[Self],
        grad_input: &mut [Self],
    ) {
        loops::convolve_input_gradient(isa, sizes, weight, grad_output, grad_input);
    }

    /// Computes `dw[co, ci, k] = Σ g[s, t, co] x[s, i, ci]` and `db[co] = Σ g[s, t, co]`, summed from zero in the order of s and
    /// t. Adds the sums to the gradients if `accumulate` is true, and overwrites the gradients otherwise. Computes no db if
    /// `grad_bias` is empty.
    fn convolve_sequence_weight_gradient<I: Isa>(
        isa: I,
        sizes: SequenceSizes,
        input: &[Self],
        grad_output: &[Self],
        accumulate: bool,
        grad_weight: &mut [Self],
        grad_bias: &mut [Self],
    ) {
        loops::convolve_weight_gradient(isa, sizes, input, grad_output, accumulate, grad_weight, grad_bias);
    }
}

impl<T: NaiveKernels> SequenceKernels for T {}

/// The sizes of a convolution of sequences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SequenceSizes {
    /// The number of samples.
    pub samples: usize,
    /// Steps and channels of the input.
    pub input: [usize; 2],
    /// Steps and channels of the output.
    pub output: [usize; 2],
    /// The number of elements of the kernel.
    pub kernel: usize,
    /// The number of steps from one position of the kernel to the next.
    pub stride: usize,
    /// The number of padding steps before the sequence.
    pub padding: usize,
    /// The number of steps between neighboring elements of the kernel.
    pub dilation: usize,
    /// The number of groups that the channels of input and output are divided into.
    pub groups: usize,
}

macro_rules! sequence_kernels {
    ($float:ident) => {
        impl SequenceKernels for $float {
            #[inline]
            fn convolve_sequence<I: Isa>(
                _: I,
                sizes: SequenceSizes,
                weight: &[$float],
                bias: &[$float],
                input: &[$float],
                output: &mut [$float],
            ) {
                compiled!(I, |isa,
                              sizes: SequenceSizes,
                              weight: &[$float],
                              bias: &[$float],
                              input: &[$float],
                              output: &mut [$float]|
                 -> () { loops::convolve(isa, sizes, weight, bias, input, output) });
            }

            #[inline]
            fn convolve_sequence_input_gradient<I: Isa>(
                _: I,
                sizes: SequenceSizes,
                weight: &[$float],
                grad_output: &[$float],
                grad_input: &mut [$float],
            ) {
                compiled!(I, |isa,
                              sizes: SequenceSizes,
                              weight: &[$float],
                              grad_output: &[$float],
                              grad_input: &mut [$float]|
                 -> () {
                    loops::convolve_input_gradient(isa, sizes, weight, grad_output, grad_input)
                });
            }

            #[inline]
            fn convolve_sequence_weight_gradient<I: Isa>(
                _: I,
                sizes: SequenceSizes,
                input: &[$float],
                grad_output: &[$float],
                accumulate: bool,
                grad_weight: &mut [$float],
                grad_bias: &mut [$float],
            ) {
                compiled!(I, |isa,
                              sizes: SequenceSizes,
                              input: &[$float],
                              grad_output: &[$float],
                              accumulate: bool,
                              grad_weight: &mut [$float],
                              grad_bias: &mut [$float]|
                 -> () {
                    loops::convolve_weight_gradient(isa, sizes, input, grad_output, accumulate, grad_weight, grad_bias);
                });
            }
        }
    };
}

for_floats!(sequence_kernels);

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use super::{SequenceKernels, SequenceSizes};
    use crate::kernel::{ConvolutionKernels, ConvolutionSizes, Isa, Path, Program};
    use crate::random;

    struct Data {
        sizes: SequenceSizes,
        weight: Vec<f64>,
        bias: Vec<f64>,
        input: Vec<f64>,
        grad_output: Vec<f64>,
    }

    impl Data {
        fn new(sizes: SequenceSizes) -> Self {
            let mut rng = crate::rng(37);
            let mut draw = |count: usize| {
                let mut values = vec![0.0; count];
                random::fill(&mut values, || random::uniform(&mut rng) - 0.5);
                values
            };
            let SequenceSizes { samples, input, output, kernel, groups, .. } = sizes;
            Self {
                sizes,
                weight: draw(input[1] / groups * kernel * output[1]),
                bias: draw(output[1]),
                input: draw(samples * input[0] * input[1]),
                grad_output: draw(samples * output[0] * output[1]),
            }
        }
    }

    /// Output and gradients of a convolution of sequences.
    impl Program for &Data {
        type Output = [Vec<f64>; 4];

        #[inline(always)]
        fn run<I: Isa>(self, isa: I) -> [Vec<f64>; 4] {
            let Data { sizes, weight, bias, input, grad_output } = self;
            let (mut y, mut dx) = (vec![0.0; grad_output.len()], vec![1.0; input.len()]);
            let (mut dw, mut db) = (vec![0.25; weight.len()], vec![0.5; bias.len()]);
            f64::convolve_sequence(isa, *sizes, weight, bias, input, &mut y);
            f64::convolve_sequence_input_gradient(isa, *sizes, weight, grad_output, &mut dx);
            f64::convolve_sequence_weight_gradient(isa, *sizes, input, grad_output, false, &mut dw, &mut db);
            [y, dx, dw, db]
        }
    }

    /// The same as a convolution of images with one row, whose channels come first.
    struct OfImages<'a>(&'a Data);

    impl Program for OfImages<'_> {
        type Output = [Vec<f64>; 4];

        fn run<I: Isa>(self, isa: I) -> [Vec<f64>; 4] {
            let Data { sizes, weight, bias, input, grad_output } = self.0;
            let SequenceSizes { samples, input: [l, n], output: [ol, co], .. } = *sizes;
            let as_image = ConvolutionSizes {
                samples,
                input: [n, 1, l],
                output: [co, 1, ol],
                kernel: [1, sizes.kernel],
                stride: [1, sizes.stride],
                padding: [0, sizes.padding],
                dilation: [1, sizes.dilation],
                groups: sizes.groups,
            };
            let (x, g) = (transposed(input, l, n), transposed(grad_output, ol, co));
            let (mut y, mut dx) = (vec![0.0; g.len()], vec![0.0; x.len()]);
            let (mut dw, mut db) = (vec![0.0; weight.len()], vec![0.0; bias.len()]);
            f64::convolve(isa, as_image, weight, bias, &x, &mut y);
            f64::convolve_input_gradient(isa, as_image, weight, &g, &mut dx);
            f64::convolve_weight_gradient(isa, as_image, &x, &g, false, &mut dw, &mut db);
            [transposed(&y, co, ol), transposed(&dx, n, l), dw, db]
        }
    }

    /// Transposes each matrix of `rows` rows in a slice.
    fn transposed(values: &[f64], rows: usize, columns: usize) -> Vec<f64> {
        let matrices = values.chunks_exact(rows * columns);
        matrices.flat_map(|m| (0..rows * columns).map(|index| m[index % rows * columns + index / rows])).collect()
    }

    fn cases() -> impl Iterator<Item = SequenceSizes> {
        [
            ([9, 3], 4, 3, 1, [0, 0], 1, 1),
            ([8, 2], 17, 2, 3, [1, 1], 1, 1),
            ([17, 7], 5, 4, 2, [2, 1], 3, 1),
            ([6, 1], 33, 1, 1, [0, 0], 1, 1),
            ([5, 6], 4, 3, 1, [2, 0], 1, 2),
            ([7, 5], 10, 3, 2, [4, 0], 2, 5),
            ([1, 2], 3, 5, 1, [4, 4], 1, 1),
        ]
        .into_iter()
        .map(|(input, filters, kernel, stride, padding, dilation, groups)| {
            let span = (kernel - 1) * dilation + 1;
            let steps = (input[0] + padding[0] + padding[1] - span) / stride + 1;
            let output = [steps, filters];
            SequenceSizes { samples: 2, input, output, kernel, stride, padding: padding[0], dilation, groups }
        })
    }

    #[test]
    fn sequences_are_convolved_as_images_of_one_row() {
        for sizes in cases() {
            let data = Data::new(sizes);
            for path in Path::available() {
                let (found, expected) = (path.run(&data), path.run(OfImages(&data)));
                for (found, expected) in found.iter().zip(&expected) {
                    let close = found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-13);
                    assert!(close && found.len() == expected.len(), "{sizes:?}");
                }
            }
        }
    }

    #[test]
    fn an_empty_bias_is_none() {
        for sizes in cases() {
            let mut data = Data::new(sizes);
            for path in Path::available() {
                data.bias = vec![0.0; sizes.output[1]];
                let [y, dx, dw, _] = path.run(&data);
                data.bias.clear();
                assert_eq!(path.run(&data), [y, dx, dw, Vec::new()], "{sizes:?}");
            }
        }
    }

    #[test]
    fn fused_paths_have_the_same_bits_and_gradients_accumulate() {
        struct Twice<'a>(&'a Data);
        impl Program for Twice<'_> {
            type Output = Vec<f64>;

            fn run<I: Isa>(self, isa: I) -> Vec<f64> {
                let Data { sizes, weight, bias, input, grad_output } = self.0;
                let mut gradient = vec![0.0; weight.len() + bias.len()];
                let (dw, db) = gradient.split_at_mut(weight.len());
                f64::convolve_sequence_weight_gradient(isa, *sizes, input, grad_output, false, dw, db);
                f64::convolve_sequence_weight_gradient(isa, *sizes, input, grad_output, true, dw, db);
                gradient
            }
        }
        for sizes in cases() {
            let data = Data::new(sizes);
            let found: Vec<_> = Path::available().map(|path| path.run(&data)).collect();
            let fused: Vec<_> = Path::available().zip(&found).filter(|(path, _)| *path != Path::Portable).collect();
            assert!(fused.windows(2).all(|pair| pair[0].1 == pair[1].1), "{sizes:?}: the same bits");
            for (path, [_, _, dw, db]) in Path::available().zip(&found) {
                let doubled: Vec<_> = dw.iter().chain(db).map(|sum| sum + sum).collect();
                assert_eq!(path.run(Twice(&data)), doubled, "{sizes:?}");
            }
        }
    }
}
