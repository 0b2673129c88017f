//! Which ticks and tick labels does an axis have?
//!
//! The ticks are a set of round numbers, such as the multiples of 0.2: of all sets that fit, the one with the most ticks. A
//! tick is a decimal number from the start, and its label is that number. So no label shows the rounding noise of a product,
//! and no two labels are equal.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::plot::decimal::{Decimal, power_of_ten, texts};
use crate::plot::scale::{Axis, Scale, from_log10};

/// The largest number of ticks of an axis.
pub(super) const MOST: usize = 10;

/// A tick of an axis.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    /// The position along the scale.
    pub(super) place: f64,
    pub(super) label: String,
}

/// Returns the ticks of an axis in order: the largest set of at most [`MOST`] ticks that `fits` accepts, or two ticks if it
/// accepts none. Only an axis of whole numbers may be so short that it has a single tick.
pub(super) fn ticks(axis: Axis, fits: impl Fn(&[Tick]) -> bool) -> Vec<Tick> {
    let (low, high) = axis.bounds();
    match axis.scale() {
        Scale::Linear => {
            let sets = multiples(low, high, axis.is_whole()).map(|set| linear(&set, axis.is_whole(), |value| value));
            choose(sets, fits)
        }
        // Less than half a decade contains too few round numbers of one digit.
        Scale::Logarithmic if high - low < 0.5 => {
            let [low, high] = [low, high].map(from_log10);
            choose(multiples(low, high, false).map(|set| linear(&set, false, libm::log10)), fits)
        }
        Scale::Logarithmic => choose(decades(low, high).map(|set| logarithmic(&set)), fits),
    }
}

/// Returns the first set that fits; each set has fewer ticks than those before it. If none fits, returns two ticks, or one if
/// no set has two.
fn choose(sets: impl Iterator<Item = Vec<Tick>>, fits: impl Fn(&[Tick]) -> bool) -> Vec<Tick> {
    let mut last = Vec::new();
    for set in sets {
        if set.len() < 2 && last.len() >= 2 {
            break;
        }
        if fits(&set) {
            return set;
        }
        last = set;
    }
    if last.len() > 2 {
        // Keep the two that are farthest apart.
        last.drain(1..last.len() - 1);
    }
    last
}

/// Returns the multiples of 1, 2 and 5 times powers of ten between two values. Starts with the smallest step that gives at most
/// [`MOST`] multiples, and ends when fewer than two are left. If `whole` is set, returns only whole numbers.
fn multiples(low: f64, high: f64, whole: bool) -> impl Iterator<Item = Vec<Decimal>> {
    // Halves, because the difference of the largest values is infinite.
    let decade = libm::floor(libm::log10(high / 2.0 - low / 2.0));
    #[allow(clippy::cast_possible_truncation, reason = "powers of ten of floats")]
    let first = (decade as i32 - 1).max(if whole { 0 } else { i32::MIN });
    let steps = (first..).flat_map(|power| [1, 2, 5].map(|digits| Decimal { digits, power }));
    let sets = steps.filter_map(move |step| multiples_of(step, low, high));
    let mut more = true;
    sets.take_while(move |set| core::mem::replace(&mut more, set.len() >= 2))
}

/// Returns the multiples of a step between two values, or `None` if there are more than [`MOST`].
fn multiples_of(step: Decimal, low: f64, high: f64) -> Option<Vec<Decimal>> {
    // If the spacing of floats is coarse, quotients would be far off.
    let shift = if step.power < -250 { 250 } else { 0 };
    let one = Decimal { power: step.power + shift, ..step }.value();
    let [from, to] = [low, high].map(|end| end * Decimal { digits: 1, power: shift }.value() / one);
    let (from, to) = (libm::ceil(from) - 1.0, libm::floor(to) + 1.0);
    if to - from > MOST as f64 + 2.0 {
        return None;
    }
    // An end of the axis that is a multiple up to rounding counts as one.
    let allowed = 1e-9 * step.value();
    #[allow(clippy::cast_possible_truncation, reason = "axes are far longer than the spacing of floats")]
    let counts = from as i64..=to as i64;
    let decimals = counts.map(|count| Decimal { digits: count * step.digits, ..step });
    let values = decimals.map(|decimal| (decimal, decimal.value()));
    let within = |(_, value): &(Decimal, f64)| value.is_finite() && (low - allowed..=high + allowed).contains(value);
    let set: Vec<_> = values.filter(within).collect();
    // Steps below the spacing of floats would put two ticks at the same position.
    let apart = set.windows(2).all(|pair| pair[0].1 < pair[1].1);
    (set.len() <= MOST && apart).then(|| set.into_iter().map(|(decimal, _)| decimal).collect())
}

