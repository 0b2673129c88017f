//! What is each value of an attention? It begins with the sequence, and ends with the projection of what all heads give.

use std::collections::BTreeMap;

use super::mask::{self, Mask};
use super::moved::{Along, Factor, Moved};
use super::weights::{Part, Parts, Projection};
use crate::onnx::Refusal;
use crate::onnx::fuse::TURN;
use crate::onnx::model::{Attribute, Graph, Node};
use crate::onnx::sizes::place;
use crate::onnx::tensor::Tensor;
use crate::onnx::value::{Axis, Value};

/// What a value of an attention is.
#[derive(Clone, Copy, Debug)]
enum What {
    /// The sequence.
    Input,
    /// A projection of it, by its index.
    Projected(usize),
    /// Products of queries and keys.
    Scores,
    /// Their softmax.
    Weights,
    /// What all heads give.
    Attended,
    /// The projection of that.
    Output,
}

#[derive(Clone, Debug)]
struct Seen {
    what: What,
    moved: Moved,
    /// By what a projection or the products are multiplied.
    scale: f64,
    /// Whether a projection turns with its step.
    turns: bool,
}

impl Seen {
    fn new(what: What, moved: Moved) -> Self {
        Self { what, moved, scale: 1.0, turns: false }
    }

    /// Returns a value whose last axis is cut into heads, which come before the steps, unless it has an axis of heads.
    fn of_heads(&self, heads: Option<&Attribute>) -> Result<Self, String> {
        let Some(&Attribute::Integer(heads)) = heads.filter(|_| self.moved.axes.len() == 3) else {
            return Ok(self.clone());
        };
        let cut = self.moved.reshaped(&[0, 0, heads, -1], false).and_then(|cut| cut.transposed(&[0, 2, 1, 3]));
        let moved = cut.ok_or("its heads do not divide the features")?;
        Ok(Self { moved, ..self.clone() })
    }

    /// Returns what all heads give, joined in the last axis.
    fn of_steps(&self) -> Option<Self> {
        let moved = self.moved.transposed(&[0, 2, 1, 3])?.reshaped(&[0, 0, -1], false)?;
        Some(Self { moved, ..self.clone() })
    }

    fn with_last_axes_swapped(&self) -> Self {
        let mut swapped = self.clone();
        if let [.., one, other] = &mut swapped.moved.axes[..] {
            std::mem::swap(one, other);
        }
        swapped
    }
}

/// Why a mask is refused.
const OTHER_MASK: &str =
    "it is in an attention, and masks other pairs of steps than `SelfAttention` does, which are all later ones or none";

/// An attention that is being read.
pub(super) struct Reading<'a> {
    graph: &'a Graph,
    seen: BTreeMap<&'a str, Seen>,
    steps: usize,
    /// Whether the batch is one sample, whose axis is not followed.
    is_single: bool,
    pub(super) parts: Parts,
}

impl<'a> Reading<'a> {
    /// Begins with the sequence.
    pub(super) fn new(graph: &'a Graph, start: &'a str, input: &Value, batch: Option<usize>) -> Self {
        let (sizes, is_single) = (input.shape.sizes(), batch == Some(1));
        let factors = |axis: &Axis| match axis {
            Axis::Batch if is_single => Vec::new(),
            Axis::Batch => vec![Factor { along: Along::Batch, size: batch, stride: 0 }],
            Axis::Of(0) => vec![Factor::new(Along::Steps, sizes[0])],
            Axis::Of(at) => vec![Factor::new(Along::Features, sizes[*at])],
            Axis::One => Vec::new(),
        };
        let sequence = Moved { axes: input.axes.iter().map(factors).collect(), first: 0 };
        let seen = BTreeMap::from([(start, Seen::new(What::Input, sequence))]);
        Self { graph, seen, steps: sizes[0], is_single, parts: Parts::new() }
    }

    /// Follows a node.
    pub(super) fn node(&mut self, node: &'a Node) -> Result<(), Refusal> {
        let given = self.given(node).map_err(|reason| node.refuse(reason))?;
        self.seen.extend(node.outputs.iter().map(String::as_str).zip(given));
        Ok(())
    }

