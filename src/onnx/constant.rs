//! Constants of a model.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use crate::flat_parameters::FlatParameters;
use crate::scalar::Scalar;
use crate::tensor::places;

/// A tensor of numbers, the last axis varying fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct Constant {
    /// Its name in its layer: `weight`.
    pub name: String,
    /// The sizes of its axes.
    pub sizes: Vec<usize>,
    /// Its elements, as many as the product of the sizes.
    pub values: Vec<f64>,
}

impl Constant {
    /// Returns a tensor.
    #[must_use]
    pub fn new(name: impl Into<String>, sizes: &[usize], values: Vec<f64>) -> Self {
        debug_assert_eq!(sizes.iter().product::<usize>(), values.len(), "as many elements as the sizes say");
        Self { name: name.into(), sizes: sizes.to_vec(), values }
    }

    /// Returns the tensor of some parameters that has a name in files, in the order of files: a `weight` of [outputs, inputs]. `None`
    /// if there is none, such as the bias of a layer without one.
    #[must_use]
    pub fn of<T: Scalar, P: FlatParameters<T>>(parameters: &P, name: &str) -> Option<Self> {
        let tensor = P::TENSORS.list().into_iter().find(|tensor| tensor.name == name)?;
        let values = &parameters.parameters()[tensor.range.clone()];
        let in_order = places(tensor.rows(), values.len()).map(|place| values[place].to_f64()).collect();
        Some(Self::new(name, tensor.shape, in_order))
    }

    /// Returns the same elements with other sizes.
    #[must_use]
    pub fn with_sizes(self, sizes: &[usize]) -> Self {
        Self::new(self.name, sizes, self.values)
    }

    /// Returns the transposed matrix. Any other tensor stays as it is.
    #[must_use]
    pub fn transposed(self) -> Self {
        let &[rows, columns] = &self.sizes[..] else { return self };
        let values = (0..columns).flat_map(|column| (0..rows).map(move |row| row * columns + column));
        let values = values.map(|place| self.values[place]).collect();
        Self::new(self.name, &[columns, rows], values)
    }

    /// Returns a range along the first axis.
    #[must_use]
    pub fn rows(&self, rows: Range<usize>) -> Self {
        let row: usize = self.sizes[1..].iter().product();
        let sizes: Vec<usize> = [rows.len()].into_iter().chain(self.sizes[1..].iter().copied()).collect();
        Self::new(self.name.clone(), &sizes, self.values[rows.start * row..rows.end * row].to_vec())
    }

    /// Returns the tensor with another one behind it, along the first axis.
    #[must_use]
    pub fn followed_by(mut self, other: Self) -> Self {
        debug_assert_eq!(self.sizes[1..], other.sizes[1..], "the other axes are equal");
        self.sizes[0] += other.sizes[0];
        self.values.extend(other.values);
        self
    }

    /// Returns the tensor with as many parts along the first axis as `order` has, in this order.
    #[must_use]
    pub fn in_order(&self, order: &[usize]) -> Self {
        let length = self.sizes[0] / order.len();
        let mut parts = order.iter().map(|&part| self.rows(part * length..(part + 1) * length));
        let first = parts.next().unwrap_or_else(|| self.clone());
        parts.fold(first, Self::followed_by)
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::Constant;

    #[test]
    fn parts_are_moved_along_the_first_axis() {
        let tensor = Constant::new("weight", &[3, 2], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(tensor.clone().transposed().values, [1.0, 3.0, 5.0, 2.0, 4.0, 6.0]);
        assert_eq!(tensor.rows(1..3).values, [3.0, 4.0, 5.0, 6.0]);
        let moved = tensor.in_order(&[2, 0, 1]);
        assert_eq!((&moved.sizes[..], &moved.values[..]), (&[3, 2][..], &[5.0, 6.0, 1.0, 2.0, 3.0, 4.0][..]));
    }

    #[test]
    fn parameters_are_in_the_order_of_files() {
        use crate::flat_parameters::FlatParameters;
        use crate::layer::list::Dense;

        let mut dense = Dense::<2, 3, f32, 0>::zeroed();
        dense.parameters_mut().copy_from_slice(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let weight = Constant::of(&*dense, "weight").expect("a weight");
        assert_eq!((&weight.sizes[..], &weight.values[..]), (&[3, 2][..], &[1.0, 4.0, 2.0, 5.0, 3.0, 6.0][..]));
        assert_eq!(Constant::of(&*dense, "bias"), None);
    }
}
