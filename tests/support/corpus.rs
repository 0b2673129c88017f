//! The hostile files of `tests/corpus`: what is in each, and what reading it says. `UPDATE_CORPUS=1` writes them anew.

use crate::mended::mended;

/// A file, and a part of the message that refuses it; nothing where it is read.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) bytes: Vec<u8>,
    pub(crate) refused: Option<&'static str>,
}

/// The tensors of `Small`, with the first byte of each.
const TENSORS: [(&str, &str, usize, usize); 4] = [
    ("dense.weight", "[2,3]", 0, 6),
    ("dense.bias", "[2]", 6, 2),
    ("dense_2.weight", "[2,2]", 8, 4),
    ("dense_2.bias", "[2]", 12, 2),
];
const PARAMETERS: usize = 14;

fn entry(name: &str, kind: &str, shape: &str, start: usize, end: usize) -> String {
    format!(r#""{name}":{{"dtype":"{kind}","shape":{shape},"data_offsets":[{start},{end}]}}"#)
}

/// The entries of a whole file whose numbers have `width` bytes.
fn entries(kind: &str, width: usize) -> Vec<String> {
    TENSORS.map(|(name, shape, start, len)| entry(name, kind, shape, start * width, (start + len) * width)).to_vec()
}

/// The numbers 0, 1/4, 2/4 and so on.
fn numbers(count: u8) -> Vec<u8> {
    (0..count).flat_map(|k| (0.25 * f32::from(k)).to_le_bytes()).collect()
}

fn foreign(header: &str, numbers: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), numbers].concat()
}

fn file(entries: &[String], numbers: &[u8]) -> Vec<u8> {
    foreign(&format!("{{{}}}", entries.join(",")), numbers)
}

/// A whole file, in which `change` puts something else into the header.
fn changed(from: &str, to: &str) -> Vec<u8> {
    let header = format!("{{{}}}", entries("F32", 4).join(","));
    assert!(header.contains(from), "{from}");
    foreign(&header.replacen(from, to, 1), &numbers(14))
}

/// A whole file with other bytes from `position` on.
fn with_number(position: usize, value: f32) -> Vec<u8> {
    let mut numbers = numbers(14);
    numbers[4 * position..][..4].copy_from_slice(&value.to_le_bytes());
    file(&entries("F32", 4), &numbers)
}

