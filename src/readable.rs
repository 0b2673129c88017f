//! How is a number formatted for a reader, whatever its magnitude?
//!
//! Losses fall from 10³ to 10⁻¹², and a fixed number of decimals shows `0.0000` for most of that range. The types of this
//! module write a number with as many digits as it needs, and no more: [`Significant`] for measured values, [`Share`] for parts
//! of a whole, [`Percent`] where there is little space, [`Seconds`] for durations, and [`Exact`] where the last digit matters.
//! Progress, histories, evaluations, metrics, messages and pictures use them, and so can a custom training loop that prints its
//! losses.
//!
//! `History::to_csv` and `History::to_json`, which programs read, contain every digit instead.

use core::fmt::{self, Display, Formatter, Write};
use core::ops::RangeInclusive;

/// The number of significant digits without a precision.
const DIGITS: usize = 4;
/// The largest useful number of digits of an `f64`. Further digits would be those of its binary form.
const MOST_DIGITS: usize = 17;
/// The powers of ten of the first digit that are written without an exponent: from 0.0001 to below a million.
const PLAIN: RangeInclusive<i32> = -4..=5;

/// A number with four significant digits.
///
/// From 0.0001 to below a million it is written plainly, with all digits before the decimal point; otherwise with an exponent.
/// Zero, which is exact, is written as `0`, and non-finite values as `inf`, `-inf` or `NaN`. A precision sets the number of
/// significant digits, from 1 to 17. Width, fill and alignment work as for any number, so columns can be aligned: nine
/// characters hold every nonnegative number from 10⁻⁹⁹ to 10⁹⁹.
///
/// # Numerics
/// Digits are correctly rounded: the text is the nearest of all numbers with that many digits. Nothing is allocated.
///
/// # Example
/// ```
/// use typenet::readable::Significant;
///
/// let losses = [152.123_456, 2.302_585_f32, 0.05, 1.25e-5, 0.0].map(|loss| Significant(loss).to_string());
/// assert_eq!(losses, ["152.1", "2.303", "0.05000", "1.250e-5", "0"]);
/// assert_eq!(format!("{:.2} {:<9}|", Significant(1.0 / 3.0), Significant(1e300)), "0.33 1.000e300|");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Significant<T>(pub T);

/// A part of a whole, such as an accuracy: four decimals, and more where four would mislead.
///
/// Four decimals distinguish counts of a few thousand samples, and a column of numbers with the same number of decimals is easy
/// to compare. A share below 0.1 has four significant digits, as in [`Significant`]. A share close to 1 has as many decimals as
/// it needs not to be rounded to 1. So `0.0000` and `1.0000` are exact: none, and all.
///
/// # Example
/// ```
/// use typenet::readable::Share;
///
/// let shares = [0.975, 1.0 / 3.0, 0.0125, 0.999_998, 1.0, 0.0].map(|share| Share(share).to_string());
/// assert_eq!(shares, ["0.9750", "0.3333", "0.01250", "0.999998", "1.0000", "0.0000"]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share(pub f64);

/// A share in whole percent, for texts next to an exact count or a bar. `0 %` and `100 %` are exact; `<1 %` and `>99 %` replace
/// what would be rounded to them.
///
/// # Example
/// ```
/// use typenet::readable::Percent;
///
/// let shares = [0.0, 0.001, 0.333, 0.999, 1.0].map(|share| Percent(share).to_string());
/// assert_eq!(shares, ["0 %", "<1 %", "33 %", ">99 %", "100 %"]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Percent(pub f64);

/// A duration with four significant digits and a unit: seconds from 1 s on, below that milliseconds, then microseconds.
///
/// # Example
/// ```
/// use typenet::readable::Seconds;
///
/// let durations = [0.0, 8.5e-6, 0.0125, 75.0].map(|seconds| Seconds(seconds).to_string());
/// assert_eq!(durations, ["0 s", "8.500 µs", "12.50 ms", "75.00 s"]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seconds(pub f64);

/// A number with the fewest digits that read back as the same number, with an exponent where the digits would include a row of
/// zeros.
///
/// For messages about a number that is out of range, which rounding could make appear in range. A number that an `f32`
/// represents is written as that `f32`: 0.1 in single precision is `0.1` and not `0.10000000149011612`.
///
/// # Example
/// ```
/// use typenet::readable::Exact;
///
/// let numbers = [1.000_000_000_000_000_2, f64::from(0.1_f32), 1e300, -0.5].map(|number| Exact(number).to_string());
/// assert_eq!(numbers, ["1.0000000000000002", "0.1", "1e300", "-0.5"]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exact(pub f64);

