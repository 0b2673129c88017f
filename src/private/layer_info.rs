//! What does the summary of a layer consist of?

use crate::network::{LayerInfo, Wiring};

/// The sizes of a layer, by name.
#[derive(Clone, Copy)]
pub struct LayerSizes {
    pub output: &'static [usize],
    pub parameters: usize,
    pub multiply_adds: u64,
    pub kept: usize,
}

/// Returns the summary of a layer: `LayerInfo` may have more fields later, so only the library writes it.
#[must_use]
pub const fn layer_info(
    name: &'static str,
    layer: &'static str,
    sizes: LayerSizes,
    frozen: bool,
    inside: &'static [LayerInfo],
    wiring: Wiring,
) -> LayerInfo {
    let LayerSizes { output, parameters, multiply_adds, kept } = sizes;
    LayerInfo { name, layer, output, parameters, multiply_adds, kept, frozen, inside, wiring }
}
