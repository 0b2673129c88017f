//! How are all parameters of a network one slice?
//!
//! A network is a plain `#[repr(C)]` struct of its layers, and each layer a struct of its tensors, so all parameters are
//! contiguous in memory, without padding. [`FlatParameters`] states this. Everything that treats all parameters alike
//! (optimizers, files, norms, checks) works on the slice.
#![allow(unsafe_code, reason = "a struct of scalars is viewed as a slice of scalars here, and nowhere else")]

use alloc::boxed::Box;
use core::mem::MaybeUninit;

use nalgebra::SMatrix;

#[cfg(feature = "safetensors")]
use crate::scalar::Float;
use crate::scalar::Scalar;
use crate::tensor::{Tensor, TensorKind, TensorTable};

/// Parameters that lie in memory as one slice of scalars: those of a network, of a layer, or their [`Gradient`].
///
/// `network!` implements the trait for a network, and `#[derive(FlatParameters)]` for the parameters of a custom layer.
///
/// [`Gradient`]: crate::Gradient
///
/// # Deriving
/// The struct is `#[repr(C)]` and has one type parameter, the scalar. Its fields are nalgebra matrices or other structs that
/// implement the trait. A matrix is a tensor with the name of its field. It is a weight unless `#[tensor(scale)]`,
/// `#[tensor(bias)]` or `#[tensor(statistic)]` says otherwise. The shape of an `SVector` has one axis. For a renamed
/// dependency, write `#[flat_parameters(crate = other_name)]`.
/// ```
/// use nalgebra::{SMatrix, SVector};
/// use typenet::prelude::*;
///
/// #[derive(FlatParameters)]
/// #[repr(C)]
/// struct Affine<T, const N: usize, const H: usize> {
///     weight: SMatrix<T, H, N>,
///     #[tensor(bias)]
///     bias: SVector<T, H>,
/// }
///
/// let names: Vec<_> = <Affine<f32, 3, 2> as FlatParameters<f32>>::TENSORS.list().into_iter().map(|t| (t.name, t.shape)).collect();
/// assert_eq!(names, [("weight".into(), &[2, 3][..]), ("bias".into(), &[2])]);
/// assert_eq!(<Affine<f32, 3, 2> as FlatParameters<f32>>::LEN, 8);
/// ```
///
/// # Safety
/// The type is `#[repr(C)]` or `#[repr(transparent)]` and consists only of `T` and of types that implement the trait for `T`.
/// It has no padding, no drop glue and no invariant among its values. Its alignment is that of `T`, or 1 if it is empty.
/// `LEN` is the size of the type divided by the size of `T`.
///
/// # Example
/// ```
/// use typenet::{FlatParameters, Dense};
///
/// let mut layer: Box<Dense<2, 3>> = FlatParameters::<f32>::zeroed();
/// layer.bias[1] = 5.0;
/// assert_eq!(layer.parameters(), [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 5.0, 0.0]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not hold its parameters as one slice of `{T}`",
    note = "a network or gradient in a box is passed as `&mut *network`, `&*gradient`"
)]
pub unsafe trait FlatParameters<T: Scalar>: Sized {
    /// The tensors, with their names, shapes and offsets.
    const TENSORS: TensorTable;

    /// The number of scalars.
    const LEN: usize = size_of::<Self>() / size_of::<T>();

    /// The rows and columns of a type that is one matrix, which takes its name from the field that holds it.
    #[doc(hidden)]
    const MATRIX: Option<[usize; 2]> = None;

    /// Returns all parameters, in the order of memory.
    #[must_use]
    #[inline]
    fn parameters(&self) -> &[T] {
        if Self::LEN == 0 {
            return &[];
        }
        // SAFETY: by the contract of the trait the value is `LEN` scalars of type `T` without padding and aligned as `T`;
        // the slice borrows `self`.
        unsafe { core::slice::from_raw_parts(core::ptr::from_ref(self).cast(), Self::LEN) }
    }

    /// Returns all parameters, mutably and in the order of memory.
    #[must_use]
    #[inline]
    fn parameters_mut(&mut self) -> &mut [T] {
        if Self::LEN == 0 {
            return &mut [];
        }
        // SAFETY: as in `parameters`; the slice borrows `self` mutably, and any scalars are a valid value.
        unsafe { core::slice::from_raw_parts_mut(core::ptr::from_mut(self).cast(), Self::LEN) }
    }

