//! Messages about training.

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

    /// Of what a run takes from its caller: an optimizer, threads, callbacks, names.
    fn fmt_run(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ParameterCount { expected, given } => write!(
                f,
                "the optimizer holds the state of a network with {expected} parameters, but was given one with {given}: \
                 call `reset` first"
            ),
            Self::NotMeasured { what, needed } => {
                write!(f, "the {what} is asked for but not measured: it takes {needed}")
            }
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
                write!(f, "the interrupted run had other callbacks: `{name}` is not in both, or not in the same place")
            }
            Self::UnknownTensor { name, names } => {
                write!(f, "there is no layer or tensor `{name}`: ")?;
                match names.split_last() {
                    Some((last, names)) => {
                        f.write_str("there are ")?;
                        names.iter().try_for_each(|name| write!(f, "`{name}`, "))?;
                        write!(f, "`{last}`")
                    }
                    None => f.write_str("the network has no parameters"),
                }
            }
            _ => self.fmt_samples(f),
        }
    }

    /// Of the samples that a run is given.
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
                write!(f, "the interrupted run had learned from {needed} samples of its epoch, but there are {samples}")
            }
            _ => Ok(()),
        }
    }
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
