//! `PositionEmbedding`: in Keras `PositionEmbedding` of KerasHub.

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
    name: "PositionEmbedding",
    #[cfg(feature = "keras")]
    classes: &["position_embedding"],
    #[cfg(feature = "keras")]
    from_keras,
};

#[cfg(feature = "keras")]
fn from_keras(variables: Variables) -> Result<Vec<(&'static str, Array)>, String> {
    let [weight] = variables.in_order()?;
    Ok(vec![("weight", weight)])
}
