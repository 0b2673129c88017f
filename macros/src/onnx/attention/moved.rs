//! Where are the axes of a value? Exporters cut, join and move them, which changes no element.

use crate::onnx::model::{Attribute, Graph, Node};
use crate::onnx::sizes::place;
use crate::onnx::tensor::Tensor;

/// What an axis, or a part of one, runs along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Along {
    /// Samples.
    Batch,
    /// The steps of the sequence.
    Steps,
    /// The steps that are attended to.
    Keys,
    /// Features.
    Features,
}

/// A part of an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Factor {
    pub(super) along: Along,
    /// Its size; `None` for a batch of any size.
    pub(super) size: Option<usize>,
    /// How many features lie between neighbors.
    pub(super) stride: usize,
}

/// The axes of a value, each with its parts, of which the last is the one whose neighbors are adjacent.
#[derive(Clone, Debug)]
pub(super) struct Moved {
    pub(super) axes: Vec<Vec<Factor>>,
    /// The first feature.
    pub(super) first: usize,
}

impl Factor {
    pub(super) fn new(along: Along, size: usize) -> Self {
        Self { along, size: Some(size), stride: 1 }
    }

    /// Returns whether it runs along features.
    pub(super) fn is_of_features(&self) -> bool {
        self.along == Along::Features
    }

    /// Returns whether both run along the same, however far their elements are apart.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        (self.along, self.size) == (other.along, other.size)
    }
}

/// Returns whether a node moves or cuts axes, or selects a part.
pub(super) fn is_move(node: &Node) -> bool {
    matches!(node.operator.as_str(), "Transpose" | "Reshape" | "Squeeze" | "Unsqueeze" | "Flatten")
}

