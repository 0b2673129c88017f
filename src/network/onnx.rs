//! How does a network become an ONNX model?

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;
use std::path::Path;

use crate::error::{Error, Result};
use crate::file;
use crate::io::Stored;
use crate::layer::{Layer, Pass, Site};
use crate::network::{Network, first_non_finite_tensor};
use crate::onnx::{Graph, Port, model};
use crate::shape::Shape;

/// The most bytes of a model in one file, which is a message of Protocol Buffers.
const LONGEST: usize = i32::MAX as usize;
/// Room for everything but the weights.
const ROOM: usize = 1 << 24;

/// Networks as ONNX models: for onnxruntime, and for whatever else reads them.
///
/// The model computes predictions: `Dropout` is gone, and `BatchNorm` uses its running statistics. Its input is `input`, its output
/// `output`; their first axis, `batch`, has any size. A network with two inputs has `input_0` and `input_1`. Tokens are integers of
/// 64 bits. The operators are those of version 17, which onnxruntime knows since 1.12.
///
/// Implemented for all networks of `f32` and of `f64`.
#[cfg_attr(feature = "std", doc = "The page [`guide::onnx`](crate::guide::onnx) lists the layers.")]
///
/// # Errors
/// - [`Error::NoOnnxForm`] for a network with [`Padded`](crate::Padded) input, or with the name of the first layer without a
///   counterpart in ONNX, such as one of `layer!`. A layer of a program has one
///   if it implements [`Layer::onnx`]. A model of more than 2 GiB has none either, since the format does not allow it.
/// - [`Error::NonFiniteParameter`] if a parameter is not finite.
/// - [`Error::File`] if the file cannot be written.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Classifier = hidden: Dense<4, 8>, Tanh, output: Dense<8, 3>, Softmax);
///
/// let network = Classifier::init(&mut typenet::rng(37));
/// let path = std::env::temp_dir().join(format!("classifier-{}.onnx", std::process::id()));
/// network.to_onnx(&path)?;
/// assert_eq!(std::fs::read(&path).unwrap(), network.onnx_bytes()?);
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), typenet::Error>(())
/// ```
pub trait ExportOnnx: Network<Scalar: Stored> {
    /// Writes an ONNX model to a file. An existing file is replaced as a whole.
    ///
    /// # Errors
    /// As [above](Self).
    fn to_onnx(&self, path: impl AsRef<Path>) -> Result<()> {
        file::replace(path.as_ref(), &self.onnx_bytes()?)
    }

    /// Returns the bytes that [`to_onnx`](Self::to_onnx) writes. The same weights give the same bytes.
    ///
    /// # Errors
    /// As [above](Self).
    fn onnx_bytes(&self) -> Result<Vec<u8>> {
        if let Some(tensor) = first_non_finite_tensor(&Self::TENSORS, self.parameters()) {
            return Err(Error::NonFiniteParameter { tensor });
        }
        if Self::PARAMETER_BYTES > LONGEST - ROOM {
            let reason = format!("its parameters have {} bytes, and a model at most 2 GiB", Self::PARAMETER_BYTES);
            return Err(Error::NoOnnxForm { what: format!("`{}`", Self::NAME), reason });
        }
        if !Self::Input::PADDED.is_empty() {
            let reason =
                "its input is `Padded`: view it as the same network without, by `view_as`, for sequences of all steps";
            return Err(Error::NoOnnxForm { what: format!("`{}`", Self::NAME), reason: reason.into() });
        }
        let graph = Graph::new(size_of::<Self::Scalar>() == size_of::<f64>());
        let site = Site { parameters: self, settings: &(), pass: &Pass::inference() };
        let (inputs, outputs) = (ports::<Self::Input>(), ports::<Self::Output>());
        model(Self::NAME, graph, [&inputs, &outputs], |graph, input| {
            <Self::Architecture as Layer>::onnx::<Self::Input, Self::Scalar>(site, graph, input)
        })
    }
}

impl<N: Network<Scalar: Stored>> ExportOnnx for N {}

/// Returns the values of ONNX that a shape is: one, or those of both parts of a pair.
fn ports<S: Shape>() -> Vec<Port> {
    if S::PARTS.len() > 1 {
        return [ports::<S::First>(), ports::<S::Second>()].concat();
    }
    // The size of a vocabulary is no axis.
    let sizes = if S::TOKENS { vec![S::LEN] } else { S::DIMENSIONS.to_vec() };
    vec![Port { sizes, is_tokens: S::TOKENS }]
}
