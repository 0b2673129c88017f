//! Where does the scratch memory of a pass come from?
#![allow(unsafe_code, reason = "memory of the stack and of a thread is viewed as a slice of any scalar")]

use core::mem::MaybeUninit;

use crate::scalar::Scalar;

/// Scratch memory of at most this many bytes is on the stack. Above that, it is one of two buffers that each thread keeps.
const LARGEST_STACK_SCRATCH: usize = 64 << 10;

/// Calls `use_it` with a slice of `len` zeros. Allocates only the first time that a thread needs more than 64 KiB, or more than
/// before. Without `std` there is no memory per thread, and each call with more than 64 KiB allocates.
///
/// The sizes of the stack buffers are constants because an array length cannot depend on a generic parameter. The small sizes
/// save small networks the probing of sixteen stack pages.
#[inline(always)]
pub(crate) fn with_scratch<T: Scalar, R>(len: usize, use_it: impl FnOnce(&mut [T]) -> R) -> R {
    const { assert!(align_of::<T>() <= align_of::<u64>(), "scalars are aligned to 8 bytes at most") };
    // A layer's plan is safe code and may contain any size. A product that wraps must not be mistaken for a small one.
    let bytes = len.checked_mul(size_of::<T>()).expect("scratch memory of a pass fits the address space");
    if bytes <= 512 {
        return on_stack::<T, R, 64>(len, use_it);
    }
    let (mut use_it, mut result) = (Some(use_it), None);
    with_more_scratch(len, bytes, &mut |memory| result = use_it.take().map(|use_it| use_it(memory)));
    result.expect("the memory was used once")
}

/// [`with_scratch`] for more than 512 bytes, which take much longer to use than a call through a pointer. The code exists once for
/// each scalar type, and not for every network.
#[inline(never)]
fn with_more_scratch<T: Scalar>(len: usize, bytes: usize, use_it: &mut dyn FnMut(&mut [T])) {
    match bytes {
        0..=4096 => on_stack::<T, (), 512>(len, use_it),
        4097..=LARGEST_STACK_SCRATCH => on_large_stack(len, use_it),
        _ => in_thread_buffer(len, use_it),
    }
}

/// The same as [`with_scratch`], with a slice that starts at a multiple of 64 bytes, so that no register in it straddles two
/// lines of the cache.
#[inline(always)]
pub(crate) fn with_aligned_scratch<T: Scalar, R>(len: usize, use_it: impl FnOnce(&mut [T]) -> R) -> R {
    const LINE: usize = 64;
    with_scratch(len.saturating_add(LINE / size_of::<T>()), |memory: &mut [T]| {
        let start = memory.as_ptr().align_offset(LINE).min(memory.len() - len);
        use_it(&mut memory[start..][..len])
    })
}

/// Not inlined, so that the caller's frame holds the large buffer only while it is in use.
#[inline(never)]
fn on_large_stack<T: Scalar>(len: usize, use_it: &mut dyn FnMut(&mut [T])) {
    on_stack::<T, (), { LARGEST_STACK_SCRATCH / 8 }>(len, use_it);
}

#[inline(always)]
fn on_stack<T: Scalar, R, const WORDS: usize>(len: usize, use_it: impl FnOnce(&mut [T]) -> R) -> R {
    let mut memory = [const { MaybeUninit::<u64>::uninit() }; WORDS];
    assert!(len <= size_of_val(&memory) / size_of::<T>());
    // SAFETY: the array has room for `len` scalars, as asserted, is aligned for them, and lives until the end of this function,
    // longer than the slice.
    use_it(unsafe { zero_places(memory.as_mut_ptr().cast(), len) })
}

#[cfg(feature = "std")]
std::thread_local! {
    static BUFFERS: core::cell::Cell<[alloc::vec::Vec<u64>; 2]> =
        const { core::cell::Cell::new([alloc::vec::Vec::new(), alloc::vec::Vec::new()]) };
}

