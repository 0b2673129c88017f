//! What is in the file of a checkpoint?

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::any::type_name;
use core::str::FromStr;
use std::path::Path;

use crate::error::{Error, Result, shown};
use crate::io::{self, Expected, Label, OPTIMIZER, Opened, Part, Renames, Stored};
use crate::kernel::Kernels;
use crate::network::{Network, file_contents, scalers};
use crate::optimizer::{MAX_SLOTS, Optimizer, OptimizerState};
use crate::scalar::Scalar;
use crate::schedule::{PlateauState, ReduceOnPlateau};
use crate::train::callback_state::CallbackState;
use crate::train::epoch::{Epoch, Made};
use crate::train::interrupted::Interrupted;
use crate::train::run_words;
use crate::train::{Moment, Stop};

/// What the names of the tensors of an interrupted run begin with: its words, and copies of parameters.
const WORDS: &str = "run/state/";
const COPIES: &str = "run/parameters/";
/// The numbers of a tensor of words: enough that headers stay short beside them.
const WORDS_LEN: usize = 1024;
/// The kind of file, in its label.
const KIND: &str = "checkpoint";

/// What a checkpoint holds beside the network.
#[derive(Debug)]
pub struct RunState<'a, T> {
    optimizer: &'static str,
    numbers: State,
    /// The number of parameters that the optimizer's memory belongs to.
    parameters: Option<usize>,
    /// What it remembers, in the order of the names.
    slots: Vec<&'a [T]>,
    run: Option<Run<'a, T>>,
}

/// A run that is not at its end.
#[derive(Debug)]
struct Run<'a, T> {
    moment: Moment<'a>,
    words: Vec<u64>,
    callbacks: CallbackState<T>,
}

impl<'a, T: Kernels> RunState<'a, T> {
    /// That of a loop of one's own.
    pub(super) fn of<O: Optimizer>(optimizer: &'a OptimizerState<O, T>) -> Self {
        let (names, slots) = optimizer.memory().map(|(name, slot)| (name.to_string(), slot)).unzip();
        let (steps, parameters) = (optimizer.steps(), optimizer.parameters());
        let numbers = State { steps, order: None, slots: names, run: 0, copies: 0, plateau: None };
        Self { optimizer: optimizer_name::<O>(), numbers, parameters, slots, run: None }
    }

    pub(super) fn between_runs<L, O: Optimizer>(epoch: &'a Epoch<L, O, T>) -> Self {
        let mut state = Self::of(&epoch.optimizer);
        let Epoch { begun: epochs, seed, batch_size, .. } = *epoch;
        state.numbers.order = Some(Order { epochs, seed, batch_size });
        state.numbers.plateau = epoch.rate.plateau.as_ref().map(ReduceOnPlateau::state);
        state
    }

    /// `made` is what there is of an epoch that the history does not have.
    pub(super) fn within_run<L, O: Optimizer>(
        epoch: &'a Epoch<L, O, T>,
        moment: Moment<'a>,
        made: &Made,
        callbacks: CallbackState<T>,
    ) -> Self {
        let mut state = Self::between_runs(epoch);
        // It is begun once more when the run goes on.
        if let Some(order) = state.numbers.order.as_mut().filter(|_| moment.within_epoch) {
            order.epochs -= 1;
        }
        let words = run_words::words(moment.history.epochs(), moment.stop == Stop::End, made, &callbacks);
        state.numbers.run = words.len();
        state.numbers.copies = callbacks.entries().iter().filter(|entry| entry.parameters.is_some()).count();
        state.run = Some(Run { moment, words, callbacks });
        state
    }

    /// When it is, for a run that is not at its end.
    pub(super) fn moment(&self) -> Option<&Moment<'a>> {
        self.run.as_ref().map(|run| &run.moment)
    }
}

