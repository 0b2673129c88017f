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

/// Returns a name that is not taken yet: the user's, or a number, and takes it.
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

/// Returns the method of a function of one value.
fn unary_method(function: Unary) -> Ident {
    hygienic(match function {
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
    })
}

/// Returns the code of a function of two values.
fn binary(function: Binary, left: &TokenStream, right: &TokenStream) -> TokenStream {
    let method = hygienic(match function {
        Binary::Add => "add",
        Binary::Subtract => "sub",
        Binary::Multiply => "mul",
        Binary::Divide => "div",
        Binary::Maximum => "maximum",
        Binary::Minimum => "minimum",
        Binary::OrNan => return or_nan(left, right),
    });
    quote!(#left.#method(#right))
}

/// Returns the code of a value, or of `side` where that is NaN. Every number is less than 1 or greater than 0.
fn or_nan(value: &TokenStream, side: &TokenStream) -> TokenStream {
    let (like, r) = (hygienic("like"), hygienic("R"));
    quote! {
        #r::select(
            #side.less(#like.constant(1.0)),
            #value,
            #r::select(#like.constant(0.0).less(#side), #value, #side),
        )
    }
}

/// Returns the code of the sum of a product and a value, which is rounded once.
fn fused(graph: &Graph, product: Value, addend: Value, body: &Body) -> TokenStream {
    let Operation::Binary(_, factor, other) = graph.operation(product) else { return TokenStream::new() };
    let [factor, other, addend] = [factor, other, addend].map(|value| body.of(graph, value));
    quote!(#factor.mul_add(#other, #addend))
}

/// Returns the code of one operation. `products` are part of the sums that take them in.
fn operation(graph: &Graph, value: Value, body: &Body, products: &[Value]) -> TokenStream {
    let of = |value| body.of(graph, value);
    match graph.operation(value) {
        Operation::Unary(function, argument) => {
            let (argument, method) = (of(argument), unary_method(function));
            quote!(#argument.#method())
        }
        Operation::Binary(Binary::Add, left, right) if products.contains(&right) => fused(graph, right, left, body),
        Operation::Binary(Binary::Add, left, right) if products.contains(&left) => fused(graph, left, right, body),
        Operation::Binary(function, left, right) => binary(function, &of(left), &of(right)),
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

impl Loop<'_> {
    /// Returns the values that it reads, with their names.
    fn inputs(&self) -> impl Iterator<Item = &(Value, String)> {
        self.each.iter().chain(&self.sample).chain(&self.shared).chain(&self.old)
    }

    /// Returns the values that it computes: its outputs, and what it reduces.
    fn roots(&self) -> Vec<Value> {
        self.outputs.iter().copied().chain(self.reduced.iter().map(|reduced| reduced.argument)).collect()
    }

    /// Returns the patterns of the arguments of `apply`: a name for each value that is used.
    fn patterns(&self, used: &[Value]) -> [Vec<TokenStream>; 4] {
        let pattern = |(value, name): &(Value, String)| {
            let name = hygienic(&input_name(name));
            if used.contains(value) { quote!(#name) } else { quote!(_) }
        };
        let mut patterns = [&self.each, &self.sample, &self.shared, &self.old]
            .map(|inputs| inputs.iter().map(pattern).collect::<Vec<_>>());
        // Each output has an old value.
        patterns[3].resize(self.outputs.len(), quote!(_));
        patterns
    }

    /// Returns the kinds of the reductions.
    fn reductions(&self, private: &TokenStream) -> TokenStream {
        let kinds = self.reduced.iter().map(|reduced| {
            let kind = hygienic(match reduced.reduction {
                Reduction::Sum => "Sum",
                Reduction::Largest => "Largest",
            });
            quote!(#private::Reduction::#kind)
        });
        quote!([#(#kinds),*])
    }
}

/// Returns the implementation of `Formula` for the type `name`, which contains the constants.
pub(crate) fn loop_type(graph: &Graph, name: &Ident, private: &TokenStream, parts: &Loop<'_>) -> TokenStream {
    let given: HashMap<_, _> = parts.inputs().map(|(value, name)| (*value, hygienic(&input_name(name)))).collect();
    let roots = parts.roots();
    let body = body(graph, &roots, &given);
    let used = graph.needed(&roots, |value| given.contains_key(&value));
    let [each, sample, shared, old] = parts.patterns(&used);
    let code = &body.code;
    let computed: Vec<_> = roots.iter().map(|&value| body.of(graph, value)).collect();
    let (outputs, reduced) = computed.split_at(parts.outputs.len());
    let reductions = parts.reductions(private);
    let lengths = [each.len(), sample.len(), shared.len(), outputs.len(), reduced.len()];
    let [e, s, h, o, q] = lengths.map(Literal::usize_unsuffixed);
    let [like, r] = ["like", "R"].map(hygienic);
    quote! {
        impl #private::Formula<#e, #s, #h, #o, #q> for #name {
            const REDUCTIONS: [#private::Reduction; #q] = #reductions;

            #[inline(always)]
            #[allow(unused_variables, clippy::all, clippy::pedantic, reason = "generated code")]
            fn apply<#r: #private::Real>(
                &self,
                #like: #r,
                [#(#each),*]: [#r; #e],
                [#(#sample),*]: [#r; #s],
                [#(#shared),*]: [#r; #h],
                [#(#old),*]: [#r; #o],
            ) -> ([#r; #o], [#r; #q]) {
                #code
                ([#(#outputs),*], [#(#reduced),*])
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
