//! Byte-pair encoding: row P of the benchmarks.
//!
//! P: learning a vocabulary of 1,024 tokens from the text of a licence, of 11 KB; encoding this text, and decoding it again.
//!
//! ```text
//! cargo bench -p typenet-benches --bench byte_pairs
//! ```
#![allow(missing_docs, reason = "criterion's macros write public functions")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use typenet::{BytePairs, Token};

const TEXT: &str = include_str!("../LICENSE-APACHE");
const VOCABULARY: usize = 1024;

fn byte_pairs(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("P");
    group.throughput(Throughput::Bytes(TEXT.len() as u64));
    group.bench_function("learn", |bencher| bencher.iter(|| black_box(BytePairs::learn(TEXT, VOCABULARY).is_ok())));

    let pairs = BytePairs::learn(TEXT, VOCABULARY).expect("the text has so many pairs");
    let encode = || pairs.tokens::<VOCABULARY, f32>(TEXT).expect("a network has so many tokens");
    group.bench_function("encode", |bencher| bencher.iter(|| black_box(encode())));
    let tokens: Vec<Token<VOCABULARY>> = encode();
    group.bench_function("decode", |bencher| bencher.iter(|| black_box(pairs.text(&tokens))));
    group.finish();
}

criterion_group!(benches, byte_pairs);
criterion_main!(benches);
