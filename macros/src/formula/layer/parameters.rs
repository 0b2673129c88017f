//! What is the code of the parameters of a layer? A struct, and the function that initializes it.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::Visibility;

use crate::formula::documentation::is_documented;
use crate::formula::layer_header::{Dimensions, LayerHeader, Parameter, Start};
use crate::{generated, identifier};

/// Returns the name of the struct of the parameters.
fn struct_name(layer: &Ident) -> Ident {
    format_ident!("{}Parameters", identifier::plain(layer), span = layer.span())
}

/// Returns the struct of the parameters, if there are any.
pub(super) fn parameters(header: &LayerHeader, library: &TokenStream, private: &TokenStream) -> TokenStream {
    if header.parameters.is_empty() {
        return TokenStream::new();
    }
    let (visibility, name) = (&header.visibility, &header.name);
    let [_, _, sizes] = header.const_parameters();
    let parameters_type = struct_name(name);
    let doc = format!("The parameters of [`{name}`].");
    let fields = header.parameters.iter().map(|parameter| field(parameter, visibility, private));
    quote! {
        #[doc = #doc]
        #[derive(#library::FlatParameters, Debug)]
        #[flat_parameters(crate = #library)]
        #[repr(C)]
        #visibility struct #parameters_type<T, #sizes> {
            #(#fields)*
        }
    }
}

/// Returns the field of a parameter.
fn field(parameter: &Parameter, visibility: &Visibility, private: &TokenStream) -> TokenStream {
    let (attributes, name) = (&parameter.attributes, &parameter.name);
    let of_vector = if parameter.start.is_some() { quote!(scale) } else { quote!(bias) };
    let (kind, shape, doc) = match &parameter.dimensions {
        Dimensions::Scalar => (of_vector, quote!(SVector<T, 1>), format!("`{name}`, a number.")),
        Dimensions::Vector(size) => (of_vector, quote!(SVector<T, { #size }>), format!("`{name}`, a vector.")),
        Dimensions::Matrix(rows, columns) => {
            (quote!(weight), quote!(SMatrix<T, { #rows }, { #columns }>), format!("`{name}`, a matrix."))
        }
    };
    let is_marked = attributes.iter().any(|attribute| attribute.path().is_ident("tensor"));
    let kind = (!is_marked).then(|| quote!(#[tensor(#kind)]));
    let doc = (!is_documented(attributes)).then(|| quote!(#[doc = #doc]));
    quote!(#doc #(#attributes)* #kind #visibility #name: #private::#shape,)
}

/// Returns the type of the parameters for the scalar type `t`.
pub(super) fn parameters_type(header: &LayerHeader, t: &Ident) -> TokenStream {
    if header.parameters.is_empty() {
        return quote!(());
    }
    let parameters = struct_name(&header.name);
    let names = header.sizes();
    quote!(#parameters<#t, #(#names),*>)
}

/// Returns the function that initializes the parameters, if some say how they start.
pub(super) fn initialize(header: &LayerHeader, private: &TokenStream) -> Option<TokenStream> {
    let starts: Vec<_> = header.parameters.iter().filter_map(|parameter| start(parameter, private)).collect();
    let random = generated::name(&header.name, "Random");
    (!starts.is_empty()).then(|| {
        quote! {
            #[allow(unused_imports)]
            fn initialize<T: #private::Scalar, #random: #private::RandomSource + ?Sized>(
                parameters: &mut Self::With<T>,
                _: &Self::Settings,
                initializer: #private::Initializer,
                rng: &mut #random,
            ) {
                use #private::{Initializer, require_initializer as drawn_by};
                #private::draw::<T, Self::With<T>, #random>(parameters, initializer, rng);
                #(#starts)*
            }
        }
    })
}

/// Returns the statement that writes the first values of a parameter, if it says how it starts.
fn start(parameter: &Parameter, private: &TokenStream) -> Option<TokenStream> {
    let (name, start) = (&parameter.name, parameter.start.as_ref()?);
    Some(match (start, &parameter.dimensions) {
        (Start::Number(number), _) => {
            quote!(parameters.#name.fill(<T as #private::Scalar>::from_f64(#number));)
        }
        (Start::Initializer(code), Dimensions::Matrix(rows, columns)) => quote! {
            const { drawn_by(Initializer::#code) }
                .fill(parameters.#name.as_mut_slice(), { #columns }, { #rows }, rng);
        },
        (Start::Initializer(code), _) => quote! {
            for element in parameters.#name.as_mut_slice().chunks_mut(1) {
                const { drawn_by(Initializer::#code) }.fill(element, 1, 1, rng);
            }
        },
    })
}
