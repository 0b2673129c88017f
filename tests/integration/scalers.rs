//! Scalers against recorded values of scikit-learn (`tests/reference/README.md`), and what they promise beside.

use serde_json::Value;
use typenet::prelude::*;

/// For results of a few roundings; the normal distribution's quantiles are recorded from another algorithm.
const TOLERANCE: f64 = 1e-12;

fn recorded() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/reference/scalers.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn samples(value: &Value) -> Vec<[f64; 5]> {
    value.as_array().unwrap().iter().map(|row| numbers(row).try_into().unwrap()).collect()
}

/// The difference relative to the larger of the number and `unit`.
fn assert_close(what: &str, number: f64, expected: f64, unit: f64) {
    let allowed = TOLERANCE * expected.abs().max(unit);
    assert!((number - expected).abs() <= allowed, "{what}: {number} is not {expected}");
}

fn assert_samples_close(what: &str, found: impl IntoIterator<Item = [f64; 5]>, expected: &[[f64; 5]]) {
    let mut compared = 0;
    for (index, (found, expected)) in found.into_iter().zip(expected).enumerate() {
        for feature in 0..5 {
            let what = format!("{what}, sample {index}, feature {feature}");
            assert_close(&what, found[feature], expected[feature], 1.0);
        }
        compared += 1;
    }
    assert!(compared == expected.len() && compared > 10, "{what}: {compared} samples");
}

#[test]
fn min_max_gives_the_numbers_of_scikit_learn_and_takes_them_back() {
    let recorded = &recorded()["min_max"];
    let (fitted, asked) = (samples(&recorded["samples"]), samples(&recorded["asked"]));
    let scaler = MinMax::fit(&fitted);
    for case in recorded["cases"].as_array().unwrap() {
        let scaler = scaler.clone().range(case["low"].as_f64().unwrap(), case["high"].as_f64().unwrap());
        let (answers, back) = (samples(&case["answers"]), samples(&case["back"]));
        assert_samples_close("answers", asked.iter().map(|sample| scaler.apply(sample)), &answers);
        assert_samples_close("back", answers.iter().map(|sample| scaler.invert(sample)), &back);
    }
}

#[test]
fn quantiles_give_the_numbers_of_scikit_learn_and_take_them_back() {
    let recorded = &recorded()["quantiles"];
    let (fitted, asked) = (samples(&recorded["samples"]), samples(&recorded["asked"]));
    for case in recorded["cases"].as_array().unwrap() {
        let count = usize::try_from(case["count"].as_u64().unwrap()).unwrap();
        let mut scaler = QuantileTransformer::fit_with(&fitted, count);
        if case["output"] == "normal" {
            scaler = scaler.normal();
        }
        let what = |part: &str| format!("{part} of {count} quantiles, {}", case["output"]);
        for (feature, expected) in case["quantiles"].as_array().unwrap().iter().enumerate() {
            let expected = numbers(expected);
            assert_eq!(scaler.quantiles(feature).len(), expected.len());
            for (&quantile, expected) in scaler.quantiles(feature).iter().zip(expected) {
                assert_close(&what("quantile"), quantile, expected, 1.0);
            }
        }
        assert_samples_close(&what("answers"), asked.iter().map(|x| scaler.apply(x)), &samples(&case["answers"]));
        let inverse = samples(&case["inverse"]);
        assert_samples_close(&what("inverse"), inverse.iter().map(|y| scaler.invert(y)), &samples(&case["back"]));
    }
}

#[test]
fn digits_give_the_sums_of_scikit_learn() {
    let recorded = &recorded()["digits"];
    let digits: Vec<[f64; 64]> = typenet::dataset::digits().inputs().iter().map(|input| input.map(f64::from)).collect();
    let sums_are = |name: &str, apply: &dyn Fn(&[f64; 64]) -> [f64; 64]| {
        let answers: Vec<_> = digits.iter().map(apply).collect();
        for (key, power) in [("sums", 1), ("squares", 2)] {
            for (feature, expected) in numbers(&recorded[name][key]).into_iter().enumerate() {
                let sum = answers.iter().map(|answer| answer[feature].powi(power)).sum();
                // Sums of 1797 numbers, of which some are above 5.
                assert_close(&format!("{name} {key} of feature {feature}"), sum, expected, 1797.0);
            }
        }
    };
    let (min_max, uniform) = (MinMax::fit(&digits), QuantileTransformer::fit(&digits));
    sums_are("min_max", &|sample| min_max.apply(sample));
    sums_are("uniform", &|sample| uniform.apply(sample));
    let normal = uniform.clone().normal();
    sums_are("normal", &|sample| normal.apply(sample));
}

