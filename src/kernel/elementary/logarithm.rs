//! The natural logarithm.

use super::{DOUBLE_OCTAVE, Lanes, SINGLE_OCTAVE, Vectors, constant, polynomial};

/// p with 2 artanh s ≈ 2 s + s³ p(s²) for |s| ≤ (√2 - 1) / (√2 + 1), in `f32`. The error is below 2⁻³⁰ of the value.
const SINGLE: [f64; 3] = [0.666_667_759, 0.399_775_594, 0.298_718_989];
/// The same in `f64`: below 2⁻⁵⁹.
const DOUBLE: [f64; 7] = [
    0.666_666_666_666_673_5,
    0.399_999_999_994_091_14,
    0.285_714_287_437_889_96,
    0.222_221_984_136_648_98,
    0.181_835_733_873_356_22,
    0.153_137_999_868_269_76,
    0.147_986_358_318_422_05,
];

/// y = ln x, in nats
///
/// # Numerics
/// Within 1 ULP for all positive values, subnormal ones included. The result is -∞ for zero, ∞ for infinity, and NaN for
/// negative values.
///
/// # Source
/// x = 2ⁿ (1 + f) with 1 + f between √½ and √2, and ln (1 + f) = 2 artanh s for s = f / (2 + f): the reduction of the logarithm
/// in FDLIBM (Sun Microsystems, 1993), whose order of additions is kept since it loses the least precision.
#[inline(always)]
pub(in crate::kernel) fn logarithm<V: Lanes>(x: V) -> V {
    // Subnormal values are made normal first.
    let (smallest, shift, factor) = if V::Element::SINGLE {
        (f64::from(f32::MIN_POSITIVE), 24.0, 16_777_216.0)
    } else {
        (f64::MIN_POSITIVE, 54.0, 18_014_398_509_481_984.0)
    };
    let subnormal = x.less(constant(x, smallest));
    let shifted = x.mul(constant(x, factor));
    let (mantissa, exponent) = shifted.select(subnormal, x).mantissa_and_exponent();
    let upper = constant(x, core::f64::consts::SQRT_2).less(mantissa);
    let mantissa = mantissa.mul(constant(x, 0.5)).select(upper, mantissa);
    let zero = constant(x, 0.0);
    let exponent = exponent.add(constant(x, 1.0).select(upper, zero)).sub(constant(x, shift).select(subnormal, zero));

    let f = mantissa.sub(constant(x, 1.0));
    let s = f.div(constant(x, 2.0).add(f));
    let z = s.mul(s);
    let p = z.mul(if V::Element::SINGLE { polynomial(z, SINGLE) } else { polynomial(z, DOUBLE) });
    let half = f.mul(f).mul(constant(x, 0.5));
    let [octave, rest] = if V::Element::SINGLE { SINGLE_OCTAVE } else { DOUBLE_OCTAVE };
    let small = half.sub(s.mul_add(half.add(p), exponent.mul(constant(x, rest)))).sub(f);
    let y = exponent.mul_add(constant(x, octave), small.mul(constant(x, -1.0)));

    let infinity = constant(x, f64::INFINITY);
    // Infinity and NaN are not less than infinity. Zero, negative values and NaN are not positive.
    let y = y.select(x.less(infinity), x);
    let outside = constant(x, f64::NAN).select(x.less(zero), x.sub(infinity));
    y.select(zero.less(x), outside)
}

/// The allowed error in ULP.
#[cfg(test)]
const BOUND: f64 = 1.0;

#[cfg(test)]
mod tests {
    use super::super::accuracy::{accuracy_tests, at, function};
    use super::{BOUND, logarithm};

    function!(Logarithm, logarithm, libm::log, bound: BOUND,);

