//! Can an array of these sizes exist? None has more than `isize::MAX` bytes on any machine.

use crate::errors;
use crate::layer::{Argument, Resolved};
use crate::place::Place;
use crate::size::Size;

/// The largest number of elements in `f32`, in which every network exists.
const MOST: u64 = i64::MAX as u64 / 4;

/// Returns whether an array with these axes may exist, as far as the macro knows their sizes.
pub(super) fn fits(sizes: &[Size]) -> bool {
    let mut known = sizes.iter().filter_map(Size::number);
    let elements = known.try_fold(1, |product: u64, size| product.checked_mul(size));
    elements.is_some_and(|elements| elements <= MOST)
}

/// Returns the mistake in a shape of the header, if it is too large.
pub(super) fn of_shape(sizes: &[Size], whose: &str) -> Option<syn::Error> {
    let place = place(sizes).filter(|_| !fits(sizes))?;
    Some(errors::too_large(place, whose, &format!("it has {} elements", product(sizes))))
}

/// Returns the mistake in a layer with these `sizes`, at `place` if it has none, if one of its arrays is too large.
pub(super) fn of_layer(resolved: &Resolved, sizes: &[Size], at: Place, whose: &str) -> Option<syn::Error> {
    let requires = resolved.requires.iter().map(|required| &required.room);
    if let Some(size) = resolved.sizes().into_iter().chain(requires).find(|size| size.overflows()) {
        let largest = size.arguments().iter().max_by_key(|argument| argument.number());
        let at = largest.map_or(at, Size::place);
        return Some(errors::too_large(at, whose, &format!("{} overflow `usize`", size.bare())));
    }
    let at = place(sizes).unwrap_or(at);
    let arguments = resolved.parameters.iter().flat_map(|kind| &kind.arguments);
    let parameters: Vec<_> = arguments.flat_map(Argument::sizes).cloned().collect();
    if !fits(&parameters) {
        let what = format!("its parameters are {} elements", product(&parameters));
        return Some(errors::too_large(at, whose, &what));
    }
    let gives = resolved.gives.sizes();
    (!fits(gives)).then(|| errors::too_large(at, whose, &format!("its output has {} elements", product(gives))))
}

/// Returns sizes as a product: `64 × 32`.
fn product(sizes: &[Size]) -> String {
    sizes.iter().map(Size::text).collect::<Vec<_>>().join(" × ")
}

/// Returns the range from the first size to the last.
fn place(sizes: &[Size]) -> Option<Place> {
    Some(sizes.first()?.place().to(sizes.last()?.place()))
}
