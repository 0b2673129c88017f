//! Convolutions of images: forward pass, gradient of the input, gradient of weight and bias.
//!
//! Plain loops over rows. Positions outside an image are omitted rather than multiplied by zero.

mod loops;

use super::compiled::{compiled, for_floats};
use super::{Isa, NaiveKernels};
use crate::scalar::Scalar;

/// Convolutions of images, channels first. The output channels of a weight are contiguous: element (co, ci, ky, kx) is at
/// `((ci * KH + ky) * KW + kx) * CO + co`.
///
/// With `G` groups, a filter reads the `CI / G` channels of its group only. ci is then the index within the group: filter co
/// belongs to group `co / (CO / G)`, and its channel ci is the channel `co / (CO / G) * (CI / G) + ci` of the input.
pub trait ConvolutionKernels: Scalar {
    /// Computes `y[s, co, oy, ox] = b[co] + Σ x[s, ci, iy, ix] w[co, ci, ky, kx]` with
    /// `iy = oy * stride + ky * dilation - padding`, and ix analogously. Starts with the bias, or with zero if `bias` is empty,
    /// and adds the terms in the order of ci, ky and kx.
    fn convolve<I: Isa>(
        isa: I,
        sizes: ConvolutionSizes,
        weight: &[Self],
        bias: &[Self],
        input: &[Self],
        output: &mut [Self],
    ) {
        loops::convolve(isa, sizes, weight, bias, input, output);
    }

    /// Computes `dx[s, ci, iy, ix] = Σ g[s, co, oy, ox] w[co, ci, ky, kx]` over the filters of the channel's group, summed from
    /// zero in the order of co, ky and kx.
    fn convolve_input_gradient<I: Isa>(
        isa: I,
        sizes: ConvolutionSizes,
        weight: &[Self],
        grad_output: &[Self],
        grad_input: &mut [Self],
    ) {
        loops::convolve_input_gradient(isa, sizes, weight, grad_output, grad_input);
    }

    /// Computes `dw[co, ci, ky, kx] = Σ g[s, co, oy, ox] x[s, ci, iy, ix]` and `db[co] = Σ g[s, co, oy, ox]`, summed from zero
    /// in the order of s, oy and ox. Adds the sums to the gradients if `accumulate` is true, and overwrites the gradients
    /// otherwise. Computes no db if `grad_bias` is empty.
    fn convolve_weight_gradient<I: Isa>(
        isa: I,
        sizes: ConvolutionSizes,
        input: &[Self],
        grad_output: &[Self],
        accumulate: bool,
        grad_weight: &mut [Self],
        grad_bias: &mut [Self],
    ) {
        loops::convolve_weight_gradient(isa, sizes, input, grad_output, accumulate, grad_weight, grad_bias);
    }
}

impl<T: NaiveKernels> ConvolutionKernels for T {}

/// The sizes of a convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConvolutionSizes {
    /// The number of samples.
    pub samples: usize,
    /// Channels, rows and columns of the input.
    pub input: [usize; 3],
    /// Channels, rows and columns of the output.
    pub output: [usize; 3],
    /// Rows and columns of the kernel.
    pub kernel: [usize; 2],
    /// The step of the kernel from one position to the next, in rows and columns.
    pub stride: [usize; 2],
    /// The number of padding rows above the image, and of padding columns to its left.
    pub padding: [usize; 2],
    /// The distance between neighboring elements of the kernel, in rows and columns of the input.
    pub dilation: [usize; 2],
    /// The number of groups that the channels of input and output are divided into.
    pub groups: usize,
}

