//! How far is the training, and how long will it take?

mod pace;

use alloc::format;
use alloc::string::String;
use core::fmt::Write;
use core::ops::ControlFlow;
use core::time::Duration;
use std::time::Instant;

use indicatif::{HumanDuration, ProgressBar as Bar, ProgressDrawTarget, ProgressStyle};

use crate::error::Result;
use crate::history::{EpochRecord, History};
use crate::network::Network;
use crate::readable::Significant;
use crate::train::{Callback, Progress, StepRecord, TrainingPlan};

use pace::Pace;

/// The shortest time between two updates of the bar, which is also the interval of drawing.
const INTERVAL: Duration = Duration::from_millis(50);
/// The bar covers all epochs. A line that is too long is cut at its end.
const RUNNING: &str = "{prefix} [{bar:12}] {wide_msg}";
const ENDED: &str = "{prefix} [{bar:12}] {elapsed} {wide_msg}";

/// A line on standard error that shows the progress of training: what [`Progress::bar`] returns.
#[derive(Debug)]
pub struct ProgressBar {
    target: fn() -> ProgressDrawTarget,
    clock: fn() -> Instant,
    bar: Option<Bar>,
    plan: Option<Lengths>,
    pace: Option<Pace>,
    shown: Option<Instant>,
    /// The measures of the last whole epoch, except the training loss.
    measures: String,
}

/// The number of epochs, and the number of steps in each; 0 if the number of steps is unknown.
#[derive(Clone, Copy, Debug)]
struct Lengths {
    epochs: usize,
    steps: usize,
}

impl Lengths {
    /// Returns the position after `epochs` epochs and `steps` steps of the next one: in steps, or in epochs if the number of
    /// steps is unknown.
    fn place(self, epochs: usize, steps: usize) -> usize {
        if self.steps == 0 { epochs } else { epochs.saturating_mul(self.steps).saturating_add(steps) }
    }
}

impl Progress {
    /// Shows a line on standard error with a bar over all epochs, the remaining time, the loss of the last step, the other
    /// measures of the last epoch, and the step within the epoch. The last state remains, on a separate line.
    ///
    /// The remaining time is based on the mean duration of the steps of this process, validation included. After
    /// `Trainer::resume`, the bar starts where training was interrupted, and earlier steps do not count. Before the first step
    /// (or the first epoch, if the bar counts epochs), no time is shown.
    ///
    /// Nothing is shown if standard error is not a terminal; [`lines`](Self::lines) always writes. If a source of batches does
    /// not know its number of samples, the bar counts epochs.
    ///
    /// The bar is redrawn at most twenty times a second. In between, a step only costs one query of the clock.
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
        ProgressBar::on(ProgressDrawTarget::stderr, Instant::now)
    }
}

impl ProgressBar {
    fn on(target: fn() -> ProgressDrawTarget, clock: fn() -> Instant) -> Self {
        Self { target, clock, bar: None, plan: None, pace: None, shown: None, measures: String::new() }
    }

    /// Starts an empty bar, or a bar at the position where training was interrupted.
    fn start(&mut self, plan: &TrainingPlan) {
        let lengths = Lengths { epochs: plan.epochs, steps: plan.steps };
        let begin = lengths.place(plan.epochs_before, plan.steps_before);
        let bar = Bar::with_draw_target(Some(lengths.place(plan.epochs, 0) as u64), (self.target)());
        self.bar = Some(bar.with_style(styled(RUNNING)).with_position(begin as u64));
        (self.plan, self.pace) = (Some(lengths), Some(Pace::new((self.clock)(), begin)));
        (self.shown, self.measures) = (None, String::new());
    }

    fn show_step(&mut self, record: &StepRecord) {
        let drawn = self.bar.as_ref().is_some_and(|bar| !bar.is_hidden());
        if let Some(plan) = self.plan.filter(|_| drawn && self.is_due()) {
            let of = if plan.steps > 0 { format!("/{}", plan.steps) } else { String::new() };
            let message = format!("loss {}{}, step {}{of}", Significant(record.loss), self.measures, record.step);
            self.show_running(record.epoch, plan.place(record.epoch - 1, record.step), &message);
        }
    }

