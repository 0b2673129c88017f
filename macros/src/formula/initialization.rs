//! What draws the weights before a layer? `#[init(HeNormal)]` names an initializer.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::Attribute;

use crate::errors::{self, Errors};
use crate::initializer::InitializerSpec;
use crate::place::Place;
use crate::setting::DefaultValue;

/// Reads `#[init(HeNormal)]`.
pub(super) fn initializer(attributes: &[Attribute], errors: &mut Errors) -> Option<Ident> {
    let attribute = attributes.iter().find(|attribute| attribute.path().is_ident("init"))?;
    let word: Option<Ident> = attribute.parse_args().ok();
    if word.as_ref().and_then(gain).is_none() {
        let unknown = word.filter(|word| InitializerSpec::named(word).is_none());
        let meant = unknown.and_then(|name| Some((InitializerSpec::like(&name.to_string())?, name)));
        errors.push(match meant {
            Some((similar, name)) => errors::misspelled_initializer(&name, similar.example),
            None => errors::initializer_before(Place::of(&attribute.meta)),
        });
        return None;
    }
    word
}

/// Returns the default gain of an initializer whose only setting is a gain.
fn gain(initializer: &Ident) -> Option<&'static str> {
    match InitializerSpec::named(initializer)?.settings {
        [setting] => match setting.default {
            DefaultValue::Constant(gain) => Some(gain),
            _ => None,
        },
        _ => None,
    }
}

/// Returns the function that says how the weights before a layer are drawn.
pub(super) fn initialization(initializer: Option<&Ident>, private: &TokenStream) -> Option<TokenStream> {
    let initializer = initializer?;
    let gain = format_ident!("{}", gain(initializer)?);
    Some(quote! {
        fn initialization(_: &Self::Settings, _: #private::Initializer) -> #private::Initializer {
            #private::Initializer::#initializer { gain: #private::Initializer::#gain }
        }
    })
}
