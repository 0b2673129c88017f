//! One step of Adam on the 669,706 parameters of 784-512-512-10: row C of the benchmarks.
//!
//! For comparison, the same formula as a plain loop, which checks neither for NaN nor for values that are too large.
//!
//! ```text
//! cargo bench -p typenet-benches --bench adam
//! ```
#![allow(missing_docs, reason = "criterion's macros write public functions")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use typenet::kernel::{Isa, Program, dispatch};
use typenet::prelude::*;
use typenet::{Scalar, random};

const PARAMETERS: usize = 669_706;

fn noise(seed: u64, deviation: f64) -> Vec<f32> {
    let mut rng = typenet::rng(seed);
    (0..PARAMETERS).map(|_| Scalar::from_f64(deviation * random::normal(&mut rng))).collect()
}

/// Parameters, gradient, first and second moment; the bias corrections of both.
struct PlainLoop<'a>(&'a mut [f32], &'a [f32], &'a mut [f32], &'a mut [f32], [f32; 2]);

impl Program for PlainLoop<'_> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, _: I) {
        let Self(parameters, gradient, first, second, [first_correction, second_correction]) = self;
        for (((x, &g), m), v) in parameters.iter_mut().zip(gradient).zip(first).zip(second) {
            *m = 0.9 * *m + 0.1 * g;
            *v = 0.999 * *v + 0.001 * g * g;
            *x -= 1e-3 * (*m * first_correction) / ((*v * second_correction).sqrt() + 1e-8);
        }
    }
}

fn steps(criterion: &mut Criterion) {
    let gradient = noise(4, 1e-3);
    let mut parameters = noise(3, 0.1);
    let mut optimizer = Adam::new(1e-3).state();
    criterion.bench_function("C Adam step", |bencher| {
        bencher.iter(|| optimizer.step_slice(&mut parameters, black_box(&gradient)).is_ok());
    });

    let (mut first, mut second, mut step) = (vec![0.0; PARAMETERS], vec![0.0; PARAMETERS], 0);
    criterion.bench_function("C Adam as a plain loop", |bencher| {
        bencher.iter(|| {
            step += 1;
            let corrections = [0.9_f32, 0.999].map(|beta| 1.0 / (1.0 - beta.powi(step)));
            dispatch(PlainLoop(&mut parameters, black_box(&gradient), &mut first, &mut second, corrections));
        });
    });
}

criterion_group!(benches, steps);
criterion_main!(benches);
