//! Pooling of images: maxima and averages of windows and of whole planes, and the gradients of the input.
//!
//! A plane is one channel of one sample. Planes are independent of each other, so a kernel takes all of them in a row. A sequence
//! of steps with several features is a plane too: its windows are one column wide.

mod loops;

mod pairs;

use pairs::{Maximum, MaximumGradient};

use super::compiled::{compiled, for_floats};
use super::{Isa, NaiveKernels, Program};
use crate::scalar::Scalar;

/// Maxima and averages of the windows of images, and of whole channels.
///
/// Elements of a window that lie outside the image are omitted. The maximum and the average of a window that contains NaN are
/// NaN.
pub trait PoolingKernels: Scalar {
    /// Computes `y[p, oy, ox] = max x[p, iy, ix]` over ky and kx, with `iy = oy * stride + ky * dilation - padding`, and ix
    /// analogously. The maximum of no elements is -∞.
    fn pool_maximum<I: Isa>(isa: I, sizes: PoolingSizes, input: &[Self], output: &mut [Self]) {
        loops::pool_maximum(isa, sizes, input, output);
    }

    /// Computes the gradient of the input of [`pool_maximum`](Self::pool_maximum): for every window, `g[p, oy, ox]` is added to
    /// the gradient of the first element, in the order of ky and kx, that is equal to the maximum, or is NaN as the maximum.
    /// Sums start from zero and are computed in the order of oy and ox.
    fn pool_maximum_gradient<I: Isa>(
        isa: I,
        sizes: PoolingSizes,
        input: &[Self],
        output: &[Self],
        grad_output: &[Self],
        grad_input: &mut [Self],
    ) {
        loops::pool_maximum_gradient(isa, sizes, input, output, grad_output, grad_input);
    }

    /// Computes `y[p, oy, ox] = Σ x[p, iy, ix] / n` with the same iy and ix, summed from zero in the order of ky and kx. n is what
    /// `divisor` says.
    fn pool_average<I: Isa>(isa: I, sizes: PoolingSizes, divisor: WindowDivisor, input: &[Self], output: &mut [Self]) {
        loops::pool_average(isa, sizes, divisor, input, output);
    }

    /// Computes the gradient of the input of [`pool_average`](Self::pool_average): `dx[p, iy, ix] = Σ g[p, oy, ox] / n` over the
    /// windows that contain the element, summed from zero in the order of oy and kx. Overwrites `grad_output`.
    fn pool_average_gradient<I: Isa>(
        isa: I,
        sizes: PoolingSizes,
        divisor: WindowDivisor,
        grad_output: &mut [Self],
        grad_input: &mut [Self],
    ) {
        loops::pool_average_gradient(isa, sizes, divisor, grad_output, grad_input);
    }

    /// Computes the maximum of every plane of `elements` elements. Element n belongs to partial maximum n mod 16, and partial
    /// maxima are joined in halves, 8 apart, then 4, 2 and 1. The order decides between 0 and -0 alone.
    fn maximum_of_planes<I: Isa>(isa: I, elements: usize, input: &[Self], output: &mut [Self]) {
        loops::maximum_of_planes(isa, elements, input, output);
    }

    /// Computes the gradient of the input of [`maximum_of_planes`](Self::maximum_of_planes): g of the plane for the first element
    /// that is equal to the maximum, or is NaN as the maximum, and 0 for all others.
    fn maximum_of_planes_gradient<I: Isa>(
        isa: I,
        elements: usize,
        input: &[Self],
        output: &[Self],
        grad_output: &[Self],
        grad_input: &mut [Self],
    ) {
        loops::maximum_of_planes_gradient(isa, elements, input, output, grad_output, grad_input);
    }

    /// Computes the mean of every plane of `elements` elements: their sum, divided by their number. Element n is added to partial
    /// sum n mod 16, and partial sums are added in halves, 8 apart, then 4, 2 and 1.
    fn average_of_planes<I: Isa>(isa: I, elements: usize, input: &[Self], output: &mut [Self]) {
        loops::average_of_planes(isa, elements, input, output);
    }

