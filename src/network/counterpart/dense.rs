//! `Dense`: in Keras `Dense`, whose kernel is [inputs, outputs].

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
    name: "Dense",
    #[cfg(feature = "keras")]
    classes: &["dense"],
    #[cfg(feature = "keras")]
    from_keras,
};

#[cfg(feature = "keras")]
fn from_keras(variables: Variables) -> Result<Vec<(&'static str, Array)>, String> {
    let flattened = variables.flattened;
    let (mut kernel, bias) = variables.kernel_and_bias()?;
    if let Some(sizes) = flattened {
        kernel = kernel.channels_first(sizes)?;
    }
    Ok([("weight", kernel.transposed()?)].into_iter().chain(bias.map(|bias| ("bias", bias))).collect())
}
