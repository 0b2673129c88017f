//! How does text become tokens, and tokens text?

use alloc::string::String;
use alloc::vec::Vec;

use crate::error::{Error, Result};
use crate::scalar::Scalar;
use crate::shape::Token;

/// The characters of a text as a vocabulary: the index of a token is the position of its character in Unicode order.
///
/// Bytes need no vocabulary: `Token::<256>::from(byte)`. Tokens of several characters are those of `BytePairs`, of the feature `tokenizer`. A
/// tokenizer of another crate gives indices, for [`Token::new`].
///
/// # Errors
/// A character that the vocabulary does not have, and a vocabulary with more characters than the network has tokens, are errors
/// of [`tokens`](Self::tokens).
///
/// # Example
/// ```
/// use typenet::{Characters, Token};
///
/// let characters = Characters::of("hello, hello");
/// assert_eq!(characters.to_string(), " ,ehlo");
///
/// let tokens: Vec<Token<6>> = characters.tokens("hole")?;
/// assert_eq!(tokens.iter().map(|token| token.index()).collect::<Vec<_>>(), [3, 5, 4, 2]);
/// assert_eq!(characters.text(&tokens), "hole");
///
/// let error = characters.tokens::<6, f32>("hell!").unwrap_err();
/// assert_eq!(error.to_string(), "the character '!' at position 4 is not in the vocabulary");
///
/// // To save the vocabulary beside the network, and to restore it.
/// assert_eq!(Characters::of(&characters.to_string()), characters);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Characters {
    sorted: Vec<char>,
}

impl Characters {
    /// Collects the characters of a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut sorted: Vec<char> = text.chars().collect();
        sorted.sort_unstable();
        sorted.dedup();
        Self { sorted }
    }

    /// Returns the number of characters.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sorted.len()
    }

    /// Returns whether there are no characters.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    /// Converts a text to tokens. V may be larger than the number of characters, for tokens of the program's own.
    ///
    /// # Errors
    /// [`Error::VocabularyTooLarge`] if there are more than V characters; [`Error::UnknownCharacter`] for the first character of the
    /// text that is not in the vocabulary.
    pub fn tokens<const V: usize, T: Scalar>(&self, text: &str) -> Result<Vec<Token<V, T>>> {
        if self.len() > V {
            return Err(Error::VocabularyTooLarge { entries: self.len(), tokens: V });
        }
        let token = |(position, character)| {
            let index = self.sorted.binary_search(&character);
            index.map_or(Err(Error::UnknownCharacter { character, position }), Token::new)
        };
        text.chars().enumerate().map(token).collect()
    }

    /// Converts tokens to text. A token without a character becomes the replacement character `�`.
    #[must_use]
    pub fn text<'t, const V: usize, T: Scalar>(&self, tokens: impl IntoIterator<Item = &'t Token<V, T>>) -> String {
        tokens.into_iter().map(|&token| self.character(token)).collect()
    }

    /// Returns the character of a token, or the replacement character `�`.
    #[must_use]
    pub fn character<const V: usize, T: Scalar>(&self, token: Token<V, T>) -> char {
        self.sorted.get(token.index()).copied().unwrap_or(char::REPLACEMENT_CHARACTER)
    }
}

/// Prints all characters in their order.
impl core::fmt::Display for Characters {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.sorted.iter().try_for_each(|character| core::fmt::Write::write_char(f, *character))
    }
}

#[cfg(test)]
mod tests {
    use super::Characters;
    use crate::error::Error;
    use crate::shape::Token;

    #[test]
    fn vocabularies_larger_than_the_network_are_refused() {
        let characters = Characters::of("abcd");
        let error = characters.tokens::<3, f32>("a").unwrap_err();
        assert_eq!(error, Error::VocabularyTooLarge { entries: 4, tokens: 3 });
        assert_eq!(characters.text(&[Token::<9>::new(3).unwrap(), Token::new(4).unwrap()]), "d\u{fffd}");
        assert_eq!((characters.len(), Characters::of("").is_empty()), (4, true));
    }

    #[test]
    fn characters_are_those_of_unicode() {
        let characters = Characters::of("zoë ж");
        let tokens = characters.tokens::<16, f64>("ëж").unwrap();
        assert_eq!(characters.text(&tokens), "ëж");
    }
}
