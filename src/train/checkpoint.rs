//! How does a run go on, bit for bit, after the program has ended?

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::any::type_name;
use core::str::FromStr;
use std::io::{Read, Seek};
use std::path::Path;

use crate::error::{Error, Result};
use crate::history::History;
use crate::io::{self, Expected, Label, OPTIMIZER, Reader, Stored};
use crate::kernel::Kernels;
use crate::network::{Network, content, scalers};
use crate::optimizer::{MAX_SLOTS, Optimizer};
use crate::scalar::Scalar;
use crate::schedule::{PlateauState, ReduceOnPlateau};
use crate::train::callback_state::{CallbackState, Interrupted};
use crate::train::epoch::Epoch;
use crate::train::run_words;
use crate::train::{Stop, Trainer};

/// What the names of the tensors of an interrupted run begin with: its words, and copies of parameters.
const WORDS: &str = "run/state/";
const COPIES: &str = "run/parameters/";
/// The numbers of a tensor of words: enough that headers stay short beside them.
const WORDS_LEN: usize = 1024;
/// The kind of file, in its label.
const KIND: &str = "checkpoint";

impl<L, O: Optimizer, T: Kernels + Stored, V, C> Trainer<L, O, T, V, C> {
    /// Writes what the next call of `fit` depends on to a file, which is replaced as a whole: the network, the memory of the
    /// optimizer and its number of steps, the number of epochs so far, the seed and the batch size, and what a plateau has seen.
    ///
    /// [`Checkpoints`](crate::train::Checkpoints) writes such files while `fit` runs.
    ///
    /// Settings of the optimizer, schedules, factors of layers, frozen layers, clipping, batches per step, the loss, the validation set and callbacks are the program's and
    /// are not in the file.
    /// [`Weights::load`](crate::Weights::load) reads the network alone from it.
    ///
    /// # Errors
    /// [`Error::NonFiniteParameter`]; [`Error::ParameterCount`] when the state of the optimizer belongs to a network of
    /// another size; [`Error::File`]. A file that was there is then as it was.
    ///
    /// # Example
    /// A checkpoint after each ten epochs, and a run that goes on from it with the same bits.
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Xor = Dense<2, 8>, Tanh, Dense<8, 2>, Softmax);
    ///
    /// let inputs = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
    /// let data = Dataset::<Vector<2>, Class<2>>::labelled(inputs, [0, 1, 1, 0])?;
    /// let trainer = || Trainer::new(Nll, Adam::new(0.01)).epochs(10).batch_size(2).seed(5);
    /// let path = std::env::temp_dir().join(format!("xor-{}.checkpoint", std::process::id()));
    ///
    /// let (mut network, mut first) = (Xor::init(&mut typenet::rng(37)), trainer());
    /// for _ in 0..3 {
    ///     first.fit(&mut network, &data)?;
    ///     first.save_checkpoint(&network, &path)?;
    /// }
    ///
    /// let (mut resumed, mut second) = (Xor::zeroed(), trainer());
    /// second.resume(&mut resumed, &path)?;
    /// first.fit(&mut network, &data)?;
    /// second.fit(&mut resumed, &data)?;
    /// assert_eq!(resumed.parameters(), network.parameters());
    /// # std::fs::remove_file(&path).unwrap();
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn save_checkpoint<N>(&self, network: &impl AsRef<N>, path: impl AsRef<Path>) -> Result<()>
    where
        N: Network<Scalar = T>,
    {
        io::replace(path.as_ref(), &bytes(network.as_ref(), &RunState::between_runs(&self.epoch))?)
    }

    /// Takes over a checkpoint, so that the next call of `fit` gives the bits that it would have given in the program that
    /// wrote it, on the same data and with the same settings. Seed and batch size are those of the checkpoint afterwards.
    ///
    /// # Errors
    /// [`Error::File`]; [`Error::Unreadable`] when the file is damaged, in any bit, or is no checkpoint, or one of another
    /// optimizer; [`Error::WrongTensors`]. Network and trainer are then as they were.
    ///
    /// A checkpoint of [`Checkpoints`](crate::train::Checkpoints) has a run that was interrupted, and the next `fit` finishes it: its
    /// epochs are those that were left. It refuses other callbacks than the file was made with
    /// ([`Error::OtherCallbacks`]).
    pub fn resume<N>(&mut self, network: &mut impl AsMut<N>, path: impl AsRef<Path>) -> Result<()>
    where
        N: Network<Scalar = T>,
    {
        let path = path.as_ref();
        let (mut file, length) = io::open(path)?;
        let (state, values) = read::<N, O>(&io::name(path), &mut file, length)?;
        let (values, copies) = values.split_at(N::PARAMETERS * (1 + state.slots.unwrap_or(0)));
        let interrupted = match state.run {
            0 => None,
            _ => Some(read_run::<N>(&io::name(path), &mut file, length, &state, copies)?),
        };
        let (parameters, slots) = values.split_at(N::PARAMETERS);
        let mut optimizer = self.epoch.optimizer.clone();
        optimizer.restore(state.steps, state.slots.map(|_| N::PARAMETERS), slots);
        if !optimizer.makes_finite_steps(parameters, N::TENSORS) {
            let reason = "what the optimizer remembers makes a step that is not finite".into();
            return Err(Error::Unreadable { source: io::name(path), reason });
        }
        network.as_mut().parameters_mut().copy_from_slice(parameters);
        self.epoch.optimizer = optimizer;
        (self.epoch.begun, self.epoch.seed, self.epoch.batch_size) = (state.epochs, state.seed, state.batch_size);
        self.interrupted = interrupted;
        self.epoch.rate.reset();
        if let (Some(plateau), Some(state)) = (&mut self.epoch.rate.plateau, state.plateau) {
            plateau.restore(state);
        }
        Ok(())
    }
}

