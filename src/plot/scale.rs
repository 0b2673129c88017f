//! From numbers to places along an axis, and which of them to write beside it.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::RangeInclusive;

use crate::error::{Error, Result};

/// How an axis runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Scale {
    /// Equal steps are equally long.
    #[default]
    Linear,
    /// Equal factors are equally long. Numbers that are not positive have no place and are left out.
    Logarithmic,
}

/// An axis without its name.
#[derive(Clone, Copy)]
pub(super) struct Axis {
    scale: Scale,
    /// In numbers of the scale: powers of ten on a logarithmic one.
    low: f64,
    high: f64,
}

impl Scale {
    /// A number along the scale; NaN for one without a place.
    fn along(self, value: f64) -> f64 {
        match self {
            Self::Linear => value,
            Self::Logarithmic if value > 0.0 => libm::log10(value),
            Self::Logarithmic => f64::NAN,
        }
    }

    /// Whether a number has a place.
    pub(super) fn shows(self, value: f64) -> bool {
        self.along(value).is_finite()
    }
}

impl Axis {
    /// From `low` to `high`, which differ.
    pub(super) fn exact(low: f64, high: f64) -> Self {
        Self { scale: Scale::Linear, low, high }
    }

    /// So long that it shows all of the numbers that have a place, with room at both ends; nothing without any.
    pub(super) fn around(scale: Scale, values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let places = values.into_iter().map(|value| scale.along(value)).filter(|place| place.is_finite());
        let (low, high) =
            places.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), place| (low.min(place), high.max(place)));
        if low > high {
            return None;
        }
        // A single number is in the middle of its own size.
        let room = if high > low { 0.05 * (high - low) } else { (0.5 * high.abs()).max(0.5) };
        // Beyond the largest numbers there is no room.
        let (low, high) = ((low - room).max(-1e300), (high + room).min(1e300));
        Some(Self { scale, low, high })
    }

    /// The same, but not beyond these numbers.
    pub(super) fn within(self, low: f64, high: f64) -> Self {
        Self { low: self.low.max(low), high: self.high.min(high), ..self }
    }

    pub(super) fn bounds(self) -> (f64, f64) {
        (self.low, self.high)
    }

    /// Where a number is: 0 at the low end, 1 at the high one.
    pub(super) fn place(self, value: f64) -> f64 {
        // Halves, since the difference of the largest numbers is infinite.
        (self.scale.along(value) / 2.0 - self.low / 2.0) / (self.high / 2.0 - self.low / 2.0)
    }

    /// Places to be marked, along the scale.
    pub(super) fn ticks(self) -> Vec<f64> {
        let span = self.high - self.low;
        if self.scale == Scale::Logarithmic && span > 1.0 {
            let step = libm::ceil(span / 8.0);
            return multiples(self.low, self.high, step);
        }
        if self.scale == Scale::Logarithmic {
            let digits = [1.0, 2.0, 3.0, 5.0, 7.0].map(libm::log10);
            let decades = multiples(libm::floor(self.low), self.high, 1.0);
            let within = |place: &f64| (self.low..=self.high).contains(place);
            let places = decades.iter().flat_map(|decade| digits.map(|digit| decade + digit)).filter(within);
            let places: Vec<_> = places.collect();
            return if places.len() > 1 { places } else { alloc::vec![self.low, self.high] };
        }
        multiples(self.low, self.high, step(span))
    }

    /// What is written at a tick.
    pub(super) fn label(self, place: f64) -> String {
        match self.scale {
            Scale::Linear => number(place, step(self.high - self.low)),
            Scale::Logarithmic if (-4.0..=4.0).contains(&place) => {
                let value = libm::pow(10.0, place);
                number(
                    value,
                    libm::pow(10.0, libm::floor(place + 1e-9)) / if self.high - self.low > 1.0 { 1.0 } else { 10.0 },
                )
            }
            Scale::Logarithmic => power_of_ten(place),
        }
    }
}

/// 1, 2 or 5 times a power of ten, so that there are some five to ten in the span.
fn step(span: f64) -> f64 {
    // A little more, since a span of five steps may be rounded to less.
    let fifth = span / 5.0 * (1.0 + 1e-9);
    let power = libm::pow(10.0, libm::floor(libm::log10(fifth)));
    match fifth / power {
        ratio if ratio >= 5.0 => 5.0 * power,
        ratio if ratio >= 2.0 => 2.0 * power,
        _ => power,
    }
}

/// The multiples of a step from `low` to `high`.
fn multiples(low: f64, high: f64, step: f64) -> Vec<f64> {
    let first = libm::ceil(low / step - 1e-9);
    let places = (0..100).map(|count| (first + f64::from(count)) * step);
    places.take_while(|place| *place <= high + 1e-9 * step).collect()
}

