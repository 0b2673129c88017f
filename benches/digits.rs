//! Only the training of the classic job, 64-32-10 for 50 epochs on 1,437 digits: row E of the benchmarks.
//!
//! The whole process is timed from outside, with `worker/src/bin/digits_job.rs`.
//!
//! ```text
//! cargo bench -p typenet-benches --bench digits
//! ```
#![allow(missing_docs, reason = "criterion's macros write public functions")]

use std::time::Duration;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use typenet::prelude::*;

network!(struct Digits = Dense<64, 32>, Tanh, Dense<32, 10>, Softmax);

/// The share for training: a fifth, rounded up, is held out.
const TRAINING: f64 = 1437.0 / 1797.0;

fn training(criterion: &mut Criterion) {
    let mut rng = typenet::rng(0);
    let (train, _) = datasets::digits().shuffled(&mut rng).split(TRAINING);
    let train = Standardizer::fit(train.inputs()).transform(train);
    assert_eq!(train.len(), 1437);
    criterion.bench_function("E digits, training alone", |bencher| {
        bencher.iter_batched_ref(
            || (Trainer::new(Nll, Sgd::new(0.05).momentum(0.9)).epochs(50).batch_size(32), Digits::init(&mut rng)),
            |(trainer, network)| trainer.fit(network, &train).is_ok(),
            BatchSize::SmallInput,
        );
    });
}

criterion_group! {
    name = benches;
    // An iteration takes tens of milliseconds, so a hundred of them would not improve the result.
    config = Criterion::default().sample_size(20).measurement_time(Duration::from_secs(3));
    targets = training
}
criterion_main!(benches);
