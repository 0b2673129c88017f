//! Who does the work? The calling thread alone or, with the feature `rayon`, the threads of the current pool.
//!
//! The sums that are computed, and their order, follow from sizes alone. Threads determine only who computes them, so nothing
//! here changes a bit of any result.

/// Whether threads can share work at all.
pub(crate) const POSSIBLE: bool = cfg!(feature = "rayon");
/// The number of multiply-adds below which the calling thread runs a pass over a batch alone. One core takes about twenty
/// microseconds for them, and waking another thread takes about as long.
const MULTIPLY_ADDS_WORTH_SHARING: u64 = 1 << 21;
/// The smallest number of elements per piece if a pass over the parameters is shared. Fewer fit in the cache of one core.
const SMALLEST_PIECE: usize = 1 << 16;
/// Pieces start at multiples of this many elements, so that no cache line and no vector belongs to two pieces.
const PIECE_STEP: usize = 64;

/// Returns how many threads should share a pass with this many multiply-adds.
pub(crate) fn sharing(multiply_adds: u64) -> usize {
    if multiply_adds < MULTIPLY_ADDS_WORTH_SHARING { 1 } else { current() }
}

/// Returns where to split a pass over `len` parameters between two threads, if it is worth sharing.
pub(crate) fn middle(len: usize) -> Option<usize> {
    let shared = POSSIBLE && len >= 2 * SMALLEST_PIECE && current() > 1;
    shared.then_some(len / 2 / PIECE_STEP * PIECE_STEP)
}

/// Returns the number of threads of the current pool, or of the global pool outside any pool.
fn current() -> usize {
    #[cfg(feature = "rayon")]
    return rayon::current_num_threads();
    #[cfg(not(feature = "rayon"))]
    1
}

/// Calls both closures once, at the same time if another thread is free.
pub(crate) fn join<A: Send, B: Send>(
    mut first: impl FnMut() -> A + Send,
    mut second: impl FnMut() -> B + Send,
) -> (A, B) {
    #[cfg(feature = "rayon")]
    {
        let (mut a, mut b) = (None, None);
        join_any(&mut || a = Some(first()), &mut || b = Some(second()));
        (a.expect("the first was called"), b.expect("the second was called"))
    }
    #[cfg(not(feature = "rayon"))]
    (first(), second())
}

/// [`join`] for any closures. What `rayon` needs is compiled once, not with every network.
#[cfg(feature = "rayon")]
fn join_any(first: &mut (dyn FnMut() + Send), second: &mut (dyn FnMut() + Send)) {
    rayon::join(first, second);
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
