//! Borders around images and enlarged images, and the gradients of the input.
//!
//! A plane is one channel of one sample. Planes are independent of each other, so a kernel takes all of them in a row.

mod loops;

use super::compiled::{compiled, for_floats};
use super::{Isa, NaiveKernels};
use crate::scalar::Scalar;

/// Kernels that place the elements of images in larger images.
pub trait PlacementKernels: Scalar {
    /// Computes `y[p, oy, ox] = x[p, iy, ix]` with `iy = oy - before`, and ix analogously. Outside the image, `mode` determines iy
    /// and ix, or that y is 0.
    fn pad<I: Isa>(isa: I, sizes: PadSizes, mode: PadMode, input: &[Self], output: &mut [Self]) {
        loops::pad(isa, sizes, mode, input, output);
    }

    /// Computes the gradient of the input of [`pad`](Self::pad): the sum of g over all places to which an element was copied, from
    /// zero in the order of oy and ox.
    fn pad_gradient<I: Isa>(isa: I, sizes: PadSizes, mode: PadMode, grad_output: &[Self], grad_input: &mut [Self]) {
        loops::pad_gradient(isa, sizes, mode, grad_output, grad_input);
    }

    /// Computes `y[p, oy, ox]` for an image that is `factor` times as large.
    ///
    /// With [`Interpolation::Nearest`] it is `x[p, oy / factor, ox / factor]`, rounded down. With [`Interpolation::Bilinear`] the
    /// centers of the pixels of both images are laid over each other: oy is at row `(oy + 1/2) / factor - 1/2`, or 0 if that is
    /// negative, between two rows of the input with the weights h₀ and h₁, and ox analogously with w₀ and w₁. y is then
    /// `h₀ (w₀ x₀₀ + w₁ x₀₁) + h₁ (w₀ x₁₀ + w₁ x₁₁)`.
    fn enlarge<I: Isa>(
        isa: I,
        sizes: EnlargementSizes,
        interpolation: Interpolation,
        input: &[Self],
        output: &mut [Self],
    ) {
        loops::enlarge(isa, sizes, interpolation, input, output);
    }

    /// Computes the gradient of the input of [`enlarge`](Self::enlarge): the sum of g, times its weight, over the places that an
    /// element contributes to, from zero in the order of oy and ox.
    fn enlarge_gradient<I: Isa>(
        isa: I,
        sizes: EnlargementSizes,
        interpolation: Interpolation,
        grad_output: &[Self],
        grad_input: &mut [Self],
    ) {
        loops::enlarge_gradient(isa, sizes, interpolation, grad_output, grad_input);
    }
}

impl<T: NaiveKernels> PlacementKernels for T {}

/// The sizes of a border around images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PadSizes {
    /// The number of channels of all samples.
    pub planes: usize,
    /// Rows and columns of the input.
    pub input: [usize; 2],
    /// The number of rows above the image, and of columns to its left.
    pub before: [usize; 2],
    /// The number of rows below the image, and of columns to its right.
    pub after: [usize; 2],
}

/// The content of the border around an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PadMode {
    /// Zeros.
    Zeros,
    /// The image mirrored at its outermost rows and columns, which are not repeated: `c b | a b c | b a`. The border has to be
    /// smaller than the image.
    Reflect,
    /// The outermost rows and columns again: `a a | a b c | c c`.
    Replicate,
    /// The opposite end of the image: `b c | a b c | a b`. The border must not be larger than the image.
    Circular,
}

/// The sizes of an enlargement of images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnlargementSizes {
    /// The number of channels of all samples.
    pub planes: usize,
    /// Rows and columns of the input.
    pub input: [usize; 2],
    /// The factors by which rows and columns are multiplied.
    pub factor: [usize; 2],
}

/// How an enlarged image follows from the original one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Interpolation {
    /// Every element is repeated.
    Nearest,
    /// An element is the average of the four nearest ones, weighted by their distances. The centers of the corner pixels are not
    /// aligned, as in Keras and by default in PyTorch.
    Bilinear,
}

