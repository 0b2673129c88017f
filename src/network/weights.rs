//! How does a network go to a file, and come back?

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use std::io::{Cursor, Read, Seek};
use std::path::Path;

use crate::dataset::{SameSample, SampleArray, Standardizer};
use crate::error::{Error, Result};
use crate::io::{self, Label, OPTIMIZER, Pieces, RUN, Reader, STANDARDIZER, Stored, TARGET_STANDARDIZER};
use crate::network::{Network, Sample};
use crate::shape::Shape;
use crate::tensor::{TensorInfo, TensorKind};

/// Saving and loading, for every network of `f32` or `f64`.
///
/// Files are safetensors with the names and the layout of PyTorch's `state_dict`; [`io`](crate::io) has the details. What
/// is loaded has the bits that were saved.
///
/// The functions that make a network are `load` and `from_…`, as `init` is, and are called on its type; the methods that
/// fill one that is there, as [`copy_from`](crate::Block::copy_from) does, are [`load_from`](Self::load_from) and
/// [`copy_from_safetensors`](Self::copy_from_safetensors).
///
/// # Errors
/// - Saving: [`Error::NonFiniteParameter`], since what could not be loaded is not written; [`Error::File`]. A file that was
///   there is then as it was.
/// - Loading: [`Error::File`] when it cannot be opened; [`Error::Unreadable`] when it is damaged or of another format;
///   [`Error::WrongTensors`] with *every* tensor that is missing or unexpected, or of another shape, or of a type that
///   would have to be rounded, or holds a number that is not finite. A network that was there is then as it was.
///
/// Only tensors are compared: a network that differs in its activations alone loads, as it does in PyTorch.
///
/// # Example
/// Weights and the scaler of the inputs in one file, and one sample through both.
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Classifier = Dense<2, 8>, Tanh, Dense<8, 3>, Softmax);
///
/// let samples = [[1.0, 20.0], [3.0, 60.0]];
/// let scaler = Standardizer::fit(&samples);
/// let network = Classifier::init(&mut typenet::rng(37));
/// let path = std::env::temp_dir().join(format!("classifier-{}.safetensors", std::process::id()));
/// network.save_with_scaler(&scaler, &path)?;
///
/// let (loaded, loaded_scaler) = Classifier::load_with_scaler(&path)?;
/// assert_eq!(loaded_scaler, scaler);
/// assert_eq!(loaded.predict(&loaded_scaler.apply(&samples[0])), network.predict(&scaler.apply(&samples[0])));
///
/// // Without the scaler, and into a network that is there.
/// let mut other = Classifier::load(&path)?;
/// other.load_from(&path)?;
/// assert_eq!(other.parameters(), network.parameters());
///
/// // Everything that is wrong is said at once.
/// network!(struct Wider = Dense<2, 9>, Tanh, Dense<9, 3>, Softmax);
/// assert_eq!(
///     Wider::from_safetensors(&network.to_safetensors()?).unwrap_err().to_string(),
///     "the file in memory does not fit `Wider`: 3 wrong tensors
///   `dense.weight` has shape [8, 2], but [9, 2] is expected
///   `dense.bias` has shape [8], but [9] is expected
///   `dense_2.weight` has shape [3, 8], but [3, 9] is expected
/// the file was made from Classifier: (2), dense: Dense<2, 8>, tanh: Tanh, dense_2: Dense<8, 3>, softmax: Softmax"
/// );
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), typenet::Error>(())
/// ```
pub trait Weights: Network<Scalar: Stored> {
    /// Writes the weights to a file, which is replaced as a whole.
    ///
    /// # Errors
    /// As [above](Self).
    fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        io::replace(path.as_ref(), &self.to_safetensors()?)
    }

    /// Writes the weights and the scaler of the inputs to a file, which is replaced as a whole.
    ///
    /// # Errors
    /// As [above](Self).
    fn save_with_scaler<A>(&self, scaler: &Standardizer<A>, path: impl AsRef<Path>) -> Result<()>
    where
        A: SampleArray,
        Sample<Self, Self::Input>: SameSample<A>,
    {
        io::replace(path.as_ref(), &self.to_safetensors_with_scaler(scaler)?)
    }

    /// Writes the weights, the scaler of the inputs and that of the targets to a file, which is replaced as a whole: for a
    /// network that learned from [`Standardizer::transform_targets`], whose predictions [`Standardizer::invert`] gives their
    /// unit back.
    ///
    /// # Errors
    /// As [above](Self).
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Line = Dense<1, 1>);
    ///
    /// // Miles in, money out.
    /// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0], [200.0]], vec![[1000.0], [9000.0]])?;
    /// let (inputs, targets) = (Standardizer::fit(data.inputs()), Standardizer::fit(data.targets()));
    /// let data = targets.transform_targets(inputs.transform(data));
    /// let mut line = Line::zeroed();
    /// Trainer::new(MeanSquaredError, Sgd::new(0.25)).epochs(50).fit(&mut line, &data)?;
    /// let path = std::env::temp_dir().join(format!("line-{}.safetensors", std::process::id()));
    /// line.save_with_scalers(&inputs, &targets, &path)?;
    ///
    /// let (line, inputs, targets) = Line::load_with_scalers(&path)?;
    /// let money = targets.invert(&line.predict(&inputs.apply(&[100.0])));
    /// assert!((money[0] - 5000.0).abs() < 1.0);
    /// # std::fs::remove_file(&path).unwrap();
    /// # Ok::<(), typenet::Error>(())
    /// ```
    fn save_with_scalers<A, B>(
        &self,
        inputs: &Standardizer<A>,
        targets: &Standardizer<B>,
        path: impl AsRef<Path>,
    ) -> Result<()>
    where
        A: SampleArray,
        B: SampleArray,
        Sample<Self, Self::Input>: SameSample<A>,
        Sample<Self, Self::Output>: SameSample<B>,
    {
        io::replace(path.as_ref(), &self.to_safetensors_with_scalers(inputs, targets)?)
    }

    /// The bytes that [`save`](Self::save) writes; the same weights are the same bytes.
    ///
    /// # Errors
    /// [`Error::NonFiniteParameter`].
    fn to_safetensors(&self) -> Result<Vec<u8>> {
        io::to_bytes(pieces(self)?, &label::<Self>("weights"))
    }

    /// The bytes that [`save_with_scaler`](Self::save_with_scaler) writes.
    ///
    /// # Errors
    /// [`Error::NonFiniteParameter`].
    fn to_safetensors_with_scaler<A>(&self, scaler: &Standardizer<A>) -> Result<Vec<u8>>
    where
        A: SampleArray,
        Sample<Self, Self::Input>: SameSample<A>,
    {
        let mut pieces = pieces(self)?;
        add_scaler(&mut pieces, STANDARDIZER, scaler);
        io::to_bytes(pieces, &label::<Self>("weights"))
    }

    /// The bytes that [`save_with_scalers`](Self::save_with_scalers) writes.
    ///
    /// # Errors
    /// [`Error::NonFiniteParameter`].
    fn to_safetensors_with_scalers<A, B>(&self, inputs: &Standardizer<A>, targets: &Standardizer<B>) -> Result<Vec<u8>>
    where
        A: SampleArray,
        B: SampleArray,
        Sample<Self, Self::Input>: SameSample<A>,
        Sample<Self, Self::Output>: SameSample<B>,
    {
        let mut pieces = pieces(self)?;
        add_scaler(&mut pieces, STANDARDIZER, inputs);
        add_scaler(&mut pieces, TARGET_STANDARDIZER, targets);
        io::to_bytes(pieces, &label::<Self>("weights"))
    }

    /// The network with the weights of a file.
    ///
    /// # Errors
    /// As [above](Self).
    fn load(path: impl AsRef<Path>) -> Result<Box<Self>> {
        let path = path.as_ref();
        let (mut file, length) = io::open(path)?;
        read(&io::name(path), &mut file, length)
    }

    /// The network with the weights of a file, and the scaler that was saved with them.
    ///
    /// # Errors
    /// As [above](Self); the scaler's tensors are missing in a file that was saved without it.
    fn load_with_scaler<A>(path: impl AsRef<Path>) -> Result<(Box<Self>, Standardizer<A>)>
    where
        A: SampleArray,
        Sample<Self, Self::Input>: SameSample<A>,
    {
        let path = path.as_ref();
        let (mut file, length) = io::open(path)?;
        read_with_scaler(&io::name(path), &mut file, length)
    }

    /// The network with the weights of a file, and the scalers of inputs and targets that were saved with them.
    ///
    /// # Errors
    /// As [above](Self); the tensors of a scaler are missing in a file that was saved without it.
    fn load_with_scalers<A, B>(path: impl AsRef<Path>) -> Result<(Box<Self>, Standardizer<A>, Standardizer<B>)>
    where
        A: SampleArray,
        B: SampleArray,
        Sample<Self, Self::Input>: SameSample<A>,
        Sample<Self, Self::Output>: SameSample<B>,
    {
        let path = path.as_ref();
        let (mut file, length) = io::open(path)?;
        read_with_scalers(&io::name(path), &mut file, length)
    }

    /// The network with the weights of a file in memory.
    ///
    /// # Errors
    /// As [above](Self).
    fn from_safetensors(bytes: &[u8]) -> Result<Box<Self>> {
        read(BYTES, &mut Cursor::new(bytes), bytes.len() as u64)
    }

    /// The network with the weights of a file in memory, and the scaler that was saved with them.
    ///
    /// # Errors
    /// As [`load_with_scaler`](Self::load_with_scaler).
    fn from_safetensors_with_scaler<A>(bytes: &[u8]) -> Result<(Box<Self>, Standardizer<A>)>
    where
        A: SampleArray,
        Sample<Self, Self::Input>: SameSample<A>,
    {
        read_with_scaler(BYTES, &mut Cursor::new(bytes), bytes.len() as u64)
    }

    /// The network with the weights of a file in memory, and the scalers of inputs and targets that were saved with them.
    ///
    /// # Errors
    /// As [`load_with_scalers`](Self::load_with_scalers).
    fn from_safetensors_with_scalers<A, B>(bytes: &[u8]) -> Result<(Box<Self>, Standardizer<A>, Standardizer<B>)>
    where
        A: SampleArray,
        B: SampleArray,
        Sample<Self, Self::Input>: SameSample<A>,
        Sample<Self, Self::Output>: SameSample<B>,
    {
        read_with_scalers(BYTES, &mut Cursor::new(bytes), bytes.len() as u64)
    }

    /// Takes over the weights of a file.
    ///
    /// # Errors
    /// As [above](Self).
    fn load_from(&mut self, path: impl AsRef<Path>) -> Result<()> {
        self.copy_from(&*Self::load(path)?);
        Ok(())
    }

    /// Takes over the weights of a file in memory.
    ///
    /// # Errors
    /// As [above](Self).
    fn copy_from_safetensors(&mut self, bytes: &[u8]) -> Result<()> {
        self.copy_from(&*Self::from_safetensors(bytes)?);
        Ok(())
    }
}

