//! A transformer for characters: row G of the benchmarks.
//!
//! G: one step of training with Adam, on one thread for a batch of 32 sequences of 64 tokens, of 4 blocks of attention with 4
//! heads over 128 features and 512 hidden ones; the prediction of the batch; and a stream of 64 tokens.
//!
//! ```text
//! cargo bench -p typenet-benches --bench transformer
//! ```
#![allow(missing_docs, reason = "criterion's macros write public functions")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use typenet::Result;
use typenet::prelude::*;

const STEPS: usize = 64;
const CHARACTERS: usize = 96;
const BATCH: usize = 32;

network! {
    struct Gpt (Tokens<STEPS, CHARACTERS>) -> ProbabilitySequence<STEPS, CHARACTERS> {
        Embedding<_, 128>,
        PositionEmbedding,
        Repeat<4> {
            Residual { LayerNorm, SelfAttention<4>(causal = true) },
            Residual { LayerNorm, Dense<128, 512>, Gelu, Dense<512, 128> },
        },
        LayerNorm,
        Dense<_, CHARACTERS>,
        Softmax,
    }
}

fn batch() -> Result<Vec<[Token<CHARACTERS>; STEPS]>> {
    let sample =
        |index| Tokens::sample(std::array::from_fn::<_, STEPS, _>(|step| (index * 31 + step * 17) % CHARACTERS));
    (0..BATCH).map(sample).collect()
}

fn transformer(criterion: &mut Criterion) {
    let mut network = Gpt::init(&mut typenet::rng(1));
    let Ok(inputs) = batch() else {
        unreachable!("every index is below the number of characters");
    };
    let targets: Vec<[Class<CHARACTERS>; STEPS]> = inputs.iter().map(|sample| sample.map(Class::from)).collect();
    let (mut workspace, mut gradient) = (Workspace::for_samples(BATCH), Gradient::zeroed());
    let mut adam = Adam::new(1e-3).state();

    criterion.bench_function("G step", |bencher| {
        bencher.iter(|| {
            let pass = Pass::training(1, 0);
            let loss = network.gradient(&inputs, &targets, &Nll, &pass, &mut workspace, &mut gradient);
            black_box((loss.is_ok(), adam.step(&mut *network, &*gradient).is_ok()))
        });
    });
    criterion.bench_function("G predict", |bencher| bencher.iter(|| black_box(network.predict_batch(&inputs))));

    let mut group = criterion.benchmark_group("G stream");
    group.throughput(Throughput::Elements(STEPS as u64));
    let mut stream = network.start();
    group.bench_function("64 tokens", |bencher| {
        bencher.iter(|| {
            stream.restart();
            for &token in &inputs[0] {
                black_box(stream.push(token));
            }
        });
    });
    group.finish();
}

criterion_group!(benches, transformer);
criterion_main!(benches);