macro_rules! convolution_kernels {
    ($float:ident) => {
        impl ConvolutionKernels for $float {
            #[inline]
            fn convolve<I: Isa>(
                _: I,
                sizes: ConvolutionSizes,
                weight: &[$float],
                bias: &[$float],
                input: &[$float],
                output: &mut [$float],
            ) {
                compiled!(I, |isa,
                              sizes: ConvolutionSizes,
                              weight: &[$float],
                              bias: &[$float],
                              input: &[$float],
                              output: &mut [$float]|
                 -> () { loops::convolve(isa, sizes, weight, bias, input, output) });
            }

            #[inline]
            fn convolve_input_gradient<I: Isa>(
                _: I,
                sizes: ConvolutionSizes,
                weight: &[$float],
                grad_output: &[$float],
                grad_input: &mut [$float],
            ) {
                compiled!(I, |isa,
                              sizes: ConvolutionSizes,
                              weight: &[$float],
                              grad_output: &[$float],
                              grad_input: &mut [$float]|
                 -> () {
                    loops::convolve_input_gradient(isa, sizes, weight, grad_output, grad_input)
                });
            }

            #[inline]
            fn convolve_weight_gradient<I: Isa>(
                _: I,
                sizes: ConvolutionSizes,
                input: &[$float],
                grad_output: &[$float],
                accumulate: bool,
                grad_weight: &mut [$float],
                grad_bias: &mut [$float],
            ) {
                compiled!(I, |isa,
                              sizes: ConvolutionSizes,
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

for_floats!(convolution_kernels);

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use super::{ConvolutionKernels, ConvolutionSizes};
    use crate::kernel::{Isa, Path, Program};
    use crate::random;

    struct Data {
        sizes: ConvolutionSizes,
        weight: Vec<f64>,
        bias: Vec<f64>,
        input: Vec<f64>,
        grad_output: Vec<f64>,
    }

    impl Data {
        fn new(sizes: ConvolutionSizes) -> Self {
            let mut rng = crate::rng(37);
            let mut draw = |count: usize| {
                let mut values = vec![0.0; count];
                random::fill(&mut values, || random::uniform(&mut rng) - 0.5);
                values
            };
            let ConvolutionSizes { samples, input, output, kernel, groups, .. } = sizes;
            Self {
                sizes,
                weight: draw(input[0] / groups * output[0] * kernel[0] * kernel[1]),
                bias: draw(output[0]),
                input: draw(samples * input.iter().product::<usize>()),
                grad_output: draw(samples * output.iter().product::<usize>()),
            }
        }
    }

    impl Program for &Data {
        type Output = [Vec<f64>; 4];

        #[inline(always)]
        fn run<I: Isa>(self, isa: I) -> [Vec<f64>; 4] {
            let Data { sizes, weight, bias, input, grad_output } = self;
            let (mut y, mut dx) = (vec![0.0; grad_output.len()], vec![1.0; input.len()]);
            let (mut dw, mut db) = (vec![0.0; weight.len()], vec![0.0; bias.len()]);
            f64::convolve(isa, *sizes, weight, bias, input, &mut y);
            f64::convolve_input_gradient(isa, *sizes, weight, grad_output, &mut dx);
            f64::convolve_weight_gradient(isa, *sizes, input, grad_output, false, &mut dw, &mut db);
            [y, dx, dw, db]
        }
    }

    fn product(one: &[f64], other: &[f64]) -> f64 {
        one.iter().zip(other).map(|(a, b)| a * b).sum()
    }

    /// Sizes with and without padding, stride, dilation and groups.
    fn cases() -> impl Iterator<Item = ConvolutionSizes> {
        [
            ([3, 5, 7], 4, [3, 3], [1, 1], [0, 0], [1, 1], 1),
            ([3, 6, 4], 4, [3, 2], [2, 1], [1, 0], [1, 1], 1),
            ([3, 3, 3], 4, [3, 3], [3, 2], [2, 1], [1, 1], 1),
            ([3, 1, 1], 4, [1, 1], [1, 1], [0, 0], [1, 1], 1),
            ([7, 17, 13], 5, [3, 2], [1, 1], [0, 1], [2, 3], 1),
            ([1, 2, 1], 2, [5, 9], [1, 2], [2, 4], [1, 1], 1),
            ([2, 9, 8], 3, [3, 5], [2, 3], [3, 4], [2, 2], 1),
            ([6, 5, 7], 4, [3, 3], [1, 1], [1, 1], [1, 1], 2),
            ([7, 17, 13], 7, [3, 3], [2, 1], [2, 2], [2, 2], 7),
            ([3, 4, 5], 6, [2, 1], [1, 1], [0, 0], [1, 2], 3),
        ]
        .into_iter()
        .map(|(input, filters, kernel, stride, padding, dilation, groups)| {
            let along = |axis: usize| {
                let span = (kernel[axis] - 1) * dilation[axis] + 1;
                (input[axis + 1] + 2 * padding[axis] - span) / stride[axis] + 1
            };
            let output = [filters, along(0), along(1)];
            ConvolutionSizes { samples: 2, input, output, kernel, stride, padding, dilation, groups }
        })
    }

    /// The forward pass as its formula: one sum per element of the output.
    fn formula(data: &Data) -> Vec<f64> {
        let Data { sizes, weight, bias, input, .. } = data;
        let ConvolutionSizes { input: [ci, ih, iw], output: [co, oh, ow], kernel: [kh, kw], .. } = *sizes;
        let (channels, filters) = (ci / sizes.groups, co / sizes.groups);
        let at = |axis: usize, position: usize, element: usize| {
            let place = position * sizes.stride[axis] + element * sizes.dilation[axis];
            place.checked_sub(sizes.padding[axis]).filter(|&place| place < [ih, iw][axis])
        };
        let mut output = Vec::new();
        for index in 0..sizes.samples * co * oh * ow {
            let (ox, oy, filter, sample) = (index % ow, index / ow % oh, index / ow / oh % co, index / ow / oh / co);
            let mut sum = bias[filter];
            for index in 0..channels * kh * kw {
                let (kx, ky, channel) = (index % kw, index / kw % kh, index / kw / kh);
                let (Some(iy), Some(ix)) = (at(0, oy, ky), at(1, ox, kx)) else { continue };
                let x = input[((sample * ci + filter / filters * channels + channel) * ih + iy) * iw + ix];
                sum += x * weight[index * co + filter];
            }
            output.push(sum);
        }
        output
    }

    #[test]
    fn outputs_are_those_of_the_formula() {
        for sizes in cases() {
            let data = Data::new(sizes);
            let expected = formula(&data);
            for path in Path::available() {
                let [y, ..] = path.run(&data);
                let close = |(y, expected): (&f64, &f64)| (y - expected).abs() < 1e-13;
                assert!(y.len() == expected.len() && y.iter().zip(&expected).all(close), "{sizes:?}");
            }
        }
    }

    #[test]
    fn gradients_are_the_adjoints_of_the_forward_pass() {
        for sizes in cases() {
            let data = Data::new(sizes);
            let found: Vec<_> = Path::available().map(|path| path.run(&data)).collect();
            for [y, dx, dw, db] in &found {
                // ⟨g, W x⟩ = ⟨Wᵀ g, x⟩ = ⟨dW, W⟩, without the bias.
                let with_bias = product(&data.grad_output, y);
                let linear = with_bias - product(db, &data.bias);
                assert!((linear - product(dx, &data.input)).abs() < 1e-12 * linear.abs().max(1.0), "{sizes:?}");
                assert!((linear - product(dw, &data.weight)).abs() < 1e-12 * linear.abs().max(1.0), "{sizes:?}");
            }
            let fused: Vec<_> = Path::available().zip(&found).filter(|(path, _)| *path != Path::Portable).collect();
            assert!(fused.windows(2).all(|pair| pair[0].1 == pair[1].1), "{sizes:?}: the same bits");
        }
    }

    #[test]
    fn positions_outside_the_image_are_omitted() {
        let sizes = ConvolutionSizes {
            samples: 1,
            input: [1, 1, 1],
            output: [1, 1, 1],
            kernel: [3, 3],
            stride: [1, 1],
            padding: [1, 1],
            dilation: [1, 1],
            groups: 1,
        };
        let mut weight = vec![f64::INFINITY; 9];
        weight[4] = 2.0;
        let data = Data { sizes, weight, bias: vec![1.0], input: vec![3.0], grad_output: vec![1.0] };
        let [y, dx, dw, _] = Path::Portable.run(&data);
        assert_eq!((y[0], dx[0], dw[4]), (7.0, 2.0, 3.0));
    }

    #[test]
    fn an_empty_bias_is_none() {
        struct WithoutBias<'a>(&'a Data);
        impl Program for WithoutBias<'_> {
            type Output = [Vec<f64>; 2];

            #[inline(always)]
            fn run<I: Isa>(self, isa: I) -> [Vec<f64>; 2] {
                let Data { sizes, weight, input, grad_output, .. } = self.0;
                let (mut y, mut dw) = (vec![0.0; grad_output.len()], vec![0.0; weight.len()]);
                f64::convolve(isa, *sizes, weight, &[], input, &mut y);
                f64::convolve_weight_gradient(isa, *sizes, input, grad_output, false, &mut dw, &mut []);
                [y, dw]
            }
        }
        for sizes in cases() {
            let mut data = Data::new(sizes);
            data.bias.fill(0.0);
            for path in Path::available() {
                let [y, _, dw, _] = path.run(&data);
                assert_eq!(path.run(WithoutBias(&data)), [y, dw], "{sizes:?}");
            }
        }
    }
}
