//! Scaled dot-product attention of the steps of a sequence: forward pass and gradients, for several heads.
//!
//! The naive kernels define what is computed, and in which reduction order. The others compute the same bits in vector
//! registers. A step that is masked is never read, so it has no influence, whatever its values.

mod naive;
mod vector;

use super::compiled::{compiled, for_floats};
use super::{Isa, NaiveKernels, SoftmaxKernels};
use crate::scalar::Scalar;

/// Scaled dot-product attention.
///
/// Rows of `projected` have the query q, the key k and the value v of a step, of `heads * width` elements each. Those of one
/// head are adjacent. Step s is visible to step t unless the attention is causal and s is after t.
pub trait AttentionKernels: SoftmaxKernels {
    /// Computes for each head `a[t, s] = softmax(q[t] · k[s] / √D)` over the visible steps s, and `y[t] = Σ_s a[t, s] v[s]`.
    /// Products are summed from zero in their order. The softmax of visible steps is that of
    /// [`SoftmaxKernels`](SoftmaxKernels::softmax).
    ///
    /// `weights` receives `a[t, s]` of every sample and head at `t * L + s`, and other values for steps that are not visible.
    /// If it has [`AttentionSizes::scratch_len`] elements instead, they are scratch memory. `panel` is scratch memory of
    /// [`AttentionSizes::panel_len`] elements.
    fn attention<I: Isa>(
        isa: I,
        sizes: AttentionSizes,
        projected: &[Self],
        panel: &mut [Self],
        weights: &mut [Self],
        output: &mut [Self],
    ) {
        naive::forward(isa, sizes, projected, panel, weights, output);
    }

    /// Computes one row of [`attention`](Self::attention), with the same bits: the output of the last of `steps` steps of one
    /// sample, for its `query`.
    ///
    /// `keys` has element d of the key of step s and head h at `(h * D + d) * capacity + s`, and `values` the value of step s at
    /// `s * heads * D`. `weights` is scratch memory of one element per step.
    fn attention_step<I: Isa>(
        isa: I,
        sizes: AttentionSizes,
        query: &[Self],
        [keys, values]: [&[Self]; 2],
        capacity: usize,
        weights: &mut [Self],
        output: &mut [Self],
    ) {
        naive::step(isa, sizes, query, [keys, values], capacity, weights, output);
    }

    /// Replaces queries, keys and values by their gradients, given the gradient g of the output: with
    /// `h[t, s] = a[t, s] (g[t] · v[s] - means[t]) / √D`, which replaces the weights, `dq[t] = Σ_s h[t, s] k[s]`,
    /// `dk[s] = Σ_t h[t, s] q[t]` and `dv[s] = Σ_t a[t, s] g[t]` over the visible steps. All are summed from zero in their order.
    ///
    /// `means` has `g[t] · y[t]`, one for each sample, step and head.
    fn attention_gradient<I: Isa>(
        isa: I,
        sizes: AttentionSizes,
        projected: &mut [Self],
        panel: &mut [Self],
        weights: &mut [Self],
        grad_output: &[Self],
        means: &[Self],
    ) {
        naive::gradient(isa, sizes, projected, panel, weights, grad_output, means);
    }
}

impl<T: NaiveKernels> AttentionKernels for T {}

/// The position of the key in a row of `projected`, in units of the features.
const KEY: usize = 1;
/// The position of the value.
const VALUE: usize = 2;

/// The number of steps whose weights are in memory at a time if they are not kept.
pub const ATTENTION_ROWS: usize = 8;

/// The sizes of an attention.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttentionSizes {
    /// The number of samples.
    pub samples: usize,
    /// The number of steps per sample, L.
    pub steps: usize,
    /// The number of heads.
    pub heads: usize,
    /// The number of elements of a head, D.
    pub width: usize,
    /// Whether a step sees no later steps.
    pub is_causal: bool,
}

impl AttentionSizes {
    /// Returns the number of elements of all weights of a sample.
    #[must_use]
    pub const fn weights_len(self) -> usize {
        self.heads * self.steps * self.steps
    }

    /// Returns the number of elements of scratch memory for weights that are not kept.
    #[must_use]
    pub const fn scratch_len(self) -> usize {
        (if self.steps < ATTENTION_ROWS { self.steps } else { ATTENTION_ROWS }) * self.steps
    }

    /// Returns the number of elements of the panel, into which a matrix of a head is copied.
    #[must_use]
    pub const fn panel_len(self) -> usize {
        self.width * self.steps
    }

    /// Returns the number of elements of a step in the output. One in `projected` has three times as many.
    const fn features(self) -> usize {
        self.heads * self.width
    }

    /// Returns the number of steps that a step sees.
    #[inline(always)]
    const fn visible(self, step: usize) -> usize {
        if self.is_causal { step + 1 } else { self.steps }
    }

