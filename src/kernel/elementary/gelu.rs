//! The Gaussian error linear unit and its derivative.

use super::exponential::{Octaves, excess, octaves};
use super::{Isa, Lanes, Vectors, constant, polynomial};

/// p and q with Φ(-a) ≈ e^(-a²/2) p(a) / q(a) for 0 ≤ a ≤ 13.27, in `f32`. All coefficients of the two polynomials are
/// positive, so nothing cancels. The error is below 2⁻²⁶ of Φ(-a). The fit uses least squares, reweighted until the errors are
/// even. The coefficients of q were rounded first, then those of p refitted like those of the other polynomials.
const SINGLE: ([f64; 5], [f64; 6]) = (
    [0.5, 0.434_930_503, 0.180_725_351, 0.039_781_913_2, 0.003_988_290_67],
    [1.0, 1.667_745_83, 1.192_115_9, 0.462_839_812, 0.099_726_021_3, 0.009_997_014_89],
);
/// The same in `f64`, for a ≤ 37.655: below 2⁻⁵³.
const DOUBLE: ([f64; 10], [f64; 11]) = (
    [
        0.5,
        0.773_737_350_536_652_7,
        0.592_393_730_188_290_2,
        0.288_148_443_761_803_2,
        0.097_166_056_957_562_38,
        0.023_458_899_397_160_79,
        0.004_054_436_941_998_07,
        0.000_485_349_158_474_305_07,
        3.679_108_243_024_045e-5,
        1.364_910_957_689_866e-6,
    ],
    [
        1.0,
        2.345_359_261_876_164_5,
        2.556_113_404_963_818,
        1.709_062_198_331_770_4,
        0.778_685_067_818_494_4,
        0.253_537_696_356_089_14,
        0.060_012_488_254_499_334,
        0.010_255_187_831_760_382,
        0.001_220_011_248_320_281_7,
        9.222_156_747_150_85e-5,
        3.421_324_398_910_968_6e-6,
    ],
);

/// 1 / √(2π).
const DENSITY_AT_ZERO: f64 = 0.398_942_280_401_432_7;

/// Returns the magnitude of x, limited to the value from which on e^(-a²/2) is zero.
#[inline(always)]
fn magnitude<V: Lanes>(x: V) -> V {
    constant(x, if V::Element::SINGLE { 13.27 } else { 37.655 }).minimum(x.absolute())
}

/// Returns e^(-a²/2), and p(a) / q(a).
#[inline(always)]
fn factors<V: Lanes>(a: V) -> (V, V) {
    let minus_half = a.mul(constant(a, -0.5));
    let exponent = a.mul(minus_half);
    // The rounding error of the exponent, up to 44 ULP of the power.
    let error = if V::Isa::FUSED {
        a.mul_add(minus_half, exponent.mul(constant(a, -1.0)))
    } else {
        error_of_half_square(a, exponent)
    };
    let Octaves { power, rest, .. } = octaves(exponent);
    let exponential = excess(rest.add(error)).mul_add(power, power);
    let quotient = if V::Element::SINGLE {
        polynomial(a, SINGLE.0).div(polynomial(a, SINGLE.1))
    } else {
        polynomial(a, DOUBLE.0).div(polynomial(a, DOUBLE.1))
    };
    (exponential, quotient)
}

/// Returns -a²/2 - h, where h is the rounded product, from products of split digits (Dekker, 1971).
#[inline(always)]
fn error_of_half_square<V: Lanes>(a: V, h: V) -> V {
    let split = a.mul(constant(a, if V::Element::SINGLE { 4_097.0 } else { 134_217_729.0 }));
    let high = split.sub(split.sub(a));
    let low = a.sub(high);
    let half = constant(a, -0.5);
    let from_high = high.mul(high).mul(half).sub(h);
    low.mul(low).mul(half).add(from_high.sub(high.mul(low)))
}

