//! The passes through the branches of a block, one after the other.

use core::marker::PhantomData;
use core::mem;

use crate::kernel::{Isa, Kernels, UpdateKernels};
use crate::layer::parallel::{BranchPlan, Join};
use crate::layer::{Backward, Forward, Layer, NextStep, Pass, Phase, Site};
use crate::shape::Shape;
use crate::shape::arithmetic::runs;

/// The place of a branch in a pass.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Position {
    /// The index of the branch.
    index: u64,
    /// The part of a joined sample that belongs to it: its first element, and the number of all elements of the sample.
    start: usize,
    width: usize,
    /// The number of runs in which samples are joined: the steps of a sequence.
    runs: usize,
}

impl Position {
    /// Returns the place of the first branch, if a joined sample has the shape `Out`.
    pub(super) fn first<Out: Shape>() -> Self {
        Self { width: Out::LEN, runs: const { runs::<Out>() }, ..Self::default() }
    }

    /// Returns the first element of the branch in a run, and the numbers of elements of a run that belong to all branches and to
    /// this one, whose output has `len` elements per sample.
    fn in_run(&self, len: usize) -> [usize; 3] {
        [self.start, self.width, len].map(|elements| elements / self.runs)
    }

    /// Moves on by a branch that returns `len` elements.
    fn advance(&mut self, len: usize) {
        self.index += 1;
        self.start += len;
    }

    /// Joins the output of a branch, of `len` elements per sample, to those before it.
    #[inline(always)]
    fn join<J: Join, T: Kernels, I: Isa>(&self, isa: I, len: usize, own: &[T], output: &mut [T]) {
        if !J::ADDS {
            let [start, width, len] = self.in_run(len);
            for (joined, part) in output.chunks_exact_mut(width).zip(own.chunks_exact(len)) {
                joined[start..][..len].copy_from_slice(part);
            }
        } else if self.index == 0 {
            output.copy_from_slice(own);
        } else {
            <T as UpdateKernels>::add_assign(isa, output, own);
        }
    }

    /// Copies the part of a joined gradient that belongs to a branch with an output of `len` elements per sample.
    #[inline(always)]
    fn part<J: Join, T: Copy>(&self, len: usize, joined: &[T], own: &mut [T]) {
        if J::ADDS {
            return own.copy_from_slice(joined);
        }
        let [start, width, len] = self.in_run(len);
        for (part, joined) in own.chunks_exact_mut(len).zip(joined.chunks_exact(width)) {
            part.copy_from_slice(&joined[start..][..len]);
        }
    }
}

/// A forward pass through branches.
#[derive(Debug)]
pub struct ForwardBranches<'a, J, T, I, const TRAINING: bool> {
    pub(super) isa: I,
    pub(super) pass: &'a Pass,
    pub(super) input: &'a [T],
    pub(super) output: &'a mut [T],
    /// The memory for an output of a branch.
    pub(super) scratch: &'a mut [T],
    /// The memory for the branches to come; in inference, for one after the other.
    pub(super) memory: &'a mut [T],
    pub(super) samples: usize,
    pub(super) position: Position,
    pub(super) phase: Phase<'a, T>,
    pub(super) join: PhantomData<J>,
}

impl<J: Join, T: Kernels, I: Isa, const TRAINING: bool> ForwardBranches<'_, J, T, I, TRAINING> {
    /// Computes the next branch and joins its output to those before it.
    #[inline(always)]
    pub fn branch<L: Layer<Settings = ()>, In: Shape>(&mut self, parameters: &L::With<T>) {
        let Self { isa, input, output, scratch, memory, position, samples, .. } = self;
        let (isa, samples, plan) = (*isa, *samples, const { BranchPlan::of::<L, In>() });
        let (start, len) = (position.start, samples * plan.output);
        let keeps = TRAINING && plan.reads_output;
        let direct = !keeps && if J::ADDS { position.index == 0 } else { samples * position.runs == 1 };
        let (cache, kept): (&mut [T], &mut [T]) = if TRAINING {
            let (own, rest) = mem::take(memory).split_at_mut(samples * plan.kept());
            *memory = rest;
            own.split_at_mut(samples * plan.cache)
        } else {
            (&mut memory[..samples * plan.inference], &mut [])
        };
        let own = if direct {
            &mut output[if J::ADDS { 0 } else { start }..][..len]
        } else if keeps {
            &mut *kept
        } else {
            &mut scratch[..len]
        };
        let site = Site { parameters, settings: &(), pass: &self.pass.at(position.index) };
        let mut ends = true;
        if !TRAINING {
            L::infer::<In, T, I>(isa, site, Forward { input, output: own, cache, phase: self.phase.inference() });
        } else if let Some(phase) = self.phase.of_branch::<L::Plan<In>>() {
            ends = phase.is_last::<L::Plan<In>>();
            L::forward::<In, T, I>(isa, site, Forward { input, output: own, cache, phase });
        } else {
            ends = false;
        }
        let own = if keeps { &*kept } else { &scratch[..len] };
        if ends && !direct {
            position.join::<J, T, I>(isa, plan.output, own, output);
        }
        position.advance(plan.output);
    }
}

