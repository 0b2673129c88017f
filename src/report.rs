//! How is a finished training recorded, so that others can judge and repeat it? As a page: a [`Report`].

mod html;

mod classes;
mod mistakes;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::fmt::{Debug, Display, Write};
use std::path::Path;

use crate::dataset::Dataset;
use crate::error::Result;
use crate::history::History;
use crate::kernel::Kernels;
use crate::markup::Escaped;
use crate::network::Network;
use crate::optimizer::Optimizer;
use crate::plot::{self, Page, Picture};
use crate::readable::{Percent, Seconds, Significant};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::target::Target;
use crate::train::Trainer;

use html::Table;

/// A self-contained HTML page about a training: the network, the data, the settings and curves of the training, and how good the
/// result is. It needs no other file and no network connection.
///
/// Each call adds a section, in the order of the calls. The page has what a training can be repeated from: the architecture, the
/// settings of the trainer with its seed, the instruction set, the version of typenet, and the system. What the library does not
/// know, such as the seed of the initial weights or where the data comes from, is a [`note`](Self::note).
///
/// # Example
/// ```
/// use typenet::Report;
/// use typenet::prelude::*;
///
/// network!(struct Classifier = Dense<64, 16>, Tanh, Dense<16, 10>, Softmax);
///
/// let (train, test) = datasets::digits().shuffled(&mut typenet::rng(37)).split(0.8);
/// let mut network = Classifier::init(&mut typenet::rng(1));
/// let mut trainer = Trainer::new(Nll, Adam::new(0.005)).epochs(2).metric(Accuracy).validation(&test);
/// trainer.fit(&mut network, &train)?;
///
/// let path = std::env::temp_dir().join(format!("typenet-report-{}.html", std::process::id()));
/// Report::new("Digits")
///     .network::<Classifier>()
///     .data("training set", &train)
///     .data("validation set", &test)
///     .note("seeds", "rng(37) for the split, rng(1) for the weights")
///     .training(&trainer)
///     .classes("validation set", &*network, &test, None)?
///     .image_mistakes("validation set", &*network, &test, &Nll, 8)?
///     .save(&path)?;
/// # assert!(std::fs::read_to_string(&path).unwrap().contains("Adam { "));
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a report does nothing before `save`"]
pub struct Report {
    title: String,
    /// The heading of each section, and its content as HTML.
    sections: Vec<(String, String)>,
}

