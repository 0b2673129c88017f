//! How much memory does some work take? Asked by tests, and by the targets of `fuzz/`.
#![allow(unsafe_code, reason = "memory is measured by a global allocator, which is an unsafe trait")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The system's allocator, which knows how much each thread has and had at most.
struct Measuring;

thread_local! {
    static NOW: Cell<usize> = const { Cell::new(0) };
    static MOST: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: everything is handed on to the system's allocator; the counters are thread-locals without destructor or lazy
// initialization, so that measuring allocates nothing. Reallocation is the provided one, which calls the other two.
unsafe impl GlobalAlloc for Measuring {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        NOW.set(NOW.get().wrapping_add(layout.size()));
        MOST.set(MOST.get().max(NOW.get()));
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        // What another thread allocated is not counted here.
        NOW.set(NOW.get().saturating_sub(layout.size()));
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(start, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Measuring = Measuring;

/// The result of `work`, and how much memory it had at once.
pub(crate) fn measured<R>(work: impl FnOnce() -> R) -> (R, usize) {
    let before = NOW.get();
    MOST.set(before);
    let result = work();
    (result, MOST.get() - before)
}

/// The most memory that reading a file of so many bytes may take, beside the network: four times the file, and 1 MiB.
pub(crate) const fn bound(bytes: usize) -> usize {
    4 * bytes + (1 << 20)
}
