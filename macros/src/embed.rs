//! `weights!`: embeds a weights file as a constant. The macro does only what cannot be done later: it reads the file and puts
//! the elements into memory order. At compile time the library compares the names, the shapes and the scalar type with the
//! network. `network_from_onnx!` embeds the weights of a model in the same way.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, Group, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitStr, Token, Type};

use crate::errors;
use crate::expand;
use crate::place::Place;
use crate::text;

/// The arguments of the macro.
struct Call {
    network: Type,
    file: LitStr,
    /// The options that follow the file.
    options: TokenStream,
}

impl Parse for Call {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let network = input.parse()?;
        input.parse::<Token![,]>()?;
        let file = input.parse()?;
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
        Ok(Self { network, file, options: input.parse()? })
    }
}

/// `strip_prefix = "module."`, any number of times.
struct Options {
    prefixes: Vec<LitStr>,
}

impl Parse for Options {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let mut prefixes = Vec::new();
        while !input.is_empty() {
            if input.parse::<Ident>()? != "strip_prefix" {
                return Err(input.error("an unknown option"));
            }
            input.parse::<Token![=]>()?;
            prefixes.push(input.parse()?);
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(Self { prefixes })
    }
}

/// Returns the constant, or the errors in the file.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let mut input = input.into_iter();
    let library =
        if let Some(TokenTree::Group(group)) = input.next() { Group::stream(&group) } else { quote!(::typenet) };
    let rest: TokenStream = input.collect();
    let place = Place::of(&rest);
    let expanded =
        syn::parse2(rest).map_err(|_| errors::weights_wanted(place)).and_then(|call: Call| embedded(&call, &library));
    expanded.unwrap_or_else(|error| error.to_compile_error())
}

fn embedded(call: &Call, library: &TokenStream) -> syn::Result<TokenStream> {
    let Call { network, file, options } = call;
    let (place, written) = (Place::of(file), file.value());
    let Options { prefixes } = syn::parse2(options.clone()).map_err(|_| errors::weights_option(Place::of(options)))?;
    let path = located(file.span(), &written);
    let bytes =
        std::fs::read(&path).map_err(|error| errors::unreadable_weights(place, &written, &error.to_string()))?;
    let tensors = SafeTensors::deserialize(&bytes)
        .map_err(|error| errors::no_safetensors(place, &written, &error.to_string()))?;
    let mut tensors: Vec<_> =
        tensors.tensors().into_iter().map(|(name, tensor)| (stripped(name, &prefixes), tensor)).collect();
    // `safetensors` returns the tensors in random order, but equal files should give equal programs.
    tensors.sort_by(|(one, _), (other, _)| one.cmp(other));
    let after = tensors.windows(2).find(|pair| pair[0].0 == pair[1].0).map(|pair| pair[0].0.clone());
    if let Some(twice) = twice(&bytes).or(after) {
        return Err(errors::weights_twice(place, &written, &twice));
    }
    retain_parameters(&mut tensors);
    let wrong: Vec<_> = tensors.iter().filter_map(|(name, tensor)| problem(name, tensor)).collect();
    if !wrong.is_empty() {
        return Err(errors::wrong_weights(place, &written, &wrong));
    }
    let tensors = tensors.iter().map(|(name, tensor)| {
        let kind = format!("{:?}", tensor.dtype()).to_lowercase();
        self::tensor(library, name, tensor.shape(), &kind, tensor.data())
    });
    let name = text::of(network.to_token_stream());
    Ok(constant(library, &network.to_token_stream(), &name, file, Some(&path), tensors))
}