/// The bytes of a checkpoint.
pub(super) fn bytes<N: Network<Scalar: Stored>>(network: &N, state: &RunState<'_, N::Scalar>) -> Result<Vec<u8>> {
    if let Some(expected) = state.parameters.filter(|&expected| expected != N::PARAMETERS) {
        return Err(Error::ParameterCount { expected, given: N::PARAMETERS });
    }
    let mut label = file_contents::label::<N>(KIND);
    label.push("optimizer", state.optimizer);
    state.numbers.write(&mut label);
    let words = state.run.as_ref().map_or_else(Vec::new, |run| halves(&run.words));
    let mut pieces = file_contents::pieces(network)?;
    for (tensor, slot) in slot_tensors::<N>(&state.numbers.slots).iter().zip(&state.slots) {
        pieces.add(&tensor.name, &tensor.shape, slot);
    }
    for (tensor, words) in word_tensors(state.numbers.run).iter().zip(words.chunks_exact(WORDS_LEN)) {
        pieces.add(&tensor.name, &tensor.shape, words);
    }
    let entries = state.run.as_ref().map_or(&[][..], |run| run.callbacks.entries());
    let copies = entries.iter().filter_map(|entry| entry.parameters.as_deref());
    for (tensor, copy) in copy_tensors::<N>(state.numbers.copies).iter().zip(copies) {
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

/// The run of these words and copies of the parameters.
fn interrupted<T: Scalar>(
    halves: &[f64],
    words: usize,
    copies: impl Iterator<Item = Vec<T>>,
) -> Option<Interrupted<T>> {
    let word = |pair: &[f64]| {
        let half = |half: f64| ((0.0..4_294_967_296.0).contains(&half) && libm::trunc(half) == half).then_some(half);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole numbers below 2³²")]
        half(pair[0]).zip(half(pair[1])).map(|(high, low)| ((high as u64) << 32) | low as u64)
    };
    let words: Option<Vec<u64>> = halves.chunks_exact(2).take(words).map(word).collect();
    words.and_then(|words| run_words::interrupted(&words, copies))
}

/// The numbers of a run that are no tensors.
#[derive(Debug)]
pub(super) struct State {
    pub(super) steps: u64,
    /// Nothing for a loop of one's own.
    pub(super) order: Option<Order>,
    /// The names of what the optimizer remembers.
    pub(super) slots: Vec<String>,
    /// How many words the state of an interrupted run has, and copies of the parameters; none between two runs.
    pub(super) run: usize,
    copies: usize,
    pub(super) plateau: Option<PlateauState>,
}

/// What decides the order of the samples.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) epochs: u64,
    pub(super) seed: u64,
    pub(super) batch_size: usize,
}

impl State {
    fn write(&self, label: &mut Label) {
        label.push("steps", &format!("{}", self.steps));
        if let Some(Order { epochs, seed, batch_size }) = &self.order {
            label.push("epochs", &format!("{epochs}"));
            label.push("seed", &format!("{seed}"));
            label.push("batch_size", &format!("{batch_size}"));
        }
        self.slots.iter().for_each(|slot| label.push("slot", slot));
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
        let slots: Vec<_> = label.all("slot").take(MAX_SLOTS + 1).map(ToString::to_string).collect();
        if slots.len() > MAX_SLOTS {
            return Err(format!("it has more slots of an optimizer than {MAX_SLOTS}"));
        }
        if let Some(twice) = (1..slots.len()).find(|&slot| slots[..slot].contains(&slots[slot])) {
            return Err(format!("it has two slots of the name `{}`", shown(&slots[twice])));
        }
        let order =
            |epochs| Ok(Order { epochs, seed: number(label, "seed")?, batch_size: number(label, "batch_size")? });
        Ok(Self {
            steps: count(label, "steps")?,
            order: label.get("epochs").map(|_| count(label, "epochs").and_then(order)).transpose()?,
            slots,
            run: label.get("run").map_or(Ok(0), |_| number(label, "run"))?,
            copies: label.get("copies").map_or(Ok(0), |_| number(label, "copies"))?,
            plateau: label.get("plateau").map(plateau).transpose()?,
        })
    }
}

/// What a plateau has seen.
fn plateau(text: &str) -> core::result::Result<PlateauState, String> {
    let wrong = || format!("`plateau` in its metadata is no state of a plateau: \"{}\"", shown(text));
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
    text.parse().map_err(|_| format!("`{key}` in its metadata is no number: \"{}\"", shown(text)))
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

/// What a checkpoint holds.
pub(super) struct Checkpoint<T> {
    pub(super) state: State,
    pub(super) parameters: Vec<T>,
    /// What the optimizer remembers, slot after slot.
    pub(super) slots: Vec<T>,
    pub(super) interrupted: Option<Interrupted<T>>,
}

/// Reads a checkpoint of a network and an optimizer, in one pass over the file.
pub(super) fn read<N, O>(path: &Path) -> Result<Checkpoint<N::Scalar>>
where
    N: Network<Scalar: Stored>,
{
    let mut opened = Opened::at(path)?;
    let contents = opened.contents(&Renames::NONE)?;
    check_kind::<O>(contents.label()).map_err(|reason| contents.unreadable(&reason))?;
    let other = contents.label().has_other_layers(&file_contents::label::<N>(KIND)).then(|| {
        let made_from = contents.label().architecture().unwrap_or_default();
        contents.unreadable(&format!("it is a checkpoint of another network, {made_from}"))
    });
    let state = State::read(contents.label()).map_err(|reason| contents.unreadable(&reason))?;
    // No memory for what the file is too short to hold.
    let numbers = state.copies.saturating_mul(N::PARAMETERS.max(1)).saturating_add(state.run);
    if numbers > contents.len() {
        return Err(contents.unreadable(&"it claims a run that is longer than the file"));
    }
    let zeros = |count| vec![<N::Scalar as Scalar>::ZERO; count * N::PARAMETERS];
    let (mut parameters, mut slots, mut copies) = (zeros(1), zeros(state.slots.len()), zeros(state.copies));
    let tensors = [file_contents::expected::<N>(), slot_tensors::<N>(&state.slots), copy_tensors::<N>(state.copies)];
    let word_tensors = word_tensors(state.run);
    let mut halves = vec![0.0_f64; word_tensors.len() * WORDS_LEN];
    let mut parts = [
        Part::new(&tensors[0], &mut parameters),
        Part::new(&tensors[1], &mut slots),
        Part::new(&tensors[2], &mut copies),
        Part::new(&word_tensors, &mut halves),
    ];
    let unreadable = contents.unreadable(&"what it says of an interrupted run is not what this library writes");
    contents.read(N::NAME, &mut parts, &scalers::has)?;
    // Tensors of other shapes say more.
    if let Some(other) = other {
        return Err(other);
    }
    let interrupted = match state.run {
        0 => None,
        words => {
            let copies = (0..state.copies).map(|copy| copies[copy * N::PARAMETERS..][..N::PARAMETERS].to_vec());
            Some(interrupted(&halves, words, copies).ok_or(unreadable)?)
        }
    };
    Ok(Checkpoint { state, parameters, slots, interrupted })
}

/// Refuses what is no checkpoint of the optimizer.
fn check_kind<O>(label: &Label) -> core::result::Result<(), String> {
    let kind = label.get("kind");
    if kind != Some(KIND) {
        return Err(format!("it is no checkpoint but a file of {}", shown(kind.unwrap_or("weights"))));
    }
    let (found, expected) = (label.get("optimizer").unwrap_or(""), optimizer_name::<O>());
    if found != expected {
        return Err(format!("it is a checkpoint of the optimizer `{}`, and not of `{expected}`", shown(found)));
    }
    Ok(())
}

/// The tensors of slots.
fn slot_tensors<N: Network>(names: &[String]) -> Vec<Expected> {
    let tensor = |(index, name)| as_large::<N>(format!("{OPTIMIZER}{name}"), index);
    names.iter().enumerate().map(tensor).collect()
}

/// The tensors of copies of the parameters.
fn copy_tensors<N: Network>(count: usize) -> Vec<Expected> {
    (0..count).map(|index| as_large::<N>(format!("{COPIES}{index}"), index)).collect()
}

/// A tensor as large as the parameters.
fn as_large<N: Network>(name: String, place: usize) -> Expected {
    let shape: &'static [usize] = const { &[N::PARAMETERS] };
    Expected { name, shape: shape.into(), range: place * N::PARAMETERS..(place + 1) * N::PARAMETERS }
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
