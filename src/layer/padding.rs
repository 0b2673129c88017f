//! Padding around an image, and the windows that it makes room for.

use crate::shape::arithmetic::{ceiling, windows};

/// The padding around an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Padding {
    /// This many rows above and below, and this many columns to the left and to the right.
    Of([usize; 2]),
    /// Enough padding for ⌈size / stride⌉ windows, along each axis. If the number of rows or columns is odd, the extra one is
    /// below or to the right, as in Keras. With a stride of 1 the size is preserved, as with PyTorch's `padding="same"`.
    Same,
    /// No padding.
    Valid,
}

impl Padding {
    /// Returns how many windows lie along an axis (0 for rows, 1 for columns) of `size` elements. A window spans `span` of them.
    pub(super) const fn positions(self, axis: usize, size: usize, span: usize, stride: usize) -> usize {
        match self {
            Self::Of(padding) => windows(size, span, stride, padding[axis]),
            Self::Valid => windows(size, span, stride, 0),
            Self::Same => ceiling(size, stride),
        }
    }

    /// Returns the padding before an axis of `size` elements: above the rows, or to the left of the columns.
    pub(super) const fn before(self, axis: usize, size: usize, span: usize, stride: usize) -> usize {
        match self {
            Self::Of(padding) => padding[axis],
            Self::Valid => 0,
            Self::Same => ((ceiling(size, stride).saturating_sub(1)) * stride + span).saturating_sub(size) / 2,
        }
    }
}

/// The padding around a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SequencePadding {
    /// This many steps on each side.
    Of(usize),
    /// Enough padding for ⌈steps / stride⌉ windows, on both sides. If the number of steps is odd, the extra one is at the end, as
    /// in Keras.
    Same,
    /// No padding.
    Valid,
    /// Padding before the sequence alone, so that a window ends at the step that it is for: no output depends on a later input.
    /// There are ⌈steps / stride⌉ windows.
    Causal,
}

impl SequencePadding {
    /// Returns how many windows lie in a sequence of `size` steps. A window spans `span` of them.
    pub(super) const fn positions(self, size: usize, span: usize, stride: usize) -> usize {
        match self {
            Self::Of(padding) => windows(size, span, stride, padding),
            Self::Valid => windows(size, span, stride, 0),
            Self::Same | Self::Causal => ceiling(size, stride),
        }
    }

    /// Returns the padding before the sequence.
    pub(super) const fn before(self, size: usize, span: usize, stride: usize) -> usize {
        match self {
            Self::Of(padding) => padding,
            Self::Valid => 0,
            Self::Same => Padding::Same.before(0, size, span, stride),
            Self::Causal => span.saturating_sub(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Padding, SequencePadding};

    #[test]
    fn same_covers_every_element_and_puts_the_odd_row_behind() {
        for (size, span, stride) in [(5, 3, 1), (6, 4, 1), (7, 3, 2), (8, 2, 3), (1, 5, 1), (9, 5, 4)] {
            let positions = Padding::Same.positions(0, size, span, stride);
            let before = Padding::Same.before(0, size, span, stride);
            let behind = ((positions - 1) * stride + span).saturating_sub(size + before);
            assert_eq!(positions, size.div_ceil(stride));
            assert!(behind == before || behind == before + 1, "{size}, {span}, {stride}: {before} and {behind}");
        }
    }

    #[test]
    fn each_axis_has_its_amount() {
        let padding = Padding::Of([1, 2]);
        assert_eq!([0, 1].map(|axis| padding.positions(axis, 5, 3, 1)), [5, 7]);
        assert_eq!([0, 1].map(|axis| padding.before(axis, 5, 3, 1)), [1, 2]);
        assert_eq!([0, 1].map(|axis| Padding::Valid.positions(axis, 5, 3, 1)), [3, 3]);
    }

    #[test]
    fn causal_windows_end_at_their_step() {
        for (size, span, stride) in [(5, 3, 1), (6, 4, 2), (7, 1, 3), (1, 5, 1)] {
            let before = SequencePadding::Causal.before(size, span, stride);
            for position in 0..SequencePadding::Causal.positions(size, span, stride) {
                assert_eq!(position * stride + span - 1 - before, position * stride);
            }
        }
    }
}
