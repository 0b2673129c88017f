//! `Conv1d`: in Keras `Conv1D`, whose kernel is [steps, inputs, outputs].

#[cfg(feature = "keras")]
use alloc::string::String;
#[cfg(feature = "keras")]
use alloc::vec::Vec;

use super::Counterpart;
#[cfg(feature = "keras")]
use super::from_keras::Variables;
#[cfg(feature = "keras")]
use crate::io::Array;

pub(super) const LAYER: Counterpart = Counterpart {
    name: "Conv1d",
    #[cfg(feature = "keras")]
    classes: &["conv1d"],
    #[cfg(feature = "keras")]
    from_keras,
};

#[cfg(feature = "keras")]
fn from_keras(variables: Variables) -> Result<Vec<(&'static str, Array)>, String> {
    let (kernel, bias) = variables.kernel_and_bias()?;
    let weight = kernel.permuted(&[2, 1, 0])?;
    Ok([("weight", weight)].into_iter().chain(bias.map(|bias| ("bias", bias))).collect())
}
