//! Can an array of these sizes exist? Addresses of today's machines have at most 57 bits, and the compiler refuses types of 2⁶¹
//! bytes.

use super::Network;
use crate::errors;
use crate::layer::{Argument, Large, Resolved, Type};
use crate::place::Place;
use crate::size::Size;

/// The largest number of elements in `f32`, in which every network exists: fewer than 2⁵⁷ bytes.
const MOST: u64 = (1 << 55) - 1;

/// An array of a network, whose size only the compiler may know.
pub(crate) struct Array {
    /// Its axes.
    pub(crate) sizes: Vec<Size>,
    /// The message if it is too large.
    pub(crate) message: String,
}

/// Returns the arrays of a network: its input, its declared output, and the parameters and the output of each layer of the
/// library, and what else of it grows with a product of sizes.
pub(crate) fn arrays(network: &Network) -> Vec<Array> {
    let mut arrays = Vec::new();
    let mut add = |whose: &str, sizes: &[Size], what: String| {
        arrays.push(Array { sizes: sizes.to_vec(), message: errors::open_too_large(whose, &what) });
    };
    let output = network.declared_output.iter().map(|(shape, _)| (errors::THE_OUTPUT, shape));
    for (whose, shape) in [(errors::THE_INPUT, &network.input)].into_iter().chain(output) {
        for part in shape.parts() {
            add(whose, part.sizes(), elements(part.sizes()));
        }
    }
    for layer in network.every_layer() {
        let Some(built_in) = layer.built_in() else { continue };
        for Large { what, axes } in large(built_in.parameters.as_ref()) {
            add(&layer.text(), &axes, of_array(what, &axes));
        }
        for part in layer.output.parts() {
            add(&layer.text(), part.sizes(), of_output(part.sizes()));
        }
    }
    arrays
}

/// Returns whether an array with these axes may exist, as far as the macro knows their sizes.
pub(super) fn fits(sizes: &[Size]) -> bool {
    let mut known = sizes.iter().filter_map(Size::number);
    let elements = known.try_fold(1, |product: u64, size| product.checked_mul(size));
    elements.is_some_and(|elements| elements <= MOST)
}

/// Returns the mistake in a shape of the header, if it is too large.
pub(super) fn of_shape(sizes: &[Size], whose: &str) -> Option<syn::Error> {
    let place = place(sizes).filter(|_| !fits(sizes))?;
    Some(errors::too_large(place, whose, &elements(sizes)))
}

/// Returns the mistake in a layer with these `sizes`, at `place` if it has none, if one of its arrays is too large.
pub(super) fn of_layer(resolved: &Resolved, sizes: &[Size], at: Place, whose: &str) -> Option<syn::Error> {
    let requires = resolved.requires.iter().map(|required| &required.gives);
    if let Some(size) = resolved.sizes().into_iter().chain(requires).find(|size| size.overflows()) {
        let largest = size.arguments().iter().max_by_key(|argument| argument.number());
        let at = largest.map_or(at, Size::place);
        return Some(errors::computed_size_overflows(at, whose, &size.bare()));
    }
    let at = place(sizes).unwrap_or(at);
    if let Some(Large { what, axes }) = large(resolved.parameters.as_ref()).find(|array| !fits(&array.axes)) {
        return Some(errors::too_large(at, whose, &of_array(what, &axes)));
    }
    let output = resolved.gives.sizes();
    (!fits(output)).then(|| errors::too_large(at, whose, &of_output(output)))
}

/// Returns the largest arrays of a layer with these parameters.
fn large(kind: Option<&Type>) -> impl Iterator<Item = Large> {
    kind.into_iter().flat_map(|kind| {
        let axes = kind.arguments.iter().take(kind.axes).flat_map(Argument::sizes).cloned().collect();
        [Large::parameters(axes)].into_iter().chain(kind.others.iter().cloned())
    })
}

/// Returns the mistake in the joined output of branches, which is too large.
pub(super) fn of_joined(at: Place, whose: &str, sizes: &[Size]) -> syn::Error {
    match sizes.iter().find(|size| size.overflows()) {
        Some(size) => errors::computed_size_overflows(at, whose, &size.bare()),
        None => errors::too_large(at, whose, &of_output(sizes)),
    }
}

fn elements(sizes: &[Size]) -> String {
    format!("it has {}", product(sizes))
}

fn of_array(what: &str, sizes: &[Size]) -> String {
    format!("{what} {}", product(sizes))
}

fn of_output(sizes: &[Size]) -> String {
    format!("its output has {}", product(sizes))
}

/// Returns sizes as a product: `64 × 32`.
fn product(sizes: &[Size]) -> String {
    sizes.iter().map(Size::text).collect::<Vec<_>>().join(" × ")
}

/// Returns the range from the first size to the last.
fn place(sizes: &[Size]) -> Option<Place> {
    Some(sizes.first()?.place().to(sizes.last()?.place()))
}