    /// Returns the first step that sees a step.
    #[inline(always)]
    const fn first_viewer(self, step: usize) -> usize {
        if self.is_causal { step } else { 0 }
    }

    /// Returns the factor 1/√D.
    #[inline(always)]
    fn scale<T: Scalar>(self) -> T {
        T::ONE / T::from_count(self.width).sqrt()
    }

    /// Returns every head of every sample.
    #[inline(always)]
    fn each_head(self) -> impl Iterator<Item = Head> {
        let Self { samples, steps, heads, width, .. } = self;
        let features = self.features();
        (0..samples).flat_map(move |sample| {
            (0..heads).map(move |head| Head {
                projected: sample * steps * 3 * features + head * width,
                output: sample * steps * features + head * width,
                weights: (sample * heads + head) * steps * steps,
                means: sample * steps * heads + head,
            })
        })
    }

    /// Returns whether `weights` keeps a weight for each pair of steps of each head.
    #[inline(always)]
    fn keeps(self, weights: usize) -> bool {
        self.samples.checked_mul(self.weights_len()) == Some(weights)
    }

    /// Checks that the lengths of the slices match the sizes.
    #[inline(always)]
    fn check(self, projected: usize, panel: usize, output: usize) {
        assert!(self.steps > 0 && self.heads > 0 && self.width > 0, "at least one element");
        let len = self.samples.checked_mul(self.steps).and_then(|rows| rows.checked_mul(self.features()));
        assert!(
            len == Some(output) && output.checked_mul(3) == Some(projected),
            "a query, a key, a value and an output of every step"
        );
        assert!(self.samples == 0 || panel >= self.panel_len(), "a panel for a matrix of a head");
    }

    /// Checks the lengths of the slices of the forward pass.
    #[inline(always)]
    fn check_forward(self, projected: usize, panel: usize, weights: usize, output: usize) {
        self.check(projected, panel, output);
        assert!(self.keeps(weights) || weights == self.scratch_len(), "all weights, or those of some steps");
    }

    /// Checks the lengths of the slices of the gradient.
    #[inline(always)]
    fn check_gradient(self, projected: usize, panel: usize, weights: usize, grad_output: usize, means: usize) {
        self.check(projected, panel, grad_output);
        assert!(self.keeps(weights), "a weight for each pair of steps");
        assert!(means.checked_mul(self.width) == Some(grad_output), "a mean of every step and head");
    }
}

/// The first element of a head of a sample in each slice.
#[derive(Clone, Copy)]
struct Head {
    projected: usize,
    output: usize,
    weights: usize,
    means: usize,
}

macro_rules! attention_kernels {
    ($float:ident) => {
        impl AttentionKernels for $float {
            #[inline]
            fn attention<I: Isa>(
                _: I,
                sizes: AttentionSizes,
                projected: &[$float],
                panel: &mut [$float],
                weights: &mut [$float],
                output: &mut [$float],
            ) {
                compiled!(I, |isa,
                              sizes: AttentionSizes,
                              projected: &[$float],
                              panel: &mut [$float],
                              weights: &mut [$float],
                              output: &mut [$float]|
                 -> () {
                    vector::forward(isa, sizes, projected, panel, weights, output);
                });
            }

            #[inline]
            fn attention_step<I: Isa>(
                _: I,
                sizes: AttentionSizes,
                query: &[$float],
                cache: [&[$float]; 2],
                capacity: usize,
                weights: &mut [$float],
                output: &mut [$float],
            ) {
                // The naive loops run over adjacent elements, so the compiler uses registers for them.
                compiled!(I, |isa,
                              sizes: AttentionSizes,
                              query: &[$float],
                              cache: [&[$float]; 2],
                              capacity: usize,
                              weights: &mut [$float],
                              output: &mut [$float]|
                 -> () {
                    naive::step(isa, sizes, query, cache, capacity, weights, output);
                });
            }

            #[inline]
            fn attention_gradient<I: Isa>(
                _: I,
                sizes: AttentionSizes,
                projected: &mut [$float],
                panel: &mut [$float],
                weights: &mut [$float],
                grad_output: &[$float],
                means: &[$float],
            ) {
                compiled!(I, |isa,
                              sizes: AttentionSizes,
                              projected: &mut [$float],
                              panel: &mut [$float],
                              weights: &mut [$float],
                              grad_output: &[$float],
                              means: &[$float]|
                 -> () {
                    vector::gradient(isa, sizes, projected, panel, weights, grad_output, means);
                });
            }
        }
    };
}

