//! What does the documentation of a declaration say? What the user wrote, the formula in mathematical notation, and what it takes.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Attribute;

use super::header::Setting;
use super::settings;

/// Returns the documentation that follows the user's, or `summary` if there is none: the explanation, the settings, and a section
/// with this heading and text.
pub(super) fn documentation(
    attributes: &[Attribute],
    summary: &str,
    explanation: &[String],
    settings: &[Setting],
    [heading, text]: [&str; 2],
) -> TokenStream {
    let mut lines = Vec::new();
    if !is_documented(attributes) {
        lines.push(format!(" {summary}"));
    }
    lines.extend([String::new(), " ```text".to_owned()]);
    lines.extend(explanation.iter().map(|line| format!(" {line}")));
    lines.push(" ```".to_owned());
    if !settings.is_empty() {
        lines.extend([String::new(), " # Settings".to_owned()]);
        lines.extend(settings.iter().map(|setting| format!(" {}", settings::line(setting))));
    }
    lines.extend([String::new(), format!(" # {heading}"), format!(" {text}")]);
    lines.iter().map(|line| quote!(#[doc = #line])).collect()
}

/// Returns whether the user documented the item.
pub(super) fn is_documented(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident("doc"))
}
