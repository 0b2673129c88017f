//! How does a network write text? It predicts the next token, one is drawn, and the network reads it.
//!
//! [`Stream::generate`] draws tokens one after the other, and [`Stream::beam_search`] looks for the most probable sequences.

mod beam;
mod sampling;

pub use beam::Hypothesis;
pub use sampling::Sampling;

use alloc::vec::Vec;
use core::fmt;

use rand::Rng as RandomSource;

use crate::error::{Error, Result};
use crate::network::{Network, Stream};
use crate::shape::{Probabilities, ProbabilitySequence, Shape, Token, Tokens};

/// The output of a network that predicts the next of `V` tokens: `ProbabilitySequence<L, V>`, or `Probabilities<V>` after a
/// `LastStep`.
#[diagnostic::on_unimplemented(
    message = "a network that generates tokens gives the probabilities of the {V} tokens that it takes, but this one gives `{Self}`",
    label = "this network does not predict its tokens",
    note = "end it with `Dense<_, {V}>, Softmax`"
)]
pub trait PredictsTokens<const V: usize>: Shape {}

impl<const L: usize, const V: usize> PredictsTokens<V> for ProbabilitySequence<L, V> {}

impl<const V: usize> PredictsTokens<V> for Probabilities<V> {}

impl<'n, N, const L: usize, const V: usize> Stream<'n, N>
where
    N: Network<Input = Tokens<L, V>>,
{
    /// Reads the prompt, and then returns tokens without end: each is drawn from the prediction and becomes the next step.
    ///
    /// A network that reads L steps at most starts again whenever it has read them all, with the latest L / 2 tokens of the prompt
    /// and those that followed; what the stream read before the prompt is then forgotten. Each token takes one step, and allocates
    /// nothing.
    ///
    /// # Errors
    /// [`Error::NoPrompt`] if the prompt is empty; [`Error::Setting`] if a setting of `sampling` is out of range.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    /// use typenet::generate::Sampling;
    ///
    /// network!(struct Next (Tokens<8, 4>) = Embedding<_, 6>, Gru<_, 8>, Dense<_, 4>, Softmax);
    /// // 0, 1, 2, 3, 0, 1, 2, 3 and so on.
    /// let text: Vec<Token<4>> = (0..80).map(|position| Token::new(position % 4)).collect::<Result<_, _>>()?;
    /// let data: Dataset<Tokens<8, 4>, [Class<4>; 8]> = Dataset::next_tokens(&text, 8)?;
    /// let mut next = Next::init(&mut typenet::rng(37));
    /// Trainer::new(Nll, Adam::new(0.02)).epochs(100).fit(&mut next, &data)?;
    ///
    /// let sampling = Sampling::new().temperature(0.5);
    /// let written = next.start().generate(&text[..3], sampling, typenet::rng(1))?;
    /// let indices: Vec<usize> = written.take(6).map(|token| token.index()).collect();
    /// assert_eq!(indices, [3, 0, 1, 2, 3, 0]);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn generate<R: RandomSource>(
        self,
        prompt: &[Token<V, N::Scalar>],
        sampling: Sampling,
        rng: R,
    ) -> Result<Generated<'n, N, R, V>>
    where
        N::Output: PredictsTokens<V>,
    {
        sampling.check()?;
        let mut reader = Reader::new(self);
        let output = reader.read(prompt)?;
        Ok(Generated { reader, output, sampling, order: Vec::with_capacity(V), rng })
    }
}

/// The output of a step.
type Output<N> = <<<N as Network>::Output as Shape>::Step as Shape>::Array<<N as Network>::Scalar>;

/// A stream of tokens without end, which starts again when the network has read all steps.
struct Reader<'n, N: Network, const V: usize> {
    stream: Stream<'n, N>,
    /// The latest tokens, if the network has a largest number of steps.
    latest: Vec<Token<V, N::Scalar>>,
}

impl<'n, N: Network<Input = Tokens<L, V>>, const L: usize, const V: usize> Reader<'n, N, V> {
    fn new(stream: Stream<'n, N>) -> Self {
        Self { stream, latest: Vec::with_capacity(L) }
    }

    /// Reads all tokens, and returns the output at the last one.
    fn read(&mut self, tokens: &[Token<V, N::Scalar>]) -> Result<Output<N>> {
        let (last, before) = tokens.split_last().ok_or(Error::NoPrompt)?;
        for &token in before {
            self.push(token);
        }
        Ok(self.push(*last))
    }

    fn push(&mut self, token: Token<V, N::Scalar>) -> Output<N> {
        let Some(left) = self.stream.steps_left() else {
            return self.stream.push(token);
        };
        if left == 0 {
            self.stream.restart();
            let kept = (L / 2).min(self.latest.len());
            self.latest.drain(..self.latest.len() - kept);
            for &token in &self.latest {
                self.stream.push(token);
            }
        }
        if self.latest.len() == L {
            self.latest.remove(0);
        }
        self.latest.push(token);
        self.stream.push(token)
    }
}

/// The tokens that a network writes, without end. [`Stream::generate`] creates it.
///
/// If a prediction is not finite, as in a network that diverged, there are no more tokens.
pub struct Generated<'n, N: Network, R, const V: usize> {
    reader: Reader<'n, N, V>,
    output: Output<N>,
    sampling: Sampling,
    /// Memory for the tokens in the order of their probabilities.
    order: Vec<u32>,
    rng: R,
}

impl<N, R, const L: usize, const V: usize> Iterator for Generated<'_, N, R, V>
where
    N: Network<Input = Tokens<L, V>>,
    R: RandomSource,
{
    type Item = Token<V, N::Scalar>;

    fn next(&mut self) -> Option<Token<V, N::Scalar>> {
        let probabilities = <<N::Output as Shape>::Step as Shape>::flat(&self.output);
        let index = self.sampling.draw(probabilities, &mut self.order, &mut self.rng)?;
        let token = Token::new(index).ok()?;
        self.output = self.reader.push(token);
        Some(token)
    }
}

impl<N: Network, R, const V: usize> fmt::Debug for Generated<'_, N, R, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Generated").field("stream", &self.reader.stream).field("sampling", &self.sampling).finish()
    }
}
