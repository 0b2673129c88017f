//! Which tokens does a piece of text become?

use alloc::collections::BinaryHeap;
use alloc::vec::Vec;
use core::cmp::Reverse;
use std::collections::HashMap;

use crate::error::Result;

/// The merges of a vocabulary.
#[derive(Clone)]
pub(super) struct Merges {
    /// The token of each byte.
    bytes: [u32; 256],
    /// The rank of a pair of tokens, smaller for earlier merges, and the token that it becomes.
    pairs: HashMap<[u32; 2], (u32, u32)>,
    /// The tokens by their bytes, if a piece that is one is not merged from bytes.
    whole: Option<HashMap<Vec<u8>, u32>>,
}

/// A token within a piece, while tokens are merged.
struct Link {
    token: u32,
    previous: usize,
    next: usize,
}

/// No neighbor.
const NONE: usize = usize::MAX;

impl Merges {
    pub(super) fn new(
        bytes: &[u32; 256],
        pairs: impl IntoIterator<Item = ([u32; 2], u32)>,
        whole: Option<HashMap<Vec<u8>, u32>>,
    ) -> Self {
        let pairs = (0..).zip(pairs).map(|(rank, (pair, token))| (pair, (rank, token))).collect();
        Self { bytes: *bytes, pairs, whole }
    }

    /// Returns the pairs in the order in which they are merged.
    pub(super) fn in_order(&self) -> Vec<[u32; 2]> {
        let mut pairs: Vec<_> = self.pairs.iter().map(|(&pair, &(rank, _))| (rank, pair)).collect();
        pairs.sort_unstable();
        pairs.into_iter().map(|(_, pair)| pair).collect()
    }

    /// Returns whether a piece that is a token is not merged from bytes.
    pub(super) fn takes_whole_pieces(&self) -> bool {
        self.whole.is_some()
    }

    /// Calls `take` with the tokens of a piece. Takes a time in proportion to n log n for n bytes.
    pub(super) fn encode(&self, piece: &[u8], mut take: impl FnMut(u32) -> Result<()>) -> Result<()> {
        if let Some(&token) = self.whole.as_ref().and_then(|whole| whole.get(piece)) {
            return take(token);
        }
        let mut links: Vec<Link> = self.links(piece);
        // Of equal pairs the first is merged first.
        let mut candidates = BinaryHeap::new();
        for first in 0..links.len().saturating_sub(1) {
            candidates.extend(self.candidate(&links, first));
        }
        while let Some(Reverse((rank, first))) = candidates.pop() {
            // The tokens may have been merged with others since.
            let Some(Reverse((now, _))) = self.candidate(&links, first) else { continue };
            if now != rank {
                continue;
            }
            let (_, token) = self.pairs[&pair(&links, first)];
            merge(&mut links, first, token);
            candidates.extend(self.candidate(&links, first));
            if links[first].previous != NONE {
                candidates.extend(self.candidate(&links, links[first].previous));
            }
        }
        let mut at = if links.is_empty() { NONE } else { 0 };
        while at != NONE {
            take(links[at].token)?;
            at = links[at].next;
        }
        Ok(())
    }

    fn links(&self, piece: &[u8]) -> Vec<Link> {
        let link = |(at, &byte): (usize, &u8)| Link {
            token: self.bytes[usize::from(byte)],
            previous: at.checked_sub(1).unwrap_or(NONE),
            next: if at + 1 < piece.len() { at + 1 } else { NONE },
        };
        piece.iter().enumerate().map(link).collect()
    }

    /// Returns the rank of the pair that begins there, unless that was merged into another, is the last, or is no merge.
    fn candidate(&self, links: &[Link], first: usize) -> Option<Reverse<(u32, usize)>> {
        if links[first].next == NONE {
            return None;
        }
        self.pairs.get(&pair(links, first)).map(|&(rank, _)| Reverse((rank, first)))
    }
}

fn pair(links: &[Link], first: usize) -> [u32; 2] {
    [links[first].token, links[links[first].next].token]
}

/// Replaces the token at `first` and the one after it by `token`.
fn merge(links: &mut [Link], first: usize, token: u32) {
    let second = links[first].next;
    let after = links[second].next;
    links[first] = Link { token, previous: links[first].previous, next: after };
    // Nothing begins with what is gone.
    links[second].next = NONE;
    if after != NONE {
        links[after].previous = first;
    }
}
