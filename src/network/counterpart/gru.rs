//! `Gru`: in Keras `GRU`, whose gates are z, r, n; with `reset_after=False` it has one bias.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::Counterpart;
use super::declared::Declared;
#[cfg(feature = "keras")]
use super::from_keras::Variables;
use super::torch::Torch;
#[cfg(feature = "keras")]
use crate::io::Array;

pub(super) const LAYER: Counterpart = Counterpart {
    name: "Gru",
    #[cfg(feature = "keras")]
    classes: &["gru"],
    #[cfg(feature = "keras")]
    from_keras,
    keras,
    torch,
    to_keras,
};

fn keras(layer: &Declared) -> Result<Vec<String>, String> {
    let reset = if layer.is("reset", 1, "Before") { ", reset_after=False" } else { "" };
    Ok(super::recurrent::keras("GRU", layer, reset))
}

fn torch(layer: &Declared) -> Result<Torch, String> {
    if layer.is("reset", 1, "Before") {
        return Err("its gate resets after the product".into());
    }
    Ok(super::recurrent::torch("GRU", layer))
}

/// The weights of the layer of Keras, as expressions of Python.
fn to_keras(layer: &Declared) -> Vec<String> {
    let [ih, hh, bi, bh] = ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"].map(|name| layer.tensor(name));
    let units = layer.outputs();
    // The gates of Keras are z, r, n.
    let gates = format!("np.r_[{units}:{}, :{units}, {}:{}]", 2 * units, 2 * units, 3 * units);
    if layer.is("reset", 1, "Before") {
        let recurrent = format!("np.concatenate([{hh}, {}])", layer.tensor("weight_rh_l0"));
        return vec![format!("{ih}[{gates}].T"), format!("{recurrent}[{gates}].T"), format!("({bi} + {bh})[{gates}]")];
    }
    vec![format!("{ih}[{gates}].T"), format!("{hh}[{gates}].T"), format!("np.stack([{bi}[{gates}], {bh}[{gates}]])")]
}

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
