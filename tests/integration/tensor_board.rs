//! Event files of TensorBoard: frames and checksums, the values of a training, and resumed training. `reference/read_events.py` lets
//! TensorBoard itself read them.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use serde_json::json;
use typenet::prelude::*;
use typenet::train::{EventFile, TensorBoard, by_ref, on_step};
use typenet::{Error, History};

use crate::support::folder::Folder;

network! {
    struct Net {
        hidden: Dense<2, 4>,
        Tanh,
        Residual { inner: Dense<4, 4>, Relu },
        output: Dense<4, 2>,
        Softmax,
    }
}

type Samples = Dataset<Vector<2>, Class<2>>;

fn samples() -> Samples {
    let inputs = (0_u8..12).map(|i| [f32::from(i % 4), f32::from(i / 4)]);
    Dataset::labelled(inputs, (0..12).map(|i| usize::from(i % 4 > i / 4))).unwrap()
}

/// A value of a field of a message.
#[derive(Clone, Copy, Debug)]
enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// The fields of a message of Protocol Buffers, which `EventFile` writes in any order.
struct Fields<'a>(Vec<(u64, Value<'a>)>);

impl<'a> Fields<'a> {
    fn of(mut bytes: &'a [u8]) -> Self {
        fn varint(bytes: &mut &[u8]) -> u64 {
            let (mut value, mut shift) = (0, 0);
            loop {
                let byte = bytes[0];
                *bytes = &bytes[1..];
                value |= u64::from(byte & 0x7F) << shift;
                shift += 7;
                if byte < 0x80 {
                    return value;
                }
            }
        }
        let mut fields = Vec::new();
        while !bytes.is_empty() {
            let tag = varint(&mut bytes);
            let length = match tag & 7 {
                0 => {
                    fields.push((tag >> 3, Value::Number(varint(&mut bytes))));
                    continue;
                }
                1 => 8,
                2 => usize::try_from(varint(&mut bytes)).unwrap(),
                5 => 4,
                kind => panic!("a field of kind {kind}"),
            };
            let (value, rest) = bytes.split_at(length);
            fields.push((tag >> 3, Value::Bytes(value)));
            bytes = rest;
        }
        Self(fields)
    }

    fn get(&self, field: u64) -> Option<&'a [u8]> {
        self.0.iter().find_map(|&(number, value)| match value {
            Value::Bytes(bytes) if number == field => Some(bytes),
            _ => None,
        })
    }

    fn number(&self, field: u64) -> u64 {
        self.0
            .iter()
            .map(|&(number, value)| if let (true, Value::Number(value)) = (number == field, value) { value } else { 0 })
            .sum()
    }

    fn double(&self, field: u64) -> f64 {
        f64::from_le_bytes(self.get(field).unwrap().try_into().unwrap())
    }

    fn doubles(&self, field: u64) -> Vec<f64> {
        let (numbers, rest) = self.get(field).unwrap().as_chunks::<8>();
        assert!(rest.is_empty());
        numbers.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect()
    }
}

/// CRC-32C bit by bit, masked.
fn masked(bytes: &[u8]) -> u32 {
    let sum = bytes.iter().fold(u32::MAX, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte), |sum, _| sum >> 1 ^ if sum & 1 == 1 { 0x82F6_3B78 } else { 0 })
    });
    (!sum).rotate_right(15).wrapping_add(0xA282_EAD8)
}

/// What the events of a file have.
#[derive(Default)]
struct Events {
    version: String,
    /// The steps at which values are written again.
    restarts: Vec<u64>,
    scalars: BTreeMap<String, Vec<(u64, f32)>>,
    /// The number, the smallest and the largest of the values, and the number in all buckets.
    histograms: BTreeMap<String, Vec<(u64, [f64; 4])>>,
    texts: BTreeMap<String, String>,
    /// The width and height of images.
    images: BTreeMap<String, (u64, u64)>,
    /// The names of the nodes of the graph with their inputs.
    nodes: Vec<(String, Vec<String>)>,
}

impl Events {
    fn read(path: &Path) -> Self {
        let (bytes, mut events) = (fs::read(path).unwrap(), Self::default());
        let mut rest = &bytes[..];
        while let Some((length, after)) = rest.split_first_chunk::<8>() {
            let sum = |bytes: &[u8]| u32::from_le_bytes(bytes[..4].try_into().unwrap());
            assert_eq!(sum(after), masked(length), "the checksum of a length");
            let (event, after) = after[4..].split_at(usize::try_from(u64::from_le_bytes(*length)).unwrap());
            assert_eq!(sum(after), masked(event), "the checksum of an event");
            events.event(&Fields::of(event));
            rest = &after[4..];
        }
        assert!(rest.is_empty(), "a file ends with a whole record");
        events
    }

