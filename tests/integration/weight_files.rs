//! Does every file that the format allows load, whatever else is in it, and under other names than the network's?
#![cfg(feature = "safetensors")]

use std::fs;

use typenet::prelude::*;
use typenet::{Error, MinMax, WrongTensor};

use crate::support::folder::Folder;

network!(struct Line = dense: Dense<2, 1>);
network!(struct Net = hidden: Dense<2, 3>, Tanh, output: Dense<3, 1>);
// The names of wrapped models.
network!(struct DataParallel (Vector<2>) = module: Net);
network!(struct Compiled (Vector<2>) = _orig_mod: DataParallel);

/// A file of a line that gives 2 x₀ + 3 x₁ + 1, with these metadata.
fn line(metadata: &str) -> Vec<u8> {
    let header = format!(
        r#"{{"__metadata__":{{{metadata}}},"dense.bias":{{"dtype":"F32","shape":[1],"data_offsets":[0,4]}},"dense.weight":{{"dtype":"F32","shape":[1,2],"data_offsets":[4,12]}}}}"#
    );
    let numbers = [1.0_f32, 2.0, 3.0].map(f32::to_le_bytes).concat();
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &numbers].concat()
}

fn assert_loads(metadata: &str) {
    match Line::from_safetensors(&line(metadata)) {
        Ok(line) => assert_eq!(line.predict(&[10.0, 100.0]), [321.0]),
        Err(error) => panic!("{metadata:.80}: {error}"),
    }
}

