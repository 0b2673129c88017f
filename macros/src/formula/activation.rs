//! `activation!`: a function of each element.

use std::collections::HashMap;
use std::rc::Rc;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, format_ident, quote};
use syn::Attribute;

use super::derivative::derivatives;
use super::emit::{Loop, hygienic, loop_type};
use super::graph::{Axes, Extent, Graph, Operation, SizeText, Value};
use super::header::{Header, check_names, check_settings, documentation, is_documented};
use super::resolve::{Scope, sub_formulas};
use super::size::Length;
use super::{explain, parse, settings};
use crate::errors::{self, Errors};
use crate::identifier;
use crate::initializer::InitializerSpec;
use crate::place::Place;
use crate::setting::DefaultValue;

const EXAMPLE: &str = "activation!(pub Mish(x) = x * tanh(softplus(x)));";

/// The methods of the settings, whose names no setting has.
const METHODS: [&str; 3] = ["value", "derivative", "second_derivative"];

/// What the derivative is computed from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reads {
    Nothing,
    Input,
    Output,
}

/// The values of the function and of its derivatives.
pub(super) struct Analysis {
    graph: Graph,
    input: Value,
    output: Value,
    /// The gradient of the output, and of the input.
    gradient: Value,
    grad_input: Value,
    reads: Reads,
    /// The first and the second derivative.
    derivative: Value,
    second: Value,
    /// What draws the weights before it.
    initializer: Option<Ident>,
}

