//! How does a network learn from more samples than the data set holds?

use alloc::vec::Vec;
use core::convert::Infallible;
use core::fmt;

use crate::dataset::{Batches, Dataset};
use crate::random::{self, Rng};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::target::Target;

/// A data set whose inputs change randomly each time they are used for training. Created by [`Dataset::augmented`].
pub struct Augmented<'a, X: Shape, Y: Target, T: Scalar, F> {
    data: &'a Dataset<X, Y, T>,
    change: F,
    order: Vec<usize>,
    taken: usize,
    seed: u64,
}

impl<X: Shape, Y: Target, T: Scalar> Dataset<X, Y, T> {
    /// Returns a source of batches that applies `change` to every input each time it is used.
    ///
    /// The samples come in the random order in which [`fit`](crate::train::Trainer::fit) takes them. The random numbers for a
    /// sample are a function of the trainer's seed, the epoch and the position of the sample in the data set. They do not
    /// depend on the order or the batch size.
    ///
    /// # Example
    /// Shift digits by up to one pixel in each direction.
    /// ```
    /// use typenet::prelude::*;
    /// use typenet::random;
    ///
    /// network!(struct Digits = Dense<64, 16>, Tanh, Dense<16, 10>, Softmax);
    ///
    /// let data = datasets::digits().map_inputs(|image| *image = image.map(|pixel| pixel / 16.0))?;
    /// let mut moved = data.augmented(|image: &mut [f32; 64], rng| {
    ///     let (down, right) = (random::below(rng, 3), random::below(rng, 3));
    ///     let old = *image;
    ///     *image = std::array::from_fn(|pixel| {
    ///         // In a frame of zeros, one pixel wide.
    ///         let (row, column) = (pixel / 8 + down, pixel % 8 + right);
    ///         let inside = (1..9).contains(&row) && (1..9).contains(&column);
    ///         if inside { old[(row - 1) * 8 + column - 1] } else { 0.0 }
    ///     });
    /// });
    ///
    /// let mut network = Digits::init(&mut typenet::rng(37));
    /// let before = network.evaluate(&data, &Nll).loss;
    /// Trainer::new(Nll, Sgd::new(0.1)).epochs(2).fit_batches(&mut network, &mut moved)?;
    /// assert!(network.evaluate(&data, &Nll).loss < before);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    #[must_use]
    pub fn augmented<F>(&self, change: F) -> Augmented<'_, X, Y, T, F>
    where
        F: FnMut(&mut X::Array<T>, &mut Rng) + Send,
    {
        Augmented { data: self, change, order: (0..self.len()).collect(), taken: self.len(), seed: 0 }
    }
}

impl<X: Shape, Y: Target, T: Scalar, F> Batches<T> for Augmented<'_, X, Y, T, F>
where
    F: FnMut(&mut X::Array<T>, &mut Rng) + Send,
{
    type Input = X;
    type Target = Y;
    type Error = Infallible;

    fn samples(&self) -> Option<usize> {
        Some(self.data.len())
    }

    fn begin(&mut self, _: u64, seed: u64) -> Result<(), Infallible> {
        self.order.clear();
        self.order.extend(0..self.data.len());
        random::shuffle(&mut self.order, &mut random::rng(seed));
        (self.taken, self.seed) = (0, seed);
        Ok(())
    }

    fn fill(
        &mut self,
        count: usize,
        inputs: &mut Vec<X::Array<T>>,
        targets: &mut Vec<Y::Value<T>>,
    ) -> Result<(), Infallible> {
        let left = &self.order[self.taken..];
        let chosen = &left[..left.len().min(count)];
        for &sample in chosen {
            // As a slice of one element, for the reason given in `rows`.
            inputs.extend_from_slice(core::slice::from_ref(&self.data.inputs[sample]));
            targets.extend_from_slice(core::slice::from_ref(&self.data.targets[sample]));
            let mut rng = random::rng(random::mix(self.seed ^ random::mix(sample as u64)));
            if let Some(input) = inputs.last_mut() {
                (self.change)(input, &mut rng);
            }
        }
        self.taken += chosen.len();
        Ok(())
    }
}

impl<X: Shape, Y: Target, T: Scalar, F> fmt::Debug for Augmented<'_, X, Y, T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Augmented").field("data", &self.data).finish_non_exhaustive()
    }
}
