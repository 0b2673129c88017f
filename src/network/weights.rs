//! How is a network saved to a file and loaded again?

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::iter::once;
use std::path::Path;

use crate::dataset::Scaler;
use crate::error::Result;
use crate::io::{self, Contents, OPTIMIZER, Opened, Part, RUN, Renames, Stored, WeightsFile};
#[cfg(feature = "keras")]
use crate::network::counterpart::converted;
use crate::network::file_contents::{WEIGHTS, expected, label, pieces};
use crate::network::scalers::{self, Of, Wanted};
use crate::network::{Network, Sample};

/// Saving and loading for every network of `f32` or `f64`.
///
/// Files are safetensors with the names and the layout of PyTorch's `state_dict`; see [`io`](crate::io) for details. Loading
/// restores the exact bits that were saved.
///
/// Functions that create a network are called on its type: `load` and `from_…`, like `init`. Methods that overwrite an existing
/// network, as [`copy_from`](crate::FlatParameters::copy_from) does, are [`load_from`](Self::load_from) and
/// [`copy_from_safetensors`](Self::copy_from_safetensors).
///
/// # Errors
/// - Saving: [`Error::NonFiniteParameter`] if a parameter is not finite, because such a file could not be loaded;
///   [`Error::File`] if the file cannot be written. An existing file is unchanged after an error.
/// - Loading: [`Error::File`] if the file cannot be opened; [`Error::Unreadable`] if it is damaged or has another format;
///   [`Error::WrongTensors`] with *every* tensor that is missing or unexpected, has another shape, has a type that would have
///   to be rounded, or has an element that is not finite. An existing network is unchanged after an error.
///
/// Only tensors are compared: a network that differs only in its activations loads, as in PyTorch. A file whose tensors have
/// other names can be loaded as a [`WeightsFile`]. Every function that takes a path also takes one.
///
/// # Example
/// Saves the weights and the scaler of the inputs in one file, and predicts one sample with both.
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
/// let (loaded, loaded_scaler) = Classifier::load_with_scaler::<Standardizer<_>>(&path)?;
/// assert_eq!(loaded_scaler, scaler);
/// assert_eq!(loaded.predict(&loaded_scaler.apply(&samples[0])), network.predict(&scaler.apply(&samples[0])));
///
/// // Load without the scaler, and into an existing network.
/// let mut other = Classifier::load(&path)?;
/// other.load_from(&path)?;
/// assert_eq!(other.parameters(), network.parameters());
///
/// // The error lists everything that is wrong at once.
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
///
/// [`Error::NonFiniteParameter`]: crate::Error::NonFiniteParameter
/// [`Error::File`]: crate::Error::File
/// [`Error::Unreadable`]: crate::Error::Unreadable
/// [`Error::WrongTensors`]: crate::Error::WrongTensors
pub trait Weights: Network<Scalar: Stored> {
    /// Writes the weights to a file. An existing file is replaced as a whole.
    ///
    /// # Errors
    /// As [above](Self).
    fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        io::replace(path.as_ref(), &self.to_safetensors()?)
    }

    /// Writes the weights and the scaler of the inputs, any [`Scaler`], to a file. An existing file is replaced as a whole.
    ///
    /// # Errors
    /// As [above](Self).
    fn save_with_scaler<S>(&self, scaler: &S, path: impl AsRef<Path>) -> Result<()>
    where
        S: Scaler<Sample<Self, Self::Input>>,
    {
        io::replace(path.as_ref(), &self.to_safetensors_with_scaler(scaler)?)
    }

    /// Writes the weights, the scaler of the inputs and the scaler of the targets to a file. An existing file is replaced as a
    /// whole.
    ///
    /// This is for a network that was trained on [transformed targets](crate::Standardizer::transform_targets):
    /// [`invert`](Scaler::invert) converts its predictions back to the original unit.
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
    /// let (line, inputs, targets) = Line::load_with_scalers::<Standardizer<_>, Standardizer<_>>(&path)?;
    /// let money = targets.invert(&line.predict(&inputs.apply(&[100.0])));
    /// assert!((money[0] - 5000.0).abs() < 1.0);
    /// # std::fs::remove_file(&path).unwrap();
    /// # Ok::<(), typenet::Error>(())
    /// ```
    fn save_with_scalers<A, B>(&self, inputs: &A, targets: &B, path: impl AsRef<Path>) -> Result<()>
    where
        A: Scaler<Sample<Self, Self::Input>>,
        B: Scaler<Sample<Self, Self::Output>>,
    {
        io::replace(path.as_ref(), &self.to_safetensors_with_scalers(inputs, targets)?)
    }

    /// Returns the bytes that [`save`](Self::save) writes. The same weights give the same bytes.
    ///
    /// # Errors
    /// [`Error::NonFiniteParameter`](crate::Error::NonFiniteParameter) if a parameter is not finite.
    fn to_safetensors(&self) -> Result<Vec<u8>> {
        io::to_bytes(pieces(self)?, &label::<Self>(WEIGHTS))
    }

    /// Returns the bytes that [`save_with_scaler`](Self::save_with_scaler) writes.
    ///
    /// # Errors
    /// [`Error::NonFiniteParameter`](crate::Error::NonFiniteParameter) if a parameter is not finite.
    fn to_safetensors_with_scaler<S>(&self, scaler: &S) -> Result<Vec<u8>>
    where
        S: Scaler<Sample<Self, Self::Input>>,
    {
        let mut pieces = pieces(self)?;
        scalers::add(&mut pieces, scaler, Of::Inputs);
        io::to_bytes(pieces, &label::<Self>(WEIGHTS))
    }

    /// Returns the bytes that [`save_with_scalers`](Self::save_with_scalers) writes.
    ///
    /// # Errors
    /// [`Error::NonFiniteParameter`](crate::Error::NonFiniteParameter) if a parameter is not finite.
    fn to_safetensors_with_scalers<A, B>(&self, inputs: &A, targets: &B) -> Result<Vec<u8>>
    where
        A: Scaler<Sample<Self, Self::Input>>,
        B: Scaler<Sample<Self, Self::Output>>,
    {
        let mut pieces = pieces(self)?;
        scalers::add(&mut pieces, inputs, Of::Inputs);
        scalers::add(&mut pieces, targets, Of::Targets);
        io::to_bytes(pieces, &label::<Self>(WEIGHTS))
    }

    /// Loads a network from a file: a path, or a [`WeightsFile`] whose tensors have other names.
    ///
    /// # Errors
    /// As [above](Self).
    fn load<'a>(file: impl Into<WeightsFile<'a>>) -> Result<Box<Self>> {
        let (network, []) = read(&file.into(), |_| [])?;
        Ok(network)
    }

    /// Loads a network and the scaler that was saved with it from a file: `load_with_scaler::<Standardizer<_>>`.
    ///
    /// # Errors
    /// As [above](Self). If the file was saved without a scaler, or with another kind of scaler, the scaler's tensors are
    /// missing.
    fn load_with_scaler<'a, S>(file: impl Into<WeightsFile<'a>>) -> Result<(Box<Self>, S)>
    where
        S: Scaler<Sample<Self, Self::Input>>,
    {
        let (network, [inputs]) = read(&file.into(), |contents| [Wanted::new::<_, S>(Of::Inputs, contents)])?;
        Ok((network, inputs.restored()?))
    }

    /// Loads a network and the scalers of inputs and targets that were saved with it from a file.
    ///
    /// # Errors
    /// As [above](Self). If the file was saved without one of the scalers, its tensors are missing.
    fn load_with_scalers<'a, A, B>(file: impl Into<WeightsFile<'a>>) -> Result<(Box<Self>, A, B)>
    where
        A: Scaler<Sample<Self, Self::Input>>,
        B: Scaler<Sample<Self, Self::Output>>,
    {
        let (network, [inputs, targets]) = read(&file.into(), |contents| {
            [Wanted::new::<_, A>(Of::Inputs, contents), Wanted::new::<_, B>(Of::Targets, contents)]
        })?;
        Ok((network, inputs.restored()?, targets.restored()?))
    }

    /// Loads a network from a file in memory.
    ///
    /// # Errors
    /// As [above](Self).
    fn from_safetensors(bytes: &[u8]) -> Result<Box<Self>> {
        Self::load(WeightsFile::in_memory(bytes))
    }

    /// Loads a network and the scaler that was saved with it from a file in memory.
    ///
    /// # Errors
    /// As [`load_with_scaler`](Self::load_with_scaler).
    fn from_safetensors_with_scaler<S>(bytes: &[u8]) -> Result<(Box<Self>, S)>
    where
        S: Scaler<Sample<Self, Self::Input>>,
    {
        Self::load_with_scaler(WeightsFile::in_memory(bytes))
    }

    /// Loads a network and the scalers of inputs and targets that were saved with it from a file in memory.
    ///
    /// # Errors
    /// As [`load_with_scalers`](Self::load_with_scalers).
    fn from_safetensors_with_scalers<A, B>(bytes: &[u8]) -> Result<(Box<Self>, A, B)>
    where
        A: Scaler<Sample<Self, Self::Input>>,
        B: Scaler<Sample<Self, Self::Output>>,
    {
        Self::load_with_scalers(WeightsFile::in_memory(bytes))
    }

    /// Overwrites the weights with those of a file.
    ///
    /// # Errors
    /// As [above](Self).
    fn load_from<'a>(&mut self, file: impl Into<WeightsFile<'a>>) -> Result<()> {
        self.copy_from(&*Self::load(file)?);
        Ok(())
    }

    /// Overwrites the weights with those of a file in memory.
    ///
    /// # Errors
    /// As [above](Self).
    fn copy_from_safetensors(&mut self, bytes: &[u8]) -> Result<()> {
        self.load_from(WeightsFile::in_memory(bytes))
    }
}

