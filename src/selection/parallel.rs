//! How is work on several items shared by threads?

use alloc::vec::Vec;

use crate::error::Result;
use crate::threads;

/// Returns `work(0)`, .., `work(count - 1)`, and the first of their errors.
pub(super) fn all<R: Send>(count: usize, work: &(dyn Fn(usize) -> Result<R> + Sync)) -> Result<Vec<R>> {
    each(count, work).into_iter().collect()
}

/// Returns `work(0)`, .., `work(count - 1)`, computed at the same time if threads are free.
pub(super) fn each<R: Send>(count: usize, work: &(dyn Fn(usize) -> R + Sync)) -> Vec<R> {
    let mut results: Vec<Option<R>> = (0..count).map(|_| None).collect();
    fill(&mut results, 0, work);
    results.into_iter().flatten().collect()
}

fn fill<R: Send>(results: &mut [Option<R>], first: usize, work: &(dyn Fn(usize) -> R + Sync)) {
    match results {
        [] => {}
        [result] => *result = Some(work(first)),
        _ => {
            let middle = results.len() / 2;
            let (before, after) = results.split_at_mut(middle);
            threads::join(|| fill(before, first, work), || fill(after, first + middle, work));
        }
    }
}
