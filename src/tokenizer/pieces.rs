//! How is text cut into pieces, across which no tokens are merged?

use alloc::format;
use alloc::string::{String, ToString};

use fancy_regex::Regex;

use crate::error::{Error, Result};

/// The pattern of GPT-2: endings such as 's; words, numbers and other signs, each with the space before it; white space, without the
/// space that belongs to the next word.
pub(super) const PATTERN: &str = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

/// A pattern whose matches are the pieces, and what is between them.
#[derive(Clone)]
pub(super) struct Pieces {
    pattern: Regex,
    /// Whether a text without a space at its beginning gets one.
    adds_space: bool,
}

impl Pieces {
    /// Compiles a pattern, or says what is wrong with it.
    pub(super) fn new(pattern: &str, adds_space: bool) -> core::result::Result<Self, String> {
        let compiled = Regex::new(pattern).map(|pattern| Self { pattern, adds_space });
        compiled.map_err(|error| format!("its pattern is not a regular expression: {error}"))
    }

    pub(super) fn pattern(&self) -> &str {
        self.pattern.as_str()
    }

    pub(super) fn adds_space(&self) -> bool {
        self.adds_space
    }

    /// Calls `visit` for each piece in turn.
    pub(super) fn for_each(&self, text: &str, visit: impl FnMut(&str) -> Result<()>) -> Result<()> {
        if self.adds_space && !text.is_empty() && !text.starts_with(' ') {
            self.cut(&format!(" {text}"), visit)
        } else {
            self.cut(text, visit)
        }
    }

    /// Calls `visit` for each piece in turn, of a text that gets no space.
    pub(super) fn cut<'t>(&self, text: &'t str, mut visit: impl FnMut(&'t str) -> Result<()>) -> Result<()> {
        let mut end = 0;
        for found in self.pattern.find_iter(text) {
            let found =
                found.map_err(|error| Error::Unreadable { source: "the text".into(), reason: error.to_string() })?;
            for piece in [&text[end..found.start()], found.as_str()] {
                if !piece.is_empty() {
                    visit(piece)?;
                }
            }
            end = found.end();
        }
        if end < text.len() { visit(&text[end..]) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::{PATTERN, Pieces};
    use crate::error::Error;

    fn pieces<'t>(pattern: &str, text: &'t str) -> Vec<&'t str> {
        let mut pieces = Vec::new();
        Pieces::new(pattern, false)
            .unwrap()
            .cut(text, |piece| {
                pieces.push(piece);
                Ok(())
            })
            .unwrap();
        pieces
    }

    #[test]
    fn words_have_the_space_before_them() {
        let found = pieces(PATTERN, "We'll go  there, at 10:30!\n\nहिन्दी ");
        assert_eq!(
            found,
            [
                "We", "'ll", " go", " ", " there", ",", " at", " 10", ":", "30", "!", "\n", "\n", "ह", "ि", "न", "्",
                "द", "ी", " "
            ]
        );
    }

    #[test]
    fn what_no_pattern_finds_is_a_piece_too() {
        assert_eq!(pieces("[0-9]+", "a12b3"), ["a", "12", "b", "3"]);
        assert_eq!(pieces("x", ""), [""; 0]);
        assert!(Pieces::new("(", false).is_err());
    }

    #[test]
    fn many_spaces_are_one_piece_and_a_million_an_error() {
        let text = |spaces: usize| " ".repeat(spaces) + "x";
        let lengths: Vec<_> = pieces(PATTERN, &text(900_000)).iter().map(|piece| piece.len()).collect();
        assert_eq!(lengths, [899_999, 2]);
        let error = Pieces::new(PATTERN, false).unwrap().cut(&text(1_000_001), |_| Ok(())).unwrap_err();
        assert!(matches!(error, Error::Unreadable { .. }), "{error}");
    }
}
