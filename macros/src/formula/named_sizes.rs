//! Which sizes are constants of the code around a formula? Each is written once, so that one that is missing is one error.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::{format_ident, quote};

use crate::generated;
use crate::identifier;

/// The names of type parameters of generated code, which mean these there.
const TYPES: [&str; 4] = ["T", "I", "In", "R"];

/// Returns items in which each of these sizes that is the name of a constant has another name, after its declaration.
pub(super) fn written_once<'a>(
    items: TokenStream,
    owner: &Ident,
    sizes: impl Iterator<Item = &'a TokenStream>,
    parameters: &[Ident],
) -> TokenStream {
    let mut names: Vec<Ident> = Vec::new();
    for size in sizes {
        let mut tokens = size.clone().into_iter();
        if let (Some(TokenTree::Ident(name)), None) = (tokens.next(), tokens.next())
            && !names.contains(&name)
            && !TYPES.contains(&name.to_string().as_str())
            && identifier::parameter(&name, parameters).is_none()
        {
            names.push(name);
        }
    }
    if names.is_empty() {
        return items;
    }
    let constants = names.iter().map(|name| {
        let alias = alias(owner, name);
        quote! {
            #[doc(hidden)]
            #[allow(dead_code, non_upper_case_globals)]
            const #alias: usize = #name;
        }
    });
    let constants: TokenStream = constants.collect();
    let items = renamed(items, owner, &names);
    quote!(#constants #items)
}

/// Returns the name of a constant in generated code, at the position of the user's.
fn alias(owner: &Ident, name: &Ident) -> Ident {
    let alias = generated::name(owner, &format!("Size{}", identifier::plain(name)));
    format_ident!("{alias}", span = alias.span().located_at(name.span()))
}

/// Returns tokens with other names for these constants.
fn renamed(tokens: TokenStream, owner: &Ident, names: &[Ident]) -> TokenStream {
    let mut is_part_of_path = false;
    let mut renamed_tokens = TokenStream::new();
    for tree in tokens {
        let is_punct = matches!(&tree, TokenTree::Punct(mark) if matches!(mark.as_char(), ':' | '.'));
        let tree = match tree {
            TokenTree::Group(group) => {
                let mut inside = Group::new(group.delimiter(), renamed(group.stream(), owner, names));
                inside.set_span(group.span());
                TokenTree::Group(inside)
            }
            TokenTree::Ident(name) if !is_part_of_path && names.contains(&name) => {
                TokenTree::Ident(alias(owner, &name))
            }
            other => other,
        };
        is_part_of_path = is_punct;
        renamed_tokens.extend(std::iter::once(tree));
    }
    renamed_tokens
}
