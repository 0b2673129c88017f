//! The network and the data of `examples/digits.rs`.
#![allow(dead_code, reason = "each test takes the part that it needs")]

use typenet::dataset::Standardizer;
use typenet::random::Rng;
use typenet::{Class, Dataset, Vector};

typenet::network! {
    /// f(x) = softmax(W_o tanh(W_h x + b_h) + b_o)
    pub(crate) struct DigitClassifier {
        hidden: Dense<64, 32>,
        Tanh,
        output: Dense<32, 10>,
        Softmax,
    }
}

/// Images of handwritten digits and what they show.
pub(crate) type Digits = Dataset<Vector<64>, Class<10>>;

/// The digits, shuffled, split and standardized as in the example.
#[derive(Clone, Debug)]
pub(crate) struct Split {
    /// To learn from.
    pub(crate) train: Digits,
    /// To watch training with.
    pub(crate) validation: Digits,
    /// To measure the result with.
    pub(crate) test: Digits,
}

/// The split that `rng` gives; the example draws the network from the same generator afterwards.
pub(crate) fn split(rng: &mut Rng) -> Split {
    let (train, test) = typenet::dataset::digits().shuffled(rng).split(0.85);
    let scaler = Standardizer::fit(train.inputs());
    let (train, test) = (scaler.transform(train), scaler.transform(test));
    let (train, validation) = train.split(0.9);
    Split { train, validation, test }
}
