//! Sine and cosine.

use super::{Isa, Lanes, Vectors, constant, polynomial};
use crate::scalar::Scalar;

/// s with sin r ≈ r + r³ s(r²) for |r| ≤ 0.79, in `f32`. The error is below 2⁻²⁷ of sin r.
const SINE_SINGLE: [f64; 3] = [-0.166_666_54, 0.008_332_106, -0.000_195_078_83];
/// The same in `f64`: below 2⁻⁵⁷.
const SINE_DOUBLE: [f64; 6] = [
    -0.166_666_666_666_666_27,
    0.008_333_333_333_321_128,
    -0.000_198_412_698_287_715_87,
    2.755_731_332_988_472_5e-6,
    -2.505_070_102_092_555e-8,
    1.589_346_244_886_714_4e-10,
];
/// c with cos r ≈ 1 - r² / 2 + r⁴ c(r²) for |r| ≤ 0.79, in `f32`. The error is below 2⁻³² of cos r.
const COSINE_SINGLE: [f64; 3] = [0.041_666_646, -0.001_388_730_4, 2.443_120_1e-5];
/// The same in `f64`: below 2⁻⁶³.
const COSINE_DOUBLE: [f64; 6] = [
    0.041_666_666_666_666_59,
    -0.001_388_888_888_887_216_7,
    2.480_158_728_827_479_3e-5,
    -2.755_731_400_737_802e-7,
    2.087_567_684_309_968e-9,
    -1.135_726_457_504_824e-11,
];

/// π/2 in parts with all bits of the type, for fused multiplication and addition. The subtraction of the first part is exact.
const FUSED_SINGLE: [f64; 3] = [1.570_796_4, -4.371_139e-8, -1.715_124_5e-15];
/// The same in `f64`.
const FUSED_DOUBLE: [f64; 3] = [core::f64::consts::FRAC_PI_2, 6.123_233_995_736_766e-17, -1.497_384_904_859_169_8e-33];
/// π/2 without it: parts of 14 bits, so that their products with a number of 10 bits are exact, and the remainder.
const SPLIT_SINGLE: [f64; 4] = [1.570_678_7, 0.000_117_614_865, 9.920_313e-10, 6.223_372e-14];
/// The same in `f64`: parts of 33 bits, for numbers of 20 bits.
const SPLIT_DOUBLE: [f64; 4] =
    [1.570_796_326_734_125_6, 6.077_100_506_303_966e-11, 2.022_266_248_711_166_5e-21, 8.478_427_660_368_9e-32];

/// Returns the magnitude up to which the parts of π/2 suffice.
#[inline(always)]
fn limit<V: Lanes>() -> f64 {
    match (V::Element::SINGLE, V::Isa::FUSED) {
        (true, true) => 16_384.0,
        (true, false) => 1_024.0,
        (false, _) => 1_048_576.0,
    }
}

/// sin (a + shift π/2) for 0 ≤ a ≤ the limit.
#[inline(always)]
fn sine_of_magnitude<V: Lanes>(a: V, shift: f64) -> V {
    // a = k π/2 + r with |r| ≤ π/4. The product is rounded, by which r can be larger by 0.002.
    let k = a.mul(constant(a, core::f64::consts::FRAC_2_PI)).round();
    let r = match (V::Element::SINGLE, V::Isa::FUSED) {
        (true, true) => without_fused(a, k, FUSED_SINGLE),
        (true, false) => without_split(a, k, SPLIT_SINGLE),
        (false, true) => without_fused(a, k, FUSED_DOUBLE),
        (false, false) => without_split(a, k, SPLIT_DOUBLE),
    };
    let z = r.mul(r);
    let (s, c) = if V::Element::SINGLE {
        (polynomial(z, SINE_SINGLE), polynomial(z, COSINE_SINGLE))
    } else {
        (polynomial(z, SINE_DOUBLE), polynomial(z, COSINE_DOUBLE))
    };
    let (half, one) = (constant(a, 0.5), constant(a, 1.0));
    let sine = z.mul(r).mul_add(s, r);
    let cosine = c.mul_add(z, constant(a, -0.5)).mul_add(z, one);
    // The quadrant is 2 m + 0 or 1. In the odd ones sine and cosine change places, and an odd m changes the sign: then m / 2 is
    // halfway between integers.
    let quadrant = k.add(constant(a, shift));
    let m = quadrant.mul_add(half, constant(a, -0.25)).round();
    let odd = m.mul_add(constant(a, -2.0), quadrant);
    let m = m.mul(half);
    let turn = m.sub(m.round()).absolute();
    let sign = turn.mul_add(constant(a, -4.0), one);
    cosine.select(half.less(odd), sine).mul(sign)
}