/// A step of a stream through branches.
#[derive(Debug)]
pub struct StepBranches<'a, J, T, I> {
    pub(super) isa: I,
    pub(super) pass: &'a Pass,
    pub(super) input: &'a [T],
    pub(super) output: &'a mut [T],
    /// The memory for the output of a branch.
    pub(super) scratch: &'a mut [T],
    /// The scratch memory of one branch after the other.
    pub(super) memory: &'a mut [T],
    /// The states of the branches to come.
    pub(super) states: &'a mut [T],
    /// The number of steps before.
    pub(super) position: usize,
    /// The place of the next branch.
    pub(super) place: Position,
    pub(super) join: PhantomData<J>,
}

impl<J: Join, T: Kernels, I: Isa> StepBranches<'_, J, T, I> {
    /// Computes the next branch and joins its output to those before it.
    #[inline(always)]
    pub fn branch<L: Layer<Settings = ()>, In: Shape>(&mut self, parameters: &L::With<T>) {
        let plan = const { BranchPlan::of::<L, In>() };
        let (state, rest) = mem::take(&mut self.states).split_at_mut(plan.stream.map_or(0, |stream| stream.state));
        self.states = rest;
        let own = &mut self.scratch[..plan.step];
        let site = Site { parameters, settings: &(), pass: self.pass };
        let memory = NextStep {
            input: self.input,
            output: &mut *own,
            state,
            scratch: &mut *self.memory,
            position: self.position,
        };
        L::step::<In, T, I>(self.isa, site, memory);
        self.place.join::<J, T, I>(self.isa, plan.step, own, self.output);
        self.place.advance(plan.step);
    }
}

/// A backward pass through branches.
#[derive(Debug)]
pub struct BackwardBranches<'a, J, T, I> {
    pub(super) isa: I,
    pub(super) pass: &'a Pass,
    pub(super) input: &'a [T],
    pub(super) grad_output: &'a mut [T],
    pub(super) grad_input: Option<&'a mut [T]>,
    /// The memory for the gradient of an output of a branch.
    pub(super) scratch: &'a mut [T],
    /// The memory for a gradient of the input.
    pub(super) spare: &'a mut [T],
    /// The memory of the branches to come.
    pub(super) memory: &'a mut [T],
    pub(super) accumulate: bool,
    pub(super) samples: usize,
    pub(super) position: Position,
    pub(super) phase: Phase<'a, T>,
    pub(super) join: PhantomData<J>,
}

impl<J: Join, T: Kernels, I: Isa> BackwardBranches<'_, J, T, I> {
    /// Computes the gradients of the next branch.
    #[inline(always)]
    pub fn branch<L: Layer<Settings = ()>, In: Shape>(&mut self, parameters: &L::With<T>, gradient: &mut L::With<T>) {
        let Self { isa, grad_output, scratch, spare, memory, position, samples, accumulate, .. } = self;
        let (isa, samples, plan) = (*isa, *samples, const { BranchPlan::of::<L, In>() });
        let (start, len) = (position.start, samples * plan.output);
        let (own, rest) = mem::take(memory).split_at_mut(samples * plan.kept());
        *memory = rest;
        let (cache, output) = own.split_at_mut(samples * plan.cache);
        let Some(phase) = self.phase.of_branch::<L::Plan<In>>() else {
            return position.advance(plan.output);
        };
        let (begins, ends) = (phase.passed() == 0, phase.is_last::<L::Plan<In>>());
        // The branch may overwrite the gradient of its output, and other branches read that of the block.
        let own = if !J::ADDS && samples * position.runs == 1 {
            &mut grad_output[start..][..len]
        } else {
            if begins {
                position.part::<J, T>(plan.output, grad_output, &mut scratch[..len]);
            }
            &mut scratch[..len]
        };
        let adds = position.index > 0;
        let into =
            if adds { self.grad_input.is_some().then_some(&mut **spare) } else { self.grad_input.as_deref_mut() };
        let memory = Backward {
            input: if plan.reads_input { self.input } else { &[] },
            output,
            cache,
            grad_output: own,
            grad_input: into,
            accumulate: *accumulate,
            phase,
        };
        let site = Site { parameters, settings: &(), pass: &self.pass.at(position.index) };
        L::backward::<In, T, I>(isa, site, memory, gradient);
        if let Some(grad_input) = self.grad_input.as_deref_mut().filter(|_| adds && ends) {
            <T as UpdateKernels>::add_assign(isa, grad_input, spare);
        }
        position.advance(plan.output);
    }
}
