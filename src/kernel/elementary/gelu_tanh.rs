//! The tanh approximation of the Gaussian error linear unit, and its derivative.

use super::exponential::exponential_of_non_positive;
use super::{Lanes, Vectors, constant};

/// 2 √(2/π). The u below is twice the argument of the tanh, since (1 + tanh (u / 2)) / 2 = 1 / (1 + e⁻ᵘ).
const LINEAR: f64 = 1.595_769_121_605_730_8;
/// The coefficient of the cubic term in the argument, relative to the linear term.
const CUBIC: f64 = 0.044_715;

/// The common parts of both functions.
struct Parts<V> {
    /// a, the magnitude of x, limited to the value from which on the exponential is zero.
    magnitude: V,
    /// e⁻ᵘ for u = 2 √(2/π) (a + 0.044715 a³).
    exponential: V,
    /// 1 / (1 + e⁻ᵘ).
    upper: V,
}

#[inline(always)]
fn parts<V: Lanes>(x: V) -> Parts<V> {
    let magnitude = constant(x, if V::Element::SINGLE { 10.1 } else { 21.3 }).minimum(x.absolute());
    let square = magnitude.mul(magnitude);
    let minus_slope = square.mul_add(constant(x, -LINEAR * CUBIC), constant(x, -LINEAR));
    let exponential = exponential_of_non_positive(magnitude.mul(minus_slope));
    let one = constant(x, 1.0);
    Parts { magnitude, exponential, upper: one.div(one.add(exponential)) }
}

/// y = x / (1 + e⁻ᵘ) = x (1 + tanh (u / 2)) / 2, with u = 2 √(2/π) (x + 0.044715 x³)
///
/// # Numerics
/// Within 3 (1 + |u|) ULP. Results below 16 times the smallest normal value may be zero. NaN stays NaN.
///
/// # Source
/// D. Hendrycks and K. Gimpel, Gaussian error linear units, 2016, section 2.
#[inline(always)]
pub(in crate::kernel) fn gelu_tanh<V: Lanes>(x: V) -> V {
    let Parts { magnitude, exponential, upper } = parts(x);
    let positive = constant(x, 0.0).maximum(x);
    // The term subtracted from x: |x| / (1 + e^|u|). The small factor comes last, as the exponential alone may be subnormal.
    magnitude.mul(upper).mul(constant(x, -1.0)).mul_add(exponential, positive)
}

/// dy/dx = s + x s (1 - s) u', with s = 1 / (1 + e⁻ᵘ) and u' = 2 √(2/π) (1 + 3 · 0.044715 x²)
///
/// # Numerics
/// Within 3 (1 + |u|) ULP of s + |x| s (1 - s) u'. The two terms cancel near x = -0.75, where the derivative is zero. Results
/// below 2048 times the smallest normal value may be zero. NaN stays NaN.
#[inline(always)]
pub(in crate::kernel) fn gelu_tanh_derivative<V: Lanes>(x: V) -> V {
    let Parts { magnitude, exponential, upper } = parts(x);
    let one = constant(x, 1.0);
    let square = magnitude.mul(magnitude);
    let minus_slope = square.mul_add(constant(x, -3.0 * LINEAR * CUBIC), constant(x, -LINEAR));
    // The derivative at -|x|. The two add up to one.
    let low = magnitude.mul(minus_slope).mul_add(upper, one).mul(upper).mul(exponential);
    low.select(x.less(constant(x, 0.0)), one.sub(low))
}

/// The allowed error of both functions, in ULP times 1 + |u|.
#[cfg(test)]
const BOUND: f64 = 3.0;

#[cfg(test)]
mod tests {
    use super::super::accuracy::{accuracy_tests, at, function};
    use super::{BOUND, CUBIC, LINEAR, gelu_tanh, gelu_tanh_derivative};

    /// Tails beyond the precision are cut off, so that infinity is not multiplied by zero.
    fn argument(x: f64) -> f64 {
        let x = x.clamp(-30.0, 30.0);
        LINEAR * x * (1.0 + CUBIC * x * x)
    }

    fn share(x: f64) -> f64 {
        1.0 / (1.0 + libm::exp(-argument(x)))
    }

    fn value(x: f64) -> f64 {
        if x < -30.0 { 0.0 } else { x * share(x) }
    }

    /// x s (1 - s) u'.
    fn second_term(x: f64) -> f64 {
        let x = x.clamp(-30.0, 30.0);
        x * share(x) * share(-x) * LINEAR * (1.0 + 3.0 * CUBIC * x * x)
    }

    function!(
        GeluTanh, gelu_tanh, value, bound: BOUND,
        const FLUSHED: f64 = 16.0;

        fn magnitude(x: f64, exact: f64) -> f64 {
            exact * (1.0 + argument(x).abs())
        }
    );

