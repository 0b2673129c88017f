//! Convolutions of images: forward pass, gradient of the input, gradient of weight and bias.
//!
//! The loops define what is computed, and in which order it is added. The tiled kernels compute the same bits with samples in
//! the lanes of registers. Positions outside an image are omitted rather than multiplied by zero.
#![allow(
    clippy::needless_range_loop,
    clippy::too_many_lines,
    reason = "blocks are spelled out per path: iterators take half as long again to compile, and all loops of one are inlined"
)]

mod axis;
mod window;

mod loops;

mod alone;
mod correlation;
mod weight_gradient;

use alone::Alone;
use axis::Axis;
use correlation::Correlation;
use weight_gradient::WeightGradient;

use super::compiled::{compiled, for_floats};
use super::lanes::Vectors;
use super::scratch::with_aligned_scratch;
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
    /// zero in the order of co, oy and ox.
    fn convolve_input_gradient<I: Isa>(
        isa: I,
        sizes: ConvolutionSizes,
        weight: &[Self],
        grad_output: &[Self],
        grad_input: &mut [Self],
    ) {
        loops::convolve_input_gradient(isa, sizes, weight, grad_output, grad_input);
    }

    /// Computes `dw[co, ci, ky, kx] = Σ g[s, co, oy, ox] x[s, ci, iy, ix]` and `db[co] = Σ g[s, co, oy, ox]`. Adds the sums to
    /// the gradients if `accumulate` is true, and overwrites the gradients otherwise. Computes no db if `grad_bias` is empty.
    ///
    /// The sums are taken over groups of 16 samples and, within a group, over bands of max(1, ⌊128 / OW⌋) rows of the output.
    /// For each sample of a group, the terms of a band are summed from zero in the order of oy and ox; columns outside the image
    /// are zeros. The sums of the 16 samples, zero for samples that do not exist, are added in halves, 8 apart, then 4, 2 and 1.
    /// The results are added from zero in the order of groups and bands.
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

/// The number of samples that a convolution processes together.
pub const CONVOLUTION_GROUP: usize = window::GROUP;

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

/// Returns the number of rows of the output in a band of the weight gradient. A band has enough positions that it is cheap to
/// add the lanes of the sums, and few enough that the rows of most networks stay in the cache.
#[inline(always)]
const fn band([_, rows, columns]: [usize; 3]) -> usize {
    let band = 128 / columns;
    if band == 0 {
        1
    } else if band > rows {
        rows
    } else {
        band
    }
}

/// Up to this many samples are computed one after another. Two of them take about as long as a group.
const FEW: usize = 2;

/// Computes the forward pass, in tiles.
#[inline(always)]
fn convolve<T: Vectors, I: Isa>(
    isa: I,
    sizes: ConvolutionSizes,
    weight: &[T],
    bias: &[T],
    input: &[T],
    output: &mut [T],
) {
    sizes.check(weight.len(), bias.len(), input.len(), output.len());
    let ConvolutionSizes { samples, input: [channels, ..], output: [filters, ..], kernel, groups, .. } = sizes;
    if samples <= FEW {
        isa.call(Alone { sizes, weight, bias, input, output });
        return;
    }
    let axes = [0, 1].map(|axis| Axis::forward(sizes, axis));
    with_aligned_scratch(Correlation::<T>::memory_len(channels, filters, axes), |memory| {
        isa.call(Correlation { samples, channels, filters, groups, kernel, axes, weight, bias, input, output, memory });
    });
}

