//! How is a decimal number written in a picture?

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::RangeInclusive;

use crate::readable::Significant;

/// Powers of ten of the first digit of the largest value on an axis for which labels are always written without an exponent.
const PLAIN: RangeInclusive<i32> = -4..=5;
/// The same range for whole numbers that count something.
const PLAIN_COUNTS: RangeInclusive<i32> = 0..=8;

/// The number digits · 10^power, exactly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Decimal {
    pub(super) digits: i64,
    pub(super) power: i32,
}

impl Decimal {
    /// Returns the nearest float, or infinity if the number exceeds the largest.
    pub(super) fn value(self) -> f64 {
        let Self { digits, power } = self;
        format!("{digits}e{power}").parse().unwrap_or(f64::NAN)
    }

    /// Returns the logarithm, even of a number that `f64` cannot represent.
    pub(super) fn log10(self) -> f64 {
        f64::from(self.power) + libm::log10(self.digits as f64)
    }

    /// Returns the power of ten of the first digit.
    fn top(self) -> i32 {
        self.power + self.digits.unsigned_abs().checked_ilog10().map_or(0, u32::cast_signed)
    }

    /// Returns all digits, without an exponent.
    pub(super) fn text(self) -> String {
        let sign = if self.digits < 0 { "−" } else { "" };
        let digits = self.digits.unsigned_abs();
        match usize::try_from(self.power) {
            _ if digits == 0 => "0".to_string(),
            Ok(zeros) => format!("{sign}{digits}{:0>zeros$}", ""),
            Err(_) => {
                let decimals = self.power.unsigned_abs() as usize;
                // There is at least one digit before the point.
                let digits = format!("{digits:0>0$}", decimals + 1);
                let (whole, rest) = digits.split_at(digits.len() - decimals);
                format!("{sign}{whole}.{rest}")
            }
        }
    }
}

/// Returns the texts of numbers with a common power, all with the same decimals and exponent, so that they are easy to compare.
pub(super) fn texts(numbers: &[Decimal], counts: bool) -> Vec<String> {
    let mut numbers = numbers.to_vec();
    while numbers.iter().all(|number| number.digits % 10 == 0) && numbers.iter().any(|number| number.digits != 0) {
        for number in &mut numbers {
            *number = Decimal { digits: number.digits / 10, power: number.power + 1 };
        }
    }
    let nonzero = numbers.iter().filter(|number| number.digits != 0);
    let top = nonzero.map(|number| number.top()).max().unwrap_or(0);
    let scientific = |&Decimal { digits, power }: &Decimal| match digits {
        0 => "0".to_string(),
        _ => format!("{}e{}", Decimal { digits, power: power - top }.text(), signed(top)),
    };
    let plain = |number: &Decimal| number.text();
    let width = |text: &dyn Fn(&Decimal) -> String| numbers.iter().map(|number| text(number).chars().count()).max();
    // For example, 1234567.002 is shorter than 1.234567002e6.
    if if counts { PLAIN_COUNTS } else { PLAIN }.contains(&top) || width(&plain) <= width(&scientific) {
        numbers.iter().map(plain).collect()
    } else {
        numbers.iter().map(scientific).collect()
    }
}

/// Returns the texts of any values in ascending order: with four significant digits, or as many more as are needed to
/// distinguish adjacent values clearly. All values of one magnitude have the same number of digits.
pub(super) fn distinct_texts(values: &[f64]) -> Vec<String> {
    let written = |value: f64, digits: usize| format!("{:.digits$}", Significant(value));
    let digits: Vec<usize> = (0..values.len()).map(|index| digits_apart(values, index, written)).collect();
    let magnitude = |value: f64| libm::floor(libm::log10(value.abs()));
    let text = |&value: &f64| {
        let alike = values.iter().zip(&digits).filter(|(other, _)| magnitude(**other) == magnitude(value));
        let digits = alike.map(|(_, digits)| *digits).max().unwrap_or(LEAST);
        written(value, digits).replace('-', "−")
    };
    values.iter().map(text).collect()
}

/// The smallest number of significant digits.
const LEAST: usize = 4;

