//! How does the worker communicate with the driver?

use std::collections::HashMap;
use std::io::{BufRead, Result, Write, stdin, stdout};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::threads::Threads;
use crate::workloads::{Steps, Workload};

/// The time that a workload runs before it is timed: processors raise their clocks, and AVX-512 units wake up.
const WARM_UP: Duration = Duration::from_millis(150);

/// The duration of the steps of one sample, long enough for the clock's resolution not to matter.
const SAMPLE_SECONDS: f64 = 0.01;

/// The minimum number of samples of a reply, however short the time.
const FEWEST_SAMPLES: usize = 3;

/// Replies to the lines of standard input until it ends.
pub(crate) fn serve(workloads: &[Workload], threads: &Threads) -> Result<()> {
    let names: Vec<&str> = workloads.iter().map(|workload| &*workload.name).collect();
    say(&json!(names))?;
    let mut ready = HashMap::new();
    for line in stdin().lock().lines() {
        say(&answer(&line?, workloads, threads, &mut ready).unwrap_or_else(|error| json!({ "error": error })))?;
    }
    Ok(())
}

fn say(value: &Value) -> Result<()> {
    let mut output = stdout().lock();
    writeln!(output, "{value}")?;
    output.flush()
}

/// Returns the samples that a line requests, or what is wrong with the line. Workloads are created on first use.
fn answer(
    line: &str,
    workloads: &[Workload],
    threads: &Threads,
    ready: &mut HashMap<String, Calibrated>,
) -> std::result::Result<Value, String> {
    let (name, seconds) = line.split_once(' ').ok_or("expected `NAME SECONDS`")?;
    let seconds: f64 = seconds.trim().parse().map_err(|_| format!("expected seconds, found `{seconds}`"))?;
    if !ready.contains_key(name) {
        let workload = workloads.iter().find(|workload| workload.name == name);
        let steps = (workload.ok_or_else(|| format!("no workload `{name}`"))?.make)();
        ready.insert(String::from(name), Calibrated::new(steps, threads));
    }
    let calibrated = ready.get_mut(name).ok_or("it was inserted above")?;
    Ok(json!(calibrated.samples(seconds, threads)))
}

/// A workload and the number of its steps in a sample.
struct Calibrated {
    steps: Steps,
    per_sample: usize,
}

impl Calibrated {
    fn new(steps: Steps, threads: &Threads) -> Self {
        let mut new = Self { steps, per_sample: 1 };
        let (start, mut runs) = (Instant::now(), 0.0);
        while start.elapsed() < WARM_UP {
            new.sample(threads);
            runs += 1.0;
        }
        // One step at a time costs more than consecutive steps, so the count is found in two rounds.
        new.per_sample = count(0.2 * SAMPLE_SECONDS, start.elapsed().as_secs_f64() / runs);
        new.per_sample = count(SAMPLE_SECONDS, new.sample(threads));
        new
    }

    /// Returns the seconds per step of one sample.
    fn sample(&mut self, threads: &Threads) -> f64 {
        let start = Instant::now();
        threads.run(|| (self.steps)(self.per_sample));
        start.elapsed().as_secs_f64() / self.per_sample as f64
    }

    fn samples(&mut self, seconds: f64, threads: &Threads) -> Vec<f64> {
        // Other workloads ran in the meantime: the first sample refills the caches.
        self.sample(threads);
        let (start, mut samples) = (Instant::now(), Vec::new());
        while start.elapsed().as_secs_f64() < seconds || samples.len() < FEWEST_SAMPLES {
            samples.push(self.sample(threads));
        }
        samples
    }
}

/// Returns the number of steps that fill the time.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "casts of floats saturate")]
fn count(seconds: f64, seconds_per_step: f64) -> usize {
    ((seconds / seconds_per_step) as usize).max(1)
}
