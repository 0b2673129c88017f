//! The tables of the library are those of scikit-learn.

use typenet::prelude::*;

use crate::recorded;

/// Checks counts and sums of a table against `reference/datasets.json`. `targets` are whole numbers.
fn is_recorded<const N: usize>(name: &str, inputs: &[[f32; N]], targets: &[f64], features: &[&str], classes: &[&str]) {
    let all = recorded::file("datasets.json");
    let table = &all[name];
    assert_eq!(inputs.len() as u64, table["samples"].as_u64().unwrap(), "{name}");
    assert_eq!(table["features"], serde_json::json!(features), "{name}");
    assert_eq!(table["classes"], serde_json::json!(classes), "{name}");
    for (class, count) in recorded::numbers(&table["counts"]).into_iter().enumerate() {
        assert_eq!(targets.iter().filter(|&&target| target == class as f64).count() as f64, count, "{name}, {class}");
    }
    let (sums, weighted) = (recorded::numbers(&table["sums"]), recorded::numbers(&table["weighted"]));
    let decimals = recorded::numbers(&table["decimals"]).into_iter().map(|decimals| 10_f64.powf(decimals));
    for (column, power) in decimals.chain([1.0]).enumerate() {
        let value = |sample: usize| inputs[sample].get(column).map_or(targets[sample], |&value| f64::from(value));
        let (mut sum, mut with_positions) = (0.0, 0.0);
        for sample in 0..inputs.len() {
            let integer = (value(sample) * power).round();
            // The value is the float nearest to the decimal.
            #[allow(clippy::cast_possible_truncation, reason = "rounding to the type is the point")]
            let nearest = (integer / power) as f32;
            assert_eq!(f64::from(nearest), value(sample), "{name}: sample {sample}, column {column}");
            sum += integer;
            with_positions += integer * (sample + 1) as f64;
        }
        assert_eq!((sum, with_positions), (sums[column], weighted[column]), "{name}: column {column}");
    }
    for (column, mean) in recorded::numbers(&table["means"]).into_iter().enumerate() {
        let ours = inputs.iter().map(|input| f64::from(input[column])).sum::<f64>() / inputs.len() as f64;
        assert!((ours - mean).abs() <= 1e-7 * mean.abs(), "{name}: column {column} has the mean {ours}, not {mean}");
    }
}

fn indices<X: Shape, const K: usize>(data: &Dataset<X, Class<K>>) -> Vec<f64> {
    data.targets().iter().map(|class| class.index() as f64).collect()
}

fn listed<const K: usize>(names: &Names<K>) -> Vec<&str> {
    names.iter().collect()
}

#[test]
fn the_tables_of_the_library_are_those_of_scikit_learn() {
    use datasets::{breast_cancer, diabetes, iris, wine};

    let data = iris();
    is_recorded("iris", data.inputs(), &indices(&data), &iris::FEATURES, &listed(&iris::CLASSES));
    let data = wine();
    is_recorded("wine", data.inputs(), &indices(&data), &wine::FEATURES, &listed(&wine::CLASSES));
    let data = breast_cancer();
    is_recorded(
        "breast_cancer",
        data.inputs(),
        &indices(&data),
        &breast_cancer::FEATURES,
        &listed(&breast_cancer::CLASSES),
    );
    let data = diabetes();
    let targets: Vec<_> = data.targets().iter().map(|&[target]| f64::from(target)).collect();
    is_recorded("diabetes", data.inputs(), &targets, &diabetes::FEATURES, &[]);
}
