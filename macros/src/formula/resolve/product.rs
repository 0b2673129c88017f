//! What do `+`, `-`, `*` and `/` mean? Operations of the elements, or products of matrices.

use super::{Meaning, Scope};
use crate::errors;
use crate::formula::expression::{Expression, Kind, Operator};
use crate::formula::graph::{Axes, Binary, Extent, Matrix, Operation, Size, Value};
use crate::formula::size::{Length, Verdict};
use crate::identifier;
use crate::place::Place;

impl Scope<'_> {
    /// Returns the parameter that an expression is if it is a matrix, and whether it is transposed.
    pub(super) fn matrix(&mut self, expression: &Expression) -> Option<(Matrix, bool)> {
        match &expression.kind {
            Kind::Name(name) => {
                let word = identifier::plain(name);
                let entry = self.entries.iter_mut().rev().find(|entry| identifier::plain(&entry.name) == word)?;
                let Meaning::Matrix(matrix) = entry.meaning else { return None };
                entry.used = true;
                Some((matrix, false))
            }
            Kind::Call(name, arguments) if name == "transpose" => {
                let [argument] = arguments.as_slice() else { return None };
                self.matrix(argument).map(|(matrix, is_transposed)| (matrix, !is_transposed))
            }
            _ => None,
        }
    }

    /// Returns the elements of a parameter that is a matrix, for each row.
    pub(super) fn matrix_value(&mut self, matrix: Matrix, is_transposed: bool) -> Value {
        // Its columns are contiguous in memory.
        let axes = self.graph.axes(&[matrix.columns, matrix.rows]);
        let parameter = self.graph.push(Operation::Parameter(matrix.parameter, axes));
        let columns = self.graph.spread(Extent::Element(self.rows, axes), parameter);
        if is_transposed { columns } else { self.graph.transposed(columns) }
    }

    /// Adds a sum, difference, product or quotient of the elements, or a product of matrices.
    pub(super) fn binary(&mut self, operator: Operator, place: Place, sides: &[Expression; 2]) -> Option<Value> {
        if operator == Operator::Multiply {
            return self.multiplied(place, sides);
        }
        let [left, right] = sides;
        let (first, second) = (self.value(left), self.value(right));
        let values = [first?, second?];
        self.check_sizes(values, place, operator.symbol(), [&left.text, &right.text])?;
        let function = match operator {
            Operator::Add => Binary::Add,
            Operator::Subtract => Binary::Subtract,
            Operator::Multiply => Binary::Multiply,
            Operator::Divide => Binary::Divide,
        };
        Some(self.graph.binary(function, values[0], values[1]))
    }

    /// Adds a product: of the elements, or of matrices and vectors.
    fn multiplied(&mut self, place: Place, sides: &[Expression; 2]) -> Option<Value> {
        let [left, right] = sides;
        let texts = [&left.text, &right.text].map(String::as_str);
        if let Some(error) = self.nested_product(sides) {
            self.mention(&left.text);
            self.mention(&right.text);
            return self.report(error);
        }
        match (self.matrix(left), self.matrix(right)) {
            (Some(_), Some(_)) => return self.product_of_parameters(place, texts),
            (Some((matrix, is_transposed)), None) => {
                let value = self.value(right)?;
                if self.rank(value) < 2 {
                    return self.product(place, sides, (matrix, is_transposed), value);
                }
                let matrix = self.matrix_value(matrix, is_transposed);
                return self.matrix_product(place, texts, [matrix, value], [true, false]);
            }
            (None, Some((matrix, is_transposed))) => {
                let value = self.value(left)?;
                if self.rank(value) < 2 {
                    return self.vector_times(place, texts, value, (matrix, is_transposed));
                }
                return self.rows_times(place, texts, value, (matrix, is_transposed));
            }
            (None, None) => {}
        }
        self.of_values(place, sides)
    }

    /// Adds a product of two values, of which none is a parameter of rows.
    fn of_values(&mut self, place: Place, [left, right]: &[Expression; 2]) -> Option<Value> {
        let texts = [&left.text, &right.text].map(String::as_str);
        let (first, second) = (self.value(left), self.value(right));
        let values = [first?, second?];
        match values.map(|value| self.rank(value)) {
            // A function of numbers acts on every element.
            _ if self.alone => Some(self.graph.times(values[0], values[1])),
            [2, 2] => self.matrix_product(place, texts, values, [false, false]),
            [2, 1] => self.matrix_times_vector(place, texts, values),
            [1, 2] => {
                let sizes = self.graph.sizes(self.graph.extent(values[1]).axes().unwrap_or_default()).to_vec();
                self.report_matrix_on_the_right(place, texts, values[0], &sizes)
            }
            _ => {
                self.check_sizes(values, place, "*", texts)?;
                Some(self.graph.times(values[0], values[1]))
            }
        }
    }

    /// Adds the product of a parameter and a vector.
    fn product(
        &mut self,
        place: Place,
        [left, right]: &[Expression; 2],
        (matrix, is_transposed): (Matrix, bool),
        value: Value,
    ) -> Option<Value> {
        let (rows, columns) = if is_transposed { (matrix.columns, matrix.rows) } else { (matrix.rows, matrix.columns) };
        let wanted = self.size_words(columns);
        let texts = [&left.text, &right.text].map(String::as_str);
        let value = self.spread_value(value);
        let Extent::Element(_, axes) = self.graph.extent(value) else {
            return self.report(errors::matrix_times_number(place, texts, &wanted));
        };
        let &[size] = self.graph.sizes(axes) else { return None };
        match self.graph.compare(size, columns) {
            Verdict::Equal => {}
            Verdict::Unknown => self.compare(place, [size, columns], errors::compared_vector(texts)),
            Verdict::Different => {
                let (found, rows) = (self.size_words(size), self.size_words(rows));
                let name = self.graph.parameter_name(matrix.parameter).to_owned();
                let sizes = [&*wanted, &*found, &*rows];
                let vector = self.is_declared(right).then_some(&*right.text);
                return self.report(errors::wrong_vector(place, texts, sizes, &name, is_transposed, vector));
            }
        }
        Some(self.graph.product(matrix, is_transposed, value))
    }

    /// Returns whether an expression is the name of an input or a parameter.
    fn is_declared(&self, expression: &Expression) -> bool {
        let Kind::Name(name) = &expression.kind else { return false };
        let entry = self.entries.iter().rev().find(|entry| identifier::plain(&entry.name) == identifier::plain(name));
        entry.is_some_and(|entry| matches!(entry.role, "input" | "parameter"))
    }

    /// Adds the product of a matrix and a parameter: that of the transposed parameter and each row.
    fn rows_times(
        &mut self,
        place: Place,
        texts: [&str; 2],
        value: Value,
        (matrix, is_transposed): (Matrix, bool),
    ) -> Option<Value> {
        let value = self.spread_value(value);
        let axes = self.graph.extent(value).axes()?;
        let (inner, outer) = if is_transposed { (matrix.columns, matrix.rows) } else { (matrix.rows, matrix.columns) };
        let other = self.graph.axes(&[inner, outer]);
        let &[count, width] = self.graph.sizes(axes) else {
            let shapes = [self.shape_text(value), self.axes_text(other)];
            return self.report(errors::product_of_shapes(place, texts, [&shapes[0], &shapes[1]], None));
        };
        self.check_inner([width, inner], place, texts, [axes, other], [false, true])?;
        let outer_rows = self.graph.axes(&[count]);
        let rows = self.graph.joined_axes(self.rows, outer_rows);
        let vector = self.graph.axes(&[width]);
        let each = self.graph.view(Extent::Element(rows, vector), value);
        let product = self.graph.product(matrix, !is_transposed, each);
        let result = self.graph.axes(&[count, outer]);
        Some(self.graph.view(Extent::Element(self.rows, result), product))
    }

    /// Adds the product of two matrices of each row, of which some are parameters.
    fn matrix_product(
        &mut self,
        place: Place,
        texts: [&str; 2],
        values: [Value; 2],
        are_parameters: [bool; 2],
    ) -> Option<Value> {
        let values = values.map(|value| self.spread_value(value));
        let axes = values.map(|value| self.graph.extent(value).axes().unwrap_or_default());
        let sizes = axes.map(|axes| self.graph.sizes(axes).to_vec());
        let ([_, inner], [other, _]) = (sizes[0].as_slice(), sizes[1].as_slice()) else {
            let shapes = values.map(|value| self.shape_text(value));
            return self.report(errors::product_of_shapes(place, texts, [&shapes[0], &shapes[1]], None));
        };
        self.check_inner([*inner, *other], place, texts, axes, are_parameters)?;
        let untransposed = |graph: &crate::formula::graph::Graph, value| match graph.operation(value) {
            Operation::Transpose(original) => Some(original),
            _ => None,
        };
        let (left, right) = (untransposed(self.graph, values[0]), untransposed(self.graph, values[1]));
        let operation = match (left, right) {
            (_, Some(right)) => Operation::MatrixProduct([false, true], values[0], right),
            (Some(left), None) => Operation::MatrixProduct([true, false], left, values[1]),
            (None, None) => Operation::MatrixProduct([false, false], values[0], values[1]),
        };
        Some(self.graph.push(operation))
    }

    /// Adds the product of a matrix and a vector of each row.
    fn matrix_times_vector(&mut self, place: Place, texts: [&str; 2], values: [Value; 2]) -> Option<Value> {
        let [matrix, vector] = values.map(|value| self.spread_value(value));
        let axes = [matrix, vector].map(|value| self.graph.extent(value).axes().unwrap_or_default());
        let (&[rows, columns], &[len]) = (self.graph.sizes(axes[0]), self.graph.sizes(axes[1])) else { return None };
        self.check_inner([columns, len], place, texts, axes, [false, false])?;
        // As a matrix of one row, whose product with the transposed matrix has one row.
        let one = self.graph.computed(Length::number(1));
        let row = self.graph.axes(&[one, len]);
        let row = self.graph.view(Extent::Element(self.rows, row), vector);
        let product = match self.graph.operation(matrix) {
            Operation::Transpose(original) => Operation::MatrixProduct([false, false], row, original),
            _ => Operation::MatrixProduct([false, true], row, matrix),
        };
        let product = self.graph.push(product);
        let result = self.graph.axes(&[rows]);
        Some(self.graph.view(Extent::Element(self.rows, result), product))
    }

    /// Reports a product of matrices whose inner sizes differ.
    fn check_inner(
        &mut self,
        sizes: [Size; 2],
        place: Place,
        texts: [&str; 2],
        axes: [Axes; 2],
        are_parameters: [bool; 2],
    ) -> Option<()> {
        match self.graph.compare(sizes[0], sizes[1]) {
            Verdict::Equal => Some(()),
            Verdict::Unknown => {
                self.compare(place, sizes, errors::compared_matrices(texts));
                Some(())
            }
            Verdict::Different => {
                let shapes = axes.map(|axes| self.axes_text(axes));
                let help = self.product_that_fits(texts, axes, are_parameters);
                self.report(errors::product_of_shapes(place, texts, [&shapes[0], &shapes[1]], help.as_deref()));
                None
            }
        }
    }
}