/// The style of the page. Pictures are as wide as they are drawn, or narrower.
const STYLE: &str = "\
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: .5rem 0; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; border-bottom: 1px solid #ccc; }
nav ul { display: flex; flex-wrap: wrap; gap: 0 1.5rem; padding: 0; list-style: none; }
a { color: #0063a1; }
pre { overflow-x: auto; font-size: .85rem; line-height: 1.35; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: .5rem 0; }
th, td { padding: .15rem .75rem .15rem 0; text-align: left; vertical-align: top; }
th { font-weight: 600; }
tr { border-bottom: 1px solid #e4e4e4; }
svg { display: block; max-width: 100%; height: auto; margin: .5rem 0; }
.bar { display: inline-block; height: .75rem; background: #0072b2; }
";

impl Report {
    /// Begins a report without sections.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), sections: Vec::new() }
    }

    /// Adds the architecture of a network: its table, as [`Network::summary`] prints it.
    pub fn network<N: Network>(self) -> Self {
        self.section("Network", format!("<pre>{}</pre>\n", Escaped(N::summary())))
    }

    /// Adds a data set: the number of samples, their sizes, and the number of samples of each class, or the range of the targets if
    /// they are values.
    pub fn data<X: Shape, Y: Target, T: Scalar>(self, name: &str, data: &Dataset<X, Y, T>) -> Self {
        let mut table = Table::new(&[]);
        let sizes: Vec<String> = X::PARTS.iter().map(|sizes| format!("{sizes:?}")).collect();
        table.row(&[&"samples", &data.len()]);
        table.row(&[&"input", &sizes.join(", ")]);
        table.row(&[&"inputs", &range(data.inputs().iter().flat_map(|input| X::flat(input)).copied())]);
        let labels: Vec<usize> = data.targets().iter().filter_map(|target| Y::label::<T>(target)).collect();
        if labels.len() < data.len() {
            let elements = data.targets().iter().flat_map(|target| Y::elements::<T>(target));
            table.row(&[&"targets", &range(elements.map(|(_, element)| element))]);
            return self.section(&format!("Data: {name}"), table.end());
        }
        let mut counts = vec![0; labels.iter().max().map_or(0, |largest| largest + 1)];
        for label in labels {
            counts[label] += 1;
        }
        self.section(&format!("Data: {name}"), table.end() + &balance(&counts, data.len()))
    }

    /// Adds the settings of a trainer, with those of its loss and its optimizer, and the curves of its last `fit`.
    pub fn training<L: Debug, O: Optimizer + Debug, T: Kernels, V, H, M>(
        self,
        trainer: &Trainer<L, O, T, V, H, M>,
    ) -> Self {
        let mut table = Table::new(&[]);
        for (name, value) in trainer.settings() {
            table.row(&[&name, &value]);
        }
        table.row(&[&"typenet", &env!("CARGO_PKG_VERSION")]);
        table.row(&[&"system", &format!("{}, {}", std::env::consts::ARCH, std::env::consts::OS)]);
        let history = trainer.history();
        if let Some(path) = history.path() {
            table.row(&[&"instruction set", &format!("{path:?}")]);
        }
        let seconds: f64 = history.epochs().map(|record| record.seconds).sum();
        table.row(&[&"duration", &format!("{} in {} epochs", Seconds(seconds), history.len())]);
        // A history without a finite loss has no picture.
        let curves = plot::history("", history).map_or(String::new(), |picture| picture.to_svg());
        self.section("Training", table.end() + &curves + &epochs(history))
    }

    /// Adds a picture with a heading.
    pub fn picture(self, heading: &str, picture: &Picture) -> Self {
        self.section(heading, picture.to_svg())
    }

    /// Adds a text with a heading. It is shown as it is, and is no markup.
    pub fn note(self, heading: &str, text: impl Display) -> Self {
        self.section(heading, format!("<p>{}</p>\n", Escaped(text)))
    }

    /// Adds a section, whose content is HTML.
    fn section(mut self, heading: &str, content: String) -> Self {
        self.sections.push((heading.to_string(), content));
        self
    }

    /// Returns the page.
    #[must_use]
    pub fn page(&self) -> Page {
        let (title, mut links, mut body) = (Escaped(&self.title), String::new(), String::new());
        for (number, (heading, content)) in self.sections.iter().enumerate() {
            let heading = Escaped(heading);
            // Writing to a string cannot fail.
            let _ = writeln!(links, "<li><a href=\"#s{number}\">{heading}</a></li>");
            let _ = writeln!(body, "<section id=\"s{number}\">\n<h2>{heading}</h2>\n{content}</section>");
        }
        Page::new(format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
             <style>\n{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n<nav><ul>\n{links}</ul></nav>\n{body}</body>\n</html>\n"
        ))
    }

    /// Writes the page to a file, whose path must have the extension `.html`: see [`Page::save`].
    ///
    /// # Errors
    /// [`Error::File`](crate::Error::File).
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        self.page().save(path)
    }
}

/// Returns the smallest and the largest of values as a text.
fn range<T: Scalar>(values: impl Iterator<Item = T>) -> String {
    let bounds = values
        .map(Scalar::to_f64)
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    if bounds.0 > bounds.1 {
        return String::from("labels, any number for each sample");
    }
    format!("{} to {}", Significant(bounds.0), Significant(bounds.1))
}

/// Returns a table of the number of samples of each class, with bars.
fn balance(counts: &[usize], samples: usize) -> String {
    let largest = counts.iter().copied().max().unwrap_or(0).max(1);
    let mut text = String::from(
        "<div class=\"wide\"><table>\n<thead><tr><th>class</th><th>samples</th><th>share</th><th></th></tr></thead>\n",
    );
    for (class, &count) in counts.iter().enumerate() {
        let (share, width) = (Escaped(Percent(count as f64 / samples as f64)), 12.0 * count as f64 / largest as f64);
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "<tr><th>{class}</th><td>{count}</td><td>{share}</td>\
             <td><span class=\"bar\" style=\"width:{width:.2}rem\"></span></td></tr>"
        );
    }
    text + "</table></div>\n"
}

/// Returns the table of all epochs, which is closed at first.
fn epochs(history: &History) -> String {
    let names = history.measures().iter().map(|measure| measure.name.as_str());
    let titles: Vec<&str> = ["epoch", "samples"].into_iter().chain(names).chain(["duration"]).collect();
    let mut table = Table::new(&titles);
    for record in history.epochs() {
        let (values, duration): (Vec<_>, _) =
            (record.measures().map(|(_, value)| Significant(value)).collect(), Seconds(record.seconds));
        let cells = values.iter().map(|value| value as &dyn Display);
        let cells: Vec<_> =
            [&record.epoch as &dyn Display, &record.samples].into_iter().chain(cells).chain([&duration as _]).collect();
        table.row(&cells);
    }
    format!("<details><summary>all epochs</summary>\n{}</details>\n", table.end())
}