    fn event(&mut self, event: &Fields<'_>) {
        assert!(event.double(1) > 1.7e9, "the time is after 2023");
        let step = event.number(2);
        if let Some(version) = event.get(3) {
            self.version = text(version);
        } else if let Some(graph) = event.get(4) {
            for (_, node) in Fields::of(graph).0.iter().filter(|(field, _)| *field == 1) {
                let Value::Bytes(node) = node else { panic!("a node is a message") };
                let node = Fields::of(node);
                let inputs = node.0.iter().filter_map(|(field, value)| match value {
                    Value::Bytes(name) if *field == 3 => Some(text(name)),
                    _ => None,
                });
                self.nodes.push((text(node.get(1).unwrap()), inputs.collect()));
            }
        } else if let Some(session) = event.get(7) {
            assert_eq!(Fields::of(session).number(1), 1, "a start");
            self.restarts.push(step);
        } else if let Some(summary) = event.get(5) {
            self.value(step, &Fields::of(Fields::of(summary).get(1).unwrap()));
        }
    }

    fn value(&mut self, step: u64, value: &Fields<'_>) {
        let tag = text(value.get(1).unwrap());
        if let Some(scalar) = value.get(2) {
            let scalar = f32::from_le_bytes(scalar.try_into().unwrap());
            self.scalars.entry(tag).or_default().push((step, scalar));
        } else if let Some(histogram) = value.get(5) {
            let histogram = Fields::of(histogram);
            let (limits, counts) = (histogram.doubles(6), histogram.doubles(7));
            assert!(
                limits.len() == counts.len() && limits.is_sorted() && *limits.last().unwrap() == histogram.double(2)
            );
            let [smallest, largest, number] = [1, 2, 3].map(|field| histogram.double(field));
            self.histograms.entry(tag).or_default().push((step, [number, smallest, largest, counts.iter().sum()]));
        } else if let Some(image) = value.get(4) {
            let image = Fields::of(image);
            self.images.insert(tag, (image.number(2), image.number(1)));
        } else {
            self.texts.insert(tag, text(Fields::of(value.get(8).unwrap()).get(8).unwrap()));
        }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The files of a folder, in the order in which TensorBoard reads them.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Trains for six epochs of three steps, from the checkpoint if there is one, or is killed after `killed` steps and returns nothing.
#[cfg(feature = "safetensors")]
fn train(folder: &Path, killed: u64) -> Option<(History, Box<Net>)> {
    let (data, checkpoint) = (samples(), folder.join("checkpoint"));
    fs::create_dir_all(folder).unwrap();
    let kill = on_step(|_, record| {
        if record.total_steps == killed {
            std::panic::resume_unwind(Box::new("killed"));
        }
        ControlFlow::Continue(())
    });
    let attempt = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let mut network = Net::init(&mut typenet::rng(1));
        let mut trainer = Trainer::new(Nll, Adam::new(0.05))
            .epochs(6)
            .batch_size(4)
            .schedule(typenet::schedule::Exponential::new(0.9))
            .metric(Accuracy)
            .validation(&data)
            .callback(TensorBoard::in_folder(folder).steps(2).histograms(2))
            .callback(kill)
            .checkpoints(Checkpoints::every_steps(7, &checkpoint));
        if checkpoint.exists() {
            trainer.resume(&mut network, &checkpoint).unwrap();
        }
        (trainer.fit(&mut network, &data).unwrap(), network)
    }));
    attempt.ok()
}

/// A PNG file of another program.
fn png() -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("reference/pictures/colours.png")).unwrap()
}

fn rounded(values: &[f64]) -> Vec<f32> {
    #[allow(clippy::cast_possible_truncation, reason = "the format has no more digits")]
    values.iter().map(|&value| value as f32).collect()
}