/// Returns a tensor of a file, whose elements are bytes row by row.
pub(crate) fn tensor(library: &TokenStream, name: &str, shape: &[usize], kind: &str, elements: &[u8]) -> TokenStream {
    let size = if kind == "f32" { 4 } else { 8 };
    let elements = Literal::byte_string(&in_memory(shape, elements, size));
    quote!(#library::private::Embedded { name: #name, shape: &[#(#shape),*], kind: #kind, numbers: #elements })
}

/// Returns the constant: a network of this type, whose name is for messages, with the tensors of a file. The program is rebuilt when
/// the file at `path` changes.
pub(crate) fn constant(
    library: &TokenStream,
    network: &TokenStream,
    name: &str,
    file: &LitStr,
    path: Option<&Path>,
    tensors: impl Iterator<Item = TokenStream>,
) -> TokenStream {
    let written = file.value();
    // Every token around the call has this span, so that a mismatch is reported at the file name.
    let span = Span::mixed_site().located_at(file.span());
    // The unused constant makes the compiler track changes of the file.
    let watched = path.map(|path| {
        let watched = path.canonicalize().unwrap_or_else(|_| path.to_path_buf()).display().to_string();
        quote_spanned!(span=> const _: &[#library::private::u8] = #library::private::core::include_bytes!(#watched);)
    });
    let function = expand::at(span, quote!(#library::private::embedded));
    let mut arguments = Group::new(Delimiter::Parenthesis, quote!(#name, #written, &[#(#tensors),*]));
    arguments.set_span(span);
    quote_spanned! {span=>
        const {
            #watched
            #function::<#network> #arguments
        }
    }
}

/// Removes what no network has: tensors with a slash in their names, which belong to a scaler or an optimizer, and the number of
/// batches that PyTorch counts beside the running statistics of a batch normalization.
fn retain_parameters<T>(tensors: &mut Vec<(String, T)>) {
    let names: BTreeSet<String> = tensors.iter().map(|(name, _)| name.clone()).collect();
    tensors.retain(|(name, _)| {
        let layer = name.strip_suffix("num_batches_tracked");
        !name.contains('/') && !layer.is_some_and(|layer| names.contains(&format!("{layer}running_mean")))
    });
}

/// Returns a name without the prefixes that it starts with, each removed in turn.
fn stripped(name: String, prefixes: &[LitStr]) -> String {
    prefixes.iter().fold(name, |name, prefix| name.strip_prefix(&prefix.value()).map_or(name.clone(), String::from))
}

/// Returns a tensor name that occurs twice in the file. `safetensors` has accepted the file and dropped one of the two.
fn twice(bytes: &[u8]) -> Option<String> {
    let (length, header) = bytes.split_first_chunk()?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
    serde_json::from_slice(header.get(..length)?).ok().and_then(|Twice(name)| name)
}

/// The first duplicate key of a JSON object.
struct Twice(Option<String>);

impl<'de> Deserialize<'de> for Twice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys;

        impl<'de> Visitor<'de> for Keys {
            type Value = Twice;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Twice, M::Error> {
                let (mut keys, mut twice) = (BTreeSet::new(), None);
                while let Some((key, IgnoredAny)) = map.next_entry::<String, _>()? {
                    if let Some(key) = keys.replace(key) {
                        twice = twice.or(Some(key));
                    }
                }
                Ok(Twice(twice))
            }
        }

        deserializer.deserialize_map(Keys)
    }
}

/// Returns the path of a file relative to the source file, as in `include_bytes!`.
pub(crate) fn located(span: Span, written: &str) -> PathBuf {
    let beside = std::panic::catch_unwind(|| span.unwrap().local_file()).ok().flatten();
    let folder = beside
        .as_deref()
        .and_then(Path::parent)
        .map_or_else(|| PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()), Path::to_path_buf);
    folder.join(written)
}

/// Describes a tensor that no network can load: its scalar type is neither of the two floats, or an element is not finite.
fn problem(name: &str, tensor: &TensorView<'_>) -> Option<String> {
    let finite = match tensor.dtype() {
        Dtype::F32 => tensor.data().as_chunks().0.iter().all(|bytes| f32::from_le_bytes(*bytes).is_finite()),
        Dtype::F64 => tensor.data().as_chunks().0.iter().all(|bytes| f64::from_le_bytes(*bytes).is_finite()),
        other => return Some(format!("`{name}` is of type {other:?}, but only F32 and F64 can be embedded")),
    };
    (!finite).then(|| format!("`{name}` has an element that is not finite"))
}

/// Returns the elements in memory order: the tensor is a matrix whose number of rows is its first size, stored column by
/// column. The file stores it row by row.
fn in_memory(shape: &[usize], elements: &[u8], size: usize) -> Vec<u8> {
    let rows = shape.first().copied().unwrap_or(1).max(1);
    let elements: Vec<&[u8]> = elements.chunks_exact(size).collect();
    let columns = elements.len() / rows;
    let in_order = (0..columns).flat_map(|column| (0..rows).map(move |row| row * columns + column));
    in_order.filter_map(|index| elements.get(index)).copied().flatten().copied().collect()
}
