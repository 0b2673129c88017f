//! Samples drawn from a written seed, for networks of any shape.

use typenet::{Class, Scalar, Shape, random};

/// `count` samples of standard normal numbers.
pub(crate) fn normal<S: Shape, T: Scalar>(count: usize, seed: u64) -> Vec<S::Array<T>> {
    let mut rng = typenet::rng(seed);
    let mut samples = vec![S::zero::<T>(); count];
    for number in S::flat_batch_mut(&mut samples) {
        *number = T::from_f64(random::normal(&mut rng));
    }
    samples
}

/// `count` classes in turn: every class is as frequent as the others, but for a remainder.
pub(crate) fn classes<const K: usize>(count: usize) -> Vec<Class<K>> {
    (0..count).map(|sample| Class::new(sample % K).expect("a remainder is below its divisor")).collect()
}