    /// Allocates parameters that are all zero. They are filled in place, so nothing of their size is on the stack, even in
    /// debug builds.
    #[must_use]
    fn zeroed() -> Box<Self> {
        let mut allocated = Box::<Self>::new_uninit();
        // SAFETY: the allocation has room for `LEN` scalars, is aligned as `T`, and writing a `MaybeUninit` needs no valid
        // value there. An empty type gives an empty slice.
        let places: &mut [MaybeUninit<T>] = if Self::LEN == 0 {
            &mut []
        } else {
            unsafe { core::slice::from_raw_parts_mut(allocated.as_mut_ptr().cast(), Self::LEN) }
        };
        write_zeros(places);
        // SAFETY: all scalars are written above, and the value has nothing else.
        unsafe { allocated.assume_init() }
    }

    /// Views the parameters as those of another type with the same tensors, without a copy.
    ///
    /// Few parameters of a network depend on the length of its sequences, so a network with that length as a const parameter reads
    /// others too. It does not compile where names or shapes of tensors differ, as those of a
    /// [`PositionEmbedding`](crate::PositionEmbedding) do; the error appears when the program is built, and not in `cargo check`.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Reader<const L: usize> (Sequence<L, 1>) = Gru<_, 4>, LastStep, Dense<_, 2>);
    ///
    /// let reader = <Reader<8>>::init(&mut typenet::rng(37));
    /// let shorter: &Reader<3> = reader.view_as();
    /// assert_eq!(shorter.parameters(), reader.parameters());
    /// let [_, _] = shorter.predict(&[[0.5], [1.0], [-1.0]]);
    /// ```
    ///
    /// ```compile_fail,E0080
    /// use typenet::prelude::*;
    ///
    /// network!(struct Reader<const L: usize> (Sequence<L, 4>) = PositionEmbedding, SelfAttention<2>);
    ///
    /// let reader = <Reader<8>>::init(&mut typenet::rng(37));
    /// let shorter: &Reader<3> = reader.view_as();
    /// ```
    #[must_use]
    #[inline]
    fn view_as<P: FlatParameters<T>>(&self) -> &P {
        const { require_same_tensors::<T, Self, P>() };
        // SAFETY: by the contract of the trait, both types are as many scalars of type `T`, without padding, and any scalars are
        // a valid value. Both have the alignment of `T`, or that of 1 if they are empty.
        unsafe { &*core::ptr::from_ref(self).cast() }
    }

    /// The same as [`view_as`](Self::view_as), to change the parameters: for example, to train with sequences of another length.
    #[must_use]
    #[inline]
    fn view_as_mut<P: FlatParameters<T>>(&mut self) -> &mut P {
        const { require_same_tensors::<T, Self, P>() };
        // SAFETY: as in `view_as`.
        unsafe { &mut *core::ptr::from_mut(self).cast() }
    }

    /// Overwrites all parameters with those of `other`.
    fn copy_from(&mut self, other: &Self) {
        self.parameters_mut().copy_from_slice(other.parameters());
    }

    /// Sets every parameter to zero.
    fn set_to_zero(&mut self) {
        self.parameters_mut().fill(T::ZERO);
    }
}

// SAFETY: nalgebra's `Matrix` is `repr(C)` over its storage and zero-sized markers, its `ArrayStorage` is
// `repr(transparent)` over `[[T; R]; C]`.
unsafe impl<T: Scalar, const R: usize, const C: usize> FlatParameters<T> for SMatrix<T, R, C> {
    const TENSORS: TensorTable =
        TensorTable::Tensors(&[Tensor { name: "weight", shape: &[R, C], offset: 0, kind: TensorKind::Weight }]);
    const LEN: usize = checked_len::<Self, T>(&<Self as FlatParameters<T>>::TENSORS);
    const MATRIX: Option<[usize; 2]> = Some([R, C]);
}

// For repeated layers.
// SAFETY: an array is its elements one after the other, without padding, and has their alignment; each meets the contract.
unsafe impl<T: Scalar, P: FlatParameters<T>, const N: usize> FlatParameters<T> for [P; N] {
    const TENSORS: TensorTable = TensorTable::Repeated(N, &<P as FlatParameters<T>>::TENSORS);
    const LEN: usize = checked_len::<Self, T>(&<Self as FlatParameters<T>>::TENSORS);
}

// For layers without parameters.
// SAFETY: the type has no size.
unsafe impl<T: Scalar> FlatParameters<T> for () {
    const TENSORS: TensorTable = TensorTable::EMPTY;
}

/// Writes zeros to all places. The code exists once for each scalar type, and not for every network.
fn write_zeros<T: Scalar>(places: &mut [MaybeUninit<T>]) {
    for place in places {
        place.write(T::ZERO);
    }
}