/// Returns the items of an activation, or the errors in its declaration.
pub(crate) fn activation(tokens: TokenStream, library: &TokenStream) -> TokenStream {
    let mut errors = Errors::new();
    let read = read(tokens, &mut errors);
    match (errors.into_result(), read) {
        (Ok(()), Some((header, Some(analysis)))) => items(&header, &analysis, library),
        (result, read) => {
            let mistakes = result.err().map(|error| error.to_compile_error());
            let stand_in = read.map(|(header, _)| stand_in(&header, library));
            quote!(#mistakes #stand_in)
        }
    }
}

/// Reads a declaration. Whatever is missing in the result was reported.
pub(super) fn read(tokens: TokenStream, errors: &mut Errors) -> Option<(Header, Option<Analysis>)> {
    let mut header = None;
    match Header::parse(tokens, EXAMPLE, 1, &mut header, errors) {
        Ok(()) => header.map(|header| {
            let analysis = analyse(&header, errors);
            (header, analysis)
        }),
        Err(error) => {
            errors.push(error);
            header.map(|header| (header, None))
        }
    }
}

/// Reads `#[init(HeNormal)]`.
pub(super) fn initializer(attributes: &[Attribute], errors: &mut Errors) -> Option<Ident> {
    let attribute = attributes.iter().find(|attribute| attribute.path().is_ident("init"))?;
    let word: Option<Ident> = attribute.parse_args().ok();
    if word.as_ref().and_then(gain).is_none() {
        errors.push(errors::initializer_before(Place::of(&attribute.meta)));
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

fn analyse(header: &Header, errors: &mut Errors) -> Option<Analysis> {
    let initializer = initializer(&header.attributes, errors);
    let mut graph = Graph::new(Vec::new());
    let [argument] = header.inputs.as_slice() else {
        let place = header.inputs.get(1).map_or(&header.name, |input| &input.name);
        errors.push(errors::inputs_of_activation(Place::of(place), header.inputs.len()));
        return None;
    };
    check_settings(&header.settings, &METHODS, "activation", errors);
    check_names(
        header.inputs.iter().map(|input| &input.name).chain(header.settings.iter().map(|setting| &setting.name)),
        errors,
    );
    if argument.range.is_some() {
        errors.push(errors::range_of_input(Place::of(&argument.name), &argument.name));
    }
    let size = graph.size(SizeText { text: "M".to_owned(), code: quote!(), length: Length::opaque(&quote!(M)) });
    let axes = graph.axes(&[size]);
    let input = graph.input(argument.name.to_string(), Extent::Element(Axes::NONE, axes));
    let constants: Vec<_> = header
        .settings
        .iter()
        .map(|setting| {
            let name = &setting.name;
            graph.constant(name.to_string(), quote!(self.0.#name))
        })
        .collect();
    let formula = parse::formula(header.formula.clone(), header.equals, errors);
    let output = {
        let functions = sub_formulas(&header.functions, &header.name, errors);
        let mut scope = Scope::new(&mut graph, errors, true);
        scope.owner = identifier::plain(&header.name);
        scope.functions = Rc::new(functions);
        scope.declare(&argument.name, Some(input), "input");
        for (setting, value) in header.settings.iter().zip(constants) {
            scope.declare(&setting.name, Some(value), "setting");
        }
        let output = scope.value(&formula?);
        // A mistake in the formula may be why a name is not used.
        if output.is_some() && !scope.errors.any() {
            scope.close(0);
            scope.check_functions();
        }
        output?
    };
    if !graph.depends(output, input) {
        if !errors.any() {
            errors.push(errors::independent_of_input(&argument.name));
        }
        return None;
    }
    let gradient = graph.input("gradient", Extent::Element(Axes::NONE, axes));
    let [grad_input] = derivatives(&mut graph, output, gradient, [input]);
    let one = graph.number(1.0);
    let [derivative] = derivatives(&mut graph, output, one, [input]);
    let [second] = derivatives(&mut graph, derivative, one, [input]);
    let read = graph.needed(&[grad_input], |value| value == output);
    let is_identity = matches!(graph.operation(output), Operation::Input(..));
    let reads = if !is_identity && read.contains(&input) {
        Reads::Input
    } else if read.contains(&output) {
        Reads::Output
    } else {
        Reads::Nothing
    };
    Some(Analysis { graph, input, output, gradient, grad_input, reads, derivative, second, initializer })
}

/// Returns a type that networks can use after a mistake, so that no other error follows.
fn stand_in(header: &Header, library: &TokenStream) -> TokenStream {
    let (visibility, name) = (&header.visibility, &header.name);
    let private = quote!(#library::private);
    let settings = settings::struct_name(&header.name);
    let (settings_type, declared, owner, receiver) = if header.settings.is_empty() {
        (quote!(()), TokenStream::new(), name, TokenStream::new())
    } else {
        let declared = settings::stand_in(name, &header.settings, visibility, [&quote!(), &quote!()], &private);
        (quote!(#settings), declared, &settings, quote!(self,))
    };
    let is_setting = |method: &&str| header.settings.iter().any(|setting| setting.name == *method);
    let methods = METHODS.iter().filter(|method| !is_setting(method)).map(|method| format_ident!("{method}"));
    quote! {
        #[allow(dead_code)]
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        #visibility struct #name;
        #declared
        #[allow(dead_code)]
        impl #owner {
            #(#visibility fn #methods(#receiver _: f64) -> f64 { 0.0 })*
        }
        #[allow(dead_code)]
        impl #name {
            #visibility const fn explain() -> &'static str { "" }
        }
        impl #private::Elementwise for #name {
            type Settings = #settings_type;
            const READS: #private::Reads = #private::Reads::Nothing;
            fn map<In: #private::Shape, T: #private::Kernels, I: #private::Isa>(
                _: I, _: #private::Site<'_, (), Self::Settings>, _: &mut [T],
            ) {}
            fn multiply_by_derivative<In: #private::Shape, T: #private::Kernels, I: #private::Isa>(
                _: I, _: #private::Site<'_, (), Self::Settings>, _: &[T], _: &mut [T],
            ) {}
        }
    }
}

fn items(header: &Header, analysis: &Analysis, library: &TokenStream) -> TokenStream {
    let private = quote!(#library::private);
    let (visibility, name) = (&header.visibility, &header.name);
    let attributes = header.passed_on();
    let docs = docs(header, analysis);
    let settings_type = settings::struct_name(&header.name);
    let has_settings = !header.settings.is_empty();
    let settings_of_layer = if has_settings { quote!(#settings_type) } else { quote!(()) };
    let settings_items = if has_settings {
        settings::items(name, &header.settings, visibility, [&quote!(), &quote!()], &private)
    } else {
        TokenStream::new()
    };
    let functions = functions(header, analysis, &private);
    let layer = layer(name, analysis, &settings_of_layer, &private);
    quote! {
        #(#attributes)*
        #docs
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        #visibility struct #name;
        #settings_items
        #functions
        #layer
    }
}

/// Returns the type of one loop, which contains the settings.
fn loop_item(name: &Ident, header: &Header, graph: &Graph, parts: &Loop<'_>, private: &TokenStream) -> TokenStream {
    let settings_type = settings::struct_name(&header.name);
    let contents = if header.settings.is_empty() { quote!(()) } else { quote!(#settings_type) };
    let item = loop_type(graph, name, private, parts);
    quote! {
        // A constant derivative does not read the settings.
        #[allow(dead_code)]
        #[derive(Clone, Copy)]
        struct #name(#contents);
        #item
    }
}

/// Returns the functions of numbers, and the types of the loops, whose names are hidden.
fn functions(header: &Header, analysis: &Analysis, private: &TokenStream) -> TokenStream {
    let Analysis { graph, input, output, gradient, grad_input, reads, derivative, second, .. } = analysis;
    let (visibility, name) = (&header.visibility, &header.name);
    let [value, slope, first_order, second_order] = loop_names(name);
    let x = header.inputs.first().map_or_else(|| "x".to_owned(), |input| input.name.to_string());
    let named = |value: Value, name: &str| vec![(value, name.to_owned())];
    let slope_name = if x == "gradient" { "slope" } else { "gradient" };
    let read = match reads {
        Reads::Nothing => Vec::new(),
        Reads::Input => named(*input, &x),
        Reads::Output => named(*output, "output"),
    };
    let of_input = |outputs| Loop { old: named(*input, &x), outputs, ..Loop::default() };
    let grad_input = [*grad_input];
    let gradient = Loop { each: read, old: named(*gradient, slope_name), outputs: &grad_input, ..Loop::default() };
    let loops = [
        (&value, of_input(std::slice::from_ref(output))),
        (&slope, gradient),
        (&first_order, of_input(std::slice::from_ref(derivative))),
        (&second_order, of_input(std::slice::from_ref(second))),
    ];
    let loops = loops.iter().map(|(name, parts)| loop_item(name, header, graph, parts, private));
    let owner = if header.settings.is_empty() {
        quote!(#name)
    } else {
        settings::struct_name(&header.name).into_token_stream()
    };
    let (receiver, constants) =
        if header.settings.is_empty() { (quote!(), quote!(())) } else { (quote!(self,), quote!(self)) };
    let explanation = explanation(header, analysis).join("\n");
    quote! {
        #(#loops)*
        #[allow(dead_code)]
        impl #owner {
            /// Returns the value of the function.
            #[must_use]
            #visibility fn value(#receiver x: f64) -> f64 {
                #private::at(&#value(#constants), x)
            }

            /// Returns the derivative of the function.
            #[must_use]
            #visibility fn derivative(#receiver x: f64) -> f64 {
                #private::at(&#first_order(#constants), x)
            }

            /// Returns the second derivative of the function.
            #[must_use]
            #visibility fn second_derivative(#receiver x: f64) -> f64 {
                #private::at(&#second_order(#constants), x)
            }
        }
        #[allow(dead_code)]
        impl #name {
            /// Returns the function and its gradient in mathematical notation.
            #[must_use]
            #visibility const fn explain() -> &'static str {
                #explanation
            }
        }
    }
}

fn loop_names(name: &Ident) -> [Ident; 4] {
    ["Value", "Gradient", "Derivative", "SecondDerivative"].map(|item| crate::generated::name(name, item))
}

/// Returns the implementation as a layer.
fn layer(name: &Ident, analysis: &Analysis, settings: &TokenStream, private: &TokenStream) -> TokenStream {
    let [value, slope, ..] = loop_names(name);
    let (reads, each) = match analysis.reads {
        Reads::Nothing => ("Nothing", quote!()),
        Reads::Input => ("Input", quote!(read)),
        Reads::Output => ("Output", quote!(read)),
    };
    let reads = hygienic(reads);
    let initialization = initialization(analysis.initializer.as_ref(), private);
    quote! {
        impl #private::Elementwise for #name {
            type Settings = #settings;

            const READS: #private::Reads = #private::Reads::#reads;

            #initialization

            #[inline(always)]
            fn map<In: #private::Shape, T: #private::Kernels, I: #private::Isa>(
                isa: I,
                site: #private::Site<'_, (), Self::Settings>,
                values: &mut [T],
            ) {
                let row = values.len();
                T::formula_rows(isa, &#value(*site.settings), 1, row, [], [], [], [values], []);
            }

            #[inline(always)]
            #[allow(unused_variables)]
            fn multiply_by_derivative<In: #private::Shape, T: #private::Kernels, I: #private::Isa>(
                isa: I,
                site: #private::Site<'_, (), Self::Settings>,
                read: &[T],
                gradient: &mut [T],
            ) {
                let row = gradient.len();
                T::formula_rows(isa, &#slope(*site.settings), 1, row, [#each], [], [], [gradient], []);
            }
        }
    }
}

/// Returns the function and its derivative in mathematical notation.
fn explanation(header: &Header, analysis: &Analysis) -> Vec<String> {
    let x = header.inputs.first().map_or_else(|| "x".to_owned(), |input| input.name.to_string());
    let roots = [("y".to_owned(), analysis.output), (format!("dy/d{x}"), analysis.derivative)];
    explain::lines(&analysis.graph, &roots, &HashMap::new())
}

/// Returns the documentation that follows the user's.
fn docs(header: &Header, analysis: &Analysis) -> TokenStream {
    let mut lines = Vec::new();
    if is_documented(&header.attributes) {
        lines.push(String::new());
    } else {
        lines.push(format!(" The activation `{}`.", header.name));
        lines.push(String::new());
    }
    lines.push(" ```text".to_owned());
    lines.extend(explanation(header, analysis).into_iter().map(|line| format!(" {line}")));
    lines.push(" ```".to_owned());
    if !header.settings.is_empty() {
        lines.extend([String::new(), " # Settings".to_owned()]);
        lines.extend(header.settings.iter().map(|setting| format!(" {}", settings::line(setting))));
    }
    lines.extend([
        String::new(),
        " # Shapes".to_owned(),
        " Any shape. The output has the same shape, but is no longer `Probabilities`.".to_owned(),
    ]);
    documentation(&lines)
}
