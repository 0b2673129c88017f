//! Which layer of Keras is which layer of the network, and how do its variables become tensors?

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use safetensors::tensor::TensorView;
use safetensors::{Dtype, serialize};

use super::{Counterpart, LAYERS, Place, places};
use crate::error::{Error, Result, WrongTensor, shown};
use crate::io::{Array, Expected, KerasFile, KerasLayer, Renames};
use crate::network::file_contents::expected;
use crate::network::{LayerInfo, Network};
use crate::shape::Shape;

/// A function from the variables of a layer to its tensors.
pub(super) type FromKeras = fn(Variables) -> core::result::Result<Vec<(&'static str, Array)>, String>;

/// The variables of a layer of Keras, and the layer that they are for.
pub(super) struct Variables {
    /// The name of each variable and its elements, or its shape alone.
    pub(super) all: Vec<(String, Array)>,
    /// The shape of the images whose elements come in, if Keras has flattened them in another order.
    pub(super) flattened: Option<[usize; 3]>,
    /// The tensors of the layer with their shapes.
    pub(super) tensors: Vec<(String, Vec<usize>)>,
}

impl Variables {
    /// Returns exactly so many variables in the order of Keras.
    pub(super) fn in_order<const N: usize>(self) -> core::result::Result<[Array; N], String> {
        let arrays: Vec<Array> = self.all.into_iter().map(|(_, array)| array).collect();
        let count = arrays.len();
        arrays.try_into().map_err(|_| format!("has {count} variables, and not {N}"))
    }

    /// Returns one or two variables: a kernel, and a bias if there is one.
    pub(super) fn kernel_and_bias(self) -> core::result::Result<(Array, Option<Array>), String> {
        let count = self.all.len();
        let mut arrays = self.all.into_iter().map(|(_, array)| array);
        match (arrays.next(), arrays.next(), arrays.next()) {
            (Some(kernel), bias, None) => Ok((kernel, bias)),
            _ => Err(format!("has {count} variables, and not a kernel and a bias")),
        }
    }

    /// Returns so many variables, each with one element for each feature, as vectors.
    pub(super) fn of_features<const N: usize>(self) -> core::result::Result<[Array; N], String> {
        let flattened = self.flattened;
        let mut arrays = self.in_order::<N>()?;
        for array in &mut arrays {
            *array = array.clone().with_last_merged(array.shape.len())?;
            if let Some(sizes) = flattened {
                *array = array.clone().channels_first(sizes)?;
            }
        }
        Ok(arrays)
    }

    /// Returns the sizes that the layer expects of a tensor.
    pub(super) fn sizes_of(&self, tensor: &str) -> Option<&[usize]> {
        self.tensors.iter().find(|(name, _)| name == tensor).map(|(_, sizes)| &**sizes)
    }
}

/// A layer of the network that a file should have.
struct Wanted {
    place: Place,
    counterpart: &'static Counterpart,
    tensors: Vec<(String, Vec<usize>)>,
}

/// Returns a file of safetensors with the weights of a file of Keras, under the names that they have here.
pub(crate) fn converted<N: Network>(file: &KerasFile, renames: &Renames<'_>, source: &str) -> Result<Vec<u8>> {
    let tensors = expected::<N>();
    let wanted = wanted(N::LAYERS, N::Input::DIMENSIONS, &tensors);
    let matched = matched(&file.layers, &wanted, renames);
    let unreadable = |reason: String| Error::Unreadable { source: source.into(), reason };
    // The shapes first, so that no elements are read that do not fit.
    let convert = |read: bool| tensors_of(file, &wanted, &matched, read).map_err(unreadable);
    let wrong = wrong(&file.layers, &matched, &convert(false)?, &tensors);
    if !wrong.is_empty() {
        let names = Some(table(&file.layers, &matched, &wanted, N::NAME));
        return Err(Error::WrongTensors {
            source: source.into(),
            network: N::NAME.to_string(),
            wrong,
            made_from: None,
            names,
        });
    }
    let arrays = convert(true)?;
    let views = arrays.iter().map(|(name, array)| {
        let kind = if array.width == 8 { Dtype::F64 } else { Dtype::F32 };
        let bytes = array.bytes.as_deref().unwrap_or_default();
        TensorView::new(kind, array.shape.clone(), bytes).map(|view| (name, view))
    });
    let views = views.collect::<core::result::Result<Vec<_>, _>>().map_err(|error| unreadable(error.to_string()))?;
    serialize(views, None).map_err(|error| unreadable(error.to_string()))
}

/// Returns the tensors that the layers of a file become, or their shapes alone.
fn tensors_of(
    file: &KerasFile,
    wanted: &[Wanted],
    matched: &[Option<usize>],
    read: bool,
) -> core::result::Result<Vec<(String, Array)>, String> {
    let mut all = Vec::new();
    for (layer, index) in file.layers.iter().zip(matched) {
        let Some(index) = *index else { continue };
        let arrays = layer.variables.iter().map(|variable| {
            let array = if read { variable.read()? } else { variable.described() };
            Ok((variable.name.clone(), array))
        });
        let arrays = arrays.collect::<core::result::Result<Vec<_>, String>>()?;
        let Wanted { place, counterpart, tensors } = &wanted[index];
        let flattened = place.flattened.filter(|_| !file.channels_first);
        let variables = Variables { all: arrays, flattened, tensors: tensors.clone() };
        let arrays = (counterpart.from_keras)(variables).map_err(|reason| {
            let (path, ours, kind) = (shown(&layer.path), &place.path, counterpart.name);
            format!("its layer `{path}`, which would be `{ours}`, is no `{kind}`: it {reason}")
        })?;
        all.extend(arrays.into_iter().map(|(name, array)| (format!("{}.{name}", place.path), array)));
    }
    Ok(all)
}

/// Returns the layers of the network that have parameters and a counterpart.
fn wanted(layers: &'static [LayerInfo], input: &'static [usize], tensors: &[Expected]) -> Vec<Wanted> {
    let mut all = Vec::new();
    for place in places(layers, input) {
        let Some(&counterpart) = LAYERS.iter().find(|layer| layer.name == place.kind) else { continue };
        let own = tensors.iter().filter_map(|tensor| {
            let name = tensor.name.strip_prefix(&*place.path)?.strip_prefix('.')?;
            Some((name.to_string(), tensor.shape.to_vec()))
        });
        let tensors: Vec<_> = own.collect();
        if !tensors.is_empty() {
            all.push(Wanted { place, counterpart, tensors });
        }
    }
    all
}

/// Returns the layer of the network for each layer of the file: by hand; otherwise by name if all names agree; otherwise in the order
/// of the layers of each class.
fn matched(layers: &[KerasLayer], wanted: &[Wanted], renames: &Renames<'_>) -> Vec<Option<usize>> {
    let by_path: BTreeMap<&str, usize> =
        wanted.iter().enumerate().map(|(index, wanted)| (&*wanted.place.path, index)).collect();
    let by_hand = |layer: &KerasLayer| {
        let found = [&layer.path, &layer.name].map(|name| by_path.get(&*renames.apply((&**name).into())).copied());
        if renames.is_empty() { None } else { found[0].or(found[1]) }
    };
    let mut matched: Vec<Option<usize>> = layers.iter().map(by_hand).collect();
    let mut free: BTreeSet<usize> = (0..wanted.len()).filter(|&index| !matched.contains(&Some(index))).collect();
    let others: Vec<usize> = (0..layers.len()).filter(|&index| matched[index].is_none()).collect();
    let named: Vec<_> = others.iter().map(|&index| by_path.get(&*layers[index].name).copied()).collect();
    let different: BTreeSet<usize> = named.iter().flatten().copied().collect();
    if different.len() == others.len() && different == free {
        for (&index, name) in others.iter().zip(named) {
            matched[index] = name;
        }
        return matched;
    }
    for index in others {
        let class = &*layers[index].class;
        let fits = |&&ours: &&usize| class.is_empty() || wanted[ours].counterpart.classes.contains(&class);
        matched[index] = free.iter().find(fits).copied();
        matched[index].map(|ours| free.remove(&ours));
    }
    matched
}

/// Returns what is wrong with the shapes.
fn wrong(
    layers: &[KerasLayer],
    matched: &[Option<usize>],
    found: &[(String, Array)],
    expected: &[Expected],
) -> Vec<WrongTensor> {
    let mut by_name: BTreeMap<&str, &Array> = found.iter().map(|(name, array)| (&**name, array)).collect();
    let mut wrong = Vec::new();
    for tensor in expected {
        let (name, expected) = (tensor.name.clone(), tensor.shape.to_vec());
        match by_name.remove(&*tensor.name) {
            None => wrong.push(WrongTensor::Missing { name, expected }),
            Some(array) if array.shape != expected => {
                wrong.push(WrongTensor::Shape { name, found: array.shape.clone(), expected });
            }
            Some(_) => {}
        }
    }
    wrong.extend(
        by_name
            .into_iter()
            .map(|(name, array)| WrongTensor::Unexpected { name: name.into(), found: array.shape.clone() }),
    );
    let others = layers.iter().zip(matched).filter(|(_, matched)| matched.is_none());
    wrong.extend(others.flat_map(|(layer, _)| {
        let name = |variable: &str| format!("{}/{variable}", layer.path);
        let variables = layer.variables.iter();
        variables
            .map(move |variable| WrongTensor::Unexpected { name: name(&variable.name), found: variable.shape.clone() })
    }));
    wrong
}

/// The number of rows of the table. A file may have any number of layers.
const MOST_ROWS: usize = 200;

/// Returns a table of the layers of both sides, with the shapes of their variables and tensors.
fn table(layers: &[KerasLayer], matched: &[Option<usize>], wanted: &[Wanted], network: &str) -> String {
    let theirs = |layer: &KerasLayer| {
        let shapes: Vec<_> = layer.variables.iter().map(|variable| format!("{:?}", variable.shape)).collect();
        let shapes = if shapes.len() > 8 { format!("{} variables", shapes.len()) } else { shapes.join(" ") };
        format!("{} ({}) {shapes}", shown(&layer.path), shown(&layer.name))
    };
    let ours = |index: usize| {
        let shapes: Vec<_> = wanted[index].tensors.iter().map(|(_, shape)| format!("{shape:?}")).collect();
        format!("{}: {} {}", wanted[index].place.path, wanted[index].counterpart.name, shapes.join(" "))
    };
    let none = || String::from("–");
    let pairs = layers.iter().zip(matched);
    let rows = pairs.map(|(layer, index)| (theirs(layer), index.map_or_else(none, ours)));
    let missing = (0..wanted.len()).filter(|&index| !matched.contains(&Some(index))).map(|index| (none(), ours(index)));
    let mut text = format!("layers in the file → layers of `{network}`");
    let rows: Vec<_> = rows.chain(missing).collect();
    for (theirs, ours) in rows.iter().take(MOST_ROWS) {
        text.extend(["\n  ", theirs, " → ", ours]);
    }
    if let more @ 1.. = rows.len().saturating_sub(MOST_ROWS) {
        text.extend(["\n  and ", &more.to_string(), " more"]);
    }
    text
}
