//! The exponential function.

use super::{DOUBLE_OCTAVE, Lanes, SINGLE_OCTAVE, Vectors, constant, polynomial};

/// 1 / ln 2.
const PER_OCTAVE: f64 = core::f64::consts::LOG2_E;

/// q with eʳ - 1 ≈ r + r² q(r) for |r| ≤ ln 2 / 2, in `f32`. The error is below 2⁻²⁸ of eʳ.
const SINGLE: [f64; 5] = [0.499_999_94, 0.166_665_152, 0.041_668_083_5, 0.008_369_351_74, 0.001_384_049_54];
/// The same in `f64`: below 2⁻⁵⁶.
const DOUBLE: [f64; 10] = [
    0.500_000_000_000_001_1,
    0.166_666_666_666_664_1,
    0.041_666_666_666_528_72,
    0.008_333_333_333_496_057,
    0.001_388_888_894_406_451_5,
    0.000_198_412_695_041_672_4,
    2.480_149_260_007_187_3e-5,
    2.755_758_756_295_717e-6,
    2.763_044_158_848_230_4e-7,
    2.499_999_596_197_967_3e-8,
];

/// A value as n ln 2 + r with integer n and |r| ≤ ln 2 / 2.
pub(super) struct Octaves<V> {
    /// n.
    pub(super) count: V,
    /// 2ⁿ. One beyond the exponents of normal values it is zero or infinity, and farther out it is meaningless.
    pub(super) power: V,
    /// r.
    pub(super) rest: V,
}

/// Splits x, which must be NaN or of a magnitude below 2¹⁰ (`f32`), 2¹³ (`f64`).
#[inline(always)]
pub(super) fn octaves<V: Lanes>(x: V) -> Octaves<V> {
    let [octave, rest] = if V::Element::SINGLE { SINGLE_OCTAVE } else { DOUBLE_OCTAVE };
    let (count, power) = x.whole_and_power(constant(x, PER_OCTAVE));
    let rest = count.mul_add(constant(x, -rest), count.mul_add(constant(x, -octave), x));
    Octaves { count, power, rest }
}

/// eʳ - 1 for |r| ≤ ln 2 / 2.
#[inline(always)]
pub(super) fn excess<V: Lanes>(r: V) -> V {
    let q = if V::Element::SINGLE { polynomial(r, SINGLE) } else { polynomial(r, DOUBLE) };
    r.mul(r).mul_add(q, r)
}

/// y = eˣ
///
/// # Numerics
/// Within 1.1 ULP for all values, subnormal results included. NaN stays NaN.
#[inline(always)]
pub(in crate::kernel) fn exponential<V: Lanes>(x: V) -> V {
    // The bounds include the first results that are infinity and zero.
    let (low, high) = if V::Element::SINGLE { (-104.0, 89.0) } else { (-746.0, 710.0) };
    let x = constant(x, high).minimum(constant(x, low).maximum(x));
    // Two halves of the exponent, since 2ⁿ may not be a normal value. Only the last product rounds.
    let Octaves { count, rest, .. } = octaves(x);
    let half = count.mul(constant(x, 0.5)).round();
    let power = half.power_of_two();
    excess(rest).mul_add(power, power).mul(count.sub(half).power_of_two())
}

/// y = eˣ for x ≤ 0
///
/// # Numerics
/// Within 1.1 ULP. Below e⁻⁸⁷·⁶ (`f32`), e⁻⁷⁰⁸·⁷ (`f64`), where results would be subnormal, the result is zero. NaN stays NaN.
#[inline(always)]
pub(in crate::kernel) fn exponential_of_non_positive<V: Lanes>(x: V) -> V {
    // The power is zero from here on.
    let low = if V::Element::SINGLE { -88.0 } else { -709.0 };
    let Octaves { power, rest, .. } = octaves(constant(x, low).maximum(x));
    excess(rest).mul_add(power, power)
}

/// The allowed error of both forms, in ULP.
#[cfg(test)]
const BOUND: f64 = 1.1;

#[cfg(test)]
mod tests {
    use super::super::accuracy::{accuracy_tests, at, function};
    use super::{BOUND, exponential};