impl<T: Copy + Into<f64>> Display for Significant<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let value: f64 = self.0.into();
        let mut text = Text::default();
        if value == 0.0 || !value.is_finite() {
            write!(text, "{}", value.abs())?;
        } else {
            let digits = f.precision().unwrap_or(DIGITS).clamp(1, MOST_DIGITS);
            write_significant(&mut text, value.abs(), digits)?;
        }
        f.pad_integral(value >= 0.0 || value.is_nan(), "", text.as_str())
    }
}

impl Display for Share {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let share = self.0;
        // What is not a share, such as a negative number, has no upper end to be distinguished from.
        if share != 0.0 && !(0.1..=1.0).contains(&share) {
            return write_padded(f, format_args!("{}", Significant(share)));
        }
        let mut decimals = DIGITS;
        // At most sixteen: the largest `f64` below 1 is 0.9999999999999999.
        while share < 1.0 && rounds_to_one(share, decimals) {
            decimals += 1;
        }
        write_padded(f, format_args!("{:.decimals$}", share.abs()))
    }
}

impl Display for Percent {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let percent = 100.0 * self.0;
        match libm::rint(percent) {
            _ if !(0.0..=100.0).contains(&percent) => write_padded(f, format_args!("{} %", Significant(percent))),
            0.0 if percent > 0.0 => write_padded(f, format_args!("<1 %")),
            100.0 if percent < 100.0 => write_padded(f, format_args!(">99 %")),
            whole => write_padded(f, format_args!("{whole} %")),
        }
    }
}

impl Display for Seconds {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (number, unit) = match self.0 {
            seconds if seconds == 0.0 || seconds.abs() >= 1.0 || seconds.is_nan() => (seconds, "s"),
            seconds if seconds.abs() >= 1e-3 => (1e3 * seconds, "ms"),
            seconds => (1e6 * seconds, "µs"),
        };
        write_padded(f, format_args!("{} {unit}", Significant(number)))
    }
}

impl Display for Exact {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let value = self.0;
        let plain = value == 0.0 || (1e-5..1e16).contains(&value.abs());
        #[allow(
            clippy::cast_possible_truncation,
            reason = "a number that an `f32` does not represent is not written as one"
        )]
        let single = value as f32;
        match (f64::from(single) == value, plain) {
            (true, true) => write_padded(f, format_args!("{single}")),
            (true, false) => write_padded(f, format_args!("{single:e}")),
            (false, true) => write_padded(f, format_args!("{value}")),
            (false, false) => write_padded(f, format_args!("{value:e}")),
        }
    }
}

/// Writes the digits of a finite number above 0, at least `digits` of them.
fn write_significant(text: &mut Text, value: f64, digits: usize) -> fmt::Result {
    let (decimal, power) = rounded(value, digits)?;
    let (decimal, last) = (decimal.as_str(), i32::try_from(digits).unwrap_or(i32::MAX) - 1);
    match usize::try_from(power) {
        _ if !PLAIN.contains(&power) => {
            let (first, rest) = decimal.split_at(1);
            let point = if rest.is_empty() { "" } else { "." };
            write!(text, "{first}{point}{rest}e{power}")
        }
        // All digits before the point, which may be more.
        Ok(_) if power >= last => write!(text, "{value:.0}"),
        Ok(power) => {
            let (whole, rest) = decimal.split_at(power + 1);
            write!(text, "{whole}.{rest}")
        }
        Err(_) => {
            let zeros = power.unsigned_abs() as usize - 1;
            write!(text, "0.{:0>zeros$}{decimal}", "")
        }
    }
}

/// Returns `digits` digits of a finite number above 0, and the power of ten of the first.
fn rounded(value: f64, digits: usize) -> Result<(Text, i32), fmt::Error> {
    let mut scientific = Text::default();
    write!(scientific, "{value:.0$e}", digits - 1)?;
    let (mantissa, power) = scientific.as_str().split_once('e').ok_or(fmt::Error)?;
    let mut decimal = Text::default();
    mantissa.chars().filter(|&letter| letter != '.').try_for_each(|digit| decimal.write_char(digit))?;
    Ok((decimal, power.parse().map_err(|_| fmt::Error)?))
}

