//! What is the output of a layer for one sample?

use alloc::vec;
use alloc::vec::Vec;
use core::fmt::{self, Debug};
use core::marker::PhantomData;
use core::ops::Deref;

use crate::scalar::Scalar;
use crate::shape::Shape;

/// The output of one layer for one sample, on the heap. It dereferences to the nested array of the layer's shape.
///
/// These are the fields of the struct that [`Network::activations`](crate::Network::activations) returns.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Xor = Dense<2, 3>, Relu, output: Dense<3, 1>);
///
/// let mut network = Xor::zeroed();
/// network.dense.bias[1] = 0.5;
/// network.dense.bias[2] = -0.5;
/// let activations = network.activations(&[1.0, 0.0]);
/// assert_eq!(*activations.dense, [0.0, 0.5, -0.5]);
/// assert_eq!(activations.relu[1], 0.5);
/// assert_eq!(*activations.output, network.predict(&[1.0, 0.0]));
/// ```
#[derive(Clone, PartialEq)]
pub struct LayerOutput<S: Shape, T: Scalar> {
    /// The elements of the sample; their number is the length of the shape.
    elements: Vec<T>,
    shape: PhantomData<S>,
}

impl<S: Shape, T: Scalar> LayerOutput<S, T> {
    /// Creates an output of zeros.
    #[must_use]
    pub fn zeroed() -> Self {
        Self { elements: vec![T::ZERO; S::LEN], shape: PhantomData }
    }

    /// Overwrites the elements.
    ///
    /// # Panics
    /// Panics if the length of `elements` is not that of the shape.
    pub fn set(&mut self, elements: &[T]) {
        self.elements.copy_from_slice(elements);
    }
}

impl<S: Shape, T: Scalar> Deref for LayerOutput<S, T> {
    type Target = S::Array<T>;

    fn deref(&self) -> &S::Array<T> {
        let [sample] = S::batch(&self.elements) else { unreachable!("the elements are one sample") };
        sample
    }
}

impl<S: Shape, T: Scalar> Debug for LayerOutput<S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Debug::fmt(&**self, f)
    }
}