    function!(Exponential, exponential, libm::exp, bound: BOUND,);

    /// (x, eˣ) from mpmath, rounded to the nearest value.
    const EXACT: [(u64, u64); 36] = [
        (0x0000_0000_0000_0000, 0x3ff0_0000_0000_0000),
        (0x0000_0000_0000_0001, 0x3ff0_0000_0000_0000),
        (0x81a5_6e1f_c2f8_f359, 0x3ff0_0000_0000_0000),
        (0x3c67_0ef5_4646_d497, 0x3ff0_0000_0000_0000),
        (0xbe11_2e0b_e826_d695, 0x3fef_ffff_ff76_8fa1),
        (0x3fd3_3333_3333_3333, 0x3ff5_9905_8c8c_1a96),
        (0x3fd6_2e42_fefa_39ef, 0x3ff6_a09e_667f_3bcc),
        (0xbfd6_2e42_fefa_39ef, 0x3fe6_a09e_667f_3bcd),
        (0x3fe0_0000_0000_0000, 0x3ffa_6129_8e1e_069c),
        (0x3ff0_0000_0000_0000, 0x4005_bf0a_8b14_5769),
        (0xbff0_0000_0000_0000, 0x3fd7_8b56_362c_ef38),
        (0x4000_0000_0000_0000, 0x401d_8e64_b8d4_ddae),
        (0xc00e_0000_0000_0000, 0x3f98_1509_354f_0d29),
        (0x4024_0000_0000_0000, 0x40d5_829d_cf95_0560),
        (0xc034_8000_0000_0000, 0x3e15_7a3a_feed_00ab),
        (0x4049_0000_0000_0000, 0x4471_9103_e408_0b45),
        (0xc055_e000_0000_0000, 0x380b_2cae_eaab_824a),
        (0x4059_0666_6666_6666, 0x48f5_508d_07df_81bb),
        (0xc069_0999_9999_999a, 0x2de0_50cd_833a_270a),
        (0x4075_9999_9999_999a, 0x5f18_2ca3_3b1c_0ee6),
        (0xc07f_4c00_0000_0000, 0x12c7_c28a_55a0_f633),
        (0x4085_e000_0000_0000, 0x7f0d_945d_f4f8_ec8e),
        (0xc086_2000_0000_0000, 0x0017_c8ab_2288_c9ab),
        (0xc086_232b_020c_49ba, 0x0010_01b6_f469_cc89),
        (0x4086_2800_0000_0000, 0x7fdd_422d_2be5_dc9b),
        (0x4086_2e42_fefa_39ef, 0x7fef_ffff_ffff_ff2a),
        (0x4086_2e42_fefa_39f0, 0x7ff0_0000_0000_0000),
        (0xc086_2c00_0000_0000, 0x0005_4e90_c99f_b878),
        (0xc086_8200_0000_0000, 0x0000_0007_7564_144f),
        (0xc087_4000_0000_0000, 0x0000_0000_0000_0002),
        (0xc087_4910_d52d_3051, 0x0000_0000_0000_0001),
        (0xc087_4910_d52d_3052, 0x0000_0000_0000_0000),
        (0xc087_5000_0000_0000, 0x0000_0000_0000_0000),
        (0x408f_4000_0000_0000, 0x7ff0_0000_0000_0000),
        (0x7e37_e43c_8800_759c, 0x7ff0_0000_0000_0000),
        (0xfe37_e43c_8800_759c, 0x0000_0000_0000_0000),
    ];

    accuracy_tests!(Exponential, doubles: -750.0..715.0);

    #[test]
    fn the_ends_are_zero_and_infinity() {
        assert!(at::<Exponential, _>(f32::NEG_INFINITY).into_iter().all(|y| y.to_bits() == 0));
        assert!(at::<Exponential, _>(f64::NEG_INFINITY).into_iter().all(|y| y.to_bits() == 0));
        assert!(at::<Exponential, _>(f64::INFINITY).into_iter().all(|y| y == f64::INFINITY));
        assert!(at::<Exponential, _>(f64::NAN).into_iter().all(f64::is_nan));
    }