    fn show_epoch(&mut self, record: &EpochRecord) {
        self.measures.clear();
        for text in record.readable().skip(1) {
            // Writing to a string does not fail.
            let _ = write!(self.measures, ", {text}");
        }
        let Some(position) = self.plan.map(|plan| plan.place(record.epoch, 0)) else {
            return;
        };
        // An epoch that is not drawn still counts.
        if let Some(pace) = &mut self.pace {
            pace.record((self.clock)(), position);
        }
        if self.is_due() {
            let message = format!("loss {}{}", Significant(record.loss), self.measures);
            self.show_running(record.epoch, position, &message);
        }
    }

    /// Leaves the state after the last epoch, if there was one.
    fn finish(&mut self, last: Option<&EpochRecord>) {
        if let (Some(plan), Some(record)) = (self.plan, last) {
            let message = format!("loss {}{}", Significant(record.loss), self.measures);
            self.show(record.epoch, plan.place(record.epoch, 0), message);
        }
        if let Some(bar) = self.bar.take() {
            bar.set_style(styled(ENDED));
            bar.abandon();
        }
    }

    /// Returns whether it is time to redraw.
    fn is_due(&mut self) -> bool {
        let now = (self.clock)();
        let due = self.shown.is_none_or(|shown| now.duration_since(shown) >= INTERVAL);
        if due {
            self.shown = Some(now);
        }
        due
    }

    /// Shows a position in running training, with the remaining time.
    fn show_running(&mut self, epoch: usize, position: usize, message: &str) {
        let now = (self.clock)();
        let left = self.pace.as_mut().zip(self.plan).and_then(|(pace, plan)| {
            pace.record(now, position);
            pace.left(now, plan.place(plan.epochs, 0))
        });
        let left = left.map_or_else(String::new, |left| format!("{:#} left, ", HumanDuration(left)));
        self.show(epoch, position, left + message);
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
}

fn styled(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> ")
}

impl<N: Network> Callback<N> for ProgressBar {
    fn begin(&mut self, _: &N, plan: &TrainingPlan) -> Result<ControlFlow<()>> {
        self.start(plan);
        Ok(ControlFlow::Continue(()))
    }

    fn step_end(&mut self, _: &N, record: &StepRecord) -> ControlFlow<()> {
        self.show_step(record);
        ControlFlow::Continue(())
    }

    fn epoch_end(&mut self, _: &N, record: &EpochRecord) -> ControlFlow<()> {
        self.show_epoch(record);
        ControlFlow::Continue(())
    }

    fn end(&mut self, _: &mut N, history: &History) {
        self.finish(history.last().as_ref());
    }
}

#[cfg(test)]
mod tests {
    use alloc::boxed::Box;
    use alloc::string::ToString;
    use alloc::vec::Vec;
    use core::cell::{Cell, RefCell};
    use std::io::Result as IoResult;
    use std::thread_local;

    use indicatif::TermLike;

    use super::*;
    use crate::history::{Measure, RecordedEpoch};
    use crate::metric::Better;

    thread_local! {
        static NOW: Cell<Instant> = Cell::new(Instant::now());
        static WRITTEN: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    }

    /// A terminal that records what is written, one for each thread.
    #[derive(Debug)]
    struct Screen;

    impl TermLike for Screen {
        fn width(&self) -> u16 {
            120
        }

        fn move_cursor_up(&self, _: usize) -> IoResult<()> {
            Ok(())
        }

        fn move_cursor_down(&self, _: usize) -> IoResult<()> {
            Ok(())
        }

        fn move_cursor_right(&self, _: usize) -> IoResult<()> {
            Ok(())
        }

        fn move_cursor_left(&self, _: usize) -> IoResult<()> {
            Ok(())
        }

        fn write_line(&self, text: &str) -> IoResult<()> {
            self.write_str(text)
        }

        fn write_str(&self, text: &str) -> IoResult<()> {
            WRITTEN.with_borrow_mut(|written| written.push(text.to_string()));
            Ok(())
        }

        fn clear_line(&self) -> IoResult<()> {
            Ok(())
        }

        fn flush(&self) -> IoResult<()> {
            Ok(())
        }
    }

    fn bar() -> ProgressBar {
        ProgressBar::on(|| ProgressDrawTarget::term_like(Box::new(Screen)), || NOW.get())
    }

    fn epoch_of(samples: usize) -> RecordedEpoch {
        RecordedEpoch { samples, learning_rate: None, seconds: 0.0 }
    }

    fn plan(epochs: usize, steps: usize) -> TrainingPlan<'static> {
        let (measures, epochs_before, steps_before) = (&[][..], 0, 0);
        TrainingPlan { epochs, samples: steps, steps, measures, epochs_before, steps_before }
    }

