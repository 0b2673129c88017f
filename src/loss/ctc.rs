//! Connectionist temporal classification: labels at unknown steps.

use crate::kernel::scratch::with_scratch;
use crate::kernel::{Isa, Kernels};
use crate::loss::{AnyOutput, Loss};
use crate::scalar::Scalar;
use crate::shape::ProbabilitySequence;
use crate::target::{Class, Labels};

/// Connectionist temporal classification (CTC): the negative logarithm of the probability of the target's labels, whatever the
/// steps at which they are.
///
/// l(x, y) = -ln Σ_π Π_t f(x)_(t, π_t), the sum over all paths π whose labels are y
///
/// A path is a class for each step, and [`Labels`] says which labels it has. The network decides by itself at which step it
/// gives a label, so nobody has to align the targets with the inputs, as for a spoken sentence or a written line. At all other
/// steps it gives the blank, class 0.
///
/// # Shapes
/// Network output: `ProbabilitySequence<L, K>`, so the network ends in `Softmax`, with the blank as class 0. Targets:
/// `Labels<L, K>`, as many for each sample as it has. The loss reads the steps of the sample, and no padding after them.
///
/// # Gradients
/// With respect to the logits z before the softmax: dl/dz_(t, c) = f(x)_(t, c) - P(π_t = c | y), where the latter is the share of
/// the paths of y, weighted by their probabilities, that have class c at step t. Exactly zero at padding.
///
/// # Units
/// Nats for each sample, however many labels it has. Training and evaluation use the mean over the samples, as Keras does. The
/// default of PyTorch, `CTCLoss(reduction="mean")`, divides the loss of a sample by the number of its labels first:
/// [`SampleWeights`](crate::SampleWeights) with these reciprocals are the same.
///
/// # Numerics
/// All sums over paths are computed in logarithms, by the forward-backward algorithm. At each step, the largest logarithm is
/// subtracted, so the precision does not depend on the number of steps. The result is finite for logits up to ±10³⁰ in `f32`. A
/// gradient is within some roundings of 1. A sample takes of the order of L (K + n) operations for n labels. The memory for the
/// gradient, about L (2 n + 3) elements, is on the stack up to 64 KiB, and otherwise a buffer that the thread keeps.
///
/// # Source
/// A. Graves, S. Fernández, F. Gomez, J. Schmidhuber, "Connectionist temporal classification", 2006, equations 6, 10 and 16.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Guess (Sequence<3, 1>) = Dense<_, 2>, Softmax);
///
/// // Zero weights make both classes equally probable, and all 8 paths. Six of them have one label 1: all but 000 and 101.
/// let data = Dataset::<Sequence<3, 1>, Labels<3, 2>>::new(vec![[[0.0]; 3]], vec![Labels::new(&[1])?])?;
/// let loss = Guess::zeroed().evaluate(&data, &Ctc).loss;
/// assert!((loss + (6.0_f64 / 8.0).ln()).abs() < 1e-6);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ctc;

impl<const L: usize, const K: usize> Loss<ProbabilitySequence<L, K>> for Ctc {
    type Target = Labels<L, K>;
    type Takes = AnyOutput;

    #[inline(always)]
    fn evaluate<T: Kernels, I: Isa>(
        &self,
        isa: I,
        logits: &[T],
        targets: &[Labels<L, K>],
        weight: T,
        mut gradient: Option<&mut [T]>,
    ) -> T {
        let mut sum = T::ZERO;
        for (sample, target) in targets.iter().enumerate() {
            let row = sample * L * K..(sample + 1) * L * K;
            let gradient = gradient.as_deref_mut().map(|gradient| &mut gradient[row.clone()]);
            sum += of_sample(isa, &logits[row], target.classes(), target.steps(), weight, gradient);
        }
        sum
    }
}

/// Returns the loss of a sample and writes its gradient.
#[inline(never)]
fn of_sample<T: Kernels, I: Isa, const K: usize>(
    isa: I,
    logits: &[T],
    labels: &[Class<K>],
    steps: usize,
    weight: T,
    gradient: Option<&mut [T]>,
) -> T {
    let states = 2 * labels.len() + 1;
    let kept = if gradient.is_some() { steps * states } else { 0 };
    with_scratch(2 * steps + states + kept, |memory: &mut [T]| {
        let (norms, memory) = memory.split_at_mut(2 * steps);
        let (row, table) = memory.split_at_mut(states);
        for (logits, norm) in logits.chunks_exact(K).zip(norms.chunks_exact_mut(2)) {
            norm.copy_from_slice(&norm_of(isa, logits));
        }
        let lattice = Lattice { labels, logits, norms };
        let loss = -lattice.forward(row, table);
        if let Some(gradient) = gradient {
            let (of_steps, of_padding) = gradient.split_at_mut(steps * K);
            lattice.posteriors(row, table);
            for (step, of_step) in of_steps.chunks_exact_mut(K).enumerate() {
                T::softmax_into(isa, K, &logits[step * K..(step + 1) * K], of_step);
                for (state, &posterior) in table[step * states..(step + 1) * states].iter().enumerate() {
                    of_step[lattice.class(state)] -= posterior;
                }
                for slope in of_step {
                    *slope *= weight;
                }
            }
            of_padding.fill(T::ZERO);
        }
        loss
    })
}

