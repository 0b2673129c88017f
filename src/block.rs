//! How are the parameters of a network one slice of numbers?
//!
//! A network is a plain `#[repr(C)]` struct of its layers, and each layer one of its tensors, so the whole is a block of
//! numbers without holes. [`Block`] states that, and everything that treats all parameters alike (optimizers, files,
//! norms, checks) works on the slice.
//!
//! Beside `kernel`, this is the only module with unsafe code.
#![allow(unsafe_code, reason = "a struct of numbers is viewed as a slice of numbers here, and nowhere else")]

use alloc::boxed::Box;
use core::fmt::{self, Debug};
use core::mem::MaybeUninit;
use core::ops::{Deref, DerefMut};

use nalgebra::SMatrix;

#[cfg(feature = "safetensors")]
use crate::scalar::Float;
use crate::scalar::Scalar;
use crate::tensor::{Tensor, TensorKind, TensorTable};

/// A value that consists of numbers of type `T` and nothing else.
///
/// `network!` writes the implementation for a network, `#[derive(Block)]` for the parameters of a layer of one's own.
///
/// # Deriving
/// The struct is `#[repr(C)]`, has one type parameter, the number, and fields that are blocks: nalgebra matrices, or other
/// such structs. A matrix is a tensor with the name of its field, and a weight unless `#[tensor(bias)]` or
/// `#[tensor(statistic)]` says otherwise; one written `SVector` has one size. Where the dependency is renamed,
/// `#[block(crate = other_name)]` says how.
/// ```
/// use nalgebra::{SMatrix, SVector};
/// use typenet::prelude::*;
///
/// #[derive(Block)]
/// #[repr(C)]
/// struct Affine<T, const N: usize, const H: usize> {
///     weight: SMatrix<T, H, N>,
///     #[tensor(bias)]
///     bias: SVector<T, H>,
/// }
///
/// let names: Vec<_> = <Affine<f32, 3, 2> as Block<f32>>::TENSORS.list().into_iter().map(|t| (t.name, t.shape)).collect();
/// assert_eq!(names, [("weight".into(), &[2, 3][..]), ("bias".into(), &[2])]);
/// assert_eq!(<Affine<f32, 3, 2> as Block<f32>>::LEN, 8);
/// ```
///
/// # Safety
/// The type is `#[repr(C)]` or `#[repr(transparent)]`, made only of `T` and of blocks of `T`: no padding, no drop glue, no
/// invariant among the numbers, and its alignment is that of `T`, or of a byte when it is empty. `LEN` is the size of the
/// type divided by the size of `T`.
///
/// # Example
/// ```
/// use typenet::{Block, Dense};
///
/// let mut layer: Box<Dense<2, 3>> = Block::<f32>::zeroed();
/// layer.bias[1] = 5.0;
/// assert_eq!(layer.parameters(), [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 5.0, 0.0]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a block of numbers of type `{T}`",
    note = "a network or gradient in a box is handed over as `&mut *network`, `&*gradient`"
)]
pub unsafe trait Block<T: Scalar>: Sized {
    /// What lies where.
    const TENSORS: TensorTable;

    /// How many numbers the block has.
    const LEN: usize = size_of::<Self>() / size_of::<T>();

    /// The sizes of a block that is one matrix without a name of its own.
    #[doc(hidden)]
    const MATRIX: Option<[usize; 2]> = None;

    /// All numbers, in the order of memory.
    #[must_use]
    #[inline]
    fn parameters(&self) -> &[T] {
        if Self::LEN == 0 {
            return &[];
        }
        // SAFETY: by the contract of the trait the value is `LEN` numbers of type `T` without padding and aligned as `T`;
        // the slice borrows `self`.
        unsafe { core::slice::from_raw_parts(core::ptr::from_ref(self).cast(), Self::LEN) }
    }

    /// All numbers, to be changed.
    #[must_use]
    #[inline]
    fn parameters_mut(&mut self) -> &mut [T] {
        if Self::LEN == 0 {
            return &mut [];
        }
        // SAFETY: as in `parameters`; the slice borrows `self` mutably, and any numbers are a valid value.
        unsafe { core::slice::from_raw_parts_mut(core::ptr::from_mut(self).cast(), Self::LEN) }
    }

    /// A block of zeros on the heap. It is filled in place: nothing of its size is on the stack, in debug builds too.
    #[must_use]
    fn zeroed() -> Box<Self> {
        let mut block = Box::<Self>::new_uninit();
        // SAFETY: the allocation has `LEN` places for `T`, aligned as `T`, and writing a `MaybeUninit` needs no valid
        // value there. An empty block gives an empty slice, for which a dangling aligned pointer is right.
        let places: &mut [MaybeUninit<T>] = if Self::LEN == 0 {
            &mut []
        } else {
            unsafe { core::slice::from_raw_parts_mut(block.as_mut_ptr().cast(), Self::LEN) }
        };
        for place in places {
            place.write(T::ZERO);
        }
        // SAFETY: all numbers are written above, and the value has nothing else.
        unsafe { block.assume_init() }
    }

