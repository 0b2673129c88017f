//! Which pairs of bytes are tokens of their own?

use alloc::collections::{BTreeSet, BinaryHeap};
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Reverse;
use std::collections::HashMap;

use super::pieces::{PATTERN, Pieces};
use super::{BytePairs, indices};
use crate::error::{Error, Result};

/// A pair of tokens that occurs once is not worth a token.
const FEWEST: u64 = 2;

impl BytePairs {
    /// Learns a vocabulary of at most `vocabulary` tokens from a text: the 256 bytes, then again and again the most frequent pair of
    /// adjacent tokens, which become one. Of equally frequent pairs it is the one with the smaller indices, so the same text
    /// gives the same vocabulary. There are fewer tokens if no pair occurs twice.
    ///
    /// Text is cut into pieces as for GPT-2, and no token has parts of two pieces.
    ///
    /// # Errors
    /// [`Error::Setting`] if `vocabulary` is below 256.
    ///
    /// # Example
    /// ```
    /// use typenet::BytePairs;
    ///
    /// let pairs = BytePairs::learn("abababab abab", 258)?;
    /// let tokens = pairs.tokens::<258, f32>("abab")?;
    /// assert_eq!(tokens.iter().map(|token| token.index()).collect::<Vec<_>>(), [257]);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn learn(text: &str, vocabulary: usize) -> Result<Self> {
        if vocabulary < 256 {
            let value = vocabulary as f64;
            return Err(Error::Setting { name: "vocabulary", value, allowed: "at least 256, a token for each byte" });
        }
        let pieces =
            Pieces::new(PATTERN, false).map_err(|reason| Error::Unreadable { source: "the text".into(), reason })?;
        let mut tokens: Vec<Vec<u8>> = (0..=u8::MAX).map(|byte| vec![byte]).collect();
        let mut by_bytes = indices(&tokens);
        let mut pairs = Vec::new();
        let mut words = Words::of(text, &pieces)?;
        while tokens.len() < vocabulary
            && let Some(pair) = words.most_frequent()
        {
            let bytes = [&tokens[pair[0] as usize][..], &tokens[pair[1] as usize][..]].concat();
            // Another pair may have become the same bytes.
            let token = *by_bytes.entry(bytes).or_insert_with_key(|bytes| {
                tokens.push(bytes.clone());
                last_index(&tokens)
            });
            words.merge(pair, token);
            pairs.push((pair, token));
        }
        Ok(Self::of(tokens, Vec::new(), pieces, pairs, false))
    }
}

fn last_index(tokens: &[Vec<u8>]) -> u32 {
    u32::try_from(tokens.len() - 1).unwrap_or(u32::MAX)
}

/// The different pieces of a text, and how often each pair of adjacent tokens occurs.
struct Words {
    /// The tokens of each, and the number of times that it occurs.
    distinct: Vec<(Vec<u32>, u64)>,
    counts: HashMap<[u32; 2], Count>,
    /// The pairs by their counts, some of which are no longer right.
    queue: BinaryHeap<(u64, Reverse<[u32; 2]>)>,
}

#[derive(Default)]
struct Count {
    times: u64,
    /// The words with the pair, and some that had it.
    words: BTreeSet<usize>,
}

impl Words {
    fn of(text: &str, pieces: &Pieces) -> Result<Self> {
        let mut times = HashMap::<&str, u64>::new();
        pieces.cut(text, |piece| {
            *times.entry(piece).or_default() += 1;
            Ok(())
        })?;
        let tokens = |word: &str| word.bytes().map(u32::from).collect();
        let distinct = times.into_iter().map(|(word, times)| (tokens(word), times)).collect();
        let mut all = Self { distinct, counts: HashMap::new(), queue: BinaryHeap::new() };
        for word in 0..all.distinct.len() {
            all.count(word);
        }
        all.queue = all.counts.iter().map(|(&pair, count)| (count.times, Reverse(pair))).collect();
        Ok(all)
    }

    /// Counts the pairs of a word, and returns them.
    fn count(&mut self, word: usize) -> Vec<[u32; 2]> {
        let (tokens, times) = &self.distinct[word];
        let pairs: Vec<_> = tokens.windows(2).map(|pair| [pair[0], pair[1]]).collect();
        for &pair in &pairs {
            let count = self.counts.entry(pair).or_default();
            count.times += times;
            count.words.insert(word);
        }
        pairs
    }

    fn most_frequent(&mut self) -> Option<[u32; 2]> {
        while let Some((times, Reverse(pair))) = self.queue.pop() {
            let now = self.counts.get(&pair).map_or(0, |count| count.times);
            if now == times {
                return (times >= FEWEST).then_some(pair);
            }
            self.queue.push((now, Reverse(pair)));
        }
        None
    }

    /// Replaces each occurrence of the pair.
    fn merge(&mut self, pair: [u32; 2], token: u32) {
        let count = self.counts.remove(&pair).unwrap_or_default();
        let mut changed = BTreeSet::new();
        for word in count.words {
            let (tokens, times) = &mut self.distinct[word];
            for other in tokens.windows(2) {
                if let Some(count) = self.counts.get_mut(other) {
                    count.times -= *times;
                }
            }
            replace(tokens, pair, token);
            changed.extend(self.count(word));
        }
        self.queue.extend(changed.into_iter().map(|pair| (self.counts[&pair].times, Reverse(pair))));
    }
}

/// Replaces each occurrence of the pair, from the left.
fn replace(tokens: &mut Vec<u32>, pair: [u32; 2], token: u32) {
    let mut merged = Vec::with_capacity(tokens.len());
    let mut rest = &tokens[..];
    while let [first, after @ ..] = rest {
        if rest.starts_with(&pair) {
            merged.push(token);
            rest = &rest[2..];
        } else {
            merged.push(*first);
            rest = after;
        }
    }
    *tokens = merged;
}
