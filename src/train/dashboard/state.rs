//! What does the page show, and what has it asked for?

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write};
use core::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::history::{JsonNumber, JsonText};

/// What the training and the server share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    state: Mutex<State>,
    /// Notified when the wish changes.
    wished: Condvar,
    /// Whether somebody has asked for the state since the last step that was shown.
    pub(super) is_asked: AtomicBool,
    /// Whether the wish is another one than to train. A step reads this, and nothing else, while nobody looks.
    is_wished: AtomicBool,
    /// Whether the server ends.
    pub(super) is_over: AtomicBool,
}

/// What the page has asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Wish {
    #[default]
    Train,
    Pause,
    Stop,
}

#[derive(Debug, Default)]
pub(super) struct State {
    /// The number of this training, from 1, or 0 before the first one.
    pub(super) training: u64,
    pub(super) is_training: bool,
    pub(super) wish: Wish,
    pub(super) network: &'static str,
    pub(super) measures: Vec<String>,
    /// The number of epochs that were asked for, and of steps in each; 0 if it is not known.
    pub(super) planned: (usize, usize),
    pub(super) epochs: Vec<Epoch>,
    pub(super) step: Option<Step>,
    /// The names of the layers whose gradients are shown.
    pub(super) layers: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Epoch {
    pub(super) number: usize,
    pub(super) samples_per_second: f64,
    pub(super) learning_rate: Option<f64>,
    pub(super) measures: Vec<f64>,
}

/// The last step that was shown.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) epoch: usize,
    pub(super) number: usize,
    pub(super) total: u64,
    pub(super) loss: f64,
    pub(super) learning_rate: Option<f64>,
    /// The norm of the gradient of each layer.
    pub(super) norms: Vec<f64>,
}

impl Shared {
    /// Returns the state. A thread that panicked leaves it whole, since every change is one assignment.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the wish. A stop is final until the training has ended, and without a training there is nothing to wish.
    pub(super) fn wish(&self, wish: Wish) {
        let mut state = self.state();
        if state.is_training && state.wish != Wish::Stop {
            state.wish = wish;
            self.is_wished.store(wish != Wish::Train, Ordering::Relaxed);
            self.wished.notify_all();
        }
    }

    /// Begins or ends a training.
    pub(super) fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.state();
        change(&mut state);
        state.wish = Wish::Train;
        self.is_wished.store(false, Ordering::Relaxed);
    }

    /// Waits as long as the wish is a pause. Returns whether training is to stop.
    pub(super) fn waits_to_stop(&self) -> bool {
        if !self.is_wished.load(Ordering::Relaxed) {
            return false;
        }
        let mut state = self.state();
        while state.wish == Wish::Pause {
            state = self.wished.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.wish == Wish::Stop
    }
}

impl State {
    /// Returns the state as JSON, without the first `known` epochs of this training if they belong to `training`.
    pub(super) fn json(&self, training: u64, known: usize) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = self.write(&mut text, if training == self.training { known.min(self.epochs.len()) } else { 0 });
        text
    }

    fn write(&self, text: &mut String, known: usize) -> fmt::Result {
        let status = match (self.training, self.is_training, self.wish) {
            (0, ..) => "waiting",
            (_, false, _) => "ended",
            (_, true, Wish::Train) => "training",
            (_, true, Wish::Pause) => "paused",
            (_, true, Wish::Stop) => "stopping",
        };
        let ((epochs, steps), network) = (self.planned, JsonText(self.network));
        write!(text, r#"{{"training":{},"status":"{status}","network":"{network}","#, self.training)?;
        write!(text, r#""epochs":{epochs},"steps":{steps},"measures":["#)?;
        names(text, &self.measures)?;
        write!(text, r#"],"layers":["#)?;
        names(text, &self.layers)?;
        write!(text, r#"],"known":{known},"rows":["#)?;
        for (index, epoch) in self.epochs[known..].iter().enumerate() {
            let (comma, rate) = (if index == 0 { "" } else { "," }, epoch.learning_rate.unwrap_or(f64::NAN));
            let speed = JsonNumber(epoch.samples_per_second);
            write!(text, r#"{comma}{{"epoch":{},"speed":{speed},"rate":{},"#, epoch.number, JsonNumber(rate))?;
            write!(text, r#""values":["#)?;
            numbers(text, &epoch.measures)?;
            write!(text, "]}}")?;
        }
        write!(text, r#"],"step":"#)?;
        match &self.step {
            None => write!(text, "null}}"),
            Some(step) => {
                let rate = JsonNumber(step.learning_rate.unwrap_or(f64::NAN));
                write!(text, r#"{{"epoch":{},"step":{},"total":{},"#, step.epoch, step.number, step.total)?;
                write!(text, r#""loss":{},"rate":{rate},"norms":["#, JsonNumber(step.loss))?;
                numbers(text, &step.norms)?;
                write!(text, "]}}}}")
            }
        }
    }
}

fn names(text: &mut String, names: &[String]) -> fmt::Result {
    names
        .iter()
        .enumerate()
        .try_for_each(|(index, name)| write!(text, r#"{}"{}""#, if index == 0 { "" } else { "," }, JsonText(name)))
}

fn numbers(text: &mut String, numbers: &[f64]) -> fmt::Result {
    numbers
        .iter()
        .enumerate()
        .try_for_each(|(index, &number)| write!(text, "{}{}", if index == 0 { "" } else { "," }, JsonNumber(number)))
}
