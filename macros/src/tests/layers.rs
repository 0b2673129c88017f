//! Does every layer have a test of its gradient, values of another library, odd sizes, a mistake that the compiler shows, and an export?
//!
//! What is tested is read from the tests themselves, and `tests/layers.md` is the table of what was found. A layer counts as
//! tested where a network with it is: the networks are those that a test reaches by name, and the macro resolves them.
//!
//! - gradient: the test mentions the tolerance of the comparison with dual numbers.
//! - values from outside: it reads the folder `reference`, itself or through the module `recorded`.
//! - odd sizes: in such a network, an axis of the layer's input is odd and above 1, so that neither registers nor windows of two
//!   divide it. The channels of an image do not count.
//! - mistake: the caret of an error in `tests/ui` is at the layer, its sizes or its settings.
//! - export: the test writes the network as an ONNX model.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::TokenStream;
use quote::quote;

use super::outcome_of;
use crate::block::Keyword;
use crate::graph::{Kind, Network};
use crate::layer;
use crate::shape::{IMAGE, Shape};

mod sources;

mod mistakes;

use sources::{Reached, Source};

/// A word of every test that compares gradients with dual numbers: its tolerance.
const GRADIENT: &str = "DUAL_TOLERANCE";
/// Words of which every test that compares with recorded values has one: the folder that has them, or the
/// function of `recorded` that compares.
const OUTSIDE: [&str; 2] = ["\"reference\"", "agrees_with_recorded"];

/// A word of every test that writes networks as ONNX models.
const EXPORT: &str = "onnx_bytes";

/// The columns of the table.
const COLUMNS: [&str; 5] = ["gradient", "values from outside", "odd sizes", "mistake", "export"];

/// For each layer, the first finding for each column.
type Findings = BTreeMap<String, [Option<String>; 5]>;

/// Adds a finding for a layer unless there is one already.
fn find(findings: &mut Findings, layer: &str, column: usize, what: String) {
    if let Some(row) = findings.get_mut(layer) {
        row[column].get_or_insert(what);
    }
}

/// Returns the path of a file or folder of the repository.
fn at(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// Returns the content of a file of the repository.
fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Returns the files of a folder with this extension, in order.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut paths: Vec<_> = paths.filter(|path| path.extension().is_some_and(|found| found == ending)).collect();
    paths.sort();
    paths
}

/// Returns the name of a file without its extension.
fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// Returns the layers of `layer::list`: the types in it that implement `Layer` or `Elementwise`.
fn listed() -> BTreeSet<String> {
    let source = text(&at("src/layer.rs"));
    let (_, list) = source.split_once("pub mod list {").unwrap_or_else(|| panic!("`layer::list` was not found"));
    let (list, _) = list.split_once("\n}").unwrap_or((list, ""));
    let mut layers = BTreeSet::new();
    for line in list.lines().filter_map(|line| line.trim().strip_prefix("pub use super::")) {
        let (file, names) = line.split_once("::").unwrap_or((line, ""));
        let implementations = text(&at(&format!("src/layer/{file}.rs")));
        for name in names.split([',', '{', '}', ';', ' ']).filter(|name| !name.is_empty()) {
            if sources::implements(&implementations, &["Layer", "Elementwise"], name) {
                layers.insert(name.to_owned());
            }
        }
    }
    layers
}

/// Calls `visit` with the name of each layer of the library in a network, with the name of its field and with its input.
fn visit(network: &Network, visit_layer: &mut dyn FnMut(&str, &str, &Shape)) {
    for (index, layer) in network.layers.iter().enumerate() {
        let (input, field) = (network.incoming(index).0, layer.field.to_string());
        match &layer.kind {
            Kind::BuiltIn(built_in) => visit_layer(built_in.spec.name, &field, input),
            Kind::Block(block) => {
                visit_layer(block.keyword().name(), &field, input);
                block.networks().into_iter().for_each(|network| visit(network, visit_layer));
            }
            Kind::Custom { .. } => {}
        }
    }
}

/// Returns whether an axis other than channels is odd and above 1.
fn is_odd(shape: &Shape) -> bool {
    let channels = usize::from(shape.is_a(&IMAGE));
    shape.sizes().iter().skip(channels).filter_map(crate::size::Size::number).any(|size| size > 1 && size % 2 == 1)
}

