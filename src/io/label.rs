//! What a file says about itself, as lines of text in its metadata.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::{self, Display, Write};

/// The version of the layout of names and lines that this library writes, and the only one that it reads so far.
pub(super) const FORMAT: &str = "1";
/// The line before all others, up to its digits.
pub(super) const CHECKSUM: &str = "checksum ";
pub(super) const CHECKSUM_DIGITS: usize = 16;

/// Lines of a key and a value, in order. A key has no space, and may come again.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Label {
    lines: Vec<(String, String)>,
}

impl Label {
    /// A label for a file of a kind.
    pub(crate) fn new(kind: &str) -> Self {
        let mut label = Self::default();
        label.push("format", FORMAT);
        label.push("typenet", env!("CARGO_PKG_VERSION"));
        label.push("kind", kind);
        label
    }

    /// Adds a line. A value has no line break, whatever was given.
    pub(crate) fn push(&mut self, key: &str, value: &str) {
        self.lines.push((key.to_string(), value.replace(['\n', '\r'], " ")));
    }

    /// The lines of a text. A line without a space is a key without a value.
    pub(super) fn parse(text: &str) -> Self {
        let lines = text.lines().map(|line| line.split_once(' ').unwrap_or((line, "")));
        Self { lines: lines.map(|(key, value)| (key.to_string(), value.to_string())).collect() }
    }

    /// The value of the first line with this key.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.all(key).next()
    }

    /// The values of all lines with this key.
    pub(crate) fn all(&self, key: &str) -> impl Iterator<Item = &str> {
        self.lines.iter().filter(move |(other, _)| other == key).map(|(_, value)| value.as_str())
    }

    /// The network that a file was made from, for messages: `Xor: (2), dense: Dense<2, 3>, tanh: Tanh`. Commands to a
    /// terminal are left out.
    pub(crate) fn architecture(&self) -> Option<String> {
        let mut text = String::from(self.get("network")?);
        let parts = self.get("input").into_iter().chain(self.all("layer"));
        for (index, part) in parts.enumerate() {
            let _ = write!(text, "{}{part}", if index == 0 { ": " } else { ", " });
        }
        text.retain(|letter| !letter.is_control());
        Some(text)
    }

    /// The names and the kinds of the layers, `hidden: Dense`, without their sizes: tensors have these.
    pub(crate) fn layers(&self) -> impl Iterator<Item = String> {
        self.all("layer").map(|layer| {
            let mut depth = 0_usize;
            let mut outside = |letter: &char| {
                depth += usize::from(*letter == '<');
                let keeps = depth == 0;
                depth -= usize::from(*letter == '>' && depth > 0);
                keeps
            };
            layer.chars().filter(|letter| outside(letter)).collect()
        })
    }

    /// The text with a checksum of zeros.
    pub(super) fn with_room_for_checksum(&self) -> String {
        format!("{CHECKSUM}{:0CHECKSUM_DIGITS$}\n{self}", 0)
    }
}

impl Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |(key, value): &(String, String)| format!("{key} {value}");
        f.write_str(&self.lines.iter().map(line).collect::<Vec<_>>().join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::Label;

    #[test]
    fn a_label_reads_what_it_wrote() {
        let mut label = Label::new("weights");
        label.push("network", "Xor");
        label.push("input", "(2)");
        label.push("layer", "dense: Dense<2, 3>");
        label.push("layer", "own: two\nlines");
        let parsed = Label::parse(&label.with_room_for_checksum());
        assert_eq!(parsed.get("checksum"), Some("0000000000000000"));
        assert_eq!(parsed.lines[1..], label.lines);
        assert_eq!(label.architecture().unwrap(), "Xor: (2), dense: Dense<2, 3>, own: two lines");
        assert_eq!(Label::new("weights").architecture(), None);
        label.push("layer", "block: Residual { a: Dense<2, 3>, Tanh }");
        let layers: Vec<_> = label.layers().collect();
        assert_eq!(layers, ["dense: Dense", "own: two lines", "block: Residual { a: Dense, Tanh }"]);
    }
}