/// y = x Φ(x) = x (1 + erf(x / √2)) / 2
///
/// # Numerics
/// Within 8 ULP. Subnormal results may be flushed to zero. NaN stays NaN.
///
/// Φ(-a) = e^(-a²/2) p(a) / q(a) keeps its precision where it is small, and x Φ(x) = max(x, 0) - |x| Φ(-|x|).
///
/// # Source
/// D. Hendrycks and K. Gimpel, Gaussian error linear units, 2016, section 2.
#[inline(always)]
pub(in crate::kernel) fn gelu<V: Lanes>(x: V) -> V {
    let a = magnitude(x);
    let (exponential, quotient) = factors(a);
    let positive = constant(x, 0.0).maximum(x);
    // The small factor comes last, since the power alone may be subnormal.
    a.mul(quotient).mul(constant(x, -1.0)).mul_add(exponential, positive)
}

/// dy/dx = Φ(x) + x φ(x), with φ(x) = e^(-x²/2) / √(2π)
///
/// # Numerics
/// Within 8 ULP of Φ(x) + |x| φ(x). The two terms cancel near x = -0.75, where the derivative is zero. Results below 8 times
/// the smallest normal value may be zero. NaN stays NaN.
#[inline(always)]
pub(in crate::kernel) fn gelu_derivative<V: Lanes>(x: V) -> V {
    let a = magnitude(x);
    let (exponential, quotient) = factors(a);
    // The derivative at -a. The two add up to one.
    let low = a.mul_add(constant(x, -DENSITY_AT_ZERO), quotient).mul(exponential);
    low.select(x.less(constant(x, 0.0)), constant(x, 1.0).sub(low))
}

/// The allowed error of both functions, in ULP.
#[cfg(test)]
const BOUND: f64 = 8.0;

#[cfg(test)]
mod tests {
    use super::super::accuracy::{accuracy_tests, at, function};
    use super::{BOUND, DENSITY_AT_ZERO, gelu, gelu_derivative};

    /// Φ(x), with a correction for the effect of rounding x / √2 on the tail.
    fn cumulative(x: f64) -> f64 {
        const ROOT: [f64; 2] = [core::f64::consts::FRAC_1_SQRT_2, -4.833_646_656_726_457e-17];
        let argument = -x * ROOT[0];
        let rest = libm::fma(-x, ROOT[0], -argument) - x * ROOT[1];
        0.5 * libm::erfc(argument) - core::f64::consts::FRAC_1_PI.sqrt() * libm::exp(-argument * argument) * rest
    }

    /// φ(x), with a correction for the rounding of x².
    fn density(x: f64) -> f64 {
        let square = x * x;
        let rest = if square.is_finite() { libm::fma(x, x, -square) } else { 0.0 };
        DENSITY_AT_ZERO * libm::exp(-0.5 * square) * (1.0 - 0.5 * rest)
    }

    /// Tails beyond the precision are cut off, so that infinity is not multiplied by zero.
    fn value(x: f64) -> f64 {
        if x < -40.0 { 0.0 } else { x * cumulative(x.min(40.0)) }
    }

    fn slope(x: f64) -> f64 {
        let x = x.clamp(-40.0, 40.0);
        cumulative(x) + x * density(x)
    }

    function!(
        Gelu, gelu, value, bound: BOUND,
        const FLUSHED: f64 = 1.0;
    );

    function!(
        GeluDerivative, gelu_derivative, slope, bound: BOUND,
        const FLUSHED: f64 = 8.0;

        fn magnitude(x: f64, _exact: f64) -> f64 {
            let x = x.clamp(-40.0, 40.0);
            cumulative(x) + x.abs() * density(x)
        }
    );

