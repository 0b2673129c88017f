//! What does a formula compute? A graph of values without cycles, each of which occurs once.
//!
//! Adding a value simplifies it and finds an equal one. Derivatives are values of the same graph, so they share what the formula
//! computes, and one emitter serves both.

mod extents;
mod operation;
mod repetition;
mod simplify;
mod sizes;

use std::collections::HashMap;

use proc_macro2::{Ident, TokenStream};

pub(crate) use self::operation::{Axes, Binary, Extent, Matrix, Operation, Outer, Part, Reduction, Size, Unary, Value};
pub(crate) use self::repetition::{Back, Repetition};
use self::simplify::simplified;
pub(crate) use self::simplify::{exponentials, log_sum_exp};
pub(crate) use self::sizes::SizeText;
use super::size::Length;

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

    /// Adds an operation in its simplest form.
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
        let extent = self.extent_of(operation);
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

    /// Returns how a value is computed.
    pub(crate) fn operation(&self, value: Value) -> Operation {
        self.operations.get(value.0).copied().unwrap_or(Operation::Number(0))
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
