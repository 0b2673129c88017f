//! The names that most programs need to declare and train a network: `use typenet::prelude::*;`.

pub use crate::gradient_check::gradient_check;
#[cfg(feature = "std")]
pub use crate::history::{EpochRecord, Monitor};
pub use crate::layer::list::*;
// Their methods without their names, which programs may want for their own types.
#[cfg(feature = "tokenizer")]
pub use crate::BytePairs;
pub use crate::metric::{
    Accuracy, AveragePrecision, BinaryAccuracy, BinaryConfusionMatrix, BitsPerCharacter, ConfusionMatrix, Decoded,
    EditDistance, MeanAbsoluteError, Perplexity, RSquared, RocAuc, RootMeanSquaredError, SequenceAccuracy, TopK,
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
    Labels, Layer, Loss, Masked, MeanSquaredError, MinMax, Nadam, Network, Nll, Optimizer, Padded, Pair, Pass,
    Probabilities, ProbabilitySequence, QuantileTransformer, RmsProp, SampleWeights, Sequence, Sgd, Shape,
    Standardizer, Takes, Token, Tokens, Vector, WeightDecay, Workspace, dataset as datasets, network,
};
#[cfg(feature = "safetensors")]
pub use crate::{Weights, WeightsFile};