/// Returns whether a share below 1 would be written as 1.
fn rounds_to_one(share: f64, decimals: usize) -> bool {
    let mut text = Text::default();
    write!(text, "{share:.decimals$}").is_ok() && text.as_str().starts_with('1')
}

/// Writes a text with the width, fill and alignment of a number.
fn write_padded(f: &mut Formatter<'_>, arguments: fmt::Arguments<'_>) -> fmt::Result {
    let mut text = Text::default();
    text.write_fmt(arguments)?;
    match text.as_str().strip_prefix('-') {
        Some(rest) => f.pad_integral(false, "", rest),
        None => f.pad_integral(true, "", text.as_str()),
    }
}

/// A buffer with room for any number that this module writes, so that nothing is allocated.
#[derive(Default)]
struct Text {
    bytes: [u8; 32],
    length: usize,
}

impl Text {
    fn as_str(&self) -> &str {
        core::str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }
}

impl Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length + text.len();
        self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::{String, ToString};

    use proptest::prelude::*;

    use super::{Exact, Percent, Seconds, Share, Significant};

    fn shown(value: f64) -> String {
        Significant(value).to_string()
    }

    #[test]
    fn four_digits_are_significant_at_any_magnitude() {
        let cases = [
            (1.25e-5, "1.250e-5"),
            (0.000_123_45, "0.0001234"),
            (0.5, "0.5000"),
            (-0.05, "-0.05000"),
            (2.345_678, "2.346"),
            (152.123_456, "152.1"),
            (1234.5, "1234"),
            (12_345.6, "12346"),
            (123_456.7, "123457"),
            (1_234_567.0, "1.235e6"),
            (1e300, "1.000e300"),
            (-1e-300, "-1.000e-300"),
            (5e-324, "4.941e-324"),
            (f64::MAX, "1.798e308"),
            (0.0, "0"),
            (-0.0, "0"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "NaN"),
        ];
        for (value, text) in cases {
            assert_eq!(shown(value), text, "{value:e}");
        }
    }

    #[test]
    fn digits_that_carry_move_the_point() {
        let cases = [
            (9.9996, "10.00"),
            (0.999_96, "1.000"),
            (0.000_099_999_9, "0.0001000"),
            (0.000_099_994, "9.999e-5"),
            (99_999.6, "100000"),
            (999_949.0, "999949"),
            (999_951.0, "1.000e6"),
        ];
        for (value, text) in cases {
            assert_eq!(shown(value), text, "{value}");
        }
    }

    #[test]
    fn precision_is_the_number_of_digits_and_width_aligns_columns() {
        assert_eq!(
            format!("{:.1} {:.2} {:.6}", Significant(9.9), Significant(0.1), Significant(2.0)),
            "10 0.10 2.00000"
        );
        assert_eq!(format!("{:.0}", Significant(0.12)), "0.1", "a number has at least one digit");
        assert_eq!(format!("{:.99}", Significant(0.1)), "0.10000000000000001");
        assert_eq!(format!("{:.1}", Significant(-1.75e308)), "-2e308", "rounding may lead past the largest `f64`");
        assert_eq!(format!("{:.99e}", 1e-300).len(), 106, "the length without the bound");
        assert_eq!(
            format!("[{:9}] [{:<9}] [{:^+9}]", Significant(0.5), Significant(-0.5), Significant(0.5)),
            "[   0.5000] [-0.5000  ] [ +0.5000 ]"
        );
        assert_eq!(
            format!("[{:>8}] [{:<8}] [{:>6}]", Share(0.5), Share(0.5), Percent(0.5)),
            "[  0.5000] [0.5000  ] [  50 %]"
        );
        assert_eq!(format!("[{:>8}]", Exact(-1e300)), "[  -1e300]");
    }

    #[test]
    fn single_precision_shows_no_spurious_digits() {
        assert_eq!(Significant(0.1_f32).to_string(), "0.1000");
        assert_eq!(Exact(f64::from(1.1_f32)).to_string(), "1.1");
        assert_eq!(Exact(f64::from(f32::MIN_POSITIVE)).to_string(), "1.1754944e-38");
        assert_eq!(Exact(0.1 + 0.2).to_string(), "0.30000000000000004");
        let cases = [(0.0, "0"), (-0.0, "-0"), (f64::NAN, "NaN"), (f64::INFINITY, "inf"), (1e16, "1e16"), (-7.0, "-7")];
        for (value, text) in cases {
            assert_eq!(Exact(value).to_string(), text);
        }
    }

    #[test]
    fn only_a_whole_is_written_as_one_and_only_nothing_as_zero() {
        let below = f64::from_bits(1.0_f64.to_bits() - 1);
        assert_eq!(Share(below).to_string(), "0.9999999999999999");
        assert_eq!((Share(0.999_94).to_string(), Share(0.999_96).to_string()), ("0.9999".into(), "0.99996".into()));
        assert_eq!((Share(1e-5).to_string(), Share(-3.5).to_string()), ("1.000e-5".into(), "-3.500".into()));
        assert_eq!((Share(f64::NAN).to_string(), Share(1.5).to_string()), ("NaN".into(), "1.500".into()));
        assert_eq!((Percent(below).to_string(), Percent(5e-324).to_string()), (">99 %".into(), "<1 %".into()));
        assert_eq!((Percent(f64::NAN).to_string(), Percent(1e300).to_string()), ("NaN %".into(), "1.000e302 %".into()));
    }

    #[test]
    fn durations_of_any_length_have_four_digits() {
        let cases = [(1e-9, "0.001000 µs"), (-0.5, "-500.0 ms"), (1e9, "1.000e9 s"), (f64::NAN, "NaN s")];
        for (seconds, text) in cases {
            assert_eq!(Seconds(seconds).to_string(), text);
        }
    }

    /// Any bits, so that all magnitudes are equally likely.
    fn any_number() -> impl Strategy<Value = f64> {
        any::<u64>().prop_map(f64::from_bits)
    }

    proptest! {
        #[test]
        fn a_significant_number_reads_back_within_half_a_unit_of_its_last_digit(value in any_number(), digits in 1_usize..=17) {
            let text = format!("{:.digits$}", Significant(value));
            let read: f64 = text.parse().unwrap();
            if !value.is_finite() || value == 0.0 {
                prop_assert!(read == value || (read.is_nan() && value.is_nan()));
                return Ok(());
            }
            // Above, rounding may lead past the largest `f64`, as "2e308" does.
            prop_assume!(value.abs() < 1e308);
            // Half a unit of the last digit is at most 5 · 10⁻ᵈ of a number whose first digit is 1. Reading rounds to the
            // nearest `f64`, by half of their spacing.
            let share = 5.0 * 10_f64.powi(-i32::try_from(digits).unwrap()) + f64::EPSILON / 2.0;
            let allowed = share * value.abs() + f64::from_bits(1);
            prop_assert!((read / 2.0 - value / 2.0).abs() <= allowed * 0.500_001, "{value:e}: {text}");
            let digits_shown = text.split('e').next().unwrap().trim_start_matches(['-', '0', '.']);
            let count = digits_shown.chars().filter(char::is_ascii_digit).count();
            prop_assert!(count >= digits, "{value:e}: {text}");
            prop_assert!(count == digits || (count <= 6 && !digits_shown.contains('.')), "{value:e}: {text}");
        }

        #[test]
        fn four_digits_take_at_most_ten_characters_and_a_sign(value in any_number()) {
            let width = format!("{}", Significant(value)).len();
            prop_assert!(width <= 10 + usize::from(value < 0.0));
            let usual = (1e-99..1e99).contains(&value);
            prop_assert!(width <= 9 || !usual);
        }

        #[test]
        fn an_exact_number_reads_back_as_itself(value in any_number()) {
            let text = Exact(value).to_string();
            let read: f64 = text.parse().unwrap();
            #[allow(clippy::cast_possible_truncation, reason = "the question is whether it is exact")]
            let single = f64::from(value as f32) == value;
            let same = if single { f64::from(text.parse::<f32>().unwrap()) == value } else { read == value };
            prop_assert!(same || value.is_nan(), "{value:e}: {text}");
            prop_assert!(text.len() <= 24);
        }

        #[test]
        fn a_share_is_written_as_one_or_zero_only_if_it_is(share in prop_oneof![0.0..=1.0, any_number()]) {
            let text = Share(share).to_string();
            let read: f64 = text.parse().unwrap();
            prop_assert_eq!(text == "1.0000", share == 1.0);
            prop_assert_eq!(text == "0.0000", share == 0.0);
            if (0.0..=1.0).contains(&share) {
                prop_assert!((read - share).abs() <= 0.000_05 + 1e-16);
            }
        }
    }
}