    function!(
        GeluTanhDerivative, gelu_tanh_derivative, |x: f64| share(x) + second_term(x), bound: BOUND,
        const FLUSHED: f64 = 2048.0;

        fn magnitude(x: f64, _exact: f64) -> f64 {
            (share(x) + second_term(x).abs()) * (1.0 + argument(x).abs())
        }
    );

    /// (x, x / (1 + e⁻ᵘ)) from mpmath, rounded to the nearest value.
    const EXACT: [(u64, u64); 42] = [
        (0x0000_0000_0000_0000, 0x0000_0000_0000_0000),
        (0x0000_0000_0000_0001, 0x0000_0000_0000_0000),
        (0x01a5_6e1f_c2f8_f359, 0x0195_6e1f_c2f8_f359),
        (0xbbc7_9ca1_0c92_4223, 0xbbb7_9ca1_0c92_4223),
        (0x3e11_2e0b_e826_d695, 0x3e01_2e0b_e861_b632),
        (0xbf84_7ae1_47ae_147b, 0xbf74_510c_6f1f_2071),
        (0x3fb9_9999_9999_999a, 0x3fab_a3a0_8c93_9602),
        (0xbfd3_3333_3333_3333, 0xbfbd_5854_c68d_f5d9),
        (0x3fe0_0000_0000_0000, 0x3fd6_202d_a77d_f3f9),
        (0xbfe0_0000_0000_0000, 0xbfc3_bfa4_b104_180f),
        (0xbfe6_6666_6666_6666, 0xbfc5_afe0_b934_1f6c),
        (0xbfe8_0ead_0c3d_2524, 0xbfc5_c3e4_63db_340b),
        (0xbfe8_1429_f9e9_7e4c, 0xbfc5_c3e5_3358_6d1a),
        (0xbfe9_9999_9999_999a, 0xbfc5_b46a_11db_f78d),
        (0x3ff0_0000_0000_0000, 0x3fea_eb0b_772a_3ae1),
        (0xbff0_0000_0000_0000, 0xbfc4_53d2_2357_147a),
        (0x3ff8_0000_0000_0000, 0x3ff6_64a5_2a78_a8f2),
        (0xbff8_0000_0000_0000, 0xbfb9_b5ad_5875_70d9),
        (0xc000_0000_0000_0000, 0xbfa7_3ef8_961c_ab36),
        (0x4004_0000_0000_0000, 0x4003_e11b_8013_aca2),
        (0xc008_0000_0000_0000, 0xbf6d_cc2a_0116_12b9),
        (0x400c_0000_0000_0000, 0x400b_febc_ef59_c744),
        (0xc010_0000_0000_0000, 0xbf12_6a20_335d_dd3c),
        (0x4014_0000_0000_0000, 0x4013_ffff_f09e_b960),
        (0xc014_0000_0000_0000, 0xbe8e_c28d_40db_8458),
        (0x401a_0000_0000_0000, 0x4019_ffff_ffff_fd3d),
        (0xc01c_0000_0000_0000, 0xbce4_db0b_ddce_48f8),
        (0x4020_0000_0000_0000, 0x4020_0000_0000_0000),
        (0xc020_8000_0000_0000, 0xbb52_fcab_162c_37d5),
        (0xc023_0000_0000_0000, 0xb941_56e8_d839_9784),
        (0x4028_0000_0000_0000, 0x4028_0000_0000_0000),
        (0xc02a_0000_0000_0000, 0xb028_57cf_a38b_8f4b),
        (0xc031_8000_0000_0000, 0x9b31_7fc9_df0e_a5f1),
        (0xc034_c000_0000_0000, 0x83bd_af28_057e_9069),
        (0xc035_8000_0000_0000, 0x8000_0000_0000_0039),
        (0xc039_0000_0000_0000, 0x0000_0000_0000_0000),
        (0xc03e_0000_0000_0000, 0x0000_0000_0000_0000),
        (0xc042_4000_0000_0000, 0x0000_0000_0000_0000),
        (0xc042_b333_3333_3333, 0x0000_0000_0000_0000),
        (0xc043_0000_0000_0000, 0x0000_0000_0000_0000),
        (0x4044_0000_0000_0000, 0x4044_0000_0000_0000),
        (0xc08f_4000_0000_0000, 0x0000_0000_0000_0000),
    ];

    accuracy_tests!(GeluTanh, doubles: -22.0..22.0);

    #[test]
    fn infinities_give_zero_and_infinity() {
        assert!(at::<GeluTanh, _>(f32::NEG_INFINITY).into_iter().all(|y| y == 0.0));
        assert!(at::<GeluTanh, _>(f64::INFINITY).into_iter().all(|y| y == f64::INFINITY));
        assert!(at::<GeluTanh, _>(f64::NAN).into_iter().all(f64::is_nan));
    }