#[test]
fn transforming_a_data_set_applies_to_each_input_and_leaves_targets() {
    let digits = typenet::dataset::digits();
    let (min_max, normal) = (MinMax::fit(digits.inputs()), QuantileTransformer::fit(digits.inputs()).normal());
    let scaled = min_max.transform(digits.clone());
    let transformed = normal.transform(digits.clone());
    for (index, input) in digits.inputs().iter().enumerate() {
        assert_eq!(scaled.inputs()[index], min_max.apply(input));
        assert_eq!(transformed.inputs()[index], normal.apply(input));
    }
    assert!(scaled.targets() == digits.targets() && transformed.targets() == digits.targets());
    assert!(scaled.inputs().as_flattened().iter().all(|x| (0.0..=1.0).contains(x)));
    assert!(transformed.inputs().as_flattened().iter().all(|x| x.abs() < 5.2));
}

#[test]
fn images_are_scaled_pixel_by_pixel() {
    let samples = [[[[1.0_f64, 2.0]], [[3.0, 4.0]]], [[[3.0, 6.0]], [[9.0, 4.0]]], [[[2.0, 3.0]], [[3.0, 4.0]]]];
    let min_max = MinMax::fit(&samples);
    assert_eq!(min_max.apply(&samples[2]), [[[0.5, 0.25]], [[0.0, 0.0]]]);
    let quantiles = QuantileTransformer::fit(&samples);
    assert_eq!(quantiles.apply(&samples[2]), [[[0.5, 0.5]], [[0.0, 0.0]]]);
    assert_eq!(quantiles.quantiles(1), [2.0, 3.0, 6.0]);
}

#[test]
fn the_ends_of_the_range_are_met_exactly() {
    let samples = [[0.1_f64, -1.0 / 3.0], [0.7, 1e300], [0.3, 5e-324]];
    for (low, high) in [(0.0, 1.0), (-1.0, 1.0), (0.1, 0.3), (-f64::MAX, f64::MAX)] {
        let scaler = MinMax::fit(&samples).range(low, high);
        assert_eq!(scaler.bounds(), (low, high));
        assert_eq!(scaler.apply(&[0.1, -1.0 / 3.0]), [low; 2]);
        assert_eq!(scaler.apply(&[0.7, 1e300]), [high; 2]);
        assert_eq!(scaler.invert(&[low; 2]), [0.1, -1.0 / 3.0]);
        assert_eq!(scaler.invert(&[high; 2]), [0.7, 1e300]);
    }
}

#[test]
fn the_largest_and_the_smallest_numbers_do_not_overflow() {
    let samples = [[f64::MAX, 5e-324], [f64::MIN, 0.0], [0.0, 5e-324]];
    let scaler = MinMax::fit(&samples);
    assert_eq!(scaler.apply(&samples[2]), [0.5, 1.0]);
    assert_eq!(scaler.invert(&[0.75, 1.0]), [f64::MAX / 2.0, 5e-324]);
    // A number that no `f64` holds becomes the largest.
    assert_eq!(scaler.apply(&[f64::MAX, f64::MAX]), [1.0, f64::MAX]);
    assert_eq!(scaler.invert(&[-2.0, 2.0]), [f64::MIN, 1e-323]);

    let scaler = QuantileTransformer::fit(&samples);
    assert_eq!(scaler.quantiles(0), [f64::MIN, 0.0, f64::MAX]);
    assert_eq!(scaler.apply(&[f64::MAX / 2.0, 0.0]), [0.75, 0.0]);
    assert_eq!(scaler.invert(&[0.75, 0.5]), [f64::MAX / 2.0, 5e-324]);
    let wide = QuantileTransformer::fit(&[[f64::MIN], [f64::MAX]]);
    assert_eq!((wide.apply(&[0.0]), wide.invert(&[0.5])), ([0.5], [0.0]));
}