    /// Takes over the numbers of another block of the same type.
    fn copy_from(&mut self, other: &Self) {
        self.parameters_mut().copy_from_slice(other.parameters());
    }

    /// Sets every number to zero.
    fn set_to_zero(&mut self) {
        self.parameters_mut().fill(T::ZERO);
    }
}

// SAFETY: nalgebra's `Matrix` is `repr(C)` over its storage and zero-sized markers, its `ArrayStorage` is
// `repr(transparent)` over `[[T; R]; C]`.
unsafe impl<T: Scalar, const R: usize, const C: usize> Block<T> for SMatrix<T, R, C> {
    const TENSORS: TensorTable =
        TensorTable::Tensors(&[Tensor { name: "weight", shape: &[R, C], offset: 0, kind: TensorKind::Weight }]);
    const LEN: usize = checked_len::<Self, T>(&<Self as Block<T>>::TENSORS);
    const MATRIX: Option<[usize; 2]> = Some([R, C]);
}

// What a layer without parameters holds.
// SAFETY: the type has no size.
unsafe impl<T: Scalar> Block<T> for () {
    const TENSORS: TensorTable = TensorTable::EMPTY;
}

/// How many numbers a block has, held to its table at compile time: padding, or a field that no table knows, is an error.
///
/// # Panics
/// In constant evaluation, when the table does not cover the block.
#[must_use]
pub const fn checked_len<B, T>(table: &TensorTable) -> usize {
    let len = table.len();
    assert!(
        matches!(len.checked_mul(size_of::<T>()), Some(bytes) if bytes == size_of::<B>()),
        "the tensor tables of the layers cover the whole block"
    );
    assert!(len == 0 || align_of::<B>() == align_of::<T>(), "a block is aligned as its numbers are");
    len
}

/// Writes bytes into a block that is being filled, from byte `at` on.
///
/// # Panics
/// When they are not within it.
#[cfg(feature = "safetensors")]
pub(crate) const fn put<B>(block: &mut MaybeUninit<B>, at: usize, bytes: &[u8]) {
    assert!(at <= size_of::<B>() && bytes.len() <= size_of::<B>() - at, "the bytes are within the block");
    // SAFETY: they are, by the assertion, and cannot overlap with what is borrowed mutably.
    unsafe { core::ptr::copy_nonoverlapping(bytes.as_ptr(), block.as_mut_ptr().cast::<u8>().add(at), bytes.len()) };
}

/// A block whose every tensor was [`put`] once: `bytes` of them.
///
/// # Panics
/// When these are not all bytes of the block.
#[cfg(feature = "safetensors")]
pub(crate) const fn filled<T: Float, B: Block<T>>(block: MaybeUninit<B>, bytes: usize) -> B {
    assert!(bytes == size_of::<B>() && B::LEN * size_of::<T>() == size_of::<B>(), "every tensor was put");
    // SAFETY: the tensors of a table do not overlap and are all of the block, so as many bytes are all bytes; any bytes are
    // numbers of a float, and the block has nothing else.
    unsafe { block.assume_init() }
}

/// The number of rows (0) or columns (1) of a block that is a matrix; 0 of any other.
#[must_use]
pub const fn size_of_matrix(sizes: Option<[usize; 2]>, index: usize) -> usize {
    match sizes {
        Some(sizes) => sizes[index],
        None => 0,
    }
}

/// Fails to compile for a type with a destructor: a block is numbers and nothing else.
///
/// # Panics
/// In constant evaluation, when the type has one.
pub const fn without_destructor<B>() {
    assert!(!core::mem::needs_drop::<B>(), "a block has no destructor: it consists of numbers and nothing else");
}

/// Implements [`Block`] for a layer of this crate: `#[repr(C)]`, and nothing but tensors of the scalar in its table.
macro_rules! block {
    ([$($generics:tt)*] $layer:ty, $table:expr) => {
        // SAFETY: `LEN`, through which every slice is made, holds the layer to the size of the tensors in its table, so
        // there is no padding and nothing else; the tensors are matrices of `T`.
        #[allow(unsafe_code, reason = "the layout that the contract of `Block` asks for")]
        unsafe impl<$($generics)* T: $crate::scalar::Scalar> $crate::block::Block<T> for $layer {
            const TENSORS: $crate::tensor::TensorTable = $table;
            const LEN: usize = $crate::block::checked_len::<Self, T>(&<Self as $crate::block::Block<T>>::TENSORS);
        }
    };
}
pub(crate) use block;

/// The derivatives of a loss by every parameter of a network, laid out as the network: `gradient.hidden.weight`.
///
/// # Example
/// ```
/// use typenet::{Block, Dense, Gradient};
///
/// let gradient = Gradient::<Dense<2, 3>>::zeroed();
/// assert_eq!(gradient.weight.norm(), 0.0);
/// ```
#[repr(transparent)]
pub struct Gradient<N>(N);

// SAFETY: transparent over a block.
unsafe impl<T: Scalar, N: Block<T>> Block<T> for Gradient<N> {
    const TENSORS: TensorTable = N::TENSORS;
    const LEN: usize = N::LEN;
}

