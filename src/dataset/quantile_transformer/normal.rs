//! Which share of a standard normal distribution lies below a value, and below which value does a share lie?

use core::f64::consts::FRAC_1_SQRT_2;

/// Returns the probability of a value below `x`: erfc(-x / √2) / 2.
pub(super) fn probability(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

/// Returns the value below which the share `p` of the distribution lies, for 0 < p < 1. The relative error is about 10⁻¹⁶.
///
/// # Source
/// M. J. Wichura, "Algorithm AS 241: The percentage points of the normal distribution", Applied Statistics 37 (1988),
/// routine PPND16: quotients of polynomials, one for the middle and two for parts of a tail.
pub(super) fn quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        return q * quotient(0.180_625 - q * q, &MIDDLE);
    }
    // The tail that contains p.
    let r = libm::sqrt(-libm::log(if q < 0.0 { p } else { 1.0 - p }));
    let x = if r <= 5.0 { quotient(r - 1.6, &TAIL) } else { quotient(r - 5.0, &FAR_TAIL) };
    if q < 0.0 { -x } else { x }
}

/// Numerator and denominator, highest power first. The coefficients are those of the source, rounded to `f64`.
type Quotient = [[f64; 8]; 2];

const MIDDLE: Quotient = [
    [
        2_509.080_928_730_122_7,
        33_430.575_583_588_13,
        67_265.770_927_008_7,
        45_921.953_931_549_87,
        13_731.693_765_509_46,
        1_971.590_950_306_551_3,
        133.141_667_891_784_38,
        3.387_132_872_796_366_5,
    ],
    [
        5_226.495_278_852_854,
        28_729.085_735_721_943,
        39_307.895_800_092_71,
        21_213.794_301_586_597,
        5_394.196_021_424_751,
        687.187_007_492_057_9,
        42.313_330_701_600_91,
        1.0,
    ],
];

const TAIL: Quotient = [
    [
        0.000_774_545_014_278_341_4,
        0.022_723_844_989_269_184,
        0.241_780_725_177_450_6,
        1.270_458_252_452_368_4,
        3.647_848_324_763_204_5,
        5.769_497_221_460_691,
        4.630_337_846_156_546,
        1.423_437_110_749_683_5,
    ],
    [
        1.050_750_071_644_416_9e-9,
        0.000_547_593_808_499_534_5,
        0.015_198_666_563_616_457,
        0.148_103_976_427_480_08,
        0.689_767_334_985_1,
        1.676_384_830_183_803_8,
        2.053_191_626_637_759,
        1.0,
    ],
];

const FAR_TAIL: Quotient = [
    [
        2.010_334_399_292_288_1e-7,
        2.711_555_568_743_487_6e-5,
        0.001_242_660_947_388_078_4,
        0.026_532_189_526_576_124,
        0.296_560_571_828_504_87,
        1.784_826_539_917_291_3,
        5.463_784_911_164_114,
        6.657_904_643_501_103,
    ],
    [
        2.044_263_103_389_939_7e-15,
        1.421_511_758_316_446e-7,
        1.846_318_317_510_054_8e-5,
        0.000_786_869_131_145_613_3,
        0.014_875_361_290_850_615,
        0.136_929_880_922_735_8,
        0.599_832_206_555_888,
        1.0,
    ],
];

fn quotient(r: f64, [numerator, denominator]: &Quotient) -> f64 {
    let polynomial = |coefficients: &[f64; 8]| coefficients.iter().fold(0.0, |sum, coefficient| sum * r + coefficient);
    polynomial(numerator) / polynomial(denominator)
}

#[cfg(test)]
mod tests {
    use super::{probability, quantile};

    /// SciPy 1.17.1, `scipy.stats.norm.ppf`.
    #[test]
    fn quantiles_match_scipy() {
        let expected = [
            (1e-300, -37.047_096_299_361_2),
            (1e-20, -9.262_340_089_798_409),
            (1e-12, -7.034_483_825_301_131),
            (1e-07, -5.199_337_582_192_816_5),
            (0.001, -3.090_232_306_167_813),
            (0.0749, -1.440_238_267_527_963_5),
            (0.075, -1.439_531_470_938_456_3),
            (0.1, -1.281_551_565_544_600_4),
            (0.25, -0.674_489_750_196_081_7),
            (0.4, -0.253_347_103_135_799_7),
            (0.6, 0.253_347_103_135_799_7),
            (0.9, 1.281_551_565_544_600_4),
            (0.925, 1.439_531_470_938_456_3),
            (0.9251, 1.440_238_267_527_963_5),
            (0.999, 3.090_232_306_167_813),
            (0.999_999_9, 5.199_337_582_290_661),
        ];
        for (p, expected) in expected {
            let x = quantile(p);
            assert!((x - expected).abs() <= 1e-14 * f64::abs(expected), "{p}: {x} is not {expected}");
        }
        assert_eq!(quantile(0.5), 0.0);
    }

    #[test]
    fn probability_and_quantile_are_inverse_to_each_other() {
        for step in 1..1000 {
            let p = f64::from(step) / 1000.0;
            assert!((probability(quantile(p)) - p).abs() <= 1e-15, "{p}");
        }
    }
}
