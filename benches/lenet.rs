//! One prediction and one training step of convolutional networks: row D of the benchmarks.
//!
//! D: forward, mean negative log likelihood, backward, SGD with momentum 0.9, on one thread for a batch of one tile. LeNet-5 has
//! ReLU and max pooling.
//!
//! ```text
//! cargo bench -p typenet-benches --bench lenet
//! ```
#![allow(missing_docs, reason = "criterion's macros write public functions")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use typenet::prelude::*;
use typenet::{Predict, random};

network! {
    struct LeNet (Image<1, 28, 28>) -> Probabilities<10> {
        conv1: Conv2d<_, 6, 5>, Relu, MaxPool2d<2>,
        conv2: Conv2d<_, 16, 5>, Relu, MaxPool2d<2>,
        Flatten, fc1: Dense<_, 120>, Relu, fc2: Dense<_, 84>, Relu, output: Dense<_, 10>, Softmax,
    }
}

network! {
    struct SmallResidual (Image<3, 32, 32>) -> Probabilities<10> {
        stem: Conv2d<_, 16, 3>(padding = Same), Relu,
        block: Residual { conv1: Conv2d<_, 16, 3>(padding = Same), Relu, conv2: Conv2d<_, 16, 3>(padding = Same) }, Relu,
        down: Conv2d<_, 32, 3>(stride = 2, padding = Same), Relu,
        block2: Residual { conv1: Conv2d<_, 32, 3>(padding = Same), Relu, conv2: Conv2d<_, 32, 3>(padding = Same) }, Relu,
        MaxPool2d<2>, Flatten, output: Dense<_, 10>, Softmax,
    }
}

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
    criterion.bench_function(&format!("D predict {name}"), |bencher| {
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
    criterion.bench_function(&format!("D step {name} batch {batch}"), |bencher| {
        bencher.iter(|| {
            let pass = Pass::training(0, optimizer.steps());
            let loss = network.gradient(&inputs, &targets, &Nll, &pass, &mut workspace, &mut gradient);
            let stepped = optimizer.step(&mut *network, &*gradient);
            (black_box(loss).is_ok(), stepped.is_ok())
        });
    });
}

fn predictions(criterion: &mut Criterion) {
    predict::<LeNet>(criterion, "LeNet-5");
    predict::<SmallResidual>(criterion, "residual");
}

fn steps(criterion: &mut Criterion) {
    for batch in [16, 64, 2048] {
        step::<LeNet, 10>(criterion, "LeNet-5", batch);
    }
    step::<SmallResidual, 10>(criterion, "residual", 64);
}

criterion_group!(benches, predictions, steps);
criterion_main!(benches);
