//! Mapping of values to positions along an axis.

use core::ops::RangeInclusive;

use crate::error::{Error, Result};

/// How values are spaced along an axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Scale {
    /// Equal differences are equally long.
    #[default]
    Linear,
    /// Equal ratios are equally long. Values that are not positive have no position and are left out.
    Logarithmic,
}

/// An axis without its name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    scale: Scale,
    /// The low end, in units of the scale: powers of ten on a logarithmic scale.
    low: f64,
    high: f64,
    /// Whether only whole numbers have a meaning.
    whole: bool,
}

/// Values whose relative difference is smaller than this, some hundreds of units in the last place, count as equal: such a
/// difference is mostly the rounding of sums.
pub(super) const SAME: f64 = 1e-13;
/// The same bound along a logarithmic scale, in decades.
const SAME_DECADES: f64 = 1e-9;

impl Scale {
    /// Returns the coordinate of a value along the scale, or NaN if it has no position.
    fn along(self, value: f64) -> f64 {
        match self {
            Self::Linear => value,
            Self::Logarithmic if value > 0.0 => libm::log10(value),
            Self::Logarithmic => f64::NAN,
        }
    }

    /// Returns whether a value has a position.
    pub(super) fn shows(self, value: f64) -> bool {
        self.along(value).is_finite()
    }
}

impl Axis {
    /// Creates an axis from `low` to `high`, which must differ.
    pub(super) fn exact(low: f64, high: f64) -> Self {
        Self { scale: Scale::Linear, low, high, whole: false }
    }

    /// Creates an axis from the first epoch to epoch `count`.
    pub(super) fn epochs(count: usize) -> Self {
        let axis = if count > 1 { Self::exact(1.0, count as f64) } else { Self::exact(0.5, 1.5) };
        Self { whole: true, ..axis }
    }

    /// Creates an axis from step 0 to step `last`.
    pub(super) fn steps(last: usize) -> Self {
        let axis = if last > 0 { Self::exact(0.0, last as f64) } else { Self::exact(-0.5, 0.5) };
        Self { whole: true, ..axis }
    }

    /// Creates an axis that shows all values that have a position, with margins at both ends. Returns `None` if there are none.
    /// Values that are equal up to rounding are in the middle.
    pub(super) fn around(scale: Scale, values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let places = values.into_iter().map(|value| scale.along(value)).filter(|place| place.is_finite());
        let (low, high) =
            places.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), place| (low.min(place), high.max(place)));
        if low > high {
            return None;
        }
        // Half of the difference, because the difference of the largest values is infinite.
        let half = high / 2.0 - low / 2.0;
        let room = match scale {
            Scale::Linear if differ(low, high) => 0.1 * half,
            Scale::Logarithmic if half > SAME_DECADES / 2.0 && differ(from_log10(low), from_log10(high)) => 0.1 * half,
            // A single value is in the middle of an axis of its magnitude.
            Scale::Linear if low == 0.0 => 0.5,
            Scale::Linear => (0.5 * low.abs()).max(f64::MIN_POSITIVE),
            Scale::Logarithmic => 0.5,
        };
        // No axis extends beyond the largest values.
        let [least, greatest] = match scale {
            Scale::Linear => [f64::MIN, f64::MAX],
            Scale::Logarithmic => [f64::from_bits(1), f64::MAX].map(libm::log10),
        };
        Some(Self { scale, low: (low - room).max(least), high: (high + room).min(greatest), whole: false })
    }

    /// Returns the axis, limited to the range from `low` to `high`.
    pub(super) fn within(self, low: f64, high: f64) -> Self {
        Self { low: self.low.max(low), high: self.high.min(high), ..self }
    }

    /// Returns the ends along the scale.
    pub(super) fn bounds(self) -> (f64, f64) {
        (self.low, self.high)
    }

    pub(super) fn scale(self) -> Scale {
        self.scale
    }

    pub(super) fn is_whole(self) -> bool {
        self.whole
    }

    /// Returns the position of a value: 0 at the low end, 1 at the high end.
    pub(super) fn place(self, value: f64) -> f64 {
        self.share(self.scale.along(value))
    }

    /// Returns the position of a coordinate along the scale.
    pub(super) fn share(self, along: f64) -> f64 {
        // Halves, because the difference of the largest values is infinite.
        (along / 2.0 - self.low / 2.0) / (self.high / 2.0 - self.low / 2.0)
    }
}

