//! The heads of a cross-attention, one after the other: each copies its part of queries, keys and values to matrices, which the kernels
//! of dense layers multiply.

use crate::kernel::{DenseSizes, Isa, Kernels};
use crate::layer::StepCounts;

/// The sizes of the heads of a sample.
#[derive(Clone, Copy, Debug)]
pub(super) struct HeadSizes {
    /// The number of steps that ask.
    pub(super) queries: usize,
    /// The number of steps that they see.
    pub(super) keys: usize,
    /// The number of heads.
    pub(super) heads: usize,
    /// The number of elements of a head.
    pub(super) width: usize,
}

/// The matrices of a head.
struct Matrices<'a, T> {
    /// Queries times 1/√D, a row for each.
    queries: &'a mut [T],
    /// Keys, a column for each.
    keys: &'a mut [T],
    /// Values, a row for each.
    values: &'a mut [T],
    /// Outputs, or their gradient, a row for each query.
    outputs: &'a mut [T],
    /// The rest of the scratch memory.
    rest: &'a mut [T],
}

impl HeadSizes {
    /// Returns the number of weights of a sample.
    pub(super) const fn weights_len(self) -> usize {
        self.heads * self.queries * self.keys
    }

    /// Returns the number of elements of scratch memory of [`forward`](Self::forward).
    pub(super) const fn scratch_len(self) -> usize {
        2 * self.width * (self.queries + self.keys)
    }

    /// Returns the number of elements of scratch memory of [`gradient`](Self::gradient).
    pub(super) const fn gradient_scratch_len(self) -> usize {
        self.scratch_len() + self.queries * self.keys + self.width * (self.queries + 2 * self.keys)
    }

    /// Returns the number of elements of a step in the output. One of the projections has three times as many.
    const fn features(self) -> usize {
        self.heads * self.width
    }

    /// Returns the sizes of the product of queries and keys, and those of the product of weights and values.
    const fn products(self) -> [DenseSizes; 2] {
        let Self { queries, keys, width, .. } = self;
        [
            DenseSizes { samples: queries, inputs: width, outputs: keys },
            DenseSizes { samples: queries, inputs: keys, outputs: width },
        ]
    }

    /// Returns the same sizes for the sequences of one sample, which may be shorter.
    fn of_sample<T: Kernels>(self, sample: usize, [queries, keys]: [StepCounts<'_, T>; 2]) -> Self {
        Self { queries: queries.of(sample), keys: keys.of(sample), ..self }
    }

    /// Splits scratch memory into the matrices of a head.
    fn matrices<T>(self, scratch: &mut [T]) -> Matrices<'_, T> {
        let (queries, rest) = scratch.split_at_mut(self.queries * self.width);
        let (keys, rest) = rest.split_at_mut(self.keys * self.width);
        let (values, rest) = rest.split_at_mut(self.keys * self.width);
        let (outputs, rest) = rest.split_at_mut(self.queries * self.width);
        Matrices { queries, keys, values, outputs, rest }
    }

    /// Copies the queries, keys and values of a head of a sample, whose first `room` rows are for queries.
    fn load<T: Kernels>(self, room: usize, head: usize, projected: &[T], matrices: &mut Matrices<'_, T>) {
        let (features, width, start) = (self.features(), self.width, head * self.width);
        let scale = T::ONE / T::from_count(width).sqrt();
        let (of_queries, of_keys) = projected.split_at(room * 3 * features);
        for (row, step) in matrices.queries.chunks_exact_mut(width).zip(of_queries.chunks_exact(3 * features)) {
            for (to, &query) in row.iter_mut().zip(&step[start..][..width]) {
                *to = query * scale;
            }
        }
        for (key, step) in of_keys.chunks_exact(3 * features).take(self.keys).enumerate() {
            for (element, &value) in step[features + start..][..width].iter().enumerate() {
                matrices.keys[element * self.keys + key] = value;
            }
            matrices.values[key * width..][..width].copy_from_slice(&step[2 * features + start..][..width]);
        }
    }

