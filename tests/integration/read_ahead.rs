//! Sources that a thread reads ahead: the same samples, the same errors, a panic that goes on, and a thread that ends.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use typenet::dataset::{Batches, SampleReader};
use typenet::prelude::*;

network!(struct Line = Dense<1, 3>, Tanh, Dropout(0.25), Dense<3, 1>);

type Data = Dataset<Vector<1>, Vector<1>>;

/// The first so many numbers and their halves, of which a few at a time are given.
#[derive(Clone)]
struct Halves {
    samples: usize,
    at_most: usize,
    /// The sample that cannot be read, and whether it panics.
    fault: Option<(usize, bool)>,
    /// How many have been read in all epochs.
    read: Arc<AtomicUsize>,
}

impl Halves {
    fn new(samples: usize) -> Self {
        Self { samples, at_most: usize::MAX, fault: None, read: Arc::default() }
    }

    fn data(&self) -> Data {
        let (mut inputs, mut targets) = (Vec::new(), Vec::new());
        let mut all = Self { fault: None, ..self.clone() };
        (0..self.samples).for_each(|at| all.read(at, &mut inputs, &mut targets).unwrap());
        Dataset::new(inputs, targets).unwrap()
    }
}

impl SampleReader<f32> for Halves {
    type Input = Vector<1>;
    type Target = Vector<1>;
    type Error = String;

    fn len(&self) -> usize {
        self.samples
    }

    fn read(&mut self, at: usize, inputs: &mut Vec<[f32; 1]>, targets: &mut Vec<[f32; 1]>) -> Result<(), String> {
        if let Some((sample, panics)) = self.fault
            && sample == at
        {
            // Without the message of a panic in the output of the tests.
            return if panics { resume_unwind(Box::new("broken")) } else { Err(format!("sample {at} is gone")) };
        }
        let x = f32::from(u16::try_from(at).unwrap()) / 100.0;
        inputs.push([x]);
        targets.push([x / 2.0]);
        self.read.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

/// The same in order, without an end if there are very many.
impl Batches<f32> for Halves {
    type Input = Vector<1>;
    type Target = Vector<1>;
    type Error = String;

    fn begin(&mut self, _: u64, _: u64) -> Result<(), String> {
        self.read.store(0, Ordering::SeqCst);
        Ok(())
    }

    fn fill(&mut self, count: usize, x: &mut Vec<[f32; 1]>, y: &mut Vec<[f32; 1]>) -> Result<(), String> {
        let first = self.read.load(Ordering::SeqCst);
        (first..self.samples).take(count.min(self.at_most)).try_for_each(|at| SampleReader::read(self, at % 100, x, y))
    }
}

fn trainer() -> Trainer<MeanSquaredError, Adam, f32> {
    Trainer::new(MeanSquaredError, Adam::new(0.01)).epochs(3).batch_size(8).seed(5)
}

/// The losses and the parameters after training.
fn fitted(source: &mut impl Batches<f32, Input = Vector<1>, Target = Vector<1>>) -> (Vec<f64>, Vec<f32>) {
    let mut network = Line::init(&mut typenet::rng(2));
    let history = trainer().fit_batches(&mut network, source).unwrap();
    (history["loss"].to_vec(), network.parameters().to_vec())
}

#[test]
fn samples_that_are_read_one_at_a_time_give_the_bits_of_fit() {
    for samples in [1, 8, 61] {
        let halves = Halves::new(samples);
        let mut network = Line::init(&mut typenet::rng(2));
        let history = trainer().fit(&mut network, &halves.data()).unwrap();
        let expected = (history["loss"].to_vec(), network.parameters().to_vec());
        let mut source = halves.clone().in_random_order();
        assert_eq!(Batches::samples(&source), Some(samples));
        assert_eq!(fitted(&mut source), expected);
        assert_eq!(source.into_inner().len(), samples);
        for batches in [0, 1, 5, usize::MAX] {
            let mut ahead = halves.clone().in_random_order().read_ahead(batches);
            assert_eq!(ahead.samples(), Some(samples));
            assert_eq!(fitted(&mut ahead), expected, "{samples} samples, {batches} batches");
            // The source serves again.
            assert_eq!(fitted(&mut ahead), expected, "{samples} samples, {batches} batches");
        }
    }
}

#[test]
fn a_batch_may_come_in_pieces_and_be_taken_in_others() {
    for at_most in [1, 3, 1000] {
        let mut ahead = Halves { at_most, ..Halves::new(20) }.read_ahead(2);
        ahead.begin(0, 0).unwrap();
        let (mut inputs, mut targets, mut sizes) = (Vec::new(), Vec::new(), Vec::new());
        for count in [3, 2, 2, 100, 1, 1, 100, 100, 100, 100, 100, 100] {
            let before = inputs.len();
            ahead.fill(count, &mut inputs, &mut targets).unwrap();
            sizes.push(inputs.len() - before);
        }
        // A thread reads three at a time, as the first call asks.
        assert_eq!(sizes, [3, 2, 1, 3, 1, 1, 1, 3, 3, 2, 0, 0], "{at_most}");
        assert_eq!(
            (inputs, targets),
            (Halves::new(20).data().inputs().to_vec(), Halves::new(20).data().targets().to_vec())
        );
    }
}

#[test]
fn an_error_comes_with_its_batch_and_the_source_begins_again() {
    let mut ahead = Halves { fault: Some((13, false)), ..Halves::new(20) }.read_ahead(4);
    for _ in 0..2 {
        let (mut network, mut trainer) = (Line::init(&mut typenet::rng(2)), trainer());
        let error = trainer.fit_batches(&mut network, &mut ahead).unwrap_err();
        assert_eq!(error.to_string(), "the source of batches failed in epoch 1: sample 13 is gone");
        assert_eq!(trainer.optimizer().steps(), 1);
    }
}

#[test]
fn a_panic_goes_on_where_the_batch_is_asked_for() {
    let mut ahead = Halves { fault: Some((13, true)), ..Halves::new(20) }.read_ahead(4);
    let mut fit = || trainer().fit_batches(&mut Line::zeroed(), &mut ahead).map(drop);
    let payload = catch_unwind(AssertUnwindSafe(&mut fit)).unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&"broken"));
    let payload = catch_unwind(AssertUnwindSafe(&mut fit)).unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&"a source of batches is used again after it has panicked"));
}

#[test]
fn a_thread_reads_as_far_ahead_as_it_may_and_ends_with_its_source() {
    let halves = Halves::new(usize::MAX);
    let read = Arc::clone(&halves.read);
    let mut ahead = halves.read_ahead(3);
    ahead.begin(0, 0).unwrap();
    assert_eq!(read.load(Ordering::SeqCst), 0, "nothing is read before the first batch");
    ahead.fill(10, &mut Vec::new(), &mut Vec::new()).unwrap();
    // The batch that was taken, three that wait, and one that has no place yet.
    let started = Instant::now();
    while read.load(Ordering::SeqCst) < 50 && started.elapsed() < Duration::from_secs(60) {
        std::thread::yield_now();
    }
    std::thread::sleep(Duration::from_millis(20));
    assert_eq!(read.load(Ordering::SeqCst), 50);
    // The thread has the only other reference.
    drop(ahead);
    assert_eq!(Arc::strong_count(&read), 1);
}
