//! Registers of x86-64.

#[allow(clippy::wildcard_imports, reason = "forty intrinsics, named after what they are")]
use core::arch::x86_64::*;

use super::{Lanes, Registers};
use crate::kernel::{Avx2, Avx512};

impl Registers for Avx512 {
    type F32 = F32x16;
    type F64 = F64x8;
}

impl Registers for Avx2 {
    type F32 = F32x8;
    type F64 = F64x4;
}

/// Implements a register by intrinsics. `$op` writes one operation as `name(operands) => intrinsic`.
macro_rules! register {
    (
        $(#[$doc:meta])*
        $name:ident($vector:ident) of $float:ident in $isa:ident, count: $count:literal, rows: $rows:literal,
        first: $first:ty = |$first_isa:ident, $first_count:ident| $first_body:expr, choice: $choice:ty,
        splat: $splat:ident, load: $load:ident, load_first: $load_first:expr, store: $store:ident, store_first: $store_first:ident,
        add: $add:ident, sub: $sub:ident, mul: $mul:ident, div: $div:ident, mul_add: $mul_add:ident, sqrt: $sqrt:ident,
        max: $max:ident, min: $min:ident, and: $and:ident, andnot: $andnot:ident, or: $or:ident, round: $round:expr, whole_and_power: $whole_and_power:expr,
        power_of_two: $power_of_two:expr, parts: $parts:expr, less: $less:expr, select: $select:expr, zero_where: $zero_where:expr,
        first_or: $first_or:expr, sum: $sum:ident, largest: $largest:ident, interleave: $interleave:expr,
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name($vector);

        impl Lanes for $name {
            type Number = $float;
            type Isa = $isa;
            type First = $first;
            type Choice = $choice;

            const COUNT: usize = $count;
            const ROWS: usize = $rows;

            #[inline(always)]
            fn isa(self) -> $isa {
                // A register is proof of its instructions.
                $isa(())
            }

            #[inline(always)]
            fn splat(_: $isa, value: $float) -> Self {
                // SAFETY: the first argument proves that the instructions exist.
                Self(unsafe { $splat(value) })
            }

            #[inline(always)]
            fn first($first_isa: $isa, $first_count: usize) -> $first {
                $first_body
            }

            #[inline(always)]
            unsafe fn load(_: $isa, from: *const $float) -> Self {
                // SAFETY: the caller's promise, and the proof.
                Self(unsafe { $load(from) })
            }

            #[inline(always)]
            unsafe fn load_first(_: $isa, first: $first, from: *const $float) -> Self {
                // SAFETY: the caller's promise, and the proof. Lanes that are masked out are not read.
                Self(unsafe { $load_first(first, from) })
            }

            #[inline(always)]
            unsafe fn store(self, to: *mut $float) {
                // SAFETY: the caller's promise; a register is proof of its instructions.
                unsafe { $store(to, self.0) }
            }

            #[inline(always)]
            unsafe fn store_first(self, first: $first, to: *mut $float) {
                // SAFETY: as above. Lanes that are masked out are not written.
                unsafe { $store_first(to, first, self.0) }
            }

            #[inline(always)]
            fn prefetch(_: $isa, place: *const $float) {
                // SAFETY: a prefetch of any address is harmless.
                unsafe { _mm_prefetch::<_MM_HINT_T0>(place.cast()) }
            }

            #[inline(always)]
            fn add(self, other: Self) -> Self {
                // SAFETY: a register is proof of its instructions; so below.
                Self(unsafe { $add(self.0, other.0) })
            }

            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                // SAFETY: as in `add`.
                Self(unsafe { $sub(self.0, other.0) })
            }

            #[inline(always)]
            fn mul(self, other: Self) -> Self {
                // SAFETY: as in `add`.
                Self(unsafe { $mul(self.0, other.0) })
            }

            #[inline(always)]
            fn div(self, other: Self) -> Self {
                // SAFETY: as in `add`.
                Self(unsafe { $div(self.0, other.0) })
            }

            #[inline(always)]
            fn mul_add(self, factor: Self, addend: Self) -> Self {
                // SAFETY: as in `add`.
                Self(unsafe { $mul_add(self.0, factor.0, addend.0) })
            }

            #[inline(always)]
            fn sqrt(self) -> Self {
                // SAFETY: as in `add`.
                Self(unsafe { $sqrt(self.0) })
            }

            #[inline(always)]
            fn maximum(self, other: Self) -> Self {
                // SAFETY: as in `add`. The instruction gives its second operand where either is NaN.
                Self(unsafe { $max(self.0, other.0) })
            }

            #[inline(always)]
            fn minimum(self, other: Self) -> Self {
                // SAFETY: as in `maximum`.
                Self(unsafe { $min(self.0, other.0) })
            }

            #[inline(always)]
            fn absolute(self) -> Self {
                // SAFETY: as in `add`.
                Self(unsafe { $andnot($splat(-0.0), self.0) })
            }

            #[inline(always)]
            fn with_sign_of(self, sign: Self) -> Self {
                // SAFETY: as in `add`.
                Self(unsafe { $or($andnot($splat(-0.0), self.0), $and($splat(-0.0), sign.0)) })
            }

            #[inline(always)]
            fn round(self) -> Self {
                // SAFETY: as in `add`.
                Self(unsafe { $round(self.0) })
            }

            #[inline(always)]
            fn whole_and_power(self, factor: Self) -> (Self, Self) {
                // SAFETY: as in `add`.
                let (whole, power) = unsafe { $whole_and_power(self.0, factor.0) };
                (Self(whole), Self(power))
            }

            #[inline(always)]
            fn power_of_two(self) -> Self {
                // SAFETY: as in `add`.
                Self(unsafe { $power_of_two(self.0) })
            }

            #[inline(always)]
            fn mantissa_and_exponent(self) -> (Self, Self) {
                // SAFETY: as in `add`.
                let (mantissa, exponent) = unsafe { $parts(self.0) };
                (Self(mantissa), Self(exponent))
            }

            #[inline(always)]
            fn less(self, other: Self) -> $choice {
                // SAFETY: as in `add`.
                unsafe { $less(self.0, other.0) }
            }

            #[inline(always)]
            fn select(self, choice: $choice, other: Self) -> Self {
                // SAFETY: as in `add`.
                Self(unsafe { $select(choice, self.0, other.0) })
            }

            #[inline(always)]
            fn first_or(self, first: $first, other: Self) -> Self {
                // SAFETY: as in `add`.
                Self(unsafe { $first_or(first, self.0, other.0) })
            }

            #[inline(always)]
            fn sum(self) -> $float {
                // SAFETY: as in `add`.
                unsafe { $sum(self.0) }
            }

            #[inline(always)]
            fn largest(self) -> $float {
                // SAFETY: as in `add`.
                unsafe { $largest(self.0) }
            }

            #[inline(always)]
            fn zero_where(self, choice: $choice) -> Self {
                // SAFETY: as in `add`.
                Self(unsafe { $zero_where(choice, self.0) })
            }

            #[inline(always)]
            fn interleave(self, other: Self) -> (Self, Self) {
                // SAFETY: as in `add`.
                let (low, high) = unsafe { $interleave(self.0, other.0) };
                (Self(low), Self(high))
            }
        }
    };
}