/// What a checkpoint holds beside the network.
#[derive(Debug)]
pub struct RunState<'a, T> {
    optimizer: &'static str,
    numbers: State,
    /// What the optimizer remembers, and the number of parameters that it belongs to.
    parameters: Option<usize>,
    slots: Vec<&'a [T]>,
    run: Option<Run<'a, T>>,
}

/// A run that is not at its end.
#[derive(Debug)]
struct Run<'a, T> {
    history: &'a History,
    stop: Stop,
    words: Vec<u64>,
    callbacks: CallbackState<T>,
}

impl<'a, T: Kernels> RunState<'a, T> {
    fn between_runs<L, O: Optimizer>(epoch: &'a Epoch<L, O, T>) -> Self {
        let (parameters, memory) = epoch.optimizer.memory();
        let slots: Vec<_> = memory.collect();
        let numbers = State {
            steps: epoch.optimizer.steps(),
            epochs: epoch.begun,
            seed: epoch.seed,
            batch_size: epoch.batch_size,
            slots: parameters.map(|_| slots.len()),
            plateau: epoch.rate.plateau.as_ref().map(ReduceOnPlateau::state),
            run: 0,
            copies: 0,
        };
        Self { optimizer: optimizer_name::<O>(), numbers, parameters, slots, run: None }
    }

    pub(super) fn within_run<L, O: Optimizer>(
        epoch: &'a Epoch<L, O, T>,
        history: &'a History,
        stop: Stop,
        callbacks: CallbackState<T>,
    ) -> Self {
        let mut state = Self::between_runs(epoch);
        let words = run_words::words(history.epochs(), stop == Stop::End, &callbacks);
        state.numbers.run = words.len();
        state.numbers.copies = callbacks.entries().iter().filter(|entry| entry.parameters.is_some()).count();
        state.run = Some(Run { history, stop, words, callbacks });
        state
    }

    /// The records of the run so far, and whether a callback stops it.
    pub(super) fn run(&self) -> Option<(&History, Stop)> {
        self.run.as_ref().map(|run| (run.history, run.stop))
    }
}

/// The bytes of a checkpoint.
pub(super) fn bytes<N: Network<Scalar: Stored>>(network: &N, state: &RunState<'_, N::Scalar>) -> Result<Vec<u8>> {
    if let Some(expected) = state.parameters.filter(|&expected| expected != N::PARAMETERS) {
        return Err(Error::ParameterCount { expected, given: N::PARAMETERS });
    }
    let mut label = content::label::<N>(KIND);
    label.push("optimizer", state.optimizer);
    state.numbers.write(&mut label);
    let words = state.run.as_ref().map_or_else(Vec::new, |run| halves(&run.words));
    let mut pieces = content::pieces(network)?;
    for (tensor, slot) in slot_tensors::<N>(OPTIMIZER, 1, state.slots.len()).iter().zip(&state.slots) {
        pieces.add(&tensor.name, &tensor.shape, slot);
    }
    for (tensor, words) in word_tensors(state.numbers.run).iter().zip(words.chunks_exact(WORDS_LEN)) {
        pieces.add(&tensor.name, &tensor.shape, words);
    }
    let entries = state.run.as_ref().map_or(&[][..], |run| run.callbacks.entries());
    let copies = entries.iter().filter_map(|entry| entry.parameters.as_deref());
    for (tensor, copy) in slot_tensors::<N>(COPIES, 0, state.numbers.copies).iter().zip(copies) {
        if copy.len() != N::PARAMETERS {
            return Err(Error::ParameterCount { expected: N::PARAMETERS, given: copy.len() });
        }
        pieces.add(&tensor.name, &tensor.shape, copy);
    }
    io::to_bytes(pieces, &label)
}

