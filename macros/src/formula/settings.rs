//! What are the settings of a formula in code? Fields of type `f64` that were checked when they were set.

use proc_macro2::{Delimiter, Group, Ident, Literal, TokenStream, TokenTree};
use quote::{ToTokens as _, format_ident, quote};
use syn::Visibility;

use super::graph::{Graph, Value};
use super::header::Setting;
use super::range::Range;
use crate::generated;
use crate::identifier;
use crate::place::Place;

/// Adds the settings to the graph, each of which `code` reads.
pub(crate) fn values(graph: &mut Graph, settings: &[Setting], code: impl Fn(&Ident) -> TokenStream) -> Vec<Value> {
    settings.iter().map(|setting| graph.constant(setting.name.to_string(), code(&setting.name))).collect()
}

/// Returns the settings that are written by position: those without a default, or all if each has one.
pub(crate) fn by_position(settings: &[Setting]) -> Vec<&Setting> {
    let needed: Vec<_> = settings.iter().filter(|setting| setting.default.is_none()).collect();
    if needed.is_empty() { settings.iter().collect() } else { needed }
}

/// Returns the checks of a value that the setting receives.
fn checked(owner: &Ident, setting: &Setting) -> TokenStream {
    let name = &setting.name;
    let value = name.to_token_stream();
    let message =
        format!("the {} of `{owner}` must be {}", identifier::plain(name).replace('_', " "), setting.range.phrase());
    let condition = setting.range.condition(&value, &quote!(0.0), &quote!(1.0));
    let range = condition.map(|condition| quote!(&& #condition));
    quote!(assert!(#name.is_finite() #range, #message);)
}

/// Returns one function for each setting, which replaces its value.
pub(crate) fn setters(owner: &Ident, settings: &[Setting], visibility: &TokenStream) -> TokenStream {
    let setters = settings.iter().map(|setting| {
        let name = &setting.name;
        let check = checked(owner, setting);
        let doc = format!(
            "Replaces `{}`, which must be {}.\n\n# Panics\nPanics, at compile time in a constant, if it is not.",
            identifier::plain(name),
            setting.range.phrase()
        );
        quote! {
            #[doc = #doc]
            #[must_use]
            #[track_caller]
            #visibility const fn #name(mut self, #name: f64) -> Self {
                #check
                self.#name = #name;
                self
            }
        }
    });
    setters.collect()
}

/// Returns the parameters of a constructor by position, the checks, and the fields.
pub(crate) fn constructor(owner: &Ident, settings: &[Setting]) -> [TokenStream; 3] {
    let given = by_position(settings);
    let mut parts = [TokenStream::new(), TokenStream::new(), TokenStream::new()];
    for setting in settings {
        let name = &setting.name;
        if given.iter().any(|given| given.name == *name) {
            parts[0].extend(quote!(#name: f64,));
            parts[1].extend(checked(owner, setting));
            parts[2].extend(quote!(#name,));
        } else {
            let default = default_name(owner, setting);
            parts[2].extend(quote!(#name: #default,));
        }
    }
    parts
}

/// Returns the fields with their defaults, if every setting has one.
pub(crate) fn defaults(owner: &Ident, settings: &[Setting]) -> Option<TokenStream> {
    let fields = settings.iter().map(|setting| {
        let (name, default) = (&setting.name, default_name(owner, setting));
        setting.default.as_ref().map(|_| quote!(#name: #default,))
    });
    fields.collect()
}

/// Returns the name of the constant with the default of a setting.
fn default_name(owner: &Ident, setting: &Setting) -> Ident {
    generated::name(owner, &format!("_DEFAULT_{}", identifier::plain(&setting.name)))
}

/// Returns an expression of type `f64` whose whole numbers may lack the point, as in formulas: `1`, `-2`, `1 / 3`.
///
/// Only numbers among arithmetic: an index, an argument or what is cast has a type of its own.
fn as_float(expression: TokenStream) -> TokenStream {
    let tokens: Vec<_> = expression.into_iter().collect();
    let is_sign =
        |token: &TokenTree, signs: &str| matches!(token, TokenTree::Punct(sign) if signs.contains(sign.as_char()));
    let is_generic = tokens.iter().any(|token| is_sign(token, "<"));
    let written = tokens.iter().enumerate().map(|(index, token)| {
        let neighbours = [index.checked_sub(1), Some(index + 1)];
        let mut neighbours = neighbours.into_iter().flatten().filter_map(|index| tokens.get(index));
        if is_generic || !neighbours.all(|token| is_sign(token, "+-*/%")) {
            return token.clone();
        }
        match token {
            TokenTree::Literal(literal) => TokenTree::Literal(with_point(literal).unwrap_or_else(|| literal.clone())),
            TokenTree::Group(group) if matches!(group.delimiter(), Delimiter::Parenthesis | Delimiter::None) => {
                let mut inside = Group::new(group.delimiter(), as_float(group.stream()));
                inside.set_span(group.span());
                TokenTree::Group(inside)
            }
            _ => token.clone(),
        }
    });
    written.collect()
}

/// Returns a whole number without a type as a number with a point.
fn with_point(literal: &Literal) -> Option<Literal> {
    let text = literal.to_string();
    let number = syn::parse_str::<syn::LitInt>(&text).ok().filter(|number| number.suffix().is_empty())?;
    let is_decimal = text.chars().all(|digit| digit.is_ascii_digit() || digit == '_');
    let digits = if is_decimal { &text } else { number.base10_digits() };
    let mut number: Literal = format!("{digits}.0").parse().ok()?;
    number.set_span(literal.span());
    Some(number)
}

/// Returns the constants with the defaults. One that is out of range does not compile.
pub(crate) fn default_values(owner: &Ident, settings: &[Setting]) -> TokenStream {
    let checks = settings.iter().filter_map(|setting| {
        let (name, default) = (&setting.name, setting.default.as_ref()?);
        let (constant, default) = (default_name(owner, setting), as_float(default.clone()));
        let check = crate::expand::at(Place::of(&default).span(), checked(owner, setting));
        Some(quote! {
            #[allow(non_upper_case_globals)]
            const #constant: f64 = #default;
            const _: () = {
                let #name = #constant;
                #check
            };
        })
    });
    checks.collect()
}

/// Returns the fields of the struct of settings.
pub(crate) fn fields(settings: &[Setting]) -> TokenStream {
    let fields = settings.iter().map(|setting| {
        let name = &setting.name;
        quote!(#name: f64,)
    });
    fields.collect()
}

/// Returns the name of the struct of settings.
pub(crate) fn struct_name(owner: &Ident) -> Ident {
    format_ident!("{}Settings", identifier::plain(owner), span = owner.span())
}

/// Returns the type of the settings: the struct, or `()` without any.
pub(crate) fn type_of(owner: &Ident, settings: &[Setting]) -> TokenStream {
    if settings.is_empty() { quote!(()) } else { struct_name(owner).into_token_stream() }
}

/// Returns the line that describes a setting.
pub(crate) fn line(setting: &Setting) -> String {
    let name = identifier::plain(&setting.name);
    let default = setting.default.as_ref().map(|default| format!("; {} if not written", super::header::shown(default)));
    let range = if setting.range == Range::Finite { "finite".to_owned() } else { setting.range.phrase().to_owned() };
    format!("- `{name}`: {range}{}.", default.unwrap_or_default())
}

/// Returns the struct of the settings, if there are any, and how they are written after the layer.
pub(crate) fn items(
    name: &Ident,
    settings: &[Setting],
    visibility: &Visibility,
    generics: [&TokenStream; 2],
    private: &TokenStream,
) -> TokenStream {
    if settings.is_empty() {
        return TokenStream::new();
    }
    let [parameters_of, arguments_of] = generics;
    let settings_type = struct_name(name);
    let fields = fields(settings);
    let setters = setters(name, settings, &quote!(#visibility));
    let [parameters, checks, values] = constructor(name, settings);
    let doc = format!("The settings of [`{name}`].");
    let default_values = default_values(name, settings);
    let default = default_settings(name, settings, private);
    quote! {
        #[doc = #doc]
        #[derive(Clone, Copy, Debug, PartialEq)]
        #visibility struct #settings_type {
            #fields
        }
        #[allow(dead_code)]
        impl #parameters_of #name #arguments_of {
            /// Returns the settings that are written by position.
            ///
            /// # Panics
            /// Panics, at compile time in a constant, if a setting is out of range.
            #[must_use]
            #[track_caller]
            #visibility const fn settings(#parameters) -> #settings_type {
                #checks
                #settings_type { #values }
            }
        }
        #[allow(dead_code)]
        impl #settings_type {
            #setters
        }
        #default_values
        #default
    }
}

/// Returns the implementation of `DefaultSettings` and of `Default`, if every setting has a default.
fn default_settings(name: &Ident, settings: &[Setting], private: &TokenStream) -> Option<TokenStream> {
    let settings_type = struct_name(name);
    let fields = defaults(name, settings)?;
    Some(quote! {
        impl #private::DefaultSettings for #settings_type {
            const DEFAULT: Self = Self { #fields };
        }
        #[automatically_derived]
        impl ::core::default::Default for #settings_type {
            fn default() -> Self {
                <Self as #private::DefaultSettings>::DEFAULT
            }
        }
    })
}

/// Returns the fields of a struct that has the settings, such as a loss, and its constructors.
pub(crate) fn of_value(name: &Ident, settings: &[Setting], visibility: &Visibility) -> (TokenStream, TokenStream) {
    if settings.is_empty() {
        return (quote!(;), TokenStream::new());
    }
    let fields = fields(settings);
    let setters = setters(name, settings, &quote!(#visibility));
    let [parameters, checks, values] = constructor(name, settings);
    let doc = format!("Creates the loss `{name}`.");
    let constructors = quote! {
        #[doc = #doc]
        ///
        /// # Panics
        /// Panics, at compile time in a constant, if a setting is out of range.
        #[must_use]
        #[track_caller]
        #visibility const fn new(#parameters) -> Self {
            #checks
            Self { #values }
        }

        #setters
    };
    (quote!({ #fields }), constructors)
}

/// Returns one function for each name of a setting, which does nothing.
pub(crate) fn setters_of_stand_in(settings: &[Setting], visibility: &Visibility) -> TokenStream {
    let is_first = |index: usize, name: &Ident| !settings.iter().take(index).any(|setting| setting.name == *name);
    let settings = settings.iter().enumerate().filter(|(index, setting)| is_first(*index, &setting.name));
    let setters = settings.map(|(_, setting)| {
        let name = &setting.name;
        quote!(#visibility const fn #name(self, _: f64) -> Self { self })
    });
    setters.collect()
}

/// Returns settings, if there are any, that networks can use after a mistake, so that no other error follows.
pub(crate) fn stand_in(
    name: &Ident,
    settings: &[Setting],
    visibility: &Visibility,
    [parameters, arguments]: [&TokenStream; 2],
    private: &TokenStream,
) -> TokenStream {
    if settings.is_empty() {
        return TokenStream::new();
    }
    let settings_type = struct_name(name);
    let setters = setters_of_stand_in(settings, visibility);
    let positions = by_position(settings).into_iter().map(|_| quote!(_: f64));
    quote! {
        #[derive(Clone, Copy, Debug, Default, PartialEq)]
        #visibility struct #settings_type;
        #[allow(dead_code)]
        impl #settings_type { #setters }
        #[allow(dead_code)]
        impl #parameters #name #arguments {
            #visibility const fn settings(#(#positions),*) -> #settings_type { #settings_type }
        }
        impl #private::DefaultSettings for #settings_type { const DEFAULT: Self = Self; }
    }
}