    /// (x, x Φ(x)) from mpmath, rounded to the nearest value.
    const EXACT: [(u64, u64); 42] = [
        (0x0000_0000_0000_0000, 0x0000_0000_0000_0000),
        (0x0000_0000_0000_0001, 0x0000_0000_0000_0000),
        (0x01a5_6e1f_c2f8_f359, 0x0195_6e1f_c2f8_f359),
        (0xbbc7_9ca1_0c92_4223, 0xbbb7_9ca1_0c92_4223),
        (0x3e11_2e0b_e826_d695, 0x3e01_2e0b_e861_b632),
        (0xbf84_7ae1_47ae_147b, 0xbf74_510c_6ee5_3c40),
        (0x3fb9_9999_9999_999a, 0x3fab_a3a1_a550_a71c),
        (0xbfd3_3333_3333_3333, 0xbfbd_582a_c7c3_17ab),
        (0x3fe0_0000_0000_0000, 0x3fd6_2075_e232_ac77),
        (0xbfe0_0000_0000_0000, 0xbfc3_bf14_3b9a_a712),
        (0xbfe6_6666_6666_6666, 0xbfc5_ae10_c297_7229),
        (0xbfe8_0ead_0c3d_2524, 0xbfc5_c19d_d4b1_a3f6),
        (0xbfe8_1429_f9e9_7e4c, 0xbfc5_c19d_04dc_22a2),
        (0xbfe9_9999_9999_999a, 0xbfc5_b1a9_835b_d355),
        (0x3ff0_0000_0000_0000, 0x3fea_ec4b_d120_d37d),
        (0xbff0_0000_0000_0000, 0xbfc4_4ed0_bb7c_b20b),
        (0x3ff8_0000_0000_0000, 0x3ff6_6589_5bb1_e942),
        (0xbff8_0000_0000_0000, 0xbfb9_a76a_44e1_6be6),
        (0xc000_0000_0000_0000, 0xbfa7_4bcf_82c9_d860),
        (0x4004_0000_0000_0000, 0x4003_e034_de12_223c),
        (0xc008_0000_0000_0000, 0xbf70_9669_7b24_4861),
        (0x400c_0000_0000_0000, 0x400b_fe55_1faf_f9f7),
        (0xc010_0000_0000_0000, 0xbf20_9ad7_954a_fff8),
        (0x4014_0000_0000_0000, 0x4013_ffff_9fd0_d146),
        (0xc014_0000_0000_0000, 0xbeb8_0bcb_ae98_063d),
        (0x401a_0000_0000_0000, 0x4019_ffff_fffb_83ef),
        (0xc01c_0000_0000_0000, 0xbda3_b34a_fa6e_6fbc),
        (0x4020_0000_0000_0000, 0x401f_ffff_ffff_fffa),
        (0xc020_8000_0000_0000, 0xbcc7_8a57_d113_1dd6),
        (0xc023_0000_0000_0000, 0xbbc7_8a5e_2c4d_5889),
        (0x4028_0000_0000_0000, 0x4028_0000_0000_0000),
        (0xc02a_0000_0000_0000, 0xb83b_0f71_384e_f01e),
        (0xc031_8000_0000_0000, 0xb20b_09a7_0da3_14c4),
        (0xc034_c000_0000_0000, 0xac70_fac5_9bc8_0f37),
        (0xc035_8000_0000_0000, 0xab02_be21_11e4_61d2),
        (0xc039_0000_0000_0000, 0xa3ac_7026_7598_63b5),
        (0xc03e_0000_0000_0000, 0x9746_01c5_2358_b95d),
        (0xc042_4000_0000_0000, 0x83c9_3ec5_2270_5a3a),
        (0xc042_b333_3333_3333, 0x80c9_a7aa_0dac_2a53),
        (0xc043_0000_0000_0000, 0x8000_0000_8447_4d57),
        (0x4044_0000_0000_0000, 0x4044_0000_0000_0000),
        (0xc08f_4000_0000_0000, 0x0000_0000_0000_0000),
    ];

    accuracy_tests!(Gelu, doubles: -37.0..39.0);

    #[test]
    fn infinities_give_zero_and_infinity() {
        assert!(at::<Gelu, _>(f32::NEG_INFINITY).into_iter().all(|y| y == 0.0));
        assert!(at::<Gelu, _>(f64::INFINITY).into_iter().all(|y| y == f64::INFINITY));
        assert!(at::<Gelu, _>(f64::NAN).into_iter().all(f64::is_nan));
    }

    mod derivative {
        use super::GeluDerivative;
        use crate::kernel::elementary::accuracy::{accuracy_tests, at};