/// Defines a function that folds a register to one number: halves of 512 bits, of 256, of 128, and the last two lanes.
macro_rules! folds {
    ($float:ident: $of_512:ident, $of_256:ident, $v512:ident, $v256:ident, $op256:ident, $op128:ident, $first:ident,
     $low256:ident, $high256:expr, $low128:ident, $high128:expr, $fold128:expr) => {
        /// # Safety
        /// The machine has AVX-512.
        #[inline(always)]
        unsafe fn $of_512(x: $v512) -> $float {
            // SAFETY: the caller's promise.
            unsafe { $of_256($op256($low256(x), $high256(x))) }
        }

        /// # Safety
        /// The machine has AVX2.
        #[inline(always)]
        unsafe fn $of_256(x: $v256) -> $float {
            // SAFETY: the caller's promise.
            unsafe { $first($fold128($op128($low128(x), $high128(x)))) }
        }
    };
}

folds!(f32: sum_of_f32x16, sum_of_f32x8, __m512, __m256, _mm256_add_ps, _mm_add_ps, _mm_cvtss_f32,
_mm512_castps512_ps256, |x| _mm512_extractf32x8_ps::<1>(x), _mm256_castps256_ps128, |x| _mm256_extractf128_ps::<1>(x),
|x| {
    let pairs = _mm_add_ps(x, _mm_movehl_ps(x, x));
    _mm_add_ss(pairs, _mm_movehdup_ps(pairs))
});
folds!(f32: largest_of_f32x16, largest_of_f32x8, __m512, __m256, _mm256_max_ps, _mm_max_ps, _mm_cvtss_f32,
_mm512_castps512_ps256, |x| _mm512_extractf32x8_ps::<1>(x), _mm256_castps256_ps128, |x| _mm256_extractf128_ps::<1>(x),
|x| {
    let pairs = _mm_max_ps(x, _mm_movehl_ps(x, x));
    _mm_max_ss(pairs, _mm_movehdup_ps(pairs))
});
folds!(f64: sum_of_f64x8, sum_of_f64x4, __m512d, __m256d, _mm256_add_pd, _mm_add_pd, _mm_cvtsd_f64,
    _mm512_castpd512_pd256, |x| _mm512_extractf64x4_pd::<1>(x), _mm256_castpd256_pd128, |x| _mm256_extractf128_pd::<1>(x),
    |x| _mm_add_sd(x, _mm_unpackhi_pd(x, x)));
