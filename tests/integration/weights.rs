//! Do weights come back from files with the same bits, and are files of another network refused in whole?
#![cfg(feature = "safetensors")]

use std::fs;
use std::path::PathBuf;

use typenet::dataset::Scaler;
use typenet::prelude::*;
use typenet::{Error, MinMax, QuantileTransformer, WrongTensor};

use crate::support::folder::Folder;

network!(struct Classifier = Dense<4, 5>, Tanh, Dense<5, 3>, Softmax);
network! {
    struct Outer (Vector<4>) {
        first: Inner,
        last: Dense<2, 1>,
    }
}
network!(struct Inner = Dense<4, 2>, Tanh);
network! {
    struct Mlp<const N: usize, const H: usize> {
        hidden: Dense<N, H>,
        Relu,
        output: Dense<H, N>,
    }
}
network!(struct Nothing (Vector<3>) { Tanh, });

const SEED: u64 = 37;

fn classifier() -> Box<Classifier> {
    Classifier::init(&mut typenet::rng(SEED))
}

/// The header of a file, as text.
fn header(bytes: &[u8]) -> String {
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap());
    String::from_utf8(bytes[8..8 + usize::try_from(length).unwrap()].to_vec()).unwrap()
}

/// A file with this header and these numbers, as another program would write it.
fn foreign(header: &str, numbers: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), numbers].concat()
}

fn wrong_tensors(error: Error) -> Vec<WrongTensor> {
    match error {
        Error::WrongTensors { wrong, .. } => wrong,
        other => panic!("{other}"),
    }
}

fn unreadable(result: typenet::Result<Box<Classifier>>) -> String {
    match result {
        Err(Error::Unreadable { reason, .. }) => reason,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was read"),
    }
}

#[test]
fn weights_come_back_with_the_same_bits() {
    let folder = Folder::new("same_bits");
    let network = classifier();
    let path = folder.path("weights.safetensors");
    network.save(&path).unwrap();
    let loaded = Classifier::load(&path).unwrap();
    assert_eq!(loaded.parameters().to_vec(), network.parameters());
    let mut other = Classifier::zeroed();
    other.load_from(&path).unwrap();
    assert_eq!(other.parameters(), network.parameters());
    let mut other = Classifier::zeroed();
    other.copy_from_safetensors(&network.to_safetensors().unwrap()).unwrap();
    assert_eq!(other.parameters(), network.parameters());
    assert_eq!(fs::read(&path).unwrap(), network.to_safetensors().unwrap());
    assert_eq!(folder.names(), ["weights.safetensors"]);
}

