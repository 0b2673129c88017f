//! Registers of AVX-512.

#[allow(clippy::wildcard_imports, reason = "forty intrinsics with descriptive names")]
use core::arch::x86_64::*;

use super::{
    NEAREST,
    folds::{largest_of_f32x16, largest_of_f64x8, sum_of_f32x16, sum_of_f64x8},
};
use crate::kernel::{
    Avx512,
    lanes::{Lanes, Registers},
};

impl Registers for Avx512 {
    type F32 = F32x16;
    type F64 = F64x8;
}

register! {
    /// An AVX-512 register of `f32`.
    F32x16(__m512) of f32 in Avx512, count: 16, rows: 8,
    first: __mmask16 = |_isa, count| if count >= 16 { !0 } else { (1 << count) - 1 },
    choice: __mmask16,
    splat: _mm512_set1_ps, load: _mm512_loadu_ps, load_first: |first, from| _mm512_maskz_loadu_ps(first, from),
    store: _mm512_storeu_ps, store_first: _mm512_mask_storeu_ps,
    add: _mm512_add_ps, sub: _mm512_sub_ps, mul: _mm512_mul_ps, div: _mm512_div_ps, mul_add: _mm512_fmadd_ps,
    sqrt: _mm512_sqrt_ps, max: _mm512_max_ps, min: _mm512_min_ps,
    and: _mm512_and_ps, andnot: _mm512_andnot_ps, or: _mm512_or_ps,
    round: |x| _mm512_roundscale_ps::<NEAREST>(x),
    whole_and_power: |x, factor| {
        let whole = _mm512_set1_ps(12_582_912.0 + 127.0);
        let sum = _mm512_fmadd_ps(x, factor, whole);
        (
            _mm512_sub_ps(sum, whole),
            _mm512_castsi512_ps(_mm512_slli_epi32::<23>(_mm512_castps_si512(sum))),
        )
    },
    power_of_two: |n| _mm512_castsi512_ps(_mm512_slli_epi32::<23>(_mm512_add_epi32(_mm512_cvtps_epi32(n), _mm512_set1_epi32(127)))),
    parts: |x| (
        _mm512_getmant_ps::<_MM_MANT_NORM_1_2, _MM_MANT_SIGN_SRC>(x),
        _mm512_getexp_ps(x),
    ),
    less: |a, b| _mm512_cmp_ps_mask::<_CMP_LT_OQ>(a, b),
    any_less: |a, b| _mm512_cmp_ps_mask::<_CMP_LT_OQ>(a, b) != 0,
    not_a_number: |a| _mm512_cmp_ps_mask::<_CMP_UNORD_Q>(a, a),
    select: |choice, a, b| _mm512_mask_blend_ps(choice, b, a),
    zero_where: |choice: __mmask16, a| _mm512_maskz_mov_ps(!choice, a),
    first_or: |first, a, b| _mm512_mask_blend_ps(first, b, a),
    sum: sum_of_f32x16, largest: largest_of_f32x16,
    interleave: |a, b| (
        _mm512_permutex2var_ps(a, _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23), b),
        _mm512_permutex2var_ps(a, _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), b),
    ),
    separate: |a, b| (
        _mm512_permutex2var_ps(a, _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30), b),
        _mm512_permutex2var_ps(a, _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31), b),
    ),
}

register! {
    /// An AVX-512 register of `f64`.
    F64x8(__m512d) of f64 in Avx512, count: 8, rows: 8,
    first: __mmask8 = |_isa, count| if count >= 8 { !0 } else { (1 << count) - 1 },
    choice: __mmask8,
    splat: _mm512_set1_pd, load: _mm512_loadu_pd, load_first: |first, from| _mm512_maskz_loadu_pd(first, from),
    store: _mm512_storeu_pd, store_first: _mm512_mask_storeu_pd,
    add: _mm512_add_pd, sub: _mm512_sub_pd, mul: _mm512_mul_pd, div: _mm512_div_pd, mul_add: _mm512_fmadd_pd,
    sqrt: _mm512_sqrt_pd, max: _mm512_max_pd, min: _mm512_min_pd,
    and: _mm512_and_pd, andnot: _mm512_andnot_pd, or: _mm512_or_pd,
    round: |x| _mm512_roundscale_pd::<NEAREST>(x),
    whole_and_power: |x, factor| {
        let whole = _mm512_set1_pd(6_755_399_441_055_744.0 + 1023.0);
        let sum = _mm512_fmadd_pd(x, factor, whole);
        (
            _mm512_sub_pd(sum, whole),
            _mm512_castsi512_pd(_mm512_slli_epi64::<52>(_mm512_castpd_si512(sum))),
        )
    },
    power_of_two: |n| _mm512_castsi512_pd(_mm512_slli_epi64::<52>(_mm512_add_epi64(_mm512_cvtpd_epi64(n), _mm512_set1_epi64(1023)))),
    parts: |x| (
        _mm512_getmant_pd::<_MM_MANT_NORM_1_2, _MM_MANT_SIGN_SRC>(x),
        _mm512_getexp_pd(x),
    ),
    less: |a, b| _mm512_cmp_pd_mask::<_CMP_LT_OQ>(a, b),
    any_less: |a, b| _mm512_cmp_pd_mask::<_CMP_LT_OQ>(a, b) != 0,
    not_a_number: |a| _mm512_cmp_pd_mask::<_CMP_UNORD_Q>(a, a),
    select: |choice, a, b| _mm512_mask_blend_pd(choice, b, a),
    zero_where: |choice: __mmask8, a| _mm512_maskz_mov_pd(!choice, a),
    first_or: |first, a, b| _mm512_mask_blend_pd(first, b, a),
    sum: sum_of_f64x8, largest: largest_of_f64x8,
    interleave: |a, b| (
        _mm512_permutex2var_pd(a, _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11), b),
        _mm512_permutex2var_pd(a, _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15), b),
    ),
    separate: |a, b| (
        _mm512_permutex2var_pd(a, _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14), b),
        _mm512_permutex2var_pd(a, _mm512_setr_epi64(1, 3, 5, 7, 9, 11, 13, 15), b),
    ),
}