#[test]
fn files_have_the_values_of_the_training_which_has_the_same_bits() {
    let folder = Folder::new("events");
    let (mut watched, mut alone) = (Net::init(&mut typenet::rng(1)), Net::init(&mut typenet::rng(1)));
    let data = samples();
    let mut trainer = Trainer::new(Nll, Adam::new(0.05)).epochs(4).batch_size(4).metric(Accuracy).validation(&data);
    let mut board = TensorBoard::in_folder(&folder.0).steps(2).histograms(2);
    let history = trainer.clone().callback(by_ref(&mut board)).fit(&mut watched, &data).unwrap();
    trainer.fit(&mut alone, &data).unwrap();
    assert_eq!(watched.parameters(), alone.parameters());

    let [training] = &files(&folder.path("train"))[..] else { panic!("one file") };
    let events = Events::read(training);
    assert_eq!((&events.version[..], &events.restarts[..]), ("brain.Event:2", &[1][..]));
    for tag in ["loss", "accuracy"] {
        let (steps, values): (Vec<u64>, Vec<f32>) = events.scalars[tag].iter().copied().unzip();
        assert_eq!((steps, values), (vec![3, 6, 9, 12], rounded(&history[tag])), "{tag}");
    }
    assert_eq!(events.scalars["learning_rate"], [3, 6, 9, 12].map(|step| (step, 0.05)));
    assert_eq!(events.scalars["epoch"].last(), Some(&(12, 4.0)));
    let steps: Vec<_> = events.scalars["step/loss"].iter().map(|&(step, _)| step).collect();
    assert_eq!(steps, [2, 4, 6, 8, 10, 12]);
    assert!(
        ["gradient_norm", "step/gradient_norm", "samples_per_second"].iter().all(|tag| events.scalars[*tag][0].1 > 0.0)
    );
    let [validation] = &files(&folder.path("validation"))[..] else { panic!("one file") };
    let (_, values): (Vec<_>, Vec<f32>) = Events::read(validation).scalars["loss"].iter().copied().unzip();
    assert_eq!(values, rounded(&history["val_loss"]));

    assert_eq!(events.histograms.len(), 2 * 6);
    assert_eq!(events.histograms["gradients/residual.inner.bias"].len(), 2);
    let weight = watched.hidden.weight;
    let last = events.histograms["weights/hidden.weight"][1];
    assert_eq!(last, (12, [8.0, weight.min().into(), weight.max().into(), 8.0]));
}

#[test]
fn the_architecture_is_a_table_and_a_graph() {
    let folder = Folder::new("events-graph");
    let mut trainer = Trainer::new(Nll, Sgd::new(0.1)).callback(TensorBoard::in_folder(&folder.0));
    trainer.fit(&mut Net::init(&mut typenet::rng(1)), &samples()).unwrap();
    assert_eq!(folder.names(), ["train"]);
    let events = Events::read(&files(&folder.path("train"))[0]);
    assert!(events.texts["architecture"].contains("\n    output: Dense<4, 2>"));
    assert!(events.histograms.is_empty() && !events.scalars.contains_key("step/loss"));
    let nodes: Vec<_> = events.nodes.iter().map(|(name, inputs)| (&name[..], inputs.join(" "))).collect();
    let expected = [
        ("(input)", ""),
        ("hidden", "(input)"),
        ("tanh", "hidden"),
        ("residual/inner", "tanh"),
        ("residual/relu", "residual/inner"),
        ("residual/add", "residual/relu tanh"),
        ("output", "residual/add"),
        ("softmax", "output"),
    ];
    assert_eq!(nodes, expected.map(|(name, inputs)| (name, inputs.to_string())));
}

/// The values by step after the files of a folder, in which a restart hides what comes later.
fn shown(folder: &Path, tag: &str) -> Vec<(u64, f32)> {
    let mut shown = Vec::new();
    for file in files(folder) {
        let events = Events::read(&file);
        let restart = events.restarts.first().copied().unwrap_or(u64::MAX);
        shown.retain(|&(step, _)| step < restart);
        shown.extend(events.scalars.get(tag).into_iter().flatten());
    }
    shown
}

#[cfg(feature = "safetensors")]
#[test]
fn resumed_training_continues_the_curves_of_a_killed_one() {
    let folder = Folder::new("events-resumed");
    let (whole, killed) = (folder.path("whole"), folder.path("killed"));
    let (history, _) = train(&whole, 0).unwrap();
    // The checkpoint is that of step 7, and the files have the values of up to step 13.
    assert!(train(&killed, 13).is_none());
    let steps: Vec<_> = shown(&killed.join("train"), "step/loss").iter().map(|&(step, _)| step).collect();
    assert_eq!((steps, shown(&killed.join("train"), "loss").len()), (vec![2, 4, 6, 8, 10, 12], 4));
    train(&killed, 0).unwrap();
    assert_eq!(Events::read(&files(&killed.join("train"))[1]).restarts, [8]);
    for (run, tag) in
        [("train", "loss"), ("train", "step/loss"), ("train", "step/learning_rate"), ("validation", "loss")]
    {
        assert_eq!(shown(&killed.join(run), tag), shown(&whole.join(run), tag), "{run}: {tag}");
    }
    assert_eq!(shown(&killed.join("train"), "loss").len(), history.len());
}