#[inline(never)]
fn in_thread_buffer<T: Scalar>(len: usize, use_it: &mut dyn FnMut(&mut [T])) {
    use alloc::vec;
    use alloc::vec::Vec;

    let words = len.checked_mul(size_of::<T>()).expect("scratch memory of a pass fits the address space").div_ceil(8);
    // A buffer is taken out while in use, so a call from within `use_it` finds the other one.
    #[cfg(feature = "std")]
    let mut memory = {
        let mut buffers = BUFFERS.take();
        buffers.sort_unstable_by_key(Vec::len);
        // The shortest that fits, or else the shortest.
        let fits = buffers.iter().position(|buffer| buffer.len() >= words);
        let memory = core::mem::take(&mut buffers[fits.unwrap_or(0)]);
        BUFFERS.set(buffers);
        memory
    };
    #[cfg(not(feature = "std"))]
    let mut memory = Vec::<u64>::new();

    if memory.len() < words {
        memory = vec![0; words];
    }
    // SAFETY: the vector has room for `len` scalars and is aligned for them. It is not accessed while the slice lives.
    use_it(unsafe { zero_places(memory.as_mut_ptr().cast(), len) });
    #[cfg(feature = "std")]
    {
        let mut buffers = BUFFERS.take();
        // In place of a shorter one, so that the longest two that were needed at a time are kept.
        if let Some(place) =
            buffers.iter_mut().min_by_key(|buffer| buffer.len()).filter(|place| place.len() < memory.len())
        {
            *place = memory;
        }
        BUFFERS.set(buffers);
    }
}

/// Writes `len` zeros and returns them as a slice.
///
/// # Safety
/// `start` is valid for writes of `len` values of `T`, aligned, and nothing else uses that memory for `'a`.
#[inline(always)]
unsafe fn zero_places<'a, T: Scalar>(start: *mut T, len: usize) -> &'a mut [T] {
    for index in 0..len {
        // SAFETY: in bounds by the caller's contract.
        unsafe { start.add(index).write(T::ZERO) };
    }
    // SAFETY: the loop above initialized `len` scalars.
    unsafe { core::slice::from_raw_parts_mut(start, len) }
}

#[cfg(test)]
mod tests {
    use super::with_scratch;

    #[test]
    fn scratch_is_zero_whatever_was_there_before() {
        for len in [0, 1, 128, 129, 1_000, 16_384, 16_385, 100_000] {
            for _ in 0..2 {
                with_scratch(len, |memory: &mut [f32]| {
                    assert_eq!(memory.len(), len);
                    assert!(memory.iter().all(|&x| x == 0.0));
                    memory.fill(7.0);
                });
            }
        }
    }

    #[test]
    #[should_panic(expected = "fits the address space")]
    fn scratch_whose_size_in_bytes_overflows_is_rejected() {
        with_scratch((usize::MAX >> 2) + 2, |memory: &mut [f32]| memory.fill(1.0));
    }

    #[test]
    fn scratch_within_scratch_is_separate_memory() {
        with_scratch(50_000, |outer: &mut [f64]| {
            outer.fill(1.0);
            with_scratch(60_000, |inner: &mut [f64]| inner.fill(2.0));
            assert!(outer.iter().all(|&x| x == 1.0));
        });
    }
    #[cfg(feature = "std")]
    #[test]
    fn buffers_of_calls_within_calls_are_kept_after_smaller_ones() {
        let nested = |outer: usize, inner: usize| {
            with_scratch(outer, |_: &mut [f64]| with_scratch(inner, |_: &mut [f64]| ()));
        };
        for (outer, inner) in [(20_000, 30_000), (40_000, 30_000), (40_000, 30_000), (9_000, 10_000)] {
            nested(outer, inner);
        }
        let mut buffers = super::BUFFERS.take();
        buffers.sort_unstable_by_key(alloc::vec::Vec::len);
        assert_eq!(buffers.map(|buffer| buffer.len()), [30_000, 40_000]);
    }
}
