//! How is a decimal number written in a picture?

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::RangeInclusive;

use crate::readable::Significant;

/// Powers of ten of the first digit of the largest number of an axis that are always written without an exponent.
const PLAIN: RangeInclusive<i32> = -4..=5;
/// The same for whole numbers that count something.
const PLAIN_COUNTS: RangeInclusive<i32> = 0..=8;

/// digits · 10^power, exactly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Decimal {
    pub(super) digits: i64,
    pub(super) power: i32,
}

impl Decimal {
    /// The nearest number, infinite beyond the largest.
    pub(super) fn value(self) -> f64 {
        let Self { digits, power } = self;
        format!("{digits}e{power}").parse().unwrap_or(f64::NAN)
    }

    /// Its logarithm, of numbers too that no `f64` holds.
    pub(super) fn log10(self) -> f64 {
        f64::from(self.power) + libm::log10(self.digits as f64)
    }

    /// The power of ten of the first digit.
    fn top(self) -> i32 {
        self.power + self.digits.unsigned_abs().checked_ilog10().map_or(0, u32::cast_signed)
    }

    /// All digits, without an exponent.
    pub(super) fn text(self) -> String {
        let sign = if self.digits < 0 { "−" } else { "" };
        let digits = self.digits.unsigned_abs();
        match usize::try_from(self.power) {
            _ if digits == 0 => "0".to_string(),
            Ok(zeros) => format!("{sign}{digits}{:0>zeros$}", ""),
            Err(_) => {
                let decimals = self.power.unsigned_abs() as usize;
                // At least one digit before the point.
                let digits = format!("{digits:0>0$}", decimals + 1);
                let (whole, rest) = digits.split_at(digits.len() - decimals);
                format!("{sign}{whole}.{rest}")
            }
        }
    }
}

/// The texts of numbers with a common power, all with the same decimals and exponent, so that they are compared at a glance.
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
    // 1234567.002 is shorter than 1.234567002e6.
    if if counts { PLAIN_COUNTS } else { PLAIN }.contains(&top) || width(&plain) <= width(&scientific) {
        numbers.iter().map(plain).collect()
    } else {
        numbers.iter().map(scientific).collect()
    }
}

/// The texts of any numbers in ascending order: with four significant digits, or as many more as it takes to tell neighbours well
/// apart; of one magnitude, all with the same.
pub(super) fn distinct_texts(numbers: &[f64]) -> Vec<String> {
    let written = |number: f64, digits: usize| format!("{:.digits$}", Significant(number));
    let digits: Vec<usize> = (0..numbers.len()).map(|index| digits_apart(numbers, index, written)).collect();
    let magnitude = |number: f64| libm::floor(libm::log10(number.abs()));
    let text = |&number: &f64| {
        let alike = numbers.iter().zip(&digits).filter(|(other, _)| magnitude(**other) == magnitude(number));
        let digits = alike.map(|(_, digits)| *digits).max().unwrap_or(LEAST);
        written(number, digits).replace('-', "−")
    };
    numbers.iter().map(text).collect()
}

/// The fewest significant digits of a number.
const LEAST: usize = 4;

/// The number of digits that distinguish adjacent labels.
fn digits_apart(numbers: &[f64], index: usize, written: impl Fn(f64, usize) -> String) -> usize {
    // All that a number has.
    const MOST: usize = 17;
    let number = numbers[index];
    // Halves, since the difference of the largest numbers is infinite.
    let half_distance = |other: f64| (other / 2.0 - number / 2.0).abs();
    let beside = [index.checked_sub(1), Some(index + 1)].into_iter().filter_map(|other| numbers.get(other?));
    let gap = beside.map(|&other| half_distance(other)).fold(f64::INFINITY, f64::min);
    let is_near = |text: String| text.parse().is_ok_and(|read: f64| half_distance(read) <= gap / 20.0);
    (LEAST..MOST).find(|&digits| is_near(written(number, digits))).unwrap_or(MOST)
}

/// 10 with a small number above it.
pub(super) fn power_of_ten(power: i32) -> String {
    let digits = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let small = |digit: char| digit.to_digit(10).map_or('⁻', |digit| digits[digit as usize]);
    let power: String = power.to_string().chars().map(small).collect();
    format!("10{power}")
}

/// With the sign that is as wide as a digit.
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
    fn numbers_have_a_common_form_and_the_shorter_one() {
        assert_eq!(decimals(&[(-5, -4), (0, -4), (15, -4)], false), ["−0.0005", "0", "0.0015"]);
        assert_eq!(decimals(&[(5, -6), (10, -6)], false), ["0.5e−5", "1.0e−5"]);
        assert_eq!(decimals(&[(10, -6), (20, -6)], false), ["1e−5", "2e−5"]);
        assert_eq!(decimals(&[(1_234_567_002, -3), (1_234_567_004, -3)], false), ["1234567.002", "1234567.004"]);
        assert_eq!(decimals(&[(1, 6), (2, 6)], false), ["1e6", "2e6"]);
        assert_eq!(decimals(&[(1, 6), (2, 6)], true), ["1000000", "2000000"]);
        assert_eq!(decimals(&[(0, 3)], false), ["0"]);
    }

    #[test]
    fn numbers_that_are_not_round_have_four_digits_or_what_tells_them_apart() {
        assert_eq!(distinct_texts(&[-0.391_53, 0.045_441, 2.538_9]), ["−0.3915", "0.04544", "2.539"]);
        assert_eq!(distinct_texts(&[5.000_001, 5.000_010_04, 5.000_015_7]), ["5.0000010", "5.0000100", "5.0000157"]);
        assert_eq!(distinct_texts(&[0.0, 1e-300]), ["0", "1.000e−300"]);
        assert!(distinct_texts(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn distinct_texts_are_in_order_and_near_their_numbers(bits in proptest::collection::vec(any::<u64>(), 2..9), spread in any::<bool>()) {
            // Of any magnitude, or within some units in the last place of one.
            let near = |bits: &u64| f64::from_bits(bits % 50 + 4_600_000_000_000_000_000);
            let mut numbers: Vec<f64> = bits.iter().map(|bits| if spread { f64::from_bits(*bits) } else { near(bits) }).collect();
            numbers.retain(|number| number.is_finite());
            numbers.sort_by(f64::total_cmp);
            numbers.dedup();
            let texts = distinct_texts(&numbers);
            let read: Vec<f64> = texts.iter().map(|text| text.replace('−', "-").parse().unwrap()).collect();
            for (pair, numbers) in read.windows(2).zip(numbers.windows(2)) {
                prop_assert!(pair[0] < pair[1], "{numbers:?}: {texts:?}");
                let off = (pair[0] / 2.0 - numbers[0] / 2.0).abs().max((pair[1] / 2.0 - numbers[1] / 2.0).abs());
                prop_assert!(off <= (numbers[1] / 2.0 - numbers[0] / 2.0) / 19.0, "{numbers:?}: {texts:?}");
            }
        }
    }
}
