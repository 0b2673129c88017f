//! Every layer of the table within a network, for the tests of the library.
//!
//! Each example becomes two networks: one with numbers as sizes, which the macro computes with, and one with named constants,
//! which it leaves to the compiler. In both, the library's layer has to give the shape in the table, and both have to give the
//! same shape.

use std::collections::BTreeSet;
use std::str::FromStr as _;

use proc_macro2::{Group, Ident, Literal, Span, TokenStream, TokenTree};
use quote::{format_ident, quote};

use crate::check;
use crate::errors::Errors;
use crate::expand;
use crate::graph;
use crate::layer::{self, Flow, Spec, Takes};
use crate::parse;
use crate::setting::{DefaultValue, Reading};
use crate::shape::{IMAGE, PAIR, Shape, ShapeSpec};

/// The sizes of the axes that a layer does not determine.
const AXES: [&str; 3] = ["3", "6", "7"];

/// `callback! { ["Vector<6>: LayerNorm, Relu, Identity" module::Example] .. }` after the modules with the networks.
pub(crate) fn every_layer(callback: &TokenStream) -> TokenStream {
    let library = quote!(::typenet);
    let (mut modules, mut list) = (TokenStream::new(), TokenStream::new());
    for (index, (input, layers)) in layer::all().flat_map(examples).enumerate() {
        let title = format!("{input}: {layers}");
        let declaration = format!("pub struct Example ({input}) {{ {layers} }}");
        let declaration = TokenStream::from_str(&declaration).unwrap_or_default();
        let [numbers, constants] = ["numbers", "constants"].map(|kind| format_ident!("{kind}_{index}"));
        let mut used = BTreeSet::new();
        let named = named(declaration.clone(), &mut used);
        modules.extend(module(&numbers, declaration, &BTreeSet::new(), &library));
        modules.extend(module(&constants, named, &used, &library));
        modules.extend(quote! {
            const _: fn(
                <#numbers::Example as #library::Network>::Output,
            ) -> <#constants::Example as #library::Network>::Output = |shape| shape;
        });
        list.extend(quote!([#title #numbers::Example]));
    }
    quote!(#modules #callback! { #list })
}

/// Returns a layer after each shape that it takes, and with all sizes, `_`, and each of its settings that change shapes after the first
/// of them, as an input and a chain.
///
/// One shape is enough for an elementwise layer, because all of them share the function that computes the output shape.
pub(crate) fn examples(layer: &'static Spec) -> Vec<(String, String)> {
    let shapes: Vec<_> = match layer.takes {
        Takes::Pair(_) => vec![&PAIR],
        Takes::Any if layer.flow == Flow::Elementwise => vec![&IMAGE],
        takes => ShapeSpec::all().filter(|shape| takes.accepts(&Shape::Known(shape, Vec::new()))).collect(),
    };
    let others = with_all_sizes(layer).into_iter().chain(following(layer)).chain(settings(layer));
    let others = shapes.first().into_iter().flat_map(|shape| others.clone().map(move |other| (other, *shape)));
    let plain = shapes.iter().map(|shape| (layer.example.to_owned(), *shape));
    plain.chain(others).map(|(written, shape)| example(layer, &written, shape)).collect()
}

/// Returns the example with the sizes that it leaves out, each larger than the one before it.
fn with_all_sizes(layer: &'static Spec) -> Option<String> {
    let mut sizes: Vec<_> = layer.example_sizes().into_iter().map(str::to_owned).collect();
    let left_out = layer.sizes.len() - sizes.len();
    for _ in 0..left_out {
        let last: u64 = sizes.last()?.parse().ok()?;
        sizes.push((last + 1).to_string());
    }
    (left_out > 0).then(|| layer.written(&sizes))
}

/// Returns the example with `_` for a size that follows from the others.
fn following(layer: &'static Spec) -> Option<String> {
    let mut sizes: Vec<_> = layer.example_sizes().into_iter().map(str::to_owned).collect();
    matches!(layer.flow, Flow::Becomes(_)).then(|| {
        "_".clone_into(&mut sizes[0]);
        layer.written(&sizes)
    })
}

/// Returns the example with each of its settings that change shapes.
fn settings(layer: &'static Spec) -> Vec<String> {
    let values = layer.settings.iter().flat_map(|setting| match (&setting.reading, &setting.default) {
        _ if !setting.examples.is_empty() => setting.examples.iter().map(|&written| written.to_owned()).collect(),
        (Reading::Word { words, .. }, _) => {
            words.iter().map(|word| format!("{}({} = {word})", layer.example, setting.name)).collect()
        }
        (Reading::Flag, _) => {
            ["true", "false"].map(|word| format!("{}({} = {word})", layer.example, setting.name)).into()
        }
        (Reading::Shapes { words, pairs, .. }, DefaultValue::Number(_) | DefaultValue::Variant(_)) => {
            let default = if let DefaultValue::Number(default) = setting.default { default } else { 0 };
            let numbers = [default + 1, default + 2].map(|number| number.to_string());
            let pair = pairs.then(|| format!("({}, {})", numbers[1], numbers[0]));
            let words = words.iter().map(|word| (*word).to_owned());
            let values = numbers.into_iter().chain(pair).chain(words);
            values.map(|value| format!("{}({} = {value})", layer.example, setting.name)).collect()
        }
        _ => Vec::new(),
    });
    values.collect()
}

/// Returns the source text of a layer after a layer that gives `shape` and has parameters, or before one.
fn example(layer: &'static Spec, written: &str, shape: &'static ShapeSpec) -> (String, String) {
    let sizes = layer::sizes_in(written);
    let first = layer.takes.first_axis(&Shape::Known(shape, Vec::new()));
    let slot = |axis: usize| axis.checked_sub(first).and_then(|axis| layer.slot_of_input(axis));
    let size = |axis| slot(axis).and_then(|slot| sizes.get(slot).copied()).unwrap_or(AXES[axis]);
    let mut axes: Vec<_> = (0..shape.axes.len()).map(size).collect();
    // As many elements as the shape has that it becomes.
    let elements =
        layer.example_sizes().iter().filter_map(|size| size.parse::<u64>().ok()).product::<u64>().to_string();
    if let Flow::Becomes(_) = layer.flow {
        axes.fill("1");
        axes[0] = &elements;
    }
    let before = match shape {
        _ if !shape.has_values => "",
        _ if shape.plain() == shape => "LayerNorm, ",
        _ => "LayerNorm, Softmax, ",
    };
    // The parts of a pair have no layer before them.
    let (input, after) = match layer.takes {
        Takes::Pair(_) => (layer.takes.example(shape), "Identity"),
        _ if *shape == PAIR => (PAIR.example.to_owned(), "LayerNorm"),
        _ => (format!("{}<{}>", shape.plain().name, axes.join(", ")), "Identity"),
    };
    (input, format!("{before}layer: {written}, {after}"))
}

/// Replaces the integers in `tokens` by names.
fn named(tokens: TokenStream, used: &mut BTreeSet<usize>) -> TokenStream {
    let tree = |tree| match tree {
        TokenTree::Group(group) => TokenTree::Group(Group::new(group.delimiter(), named(group.stream(), used))),
        TokenTree::Literal(literal) => match literal.to_string().parse() {
            Ok(number) => {
                used.insert(number);
                TokenTree::Ident(constant(number))
            }
            Err(_) => TokenTree::Literal(literal),
        },
        other => other,
    };
    tokens.into_iter().map(tree).collect()
}

/// Returns the name of a number.
fn constant(number: usize) -> Ident {
    format_ident!("NUMBER_{number}", span = Span::call_site())
}

/// Returns a module with a network, and assertions that its field `layer` agrees with the table.
fn module(name: &Ident, declaration: TokenStream, used: &BTreeSet<usize>, library: &TokenStream) -> TokenStream {
    let mut errors = Errors::new();
    let network = parse::declaration(declaration, &mut errors).map(|written| graph::resolve(written, &mut errors));
    let judged = network.map(|network| (check::check(&network, &mut errors), network));
    let (judges, network) = match (errors.into_result(), judged) {
        (Ok(()), Some(judged)) => judged,
        (Err(mistakes), _) => return mistakes.to_compile_error(),
        (Ok(()), None) => return TokenStream::new(),
    };
    let code = expand::expand(&network, &judges, library);
    let edges = network.layers.iter().enumerate().filter(|(_, layer)| layer.field == "layer").map(|(index, layer)| {
        let [kind, takes, gives] = expand::edge(&network, library, index);
        let is_head = layer.is_head();
        quote! {
            const _: fn(<#kind as #library::Layer>::Output<#takes>) -> #gives = |shape| shape;
            const _: () = assert!(matches!(<#kind as #library::Layer>::HEAD, #library::Head::Softmax) == #is_head);
        }
    });
    let constants = used.iter().map(|&number| {
        let (constant, number) = (constant(number), Literal::usize_unsuffixed(number));
        quote!(const #constant: usize = #number;)
    });
    quote! {
        mod #name {
            #(#constants)*
            #code
            #(#edges)*
        }
    }
}
