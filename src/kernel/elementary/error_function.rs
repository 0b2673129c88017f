//! The error function.

use super::exponential::exponential_of_non_positive;
use super::{Lanes, Vectors, constant, polynomial};

/// p with erf x ≈ x + x p(x²) for |x| ≤ 0.9, in `f32`. The error is below 2⁻³⁰ of erf x.
const NEAR_SINGLE: [f64; 7] =
    [0.128_379_17, -0.376_126_3, 0.112_836_24, -0.026_855_56, 0.005_191_753, -0.000_803_975_3, 7.943_1e-5];
/// The same in `f64`: below 2⁻⁵⁶.
const NEAR_DOUBLE: [f64; 12] = [
    0.128_379_167_095_512_6,
    -0.376_126_389_031_841_1,
    0.112_837_916_709_720_39,
    -0.026_866_170_648_260_516,
    0.005_223_977_655_076_685,
    -0.000_854_832_865_223_424_1,
    0.000_120_553_882_226_535,
    -1.492_682_993_116_780_5e-5,
    1.647_763_431_221_087_6e-6,
    -1.647_969_314_614_325e-7,
    1.509_825_960_164_579_2e-8,
    -1.082_494_906_454_777e-9,
];

/// p and q with 1 - erf a ≈ e^(-a²) p(a) / q(a) for 0.875 ≤ a ≤ 3.95, in `f32`. All coefficients are positive, so nothing cancels.
/// The error is below 2⁻²⁹ of erf a. The fit is that of `gelu`, with weights for this error.
const FAR_SINGLE: ([f64; 3], [f64; 4]) =
    ([1.000_664_1, 0.744_449_8, 0.234_244_47], [1.0, 1.877_406_4, 1.338_086_4, 0.413_680_32]);
/// The same in `f64`, for a ≤ 5.95: below 2⁻⁵⁶.
const FAR_DOUBLE: ([f64; 6], [f64; 7]) = (
    [
        0.999_999_949_281_157_1,
        1.372_840_474_793_293_4,
        0.927_600_858_969_167_3,
        0.360_573_923_117_234_74,
        0.080_223_551_593_724_59,
        0.008_316_365_586_515_545,
    ],
    [
        1.0,
        2.501_219_068_375_552_6,
        2.749_927_425_578_805,
        1.714_557_981_871_631,
        0.646_542_094_438_281_6,
        0.142_187_703_762_708_7,
        0.014_740_531_636_730_078,
    ],
);

/// y = erf x = 2/√π ∫ e^(-t²) dt from 0 to x
///
/// # Numerics
/// Within 2 ULP for all values. The sign of zero is preserved, and NaN stays NaN.
#[inline(always)]
pub(in crate::kernel) fn error_function<V: Lanes>(x: V) -> V {
    // Beyond this magnitude the result is one.
    let a = constant(x, if V::Element::SINGLE { 3.95 } else { 5.95 }).minimum(x.absolute());
    let z = a.mul(a);
    let (near, quotient) = if V::Element::SINGLE {
        (polynomial(z, NEAR_SINGLE), polynomial(a, FAR_SINGLE.0).div(polynomial(a, FAR_SINGLE.1)))
    } else {
        (polynomial(z, NEAR_DOUBLE), polynomial(a, FAR_DOUBLE.0).div(polynomial(a, FAR_DOUBLE.1)))
    };
    let exponential = exponential_of_non_positive(z.mul(constant(x, -1.0)));
    let far = quotient.mul(constant(x, -1.0)).mul_add(exponential, constant(x, 1.0));
    near.mul_add(x, x).select(a.less(constant(x, 0.9)), far.with_sign_of(x))
}

/// The allowed error in ULP.
#[cfg(test)]
const BOUND: f64 = 2.0;

#[cfg(test)]
mod tests {
    use super::super::accuracy::{accuracy_tests, at, function};
    use super::{BOUND, error_function};

    function!(ErrorFunction, error_function, libm::erf, bound: BOUND,);

