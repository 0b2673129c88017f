//! What does a summary tell about the layers?

use proc_macro2::{Ident, Span, TokenStream};

use super::blocks::{self, Site};
use super::{Names, plain};
use crate::graph::{Block, Branch, Layer};

/// Returns the data of each layer.
pub(super) fn layers(names: &Names) -> TokenStream {
    let layers = (0..names.layers.len()).map(|index| {
        let info = layer(names, index);
        code!(#info,)
    });
    layers.collect()
}

/// Returns the data of the layer at `index`.
fn layer(names: &Names, index: usize) -> TokenStream {
    let (private, scalar, site) = (&names.private, &names.scalar, &names.layers[index]);
    let (kind, with, shape, next) = (&site.kind, &site.with, &names.shapes[index], &names.shapes[index + 1]);
    let name = plain(&site.field);
    let description = site.layer.map_or("", |layer| &layer.description);
    let frozen = site.layer.is_some_and(|layer| layer.frozen);
    let block = site.layer.and_then(Layer::block).map(|block| inside(names, index, block));
    let [inside, wiring] = block.unwrap_or_else(|| [code!(&[]), code!(#private::Wiring::Chain)]);
    let recomputed = site.layer.is_some_and(|layer| layer.recomputed);
    let wiring = if recomputed { code!(#private::Wiring::Recomputed(const { &#wiring })) } else { wiring };
    let kept = (index + 1 < names.layers.len()).then(|| {
        let kept = super::forward::kept(names, index);
        code!(#kept +)
    });
    code! {
        #private::layer_info(
            #name,
            #description,
            #private::LayerSizes {
                output: <#next as #private::Shape>::DIMENSIONS,
                parameters: <#with as #private::FlatParameters<#scalar>>::LEN,
                multiply_adds: #private::chain::multiply_adds::<#kind, #shape>(),
                kept: #kept #private::chain::cache::<#kind, #shape>(),
            },
            #frozen,
            #inside,
            #wiring,
        )
    }
}

/// Returns the layers inside of a block and how they are connected, for a summary.
fn inside(names: &Names, index: usize, block: &Block) -> [TokenStream; 2] {
    let (private, with) = (&names.private, &names.layers[index].with);
    let wiring = code!(#private::Wiring);
    let layers = |network: &TokenStream| code!(<#network as #private::Network>::LAYERS);
    match block {
        Block::Residual { shortcut: None, .. } => {
            let none = code!(#private::core::option::Option::None);
            [layers(with), code!(#wiring::Residual { shortcut: #none })]
        }
        Block::Residual { layers: inside, shortcut: Some(shortcut) } => {
            let inner = names.within(index, &shortcut.network);
            let info = layer(&inner, 0);
            let (body, parameters, scalar) = (&inside.name, &inside.parameters, &names.scalar);
            let some = code!(#private::core::option::Option::Some(const { &#info }));
            [layers(&code!(#body<#({ #parameters },)* #scalar>)), code!(#wiring::Residual { shortcut: #some })]
        }
        Block::Repeat { layers: inside, count } => {
            let (body, parameters, scalar) = (&inside.name, &inside.parameters, &names.scalar);
            let count = names.sizes.tokens(count);
            [layers(&code!(#body<#({ #parameters },)* #scalar>)), code!(#wiring::Repeat(#count))]
        }
        Block::Parallel { branches, join, .. } => {
            let join = Ident::new(join.name(), Span::mixed_site());
            let infos = branches_of(names, index, branches);
            [code!(const { &[#(#infos),*] }), code!(#wiring::#join)]
        }
    }
}

/// Returns the data of branches.
fn branches_of(names: &Names, index: usize, branches: &[Branch]) -> Vec<TokenStream> {
    let (private, scalar, input) = (&names.private, &names.scalar, &names.shapes[index]);
    let info = |Site { branch, kind, with, output }: &Site| {
        let (name, frozen) = (plain(&branch.field), branch.frozen);
        let is_empty = branch.network.layers.is_empty();
        let inside = if is_empty { code!(&[]) } else { code!(<#with as #private::Network>::LAYERS) };
        code! {
            #private::layer_info(
                #name,
                "",
                #private::LayerSizes {
                    output: <#output as #private::Shape>::DIMENSIONS,
                    parameters: <#with as #private::FlatParameters<#scalar>>::LEN,
                    multiply_adds: #private::chain::multiply_adds::<#kind, #input>(),
                    kept: #private::chain::cache::<#kind, #input>(),
                },
                #frozen,
                #inside,
                #private::Wiring::Chain,
            )
        }
    };
    blocks::sites(names, index, branches).iter().map(info).collect()
}