/// a - k (p + q + s), where each product and sum rounds once.
#[inline(always)]
fn without_fused<V: Lanes>(a: V, k: V, [p, q, s]: [f64; 3]) -> V {
    let rest = k.mul_add(constant(a, -p), a);
    k.mul_add(constant(a, -s), k.mul_add(constant(a, -q), rest))
}

/// a - k (p + q + s + t), where the products with p, q and s are exact.
#[inline(always)]
fn without_split<V: Lanes>(a: V, k: V, [p, q, s, t]: [f64; 4]) -> V {
    let rest = a.sub(k.mul(constant(a, p)));
    let (rest, lost) = difference(rest, k.mul(constant(a, q)));
    let (rest, also_lost) = difference(rest, k.mul(constant(a, s)));
    rest.add(lost.add(also_lost).sub(k.mul(constant(a, t))))
}

/// a - b, and what the difference loses by rounding.
///
/// # Source
/// D. E. Knuth, The art of computer programming, volume 2, section 4.2.2, theorem B.
#[inline(always)]
fn difference<V: Lanes>(a: V, b: V) -> (V, V) {
    let rounded = a.sub(b);
    let back = rounded.sub(a);
    (rounded, a.sub(rounded.sub(back)).sub(b.add(back)))
}

/// Replaces the results of arguments beyond the limit by those of a function of scalars. Others keep their results, so that those
/// do not depend on the width of a register.
#[inline(always)]
fn with_large_arguments<V: Lanes>(x: V, y: V, function: fn(V::Element) -> V::Element) -> V {
    /// Rarely called, and compiled once.
    #[cold]
    #[inline(never)]
    fn replace<T: Scalar>(inputs: &[T], outputs: &mut [T], limit: T, function: fn(T) -> T) {
        for (y, &x) in outputs.iter_mut().zip(inputs) {
            if limit < x.absolute() {
                *y = function(x);
            }
        }
    }

    if !constant(x, limit::<V>()).any_less(x.absolute()) {
        return y;
    }
    let (mut inputs, mut outputs) = ([V::Element::ZERO; 16], [V::Element::ZERO; 16]);
    // SAFETY: no register has more than 16 lanes.
    unsafe {
        x.store(inputs.as_mut_ptr());
        y.store(outputs.as_mut_ptr());
        replace(&inputs[..V::COUNT], &mut outputs[..V::COUNT], V::Element::from_f64(limit::<V>()), function);
        V::load(x.isa(), outputs.as_ptr())
    }
}

/// y = sin x, with x in radians
///
/// # Numerics
/// Within 2 ULP for all finite values. The sign of zero is preserved. Infinities give NaN, and NaN stays NaN.
///
/// Beyond a magnitude of 2¹⁴ (`f32`), 2²⁰ (`f64`), and of 2¹⁰ in `f32` without fused multiply-add, lanes are computed one by one.
///
/// # Source
/// W. J. Cody and W. Waite, Software manual for the elementary functions, 1980, chapter 8: the subtraction of π/2 in parts.
#[inline(always)]
pub(in crate::kernel) fn sine<V: Lanes>(x: V) -> V {
    let of_magnitude = sine_of_magnitude(x.absolute(), 0.0);
    with_large_arguments(x, of_magnitude.mul(constant(x, 1.0).with_sign_of(x)), V::Element::sin)
}

