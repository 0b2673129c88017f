//! How do the variables of Keras become tensors? Their elements only move.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::result::Result;

/// An array of elements row by row, or its shape alone.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Array {
    pub(crate) shape: Vec<usize>,
    /// The number of bytes of an element.
    pub(crate) width: usize,
    /// The bytes of the elements, lowest first; `None` if only the shape is known.
    pub(crate) bytes: Option<Vec<u8>>,
}

impl Array {
    /// Returns the number of elements, or the largest one if there are more.
    pub(crate) fn len(&self) -> usize {
        self.shape.iter().fold(1, |len: usize, &size| len.saturating_mul(size))
    }

    /// Returns the array with another order of axes: axis `axes[0]` first.
    pub(crate) fn permuted(self, axes: &[usize]) -> Result<Self, String> {
        if axes.len() != self.shape.len() {
            return Err(format!("has shape {:?}, and not {} axes", self.shape, axes.len()));
        }
        let shape: Vec<usize> = axes.iter().map(|&axis| self.shape[axis]).collect();
        let mut steps = vec![1; self.shape.len()];
        for axis in (1..steps.len()).rev() {
            steps[axis - 1] = self.shape[axis].saturating_mul(steps[axis]);
        }
        let steps: Vec<usize> = axes.iter().map(|&axis| steps[axis]).collect();
        let width = self.width;
        let bytes = self.bytes.map(|bytes| {
            let (mut moved, mut index) = (Vec::with_capacity(bytes.len()), vec![0; shape.len()]);
            for _ in 0..bytes.len() / width {
                let place: usize = index.iter().zip(&steps).map(|(index, step)| index * step).sum();
                moved.extend_from_slice(&bytes[place * width..][..width]);
                for axis in (0..shape.len()).rev() {
                    index[axis] += 1;
                    if index[axis] < shape[axis] {
                        break;
                    }
                    index[axis] = 0;
                }
            }
            moved
        });
        Ok(Self { shape, width, bytes })
    }

    /// Returns a matrix with rows and columns exchanged.
    pub(crate) fn transposed(self) -> Result<Self, String> {
        self.permuted(&[1, 0])
    }

    /// Returns the array with another shape of as many elements.
    pub(crate) fn reshaped(self, shape: &[usize]) -> Result<Self, String> {
        let len = shape.iter().try_fold(1_usize, |len, &size| len.checked_mul(size));
        if len != Some(self.len()) {
            return Err(format!("has shape {:?}, which does not become {shape:?}", self.shape));
        }
        Ok(Self { shape: shape.to_vec(), ..self })
    }

    /// Returns the array with its last `axes` axes as one.
    pub(crate) fn with_last_merged(self, axes: usize) -> Result<Self, String> {
        let Some(kept) = self.shape.len().checked_sub(axes) else {
            return Err(format!("has shape {:?}, and not at least {axes} axes", self.shape));
        };
        let merged = self.shape[kept..].iter().fold(1, |len: usize, &size| len.saturating_mul(size));
        let shape = [&self.shape[..kept], &[merged]].concat();
        Ok(Self { shape, ..self })
    }

    /// Returns parts of equal size along the first axis, in this order: `[1, 0]` exchanges two halves, and `[0]` of three is the
    /// first third.
    pub(crate) fn parts(&self, of: usize, order: &[usize]) -> Result<Self, String> {
        let rows = self.shape.first().copied().unwrap_or(0);
        if !rows.is_multiple_of(of) {
            return Err(format!("has shape {:?}, which is not in {of} parts", self.shape));
        }
        let mut shape = self.shape.clone();
        shape[0] = (rows / of).saturating_mul(order.len());
        let bytes = self.bytes.as_ref().map(|bytes| {
            let part = bytes.len() / of;
            order.iter().flat_map(|&index| &bytes[index * part..(index + 1) * part]).copied().collect()
        });
        Ok(Self { shape, width: self.width, bytes })
    }