#[test]
fn every_kind_of_network_comes_back() {
    let mut rng = typenet::rng(SEED);
    let generic = Mlp::<3, 2>::init(&mut rng);
    let loaded = Mlp::<3, 2>::from_safetensors(&generic.to_safetensors().unwrap()).unwrap();
    assert_eq!(loaded.parameters(), generic.parameters());
    let double = Mlp::<3, 2, f64>::init(&mut rng);
    let loaded = Mlp::<3, 2, f64>::from_safetensors(&double.to_safetensors().unwrap()).unwrap();
    assert_eq!(loaded.parameters(), double.parameters());
    let outer = Outer::init(&mut rng);
    let bytes = outer.to_safetensors().unwrap();
    assert!(header(&bytes).contains(r#""first.dense.weight":{"dtype":"F32","shape":[2,4]"#), "{}", header(&bytes));
    assert_eq!(Outer::from_safetensors(&bytes).unwrap().parameters(), outer.parameters());
    Nothing::from_safetensors(&Nothing::zeroed().to_safetensors().unwrap()).unwrap();
}

#[test]
fn weights_are_written_row_after_row() {
    let mut network = Mlp::<3, 2>::zeroed();
    network.hidden.weight =
        nalgebra::SMatrix::from_fn(|row, column| f32::from(u8::try_from(3 * row + column).unwrap()));
    let bytes = network.to_safetensors().unwrap();
    let header = header(&bytes);
    let expected = r#""hidden.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[8,32]}"#;
    assert!(header.contains(expected), "{header}");
    let start = 8 + header.len() + 8;
    let rows: Vec<f32> =
        bytes[start..start + 24].chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect();
    assert_eq!(rows, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    assert_eq!(Mlp::<3, 2>::from_safetensors(&bytes).unwrap().hidden.weight, network.hidden.weight);
}

#[test]
fn the_same_weights_are_the_same_bytes() {
    let network = classifier();
    let bytes = network.to_safetensors().unwrap();
    for _ in 0..20 {
        assert_eq!(network.to_safetensors().unwrap(), bytes);
    }
}

#[test]
fn a_scaler_comes_back_with_the_weights_and_may_be_left() {
    let samples = [[1.0_f32, 2.0, 3.0, 4.0], [0.1, 0.2, 0.3, 0.4]];
    let (network, scaler) = (classifier(), Standardizer::fit(&samples));
    let bytes = network.to_safetensors_with_scaler(&scaler).unwrap();
    let (loaded, loaded_scaler) = Classifier::from_safetensors_with_scaler::<Standardizer<_>>(&bytes).unwrap();
    assert_eq!(loaded_scaler, scaler);
    for sample in &samples {
        assert_eq!(loaded.predict(&loaded_scaler.apply(sample)), network.predict(&scaler.apply(sample)));
    }
    assert_eq!(Classifier::from_safetensors(&bytes).unwrap().parameters(), network.parameters());

    let error =
        Classifier::from_safetensors_with_scaler::<Standardizer<_>>(&network.to_safetensors().unwrap()).unwrap_err();
    let missing = |name: &str| WrongTensor::Missing { name: name.into(), expected: vec![4] };
    assert_eq!(wrong_tensors(error), [missing("standardizer/mean"), missing("standardizer/deviation")]);
}

type OfInputs = Standardizer<[f32; 4]>;
type OfTargets = Standardizer<[f32; 3]>;

#[test]
fn scalers_of_inputs_and_targets_come_back_and_may_be_left() {
    let network = classifier();
    let inputs = Standardizer::fit(&[[1.0_f32, 2.0, 3.0, 4.0], [0.1, 0.2, 0.3, 0.4]]);
    let targets = Standardizer::fit(&[[10.0_f32, 20.0, 30.0], [-1.0, -2.0, 0.5]]);
    let bytes = network.to_safetensors_with_scalers(&inputs, &targets).unwrap();
    let (loaded, loaded_inputs, loaded_targets) =
        Classifier::from_safetensors_with_scalers::<OfInputs, OfTargets>(&bytes).unwrap();
    assert_eq!((loaded_inputs, loaded_targets), (inputs.clone(), targets));
    assert_eq!(loaded.parameters(), network.parameters());
    // One of the two, and none.
    assert_eq!(Classifier::from_safetensors_with_scaler::<OfInputs>(&bytes).unwrap().1, inputs);
    assert_eq!(Classifier::from_safetensors(&bytes).unwrap().parameters(), network.parameters());

    let missing = |name: &str, size| WrongTensor::Missing { name: name.into(), expected: vec![size] };
    let one = network.to_safetensors_with_scaler(&inputs).unwrap();
    let error = Classifier::from_safetensors_with_scalers::<OfInputs, OfTargets>(&one).unwrap_err();
    let of_targets = [missing("standardizer/target_mean", 3), missing("standardizer/target_deviation", 3)];
    assert_eq!(wrong_tensors(error), of_targets);
    let none = network.to_safetensors().unwrap();
    let error = Classifier::from_safetensors_with_scalers::<OfInputs, OfTargets>(&none).unwrap_err();
    let of_inputs = [missing("standardizer/mean", 4), missing("standardizer/deviation", 4)];
    assert_eq!(wrong_tensors(error), [of_inputs, of_targets].concat());
}

#[test]
fn every_kind_of_scaler_comes_back_with_the_weights() {
    fn there_and_back<A, B>(inputs: &A, targets: &B)
    where
        A: Scaler<[f32; 4]>,
        B: Scaler<[f32; 3]>,
    {
        let network = classifier();
        let bytes = network.to_safetensors_with_scalers(inputs, targets).unwrap();
        let (loaded, of_inputs, of_targets) = Classifier::from_safetensors_with_scalers::<A, B>(&bytes).unwrap();
        assert_eq!((&of_inputs, &of_targets), (inputs, targets));
        assert_eq!(Classifier::from_safetensors_with_scaler::<A>(&bytes).unwrap().1, *inputs);
        assert_eq!(Classifier::from_safetensors(&bytes).unwrap().parameters(), loaded.parameters());
        for x in [[1.0, 2.0, 3.0, 4.0], [-7.0, 0.3, 0.3, 99.0]] {
            let answer = loaded.predict(&of_inputs.apply(&x));
            assert_eq!(of_targets.invert(&answer), targets.invert(&network.predict(&inputs.apply(&x))));
        }
    }
    let samples = [[1.0_f32, 2.0, 3.0, 4.0], [0.1, 0.2, 0.3, 0.4], [0.5, 9.0, 3.0, -4.0]];
    let answers = [[10.0_f32, 20.0, 30.0], [-1.0, -2.0, 0.5]];
    let (standard, range) = (Standardizer::fit(&samples), MinMax::fit(&samples).range(-1.0, 1.0));
    let (uniform, normal) = (QuantileTransformer::fit(&samples), QuantileTransformer::fit_with(&samples, 2).normal());
    there_and_back(&range, &MinMax::fit(&answers));
    there_and_back(&uniform, &QuantileTransformer::fit(&answers).normal());
    there_and_back(&normal, &Standardizer::fit(&answers));
    there_and_back(&standard, &MinMax::fit(&answers));

    // The other kind is not what was asked for, and is told.
    let bytes = classifier().to_safetensors_with_scaler(&uniform).unwrap();
    let error = Classifier::from_safetensors_with_scaler::<MinMax<_>>(&bytes).unwrap_err();
    let missing = |name: &str, size| WrongTensor::Missing { name: name.into(), expected: vec![size] };
    let unexpected = |name: &str, found: &[usize]| WrongTensor::Unexpected { name: name.into(), found: found.into() };
    assert_eq!(
        wrong_tensors(error),
        [
            missing("min_max/minimum", 4),
            missing("min_max/maximum", 4),
            missing("min_max/range", 2),
            unexpected("quantile_transformer/normal", &[1]),
            unexpected("quantile_transformer/quantiles", &[3, 4]),
        ]
    );
}

/// A file of another program with tensors of `F64`, each with its name, shape and numbers.
fn doubles(tensors: &[(&str, &str, &[f64])]) -> Vec<u8> {
    let (mut entries, mut numbers) = (Vec::new(), Vec::new());
    for (name, shape, values) in tensors {
        let start = numbers.len();
        numbers.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        let end = numbers.len();
        entries.push(format!(r#""{name}":{{"dtype":"F64","shape":{shape},"data_offsets":[{start},{end}]}}"#));
    }
    foreign(&format!("{{{}}}", entries.join(",")), &numbers)
}

/// Why a file of these tensors has no scaler of this kind.
fn refused<S: Scaler<[f32; 3]>>(tensors: &[(&str, &str, &[f64])]) -> String {
    let error = Nothing::from_safetensors_with_scaler::<S>(&doubles(tensors)).unwrap_err();
    error.to_string().replace("the file in memory ", "")
}

#[test]
fn bounds_that_no_scaler_has_are_refused() {
    let message = |maximum: &[f64], range: &[f64]| {
        refused::<MinMax<_>>(&[
            ("min_max/minimum", "[3]", &[0.0, 1.0, 2.0]),
            ("min_max/maximum", "[3]", maximum),
            ("min_max/range", "[2]", range),
        ])
    };
    assert_eq!(
        message(&[0.0, 0.5, 3.0], &[0.0, 1.0]),
        "cannot be read: `min_max/maximum` holds 0.5 at [1]: a maximum is not below its minimum"
    );
    assert_eq!(
        message(&[0.0, 1.5, 3.0], &[1.0, 1.0]),
        "cannot be read: `min_max/range` holds 1 at [1]: the end of a range is above its start"
    );
}

#[test]
fn quantiles_that_no_scaler_has_are_refused() {
    let message = |shape: &str, quantiles: &[f64], normal: f64| {
        refused::<QuantileTransformer<_>>(&[
            ("quantile_transformer/quantiles", shape, quantiles),
            ("quantile_transformer/normal", "[1]", &[normal]),
        ])
    };
    let sorted = [0.0, 1.0, 2.0, 5.0, 1.0, 2.5];
    assert_eq!(
        message("[2,3]", &sorted, 0.5),
        "cannot be read: `quantile_transformer/normal` holds 0.5 at [0]: it is 1 for normal output and 0 for uniform"
    );
    assert_eq!(
        message("[2,3]", &[0.0, 1.0, 2.0, 5.0, 1.0, 1.5], 0.0),
        "cannot be read: `quantile_transformer/quantiles` holds 1.5 at [1, 2]: a quantile is not below the one before it"
    );
    for (shape, quantiles, found) in [("[3,2]", &sorted[..], "[3, 2]"), ("[0,3]", &[], "[0, 3]")] {
        let expected = format!(
            "does not fit `Nothing`: 1 wrong tensor\n  `quantile_transformer/quantiles` has shape {found}, but [1, 3] is expected"
        );
        assert_eq!(message(shape, quantiles, 0.0), expected);
    }
}

#[test]
fn a_deviation_of_zero_is_refused() {
    let entry = |name: &str, from: usize| {
        format!(r#""standardizer/{name}":{{"dtype":"F64","shape":[3],"data_offsets":[{from},{}]}}"#, from + 24)
    };
    let header = format!("{{{},{}}}", entry("mean", 0), entry("deviation", 24));
    let numbers: Vec<u8> = [0.0_f64, 0.0, 0.0, 1.0, 0.0, 2.0].iter().flat_map(|x| x.to_le_bytes()).collect();
    let error =
        Nothing::from_safetensors_with_scaler::<Standardizer<[f32; 3]>>(&foreign(&header, &numbers)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the file in memory cannot be read: `standardizer/deviation` holds 0 at [1]: deviations are above 0"
    );
}

#[test]
fn every_wrong_tensor_is_reported_at_once() {
    let header = r#"{
        "dense.weight":{"dtype":"F32","shape":[4,5],"data_offsets":[0,80]},
        "dense.bias":{"dtype":"F64","shape":[5],"data_offsets":[80,120]},
        "dense_2.bias":{"dtype":"F32","shape":[3],"data_offsets":[120,132]},
        "output/bias":{"dtype":"I64","shape":[1],"data_offsets":[132,140]},
        "dense_3.weight":{"dtype":"I64","shape":[],"data_offsets":[140,148]}
    }"#;
    let mut numbers = [0; 148];
    numbers[124..128].copy_from_slice(&f32::NAN.to_le_bytes());
    let mut network = classifier();
    let before = network.parameters().to_vec();
    let error = network.copy_from_safetensors(&foreign(header, &numbers)).unwrap_err();
    assert_eq!(network.parameters(), before);
    assert_eq!(
        error.to_string(),
        "the file in memory does not fit `Classifier`: 6 wrong tensors
  `dense.weight` has shape [4, 5], but [5, 4] is expected
  `dense.bias` is of type F64, but only F32, BF16, F16 can be read without rounding
  `dense_2.weight` of shape [3, 5] is missing
  `dense_2.bias` holds NaN at [1]
  `output/bias` of shape [1] is not expected
  `dense_3.weight` of shape [] is not expected"
    );
    assert_eq!(wrong_tensors(error).len(), 6);
}

#[test]
fn the_message_in_the_guide_is_the_one_that_is_given() {
    network!(struct DigitClassifier { hidden: Dense<64, 32>, Tanh, output: Dense<32, 10>, Softmax });
    network!(struct Wider { hidden: Dense<64, 48>, Tanh, decoder: Dense<48, 10>, Softmax });
    let bytes = Wider::zeroed().to_safetensors().unwrap();
    let message = DigitClassifier::from_safetensors(&bytes).unwrap_err().to_string();
    let page = include_str!("../../src/guide/files.md");
    assert!(page.contains(&message.replace("the file in memory", "`digits.safetensors`")), "{message}");
}

#[test]
fn narrower_types_are_widened_exactly() {
    let entry = |name: &str, kind: &str, shape: &str, from: usize, to: usize| {
        format!(r#""{name}":{{"dtype":"{kind}","shape":{shape},"data_offsets":[{from},{to}]}}"#)
    };
    let parts = [
        entry("hidden.weight", "BF16", "[1,1]", 0, 2),
        entry("hidden.bias", "F16", "[1]", 2, 4),
        entry("output.weight", "F32", "[1,1]", 4, 8),
        entry("output.bias", "F16", "[1]", 8, 10),
    ];
    let header = format!("{{{}}}", parts.join(","));
    let numbers = [&[0x49, 0xC0, 0x55, 0x35][..], &0.1_f32.to_le_bytes(), &[0x01, 0x80]].concat();
    let bytes = foreign(&header, &numbers);
    let expected = [-3.140_625, 0.333_251_95, 0.1, -5.960_464_5e-8];
    assert_eq!(Mlp::<1, 1>::from_safetensors(&bytes).unwrap().parameters(), expected);
    let double = Mlp::<1, 1, f64>::from_safetensors(&bytes).unwrap();
    assert_eq!(double.parameters(), expected.map(f64::from));
}

#[test]
fn double_precision_is_not_rounded_to_single() {
    let double = Mlp::<1, 1, f64>::init(&mut typenet::rng(SEED)).to_safetensors().unwrap();
    let wrong = wrong_tensors(Mlp::<1, 1>::from_safetensors(&double).unwrap_err());
    assert!(
        wrong.iter().all(|tensor| matches!(tensor, WrongTensor::Type { found, .. } if found == "F64")),
        "{wrong:?}"
    );
    assert_eq!(wrong.len(), 4);
    let single = Mlp::<1, 1>::init(&mut typenet::rng(SEED));
    let widened = Mlp::<1, 1, f64>::from_safetensors(&single.to_safetensors().unwrap()).unwrap();
    assert!(widened.parameters().iter().zip(single.parameters()).all(|(&a, &b)| a == f64::from(b)));
}

#[test]
fn what_could_not_be_loaded_is_not_saved() {
    let folder = Folder::new("not_saved");
    let path = folder.path("weights.safetensors");
    let mut network = classifier();
    network.save(&path).unwrap();
    let before = fs::read(&path).unwrap();
    network.dense_2.bias[1] = f32::INFINITY;
    let error = network.save(&path).unwrap_err();
    assert_eq!(error, Error::NonFiniteParameter { tensor: "dense_2.bias".into() });
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn files_that_cannot_be_opened_or_written_are_named() {
    let folder = Folder::new("named");
    let missing = folder.path("missing.safetensors");
    let error = Classifier::load(&missing).unwrap_err();
    assert!(
        matches!(&error, Error::File { verb: "read", path, .. } if *path == missing.display().to_string()),
        "{error}"
    );
    let nowhere = folder.path("no folder").join("weights.safetensors");
    let error = classifier().save(&nowhere).unwrap_err();
    assert!(
        matches!(&error, Error::File { verb: "write", path, .. } if *path == nowhere.display().to_string()),
        "{error}"
    );
    assert!(matches!(Classifier::load(folder.path(".")), Err(Error::File { .. } | Error::Unreadable { .. })));
    assert!(matches!(classifier().save(folder.path(".")), Err(Error::File { verb: "write", .. })));
    assert!(matches!(classifier().save(""), Err(Error::File { verb: "write", .. })));
    assert!(folder.names().is_empty(), "{:?}", folder.names());
}

#[cfg(unix)]
#[test]
fn a_failed_save_leaves_the_old_file_and_nothing_else() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = Folder::new("failed_save");
    let path = folder.path("weights.safetensors");
    classifier().save(&path).unwrap();
    let before = fs::read(&path).unwrap();
    // A folder of this name cannot be replaced by a file.
    let taken = folder.path("taken");
    fs::create_dir_all(taken.join("inside")).unwrap();
    assert!(classifier().save(&taken).is_err());
    fs::set_permissions(&folder.0, fs::Permissions::from_mode(0o555)).unwrap();
    // An administrator may write everywhere.
    let result = Classifier::init(&mut typenet::rng(1)).save(&path);
    fs::set_permissions(&folder.0, fs::Permissions::from_mode(0o755)).unwrap();
    assert!(result.is_ok() || fs::read(&path).unwrap() == before);
    assert_eq!(folder.names(), ["taken", "weights.safetensors"]);
}

#[cfg(unix)]
#[test]
fn files_for_reading_and_devices_are_not_replaced() {
    use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _, symlink};

    let folder = Folder::new("not_replaced");
    let (path, link) = (folder.path("weights.safetensors"), folder.path("device"));
    fs::write(&path, "kept").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    let error = classifier().save(&path).unwrap_err().to_string();
    assert!(error.ends_with("the existing file is read-only"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), b"kept");
    symlink("/dev/null", &link).unwrap();
    let error = classifier().save(&link).unwrap_err().to_string();
    assert!(error.ends_with("something that is not a file has this name"), "{error}");
    assert!(fs::metadata(&link).unwrap().file_type().is_char_device());
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_rights_stay() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let folder = Folder::new("links");
    let (path, link) = (folder.path("weights.safetensors"), folder.path("latest"));
    classifier().save(&path).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&path, &link).unwrap();
    let other = Classifier::init(&mut typenet::rng(1));
    other.save(&link).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(Classifier::load(&path).unwrap().parameters(), other.parameters());
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn a_file_says_what_its_blocks_were() {
    network!(struct Deep = Residual { Dense<2, 2>, Residual { Tanh } }, Dense<2, 1>);
    let error = Nothing::from_safetensors(&Deep::zeroed().to_safetensors().unwrap()).unwrap_err().to_string();
    let origin = "the file was made from Deep: (2), residual: Residual { dense: Dense<2, 2>, residual: Residual { tanh: Tanh } }, \
                  dense: Dense<2, 1>";
    assert!(error.ends_with(origin), "{error}");
}

#[test]
fn a_file_says_what_it_was_made_from() {
    let text = header(&classifier().to_safetensors().unwrap());
    for line in
        ["format 1", "kind weights", "network Classifier", "input (4)", "layer dense: Dense<4, 5>", "layer tanh: Tanh"]
    {
        assert!(text.contains(&format!("\\n{line}\\n")), "{line}: {text}");
    }
    let version = format!("\\ntypenet {}\\n", env!("CARGO_PKG_VERSION"));
    assert!(text.contains(&version), "{text}");
    let error = Mlp::<4, 3>::from_safetensors(&classifier().to_safetensors().unwrap()).unwrap_err().to_string();
    let origin = "the file was made from Classifier: (4), dense: Dense<4, 5>, tanh: Tanh, dense_2: Dense<5, 3>, softmax: Softmax";
    assert!(error.ends_with(origin), "{error}");
}

#[test]
fn another_version_of_the_format_is_named() {
    let bytes = classifier().to_safetensors().unwrap();
    let text = header(&bytes).replace("format 1\\n", "format 2\\n");
    let changed = [&bytes[..8], text.as_bytes(), &bytes[8 + text.len()..]].concat();
    let reason = unreadable(Classifier::from_safetensors(&changed));
    assert_eq!(reason, "its format is \"2\", and this version of typenet reads 1");
}

#[test]
fn a_path_may_be_anything_that_names_a_file() {
    let folder = Folder::new("paths");
    let path: PathBuf = folder.path("ein Netz – 网络");
    classifier().save(path.as_os_str()).unwrap();
    assert!(Classifier::load(path.to_str().unwrap()).is_ok());
}