#[test]
fn constant_features_become_the_lower_bound() {
    let samples = [[7.25_f32, 1.0], [7.25, 2.0], [7.25, 3.0]];
    let min_max = MinMax::fit(&samples).range(-1.0, 1.0);
    assert_eq!(min_max.apply(&[7.25, 3.0]), [-1.0, 1.0]);
    assert_eq!(min_max.apply(&[7.5, 3.0])[0], -0.5);
    assert_eq!(min_max.invert(&[-0.5, 1.0]), [7.5, 3.0]);
    for samples in [&samples[..], &samples[..1]] {
        let quantiles = QuantileTransformer::fit(samples);
        let below_at_above = [7.0, 7.25, 7.5].map(|x| quantiles.apply(&[x, 1.0])[0]);
        assert_eq!(below_at_above, [0.0, 0.0, 1.0]);
        assert_eq!([0.0, 0.3, 1.0].map(|y| quantiles.invert(&[y, 0.0])[0]), [7.25; 3]);
    }
}

#[test]
fn bounds_of_normal_output_invert_to_the_smallest_and_the_largest_sample() {
    let samples: Vec<[f64; 1]> = (0..50).map(|i| [f64::from(i * i)]).collect();
    let scaler = QuantileTransformer::fit(&samples).normal();
    assert!(scaler.is_normal());
    for (x, expected) in [(-3.0, 0.0), (0.0, 0.0), (2401.0, 2401.0), (9999.0, 2401.0)] {
        let [y] = scaler.apply(&[x]);
        assert!((y.abs() - 5.199_337_58).abs() < 1e-8, "{y}");
        assert_eq!(scaler.invert(&[y]), [expected]);
    }
}

#[test]
fn inverting_undoes_what_applying_does_between_the_ends() {
    let samples: Vec<[f64; 1]> = (0..200).map(|i| [f64::from(i).sqrt() - 5.0]).collect();
    let uniform = QuantileTransformer::fit_with(&samples, 30);
    let normal = uniform.clone().normal();
    let min_max = MinMax::fit(&samples).range(-3.0, 2.0);
    for sample in &samples {
        for back in [
            uniform.invert(&uniform.apply(sample)),
            normal.invert(&normal.apply(sample)),
            min_max.invert(&min_max.apply(sample)),
        ] {
            assert!((back[0] - sample[0]).abs() < 1e-12, "{back:?} is not {sample:?}");
        }
    }
}

#[test]
fn greater_numbers_never_become_smaller() {
    let mut rng = typenet::rng(3);
    let samples: Vec<[f64; 1]> = (0..300).map(|_| [typenet::random::normal(&mut rng).round()]).collect();
    let (quantiles, min_max) = (QuantileTransformer::fit_with(&samples, 77), MinMax::fit(&samples).range(0.1, 0.7));
    let asked: Vec<[f64; 1]> = (-500..500).map(|i| [f64::from(i) / 100.0]).collect();
    for pair in asked.windows(2) {
        assert!(quantiles.apply(&pair[0]) <= quantiles.apply(&pair[1]));
        assert!(min_max.apply(&pair[0]) < min_max.apply(&pair[1]));
    }
}

#[test]
fn numbers_that_are_not_finite_stay_what_they_are() {
    let samples = [[0.0_f32], [1e-30]];
    let (min_max, quantiles) = (MinMax::fit(&samples), QuantileTransformer::fit(&samples).normal());
    assert_eq!(min_max.apply(&[3e38]), [f32::MAX]);
    assert_eq!(min_max.apply(&[f32::INFINITY]), [f32::INFINITY]);
    assert_eq!(quantiles.apply(&[f32::NEG_INFINITY]), [f32::NEG_INFINITY]);
    assert!(min_max.apply(&[f32::NAN])[0].is_nan() && quantiles.invert(&[f32::NAN])[0].is_nan());
}

