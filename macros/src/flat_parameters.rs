//! `#[derive(FlatParameters)]`: the parameters of a custom layer as one slice.
//!
//! The derived `unsafe impl` is sound because the struct is `#[repr(C)]`, the compiler requires the trait of each field, and
//! constants assert the size, the alignment and the absence of a destructor.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::{Attribute, Data, DeriveInput, Field, Fields, Path, Type};

use crate::errors::{self, Errors};
use crate::identifier;
use crate::place::Place;

/// Quotes tokens whose names are hygienic.
macro_rules! code {
    ($($tokens:tt)*) => {
        quote::quote_spanned!(Span::mixed_site()=> $($tokens)*)
    };
}

/// The purpose of a tensor, as written in `#[tensor(..)]`.
#[derive(Clone, Copy)]
enum Kind {
    Weight,
    Scale,
    Bias,
    Statistic,
}

impl Kind {
    /// Returns the name of the library's variant.
    const fn name(self) -> &'static str {
        match self {
            Self::Weight => "Weight",
            Self::Scale => "Scale",
            Self::Bias => "Bias",
            Self::Statistic => "Statistic",
        }
    }
}

/// Returns the implementation of `FlatParameters`. After mistakes, returns the errors and an implementation without tensors, so
/// that uses of the struct cause no further errors.
pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    let mut errors = Errors::new();
    let scalar = scalar(input, &mut errors);
    let fields = fields(input, &mut errors);
    layout(input, &mut errors);
    let library = library(&input.attrs, &mut errors);
    let private = code!(#library::private);
    let kinds: Vec<_> = fields.iter().map(|field| kind(field, &mut errors)).collect();
    match errors.into_result() {
        Ok(()) => {
            let entries = fields.iter().zip(&kinds).map(|(field, kind)| entry(field, *kind, &scalar, &private));
            let table = code!(#private::TensorTable::Layers(&[#(#entries),*]));
            let len = code! {{
                #private::without_destructor::<Self>();
                #private::checked_len::<Self, #scalar>(&<Self as #private::FlatParameters<#scalar>>::TENSORS)
            }};
            implementation(input, &scalar, &private, [&table, &len])
        }
        Err(mistakes) => {
            let mistakes = mistakes.to_compile_error();
            let (table, len) = (code!(#private::TensorTable::EMPTY), code!(0));
            let stand_in = implementation(input, &scalar, &private, [&table, &len]);
            code!(#mistakes #stand_in)
        }
    }
}

/// Returns the one type parameter, which is the scalar type.
fn scalar(input: &DeriveInput, errors: &mut Errors) -> Ident {
    let types: Vec<_> = input.generics.type_params().map(|parameter| &parameter.ident).collect();
    match types[..] {
        [] => {
            errors.push(errors::flat_parameters_without_scalar(&input.ident));
            Ident::new("__T", Span::mixed_site())
        }
        [scalar] => scalar.clone(),
        [scalar, second, ..] => {
            errors.push(errors::flat_parameters_with_types(second));
            scalar.clone()
        }
    }
}

/// Returns the named fields.
fn fields<'a>(input: &'a DeriveInput, errors: &mut Errors) -> Vec<&'a Field> {
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => return fields.named.iter().collect(),
            Fields::Unit => {}
            Fields::Unnamed(_) => errors.push(errors::flat_parameters_of_tuple(&input.ident)),
        },
        Data::Enum(_) | Data::Union(_) => errors.push(errors::flat_parameters_of_no_struct(&input.ident)),
    }
    Vec::new()
}

/// Requires `#[repr(C)]` and no other `#[repr]`.
fn layout(input: &DeriveInput, errors: &mut Errors) {
    let written: Vec<_> = input.attrs.iter().filter(|attribute| attribute.path().is_ident("repr")).collect();
    let is_c = |attribute: &&Attribute| attribute.parse_args::<Ident>().is_ok_and(|word| word == "C");
    match written[..] {
        [only] if is_c(&only) => {}
        [] => errors.push(errors::flat_parameters_without_layout(Place::of(&input.ident), &input.ident)),
        [first, ..] => errors.push(errors::flat_parameters_without_layout(Place::of(first), &input.ident)),
    }
}

