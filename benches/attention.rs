//! Attention: row T of the benchmarks.
//!
//! T: forward and backward pass, and prediction, of causal attention with 4 heads over 64 steps of 128 features, on one thread
//! for a batch of 32; the same without a mask; over 512 steps for a batch of 4; and of 64 steps to 64 of another sequence, for a batch of 32.
//!
//! ```text
//! cargo bench -p typenet-benches --bench attention
//! ```
#![allow(missing_docs, reason = "criterion's macros write public functions")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use typenet::prelude::*;
use typenet::random;

network!(struct Causal (Sequence<64, 128>) = SelfAttention<4>(causal = true));
network!(struct Full (Sequence<64, 128>) = SelfAttention<4>);
network!(struct Cross (Pair<Sequence<64, 128>, Sequence<64, 128>>) = CrossAttention<4>);
network!(struct Long (Sequence<512, 128>) = SelfAttention<4>(causal = true));

fn samples<S: Shape>(count: usize) -> Vec<S::Array<f32>> {
    let mut rng = typenet::rng(5);
    let mut samples = vec![S::zero(); count];
    for value in S::flat_batch_mut(&mut samples) {
        *value = typenet::Scalar::from_f64(random::normal(&mut rng));
    }
    samples
}

fn passes<N: Network<Scalar = f32, Logits = <N as Network>::Output>>(
    criterion: &mut Criterion,
    name: &str,
    batch: usize,
) {
    let network = N::init(&mut typenet::rng(1));
    let (inputs, grad_logits) = (samples::<N::Input>(batch), samples::<N::Output>(batch));
    let (mut workspace, mut gradient) = (Workspace::for_samples(batch), Gradient::zeroed());
    criterion.bench_function(&format!("T pass {name}"), |bencher| {
        bencher.iter(|| {
            let pass = Pass::training(0, 0);
            let forward = network.forward(&inputs, &pass, &mut workspace).is_ok();
            let backward = network.backward(&inputs, &grad_logits, &pass, &mut workspace, &mut gradient).is_ok();
            black_box((forward, backward))
        });
    });
    criterion.bench_function(&format!("T forward {name}"), |bencher| {
        bencher.iter(|| black_box(network.forward(&inputs, &Pass::training(0, 0), &mut workspace).is_ok()));
    });
}

fn attention(criterion: &mut Criterion) {
    passes::<Causal>(criterion, "causal", 32);
    passes::<Full>(criterion, "full", 32);
    passes::<Long>(criterion, "long", 4);
    passes::<Cross>(criterion, "cross", 32);
}

criterion_group!(benches, attention);
criterion_main!(benches);
