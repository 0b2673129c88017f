//! What does the file of a checkpoint contain?

mod encoding;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::any::type_name;
use core::str::FromStr;
use std::path::Path;

use crate::error::{Error, Result, shown};
use crate::history::History;
use crate::io::{self, Expected, Label, OPTIMIZER, Opened, Part, Renames, Stored};
use crate::kernel::Kernels;
use crate::network::{Network, file_contents, scalers};
use crate::optimizer::{MAX_SLOTS, Optimizer, OptimizerState};
use crate::scalar::Scalar;
use crate::schedule::{PlateauState, ReduceOnPlateau};
use crate::train::callback_state::CallbackState;
use crate::train::epoch_progress::EpochProgress;
use crate::train::interrupted_training::InterruptedTraining;
use crate::train::step_settings::StepSettings;
use crate::train::stop::Stop;

/// The prefixes of the names of tensors of interrupted training: its words, and copies of parameters.
const WORDS: &str = "run/state/";
const COPIES: &str = "run/parameters/";
/// The length of a tensor of words, which keeps headers short in comparison.
const WORDS_LEN: usize = 1024;
/// The kind of the file, in its label.
const KIND: &str = "checkpoint";

/// The position in training, after a step or an epoch that all callbacks have seen.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct TrainingPosition<'a> {
    pub history: &'a History,
    /// The number of samples in an epoch, if it is known.
    pub samples: Option<usize>,
    /// The number of steps of the optimizer so far.
    pub total_steps: u64,
    pub stop: Stop,
    /// Whether the epoch has not ended, so that it is not in the history.
    pub within_epoch: bool,
}

/// The progress of an epoch that is not in the history.
#[derive(Debug)]
pub(super) struct ProgressWithin<'a, T> {
    pub(super) epoch: EpochProgress,
    /// The states of the metrics, as words.
    pub(super) metrics: &'a [u64],
    /// The state that is carried from window to window; empty if there is none.
    pub(super) carried: &'a [T],
}

/// The contents of a checkpoint in addition to the network.
#[derive(Debug)]
pub struct CheckpointContents<'a, T> {
    optimizer: &'static str,
    numbers: CheckpointNumbers,
    /// The number of parameters that the memory of the optimizer belongs to.
    parameters: Option<usize>,
    /// The slots of the optimizer, in the order of their names.
    slots: Vec<&'a [T]>,
    in_progress: Option<TrainingInProgress<T>>,
}

/// Training that has not ended.
#[derive(Debug)]
struct TrainingInProgress<T> {
    words: Vec<u64>,
    callbacks: CallbackState<T>,
}

impl<'a, T: Kernels> CheckpointContents<'a, T> {
    /// Returns the contents for a custom training loop.
    pub(super) fn of<O: Optimizer>(optimizer: &'a OptimizerState<O, T>) -> Self {
        let (names, slots) = optimizer.memory().map(|(name, slot)| (name.to_string(), slot)).unzip();
        let (steps, parameters) = (optimizer.steps(), optimizer.parameters());
        let numbers = CheckpointNumbers { steps, order: None, slots: names, words: 0, copies: 0, plateau: None };
        Self { optimizer: optimizer_name::<O>(), numbers, parameters, slots, in_progress: None }
    }

    pub(super) fn between_fits<L, O: Optimizer>(settings: &'a StepSettings<L, O, T>) -> Self {
        let mut contents = Self::of(&settings.optimizer);
        let StepSettings { epochs_begun: epochs, seed, batch_size, .. } = *settings;
        contents.numbers.order = Some(SampleOrder { epochs, seed, batch_size });
        contents.numbers.plateau = settings.learning_rate.plateau.as_ref().map(ReduceOnPlateau::state);
        contents
    }

    /// Returns the contents within a call of `fit`.
    pub(super) fn within_fit<L, O: Optimizer>(
        settings: &'a StepSettings<L, O, T>,
        position: &TrainingPosition<'_>,
        progress: &ProgressWithin<'_, T>,
        callbacks: CallbackState<T>,
    ) -> Self {
        let mut contents = Self::between_fits(settings);
        // The epoch begins again when training is resumed.
        if let Some(order) = contents.numbers.order.as_mut().filter(|_| position.within_epoch) {
            order.epochs -= 1;
        }
        let words = encoding::to_words(position, progress, &callbacks);
        contents.numbers.words = words.len();
        contents.numbers.copies = callbacks.entries().iter().filter(|entry| entry.parameters.is_some()).count();
        contents.in_progress = Some(TrainingInProgress { words, callbacks });
        contents
    }
}

