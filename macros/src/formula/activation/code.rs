//! What is the code of an activation? Functions of numbers, and the implementation of `Elementwise`.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, format_ident, quote};

use super::{Analysis, METHODS, Reads, docs, explanation};
use crate::formula::emit::{Loop, hygienic, loop_type};
use crate::formula::graph::Value;
use crate::formula::header::Header;
use crate::formula::initialization::initialization;
use crate::formula::settings;
use crate::generated;

/// The methods that are functions of numbers, whose settings are `()` if there are none.
struct Methods {
    /// The type that has them: the settings, or the activation.
    owner: TokenStream,
    /// Their argument that is the settings.
    receiver: TokenStream,
    /// The settings in them.
    settings: TokenStream,
}

impl Methods {
    /// Returns the methods of an activation.
    fn of(header: &Header) -> Self {
        if header.settings.is_empty() {
            let owner = header.name.to_token_stream();
            return Self { owner, receiver: TokenStream::new(), settings: quote!(()) };
        }
        let owner = settings::struct_name(&header.name).into_token_stream();
        Self { owner, receiver: quote!(self,), settings: quote!(self) }
    }
}

/// Returns the items of an activation.
pub(super) fn items(header: &Header, analysis: &Analysis, library: &TokenStream) -> TokenStream {
    let private = quote!(#library::private);
    let (visibility, name) = (&header.visibility, &header.name);
    let attributes = header.passed_on();
    let docs = docs(header, analysis);
    let settings = settings::items(name, &header.settings, visibility, [&quote!(), &quote!()], &private);
    let loops = loops(header, analysis, &private);
    let functions = functions(header, analysis, &private);
    let layer = layer(header, analysis, &private);
    quote! {
        #(#attributes)*
        #docs
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        #visibility struct #name;
        #settings
        #loops
        #functions
        #layer
    }
}

/// Returns the names of the loops: the function, the gradient that it passes on, and both derivatives.
fn loop_names(name: &Ident) -> [Ident; 4] {
    ["Value", "Gradient", "Derivative", "SecondDerivative"].map(|item| generated::name(name, item))
}

/// Returns the types of the loops, which contain the settings and whose names are hidden.
fn loops(header: &Header, analysis: &Analysis, private: &TokenStream) -> TokenStream {
    let Analysis { graph, input, output, gradient, grad_input, reads, derivative, second, .. } = analysis;
    let x = header.inputs.first().map_or_else(|| "x".to_owned(), |input| input.name.to_string());
    let named = |value: Value, name: &str| vec![(value, name.to_owned())];
    let slope_name = if x == "gradient" { "slope" } else { "gradient" };
    let read = match reads {
        Reads::Nothing => Vec::new(),
        Reads::Input => named(*input, &x),
        Reads::Output => named(*output, "output"),
    };
    let of_input = |output| Loop { old: named(*input, &x), outputs: std::slice::from_ref(output), ..Loop::default() };
    let outputs = std::slice::from_ref(grad_input);
    let gradient = Loop { each: read, old: named(*gradient, slope_name), outputs, ..Loop::default() };
    let loops = [of_input(output), gradient, of_input(derivative), of_input(second)];
    let settings = settings::type_of(&header.name, &header.settings);
    let items = loop_names(&header.name).into_iter().zip(&loops).map(|(name, parts)| {
        let item = loop_type(graph, &name, private, parts);
        quote! {
            // A constant derivative does not read the settings.
            #[allow(dead_code)]
            #[derive(Clone, Copy)]
            struct #name(#settings);
            #item
        }
    });
    items.collect()
}

/// Returns the functions of numbers, and the explanation.
fn functions(header: &Header, analysis: &Analysis, private: &TokenStream) -> TokenStream {
    let (visibility, name) = (&header.visibility, &header.name);
    let [value, _, first_order, second_order] = loop_names(name);
    let Methods { owner, receiver, settings } = Methods::of(header);
    let explanation = explanation(header, analysis).join("\n");
    quote! {
        #[allow(dead_code)]
        impl #owner {
            /// Returns the value of the function.
            #[must_use]
            #visibility fn value(#receiver x: f64) -> f64 {
                #private::at(&#value(#settings), x)
            }

            /// Returns the derivative of the function.
            #[must_use]
            #visibility fn derivative(#receiver x: f64) -> f64 {
                #private::at(&#first_order(#settings), x)
            }

            /// Returns the second derivative of the function.
            #[must_use]
            #visibility fn second_derivative(#receiver x: f64) -> f64 {
                #private::at(&#second_order(#settings), x)
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

/// Returns the implementation as a layer.
fn layer(header: &Header, analysis: &Analysis, private: &TokenStream) -> TokenStream {
    let name = &header.name;
    let settings = settings::type_of(name, &header.settings);
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

/// Returns a type that networks can use after a mistake, so that no other error follows.
pub(super) fn stand_in(header: &Header, library: &TokenStream) -> TokenStream {
    let (visibility, name) = (&header.visibility, &header.name);
    let private = quote!(#library::private);
    let Methods { owner, receiver, .. } = Methods::of(header);
    let settings_type = settings::type_of(name, &header.settings);
    let settings = settings::stand_in(name, &header.settings, visibility, [&quote!(), &quote!()], &private);
    let is_setting = |method: &&str| header.settings.iter().any(|setting| setting.name == *method);
    let methods = METHODS.iter().filter(|method| !is_setting(method)).map(|method| format_ident!("{method}"));
    quote! {
        #[allow(dead_code)]
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        #visibility struct #name;
        #settings
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