#[test]
fn metadata_of_any_length_are_passed_over() {
    for letters in [0, 60_000, 10_000_000] {
        assert_loads(&format!(r#""format":"pt","ss_tag_frequency":"{}""#, "tag".repeat(letters / 3)));
        assert_loads(&format!(r#""format":"pt","ss_tag_frequency":"{}""#, r"\n".repeat(letters / 2)));
    }
    let many = (0..100_000).map(|key| format!(r#""{key}":"""#)).collect::<Vec<_>>();
    assert_loads(&many.join(","));
}

#[test]
fn metadata_of_any_name_are_passed_over() {
    for name in ["data_offsets", "dense.weight", "__metadata__", "shape", "", r"\u0000", r#"\""#, "🤗"] {
        assert_loads(&format!(r#""{name}":"none""#));
    }
}

#[cfg(unix)]
#[test]
fn weights_are_read_from_what_has_no_length() {
    let folder = Folder::new("pipe");
    let path = folder.path("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    let through_a_pipe = |bytes: Vec<u8>| {
        let writer = path.clone();
        // The reader may hang up.
        let writing = std::thread::spawn(move || drop(fs::write(writer, bytes)));
        let read = Line::load(&path);
        writing.join().unwrap();
        read.map(|line| line.predict(&[10.0, 100.0])).map_err(|error| error.to_string())
    };
    let bytes = line(r#""format":"pt""#);
    assert_eq!(through_a_pipe(bytes.clone()), Ok([321.0]));
    let refused = |bytes| through_a_pipe(bytes).unwrap_err();
    assert!(
        refused(bytes[..bytes.len() - 1].to_vec()).ends_with("it ends before the elements that its header declares")
    );
    assert!(refused([&bytes[..], &[0]].concat()).ends_with("it goes on after its last tensor"));
    assert!(refused(bytes[..40].to_vec()).contains("it ends within its header"));
    // It has no end, and is not read to it.
    assert!(Line::load("/dev/zero").unwrap_err().to_string().contains("its header is wrong"));
}

fn net() -> Box<Net> {
    Net::init(&mut typenet::rng(37))
}

/// The bytes of the wrapped network, with scalers.
fn wrapped(inputs: &Standardizer<[f32; 2]>, targets: &MinMax<[f32; 1]>) -> Vec<u8> {
    let mut wrapped = Compiled::zeroed();
    wrapped._orig_mod.module.copy_from(&net());
    wrapped.to_safetensors_with_scalers(inputs, targets).unwrap()
}

#[test]
fn every_way_to_load_can_strip_a_prefix() {
    let inputs = Standardizer::fit(&[[1.0_f32, 2.0], [3.0, 6.0]]);
    let targets = MinMax::fit(&[[1.0_f32], [5.0]]);
    let bytes = wrapped(&inputs, &targets);
    let folder = Folder::new("prefix");
    let path = folder.path("wrapped");
    fs::write(&path, &bytes).unwrap();

    for is_in_memory in [false, true] {
        let file = || {
            let file = if is_in_memory { WeightsFile::in_memory(&bytes) } else { WeightsFile::at(&path) };
            file.strip_prefix("_orig_mod.").strip_prefix("module.")
        };
        assert_eq!(Net::load(file()).unwrap().parameters(), net().parameters());
        let (loaded, scaler) = Net::load_with_scaler::<Standardizer<_>>(file()).unwrap();
        assert_eq!((loaded.parameters(), scaler), (net().parameters(), inputs.clone()));
        let (loaded, first, second) = Net::load_with_scalers::<Standardizer<_>, MinMax<_>>(file()).unwrap();
        assert_eq!((loaded.parameters(), first, second), (net().parameters(), inputs.clone(), targets.clone()));
        let mut other = Net::zeroed();
        other.load_from(file()).unwrap();
        assert_eq!(other.parameters(), net().parameters());
        let wide = <Net<f64> as Weights>::load(file()).unwrap();
        assert!(wide.parameters().iter().zip(net().parameters()).all(|(&wide, &x)| wide == f64::from(x)));
    }
    // One that is not wrapped loads by the same call.
    fs::write(&path, net().to_safetensors().unwrap()).unwrap();
    let file = WeightsFile::at(&path).strip_prefix("module.");
    assert_eq!(Net::load(file).unwrap().parameters(), net().parameters());
}

network!(struct Small = Dense<3, 2>, Tanh, Dense<2, 2>);

static EMBEDDED: Small =
    weights!(Small, "../corpus/weights/names_of_a_wrapped_model", strip_prefix = "other.", strip_prefix = "module.",);

#[test]
fn an_embedded_file_can_strip_prefixes_too() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/weights/names_of_a_wrapped_model");
    let loaded = Small::load(WeightsFile::at(path).strip_prefix("module.")).unwrap();
    assert_eq!((EMBEDDED.parameters(), EMBEDDED.parameters()[13]), (loaded.parameters(), 3.25));
}

#[test]
fn an_error_names_the_prefix_and_the_call_that_strips_it() {
    let bytes = wrapped(&Standardizer::fit(&[[0.0, 0.0]]), &MinMax::fit(&[[0.0]]));
    let folder = Folder::new("named");
    let path = folder.path("wrapped");
    fs::write(&path, &bytes).unwrap();
    let error = Net::load(&path).unwrap_err().to_string();
    let expected = format!(
        "4 names begin with `_orig_mod.module.`, but the names in the network do not: load \
         `WeightsFile::at({path:?}).strip_prefix(\"_orig_mod.module.\")`"
    );
    assert_eq!(error.lines().last().unwrap(), expected);
    assert_eq!(error.lines().filter(|line| line.contains("`_orig_mod.module.hidden.weight`")).count(), 1);
    let file = WeightsFile::at(&path).strip_prefix("_orig_mod.module.");
    assert_eq!(Net::load(file).unwrap().parameters(), net().parameters());

    // Nothing is said where no prefix helps.
    let error = Line::load(&path).unwrap_err();
    assert!(!error.to_string().contains("strip_prefix"), "{error}");
}

#[test]
fn names_are_changed_in_the_order_that_is_written() {
    let bytes = net().to_safetensors().unwrap();
    network!(struct Renamed = first: Dense<2, 3>, Tanh, last: Dense<3, 1>);
    let names = |name: &str| name.replace("hidden", "a.first").replace("output", "a.last");
    let file = || WeightsFile::in_memory(&bytes).map_names(names).strip_prefix("a.");
    assert_eq!(Renamed::load(file()).unwrap().parameters(), net().parameters());
    let other = WeightsFile::in_memory(&bytes).strip_prefix("a.").map_names(names);
    let Err(Error::WrongTensors { wrong, .. }) = Renamed::load(other) else { panic!("other names are no error") };
    assert!(wrong.contains(&WrongTensor::Unexpected { name: "a.first.weight".into(), found: vec![3, 2] }), "{wrong:?}");
    assert_eq!(
        format!("{:?}", file()),
        "WeightsFile { place: Memory([..]), renames: [With(..), StripPrefix(\"a.\")] }"
    );
}

#[test]
fn tensors_that_have_one_name_after_a_change_are_refused() {
    let bytes = net().to_safetensors().unwrap();
    let file = WeightsFile::in_memory(&bytes).map_names(|name| name.replace("output.bias", "hidden.bias"));
    assert_eq!(
        Net::load(file).unwrap_err().to_string(),
        "the file in memory cannot be read: two of its tensors have the name `hidden.bias` after renaming"
    );
}

#[test]
fn pairs_rename_tensors_and_layers_and_may_swap_names() {
    network!(struct Renamed = first: Dense<2, 3>, Tanh, last: Dense<3, 1>);
    network!(struct Swapped = output: Dense<2, 3>, Tanh, hidden: Dense<3, 1>);
    let bytes = net().to_safetensors().unwrap();
    let file = || WeightsFile::in_memory(&bytes);
    let pairs =
        [("hidden", "first"), ("output.weight", "last.weight"), ("output.bias", "last.bias"), ("none", "nowhere")];
    assert_eq!(Renamed::load(file().rename(pairs)).unwrap().parameters(), net().parameters());
    let swapped = Swapped::load(file().rename([("hidden", "output"), ("output", "hidden")])).unwrap();
    assert_eq!(swapped.parameters(), net().parameters());
    // The longest name counts, and a part of a name is none.
    let pairs =
        [("hidden", "wrong"), ("hidden.weight", "first.weight"), ("hidden.bias", "first.bias"), ("out", "wrong")];
    let file = file().rename(pairs).rename([("output", "last")]);
    assert_eq!(Renamed::load(file).unwrap().parameters(), net().parameters());
}

#[test]
fn the_error_after_renaming_has_a_table_of_both_sides() {
    network!(struct Renamed = first: Dense<2, 3>, Tanh, last: Dense<3, 2>);
    let bytes = net().to_safetensors().unwrap();
    let mut network = Renamed::init(&mut typenet::rng(1));
    let before = network.parameters().to_vec();
    let file = WeightsFile::in_memory(&bytes).rename([("hidden", "first"), ("output.weight", "last.weight")]);
    let error = network.load_from(file).unwrap_err().to_string();
    let table = "
names in the file       names in `Renamed`
  hidden.bias [3]       first.bias [3]
  hidden.weight [3, 2]  first.weight [3, 2]
  output.bias [1]       –
  output.weight [1, 3]  last.weight [2, 3]
  –                     last.bias [2]";
    assert!(error.ends_with(table), "{error}");
    assert_eq!(network.parameters(), before);
    // A new name that the network does not have is shown too, and a long table is cut.
    let file = WeightsFile::in_memory(&bytes).map_names(|name| name.replace("hidden", "fist"));
    let error = network.load_from(file).unwrap_err().to_string();
    assert!(error.contains("  hidden.weight → fist.weight [3, 2]  –"), "{error}");
    let entries: Vec<_> =
        (0..1000).map(|number| format!(r#""t{number}":{{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}"#)).collect();
    let header = format!("{{{}}}", entries.join(","));
    let bytes = [&(header.len() as u64).to_le_bytes(), header.as_bytes()].concat();
    let error = network.load_from(WeightsFile::in_memory(&bytes).rename([("a", "b")])).unwrap_err().to_string();
    assert!(error.ends_with("and 804 more") && error.len() < 20_000, "{error}");
}

/// A file with the tensors of a batch normalization of one channel, and a counter of batches called `counter`.
fn normalized(counter: &str) -> Vec<u8> {
    let names = ["norm.weight", "norm.bias", "norm.running_mean", "norm.running_var"];
    let tensors = names.iter().enumerate().map(|(index, name)| {
        format!(r#""{name}":{{"dtype":"F32","shape":[1],"data_offsets":[{},{}]}}"#, 4 * index, 4 * index + 4)
    });
    let counter = format!(r#""{counter}":{{"dtype":"I64","shape":[],"data_offsets":[16,24]}}"#);
    let header = format!("{{{}}}", tensors.chain([counter]).collect::<Vec<_>>().join(","));
    let elements = [3.0_f32, 0.5, 10.0, 4.0].map(f32::to_le_bytes).concat();
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &elements, &7_u64.to_le_bytes()].concat()
}

#[test]
fn counters_of_batches_beside_running_statistics_are_passed_over() {
    network!(struct Normalized (Vector<1>) = norm: BatchNorm);
    let network = Normalized::from_safetensors(&normalized("norm.num_batches_tracked")).unwrap();
    assert!((network.predict(&[14.0])[0] - 6.5).abs() < 1e-4);
    for counter in ["num_batches_tracked", "other.num_batches_tracked", "norm.batches_tracked"] {
        let error = Normalized::from_safetensors(&normalized(counter)).unwrap_err().to_string();
        assert!(error.contains(counter) && error.contains("is not expected"), "{error}");
    }
}
