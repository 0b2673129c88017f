//! The names that most programs need to declare and train a network: `use typenet::prelude::*;`.

pub use crate::gradient_check::gradient_check;
#[cfg(feature = "std")]
pub use crate::history::{EpochRecord, Monitor};
pub use crate::layer::list::*;
// Their methods without their names, which programs may want for their own types.
#[cfg(feature = "tokenizer")]
pub use crate::BytePairs;
pub use crate::metric::Evaluation as _;
pub use crate::metric::{
    Accuracy, AveragePrecision, BinaryAccuracy, BinaryConfusionMatrix, BitsPerCharacter, ConfusionMatrix, Decoded,
    EditDistance, MeanAbsoluteError, Perplexity, RSquared, Ranking, RocAuc, RootMeanSquaredError, SequenceAccuracy,
    TopK,
};
#[cfg(feature = "onnx")]
pub use crate::network::ExportOnnx as _;
pub use crate::network::{Differentiate as _, Evaluate as _, Predict as _};
#[cfg(feature = "safetensors")]
pub use crate::train::Checkpoints;
#[cfg(feature = "std")]
pub use crate::train::{Callback, EarlyStopping, Progress, TimeLimit, Trainer};
#[cfg(feature = "safetensors")]
pub use crate::weights;
pub use crate::{
    AbsoluteError, Adadelta, Adagrad, Adam, AdamW, Adamax, BinaryCrossEntropy, Both, CategoricalHinge, Characters,
    Class, ClassWeights, CrossEntropy, Ctc, Dataset, FlatParameters, Gradient, Hinge, Huber, Image, Initializer,
    Labels, Layer, Loss, Masked, MeanSquaredError, MinMax, Nadam, Names, Network, Nll, NoTarget, Optimizer, Padded,
    Pair, Pass, Probabilities, ProbabilitySequence, QuantileTransformer, RmsProp, SampleWeights, Sequence, Sgd, Shape,
    Standardizer, Takes, Token, Tokens, Vector, WeightDecay, Workspace, dataset as datasets, network,
};
#[cfg(feature = "safetensors")]
pub use crate::{Weights, WeightsFile};
// Stand-ins for the calls of features that are not enabled.
#[cfg(not(feature = "csv"))]
pub use crate::feature_off::CsvOff as _;
#[cfg(not(feature = "onnx"))]
pub use crate::feature_off::ExportOnnxOff as _;
#[cfg(not(feature = "idx"))]
pub use crate::feature_off::IdxOff as _;
#[cfg(not(feature = "images"))]
pub use crate::feature_off::ImagesOff as _;
#[cfg(not(feature = "npy"))]
pub use crate::feature_off::NpyOff as _;
#[cfg(not(feature = "npz"))]
pub use crate::feature_off::NpzOff as _;
#[cfg(all(feature = "std", not(feature = "progress")))]
pub use crate::feature_off::ProgressOff as _;
#[cfg(all(feature = "std", not(feature = "rayon")))]
pub use crate::feature_off::ThreadsOff as _;
#[cfg(not(feature = "safetensors"))]
pub use crate::feature_off::WeightsOff as _;
#[cfg(all(feature = "std", not(feature = "safetensors")))]
pub use crate::feature_off::{CheckpointsOff as _, OptimizerCheckpointsOff as _};