/// Returns the path of the library: `::typenet`, or the path in `#[flat_parameters(crate = ..)]`.
fn library(attributes: &[Attribute], errors: &mut Errors) -> TokenStream {
    let mut library = code!(::typenet);
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("flat_parameters")) {
        let read = attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("crate") {
                library = meta.value()?.parse::<Path>()?.to_token_stream();
                return Ok(());
            }
            Err(meta.error("unknown"))
        });
        if read.is_err() {
            errors.push(errors::flat_parameters_attribute(Place::of(attribute)));
        }
    }
    library
}

/// Returns the kind that `#[tensor(..)]` sets on a field; the default is a weight.
fn kind(field: &Field, errors: &mut Errors) -> Kind {
    let mut kind = Kind::Weight;
    for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("tensor")) {
        let word = attribute.parse_args::<Ident>().map(|word| word.to_string());
        match word.as_deref() {
            Ok("weight") => kind = Kind::Weight,
            Ok("scale") => kind = Kind::Scale,
            Ok("bias") => kind = Kind::Bias,
            Ok("statistic") => kind = Kind::Statistic,
            _ => errors.push(errors::tensor_kind(Place::of(attribute))),
        }
    }
    kind
}

/// Returns the table entry of a field: a matrix is one tensor with the name of the field, and any other type has a table of its
/// own.
fn entry(field: &Field, kind: Kind, scalar: &Ident, private: &TokenStream) -> TokenStream {
    let (ident, with) = (&field.ident, &field.ty);
    let label = ident.as_ref().map(identifier::plain);
    let kind = Ident::new(kind.name(), Span::mixed_site());
    let field_parameters = code!(<#with as #private::FlatParameters<#scalar>>);
    let size = |index: usize| code!(#private::size_of_matrix(#field_parameters::MATRIX, #index));
    let (rows, columns) = (size(0), size(1));
    let shape = if is_vector(with) { code!(&[#rows]) } else { code!(&[#rows, #columns]) };
    code! {
        #private::TableEntry {
            name: if #field_parameters::MATRIX.is_some() { "" } else { #label },
            offset: #private::core::mem::offset_of!(Self, #ident) / #private::core::mem::size_of::<#scalar>(),
            frozen: false,
            table: if #field_parameters::MATRIX.is_some() {
                #private::TensorTable::Tensors(const {
                    &[#private::Tensor { name: #label, shape: #shape, offset: 0, kind: #private::TensorKind::#kind }]
                })
            } else {
                #field_parameters::TENSORS
            },
        }
    }
}

/// Returns whether the type is written `SVector`. Its tensor has one size.
fn is_vector(with: &Type) -> bool {
    matches!(with, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "SVector"))
}

/// Returns the implementation with its two constants.
fn implementation(
    input: &DeriveInput,
    scalar: &Ident,
    private: &TokenStream,
    [table, len]: [&TokenStream; 2],
) -> TokenStream {
    let mut generics = input.generics.clone();
    for parameter in generics.type_params_mut() {
        parameter.default = None;
    }
    if generics.type_params().next().is_none() {
        generics.params.push(syn::parse_quote!(#scalar));
    }
    generics.make_where_clause().predicates.push(syn::parse_quote!(#scalar: #private::Scalar));
    let (parameters, _, conditions) = generics.split_for_impl();
    let (name, (_, arguments, _)) = (&input.ident, input.generics.split_for_impl());
    code! {
        // SAFETY: the struct is `repr(C)`, and every field implements the trait for the same scalar, as the table requires.
        // `checked_len` asserts size and alignment, `without_destructor` that nothing is dropped.
        #[automatically_derived]
        unsafe impl #parameters #private::FlatParameters<#scalar> for #name #arguments #conditions {
            const TENSORS: #private::TensorTable = #table;
            const LEN: #private::usize = #len;
        }
    }
}
