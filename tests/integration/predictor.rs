//! Networks that threads share: the bits of `predict`, batches of those that wait, and calls that outlive a panic.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use typenet::Predictor;
use typenet::kernel::{Isa, Kernels};
use typenet::prelude::*;
use typenet::{Elementwise, Reads, Site};

/// A layer that lets the sample pass whose first element is `HELD` only when the gate is open, and not the one with `BROKEN`.
struct Gate;

const HELD: f32 = 1001.0;
const BROKEN: f32 = 1002.0;
static IS_OPEN: (Mutex<bool>, Condvar) = (Mutex::new(false), Condvar::new());

impl Elementwise for Gate {
    type Settings = ();

    const READS: Reads = Reads::Nothing;

    fn map<In: Shape, T: Kernels, I: Isa>(_: I, _: Site<'_, (), ()>, values: &mut [T]) {
        for sample in values.chunks(In::LEN) {
            if sample[0].to_f64() == f64::from(HELD) {
                drop(IS_OPEN.1.wait_while(IS_OPEN.0.lock().unwrap(), |is_open| !*is_open).unwrap());
            }
            if sample[0].to_f64() == f64::from(BROKEN) {
                resume_unwind(Box::new("broken"));
            }
        }
    }

    fn multiply_by_derivative<In: Shape, T: Kernels, I: Isa>(_: I, _: Site<'_, (), ()>, _: &[T], _: &mut [T]) {}
}

network!(struct Gated (Vector<5>) = Gate, Dense<5, 7>, Tanh, Dense<7, 3>, Softmax);

fn sample(first: f32) -> [f32; 5] {
    [first, 0.5, -1.0, 0.25, 2.0]
}

/// Predictions of one call that is held, and of others that come meanwhile, each in a thread of its own.
fn served_behind_one(predictor: &Predictor<Arc<Gated>>, firsts: &[f32]) -> Vec<thread::Result<[f32; 3]>> {
    *IS_OPEN.0.lock().unwrap() = false;
    let ask = |first| catch_unwind(AssertUnwindSafe(|| predictor.predict(&sample(first))));
    thread::scope(|scope| {
        let held = scope.spawn(move || ask(HELD));
        let mut threads = Vec::new();
        for (index, &first) in firsts.iter().enumerate() {
            // One after the other: the first takes the only turn.
            while predictor.in_line() != [1, index] {
                thread::yield_now();
            }
            threads.push(scope.spawn(move || ask(first)));
        }
        while predictor.in_line() != [1, firsts.len()] {
            thread::yield_now();
        }
        *IS_OPEN.0.lock().unwrap() = true;
        IS_OPEN.1.notify_all();
        [held].into_iter().chain(threads).map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn calls_that_wait_are_a_batch_and_a_panic_is_that_of_one_call() {
    let network: Arc<Gated> = Gated::init(&mut typenet::rng(37)).into();
    let predictor = Predictor::new(Arc::clone(&network)).threads(1).unwrap().batch_size(4).unwrap();
    let firsts = [1.0, 2.0, 3.0, 4.0, 5.0];
    let predictions = served_behind_one(&predictor, &firsts);
    for (first, prediction) in [HELD].iter().chain(&firsts).zip(&predictions) {
        assert_eq!(*prediction.as_ref().unwrap(), network.predict(&sample(*first)));
    }
    // The one that was held, four that waited, and one more.
    let served = predictor.served();
    assert_eq!((served.predictions, served.batches, served.largest_batch), (6, 3, 4));

    // The first in line computes its own and the broken one, and panics. So does the broken one, alone.
    let firsts = [1.0, BROKEN, 3.0, 4.0, 5.0];
    let predictions = served_behind_one(&predictor, &firsts);
    for (index, prediction) in predictions.iter().enumerate() {
        assert_eq!(prediction.is_err(), [1, 2].contains(&index), "{index}");
        if let Ok(prediction) = prediction {
            let first = [HELD, 1.0, BROKEN, 3.0, 4.0, 5.0][index];
            assert_eq!(*prediction, network.predict(&sample(first)));
        }
    }
    // Nobody is in line, and the next call is served.
    assert_eq!(predictor.in_line(), [0, 0]);
    assert_eq!(predictor.predict(&sample(9.0)), network.predict(&sample(9.0)));
}

#[test]
fn any_number_of_threads_receives_the_bits_of_predict() {
    network!(struct Digits = Dense<64, 16>, Tanh, Dense<16, 10>, Softmax);
    let network = Digits::init(&mut typenet::rng(37));
    let digits = datasets::digits();
    let expected = network.predict_batch(digits.inputs());
    for (threads, batch_size) in [(1, 1), (1, 8), (2, 32), (100, 2)] {
        let predictor = Predictor::new(&*network).threads(threads).unwrap().batch_size(batch_size).unwrap();
        thread::scope(|scope| {
            for (samples, expected) in digits.inputs().chunks(300).zip(expected.chunks(300)) {
                let predictor = &predictor;
                scope.spawn(move || {
                    for (sample, expected) in samples.iter().zip(expected) {
                        assert_eq!(predictor.predict(sample), *expected);
                    }
                });
            }
        });
        let served = predictor.served();
        assert_eq!(served.predictions, 1797);
        assert!(served.largest_batch <= batch_size && served.batches <= served.predictions, "{served:?}");
        assert_eq!(predictor.in_line(), [0, 0]);
    }
}

#[test]
fn no_threads_and_no_samples_are_refused() {
    network!(struct Small = Dense<1, 1>);
    let error = Predictor::new(Small::<f32>::zeroed()).threads(0).unwrap_err().to_string();
    assert_eq!(error, "the number of threads is 0, but must be at least 1");
    let error = Predictor::new(Small::<f32>::zeroed()).batch_size(0).unwrap_err().to_string();
    assert_eq!(error, "the batch size is 0, but must be at least 1");
    let predictor = Predictor::new(Small::<f32>::zeroed()).threads(3).unwrap();
    assert!(format!("{predictor:?}").starts_with("Predictor { network: \"Small\", threads: 3, batch_size: 32"));
}
