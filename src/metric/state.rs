//! What does a metric keep about the samples so far, and how does it become part of a checkpoint?

use alloc::vec::Vec;
use core::array;

/// What a [`Metric`](crate::metric::Metric) keeps about the samples so far: counts, sums, or anything else that its value is
/// computed from.
///
/// `u64`, `f64`, and arrays, vectors and tuples of states are states, which is enough for most metrics. A custom struct
/// forwards each call to its fields, so that a checkpoint within an epoch contains them.
///
/// # Example
/// ```
/// use typenet::metric::MetricState;
///
/// #[derive(Debug, PartialEq)]
/// struct Share {
///     right: u64,
///     samples: u64,
/// }
///
/// impl MetricState for Share {
///     fn new() -> Self {
///         Self { right: 0, samples: 0 }
///     }
///
///     fn clear(&mut self) {
///         *self = Self::new();
///     }
///
///     fn save(&self, words: &mut Vec<u64>) {
///         words.extend([self.right, self.samples]);
///     }
///
///     fn restore(words: &mut &[u64]) -> Option<Self> {
///         Some(Self { right: u64::restore(words)?, samples: u64::restore(words)? })
///     }
/// }
///
/// let mut words = Vec::new();
/// (Share { right: 3, samples: 4 }, [0.5, 2.0]).save(&mut words);
/// assert_eq!(words, [3, 4, 0.5_f64.to_bits(), 2.0_f64.to_bits()]);
/// let restored = <(Share, [f64; 2])>::restore(&mut &words[..]);
/// assert_eq!(restored, Some((Share { right: 3, samples: 4 }, [0.5, 2.0])));
/// ```
pub trait MetricState: Send + Sized {
    /// Creates the state before the first sample.
    #[must_use]
    fn new() -> Self;

    /// Removes all samples. Keeps the memory, so that the next epoch does not allocate.
    fn clear(&mut self);

    /// Appends the state to `words`, for a checkpoint.
    fn save(&self, words: &mut Vec<u64>);

    /// Reads from the front of `words` what [`save`](Self::save) appended. Returns `None` if `save` cannot have written these
    /// words. The words come from a file: compare a length that is stored in them with the number of words that are left before
    /// you allocate memory for it.
    #[must_use]
    fn restore(words: &mut &[u64]) -> Option<Self>;
}

impl MetricState for u64 {
    fn new() -> Self {
        0
    }

    fn clear(&mut self) {
        *self = 0;
    }

    fn save(&self, words: &mut Vec<u64>) {
        words.push(*self);
    }

    fn restore(words: &mut &[u64]) -> Option<Self> {
        words.split_off_first().copied()
    }
}

impl MetricState for f64 {
    fn new() -> Self {
        0.0
    }

    fn clear(&mut self) {
        *self = 0.0;
    }

    fn save(&self, words: &mut Vec<u64>) {
        words.push(self.to_bits());
    }

    fn restore(words: &mut &[u64]) -> Option<Self> {
        u64::restore(words).map(Self::from_bits)
    }
}

impl<S: MetricState, const N: usize> MetricState for [S; N] {
    fn new() -> Self {
        array::from_fn(|_| S::new())
    }

    fn clear(&mut self) {
        self.iter_mut().for_each(S::clear);
    }

    fn save(&self, words: &mut Vec<u64>) {
        for state in self {
            state.save(words);
        }
    }

    fn restore(words: &mut &[u64]) -> Option<Self> {
        let mut array = Self::new();
        for state in &mut array {
            *state = S::restore(words)?;
        }
        Some(array)
    }
}

/// The vector is empty at the start of an epoch.
impl<S: MetricState> MetricState for Vec<S> {
    fn new() -> Self {
        Self::new()
    }

    fn clear(&mut self) {
        self.clear();
    }

    fn save(&self, words: &mut Vec<u64>) {
        words.push(self.len() as u64);
        for state in self {
            state.save(words);
        }
    }

    fn restore(words: &mut &[u64]) -> Option<Self> {
        let len = usize::try_from(u64::restore(words)?).ok().filter(|&len| len <= words.len())?;
        (0..len).map(|_| S::restore(words)).collect()
    }
}

macro_rules! tuple_of_states {
    ($($state:ident $index:tt)*) => {
        impl<$($state: MetricState),*> MetricState for ($($state,)*) {
            fn new() -> Self {
                ($($state::new(),)*)
            }

            fn clear(&mut self) {
                $(self.$index.clear();)*
            }

            fn save(&self, words: &mut Vec<u64>) {
                $(self.$index.save(words);)*
            }

            fn restore(words: &mut &[u64]) -> Option<Self> {
                Some(($($state::restore(words)?,)*))
            }
        }
    };
}

tuple_of_states!(A 0);
tuple_of_states!(A 0 B 1);
tuple_of_states!(A 0 B 1 C 2);
tuple_of_states!(A 0 B 1 C 2 D 3);
tuple_of_states!(A 0 B 1 C 2 D 3 E 4);
tuple_of_states!(A 0 B 1 C 2 D 3 E 4 F 5);
tuple_of_states!(A 0 B 1 C 2 D 3 E 4 F 5 G 6);
tuple_of_states!(A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7);
tuple_of_states!(A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8);
tuple_of_states!(A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9);
tuple_of_states!(A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10);
tuple_of_states!(A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11);

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use super::MetricState;

    type State = (u64, Vec<[f64; 2]>, [u64; 3]);

    #[test]
    fn states_are_restored_from_their_words_and_from_no_fewer() {
        let state: State = (7, vec![[f64::NAN, -0.0], [1.5, f64::INFINITY]], [1, 2, 3]);
        let mut words = Vec::new();
        state.save(&mut words);
        let mut again = Vec::new();
        let mut left = &words[..];
        State::restore(&mut left).unwrap().save(&mut again);
        assert_eq!((&again, left), (&words, &[][..]));
        for count in 0..words.len() {
            assert!(State::restore(&mut &words[..count]).is_none(), "{count} words");
        }
    }

    #[test]
    fn a_length_that_exceeds_the_words_allocates_nothing() {
        assert!(Vec::<f64>::restore(&mut &[u64::MAX, 0][..]).is_none());
        assert!(Vec::<[u64; 0]>::restore(&mut &[u64::MAX][..]).is_none());
    }

    #[test]
    fn a_cleared_state_equals_a_new_one_and_keeps_its_memory() {
        let mut state: State = (7, vec![[1.0, 2.0]; 9], [1, 2, 3]);
        let capacity = state.1.capacity();
        state.clear();
        assert_eq!(state, State::new());
        assert_eq!(state.1.capacity(), capacity);
    }
}
