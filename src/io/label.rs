//! What does a file say about itself? Lines of text in its metadata.

use alloc::format;
use alloc::string::String;
use core::fmt::{self, Display};

/// The version of the layout of names and lines that this library writes, and the only one that it reads.
pub(super) const FORMAT: &str = "1";
/// The start of the first line, up to the digits.
pub(super) const CHECKSUM: &str = "checksum ";
pub(super) const CHECKSUM_DIGITS: usize = 16;
/// The maximum number of characters of an architecture in a message, enough for some hundred layers.
const LONGEST_ARCHITECTURE: usize = 10_000;

/// Lines of a key and a value, in order. A key contains no space, and may occur several times.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Label {
    /// A single string, since a file may have millions of lines.
    text: String,
}

impl Label {
    /// Creates the label of a kind of file.
    pub(crate) fn new(kind: &str) -> Self {
        let mut label = Self::default();
        label.push("format", FORMAT);
        label.push("typenet", env!("CARGO_PKG_VERSION"));
        label.push("kind", kind);
        label
    }

    /// Adds a line. Line breaks in the value become spaces.
    pub(crate) fn push(&mut self, key: &str, value: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.extend([key, " ", &value.replace(['\n', '\r'], " ")]);
    }

    /// Parses the lines of a text. A line without a space is a key without a value.
    pub(super) fn parse(text: String) -> Self {
        Self { text }
    }

    /// Returns the value of the first line with this key.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.all(key).next()
    }

    /// Returns the values of all lines with this key.
    pub(crate) fn all(&self, key: &str) -> impl Iterator<Item = &str> {
        let lines = self.text.lines().map(|line| line.split_once(' ').unwrap_or((line, "")));
        lines.filter(move |(other, _)| *other == key).map(|(_, value)| value)
    }

    /// Returns the network that a file was made from, for messages: `Xor: (2), dense: Dense<2, 3>, tanh: Tanh`. Terminal
    /// control sequences and other characters unfit for messages are removed.
    pub(crate) fn architecture(&self) -> Option<String> {
        let parts = core::iter::once(self.get("network")?).chain(self.get("input")).chain(self.all("layer"));
        let separator = |index| ["", ": ", ", "][usize::min(index, 2)];
        let pieces = parts.enumerate().flat_map(|(index, part)| [separator(index), part]);
        let mut letters = pieces.flat_map(str::chars).filter(|letter| !letter.is_control());
        let mut text: String = letters.by_ref().take(LONGEST_ARCHITECTURE).collect();
        if letters.next().is_some() {
            text.push('…');
        }
        Some(text)
    }

    /// Returns whether this label has layers, and their names or kinds, `hidden: Dense`, differ from those of `other`. Sizes
    /// are not compared here, because tensors have them.
    pub(crate) fn has_other_layers(&self, other: &Self) -> bool {
        let (mut own, mut others) = (self.all("layer").peekable(), other.all("layer"));
        if own.peek().is_none() {
            return false;
        }
        loop {
            match (own.next(), others.next()) {
                (None, None) => return false,
                (Some(one), Some(other)) if without_sizes(one).eq(without_sizes(other)) => {}
                _ => return true,
            }
        }
    }

    /// Returns the text with a checksum of zeros.
    pub(super) fn with_room_for_checksum(&self) -> String {
        format!("{CHECKSUM}{:0CHECKSUM_DIGITS$}\n{self}", 0)
    }
}

/// Returns the characters of a layer without those in angle brackets.
fn without_sizes(layer: &str) -> impl Iterator<Item = char> {
    let mut depth = 0_usize;
    layer.chars().filter(move |&letter| {
        depth += usize::from(letter == '<');
        let keeps = depth == 0;
        depth -= usize::from(letter == '>' && depth > 0);
        keeps
    })
}

impl Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
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
        let parsed = Label::parse(label.with_room_for_checksum());
        assert_eq!(parsed.get("checksum"), Some("0000000000000000"));
        assert_eq!(parsed.get("network"), Some("Xor"));
        assert_eq!(parsed.all("layer").collect::<Vec<_>>(), ["dense: Dense<2, 3>", "own: two lines"]);
        assert_eq!(Label::parse("checksum\nformat 1\n".into()).get("checksum"), Some(""));
        assert_eq!(label.architecture().unwrap(), "Xor: (2), dense: Dense<2, 3>, own: two lines");
        assert_eq!(Label::new("weights").architecture(), None);
        label.push("layer", "block: Residual { a: Dense<2, 3>, Tanh }");
        let with = |layers: [&str; 3]| {
            let mut label = Label::new("weights");
            for layer in layers {
                label.push("layer", layer);
            }
            label
        };
        let block = "block: Residual { a: Dense<30, 3>, Tanh }";
        assert!(!label.has_other_layers(&with(["dense: Dense<4, 3>", "own: two lines", block])));
        assert!(label.has_other_layers(&with(["dense: Conv<4, 3>", "own: two lines", block])));
        assert!(label.has_other_layers(&Label::new("weights")) && !Label::new("weights").has_other_layers(&label));
        label.push("layer", &"x".repeat(20_000));
        let architecture = label.architecture().unwrap();
        assert!(architecture.ends_with("xxx…") && architecture.chars().count() == 10_001);
    }
}