/// Returns sets of one-digit multiples of powers of ten, then sets of powers of ten alone. Earlier sets have more ticks.
fn decades(low: f64, high: f64) -> impl Iterator<Item = Vec<Decimal>> {
    const DIGITS: [&[i64]; 4] = [&[1, 2, 3, 4, 5, 6, 7, 8, 9], &[1, 2, 3, 5, 7], &[1, 2, 5], &[1, 3]];
    const STEPS: [i32; 9] = [1, 2, 3, 5, 10, 20, 50, 100, 200];
    #[allow(clippy::cast_possible_truncation, reason = "powers of ten of floats")]
    let (first, last) = (libm::floor(low) as i32, libm::ceil(high) as i32);
    let allowed = 1e-9 * (high - low);
    let within = move |decimal: &Decimal| (low - allowed..=high + allowed).contains(&decimal.log10());
    let of_digits = move |digits: &'static [i64]| {
        let decimals = (first..=last).flat_map(|power| digits.iter().map(move |&digits| Decimal { digits, power }));
        decimals.filter(within).collect::<Vec<_>>()
    };
    let of_step = move |step: i32| {
        let powers = (first..=last).filter(|power| power % step == 0);
        powers.map(|power| Decimal { digits: 1, power }).filter(within).collect::<Vec<_>>()
    };
    DIGITS.into_iter().map(of_digits).chain(STEPS.into_iter().map(of_step)).filter(|set| set.len() <= MOST)
}

fn linear(set: &[Decimal], whole: bool, along: impl Fn(f64) -> f64) -> Vec<Tick> {
    let places = set.iter().map(|decimal| along(decimal.value()));
    places.zip(texts(set, whole)).map(|(place, label)| Tick { place, label }).collect()
}

