//! What does a formula compute? A graph of values without cycles, each of which occurs once.
//!
//! Adding a value simplifies it and finds an equal one. Derivatives are values of the same graph, so they share what the formula
//! computes, and one emitter serves both.

mod simplify;

use std::collections::HashMap;

use proc_macro2::TokenStream;

use self::simplify::simplified;
pub(crate) use self::simplify::{exponentials, log_sum_exp};

/// A value of the graph. Its arguments were added before it, so they compare less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Value(usize);

/// The length of a vector, as an index into the sizes of a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Size(usize);

/// The dimensions of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Extent {
    /// One number for all samples: a constant or a setting.
    Constant,
    /// A vector for all samples: a parameter.
    Shared(Size),
    /// One number for each sample.
    Sample,
    /// A vector for each sample.
    Element(Size),
}

impl Extent {
    /// Returns the length, if it is a vector.
    pub(crate) fn size(self) -> Option<Size> {
        match self {
            Self::Shared(size) | Self::Element(size) => Some(size),
            Self::Constant | Self::Sample => None,
        }
    }

    /// Returns the dimensions of a result of two values, whose lengths agree.
    fn joined(self, other: Self) -> Self {
        let differs = |extent| matches!(extent, Self::Sample | Self::Element(_));
        match (self.size().or(other.size()), differs(self) || differs(other)) {
            (None, false) => Self::Constant,
            (None, true) => Self::Sample,
            (Some(size), false) => Self::Shared(size),
            (Some(size), true) => Self::Element(size),
        }
    }
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
    /// A vector of each sample whose elements are all the value, or those of a parameter.
    Spread(Size, Value),
    /// A number of each sample that is the value.
    PerSample(Value),
    /// The parameter with this index, a vector.
    Parameter(usize, Size),
}

impl Operation {
    /// Returns the values from which it is computed.
    pub(crate) fn arguments(self) -> Vec<Value> {
        match self {
            Self::Input(..) | Self::Named(_) | Self::Number(_) | Self::Parameter(..) => Vec::new(),
            Self::Unary(_, value)
            | Self::Reduce(_, value)
            | Self::Product(.., value)
            | Self::Detached(value)
            | Self::Spread(_, value)
            | Self::PerSample(value) => {
                vec![value]
            }
            Self::Binary(_, left, right) => vec![left, right],
            Self::Select { left, right, yes, no, .. } => vec![left, right, yes, no],
        }
    }
}

/// A named constant: tokens of type `f64` in the code, and its name in mathematics.
pub(crate) struct Named {
    pub(crate) code: TokenStream,
    pub(crate) name: String,
}

/// The values of a formula and of its derivatives.
#[derive(Default)]
pub(crate) struct Graph {
    operations: Vec<Operation>,
    extents: Vec<Extent>,
    places: HashMap<Operation, Value>,
    /// The name that the user gave to a value.
    names: HashMap<Value, String>,
    inputs: Vec<String>,
    named: Vec<Named>,
    sizes: Vec<SizeText>,
    /// The sizes that are mistakes, which were reported.
    mistaken: Vec<Size>,
    parameters: Vec<String>,
}

/// A size as it is written, and code of type `f64` for its reciprocal.
#[derive(Clone)]
pub(crate) struct SizeText {
    pub(crate) text: String,
    pub(crate) code: TokenStream,
    pub(crate) reciprocal: TokenStream,
    /// Whether the macro can compare it: it is a number or a const parameter.
    pub(crate) is_known: bool,
}

impl Graph {
    /// Returns an empty graph.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds a size, or finds the equal one.
    pub(crate) fn size(&mut self, written: SizeText) -> Size {
        let known = self.sizes.iter().position(|size| size.text == written.text);
        Size(known.unwrap_or_else(|| {
            self.sizes.push(written);
            self.sizes.len() - 1
        }))
    }

    /// Returns a size as it is written.
    pub(crate) fn size_text(&self, size: Size) -> Option<&SizeText> {
        self.sizes.get(size.0)
    }

    /// Marks a size that is a mistake. It equals every other.
    pub(crate) fn mark_mistake(&mut self, size: Size) {
        self.mistaken.push(size);
    }

    /// Returns whether two sizes are the same, or one of them is a mistake.
    pub(crate) fn are_equal(&self, left: Size, right: Size) -> bool {
        left == right || self.mistaken.contains(&left) || self.mistaken.contains(&right)
    }

    /// Returns whether the macro can compare two sizes: numbers, or a const parameter, which can be any number.
    pub(crate) fn are_known(&self, sizes: [Size; 2]) -> bool {
        let is = |size: Size, test: fn(&SizeText) -> bool| self.size_text(size).is_some_and(test);
        sizes.into_iter().all(|size| is(size, |size| size.is_known))
            || sizes.into_iter().any(|size| is(size, |size| size.is_known && size.text.parse::<usize>().is_err()))
    }

    /// Returns every size.
    pub(crate) fn sizes(&self) -> impl Iterator<Item = (Size, &SizeText)> {
        self.sizes.iter().enumerate().map(|(index, text)| (Size(index), text))
    }

    /// Adds one over a size.
    pub(crate) fn reciprocal(&mut self, size: Size) -> Value {
        match self.size_text(size).cloned() {
            Some(size) => self.constant(format!("1/{}", size.text), size.reciprocal),
            None => self.number(1.0),
        }
    }

    /// Adds the product of a matrix, or of its transpose, and a vector.
    pub(crate) fn product(&mut self, matrix: Matrix, is_transposed: bool, value: Value) -> Value {
        self.push(Operation::Product(matrix, is_transposed, value))
    }

    /// Returns the value as a vector of each sample.
    pub(crate) fn spread(&mut self, size: Size, value: Value) -> Value {
        match self.extent(value) {
            Extent::Element(_) => value,
            _ => self.push(Operation::Spread(size, value)),
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
            Operation::Parameter(_, size) => Extent::Shared(size),
            Operation::Spread(size, _) => Extent::Element(size),
            Operation::Reduce(..) | Operation::PerSample(_) => Extent::Sample,
            Operation::Product(matrix, is_transposed, _) => {
                Extent::Element(if is_transposed { matrix.columns } else { matrix.rows })
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
        if !self.operation(value).arguments().is_empty() {
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
                for argument in self.operation(value).arguments() {
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