    mod of_non_positive {
        use super::super::{BOUND, exponential_of_non_positive};
        use crate::kernel::elementary::accuracy::{accuracy_tests, at, function};
        use crate::kernel::lanes::Lanes;

        #[inline(always)]
        fn of_minus_magnitude<V: Lanes>(x: V) -> V {
            exponential_of_non_positive(V::splat(x.isa(), V::Element::default()).sub(x.absolute()))
        }

        function!(
            OfMinusMagnitude, of_minus_magnitude, |x: f64| libm::exp(-x.abs()), bound: BOUND,
            const FLUSHED: f64 = 1.0;
        );

        /// (x, e⁻ˣ) from mpmath, rounded to the nearest value.
        const EXACT: [(u64, u64); 32] = [
            (0x0000_0000_0000_0000, 0x3ff0_0000_0000_0000),
            (0x8000_0000_0000_0001, 0x3ff0_0000_0000_0000),
            (0x81a5_6e1f_c2f8_f359, 0x3ff0_0000_0000_0000),
            (0xbc67_0ef5_4646_d497, 0x3ff0_0000_0000_0000),
            (0xbe11_2e0b_e826_d695, 0x3fef_ffff_ff76_8fa1),
            (0xbfb9_9999_9999_999a, 0x3fec_f46d_99d5_2b3a),
            (0xbfd6_2e42_fefa_39ef, 0x3fe6_a09e_667f_3bcd),
            (0xbfd6_6666_6666_6666, 0x3fe6_8cce_0967_1f71),
            (0xbfe0_0000_0000_0000, 0x3fe3_68b2_fc6f_960a),
            (0xbfe6_2e42_fefa_39ef, 0x3fe0_0000_0000_0000),
            (0xbff0_0000_0000_0000, 0x3fd7_8b56_362c_ef38),
            (0xbff0_a29c_779a_6b51, 0x3fd6_a0bd_33b5_d62a),
            (0xc004_0000_0000_0000, 0x3fb5_0385_c094_f425),
            (0xc00e_0000_0000_0000, 0x3f98_1509_354f_0d29),
            (0xc01c_0000_0000_0000, 0x3f4d_e16b_9c24_a98f),
            (0xc028_9999_9999_999a, 0x3ed3_1765_fdaf_4f37),
            (0xc034_8000_0000_0000, 0x3e15_7a3a_feed_00ab),
            (0xc040_8ccc_cccc_cccd, 0x3cf2_fc2e_2e12_b941),
            (0xc049_0000_0000_0000, 0x3b6d_257d_547e_083f),
            (0xc055_e000_0000_0000, 0x380b_2cae_eaab_824a),
            (0xc05e_2666_6666_6666, 0x3510_1f49_7cd4_1348),
            (0xc069_0999_9999_999a, 0x2de0_50cd_833a_270a),
            (0xc075_9999_9999_999a, 0x20c5_2df1_0f35_391f),
            (0xc07f_4c00_0000_0000, 0x12c7_c28a_55a0_f633),
            (0xc084_5000_0000_0000, 0x0553_00ff_6c7c_2e28),
            (0xc085_e000_0000_0000, 0x00d1_4f2b_0fb9_307f),
            (0xc086_2000_0000_0000, 0x0017_c8ab_2288_c9ab),
            (0xc086_232b_020c_49ba, 0x0010_01b6_f469_cc89),
            (0xc086_2800_0000_0000, 0x0008_bfe5_5de0_2338),
            (0xc086_8000_0000_0000, 0x0000_0009_93b4_dc95),
            (0xc087_5000_0000_0000, 0x0000_0000_0000_0000),
            (0xfe37_e43c_8800_759c, 0x0000_0000_0000_0000),
        ];

        accuracy_tests!(OfMinusMagnitude, doubles: -750.0..750.0);

        #[test]
        fn infinity_gives_zero_and_nan_stays() {
            assert!(at::<OfMinusMagnitude, _>(f32::INFINITY).into_iter().all(|y| y.to_bits() == 0));
            assert!(at::<OfMinusMagnitude, _>(f64::INFINITY).into_iter().all(|y| y.to_bits() == 0));
            assert!(at::<OfMinusMagnitude, _>(f64::NAN).into_iter().all(f64::is_nan));
        }
    }
}
