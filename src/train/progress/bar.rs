//! How far is the training, and how long will it take?

use alloc::format;
use alloc::string::String;
use core::ops::ControlFlow;
use core::time::Duration;
use std::time::Instant;

use indicatif::{ProgressBar as Bar, ProgressDrawTarget, ProgressStyle};

use crate::error::Result;
use crate::history::{EpochRecord, History};
use crate::network::Network;
use crate::train::{Callback, Progress, StepRecord, TrainingPlan};

/// What it shows is made anew this often, as often as it is drawn.
const INTERVAL: Duration = Duration::from_millis(50);
/// The bar goes over all epochs; a line that is too long is cut at its end.
const RUNNING: &str = "{prefix} [{bar:12}] {eta} left, {wide_msg}";
const ENDED: &str = "{prefix} [{bar:12}] {elapsed} {wide_msg}";

/// A line on standard error that shows how far training is: what [`Progress::bar`] returns.
#[derive(Debug)]
pub struct ProgressBar {
    target: fn() -> ProgressDrawTarget,
    bar: Option<Bar>,
    plan: Option<TrainingPlan>,
    shown: Option<Instant>,
    /// The measures of the last whole epoch.
    measures: String,
}

impl Progress {
    /// A line on standard error with a bar over all epochs, the time that is left, the loss of the last step, the measures of the
    /// last validation, and the step within the epoch. The last state stays, on a line of its own.
    ///
    /// Nothing is shown where standard error is no terminal; [`lines`](Self::lines) writes everywhere. Where a source of batches
    /// does not know how many samples it has, the bar goes by epochs.
    ///
    /// Between two pictures, of which there are at most twenty a second, it costs a step a look at the clock.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Line = Dense<1, 1>);
    /// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0]], vec![[1.0]])?;
    /// Trainer::new(MeanSquaredError, Sgd::new(0.1))
    ///     .epochs(2)
    ///     .callback(Progress::bar())
    ///     .fit(&mut Line::zeroed(), &data)?;
    /// # Ok::<(), typenet::Error>(())
    /// ```
    #[must_use]
    pub fn bar() -> ProgressBar {
        ProgressBar::on(ProgressDrawTarget::stderr)
    }
}

impl ProgressBar {
    fn on(target: fn() -> ProgressDrawTarget) -> Self {
        Self { target, bar: None, plan: None, shown: None, measures: String::new() }
    }

    /// Whether it is time for another picture.
    fn is_due(&mut self) -> bool {
        let now = Instant::now();
        let due = self.shown.is_none_or(|shown| now.duration_since(shown) >= INTERVAL);
        if due {
            self.shown = Some(now);
        }
        due
    }

    fn show(&self, epoch: usize, position: usize, message: String) {
        let (Some(bar), Some(plan)) = (&self.bar, &self.plan) else {
            return;
        };
        let width = plan.epochs.max(1).ilog10() as usize + 1;
        bar.set_prefix(format!("epoch {epoch:width$}/{}", plan.epochs));
        bar.set_message(message);
        bar.set_position(position as u64);
    }

    /// The steps of whole epochs; without a number of steps, the epochs.
    fn position(&self, epochs: usize) -> usize {
        self.plan.map_or(0, |plan| epochs.saturating_mul(plan.steps.max(1)))
    }
}

fn styled(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> ")
}

impl<N: Network> Callback<N> for ProgressBar {
    fn begin(&mut self, _: &N, plan: &TrainingPlan) -> Result<ControlFlow<()>> {
        self.plan = Some(*plan);
        (self.shown, self.measures) = (None, String::new());
        let length = self.position(plan.epochs) as u64;
        let bar = Bar::with_draw_target(Some(length), (self.target)()).with_style(styled(RUNNING));
        self.bar = Some(bar);
        Ok(ControlFlow::Continue(()))
    }

    fn step_end(&mut self, _: &N, record: &StepRecord) -> ControlFlow<()> {
        if self.bar.as_ref().is_some_and(|bar| !bar.is_hidden()) && self.is_due() {
            let steps = self.plan.map_or(0, |plan| plan.steps);
            let (of, within) = if steps > 0 { (format!("/{steps}"), record.step) } else { (String::new(), 0) };
            let message = format!("loss {:.4}{}, step {}{of}", record.loss, self.measures, record.step);
            self.show(record.epoch, self.position(record.epoch - 1) + within, message);
        }
        ControlFlow::Continue(())
    }

    fn epoch_end(&mut self, _: &N, record: &EpochRecord) -> ControlFlow<()> {
        self.measures = record.validation.map_or_else(String::new, |validation| {
            let accuracy = validation.accuracy.map_or_else(String::new, |accuracy| format!(", accuracy {accuracy:.4}"));
            format!(", validation {:.4}{accuracy}", validation.loss)
        });
        if self.is_due() {
            let message = format!("loss {:.4}{}", record.loss, self.measures);
            self.show(record.epoch, self.position(record.epoch), message);
        }
        ControlFlow::Continue(())
    }

    fn end(&mut self, _: &mut N, history: &History) {
        if let Some(record) = history.epochs().last() {
            let message = format!("loss {:.4}{}", record.loss, self.measures);
            self.show(record.epoch, self.position(record.epoch), message);
        }
        if let Some(bar) = self.bar.take() {
            bar.set_style(styled(ENDED));
            bar.abandon();
        }
    }
}
