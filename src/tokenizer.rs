//! How does text become tokens of several characters each, and tokens text?

mod byte_alphabet;
mod pieces;

mod merges;

mod json;
mod learn;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Debug};
use std::collections::HashMap;

use self::merges::Merges;
use self::pieces::Pieces;
use crate::error::{Error, Result};
use crate::scalar::Scalar;
use crate::shape::Token;

/// A vocabulary of byte-pair encoding: each token is a sequence of bytes that is frequent in text, such as a syllable or a word.
///
/// A text is cut into words with the space before them, runs of digits, runs of other signs, and white space. Within each of these
/// pieces, every byte is a token at first. Then the two adjacent tokens that were merged first when the vocabulary was learned become
/// one, until no two adjacent tokens are one of the vocabulary. There is a token for each byte, so every text has an encoding, and
/// the tokens give back the same bytes.
///
/// [`learn`](Self::learn) learns a vocabulary. [`from_json`](Self::from_json) and [`save_json`](Self::save_json) read and write
/// `tokenizer.json`, the format of Hugging Face's `tokenizers`: such as the vocabularies of GPT-2, Llama 3, or one that was trained in
/// Python.
///
/// # Example
/// ```
/// use typenet::{BytePairs, Token};
///
/// let text = "she sells sea shells by the sea shore ".repeat(3);
/// let pairs = BytePairs::learn(&text, 270)?;
/// assert_eq!(pairs.len(), 270);
///
/// let tokens: Vec<Token<270>> = pairs.tokens("she sells shore shoes")?;
/// assert_eq!(pairs.text(&tokens), "she sells shore shoes");
/// let shown: Vec<_> = tokens.iter().map(|&token| String::from_utf8_lossy(pairs.bytes(token))).collect();
/// assert_eq!(shown, ["s", "he", " sells", " sho", "re", " sho", "e", "s"]);
///
/// let error = pairs.tokens::<256, f32>("she").unwrap_err();
/// assert_eq!(error.to_string(), "the vocabulary has 270 entries, but the network has only 256 tokens");
/// # Ok::<(), typenet::Error>(())
/// ```
///
/// # Source
/// Sennrich, Haddow and Birch, "Neural machine translation of rare words with subword units", 2016. Bytes instead of characters: Radford
/// et al., "Language models are unsupervised multitask learners", 2019.
#[derive(Clone)]
pub struct BytePairs {
    /// The bytes of each token. Empty for indices that the file leaves out.
    tokens: Vec<Vec<u8>>,
    /// The tokens that text never becomes, such as the end of a document, by name.
    special: Vec<(String, u32)>,
    pieces: Pieces,
    merges: Merges,
}

impl BytePairs {
    /// Returns the number of tokens, with the special ones: the smallest vocabulary of a network that reads them.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "there is a token for each byte")]
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Converts a text to tokens. The name of a special token within it is text like any other.
    ///
    /// V may be larger than the number of tokens, for tokens of the program's own.
    ///
    /// # Errors
    /// - [`Error::VocabularyTooLarge`] if there are more than V tokens.
    /// - [`Error::Unreadable`] if the text has a piece that is too long to be found by the pattern, such as a million spaces.
    pub fn tokens<const V: usize, T: Scalar>(&self, text: &str) -> Result<Vec<Token<V, T>>> {
        if self.len() > V {
            return Err(Error::VocabularyTooLarge { entries: self.len(), tokens: V });
        }
        let mut tokens = Vec::new();
        self.pieces.for_each(text, |piece| {
            self.merges.encode(piece.as_bytes(), |index| {
                tokens.push(Token::new(index as usize)?);
                Ok(())
            })
        })?;
        Ok(tokens)
    }

    /// Returns the special token of this name, such as `<|endoftext|>`, if there is one.
    #[must_use]
    pub fn special<const V: usize, T: Scalar>(&self, name: &str) -> Option<Token<V, T>> {
        let (_, index) = self.special.iter().find(|(special, _)| special == name)?;
        Token::new(*index as usize).ok()
    }

    /// Returns the bytes of a token; those of its name for a special one, and none for a token without an entry.
    #[must_use]
    pub fn bytes<const V: usize, T: Scalar>(&self, token: Token<V, T>) -> &[u8] {
        self.tokens.get(token.index()).map_or(&[], Vec::as_slice)
    }

    /// Converts tokens to text. Bytes that are no UTF-8, such as half a character, become the replacement character `�`.
    #[must_use]
    pub fn text<'t, const V: usize, T: Scalar>(&self, tokens: impl IntoIterator<Item = &'t Token<V, T>>) -> String {
        let bytes: Vec<u8> = tokens.into_iter().flat_map(|&token| self.bytes(token)).copied().collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Collects the parts, whose merges are pairs of tokens and the token that they become.
    fn of(
        tokens: Vec<Vec<u8>>,
        special: Vec<(String, u32)>,
        pieces: Pieces,
        pairs: impl IntoIterator<Item = ([u32; 2], u32)>,
        whole_pieces_first: bool,
    ) -> Self {
        let whole = whole_pieces_first.then(|| indices(&tokens));
        let mut bytes = [0; 256];
        for (index, token) in (0..).zip(&tokens) {
            if let [byte] = token[..] {
                bytes[usize::from(byte)] = index;
            }
        }
        let merges = Merges::new(&bytes, pairs, whole);
        Self { tokens, special, pieces, merges }
    }
}

/// Returns the index of each token by its bytes.
fn indices(tokens: &[Vec<u8>]) -> HashMap<Vec<u8>, u32> {
    let present = (0..).zip(tokens).filter(|(_, token)| !token.is_empty());
    present.map(|(index, token)| (token.clone(), index)).collect()
}

impl Debug for BytePairs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BytePairs").field("len", &self.len()).field("special", &self.special).finish_non_exhaustive()
    }
}
