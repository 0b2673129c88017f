//! What does TensorBoard show of a training?

mod checksum;
mod message;

mod graph;
mod histogram;

mod event_file;

pub use event_file::EventFile;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::mem;
use core::ops::ControlFlow;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::flat_parameters::FlatParameters;
use crate::gradient::Gradient;
use crate::history::{EpochRecord, History, VALIDATION};
use crate::network::Network;
use crate::train::{Callback, StepRecord, TrainingPlan};

use graph::graph;
use histogram::Histogram;

/// Writes event files, in which [TensorBoard](https://www.tensorflow.org/tensorboard) shows a training while it runs:
/// `tensorboard --logdir runs`.
///
/// After each epoch, it writes every measure, the learning rate, the norm of the gradient as the mean over the steps of the epoch, and
/// the samples per second; before the first one, the architecture, as a graph and as a table. [`steps`](Self::steps) and
/// [`histograms`](Self::histograms) add to this. As in Keras, the folder has a folder `train` and, with a validation set, a folder
/// `validation`, so that `loss` of both is in one chart. The horizontal axis is the total number of steps of the optimizer.
///
/// Values are in the file as soon as their epoch or step has ended, so a process that is killed loses nothing. Every
/// call of `fit` adds a file. Training that is resumed continues the curves from where its checkpoint was written, and training that
/// begins anew in the same folder replaces them: TensorBoard no longer shows what earlier files have of the same or later steps.
/// [`EventFile`] writes what a program itself wants to show, such as pictures.
///
/// It reads the training, and changes no bit of it. It adds to the time of a step, even without [`steps`](Self::steps), a pass over
/// the gradient for its norm.
///
/// # Errors
/// `fit` returns [`Error::File`] if the files cannot be created. If writing fails later, training continues without it, and
/// [`error`](Self::error) returns the reason.
///
/// # Example
/// ```
/// use typenet::prelude::*;
/// use typenet::train::TensorBoard;
///
/// network!(struct Line = Dense<1, 1>);
///
/// let folder = std::env::temp_dir().join(format!("typenet-runs-{}", std::process::id()));
/// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0], [1.0]], vec![[1.0], [3.0]])?;
/// Trainer::new(MeanSquaredError, Sgd::new(0.1))
///     .epochs(20)
///     .validation(&data)
///     .callback(TensorBoard::in_folder(folder.join("first")).steps(1).histograms(5))
///     .fit(&mut Line::zeroed(), &data)?;
/// assert!(folder.join("first/train").is_dir() && folder.join("first/validation").is_dir());
/// # std::fs::remove_dir_all(folder).unwrap();
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Debug)]
pub struct TensorBoard {
    folder: PathBuf,
    /// The interval of steps whose values are written; 0 for none.
    steps: usize,
    /// The interval of epochs whose histograms are written; 0 for none.
    histograms: usize,
    files: Option<Files>,
    epoch: Epoch,
    error: Option<Error>,
}

/// The open files.
#[derive(Debug)]
struct Files {
    training: EventFile,
    /// The file of the validation set, if there is one.
    validation: Option<EventFile>,
    /// Whether a step has been made.
    begun: bool,
}

/// What is known of the epoch so far.
#[derive(Debug, Default)]
struct Epoch {
    /// The sum of the norms of the gradients, and their number.
    norms: (f64, usize),
    last_step: Option<StepRecord>,
    /// The number of steps in an epoch; 0 if it is not known.
    steps: usize,
    /// The histograms of the last gradient, with the names of the tensors.
    gradient: Vec<(String, Histogram)>,
}

impl TensorBoard {
    /// Creates a callback that writes files into the folders `train` and `validation` of `folder`, for example `runs/first`. Folders
    /// that do not exist are created.
    #[must_use]
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        let (files, epoch, error) = (None, Epoch::default(), None);
        Self { folder: folder.into(), steps: 0, histograms: 0, files, epoch, error }
    }

    /// Also writes the loss, the learning rate and the norm of the gradient of every `interval`-th step. The default, 0, writes those
    /// of none.
    #[must_use]
    pub fn steps(self, interval: usize) -> Self {
        Self { steps: interval, ..self }
    }

    /// Also writes histograms after every `interval`-th epoch: for each tensor, how its elements are distributed, and the elements of
    /// its gradient in the last step of the epoch. The default, 0, writes none. If a source of batches does not know its number of
    /// samples, every step of such an epoch may be the last, so each counts its gradient.
    #[must_use]
    pub fn histograms(self, interval: usize) -> Self {
        Self { histograms: interval, ..self }
    }

    /// Returns why writing ended before the last training did, if it did: see [`by_ref`](crate::train::by_ref).
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }

    /// Writes to the files, unless that has failed before.
    fn write(&mut self, write: impl FnOnce(&mut Files, &mut Epoch) -> Result<()>) {
        let Some(files) = &mut self.files else { return };
        if let Err(error) = write(files, &mut self.epoch) {
            (self.files, self.error) = (None, Some(error));
        }
    }

    /// Returns whether the histograms of an epoch are written.
    fn counts(&self, epoch: usize) -> bool {
        self.histograms > 0 && epoch.is_multiple_of(self.histograms)
    }
}

