//! Messages about training.

use alloc::string::String;
use core::fmt;

use crate::error::Error;
use crate::readable::{Exact, Significant};

impl Error {
    /// Of numbers that left their range.
    pub(super) fn fmt_training(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NonFiniteLoss { value, culprit, step } => {
                write!(f, "the loss is {value} at step {step}")?;
                if let Some(culprit) = culprit {
                    write!(f, ": `{culprit}` is the first that is not finite")?;
                }
                write!(f, "; the parameters are as they were before the step, a lower learning rate may help")
            }
            Self::NonFiniteValidation { value, epoch } => {
                write!(
                    f,
                    "the loss on the validation set is {value} after epoch {epoch}, a lower learning rate may help"
                )
            }
            Self::NonFiniteParameter { tensor } => {
                write!(f, "`{tensor}` holds a number that is not finite: only finite parameters are trained and saved")
            }
            Self::NonFiniteGradient { tensor, step } => write!(
                f,
                "the gradient of `{tensor}` is not finite at step {step}; the parameters are as they were before the step, \
                 a lower learning rate may help"
            ),
            Self::UpdateTooLarge { tensor, update, step } => write!(
                f,
                "the update of `{tensor}` reaches {} at step {step}; the parameters are as they were before the step, \
                 a lower learning rate may help",
                Significant(*update)
            ),
            Self::StillDiverging { first, last, rate } => {
                let [first, last, rate] = [first, last, rate].map(|number| Significant(*number));
                write!(f, "the loss went from {first} to {last} with the smallest learning rate that was tried, {rate}")
            }
            _ => self.fmt_run(f),
        }
    }

    /// Of what training takes from its caller: an optimizer, threads, callbacks, names.
    fn fmt_run(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ParameterCount { expected, given } => write!(
                f,
                "the optimizer holds the state of a network with {expected} parameters, but was given one with {given}: \
                 call `reset` first"
            ),
            Self::UnknownMeasure { .. }
            | Self::UnknownDirection { .. }
            | Self::DuplicateMeasure { .. }
            | Self::OtherMeasures { .. } => self.fmt_measures(f),
            Self::ThreadsNotStarted { threads, reason } => {
                write!(f, "a pool of {threads} threads could not be started: {reason}")
            }
            Self::UnknownLayer { name, layers } => {
                write!(f, "no layer that learns is named `{name}`")?;
                for (position, layer) in layers.iter().enumerate() {
                    write!(f, "{} `{layer}`", if position == 0 { ": there are" } else { "," })?;
                }
                Ok(())
            }
            Self::OtherCallbacks { name } => {
                write!(
                    f,
                    "the interrupted training had other callbacks: `{name}` is not in both, or not in the same place"
                )
            }
            Self::UnknownTensor { name, names } => {
                write!(f, "there is no layer or tensor `{name}`: ")?;
                write_names(f, names, "the network has no parameters")
            }
            _ => self.fmt_samples(f),
        }
    }

    /// Of the measures that training records.
    fn fmt_measures(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownMeasure { name, names } => {
                write!(f, "no measure is named `{name}`: ")?;
                write_names(f, names, "nothing is recorded")
            }
            Self::UnknownDirection { name } => write!(
                f,
                "whether smaller or larger values of `{name}` are better is not known: write \
                 `Monitor::new(\"{name}\").larger_is_better()` or `.smaller_is_better()`, or let the metric say it"
            ),
            Self::DuplicateMeasure { name } => write!(
                f,
                "two columns of the history would be named `{name}`: `metric::named(\"..\", metric)` is the metric under \
                 another name"
            ),
            Self::OtherMeasures { name } => write!(
                f,
                "the interrupted training recorded other measures: `{name}` is not in both, not in the same place, or not of the \
                 same metric"
            ),
            _ => Ok(()),
        }
    }

    /// Of the samples that training is given.
    fn fmt_samples(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NonFiniteBatch { what, validation, epoch, batch, sample, position, value } => {
                let (validation, epoch) = (of_validation(*validation), InEpoch(*epoch));
                write!(
                    f,
                    "{what} {sample} of {validation}batch {batch}{epoch} holds {value} at position {position}: data must be \
                     finite"
                )
            }
            Self::TargetOutOfRange { sample, position, value, allowed } => {
                let value = Exact(*value);
                write!(f, "target {sample} holds {value} at position {position}, but the loss takes {allowed}")
            }
            Self::Source { validation, epoch, reason } => {
                let (validation, epoch) = (of_validation(*validation), InEpoch(*epoch));
                write!(f, "the source of {validation}batches failed{epoch}: {reason}")
            }
            Self::FewerSamples { samples, needed } => {
                write!(
                    f,
                    "the interrupted training had learned from {needed} samples of its epoch, but there are {samples}"
                )
            }
            _ => Ok(()),
        }
    }
}

/// The names that there are, or what it means that there are none.
fn write_names(f: &mut fmt::Formatter<'_>, names: &[String], none: &str) -> fmt::Result {
    let Some((last, names)) = names.split_last() else {
        return f.write_str(none);
    };
    f.write_str(if names.is_empty() { "there is only " } else { "there are " })?;
    names.iter().try_for_each(|name| write!(f, "`{name}`, "))?;
    write!(f, "`{last}`")
}

/// The kind of batches.
fn of_validation(validation: bool) -> &'static str {
    if validation { "validation " } else { "" }
}

/// ` in epoch 3`, or nothing outside of training.
struct InEpoch(Option<usize>);

impl fmt::Display for InEpoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |epoch| write!(f, " in epoch {epoch}"))
    }
}
