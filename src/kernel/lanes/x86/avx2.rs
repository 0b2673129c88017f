//! Registers of AVX2.

#[allow(clippy::wildcard_imports, reason = "forty intrinsics with descriptive names")]
use core::arch::x86_64::*;

use super::{
    NEAREST,
    folds::{largest_of_f32x8, largest_of_f64x4, sum_of_f32x8, sum_of_f64x4},
};
use crate::kernel::{
    Avx2,
    lanes::{Lanes, Registers},
};

impl Registers for Avx2 {
    type F32 = F32x8;
    type F64 = F64x4;
}

register! {
    /// An AVX2 register of `f32`.
    F32x8(__m256) of f32 in Avx2, count: 8, rows: 4,
    first: __m256i = |_isa, count| {
        let count = i32::try_from(count).unwrap_or(8);
        // SAFETY: the first argument proves that the instructions exist.
        unsafe { _mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)) }
    },
    choice: __m256,
    splat: _mm256_set1_ps, load: _mm256_loadu_ps, load_first: |first, from| _mm256_maskload_ps(from, first),
    store: _mm256_storeu_ps, store_first: _mm256_maskstore_ps,
    add: _mm256_add_ps, sub: _mm256_sub_ps, mul: _mm256_mul_ps, div: _mm256_div_ps, mul_add: _mm256_fmadd_ps,
    sqrt: _mm256_sqrt_ps, max: _mm256_max_ps, min: _mm256_min_ps,
    and: _mm256_and_ps, andnot: _mm256_andnot_ps, or: _mm256_or_ps,
    round: |x| _mm256_round_ps::<NEAREST>(x),
    whole_and_power: |x, factor| {
        let whole = _mm256_set1_ps(12_582_912.0 + 127.0);
        let sum = _mm256_fmadd_ps(x, factor, whole);
        (
            _mm256_sub_ps(sum, whole),
            _mm256_castsi256_ps(_mm256_slli_epi32::<23>(_mm256_castps_si256(sum))),
        )
    },
    power_of_two: |n| _mm256_castsi256_ps(_mm256_slli_epi32::<23>(_mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127)))),
    parts: |x| {
        let bits = _mm256_castps_si256(x);
        let below = _mm256_and_si256(bits, _mm256_set1_epi32(0x007f_ffff));
        let exponent = _mm256_sub_epi32(_mm256_srli_epi32::<23>(bits), _mm256_set1_epi32(127));
        (
            _mm256_or_ps(_mm256_castsi256_ps(below), _mm256_set1_ps(1.0)),
            _mm256_cvtepi32_ps(exponent),
        )
    },
    less: |a, b| _mm256_cmp_ps::<_CMP_LT_OQ>(a, b),
    any_less: |a, b| _mm256_movemask_ps(_mm256_cmp_ps::<_CMP_LT_OQ>(a, b)) != 0,
    not_a_number: |a| _mm256_cmp_ps::<_CMP_UNORD_Q>(a, a),
    select: |choice, a, b| _mm256_blendv_ps(b, a, choice),
    zero_where: |choice, a| _mm256_andnot_ps(choice, a),
    first_or: |first, a, b| _mm256_blendv_ps(b, a, _mm256_castsi256_ps(first)),
    sum: sum_of_f32x8, largest: largest_of_f32x8,
    interleave: |a, b| {
        let (low, high) = (_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
        (_mm256_permute2f128_ps::<0x20>(low, high), _mm256_permute2f128_ps::<0x31>(low, high))
    },
    separate: |a, b| {
        // The pairs of lanes are in the order a, b, a, b.
        let even = _mm256_castps_pd(_mm256_shuffle_ps::<0x88>(a, b));
        let odd = _mm256_castps_pd(_mm256_shuffle_ps::<0xdd>(a, b));
        (
            _mm256_castpd_ps(_mm256_permute4x64_pd::<0xd8>(even)),
            _mm256_castpd_ps(_mm256_permute4x64_pd::<0xd8>(odd)),
        )
    },
}

