//! What can a value of a formula be, and what are its dimensions?

/// A value of the graph. Its arguments were added before it, so they compare less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Value(pub(super) usize);

/// The length of an axis, as an index into the sizes of a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Size(pub(super) usize);

/// The lengths of several axes, as an index into those of a graph.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Axes(pub(super) usize);

impl Axes {
    /// No axes.
    pub(crate) const NONE: Self = Self(0);
}

/// The dimensions of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Extent {
    /// One number for all samples: a constant or a setting.
    Constant,
    /// Elements along axes, for all samples: a parameter.
    Shared(Axes),
    /// One number for each row of each sample. Without `each`, a sample is one row.
    Sample(Axes),
    /// Elements along axes (the second) for each row (the first) of each sample.
    Element(Axes, Axes),
}

impl Extent {
    /// Returns the axes of the elements, if it has more than one number.
    pub(crate) fn axes(self) -> Option<Axes> {
        match self {
            Self::Shared(axes) | Self::Element(_, axes) => Some(axes),
            Self::Constant | Self::Sample(_) => None,
        }
    }

    /// Returns the axes of the rows, if it is different for each sample.
    pub(crate) fn rows(self) -> Option<Axes> {
        match self {
            Self::Sample(rows) | Self::Element(rows, _) => Some(rows),
            Self::Constant | Self::Shared(_) => None,
        }
    }

    /// Returns the dimensions of elements along `axes`, or of a number.
    pub(crate) fn of(rows: Axes, axes: Axes) -> Self {
        if axes == Axes::NONE { Self::Sample(rows) } else { Self::Element(rows, axes) }
    }

    /// Returns the dimensions of a result of two values, whose axes agree.
    pub(super) fn joined(self, other: Self) -> Self {
        match (self.axes().or(other.axes()), self.rows().or(other.rows())) {
            (None, None) => Self::Constant,
            (None, Some(rows)) => Self::Sample(rows),
            (Some(axes), None) => Self::Shared(axes),
            (Some(axes), Some(rows)) => Self::Element(rows, axes),
        }
    }
}

/// Some of the rows of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Part {
    /// The first row.
    pub(crate) start: Size,
    /// The number of rows.
    pub(crate) len: Size,
    /// The number of rows of the whole value.
    pub(crate) whole: Size,
}

/// A matrix, as an index into the parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Matrix {
    pub(crate) parameter: usize,
    pub(crate) rows: Size,
    pub(crate) columns: Size,
}

/// A function of one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Unary {
    Negate,
    Exp,
    ExpMinusOne,
    Ln,
    LnOnePlus,
    Sqrt,
    /// The square root of a sum of squares, whose derivative at 0 is 0.
    Length,
    Absolute,
    Sin,
    Cos,
    Tanh,
    Sigmoid,
    Softplus,
    Erf,
}

/// A function of two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Maximum,
    Minimum,
    /// The first value, or the second where that is NaN.
    OrNan,
}

/// A function of all elements of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Reduction {
    Sum,
    Largest,
}

/// How a value is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Operation {
    /// The input with this index.
    Input(usize, Extent),
    /// The constant or setting with this index.
    Named(usize),
    /// A number, by its bits.
    Number(u64),
    Unary(Unary, Value),
    Binary(Binary, Value, Value),
    /// `yes` where `left < right`, else `no`. Values from `start` on were added for its branches.
    Select {
        left: Value,
        right: Value,
        yes: Value,
        no: Value,
        start: usize,
    },
    Reduce(Reduction, Value),
    /// The product of a matrix, or of its transpose, and a vector of each sample.
    Product(Matrix, bool, Value),
    /// The value, as a constant for derivatives.
    Detached(Value),
    /// A value of these dimensions whose elements are all the value, or those of a parameter.
    Spread(Extent, Value),
    /// The parameter with this index.
    Parameter(usize, Axes),
    /// The same elements with other axes or rows.
    View(Extent, Value),
    /// The value for every row of these, which have one axis more.
    Repeat(Axes, Value),
    /// The sum along the last axis of the rows, of which these remain.
    Collapse(Axes, Value),
    /// The value with rows and columns exchanged.
    Transpose(Value),
    /// Some rows of a value.
    Slice(Part, Value),
    /// A value that has these rows, and zeros elsewhere.
    Pad(Part, Value),
    /// The rows of one value and then those of another.
    Concat(Value, Value),
    /// The product of two matrices of each sample, the first or the second transposed, but not both.
    MatrixProduct([bool; 2], Value, Value),
    /// What a loop makes of the variable with this index.
    Looped(usize, usize),
    /// The variable with this index before each repetition of a loop.
    Trajectory(usize, usize),
    /// The derivative of what a loop starts from: its variables, and then what it captures.
    LoopedBack(usize, usize),
}

impl Operation {
    /// Returns the values from which it is computed, apart from those of loops.
    pub(super) fn arguments(self) -> Vec<Value> {
        match self {
            Self::Input(..)
            | Self::Named(_)
            | Self::Number(_)
            | Self::Parameter(..)
            | Self::Looped(..)
            | Self::Trajectory(..)
            | Self::LoopedBack(..) => Vec::new(),
            Self::Unary(_, value)
            | Self::Reduce(_, value)
            | Self::Product(.., value)
            | Self::Detached(value)
            | Self::Spread(_, value)
            | Self::View(_, value)
            | Self::Repeat(_, value)
            | Self::Collapse(_, value)
            | Self::Transpose(value)
            | Self::Slice(_, value)
            | Self::Pad(_, value) => vec![value],
            Self::Binary(_, left, right) | Self::Concat(left, right) | Self::MatrixProduct(_, left, right) => {
                vec![left, right]
            }
            Self::Select { left, right, yes, no, .. } => vec![left, right, yes, no],
        }
    }
}

impl Operation {
    /// Returns whether it moves or combines elements, so that its arguments have to be in memory.
    pub(crate) fn is_of_arrays(self) -> bool {
        matches!(
            self,
            Self::Product(..)
                | Self::MatrixProduct(..)
                | Self::View(..)
                | Self::Repeat(..)
                | Self::Collapse(..)
                | Self::Transpose(_)
                | Self::Slice(..)
                | Self::Pad(..)
                | Self::Concat(..)
                | Self::Looped(..)
                | Self::LoopedBack(..)
        )
    }
}

/// The derivative of a matrix: the sum over the samples of the products of each element of `left` and each of `right`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outer {
    pub(crate) matrix: Matrix,
    /// A vector of as many elements as the matrix has rows.
    pub(crate) left: Value,
    /// A vector of as many elements as the matrix has columns.
    pub(crate) right: Value,
}
