//! Messages about training.

use alloc::string::String;
use core::fmt;

use crate::error::Error;
use crate::readable::{Exact, Significant};

impl Error {
    /// Writes the messages about values that are not finite or too large.
    pub(super) fn fmt_training(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NonFiniteLoss { value, culprit, step } => {
                write!(f, "the loss is {value} at step {step}")?;
                if let Some(culprit) = culprit {
                    write!(f, ": the first value that is not finite is in `{culprit}`")?;
                }
                write!(f, "; this step did not change the parameters; a lower learning rate may help")
            }
            Self::NonFiniteValidation { value, epoch } => {
                write!(
                    f,
                    "the loss on the validation set is {value} after epoch {epoch}; a lower learning rate may help"
                )
            }
            Self::NonFiniteParameter { tensor } => {
                write!(f, "`{tensor}` holds a value that is not finite: only finite parameters can be trained or saved")
            }
            Self::NonFiniteGradient { tensor, step } => write!(
                f,
                "the gradient of `{tensor}` is not finite at step {step}; this step did not change the parameters; \
                 a lower learning rate may help"
            ),
            Self::UpdateTooLarge { tensor, update, step } => write!(
                f,
                "the update of `{tensor}` reaches {} at step {step}, which is close to an overflow; this step did not change \
                 the parameters; a lower learning rate may help",
                Significant(*update)
            ),
            Self::StillDiverging { first, last, rate } => {
                let [first, last, rate] = [first, last, rate].map(|value| Significant(*value));
                write!(
                    f,
                    "training still diverges with the smallest learning rate that was tried, {rate}: the loss went from \
                     {first} to {last}"
                )
            }
            _ => self.fmt_caller(f),
        }
    }

    /// Writes the messages about what training takes from its caller: an optimizer, threads, callbacks, names.
    fn fmt_caller(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ParameterCount { expected, given } => write!(
                f,
                "the optimizer holds state for {expected} parameters, but was given {given} parameters: call `reset` first"
            ),
            Self::UnknownMeasure { .. }
            | Self::UnknownDirection { .. }
            | Self::DuplicateMeasure { .. }
            | Self::InvalidMeasureName { .. }
            | Self::OtherMeasures { .. } => self.fmt_measures(f),
            Self::ThreadsNotStarted { threads, reason } => {
                write!(f, "cannot start a pool of {threads} threads: {reason}")
            }
            Self::UnknownLayer { name, layers } => {
                write!(f, "no layer with parameters is named `{name}`")?;
                if layers.is_empty() {
                    return Ok(());
                }
                f.write_str(": ")?;
                write_names(f, layers, "")
            }
            Self::OtherCallbacks { name } => {
                write!(
                    f,
                    "the callbacks differ from those of the interrupted training: `{name}` is only in one of the two lists, \
                     or in another position"
                )
            }
            Self::UnknownTensor { name, names } => {
                write!(f, "no layer or tensor is named `{name}`: ")?;
                write_names(f, names, "the network has no parameters")
            }
            _ => self.fmt_samples(f),
        }
    }

    /// Writes the messages about the measures that training records.
    fn fmt_measures(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownMeasure { name, names } => {
                write!(f, "no measure is named `{name}`: ")?;
                write_names(f, names, "nothing is recorded")?;
                let is_of_validation = |name: &str| name.starts_with("val_");
                if is_of_validation(name) && !names.iter().any(|name| is_of_validation(name)) {
                    f.write_str("; `Trainer::validation` adds the measures on a validation set")?;
                }
                Ok(())
            }
            Self::UnknownDirection { name } => write!(
                f,
                "it is unknown whether smaller or larger values of `{name}` are better: write \
                 `Monitor::new(\"{name}\").larger_is_better()` or `.smaller_is_better()`, or specify the direction in \
                 the metric"
            ),
            Self::DuplicateMeasure { name } => write!(
                f,
                "two columns of the history would be named `{name}`: rename a metric with `metric::named(\"..\", metric)`"
            ),
            Self::InvalidMeasureName { name } => {
                write!(
                    f,
                    "a metric is named {name:?}, but a name must have a character and no control characters, and must not start \
                     with `val_`, as the measures on the validation set do"
                )
            }
            Self::OtherMeasures { name } => write!(
                f,
                "the measures differ from those of the interrupted training: `{name}` is only in one of the two lists, in \
                 another position, or of another metric"
            ),
            _ => Ok(()),
        }
    }

    /// Writes the messages about the samples of training.
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
                write!(
                    f,
                    "target {sample} holds {value} at position {position}, but the loss requires values of {allowed}"
                )
            }
            Self::Source { validation, epoch, reason } => {
                let (validation, epoch) = (of_validation(*validation), InEpoch(*epoch));
                write!(f, "the source of {validation}batches failed{epoch}: {reason}")
            }
            Self::OtherSampleCount { before, now } => {
                write!(f, "the interrupted training had {before} samples per epoch, but the data has {now}")
            }
            Self::TooFewWindows { windows, streams } => {
                let plural = if *windows == 1 { " is" } else { "s are" };
                write!(
                    f,
                    "{windows} sample{plural} too few for {streams} streams: each stream needs at least one window"
                )
            }
            Self::OtherCarriedState { before, now } => write!(
                f,
                "the interrupted training carried a state of {before} numbers from window to window, but this one carries \
                 {now}: call the same function, `fit` or `fit_streams`, with the same number of streams"
            ),
            Self::FewerSamples { samples, needed } => {
                write!(f, "the interrupted epoch had already used {needed} samples, but there are only {samples}")
            }
            _ => Ok(()),
        }
    }
}

/// Writes the available names, or `none` if there are none.
fn write_names(f: &mut fmt::Formatter<'_>, names: &[String], none: &str) -> fmt::Result {
    let Some((last, names)) = names.split_last() else {
        return f.write_str(none);
    };
    f.write_str(if names.is_empty() { "the only name is " } else { "the names are " })?;
    names.iter().try_for_each(|name| write!(f, "`{name}`, "))?;
    write!(f, "`{last}`")
}

/// Returns the kind of batches, as an adjective.
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
