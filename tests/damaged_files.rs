//! Gate R6 for files of weights: whatever the bytes, they are read as what was written, or are an error; there is no panic,
//! and no more memory than four times the file and 1 MiB, beside what the network itself takes.
#![cfg(feature = "safetensors")]

mod support {
    pub(crate) mod corpus;
    pub(crate) mod folder;
    pub(crate) mod measuring;
    pub(crate) mod mended;
}

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use support::corpus::{self, Case};
use support::folder::Folder;
use support::measuring::{bound, measured};
use support::mended;
use typenet::prelude::*;
use typenet::{Error, QuantileTransformer, WrongTensor};

network!(struct Small = Dense<3, 2>, Tanh, Dense<2, 2>);

fn network() -> Box<Small> {
    Small::init(&mut typenet::rng(37))
}

fn bytes() -> Vec<u8> {
    network().to_safetensors_with_scaler(&Standardizer::fit(&[[1.0_f32, 2.0, 3.0], [4.0, 5.0, 7.0]])).unwrap()
}

/// Reads the bytes within the bound of memory.
fn read(bytes: &[u8]) -> typenet::Result<Box<Small>> {
    let (result, memory) = measured(|| Small::from_safetensors(bytes));
    let bound = bound(bytes.len());
    assert!(memory <= bound, "{memory} bytes of memory for {} of a file", bytes.len());
    let with_scalers = [
        measured(|| Small::from_safetensors_with_scaler::<Standardizer<_>>(bytes).map(|both| both.0)),
        measured(|| Small::from_safetensors_with_scaler::<QuantileTransformer<_>>(bytes).map(|both| both.0)),
    ];
    for (with_scaler, memory) in with_scalers {
        assert!(memory <= bound, "{memory} bytes of memory for {} of a file with its scaler", bytes.len());
        if let Ok(network) = with_scaler {
            assert_eq!(network.parameters(), result.as_ref().unwrap().parameters());
        }
    }
    result
}

fn message(bytes: &[u8]) -> String {
    read(bytes).expect_err("a damaged file is refused").to_string()
}

/// A file with this header and these numbers, as another program would write it.
fn foreign(header: &str, numbers: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), numbers].concat()
}

#[test]
fn a_flip_of_any_bit_is_an_error_or_changes_no_weight() {
    let (network, bytes) = (network(), bytes());
    let mut accepted = 0;
    for position in 0..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[position] ^= 1 << bit;
            if let Ok(read) = read(&flipped) {
                assert_eq!(read.parameters(), network.parameters(), "byte {position}, bit {bit}");
                accepted += 1;
            }
        }
    }
    // In the seven letters of the entry `typenet`: then the file is like those of other programs, without a checksum.
    assert!(accepted <= 7 * 8, "{accepted}");
}

#[test]
fn a_beginning_of_a_file_is_an_error() {
    let bytes = bytes();
    for length in 0..bytes.len() {
        assert!(matches!(read(&bytes[..length]), Err(Error::Unreadable { .. })), "{length} bytes");
    }
    let longer = [&bytes[..], &[0]].concat();
    assert_eq!(message(&longer), "the file in memory cannot be read: it goes on after its last tensor");
}

proptest! {
    #[test]
    fn any_change_is_an_error_or_changes_no_weight(
        position in any::<prop::sample::Index>(),
        put in prop::collection::vec(any::<u8>(), 0..40),
        removed in 0..40_usize,
    ) {
        let mut changed = bytes();
        let start = position.index(changed.len());
        let end = (start + removed).min(changed.len());
        changed.splice(start..end, put);
        if let Ok(read) = read(&changed) {
            prop_assert!(read.parameters() == network().parameters());
        }
    }

    #[test]
    fn any_bytes_behind_any_length_are_an_error(
        length in prop_oneof![any::<u64>(), 0..400_u64],
        bytes in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        prop_assert!(read(&[&length.to_le_bytes()[..], &bytes].concat()).is_err());
    }

    #[test]
    fn any_header_of_its_words_is_an_error(
        words in prop::collection::vec(prop::sample::select(&WORDS[..]), 0..60),
        numbers in prop::collection::vec(any::<u8>(), 0..80),
    ) {
        prop_assert!(read(&foreign(&words.concat(), &numbers)).is_err());
    }
}

/// What headers are made of.
const WORDS: [&str; 24] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"dense.weight\"",
    "\"dense.bias\"",
    "\"dense_2.weight\"",
    "\"dtype\"",
    "\"F32\"",
    "\"F64\"",
    "\"shape\"",
    "\"data_offsets\"",
    "[2,3]",
    "[2]",
    "[0,24]",
    "[24,32]",
    "18446744073709551615",
    "-1",
    "1e999",
    "null",
    "\"__metadata__\"",
    "{\"typenet\":\"format 1\"}",
];