folds!(f64: largest_of_f64x8, largest_of_f64x4, __m512d, __m256d, _mm256_max_pd, _mm_max_pd, _mm_cvtsd_f64,
    _mm512_castpd512_pd256, |x| _mm512_extractf64x4_pd::<1>(x), _mm256_castpd256_pd128, |x| _mm256_extractf128_pd::<1>(x),
    |x| _mm_max_sd(x, _mm_unpackhi_pd(x, x)));

/// The nearest whole number, without an exception for inexact results.
const NEAREST: i32 = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;

register! {
    /// A register of AVX-512.
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
    select: |choice, a, b| _mm512_mask_blend_ps(choice, b, a),
    zero_where: |choice: __mmask16, a| _mm512_maskz_mov_ps(!choice, a),
    first_or: |first, a, b| _mm512_mask_blend_ps(first, b, a),
    sum: sum_of_f32x16, largest: largest_of_f32x16,
    interleave: |a, b| (
        _mm512_permutex2var_ps(a, _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23), b),
        _mm512_permutex2var_ps(a, _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), b),
    ),
}

register! {
    /// A register of AVX-512.
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
    select: |choice, a, b| _mm512_mask_blend_pd(choice, b, a),
    zero_where: |choice: __mmask8, a| _mm512_maskz_mov_pd(!choice, a),
    first_or: |first, a, b| _mm512_mask_blend_pd(first, b, a),
    sum: sum_of_f64x8, largest: largest_of_f64x8,
    interleave: |a, b| (
        _mm512_permutex2var_pd(a, _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11), b),
        _mm512_permutex2var_pd(a, _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15), b),
    ),
}

register! {
    /// A register of AVX2.
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
    select: |choice, a, b| _mm256_blendv_ps(b, a, choice),
    zero_where: |choice, a| _mm256_andnot_ps(choice, a),
    first_or: |first, a, b| _mm256_blendv_ps(b, a, _mm256_castsi256_ps(first)),
    sum: sum_of_f32x8, largest: largest_of_f32x8,
    interleave: |a, b| {
        let (low, high) = (_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
        (_mm256_permute2f128_ps::<0x20>(low, high), _mm256_permute2f128_ps::<0x31>(low, high))
    },
}

register! {
    /// A register of AVX2.
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
    // A whole number lies in the low bits of its sum with 1.5 · 2⁵²: AVX2 cannot turn doubles into long integers.
    power_of_two: |n| {
        let biased = _mm256_add_pd(n, _mm256_set1_pd(1.5 * 4_503_599_627_370_496.0 + 1023.0));
        _mm256_castsi256_pd(_mm256_slli_epi64::<52>(_mm256_castpd_si256(biased)))
    },
    parts: |x| {
        let bits = _mm256_castpd_si256(x);
        let below = _mm256_and_si256(bits, _mm256_set1_epi64x(0x000f_ffff_ffff_ffff));
        // The other way round: the bits of 2⁵² + n are those of 2⁵² with n in the low bits.
        let whole = _mm256_set1_pd(4_503_599_627_370_496.0);
        let exponent = _mm256_castsi256_pd(_mm256_or_si256(_mm256_srli_epi64::<52>(bits), _mm256_castpd_si256(whole)));
        (
            _mm256_or_pd(_mm256_castsi256_pd(below), _mm256_set1_pd(1.0)),
            _mm256_sub_pd(exponent, _mm256_set1_pd(4_503_599_627_370_496.0 + 1023.0)),
        )
    },
    less: |a, b| _mm256_cmp_pd::<_CMP_LT_OQ>(a, b),
    select: |choice, a, b| _mm256_blendv_pd(b, a, choice),
    zero_where: |choice, a| _mm256_andnot_pd(choice, a),
    first_or: |first, a, b| _mm256_blendv_pd(b, a, _mm256_castsi256_pd(first)),
    sum: sum_of_f64x4, largest: largest_of_f64x4,
    interleave: |a, b| {
        let (low, high) = (_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b));
        (_mm256_permute2f128_pd::<0x20>(low, high), _mm256_permute2f128_pd::<0x31>(low, high))
    },
}
