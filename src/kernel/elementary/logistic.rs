//! The logistic function.

use super::exponential::{Octaves, excess, octaves};
use super::{Lanes, Vectors, constant};

/// y = 1 / (1 + e⁻ˣ)
///
/// # Numerics
/// Within 3 ULP. Below x = -88.4 (`f32`), -709.4 (`f64`), where results would be subnormal, the result is zero. NaN stays NaN.
#[inline(always)]
pub(in crate::kernel) fn logistic<V: Lanes>(x: V) -> V {
    let one = constant(x, 1.0);
    // At the bounds the power is zero or infinity, and the result one or zero.
    let (low, high) = if V::Element::SINGLE { (-88.0, 88.7) } else { (-709.0, 709.7) };
    let minus = constant(x, high).minimum(constant(x, low).maximum(constant(x, 0.0).sub(x)));
    let Octaves { power, rest, .. } = octaves(minus);
    one.div(one.add(excess(rest)).mul_add(power, one))
}

/// The allowed error in ULP.
#[cfg(test)]
const BOUND: f64 = 3.0;

#[cfg(test)]
mod tests {
    use super::super::accuracy::{accuracy_tests, at, function};
    use super::{BOUND, logistic};

    function!(
        Logistic, logistic, |x: f64| 1.0 / (1.0 + libm::exp(-x)), bound: BOUND,
        const FLUSHED: f64 = 1.0;
    );

    /// (x, 1 / (1 + e⁻ˣ)) from mpmath, rounded to the nearest value.
    const EXACT: [(u64, u64); 40] = [
        (0x0000_0000_0000_0000, 0x3fe0_0000_0000_0000),
        (0x01a5_6e1f_c2f8_f359, 0x3fe0_0000_0000_0000),
        (0xbc67_0ef5_4646_d497, 0x3fe0_0000_0000_0000),
        (0x3e45_798e_e230_8c3a, 0x3fe0_0000_0157_98ee),
        (0xbf84_7ae1_47ae_147b, 0x3fdf_d70a_53cf_34af),
        (0x3fb9_9999_9999_999a, 0x3fe0_cca1_2729_afb8),
        (0xbfd0_0000_0000_0000, 0x3fdc_054c_da87_68f9),
        (0x3fd6_2d0e_5604_1893, 0x3fe2_be9d_c094_9fc0),
        (0xbfd6_2eb1_c432_ca58, 0x3fda_825e_b963_5664),
        (0x3fe0_0000_0000_0000, 0x3fe3_eb2f_d4d3_4391),
        (0xbfe8_0000_0000_0000, 0x3fd4_8856_10b9_b828),
        (0x3ff0_0000_0000_0000, 0x3fe7_64d4_f5d5_a2bd),
        (0xbff0_0000_0000_0000, 0x3fd1_3656_1454_ba86),
        (0x4000_0000_0000_0000, 0x3fec_2f7d_5a8a_79ca),
        (0xc004_0000_0000_0000, 0x3fb3_6b71_1253_4847),
        (0x400e_0000_0000_0000, 0x3fef_43c4_f676_06ed),
        (0xc014_0000_0000_0000, 0x3f7b_69f6_7d63_8f8e),
        (0x401e_0000_0000_0000, 0x3fef_fb78_bd3a_a3b9),
        (0xc024_0000_0000_0000, 0x3f07_cd32_e41d_d960),
        (0x402e_0000_0000_0000, 0x3fef_ffff_5bc5_1e3a),
        (0xc034_0000_0000_0000, 0x3e21_b486_5556_b5d5),
        (0x403e_0000_0000_0000, 0x3fef_ffff_ffff_fcb5),
        (0xc03e_0000_0000_0000, 0x3d3a_56e0_c2ac_7cbf),
        (0x4042_5999_9999_999a, 0x3fef_ffff_ffff_ffff),
        (0xc042_6666_6666_6666, 0x3c9e_0a4a_85f0_f835),
        (0x4044_0000_0000_0000, 0x3ff0_0000_0000_0000),
        (0xc049_0000_0000_0000, 0x3b6d_257d_547e_083f),
        (0xc055_e000_0000_0000, 0x380b_2cae_eaab_824a),
        (0xc059_0000_0000_0000, 0x36ea_8c1f_14e2_af5d),
        (0xc06f_4800_0000_0000, 0x295f_3eca_2dd1_27b7),
        (0xc079_0000_0000_0000, 0x1bde_50c4_83c0_4dcd),
        (0xc082_c4cc_cccc_cccd, 0x09c6_e6bc_7b8c_9c6a),
        (0xc085_e000_0000_0000, 0x00d1_4f2b_0fb9_307f),
        (0xc086_2000_0000_0000, 0x0017_c8ab_2288_c9ab),
        (0xc086_231e_b851_eb85, 0x0010_1a5f_f6ed_496b),
        (0xc086_2c00_0000_0000, 0x0005_4e90_c99f_b878),
        (0xc087_7000_0000_0000, 0x0000_0000_0000_0000),
        (0x4087_7000_0000_0000, 0x3ff0_0000_0000_0000),
        (0x7e37_e43c_8800_759c, 0x3ff0_0000_0000_0000),
        (0xfe37_e43c_8800_759c, 0x0000_0000_0000_0000),
    ];

    accuracy_tests!(Logistic, doubles: -720.0..40.0);

    #[test]
    fn the_ends_are_zero_and_one() {
        assert!(at::<Logistic, _>(f32::NEG_INFINITY).into_iter().all(|y| y == 0.0));
        assert!(at::<Logistic, _>(f64::INFINITY).into_iter().all(|y| y == 1.0));
        assert!(at::<Logistic, _>(f64::NAN).into_iter().all(f64::is_nan));
    }
}