/// Computes the gradient of the input, in tiles.
#[inline(always)]
fn convolve_input_gradient<T: Vectors, I: Isa>(
    isa: I,
    sizes: ConvolutionSizes,
    weight: &[T],
    grad_output: &[T],
    grad_input: &mut [T],
) {
    sizes.check(weight.len(), 0, grad_input.len(), grad_output.len());
    let ConvolutionSizes { samples, input: [ci, ..], output: [co, ..], kernel: [kh, kw], groups, .. } = sizes;
    let [channels, filters] = sizes.group();
    let axes = [0, 1].map(|axis| Axis::transposed(sizes, axis));
    let memory_len = Correlation::<T>::memory_len(co, ci, axes);
    with_aligned_scratch(memory_len + weight.len(), |memory| {
        let (memory, transposed) = memory.split_at_mut(memory_len);
        // Filters and channels are exchanged within each group, and the kernel is reversed.
        let elements = kh * kw;
        for (rest, weights) in weight.chunks_exact(co).enumerate() {
            let (element, channel) = (elements - 1 - rest % elements, rest / elements);
            for (group, weights) in weights.chunks_exact(filters).enumerate() {
                let places = transposed[element * ci + group * channels + channel..].iter_mut().step_by(elements * ci);
                for (place, &weight) in places.zip(weights) {
                    *place = weight;
                }
            }
        }
        // For a stride of 1, the transpose is a convolution itself.
        let before =
            [0, 1].map(|axis| (sizes.dilation[axis] * (sizes.kernel[axis] - 1)).checked_sub(sizes.padding[axis]));
        if let (true, [1, 1], [Some(above), Some(left)]) = (samples <= FEW, sizes.stride, before) {
            let sizes = ConvolutionSizes { input: sizes.output, output: sizes.input, padding: [above, left], ..sizes };
            isa.call(Alone { sizes, weight: transposed, bias: &[], input: grad_output, output: grad_input });
            return;
        }
        isa.call(Correlation {
            samples,
            channels: co,
            filters: ci,
            groups,
            kernel: [kh, kw],
            axes,
            weight: transposed,
            bias: &[],
            input: grad_output,
            output: grad_input,
            memory,
        });
    });
}