impl<N: Network<Scalar: Stored>> Weights for N {}

/// Reads a network and scalers from a file in one pass.
fn read<N: Network<Scalar: Stored>, const S: usize>(
    file: &WeightsFile<'_>,
    scalers: impl FnOnce(&Contents<'_>) -> [Wanted; S],
) -> Result<(Box<N>, [Wanted; S])> {
    #[cfg(feature = "keras")]
    if let Some((keras, source)) = file.open_keras()? {
        let bytes = converted::<N>(&keras, file.renames(), &source)?;
        drop(keras);
        return fill(&mut Opened::in_memory(&bytes)?.named(source), &Renames::NONE, scalers);
    }
    fill(&mut file.open()?, file.renames(), scalers)
}

/// Reads a network and scalers from an open file.
fn fill<N: Network<Scalar: Stored>, const S: usize>(
    opened: &mut Opened<'_>,
    renames: &Renames<'_>,
    scalers: impl FnOnce(&Contents<'_>) -> [Wanted; S],
) -> Result<(Box<N>, [Wanted; S])> {
    let contents = opened.contents(renames)?;
    let mut scalers = scalers(&contents);
    // A file with the requested scaler has no tensors of another kind of scaler.
    let requested = scalers.each_ref().map(|scaler| scaler.of);
    let pass_over = |name: &str| {
        let of_others = scalers::has(name) && !requested.iter().any(|&of| scalers::has_of(name, of));
        of_others || name.starts_with(OPTIMIZER) || name.starts_with(RUN)
    };
    let (mut network, tensors) = (N::zeroed(), expected::<N>());
    let weights = Part::new(&tensors, network.parameters_mut());
    let mut parts: Vec<_> = once(weights).chain(scalers.iter_mut().map(Wanted::part)).collect();
    contents.read(N::NAME, &mut parts, &pass_over)?;
    drop(parts);
    Ok((network, scalers))
}