/// A multiple of a step with the digits that it takes.
fn number(value: f64, step: f64) -> String {
    if value.abs() < 1e-9 * step {
        return "0".to_string();
    }
    if value.abs() >= 1e5 || step < 1e-5 {
        return format!("{:e}", (value / step * 1e6).round() / 1e6 * step).replace('-', "−");
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most five")]
    let decimals = (-libm::floor(libm::log10(step) + 1e-9)).max(0.0) as usize;
    format!("{value:.decimals$}").replace('-', "−")
}

/// 10 with a small number above it.
fn power_of_ten(place: f64) -> String {
    let digits = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let small = |digit: char| digit.to_digit(10).map_or('⁻', |digit| digits[digit as usize]);
    let whole = libm::floor(place + 1e-9);
    let factor = libm::pow(10.0, place - whole);
    let power: String = format!("{whole}").chars().map(small).collect();
    if (factor - 1.0).abs() < 1e-6 { format!("10{power}") } else { format!("{factor:.1}·10{power}") }
}

/// The ends of a range that can be drawn.
///
/// # Errors
/// [`Error::Setting`] names the end that is not finite, or not above the other.
pub(super) fn ends(range: &RangeInclusive<f64>) -> Result<(f64, f64)> {
    let (low, high) = (*range.start(), *range.end());
    let drawn = -1e15..=1e15;
    if !drawn.contains(&low) {
        return Err(Error::Setting { name: "begin of the range", value: low, allowed: "between -1e15 and 1e15" });
    }
    if !drawn.contains(&high) {
        return Err(Error::Setting { name: "end of the range", value: high, allowed: "between -1e15 and 1e15" });
    }
    // Numbers that are so close have no place of their own along an axis.
    if high - low <= 1e-9 * low.abs().max(high.abs()) || high - low < 1e-100 {
        return Err(Error::Setting { name: "end of the range", value: high, allowed: "clearly above its begin" });
    }
    Ok((low, high))
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::{Axis, Scale, ends};

    fn labels(axis: Axis) -> Vec<alloc::string::String> {
        axis.ticks().into_iter().map(|tick| axis.label(tick)).collect()
    }

    #[test]
    fn ticks_are_round_numbers_with_the_digits_they_take() {
        assert_eq!(labels(Axis::exact(-4.0, 4.0)), ["−4", "−3", "−2", "−1", "0", "1", "2", "3", "4"]);
        assert_eq!(labels(Axis::exact(0.0, 1.0)), ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels(Axis::exact(0.93, 0.98)), ["0.93", "0.94", "0.95", "0.96", "0.97", "0.98"]);
        assert_eq!(labels(Axis::exact(1e6, 2e6)), ["1e6", "1.2e6", "1.4e6", "1.6e6", "1.8e6", "2e6"]);
    }

    #[test]
    fn logarithmic_ticks_are_powers_of_ten_or_between_them() {
        let axis = |values: [f64; 2]| Axis::around(Scale::Logarithmic, values).unwrap();
        assert_eq!(labels(axis([1e-3, 1e2])), ["0.001", "0.01", "0.1", "1", "10", "100"]);
        assert_eq!(labels(axis([1e-12, 1e-6])), ["10⁻¹²", "10⁻¹¹", "10⁻¹⁰", "10⁻⁹", "10⁻⁸", "10⁻⁷", "10⁻⁶"]);
        assert_eq!(labels(axis([0.11, 0.6])), ["0.20", "0.30", "0.50"]);
    }

    #[test]
    fn places_run_from_0_to_1_and_numbers_without_one_are_nan() {
        assert_eq!(Axis::exact(2.0, 6.0).place(3.0), 0.25);
        let axis = Axis::around(Scale::Logarithmic, [1.0, 100.0, -3.0, f64::NAN]).unwrap();
        assert!((axis.place(10.0) - 0.5).abs() < 1e-12);
        assert!(axis.place(0.0).is_nan());
        assert!(Axis::around(Scale::Logarithmic, [-1.0, 0.0]).is_none());
        assert!(Axis::around(Scale::Linear, [f64::MAX, f64::MIN]).unwrap().place(0.0) == 0.5);
    }

    #[test]
    fn ranges_that_cannot_be_drawn_are_refused() {
        assert!(ends(&(0.0..=1.0)).is_ok());
        for (low, high) in [(1.0, 1.0), (2.0, 1.0), (f64::NAN, 1.0), (0.0, f64::INFINITY), (1e15, 1e15 + 1.0)] {
            assert!(ends(&(low..=high)).is_err(), "{low} to {high}");
        }
    }
}
