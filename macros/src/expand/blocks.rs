//! Which types do blocks and their branches have?

use proc_macro2::{Ident, Span, TokenStream};

use super::Names;
use crate::graph::{Block, Branch, Network};

/// Returns whether a network of a block is the one around its shortcut, for which no struct is generated.
pub(super) fn is_shortcut(block: &Block, network: &Network) -> bool {
    block.shortcut().is_some_and(|shortcut| std::ptr::eq(&raw const shortcut.network, network))
}

/// Returns the type of the block at `index` and the type of its parameters.
pub(super) fn types<'a>(names: &Names<'a>, index: usize, block: &'a Block) -> [TokenStream; 2] {
    let (library, private, scalar) = (&names.library, &names.private, &names.scalar);
    let keyword = Ident::new(block.keyword().name(), Span::call_site());
    let of = |name: &Ident, scalar: TokenStream| {
        let parameters = &names.network.parameters;
        code!(#name<#({ #parameters },)* #scalar>)
    };
    let both = |name: &Ident| [of(name, code!(#private::f32)), of(name, code!(#scalar))];
    match block {
        Block::Residual { layers, shortcut: None } => {
            let [kind, with] = both(&layers.name);
            [code!(#library::#keyword<#kind>), with]
        }
        Block::Residual { layers, shortcut: Some(shortcut) } => {
            let ([kind, with], frozen) = (both(&layers.name), shortcut.frozen);
            let inner = names.within(index, &shortcut.network);
            let (shortcut_kind, shortcut_with) = (&inner.layers[0].kind, &inner.layers[0].with);
            [
                code!(#library::#keyword<#kind, #shortcut_kind, #frozen>),
                code!(#private::Projected<#with, #shortcut_with, #frozen>),
            ]
        }
        Block::Repeat { layers, count } => {
            let ([kind, with], count) = (both(&layers.name), names.sizes.tokens(count));
            let recomputes = names.network.layers[index].recomputed.then(|| code!(, true));
            [code!(#library::#keyword<#kind, #count #recomputes>), code!([#with; #count])]
        }
        Block::Parallel { name, join, .. } => {
            let ([kind, with], join) = (both(name), Ident::new(join.type_name(), Span::mixed_site()));
            [code!(#library::#keyword<#private::#join, #kind>), with]
        }
    }
}

/// A branch in generated code.
pub(super) struct Site<'a> {
    /// The branch.
    pub(super) branch: &'a Branch,
    /// Its type, as an architecture.
    pub(super) kind: TokenStream,
    /// The type of its field.
    pub(super) with: TokenStream,
    /// The shape that it gives.
    pub(super) output: TokenStream,
}

/// Returns the branches of the block at `index`.
pub(super) fn sites<'a>(names: &Names<'a>, index: usize, branches: &'a [Branch]) -> Vec<Site<'a>> {
    let (private, scalar, library) = (&names.private, &names.scalar, &names.library);
    let site = |branch: &'a Branch| {
        let inner = names.within(index, &branch.network);
        let (name, parameters) = (&branch.network.name, &branch.network.parameters);
        if branch.network.layers.is_empty() {
            let (kind, input) = (code!(#library::Identity), &inner.shapes[0]);
            let with = code!(<#kind as #private::Layer>::With<#scalar>);
            return Site { branch, kind, with, output: code!(<#input as #private::Shape>::Plain) };
        }
        Site {
            branch,
            kind: code!(#name<#({ #parameters },)* #private::f32>),
            with: code!(#name<#({ #parameters },)* #scalar>),
            output: inner.shapes[branch.network.layers.len()].clone(),
        }
    };
    branches.iter().map(site).collect()
}
