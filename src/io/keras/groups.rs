//! Which layers and variables does a file in the format HDF5 have?

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::result::Result;
use std::collections::HashMap;

use hdf5_pure::{AttrValue, DType, Dataset, File, Group};

use super::{Array, KerasFile, has_channels_first};
use crate::error::shown;

/// The number of groups within groups. A model within a model takes two.
const DEEPEST: usize = 16;
/// The number of groups that are read. Links may lead back, so that a small file may seem to have any number.
const MOST_GROUPS: usize = 100_000;
/// The number of axes of a variable.
const MOST_AXES: usize = 8;

/// A layer of a model, with its variables in the order of Keras.
pub(crate) struct KerasLayer {
    /// Where the file has it: `layers/dense_1`, or in a file `.h5` its name.
    pub(crate) path: String,
    /// Its name in the model.
    pub(crate) name: String,
    /// Its class in snake case, `dense`; empty in a file `.h5`.
    pub(crate) class: String,
    pub(crate) variables: Vec<Variable>,
}

/// A variable of a layer, whose elements are still to be read.
pub(crate) struct Variable {
    /// Its name within the layer: `vars/0`, or in a file `.h5` `dense/kernel:0`.
    pub(crate) name: String,
    pub(crate) shape: Vec<usize>,
    elements: Dataset,
    is_double: bool,
}

impl Variable {
    fn new(name: String, elements: Dataset) -> Result<Self, String> {
        let named = |reason: &str| format!("its variable `{}` {reason}", shown(&name));
        let sizes = elements.shape().map_err(|error| named(&format!("is damaged: {}", shown(&error.to_string()))))?;
        let shape: Option<Vec<usize>> = sizes.iter().map(|&size| usize::try_from(size).ok()).collect();
        let shape = shape.filter(|shape| shape.len() <= MOST_AXES).ok_or_else(|| named("is too large"))?;
        let is_double = match elements.dtype() {
            Ok(DType::F32) => false,
            Ok(DType::F64) => true,
            Ok(other) => return Err(named(&format!("is of type {}, and not of floats", shown(&other.to_string())))),
            Err(error) => return Err(named(&format!("is damaged: {}", shown(&error.to_string())))),
        };
        Ok(Self { name, shape, elements, is_double })
    }

    /// Returns its shape alone.
    pub(crate) fn described(&self) -> Array {
        Array { shape: self.shape.clone(), width: if self.is_double { 8 } else { 4 }, bytes: None }
    }

    /// Reads its elements.
    pub(crate) fn read(&self) -> Result<Array, String> {
        let bytes = if self.is_double {
            self.elements.read_f64().map(|values| values.into_iter().flat_map(f64::to_le_bytes).collect::<Vec<u8>>())
        } else {
            self.elements.read_f32().map(|values| values.into_iter().flat_map(f32::to_le_bytes).collect())
        };
        let damaged = |reason: &str| format!("its variable `{}` is damaged: {}", shown(&self.name), shown(reason));
        let bytes = bytes.map_err(|error| damaged(&error.to_string()))?;
        let array = self.described();
        if bytes.len() != array.len().saturating_mul(array.width) {
            return Err(damaged("it does not have as many elements as it claims"));
        }
        Ok(Array { bytes: Some(bytes), ..array })
    }
}

/// Reads the layers of a file.
pub(super) fn read(bytes: Vec<u8>) -> Result<KerasFile, String> {
    let length = bytes.len() as u64;
    let file = File::from_bytes(bytes).map_err(damaged)?;
    let whole = file.superblock().eof_address;
    if length < whole {
        return Err(format!("it ends after {length} bytes, and should have {whole}"));
    }
    let root = file.root();
    let attributes = root.attrs().map_err(damaged)?;
    let weights = root.group("model_weights").unwrap_or_else(|_| file.root());
    let names = list(&weights.attrs().map_err(damaged)?, "layer_names");
    if let Some(names) = names {
        let config = attributes.get("model_config").and_then(AttrValue::as_str).unwrap_or_default();
        let layers = by_names(&weights, &names)?;
        return Ok(KerasFile { layers, channels_first: has_channels_first(config) });
    }
    let mut walk = Walk { layers: Vec::new(), groups: 0 };
    walk.model(&root, "", 0)?;
    if walk.layers.is_empty() {
        return Err("it has no layers of Keras with variables".to_owned());
    }
    Ok(KerasFile { layers: walk.layers, channels_first: false })
}

#[allow(clippy::needless_pass_by_value, reason = "the argument of `map_err`")]
fn damaged(error: hdf5_pure::Error) -> String {
    format!("it is damaged: {}", shown(&error.to_string()))
}

/// Returns the strings of an attribute. Keras writes `layer_names0`, `layer_names1` and so on if there are too many for one.
fn list(attributes: &HashMap<String, AttrValue>, name: &str) -> Option<Vec<String>> {
    if let Some(all) = attributes.get(name) {
        // An empty list has no type of its own.
        return Some(all.as_strings().map(<[String]>::to_vec).unwrap_or_default());
    }
    let parts = (0..).map_while(|number| attributes.get(&format!("{name}{number}")).and_then(AttrValue::as_strings));
    let all: Vec<String> = parts.flatten().cloned().collect();
    (!all.is_empty()).then_some(all)
}

