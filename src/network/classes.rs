//! Which class does a network predict?

use core::fmt::Debug;
use core::hash::Hash;

use crate::scalar::Scalar;
use crate::shape::{Probabilities, ProbabilitySequence, Shape};
use crate::target::Class;

/// The output of a network that gives the probability of each class: [`Probabilities`], or [`ProbabilitySequence`] for each step.
///
/// # Example
/// ```
/// use typenet::network::GivesClasses;
/// use typenet::{Class, Probabilities, ProbabilitySequence};
///
/// let class: Class<3> = <Probabilities<3>>::class(2);
/// assert_eq!(class.index(), 2);
/// let sizes = <ProbabilitySequence<2, 3>>::each(&[[0.0_f32, 0.5, 0.5], [1.0, 0.0, 0.0]], |step| step.len());
/// assert_eq!(sizes, [3, 3]);
/// ```
#[diagnostic::on_unimplemented(
    message = "classes need a network that ends in `Softmax`, but this one gives `{Self}`",
    label = "the network gives raw scores",
    note = "help: end the network with `Softmax`, or take the largest number of `predict` with `metric::argmax`"
)]
pub trait GivesClasses: Shape {
    /// The type of its classes.
    type Class: Copy + Debug + Eq + Ord + Hash + Send + Sync + 'static;
    /// A value, or one for each step.
    type Each<V>;

    /// Returns the class with this index.
    ///
    /// # Panics
    /// Panics if `index` is not less than the number of classes.
    #[must_use]
    fn class(index: usize) -> Self::Class;

    /// Returns the value of a function for the probabilities, or for those of each step.
    fn each<T: Scalar, V>(probabilities: &Self::Array<T>, function: impl FnMut(&[T]) -> V) -> Self::Each<V>;
}

impl<const K: usize> GivesClasses for Probabilities<K> {
    type Class = Class<K>;
    type Each<V> = V;

    #[inline(always)]
    fn class(index: usize) -> Class<K> {
        match Class::new(index) {
            Ok(class) => class,
            Err(error) => panic!("{error}"),
        }
    }

    #[inline(always)]
    fn each<T: Scalar, V>(probabilities: &[T; K], mut function: impl FnMut(&[T]) -> V) -> V {
        function(probabilities)
    }
}

impl<const L: usize, const K: usize> GivesClasses for ProbabilitySequence<L, K> {
    type Class = Class<K>;
    type Each<V> = [V; L];

    #[inline(always)]
    fn class(index: usize) -> Class<K> {
        Probabilities::class(index)
    }

    #[inline(always)]
    fn each<T: Scalar, V>(probabilities: &[[T; K]; L], mut function: impl FnMut(&[T]) -> V) -> [V; L] {
        probabilities.each_ref().map(|step| function(step))
    }
}

/// Returns the `COUNT` largest values with their positions, the largest first. Of equal values, those at lower positions come
/// first. There must be at least `COUNT` values.
pub(super) fn largest<T: Scalar, const COUNT: usize>(values: &[T]) -> [(usize, T); COUNT] {
    let mut kept = [(0, T::ZERO); COUNT];
    for (position, &value) in values.iter().enumerate() {
        let filled = position.min(COUNT);
        // An equal value stays before those that come later.
        let rank = kept[..filled].iter().position(|&(_, other)| value > other).unwrap_or(filled);
        if rank < COUNT {
            let filled = COUNT.min(filled + 1);
            kept[rank..filled].rotate_right(1);
            kept[rank] = (position, value);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::largest;

    #[test]
    fn largest_come_first_and_equal_ones_in_their_order() {
        assert_eq!(largest::<f64, 3>(&[0.1, 0.4, 0.1, 0.4]), [(1, 0.4), (3, 0.4), (0, 0.1)]);
        assert_eq!(largest::<f64, 1>(&[0.25; 4]), [(0, 0.25)]);
        assert_eq!(largest::<f64, 0>(&[0.5, 0.5]), []);
    }

    #[test]
    fn largest_of_all_sort_as_a_stable_sort_does() {
        let values: [f64; 7] = [3.0, 1.0, 2.0, 3.0, 0.0, 2.0, 5.0];
        let mut sorted: Vec<_> = values.into_iter().enumerate().collect();
        sorted.sort_by(|one, other| other.1.total_cmp(&one.1));
        assert_eq!(largest::<f64, 7>(&values)[..], sorted);
    }

    #[test]
    fn nan_values_keep_their_order() {
        let kept = largest::<f32, 2>(&[f32::NAN; 3]);
        assert_eq!(kept.map(|(position, _)| position), [0, 1]);
    }
}
