//! The hyperbolic tangent.

use super::{Lanes, Vectors, constant, polynomial};

/// q with (e²ʳ - 1) / 2 ≈ r + r² q(r) for |r| ≤ ln 2 / 4, in `f32`. The resulting error in tanh is below 2⁻²⁶.
const SINGLE: [f64; 5] = [1.000_000_12, 0.666_660_607, 0.333_327_353, 0.133_909_196, 0.044_574_927_5];
/// The same in `f64`: below 2⁻⁵⁴.
const DOUBLE: [f64; 10] = [
    1.000_000_000_000_000_9,
    0.666_666_666_666_677,
    0.333_333_333_332_586_13,
    0.133_333_333_331_437_6,
    0.044_444_444_589_476_13,
    0.012_698_412_824_477_76,
    0.003_174_592_197_657_198,
    0.000_705_463_329_245_484_2,
    0.000_141_453_185_793_881_54,
    2.572_522_701_841_699e-5,
];

/// y = tanh x = (e²ˣ - 1) / (e²ˣ + 1)
///
/// # Numerics
/// Within 3 ULP for all values. The sign of zero is preserved, and NaN stays NaN.
///
/// With |x| = n ln 2 / 2 + r and h = (e²ʳ - 1) / 2, the quotient is (2ⁿ h + (2ⁿ - 1) / 2) / (2ⁿ h + (2ⁿ + 1) / 2). Near zero, n
/// is 0 and the numerator h, so nothing cancels. Far from zero, numerator and denominator are equal. A single-part ln 2 is
/// enough: if n is large, the quotient hardly depends on r.
#[inline(always)]
pub(in crate::kernel) fn tanh<V: Lanes>(x: V) -> V {
    // Beyond this magnitude the result is one.
    let magnitude = constant(x, if V::Element::SINGLE { 10.0 } else { 20.0 }).minimum(x.absolute());
    let (exponent, power) = magnitude.whole_and_power(constant(x, 2.0 * core::f64::consts::LOG2_E));
    let r = exponent.mul_add(constant(x, -0.5 * core::f64::consts::LN_2), magnitude);
    let q = if V::Element::SINGLE { polynomial(r, SINGLE) } else { polynomial(r, DOUBLE) };
    let h = r.mul(r).mul_add(q, r);
    let half = constant(x, 0.5);
    let numerator = h.mul_add(power, power.mul_add(half, constant(x, -0.5)));
    let denominator = h.mul_add(power, power.mul_add(half, half));
    numerator.div(denominator).with_sign_of(x)
}

/// The allowed error in ULP.
#[cfg(test)]
const BOUND: f64 = 3.0;

#[cfg(test)]
mod tests {
    use super::super::accuracy::{accuracy_tests, at, function};
    use super::{BOUND, tanh};

    function!(Tanh, tanh, libm::tanh, bound: BOUND,);

    /// (x, tanh x) from mpmath, rounded to the nearest value.
    const EXACT: [(u64, u64); 37] = [
        (0x0000_0000_0000_0001, 0x0000_0000_0000_0001),
        (0x8000_1268_8b70_e62b, 0x8000_1268_8b70_e62b),
        (0x01a5_6e1f_c2f8_f359, 0x01a5_6e1f_c2f8_f359),
        (0xbbc7_9ca1_0c92_4223, 0xbbc7_9ca1_0c92_4223),
        (0x3e45_798e_e230_8c3a, 0x3e45_798e_e230_8c3a),
        (0xbee4_f8b5_88e3_68f1, 0xbee4_f8b5_88e0_6854),
        (0x3f50_624d_d2f1_a9fc, 0x3f50_624d_7751_6ce2),
        (0xbf84_7ae1_47ae_147b, 0xbf84_7ab4_8ae4_595e),
        (0x3fb9_9999_9999_999a, 0x3fb9_83d7_795f_413a),
        (0x3fc6_2e42_fefa_39ef, 0x3fc5_f619_980c_4337),
        (0xbfc6_2e42_fefa_39f2, 0xbfc5_f619_980c_433a),
        (0x3fd0_0000_0000_0000, 0x3fcf_597e_a69a_1c86),
        (0xbfd5_c28f_5c28_f5c3, 0xbfd4_f563_bf38_7da9),
        (0x3fe0_0000_0000_0000, 0x3fdd_9353_d756_8af3),
        (0x3fe0_a2b2_3f3b_ab73, 0x3fde_90df_15b8_9be3),
        (0xbfe3_3333_3333_3333, 0xbfe1_2f82_92d2_ccfc),
        (0x3fe8_0000_0000_0000, 0x3fe4_5323_e552_f228),
        (0xbfeb_b98c_7e28_240b, 0xbfe6_62a2_a2b4_c908),
        (0x3ff0_0000_0000_0000, 0x3fe8_5efa_b514_f394),
        (0xbff4_0000_0000_0000, 0xbfeb_2523_bb6b_2dee),
        (0x3ff8_0000_0000_0000, 0x3fec_f6f9_786d_f577),
        (0xc000_0000_0000_0000, 0xbfee_d950_5e1b_c3d4),
        (0x4004_0000_0000_0000, 0x3fef_9258_260a_71c2),
        (0xc008_0000_0000_0000, 0xbfef_d77d_111a_0b00),
        (0x4010_0000_0000_0000, 0x3fef_fa81_708a_0b42),
        (0xc016_0000_0000_0000, 0xbfef_ffb9_f2fc_1e91),
        (0x401c_0000_0000_0000, 0x3fef_fffc_8327_50f2),
        (0xc022_0000_0000_0000, 0xbfef_ffff_efa5_9d78),
        (0x4028_0000_0000_0000, 0x3fef_ffff_fff5_9f7c),
        (0xc02e_0000_0000_0000, 0xbfef_ffff_ffff_f96a),
        (0x4032_0000_0000_0000, 0x3fef_ffff_ffff_fffc),
        (0xc032_b333_3333_3333, 0xbfef_ffff_ffff_ffff),
        (0x4033_0f5c_28f5_c28f, 0x3fef_ffff_ffff_ffff),
        (0xc033_1999_9999_999a, 0xbff0_0000_0000_0000),
        (0x4034_0000_0000_0000, 0x3ff0_0000_0000_0000),
        (0xc039_0000_0000_0000, 0xbff0_0000_0000_0000),
        (0x7e37_e43c_8800_759c, 0x3ff0_0000_0000_0000),
    ];

    accuracy_tests!(Tanh, doubles: -21.0..21.0);

    #[test]
    fn the_sign_of_zero_is_preserved_and_the_ends_are_one() {
        assert!(at::<Tanh, _>(-0.0_f32).into_iter().all(|y| y == 0.0 && y.is_sign_negative()));
        assert!(at::<Tanh, _>(0.0_f64).into_iter().all(|y| y == 0.0 && y.is_sign_positive()));
        assert!(at::<Tanh, _>(f32::INFINITY).into_iter().all(|y| y == 1.0));
        assert!(at::<Tanh, _>(f64::NEG_INFINITY).into_iter().all(|y| y == -1.0));
        assert!(at::<Tanh, _>(f64::NAN).into_iter().all(f64::is_nan));
    }

    #[test]
    fn no_result_exceeds_one() {
        let mut x = 0.0_f32;
        while x < 12.0 {
            assert!(at::<Tanh, _>(x).into_iter().all(|y| y <= 1.0), "{x}");
            x += 1.0 / 1024.0;
        }
    }
}