for_floats!(attention_kernels);

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use super::AttentionSizes;
    use crate::kernel::{Isa, Kernels, Path, Program};
    use crate::random;

    /// Both kernels and their naive twins on one set of values.
    struct Compare<T> {
        sizes: AttentionSizes,
        projected: Vec<T>,
        grad_output: Vec<T>,
        means: Vec<T>,
    }

    /// The output, the weights that are seen, and the gradients; the output without keeping weights.
    type Results<T> = [Vec<T>; 4];

    impl<T: Kernels> Compare<T> {
        fn new([samples, steps, heads, width]: [usize; 4], is_causal: bool) -> Self {
            let mut rng = crate::rng((samples * 10_007 + steps * 101 + heads * 11 + width) as u64);
            let mut draw =
                |count: usize| -> Vec<T> { (0..count).map(|_| T::from_f64(random::normal(&mut rng))).collect() };
            let rows = samples * steps;
            Self {
                sizes: AttentionSizes { samples, steps, heads, width, is_causal },
                projected: draw(rows * 3 * heads * width),
                grad_output: draw(rows * heads * width),
                means: draw(rows * heads),
            }
        }

        /// Returns what is compared, computed by the kernels or by the naive ones.
        fn results<I: Isa>(&self, isa: I, naive: bool) -> Results<T> {
            let (sizes, mut projected) = (self.sizes, self.projected.clone());
            let zeros = |count: usize| vec![T::ZERO; count];
            let (mut panel, mut weights) = (zeros(sizes.panel_len()), zeros(sizes.samples * sizes.weights_len()));
            let (mut output, mut alone) = (zeros(self.grad_output.len()), zeros(self.grad_output.len()));
            let forward = if naive { super::naive::forward::<T, I> } else { T::attention::<I> };
            let gradient = if naive { super::naive::gradient::<T, I> } else { T::attention_gradient::<I> };
            forward(isa, sizes, &projected, &mut panel, &mut weights, &mut output);
            forward(isa, sizes, &projected, &mut panel, &mut zeros(sizes.scratch_len()), &mut alone);
            for (index, weight) in weights.iter_mut().enumerate() {
                // Others may be anything, and are not read.
                let (step, other) = (index / sizes.steps % sizes.steps, index % sizes.steps);
                if other >= sizes.visible(step) {
                    *weight = T::from_f64(f64::NAN);
                }
            }
            let seen = weights.iter().copied().filter(|weight| weight.is_finite()).collect();
            gradient(isa, sizes, &mut projected, &mut panel, &mut weights, &self.grad_output, &self.means);
            [output, seen, projected, alone]
        }
    }

    struct Run<'a, T>(&'a Compare<T>, bool);

    impl<T: Kernels> Program for Run<'_, T> {
        type Output = Results<T>;

        #[inline(always)]
        fn run<I: Isa>(self, isa: I) -> Results<T> {
            self.0.results(isa, self.1)
        }
    }

    /// The reduction order is the same, so the bits must be: no tolerance.
    fn assert_same<T: Kernels>(sizes: [usize; 4]) {
        for (causal, path) in
            [false, true].into_iter().flat_map(|causal| Path::available().map(move |path| (causal, path)))
        {
            let data = Compare::<T>::new(sizes, causal);
            let [vector, naive] = [false, true].map(|naive| path.run(Run(&data, naive)));
            let finite = |values: &Vec<T>| values.iter().all(|value| value.is_finite());
            assert!(vector.iter().all(finite), "{path:?}, {sizes:?}, {causal}");
            assert_eq!(vector, naive, "{path:?}, {sizes:?}, {causal}");
            assert_eq!(vector[0], vector[3], "the same without keeping weights");
        }
    }

    #[test]
    fn vector_kernels_give_the_bits_of_the_naive_ones_at_the_edges_of_tiles() {
        for size in [1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 33, 65] {
            for sizes in [[1, size, 1, 5], [2, 5, 3, size], [2, size, 2, 33], [0, size, 1, 1]] {
                assert_same::<f32>(sizes);
                assert_same::<f64>(sizes);
            }
        }
    }

    #[test]
    fn later_steps_do_not_change_a_bit_of_causal_attention() {
        let mut data = Compare::<f32>::new([1, 37, 2, 19], true);
        for path in Path::available() {
            let [before, ..] = path.run(Run(&data, false));
            for step in (0..37).rev() {
                for value in &mut data.projected[step * 3 * 38..] {
                    *value = f32::NAN;
                }
                let [after, ..] = path.run(Run(&data, false));
                assert_eq!(before[..step * 38], after[..step * 38], "{path:?}, {step}");
            }
            data = Compare::new([1, 37, 2, 19], true);
        }
    }

    #[test]
    fn all_fused_paths_have_the_same_bits() {
        let data = Compare::<f32>::new([2, 21, 3, 10], true);
        let mut results =
            Path::available().filter(|&path| path != Path::Portable).map(|path| path.run(Run(&data, false)));
        if let Some(first) = results.next() {
            assert!(results.all(|other| other == first));
        }
    }
}
