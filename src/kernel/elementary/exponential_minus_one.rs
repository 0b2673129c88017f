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

/// y = eˣ - 1
///
/// # Numerics
/// Within 2 ULP for all values, including near zero. The sign of zero is preserved, and NaN stays NaN.
#[inline(always)]
pub(in crate::kernel) fn exponential_minus_one<V: Lanes>(x: V) -> V {
    // From the lower bound on the result is minus one. The upper one gives infinity.
    let (low, high, greatest) = if V::Element::SINGLE { (-40.0, 89.0, 127.0) } else { (-40.0, 710.0, 1023.0) };
    let limited = constant(x, high).minimum(constant(x, low).maximum(x));
    let Octaves { count, rest, .. } = octaves(limited);
    // The greatest power of two is not a float, but half of it is.
    let normal = constant(x, greatest).minimum(count);
    let power = normal.power_of_two();
    let y = excess(rest).mul_add(power, power.sub(constant(x, 1.0)));
    y.mul_add(count.sub(normal), y).with_sign_of(x)
}

/// The allowed error in ULP.
#[cfg(test)]
const BOUND: f64 = 2.0;

#[cfg(test)]
mod tests {
    use super::super::accuracy::{accuracy_tests, at, function};
    use super::{BOUND, exponential_minus_one, exponential_minus_one_of_non_positive};

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

    function!(Full, exponential_minus_one, libm::expm1, bound: BOUND,);

    mod of_all {
        use super::Full;
        use crate::kernel::elementary::accuracy::{accuracy_tests, at};

        /// (x, eˣ - 1) from mpmath, rounded to the nearest value.
        const EXACT: [(u64, u64); 50] = [
            (0x0000_0000_0000_0001, 0x0000_0000_0000_0001),
            (0x8000_1268_8b70_e62b, 0x8000_1268_8b70_e62b),
            (0x01a5_6e1f_c2f8_f359, 0x01a5_6e1f_c2f8_f359),
            (0xbbc7_9ca1_0c92_4223, 0xbbc7_9ca1_0c92_4223),
            (0x3e45_798e_e230_8c3a, 0x3e45_798e_e3fd_b764),
            (0xbee4_f8b5_88e3_68f1, 0xbee4_f8ae_a9ac_f2c9),
            (0x3eb1_9999_9999_999a, 0x3eb1_999a_347a_e4d5),
            (0xbf84_7ae1_47ae_147b, 0xbf84_60c0_b518_c09f),
            (0x3fb9_9999_9999_999a, 0x3fba_ec7b_35a0_0d3a),
            (0x3fc9_9999_9999_999a, 0x3fcc_56ec_f2c5_6468),
            (0xbfd0_0000_0000_0000, 0xbfcc_5041_854d_f7d4),
            (0x3fd3_3333_3333_3333, 0x3fd6_6416_3230_6a56),
            (0x3fd6_2d0e_5604_1893, 0x3fda_80c5_1b3d_bab4),
            (0xbfd6_2eb1_c432_ca58, 0xbfd2_bf11_8653_0eb9),
            (0x3fd6_6666_6666_6666, 0x3fda_d200_b201_77b2),
            (0x3fd9_9999_9999_999a, 0x3fdf_7a0e_4bee_ff80),
            (0xbfdc_cccc_cccc_cccd, 0xbfd7_3119_b171_a2af),
            (0x3fe0_0000_0000_0000, 0x3fe4_c253_1c3c_0d38),
            (0xbfe3_3333_3333_3333, 0xbfdc_e045_28d3_f639),
            (0x3fe6_147a_e147_ae14, 0x3fef_cc84_8499_ccb6),
            (0x3fe6_6666_6666_6666, 0x3ff0_3854_c24d_130d),
            (0x3fe9_9999_9999_999a, 0x3ff3_9bd0_cdfc_8dd1),
            (0x3ff0_0000_0000_0000, 0x3ffb_7e15_1628_aed3),
            (0xbff0_0000_0000_0000, 0xbfe4_3a54_e4e9_8864),
            (0x3ff0_7ae1_47ae_147b, 0x3ffc_d12a_689f_9b98),
            (0x3ff0_cccc_cccc_cccd, 0x3ffd_b8f0_60f7_5892),
            (0x3ff8_0000_0000_0000, 0x400b_da7f_cc9f_8a83),
            (0xc000_0000_0000_0000, 0xbfeb_ab55_5710_1f8d),
            (0x4004_0000_0000_0000, 0x4026_5d6f_d931_e0bb),
            (0x400e_0000_0000_0000, 0x4044_c2b2_d0a2_66e7),
            (0xc014_0000_0000_0000, 0xbfef_c8cd_803f_e559),
            (0x401e_0000_0000_0000, 0x409c_3c2b_6eb1_f6ad),
            (0x4024_0000_0000_0000, 0x40d5_825d_cf95_0560),
            (0xc02e_0000_0000_0000, 0xbfef_ffff_5bc5_1aef),
            (0x4034_0000_0000_0000, 0x41bc_eb08_8a68_e804),
            (0x4042_4000_0000_0000, 0x4339_40b4_acc4_e543),
            (0xc042_8000_0000_0000, 0xbfef_ffff_ffff_ffff),
            (0x4044_0000_0000_0000, 0x438a_220d_3979_72eb),
            (0xc044_4000_0000_0000, 0xbff0_0000_0000_0000),
            (0x404e_0000_0000_0000, 0x4557_9dbc_9dc5_3c66),
            (0x4059_0000_0000_0000, 0x48f3_494a_9b17_1bf5),
            (0xc089_0000_0000_0000, 0xbff0_0000_0000_0000),
            (0x4079_0000_0000_0000, 0x6400_e398_d7d0_1704),
            (0x4086_2800_0000_0000, 0x7fdd_422d_2be5_dc9b),
            (0x4086_2b70_a3d7_0a3d, 0x7fe6_7d2a_40c9_5257),
            (0x4086_2c00_0000_0000, 0x7fe8_1e9b_4b52_d0c9),
            (0x4086_2e3d_70a3_d70a, 0x7fef_e9ce_5c4c_52b4),
            (0x4086_2e42_fefa_39ef, 0x7fef_ffff_ffff_ff2a),
            (0x4086_3000_0000_0000, 0x7ff0_0000_0000_0000),
            (0x408f_4000_0000_0000, 0x7ff0_0000_0000_0000),
        ];

        accuracy_tests!(Full, doubles: -40.0..710.0);

        #[test]
        fn the_sign_of_zero_is_preserved_and_the_ends_are_minus_one_and_infinity() {
            assert!(at::<Full, _>(-0.0_f32).into_iter().all(|y| y == 0.0 && y.is_sign_negative()));
            assert!(at::<Full, _>(f32::NEG_INFINITY).into_iter().all(|y| y == -1.0));
            assert!(at::<Full, _>(f64::INFINITY).into_iter().all(|y| y == f64::INFINITY));
            assert!(at::<Full, _>(f64::NAN).into_iter().all(f64::is_nan));
        }
    }
}
