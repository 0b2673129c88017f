//! `Rnn`: in Keras `SimpleRNN`, with one bias.

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
    name: "Rnn",
    #[cfg(feature = "keras")]
    classes: &["simple_rnn"],
    #[cfg(feature = "keras")]
    from_keras,
};

#[cfg(feature = "keras")]
fn from_keras(variables: Variables) -> Result<Vec<(&'static str, Array)>, String> {
    let [kernel, recurrent, bias] = variables.in_order()?;
    let none = bias.zeros();
    Ok(vec![
        ("weight_ih_l0", kernel.transposed()?),
        ("weight_hh_l0", recurrent.transposed()?),
        ("bias_ih_l0", bias),
        ("bias_hh_l0", none),
    ])
}