/// Labels ticks with plain numbers if all of them are short, and with powers of ten otherwise.
fn logarithmic(set: &[Decimal]) -> Vec<Tick> {
    let plain = set.iter().all(|decimal| (-4..=5).contains(&decimal.power));
    let label = |decimal: Decimal| match decimal.digits {
        _ if plain => decimal.text(),
        1 => power_of_ten(decimal.power),
        digits => format!("{digits}·{}", power_of_ten(decimal.power)),
    };
    set.iter().map(|&decimal| Tick { place: decimal.log10(), label: label(decimal) }).collect()
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use proptest::prelude::*;

    use super::*;

    fn labels(axis: Axis) -> Vec<String> {
        ticks(axis, |_| true).into_iter().map(|tick| tick.label).collect()
    }

    fn around(scale: Scale, values: [f64; 2]) -> Axis {
        Axis::around(scale, values).unwrap()
    }

    #[test]
    fn ticks_are_round_numbers_with_the_digits_they_need() {
        assert_eq!(labels(Axis::exact(-4.0, 4.0)), ["−4", "−3", "−2", "−1", "0", "1", "2", "3", "4"]);
        assert_eq!(labels(Axis::exact(0.0, 1.0)), ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels(Axis::exact(0.93, 0.98)), ["0.93", "0.94", "0.95", "0.96", "0.97", "0.98"]);
        assert_eq!(labels(Axis::exact(1e6, 2e6)), ["1.0e6", "1.2e6", "1.4e6", "1.6e6", "1.8e6", "2.0e6"]);
        assert_eq!(labels(Axis::exact(0.0, 3e5)), ["0", "50000", "100000", "150000", "200000", "250000", "300000"]);
        assert_eq!(labels(Axis::exact(-1.5e-5, 1e-5)), ["−1.5e−5", "−1.0e−5", "−0.5e−5", "0", "0.5e−5", "1.0e−5"]);
        assert_eq!(
            labels(Axis::exact(f64::MIN, f64::MAX)),
            ["−1.5e308", "−1.0e308", "−0.5e308", "0", "0.5e308", "1.0e308", "1.5e308"]
        );
    }

    #[test]
    fn small_differences_of_small_and_large_values_show_in_the_labels() {
        assert_eq!(
            labels(around(Scale::Linear, [3.4e-6, 3.5e-6])),
            ["3.40e−6", "3.42e−6", "3.44e−6", "3.46e−6", "3.48e−6", "3.50e−6"]
        );
        assert_eq!(
            labels(around(Scale::Linear, [1.000_000_1, 1.000_000_2])),
            ["1.00000010", "1.00000012", "1.00000014", "1.00000016", "1.00000018", "1.00000020"]
        );
        let far = labels(around(Scale::Linear, [1e300, 1.000_000_000_001e300]));
        assert_eq!((&*far[0], far.len()), ("1.0000000000000e300", 6));
        // One unit in the last place is rounding, so it is drawn as a level line in the middle of an axis of its magnitude.
        let next = f64::from_bits(1e-5_f64.to_bits() + 1);
        assert_eq!(labels(around(Scale::Linear, [1e-5, next])), labels(around(Scale::Linear, [1e-5, 1e-5])));
        assert_eq!(labels(around(Scale::Linear, [1e-5, next])), ["0.6e−5", "0.8e−5", "1.0e−5", "1.2e−5", "1.4e−5"]);
    }

    #[test]
    fn logarithmic_ticks_are_powers_of_ten_or_between_them() {
        let labels = |values| labels(around(Scale::Logarithmic, values));
        assert_eq!(labels([1e-3, 1e2]), ["0.001", "0.01", "0.1", "1", "10", "100"]);
        assert_eq!(labels([1e-12, 1e-6]), ["10⁻¹²", "10⁻¹¹", "10⁻¹⁰", "10⁻⁹", "10⁻⁸", "10⁻⁷", "10⁻⁶"]);
        assert_eq!(labels([0.11, 0.6]), ["0.2", "0.3", "0.4", "0.5", "0.6"]);
        assert_eq!(labels([1.0, 90.0]), ["1", "2", "5", "10", "20", "50", "100"]);
        assert_eq!(
            labels([2e-7, 9e-7]),
            ["2·10⁻⁷", "3·10⁻⁷", "4·10⁻⁷", "5·10⁻⁷", "6·10⁻⁷", "7·10⁻⁷", "8·10⁻⁷", "9·10⁻⁷"]
        );
        assert_eq!(labels([1e-300, 1.0]), ["10⁻³⁰⁰", "10⁻²⁵⁰", "10⁻²⁰⁰", "10⁻¹⁵⁰", "10⁻¹⁰⁰", "10⁻⁵⁰", "10⁰"]);
        assert_eq!(labels([2.1e-5, 2.2e-5]), ["2.10e−5", "2.12e−5", "2.14e−5", "2.16e−5", "2.18e−5", "2.20e−5"]);
    }

    #[test]
    fn epochs_are_whole_numbers() {
        let labels = |count| labels(Axis::epochs(count));
        assert_eq!(labels(1), ["1"]);
        assert_eq!(labels(2), ["1", "2"]);
        assert_eq!(labels(3), ["1", "2", "3"]);
        assert_eq!(labels(5), ["1", "2", "3", "4", "5"]);
        assert_eq!(labels(50), ["5", "10", "15", "20", "25", "30", "35", "40", "45", "50"]);
        assert_eq!(labels(20_000)[..2], ["2000", "4000"]);
        assert_eq!(labels(3_000_000)[..2], ["500000", "1000000"]);
    }

    #[test]
    fn with_little_room_there_are_fewer_ticks_but_never_fewer_than_two() {
        let count = |most: usize| ticks(Axis::exact(0.0, 10.0), |set| set.len() <= most).len();
        assert_eq!([20, 10, 6, 5, 3, 2, 1, 0].map(count), [6, 6, 6, 3, 3, 2, 2, 2]);
        let kept = ticks(Axis::exact(1.0, 9.0), |_| false);
        // These are the ends of 2, 4, 6 and 8, because there is only one multiple of 5.
        assert_eq!(kept.iter().map(|tick| &*tick.label).collect::<Vec<_>>(), ["2", "8"]);
    }

    /// The value that a reader sees in a label, as a factor and a power of ten.
    fn read(label: &str) -> (f64, i32) {
        let label = label.replace('−', "-");
        let superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";
        let is_power = |power: &str| power.starts_with(|c| superscripts.contains(c) || c == '⁻');
        let Some((digits, power)) = label.split_once("10").filter(|(_, power)| is_power(power)) else {
            return (label.parse().unwrap(), 0);
        };
        let digit = |c: char| superscripts.chars().position(|other| other == c);
        let power: String = power.chars().map(|c| digit(c).map_or("-".into(), |digit| digit.to_string())).collect();
        let digits = if digits.is_empty() { "1" } else { digits.strip_suffix('·').unwrap() };
        (digits.parse().unwrap(), power.parse().unwrap())
    }

    /// Any two finite values: of any magnitude, equal up to some units in the last place or some digits, or on both sides of
    /// zero.
    fn ends() -> impl Strategy<Value = [f64; 2]> {
        let number = || any::<u64>().prop_map(f64::from_bits).prop_filter("finite", |number| number.is_finite());
        let near = (number(), 0_u64..10_000).prop_map(|(one, units)| [one, f64::from_bits(one.to_bits() + units)]);
        let close = (number(), -17.0..0.0).prop_map(|(one, decades)| [one, one * (1.0 + 10_f64.powf(decades))]);
        let usual = [-1000.0..1000.0, -1000.0..1000.0].prop_map(|ends| ends);
        let about_zero = (number(), number()).prop_map(|(one, other)| [-one.abs(), other.abs()]);
        let ends = prop_oneof![[number(), number()], near, close, usual, about_zero];
        ends.prop_filter("finite", |ends| ends.iter().all(|end| end.is_finite()))
    }

    /// Checks what holds for the ticks of any axis on which at most `most` ticks fit.
    fn check(axis: Axis, most: usize) -> Result<(), TestCaseError> {
        let ticks = ticks(axis, |set| set.len() <= most);
        let (low, high) = axis.bounds();
        let allowed = 1e-6 * (high / 2.0 - low / 2.0);
        prop_assert!((2..=MOST).contains(&ticks.len()) && (ticks.len() <= most || ticks.len() == 2), "{ticks:?}");
        for pair in ticks.windows(2) {
            prop_assert!(pair[0].place < pair[1].place && pair[0].label != pair[1].label, "{ticks:?}");
        }
        for tick in &ticks {
            prop_assert!((low - allowed..=high + allowed).contains(&tick.place), "{axis:?}: {ticks:?}");
            let (number, power) = read(&tick.label);
            let read = match axis.scale() {
                Scale::Linear => number,
                Scale::Logarithmic => libm::log10(number) + f64::from(power),
            };
            let exact = axis.scale() == Scale::Linear;
            let off = (read / 2.0 - tick.place / 2.0).abs();
            prop_assert!(off <= if exact { 0.0 } else { allowed }, "{axis:?}: {ticks:?}");
            // The longest label has a sign, 15 digits with a point, and an exponent with a sign and three digits.
            prop_assert!(tick.label.chars().count() <= 22, "{ticks:?}");
        }
        Ok(())
    }

    #[test]
    fn axes_of_the_smallest_and_largest_values_have_ticks() {
        for units in [[1, 1], [1, 2], [1, 3], [2, 3], [20, 30], [1000, 1001], [1, 1 << 60]] {
            for scale in [Scale::Linear, Scale::Logarithmic] {
                check(around(scale, units.map(f64::from_bits)), MOST).unwrap();
                check(around(scale, units.map(|unit| f64::from_bits(f64::MAX.to_bits() - unit))), MOST).unwrap();
            }
        }
    }

    proptest! {
        #[test]
        fn ticks_of_any_axis_are_distinct_and_in_order_and_their_labels_are_their_values(ends in ends(), most in 0_usize..20) {
            check(Axis::around(Scale::Linear, ends).unwrap(), most)?;
            if let Some(axis) = Axis::around(Scale::Logarithmic, ends) {
                check(axis, most)?;
            }
            if let Some(axis) = Axis::around(Scale::Logarithmic, ends.map(f64::abs)) {
                check(axis, most)?;
            }
        }

        #[test]
        fn an_axis_around_any_single_value_has_ticks(value in any::<f64>().prop_filter("finite", |value| value.is_finite())) {
            check(Axis::around(Scale::Linear, [value]).unwrap(), MOST)?;
            if value > 0.0 {
                check(Axis::around(Scale::Logarithmic, [value]).unwrap(), MOST)?;
            }
        }

        #[test]
        fn epochs_are_counted_in_digits(count in 2_usize..1_000_000_000, most in 0_usize..20) {
            let ticks = ticks(Axis::epochs(count), |set| set.len() <= most);
            prop_assert!(ticks.len() >= 2);
            for tick in ticks {
                let epoch: usize = tick.label.parse().unwrap();
                prop_assert!(epoch as f64 == tick.place && (1..=count).contains(&epoch));
            }
        }
    }
}
