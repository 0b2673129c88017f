//! The exponential function minus one.

use super::exponential::{Octaves, excess, octaves};
use super::{Lanes, Vectors, constant};

/// y = eˣ - 1 for x ≤ 0
///
/// # Numerics
/// Within 2 ULP, including near zero. NaN stays NaN.
#[inline(always)]
pub(in crate::kernel) fn exponential_minus_one_of_non_positive<V: Lanes>(x: V) -> V {
    // The power is zero from here on.
    let low = if V::Element::SINGLE { -88.0 } else { -709.0 };
    let Octaves { power, rest, .. } = octaves(constant(x, low).maximum(x));
    excess(rest).mul_add(power, power.sub(constant(x, 1.0)))
}

/// The allowed error in ULP.
#[cfg(test)]
const BOUND: f64 = 2.0;

#[cfg(test)]
mod tests {
    use super::super::accuracy::{accuracy_tests, at, function};
    use super::{BOUND, exponential_minus_one_of_non_positive};

    /// Applies the function to the negated magnitude, for which it is defined.
    #[inline(always)]
    fn of_magnitude<V: crate::kernel::lanes::Lanes>(x: V) -> V {
        let zero = super::constant(x, 0.0);
        exponential_minus_one_of_non_positive(zero.sub(x.absolute()))
    }

    function!(
        ExponentialMinusOne, of_magnitude, |x: f64| libm::expm1(-x.abs()), bound: BOUND,
    );

    /// (x, eˣ - 1) from mpmath, rounded to the nearest value.
    const EXACT: [(u64, u64); 27] = [
        (0x0000_0000_0000_0000, 0x0000_0000_0000_0000),
        (0x81a5_6e1f_c2f8_f359, 0x81a5_6e1f_c2f8_f359),
        (0xbbc7_9ca1_0c92_4223, 0xbbc7_9ca1_0c92_4223),
        (0xbe11_2e0b_e826_d695, 0xbe11_2e0b_e801_f1d9),
        (0xbee4_f8b5_88e3_68f1, 0xbee4_f8ae_a9ac_f2c9),
        (0xbf84_7ae1_47ae_147b, 0xbf84_60c0_b518_c09f),
        (0xbfb9_9999_9999_999a, 0xbfb8_5c93_3156_a62c),
        (0xbfd0_0000_0000_0000, 0xbfcc_5041_854d_f7d4),
        (0xbfd6_2d0e_5604_1893, 0xbfd2_bde8_ef85_5314),
        (0xbfd6_2eb1_c432_ca58, 0xbfd2_bf11_8653_0eb9),
        (0xbfe0_0000_0000_0000, 0xbfd9_2e9a_0720_d3ec),
        (0xbfe6_2de0_0d1b_7176, 0xbfdf_ff9d_0d88_3e9d),
        (0xbfe8_0000_0000_0000, 0xbfe0_e25f_8a08_1941),
        (0xbff0_0000_0000_0000, 0xbfe4_3a54_e4e9_8864),
        (0xbff8_0000_0000_0000, 0xbfe8_dc1e_236d_28f9),
        (0xc004_0000_0000_0000, 0xbfed_5f8f_47ed_617b),
        (0xc014_0000_0000_0000, 0xbfef_c8cd_803f_e559),
        (0xc024_0000_0000_0000, 0xbfef_ffa0_ca19_2a6e),
        (0xc034_0000_0000_0000, 0xbfef_ffff_fee4_b79b),
        (0xc042_0000_0000_0000, 0xbfef_ffff_ffff_fffe),
        (0xc042_c000_0000_0000, 0xbff0_0000_0000_0000),
        (0xc044_0000_0000_0000, 0xbff0_0000_0000_0000),
        (0xc059_0000_0000_0000, 0xbff0_0000_0000_0000),
        (0xc086_2000_0000_0000, 0xbff0_0000_0000_0000),
        (0xc086_2c00_0000_0000, 0xbff0_0000_0000_0000),
        (0xc0f8_6a00_0000_0000, 0xbff0_0000_0000_0000),
        (0xfe37_e43c_8800_759c, 0xbff0_0000_0000_0000),
    ];

    accuracy_tests!(ExponentialMinusOne, doubles: -40.0..0.0);

    #[test]
    fn the_ends_are_minus_one_and_zero() {
        assert!(at::<ExponentialMinusOne, _>(f32::NEG_INFINITY).into_iter().all(|y| y == -1.0));
        assert!(at::<ExponentialMinusOne, _>(-f64::MIN_POSITIVE).into_iter().all(|y| y == -f64::MIN_POSITIVE));
        assert!(at::<ExponentialMinusOne, _>(f64::NAN).into_iter().all(f64::is_nan));
    }
}