    /// Returns arrays one after the other along the first axis.
    pub(crate) fn concatenated(arrays: &[&Self]) -> Result<Self, String> {
        let [first, ..] = arrays else { return Err("has no parts".into()) };
        let mut shape = first.shape.clone();
        if shape.is_empty() || arrays.iter().any(|array| array.shape.get(1..) != shape.get(1..)) {
            let shapes: Vec<_> = arrays.iter().map(|array| &array.shape).collect();
            return Err(format!("has parts of shapes {shapes:?}"));
        }
        shape[0] = arrays.iter().fold(0, |rows: usize, array| rows.saturating_add(array.shape[0]));
        let bytes = arrays.iter().map(|array| array.bytes.as_deref()).collect::<Option<Vec<_>>>();
        Ok(Self { shape, width: first.width, bytes: bytes.map(|bytes| bytes.concat()) })
    }

    /// Returns zeros in the shape of this array.
    pub(crate) fn zeros(&self) -> Self {
        let bytes = self.bytes.as_ref().map(|bytes| vec![0; bytes.len()]);
        Self { shape: self.shape.clone(), width: self.width, bytes }
    }

    /// Returns an array whose first axis is that of flattened images of Keras, with the channels last, in the order of images with
    /// the channels first: `[channels, rows, columns]`.
    pub(crate) fn channels_first(self, [channels, rows, columns]: [usize; 3]) -> Result<Self, String> {
        let shape = self.shape.clone();
        let others: usize = shape.iter().skip(1).product();
        let images = self.reshaped(&[rows, columns, channels, others])?;
        images.permuted(&[2, 0, 1, 3])?.reshaped(&shape)
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::Array;

    fn array(shape: &[usize]) -> Array {
        let bytes = (0..u8::try_from(shape.iter().product::<usize>()).unwrap()).collect();
        Array { shape: shape.to_vec(), width: 1, bytes: Some(bytes) }
    }

    fn bytes(array: Result<Array, alloc::string::String>) -> (Vec<usize>, Vec<u8>) {
        array.map(|array| (array.shape, array.bytes.unwrap())).unwrap()
    }

    #[test]
    fn elements_move_as_in_numpy() {
        assert_eq!(bytes(array(&[2, 3]).transposed()), ([3, 2].to_vec(), [0, 3, 1, 4, 2, 5].to_vec()));
        let moved = bytes(array(&[2, 3, 2]).permuted(&[2, 0, 1]));
        assert_eq!(moved, ([2, 2, 3].to_vec(), [0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11].to_vec()));
        assert_eq!(bytes(array(&[3, 2]).parts(3, &[1, 0, 2])), ([3, 2].to_vec(), [2, 3, 0, 1, 4, 5].to_vec()));
        assert_eq!(bytes(array(&[2, 2, 3]).with_last_merged(2)).0, [2, 6]);
        // A row of two pixels with three channels.
        assert_eq!(bytes(array(&[6, 1]).channels_first([3, 1, 2])), ([6, 1].to_vec(), [0, 3, 1, 4, 2, 5].to_vec()));
        let two = Array::concatenated(&[&array(&[1, 2]), &array(&[2, 2])]);
        assert_eq!(bytes(two), ([3, 2].to_vec(), [0, 1, 0, 1, 2, 3].to_vec()));
    }

    #[test]
    fn shapes_alone_move_too_and_wrong_ones_are_errors() {
        let shape = |shape: &[usize]| Array { shape: shape.to_vec(), width: 4, bytes: None };
        assert_eq!(shape(&[usize::MAX, 3]).transposed().unwrap().shape, [3, usize::MAX]);
        assert!(shape(&[usize::MAX, 3]).reshaped(&[3]).is_err() && shape(&[4]).transposed().is_err());
        assert!(shape(&[4]).parts(3, &[0]).is_err() && shape(&[]).with_last_merged(1).is_err());
        assert!(Array::concatenated(&[&shape(&[2]), &shape(&[2, 2])]).is_err());
    }
}