/// Returns the largest logit m of a step, and ln Σ e^(z - m).
#[inline(always)]
fn norm_of<T: Kernels, I: Isa>(isa: I, logits: &[T]) -> [T; 2] {
    let mut class = 0;
    let mut largest = logits[0];
    for (other, &logit) in (0..).zip(logits) {
        if logit > largest {
            (class, largest) = (other, logit);
        }
    }
    [largest, T::softmax_nll(isa, logits, &[class], T::ONE, None)]
}

/// The states that a path goes through, step by step: the odd ones are the labels, with a blank before, between and after them.
/// A path stays in its state, goes to the next, or from a label to the next label if that differs. It begins in one of the first
/// two states and ends in one of the last two.
struct Lattice<'a, T, const K: usize> {
    labels: &'a [Class<K>],
    logits: &'a [T],
    /// What [`norm_of`] returns, for each step.
    norms: &'a [T],
}

impl<T: Scalar, const K: usize> Lattice<'_, T, K> {
    /// Returns the class of a state.
    #[inline(always)]
    fn class(&self, state: usize) -> usize {
        if state % 2 == 1 { self.labels[state / 2].index() } else { 0 }
    }

    /// Returns whether a path may come from two states before.
    #[inline(always)]
    fn skips_to(&self, state: usize) -> bool {
        state % 2 == 1 && state > 1 && self.labels[state / 2] != self.labels[state / 2 - 1]
    }

    /// Returns the logarithm of the probability of a state's class at a step.
    #[inline(always)]
    fn log_probability(&self, step: usize, state: usize) -> T {
        self.logits[step * K + self.class(state)] - self.norms[2 * step] - self.norms[2 * step + 1]
    }

    /// Returns the logarithm of the probability of the labels. If there is room in `table`, also writes the logarithms of the
    /// probabilities of all beginnings of paths that end in each state at each step, up to a constant for each step.
    fn forward(&self, row: &mut [T], table: &mut [T]) -> T {
        let states = row.len();
        row.fill(T::from_f64(f64::NEG_INFINITY));
        // As if a path was in the first blank before the first step, from where it reaches both first states.
        row[0] = T::ZERO;
        let mut scale = T::ZERO;
        for step in 0..self.norms.len() / 2 {
            // The last state first, since each is computed from those before it.
            for state in (0..states).rev() {
                let mut sum = row[state];
                if state > 0 {
                    sum = log_sum(sum, row[state - 1]);
                }
                if self.skips_to(state) {
                    sum = log_sum(sum, row[state - 2]);
                }
                row[state] = sum + self.log_probability(step, state);
            }
            scale += subtract_largest(row);
            if let Some(kept) = table.get_mut(step * states..(step + 1) * states) {
                kept.copy_from_slice(row);
            }
        }
        scale + row[states.saturating_sub(2)..].iter().copied().reduce(log_sum).unwrap_or(T::ZERO)
    }

    /// Turns what [`forward`](Self::forward) wrote into the probabilities of the states at each step, given the labels.
    fn posteriors(&self, row: &mut [T], table: &mut [T]) {
        let states = row.len();
        let lowest = T::from_f64(f64::NEG_INFINITY);
        // The logarithms of the probabilities of all ends of paths after the step, from each state.
        row.fill(lowest);
        row[states.saturating_sub(2)..].fill(T::ZERO);
        for step in (0..self.norms.len() / 2).rev() {
            let posteriors = &mut table[step * states..(step + 1) * states];
            for (posterior, &end) in posteriors.iter_mut().zip(&*row) {
                *posterior += end;
            }
            normalize(posteriors);
            // The first state first, since each is computed from those after it.
            for (state, log_probability) in (0..states).map(|state| (state, self.log_probability(step, state))) {
                row[state] += log_probability;
            }
            for state in 0..states {
                let mut sum = row[state];
                if state + 1 < states {
                    sum = log_sum(sum, row[state + 1]);
                }
                if state + 2 < states && self.skips_to(state + 2) {
                    sum = log_sum(sum, row[state + 2]);
                }
                row[state] = sum;
            }
            subtract_largest(row);
        }
    }
}

/// Returns ln(e^a + e^b). NaN stays NaN.
#[inline(always)]
fn log_sum<T: Scalar>(a: T, b: T) -> T {
    let (larger, smaller) = if a > b { (a, b) } else { (b, a) };
    // Without this, the difference of two infinities would be NaN.
    if smaller <= T::from_f64(f64::NEG_INFINITY) { larger } else { larger + (smaller - larger).exp().ln_1p() }
}

/// Subtracts the largest value from all, and returns it.
fn subtract_largest<T: Scalar>(values: &mut [T]) -> T {
    let largest = values.iter().copied().reduce(|largest, value| value.maximum(largest)).unwrap_or(T::ZERO);
    for value in values {
        *value -= largest;
    }
    largest
}

/// Turns logarithms into shares whose sum is 1.
fn normalize<T: Scalar>(logarithms: &mut [T]) {
    subtract_largest(logarithms);
    let mut sum = T::ZERO;
    for value in logarithms.iter_mut() {
        *value = value.exp();
        sum += *value;
    }
    for value in logarithms {
        *value /= sum;
    }
}
