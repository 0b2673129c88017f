//! Reductions of the lanes of a register to one value.

#[allow(clippy::wildcard_imports, reason = "forty intrinsics with descriptive names")]
use core::arch::x86_64::*;

/// Defines a function that reduces a register to one value: halves of 512 bits, of 256, of 128, and the last two lanes.
macro_rules! folds {
    ($float:ident: $of_512:ident, $of_256:ident, $v512:ident, $v256:ident, $op256:ident, $op128:ident, $first:ident,
     $low256:ident, $high256:expr, $low128:ident, $high128:expr, $fold128:expr) => {
        /// # Safety
        /// The machine has AVX-512.
        #[inline(always)]
        pub(super) unsafe fn $of_512(x: $v512) -> $float {
            // SAFETY: the caller's contract.
            unsafe { $of_256($op256($low256(x), $high256(x))) }
        }

        /// # Safety
        /// The machine has AVX2.
        #[inline(always)]
        pub(super) unsafe fn $of_256(x: $v256) -> $float {
            // SAFETY: the caller's contract.
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