impl Files {
    fn create<N: Network>(folder: &Path, plan: &TrainingPlan) -> Result<Self> {
        let is_validated = plan.measures.iter().any(|measure| measure.name.starts_with(VALIDATION));
        let mut training = EventFile::create(folder.join("train"))?;
        let validation = is_validated.then(|| EventFile::create(folder.join("validation"))).transpose()?;
        training.graph(&graph(&N::summary()))?;
        // Indented, a text is code in Markdown.
        let table = format!("    {}", N::summary()).replace('\n', "\n    ");
        training.text("architecture", 0, &table)?;
        Ok(Self { training, validation, begun: false })
    }

    /// Hides what a training that was killed, or another one, has written of this step and later ones.
    fn begin(&mut self, step: u64) -> Result<()> {
        if !self.begun {
            self.training.restart(step)?;
            self.validation.as_mut().map_or(Ok(()), |file| file.restart(step))?;
            self.begun = true;
        }
        Ok(())
    }

    fn write_step(&mut self, record: &StepRecord, norm: f64) -> Result<()> {
        self.training.scalar("step/loss", record.total_steps, record.loss)?;
        self.training.scalar("step/gradient_norm", record.total_steps, norm)?;
        record.learning_rate.map_or(Ok(()), |rate| self.training.scalar("step/learning_rate", record.total_steps, rate))
    }

    fn write_epoch(&mut self, record: &EpochRecord, epoch: &Epoch, last: &StepRecord) -> Result<()> {
        let step = last.total_steps;
        for (name, value) in record.measures() {
            match (name.strip_prefix(VALIDATION), &mut self.validation) {
                (Some(name), Some(file)) => file.scalar(name, step, value)?,
                _ => self.training.scalar(name, step, value)?,
            }
        }
        let file = &mut self.training;
        file.scalar("epoch", step, record.epoch as f64)?;
        file.scalar("gradient_norm", step, epoch.norms.0 / epoch.norms.1 as f64)?;
        file.scalar("samples_per_second", step, record.samples as f64 / record.seconds)?;
        last.learning_rate.map_or(Ok(()), |rate| file.scalar("learning_rate", step, rate))
    }
}

/// Returns the histogram of each tensor of flat parameters, with its name.
fn counted<N: Network>(values: &[N::Scalar], is_gradient: bool) -> Vec<(String, Histogram)> {
    let table = <N as FlatParameters<N::Scalar>>::TENSORS.list().into_iter();
    // The gradient has changes in place of statistics, and zeros in that of what is frozen.
    let learned = table.filter(|tensor| !is_gradient || !(tensor.frozen || tensor.kind.is_statistic()));
    learned.filter_map(|tensor| Some((tensor.name, Histogram::of(&values[tensor.range])?))).collect()
}

impl<N: Network> Callback<N> for TensorBoard {
    fn begin(&mut self, _: &N, plan: &TrainingPlan) -> Result<ControlFlow<()>> {
        (self.epoch, self.error) = (Epoch { steps: plan.steps, ..Epoch::default() }, None);
        self.files = Some(Files::create::<N>(&self.folder, plan)?);
        Ok(ControlFlow::Continue(()))
    }

    fn step_gradient(&mut self, _: &N, gradient: &Gradient<N>, record: &StepRecord) {
        let is_counted = self.counts(record.epoch);
        let is_written = self.steps > 0 && record.total_steps.is_multiple_of(self.steps as u64);
        self.write(|files, epoch| {
            let norm = gradient.norm();
            epoch.norms = (epoch.norms.0 + norm, epoch.norms.1 + 1);
            epoch.last_step = Some(*record);
            if is_counted && (epoch.steps == 0 || record.step >= epoch.steps) {
                epoch.gradient = counted::<N>(gradient.parameters(), true);
            }
            files.begin(record.total_steps)?;
            if is_written { files.write_step(record, norm) } else { Ok(()) }
        });
    }

    fn epoch_end(&mut self, network: &N, record: &EpochRecord) -> ControlFlow<()> {
        let is_counted = self.counts(record.epoch);
        self.write(|files, epoch| {
            let Epoch { last_step, steps, .. } = *epoch;
            let epoch = mem::replace(epoch, Epoch { steps, ..Epoch::default() });
            let Some(last) = last_step else { return Ok(()) };
            files.write_epoch(record, &epoch, &last)?;
            let weights = if is_counted { counted::<N>(network.parameters(), false) } else { Vec::new() };
            for (group, tensors) in [("weights", &weights), ("gradients", &epoch.gradient)] {
                for (name, histogram) in tensors {
                    files.training.counted(&format!("{group}/{name}"), last.total_steps, histogram)?;
                }
            }
            Ok(())
        });
        ControlFlow::Continue(())
    }

    fn end(&mut self, _: &mut N, _: &History) {
        self.files = None;
    }
}
