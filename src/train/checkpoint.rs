//! How does a run go on, bit for bit, after the program has ended?

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::any::type_name;
use core::str::FromStr;
use std::io::Read;
use std::path::Path;

use crate::error::{Error, Result};
use crate::io::{self, Label, OPTIMIZER, Reader, STANDARDIZER, Stored};
use crate::kernel::Kernels;
use crate::network::{Network, weights};
use crate::optimizer::{MAX_SLOTS, Optimizer};
use crate::scalar::Scalar;
use crate::schedule::{PlateauState, ReduceOnPlateau};
use crate::tensor::{TensorInfo, TensorKind};
use crate::train::Trainer;

/// The kind of file, in its label.
const KIND: &str = "checkpoint";

impl<L, O: Optimizer, T: Kernels + Stored, V, C> Trainer<L, O, T, V, C> {
    /// Writes what the next call of `fit` depends on to a file, which is replaced as a whole: the network, the memory of the
    /// optimizer and its number of steps, the number of epochs so far, the seed and the batch size, and what a plateau has seen.
    ///
    /// Settings of the optimizer, schedules, factors of layers, clipping, batches per step, the loss, the validation set and callbacks are the program's and
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
        io::replace(path.as_ref(), &self.checkpoint(network.as_ref())?)
    }

    /// The bytes of a checkpoint.
    fn checkpoint<N: Network<Scalar = T>>(&self, network: &N) -> Result<Vec<u8>> {
        let epoch = &self.epoch;
        let (parameters, memory) = epoch.optimizer.memory();
        if let Some(expected) = parameters.filter(|&expected| expected != N::PARAMETERS) {
            return Err(Error::ParameterCount { expected, given: N::PARAMETERS });
        }
        let slots: Vec<_> = memory.collect();
        let state = State {
            steps: epoch.optimizer.steps(),
            epochs: epoch.begun,
            seed: epoch.seed,
            batch_size: epoch.batch_size,
            slots: parameters.map(|_| slots.len()),
            plateau: epoch.rate.plateau.as_ref().map(ReduceOnPlateau::state),
        };
        let mut label = weights::label::<N>(KIND);
        label.push("optimizer", optimizer_name::<O>());
        state.write(&mut label);
        let mut pieces = weights::pieces(network)?;
        for (tensor, slot) in slot_tensors::<N>(slots.len()).iter().zip(slots) {
            pieces.add(&tensor.name, tensor.shape, slot);
        }
        io::to_bytes(pieces, &label)
    }

    /// Takes over a checkpoint, so that the next call of `fit` gives the bits that it would have given in the program that
    /// wrote it, on the same data and with the same settings. Seed and batch size are those of the checkpoint afterwards.
    ///
    /// # Errors
    /// [`Error::File`]; [`Error::Unreadable`] when the file is damaged, in any bit, or is no checkpoint, or one of another
    /// optimizer; [`Error::WrongTensors`]. Network and trainer are then as they were.
    pub fn resume<N>(&mut self, network: &mut impl AsMut<N>, path: impl AsRef<Path>) -> Result<()>
    where
        N: Network<Scalar = T>,
    {
        let path = path.as_ref();
        let (file, length) = io::open(path)?;
        let (state, values) = read::<N, O, _>(io::name(path), file, length)?;
        let (parameters, slots) = values.split_at(N::PARAMETERS);
        network.as_mut().parameters_mut().copy_from_slice(parameters);
        self.epoch.optimizer.restore(state.steps, state.slots.map(|_| N::PARAMETERS), slots);
        (self.epoch.begun, self.epoch.seed, self.epoch.batch_size) = (state.epochs, state.seed, state.batch_size);
        self.epoch.rate.reset();
        if let (Some(plateau), Some(state)) = (&mut self.epoch.rate.plateau, state.plateau) {
            plateau.restore(state);
        }
        Ok(())
    }
}

/// The numbers of a run that are no tensors.
struct State {
    steps: u64,
    epochs: u64,
    seed: u64,
    batch_size: usize,
    /// How many numbers are remembered for each parameter; nothing before the first step.
    slots: Option<usize>,
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

/// The state and the numbers of a checkpoint: parameters, then slots.
fn read<N, O, R>(name: String, input: R, length: u64) -> Result<(State, Vec<N::Scalar>)>
where
    N: Network<Scalar: Stored>,
    R: Read,
{
    let mut label = weights::label::<N>(KIND);
    label.push("optimizer", optimizer_name::<O>());
    let mut tensors = N::TENSORS.list();
    tensors.extend(slot_tensors::<N>(MAX_SLOTS));
    let reader = Reader::new(name, input, length, &label, &tensors)?;
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
    let slots = state.slots.unwrap_or(0);
    tensors.truncate(tensors.len() - MAX_SLOTS + slots);
    let mut values = vec![<N::Scalar as Scalar>::ZERO; N::PARAMETERS * (1 + slots)];
    reader.read(N::NAME, &tensors, |name| name.starts_with(STANDARDIZER), &mut values)?;
    Ok((state, values))
}

/// The slots, behind the parameters.
fn slot_tensors<N: Network>(count: usize) -> Vec<TensorInfo> {
    let shape = const { &[N::PARAMETERS] };
    let tensor = |index| {
        let start = (1 + index) * N::PARAMETERS;
        let (name, range) = (format!("{OPTIMIZER}{index}"), start..start + N::PARAMETERS);
        TensorInfo { name, shape, range, kind: TensorKind::Statistic, frozen: false }
    };
    (0..count).map(tensor).collect()
}

/// The name of the optimizer's type, without the modules that it is in.
fn optimizer_name<O>() -> &'static str {
    let path = type_name::<O>().split('<').next().unwrap_or("");
    path.rsplit("::").next().unwrap_or(path)
}
