//! Softplus, the smooth maximum of zero and x.

use super::exponential::exponential_of_non_positive;
use super::logarithm::logarithm;
use super::{Lanes, constant};

/// y = ln (1 + e^(β x)) / β
///
/// # Numerics
/// Within 2 ULP for β = 1. In this case, below x = -87.6 (`f32`), -708.7 (`f64`), where results would be subnormal, the result
/// is zero. NaN stays NaN.
///
/// # Source
/// ln (1 + u) is the logarithm of the rounded sum plus a first-order correction for the rounding error, as in the `log1p` of
/// FDLIBM (Sun Microsystems, 1993).
#[inline(always)]
pub(in crate::kernel) fn softplus<V: Lanes>(x: V, beta: V) -> V {
    let (zero, one) = (constant(x, 0.0), constant(x, 1.0));
    // y = max(0, x) + ln (1 + e^-|β x|) / β. β x may overflow, and the second term is then zero.
    let u = exponential_of_non_positive(zero.sub(x.mul(beta).absolute()));
    let sum = one.add(u);
    let lost = u.sub(sum.sub(one));
    zero.maximum(x).add(logarithm(sum).add(lost.div(sum)).div(beta))
}

/// The allowed error in ULP.
#[cfg(test)]
const BOUND: f64 = 2.0;

#[cfg(test)]
mod tests {
    use super::super::accuracy::{accuracy_tests, at, function};
    use super::{BOUND, Lanes, constant, softplus};

    #[inline(always)]
    fn softplus_of_beta_1<V: Lanes>(x: V) -> V {
        softplus(x, constant(x, 1.0))
    }

    function!(
        Softplus, softplus_of_beta_1, |x: f64| x.max(0.0) + libm::log1p(libm::exp(-x.abs())), bound: BOUND,
        const FLUSHED: f64 = 1.0;
    );

    /// (x, ln (1 + eˣ)) from mpmath, rounded to the nearest value.
    const EXACT: [(u64, u64); 37] = [
        (0x0000_0000_0000_0000, 0x3fe6_2e42_fefa_39ef),
        (0x01a5_6e1f_c2f8_f359, 0x3fe6_2e42_fefa_39ef),
        (0xbbc7_9ca1_0c92_4223, 0x3fe6_2e42_fefa_39ef),
        (0x3e11_2e0b_e826_d695, 0x3fe6_2e42_ff3e_f21f),
        (0xbf84_7ae1_47ae_147b, 0x3fe6_0567_7346_a061),
        (0x3fb9_9999_9999_999a, 0x3fe7_d218_f1c8_904f),
        (0xbfd0_0000_0000_0000, 0x3fe2_6e18_819b_6b47),
        (0x3fd6_2d0e_5604_1893, 0x3fec_33db_fa4b_e3fe),
        (0xbfd6_2eb1_c432_ca58, 0x3fe1_1cfd_f10f_51ec),
        (0x3fe0_0000_0000_0000, 0x3fef_2ba3_7eda_e032),
        (0xbfe8_0000_0000_0000, 0x3fd8_c27e_9bc2_2ee1),
        (0x3ff0_0000_0000_0000, 0x3ff5_031e_afef_b049),
        (0xbff0_0000_0000_0000, 0x3fd4_0c7a_bfbe_c124),
        (0x4000_0000_0000_0000, 0x4001_03f2_d543_01d5),
        (0xc004_0000_0000_0000, 0x3fb4_321e_1cc6_d13f),
        (0x400e_0000_0000_0000, 0x400e_2f9b_516a_1446),
        (0xc014_0000_0000_0000, 0x3f7b_818d_a245_a728),
        (0x401e_0000_0000_0000, 0x401e_0090_f29a_6a17),
        (0xc024_0000_0000_0000, 0x3f07_cd56_4c9e_0d19),
        (0x402e_0000_0000_0000, 0x402e_0000_0a43_ae37),
        (0xc034_0000_0000_0000, 0x3e21_b486_55a5_141e),
        (0x403e_0000_0000_0000, 0x403e_0000_0000_001a),
        (0xc03e_0000_0000_0000, 0x3d3a_56e0_c2ac_7e1a),
        (0xc042_5999_9999_999a, 0x3ca0_998b_04bd_d18f),
        (0x4042_6666_6666_6666, 0x4042_6666_6666_6666),
        (0x4044_0000_0000_0000, 0x4044_0000_0000_0000),
        (0xc049_0000_0000_0000, 0x3b6d_257d_547e_083f),
        (0xc055_e000_0000_0000, 0x380b_2cae_eaab_824a),
        (0xc059_0000_0000_0000, 0x36ea_8c1f_14e2_af5d),
        (0xc06f_4800_0000_0000, 0x295f_3eca_2dd1_27b7),
        (0xc079_0000_0000_0000, 0x1bde_50c4_83c0_4dcd),
        (0xc082_c4cc_cccc_cccd, 0x09c6_e6bc_7b8c_9c6a),
        (0xc085_e000_0000_0000, 0x00d1_4f2b_0fb9_307f),
        (0xc086_2000_0000_0000, 0x0017_c8ab_2288_c9ab),
        (0x4087_7000_0000_0000, 0x4087_7000_0000_0000),
        (0x7e37_e43c_8800_759c, 0x7e37_e43c_8800_759c),
        (0xfe37_e43c_8800_759c, 0x0000_0000_0000_0000),
    ];

    accuracy_tests!(Softplus, doubles: -720.0..40.0);

    #[test]
    fn large_values_are_unchanged_and_small_ones_become_zero() {
        assert!(at::<Softplus, _>(f32::INFINITY).into_iter().all(|y| y == f32::INFINITY));
        assert!(at::<Softplus, _>(1e30_f64).into_iter().all(|y| y == 1e30));
        assert!(at::<Softplus, _>(f64::NEG_INFINITY).into_iter().all(|y| y == 0.0));
        assert!(at::<Softplus, _>(f64::NAN).into_iter().all(f64::is_nan));
    }
}
