//! Which product was meant by one that does not exist?

use super::Scope;
use crate::errors;
use crate::formula::expression::{Expression, Kind, Operator};
use crate::formula::graph::{Axes, Matrix, Size, Value};
use crate::formula::size::Verdict;
use crate::place::Place;

impl Scope<'_> {
    /// Returns what is wrong with a product of which one side is the product of two parameters.
    pub(super) fn nested_product(&mut self, [left, right]: &[Expression; 2]) -> Option<syn::Error> {
        let mut factors = |side: &Expression| match &side.kind {
            Kind::Binary(Operator::Multiply, place, sides) => {
                let [first, second] = &**sides;
                let both = self.matrix(first).is_some() && self.matrix(second).is_some();
                both.then(|| (*place, [first.text.clone(), second.text.clone()]))
            }
            _ => None,
        };
        if let Some((place, [first, second])) = factors(right) {
            let instead = format!("({} * {first}) * {second}", bracketed(&left.text));
            return Some(errors::product_of_matrices(place, [&first, &second], &instead));
        }
        let (place, [first, second]) = factors(left)?;
        let instead = format!("{first} * ({second} * {})", bracketed(&right.text));
        Some(errors::product_of_matrices(place, [&first, &second], &instead))
    }

    /// Reports the product of two parameters.
    pub(super) fn product_of_parameters(&mut self, place: Place, [left, right]: [&str; 2]) -> Option<Value> {
        let instead = format!("{} * ({right} * x)", bracketed(left));
        self.report(errors::product_of_matrices(place, [left, right], &instead))
    }

    /// Reports the product of a vector or a number and a parameter.
    pub(super) fn vector_times(
        &mut self,
        place: Place,
        texts: [&str; 2],
        value: Value,
        (matrix, is_transposed): (Matrix, bool),
    ) -> Option<Value> {
        let sizes = if is_transposed { [matrix.columns, matrix.rows] } else { [matrix.rows, matrix.columns] };
        if self.rank(value) == 1 {
            return self.report_matrix_on_the_right(place, texts, value, &sizes);
        }
        let vector = self.vector_text(sizes[1]);
        self.report(errors::number_times_matrix(place, texts, &vector))
    }

    /// Reports the product of a vector and a matrix with these rows and columns.
    pub(super) fn report_matrix_on_the_right(
        &mut self,
        place: Place,
        [left, right]: [&str; 2],
        vector: Value,
        sizes: &[Size],
    ) -> Option<Value> {
        let len = self.graph.first_size(vector);
        let plain = right.strip_prefix("transpose(").and_then(|rest| rest.strip_suffix(')'));
        let transposed = plain.map_or_else(|| format!("transpose({right})"), str::to_owned);
        let vector = bracketed(left);
        let written = [format!("`{} * {vector}`", bracketed(right)), format!("`{transposed} * {vector}`")];
        let fits = |size: Option<&Size>| size.is_some_and(|&size| self.graph.compare(size, len) != Verdict::Different);
        let fitting: Vec<_> = written.iter().zip([fits(sizes.get(1)), fits(sizes.first())]).collect();
        let any = fitting.iter().any(|&(_, fits)| fits);
        let chosen: Vec<_> =
            fitting.into_iter().filter(|&(_, fits)| fits || !any).map(|(written, _)| written.as_str()).collect();
        self.report(errors::matrix_on_the_right(place, right, &chosen.join(" or ")))
    }

    /// Returns a product of the same values that exists. The rows of a value stay on the left of a parameter.
    pub(super) fn product_that_fits(
        &self,
        [left, right]: [&str; 2],
        axes: [Axes; 2],
        are_parameters: [bool; 2],
    ) -> Option<String> {
        let [first, second] = axes.map(|axes| self.graph.sizes(axes));
        let equal = |left: Option<&Size>, right: Option<&Size>| match (left, right) {
            (Some(&left), Some(&right)) => self.graph.compare(left, right) == Verdict::Equal,
            _ => false,
        };
        let transposed = |text: &str| {
            let plain = text.strip_prefix("transpose(").and_then(|rest| rest.strip_suffix(')'));
            let plain = plain.filter(|plain| !plain.contains(['(', ')']));
            plain.map_or_else(|| format!("transpose({text})"), str::to_owned)
        };
        let (l, r) = (bracketed(left), bracketed(right));
        let exchanged = [
            (second.get(1), first.get(1), format!("{r} * {}", transposed(left))),
            (second.get(1), first.first(), format!("{r} * {l}")),
        ];
        let kept = [
            (first.get(1), second.get(1), format!("{l} * {}", transposed(right))),
            (first.first(), second.first(), format!("{} * {r}", transposed(left))),
        ];
        let is_same = first.len() == second.len() && first.iter().zip(second).all(|(l, r)| equal(Some(l), Some(r)));
        let products = if are_parameters == [true, false] && second.len() == 2 {
            exchanged.into_iter().chain(kept).collect::<Vec<_>>()
        } else if second.len() == 2 {
            kept.into_iter().chain(exchanged).collect()
        } else {
            kept.into_iter().skip(1).collect()
        };
        let product = products.into_iter().find(|(left, right, _)| equal(*left, *right)).map(|(_, _, text)| text);
        if is_same {
            let elements = format!("component_mul({left}, {right})");
            return Some(product.map_or(elements.clone(), |product| {
                format!("{elements}` for the products of the elements, or `{product}")
            }));
        }
        product
    }
}

/// Returns an expression as a factor.
fn bracketed(text: &str) -> String {
    let mut depth = 0_usize;
    let is_sum = text.chars().enumerate().any(|(index, letter)| {
        match letter {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && matches!(letter, '+' | '-' | '*' | '/') && index > 0
    });
    if is_sum || text.starts_with('-') { format!("({text})") } else { text.to_owned() }
}