/// Returns the bytes of a checkpoint.
pub(super) fn bytes<N: Network<Scalar: Stored>>(
    network: &N,
    contents: &CheckpointContents<'_, N::Scalar>,
) -> Result<Vec<u8>> {
    if let Some(expected) = contents.parameters.filter(|&expected| expected != N::PARAMETERS) {
        return Err(Error::ParameterCount { expected, given: N::PARAMETERS });
    }
    let mut label = file_contents::label::<N>(KIND);
    label.push("optimizer", contents.optimizer);
    contents.numbers.write(&mut label);
    let words = contents.in_progress.as_ref().map_or_else(Vec::new, |training| halves(&training.words));
    let mut pieces = file_contents::pieces(network)?;
    for (tensor, slot) in slot_tensors::<N>(&contents.numbers.slots).iter().zip(&contents.slots) {
        pieces.add(&tensor.name, &tensor.shape, tensor.rows, slot);
    }
    for (tensor, words) in word_tensors(contents.numbers.words).iter().zip(words.chunks_exact(WORDS_LEN)) {
        pieces.add(&tensor.name, &tensor.shape, tensor.rows, words);
    }
    let entries = contents.in_progress.as_ref().map_or(&[][..], |training| training.callbacks.entries());
    let copies = entries.iter().filter_map(|entry| entry.parameters.as_deref());
    for (tensor, copy) in copy_tensors::<N>(contents.numbers.copies).iter().zip(copies) {
        if copy.len() != N::PARAMETERS {
            return Err(Error::ParameterCount { expected: N::PARAMETERS, given: copy.len() });
        }
        pieces.add(&tensor.name, &tensor.shape, tensor.rows, copy);
    }
    io::to_bytes(pieces, &label)
}

/// Splits each word into two integers below 2³², which any reader of the file preserves. Zeros fill the last tensor.
fn halves(words: &[u64]) -> Vec<f64> {
    let mut halves: Vec<f64> =
        words.iter().flat_map(|word| [word >> 32, word & 0xFFFF_FFFF]).map(|h| h as f64).collect();
    halves.resize(halves.len().next_multiple_of(WORDS_LEN), 0.0);
    halves
}

/// Decodes interrupted training from words and copies of the parameters.
fn interrupted_training<T: Scalar>(
    halves: &[f64],
    words: usize,
    copies: impl Iterator<Item = Vec<T>>,
) -> Option<InterruptedTraining<T>> {
    let word = |pair: &[f64]| {
        let half = |half: f64| ((0.0..4_294_967_296.0).contains(&half) && libm::trunc(half) == half).then_some(half);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole numbers below 2³²")]
        half(pair[0]).zip(half(pair[1])).map(|(high, low)| ((high as u64) << 32) | low as u64)
    };
    let words: Option<Vec<u64>> = halves.chunks_exact(2).take(words).map(word).collect();
    words.and_then(|words| InterruptedTraining::from_words(&words, copies))
}

/// The contents of a checkpoint that are not tensors.
#[derive(Debug)]
pub(super) struct CheckpointNumbers {
    pub(super) steps: u64,
    /// `None` for a custom training loop.
    pub(super) order: Option<SampleOrder>,
    /// The names of the slots of the optimizer.
    pub(super) slots: Vec<String>,
    /// The number of words in the state of interrupted training, and the number of copies of the parameters; 0 between two
    /// calls of `fit`.
    words: usize,
    copies: usize,
    pub(super) plateau: Option<PlateauState>,
}

/// The settings that determine the order of the samples.
#[derive(Debug)]
pub(super) struct SampleOrder {
    pub(super) epochs: u64,
    pub(super) seed: u64,
    pub(super) batch_size: usize,
}

