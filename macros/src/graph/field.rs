//! What are the layers called? The user's names come first, then each unnamed layer receives one.

use std::collections::HashSet;

use proc_macro2::{Ident, Span};

use super::identity::Identity;
use crate::ast::Layer;
use crate::errors::{self, Errors};
use crate::identifier;

/// Returns a field for each layer, in order. `reserved` is the name of another field.
pub(super) fn fields(layers: &[(&Layer, &Identity)], reserved: Option<&str>, errors: &mut Errors) -> Vec<Ident> {
    let mut used: HashSet<_> = reserved.iter().map(|&name| name.to_owned()).collect();
    let mut given = Vec::new();
    // All of the user's names are reserved before any automatic one, wherever they stand.
    for &(layer, identity) in layers {
        let name = layer.name.as_ref();
        let first = name.filter(|name| used.insert(identifier::plain(name)));
        if let (Some(name), None) = (name, first) {
            let is_reserved = reserved.is_some_and(|reserved| identifier::plain(name) == reserved);
            errors.push(if is_reserved { errors::shortcut_taken(name) } else { errors::declared_twice(name) });
        }
        given.push((layer, identity, first));
    }
    given
        .into_iter()
        .map(|(layer, identity, first)| match first {
            Some(name) => name.clone(),
            None => automatic(layer, identity, &mut used),
        })
        .collect()
}

/// Returns the first unused name of `tanh`, `tanh_2`, `tanh_3` and so on.
fn automatic(layer: &Layer, identity: &Identity, used: &mut HashSet<String>) -> Ident {
    let (base, span) = base(layer, identity);
    let mut name = base.clone();
    let mut number = 1_usize;
    while !used.insert(name.clone()) {
        number += 1;
        name = format!("{base}_{number}");
    }
    // The name is not in the source, but the layer is: editors and errors point to it.
    Ident::new(&name, span)
}

/// Returns the base of an automatic name, always a valid identifier, and the span of the layer.
fn base(layer: &Layer, identity: &Identity) -> (String, Span) {
    let word = match (&layer.name, identity) {
        (Some(name), _) => Some(name),
        (None, Identity::BuiltIn { word, .. } | Identity::Block { word, .. }) => Some(word),
        (None, Identity::Custom { path, .. }) => path.segments.last().map(|last| &last.ident),
    };
    let span = word.map_or_else(Span::call_site, Ident::span);
    let name = word.map(identifier::plain).unwrap_or_default();
    let name = identifier::snake_case(&name);
    if identifier::is_keyword(&name) {
        return (format!("{name}_layer"), span);
    }
    let valid = syn::parse_str::<Ident>(&name).is_ok();
    let name = if valid { name } else { "layer".to_owned() };
    (name, span)
}