/// Checks that two types have the same tensors, in the same places.
///
/// # Panics
/// Panics in constant evaluation if they do not.
const fn require_same_tensors<T: Scalar, P: FlatParameters<T>, Q: FlatParameters<T>>() {
    assert!(
        P::LEN == Q::LEN && P::TENSORS.is_same(&Q::TENSORS),
        "parameters are viewed as those of a type whose tensors have other names or shapes"
    );
}

/// Returns the number of scalars in `P`, which its table must cover: padding, or a field that no table lists, is an error.
///
/// # Panics
/// Panics in constant evaluation if the table does not cover the type.
#[must_use]
pub const fn checked_len<P, T>(table: &TensorTable) -> usize {
    let len = table.len();
    assert!(
        matches!(len.checked_mul(size_of::<T>()), Some(bytes) if bytes == size_of::<P>()),
        "the tensor tables of the layers cover all parameters"
    );
    assert!(len == 0 || align_of::<P>() == align_of::<T>(), "parameters are aligned as their scalars are");
    len
}

/// Writes bytes into partly initialized parameters, starting at byte `at`.
///
/// # Panics
/// Panics if they do not fit.
#[cfg(feature = "safetensors")]
pub(crate) const fn put<P>(parameters: &mut MaybeUninit<P>, at: usize, bytes: &[u8]) {
    assert!(at <= size_of::<P>() && bytes.len() <= size_of::<P>() - at, "the bytes are within the parameters");
    // SAFETY: they are, by the assertion, and cannot overlap with what is borrowed mutably.
    unsafe {
        core::ptr::copy_nonoverlapping(bytes.as_ptr(), parameters.as_mut_ptr().cast::<u8>().add(at), bytes.len());
    };
}

/// Returns parameters in which every tensor was [`put`] once: `bytes` in total.
///
/// # Panics
/// Panics if these are not all bytes.
#[cfg(feature = "safetensors")]
pub(crate) const fn filled<T: Float, P: FlatParameters<T>>(parameters: MaybeUninit<P>, bytes: usize) -> P {
    assert!(bytes == size_of::<P>() && P::LEN * size_of::<T>() == size_of::<P>(), "every tensor was put");
    // SAFETY: the tensors of a table do not overlap and cover all parameters, so as many bytes are all bytes; any bytes are
    // valid floats, and the type has nothing else.
    unsafe { parameters.assume_init() }
}

/// The number of rows (0) or columns (1) of a type that is a matrix; 0 for any other.
#[must_use]
pub const fn size_of_matrix(sizes: Option<[usize; 2]>, index: usize) -> usize {
    match sizes {
        Some(sizes) => sizes[index],
        None => 0,
    }
}

/// Fails to compile for a type with a destructor.
///
/// # Panics
/// Panics in constant evaluation if the type has one.
pub const fn without_destructor<P>() {
    assert!(
        !core::mem::needs_drop::<P>(),
        "flat parameters have no destructor: they consist of tensors and nothing else"
    );
}

/// Implements [`FlatParameters`] for a type of this crate that is `#[repr(C)]` or `#[repr(transparent)]` and holds nothing
/// except the tensors in its table.
macro_rules! flat_parameters {
    ([$($generics:tt)*] $parameters:ty, $table:expr) => {
        // SAFETY: `LEN`, which the length of every slice comes from, compiles only if the tensors in the table cover the type,
        // so there is no padding and nothing else; the tensors are matrices of `T`, or of types that implement the trait.
        #[allow(unsafe_code, reason = "the layout that the contract of `FlatParameters` requires")]
        unsafe impl<$($generics)* T: $crate::scalar::Scalar> $crate::flat_parameters::FlatParameters<T> for $parameters {
            const TENSORS: $crate::tensor::TensorTable = $table;
            const LEN: usize = $crate::flat_parameters::checked_len::<Self, T>(&<Self as $crate::flat_parameters::FlatParameters<T>>::TENSORS);
        }
    };
}
pub(crate) use flat_parameters;

#[cfg(test)]
mod tests {
    use nalgebra::SMatrix;

    use super::FlatParameters;

    #[test]
    fn a_matrix_is_flat_in_column_order() {
        let mut matrix = SMatrix::<f32, 2, 2>::zeros();
        matrix[(1, 0)] = 3.0;
        assert_eq!(FlatParameters::<f32>::parameters(&matrix), [0.0, 3.0, 0.0, 0.0]);
    }
}
