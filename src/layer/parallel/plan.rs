//! How much memory do branches need, and what do they read?

use core::marker::PhantomData;

use crate::layer::parallel::Branches;
use crate::layer::{Layer, Mixing, Origins, Plan, StreamPlan};
use crate::shape::Shape;

/// How a branch treats padded sequences.
#[derive(Clone, Copy, Debug)]
pub(super) struct PaddingPlan {
    pub(super) is_allowed: bool,
    /// The number of parts of the output, and the parts of the input that have their steps.
    pub(super) parts: usize,
    pub(super) origins: Origins,
}

/// What the plan of a block depends on in one of its branches.
#[derive(Clone, Copy, Debug)]
pub struct BranchPlan {
    pub(super) output: usize,
    pub(super) cache: usize,
    /// What would be kept without recomputing.
    pub(super) full_cache: usize,
    pub(super) inference: usize,
    pub(super) multiply_adds: u64,
    pub(super) reads_input: bool,
    pub(super) reads_output: bool,
    pub(super) sums_from_zero: bool,
    pub(super) samples_together: usize,
    pub(super) rows: usize,
    pub(super) mixing: Mixing,
    pub(super) padding: PaddingPlan,
    /// The number of elements of a step of the output.
    pub(super) step: usize,
    pub(super) stream: Option<StreamPlan>,
}

impl BranchPlan {
    /// Returns the plan of the branch `L` for an input of shape `In`.
    #[must_use]
    pub const fn of<L: Layer, In: Shape>() -> Self {
        Self {
            output: <L::Output<In> as Shape>::LEN,
            cache: <L::Plan<In> as Plan>::CACHE_LEN,
            full_cache: <L::Plan<In> as Plan>::FULL_CACHE_LEN,
            inference: <L::Plan<In> as Plan>::INFERENCE_LEN,
            multiply_adds: <L::Plan<In> as Plan>::MULTIPLY_ADDS,
            reads_input: <L::Plan<In> as Plan>::READS_INPUT,
            reads_output: <L::Plan<In> as Plan>::READS_OUTPUT,
            sums_from_zero: <L::Plan<In> as Plan>::SUMS_FROM_ZERO || size_of::<L::With<f32>>() == 0,
            samples_together: <L::Plan<In> as Plan>::SAMPLES_TOGETHER,
            rows: if size_of::<L::With<f32>>() == 0 { usize::MAX } else { <L::Plan<In> as Plan>::ROWS },
            mixing: <L::Plan<In> as Plan>::MIXING,
            padding: PaddingPlan {
                is_allowed: <L::Plan<In> as Plan>::ALLOWS_PADDING,
                parts: <L::Output<In> as Shape>::PARTS.len(),
                origins: <L::Plan<In> as Plan>::ORIGINS,
            },
            step: <<L::Output<In> as Shape>::Step as Shape>::LEN,
            stream: <L::Plan<In> as Plan>::STREAM,
        }
    }

    /// Returns the number of elements per sample that are kept for the branch in training.
    pub(super) const fn kept(&self) -> usize {
        self.cache + if self.reads_output { self.output } else { 0 }
    }
}

/// The totals of the plans of some branches.
pub(super) struct Totals {
    pub(super) kept: usize,
    /// What would be kept without recomputing.
    pub(super) full: usize,
    pub(super) widest: usize,
    pub(super) inference: usize,
    pub(super) multiply_adds: u64,
    pub(super) read_input: bool,
    pub(super) sum_from_zero: bool,
    pub(super) samples_together: usize,
    pub(super) rows: usize,
    pub(super) mixing: Mixing,
    pub(super) allows_padding: bool,
    /// The number of elements of the widest step of an output.
    pub(super) step: usize,
    pub(super) stream: Option<StreamPlan>,
}

