//! What is the code of a loop? A type whose `apply` computes the values at one position, with a name for each of them.

use std::collections::HashMap;

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote};

use super::graph::{Binary, Graph, Operation, Reduction, Unary, Value};
use super::schedule::Reduced;
use crate::identifier;

/// The code that computes values, and their names.
pub(crate) struct Body {
    pub(crate) code: TokenStream,
    names: HashMap<Value, TokenStream>,
}

impl Body {
    /// Returns the code for a value: its name, or a constant.
    pub(crate) fn of(&self, graph: &Graph, value: Value) -> TokenStream {
        constant(graph, value).or_else(|| self.names.get(&value).cloned()).unwrap_or_default()
    }
}

/// Returns an identifier that no user's name equals.
pub(crate) fn hygienic(name: &str) -> Ident {
    let name = name.strip_prefix("r#").map_or_else(|| name.to_owned(), |keyword| format!("{keyword}_"));
    Ident::new(&name, Span::mixed_site())
}

/// Returns the code of a constant.
fn constant(graph: &Graph, value: Value) -> Option<TokenStream> {
    let number = match graph.operation(value) {
        Operation::Number(bits) => {
            let number = f64::from_bits(bits);
            // A literal has no sign.
            let magnitude = if number.is_finite() {
                let literal = Literal::f64_unsuffixed(number.abs());
                quote!(#literal)
            } else if number.is_nan() {
                quote!(f64::NAN)
            } else {
                quote!(f64::INFINITY)
            };
            if number.is_sign_negative() { quote!(-#magnitude) } else { magnitude }
        }
        Operation::Named(index) => graph.named(index).map(|named| named.code.clone())?,
        _ => return None,
    };
    let like = hygienic("like");
    Some(quote!(#like.constant(#number)))
}

/// Returns the code that computes `roots` from the values that `given` names. Every value has a name: the user's, or a number.
pub(crate) fn body(graph: &Graph, roots: &[Value], given: &HashMap<Value, Ident>) -> Body {
    let needed = graph.needed(roots, |value| given.contains_key(&value));
    let computed: Vec<_> =
        needed.into_iter().filter(|value| !given.contains_key(value) && constant(graph, *value).is_none()).collect();
    let mut uses: HashMap<Value, usize> = roots.iter().map(|&root| (root, 2)).collect();
    for argument in computed.iter().flat_map(|&value| graph.arguments(value)) {
        *uses.entry(argument).or_default() += 1;
    }
    let mut body =
        Body { code: TokenStream::new(), names: given.iter().map(|(&value, name)| (value, quote!(#name))).collect() };
    let mut taken: Vec<String> = given.values().map(ToString::to_string).chain(["like".to_owned()]).collect();
    // A product that is only added is part of the addition.
    let fused: Vec<_> = computed.iter().filter_map(|&value| fused_product(graph, value, &uses, given)).collect();
    for value in computed {
        if fused.contains(&value) {
            continue;
        }
        let code = operation(graph, value, &body, &fused);
        let name = unique(graph.user_name(value), &mut taken);
        body.code.extend(quote!(let #name = #code;));
        body.names.insert(value, quote!(#name));
    }
    body
}

/// Returns the product that a sum takes in.
fn fused_product(
    graph: &Graph,
    sum: Value,
    uses: &HashMap<Value, usize>,
    given: &HashMap<Value, Ident>,
) -> Option<Value> {
    let Operation::Binary(Binary::Add, left, right) = graph.operation(sum) else {
        return None;
    };
    let is_product = |value: Value| {
        matches!(graph.operation(value), Operation::Binary(Binary::Multiply, ..))
            && uses.get(&value) == Some(&1)
            && !given.contains_key(&value)
    };
    [right, left].into_iter().find(|&value| is_product(value))
}

fn unique(name: Option<&str>, taken: &mut Vec<String>) -> Ident {
    let name = name.filter(|name| !identifier::is_keyword(name)).unwrap_or("v");
    let mut number = 0;
    loop {
        let candidate = match (name, number) {
            ("v", number) => format!("v{}", number + 1),
            (name, 0) => name.to_owned(),
            (name, number) => format!("{name}_{}", number + 1),
        };
        if !taken.contains(&candidate) {
            let ident = hygienic(&candidate);
            taken.push(candidate);
            return ident;
        }
        number += 1;
    }
}

/// Returns the code of one operation.
fn operation(graph: &Graph, value: Value, body: &Body, fused: &[Value]) -> TokenStream {
    let of = |value| body.of(graph, value);
    match graph.operation(value) {
        Operation::Unary(function, argument) => {
            let argument = of(argument);
            let method = hygienic(match function {
                Unary::Negate => "negated",
                Unary::Exp => "exp",
                Unary::ExpMinusOne => "exp_m1",
                Unary::Ln => "ln",
                Unary::LnOnePlus => "ln_1p",
                Unary::Sqrt | Unary::Length => "sqrt",
                Unary::Absolute => "absolute",
                Unary::Sin => "sin",
                Unary::Cos => "cos",
                Unary::Tanh => "tanh",
                Unary::Sigmoid => "sigmoid",
                Unary::Softplus => "softplus",
                Unary::Erf => "erf",
            });
            quote!(#argument.#method())
        }
        Operation::Binary(Binary::Add, left, right) if fused.contains(&left) || fused.contains(&right) => {
            let (product, addend) = if fused.contains(&right) { (right, left) } else { (left, right) };
            match graph.operation(product) {
                Operation::Binary(_, factor, other) => {
                    let (factor, other, addend) = (of(factor), of(other), of(addend));
                    quote!(#factor.mul_add(#other, #addend))
                }
                _ => TokenStream::new(),
            }
        }
        Operation::Binary(Binary::OrNan, value, side) => {
            let (value, side) = (of(value), of(side));
            let (like, r) = (hygienic("like"), hygienic("R"));
            quote! {
                #r::select(
                    #side.less(#like.constant(1.0)),
                    #value,
                    #r::select(#like.constant(0.0).less(#side), #value, #side),
                )
            }
        }
        Operation::Binary(function, left, right) => {
            let (left, right) = (of(left), of(right));
            let method = hygienic(match function {
                Binary::Add => "add",
                Binary::Subtract => "sub",
                Binary::Multiply => "mul",
                Binary::Divide => "div",
                Binary::Maximum => "maximum",
                Binary::Minimum | Binary::OrNan => "minimum",
            });
            quote!(#left.#method(#right))
        }
        Operation::Select { left, right, yes, no, .. } => {
            let [left, right, yes, no] = [left, right, yes, no].map(of);
            let r = hygienic("R");
            quote!(#r::select(#left.less(#right), #yes, #no))
        }
        Operation::Detached(value) | Operation::Spread(_, value) => of(value),
        // These are given.
        Operation::Input(..)
        | Operation::Parameter(..)
        | Operation::Named(_)
        | Operation::Number(_)
        | Operation::Product(..)
        | Operation::Reduce(..)
        | Operation::View(..)
        | Operation::Repeat(..)
        | Operation::Collapse(..)
        | Operation::Transpose(_)
        | Operation::Slice(..)
        | Operation::Pad(..)
        | Operation::Concat(..)
        | Operation::MatrixProduct(..)
        | Operation::Looped(..)
        | Operation::Trajectory(..)
        | Operation::LoopedBack(..) => TokenStream::new(),
    }
}

/// The inputs and results of a loop, in the order of its arguments.
#[derive(Default)]
pub(crate) struct Loop<'a> {
    pub(crate) each: Vec<(Value, String)>,
    pub(crate) sample: Vec<(Value, String)>,
    pub(crate) shared: Vec<(Value, String)>,
    pub(crate) old: Vec<(Value, String)>,
    pub(crate) outputs: &'a [Value],
    pub(crate) reduced: &'a [Reduced],
}

/// Returns the implementation of `Formula` for the type `name`, which contains the constants.
pub(crate) fn loop_type(graph: &Graph, name: &Ident, private: &TokenStream, parts: &Loop<'_>) -> TokenStream {
    let Loop { each, sample, shared, old, outputs, reduced } = parts;
    let inputs = each.iter().chain(sample).chain(shared).chain(old);
    let given: HashMap<_, _> = inputs.map(|(value, name)| (*value, hygienic(&input_name(name)))).collect();
    let roots: Vec<_> = outputs.iter().copied().chain(reduced.iter().map(|reduced| reduced.argument)).collect();
    let body = body(graph, &roots, &given);
    let code = &body.code;
    let kinds = reduced.iter().map(|reduced| {
        let kind = hygienic(match reduced.reduction {
            Reduction::Sum => "Sum",
            Reduction::Largest => "Largest",
        });
        quote!(#private::Reduction::#kind)
    });
    let used = graph.needed(&roots, |value| given.contains_key(&value));
    let reads = |inputs: &[(Value, String)]| -> Vec<_> {
        let name = |(value, name): &(Value, String)| {
            let name = hygienic(&input_name(name));
            if used.contains(value) { quote!(#name) } else { quote!(_) }
        };
        inputs.iter().map(name).collect()
    };
    let (each_names, sample_names, shared_names) = (reads(each), reads(sample), reads(shared));
    let mut old_names = reads(old);
    old_names.resize(outputs.len(), quote!(_));
    let written: Vec<_> = outputs.iter().map(|&value| body.of(graph, value)).collect();
    let results: Vec<_> = reduced.iter().map(|reduced| body.of(graph, reduced.argument)).collect();
    let lengths = [each.len(), sample.len(), shared.len(), outputs.len(), reduced.len()];
    let [e, s, h, o, q] = lengths.map(Literal::usize_unsuffixed);
    let [like, r] = ["like", "R"].map(hygienic);
    quote! {
        impl #private::Formula<#e, #s, #h, #o, #q> for #name {
            const REDUCTIONS: [#private::Reduction; #q] = [#(#kinds),*];

            #[inline(always)]
            #[allow(unused_variables, clippy::all, clippy::pedantic, reason = "generated code")]
            fn apply<#r: #private::Real>(
                &self,
                #like: #r,
                [#(#each_names),*]: [#r; #e],
                [#(#sample_names),*]: [#r; #s],
                [#(#shared_names),*]: [#r; #h],
                [#(#old_names),*]: [#r; #o],
            ) -> ([#r; #o], [#r; #q]) {
                #code
                ([#(#written),*], [#(#results),*])
            }
        }
    }
}

/// Returns a name that is no keyword.
fn input_name(name: &str) -> String {
    if identifier::is_keyword(name) || matches!(name, "like" | "R") { format!("{name}_input") } else { name.to_owned() }
}

/// Returns the name of a value in memory.
pub(crate) fn memory_name(index: usize) -> Ident {
    format_ident!("of_sample_{}", index + 1, span = Span::mixed_site())
}
