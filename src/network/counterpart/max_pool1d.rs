//! `MaxPool1d` in Keras and PyTorch.

use alloc::string::String;
use alloc::vec::Vec;

use super::declared::Declared;
use super::torch::Torch;
use super::{Counterpart, pooling};

pub(super) const LAYER: Counterpart = Counterpart { name: "MaxPool1d", keras, torch, ..Counterpart::NONE };

fn keras(layer: &Declared) -> Result<Vec<String>, String> {
    pooling::keras("MaxPooling1D", layer, pooling::window_of_steps(layer)?, pooling::is_dilated(layer)?)
}

fn torch(layer: &Declared) -> Result<Torch, String> {
    Ok(pooling::torch("MaxPool1d", layer, pooling::window_of_steps(layer)?, &pooling::dilation(layer)?)?
        .called("{m}(x.mT).mT"))
}