register! {
    /// An AVX2 register of `f64`.
    F64x4(__m256d) of f64 in Avx2, count: 4, rows: 4,
    first: __m256i = |_isa, count| {
        let count = i64::try_from(count).unwrap_or(4);
        // SAFETY: the first argument proves that the instructions exist.
        unsafe { _mm256_cmpgt_epi64(_mm256_set1_epi64x(count), _mm256_setr_epi64x(0, 1, 2, 3)) }
    },
    choice: __m256d,
    splat: _mm256_set1_pd, load: _mm256_loadu_pd, load_first: |first, from| _mm256_maskload_pd(from, first),
    store: _mm256_storeu_pd, store_first: _mm256_maskstore_pd,
    add: _mm256_add_pd, sub: _mm256_sub_pd, mul: _mm256_mul_pd, div: _mm256_div_pd, mul_add: _mm256_fmadd_pd,
    sqrt: _mm256_sqrt_pd, max: _mm256_max_pd, min: _mm256_min_pd,
    and: _mm256_and_pd, andnot: _mm256_andnot_pd, or: _mm256_or_pd,
    round: |x| _mm256_round_pd::<NEAREST>(x),
    whole_and_power: |x, factor| {
        let whole = _mm256_set1_pd(6_755_399_441_055_744.0 + 1023.0);
        let sum = _mm256_fmadd_pd(x, factor, whole);
        (
            _mm256_sub_pd(sum, whole),
            _mm256_castsi256_pd(_mm256_slli_epi64::<52>(_mm256_castpd_si256(sum))),
        )
    },
    // An integer is in the low bits of its sum with 1.5 · 2⁵². AVX2 cannot convert doubles to 64-bit integers.
    power_of_two: |n| {
        let biased = _mm256_add_pd(n, _mm256_set1_pd(1.5 * 4_503_599_627_370_496.0 + 1023.0));
        _mm256_castsi256_pd(_mm256_slli_epi64::<52>(_mm256_castpd_si256(biased)))
    },
    parts: |x| {
        let bits = _mm256_castpd_si256(x);
        let below = _mm256_and_si256(bits, _mm256_set1_epi64x(0x000f_ffff_ffff_ffff));
        // The inverse: the bits of 2⁵² + n are those of 2⁵² with n in the low bits.
        let whole = _mm256_set1_pd(4_503_599_627_370_496.0);
        let exponent = _mm256_castsi256_pd(_mm256_or_si256(_mm256_srli_epi64::<52>(bits), _mm256_castpd_si256(whole)));
        (
            _mm256_or_pd(_mm256_castsi256_pd(below), _mm256_set1_pd(1.0)),
            _mm256_sub_pd(exponent, _mm256_set1_pd(4_503_599_627_370_496.0 + 1023.0)),
        )
    },
    less: |a, b| _mm256_cmp_pd::<_CMP_LT_OQ>(a, b),
    any_less: |a, b| _mm256_movemask_pd(_mm256_cmp_pd::<_CMP_LT_OQ>(a, b)) != 0,
    not_a_number: |a| _mm256_cmp_pd::<_CMP_UNORD_Q>(a, a),
    select: |choice, a, b| _mm256_blendv_pd(b, a, choice),
    zero_where: |choice, a| _mm256_andnot_pd(choice, a),
    first_or: |first, a, b| _mm256_blendv_pd(b, a, _mm256_castsi256_pd(first)),
    sum: sum_of_f64x4, largest: largest_of_f64x4,
    interleave: |a, b| {
        let (low, high) = (_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b));
        (_mm256_permute2f128_pd::<0x20>(low, high), _mm256_permute2f128_pd::<0x31>(low, high))
    },
    separate: |a, b| (
        _mm256_permute4x64_pd::<0xd8>(_mm256_unpacklo_pd(a, b)),
        _mm256_permute4x64_pd::<0xd8>(_mm256_unpackhi_pd(a, b)),
    ),
}
