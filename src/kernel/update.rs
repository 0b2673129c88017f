//! What runs once over all parameters in a step: sums of gradients, checks, updates.

use super::{Isa, MomentumStep};
use crate::scalar::Scalar;

/// Lanes of the reductions, so that the compiler can keep them in vectors.
const LANES: usize = 16;

#[inline(always)]
pub(super) fn add_assign<T: Scalar, I: Isa>(_: I, sum: &mut [T], addend: &[T]) {
    assert_eq!(sum.len(), addend.len(), "an addend per sum");
    for (sum, &addend) in sum.iter_mut().zip(addend) {
        *sum += addend;
    }
}

#[allow(clippy::eq_op, reason = "a difference of equal numbers is NaN unless they are finite")]
#[inline(always)]
pub(super) fn largest_magnitude<T: Scalar, I: Isa>(_: I, values: &[T]) -> Option<T> {
    let mut largest = [T::ZERO; LANES];
    // A number minus itself is zero if it is finite, and NaN else: sums of them tell NaN and infinities from numbers.
    let mut zeros = [T::ZERO; LANES];
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        for lane in 0..LANES {
            largest[lane] = chunk[lane].absolute().maximum(largest[lane]);
            zeros[lane] += chunk[lane] - chunk[lane];
        }
    }
    for (lane, &value) in rest.iter().enumerate() {
        largest[lane] = value.absolute().maximum(largest[lane]);
        zeros[lane] += value - value;
    }
    zeros.iter().all(|zero| zero.is_finite()).then(|| largest.into_iter().fold(T::ZERO, T::maximum))
}

#[inline(always)]
pub(super) fn sgd<T: Scalar, I: Isa>(isa: I, rate: T, parameters: &mut [T], gradient: &[T]) {
    assert_eq!(parameters.len(), gradient.len(), "a gradient per parameter");
    for (parameter, &g) in parameters.iter_mut().zip(gradient) {
        *parameter = isa.mul_add(-rate, g, *parameter);
    }
}

#[inline(always)]
pub(super) fn momentum<T: Scalar, I: Isa>(
    isa: I,
    settings: MomentumStep<T>,
    parameters: &mut [T],
    gradient: &[T],
    velocity: &mut [T],
) {
    assert_eq!(parameters.len(), gradient.len(), "a gradient per parameter");
    assert_eq!(parameters.len(), velocity.len(), "a velocity per parameter");
    let MomentumStep { momentum, scale, rate, nesterov } = settings;
    for ((parameter, &g), v) in parameters.iter_mut().zip(gradient).zip(velocity) {
        let scaled = scale * g;
        *v = isa.mul_add(momentum, *v, scaled);
        let direction = if nesterov { isa.mul_add(momentum, *v, scaled) } else { *v };
        *parameter = isa.mul_add(-rate, direction, *parameter);
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

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
    fn the_largest_magnitude_is_found_and_every_non_finite_value_is_noticed() {
        for path in Path::available() {
            let mut values = vec![0.5_f32; 67];
            values[40] = -3.0;
            assert_eq!(path.run(Largest(&values)), Some(3.0));
            for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
                for place in [0, 15, 63, 66] {
                    let mut values = values.clone();
                    values[place] = bad;
                    assert_eq!(path.run(Largest(&values)), None);
                }
            }
        }
    }
}