impl Moved {
    /// Returns the features of some axes, in the order of their elements; `None` if an axis runs along something else.
    pub(super) fn features<'f>(&self, factors: impl IntoIterator<Item = &'f Factor>) -> Option<Vec<usize>> {
        let mut all = vec![self.first];
        for factor in factors {
            let size = factor.size.filter(|_| factor.along == Along::Features)?;
            all = all.iter().flat_map(|&from| (0..size).map(move |at| from + at * factor.stride)).collect();
        }
        Some(all)
    }

    /// Returns what a node that only moves elements gives; the reason if it cannot be followed.
    pub(super) fn after(&self, graph: &Graph, node: &Node) -> Result<Vec<Self>, String> {
        let list = |name: &str, place: usize| match node.attributes.get(name) {
            Some(Attribute::Integers(list)) => Some(list.as_slice()),
            _ => node.inputs.get(place).and_then(|input| graph.constants.get(input)).and_then(Tensor::indices),
        };
        let one = |given: Option<Self>| given.map(|moved| vec![moved]);
        let given = match node.operator.as_str() {
            "Transpose" => one(list("perm", usize::MAX).and_then(|axes| self.transposed(axes))),
            "Reshape" => {
                let keeps_zeros = node.attributes.get("allowzero") == Some(&Attribute::Integer(1));
                one(list("shape", 1).and_then(|sizes| self.reshaped(sizes, keeps_zeros)))
            }
            "Squeeze" => one(list("axes", 1).and_then(|axes| self.squeezed(axes))),
            "Unsqueeze" => one(list("axes", 1).and_then(|axes| self.unsqueezed(axes))),
            "Split" => self.split(axis(node), list("split", 1), node.outputs.len()),
            "Gather" => one(graph.constants.get(node.inputs.get(1).map_or("", String::as_str)).and_then(|index| {
                let &[at] = index.indices()? else { return None };
                self.part(axis(node), at, 1)
                    .map(|part| if index.sizes.is_empty() { part.without(axis(node)) } else { part })
            })),
            "Slice" => one(self.sliced(list("starts", 1), list("ends", 2), list("axes", 3), list("steps", 4))),
            _ => return Err("it is in an attention, in which `SelfAttention` has no such operator".to_owned()),
        };
        given.ok_or_else(|| {
            "it is in an attention, and cuts or joins other axes than those of heads, steps and features".to_owned()
        })
    }

    fn with_axes(&self, axes: Vec<Vec<Factor>>) -> Self {
        Self { axes, first: self.first }
    }

    pub(super) fn transposed(&self, axes: &[i64]) -> Option<Self> {
        let moved = axes.iter().map(|&axis| self.axes.get(place(axis, self.axes.len())?).cloned());
        let moved: Vec<_> = moved.collect::<Option<_>>()?;
        (moved.len() == self.axes.len()).then(|| self.with_axes(moved))
    }

    fn squeezed(&self, axes: &[i64]) -> Option<Self> {
        let removed: Vec<usize> = axes.iter().map(|&axis| place(axis, self.axes.len())).collect::<Option<_>>()?;
        let is_one = |axis: &Vec<Factor>| axis.iter().all(|factor| factor.size == Some(1));
        let kept = self.axes.iter().enumerate().filter(|(at, _)| !removed.contains(at));
        let kept = kept.map(|(_, axis)| axis.clone()).collect();
        removed.iter().all(|&at| is_one(&self.axes[at])).then(|| self.with_axes(kept))
    }

    fn unsqueezed(&self, axes: &[i64]) -> Option<Self> {
        let count = self.axes.len() + axes.len();
        let added: Vec<usize> = axes.iter().map(|&axis| place(axis, count)).collect::<Option<_>>()?;
        let mut old = self.axes.iter().cloned();
        let axes = (0..count).map(|at| if added.contains(&at) { Some(Vec::new()) } else { old.next() });
        Some(self.with_axes(axes.collect::<Option<_>>()?))
    }

    /// Returns a value without an axis, of which one part was taken.
    fn without(mut self, axis: i64) -> Self {
        if let Some(at) = place(axis, self.axes.len()) {
            self.axes.remove(at);
        }
        self
    }

    /// Returns a part of an axis of features.
    fn part(&self, axis: i64, from: i64, size: usize) -> Option<Self> {
        let at = place(axis, self.axes.len())?;
        let &[factor] = &self.axes[at][..] else { return None };
        let whole = factor.size.filter(|_| factor.along == Along::Features)?;
        let from = if from < 0 {
            whole.checked_sub(usize::try_from(from.unsigned_abs()).ok()?)?
        } else {
            usize::try_from(from).ok()?
        };
        if from.checked_add(size)? > whole {
            return None;
        }
        let mut part = self.clone();
        part.first += from * factor.stride;
        part.axes[at] = if size == 1 { Vec::new() } else { vec![Factor { size: Some(size), ..factor }] };
        Some(part)
    }

    fn split(&self, axis: i64, sizes: Option<&[i64]>, count: usize) -> Option<Vec<Self>> {
        let whole = self.axes.get(place(axis, self.axes.len())?)?.first()?.size?;
        let equal = vec![i64::try_from(whole.checked_div(count)?).ok()?; count];
        let mut from = 0;
        let parts = sizes.unwrap_or(&equal).iter().map(|&size| {
            let part = self.part(axis, from, usize::try_from(size).ok()?);
            from = from.saturating_add(size);
            part
        });
        parts.collect()
    }

    fn sliced(
        &self,
        starts: Option<&[i64]>,
        ends: Option<&[i64]>,
        axes: Option<&[i64]>,
        steps: Option<&[i64]>,
    ) -> Option<Self> {
        let (&[start], &[end], &[axis], [1]) = (starts?, ends?, axes.unwrap_or(&[0]), steps.unwrap_or(&[1])) else {
            return None;
        };
        let whole = i64::try_from(self.axes.get(place(axis, self.axes.len())?)?.first()?.size?).ok()?;
        let bound = |at: i64| (if at < 0 { at.saturating_add(whole) } else { at }).clamp(0, whole);
        let size = usize::try_from(bound(end) - bound(start)).ok().filter(|&size| size > 0)?;
        self.part(axis, bound(start), size)
    }

    /// Returns a value with other sizes: the parts of axes are dealt out in their order, and cut where a size ends within one.
    pub(super) fn reshaped(&self, sizes: &[i64], keeps_zeros: bool) -> Option<Self> {
        let wanted = self.sizes(sizes, keeps_zeros)?;
        let mut rest: Vec<Factor> = self.axes.iter().flatten().copied().rev().collect();
        let mut axes = Vec::new();
        for size in wanted {
            let (mut axis, mut left) = (Vec::new(), size);
            while left != Count::ONE {
                let factor = rest.pop()?;
                if let Some(fits) = left.without(factor) {
                    left = fits;
                    axis.push(factor);
                    continue;
                }
                // The end is within this part.
                let whole = factor.size.filter(|_| factor.along == Along::Features && !left.is_open)?;
                let inner = whole.checked_div(left.number).filter(|inner| inner * left.number == whole)?;
                axis.push(Factor { size: Some(left.number), stride: factor.stride * inner, ..factor });
                rest.push(Factor { size: Some(inner), ..factor });
                left = Count::ONE;
            }
            axes.push(axis);
        }
        rest.is_empty().then(|| self.with_axes(axes))
    }

    /// Returns the sizes that a shape stands for.
    fn sizes(&self, shape: &[i64], keeps_zeros: bool) -> Option<Vec<Count>> {
        let known = |(at, &size): (usize, &i64)| match size {
            0 if !keeps_zeros => Some(Count::of(self.axes.get(at)?)),
            -1 => Some(Count::ONE),
            size => Some(Count { number: usize::try_from(size).ok().filter(|&size| size > 0)?, is_open: false }),
        };
        let mut sizes: Vec<Count> = shape.iter().enumerate().map(known).collect::<Option<_>>()?;
        if let Some(left) = shape.iter().position(|&size| size == -1) {
            let whole = Count::of(self.axes.iter().flatten());
            let others = sizes.iter().try_fold(1_usize, |all, size| all.checked_mul(size.number))?;
            let is_open = whole.is_open && !sizes.iter().any(|size| size.is_open);
            sizes[left] = Count { number: whole.number.checked_div(others)?, is_open };
        }
        Some(sizes)
    }
}

/// A number of elements, times the batch if that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Count {
    number: usize,
    is_open: bool,
}

impl Count {
    const ONE: Self = Self { number: 1, is_open: false };

    fn of<'f>(factors: impl IntoIterator<Item = &'f Factor>) -> Self {
        factors.into_iter().fold(Self::ONE, |all, factor| Self {
            number: all.number.saturating_mul(factor.size.unwrap_or(1)),
            is_open: all.is_open || factor.size.is_none(),
        })
    }

    /// Returns what is left beside a factor.
    fn without(self, factor: Factor) -> Option<Self> {
        match factor.size {
            None => self.is_open.then_some(Self { is_open: false, ..self }),
            Some(size) => self
                .number
                .checked_div(size)
                .filter(|rest| rest * size == self.number)
                .map(|number| Self { number, ..self }),
        }
    }
}

fn axis(node: &Node) -> i64 {
    match node.attributes.get("axis") {
        Some(&Attribute::Integer(axis)) => axis,
        _ => 0,
    }
}