    mod derivative {
        use super::GeluTanhDerivative;
        use crate::kernel::elementary::accuracy::{accuracy_tests, at};

        /// (x, s + x s (1 - s) u') from mpmath, rounded to the nearest value.
        const EXACT: [(u64, u64); 42] = [
            (0x0000_0000_0000_0000, 0x3fe0_0000_0000_0000),
            (0x0000_0000_0000_0001, 0x3fe0_0000_0000_0000),
            (0x01a5_6e1f_c2f8_f359, 0x3fe0_0000_0000_0000),
            (0xbbc7_9ca1_0c92_4223, 0x3fe0_0000_0000_0000),
            (0x3e11_2e0b_e826_d695, 0x3fe0_0000_006d_a911),
            (0xbf84_7ae1_47ae_147b, 0x3fdf_7d47_6abe_8b9f),
            (0x3fb9_9999_9999_999a, 0x3fe2_8b71_4787_bb2d),
            (0xbfd3_3333_3333_3333, 0x3fd1_2212_420c_ea3c),
            (0x3fe0_0000_0000_0000, 0x3feb_c17e_8726_e92c),
            (0xbfe0_0000_0000_0000, 0x3fc0_fa05_e364_5b4f),
            (0xbfe6_6666_6666_6666, 0x3f98_35d0_32a2_5119),
            (0xbfe8_0ead_0c3d_2524, 0x3f32_e85e_47da_4bbc),
            (0xbfe8_1429_f9e9_7e4c, 0x3c82_8684_a8bc_394c),
            (0xbfe9_9999_9999_999a, 0xbf94_0dc1_f1b2_f8a4),
            (0x3ff0_0000_0000_0000, 0x3ff1_53d2_25ad_c389),
            (0xbff0_0000_0000_0000, 0xbfb5_3d22_5adc_388e),
            (0x3ff8_0000_0000_0000, 0x3ff2_0b1a_78fe_e7f1),
            (0xbff8_0000_0000_0000, 0xbfc0_58d3_c7f7_3f84),
            (0xc000_0000_0000_0000, 0xbfb6_0a99_d368_89c7),
            (0x4004_0000_0000_0000, 0x3ff0_9b73_1caa_a40e),
            (0xc008_0000_0000_0000, 0xbf87_b970_86a6_c47f),
            (0x400c_0000_0000_0000, 0x3ff0_09ec_537b_8350),
            (0xc010_0000_0000_0000, 0xbf35_f66f_2bf9_4de9),
            (0x4014_0000_0000_0000, 0x3ff0_0001_9f19_2fc7),
            (0xc014_0000_0000_0000, 0xbeb9_f192_fc6d_4e9d),
            (0x401a_0000_0000_0000, 0x3ff0_0000_0000_73d1),
            (0xc01c_0000_0000_0000, 0xbd1f_21e8_7bed_582d),
            (0x4020_0000_0000_0000, 0x3ff0_0000_0000_0000),
            (0xc020_8000_0000_0000, 0xbb93_0a21_c553_5eb8),
            (0xc023_0000_0000_0000, 0xb986_8d4e_b702_31f5),
            (0x4028_0000_0000_0000, 0x3ff0_0000_0000_0000),
            (0xc02a_0000_0000_0000, 0xb07c_ad05_bd4c_66f1),
            (0xc031_8000_0000_0000, 0x9b92_587d_2177_70c0),
            (0xc034_c000_0000_0000, 0x8425_bbc0_84fe_722a),
            (0xc035_8000_0000_0000, 0x8000_0000_0000_167e),
            (0xc039_0000_0000_0000, 0x0000_0000_0000_0000),
            (0xc03e_0000_0000_0000, 0x0000_0000_0000_0000),
            (0xc042_4000_0000_0000, 0x0000_0000_0000_0000),
            (0xc042_b333_3333_3333, 0x0000_0000_0000_0000),
            (0xc043_0000_0000_0000, 0x0000_0000_0000_0000),
            (0x4044_0000_0000_0000, 0x3ff0_0000_0000_0000),
            (0xc08f_4000_0000_0000, 0x0000_0000_0000_0000),
        ];

        accuracy_tests!(GeluTanhDerivative, doubles: -22.0..22.0);

        #[test]
        fn infinities_give_zero_and_one() {
            assert!(at::<GeluTanhDerivative, _>(f32::NEG_INFINITY).into_iter().all(|y| y == 0.0));
            assert!(at::<GeluTanhDerivative, _>(f64::INFINITY).into_iter().all(|y| y == 1.0));
            assert!(at::<GeluTanhDerivative, _>(f64::NAN).into_iter().all(f64::is_nan));
        }
    }
}