/// Reads the layers of a file of Keras 2, whose attributes list their names and those of their variables.
fn by_names(weights: &Group, names: &[String]) -> Result<Vec<KerasLayer>, String> {
    let mut layers = Vec::new();
    for name in names.iter().take(MOST_GROUPS) {
        let group = weights.group(name).map_err(|_| format!("it lacks the layer `{}`, which it lists", shown(name)))?;
        let variables = list(&group.attrs().map_err(damaged)?, "weight_names").unwrap_or_default();
        let mut layer =
            KerasLayer { path: name.clone(), name: name.clone(), class: String::new(), variables: Vec::new() };
        for variable in variables.iter().take(MOST_GROUPS) {
            let elements = group
                .dataset(variable)
                .map_err(|_| format!("it lacks the variable `{}`, which it lists", shown(variable)))?;
            layer.variables.push(Variable::new(variable.clone(), elements)?);
        }
        layers.extend(halves(layer));
    }
    Ok(layers)
}

/// Returns the two layers of a bidirectional one, any other layer as it is, and nothing of a layer without variables.
fn halves(layer: KerasLayer) -> Vec<KerasLayer> {
    if layer.variables.is_empty() {
        return Vec::new();
    }
    let is_back = |variable: &Variable| variable.name.contains("backward_");
    let is_half = |variable: &Variable| variable.name.contains("forward_") || is_back(variable);
    if !layer.variables.iter().all(is_half) {
        return [layer].into();
    }
    let KerasLayer { path, name, class, variables } = layer;
    let (back, ahead): (Vec<_>, Vec<_>) = variables.into_iter().partition(is_back);
    let half = |suffix: &str, variables| KerasLayer {
        path: format!("{path}/{suffix}"),
        name: format!("{name}/{suffix}"),
        class: class.clone(),
        variables,
    };
    [half("forward_layer", ahead), half("backward_layer", back)].into()
}

/// The search for layers in a file of Keras 3.
struct Walk {
    layers: Vec<KerasLayer>,
    groups: usize,
}

impl Walk {
    /// Counts a group.
    fn enter(&mut self, depth: usize) -> Result<(), String> {
        self.groups += 1;
        if depth > DEEPEST || self.groups > MOST_GROUPS {
            return Err("its groups are too deep or too many, as no model has them".to_owned());
        }
        Ok(())
    }

    /// Adds the layers of a model.
    fn model(&mut self, model: &Group, path: &str, depth: usize) -> Result<(), String> {
        self.enter(depth)?;
        let Ok(layers) = model.group("layers") else { return Ok(()) };
        let mut children: Vec<(String, Group)> = layers.iter_groups().map_err(damaged)?.collect();
        children.sort_by_cached_key(|(name, _)| {
            let (class, number) = class_and_number(name);
            (class.to_owned(), number)
        });
        for (name, group) in children {
            let path = format!("{path}layers/{name}");
            if group.group("layers").is_ok() {
                self.model(&group, &format!("{path}/"), depth + 1)?;
                continue;
            }
            let (class, _) = class_and_number(&name);
            let own = group.group("vars").and_then(|vars| vars.attrs()).unwrap_or_default();
            let own = own.get("name").and_then(AttrValue::as_str).unwrap_or(&name).to_owned();
            let mut layer = KerasLayer { path, name: own, class: class.to_owned(), variables: Vec::new() };
            self.variables(&group, "", &mut layer, depth + 1)?;
            self.layers.extend(halves(layer));
        }
        Ok(())
    }

    /// Adds the variables of a group and those within.
    fn variables(&mut self, group: &Group, path: &str, layer: &mut KerasLayer, depth: usize) -> Result<(), String> {
        self.enter(depth)?;
        if path.ends_with("vars/") {
            let mut variables: Vec<(String, Dataset)> = group.iter_datasets().map_err(damaged)?.collect();
            variables.sort_by_cached_key(|(name, _)| (name.len(), name.clone()));
            for (name, elements) in variables {
                layer.variables.push(Variable::new(format!("{path}{name}"), elements)?);
            }
        }
        for (name, inner) in group.iter_groups().map_err(damaged)? {
            // The state of random generators is no weight.
            if name == "seed_generator" {
                continue;
            }
            // The class of the halves of a bidirectional layer is that of their cell.
            if path.ends_with("forward_layer/") && name == "cell" {
                let cell = inner.group("vars").and_then(|vars| vars.attrs()).unwrap_or_default();
                let cell = cell.get("name").and_then(AttrValue::as_str).unwrap_or_default();
                cell.split("_cell").next().unwrap_or_default().clone_into(&mut layer.class);
            }
            self.variables(&inner, &format!("{path}{name}/"), layer, depth + 1)?;
        }
        Ok(())
    }
}

/// Splits the name of a group: `dense_2` is the third layer of the class `dense`.
fn class_and_number(name: &str) -> (&str, usize) {
    let split = name.rsplit_once('_').and_then(|(class, number)| Some((class, number.parse().ok()?)));
    split.unwrap_or((name, 0))
}