impl<N> Gradient<N> {
    /// A gradient of zeros on the heap.
    #[must_use]
    pub fn zeroed<T: Scalar>() -> Box<Self>
    where
        N: Block<T>,
    {
        <Self as Block<T>>::zeroed()
    }
}

impl<N> Deref for Gradient<N> {
    type Target = N;

    fn deref(&self) -> &N {
        &self.0
    }
}

impl<N> DerefMut for Gradient<N> {
    fn deref_mut(&mut self) -> &mut N {
        &mut self.0
    }
}

impl<N: Debug> Debug for Gradient<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Gradient").field(&self.0).finish()
    }
}

/// Up to this many bytes of scratch memory come from the stack, above from a buffer that each thread keeps.
const LARGEST_STACK_SCRATCH: usize = 64 << 10;

/// Hands `use_it` a slice of `len` zeros that lives until it returns. Nothing is allocated, but for the first time that a
/// thread needs more than 64 KiB; without `std` there is no memory per thread, and each such call allocates.
///
/// The sizes of the stack buffers are constants because an array length cannot depend on a generic parameter; the small
/// ones spare small networks the probing of sixteen pages of stack.
#[inline(always)]
pub(crate) fn with_scratch<T: Scalar, R>(len: usize, use_it: impl FnOnce(&mut [T]) -> R) -> R {
    const { assert!(align_of::<T>() <= align_of::<u64>(), "numbers are aligned to 8 bytes at most") };
    // A layer's plan is safe code and may say anything: a product that wraps must not pass for a small one.
    let bytes = len.checked_mul(size_of::<T>()).expect("scratch memory of a pass fits the address space");
    match bytes {
        0..=512 => on_stack::<T, R, 64>(len, use_it),
        513..=4096 => on_stack::<T, R, 512>(len, use_it),
        4097..=LARGEST_STACK_SCRATCH => on_large_stack(len, use_it),
        _ => in_thread_buffer(len, use_it),
    }
}

/// Kept out of line, so that a caller's frame holds the large buffer only while it is used.
#[inline(never)]
fn on_large_stack<T: Scalar, R>(len: usize, use_it: impl FnOnce(&mut [T]) -> R) -> R {
    on_stack::<T, R, { LARGEST_STACK_SCRATCH / 8 }>(len, use_it)
}

#[inline(always)]
fn on_stack<T: Scalar, R, const WORDS: usize>(len: usize, use_it: impl FnOnce(&mut [T]) -> R) -> R {
    let mut memory = [const { MaybeUninit::<u64>::uninit() }; WORDS];
    assert!(len <= size_of_val(&memory) / size_of::<T>());
    // SAFETY: the array has room for `len` numbers, as asserted, is aligned for them, and lives until the end of this
    // function, longer than the slice.
    use_it(unsafe { zero_places(memory.as_mut_ptr().cast(), len) })
}

#[inline(never)]
fn in_thread_buffer<T: Scalar, R>(len: usize, use_it: impl FnOnce(&mut [T]) -> R) -> R {
    use alloc::vec;
    use alloc::vec::Vec;

    #[cfg(feature = "std")]
    std::thread_local! {
        static MEMORY: core::cell::Cell<Vec<u64>> = const { core::cell::Cell::new(Vec::new()) };
    }
    // Taken out for the time of use: a call from within `use_it` finds an empty one and allocates its own.
    #[cfg(feature = "std")]
    let mut memory = MEMORY.take();
    #[cfg(not(feature = "std"))]
    let mut memory = Vec::<u64>::new();

    let words = len.checked_mul(size_of::<T>()).expect("scratch memory of a pass fits the address space").div_ceil(8);
    if memory.len() < words {
        memory = vec![0; words];
    }
    // SAFETY: the vector has room for `len` numbers and is aligned for them; it is not touched while the slice lives.
    let result = use_it(unsafe { zero_places(memory.as_mut_ptr().cast(), len) });
    #[cfg(feature = "std")]
    MEMORY.set(memory);
    result
}

/// Writes `len` zeros and returns them as a slice.
///
/// # Safety
/// `start` is valid for writes of `len` values of `T`, aligned, and nothing else uses that memory for `'a`.
#[inline(always)]
unsafe fn zero_places<'a, T: Scalar>(start: *mut T, len: usize) -> &'a mut [T] {
    for index in 0..len {
        // SAFETY: in bounds by the caller's promise.
        unsafe { start.add(index).write(T::ZERO) };
    }
    // SAFETY: `len` initialised numbers, by the loop above.
    unsafe { core::slice::from_raw_parts_mut(start, len) }
}

#[cfg(test)]
mod tests {
    use nalgebra::SMatrix;

    use super::{Block, with_scratch};

    #[test]
    fn a_matrix_is_a_block_in_column_order() {
        let mut matrix = SMatrix::<f32, 2, 2>::zeros();
        matrix[(1, 0)] = 3.0;
        assert_eq!(Block::<f32>::parameters(&matrix), [0.0, 3.0, 0.0, 0.0]);
    }

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
    fn scratch_whose_bytes_overflow_is_refused() {
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
}
