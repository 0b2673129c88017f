//! `ConvTranspose2d`: in Keras `Conv2DTranspose`, whose kernel is [rows, columns, outputs, inputs].

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
    name: "ConvTranspose2d",
    #[cfg(feature = "keras")]
    classes: &["conv2d_transpose"],
    #[cfg(feature = "keras")]
    from_keras,
};

#[cfg(feature = "keras")]
fn from_keras(variables: Variables) -> Result<Vec<(&'static str, Array)>, String> {
    let (kernel, bias) = variables.kernel_and_bias()?;
    let weight = kernel.permuted(&[3, 2, 0, 1])?;
    Ok([("weight", weight)].into_iter().chain(bias.map(|bias| ("bias", bias))).collect())
}
