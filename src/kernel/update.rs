//! Which operations pass over all parameters once in a step? Sums of gradients, checks, updates.

mod loops;

use super::compiled::{compiled, for_floats};
use super::{Isa, NaiveKernels};
use crate::scalar::Scalar;

/// The operations that pass over all parameters once in a step.
pub trait UpdateKernels: Scalar {
    /// Computes a ← a + b.
    fn add_assign<I: Isa>(isa: I, sum: &mut [Self], addend: &[Self]) {
        loops::add_assign(isa, sum, addend);
    }

    /// Returns the largest magnitude among the values, or `None` if one is infinite or NaN.
    fn largest_magnitude<I: Isa>(isa: I, values: &[Self]) -> Option<Self> {
        loops::largest_magnitude(isa, values)
    }

    /// Performs one step of stochastic gradient descent: θ ← θ - η ∇.
    fn sgd<I: Isa>(isa: I, rate: Self, parameters: &mut [Self], gradient: &[Self]) {
        loops::sgd(isa, rate, parameters, gradient);
    }

    /// Performs one step with momentum: v ← γ v + s ∇, then θ ← θ - r d with d = v, or d = γ v + s ∇ for Nesterov's form.
    ///
    /// `scale` s and `rate` r distinguish the lecture's form (s = η, r = 1) from PyTorch's (s = 1, r = η).
    fn momentum<I: Isa>(
        isa: I,
        settings: MomentumStep<Self>,
        parameters: &mut [Self],
        gradient: &[Self],
        velocity: &mut [Self],
    ) {
        loops::momentum(isa, settings, parameters, gradient, velocity);
    }

    /// Performs one step of Adam: m ← m + a (∇ - m), v ← v + b (∇² - v), then θ ← θ - r m / (√v + ε).
    fn adam<I: Isa>(
        isa: I,
        settings: AdamStep<Self>,
        parameters: &mut [Self],
        gradient: &[Self],
        first_moment: &mut [Self],
        second_moment: &mut [Self],
    ) {
        loops::adam(isa, settings, parameters, gradient, first_moment, second_moment);
    }
}

impl<T: NaiveKernels> UpdateKernels for T {}

/// The coefficients of one step with momentum. See [`UpdateKernels::momentum`].
#[derive(Clone, Copy, Debug)]
pub struct MomentumStep<T> {
    /// γ, the fraction of the velocity that is kept.
    pub momentum: T,
    /// s, the factor of the gradient that is added to the velocity.
    pub scale: T,
    /// r, the factor of the velocity that is subtracted.
    pub rate: T,
    /// Whether to use Nesterov's form.
    pub nesterov: bool,
}

/// The coefficients of one step of Adam, which include the bias correction. See [`UpdateKernels::adam`].
#[derive(Clone, Copy, Debug)]
pub struct AdamStep<T> {
    /// a = 1 - β₁, the fraction by which the first moment moves towards the gradient.
    pub first_share: T,
    /// b = 1 - β₂, the fraction by which the second moment moves towards the square of the gradient.
    pub second_share: T,
    /// r, the factor of the quotient of the moments that is subtracted.
    pub rate: T,
    /// ε, which is added to the root of the second moment. It must be above zero, or a gradient of zero may give NaN.
    pub epsilon: T,
}

macro_rules! update_kernels {
    ($float:ident) => {
        impl UpdateKernels for $float {
            #[inline]
            fn add_assign<I: Isa>(_: I, sum: &mut [$float], addend: &[$float]) {
                compiled!(I, |isa, sum: &mut [$float], addend: &[$float]| -> () {
                    loops::add_assign(isa, sum, addend)
                });
            }

            #[inline]
            fn largest_magnitude<I: Isa>(_: I, values: &[$float]) -> Option<$float> {
                compiled!(I, |isa, values: &[$float]| -> Option<$float> { loops::largest_magnitude(isa, values) })
            }

            #[inline]
            fn sgd<I: Isa>(_: I, rate: $float, parameters: &mut [$float], gradient: &[$float]) {
                compiled!(I, |isa, rate: $float, parameters: &mut [$float], gradient: &[$float]| -> () {
                    loops::sgd(isa, rate, parameters, gradient);
                });
            }

            #[inline]
            fn momentum<I: Isa>(
                _: I,
                settings: MomentumStep<$float>,
                parameters: &mut [$float],
                gradient: &[$float],
                velocity: &mut [$float],
            ) {
                compiled!(I, |isa,
                              settings: MomentumStep<$float>,
                              parameters: &mut [$float],
                              gradient: &[$float],
                              velocity: &mut [$float]|
                 -> () {
                    loops::momentum(isa, settings, parameters, gradient, velocity);
                });
            }

            #[inline]
            fn adam<I: Isa>(
                _: I,
                settings: AdamStep<$float>,
                parameters: &mut [$float],
                gradient: &[$float],
                first_moment: &mut [$float],
                second_moment: &mut [$float],
            ) {
                compiled!(I, |isa,
                              settings: AdamStep<$float>,
                              parameters: &mut [$float],
                              gradient: &[$float],
                              first_moment: &mut [$float],
                              second_moment: &mut [$float]|
                 -> () {
                    loops::adam(isa, settings, parameters, gradient, first_moment, second_moment);
                });
            }
        }
    };
}

