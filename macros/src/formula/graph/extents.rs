//! What are the dimensions of a value? They follow from those of its arguments.

use super::{Axes, Extent, Graph, Operation, Value};

impl Graph {
    /// Returns the dimensions of a value.
    pub(crate) fn extent(&self, value: Value) -> Extent {
        self.extents.get(value.0).copied().unwrap_or(Extent::Constant)
    }

    /// Returns the axes of the rows of a value: none if it is the same for each sample.
    fn rows(&self, value: Value) -> Axes {
        self.extent(value).rows().unwrap_or_default()
    }

    /// Returns the dimensions of what an operation gives.
    pub(super) fn extent_of(&mut self, operation: Operation) -> Extent {
        match operation {
            Operation::Named(_) | Operation::Number(_) => Extent::Constant,
            Operation::Parameter(_, axes) => Extent::Shared(axes),
            Operation::Input(_, extent) | Operation::Spread(extent, _) | Operation::View(extent, _) => extent,
            Operation::Looped(repetition, index) => self.state_extent(repetition, index),
            Operation::Trajectory(repetition, index) => self.trajectory_extent(repetition, index),
            Operation::LoopedBack(back, index) => {
                let derivatives = self.backs.get(back).and_then(|back| back.derivatives.get(index));
                derivatives.map_or(Extent::Constant, |&value| self.extent(value))
            }
            Operation::Reduce(_, value) => Extent::Sample(self.rows(value)),
            Operation::Product(matrix, is_transposed, vector) => {
                let axes = self.axes(&[if is_transposed { matrix.columns } else { matrix.rows }]);
                Extent::Element(self.rows(vector), axes)
            }
            Operation::Repeat(rows, value) | Operation::Collapse(rows, value) => {
                Extent::of(rows, self.extent(value).axes().unwrap_or_default())
            }
            Operation::Transpose(_)
            | Operation::Slice(..)
            | Operation::Pad(..)
            | Operation::Concat(..)
            | Operation::MatrixProduct(..) => {
                let axes = self.axes_of_arrays(operation);
                Extent::of(self.rows(operation.arguments().first().copied().unwrap_or(Value(0))), axes)
            }
            _ => {
                let extents = operation.arguments().into_iter().map(|value| self.extent(value));
                extents.fold(Extent::Constant, Extent::joined)
            }
        }
    }

    /// Returns the axes of what an operation gives that moves or combines elements.
    fn axes_of_arrays(&mut self, operation: Operation) -> Axes {
        let sizes = |graph: &Self, value| graph.sizes(graph.extent(value).axes().unwrap_or_default()).to_vec();
        let with_first = |graph: &Self, value, first| {
            let mut sizes = sizes(graph, value);
            if let Some(place) = sizes.first_mut() {
                *place = first;
            }
            sizes
        };
        let result = match operation {
            Operation::Transpose(value) => sizes(self, value).into_iter().rev().collect(),
            Operation::Slice(part, value) => with_first(self, value, part.len),
            Operation::Pad(part, value) => with_first(self, value, part.whole),
            Operation::Concat(first, second) => {
                let lengths = [first, second].map(|value| sizes(self, value).first().map(|&size| self.length(size)));
                let [Some(length), Some(other)] = lengths else { return Axes::NONE };
                let length = length.plus(&other).unwrap_or(length);
                let whole = self.computed(length);
                with_first(self, first, whole)
            }
            Operation::MatrixProduct([is_left, is_right], left, right) => {
                let (left, right) = (sizes(self, left), sizes(self, right));
                [left.get(usize::from(is_left)), right.get(usize::from(!is_right))]
                    .into_iter()
                    .flatten()
                    .copied()
                    .collect()
            }
            _ => Vec::new(),
        };
        self.axes(&result)
    }
}
