//! One prediction and one training step of dense networks: rows A and B of the benchmarks.
//!
//! A: one sample through the network. B: forward, mean negative log likelihood, backward, SGD with momentum 0.9.
//!
//! ```text
//! cargo bench -p typenet-benches --bench dense_networks
//! ```
#![allow(missing_docs, reason = "criterion's macros write public functions")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use typenet::prelude::*;
use typenet::{Predict, random};

network!(struct Net4 = Dense<4, 16>, Tanh, Dense<16, 3>, Softmax);
network!(struct Net64 = Dense<64, 32>, Tanh, Dense<32, 10>, Softmax);
network!(struct Net784 = Dense<784, 128>, Tanh, Dense<128, 10>, Softmax);
network!(struct Deep784 = Dense<784, 512>, Relu, Dense<512, 512>, Relu, Dense<512, 10>, Softmax);

fn samples<S: Shape>(count: usize) -> Vec<S::Array<f32>> {
    let mut rng = typenet::rng(5);
    let mut samples = vec![S::zero(); count];
    for value in S::flat_batch_mut(&mut samples) {
        *value = typenet::Scalar::from_f64(random::normal(&mut rng));
    }
    samples
}

fn predict<N: Network<Scalar = f32>>(criterion: &mut Criterion, name: &str) {
    let network = N::init(&mut typenet::rng(1));
    let input = samples::<N::Input>(1)[0];
    criterion.bench_function(&format!("A predict {name}"), |bencher| {
        bencher.iter(|| Predict::predict(&*network, black_box(&input)));
    });
}

fn step<N, const K: usize>(criterion: &mut Criterion, name: &str, batch: usize)
where
    N: Network<Scalar = f32, Output = Probabilities<K>>,
{
    let mut rng = typenet::rng(6);
    let mut network = N::init(&mut rng);
    let inputs = samples::<N::Input>(batch);
    let targets: Vec<Class<K>> = (0..batch).filter_map(|_| Class::new(random::below(&mut rng, K)).ok()).collect();
    let (mut workspace, mut gradient) = (Workspace::new(), Gradient::zeroed());
    let mut optimizer = Sgd::new(0.01).momentum(0.9).state();
    criterion.bench_function(&format!("B step {name} batch {batch}"), |bencher| {
        bencher.iter(|| {
            let pass = Pass::training(0, optimizer.steps());
            let loss = network.gradient(&inputs, &targets, &Nll, &pass, &mut workspace, &mut gradient);
            let stepped = optimizer.step(&mut *network, &*gradient);
            (black_box(loss).is_ok(), stepped.is_ok())
        });
    });
}

fn predictions(criterion: &mut Criterion) {
    predict::<Net4>(criterion, "4-16-3");
    predict::<Net64>(criterion, "64-32-10");
    predict::<Net784>(criterion, "784-128-10");
    predict::<Deep784>(criterion, "784-512-512-10");
}

fn steps(criterion: &mut Criterion) {
    step::<Net64, 10>(criterion, "64-32-10", 32);
    for batch in [32, 64, 256] {
        step::<Net784, 10>(criterion, "784-128-10", batch);
    }
    step::<Deep784, 10>(criterion, "784-512-512-10", 128);
}

criterion_group!(benches, predictions, steps);
criterion_main!(benches);
