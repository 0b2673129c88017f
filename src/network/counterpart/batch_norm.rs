//! `BatchNorm`: in Keras `BatchNormalization`.

#[cfg(feature = "keras")]
use alloc::string::String;
#[cfg(feature = "keras")]
use alloc::vec;
#[cfg(feature = "keras")]
use alloc::vec::Vec;

use super::Counterpart;
#[cfg(feature = "keras")]
use super::from_keras::Variables;
#[cfg(feature = "keras")]
use crate::io::Array;

pub(super) const LAYER: Counterpart = Counterpart {
    name: "BatchNorm",
    #[cfg(feature = "keras")]
    classes: &["batch_normalization"],
    #[cfg(feature = "keras")]
    from_keras,
};

#[cfg(feature = "keras")]
fn from_keras(variables: Variables) -> Result<Vec<(&'static str, Array)>, String> {
    let [weight, bias, mean, variance] = variables.of_features()?;
    Ok(vec![("weight", weight), ("bias", bias), ("running_mean", mean), ("running_var", variance)])
}