    /// Computes the gradient of the input of [`average_of_planes`](Self::average_of_planes): `g / elements` for each element.
    fn average_of_planes_gradient<I: Isa>(isa: I, elements: usize, grad_output: &[Self], grad_input: &mut [Self]) {
        loops::average_of_planes_gradient(isa, elements, grad_output, grad_input);
    }
}

impl<T: NaiveKernels> PoolingKernels for T {}

/// What [`pool_average`](PoolingKernels::pool_average) divides the sum of a window by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WindowDivisor {
    /// This number.
    Of(usize),
    /// The number of elements of the window that lie within the image.
    Inside,
    /// The number of elements of the window that lie within the padded image, which has as much padding behind it as before it.
    Padded,
}

/// The sizes of a pooling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolingSizes {
    /// The number of channels of all samples.
    pub planes: usize,
    /// Rows and columns of the input.
    pub input: [usize; 2],
    /// Rows and columns of the output.
    pub output: [usize; 2],
    /// Rows and columns of a window.
    pub kernel: [usize; 2],
    /// The step from one window to the next, in rows and columns.
    pub stride: [usize; 2],
    /// The number of padding rows above the image, and of padding columns to its left.
    pub padding: [usize; 2],
    /// The distance between neighboring elements of a window, in rows and columns of the input.
    pub dilation: [usize; 2],
}

macro_rules! pooling_kernels {
    ($float:ident) => {
        impl PoolingKernels for $float {
            #[inline]
            fn pool_maximum<I: Isa>(_: I, sizes: PoolingSizes, input: &[$float], output: &mut [$float]) {
                compiled!(I, |isa, sizes: PoolingSizes, input: &[$float], output: &mut [$float]| -> () {
                    if sizes.halves() {
                        Maximum { sizes, input, output }.run(isa);
                    } else {
                        loops::pool_maximum(isa, sizes, input, output);
                    }
                });
            }

            #[inline]
            fn pool_maximum_gradient<I: Isa>(
                _: I,
                sizes: PoolingSizes,
                input: &[$float],
                output: &[$float],
                grad_output: &[$float],
                grad_input: &mut [$float],
            ) {
                compiled!(I, |isa,
                              sizes: PoolingSizes,
                              input: &[$float],
                              output: &[$float],
                              grad_output: &[$float],
                              grad_input: &mut [$float]|
                 -> () {
                    if sizes.halves() {
                        MaximumGradient { sizes, input, output, grad_output, grad_input }.run(isa);
                    } else {
                        loops::pool_maximum_gradient(isa, sizes, input, output, grad_output, grad_input);
                    }
                });
            }

            #[inline]
            fn pool_average<I: Isa>(
                _: I,
                sizes: PoolingSizes,
                divisor: WindowDivisor,
                input: &[$float],
                output: &mut [$float],
            ) {
                compiled!(I, |isa,
                              sizes: PoolingSizes,
                              divisor: WindowDivisor,
                              input: &[$float],
                              output: &mut [$float]|
                 -> () { loops::pool_average(isa, sizes, divisor, input, output) });
            }

            #[inline]
            fn pool_average_gradient<I: Isa>(
                _: I,
                sizes: PoolingSizes,
                divisor: WindowDivisor,
                grad_output: &mut [$float],
                grad_input: &mut [$float],
            ) {
                compiled!(I, |isa,
                              sizes: PoolingSizes,
                              divisor: WindowDivisor,
                              grad_output: &mut [$float],
                              grad_input: &mut [$float]|
                 -> () {
                    loops::pool_average_gradient(isa, sizes, divisor, grad_output, grad_input)
                });
            }

            #[inline]
            fn maximum_of_planes<I: Isa>(_: I, elements: usize, input: &[$float], output: &mut [$float]) {
                compiled!(I, |isa, elements: usize, input: &[$float], output: &mut [$float]| -> () {
                    loops::maximum_of_planes(isa, elements, input, output)
                });
            }

            #[inline]
            fn maximum_of_planes_gradient<I: Isa>(
                _: I,
                elements: usize,
                input: &[$float],
                output: &[$float],
                grad_output: &[$float],
                grad_input: &mut [$float],
            ) {
                compiled!(I, |isa,
                              elements: usize,
                              input: &[$float],
                              output: &[$float],
                              grad_output: &[$float],
                              grad_input: &mut [$float]|
                 -> () {
                    loops::maximum_of_planes_gradient(isa, elements, input, output, grad_output, grad_input)
                });
            }

            #[inline]
            fn average_of_planes<I: Isa>(_: I, elements: usize, input: &[$float], output: &mut [$float]) {
                compiled!(I, |isa, elements: usize, input: &[$float], output: &mut [$float]| -> () {
                    loops::average_of_planes(isa, elements, input, output)
                });
            }

            #[inline]
            fn average_of_planes_gradient<I: Isa>(
                _: I,
                elements: usize,
                grad_output: &[$float],
                grad_input: &mut [$float],
            ) {
                compiled!(I, |isa, elements: usize, grad_output: &[$float], grad_input: &mut [$float]| -> () {
                    loops::average_of_planes_gradient(isa, elements, grad_output, grad_input)
                });
            }
        }
    };
}

