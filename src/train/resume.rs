//! How does training resume, bit for bit, after the program has ended?

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use std::path::Path;

use crate::error::{Error, Result};
use crate::io::{self, OPTIMIZER, Stored};
use crate::kernel::Kernels;
use crate::network::Network;
use crate::optimizer::{Optimizer, OptimizerState, Slot};
use crate::scalar::Scalar;
use crate::train::Trainer;
use crate::train::checkpoint::{self, Checkpoint, CheckpointContents, CheckpointNumbers, SampleOrder};
use crate::train::interrupted_training::InterruptedTraining;

impl<L, O: Optimizer, T: Kernels + Stored, V, H, M> Trainer<L, O, T, V, H, M> {
    /// Writes everything that the next call of `fit` depends on to a file, which is replaced as a whole: the network, the
    /// memory of the optimizer and its number of steps, the number of epochs so far, the seed and the batch size, and the state
    /// of a plateau.
    ///
    /// [`Checkpoints`](crate::train::Checkpoints) writes such files during `fit`.
    ///
    /// The settings of the optimizer, schedules, factors of layers, frozen layers, clipping, batches per step, the loss, the
    /// validation set and the callbacks belong to the program and are not in the file. [`Weights::load`](crate::Weights::load)
    /// reads only the network from it.
    ///
    /// # Errors
    /// [`Error::NonFiniteParameter`] if a parameter is not finite; [`Error::ParameterCount`] if the state of the optimizer
    /// belongs to a network of another size; [`Error::File`] if the file cannot be written. An existing file is then unchanged.
    ///
    /// # Example
    /// Writes a checkpoint after every ten epochs, and resumes training from it with the same bits.
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
        io::replace(
            path.as_ref(),
            &checkpoint::bytes(network.as_ref(), &CheckpointContents::between_fits(&self.steps))?,
        )
    }

    /// Loads a checkpoint, so that the next call of `fit` gives the same bits as in the program that wrote it, on the same data
    /// and with the same settings. The seed and the batch size are then those of the checkpoint.
    ///
    /// # Errors
    /// [`Error::File`] if the file cannot be read; [`Error::Unreadable`] if any bit of the file is damaged, if it is not a
    /// checkpoint, if it belongs to another optimizer or to other kinds of layers, or if it contains a negative element where
    /// the memory of the optimizer has none; [`Error::WrongTensors`] if the tensors do not fit the network. The network and the
    /// trainer are then unchanged.
    ///
    /// A checkpoint of [`Checkpoints`](crate::train::Checkpoints) contains interrupted training. The next `fit` finishes it: it
    /// performs the remaining epochs. It returns [`Error::OtherCallbacks`] if the callbacks differ from those that wrote the
    /// file.
    pub fn resume<N>(&mut self, network: &mut impl AsMut<N>, path: impl AsRef<Path>) -> Result<()>
    where
        N: Network<Scalar = T>,
    {
        let read = read::<N, O>(path.as_ref(), &self.steps.optimizer)?;
        network.as_mut().parameters_mut().copy_from_slice(&read.parameters);
        self.steps.optimizer = read.optimizer;
        if let Some(SampleOrder { epochs, seed, batch_size }) = read.numbers.order {
            (self.steps.epochs_begun, self.steps.seed, self.steps.batch_size) = (epochs, seed, batch_size);
        }
        self.interrupted = read.interrupted;
        self.steps.learning_rate.reset();
        if let (Some(plateau), Some(state)) = (&mut self.steps.learning_rate.plateau, read.numbers.plateau) {
            plateau.restore(state);
        }
        Ok(())
    }
}