impl<N: Network<Scalar: Stored>> Weights for N {}

/// What messages call a file in memory.
const BYTES: &str = "the file in memory";

/// What a file says about a network.
pub(crate) fn label<N: Network>(kind: &str) -> Label {
    let mut label = Label::new(kind);
    label.push("network", N::NAME);
    label.push("input", &sizes(N::Input::DIMENSIONS));
    for layer in N::LAYERS {
        label.push("layer", &format!("{}: {}", layer.name, layer.layer));
    }
    label
}

/// `(1, 28, 28)`
fn sizes(sizes: &[usize]) -> String {
    format!("{sizes:?}").replace('[', "(").replace(']', ")")
}

/// The tensors of a network, all finite.
pub(crate) fn pieces<N: Network<Scalar: Stored>>(network: &N) -> Result<Pieces<'_>> {
    if let Some(tensor) = network.non_finite_tensor() {
        return Err(Error::NonFiniteParameter { tensor });
    }
    let mut pieces = Pieces::default();
    pieces.add_block(N::TENSORS.list(), network.parameters());
    Ok(pieces)
}

fn read<N: Network<Scalar: Stored>>(name: &str, input: &mut impl Read, length: u64) -> Result<Box<N>> {
    let tensors = N::TENSORS.list();
    let reader = Reader::new(name.into(), input, length, &label::<N>("weights"), &tensors)?;
    let mut network = N::zeroed();
    let pass_over = |name: &str| [STANDARDIZER, OPTIMIZER, RUN].iter().any(|prefix| name.starts_with(prefix));
    reader.read(N::NAME, &tensors, pass_over, network.parameters_mut())?;
    Ok(network)
}