/// y = cos x, with x in radians
///
/// # Numerics
/// Those of [`sine`].
#[inline(always)]
pub(in crate::kernel) fn cosine<V: Lanes>(x: V) -> V {
    with_large_arguments(x, sine_of_magnitude(x.absolute(), 1.0), V::Element::cos)
}

/// The allowed error of both functions, in ULP.
#[cfg(test)]
const BOUND: f64 = 2.0;

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeMap;
    use alloc::vec::Vec;

    use super::super::accuracy::{accuracy_tests, at, check_singles, function};
    use super::{BOUND, Scalar as _, cosine, sine};

    function!(Sine, sine, libm::sin, bound: BOUND,);
    function!(Cosine, cosine, libm::cos, bound: BOUND,);

    /// (x, sin x) from mpmath, rounded to the nearest value. Some are as close to a multiple of π/2 as a float can be.
    const EXACT: [(u64, u64); 47] = [
        (0x0000_0000_0000_0001, 0x0000_0000_0000_0001),
        (0x8000_1268_8b70_e62b, 0x8000_1268_8b70_e62b),
        (0x01a5_6e1f_c2f8_f359, 0x01a5_6e1f_c2f8_f359),
        (0xbbc7_9ca1_0c92_4223, 0xbbc7_9ca1_0c92_4223),
        (0x3e45_798e_e230_8c3a, 0x3e45_798e_e230_8c3a),
        (0xbee4_f8b5_88e3_68f1, 0xbee4_f8b5_88e1_e8a2),
        (0x3eb1_9999_9999_999a, 0x3eb1_9999_9999_960d),
        (0xbf84_7ae1_47ae_147b, 0xbf84_7aca_e915_e807),
        (0x3fb9_9999_9999_999a, 0x3fb9_8eae_cb8b_cb2c),
        (0x3fd3_3333_3333_3333, 0x3fd2_e9cd_95ba_ba33),
        (0xbfe0_0000_0000_0000, 0xbfde_aee8_744b_05f0),
        (0x3fe6_6666_6666_6666, 0x3fe4_9d6e_6946_19b8),
        (0x3fe9_21fb_5444_2d18, 0x3fe6_a09e_667f_3bcc),
        (0xbfe9_21fb_5444_2d19, 0xbfe6_a09e_667f_3bcd),
        (0x3fec_cccc_cccc_cccd, 0x3fe9_1103_985d_a841),
        (0x3ff0_0000_0000_0000, 0x3fea_ed54_8f09_0cee),
        (0xbff4_0000_0000_0000, 0xbfee_5e14_fe11_418c),
        (0x3ff9_21fb_5444_2d18, 0x3ff0_0000_0000_0000),
        (0x3ff9_9999_9999_999a, 0x3fef_fc81_c7e0_42c5),
        (0x4000_0000_0000_0000, 0x3fed_18f6_ead1_b446),
        (0xc004_0000_0000_0000, 0xbfe3_26af_0dcf_cab1),
        (0x4008_0000_0000_0000, 0x3fc2_1038_6db6_d55b),
        (0x4009_21fb_5444_2d18, 0x3ca1_a626_3314_5c07),
        (0xc00c_0000_0000_0000, 0x3fd6_733b_7eba_621f),
        (0x4010_0000_0000_0000, 0xbfe8_37b9_dddc_1eae),
        (0x4012_d97c_7f33_21d2, 0xbff0_0000_0000_0000),
        (0x4016_0000_0000_0000, 0xbfe6_93c9_4e0a_b057),
        (0x4019_21fb_5444_2d18, 0xbcb1_a626_3314_5c07),
        (0xc024_0000_0000_0000, 0x3fe1_689e_f5f3_4f52),
        (0x4046_c6cb_c45d_c8de, 0x3ff0_0000_0000_0000),
        (0xc056_c6cb_c45d_c8de, 0x3c36_d61b_58c9_9c43),
        (0x4059_0000_0000_0000, 0xbfe0_3425_b78c_4db8),
        (0x4076_3000_0000_0000, 0xbeff_9bd0_307d_1de3),
        (0xc08f_4400_0000_0000, 0xbfef_d948_c50a_7a0d),
        (0x40c8_1cd6_c8b4_3958, 0xbfe6_87d5_8909_74a5),
        (0x4104_022b_a40f_de9e, 0xbdb1_3079_fe9f_1fae),
        (0xc120_0000_9999_999a, 0xbfdc_e4e5_d20e_e085),
        (0x412f_ffff_cccc_cccd, 0x3fce_07fa_1337_0afb),
        (0x4130_0000_0000_0000, 0x3fd5_26cc_b2fc_8656),
        (0xc130_0000_8000_0000, 0xbfe7_c2bb_1d7c_0924),
        (0x4163_12d0_0000_0000, 0x3fda_ea41_4a8a_3352),
        (0xc202_a05f_2000_0000, 0x3fdf_334c_7896_a4e3),
        (0x4341_c379_37e0_8000, 0x3fe8_f334_432e_bba5),
        (0x4480_f0cf_064d_d592, 0xbfeb_453a_b76b_f397),
        (0x5e7f_ffff_ffff_ffff, 0xbfef_fef4_6772_b394),
        (0x7506_ac5b_262c_a1ff, 0x3ff0_0000_0000_0000),
        (0xffef_ffff_ffff_ffff, 0xbf74_52fc_98b3_4e97),
    ];

    accuracy_tests!(Sine, doubles: -2e6..2e6);

    #[test]
    fn the_sign_of_zero_is_preserved_and_infinities_give_nan() {
        assert!(at::<Sine, _>(-0.0_f32).into_iter().all(|y| y == 0.0 && y.is_sign_negative()));
        assert!(at::<Sine, _>(0.0_f64).into_iter().all(|y| y == 0.0 && y.is_sign_positive()));
        for x in [f32::INFINITY, f32::NEG_INFINITY, f32::NAN] {
            assert!(at::<Sine, _>(x).into_iter().all(f32::is_nan));
            assert!(at::<Cosine, _>(f64::from(x)).into_iter().all(f64::is_nan));
        }
    }

    #[test]
    fn floats_nearest_to_multiples_of_a_right_angle_keep_their_digits() {
        let nearest = (1..20_000).map(|k| f32::from_f64(f64::from(k) * core::f64::consts::FRAC_PI_2));
        let around: Vec<f32> = nearest.flat_map(|x| [x.next_down(), x, x.next_up()]).collect();
        let mut largest = BTreeMap::new();
        check_singles::<Sine>(&around, &mut largest);
        check_singles::<Cosine>(&around, &mut largest);
    }

    #[test]
    fn a_large_argument_does_not_change_its_neighbors() {
        use crate::kernel::elementary::accuracy::Function;

        for path in crate::kernel::Path::available() {
            let mut values: [f32; 32] = core::array::from_fn(|k| k as f32 / 3.0);
            let mut among = values;
            among[5] = 1e20;
            Sine::apply(path, &mut values);
            Sine::apply(path, &mut among);
            assert!((0..32).all(|k| (among[k] == values[k]) == (k != 5)), "{path:?}");
        }
    }

    mod of_cosine {
        use super::Cosine;
        use crate::kernel::elementary::accuracy::accuracy_tests;

        /// (x, cos x) from mpmath, rounded to the nearest value.
        const EXACT: [(u64, u64); 47] = [
            (0x0000_0000_0000_0001, 0x3ff0_0000_0000_0000),
            (0x8000_1268_8b70_e62b, 0x3ff0_0000_0000_0000),
            (0x01a5_6e1f_c2f8_f359, 0x3ff0_0000_0000_0000),
            (0xbbc7_9ca1_0c92_4223, 0x3ff0_0000_0000_0000),
            (0x3e45_798e_e230_8c3a, 0x3ff0_0000_0000_0000),
            (0xbee4_f8b5_88e3_68f1, 0x3fef_ffff_fff9_20c8),
            (0x3eb1_9999_9999_999a, 0x3fef_ffff_ffff_eca4),
            (0xbf84_7ae1_47ae_147b, 0x3fef_ff97_24ad_97aa),
            (0x3fb9_9999_9999_999a, 0x3fef_d712_f9a8_17c1),
            (0x3fd3_3333_3333_3333, 0x3fee_921d_d42f_09ba),
            (0xbfe0_0000_0000_0000, 0x3fec_1528_065b_7d50),
            (0x3fe6_6666_6666_6666, 0x3fe8_7996_529f_9d93),
            (0x3fe9_21fb_5444_2d18, 0x3fe6_a09e_667f_3bcd),
            (0xbfe9_21fb_5444_2d19, 0x3fe6_a09e_667f_3bcc),
            (0x3fec_cccc_cccc_cccd, 0x3fe3_e43a_9692_e21c),
            (0x3ff0_0000_0000_0000, 0x3fe1_4a28_0fb5_068c),
            (0xbff4_0000_0000_0000, 0x3fd4_2e3d_d88b_d952),
            (0x3ff9_21fb_5444_2d18, 0x3c91_a626_3314_5c07),
            (0x3ff9_9999_9999_999a, 0xbf9d_e67a_c55f_1633),
            (0x4000_0000_0000_0000, 0xbfda_a226_5753_7205),
            (0xc004_0000_0000_0000, 0xbfe9_a2f7_ef85_8b7d),
            (0x4008_0000_0000_0000, 0xbfef_ae04_be85_e5d2),
            (0x4009_21fb_5444_2d18, 0xbff0_0000_0000_0000),
            (0xc00c_0000_0000_0000, 0xbfed_f774_03c1_1a5f),
            (0x4010_0000_0000_0000, 0xbfe4_eaa6_06db_24c1),
            (0x4012_d97c_7f33_21d2, 0xbcaa_7939_4c9e_8a0a),
            (0x4016_0000_0000_0000, 0x3fe6_ad6c_3c07_d448),
            (0x4019_21fb_5444_2d18, 0x3ff0_0000_0000_0000),
            (0xc024_0000_0000_0000, 0xbfea_d9ac_890c_6b1f),
            (0x4046_c6cb_c45d_c8de, 0xbc26_d61b_58c9_9c43),
            (0xc056_c6cb_c45d_c8de, 0xbff0_0000_0000_0000),
            (0x4059_0000_0000_0000, 0x3feb_981d_bf66_5fdf),
            (0x4076_3000_0000_0000, 0xbfef_ffff_ffc1_8e4c),
            (0xc08f_4400_0000_0000, 0x3fb8_dbff_75eb_664f),
            (0x40c8_1cd6_c8b4_3958, 0x3fe6_b94c_3bbe_24b8),
            (0x4104_022b_a40f_de9e, 0x3ff0_0000_0000_0000),
            (0xc120_0000_9999_999a, 0x3fec_8d9b_233c_81c4),
            (0x412f_ffff_cccc_cccd, 0x3fef_1b57_557c_0355),
            (0x4130_0000_0000_0000, 0x3fee_33ad_a92f_e2ae),
            (0xc130_0000_8000_0000, 0x3fe5_6f30_82d8_f8a6),
            (0x4163_12d0_0000_0000, 0xbfed_085b_e7a8_f4a1),
            (0xc202_a05f_2000_0000, 0x3feb_f098_901c_931a),
            (0x4341_c379_37e0_8000, 0xbfe4_0991_e398_dbfc),
            (0x4480_f0cf_064d_d592, 0x3fe0_be2c_ef01_c8f4),
            (0x5e7f_ffff_ffff_ffff, 0x3f90_5b9b_35be_abfa),
            (0x7506_ac5b_262c_a1ff, 0xbc21_4ae7_2e6b_a22f),
            (0xffef_ffff_ffff_ffff, 0xbfef_ffe6_2ecf_ab75),
        ];

        accuracy_tests!(Cosine, doubles: -2e6..2e6);
    }
}