/// Adds what a test says about the layers of a declaration, or about its field `layer` alone.
fn add(findings: &mut Findings, declaration: TokenStream, only_field: bool, told: &[(usize, String)]) {
    let written = declaration.to_string();
    let outcome = outcome_of(declaration);
    assert!(outcome.messages.is_empty(), "{written}: {:?}", outcome.messages);
    let Some(network) = outcome.network else { panic!("no network: {written}") };
    visit(&network, &mut |layer, field, input| {
        if only_field && field != "layer" {
            return;
        }
        for (column, what) in told {
            find(findings, layer, *column, what.clone());
        }
        // An export compares no values.
        if told.iter().any(|(column, _)| *column < 2) && is_odd(input) {
            find(findings, layer, 2, format!("`{}`", input.text()));
        }
    });
}

/// Adds what the tests of a file say about layers.
fn read(findings: &mut Findings, file: &str, source: &Source) {
    for test in &source.tests {
        let Reached { words, networks } = source.reached(test);
        let (is_gradient, is_outside) = (words.contains(GRADIENT), OUTSIDE.iter().any(|&word| words.contains(word)));
        let is_export = words.contains(EXPORT);
        if !is_gradient && !is_outside && !is_export {
            continue;
        }
        let told = |network: &str| {
            let outside = is_outside.then(|| (1, format!("`{file}::{}`", test.name)));
            let gradient = is_gradient.then(|| (0, format!("`{network}`")));
            let export = is_export.then(|| (4, format!("`{network}`")));
            gradient.into_iter().chain(outside).chain(export).collect::<Vec<_>>()
        };
        for (name, declaration) in networks {
            add(findings, declaration, false, &told(&name));
        }
        if test.of_table {
            for (input, layers) in layer::all().flat_map(crate::examples::examples) {
                let layers: TokenStream = layers.parse().unwrap_or_default();
                let input: TokenStream = input.parse().unwrap_or_default();
                add(findings, quote!(struct Example (#input) { #layers }), true, &told("every_layer!"));
            }
        }
    }
}

/// Returns what the tests of the repository say about each layer.
fn findings() -> Findings {
    let mut findings: Findings = listed().into_iter().map(|layer| (layer, [const { None }; 5])).collect();
    // The checks are a file of their own, whose macro has another name there.
    let checks = text(&at("tests/support/checks.rs")).replace("check_all", "check");
    let checks: Vec<_> = checks.lines().filter(|line| !line.starts_with("//!")).collect();
    for file in ["tests/gradients.rs", "tests/sequence_gradients.rs"].map(at) {
        let source = format!("{}\n{}", text(&file), checks.join("\n"));
        read(&mut findings, &stem(&file), &Source::of(&source));
    }
    for path in files(&at("tests/integration"), "rs") {
        read(&mut findings, &stem(&path), &Source::of(&text(&path)));
    }
    let layers: Vec<_> = findings.keys().cloned().collect();
    for folder in ["graph", "shape", "syntax", "trait"] {
        for path in files(&at(&format!("tests/ui/{folder}")), "rs") {
            let errors = text(&path.with_extension("stderr"));
            for layer in mistakes::layers(&text(&path), &errors, &layers) {
                find(&mut findings, &layer, 3, format!("`{folder}/{}`", stem(&path)));
            }
        }
    }
    findings
}

/// Returns the file with the table.
fn table(findings: &Findings) -> String {
    let mut table = "# Layers and their tests\n\n\
        `macros/src/tests/layers.rs` reads this from the tests, and fails where a cell is empty; `UPDATE_LAYERS=1` writes the file anew.\n\
        A cell has the first of what was found: a network of a program of gradients, a test of `tests/integration`, an input, a file of\n\
        `tests/ui`, and a network that is exported. `every_layer!` is a network around the example in the table of the macro.\n\n"
        .to_owned();
    let _ = writeln!(table, "| layer | {} |\n|---|{}", COLUMNS.join(" | "), "---|".repeat(COLUMNS.len()));
    for (layer, row) in findings {
        let cells = row.each_ref().map(|cell| cell.as_deref().unwrap_or_default());
        let _ = writeln!(table, "| `{layer}` | {} |", cells.join(" | "));
    }
    table
}

/// Returns the empty cells.
fn missing(findings: &Findings) -> Vec<String> {
    let cells = findings.iter().flat_map(|(layer, row)| {
        row.iter().zip(COLUMNS).filter(|(cell, _)| cell.is_none()).map(move |(_, column)| format!("{layer}: {column}"))
    });
    cells.collect()
}

#[test]
fn every_layer_has_a_gradient_values_from_outside_odd_sizes_a_mistake_and_an_export() {
    let (path, findings) = (at("tests/layers.md"), findings());
    let found = table(&findings);
    if std::env::var_os("UPDATE_LAYERS").is_some() {
        assert!(fs::write(&path, &found).is_ok(), "{} cannot be written", path.display());
    }
    let missing = missing(&findings);
    assert!(missing.is_empty(), "layers without a test:\n{}", missing.join("\n"));
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == committed,
        "the tests of layers changed; look at {} after `UPDATE_LAYERS=1`:\n{found}",
        path.display()
    );
}

#[test]
fn the_list_of_layers_is_that_of_the_macro() {
    let blocks = [Keyword::Residual, Keyword::Repeat, Keyword::Parallel].map(Keyword::name);
    let known: BTreeSet<_> = layer::all().map(|spec| spec.name).chain(blocks).map(str::to_owned).collect();
    assert_eq!(listed(), known);
}

/// Returns the rows of `Dense` and `Tanh` that one test file gives.
fn rows(source: &str) -> [[Option<String>; 5]; 2] {
    let mut findings: Findings = ["Dense", "Tanh"].map(|layer| (layer.to_owned(), [const { None }; 5])).into();
    read(&mut findings, "file", &Source::of(source));
    ["Dense", "Tanh"].map(|layer| findings[layer].clone())
}

#[test]
fn networks_count_where_a_test_reaches_them() {
    let source = "network!(struct A (Vector<4>) = Dense<_, 3>); network!(struct B (Vector<6>) = Tanh);
        fn check<N>() { assert!(error < DUAL_TOLERANCE); } fn recorded() -> Value { read(\"reference\") }
        macro_rules! check { ($x:ident) => { check::<$x>() }; }
        proptest! { #[test] fn gradients(seed in 0..4) { check!(A, seed); } }
        #[test] fn values() { let value = recorded(); network!(struct C (Vector<3>) = Tanh); check_value::<C>(value); }
        #[test] fn export() { D::zeroed().onnx_bytes(); } network!(struct D (Vector<5>) = Dense<_, 1>);
        #[test] fn nothing() { B::zeroed(); }";
    let cell = |text: &str| Some(text.to_owned());
    assert_eq!(
        rows(source),
        [[cell("`A`"), None, None, None, cell("`D`")], [None, cell("`file::values`"), cell("`Vector<3>`"), None, None],]
    );
    // Each of these takes something away.
    for (from, to) in
        [("#[test] fn gradients", "fn gradients"), ("check!(A, seed)", "check!(E, seed)"), ("DUAL_TOLERANCE", "LOOSE")]
    {
        assert_eq!(rows(&source.replace(from, to))[0][..4], [const { None }; 4], "{from}");
    }
    for (from, to) in [
        ("#[test] fn values", "fn values"),
        ("\"reference\"", "\"own\""),
        ("= Tanh); check_value", "= Relu); check_value"),
    ] {
        assert_eq!(rows(&source.replace(from, to))[1], [const { None }; 5], "{from}");
    }
}

#[test]
fn odd_sizes_are_those_of_axes_other_than_channels() {
    let input = |shape: &str| {
        let declaration: TokenStream = format!("struct Name ({shape}) = Tanh").parse().unwrap_or_default();
        outcome_of(declaration).network.is_some_and(|network| is_odd(network.incoming(0).0))
    };
    assert!(
        ["Vector<3>", "Image<2, 1, 7>", "Image<2, 5, 4>", "Sequence<9, 4>", "Sequence<4, 3>"].into_iter().all(input)
    );
    assert!(!["Vector<1>", "Vector<8>", "Image<3, 4, 6>", "Image<3, 1, 1>", "Sequence<2, 1>"].into_iter().any(input));
}

#[test]
fn an_empty_cell_is_missing() {
    let row = [Some("a".to_owned()), None, Some("b".to_owned()), Some("c".to_owned()), Some("d".to_owned())];
    let findings = Findings::from([("Tanh".to_owned(), row)]);
    assert_eq!(missing(&findings), ["Tanh: values from outside"]);
    assert!(table(&findings).ends_with("| layer | gradient | values from outside | odd sizes | mistake | export |\n|---|---|---|---|---|---|\n| `Tanh` | a |  | b | c | d |\n"));
}
