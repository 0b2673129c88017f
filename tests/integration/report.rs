//! The report of a training: its content, escaped, and what a training is repeated from. `scripts/check_pages` opens it in a browser.
#![cfg(feature = "plot")]
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use std::fs;
use std::path::PathBuf;

use typenet::prelude::*;
use typenet::schedule::Exponential;
use typenet::{Error, Report};

use crate::support::folder::Folder;

network!(struct Classifier = Dense<64, 8>, Tanh, Dense<8, 10>, Softmax);
network!(struct Line = Dense<1, 1>);

fn page(report: &Report) -> String {
    report.page().html().to_string()
}

#[test]
fn classes_are_counted_if_a_sample_has_one() {
    let data = Dataset::<Vector<1>, Class<2>>::labelled([[0.0], [1.0], [2.0]], [1, 1, 0]).unwrap();
    let html = page(&Report::new("weighted").data("all", &data.weighted([1.0, 2.0, 0.5]).unwrap()));
    assert!(html.contains("<tr><th>1</th><td>2</td><td>67 %</td>"), "{html}");
    let steps = Dataset::<Vector<1>, [Class<2>; 2]>::new(vec![[0.0]], vec![[Class::new(1).unwrap(); 2]]).unwrap();
    assert!(page(&Report::new("steps").data("all", &steps)).contains("<th>targets</th><td>labels, any number"));
}

/// A report of three epochs, with the training set and the instruction set.
fn digits() -> (Report, Dataset<Vector<64>, Class<10>>, String) {
    let (train, test) = datasets::digits().split(0.1);
    let (test, _) = test.split(0.1);
    let mut network = Classifier::init(&mut typenet::rng(1));
    let mut trainer = Trainer::new(Nll, Adam::new(0.0625))
        .epochs(3)
        .batch_size(16)
        .accumulate(2)
        .clip_norm(5.0)
        .schedule(Exponential::new(0.5))
        .seed(77)
        .metric(Accuracy)
        .validation(&test);
    let history = trainer.fit(&mut network, &train).unwrap();
    let names = Names::from(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "<nine>"]);
    let report = Report::new("Digits & \"others\"")
        .network::<Classifier>()
        .data("training set", &train)
        .training(&trainer)
        .note("seeds", "rng(1) <b>")
        .classes("test set", &*network, &test, Some(&names))
        .unwrap()
        .image_mistakes("test set", &*network, &test, &Nll, 6)
        .unwrap();
    (report, train, format!("{:?}", history.path().unwrap()))
}

#[test]
fn a_report_has_what_a_training_is_repeated_from() {
    let (report, _, path) = digits();
    let (html, path) = (page(&report), format!("<th>instruction set</th><td>{path}</td>"));
    for text in [
        &path,
        "<title>Digits &amp; &quot;others&quot;</title>",
        "dense: Dense&lt;64, 8&gt;",
        "<th>samples</th><td>180</td>",
        "<th>input</th><td>[64]</td>",
        "<th>inputs</th><td>0 to 16.00</td>",
        "<th>loss</th><td>Nll</td>",
        "<th>optimizer</th><td>Adam { ",
        "rate: 0.0625",
        "<th>epochs</th><td>3</td>",
        "<th>seed</th><td>77</td>",
        "<th>batch size</th><td>16</td>",
        "<th>batches per step</th><td>2</td>",
        "<th>clipping of the norm</th><td>5</td>",
        "the learning rate times 1.000 at step 0, and times 3.815e-6 at step 18",
        concat!("<th>typenet</th><td>", env!("CARGO_PKG_VERSION"), "</td>"),
        "rng(1) &lt;b&gt;",
        "<th>&lt;nine&gt;</th>",
        "<h2>Worst mistakes: test set</h2>",
    ] {
        assert!(html.contains(text), "{text}");
    }
}

#[test]
fn a_report_of_a_classifier_has_pictures_and_needs_no_other_file() {
    let (report, train, _) = digits();
    let html = page(&report);
    // 180 samples of ten classes.
    let counts = (0..10).map(|class| train.targets().iter().filter(|target| target.index() == class).count());
    for (class, count) in counts.enumerate() {
        assert!(html.contains(&format!("<tr><th>{class}</th><td>{count}</td><td>")), "class {class}");
    }
    // Curves, confusion matrix and images.
    assert_eq!(html.matches("<svg ").count(), 3);
    let others = html.replace("http://www.w3.org/2000/svg", "");
    assert!(["http:", "https:", "<script", "src="].iter().all(|text| !others.contains(text)));
    if let Some(folder) = std::env::var_os("TYPENET_PAGES") {
        report.save(PathBuf::from(folder).join("report.html")).unwrap();
    }
}

#[test]
fn the_worst_mistakes_are_those_with_the_highest_loss() {
    let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0]; 5], vec![[1.0], [-3.0], [0.0], [2.0], [-8.0]]).unwrap();
    let report =
        Report::new("line").data("all", &data).mistakes("all", &*Line::zeroed(), &data, &MeanSquaredError, 3).unwrap();
    let html = page(&report);
    let rows = [
        "<tr><th>4</th><td>64.00</td><td>-8.000</td><td>0</td></tr>\n",
        "<tr><th>1</th><td>9.000</td><td>-3.000</td><td>0</td></tr>\n",
        "<tr><th>3</th><td>4.000</td><td>2.000</td><td>0</td></tr>\n</table>",
    ];
    assert!(html.contains(&rows.concat()), "{html}");
    assert!(html.contains("<th>targets</th><td>-8.000 to 2.000</td>"));
}

#[test]
fn a_report_is_written_as_html_alone() {
    let folder = Folder::new("report");
    let trainer = Trainer::<_, _, f32>::new(MeanSquaredError, Sgd::new(0.1));
    // Nothing was trained yet.
    let report = Report::new("empty").training(&trainer);
    report.save(folder.path("page.html")).unwrap();
    assert_eq!(fs::read_to_string(folder.path("page.html")).unwrap(), page(&report));
    assert!(matches!(report.save(folder.path("page.txt")), Err(Error::File { .. })));
}