impl Totals {
    const fn of(plans: &[BranchPlan]) -> Self {
        let mut totals = Self {
            kept: 0,
            full: 0,
            widest: 0,
            inference: 0,
            multiply_adds: 0,
            read_input: false,
            sum_from_zero: true,
            samples_together: 1,
            rows: usize::MAX,
            mixing: Mixing::NONE,
            allows_padding: true,
            step: 0,
            stream: Some(StreamPlan::stateless(0)),
        };
        let mut index = 0;
        while index < plans.len() {
            let plan = &plans[index];
            totals.kept += plan.kept();
            totals.full += plan.kept() - plan.cache + plan.full_cache;
            totals.widest = if plan.output > totals.widest { plan.output } else { totals.widest };
            totals.inference = if plan.inference > totals.inference { plan.inference } else { totals.inference };
            totals.multiply_adds += plan.multiply_adds;
            totals.read_input |= plan.reads_input;
            totals.sum_from_zero &= plan.sums_from_zero;
            totals.mixing = totals.mixing.and(plan.mixing);
            totals.allows_padding &= plan.padding.is_allowed;
            totals.rows = if plan.rows < totals.rows { plan.rows } else { totals.rows };
            totals.step = if plan.step > totals.step { plan.step } else { totals.step };
            totals.stream = StreamPlan::joint(totals.stream, plan.stream);
            if plan.samples_together > totals.samples_together {
                totals.samples_together = plan.samples_together;
            }
            index += 1;
        }
        totals
    }
}

/// Returns whether the branches of a block, whose input has these origins in samples of shape `S`, have steps that can be added or
/// concatenated: those of the same sequence, or none of a padded one.
#[must_use]
pub const fn join_same_steps<B: JoinsBranches, S: Shape>(origins: Origins) -> bool {
    let (plans, mut index) = (<B::Branches as Branches>::PLANS, 1);
    if <<B::Branches as Branches>::Output as Shape>::STEPS == 1 {
        return true;
    }
    while index < plans.len() {
        let [first, other] = [origins.then(plans[0].padding.origins), origins.then(plans[index].padding.origins)];
        if !first.have_same_steps::<S>(other) {
            return false;
        }
        index += 1;
    }
    true
}

/// A block that joins branches.
pub trait JoinsBranches {
    /// The branches.
    type Branches: Branches;
}

impl<J, B: Branches> JoinsBranches for crate::layer::Parallel<J, B> {
    type Branches = B;
}

/// The plan of [`Parallel`](crate::Parallel) with the branches `B`.
#[derive(Clone, Copy, Debug)]
pub struct ParallelPlan<B>(PhantomData<B>);

impl<B: Branches> ParallelPlan<B> {
    pub(super) const TOTALS: Totals = Totals::of(B::PLANS);
}

impl<B: Branches> Plan for ParallelPlan<B> {
    // An output of a branch or the gradient of one, and a gradient of the input.
    const CACHE_LEN: usize = Self::TOTALS.widest + B::Input::LEN + Self::TOTALS.kept;
    const FULL_CACHE_LEN: usize = Self::TOTALS.widest + B::Input::LEN + Self::TOTALS.full;
    const INFERENCE_LEN: usize = Self::TOTALS.widest + Self::TOTALS.inference;
    const MULTIPLY_ADDS: u64 = Self::TOTALS.multiply_adds;
    const READS_INPUT: bool = Self::TOTALS.read_input;
    const READS_OUTPUT: bool = false;
    const SUMS_FROM_ZERO: bool = Self::TOTALS.sum_from_zero;
    const SAMPLES_TOGETHER: usize = Self::TOTALS.samples_together;
    const ROWS: usize = Self::TOTALS.rows;
    const MIXING: Mixing = Self::TOTALS.mixing;
    const ALLOWS_PADDING: bool = Self::TOTALS.allows_padding;
    // The parts of a pair are those of its branches. What is added or concatenated has the steps of the first branch.
    const ORIGINS: Origins = match B::PLANS {
        [BranchPlan { padding: first, .. }, BranchPlan { padding: second, .. }]
            if first.parts + second.parts == B::Output::PARTS.len() =>
        {
            first.origins.joined(first.parts, second.origins)
        }
        [first, ..] => first.padding.origins,
        [] => Origins::SAME,
    };
    // A pair has no steps.
    const STREAM: Option<StreamPlan> = match Self::TOTALS.stream {
        Some(plan) if B::Output::PARTS.len() == 1 => Some(plan.with_scratch(Self::TOTALS.step)),
        _ => None,
    };
}