        /// (x, Φ(x) + x φ(x)) from mpmath, rounded to the nearest value.
        const EXACT: [(u64, u64); 42] = [
            (0x0000_0000_0000_0000, 0x3fe0_0000_0000_0000),
            (0x0000_0000_0000_0001, 0x3fe0_0000_0000_0000),
            (0x01a5_6e1f_c2f8_f359, 0x3fe0_0000_0000_0000),
            (0xbbc7_9ca1_0c92_4223, 0x3fe0_0000_0000_0000),
            (0x3e11_2e0b_e826_d695, 0x3fe0_0000_006d_a911),
            (0xbf84_7ae1_47ae_147b, 0x3fdf_7d47_6954_bca5),
            (0x3fb9_9999_9999_999a, 0x3fe2_8b74_02f0_bc89),
            (0xbfd3_3333_3333_3333, 0x3fd1_218a_b7e1_9722),
            (0x3fe0_0000_0000_0000, 0x3feb_c285_22ba_ce22),
            (0xbfe0_0000_0000_0000, 0x3fc0_f5eb_7514_c778),
            (0xbfe6_6666_6666_6666, 0x3f97_f279_1b46_2368),
            (0xbfe8_0ead_0c3d_2524, 0x3e46_e1b7_86d6_da86),
            (0xbfe8_1429_f9e9_7e4c, 0xbf32_eea4_a28e_4c6a),
            (0xbfe9_9999_9999_999a, 0xbf94_6019_ae88_e586),
            (0x3ff0_0000_0000_0000, 0x3ff1_5542_9a56_cca6),
            (0xbff0_0000_0000_0000, 0xbfb5_5429_a56c_ca59),
            (0x3ff8_0000_0000_0000, 0x3ff2_0a1d_22be_013a),
            (0xbff8_0000_0000_0000, 0xbfc0_50e9_15f0_09cf),
            (0xc000_0000_0000_0000, 0xbfb5_d1c0_5635_c4bd),
            (0x4004_0000_0000_0000, 0x3ff0_9a0e_14ff_149a),
            (0xc008_0000_0000_0000, 0xbf88_76f5_a092_7b12),
            (0x400c_0000_0000_0000, 0x3ff0_0b8e_d486_f9b9),
            (0xc010_0000_0000_0000, 0xbf40_80eb_696c_04b5),
            (0x4014_0000_0000_0000, 0x3ff0_0007_7e7e_63b7),
            (0xc014_0000_0000_0000, 0xbedd_f9f9_8eda_090c),
            (0x401a_0000_0000_0000, 0x3ff0_0000_0074_7bab),
            (0xc01c_0000_0000_0000, 0xbdd1_3988_671c_9490),
            (0x4020_0000_0000_0000, 0x3ff0_0000_0000_00b3),
            (0xc020_8000_0000_0000, 0xbcf8_4429_53bc_7d11),
            (0xc023_0000_0000_0000, 0xbbfb_f2a5_0de1_3215),
            (0x4028_0000_0000_0000, 0x3ff0_0000_0000_0000),
            (0xc02a_0000_0000_0000, 0xb875_fc29_f3c6_15e4),
            (0xc031_8000_0000_0000, 0xb24d_9266_0b9a_7e59),
            (0xc034_c000_0000_0000, 0xacb6_0528_e1da_d27e),
            (0xc035_8000_0000_0000, 0xab49_2f6d_2726_b816),
            (0xc039_0000_0000_0000, 0xa3f6_3796_a683_5c3e),
            (0xc03e_0000_0000_0000, 0x9794_a1a5_7f2e_e1c3),
            (0xc042_4000_0000_0000, 0x841c_cb96_bcef_b07c),
            (0xc042_b333_3333_3333, 0x811d_fbf3_25fa_d5dd),
            (0xc043_0000_0000_0000, 0x8000_0013_a294_4007),
            (0x4044_0000_0000_0000, 0x3ff0_0000_0000_0000),
            (0xc08f_4000_0000_0000, 0x0000_0000_0000_0000),
        ];

        accuracy_tests!(GeluDerivative, doubles: -37.0..39.0);

        #[test]
        fn infinities_give_zero_and_one() {
            assert!(at::<GeluDerivative, _>(f32::NEG_INFINITY).into_iter().all(|y| y == 0.0));
            assert!(at::<GeluDerivative, _>(f64::INFINITY).into_iter().all(|y| y == 1.0));
            assert!(at::<GeluDerivative, _>(f64::NAN).into_iter().all(f64::is_nan));
        }
    }
}