impl CheckpointNumbers {
    fn write(&self, label: &mut Label) {
        label.push("steps", &format!("{}", self.steps));
        if let Some(SampleOrder { epochs, seed, batch_size }) = &self.order {
            label.push("epochs", &format!("{epochs}"));
            label.push("seed", &format!("{seed}"));
            label.push("batch_size", &format!("{batch_size}"));
        }
        self.slots.iter().for_each(|slot| label.push("slot", slot));
        if let Some(PlateauState { best, reduction, waited, cooling }) = self.plateau {
            // As bits, because a value can be infinite, which JSON cannot represent.
            label.push("plateau", &format!("{} {} {waited} {cooling}", best.to_bits(), reduction.to_bits()));
        }
        if self.words > 0 {
            label.push("run", &format!("{}", self.words));
            label.push("copies", &format!("{}", self.copies));
        }
    }

    fn read(label: &Label) -> core::result::Result<Self, String> {
        let slots: Vec<_> = label.all("slot").take(MAX_SLOTS + 1).map(ToString::to_string).collect();
        if slots.len() > MAX_SLOTS {
            return Err(format!("it has more than {MAX_SLOTS} slots of an optimizer"));
        }
        if let Some(twice) = (1..slots.len()).find(|&slot| slots[..slot].contains(&slots[slot])) {
            return Err(format!("it has two slots named `{}`", shown(&slots[twice])));
        }
        let order =
            |epochs| Ok(SampleOrder { epochs, seed: number(label, "seed")?, batch_size: number(label, "batch_size")? });
        Ok(Self {
            steps: count(label, "steps")?,
            order: label.get("epochs").map(|_| count(label, "epochs").and_then(order)).transpose()?,
            slots,
            words: label.get("run").map_or(Ok(0), |_| number(label, "run"))?,
            copies: label.get("copies").map_or(Ok(0), |_| number(label, "copies"))?,
            plateau: label.get("plateau").map(plateau).transpose()?,
        })
    }
}

/// Parses the state of a plateau.
fn plateau(text: &str) -> core::result::Result<PlateauState, String> {
    let wrong = || format!("`plateau` in its metadata is not a state of a plateau: \"{}\"", shown(text));
    let mut integers = text.split(' ').map(|integer| integer.parse::<u64>().map_err(|_| wrong()));
    let mut next = || integers.next().unwrap_or_else(|| Err(wrong()));
    let (best, reduction) = (f64::from_bits(next()?), f64::from_bits(next()?));
    let mut small = || next().and_then(|integer| u32::try_from(integer).map_err(|_| wrong()));
    let state = PlateauState { best, reduction, waited: small()?, cooling: small()? };
    let is_state = !best.is_nan() && reduction > 0.0 && reduction <= 1.0 && next().is_err();
    if is_state { Ok(state) } else { Err(wrong()) }
}

fn number<X: FromStr>(label: &Label, key: &str) -> core::result::Result<X, String> {
    let text = label.get(key).unwrap_or("");
    text.parse().map_err(|_| format!("`{key}` in its metadata is not a number: \"{}\"", shown(text)))
}

/// Parses a count that can be incremented without overflow.
fn count(label: &Label, key: &str) -> core::result::Result<u64, String> {
    let count: u64 = number(label, key)?;
    if count < 1 << 63 { Ok(count) } else { Err(format!("`{key}` in its metadata is {count}, which is too large")) }
}

/// The contents of a checkpoint.
pub(super) struct Checkpoint<T> {
    pub(super) numbers: CheckpointNumbers,
    pub(super) parameters: Vec<T>,
    /// The slots of the optimizer, one after another.
    pub(super) slots: Vec<T>,
    pub(super) interrupted: Option<InterruptedTraining<T>>,
}