fn with_metadata(metadata: &str) -> Vec<u8> {
    let mut entries = entries("F32", 4);
    entries.insert(0, format!(r#""__metadata__":{metadata}"#));
    file(&entries, &numbers(14))
}

/// A file with a label of these lines, and the right checksum where there is one.
fn labelled(lines: &str, entries: &[String], numbers: &[u8]) -> Vec<u8> {
    let mut all = vec![format!(r#""__metadata__":{{"typenet":"{}"}}"#, lines.replace('\n', "\\n"))];
    all.extend_from_slice(entries);
    let bytes = file(&all, numbers);
    mended(&bytes).unwrap_or(bytes)
}

const WEIGHTS: &str = "checksum 0000000000000000\nformat 1\ntypenet 0.1.0\nkind weights\nnetwork Small\ninput (3)";

pub(crate) fn weights() -> Vec<Case> {
    let groups = [
        lengths(),
        ranges_and_sizes(),
        entries_and_names(),
        orders(),
        names(),
        types_and_numbers(),
        labels(),
        metadata(),
    ];
    groups.into_iter().flatten().collect()
}

fn case(name: &'static str, bytes: Vec<u8>, refused: &'static str) -> Case {
    Case { name, bytes, refused: (!refused.is_empty()).then_some(refused) }
}

/// Files that end where they should not, or do not end, and headers of other lengths.
fn lengths() -> Vec<Case> {
    let whole = file(&entries("F32", 4), &numbers(14));
    let claims = |length: u64| [&length.to_le_bytes()[..], b"{}"].concat();
    vec![
        case("whole", whole.clone(), ""),
        case("empty", Vec::new(), "it ends before the length of its header"),
        case("seven_bytes", vec![0; 7], "it ends before the length of its header"),
        case("header_of_no_bytes", vec![0; 8], "its header is wrong: it is empty"),
        case("header_of_one_byte_more_than_there_is", claims(3), "it ends within its header"),
        case(
            "header_of_100_megabytes",
            claims(100_000_000),
            "it ends within its header, which would have 100000000 bytes",
        ),
        case("header_of_a_gigabyte", claims(1 << 30), "its header would have 1073741824 bytes"),
        case("header_of_2_pow_63", claims(1 << 63), "its header would have 9223372036854775808 bytes"),
        case("header_of_all_ones", claims(u64::MAX), "its header would have 18446744073709551615 bytes"),
        case("ends_within_its_header", whole[..100].to_vec(), "it ends within its header"),
        case("ends_within_its_numbers", whole[..whole.len() - 30].to_vec(), "it ends before the elements"),
        case("one_byte_short", whole[..whole.len() - 1].to_vec(), "it ends before the elements"),
        case("one_byte_long", [&whole[..], &[0]].concat(), "it goes on after its last tensor"),
        case("no_text", foreign("{\"\u{0}\u{1b}", &[]), "its header is wrong"),
        case("no_utf8", [&5_u64.to_le_bytes()[..], b"{\"\xff\":"].concat(), "its header is wrong"),
        case("deep_lists", foreign(&"[".repeat(3_000), &[]), "its header is wrong"),
        case("deep_objects", foreign(&r#"{"a":"#.repeat(3_000), &[]), "its header is wrong"),
        case("deep_shape", changed("[2,3]", &format!("{}{}", "[".repeat(500), "]".repeat(500))), "its header is wrong"),
    ]
}

fn ranges_and_sizes() -> Vec<Case> {
    let far = 1_usize << 60;
    let huge = [entry("dense.weight", "F32", &format!("[{}]", far / 4), 0, far)];
    vec![
        case("ranges_overlap", changed("[24,32]", "[20,28]"), "begin at 20, and those before them end at 24"),
        case("ranges_leave_a_gap", changed("[24,32]", "[28,36]"), "begin at 28, and those before them end at 24"),
        case("range_backwards", changed("[24,32]", "[32,24]"), "takes 8 bytes, but its `data_offsets` are 32 and 24"),
        case("range_does_not_begin_at_zero", changed("[0,24]", "[4,28]"), "`dense.weight` begin at 4"),
        case("range_is_negative", changed("[0,24]", "[-24,0]"), "and not two positions"),
        case("range_ends_at_2_pow_64", changed("[0,24]", "[0,18446744073709551616]"), "and not two positions"),
        case("range_of_one_number", changed("[0,24]", "[24]"), "and not two positions"),
        case("range_of_three_numbers", changed("[0,24]", "[0,24,24]"), "and not two positions"),
        case("range_is_a_text", changed("[0,24]", "\"0,24\""), "and not two positions"),
        case("range_of_all_ones", changed("[0,24]", "[0,18446744073709551615]"), "`dense.weight` takes 24 bytes, but"),
        case("range_is_missing", changed(r#","data_offsets":[0,24]"#, ""), "`dense.weight` has no `data_offsets`"),
        case("tensor_of_an_exabyte", file(&huge, &numbers(14)), "it ends before the elements"),
        case("size_of_2_pow_63", changed("[2,3]", "[9223372036854775808,2]"), "`dense.weight` has sizes that overflow"),
        case("sizes_overflow", changed("[2,3]", "[18446744073709551615,18446744073709551615]"), "overflow"),
        case("sizes_overflow_to_their_range", changed("[2,3]", "[4611686018427387905,6]"), "overflow"),
        case("size_is_negative", changed("[2,3]", "[-2,-3]"), "has the shape [-2,-3], and not a list of sizes"),
        case("size_is_a_fraction", changed("[2,3]", "[2.5,3]"), "has the shape [2.5,3]"),
        case("size_is_a_text", changed("[2,3]", r#"["2",3]"#), "and not a list of sizes"),
        case("sizes_are_an_object", changed("[2,3]", r#"{"0":2,"1":3}"#), "and not a list of sizes"),
        case(
            "size_is_zero",
            changed("[2,3]", "[0,3]"),
            "`dense.weight` takes 0 bytes, but its `data_offsets` are 0 and 24",
        ),
        case("sizes_do_not_fill_their_range", changed("[2,3]", "[2,2]"), "`dense.weight` takes 16 bytes, but"),
        case("sizes_in_another_order", changed("[2,3]", "[3,2]"), "`dense.weight` has shape [3, 2]"),
        case("sizes_of_one", changed("[2,3]", "[2,3,1]"), "`dense.weight` has shape [2, 3, 1]"),
        case(
            "sizes_of_500_dimensions",
            changed("[2,3]", &format!("[2,3{}]", ",1".repeat(498))),
            "`dense.weight` has 500 dimensions, but shape [2, 3] is expected",
        ),
        case("sizes_with_blanks", changed("[2,3]", "[ 2 ,\t3\n]"), ""),
    ]
}

fn entries_and_names() -> Vec<Case> {
    let mut missing = entries("F32", 4);
    missing.pop();
    let mut unexpected = entries("F32", 4);
    unexpected.push(entry("other", "U8", "[0]", 56, 56));
    let mut twice = entries("F32", 4);
    twice.push(twice[1].clone());
    let mut foreign_name = entries("F32", 4);
    foreign_name.push(entry(r"\u001b[2J\n", "U8", "[0]", 56, 56));
    vec![
        case("tensor_is_missing", file(&missing, &numbers(12)), "`dense_2.bias` of shape [2] is missing"),
        case("tensor_is_not_expected", file(&unexpected, &numbers(14)), "`other` of shape [0] is not expected"),
        case("tensor_twice", file(&twice, &numbers(14)), "it has two tensors named `dense.bias`"),
        case(
            "field_twice",
            changed(r#""shape":[2,3]"#, r#""shape":[2,3],"shape":[2,3]"#),
            "`dense.weight` has `shape` twice",
        ),
        case("tensors_without_entries", foreign("{}", &[]), "4 wrong tensors"),
        case("name_commands_a_terminal", file(&foreign_name, &numbers(14)), r"`\u{1b}[2J\n`"),
        case(
            "entry_is_null",
            changed(&entries("F32", 4)[0], r#""dense.weight":null"#),
            "`dense.weight` is null, and not an object",
        ),
        case("header_goes_on", foreign(r#"{}{"a":1}"#, &[]), "its header is wrong"),
        case("offsets_as_a_name", changed("dense.weight", "data_offsets"), "`data_offsets` of shape [2, 3]"),
    ]
}

/// A whole file with one more entry, and with so many numbers.
fn with_entry(further: String, count: u8) -> Vec<u8> {
    let mut entries = entries("F32", 4);
    entries.push(further);
    file(&entries, &numbers(count))
}

/// Files as other programs may write them.
fn orders() -> Vec<Case> {
    let mut reversed = entries("F32", 4);
    reversed.reverse();
    let moved = changed(
        r#"[32,48]},"dense_2.bias":{"dtype":"F32","shape":[2],"data_offsets":[48,56]"#,
        r#"[40,56]},"dense_2.bias":{"dtype":"F32","shape":[2],"data_offsets":[32,40]"#,
    );
    let strides = format!("[2,3],\"strides\":{}{}", "[".repeat(500), "]".repeat(500));
    let blanks = format!(" \n{{{}}} \n\t ", entries("F32", 4).join(" , "));
    vec![
        case("tensors_in_another_order", file(&reversed, &numbers(14)), ""),
        case("bytes_in_another_order", moved, ""),
        case("tensor_without_elements", with_entry(entry("optimizer/none", "F32", "[0,3]", 24, 24), 14), ""),
        case("tensor_without_dimensions", with_entry(entry("optimizer/one", "F32", "[]", 56, 60), 15), ""),
        case("field_unknown", changed("[2,3]", &strides), ""),
        case("header_with_blanks", foreign(&blanks, &numbers(14)), ""),
    ]
}

/// Files with names, or tensors of sizes, that the network does not have.
fn names() -> Vec<Case> {
    let renamed = |name: &dyn Fn(&str) -> String| {
        let renamed = |((old, ..), entry): (&(&str, _, _, _), String)| entry.replace(old, &name(old));
        file(&TENSORS.iter().zip(entries("F32", 4)).map(renamed).collect::<Vec<_>>(), &numbers(14))
    };
    let ones = format!("[1{}]", ",1".repeat(499));
    let long = entry(&"a".repeat(5_000), "U8", "[0]", 56, 56);
    vec![
        case("name_with_an_escape", renamed(&|name| name.replace('.', r"\u002e")), ""),
        case("names_of_a_wrapped_model", renamed(&|name| format!("module.{name}")), r#".strip_prefix("module.")`"#),
        case(
            "tensor_twice_by_an_escape",
            with_entry(entry(r"dense\u002ebias", "F32", "[2]", 56, 64), 16),
            "it has two tensors named `dense.bias`",
        ),
        case("name_of_5000_letters", with_entry(long, 14), "of shape [0] is not expected"),
        case(
            "scalar_is_not_expected",
            with_entry(entry("count", "F32", "[]", 56, 60), 15),
            "`count` of shape [] is not expected",
        ),
        case(
            "500_dimensions_are_not_expected",
            with_entry(entry("other", "F32", &ones, 56, 60), 15),
            "`other` of 500 dimensions is not expected",
        ),
    ]
}

fn types_and_numbers() -> Vec<Case> {
    let halves: Vec<u8> = (0..PARAMETERS).flat_map(|_| [0x00, 0x3C]).collect();
    let mut infinite = halves.clone();
    infinite[..2].copy_from_slice(&[0x00, 0x7C]);
    vec![
        case("half_precision", file(&entries("F16", 2), &halves), ""),
        case("half_precision_infinite", file(&entries("F16", 2), &infinite), "`dense.weight` holds inf"),
        case("bfloat16", file(&entries("BF16", 2), &halves), ""),
        case("double_precision", file(&entries("F64", 8), &[0; 112]), "`dense.weight` is of type F64"),
        case("whole_numbers", file(&entries("I32", 4), &[0; 56]), "`dense.weight` is of type I32"),
        case("complex_numbers", file(&entries("C64", 8), &[0; 112]), "`dense.weight` is of type C64"),
        case("four_bits", changed("F32", "F4"), "`dense.weight` takes 3 bytes, but"),
        case(
            "four_bits_of_three_numbers",
            changed(r#""F32","shape":[2,3]"#, r#""F4","shape":[3]"#),
            "`dense.weight` ends within a byte",
        ),
        case("type_unknown", changed("F32", "F33"), r#"is of type "F33", which the format does not have"#),
        case("type_with_an_escape", changed("F32", r"F\u00332"), ""),
        case("type_is_a_number", changed(r#""F32""#, "32"), "is of type 32, which the format does not have"),
        case("number_is_nan", with_number(4, f32::NAN), "`dense.weight` holds NaN at [1, 1]"),
        case("number_is_infinite", with_number(13, f32::NEG_INFINITY), "`dense_2.bias` holds -inf at [1]"),
        case("numbers_are_subnormal", with_number(7, f32::from_bits(1)), ""),
    ]
}

fn labels() -> Vec<Case> {
    let label = |lines: &str| labelled(lines, &entries("F32", 4), &numbers(14));
    let mut wrong = label(WEIGHTS);
    *wrong.last_mut().expect("a file") ^= 1;
    let mut scaled = entries("F32", 4);
    scaled.push(entry("standardizer/mean", "F64", "[3]", 56, 80));
    scaled.push(entry("standardizer/deviation", "F64", "[3]", 80, 104));
    let scaler = [numbers(14), vec![0; 48]].concat();
    let mut table = entries("F32", 4);
    table.push(entry("quantile_transformer/normal", "F64", "[1]", 56, 64));
    table.push(entry("quantile_transformer/quantiles", "F64", "[1000000000000,3]", 64, 24_000_000_000_064));
    let table = file(&table, &[numbers(14), vec![0; 80]].concat());
    vec![
        case("labelled", label(WEIGHTS), ""),
        case("labelled_with_a_scaler_of_zeros", labelled(WEIGHTS, &scaled, &scaler), ""),
        case("table_is_longer_than_the_file", table, "it ends before the elements"),
        case("checksum_is_wrong", wrong, "its checksum does not match"),
        case("checksum_is_empty", label("format 1\nkind weights\nchecksum"), "its checksum does not match"),
        case("checksum_is_lost", label("format 1\nkind weights"), "it has lost its checksum"),
        case("format_2", label(&WEIGHTS.replace("format 1", "format 2")), r#"its format is "2""#),
        case("format_is_missing", label("kind weights"), "does not contain the version"),
        case("metadata_of_others", with_metadata(r#"{"format":"pt"}"#), ""),
        case("metadata_are_a_number", with_metadata("7"), "`__metadata__` is 7, and not an object"),
        case(
            "label_is_a_number",
            with_metadata(r#"{"typenet":7}"#),
            "has a value that is not a string under `typenet`",
        ),
        case("label_is_empty", with_metadata(r#"{"typenet":""}"#), "does not contain the version"),
    ]
}

/// Entries of other programs, beside the tensors.
fn metadata() -> Vec<Case> {
    let tags = format!(r#"{{"format":"pt","ss_tag_frequency":"{}"}}"#, "a tag of an image; ".repeat(3_150));
    let many = (0..2_000).map(|key| format!(r#""{key}":"""#)).collect::<Vec<_>>().join(",");
    let mut last = entries("F32", 4);
    last.push(r#""__metadata__":{"format":"pt"}"#.into());
    let mut twice = last.clone();
    twice.push(r#""__metadata__":{"format":"tf"}"#.into());
    vec![
        case("metadata_of_60_kilobytes", with_metadata(&tags), ""),
        case("metadata_of_2000_entries", with_metadata(&format!("{{{many}}}")), ""),
        case("metadata_named_as_offsets", with_metadata(r#"{"data_offsets":"none"}"#), ""),
        case("metadata_named_as_a_tensor", with_metadata(r#"{"dense.weight":"none","shape":"[2,3]"}"#), ""),
        case("metadata_with_escapes", with_metadata(r#"{"\u0041\n":"\ud83e\udd17\u0000"}"#), ""),
        case("metadata_are_null", with_metadata("null"), ""),
        case("metadata_come_last", file(&last, &numbers(14)), ""),
        case("metadata_twice", file(&twice, &numbers(14)), "it has `__metadata__` twice"),
        case(
            "metadata_hold_an_object",
            with_metadata(r#"{"format":{"typenet":""}}"#),
            "has a value that is not a string under `format`",
        ),
        case("label_twice", with_metadata(r#"{"typenet":"","typenet":""}"#), "`__metadata__` has `typenet` twice"),
    ]
}

const CHECKPOINT: &str = "checksum 0000000000000000\nformat 1\ntypenet 0.1.0\nkind checkpoint\nnetwork Small\ninput (3)\n\
                          optimizer Adam\nsteps 6\nepochs 3\nseed 5\nbatch_size 2\nslot first_moment\nslot second_moment";
/// The lines of the slots.
const SLOTS: &str = "\nslot first_moment\nslot second_moment";

/// The tensors of a checkpoint with two slots.
fn checkpoint_entries() -> Vec<String> {
    let mut all = entries("F32", 4);
    all.push(entry("optimizer/first_moment", "F32", "[14]", 56, 112));
    all.push(entry("optimizer/second_moment", "F32", "[14]", 112, 168));
    all
}

pub(crate) fn checkpoints() -> Vec<Case> {
    [states(), slot_names(), slot_elements()].into_iter().flatten().collect()
}

/// Checkpoints whose label says something else.
fn states() -> Vec<Case> {
    let with = |from: &str, to: &str| {
        assert!(CHECKPOINT.contains(from), "{from}");
        labelled(&CHECKPOINT.replacen(from, to, 1), &checkpoint_entries(), &numbers(42))
    };
    let whole = with("seed 5", "seed 5");
    let before = labelled(&CHECKPOINT.replace(SLOTS, ""), &entries("F32", 4), &numbers(14));
    let mut flipped = whole.clone();
    *flipped.last_mut().expect("a file") ^= 1;
    vec![
        case("whole", whole.clone(), ""),
        case("before_the_first_step", before, ""),
        case("batches_of_nothing", with("batch_size 2", "batch_size 0"), ""),
        case("checksum_is_wrong", flipped, "its checksum does not match"),
        case("checksum_is_lost", with("checksum 0000000000000000\n", ""), "it has lost its checksum"),
        case("ends_within_its_header", whole[..300].to_vec(), "it ends within its header"),
        case("ends_within_its_numbers", whole[..whole.len() - 30].to_vec(), "it ends before the elements"),
        case("format_2", with("format 1", "format 2"), r#"its format is "2""#),
        case("format_of_20_digits", with("format 1", "format 99999999999999999999"), "its format is"),
        case("kind_weights", with("kind checkpoint", "kind weights"), "it is not a checkpoint but a file of weights"),
        case("kind_is_missing", with("kind checkpoint\n", ""), "it is not a checkpoint but a file of weights"),
        case("optimizer_of_another_kind", with("Adam", "Sgd"), "a checkpoint of the optimizer `Sgd`"),
        case("optimizer_is_missing", with("optimizer Adam\n", ""), "a checkpoint of the optimizer ``"),
        case("steps_of_2_pow_63", with("steps 6", "steps 9223372036854775808"), "which is too large"),
        case(
            "steps_of_2_pow_64",
            with("steps 6", "steps 18446744073709551616"),
            "`steps` in its metadata is not a number",
        ),
        case("steps_are_negative", with("steps 6", "steps -6"), "`steps` in its metadata is not a number"),
        case("steps_are_a_fraction", with("steps 6", "steps 6.5"), "`steps` in its metadata is not a number"),
        case("epochs_of_all_ones", with("epochs 3", "epochs 18446744073709551615"), "which is too large"),
        case("seed_is_missing", with("seed 5\n", ""), "`seed` in its metadata is not a number"),
        case("seed_is_text", with("seed 5", "seed five"), "`seed` in its metadata is not a number"),
        case("steps_twice", with("steps 6", "steps 6\nsteps 7"), ""),
        case("no_label", file(&checkpoint_entries(), &numbers(42)), "it is not a checkpoint but a file of weights"),
    ]
}

/// Checkpoints whose optimizer remembers something else.
fn slot_names() -> Vec<Case> {
    let claims = |slots: &str| labelled(&CHECKPOINT.replace(SLOTS, slots), &checkpoint_entries(), &numbers(42));
    let mut numbered = checkpoint_entries();
    numbered[4] = numbered[4].replace("first_moment", "0");
    let mut further = checkpoint_entries();
    further.push(entry("optimizer/velocity", "F32", "[14]", 168, 224));
    let further = labelled(&format!("{CHECKPOINT}\nslot velocity"), &further, &numbers(56));
    vec![
        case("slot_of_other_settings", further, ""),
        case(
            "slots_of_five_names",
            claims("\nslot a\nslot b\nslot c\nslot d\nslot e"),
            "it has more than 4 slots of an optimizer",
        ),
        case(
            "slots_of_one_name",
            claims("\nslot second_moment\nslot second_moment"),
            "two slots named `second_moment`",
        ),
        case("slot_without_a_name", claims("\nslot"), "`optimizer/` of shape [14] is missing"),
        case(
            "slot_is_missing",
            claims(&format!("{SLOTS}\nslot velocity")),
            "`optimizer/velocity` of shape [14] is missing",
        ),
        case(
            "slot_is_not_named",
            claims("\nslot first_moment"),
            "`optimizer/second_moment` of shape [14] is not expected",
        ),
        case(
            "slot_of_a_number",
            labelled(CHECKPOINT, &numbered, &numbers(42)),
            "`optimizer/first_moment` of shape [14] is missing",
        ),
    ]
}

/// Checkpoints whose optimizer remembers other elements.
fn slot_elements() -> Vec<Case> {
    let with = |slot: usize, from: &str, to: &str| {
        let mut entries = checkpoint_entries();
        assert!(entries[4 + slot].contains(from), "{from}");
        entries[4 + slot] = entries[4 + slot].replace(from, to);
        labelled(CHECKPOINT, &entries, &numbers(42))
    };
    let hold = |values: &[(usize, f32)]| {
        let mut numbers = numbers(42);
        for &(position, value) in values {
            numbers[4 * position..][..4].copy_from_slice(&value.to_le_bytes());
        }
        labelled(CHECKPOINT, &checkpoint_entries(), &numbers)
    };
    vec![
        case("slot_of_another_length", with(1, "[14]", "[7,2]"), "`optimizer/second_moment` has shape [7, 2]"),
        case("slot_of_another_type", with(0, "F32", "I32"), "`optimizer/first_moment` is of type I32"),
        case(
            "slot_of_squares_is_negative",
            hold(&[(28, -1.0)]),
            "`optimizer/second_moment` holds -1 at [0], but its elements are never negative",
        ),
        case("slot_of_squares_is_negative_zero", hold(&[(28, -0.0)]), ""),
        case("slot_is_infinite", hold(&[(25, f32::INFINITY)]), "`optimizer/first_moment` holds inf at [11]"),
        case(
            "slot_makes_an_infinite_step",
            hold(&[(14, 1e38), (28, 0.0)]),
            "the memory of the optimizer leads to a step that is not finite",
        ),
    ]
}
