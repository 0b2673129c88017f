//! What does the output of a layer represent?

/// What the output of a layer represents, as far as losses need to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Head {
    /// Scores, or any other values.
    None,
    /// The elements of a sample are probabilities computed by a softmax. A loss is computed from the layer's input, the logits.
    Softmax,
    /// Each element is an independent probability between 0 and 1, as a logistic function gives it. A loss that expects logits
    /// does not compile with such an output.
    ///
    /// ```compile_fail,E0277
    /// use typenet::kernel::{Isa, Kernels};
    /// use typenet::prelude::*;
    /// use typenet::{Elementwise, Head, Reads, Site};
    ///
    /// /// (x / (1 + |x|) + 1) / 2, between 0 and 1.
    /// struct Squash;
    ///
    /// impl Elementwise for Squash {
    ///     type Settings = ();
    ///     const READS: Reads = Reads::Input;
    ///     const HEAD: Head = Head::Sigmoid;
    ///
    ///     fn map<In: Shape, T: Kernels, I: Isa>(_: I, _: Site<'_, (), ()>, values: &mut [T]) {
    ///         for x in values {
    ///             *x = (*x / (T::ONE + x.absolute()) + T::ONE) / T::from_f64(2.0);
    ///         }
    ///     }
    ///
    ///     fn multiply_by_derivative<In: Shape, T: Kernels, I: Isa>(
    ///         _: I, _: Site<'_, (), ()>, input: &[T], gradient: &mut [T],
    ///     ) {
    ///         for (g, x) in gradient.iter_mut().zip(input) {
    ///             let below = T::ONE + x.absolute();
    ///             *g /= T::from_f64(2.0) * below * below;
    ///         }
    ///     }
    /// }
    ///
    /// network!(struct Yes = Dense<2, 1>, Squash);
    /// let data = Dataset::<Vector<2>, Vector<1>>::new(vec![[0.0, 1.0]], vec![[1.0]])?;
    /// Trainer::new(BinaryCrossEntropy, Sgd::new(0.1)).fit(&mut Yes::zeroed(), &data)?;
    /// # Ok::<(), typenet::Error>(())
    /// ```
    Sigmoid,
}