/// Reads a checkpoint of a network and an optimizer, in one pass over the file.
pub(super) fn read<N, O>(path: &Path) -> Result<Checkpoint<N::Scalar>>
where
    N: Network<Scalar: Stored>,
{
    let mut opened = Opened::at(path)?;
    let renames = Renames::NONE;
    let contents = opened.contents(&renames)?;
    check_kind::<O>(contents.label()).map_err(|reason| contents.unreadable(&reason))?;
    let other = contents.label().has_other_layers(&file_contents::label::<N>(KIND)).then(|| {
        let made_from = contents.label().architecture().unwrap_or_default();
        contents.unreadable(&format!("it is a checkpoint of another network, {made_from}"))
    });
    let numbers = CheckpointNumbers::read(contents.label()).map_err(|reason| contents.unreadable(&reason))?;
    // Do not allocate memory for more than the file can contain.
    let needed = numbers.copies.saturating_mul(N::PARAMETERS.max(1)).saturating_add(numbers.words);
    if needed > contents.len() {
        return Err(contents.unreadable(&"it claims more state of interrupted training than the file can contain"));
    }
    let zeros = |count| vec![<N::Scalar as Scalar>::ZERO; count * N::PARAMETERS];
    let (mut parameters, mut slots, mut copies) = (zeros(1), zeros(numbers.slots.len()), zeros(numbers.copies));
    let tensors =
        [file_contents::expected::<N>(), slot_tensors::<N>(&numbers.slots), copy_tensors::<N>(numbers.copies)];
    let word_tensors = word_tensors(numbers.words);
    let mut halves = vec![0.0_f64; word_tensors.len() * WORDS_LEN];
    let mut parts = [
        Part::new(&tensors[0], &mut parameters),
        Part::new(&tensors[1], &mut slots),
        Part::new(&tensors[2], &mut copies),
        Part::new(&word_tensors, &mut halves),
    ];
    let unreadable = contents.unreadable(&"its state of interrupted training is not valid");
    contents.read(N::NAME, &mut parts, &scalers::has)?;
    // An error about tensors of other shapes says more.
    if let Some(other) = other {
        return Err(other);
    }
    let interrupted = match numbers.words {
        0 => None,
        words => {
            let copies = (0..numbers.copies).map(|copy| copies[copy * N::PARAMETERS..][..N::PARAMETERS].to_vec());
            Some(interrupted_training(&halves, words, copies).ok_or(unreadable)?)
        }
    };
    Ok(Checkpoint { numbers, parameters, slots, interrupted })
}

/// Checks that the file is a checkpoint of the optimizer.
fn check_kind<O>(label: &Label) -> core::result::Result<(), String> {
    let kind = label.get("kind");
    if kind != Some(KIND) {
        return Err(format!("it is not a checkpoint but a file of {}", shown(kind.unwrap_or("weights"))));
    }
    let (found, expected) = (label.get("optimizer").unwrap_or(""), optimizer_name::<O>());
    if found != expected {
        return Err(format!("it is a checkpoint of the optimizer `{}`, not of `{expected}`", shown(found)));
    }
    Ok(())
}

/// Returns the tensors of slots.
fn slot_tensors<N: Network>(names: &[String]) -> Vec<Expected> {
    let tensor = |(index, name)| as_large::<N>(format!("{OPTIMIZER}{name}"), index);
    names.iter().enumerate().map(tensor).collect()
}

/// Returns the tensors of copies of the parameters.
fn copy_tensors<N: Network>(count: usize) -> Vec<Expected> {
    (0..count).map(|index| as_large::<N>(format!("{COPIES}{index}"), index)).collect()
}

/// Returns a tensor as large as the parameters.
fn as_large<N: Network>(name: String, place: usize) -> Expected {
    let shape: &'static [usize] = const { &[N::PARAMETERS] };
    Expected { name, shape: shape.into(), rows: 1, range: place * N::PARAMETERS..(place + 1) * N::PARAMETERS }
}

/// Returns the tensors for `words` words.
fn word_tensors(words: usize) -> Vec<Expected> {
    let tensor = |index| {
        let (name, start) = (format!("{WORDS}{index}"), index * WORDS_LEN);
        Expected { name, shape: (&[WORDS_LEN][..]).into(), rows: 1, range: start..start + WORDS_LEN }
    };
    (0..(2 * words).div_ceil(WORDS_LEN)).map(tensor).collect()
}

/// Returns the name of the type of the optimizer, without its modules.
fn optimizer_name<O>() -> &'static str {
    let path = type_name::<O>().split('<').next().unwrap_or("");
    path.rsplit("::").next().unwrap_or(path)
}