#[test]
fn stored_numbers_give_the_scaler_again_and_wrong_ones_are_refused() {
    type Bounds = MinMax<[f32; 2]>;
    type Quantiles = QuantileTransformer<[f32; 2]>;

    let samples = [[1.0_f32, 5.0], [3.0, 6.0], [2.0, 9.0]];
    let min_max = MinMax::fit(&samples).range(-1.0, 1.0);
    let again = MinMax::from_bounds(min_max.minima(), min_max.maxima()).unwrap().range(-1.0, 1.0);
    assert_eq!(again, min_max);
    let quantiles = QuantileTransformer::fit(&samples).normal();
    let stored = [quantiles.quantiles(0), quantiles.quantiles(1)].concat();
    assert_eq!(QuantileTransformer::from_quantiles(&stored, 3).unwrap().normal(), quantiles);

    let message = |minima: &[f64], maxima: &[f64]| Bounds::from_bounds(minima, maxima).unwrap_err().to_string();
    assert_eq!(message(&[1.0], &[1.0, 2.0]), "there are 1 minima but 2 features in a sample");
    assert_eq!(message(&[1.0, 2.0], &[1.0; 3]), "there are 3 maxima but 2 features in a sample");
    assert_eq!(message(&[1.0, f64::NAN], &[1.0; 2]), "the minimum is NaN, but must be a finite number");
    let low = "the maximum is 0, but must be a finite number not below its minimum";
    assert_eq!(message(&[1.0; 2], &[1.0, 0.0]), low);

    let message = |values: &[f64], count| Quantiles::from_quantiles(values, count).unwrap_err().to_string();
    assert_eq!(message(&[], 0), "the number of quantiles is 0, but must be at least 1");
    let places = "there are 3 quantiles but 4 expected for samples of this size";
    assert_eq!(message(&[1.0; 3], 2), places);
    let order = "the quantile is 1, but must be a finite number not below the one before it";
    assert_eq!(message(&[1.0, 2.0, 2.0, 1.0], 2), order);
    assert!(message(&[1.0, f64::INFINITY, 2.0, 3.0], 2).starts_with("the quantile is inf"));
}

#[test]
#[should_panic(expected = "a `MinMax` needs at least one sample")]
fn fitting_a_range_to_nothing_panics() {
    let _ = MinMax::fit(&[[0.0_f32; 3]; 0]);
}

#[test]
#[should_panic(expected = "a `MinMax` cannot be fitted to NaN: data must be finite")]
fn fitting_a_range_to_nan_panics() {
    let _ = MinMax::fit(&[[1.0, f64::NAN]]);
}

#[test]
#[should_panic(expected = "the range of a `MinMax` is from a finite number to a larger one, not from 1 to 1")]
fn a_range_of_no_length_panics() {
    let _ = MinMax::fit(&[[1.0_f32]]).range(1.0, 1.0);
}

#[test]
#[should_panic(expected = "a `QuantileTransformer` needs at least one sample")]
fn measuring_quantiles_of_nothing_panics() {
    let _ = QuantileTransformer::fit(&[[0.0_f32; 3]; 0]);
}

#[test]
#[should_panic(expected = "a `QuantileTransformer` needs at least one quantile")]
fn measuring_no_quantiles_panics() {
    let _ = QuantileTransformer::fit_with(&[[1.0_f32]], 0);
}

#[test]
#[should_panic(expected = "a `QuantileTransformer` cannot be fitted to inf: data must be finite")]
fn measuring_quantiles_of_an_infinity_panics() {
    let _ = QuantileTransformer::fit(&[[1.0, 2.0], [1.0, f64::INFINITY]]);
}

#[test]
fn samples_of_no_numbers_are_allowed() {
    assert!(MinMax::fit(&[[0.0_f32; 0]; 2]).minima().is_empty());
    assert_eq!(QuantileTransformer::fit(&[[0.0_f32; 0]; 2]).apply(&[]), [0.0; 0]);
}

#[test]
fn transforming_targets_applies_to_each_target_and_leaves_inputs() {
    let targets = vec![[0.0_f32, 5.0], [1.0, 7.0], [4.0, 6.0]];
    let data = Dataset::<Vector<1>, Vector<2>>::new(vec![[1.0], [2.0], [3.0]], targets.clone()).unwrap();
    let (min_max, normal) = (MinMax::fit(&targets), QuantileTransformer::fit(&targets).normal());
    let scaled = min_max.transform_targets(data.clone());
    let transformed = normal.transform_targets(data.clone());
    for (index, target) in targets.iter().enumerate() {
        assert_eq!(scaled.targets()[index], min_max.apply(target));
        assert_eq!(transformed.targets()[index], normal.apply(target));
    }
    assert!(scaled.inputs() == data.inputs() && transformed.inputs() == data.inputs());
}
