//! Who does the work? The caller alone or, with the feature `rayon`, the threads of the pool that it runs in.
//!
//! Which sums are formed, and in which order, follows from sizes alone; threads decide who forms them. So nothing here
//! changes a bit of any result.

/// Threads can share work at all.
pub(crate) const POSSIBLE: bool = cfg!(feature = "rayon");
/// Passes over a batch with fewer multiplications with addition than this are left to the caller: one core makes them in
/// some twenty microseconds, and waking another thread takes about as long.
const MULTIPLY_ADDS_WORTH_SHARING: u64 = 1 << 21;
/// Passes over parameters are shared in pieces of at least this many numbers: fewer are in a core's own cache.
const SMALLEST_PIECE: usize = 1 << 16;
/// Pieces start at multiples of this many numbers, so that no line of cache and no vector belongs to two.
const PIECE_STEP: usize = 64;

/// How many threads are to share a pass with that many multiplications with addition.
pub(crate) fn sharing(multiply_adds: u64) -> usize {
    if multiply_adds < MULTIPLY_ADDS_WORTH_SHARING { 1 } else { current() }
}

/// Where to cut a pass over `len` parameters for two threads, if it is worth sharing.
pub(crate) fn middle(len: usize) -> Option<usize> {
    let shared = POSSIBLE && len >= 2 * SMALLEST_PIECE && current() > 1;
    shared.then_some(len / 2 / PIECE_STEP * PIECE_STEP)
}

/// The number of threads of the pool that the caller runs in, or of the one for all who run in none.
fn current() -> usize {
    #[cfg(feature = "rayon")]
    return rayon::current_num_threads();
    #[cfg(not(feature = "rayon"))]
    1
}

/// Does both, at the same time where another thread is free.
pub(crate) fn join<A: Send, B: Send>(first: impl FnOnce() -> A + Send, second: impl FnOnce() -> B + Send) -> (A, B) {
    #[cfg(feature = "rayon")]
    return rayon::join(first, second);
    #[cfg(not(feature = "rayon"))]
    (first(), second())
}

#[cfg(test)]
mod tests {
    use super::{PIECE_STEP, SMALLEST_PIECE, middle, sharing};

    #[test]
    fn small_work_is_left_to_the_caller() {
        assert_eq!((sharing(0), sharing(1_000_000)), (1, 1));
        assert_eq!((middle(0), middle(2 * SMALLEST_PIECE - 1)), (None, None));
    }

    #[test]
    fn pieces_are_aligned_and_not_too_small() {
        for len in [2 * SMALLEST_PIECE, 669_706, 1_000_003] {
            if let Some(middle) = middle(len) {
                assert!(
                    middle.is_multiple_of(PIECE_STEP) && middle >= SMALLEST_PIECE && len - middle >= SMALLEST_PIECE
                );
            }
        }
    }
}