/// Each would be accepted but for one thing.
#[test]
fn hostile_headers_are_refused_and_named() {
    let weight = |shape: &str, offsets: &str| {
        format!(r#"{{"dense.weight":{{"dtype":"F32","shape":{shape},"data_offsets":{offsets}}}}}"#)
    };
    let entry =
        |name: &str, offsets: &str| format!(r#""{name}":{{"dtype":"F32","shape":[2],"data_offsets":{offsets}}}"#);
    let huge = u64::MAX.to_string();
    let cases = [
        (weight(&format!("[{huge},{huge}]"), "[0,24]"), "overflow"),
        (weight("[9223372036854775808,2]", "[0,0]"), "overflow"),
        (weight("[2,3]", &format!("[0,{huge}]")), "takes 24 bytes, but"),
        (weight(&format!("[{}]", 1_u64 << 58), &format!("[0,{}]", 1_u64 << 60)), "it ends before the elements"),
        (weight("[2,3]", "[24,0]"), "takes 24 bytes, but"),
        (weight("[2,3]", "[-1,23]"), "has [-1,23] as `data_offsets`, and not two positions"),
        (weight("[2,3]", "[8,32]"), "begin at 8, and those before them end at 0"),
        (weight("[2,3]", "[0,24]").replace("F32", "F33"), r#"is of type "F33", which the format does not have"#),
        (weight("[2,3]", "[0,24]").replace("F32", "F4"), "takes 3 bytes, but"),
        (weight("[2.5]", "[0,24]"), "has the shape [2.5], and not a list of sizes"),
        (
            format!("{{{},{}}}", entry("a", "[0,8]"), entry("b", "[4,12]")),
            "`b` begin at 4, and those before them end at 8",
        ),
        (
            format!("{{{},{}}}", entry("a", "[0,8]"), entry("b", "[16,24]")),
            "`b` begin at 16, and those before them end at 8",
        ),
        (format!("{{{},{}}}", entry("a", "[0,8]"), entry("a", "[0,8]")), "it has two tensors named `a`"),
        (format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000)), "header is wrong"),
        (format!(r#"{{"a":{}1{}}}"#, "[".repeat(10_000), "]".repeat(10_000)), "`a` is [[["),
        (r#"{"__metadata__":{"typenet":7}}"#.into(), "header is wrong"),
        (r#"{"__metadata__":{"typenet":"format 1"}}"#.into(), "lost its checksum"),
        (r#"{"__metadata__":{"typenet":""}}"#.into(), "does not contain the version"),
        (String::new(), "header is wrong"),
        ("7".into(), "header is wrong"),
        ("\u{0}".into(), "header is wrong"),
    ];
    for (header, expected) in cases {
        let message = message(&foreign(&header, &[0; 24]));
        assert!(message.contains(expected), "{header:.80}: {message}");
        assert!(message.len() < 400, "{message}");
    }
}

#[test]
fn lengths_of_headers_cost_no_memory() {
    for length in [1 << 20, 99_999_999, 100_000_001, 1 << 40, u64::MAX - 8, u64::MAX] {
        let message = message(&[&u64::to_le_bytes(length)[..], b"{}"].concat());
        let words = if length <= 100_000_000 {
            "it ends within its header, which"
        } else {
            "not a safetensors file: its header"
        };
        assert!(message.contains(&format!("{words} would have {length} bytes")), "{message}");
    }
}

#[test]
fn names_from_files_give_no_commands_to_terminals() {
    let header = r#"{"\u001b[2J\n":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#;
    let message = message(&foreign(header, &[]));
    assert!(message.contains(r"`\u{1b}[2J\n` of shape [0] is not expected"), "{message}");
}

/// The headers that take most memory for their length, of so many bytes.
fn swelling(length: usize) -> Vec<String> {
    let tensor = |name: &str, kind: &str, shape: &str, end| {
        format!(r#"{{"{name}":{{"dtype":"{kind}","shape":{shape},"data_offsets":[0,{end}]}}}}"#)
    };
    let metadata = |inside: String| format!(r#"{{"__metadata__":{{{inside}}}}}"#);
    let many = |entry: &dyn Fn(usize) -> String| {
        let count = length / entry(length).len();
        format!("{{{}}}", (0..count).map(entry).collect::<Vec<_>>().join(","))
    };
    let ones = |count: usize| format!("[{}1]", "1,".repeat(count - 1));
    let label = |line: &str| {
        let lines = line.repeat(length / line.len());
        metadata(format!(r#""typenet":"checksum 0000000000000000\nformat 1\n{lines}""#))
    };
    vec![
        tensor("a", "U8", &ones(length / 2), 1),
        tensor("a", "U8", &format!("[{}[]]", "[],".repeat(length / 3)), 1),
        tensor("a", "U8", &"[".repeat(length), 1),
        tensor("a", &"F".repeat(length), "[]", 1),
        tensor("a", "U8", &format!("\"{}\"", "\u{200b}".repeat(length / 3)), 1),
        tensor(&"a".repeat(length), "U8", "[]", 1),
        tensor(&r"\n".repeat(length / 2), "U8", "[]", 1),
        tensor(&"\u{200b}".repeat(length / 3), "U8", "[]", 1),
        format!(r#"{{"a":"{}"}}"#, "\u{200b}".repeat(length / 3)),
        many(&|index| format!(r#""{index}":{{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#)),
        many(&|index| format!(r#""\u0061{index}":{{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#)),
        many(&|index| format!(r#""{index}":{{"dtype":"U8","shape":[0{}],"data_offsets":[0,0]}}"#, ",1".repeat(7))),
        many(&|index| format!(r#""{index}":{{"dtype":"U8","shape":[0{}],"data_offsets":[0,0]}}"#, ",1".repeat(60))),
        metadata(many(&|index| format!(r#""{index}":"""#)).trim_matches(['{', '}']).into()),
        metadata(format!(r#""{}":"""#, r"\n".repeat(length / 2))),
        metadata(format!(r#""a":"{}""#, r"\n".repeat(length / 2))),
        label(r"\n"),
        label(r"layer\n"),
        label(r"network "),
        label(r"slot a\n"),
        label(r"optimizer \u200b"),
    ]
}

#[test]
fn headers_that_swell_stay_within_the_bound() {
    let folder = Folder::new("swelling");
    for length in [1_000, 30_000, 600_000] {
        for header in swelling(length) {
            let numbers = if header.contains(",1]}}") { &[0][..] } else { &[] };
            let bytes = foreign(&header, numbers);
            assert!(read(&bytes).is_err(), "{header:.80}");
            // Behind the checksum as well.
            let Some(mended) = mended::mended(&bytes) else { continue };
            assert!(read(&mended).is_err(), "{header:.80}");
            let checkpoint = header.replace("format 1", "format 1\\nkind checkpoint\\noptimizer Adam\\nsteps 1");
            let checkpoint = mended::mended(&foreign(&checkpoint, &[])).unwrap();
            fs::write(folder.path("c"), &checkpoint).unwrap();
            let mut trainer = Trainer::new(Nll, Adam::new(0.01));
            let (resumed, memory) = measured(|| trainer.resume(&mut Small::zeroed(), folder.path("c")));
            assert!(memory <= bound(checkpoint.len()), "{header:.80}: {memory} bytes for {}", checkpoint.len());
            assert!(resumed.is_err(), "{header:.80}");
        }
    }
}

#[test]
fn tables_of_narrow_types_stay_within_the_bound() {
    for (kind, width) in [("U8", 1), ("BF16", 2), ("F32", 4)] {
        let (rows, table) = (1_000_000, "quantile_transformer/quantiles");
        let end = rows * 3 * width;
        let header = format!(r#"{{"{table}":{{"dtype":"{kind}","shape":[{rows},3],"data_offsets":[0,{end}]}}}}"#);
        let message = read(&foreign(&header, &vec![0; end])).map(drop).unwrap_err().to_string();
        assert!(!message.contains(table), "the weights are read without it: {message}");
        let with_table =
            Small::from_safetensors_with_scaler::<QuantileTransformer<_>>(&foreign(&header, &vec![0; end]));
        let message = with_table.map(drop).unwrap_err().to_string();
        assert_eq!(message.contains(&format!("`{table}` is of type U8")), kind == "U8", "{message}");
        assert!(!message.contains(&format!("`{table}` has shape")), "{message}");
    }
}

#[test]
fn a_large_checkpoint_is_resumed_within_the_bound() {
    network!(struct Large = Dense<700, 700>);
    let folder = Folder::new("large");
    let path = folder.path("c");
    let optimizer = || Adam::new(0.01).amsgrad().state::<f32>();
    let (mut network, mut state) = (Large::zeroed(), optimizer());
    state.step(&mut *network, &*Large::init(&mut typenet::rng(37))).unwrap();
    state.save_checkpoint(&network, &path).unwrap();
    let length = usize::try_from(fs::metadata(&path).unwrap().len()).unwrap();
    assert!(length > 7 << 20);
    let mut resumed = optimizer();
    let (result, memory) = measured(|| resumed.resume(&mut network, &path));
    result.unwrap();
    assert!(memory <= bound(length), "{memory} bytes of memory for {length} of a file");
}

/// The committed files of a folder of `tests/corpus`, which are those that its cases describe.
fn committed(folder: &str, cases: &[Case]) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(folder);
    if std::env::var_os("UPDATE_CORPUS").is_some() {
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        for case in cases {
            fs::write(folder.join(case.name), &case.bytes).unwrap();
        }
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), cases.len(), "a file for each case: set UPDATE_CORPUS=1");
    let read = |case: &Case| {
        let path = folder.join(case.name);
        let bytes = fs::read(&path).unwrap_or_default();
        assert!(bytes == case.bytes, "{} is another file: set UPDATE_CORPUS=1", case.name);
        (path, bytes)
    };
    cases.iter().map(read).collect()
}

/// The case holds: an error with its words, or none.
fn assert_told<R>(case: &Case, result: typenet::Result<R>) {
    match (result, case.refused) {
        (Ok(_), None) => {}
        (Ok(_), Some(words)) => panic!("{} is read, and not refused: {words}", case.name),
        (Err(error), None) => panic!("{} is refused: {error}", case.name),
        (Err(error), Some(words)) => assert!(error.to_string().contains(words), "{}: {error}", case.name),
    }
}

#[test]
fn hostile_weights_are_refused_and_named_or_read() {
    let cases = corpus::weights();
    for (case, (path, bytes)) in cases.iter().zip(committed("weights", &cases)) {
        assert_told(case, read(&bytes));
        let (from_file, memory) = measured(|| Small::load(&path));
        assert!(memory <= bound(bytes.len()), "{}: {memory} bytes of memory", case.name);
        assert_told(case, from_file);
    }
}

#[test]
fn hostile_checkpoints_are_refused_and_named_or_resumed_from() {
    let cases = corpus::checkpoints();
    for (case, (path, bytes)) in cases.iter().zip(committed("checkpoint", &cases)) {
        let (mut network, mut trainer) = (Small::zeroed(), Trainer::new(Nll, Adam::new(0.01)));
        let (resumed, memory) = measured(|| trainer.resume(&mut network, &path));
        assert!(memory <= bound(bytes.len()), "{}: {memory} bytes of memory", case.name);
        let changed = resumed.is_ok();
        assert_told(case, resumed);
        assert_eq!(network.parameters()[13], if changed { 3.25 } else { 0.0 }, "{}", case.name);
        assert!(changed || trainer.optimizer().steps() == 0, "{}", case.name);
    }
}

/// Otherwise the corpus would test checksums alone.
#[test]
fn a_mended_file_of_ours_is_the_file() {
    let bytes = bytes();
    assert_eq!(mended::mended(&bytes).as_ref(), Some(&bytes));
}

#[test]
fn no_file_of_the_corpus_swells_a_message() {
    let folder = Folder::new("corpus_messages");
    for case in corpus::weights() {
        let path = folder.path("file");
        fs::write(&path, &case.bytes).unwrap();
        if let Err(error) = Small::load(&path) {
            let tensors = if let Error::WrongTensors { wrong, .. } = &error { wrong.len() } else { 1 };
            assert!(error.to_string().len() < 400 * tensors.max(1), "{}: {error}", case.name);
        }
    }
    // The parts of an error are there for programs too.
    let nan = corpus::weights().into_iter().find(|case| case.name == "number_is_nan").unwrap();
    let Err(Error::WrongTensors { wrong, .. }) = Small::from_safetensors(&nan.bytes) else { panic!("NaN was read") };
    assert!(matches!(&wrong[..], [WrongTensor::NonFinite { index, .. }] if *index == [1, 1]));
}

/// A table is larger than what it takes to read it one sample at a time.
#[cfg(feature = "csv")]
#[test]
fn a_table_that_is_opened_takes_eight_bytes_for_each_sample() {
    use typenet::dataset::{Csv, CsvFile};

    const SAMPLES: usize = 20_000;
    let folder = Folder::new("csv_memory");
    let path = folder.path("table.csv");
    let line = format!("{}end\n", "0.0000000000000001,".repeat(8));
    fs::write(&path, format!("a,b,c,d,e,f,g,h,y\n{}", line.repeat(SAMPLES))).unwrap();
    let open = || Csv::at(&path).open::<Vector<8>, Class<1>, f32>();
    let (file, memory): (typenet::Result<CsvFile<_, _>>, _) = measured(open);
    assert_eq!(file.unwrap().classes(), ["end"]);
    // The list of their places grows by doubling, and has the buffers of the reader beside it.
    assert!(memory < 4 * 8 * SAMPLES, "{memory} bytes of memory for {}", line.len() * SAMPLES);
}