/// Words as two whole numbers below 2³² each, which any reader of the file leaves as they are; zeros fill the last tensor.
fn halves(words: &[u64]) -> Vec<f64> {
    let mut halves: Vec<f64> =
        words.iter().flat_map(|word| [word >> 32, word & 0xFFFF_FFFF]).map(|h| h as f64).collect();
    halves.resize(halves.len().next_multiple_of(WORDS_LEN), 0.0);
    halves
}

/// The run that was interrupted; `file` is read once more, for numbers of another type.
fn read_run<N: Network<Scalar: Stored>>(
    name: &str,
    file: &mut (impl Read + Seek),
    length: u64,
    state: &State,
    copies: &[N::Scalar],
) -> Result<Interrupted<N::Scalar>> {
    let unreadable = |reason: &str| Error::Unreadable { source: name.into(), reason: reason.into() };
    file.rewind().map_err(|error| unreadable(&format!("{error}")))?;
    let tensors = word_tensors(state.run);
    let mut all = content::expected::<N>();
    all.extend(tensors.iter().cloned());
    let mut halves = vec![0.0; tensors.len() * WORDS_LEN];
    let reader = Reader::new(name.into(), file, length, &content::label::<N>(KIND), &all)?;
    reader.read(N::NAME, &tensors, |name| !name.starts_with(WORDS), &mut halves)?;
    let word = |pair: &[f64]| {
        let half = |half: f64| ((0.0..4_294_967_296.0).contains(&half) && libm::trunc(half) == half).then_some(half);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole numbers below 2³²")]
        half(pair[0]).zip(half(pair[1])).map(|(high, low)| ((high as u64) << 32) | low as u64)
    };
    let words: Option<Vec<u64>> = halves.chunks_exact(2).take(state.run).map(word).collect();
    let copies = (0..state.copies).map(|copy| copies[copy * N::PARAMETERS..(copy + 1) * N::PARAMETERS].to_vec());
    words
        .and_then(|words| run_words::interrupted(&words, copies))
        .ok_or_else(|| unreadable("what it says of an interrupted run is not what this library writes"))
}

/// The numbers of a run that are no tensors.
#[derive(Debug)]
struct State {
    steps: u64,
    epochs: u64,
    seed: u64,
    batch_size: usize,
    /// How many numbers are remembered for each parameter; nothing before the first step.
    slots: Option<usize>,
    /// How many words the state of an interrupted run has, and copies of the parameters; none between two runs.
    run: usize,
    copies: usize,
    plateau: Option<PlateauState>,
}

impl State {
    fn write(&self, label: &mut Label) {
        label.push("steps", &format!("{}", self.steps));
        label.push("epochs", &format!("{}", self.epochs));
        label.push("seed", &format!("{}", self.seed));
        label.push("batch_size", &format!("{}", self.batch_size));
        if let Some(slots) = self.slots {
            label.push("slots", &format!("{slots}"));
        }
        if let Some(PlateauState { best, reduction, waited, cooling }) = self.plateau {
            // As bits: a decimal number may be infinite, which JSON has no word for.
            label.push("plateau", &format!("{} {} {waited} {cooling}", best.to_bits(), reduction.to_bits()));
        }
        if self.run > 0 {
            label.push("run", &format!("{}", self.run));
            label.push("copies", &format!("{}", self.copies));
        }
    }

    fn read(label: &Label) -> core::result::Result<Self, String> {
        let slots = label.get("slots").map(|_| number(label, "slots")).transpose()?;
        if slots > Some(MAX_SLOTS) {
            return Err(format!("an optimizer has at most {MAX_SLOTS} slots, and not {}", slots.unwrap_or(0)));
        }
        Ok(Self {
            steps: count(label, "steps")?,
            epochs: count(label, "epochs")?,
            seed: number(label, "seed")?,
            batch_size: number(label, "batch_size")?,
            slots,
            run: label.get("run").map_or(Ok(0), |_| number(label, "run"))?,
            copies: label.get("copies").map_or(Ok(0), |_| number(label, "copies"))?,
            plateau: label.get("plateau").map(plateau).transpose()?,
        })
    }
}

