//! Arithmetic with constants: sizes, numbers such as 1 / √D, and masks.

use crate::onnx::model::{Attribute, Node};
use crate::onnx::sizes::{OPEN, place};
use crate::onnx::tensor::{Elements, Kind, Tensor};

use super::MOST;

/// Returns what a node computes from constants.
pub(super) fn computed(node: &Node, inputs: &[&Tensor]) -> Option<Tensor> {
    match (node.operator.as_str(), inputs) {
        (operator, [one]) => match operator {
            "Sqrt" => Some(one.map(f64::sqrt)).filter(|root| root.values().is_some()),
            "Neg" => Some(integers_or_numbers(one, i64::wrapping_neg, |x| -x)),
            "Not" => Some(integers_or_numbers(one, |n| i64::from(n == 0), |x| x)),
            "Trilu" => triangle(node, one, 0),
            _ => None,
        },
        ("Trilu", [matrix, diagonal]) => triangle(node, matrix, only(diagonal)?),
        ("Expand", [tensor, sizes]) => {
            let sizes: Vec<usize> = sizes.indices()?.iter().map(|&n| usize::try_from(n).ok()).collect::<Option<_>>()?;
            let sizes = common(&[&tensor.sizes, &sizes])?;
            Some(repeated(tensor, &sizes))
        }
        ("Gather", [tensor, index]) => gathered(node, tensor, index),
        ("Where", [condition, one, other]) => chosen(condition, one, other),
        ("Range", [from, to, step]) => range(only(from)?, only(to)?, only(step)?),
        (operator, [one, other]) => binary(operator, one, other),
        _ => None,
    }
}

fn only(tensor: &Tensor) -> Option<i64> {
    match tensor.indices()? {
        &[integer] => Some(integer),
        _ => None,
    }
}

fn integers_or_numbers(tensor: &Tensor, integer: fn(i64) -> i64, number: fn(f64) -> f64) -> Tensor {
    match &tensor.elements {
        Elements::Integers(all) => {
            Tensor::integers(all.iter().map(|&n| integer(n)).collect()).with_sizes(tensor.sizes.clone())
        }
        Elements::Numbers(..) => tensor.map(number),
    }
}

/// Returns the sizes that constants have together, each repeated along axes in which it has a size of 1.
fn common(all: &[&[usize]]) -> Option<Vec<usize>> {
    let count = all.iter().map(|sizes| sizes.len()).max()?;
    let mut together = vec![1; count];
    for sizes in all {
        for (size, &own) in together.iter_mut().skip(count - sizes.len()).zip(*sizes) {
            match (*size, own) {
                (1, own) => *size = own,
                (size, own) if own == 1 || own == size => {}
                _ => return None,
            }
        }
    }
    let length = together.iter().try_fold(1_usize, |length, &size| length.checked_mul(size))?;
    (length <= MOST).then_some(together)
}

/// Returns a tensor with larger sizes that fit its own.
fn repeated(tensor: &Tensor, sizes: &[usize]) -> Tensor {
    let missing = sizes.len() - tensor.sizes.len();
    let from = |mut at: usize| {
        let (mut from, mut stride) = (0, 1);
        for (axis, &size) in sizes.iter().enumerate().rev() {
            let own = if axis < missing { 1 } else { tensor.sizes[axis - missing] };
            from += if own == 1 { 0 } else { at % size * stride };
            stride *= own;
            at /= size;
        }
        from
    };
    tensor.gathered(sizes.to_vec(), from)
}

/// Returns what an operator gives for each pair of elements.
fn binary(operator: &str, one: &Tensor, other: &Tensor) -> Option<Tensor> {
    let sizes = common(&[&one.sizes, &other.sizes])?;
    let (one, other) = (repeated(one, &sizes), repeated(other, &sizes));
    let integers = |all: Option<Vec<i64>>| all.map(|all| Tensor::integers(all).with_sizes(sizes.clone()));
    match (&one.elements, &other.elements) {
        (Elements::Integers(one), Elements::Integers(other)) => {
            integers(one.iter().zip(other).map(|(&one, &other)| of_integers(operator, one, other)).collect())
        }
        (Elements::Numbers(kind, one), Elements::Numbers(_, other)) => {
            let pairs = || one.iter().copied().zip(other.iter().copied());
            if let Some(compared) = pairs().map(|(one, other)| compared(operator, one.partial_cmp(&other)?)).collect() {
                return integers(Some(compared));
            }
            let computed = pairs().map(|(one, other)| of_numbers(operator, one, other)).collect::<Option<_>>()?;
            Some(Tensor::numbers(*kind, sizes, computed))
        }
        _ => None,
    }
}

fn of_integers(operator: &str, one: i64, other: i64) -> Option<i64> {
    match operator {
        "Add" => one.checked_add(other),
        "Sub" => one.checked_sub(other),
        "Mul" => one.checked_mul(other),
        "Div" => one.checked_div(other),
        // Of sizes, which are not negative.
        "Mod" => one.checked_rem(other).filter(|_| one >= 0 && other > 0),
        "And" => Some(one & other),
        "Or" => Some(one | other),
        _ => compared(operator, one.cmp(&other)),
    }
}

