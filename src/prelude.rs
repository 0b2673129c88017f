//! What a program that declares and trains a network uses: `use typenet::prelude::*;`.

#[cfg(feature = "safetensors")]
pub use crate::Weights;
pub use crate::gradient_check::gradient_check;
#[cfg(feature = "std")]
pub use crate::history::EpochRecord;
pub use crate::metric::{Accuracy, ConfusionMatrix, MeanAbsoluteError, RSquared, RootMeanSquaredError, TopK};
#[cfg(feature = "std")]
pub use crate::train::{Callback, EarlyStopping, Progress, TimeLimit, Trainer};
pub use crate::{
    Adadelta, Adagrad, Adam, AdamW, Adamax, Block, Class, CrossEntropy, Dataset, Dense, Dropout, Elu, Gelu, GeluTanh,
    Gradient, Identity, Image, Initializer, Layer, LeakyRelu, Loss, MeanSquaredError, Nadam, Network, Nll, Optimizer,
    Pass, Probabilities, Relu, RmsProp, Sgd, Shape, Sigmoid, Silu, Softmax, Softplus, Standardizer, Takes, Tanh,
    Vector, WeightDecay, Workspace, dataset as datasets, network,
};
