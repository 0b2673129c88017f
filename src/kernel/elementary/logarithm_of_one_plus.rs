//! The logarithm of one plus a number.

use super::logarithm::logarithm;
use super::{Lanes, constant};

/// y = ln (1 + x), in nats
///
/// # Numerics
/// Within 2 ULP, including near zero. The sign of zero is preserved. The result is -∞ for -1, ∞ for infinity, and NaN below -1.
///
/// # Source
/// The logarithm of the rounded sum plus a first-order correction for the rounding error, as in the `log1p` of FDLIBM (Sun
/// Microsystems, 1993).
#[inline(always)]
pub(in crate::kernel) fn logarithm_of_one_plus<V: Lanes>(x: V) -> V {
    let (zero, one) = (constant(x, 0.0), constant(x, 1.0));
    let sum = one.add(x);
    // The smaller of the two summands is what loses digits.
    let lost = x.sub(sum.sub(one)).select(x.less(one), one.sub(sum.sub(x)));
    // At the ends the quotient is NaN.
    let correction = lost.div(sum).select(zero.less(sum), zero);
    let correction = correction.select(x.less(constant(x, f64::INFINITY)), zero);
    logarithm(sum).add(correction).with_sign_of(x)
}

/// The allowed error in ULP.
#[cfg(test)]
const BOUND: f64 = 2.0;

#[cfg(test)]
mod tests {
    use super::super::accuracy::{accuracy_tests, at, function};
    use super::{BOUND, logarithm_of_one_plus};

    function!(LogarithmOfOnePlus, logarithm_of_one_plus, libm::log1p, bound: BOUND,);

    /// (x, ln (1 + x)) from mpmath, rounded to the nearest value.
    const EXACT: [(u64, u64); 41] = [
        (0x0000_0000_0000_0001, 0x0000_0000_0000_0001),
        (0x8000_1268_8b70_e62b, 0x8000_1268_8b70_e62b),
        (0x01a5_6e1f_c2f8_f359, 0x01a5_6e1f_c2f8_f359),
        (0xbbc7_9ca1_0c92_4223, 0xbbc7_9ca1_0c92_4223),
        (0x3e45_798e_e230_8c3a, 0x3e45_798e_e063_6111),
        (0xbee4_f8b5_88e3_68f1, 0xbee4_f8bc_681e_6006),
        (0x3eb1_9999_9999_999a, 0x3eb1_9998_feb8_5905),
        (0xbf84_7ae1_47ae_147b, 0xbf84_9545_3e6f_d4b7),
        (0x3fb9_9999_9999_999a, 0x3fb8_663f_793c_46c7),
        (0x3fc9_9999_9999_999a, 0x3fc7_5650_11e4_9677),
        (0xbfd0_0000_0000_0000, 0xbfd2_6962_1134_db92),
        (0x3fd3_3333_3333_3333, 0x3fd0_ca93_7be1_b9dc),
        (0xbfd2_8f5c_28f5_c28f, 0xbfd5_eb5c_7907_e4c8),
        (0xbfd3_3333_3333_3333, 0xbfd6_d3c3_24e1_3f4e),
        (0x3fda_3d70_a3d7_0a3d, 0x3fd5_fd5f_abe6_4085),
        (0x3fda_e147_ae14_7ae1, 0x3fd6_7129_84ec_8f15),
        (0x3fe0_0000_0000_0000, 0x3fd9_f323_ecbf_984c),
        (0xbfe0_0000_0000_0000, 0xbfe6_2e42_fefa_39ef),
        (0x3fe6_6666_6666_6666, 0x3fe0_fae8_1914_a991),
        (0xbfe6_6666_6666_6666, 0xbff3_4378_fcbd_a720),
        (0xbfec_cccc_cccc_cccd, 0xc002_6bb1_bbb5_5516),
        (0xbfef_ae14_7ae1_47ae, 0xc012_6bb1_bbb5_5515),
        (0xbfef_ffff_ffff_ffff, 0xc042_5e4f_7b27_37fa),
        (0xbfef_ffff_ca50_1acb, 0xc030_1e3b_8440_ed2f),
        (0x3ff0_0000_0000_0000, 0x3fe6_2e42_fefa_39ef),
        (0x3ff4_0000_0000_0000, 0x3fe9_f323_ecbf_984c),
        (0x4000_0000_0000_0000, 0x3ff1_93ea_7aad_030b),
        (0x4008_0000_0000_0000, 0x3ff6_2e42_fefa_39ef),
        (0x401e_0000_0000_0000, 0x4001_1edb_023b_f0fe),
        (0x4024_0000_0000_0000, 0x4003_2ee3_b77f_374c),
        (0x4059_0000_0000_0000, 0x4012_75e2_271b_ba31),
        (0x408f_4000_0000_0000, 0x401b_a290_9ce4_f864),
        (0x40f8_6a00_0000_0000, 0x4027_069f_7a2d_94f6),
        (0x4170_0000_0000_0000, 0x4030_a2b2_403b_ab73),
        (0x41cd_cd65_0000_0000, 0x4034_b927_f330_4b3b),
        (0x4330_0000_0000_0000, 0x4042_0596_6f2b_4f12),
        (0x4340_0000_0000_0000, 0x4042_5e4f_7b27_37fa),
        (0x4376_3457_85d8_a000, 0x4043_926c_d770_aa67),
        (0x54b2_49ad_2594_c37d, 0x406c_c845_b54b_54f2),
        (0x7e37_e43c_8800_759c, 0x4085_9634_47f8_7fb5),
        (0x7fef_ffff_ffff_ffff, 0x4086_2e42_fefa_39ef),
    ];

    accuracy_tests!(LogarithmOfOnePlus, doubles: -1.0..3.0);

    #[test]
    fn the_sign_of_zero_is_preserved_and_the_ends_are_infinite() {
        assert!(at::<LogarithmOfOnePlus, _>(-0.0_f32).into_iter().all(|y| y == 0.0 && y.is_sign_negative()));
        assert!(at::<LogarithmOfOnePlus, _>(-1.0_f64).into_iter().all(|y| y == f64::NEG_INFINITY));
        assert!(at::<LogarithmOfOnePlus, _>(f32::INFINITY).into_iter().all(|y| y == f32::INFINITY));
        for x in [f64::NAN, -1.5, f64::NEG_INFINITY] {
            assert!(at::<LogarithmOfOnePlus, _>(x).into_iter().all(f64::is_nan));
        }
    }
}