for_floats!(update_kernels);

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::{AdamStep, UpdateKernels};
    use crate::kernel::{Isa, Kernels, Path, Program};

    struct Largest<'a>(&'a [f32]);

    impl Program for Largest<'_> {
        type Output = Option<f32>;

        #[inline(always)]
        fn run<I: Isa>(self, isa: I) -> Option<f32> {
            f32::largest_magnitude(isa, self.0)
        }
    }

    #[test]
    fn the_largest_magnitude_is_found_and_every_non_finite_value_is_detected() {
        for path in Path::available() {
            let mut values = vec![0.5_f32; 67];
            values[40] = -3.0;
            assert_eq!(path.run(Largest(&values)), Some(3.0));
            for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
                for place in [0, 31, 63, 66] {
                    let mut values = values.clone();
                    values[place] = bad;
                    assert_eq!(path.run(Largest(&values)), None);
                }
            }
        }
    }

    /// Slices of 67 elements each: parameters, gradient, first and second moment.
    struct Adam<'a, T>([&'a mut [T]; 4]);

    impl<T: Kernels> Program for Adam<'_, T> {
        type Output = ();

        #[inline(always)]
        fn run<I: Isa>(self, isa: I) {
            let [parameters, gradient, first, second] = self.0;
            let [first_share, second_share, rate, epsilon] = [0.125, 0.01, 0.5, 1e-3].map(T::from_f64);
            T::adam(isa, AdamStep { first_share, second_share, rate, epsilon }, parameters, gradient, first, second);
        }
    }

    /// Returns the four arrays after a step from values without a pattern, and their distance from the formula in `f64`.
    fn adam_on<T: Kernels>(path: Path) -> ([[T; 67]; 4], f64) {
        let noise = |seed: f64| core::array::from_fn(|i| T::from_f64(libm::sin(seed + 7.7 * i as f64)));
        let mut arrays: [[T; 67]; 4] = [noise(1.0), noise(2.0), noise(3.0), noise(4.0).map(T::absolute)];
        let start = arrays;
        path.run(Adam(arrays.each_mut().map(|array| &mut array[..])));
        let mut apart = 0.0_f64;
        for i in 0..67 {
            let [x, g, m, v] = start.map(|array| array[i].to_f64());
            let (m, v) = (0.875 * m + 0.125 * g, 0.99 * v + 0.01 * g * g);
            let expected = [x - 0.5 * m / (v.sqrt() + 1e-3), g, m, v];
            for (array, expected) in arrays.iter().zip(expected) {
                apart = apart.max((array[i].to_f64() - expected).abs() / expected.abs().max(1.0));
            }
        }
        (arrays, apart)
    }

    /// In units of the rounding error: a handful of operations, with possible cancellation in the last difference.
    const ADAM_TOLERANCE: f64 = 8.0;

    #[test]
    fn adam_matches_its_formula_and_gives_the_same_bits_on_all_fused_paths() {
        let single: alloc::vec::Vec<_> = Path::available().map(|path| (path, adam_on::<f32>(path))).collect();
        let double: alloc::vec::Vec<_> = Path::available().map(|path| (path, adam_on::<f64>(path))).collect();
        assert!(single.iter().all(|(_, (_, apart))| *apart < ADAM_TOLERANCE * f64::from(f32::EPSILON)), "{single:?}");
        assert!(double.iter().all(|(_, (_, apart))| *apart < ADAM_TOLERANCE * f64::EPSILON), "{double:?}");
        let fused = |path: Path| path != Path::Portable;
        assert!(single.iter().filter(|(path, _)| fused(*path)).is_sorted_by(|one, other| one.1.0 == other.1.0));
        assert!(double.iter().filter(|(path, _)| fused(*path)).is_sorted_by(|one, other| one.1.0 == other.1.0));
    }
}