/// What a plateau has seen.
fn plateau(text: &str) -> core::result::Result<PlateauState, String> {
    let wrong = || format!("`plateau` in its metadata is no state of a plateau: {text:?}");
    let mut numbers = text.split(' ').map(|number| number.parse::<u64>().map_err(|_| wrong()));
    let mut next = || numbers.next().unwrap_or_else(|| Err(wrong()));
    let (best, reduction) = (f64::from_bits(next()?), f64::from_bits(next()?));
    let mut small = || next().and_then(|number| u32::try_from(number).map_err(|_| wrong()));
    let state = PlateauState { best, reduction, waited: small()?, cooling: small()? };
    let is_state = !best.is_nan() && reduction > 0.0 && reduction <= 1.0 && next().is_err();
    if is_state { Ok(state) } else { Err(wrong()) }
}

fn number<X: FromStr>(label: &Label, key: &str) -> core::result::Result<X, String> {
    let text = label.get(key).unwrap_or("");
    text.parse().map_err(|_| format!("`{key}` in its metadata is no number: {text:?}"))
}

/// A number that can be counted on from.
fn count(label: &Label, key: &str) -> core::result::Result<u64, String> {
    let count: u64 = number(label, key)?;
    if count < 1 << 63 {
        Ok(count)
    } else {
        Err(format!("`{key}` in its metadata is {count}, and no run is that long"))
    }
}

/// The state and the numbers of a checkpoint: parameters, then slots, then copies of the parameters.
fn read<N, O>(name: &str, input: &mut impl Read, length: u64) -> Result<(State, Vec<N::Scalar>)>
where
    N: Network<Scalar: Stored>,
{
    let mut label = content::label::<N>(KIND);
    label.push("optimizer", optimizer_name::<O>());
    let mut tensors = content::expected::<N>();
    tensors.extend(slot_tensors::<N>(OPTIMIZER, 1, MAX_SLOTS));
    let reader = Reader::new(name.into(), input, length, &label, &tensors)?;
    let kind = reader.label().get("kind");
    if kind != Some(KIND) {
        return Err(reader.unreadable(&format!("it is no checkpoint but a file of {}", kind.unwrap_or("weights"))));
    }
    let (found, expected) = (reader.label().get("optimizer").unwrap_or(""), optimizer_name::<O>());
    if found != expected {
        return Err(
            reader.unreadable(&format!("it is a checkpoint of the optimizer `{found}`, and not of `{expected}`"))
        );
    }
    let state = State::read(reader.label()).map_err(|reason| reader.unreadable(&reason))?;
    // No memory for what the file is too short to hold.
    let numbers = state.copies.saturating_mul(N::PARAMETERS.max(1)).saturating_add(state.run);
    if numbers as u64 > length {
        return Err(reader.unreadable(&"it claims a run that is longer than the file"));
    }
    let slots = state.slots.unwrap_or(0);
    tensors.truncate(tensors.len() - MAX_SLOTS + slots);
    tensors.extend(slot_tensors::<N>(COPIES, 1 + slots, state.copies));
    let mut values = vec![<N::Scalar as Scalar>::ZERO; N::PARAMETERS * (1 + slots + state.copies)];
    let pass_over = |name: &str| scalers::has(name) || name.starts_with(WORDS);
    reader.read(N::NAME, &tensors, pass_over, &mut values)?;
    Ok((state, values))
}

/// Tensors as large as the parameters, from the place of so many of them on.
fn slot_tensors<N: Network>(prefix: &str, place: usize, count: usize) -> Vec<Expected> {
    let shape: &'static [usize] = const { &[N::PARAMETERS] };
    let tensor = |index| {
        let start = (place + index) * N::PARAMETERS;
        let (name, range) = (format!("{prefix}{index}"), start..start + N::PARAMETERS);
        Expected { name, shape: shape.into(), range }
    };
    (0..count).map(tensor).collect()
}

/// The tensors of so many words.
fn word_tensors(words: usize) -> Vec<Expected> {
    let tensor = |index| {
        let (name, start) = (format!("{WORDS}{index}"), index * WORDS_LEN);
        Expected { name, shape: (&[WORDS_LEN][..]).into(), range: start..start + WORDS_LEN }
    };
    (0..(2 * words).div_ceil(WORDS_LEN)).map(tensor).collect()
}

/// The name of the optimizer's type, without the modules that it is in.
fn optimizer_name<O>() -> &'static str {
    let path = type_name::<O>().split('<').next().unwrap_or("");
    path.rsplit("::").next().unwrap_or(path)
}
