//! What does a formula compute? A graph of values without cycles, each of which occurs once.
//!
//! Adding a value simplifies it and finds an equal one. Derivatives are values of the same graph, so they share what the formula
//! computes, and one emitter serves both.

mod simplify;

use std::collections::HashMap;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

use self::simplify::simplified;
pub(crate) use self::simplify::{exponentials, log_sum_exp};
use super::size::{Length, Verdict};

/// A value of the graph. Its arguments were added before it, so they compare less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Value(usize);

/// The length of an axis, as an index into the sizes of a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Size(usize);

/// The lengths of several axes, as an index into those of a graph.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Axes(usize);

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
    fn joined(self, other: Self) -> Self {
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
    fn arguments(self) -> Vec<Value> {
        match self {
            Self::Looped(..) | Self::Trajectory(..) | Self::LoopedBack(..) => Vec::new(),
            Self::Input(..) | Self::Named(_) | Self::Number(_) | Self::Parameter(..) => Vec::new(),
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

/// A loop whose number of repetitions only the compiler knows. Its body is computed from inputs of its own.
pub(crate) struct Repetition {
    pub(crate) start: Length,
    pub(crate) end: Length,
    /// The index in code, and as a number of each sample.
    pub(crate) index: Option<(Ident, Value)>,
    /// What its variables are before it.
    pub(crate) initial: Vec<Value>,
    /// The variables in its body.
    pub(crate) states: Vec<Value>,
    /// The values around it that its body reads, and what they are in the body.
    pub(crate) captures: Vec<[Value; 2]>,
    /// What its variables are after its body.
    pub(crate) results: Vec<Value>,
}

/// The way back through a loop.
pub(crate) struct Back {
    /// The loop.
    pub(crate) repetition: usize,
    /// The loop in whose body it is.
    pub(crate) within: Option<usize>,
    /// The derivatives of what the loop makes of its variables.
    pub(crate) slopes: Vec<Value>,
    /// The same in the body.
    pub(crate) seeds: Vec<Value>,
    /// The derivatives of the variables and of the captured values in the body.
    pub(crate) derivatives: Vec<Value>,
    /// The parameter and the derivative of its elements in the body.
    pub(crate) vectors: Vec<(usize, Value)>,
    /// The derivatives of products of matrices in the body.
    pub(crate) outers: Vec<Outer>,
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

/// A named constant: tokens of type `f64` in the code, and its name in mathematics.
pub(crate) struct Named {
    pub(crate) code: TokenStream,
    pub(crate) name: String,
}

/// The values of a formula and of its derivatives.
pub(crate) struct Graph {
    operations: Vec<Operation>,
    extents: Vec<Extent>,
    places: HashMap<Operation, Value>,
    /// The name that the user gave to a value.
    names: HashMap<Value, String>,
    inputs: Vec<String>,
    named: Vec<Named>,
    sizes: Vec<SizeText>,
    axes: Vec<Vec<Size>>,
    /// The const parameters of what is declared.
    const_parameters: Vec<Ident>,
    /// The axes whose number of elements divides something.
    reciprocals: Vec<Axes>,
    /// The sizes that are numbers in the formula.
    counts: Vec<Length>,
    /// The sizes that are mistakes, which were reported.
    mistaken: Vec<Size>,
    parameters: Vec<String>,
    pub(crate) repetitions: Vec<Repetition>,
    pub(crate) backs: Vec<Back>,
    /// The loops whose bodies derivatives are added to now, from the outermost on.
    pub(crate) within: Vec<usize>,
}

/// A size as it is written, its code, and how it compares.
#[derive(Clone)]
pub(crate) struct SizeText {
    pub(crate) text: String,
    pub(crate) code: TokenStream,
    pub(crate) length: Length,
}

/// Returns the name of a size as a number.
fn count_name(index: usize) -> Ident {
    format_ident!("size_{}", index + 1, span = Span::mixed_site())
}

/// Returns the name of the reciprocal of a number of elements.
fn reciprocal_name(index: usize) -> Ident {
    format_ident!("over_size_{}", index + 1, span = Span::mixed_site())
}

impl Graph {
    /// Returns an empty graph. `const_parameters` are those of what is declared.
    pub(crate) fn new(const_parameters: Vec<Ident>) -> Self {
        Self {
            operations: Vec::new(),
            extents: Vec::new(),
            places: HashMap::new(),
            names: HashMap::new(),
            inputs: Vec::new(),
            named: Vec::new(),
            sizes: Vec::new(),
            axes: vec![Vec::new()],
            const_parameters,
            reciprocals: Vec::new(),
            counts: Vec::new(),
            mistaken: Vec::new(),
            parameters: Vec::new(),
            repetitions: Vec::new(),
            backs: Vec::new(),
            within: Vec::new(),
        }
    }

    /// Returns the const parameters of what is declared.
    pub(crate) fn const_parameters(&self) -> &[Ident] {
        &self.const_parameters
    }

    /// Adds a size, or finds the equal one.
    pub(crate) fn size(&mut self, written: SizeText) -> Size {
        let known = self.sizes.iter().position(|size| size.length == written.length);
        Size(known.unwrap_or_else(|| {
            self.sizes.push(written);
            self.sizes.len() - 1
        }))
    }

    /// Adds a computed size, or finds the equal one.
    pub(crate) fn computed(&mut self, length: Length) -> Size {
        self.size(SizeText { text: length.text(), code: length.code(), length })
    }

    /// Returns a size as it is written.
    pub(crate) fn size_text(&self, size: Size) -> Option<&SizeText> {
        self.sizes.get(size.0)
    }

    /// Returns how a size compares.
    pub(crate) fn length(&self, size: Size) -> Length {
        self.size_text(size).map_or_else(|| Length::number(0), |size| size.length.clone())
    }

    /// Marks a size that is a mistake. It equals every other.
    pub(crate) fn mark_mistake(&mut self, size: Size) {
        self.mistaken.push(size);
    }

    /// Compares two sizes. One that is a mistake equals every other.
    pub(crate) fn compare(&self, left: Size, right: Size) -> Verdict {
        if self.mistaken.contains(&left) || self.mistaken.contains(&right) {
            return Verdict::Equal;
        }
        self.length(left).compare(&self.length(right), &self.const_parameters)
    }

    /// Returns whether a const parameter takes part in a size.
    pub(crate) fn is_generic(&self, size: Size) -> bool {
        self.length(size).mentions(&self.const_parameters)
    }

    /// Returns these axes.
    pub(crate) fn axes(&mut self, sizes: &[Size]) -> Axes {
        let known = self.axes.iter().position(|known| known == sizes);
        Axes(known.unwrap_or_else(|| {
            self.axes.push(sizes.to_vec());
            self.axes.len() - 1
        }))
    }

    /// Returns the lengths of axes.
    pub(crate) fn sizes(&self, axes: Axes) -> &[Size] {
        self.axes.get(axes.0).map_or(&[], Vec::as_slice)
    }

    /// Returns these axes after others.
    pub(crate) fn joined_axes(&mut self, first: Axes, second: Axes) -> Axes {
        let sizes = [self.sizes(first), self.sizes(second)].concat();
        self.axes(&sizes)
    }

    /// Returns the first axis and the others.
    pub(crate) fn split_axes(&mut self, axes: Axes) -> Option<(Size, Axes)> {
        let (&first, others) = self.sizes(axes).split_first()?;
        let others = others.to_vec();
        Some((first, self.axes(&others)))
    }

    /// Returns the axes without the last.
    pub(crate) fn outer_rows(&mut self, rows: Axes) -> Axes {
        let sizes = self.sizes(rows).split_last().map_or(Vec::new(), |(_, others)| others.to_vec());
        self.axes(&sizes)
    }

    /// Returns the length of the first axis of a value.
    pub(crate) fn first_size(&mut self, value: Value) -> Size {
        let axes = self.extent(value).axes().unwrap_or_default();
        let first = self.sizes(axes).first().copied();
        first.unwrap_or_else(|| self.computed(Length::number(1)))
    }

    /// Returns the code of a number of elements.
    pub(crate) fn count_code(&self, axes: Axes) -> TokenStream {
        let codes: Vec<_> =
            self.sizes(axes).iter().filter_map(|&size| self.size_text(size)).map(|size| &size.code).collect();
        match codes.as_slice() {
            [] => quote!(1),
            [first, others @ ..] => quote!(#first #(* #others)*),
        }
    }

    /// Returns the code of the number of elements per sample.
    pub(crate) fn len_code(&self, extent: Extent) -> TokenStream {
        let rows = extent.rows().unwrap_or_default();
        let axes = extent.axes().unwrap_or_default();
        match (rows, axes) {
            (Axes::NONE, axes) => self.count_code(axes),
            (rows, Axes::NONE) => self.count_code(rows),
            (rows, axes) => {
                let (rows, axes) = (self.count_code(rows), self.count_code(axes));
                quote!(#rows * #axes)
            }
        }
    }

    /// Returns the number of elements in words.
    pub(crate) fn count_text(&self, axes: Axes) -> String {
        let texts: Vec<_> =
            self.sizes(axes).iter().filter_map(|&size| self.size_text(size)).map(|size| size.text.as_str()).collect();
        texts.join(" * ")
    }

    /// Adds one over a number of elements.
    pub(crate) fn reciprocal(&mut self, axes: Axes) -> Value {
        let known = self.reciprocals.iter().position(|&known| known == axes);
        let index = known.unwrap_or_else(|| {
            self.reciprocals.push(axes);
            self.reciprocals.len() - 1
        });
        let field = reciprocal_name(index);
        let text = self.count_text(axes);
        let text = if self.sizes(axes).len() > 1 { format!("({text})") } else { text };
        self.constant(format!("1/{text}"), quote!(self.0.#field))
    }

    /// Adds a size as a number.
    pub(crate) fn count(&mut self, length: Length) -> Value {
        if let Some(number) = length.as_number() {
            #[expect(clippy::cast_precision_loss, reason = "a size is far below 2^53")]
            return self.number(number as f64);
        }
        let known = self.counts.iter().position(|known| *known == length);
        let index = known.unwrap_or_else(|| {
            self.counts.push(length.clone());
            self.counts.len() - 1
        });
        let field = count_name(index);
        self.constant(length.text(), quote!(self.0.#field))
    }

    /// Returns the names and the values of the constants that are made from sizes, of type `f64`.
    pub(crate) fn constants_of_sizes(&self) -> Vec<(Ident, TokenStream)> {
        let code = |(index, length): (usize, &Length)| {
            let count = length.code();
            (count_name(index), quote!(#count as f64))
        };
        let counts = self.counts.iter().enumerate().map(code);
        self.reciprocals().into_iter().chain(counts).collect()
    }

    fn reciprocals(&self) -> Vec<(Ident, TokenStream)> {
        let code = |(index, &axes)| {
            let count = self.count_code(axes);
            let count = if self.sizes(axes).len() == 1 { count } else { quote!((#count)) };
            (reciprocal_name(index), quote!(1.0 / #count as f64))
        };
        self.reciprocals.iter().enumerate().map(code).collect()
    }

    /// Adds the product of a matrix, or of its transpose, and a vector.
    pub(crate) fn product(&mut self, matrix: Matrix, is_transposed: bool, value: Value) -> Value {
        self.push(Operation::Product(matrix, is_transposed, value))
    }

    /// Returns the value with these dimensions: itself, or a copy that has an element at each position.
    pub(crate) fn spread(&mut self, extent: Extent, value: Value) -> Value {
        if self.extent(value) == extent { value } else { self.push(Operation::Spread(extent, value)) }
    }

    /// Returns the value as a vector of each row: itself, or a copy that has an element at each position.
    pub(crate) fn spread_vector(&mut self, size: Size, value: Value) -> Value {
        let axes = self.axes(&[size]);
        match self.extent(value) {
            Extent::Element(..) => value,
            extent => self.spread(Extent::Element(extent.rows().unwrap_or_default(), axes), value),
        }
    }

    /// Returns the same elements with other dimensions.
    pub(crate) fn view(&mut self, extent: Extent, value: Value) -> Value {
        let seen = match self.operation(value) {
            Operation::View(_, seen) => seen,
            _ => value,
        };
        if self.extent(seen) == extent { seen } else { self.push(Operation::View(extent, seen)) }
    }

    /// Returns the value whose elements a view has, or the value itself.
    pub(crate) fn seen(&self, mut value: Value) -> Value {
        while let Operation::View(_, seen) = self.operation(value) {
            value = seen;
        }
        value
    }

    /// Returns the matrix with rows and columns exchanged.
    pub(crate) fn transposed(&mut self, value: Value) -> Value {
        match self.operation(value) {
            Operation::Transpose(original) => original,
            _ => self.push(Operation::Transpose(value)),
        }
    }

    /// Returns whether a value is a parameter.
    pub(crate) fn is_parameter(&self, value: Value) -> bool {
        matches!(self.operation(value), Operation::Parameter(..))
    }

    /// Returns the product and the parameter of which a value is the sum.
    pub(crate) fn as_biased_product(&self, value: Value) -> Option<(Value, Value)> {
        let Operation::Binary(Binary::Add, left, right) = self.operation(value) else {
            return None;
        };
        let is_product = |value| matches!(self.operation(value), Operation::Product(_, false, _));
        match (is_product(left), is_product(right)) {
            (true, _) if self.is_parameter(right) => Some((left, right)),
            (_, true) if self.is_parameter(left) => Some((right, left)),
            _ => None,
        }
    }

    /// Adds an input.
    pub(crate) fn input(&mut self, name: impl Into<String>, extent: Extent) -> Value {
        self.inputs.push(name.into());
        self.push(Operation::Input(self.inputs.len() - 1, extent))
    }

    /// Adds a constant that the code knows by these tokens, of type `f64`.
    pub(crate) fn constant(&mut self, name: impl Into<String>, code: TokenStream) -> Value {
        let name = name.into();
        if let Some(known) = self.named.iter().position(|named| named.name == name) {
            return self.push(Operation::Named(known));
        }
        self.named.push(Named { code, name });
        self.push(Operation::Named(self.named.len() - 1))
    }

    /// Adds a number.
    pub(crate) fn number(&mut self, number: f64) -> Value {
        self.push(Operation::Number(number.to_bits()))
    }

    /// Adds a function of one value.
    pub(crate) fn unary(&mut self, function: Unary, value: Value) -> Value {
        self.add(Operation::Unary(function, value))
    }

    /// Adds a function of two values.
    pub(crate) fn binary(&mut self, function: Binary, left: Value, right: Value) -> Value {
        self.add(Operation::Binary(function, left, right))
    }

    /// Adds a function of all elements of a sample.
    pub(crate) fn reduce(&mut self, reduction: Reduction, value: Value) -> Value {
        self.push(Operation::Reduce(reduction, value))
    }

    /// Adds a value that is a constant for derivatives.
    pub(crate) fn detached(&mut self, value: Value) -> Value {
        self.push(Operation::Detached(value))
    }

    /// Adds `yes` where `left < right`, and `no` elsewhere. The branches were added when the graph had at least `start` values.
    pub(crate) fn select(&mut self, [left, right]: [Value; 2], yes: Value, no: Value, start: usize) -> Value {
        if yes == no {
            return yes;
        }
        self.push(Operation::Select { left, right, yes, no, start })
    }

    /// Returns the sum of two values.
    pub(crate) fn plus(&mut self, left: Value, right: Value) -> Value {
        self.binary(Binary::Add, left, right)
    }

    /// Returns the difference of two values.
    pub(crate) fn minus(&mut self, left: Value, right: Value) -> Value {
        self.binary(Binary::Subtract, left, right)
    }

    /// Returns the product of two values.
    pub(crate) fn times(&mut self, left: Value, right: Value) -> Value {
        self.binary(Binary::Multiply, left, right)
    }

    /// Returns the quotient of two values.
    pub(crate) fn over(&mut self, left: Value, right: Value) -> Value {
        self.binary(Binary::Divide, left, right)
    }

    fn add(&mut self, operation: Operation) -> Value {
        if let Some(value) = simplified(self, operation) {
            return value;
        }
        self.push(operation)
    }

    /// Adds an operation as it is, or finds the equal one.
    pub(crate) fn push(&mut self, operation: Operation) -> Value {
        if let Some(&value) = self.places.get(&operation) {
            return value;
        }
        let extent = match operation {
            Operation::Input(_, extent) => extent,
            Operation::Named(_) | Operation::Number(_) => Extent::Constant,
            Operation::Parameter(_, axes) => Extent::Shared(axes),
            Operation::Spread(extent, _) | Operation::View(extent, _) => extent,
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
        };
        let value = Value(self.operations.len());
        self.operations.push(operation);
        self.extents.push(extent);
        self.places.insert(operation, value);
        value
    }

    /// Returns the values from which a value is computed.
    pub(crate) fn arguments(&self, value: Value) -> Vec<Value> {
        let first = |operation: Operation| self.places.get(&operation).copied().into_iter().collect::<Vec<_>>();
        match self.operation(value) {
            Operation::Looped(repetition, 0) => self.repetitions.get(repetition).map_or_else(Vec::new, |repetition| {
                let captures = repetition.captures.iter().map(|&[outside, _]| outside);
                repetition.initial.iter().copied().chain(captures).collect()
            }),
            Operation::Looped(repetition, _) => first(Operation::Looped(repetition, 0)),
            Operation::LoopedBack(back, 0) => self.backs.get(back).map_or_else(Vec::new, |back| {
                let captures = self.repetitions.get(back.repetition).map_or(&[][..], |of| of.captures.as_slice());
                let looped = first(Operation::Looped(back.repetition, 0));
                back.slopes.iter().copied().chain(captures.iter().map(|&[outside, _]| outside)).chain(looped).collect()
            }),
            Operation::LoopedBack(back, _) => first(Operation::LoopedBack(back, 0)),
            operation => operation.arguments(),
        }
    }

    /// Returns what the ways back in the body of a loop give first, or in none.
    pub(crate) fn backs_within(&self, repetition: Option<usize>) -> Vec<Value> {
        let backs = self.backs.iter().enumerate().filter(|(_, back)| back.within == repetition);
        backs.filter_map(|(index, _)| self.value_of(Operation::LoopedBack(index, 0))).collect()
    }

    /// Returns the parameters whose gradients a way back adds to, also in loops of its body.
    pub(crate) fn parameters_of(&self, back: &Back) -> Vec<usize> {
        let vectors = back.vectors.iter().map(|&(index, _)| index);
        let mut parameters: Vec<_> = vectors.chain(back.outers.iter().map(|outer| outer.matrix.parameter)).collect();
        for inner in self.backs.iter().filter(|inner| inner.within == Some(back.repetition)) {
            parameters.extend(self.parameters_of(inner));
        }
        parameters
    }

    fn state_extent(&self, repetition: usize, index: usize) -> Extent {
        let state = self.repetitions.get(repetition).and_then(|repetition| repetition.states.get(index));
        state.map_or(Extent::Constant, |&state| self.extent(state))
    }

    /// Returns the dimensions of a variable before each repetition.
    fn trajectory_extent(&mut self, repetition: usize, index: usize) -> Extent {
        let count = self.repetitions.get(repetition).and_then(|repetition| repetition.end.minus(&repetition.start));
        let count = self.computed(count.unwrap_or_else(|| Length::number(1)));
        let state = self.state_extent(repetition, index);
        let axes = self.axes(&[count]);
        let axes = self.joined_axes(axes, state.axes().unwrap_or_default());
        Extent::Element(state.rows().unwrap_or_default(), axes)
    }

    fn rows(&self, value: Value) -> Axes {
        self.extent(value).rows().unwrap_or_default()
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

    /// Returns how a value is computed.
    pub(crate) fn operation(&self, value: Value) -> Operation {
        self.operations.get(value.0).copied().unwrap_or(Operation::Number(0))
    }

    /// Returns the dimensions of a value.
    pub(crate) fn extent(&self, value: Value) -> Extent {
        self.extents.get(value.0).copied().unwrap_or(Extent::Constant)
    }

    /// Returns the number, if the value is one.
    pub(crate) fn as_number(&self, value: Value) -> Option<f64> {
        match self.operation(value) {
            Operation::Number(bits) => Some(f64::from_bits(bits)),
            _ => None,
        }
    }

    /// Returns the value that an operation gives, if it was added.
    pub(crate) fn value_of(&self, operation: Operation) -> Option<Value> {
        self.places.get(&operation).copied()
    }

    /// Returns the number of values.
    pub(crate) fn len(&self) -> usize {
        self.operations.len()
    }

    /// Returns whether a value was among the first `count`.
    pub(crate) fn is_before(value: Value, count: usize) -> bool {
        value.0 < count
    }

    /// Names a value as the user did. The first name stays.
    pub(crate) fn name(&mut self, value: Value, name: &str) {
        if !self.arguments(value).is_empty() {
            self.names.entry(value).or_insert_with(|| name.to_owned());
        }
    }

    /// Returns the user's name of a value.
    pub(crate) fn user_name(&self, value: Value) -> Option<&str> {
        self.names.get(&value).map(String::as_str)
    }

    /// Returns the name of an input.
    pub(crate) fn input_name(&self, input: usize) -> &str {
        self.inputs.get(input).map_or("", String::as_str)
    }

    /// Names a parameter, for mathematics.
    pub(crate) fn parameter(&mut self, name: String) -> usize {
        self.parameters.push(name);
        self.parameters.len() - 1
    }

    /// Returns the name of a parameter.
    pub(crate) fn parameter_name(&self, parameter: usize) -> &str {
        self.parameters.get(parameter).map_or("", String::as_str)
    }

    /// Returns a named constant.
    pub(crate) fn named(&self, index: usize) -> Option<&Named> {
        self.named.get(index)
    }

    /// Returns the values from which `roots` are computed, in order, with the roots. `stop` tells which values are given.
    pub(crate) fn needed(&self, roots: &[Value], stop: impl Fn(Value) -> bool) -> Vec<Value> {
        let mut needed = vec![false; self.len()];
        for root in roots {
            if let Some(place) = needed.get_mut(root.0) {
                *place = true;
            }
        }
        for index in (0..self.len()).rev() {
            let value = Value(index);
            if needed.get(index) == Some(&true) && !stop(value) {
                for argument in self.arguments(value) {
                    if let Some(place) = needed.get_mut(argument.0) {
                        *place = true;
                    }
                }
            }
        }
        (0..self.len()).map(Value).filter(|value| needed.get(value.0) == Some(&true)).collect()
    }

    /// Returns whether `value` is computed from `from`, or is it.
    pub(crate) fn depends(&self, value: Value, from: Value) -> bool {
        self.needed(&[value], |_| false).contains(&from)
    }
}