/// The network and the scaler of the inputs; one of targets that is there too is passed over.
fn read_with_scaler<N, A>(name: &str, input: &mut (impl Read + Seek), length: u64) -> Result<(Box<N>, Standardizer<A>)>
where
    N: Network<Scalar: Stored>,
    A: SampleArray,
{
    let pass_over = |name: &str| !name.starts_with(STANDARDIZER) || name.starts_with(TARGET_STANDARDIZER);
    let tensors = scaler_tensors::<A>(STANDARDIZER, 0);
    let (network, values) = read_beside::<N>(name, input, length, &tensors, pass_over)?;
    Ok((network, scaler_of(name, STANDARDIZER, &values)?))
}

/// The network and both scalers.
#[allow(clippy::type_complexity, reason = "two scalers are of two types")]
fn read_with_scalers<N, A, B>(
    name: &str,
    input: &mut (impl Read + Seek),
    length: u64,
) -> Result<(Box<N>, Standardizer<A>, Standardizer<B>)>
where
    N: Network<Scalar: Stored>,
    A: SampleArray,
    B: SampleArray,
{
    let mut tensors = scaler_tensors::<A>(STANDARDIZER, 0).to_vec();
    tensors.extend(scaler_tensors::<B>(TARGET_STANDARDIZER, 2 * A::LEN));
    let (network, values) = read_beside::<N>(name, input, length, &tensors, |name| !name.starts_with(STANDARDIZER))?;
    let (inputs, targets) = values.split_at(2 * A::LEN);
    Ok((network, scaler_of(name, STANDARDIZER, inputs)?, scaler_of(name, TARGET_STANDARDIZER, targets)?))
}