fn compared(operator: &str, order: std::cmp::Ordering) -> Option<i64> {
    Some(i64::from(match operator {
        "Equal" => order.is_eq(),
        "Less" => order.is_lt(),
        "LessOrEqual" => order.is_le(),
        "Greater" => order.is_gt(),
        "GreaterOrEqual" => order.is_ge(),
        _ => return None,
    }))
}

fn of_numbers(operator: &str, one: f64, other: f64) -> Option<f64> {
    match operator {
        "Add" => Some(one + other),
        "Sub" => Some(one - other),
        "Mul" => Some(one * other),
        "Div" => Some(one / other),
        "Pow" => Some(one.powf(other)),
        _ => None,
    }
}

fn chosen(condition: &Tensor, one: &Tensor, other: &Tensor) -> Option<Tensor> {
    let sizes = common(&[&condition.sizes, &one.sizes, &other.sizes])?;
    let [condition, one, other] = [condition, one, other].map(|tensor| repeated(tensor, &sizes));
    let choices = condition.indices()?.iter();
    match (&one.elements, &other.elements) {
        (Elements::Numbers(kind, one), Elements::Numbers(_, other)) => {
            let chosen =
                choices.zip(one.iter().zip(other)).map(|(&is, (&one, &other))| if is != 0 { one } else { other });
            Some(Tensor::numbers(*kind, sizes, chosen.collect()))
        }
        (Elements::Integers(one), Elements::Integers(other)) => {
            let chosen =
                choices.zip(one.iter().zip(other)).map(|(&is, (&one, &other))| if is != 0 { one } else { other });
            Some(Tensor::integers(chosen.collect()).with_sizes(sizes))
        }
        _ => None,
    }
}

/// Returns a matrix with zeros above or below a diagonal.
fn triangle(node: &Node, matrix: &Tensor, diagonal: i64) -> Option<Tensor> {
    let &[.., rows, columns] = &matrix.sizes[..] else { return None };
    let is_upper = node.attributes.get("upper") != Some(&Attribute::Integer(0));
    let is_kept = |at: usize| {
        let [row, column] = [at / columns % rows, at % columns].map(|at| i64::try_from(at).unwrap_or(i64::MAX));
        let place = column.saturating_sub(row);
        if is_upper { place >= diagonal } else { place <= diagonal }
    };
    let sizes = matrix.sizes.clone();
    Some(match &matrix.elements {
        Elements::Numbers(kind, all) => {
            let kept = all.iter().enumerate().map(|(at, &number)| if is_kept(at) { number } else { 0.0 });
            Tensor::numbers(*kind, sizes, kept.collect())
        }
        Elements::Integers(all) => {
            let kept = all.iter().enumerate().map(|(at, &integer)| if is_kept(at) { integer } else { 0 });
            Tensor::integers(kept.collect()).with_sizes(sizes)
        }
    })
}

/// Returns the parts of a constant at some places along an axis.
fn gathered(node: &Node, tensor: &Tensor, index: &Tensor) -> Option<Tensor> {
    let axis = match node.attributes.get("axis") {
        Some(&Attribute::Integer(axis)) => axis,
        _ => 0,
    };
    let axis = place(axis, tensor.sizes.len())?;
    let count = tensor.sizes[axis];
    let taken: Vec<usize> = index.indices()?.iter().map(|&at| place(at, count)).collect::<Option<_>>()?;
    let (before, behind) = (&tensor.sizes[..axis], &tensor.sizes[axis + 1..]);
    let inner: usize = behind.iter().product();
    let sizes = [before, &index.sizes[..], behind].concat();
    let length = sizes.iter().try_fold(1_usize, |length, &size| length.checked_mul(size))?;
    let from = |at: usize| {
        let (outer, row, column) = (at / inner / taken.len(), at / inner % taken.len(), at % inner);
        (outer * count + taken[row]) * inner + column
    };
    (length <= MOST).then(|| tensor.gathered(sizes, from))
}

fn range(from: i64, to: i64, step: i64) -> Option<Tensor> {
    let is_small = step > 0 && to < OPEN && to.checked_sub(from)? / step < i64::try_from(MOST).ok()?;
    is_small.then(|| {
        let all = std::iter::successors(Some(from), |at| at.checked_add(step)).take_while(|&at| at < to);
        Tensor::integers(all.collect())
    })
}

/// Returns integers as numbers.
pub(super) fn numbers(tensor: &Tensor, kind: Kind) -> Option<Tensor> {
    let all = tensor.indices()?;
    let is_exact = all.iter().all(|n| n.unsigned_abs() < 1 << 24);
    #[allow(clippy::cast_precision_loss)]
    is_exact.then(|| Tensor::numbers(kind, tensor.sizes.clone(), all.iter().map(|&n| n as f64).collect()))
}
