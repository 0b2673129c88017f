//! Which sequences are the most probable?

use alloc::vec::Vec;

use crate::error::{Error, Result};
use crate::generate::PredictsTokens;
use crate::network::{Network, Stream};
use crate::scalar::Scalar;
use crate::shape::{Shape, Token, Tokens};

/// A sequence that [`Stream::beam_search`] found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hypothesis<const V: usize, T: Scalar = f32> {
    /// The tokens after the prompt, without the end.
    pub tokens: Vec<Token<V, T>>,
    /// The sum of the logarithms of their probabilities, and of that of the end, if the sequence has one.
    pub log_probability: f64,
    /// Whether the sequence ends, and is not merely as long as allowed.
    pub is_complete: bool,
}

/// A sequence that goes on, with the prediction for its next token.
struct Beam<'n, N: Network, const V: usize> {
    stream: Stream<'n, N>,
    found: Hypothesis<V, N::Scalar>,
    next: Vec<f64>,
}

impl<N, const L: usize, const V: usize> Stream<'_, N>
where
    N: Network<Input = Tokens<L, V>>,
{
    /// Reads the prompt, and returns the most probable sequences after it, the most probable first: at each step, the `width` most
    /// probable beginnings are continued. A sequence ends with the token `end`, or after `longest` tokens, or where the network has no more
    /// steps.
    ///
    /// Sequences that would go on with a prediction that is not finite, as in a network that diverged, are left out. There may be none.
    ///
    /// Of sequences of different lengths, shorter ones are often more probable. To compare them by length, divide
    /// [`log_probability`](Hypothesis::log_probability) by the number of tokens.
    ///
    /// # Errors
    /// [`Error::NoPrompt`] if the prompt is empty, [`Error::TooManySteps`] if the network cannot read all of it, and
    /// [`Error::Setting`] if `width` is 0.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Next (Tokens<8, 3>) = Embedding<_, 4>, Gru<_, 5>, Dense<_, 3>, Softmax);
    /// let next = Next::init(&mut typenet::rng(37));
    /// let (begin, end) = (Token::new(0)?, Token::new(2)?);
    ///
    /// let found = next.start().beam_search(&[begin], 4, end, 6)?;
    /// assert!(found.len() <= 4);
    /// assert!(found[0].log_probability >= found[1].log_probability);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn beam_search(
        mut self,
        prompt: &[Token<V, N::Scalar>],
        width: usize,
        end: Token<V, N::Scalar>,
        longest: usize,
    ) -> Result<Vec<Hypothesis<V, N::Scalar>>>
    where
        N::Output: PredictsTokens<V>,
    {
        if width == 0 {
            return Err(Error::Setting { name: "width of the beam", value: 0.0, allowed: "at least 1" });
        }
        let (last, before) = prompt.split_last().ok_or(Error::NoPrompt)?;
        for &token in before {
            self.try_push(token)?;
        }
        let next = logarithms::<N>(&self.try_push(*last)?);
        let found = Hypothesis { tokens: Vec::new(), log_probability: 0.0, is_complete: false };
        let (mut beams, mut complete) = (Vec::from([Beam { stream: self, found, next }]), Vec::new());
        for _ in 0..longest {
            let mut continued = Vec::new();
            for (beam, sum, index) in best(&beams, &complete, width) {
                let Beam { stream, found, .. } = &beams[beam];
                let mut found = Hypothesis { log_probability: sum, ..found.clone() };
                let token = Token::new(index)?;
                if token == end {
                    complete.push(Hypothesis { is_complete: true, ..found });
                    continue;
                }
                found.tokens.push(token);
                if stream.steps_left() == Some(0) {
                    complete.push(found);
                    continue;
                }
                let mut stream = stream.clone();
                let next = logarithms::<N>(&stream.try_push(token)?);
                continued.push(Beam { stream, found, next });
            }
            beams = continued;
            sort(&mut complete);
            complete.truncate(width);
            if beams.is_empty() {
                break;
            }
        }
        complete.extend(beams.into_iter().map(|beam| beam.found));
        sort(&mut complete);
        complete.truncate(width);
        Ok(complete)
    }
}

/// Returns the logarithms of the probabilities at a step.
fn logarithms<N: Network>(output: &<<N::Output as Shape>::Step as Shape>::Array<N::Scalar>) -> Vec<f64> {
    let probabilities = <<N::Output as Shape>::Step as Shape>::flat(output);
    probabilities.iter().map(|p| Scalar::ln(p.to_f64())).collect()
}

/// Returns the most probable continuations, as the beam, the sum of the logarithms and the token, that are more probable than the
/// worst of `width` complete sequences.
fn best<N: Network, const V: usize>(
    beams: &[Beam<'_, N, V>],
    complete: &[Hypothesis<V, N::Scalar>],
    width: usize,
) -> Vec<(usize, f64, usize)> {
    let least = complete.get(width - 1).map_or(f64::NEG_INFINITY, |found| found.log_probability);
    let continued = beams.iter().enumerate().flat_map(|(beam, Beam { found, next, .. })| {
        next.iter().enumerate().map(move |(token, logarithm)| (beam, found.log_probability + logarithm, token))
    });
    let mut best: Vec<_> = continued.filter(|&(_, sum, _)| sum > least).collect();
    best.sort_by(|(_, a, _), (_, b, _)| b.total_cmp(a));
    best.truncate(width);
    best
}

/// Sorts sequences by their probabilities, the largest first.
fn sort<const V: usize, T: Scalar>(found: &mut [Hypothesis<V, T>]) {
    found.sort_by(|a, b| b.log_probability.total_cmp(&a.log_probability));
}