macro_rules! placement_kernels {
    ($float:ident) => {
        impl PlacementKernels for $float {
            #[inline]
            fn pad<I: Isa>(_: I, sizes: PadSizes, mode: PadMode, input: &[$float], output: &mut [$float]) {
                compiled!(I, |isa, sizes: PadSizes, mode: PadMode, input: &[$float], output: &mut [$float]| -> () {
                    loops::pad(isa, sizes, mode, input, output)
                });
            }

            #[inline]
            fn pad_gradient<I: Isa>(
                _: I,
                sizes: PadSizes,
                mode: PadMode,
                grad_output: &[$float],
                grad_input: &mut [$float],
            ) {
                compiled!(I, |isa,
                              sizes: PadSizes,
                              mode: PadMode,
                              grad_output: &[$float],
                              grad_input: &mut [$float]|
                 -> () { loops::pad_gradient(isa, sizes, mode, grad_output, grad_input) });
            }

            #[inline]
            fn enlarge<I: Isa>(
                _: I,
                sizes: EnlargementSizes,
                interpolation: Interpolation,
                input: &[$float],
                output: &mut [$float],
            ) {
                compiled!(I, |isa,
                              sizes: EnlargementSizes,
                              interpolation: Interpolation,
                              input: &[$float],
                              output: &mut [$float]|
                 -> () { loops::enlarge(isa, sizes, interpolation, input, output) });
            }

            #[inline]
            fn enlarge_gradient<I: Isa>(
                _: I,
                sizes: EnlargementSizes,
                interpolation: Interpolation,
                grad_output: &[$float],
                grad_input: &mut [$float],
            ) {
                compiled!(I, |isa,
                              sizes: EnlargementSizes,
                              interpolation: Interpolation,
                              grad_output: &[$float],
                              grad_input: &mut [$float]|
                 -> () {
                    loops::enlarge_gradient(isa, sizes, interpolation, grad_output, grad_input)
                });
            }
        }
    };
}

