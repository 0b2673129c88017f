//! `Gru`: in Keras `GRU`, whose gates are z, r, n; with `reset_after=False` it has one bias.

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
    name: "Gru",
    #[cfg(feature = "keras")]
    classes: &["gru"],
    #[cfg(feature = "keras")]
    from_keras,
};

#[cfg(feature = "keras")]
fn from_keras(variables: Variables) -> Result<Vec<(&'static str, Array)>, String> {
    /// The gates r, z, n.
    const GATES: [usize; 3] = [1, 0, 2];
    let resets_before = variables.sizes_of("weight_rh_l0").is_some();
    let [kernel, recurrent, bias] = variables.in_order()?;
    let recurrent = recurrent.transposed()?;
    let input = ("weight_ih_l0", kernel.transposed()?.parts(3, &GATES)?);
    if resets_before {
        let bias = bias.parts(3, &GATES)?;
        return Ok(vec![
            input,
            ("weight_hh_l0", recurrent.parts(3, &GATES[..2])?),
            ("weight_rh_l0", recurrent.parts(3, &GATES[2..])?),
            ("bias_hh_l0", bias.zeros()),
            ("bias_ih_l0", bias),
        ]);
    }
    let bias_of = |index| -> Result<Array, String> {
        let row = bias.parts(2, &[index])?;
        row.clone().with_last_merged(row.shape.len())?.parts(3, &GATES)
    };
    Ok(vec![
        input,
        ("weight_hh_l0", recurrent.parts(3, &GATES)?),
        ("bias_ih_l0", bias_of(0)?),
        ("bias_hh_l0", bias_of(1)?),
    ])
}