    /// (x, erf x) from mpmath, rounded to the nearest value.
    const EXACT: [(u64, u64); 45] = [
        (0x0000_0000_0000_0001, 0x0000_0000_0000_0001),
        (0x8000_1268_8b70_e62b, 0x8000_14c5_8989_77c4),
        (0x01a5_6e1f_c2f8_f359, 0x01a8_2e6d_9871_1d3a),
        (0xbbc7_9ca1_0c92_4223, 0xbbca_a4a2_3024_4ae0),
        (0x3e45_798e_e230_8c3a, 0x3e48_3b54_7fb7_9514),
        (0xbee4_f8b5_88e3_68f1, 0xbee7_a9f0_84b5_e44c),
        (0x3eb1_9999_9999_999a, 0x3eb3_dc06_71e2_d629),
        (0xbf84_7ae1_47ae_147b, 0xbf87_1bc2_6665_7b66),
        (0x3fb9_9999_9999_999a, 0x3fbc_ca5e_a24f_b334),
        (0x3fc9_9999_9999_999a, 0x3fcc_8184_b8b2_5f1c),
        (0xbfd3_3333_3333_3333, 0xbfd5_0838_881d_ea0f),
        (0x3fd9_9999_9999_999a, 0x3fdb_6ac7_c4b2_0a05),
        (0x3fe0_0000_0000_0000, 0x3fe0_a7ef_5c18_edd2),
        (0xbfe3_3333_3333_3333, 0xbfe3_52ca_0235_d4f7),
        (0x3fe6_6666_6666_6666, 0x3fe5_b08c_2117_1646),
        (0x3fe9_9999_9999_999a, 0x3fe7_bf4a_85b7_fb83),
        (0x3fec_cccc_cccc_cccc, 0x3fe9_8045_a6c8_a2e5),
        (0x3fec_cccc_cccc_cccd, 0x3fe9_8045_a6c8_a2e6),
        (0xbfec_cccc_cccc_ccce, 0xbfe9_8045_a6c8_a2e6),
        (0x3fee_6666_6666_6666, 0x3fea_44bc_cc5a_6cb0),
        (0x3ff0_0000_0000_0000, 0x3fea_f767_a741_088b),
        (0xbff1_9999_9999_999a, 0xbfec_2aa3_d273_02c0),
        (0x3ff3_3333_3333_3333, 0x3fed_214a_c7b2_d067),
        (0x3ff5_9999_9999_999a, 0x3fee_334c_c6f1_8b2a),
        (0x3ff8_0000_0000_0000, 0x3fee_ea55_5713_7ae0),
        (0xbffb_3333_3333_3333, 0xbfef_7b36_20b8_747b),
        (0x4000_0000_0000_0000, 0x3fef_d9ae_1427_95e3),
        (0x4002_6666_6666_6666, 0x3fef_f6a2_95bc_d35c),
        (0x4004_0000_0000_0000, 0x3fef_fcaa_8f4c_9bea),
        (0xc006_6666_6666_6666, 0xbfef_ff62_af99_0752),
        (0x4008_0000_0000_0000, 0x3fef_ffd1_ac41_35f9),
        (0x400a_6666_6666_6666, 0x3fef_fff9_9667_90c8),
        (0x400c_cccc_cccc_cccd, 0x3fef_ffff_40f2_900b),
        (0xc010_0000_0000_0000, 0xbfef_ffff_f7b9_1176),
        (0x4011_9999_9999_999a, 0x3fef_ffff_ffbc_c4d3),
        (0x4013_3333_3333_3333, 0x3fef_ffff_fffe_7095),
        (0x4014_cccc_cccc_cccd, 0x3fef_ffff_ffff_f93a),
        (0xc016_0000_0000_0000, 0xbfef_ffff_ffff_ffbe),
        (0x4017_3333_3333_3333, 0x3fef_ffff_ffff_fffe),
        (0x4017_70a3_d70a_3d71, 0x3fef_ffff_ffff_ffff),
        (0x4017_9999_9999_999a, 0x3fef_ffff_ffff_ffff),
        (0x4017_cccc_cccc_cccd, 0x3ff0_0000_0000_0000),
        (0xc018_0000_0000_0000, 0xbff0_0000_0000_0000),
        (0x401c_0000_0000_0000, 0x3ff0_0000_0000_0000),
        (0x4202_a05f_2000_0000, 0x3ff0_0000_0000_0000),
    ];

    accuracy_tests!(ErrorFunction, doubles: -6.5..6.5);

    #[test]
    fn the_sign_of_zero_is_preserved_and_the_ends_are_one() {
        assert!(at::<ErrorFunction, _>(-0.0_f32).into_iter().all(|y| y == 0.0 && y.is_sign_negative()));
        assert!(at::<ErrorFunction, _>(0.0_f64).into_iter().all(|y| y == 0.0 && y.is_sign_positive()));
        assert!(at::<ErrorFunction, _>(f32::INFINITY).into_iter().all(|y| y == 1.0));
        assert!(at::<ErrorFunction, _>(f64::NEG_INFINITY).into_iter().all(|y| y == -1.0));
        assert!(at::<ErrorFunction, _>(f64::NAN).into_iter().all(f64::is_nan));
    }
}