/// Returns the number of digits that distinguishes a value from the adjacent ones.
fn digits_apart(values: &[f64], index: usize, written: impl Fn(f64, usize) -> String) -> usize {
    // All digits that an `f64` has.
    const MOST: usize = 17;
    let value = values[index];
    // Halves, because the difference of the largest values is infinite.
    let half_distance = |other: f64| (other / 2.0 - value / 2.0).abs();
    let adjacent = [index.checked_sub(1), Some(index + 1)].into_iter().filter_map(|other| values.get(other?));
    let gap = adjacent.map(|&other| half_distance(other)).fold(f64::INFINITY, f64::min);
    let is_near = |text: String| text.parse().is_ok_and(|read: f64| half_distance(read) <= gap / 20.0);
    (LEAST..MOST).find(|&digits| is_near(written(value, digits))).unwrap_or(MOST)
}

/// Returns `10` with the power in superscript.
pub(super) fn power_of_ten(power: i32) -> String {
    let digits = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let small = |digit: char| digit.to_digit(10).map_or('⁻', |digit| digits[digit as usize]);
    let power: String = power.to_string().chars().map(small).collect();
    format!("10{power}")
}

/// Formats a number with the minus sign that is as wide as a digit.
fn signed(number: i32) -> String {
    number.to_string().replace('-', "−")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decimals(numbers: &[(i64, i32)], counts: bool) -> Vec<String> {
        let numbers: Vec<_> = numbers.iter().map(|&(digits, power)| Decimal { digits, power }).collect();
        texts(&numbers, counts)
    }

    #[test]
    fn numbers_have_a_common_form_which_is_the_shorter_one() {
        assert_eq!(decimals(&[(-5, -4), (0, -4), (15, -4)], false), ["−0.0005", "0", "0.0015"]);
        assert_eq!(decimals(&[(5, -6), (10, -6)], false), ["0.5e−5", "1.0e−5"]);
        assert_eq!(decimals(&[(10, -6), (20, -6)], false), ["1e−5", "2e−5"]);
        assert_eq!(decimals(&[(1_234_567_002, -3), (1_234_567_004, -3)], false), ["1234567.002", "1234567.004"]);
        assert_eq!(decimals(&[(1, 6), (2, 6)], false), ["1e6", "2e6"]);
        assert_eq!(decimals(&[(1, 6), (2, 6)], true), ["1000000", "2000000"]);
        assert_eq!(decimals(&[(0, 3)], false), ["0"]);
    }

    #[test]
    fn values_that_are_not_round_have_four_digits_or_as_many_as_distinguish_them() {
        assert_eq!(distinct_texts(&[-0.391_53, 0.045_441, 2.538_9]), ["−0.3915", "0.04544", "2.539"]);
        assert_eq!(distinct_texts(&[5.000_001, 5.000_010_04, 5.000_015_7]), ["5.0000010", "5.0000100", "5.0000157"]);
        assert_eq!(distinct_texts(&[0.0, 1e-300]), ["0", "1.000e−300"]);
        assert!(distinct_texts(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn distinct_texts_are_in_order_and_near_their_values(bits in proptest::collection::vec(any::<u64>(), 2..9), spread in any::<bool>()) {
            // Values of any magnitude, or values within some units in the last place of each other.
            let near = |bits: &u64| f64::from_bits(bits % 50 + 4_600_000_000_000_000_000);
            let mut values: Vec<f64> = bits.iter().map(|bits| if spread { f64::from_bits(*bits) } else { near(bits) }).collect();
            values.retain(|value| value.is_finite());
            values.sort_by(f64::total_cmp);
            values.dedup();
            let texts = distinct_texts(&values);
            let read: Vec<f64> = texts.iter().map(|text| text.replace('−', "-").parse().unwrap()).collect();
            for (pair, values) in read.windows(2).zip(values.windows(2)) {
                prop_assert!(pair[0] < pair[1], "{values:?}: {texts:?}");
                let off = (pair[0] / 2.0 - values[0] / 2.0).abs().max((pair[1] / 2.0 - values[1] / 2.0).abs());
                prop_assert!(off <= (values[1] / 2.0 - values[0] / 2.0) / 19.0, "{values:?}: {texts:?}");
            }
        }
    }
}