    /// Returns the lines drawn by training with `steps` steps per epoch, each of which takes `seconds` seconds.
    fn lines(bar: &mut ProgressBar, plan: &TrainingPlan, steps: usize, seconds: u64, loss: f64) -> Vec<String> {
        bar.start(plan);
        let measures = [("loss", Better::Smaller), ("accuracy", Better::Larger), ("val_loss", Better::Smaller)];
        let measures = measures.map(|(name, better)| Measure::new(name, Some(better)));
        let mut history = History::new(plan.epochs, 0, measures.to_vec());
        for _ in 0..plan.epochs_before {
            history.push(epoch_of(steps), |value| [loss, 0.5, loss].into_iter().for_each(value));
        }
        for epoch in plan.epochs_before + 1..=plan.epochs {
            let first = if epoch == plan.epochs_before + 1 { plan.steps_before + 1 } else { 1 };
            for step in first..=steps {
                NOW.set(NOW.get() + Duration::from_secs(seconds));
                bar.show_step(&StepRecord { epoch, step, total_steps: 0, samples: 1, loss, learning_rate: None });
            }
            history.push(epoch_of(steps), |value| [loss, 0.5, loss].into_iter().for_each(value));
            bar.show_epoch(&history.last().unwrap());
        }
        bar.finish(history.last().as_ref());
        let mut lines = WRITTEN.take();
        lines.retain(|line| line.contains("epoch"));
        lines
    }

    /// Returns the displayed times without adjacent duplicates.
    fn times(lines: &[String]) -> Vec<&str> {
        let before = lines.iter().filter_map(|line| line.split_once(" left")).map(|(before, _)| before);
        let mut times: Vec<&str> = before.map(|before| before.rsplit(' ').next().unwrap()).collect();
        times.dedup();
        times
    }

    #[test]
    fn resumed_training_shows_the_time_of_its_own_steps() {
        // An earlier process performed a million epochs and two of the four steps of the next epoch.
        let before = TrainingPlan { epochs_before: 1_000_000, steps_before: 2, ..plan(1_000_002, 4) };
        let lines = lines(&mut bar(), &before, 4, 3, 0.5);
        assert_eq!(times(&lines), ["15s", "12s", "9s", "6s", "3s", "0s"]);
        assert!(lines[0].starts_with("epoch 1000001/1000002 [===========>]"), "{}", lines[0]);
    }

    #[test]
    fn each_training_is_timed_separately() {
        let mut bar = bar();
        for seconds in [7, 2] {
            let lines = lines(&mut bar, &plan(3, 1), 1, seconds, 0.5);
            let expected = [2 * seconds, seconds, 0].map(|left| format!("{left}s"));
            assert_eq!(times(&lines), expected);
        }
    }

    #[test]
    fn no_time_is_shown_before_the_first_epoch_of_unknown_length() {
        let lines = lines(&mut bar(), &plan(2, 0), 4, 5, 0.5);
        let first = lines.iter().position(|line| line.contains("left")).unwrap();
        assert!(lines[..first].iter().any(|line| line.contains("step 4")), "{lines:?}");
        // The first epoch takes 20 s; this is the remaining time after each step of the second.
        assert_eq!(times(&lines), ["15s", "10s", "5s", "0s"]);
    }

    #[test]
    fn the_measures_of_the_last_epoch_follow_the_loss_of_the_step() {
        let lines = lines(&mut bar(), &plan(2, 2), 2, 1, 0.25);
        let measures = "loss 0.2500, accuracy 0.5000, val_loss 0.2500";
        assert!(!lines[0].contains("accuracy"), "{}", lines[0]);
        assert!(lines.iter().any(|line| line.contains(&[measures, ", step 1/2"].concat())), "{lines:?}");
        assert!(lines.last().unwrap().contains(measures), "{lines:?}");
    }

    #[test]
    fn losses_of_any_magnitude_are_shown() {
        for (loss, text) in [(1e-10, "loss 1.000e-10"), (1e300, "loss 1.000e300"), (f64::NAN, "loss NaN")] {
            let lines = lines(&mut bar(), &plan(1, 1), 1, 1, loss);
            assert!(lines.iter().all(|line| line.contains(text) || !line.contains("loss")), "{lines:?}");
            assert!(lines.last().unwrap().contains(text), "{lines:?}");
        }
    }
}