for_floats!(pooling_kernels);

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use super::{PoolingKernels, PoolingSizes, WindowDivisor};
    use crate::kernel::{Isa, Path, Program};
    use crate::random;

    /// The sizes, the divisor, the input and the gradient of the output.
    struct Data(PoolingSizes, WindowDivisor, Vec<f32>, Vec<f32>);

    fn draws(count: usize, seed: u64) -> Vec<f32> {
        let mut rng = crate::rng(seed);
        let mut values = vec![0.0; count];
        random::fill(&mut values, || random::uniform(&mut rng) - 0.5);
        values
    }

    impl Data {
        fn new(sizes: PoolingSizes, divisor: WindowDivisor) -> Self {
            let PoolingSizes { planes, input, output, .. } = sizes;
            let values = draws(planes * input[0] * input[1], 37);
            // Multiples of 1/8, so that some windows have several maxima.
            let values = values.into_iter().map(|x| (8.0 * x).round() / 8.0).collect();
            Self(sizes, divisor, values, draws(planes * output[0] * output[1], 38))
        }
    }

    impl Program for &Data {
        type Output = [Vec<f32>; 8];

        #[inline(always)]
        fn run<I: Isa>(self, isa: I) -> [Vec<f32>; 8] {
            let Data(sizes, divisor, x, g) = self;
            let (PoolingSizes { planes, input, .. }, divisor) = (*sizes, *divisor);
            let mut outputs = [(); 2].map(|()| vec![1.0; g.len()]);
            let mut gradients = [(); 4].map(|()| vec![1.0; x.len()]);
            let mut reduced = [(); 2].map(|()| vec![1.0; planes]);
            f32::pool_maximum(isa, *sizes, x, &mut outputs[0]);
            f32::pool_maximum_gradient(isa, *sizes, x, &outputs[0], g, &mut gradients[0]);
            f32::pool_average(isa, *sizes, divisor, x, &mut outputs[1]);
            f32::pool_average_gradient(isa, *sizes, divisor, &mut g.clone(), &mut gradients[1]);
            let elements = input[0] * input[1];
            f32::maximum_of_planes(isa, elements, x, &mut reduced[0]);
            f32::maximum_of_planes_gradient(isa, elements, x, &reduced[0], &g[..planes], &mut gradients[2]);
            f32::average_of_planes(isa, elements, x, &mut reduced[1]);
            f32::average_of_planes_gradient(isa, elements, &g[..planes], &mut gradients[3]);
            let [y, mean] = outputs;
            let [largest, average] = reduced;
            let [dy, dmean, dlargest, daverage] = gradients;
            [y, dy, mean, dmean, largest, dlargest, average, daverage]
        }
    }

    /// Returns what the sum of a window is divided by, of which `inside` elements lie within the image.
    fn number(sizes: PoolingSizes, divisor: WindowDivisor, window: [usize; 2], inside: usize) -> usize {
        let within = |axis: usize| {
            let places = (0..sizes.kernel[axis]).map(|k| window[axis] * sizes.stride[axis] + k * sizes.dilation[axis]);
            places.filter(|&place| place < sizes.input[axis] + 2 * sizes.padding[axis]).count()
        };
        match divisor {
            WindowDivisor::Of(divisor) => divisor,
            WindowDivisor::Inside => inside,
            WindowDivisor::Padded => within(0) * within(1),
        }
    }

    /// The same, as the formulas: window by window, with the coordinates of every element.
    fn by_formula(data: &Data) -> [Vec<f32>; 8] {
        let Data(sizes, divisor, x, g) = data;
        let PoolingSizes { planes, input: [ih, iw], output: [oh, ow], kernel: [kh, kw], .. } = *sizes;
        let at = |axis: usize, window: usize, element: usize| {
            let place = window * sizes.stride[axis] + element * sizes.dilation[axis];
            place.checked_sub(sizes.padding[axis]).filter(|&place| place < sizes.input[axis])
        };
        let (mut y, mut dy) = (Vec::new(), vec![0.0; x.len()]);
        let (mut mean, mut dmean) = (Vec::new(), vec![0.0; x.len()]);
        for (index, &g) in g.iter().enumerate() {
            let (ox, oy, plane) = (index % ow, index / ow % oh, index / ow / oh);
            let elements =
                (0..kh * kw).filter_map(|element| Some((at(0, oy, element / kw)?, at(1, ox, element % kw)?)));
            let places: Vec<_> = elements.map(|(iy, ix)| (plane * ih + iy) * iw + ix).collect();
            let largest = places.iter().fold(f32::NEG_INFINITY, |largest, &place| largest.max(x[place]));
            let count = number(*sizes, *divisor, [oy, ox], places.len()) as f32;
            y.push(largest);
            mean.push(places.iter().fold(0.0, |sum, &place| sum + x[place]) / count);
            if let Some(&first) = places.iter().find(|&&place| x[place] == largest) {
                dy[first] += g;
            }
            for &place in &places {
                dmean[place] += g / count;
            }
        }
        let (mut largest, mut dlargest) = (Vec::new(), vec![0.0; x.len()]);
        let (mut average, mut daverage) = (Vec::new(), Vec::new());
        let elements = ih * iw;
        for (plane, (x, &g)) in x.chunks_exact(elements).zip(&g[..planes]).enumerate() {
            let maximum = x.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            dlargest[plane * elements + x.iter().position(|&x| x == maximum).unwrap()] = g;
            largest.push(maximum);
            average.push(x.iter().sum::<f32>() / elements as f32);
            daverage.extend(vec![g / elements as f32; elements]);
        }
        [y, dy, mean, dmean, largest, dlargest, average, daverage]
    }

    /// Sizes for an image and a kernel: (size, kernel, stride, padding, dilation) along both axes.
    fn sizes(planes: usize, along: [(usize, usize, usize, usize, usize); 2]) -> PoolingSizes {
        let output = along.map(|(size, kernel, stride, padding, dilation)| {
            (size + 2 * padding - (dilation * (kernel - 1) + 1)) / stride + 1
        });
        PoolingSizes {
            planes,
            input: along.map(|along| along.0),
            output,
            kernel: along.map(|along| along.1),
            stride: along.map(|along| along.2),
            padding: along.map(|along| along.3),
            dilation: along.map(|along| along.4),
        }
    }

    fn cases() -> impl Iterator<Item = PoolingSizes> {
        [
            [(17, 2, 2, 0, 1), (13, 2, 2, 0, 1)],
            [(8, 2, 2, 0, 1), (40, 2, 2, 0, 1)],
            [(17, 3, 2, 1, 1), (13, 3, 2, 1, 1)],
            [(17, 3, 1, 1, 1), (13, 2, 1, 0, 1)],
            [(13, 4, 3, 2, 1), (40, 3, 1, 0, 1)],
            [(9, 2, 1, 0, 3), (40, 3, 2, 1, 2)],
            [(8, 2, 5, 1, 1), (3, 3, 1, 1, 1)],
            [(5, 5, 1, 0, 1), (7, 7, 1, 0, 1)],
            [(1, 1, 1, 0, 1), (1, 1, 1, 0, 1)],
            [(2, 1, 3, 0, 1), (70, 4, 4, 0, 1)],
        ]
        .into_iter()
        .map(|along| sizes(14, along))
        .flat_map(|sizes| [sizes, over_the_end(sizes)])
    }

    /// Adds a window along each axis where it begins within the image.
    fn over_the_end(sizes: PoolingSizes) -> PoolingSizes {
        let begins = |axis: usize| sizes.output[axis] * sizes.stride[axis] < sizes.input[axis] + sizes.padding[axis];
        PoolingSizes { output: [0, 1].map(|axis| sizes.output[axis] + usize::from(begins(axis))), ..sizes }
    }

    #[test]
    fn pooling_agrees_with_the_formulas_on_all_paths_with_the_same_bits() {
        for sizes in cases() {
            for divisor in [WindowDivisor::Inside, WindowDivisor::Padded, WindowDivisor::Of(sizes.kernel[0] + 1)] {
                let data = Data::new(sizes, divisor);
                let expected = by_formula(&data);
                let found: Vec<_> = Path::available().map(|path| path.run(&data)).collect();
                assert!(found.windows(2).all(|pair| pair[0] == pair[1]), "{sizes:?}: the same bits");
                for (place, (found, expected)) in found[0].iter().zip(&expected).enumerate() {
                    let close = |(x, y): (&f32, &f32)| (x - y).abs() < 1e-6;
                    assert_eq!(found.len(), expected.len());
                    assert!(found.iter().zip(expected).all(close), "{sizes:?}, {place}: {found:?} and {expected:?}");
                }
            }
        }
    }

    fn product(one: &[f32], other: &[f32]) -> f64 {
        one.iter().zip(other).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
    }

    #[test]
    fn gradients_are_the_adjoints_of_the_forward_pass() {
        for sizes in cases() {
            let data = Data::new(sizes, WindowDivisor::Inside);
            let [y, dy, mean, dmean, largest, dlargest, average, daverage] = Path::Portable.run(&data);
            let Data(_, _, x, g) = &data;
            // ⟨g, P x⟩ = ⟨Pᵀ g, x⟩: a maximum is linear as long as its place does not change.
            for (output, gradient) in [(y, dy), (mean, dmean), (largest, dlargest), (average, daverage)] {
                let (forward, back) = (product(&g[..output.len()], &output), product(&gradient, x));
                assert!((forward - back).abs() < 1e-5 * forward.abs().max(1.0), "{sizes:?}: {forward} and {back}");
            }
        }
    }

    #[test]
    fn nan_in_a_window_is_its_maximum_and_the_first_one_gets_the_gradient() {
        let sizes = sizes(1, [(1, 1, 1, 0, 1), (5, 3, 1, 0, 1)]);
        for path in Path::available() {
            for place in 0..5 {
                let mut x = vec![1.0, 3.0, 2.0, 3.0, 0.0];
                x[place] = f32::NAN;
                let [y, dy, mean, _, largest, dlargest, ..] =
                    path.run(&Data(sizes, WindowDivisor::Inside, x, vec![1.0, 2.0, 4.0]));
                for window in 0..3 {
                    let contains = (window..window + 3).contains(&place);
                    assert_eq!((y[window].is_nan(), mean[window].is_nan()), (contains, contains));
                }
                let among: f32 =
                    (0..3).filter(|window| (*window..window + 3).contains(&place)).map(|w| [1.0, 2.0, 4.0][w]).sum();
                assert_eq!((dy[place], dy.iter().sum::<f32>()), (among, 7.0));
                assert!(largest[0].is_nan() && dlargest[place] == 1.0);
            }
        }
    }

    #[test]
    fn the_first_of_equal_elements_gets_the_gradient() {
        let sizes = sizes(1, [(2, 2, 2, 0, 1), (2, 2, 2, 0, 1)]);
        let [y, dy, _, _, _, dlargest, ..] =
            Path::Portable.run(&Data(sizes, WindowDivisor::Inside, vec![1.0, 2.0, 2.0, 2.0], vec![1.0]));
        assert_eq!((y, dy, dlargest), (vec![2.0], vec![0.0, 1.0, 0.0, 0.0], vec![0.0, 1.0, 0.0, 0.0]));
        let low = f32::NEG_INFINITY;
        let [y, dy, ..] = Path::Portable.run(&Data(sizes, WindowDivisor::Inside, vec![low; 4], vec![1.0]));
        assert_eq!((y, dy), (vec![low], vec![1.0, 0.0, 0.0, 0.0]));
    }
}