/// `reference/read_events.py FOLDER` lets TensorBoard read the files, and compares them with what is expected.
#[cfg(feature = "safetensors")]
#[test]
#[ignore = "writes files for TensorBoard into the folder EVENTS_FOLDER"]
fn written_for_tensorboard() {
    let folder = PathBuf::from(std::env::var("EVENTS_FOLDER").expect("EVENTS_FOLDER is set"));
    let (run, whole) = (folder.join("run"), Folder::new("events-whole"));
    assert!(train(&run, 13).is_none());
    let (history, network) = train(&run, 0).unwrap();
    train(&whole.0, 0).unwrap();
    let mut events = EventFile::create(run.join("train")).unwrap();
    events.png("picture", 18, &png()).unwrap();

    let steps: Vec<_> = (1..=history.len()).map(|epoch| 3 * epoch).collect();
    let by_epoch = |name: &str| json!(steps.iter().zip(rounded(&history[name])).collect::<Vec<_>>());
    let of_whole = |run: &str, tag: &str| json!(shown(&whole.path(run), tag));
    let bounds: BTreeMap<_, _> = <Net as FlatParameters<f32>>::TENSORS
        .list()
        .into_iter()
        .map(|tensor| {
            let values = &network.parameters()[tensor.range];
            let sum: f64 = values.iter().map(|&value| f64::from(value)).sum();
            let bounds =
                values.iter().fold([f32::MAX, f32::MIN], |[low, high], &value| [low.min(value), high.max(value)]);
            (format!("weights/{}", tensor.name), json!([values.len(), bounds[0], bounds[1], sum]))
        })
        .collect();
    let expected = json!({
        "train": {
            "loss": by_epoch("loss"),
            "accuracy": by_epoch("accuracy"),
            "step/loss": of_whole("train", "step/loss"),
            "step/learning_rate": of_whole("train", "step/learning_rate"),
            "step/gradient_norm": of_whole("train", "step/gradient_norm"),
            "learning_rate": of_whole("train", "learning_rate"),
            "epoch": of_whole("train", "epoch"),
        },
        "validation": { "loss": by_epoch("val_loss"), "accuracy": by_epoch("val_accuracy") },
        "histograms": bounds,
    });
    fs::write(folder.join("expected.json"), expected.to_string()).unwrap();
}

#[test]
fn a_custom_loop_writes_what_it_wants_to_show() {
    let folder = Folder::new("events-own");
    let mut events = EventFile::create(folder.path("deep/in/it")).unwrap();
    events.scalar("größe/α", 300, 0.1).unwrap();
    events.histogram("nothing", 1, &[f32::NAN]).unwrap();
    events.png("picture", 2, &png()).unwrap();
    let error = events.png("picture", 2, b"GIF89a").unwrap_err();
    assert_eq!(error.to_string(), "the file in memory cannot be read: it does not begin like a PNG file");
    let read = Events::read(events.path());
    assert_eq!((read.scalars["größe/α"][0], read.histograms.len()), ((300, 0.1), 0));
    assert_eq!(read.images["picture"], (12, 9));
    // Two files of the same moment have different names.
    let more = EventFile::create(folder.path("deep/in/it")).unwrap();
    assert_eq!(files(&folder.path("deep/in/it")), [events.path(), more.path()]);
}

#[test]
fn a_folder_that_cannot_be_created_is_an_error_before_training() {
    let folder = Folder::new("events-blocked");
    fs::write(folder.path("file"), "").unwrap();
    let mut network = Net::init(&mut typenet::rng(1));
    let before = network.parameters().to_vec();
    let mut trainer = Trainer::new(Nll, Sgd::new(0.1)).callback(TensorBoard::in_folder(folder.path("file")));
    let error = trainer.fit(&mut network, &samples()).unwrap_err();
    assert!(matches!(&error, Error::File { verb: "write", path, .. } if path.ends_with("train")), "{error}");
    assert_eq!(network.parameters(), before);
}