    /// (x, ln x) from mpmath, rounded to the nearest value.
    const EXACT: [(u64, u64); 38] = [
        (0x0000_0000_0000_0001, 0xc087_4385_446d_71c3),
        (0x0000_0000_0000_07e8, 0xc087_069e_3078_e52d),
        (0x0010_0000_0000_0000, 0xc086_232b_dd7a_bcd2),
        (0x000f_ffff_ffff_ffff, 0xc086_232b_dd7a_bcd2),
        (0x01a5_6e1f_c2f8_f359, 0xc085_9634_47f8_7fb5),
        (0x2b2b_ff2e_e48e_0530, 0xc06c_c845_b54b_54f2),
        (0x3ddb_7cdf_d9d7_bdbb, 0xc037_069e_2aa2_aa5b),
        (0x3f50_624d_d2f1_a9fc, 0xc01b_a18a_998f_ffa0),
        (0x3fb9_9999_9999_999a, 0xc002_6bb1_bbb5_5515),
        (0x3fe0_0000_0000_0000, 0xbfe6_2e42_fefa_39ef),
        (0x3fe6_a09e_667f_3bcc, 0xbfd6_2e42_fefa_39f1),
        (0x3fe6_a09e_667f_3bcd, 0xbfd6_2e42_fefa_39ee),
        (0x3fe8_0000_0000_0000, 0xbfd2_6962_1134_db92),
        (0x3fec_cccc_cccc_cccd, 0xbfba_f8e8_210a_415c),
        (0x3fef_ae14_7ae1_47ae, 0xbf84_9545_3e6f_d4bc),
        (0x3fef_ffff_ffff_ffff, 0xbca0_0000_0000_0000),
        (0x3fef_fffd_e721_0be9, 0xbeb0_c6f8_2d74_d230),
        (0x3ff0_0000_0000_0000, 0x0000_0000_0000_0000),
        (0x3ff0_0000_0000_0001, 0x3caf_ffff_ffff_ffff),
        (0x3ff0_0001_0c6f_7a0b, 0x3eb0_c6f7_13f3_3a1d),
        (0x3ff0_28f5_c28f_5c29, 0x3f84_60d6_ccca_367c),
        (0x3ff1_9999_9999_999a, 0x3fb8_663f_793c_46cc),
        (0x3ff4_0000_0000_0000, 0x3fcc_8ff7_c79a_9a22),
        (0x3ff6_a09e_667f_3bcd, 0x3fd6_2e42_fefa_39f0),
        (0x3ff6_a09e_667f_3bce, 0x3fd6_2e42_fefa_39f3),
        (0x3ff8_0000_0000_0000, 0x3fd9_f323_ecbf_984c),
        (0x4000_0000_0000_0000, 0x3fe6_2e42_fefa_39ef),
        (0x4005_bf0a_8b14_5769, 0x3ff0_0000_0000_0000),
        (0x4008_0000_0000_0000, 0x3ff1_93ea_7aad_030b),
        (0x401e_0000_0000_0000, 0x4000_1e85_798e_b9a3),
        (0x4024_0000_0000_0000, 0x4002_6bb1_bbb5_5516),
        (0x4059_0000_0000_0000, 0x4012_6bb1_bbb5_5516),
        (0x408f_4000_0000_0000, 0x401b_a18a_998f_ffa0),
        (0x40c8_1cd6_c8b4_3958, 0x4022_d795_5979_1e31),
        (0x4202_a05f_2000_0000, 0x4037_069e_2aa2_aa5b),
        (0x54b2_49ad_2594_c37d, 0x406c_c845_b54b_54f2),
        (0x7e37_e43c_8800_759c, 0x4085_9634_47f8_7fb5),
        (0x7fef_ffff_ffff_ffff, 0x4086_2e42_fefa_39ef),
    ];

    accuracy_tests!(Logarithm, doubles: 0.0..4.0);

    #[test]
    fn zero_gives_minus_infinity_and_negative_values_nan() {
        for zero in [0.0, -0.0] {
            assert!(at::<Logarithm, f64>(zero).into_iter().all(|y| y == f64::NEG_INFINITY));
        }
        assert!(at::<Logarithm, _>(f64::INFINITY).into_iter().all(|y| y == f64::INFINITY));
        for x in [f64::NAN, -1.0, f64::NEG_INFINITY] {
            assert!(at::<Logarithm, _>(x).into_iter().all(f64::is_nan));
        }
    }
}