for_floats!(placement_kernels);

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use super::{EnlargementSizes, Interpolation, PadMode, PadSizes, PlacementKernels};
    use crate::kernel::{Isa, Path, Program};
    use crate::random;

    fn draws(count: usize, seed: u64) -> Vec<f32> {
        let mut rng = crate::rng(seed);
        let mut values = vec![0.0; count];
        random::fill(&mut values, || random::uniform(&mut rng) - 0.5);
        values
    }

    #[derive(Clone, Copy, Debug)]
    enum Task {
        Pad(PadSizes, PadMode),
        Enlarge(EnlargementSizes, Interpolation),
    }

    impl Task {
        /// The numbers of planes, and of rows and columns of input and output.
        fn sizes(self) -> (usize, [usize; 2], [usize; 2]) {
            match self {
                Self::Pad(PadSizes { planes, input, before, after }, _) => {
                    (planes, input, [0, 1].map(|axis| before[axis] + input[axis] + after[axis]))
                }
                Self::Enlarge(EnlargementSizes { planes, input, factor }, _) => {
                    (planes, input, [0, 1].map(|axis| input[axis] * factor[axis]))
                }
            }
        }

        fn slices(self) -> [Vec<f32>; 2] {
            let (planes, input, output) = self.sizes();
            [draws(planes * input[0] * input[1], 37), draws(planes * output[0] * output[1], 38)]
        }

        /// The elements of the input, with their weights, whose sum is an element of the output along an axis.
        fn sources(self, axis: usize, place: usize) -> Vec<(usize, f64)> {
            match self {
                Self::Pad(PadSizes { input, before, .. }, mode) => {
                    let size = input[axis].cast_signed();
                    let at = place.cast_signed() - before[axis].cast_signed();
                    let at = match mode {
                        PadMode::Reflect if at < 0 => -at,
                        PadMode::Reflect if at >= size => 2 * (size - 1) - at,
                        PadMode::Reflect | PadMode::Zeros => at,
                        PadMode::Replicate => at.clamp(0, size - 1),
                        PadMode::Circular => at.rem_euclid(size),
                    };
                    if (0..size).contains(&at) { vec![(at.cast_unsigned(), 1.0)] } else { Vec::new() }
                }
                Self::Enlarge(EnlargementSizes { factor, .. }, Interpolation::Nearest) => {
                    vec![(place / factor[axis], 1.0)]
                }
                Self::Enlarge(EnlargementSizes { input, factor, .. }, Interpolation::Bilinear) => {
                    let at = ((place as f64 + 0.5) / factor[axis] as f64 - 0.5).max(0.0);
                    let first = (0..input[axis]).rfind(|&row| row as f64 <= at).unwrap_or(0);
                    let share = at - first as f64;
                    vec![(first, 1.0 - share), ((first + 1).min(input[axis] - 1), share)]
                }
            }
        }

        /// The output and the gradient of the input, as the formulas.
        fn by_formula(self, x: &[f32], g: &[f32]) -> [Vec<f64>; 2] {
            let (planes, [ih, iw], [oh, ow]) = self.sizes();
            let (mut y, mut dx) = (vec![0.0; g.len()], vec![0.0; x.len()]);
            for (plane, oy, ox) in
                (0..planes).flat_map(|plane| (0..oh).flat_map(move |oy| (0..ow).map(move |ox| (plane, oy, ox))))
            {
                let output = (plane * oh + oy) * ow + ox;
                for (iy, vertical) in self.sources(0, oy) {
                    for (ix, horizontal) in self.sources(1, ox) {
                        let input = (plane * ih + iy) * iw + ix;
                        y[output] += vertical * horizontal * f64::from(x[input]);
                        dx[input] += vertical * horizontal * f64::from(g[output]);
                    }
                }
            }
            [y, dx]
        }
    }

    struct Both<'a>(Task, &'a [f32], &'a [f32]);

    impl Program for Both<'_> {
        type Output = [Vec<f32>; 2];

        #[inline(always)]
        fn run<I: Isa>(self, isa: I) -> [Vec<f32>; 2] {
            let Self(task, x, g) = self;
            let (mut y, mut dx) = (vec![1.0; g.len()], vec![1.0; x.len()]);
            match task {
                Task::Pad(sizes, mode) => {
                    f32::pad(isa, sizes, mode, x, &mut y);
                    f32::pad_gradient(isa, sizes, mode, g, &mut dx);
                }
                Task::Enlarge(sizes, interpolation) => {
                    f32::enlarge(isa, sizes, interpolation, x, &mut y);
                    f32::enlarge_gradient(isa, sizes, interpolation, g, &mut dx);
                }
            }
            [y, dx]
        }
    }

    fn tasks() -> Vec<Task> {
        let mut tasks = Vec::new();
        for (input, before, after) in [
            ([17, 13], [1, 1], [1, 1]),
            ([5, 40], [2, 0], [0, 3]),
            ([3, 4], [2, 3], [2, 3]),
            ([2, 2], [0, 0], [0, 0]),
            ([4, 3], [0, 1], [1, 0]),
        ] {
            for mode in [PadMode::Zeros, PadMode::Reflect, PadMode::Replicate, PadMode::Circular] {
                tasks.push(Task::Pad(PadSizes { planes: 14, input, before, after }, mode));
            }
        }
        for (input, factor) in
            [([17, 13], [2, 2]), ([5, 40], [1, 3]), ([1, 1], [4, 5]), ([3, 2], [3, 1]), ([2, 19], [5, 2])]
        {
            for interpolation in [Interpolation::Nearest, Interpolation::Bilinear] {
                tasks.push(Task::Enlarge(EnlargementSizes { planes: 14, input, factor }, interpolation));
            }
        }
        tasks
    }

    #[test]
    fn outputs_and_gradients_are_those_of_the_formulas_on_all_paths() {
        for task in tasks() {
            let [x, g] = task.slices();
            let expected = task.by_formula(&x, &g);
            let found: Vec<_> = Path::available().map(|path| (path, path.run(Both(task, &x, &g)))).collect();
            let fused: Vec<_> = found.iter().filter(|(path, _)| *path != Path::Portable).collect();
            assert!(fused.windows(2).all(|pair| pair[0].1 == pair[1].1), "{task:?}: the same bits");
            for (path, found) in &found {
                for (found, expected) in found.iter().zip(&expected) {
                    assert_eq!(found.len(), expected.len());
                    let close = |(&x, &y): (&f32, &f64)| (f64::from(x) - y).abs() < 1e-5;
                    assert!(found.iter().zip(expected).all(close), "{task:?}, {path:?}: {found:?} and {expected:?}");
                }
            }
        }
    }

    #[test]
    fn borders_and_repetitions_are_copies() {
        for task in tasks().into_iter().filter(|task| !matches!(task, Task::Enlarge(_, Interpolation::Bilinear))) {
            let [x, g] = task.slices();
            let [y, _] = Path::Portable.run(Both(task, &x, &g));
            let [expected, _] = task.by_formula(&x, &g);
            assert!(y.iter().zip(expected).all(|(&y, expected)| f64::from(y) == expected), "{task:?}");
        }
    }
}
