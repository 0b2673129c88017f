//! Data sets for networks that predict the next token.

use alloc::vec::Vec;

use crate::dataset::Dataset;
use crate::error::{Error, Result};
use crate::scalar::Scalar;
use crate::shape::{Shape, Token, Tokens};
use crate::target::Class;

impl<const L: usize, const V: usize, T: Scalar> Dataset<Tokens<L, V>, [Class<V>; L], T> {
    /// Creates a data set from a long text: windows of L tokens, whose targets are the tokens after each of them. A window begins
    /// every `stride` tokens; with a stride of L, every token is the target once.
    /// Tokens that do not fill a last window are left out.
    ///
    /// # Errors
    /// - [`Error::Setting`] if `stride` is 0.
    /// - [`Error::TooShort`] if the text has at most L tokens.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// let text: Vec<Token<256>> = "never odd or even".bytes().map(Token::from).collect();
    /// let data: Dataset<Tokens<4, 256>, [Class<256>; 4]> = Dataset::next_tokens(&text, 4)?;
    /// assert_eq!(data.len(), 4);
    /// let text = |token: usize| char::from(token as u8);
    /// assert_eq!(data.inputs()[1].map(|token| text(token.index())), ['r', ' ', 'o', 'd']);
    /// assert_eq!(data.targets()[1].map(|class| text(class.index())), [' ', 'o', 'd', 'd']);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn next_tokens(text: &[Token<V, T>], stride: usize) -> Result<Self> {
        if stride == 0 {
            return Err(Error::Setting { name: "stride", value: 0.0, allowed: "at least 1" });
        }
        if text.len() <= L {
            return Err(Error::TooShort { length: text.len(), needed: L + 1 });
        }
        let (mut inputs, mut targets) = (Vec::new(), Vec::new());
        for window in text.windows(L + 1).step_by(stride) {
            let (mut input, mut target) = (Tokens::<L, V>::zero::<T>(), [Class::from(window[L]); L]);
            input.copy_from_slice(&window[..L]);
            for (target, &token) in target.iter_mut().zip(&window[1..]) {
                *target = token.into();
            }
            inputs.push(input);
            targets.push(target);
        }
        Self::new(inputs, targets)
    }
}

impl<const L: usize, const V: usize, T: Scalar> Dataset<Tokens<L, V>, [Option<Class<V>>; L], T> {
    /// Creates a data set of whole sequences of different lengths, such as names. Each begins and ends with `boundary`: the first
    /// input is `boundary`, whose target is the first token of the sequence, and the target of the last token is `boundary`. The
    /// rest of the inputs is padded, without targets, for the loss [`Masked`](crate::Masked).
    ///
    /// # Errors
    /// [`Error::TooLong`] for the first sequence of L tokens or more, [`Error::Empty`] if there are no sequences.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// let letters = |word: &str| word.bytes().map(Token::from).collect::<Vec<Token<256>>>();
    /// let end = Token::from(b'\n');
    /// let data: Dataset<Tokens<5, 256>, _> = Dataset::whole_sequences(["ada", "eve"].map(letters), end)?;
    /// let input = data.inputs()[0].map(|token| token.index() as u8);
    /// assert_eq!(&input, b"\nada\n");
    /// let target = data.targets()[0].map(|class| class.map_or(0, |class| class.index() as u8));
    /// assert_eq!(&target, b"ada\n\0");
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn whole_sequences(
        sequences: impl IntoIterator<Item: AsRef<[Token<V, T>]>>,
        boundary: Token<V, T>,
    ) -> Result<Self> {
        let (mut inputs, mut targets) = (Vec::new(), Vec::new());
        for (sample, sequence) in sequences.into_iter().enumerate() {
            let sequence = sequence.as_ref();
            if sequence.len() >= L {
                return Err(Error::TooLong {
                    sample: Some(sample),
                    length: sequence.len(),
                    longest: L.saturating_sub(1),
                });
            }
            let (mut input, mut target) = ([boundary; L], [None; L]);
            input[1..=sequence.len()].copy_from_slice(sequence);
            for (target, &token) in target.iter_mut().zip(sequence.iter().chain([&boundary])) {
                *target = Some(token.into());
            }
            inputs.push(input);
            targets.push(target);
        }
        Self::new(inputs, targets)
    }
}