/// The network and the numbers of other tensors. Goes through the file twice: the two are of different types of numbers.
fn read_beside<N: Network<Scalar: Stored>>(
    name: &str,
    input: &mut (impl Read + Seek),
    length: u64,
    tensors: &[TensorInfo],
    pass_over: impl Fn(&str) -> bool,
) -> Result<(Box<N>, Vec<f64>)> {
    let network = read::<N>(name, input, length);
    input.rewind().map_err(|error| Error::Unreadable { source: name.into(), reason: format!("{error}") })?;
    let mut all = N::TENSORS.list();
    all.extend(tensors.iter().cloned());
    let mut values = vec![0.0; tensors.last().map_or(0, |tensor| tensor.range.end)];
    let others = Reader::new(name.into(), input, length, &label::<N>("weights"), &all)
        .and_then(|reader| reader.read(N::NAME, tensors, pass_over, &mut values));
    match (network, others) {
        (Ok(network), Ok(())) => Ok((network, values)),
        (
            Err(Error::WrongTensors { source, network, mut wrong, made_from }),
            Err(Error::WrongTensors { wrong: others, .. }),
        ) => {
            wrong.extend(others);
            Err(Error::WrongTensors { source, network, wrong, made_from })
        }
        (Err(error), _) | (_, Err(error)) => Err(error),
    }
}

/// The means, then the deviations, from this place on.
fn scaler_tensors<A: SampleArray>(prefix: &str, start: usize) -> [TensorInfo; 2] {
    let shape = const { &[A::LEN] };
    let tensor = |name: &str, start| TensorInfo {
        name: format!("{prefix}{name}"),
        shape,
        range: start..start + A::LEN,
        kind: TensorKind::Statistic,
        frozen: false,
    };
    [tensor("mean", start), tensor("deviation", start + A::LEN)]
}

fn add_scaler<'a, A: SampleArray>(pieces: &mut Pieces<'a>, prefix: &str, scaler: &'a Standardizer<A>) {
    for (tensor, values) in scaler_tensors::<A>(prefix, 0).into_iter().zip([scaler.means(), scaler.deviations()]) {
        pieces.add(&tensor.name, tensor.shape, values);
    }
}

fn scaler_of<A: SampleArray>(name: &str, prefix: &str, values: &[f64]) -> Result<Standardizer<A>> {
    let (means, deviations) = values.split_at(A::LEN);
    if let Some(position) = deviations.iter().position(|&deviation| deviation <= 0.0) {
        let value = deviations[position];
        let reason = format!("`{prefix}deviation` holds {value} at [{position}]: deviations are above 0");
        return Err(Error::Unreadable { source: name.into(), reason });
    }
    Ok(Standardizer::of_measured(means, deviations))
}
