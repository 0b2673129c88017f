//! Recurrent layers: row R of the benchmarks.
//!
//! R: forward and backward pass of a layer of 128 units over 64 steps of 64 features, on one thread for a batch of 32, and the
//! prediction of one step.
//!
//! ```text
//! cargo bench -p typenet-benches --bench recurrent
//! ```
#![allow(missing_docs, reason = "criterion's macros write public functions")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use typenet::prelude::*;
use typenet::{Predict, random};

network!(struct LongSequence (Sequence<64, 64>) = Lstm<_, 128>);
network!(struct GatedSequence (Sequence<64, 64>) = Gru<_, 128>);
network!(struct LongStep (Sequence<1, 64>) = Lstm<_, 128>);
network!(struct GatedStep (Sequence<1, 64>) = Gru<_, 128>);

fn samples<S: Shape>(count: usize) -> Vec<S::Array<f32>> {
    let mut rng = typenet::rng(5);
    let mut samples = vec![S::zero(); count];
    for value in S::flat_batch_mut(&mut samples) {
        *value = typenet::Scalar::from_f64(random::normal(&mut rng));
    }
    samples
}

fn pass<N: Network<Scalar = f32, Logits = <N as Network>::Output>>(criterion: &mut Criterion, name: &str) {
    let network = N::init(&mut typenet::rng(1));
    let (inputs, grad_logits) = (samples::<N::Input>(32), samples::<N::Output>(32));
    let (mut workspace, mut gradient) = (Workspace::for_samples(32), Gradient::zeroed());
    criterion.bench_function(&format!("R pass {name}"), |bencher| {
        bencher.iter(|| {
            let pass = Pass::training(0, 0);
            let forward = network.forward(&inputs, &pass, &mut workspace).is_ok();
            let backward = network.backward(&inputs, &grad_logits, &pass, &mut workspace, &mut gradient).is_ok();
            black_box((forward, backward))
        });
    });
}

fn step<N: Network<Scalar = f32>>(criterion: &mut Criterion, name: &str) {
    let network = N::init(&mut typenet::rng(1));
    let input = samples::<N::Input>(1)[0];
    criterion.bench_function(&format!("R step {name}"), |bencher| {
        bencher.iter(|| Predict::predict(&*network, black_box(&input)));
    });
}

fn passes(criterion: &mut Criterion) {
    pass::<LongSequence>(criterion, "LSTM");
    pass::<GatedSequence>(criterion, "GRU");
}

fn steps(criterion: &mut Criterion) {
    step::<LongStep>(criterion, "LSTM");
    step::<GatedStep>(criterion, "GRU");
}

criterion_group!(benches, passes, steps);
criterion_main!(benches);