    fn given(&mut self, node: &'a Node) -> Result<Vec<Seen>, String> {
        let read = self.graph.read_by(node).into_iter().map(|name| self.seen.get(name).cloned());
        let read: Option<Vec<Seen>> = read.collect();
        let one = match (node.operator.as_str(), read.as_deref()) {
            ("MatMul", Some([one, other])) => self.product(one, other)?,
            ("MatMul" | "Gemm", Some([one])) => self.projection(node, one)?,
            ("Attention", Some([queries, keys, values])) => self.whole(node, [queries, keys, values])?,
            ("Softmax", Some([scores])) => self.softmax(node, scores)?,
            ("Mul" | "Div", Some([one])) => self.scaled(node, one)?,
            ("Add" | "Where", Some([scores])) => self.masked(node, scores)?,
            (TURN, Some([one])) => self.turned(node, one)?,
            ("Dropout", Some([one])) => one.clone(),
            (_, Some([one])) => {
                let moved = one.moved.after(self.graph, node)?.into_iter();
                return Ok(moved.map(|moved| Seen { moved, ..one.clone() }).collect());
            }
            _ => return Err("it is in an attention, and reads what `SelfAttention` does not".to_owned()),
        };
        Ok(vec![one])
    }

    fn constant(&self, node: &Node, place: usize) -> Option<&'a Tensor> {
        self.graph.constants.get(node.inputs.get(place)?)
    }

    fn of_steps(&self, along: Along) -> [Factor; 1] {
        [Factor::new(along, self.steps)]
    }

    /// A product with a constant: the projection of the sequence, or that of what all heads give.
    fn projection(&mut self, node: &Node, read: &Seen) -> Result<Seen, String> {
        let projection = Projection::read(node, self.constant(node, 1), self.constant(node, 2))?;
        let [before @ .., last] = &read.moved.axes[..] else { return Err("its input has no axes".to_owned()) };
        let features = read.moved.features(last).filter(|_| !before.iter().flatten().any(Factor::is_of_features));
        let features = features
            .filter(|features| features.len() == projection.weight.sizes[1])
            .ok_or("it is in an attention, and projects a part of the features, or not those of the last axis")?;
        let outputs = projection.weight.sizes[0];
        let what = match read.what {
            What::Input => {
                self.parts.projections.push(projection);
                What::Projected(self.parts.projections.len() - 1)
            }
            What::Attended if outputs == features.len() => {
                self.parts.output = Some(projection.of_features(&features));
                What::Output
            }
            What::Attended => {
                return Err(format!(
                    "it projects the {} features of all heads to {outputs}, and `SelfAttention` gives as many as it takes",
                    features.len()
                ));
            }
            _ => return Err("it is in an attention, and projects something between its products".to_owned()),
        };
        let axes = before.iter().cloned().chain([vec![Factor::new(Along::Features, outputs)]]).collect();
        Ok(Seen::new(what, Moved { axes, first: 0 }))
    }

    /// A product of two values: that of queries and keys, or that of weights and values.
    fn product(&mut self, one: &Seen, other: &Seen) -> Result<Seen, String> {
        let (&[ref before @ .., ref rows, ref inner], &[ref other_before @ .., ref other_inner, ref columns]) =
            (&one.moved.axes[..], &other.moved.axes[..])
        else {
            return Err("it multiplies what has fewer than two axes".to_owned());
        };
        let is_same = |(one, other): (&Vec<Factor>, &Vec<Factor>)| {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.is_like(other))
        };
        if before.len() != other_before.len() || !before.iter().zip(other_before).all(is_same) {
            return Err("it multiplies values whose axes of samples and heads are different".to_owned());
        }
        let (steps, keys) = (self.of_steps(Along::Steps), self.of_steps(Along::Keys));
        let rows_of = |seen: &Seen, before: &[Vec<Factor>], last: &[Factor]| {
            seen.moved.features(before.iter().flatten().filter(|factor| factor.is_of_features()).chain(last))
        };
        match (one.what, other.what) {
            (What::Projected(query), What::Projected(key)) if *rows == steps && *columns == steps => {
                let both = [rows_of(one, before, inner), rows_of(other, other_before, other_inner)];
                self.queries_and_keys([(query, one), (key, other)], both, inner)?;
                let axes = before.iter().cloned().chain([steps.to_vec(), keys.to_vec()]).collect();
                Ok(Seen::new(What::Scores, Moved { axes, first: 0 }))
            }
            (What::Weights, What::Projected(value)) if *rows == steps && *inner == keys && *other_inner == steps => {
                self.values((value, other), rows_of(other, other_before, columns))?;
                let axes = before.iter().cloned().chain([steps.to_vec(), columns.clone()]).collect();
                Ok(Seen::new(What::Attended, joined(axes)))
            }
            _ => Err("it is in an attention, and is no product of queries and keys, or of their weights and values"
                .to_owned()),
        }
    }

    /// Keeps which rows of the projections are queries and keys, whose heads have the features `width`.
    fn queries_and_keys(
        &mut self,
        both: [(usize, &Seen); 2],
        rows: [Option<Vec<usize>>; 2],
        width: &[Factor],
    ) -> Result<(), String> {
        let width = width.iter().filter_map(|factor| factor.size).product::<usize>();
        let [Some(queries), Some(keys)] = rows else {
            return Err("it multiplies queries and keys along other axes than that of features".to_owned());
        };
        if queries.len() != keys.len() || width == 0 {
            return Err("it multiplies queries and keys of different numbers of features".to_owned());
        }
        let turns = both.map(|(_, seen)| seen.turns);
        if turns[0] != turns[1] {
            return Err("it multiplies queries and keys of which only one turns with its step".to_owned());
        }
        self.parts.heads = queries.len() / width;
        self.parts.is_rotary = turns[0];
        let rows = |((projection, seen), rows): ((usize, &Seen), _)| Part { projection, rows, scale: seen.scale };
        self.parts.found = both.into_iter().zip([queries, keys]).map(rows).collect();
        Ok(())
    }

    /// Keeps which rows of a projection are values.
    fn values(&mut self, (projection, seen): (usize, &Seen), rows: Option<Vec<usize>>) -> Result<(), String> {
        let wanted = self.parts.found.first().map(|queries| queries.rows.len());
        let rows = rows.filter(|rows| Some(rows.len()) == wanted);
        let rows =
            rows.ok_or("it multiplies weights with values of another number of features than queries and keys")?;
        if seen.turns {
            return Err("it multiplies weights with values that turn with their step".to_owned());
        }
        self.parts.found.push(Part { projection, rows, scale: seen.scale });
        Ok(())
    }

    /// The operator that computes all of it.
    fn whole(&mut self, node: &Node, of: [&Seen; 3]) -> Result<Seen, String> {
        let known = [
            "is_causal",
            "kv_num_heads",
            "q_num_heads",
            "qk_matmul_output_mode",
            "scale",
            "softcap",
            "softmax_precision",
        ];
        if let Some(name) = node.attributes.keys().find(|name| !known.contains(&name.as_str())) {
            return Err(format!("its attribute `{name}` has no counterpart in typenet"));
        }
        if node.attributes.get("softcap").is_some_and(|cap| *cap != Attribute::Number(0.0)) {
            return Err("its attribute `softcap` is set, and typenet does not bound the products".to_owned());
        }
        if node.inputs.iter().skip(4).any(|name| !name.is_empty()) {
            return Err(
                "it reads keys and values of earlier steps, and typenet has attention to whole sequences".to_owned()
            );
        }
        let cut = |seen: &Seen, heads: &str| seen.of_heads(node.attributes.get(heads));
        let queries = cut(of[0], "q_num_heads")?;
        let (keys, values) = (cut(of[1], "kv_num_heads")?, cut(of[2], "kv_num_heads")?);
        let scores = self.product(&queries, &keys.with_last_axes_swapped())?;
        let width = queries.moved.axes.last().into_iter().flatten().filter_map(|factor| factor.size).product::<usize>();
        self.parts.scale = match node.attributes.get("scale") {
            Some(&Attribute::Number(scale)) => scale.into(),
            _ => 1.0 / (width as f64).sqrt(),
        };
        self.parts.is_causal = node.attributes.get("is_causal") == Some(&Attribute::Integer(1));
        if let Some(mask) = node.inputs.get(3).filter(|name| !name.is_empty()) {
            let mask = self.graph.constants.get(mask).and_then(|mask| mask::of_constant(mask, self.steps));
            self.parts.is_causal |= Mask::Later == mask.ok_or(OTHER_MASK)?;
        }
        let attended = self.product(&Seen::new(What::Weights, scores.moved), &values)?;
        let joins = queries.moved.axes.len() != of[0].moved.axes.len();
        Ok(if joins { attended.of_steps().ok_or("its heads cannot be joined")? } else { attended })
    }

    fn softmax(&mut self, node: &Node, scores: &Seen) -> Result<Seen, String> {
        let count = scores.moved.axes.len();
        let axis = match node.attributes.get("axis") {
            None => count.checked_sub(1),
            Some(&Attribute::Integer(axis)) => place(axis, count),
            Some(_) => None,
        };
        let is_last = axis.is_some_and(|axis| axis + 1 == count);
        let is_of_keys = scores.moved.axes.last().is_some_and(|last| *last == self.of_steps(Along::Keys));
        if !matches!(scores.what, What::Scores) || !is_last || !is_of_keys {
            return Err("it is in an attention, and not along the steps that are attended to".to_owned());
        }
        self.parts.scale = scores.scale;
        Ok(Seen::new(What::Weights, scores.moved.clone()))
    }

    /// A product with a number.
    fn scaled(&self, node: &Node, read: &Seen) -> Result<Seen, String> {
        let number = (0..2).find_map(|place| self.constant(node, place)).and_then(Tensor::scalar);
        let is_quotient = node.operator == "Div";
        let number = number.filter(|_| !is_quotient || self.constant(node, 1).is_some());
        match (read.what, number) {
            (What::Projected(_) | What::Scores, Some(number)) if number.is_finite() && number != 0.0 => {
                let scale = if is_quotient { read.scale / number } else { read.scale * number };
                Ok(Seen { scale, ..read.clone() })
            }
            _ => {
                Err("it is in an attention, in which `SelfAttention` multiplies only projections and the products of \
                      queries and keys with a number"
                    .to_owned())
            }
        }
    }

    fn masked(&mut self, node: &Node, read: &Seen) -> Result<Seen, String> {
        let (What::Scores, [.., rows, columns]) = (read.what, &read.moved.axes[..]) else {
            return Err("it is in an attention, and adds a constant where `SelfAttention` has none".to_owned());
        };
        let is_plain = *rows == self.of_steps(Along::Steps) && *columns == self.of_steps(Along::Keys);
        let mask = mask::read(self.graph, node, self.steps).filter(|_| is_plain);
        self.parts.is_causal |= Mask::Later == mask.ok_or(OTHER_MASK)?;
        Ok(read.clone())
    }

    /// A turn of each pair of features of a head by its step.
    fn turned(&self, node: &Node, read: &Seen) -> Result<Seen, String> {
        let steps = i64::try_from(self.steps).map(Attribute::Integer);
        let is_of_steps = steps.ok().is_some_and(|steps| node.attributes.get("steps") == Some(&steps));
        match (read.what, &read.moved.axes[..]) {
            (What::Projected(_), [.., rows, columns])
                if is_of_steps && *rows == self.of_steps(Along::Steps) && columns.len() == 1 =>
            {
                Ok(Seen { turns: true, ..read.clone() })
            }
            _ => Err("it turns something else than queries or keys of each step".to_owned()),
        }
    }

    /// Returns a value behind the last projection, if its axes are those of a sequence.
    pub(super) fn output(&self, name: &str, input: &Value) -> Option<Value> {
        let seen = self.seen.get(name).filter(|seen| matches!(seen.what, What::Output))?;
        let mut needs_batch = self.is_single;
        let axis = |factors: &Vec<Factor>| match factors[..] {
            [] if std::mem::take(&mut needs_batch) => Some(Axis::Batch),
            [] => Some(Axis::One),
            [Factor { along: Along::Batch, .. }] => Some(Axis::Batch),
            [Factor { along: Along::Features, .. }] => Some(Axis::Of(1)),
            [_] => Some(Axis::Of(0)),
            _ => None,
        };
        let axes: Vec<Axis> = seen.moved.axes.iter().map(axis).collect::<Option<_>>()?;
        let is_sequence = [Axis::Batch, Axis::Of(0), Axis::Of(1)].iter().all(|axis| axes.contains(axis));
        is_sequence.then(|| input.clone().with_axes(axes))
    }
}

/// Returns what all heads give, whose features are those of each head after those of the one before it.
fn joined(mut axes: Vec<Vec<Factor>>) -> Moved {
    let mut stride = 1;
    for factor in axes.iter_mut().flatten().rev().filter(|factor| factor.is_of_features()) {
        factor.stride = stride;
        stride *= factor.size.unwrap_or(1);
    }
    Moved { axes, first: 0 }
}