    /// Computes the weights and the output of all heads of all samples.
    pub(super) fn forward<T: Kernels, I: Isa>(
        self,
        isa: I,
        counts: [StepCounts<'_, T>; 2],
        projected: &[T],
        scratch: &mut [T],
        weights: &mut [T],
        attended: &mut [T],
    ) {
        let (features, width) = (self.features(), self.width);
        let samples = projected.chunks_exact((self.queries + self.keys) * 3 * features);
        let samples = samples.zip(attended.chunks_exact_mut(self.queries * features));
        let samples = samples.zip(weights.chunks_exact_mut(self.weights_len()));
        for (sample, ((projected, attended), weights)) in samples.enumerate() {
            let own = self.of_sample(sample, counts);
            let [of_keys, of_values] = own.products();
            let (attended, padding) = attended.split_at_mut(own.queries * features);
            padding.fill(T::ZERO);
            for (head, weights) in weights.chunks_exact_mut(own.queries * own.keys).take(self.heads).enumerate() {
                let mut matrices = own.matrices(scratch);
                own.load(self.queries, head, projected, &mut matrices);
                let Matrices { queries, keys, values, outputs, .. } = matrices;
                T::dense_forward(isa, of_keys, keys, &[], queries, weights);
                T::softmax(isa, own.keys, weights);
                T::dense_forward(isa, of_values, values, &[], weights, outputs);
                for (step, row) in attended.chunks_exact_mut(features).zip(outputs.chunks_exact(width)) {
                    step[head * width..][..width].copy_from_slice(row);
                }
            }
        }
    }

    /// Replaces queries, keys and values by their gradients, given that of the output of all heads. Those of a sequence that a
    /// projection is not for are zero.
    pub(super) fn gradient<T: Kernels, I: Isa>(
        self,
        isa: I,
        counts: [StepCounts<'_, T>; 2],
        projected: &mut [T],
        scratch: &mut [T],
        weights: &[T],
        grad_attended: &[T],
    ) {
        let (features, width) = (self.features(), self.width);
        let samples = projected.chunks_exact_mut((self.queries + self.keys) * 3 * features);
        let samples = samples.zip(grad_attended.chunks_exact(self.queries * features));
        let samples = samples.zip(weights.chunks_exact(self.weights_len()));
        for (sample, ((projected, grad_attended), weights)) in samples.enumerate() {
            let own = self.of_sample(sample, counts);
            let [of_keys, of_values] = own.products();
            for (head, weights) in weights.chunks_exact(own.queries * own.keys).take(self.heads).enumerate() {
                let mut matrices = own.matrices(scratch);
                own.load(self.queries, head, projected, &mut matrices);
                let Matrices { queries, keys, values, outputs, rest } = matrices;
                let (grad_weights, rest) = rest.split_at_mut(own.queries * own.keys);
                let (grad_queries, rest) = rest.split_at_mut(own.queries * width);
                let (grad_keys, rest) = rest.split_at_mut(own.keys * width);
                let grad_values = &mut rest[..own.keys * width];
                for (row, step) in outputs.chunks_exact_mut(width).zip(grad_attended.chunks_exact(features)) {
                    row.copy_from_slice(&step[head * width..][..width]);
                }
                T::dense_weight_gradient(isa, of_values, weights, outputs, false, grad_values, &mut []);
                T::dense_input_gradient(isa, of_values, values, outputs, grad_weights);
                T::softmax_gradient(isa, own.keys, weights, grad_weights);
                T::dense_weight_gradient(isa, of_keys, queries, grad_weights, false, grad_keys, &mut []);
                T::dense_input_gradient(isa, of_keys, keys, grad_weights, grad_queries);
                own.store(self.queries, head, [grad_queries, grad_keys, grad_values], projected);
            }
            let (of_queries, of_keys) = projected.split_at_mut(self.queries * 3 * features);
            of_queries[own.queries * 3 * features..].fill(T::ZERO);
            of_keys[own.keys * 3 * features..].fill(T::ZERO);
        }
    }

    /// Replaces the queries, keys and values of a head of a sample, as [`load`](Self::load) reads them, by their gradients.
    fn store<T: Kernels>(self, room: usize, head: usize, [queries, keys, values]: [&[T]; 3], projected: &mut [T]) {
        let (features, width, start) = (self.features(), self.width, head * self.width);
        let scale = T::ONE / T::from_count(width).sqrt();
        let (of_queries, of_keys) = projected.split_at_mut(room * 3 * features);
        for (step, row) in of_queries.chunks_exact_mut(3 * features).zip(queries.chunks_exact(width)) {
            for (to, &gradient) in step[start..].iter_mut().zip(row) {
                *to = gradient * scale;
            }
            step[features + start..][..width].fill(T::ZERO);
            step[2 * features + start..][..width].fill(T::ZERO);
        }
        for (key, step) in of_keys.chunks_exact_mut(3 * features).take(self.keys).enumerate() {
            step[start..][..width].fill(T::ZERO);
            for (element, to) in step[features + start..][..width].iter_mut().enumerate() {
                *to = keys[element * self.keys + key];
            }
            step[2 * features + start..][..width].copy_from_slice(&values[key * width..][..width]);
        }
    }
}