/// Computes the gradient of weight and bias, in tiles.
#[inline(always)]
fn convolve_weight_gradient<T: Vectors, I: Isa>(
    isa: I,
    sizes: ConvolutionSizes,
    input: &[T],
    grad_output: &[T],
    accumulate: bool,
    grad_weight: &mut [T],
    grad_bias: &mut [T],
) {
    sizes.check(grad_weight.len(), grad_bias.len(), input.len(), grad_output.len());
    with_aligned_scratch(WeightGradient::<T>::memory_len(sizes, grad_weight.len()), |memory| {
        isa.call(WeightGradient { sizes, input, grad_output, accumulate, grad_weight, grad_bias, memory });
    });
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
                 -> () { super::convolve(isa, sizes, weight, bias, input, output) });
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
                    super::convolve_input_gradient(isa, sizes, weight, grad_output, grad_input)
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
                    super::convolve_weight_gradient(isa, sizes, input, grad_output, accumulate, grad_weight, grad_bias);
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

    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::{ConvolutionKernels, ConvolutionSizes, loops};
    use crate::kernel::{Isa, Kernels, Path, Program};
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
            ([5, 6, 41], 5, [3, 4], [1, 1], [1, 2], [1, 1], 5),
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

    /// All three kernels and their naive twins on one set of values.
    struct Compare<T> {
        sizes: ConvolutionSizes,
        weight: Vec<T>,
        bias: Vec<T>,
        input: Vec<T>,
        grad_output: Vec<T>,
        accumulate: bool,
    }

    impl<T: Kernels> Compare<T> {
        fn new(sizes: ConvolutionSizes, accumulate: bool) -> Self {
            let Data { weight, bias, input, grad_output, .. } = Data::new(sizes);
            let converted = |values: Vec<f64>| values.into_iter().map(T::from_f64).collect();
            let [weight, bias, input, grad_output] = [weight, bias, input, grad_output].map(converted);
            Self { sizes, weight, bias, input, grad_output, accumulate }
        }
    }

    impl<T: Kernels> Program for &Compare<T> {
        type Output = [(Vec<T>, Vec<T>); 4];

        #[inline(always)]
        fn run<I: Isa>(self, isa: I) -> Self::Output {
            let Compare { sizes, weight, bias, input, grad_output, accumulate } = self;
            let ones = |count: usize| vec![T::ONE; count];
            let (mut y, mut naive_y) = (ones(grad_output.len()), ones(grad_output.len()));
            T::convolve(isa, *sizes, weight, bias, input, &mut y);
            loops::convolve(isa, *sizes, weight, bias, input, &mut naive_y);
            let (mut dx, mut naive_dx) = (ones(input.len()), ones(input.len()));
            T::convolve_input_gradient(isa, *sizes, weight, grad_output, &mut dx);
            loops::convolve_input_gradient(isa, *sizes, weight, grad_output, &mut naive_dx);
            let (mut dw, mut naive_dw) = (ones(weight.len()), ones(weight.len()));
            let (mut db, mut naive_db) = (ones(bias.len()), ones(bias.len()));
            T::convolve_weight_gradient(isa, *sizes, input, grad_output, *accumulate, &mut dw, &mut db);
            let (dw_of_loops, db_of_loops) = (&mut naive_dw, &mut naive_db);
            let loops = loops::convolve_weight_gradient;
            loops(isa, *sizes, input, grad_output, *accumulate, dw_of_loops, db_of_loops);
            [(y, naive_y), (dx, naive_dx), (dw, naive_dw), (db, naive_db)]
        }
    }

    fn assert_same<T: Kernels>(sizes: ConvolutionSizes) {
        let data = Compare::<T>::new(sizes, sizes.samples % 2 == 1);
        for path in Path::available() {
            for (index, (tiled, naive)) in path.run(&data).into_iter().enumerate() {
                assert_eq!(tiled, naive, "kernel {index} on {path:?} with {sizes:?}");
            }
        }
    }

    #[test]
    fn tiled_kernels_give_the_bits_of_the_naive_ones() {
        for sizes in cases() {
            for samples in [1, 2, 16, 19] {
                assert_same::<f32>(ConvolutionSizes { samples, ..sizes });
                assert_same::<f64>(ConvolutionSizes { samples, ..sizes });
            }
        }
    }

    #[test]
    fn several_bands_and_wide_rows_have_the_bits_of_the_naive_kernels() {
        for (rows, columns, padding) in [(20, 40, 1), (3, 150, 0), (130, 1, 1)] {
            let sizes = ConvolutionSizes {
                samples: 17,
                input: [3, rows, columns],
                output: [9, rows + 2 * padding - 2, columns + 2 * padding - if columns > 1 { 2 } else { 0 }],
                kernel: [3, if columns > 1 { 3 } else { 1 }],
                stride: [1, 1],
                padding: [padding, padding],
                dilation: [1, 1],
                groups: 1,
            };
            assert_same::<f32>(sizes);
        }
    }

    proptest! {
        // Each of the 256 usual cases is slow, so one of twenty is drawn.
        #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.div_ceil(20), rng_seed: RngSeed::Fixed(37), failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn any_sizes_have_the_bits_of_the_naive_kernels(
            samples in 0_usize..36,
            channels in 1_usize..8,
            filters in 1_usize..17,
            groups in 1_usize..3,
            output in [1_usize..14, 1_usize..14],
            kernel in [1_usize..6, 1_usize..6],
            stride in [1_usize..4, 1_usize..4],
            padding in [0_usize..4, 0_usize..4],
            dilation in [1_usize..3, 1_usize..3],
            rest in [0_usize..3, 0_usize..3],
        ) {
            let along = |axis: usize| {
                let covered = (output[axis] - 1) * stride[axis] + (kernel[axis] - 1) * dilation[axis] + 1;
                (covered + rest[axis] % stride[axis]).saturating_sub(2 * padding[axis])
            };
            let (input, output) = ([channels * groups, along(0), along(1)], [filters * groups, output[0], output[1]]);
            prop_assume!(input[1] > 0 && input[2] > 0);
            let sizes = ConvolutionSizes { samples, input, output, kernel, stride, padding, dilation, groups };
            assert_same::<f32>(sizes);
            assert_same::<f64>(sizes);
        }
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
