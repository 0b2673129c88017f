//! How is an error described in words?

use core::fmt;

use crate::error::{Error, tensors};
use crate::readable::Exact;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty { what } => write!(f, "the {what} is empty: it needs at least one sample"),
            Self::NothingToDraw { reason } => write!(f, "there is nothing to draw: {reason}"),
            Self::CountMismatch { first, first_count, second, second_count } => {
                write!(f, "there are {first_count} {first} but {second_count} {second}")
            }
            Self::Ragged { what, sample, length, expected } => {
                f.write_str(what)?;
                if let Some(sample) = sample {
                    write!(f, " {sample}")?;
                }
                write!(f, " has length {length}, but its shape requires length {expected}")
            }
            Self::LabelOutOfRange { sample, label, classes } => {
                write!(f, "label {label} ")?;
                if let Some(sample) = sample {
                    write!(f, "of sample {sample} ")?;
                }
                write!(f, "is out of range: there are {classes} classes, 0 to {}", classes.saturating_sub(1))
            }
            Self::NonFiniteData { what, sample, position, value } => {
                write!(f, "{what} {sample} holds {value} at position {position}: data must be finite")
            }
            Self::Setting { name, value, allowed } => {
                write!(f, "the {name} is {}, but must be {allowed}", Exact(*value))
            }
            _ => self.fmt_labels(f),
        }
    }
}

impl Error {
    /// Writes the messages about labels of sequences.
    fn fmt_labels(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BlankLabel { sample, position, classes } => {
                write!(f, "label 0 at position {position} ")?;
                if let Some(sample) = sample {
                    write!(f, "of sample {sample} ")?;
                }
                write!(f, "is the blank: labels are 1 to {}", classes.saturating_sub(1))
            }
            Self::TooManyLabels { sample, labels, equal, steps } => {
                write!(f, "{labels} label{}", if *labels == 1 { "" } else { "s" })?;
                if let Some(sample) = sample {
                    write!(f, " of sample {sample}")?;
                }
                match labels + equal {
                    1 => write!(f, " needs 1 step")?,
                    needed => write!(f, " need {needed} steps")?,
                }
                if *equal > 0 {
                    write!(f, ", one for each and {equal} for the blanks between equal ones")?;
                }
                write!(f, ", but there are {steps}")
            }
            _ => self.fmt_tokens(f),
        }
    }

    /// Writes the messages about tokens.
    fn fmt_tokens(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TokenOutOfRange { sample, position, token, vocabulary } => {
                write!(f, "token {token} ")?;
                if let Some(position) = position {
                    write!(f, "at position {position} ")?;
                }
                if let Some(sample) = sample {
                    write!(f, "of sample {sample} ")?;
                }
                write!(
                    f,
                    "is out of range: the vocabulary has {vocabulary} tokens, 0 to {}",
                    vocabulary.saturating_sub(1)
                )
            }
            Self::TooShort { length, needed } => {
                write!(f, "the text has {length} tokens, but a sample and what follows it need {needed}")
            }
            Self::VocabularyTooLarge { entries, tokens } => {
                write!(f, "the vocabulary has {entries} entries, but the network has only {tokens} tokens")
            }
            Self::UnknownCharacter { character, position } => {
                write!(f, "the character {character:?} at position {position} is not in the vocabulary")
            }
            Self::NoPrompt => {
                write!(
                    f,
                    "the prompt is empty: it needs at least one token, such as the one that begins every sequence"
                )
            }
            _ => self.fmt_lengths(f),
        }
    }

    /// Writes the messages about the lengths of sequences.
    fn fmt_lengths(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { sample, length, longest } => {
                fmt_sequence(f, *sample)?;
                write!(f, " has {length} steps, but the shape has room for {longest}")
            }
            Self::NoSteps { sample } => {
                fmt_sequence(f, *sample)?;
                f.write_str(" has no steps: it needs at least one")
            }
            Self::NumberOfSteps { sample, count, longest } => {
                write!(f, "the number of steps of sample {sample} is {count}, ")?;
                write!(f, "but it is a whole number from 1 to {longest}")
            }
            Self::TargetBehindEnd { sample, step, steps } => {
                write!(f, "sample {sample} has a target at step {step}, but its sequence ends after {steps} steps")
            }
            _ => self.fmt_workspace(f),
        }
    }

    /// Writes the messages about batches and the memory for them.
    fn fmt_workspace(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BatchTooSmall { samples, needed } => {
                let plural = if *samples == 1 { "" } else { "s" };
                write!(
                    f,
                    "a batch has {samples} sample{plural}, but a layer that normalizes over the batch learns from "
                )?;
                write!(f, "at least {needed}: if it is the last batch of an epoch, choose another batch size")
            }
            Self::TooManySamples { samples, limit } => {
                write!(f, "{samples} samples do not fit into a workspace for {limit} samples: ")?;
                write!(f, "create one with `Workspace::for_samples({samples})`")
            }
            Self::TooManySteps { steps } => {
                write!(
                    f,
                    "the network reads {steps} steps, and the stream has all of them: call `restart`, or declare "
                )?;
                write!(f, "the network with more steps")
            }
            Self::BackwardWithoutForward { samples, forward_samples } => {
                write!(f, "`backward` was called with {samples} samples, but the last `forward` call with this ")?;
                write!(f, "workspace had {forward_samples}")
            }
            Self::WorkspaceTooSmall { length, needed } => {
                write!(f, "the slice for the workspace has length {length}, but a length of {needed} is required")
            }
            _ => self.fmt_weights(f),
        }
    }

    /// Writes the messages about weights of samples and classes.
    fn fmt_weights(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WeightOutOfRange { what, position, value } => {
                match position {
                    Some(position) => write!(f, "the weight of {what} {position}")?,
                    None => write!(f, "the weight of a {what}")?,
                }
                write!(f, " is {}, but must be a finite number of at least 0", Exact(*value))
            }
            Self::AllWeightsZero { what } => write!(f, "every {what} has weight 0: nothing would be learned"),
            Self::AbsentClass { class } => {
                write!(f, "class {class} has no samples, so no weight can balance it with the other classes")
            }
            _ => self.fmt_files(f),
        }
    }

    /// Writes the messages about files.
    fn fmt_files(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { verb, path, reason } => write!(f, "cannot {verb} `{path}`: {reason}"),
            Self::NoOnnxForm { what, reason } => write!(f, "{what} has no ONNX form: {reason}"),
            Self::AddressUnavailable { address, reason } => write!(f, "cannot serve a page at `{address}`: {reason}"),
            Self::Unreadable { source, reason } => write!(f, "{source} cannot be read: {reason}"),
            Self::WrongTensors { source, network, wrong, made_from, names } => {
                tensors::list(f, source, network, wrong, made_from.as_deref())?;
                names.as_ref().map_or(Ok(()), |names| write!(f, "\n{names}"))
            }
            _ => self.fmt_training(f),
        }
    }
}

/// Writes which sequence it is.
fn fmt_sequence(f: &mut fmt::Formatter<'_>, sample: Option<usize>) -> fmt::Result {
    match sample {
        Some(sample) => write!(f, "sequence {sample}"),
        None => f.write_str("the sequence"),
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl core::error::Error for Error {}
