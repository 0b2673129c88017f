//! One pass over a data set in random order.

use alloc::vec::Vec;
use core::fmt;

use rand::Rng;

use crate::dataset::{Batch, Dataset};
use crate::random;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::target::Target;

/// One pass over a data set in random order. Created by [`Dataset::epoch`].
///
/// It does not implement [`Iterator`], because all batches share the same two buffers: a batch must be dropped before the next
/// one is requested.
pub struct Epoch<'a, X: Shape, Y: Target, T: Scalar = f32> {
    data: &'a Dataset<X, Y, T>,
    order: Vec<usize>,
    taken: usize,
    batch_size: usize,
    inputs: Vec<X::Array<T>>,
    targets: Vec<Y::Value<T>>,
}

impl<'a, X: Shape, Y: Target, T: Scalar> Epoch<'a, X, Y, T> {
    pub(super) fn new<R: Rng + ?Sized>(data: &'a Dataset<X, Y, T>, batch_size: usize, rng: &mut R) -> Self {
        let batch_size = batch_size.min(data.len());
        Self {
            data,
            order: random::permutation(data.len(), rng),
            taken: 0,
            batch_size,
            inputs: Vec::with_capacity(batch_size),
            targets: Vec::with_capacity(batch_size),
        }
    }

    /// Returns the next batch, or `None` after the last sample. Allocates nothing.
    #[allow(clippy::should_implement_trait, reason = "a batch borrows the buffers, which an iterator's items cannot")]
    pub fn next(&mut self) -> Option<Batch<'_, X, Y, T>> {
        let left = &self.order[self.taken..];
        let batch = &left[..left.len().min(self.batch_size)];
        if batch.is_empty() {
            return None;
        }
        self.data.gather(batch, &mut self.inputs, &mut self.targets);
        self.taken += batch.len();
        Some((&self.inputs, &self.targets))
    }
}

impl<X: Shape, Y: Target, T: Scalar> fmt::Debug for Epoch<'_, X, Y, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Epoch")
            .field("data", &self.data)
            .field("samples_left", &(self.order.len() - self.taken))
            .field("batch_size", &self.batch_size)
            .finish()
    }
}