impl<O: Optimizer, T: Kernels + Stored> OptimizerState<O, T> {
    /// Writes the network, the memory of the optimizer and its number of steps to a file, which is replaced as a whole: a
    /// checkpoint for a custom loop. `Trainer` has its own method, which saves more.
    ///
    /// The loop itself must keep everything else that the next step depends on: its settings, and its position in the data. If
    /// the order of an epoch is drawn from `typenet::rng(seed + epoch)`, the number of the epoch is sufficient.
    ///
    /// # Errors
    /// The same as for [`Trainer::save_checkpoint`].
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Line = Dense<1, 1>);
    /// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0], [1.0], [2.0]], vec![[1.0], [3.0], [5.0]])?;
    /// let path = std::env::temp_dir().join(format!("line-loop-{}.checkpoint", std::process::id()));
    ///
    /// // Performs epoch `e`, in which every step uses one sample.
    /// let epoch = |line: &mut Line, optimizer: &mut typenet::OptimizerState<Adam, f32>, e: u64| -> typenet::Result<()> {
    ///     let (mut workspace, mut gradient) = (Workspace::new(), Gradient::zeroed());
    ///     let mut batches = data.epoch(1, &mut typenet::rng(37 + e))?;
    ///     while let Some((inputs, targets)) = batches.next() {
    ///         let pass = Pass::training(37, optimizer.steps());
    ///         line.gradient(inputs, targets, &MeanSquaredError, &pass, &mut workspace, &mut gradient)?;
    ///         optimizer.step(line, &*gradient)?;
    ///     }
    ///     Ok(())
    /// };
    ///
    /// let (mut line, mut optimizer) = (Line::zeroed(), Adam::new(0.1).state());
    /// epoch(&mut line, &mut optimizer, 0)?;
    /// optimizer.save_checkpoint(&line, &path)?;
    /// epoch(&mut line, &mut optimizer, 1)?;
    ///
    /// // Another process.
    /// let (mut resumed, mut memory) = (Line::zeroed(), Adam::new(0.1).state());
    /// memory.resume(&mut resumed, &path)?;
    /// assert_eq!(memory.steps(), 3);
    /// epoch(&mut resumed, &mut memory, 1)?;
    /// assert_eq!(resumed.parameters(), line.parameters());
    /// # std::fs::remove_file(&path).unwrap();
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn save_checkpoint<N>(&self, network: &impl AsRef<N>, path: impl AsRef<Path>) -> Result<()>
    where
        N: Network<Scalar = T>,
    {
        io::replace(path.as_ref(), &checkpoint::bytes(network.as_ref(), &CheckpointContents::of(self))?)
    }

    /// Loads the network and the memory of the optimizer from a checkpoint, including one that a `Trainer` has written.
    /// Settings, factors and the frozen tensors stay as they are.
    ///
    /// # Errors
    /// The same as for [`Trainer::resume`]. The network and the optimizer are then unchanged.
    pub fn resume<N>(&mut self, network: &mut impl AsMut<N>, path: impl AsRef<Path>) -> Result<()>
    where
        N: Network<Scalar = T>,
    {
        let read = read::<N, O>(path.as_ref(), self)?;
        network.as_mut().parameters_mut().copy_from_slice(&read.parameters);
        *self = read.optimizer;
        Ok(())
    }
}

/// The contents of a file that fits a network and an optimizer.
struct Read<O, T> {
    numbers: CheckpointNumbers,
    parameters: Vec<T>,
    optimizer: OptimizerState<O, T>,
    interrupted: Option<InterruptedTraining<T>>,
}

fn read<N, O: Optimizer>(path: &Path, optimizer: &OptimizerState<O, N::Scalar>) -> Result<Read<O, N::Scalar>>
where
    N: Network<Scalar: Stored>,
{
    let Checkpoint { numbers, parameters, slots, interrupted } = checkpoint::read::<N, O>(path)?;
    let unreadable = |reason| Error::Unreadable { source: format!("`{}`", path.display()), reason };
    let mut optimizer = optimizer.clone();
    let slots = numbers.slots.iter().zip(slots.chunks_exact(N::PARAMETERS.max(1)));
    check_signs(optimizer.optimizer().slots(), slots.clone()).map_err(unreadable)?;
    optimizer.restore(numbers.steps, N::PARAMETERS, slots.map(|(name, values)| (name.clone().into(), values)));
    if !optimizer.makes_finite_steps(&parameters, N::TENSORS) {
        return Err(unreadable("the memory of the optimizer leads to a step that is not finite".into()));
    }
    Ok(Read { numbers, parameters, optimizer, interrupted })
}

/// Checks that slots without negative elements have none.
fn check_signs<'a, T: Scalar>(
    known: &[Slot],
    slots: impl Iterator<Item = (&'a String, &'a [T])>,
) -> core::result::Result<(), String> {
    for (name, values) in slots {
        let is_nonnegative = known.iter().any(|slot| slot.name() == name && slot.is_nonnegative());
        if let Some(index) = values.iter().position(|&value| is_nonnegative && value < T::ZERO) {
            let value = values[index].to_f64();
            return Err(format!("`{OPTIMIZER}{name}` holds {value} at [{index}], but its elements are never negative"));
        }
    }
    Ok(())
}