/// Returns whether two values have distinct positions along a linear axis.
fn differ(low: f64, high: f64) -> bool {
    // Halves, because the difference of the largest values is infinite.
    high / 2.0 - low / 2.0 > SAME / 2.0 * low.abs().max(high.abs()).max(f64::MIN_POSITIVE)
}

/// Returns the finite value with this logarithm.
pub(super) fn from_log10(power: f64) -> f64 {
    libm::pow(10.0, power).min(f64::MAX)
}

/// Returns the value at a share of the way between two others.
pub(super) fn interpolate(low: f64, high: f64, share: f64) -> f64 {
    2.0 * (low / 2.0 + (high / 2.0 - low / 2.0) * share)
}

/// Returns the ends of a range, if it can be drawn.
///
/// # Errors
/// [`Error::Setting`] if an end is not finite, or if the second is not clearly greater than the first.
pub(super) fn ends(range: &RangeInclusive<f64>) -> Result<(f64, f64)> {
    let (low, high) = (*range.start(), *range.end());
    for (name, value) in [("start of the range", low), ("end of the range", high)] {
        if !value.is_finite() {
            return Err(Error::Setting { name, value, allowed: "a finite number" });
        }
    }
    if !differ(low, high) {
        return Err(Error::Setting { name: "end of the range", value: high, allowed: "clearly above its start" });
    }
    Ok((low, high))
}

#[cfg(test)]
mod tests {
    use super::{Axis, Scale, ends};

    #[test]
    fn positions_are_from_0_to_1_and_values_without_one_are_nan() {
        assert_eq!(Axis::exact(2.0, 6.0).place(3.0), 0.25);
        let axis = Axis::around(Scale::Logarithmic, [1.0, 100.0, -3.0, f64::NAN]).unwrap();
        assert!((axis.place(10.0) - 0.5).abs() < 1e-12);
        assert!(axis.place(0.0).is_nan());
        assert!(Axis::around(Scale::Logarithmic, [-1.0, 0.0]).is_none());
        assert_eq!(Axis::around(Scale::Linear, [f64::MAX, f64::MIN]).unwrap().place(0.0), 0.5);
    }

    #[test]
    fn equal_values_are_in_the_middle_of_an_axis_of_their_magnitude() {
        for value in [1e-5, -3.0, 1e300, 1e-300, 0.0, 1.0, f64::MIN_POSITIVE] {
            let next = f64::from_bits(value.to_bits() + 1);
            for values in [[value, value], [value, next]] {
                let axis = Axis::around(Scale::Linear, values).unwrap();
                assert!((axis.place(value) - 0.5).abs() < 1e-9, "{values:?}: {axis:?}");
                let (low, high) = axis.bounds();
                assert!(value == 0.0 || (low >= -value.abs() * 2.0 && high <= value.abs() * 2.0), "{axis:?}");
            }
        }
        let level = Axis::around(Scale::Logarithmic, [1e-5]).unwrap();
        assert_eq!(level.bounds(), (-5.5, -4.5));
    }

    #[test]
    fn all_finite_values_are_on_the_axis_around_them() {
        let extreme = [f64::MIN, -1.0, -f64::MIN_POSITIVE, 0.0, f64::from_bits(1), 1e-300, 1.0, 1e301, f64::MAX];
        for (index, &one) in extreme.iter().enumerate() {
            for &other in &extreme[index..] {
                for scale in [Scale::Linear, Scale::Logarithmic] {
                    let Some(axis) = Axis::around(scale, [one, other]) else {
                        continue;
                    };
                    let (low, high) = axis.bounds();
                    assert!(low < high && low.is_finite() && high.is_finite(), "{one} {other}: {axis:?}");
                    for place in [one, other].map(|value| axis.place(value)).into_iter().filter(|place| !place.is_nan())
                    {
                        assert!((0.0..=1.0).contains(&place), "{one} {other}: {axis:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn ranges_that_cannot_be_drawn_are_refused() {
        for (low, high) in [(0.0, 1.0), (f64::MIN, f64::MAX), (1.0, 1.000_000_000_001), (1e-310, 2e-310)] {
            assert!(ends(&(low..=high)).is_ok(), "{low} to {high}");
        }
        for (low, high) in [(1.0, 1.0), (2.0, 1.0), (f64::NAN, 1.0), (0.0, f64::INFINITY), (1e15, 1e15 + 1.0)] {
            assert!(ends(&(low..=high)).is_err(), "{low} to {high}");
        }
    }
}
