//! What flows between the layers: a shape of the library, and where ONNX has its axes.

/// An axis of a tensor of ONNX.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Axis {
    /// The batch.
    Batch,
    /// The axis of the shape at this index.
    Of(usize),
    /// An axis of size 1, which the shape does not have.
    One,
}

/// A shape of the library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Vector([usize; 1]),
    Image([usize; 3]),
    Sequence([usize; 2]),
    /// The second size is that of the vocabulary, which is no axis in ONNX.
    Tokens([usize; 2]),
}

/// A value between two layers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Value {
    /// Its shape.
    pub(super) shape: Shape,
    /// Its axes in ONNX.
    pub(super) axes: Vec<Axis>,
    /// For a vector whose elements ONNX has in another order: which of ours is at each place there.
    pub(super) order: Option<Vec<usize>>,
}

impl Shape {
    /// Returns its sizes.
    pub(super) fn sizes(&self) -> &[usize] {
        match self {
            Self::Vector(sizes) => sizes,
            Self::Image(sizes) => sizes,
            Self::Sequence(sizes) | Self::Tokens(sizes) => sizes,
        }
    }

    /// Returns the number of its elements.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Tokens([steps, _]) => *steps,
            other => other.sizes().iter().fold(1, |length, &size| length.saturating_mul(size)),
        }
    }

    /// Returns its axis of channels, features or values.
    pub(super) fn joined(&self) -> usize {
        match self {
            Self::Vector(_) | Self::Image(_) => 0,
            Self::Sequence(_) | Self::Tokens(_) => 1,
        }
    }

    /// Returns its source text.
    pub(super) fn text(&self) -> String {
        let name = match self {
            Self::Vector(_) => "Vector",
            Self::Image(_) => "Image",
            Self::Sequence(_) => "Sequence",
            Self::Tokens(_) => "Tokens",
        };
        let sizes: Vec<_> = self.sizes().iter().map(usize::to_string).collect();
        format!("{name}<{}>", sizes.join(", "))
    }
}

impl Value {
    /// Returns a value whose axes follow the batch in ONNX, as in its shape.
    pub(super) fn plain(shape: Shape) -> Self {
        let count = if let Shape::Tokens(_) = shape { 1 } else { shape.sizes().len() };
        Self { shape, axes: [Axis::Batch].into_iter().chain((0..count).map(Axis::Of)).collect(), order: None }
    }

    /// Returns a value with other axes.
    pub(super) fn with_axes(self, axes: Vec<Axis>) -> Self {
        Self { axes, ..self }
    }

    /// Returns which axis ONNX has at a place, which may count from the end.
    pub(super) fn place(&self, at: i64) -> Result<usize, String> {
        let count = self.axes.len();
        let from_end = usize::try_from(at.unsigned_abs()).unwrap_or(usize::MAX);
        let place = if at < 0 { count.checked_sub(from_end) } else { Some(from_end) };
        place
            .filter(|&place| place < count)
            .ok_or_else(|| format!("its axis {at} is none of its input, which has {count}"))
    }

    /// Returns the size of an axis of ONNX; `None` for the batch.
    pub(super) fn size(&self, axis: Axis) -> Option<usize> {
        match axis {
            Axis::Batch => None,
            Axis::Of(at) => self.shape.sizes().get(at).copied(),
            Axis::One => Some(1),
        }
    }

    /// Returns which of our elements ONNX has at each place of a sample, unless they are in the same order.
    pub(super) fn flat_order(&self) -> Option<Vec<usize>> {
        if self.order.is_some() {
            return self.order.clone();
        }
        let axes: Vec<usize> =
            self.axes.iter().filter_map(|axis| if let Axis::Of(at) = axis { Some(*at) } else { None }).collect();
        if axes.is_sorted() {
            return None;
        }
        let sizes = self.shape.sizes();
        let stride = |axis: usize| sizes[axis + 1..].iter().product::<usize>();
        let ours = |mut at: usize| {
            let mut ours = 0;
            for &axis in axes.iter().rev() {
                ours += at % sizes[axis] * stride(axis);
                at /= sizes[axis];
            }
            ours
        };
        Some((0..self.shape.len()).map(ours).collect())
    }

    /// Returns its axes in words, for a message: `[batch, 3, 8, 8]`.
    pub(super) fn text(&self) -> String {
        let size = |axis: &Axis| self.size(*axis).map_or_else(|| "batch".to_owned(), |size| size.to_string());
        format!("[{}]", self.axes.iter().map(size).collect::<Vec<_>>().join(", "))
    }
}
