//! The items of blocks: the networks inside of them, and the structs of branches.

use proc_macro2::{Ident, Span, TokenStream};

use super::blocks::{self, Site, is_shortcut};
use super::{Names, assertions, export, plain, types};
use crate::block::Join;
use crate::check::Judges;
use crate::graph::{Block, Branch};

/// Returns the items of the blocks in a network.
pub(super) fn items(names: &Names, judges: &Judges) -> TokenStream {
    let mut items = TokenStream::new();
    let mut judges = judges.blocks.iter();
    for (index, layer) in names.network.layers.iter().enumerate() {
        let Some(block) = layer.block() else { continue };
        for network in block.networks() {
            let inner = names.within(index, network);
            let Some(judges) = judges.next() else { continue };
            items.extend(match block {
                _ if is_shortcut(block, network) => parts(&inner, judges),
                Block::Parallel { .. } if network.layers.is_empty() => parts(&inner, judges),
                _ => super::items(&inner, judges),
            });
        }
        if let Block::Parallel { name, branches, .. } = block {
            items.extend(Branches::new(names, index, name, branches).items());
        }
    }
    items
}

/// Returns the items for a network without a struct: those of its blocks, the aliases of its types, and its assertions.
fn parts(names: &Names, judges: &Judges) -> TokenStream {
    let (network, scalar, private) = (names.network, &names.scalar, &names.private);
    let mut items = self::items(names, judges);
    // The shapes of a visible network are those of a type.
    if network.layers.iter().any(|layer| layer.output.is_foreign()) {
        let (visibility, name, parameters) = (&network.visibility, &network.name, names.parameters());
        items.extend(code! {
            #[doc(hidden)]
            #[derive(#private::core::fmt::Debug)]
            #[allow(dead_code)]
            #visibility struct #name<#parameters #scalar = #private::f32>(#private::core::marker::PhantomData<#scalar>);
        });
    }
    items.extend([types::aliases(names), assertions::assertions(names, judges)]);
    items
}

/// The struct of the branches of a block.
struct Branches<'n, 'a> {
    names: &'n Names<'a>,
    index: usize,
    name: &'a Ident,
    sites: Vec<Site<'a>>,
}

impl<'n, 'a> Branches<'n, 'a> {
    fn new(names: &'n Names<'a>, index: usize, name: &'a Ident, branches: &'a [Branch]) -> Self {
        Self { names, index, name, sites: blocks::sites(names, index, branches) }
    }

    /// Returns the struct and its implementations.
    fn items(&self) -> TokenStream {
        let Self { names, name, .. } = self;
        let Names { network, private, scalar, .. } = names;
        let (visibility, parameters, derived) = (&network.visibility, names.parameters(), names.derived());
        let fields = self.sites.iter().map(|Site { branch, with, .. }| {
            let (field, attributes) = (&branch.field, &branch.attributes);
            code!(#(#attributes)* #visibility #field: #with)
        });
        let entries = self.sites.iter().map(|Site { branch, with, .. }| (&branch.field, branch.frozen, with));
        let generic = self.of(&code!(#scalar));
        let flat_parameters = types::flat_parameters_of(names, &generic, entries, None, None);
        let layer = &network.layers[self.index];
        let (title, docs) =
            (layer.description.as_str(), format!(" The branches of `{}.{}`.", network.title, plain(&layer.field)));
        let debug = self.sites.iter().map(|Site { branch, .. }| {
            let field = &branch.field;
            let word = plain(field);
            code!(.field(#word, &self.#field))
        });
        let branches = self.implementation();
        code! {
            #[doc = #docs]
            #[doc(hidden)]
            #[repr(C)]
            #visibility struct #name<#parameters #scalar: #private::Scalar = #private::f32> {
                #(#fields,)*
            }

            #flat_parameters

            #derived
            impl<#parameters #scalar: #private::Scalar> #private::core::fmt::Debug for #generic {
                fn fmt(&self, __formatter: &mut #private::core::fmt::Formatter<'_>) -> #private::core::fmt::Result {
                    __formatter.debug_struct(#title) #(#debug)* .finish()
                }
            }

            #branches
        }
    }

    /// Returns `impl Branches`.
    fn implementation(&self) -> TokenStream {
        let names = self.names;
        let Names { private, scalar, .. } = names;
        let (parameters, derived) = (names.parameters(), names.derived());
        let (architecture, generic) = (self.of(&code!(#private::f32)), self.of(&code!(#scalar)));
        let (input, output) = (&names.shapes[self.index], self.output());
        let plans = self.sites.iter().map(|Site { kind, .. }| code!(#private::BranchPlan::of::<#kind, #input>()));
        let (initialization, passes) = (self.initialization(), self.passes());
        let export = export::branches(names, self.index, &self.sites);
        code! {
            #derived
            impl<#parameters> #private::Branches for #architecture {
                type Input = #input;
                type Output = #output;
                type With<#scalar: #private::Scalar> = #generic;
                const PLANS: &'static [#private::BranchPlan] = &[#(#plans),*];

                #initialization

                #passes

                #export
            }
        }
    }

    /// Returns the functions that initialize branches.
    fn initialization(&self) -> TokenStream {
        let Names { private, scalar, random, .. } = self.names;
        let first = self.sites.first().map(|Site { kind, .. }| kind);
        let first = first.map(|kind| code!(<#kind as #private::Layer>::initialization(&(), __next)));
        let first = first.unwrap_or_else(|| code!(__next));
        let calls = self.sites.iter().map(|Site { branch, kind, .. }| {
            let field = &branch.field;
            code! {
                <#kind as #private::Layer>::initialize::<#scalar, #random>(
                    &mut __parameters.#field, &(), __initializer, __rng,
                );
            }
        });
        code! {
            fn initialization(__next: #private::Initializer) -> #private::Initializer {
                #first
            }

            fn initialize<#scalar: #private::Scalar, #random: #private::RandomSource + ?#private::core::marker::Sized>(
                __parameters: &mut Self::With<#scalar>,
                __initializer: #private::Initializer,
                __rng: &mut #random,
            ) {
                #(#calls)*
            }
        }
    }

    /// Returns the passes through the branches.
    fn passes(&self) -> TokenStream {
        let Names { private, scalar, isa, .. } = self.names;
        let input = &self.names.shapes[self.index];
        let join = Ident::new("__J", Span::mixed_site());
        let forward = self.sites.iter().map(|Site { branch, kind, .. }| {
            let field = &branch.field;
            code!(__pass.branch::<#kind, #input>(&__parameters.#field);)
        });
        let step = forward.clone();
        let backward = self.sites.iter().map(|Site { branch, kind, .. }| {
            let field = &branch.field;
            code!(__pass.branch::<#kind, #input>(&__parameters.#field, &mut __gradient.#field);)
        });
        code! {
            #[inline(always)]
            fn forward<#join: #private::Join, #scalar: #private::Kernels, #isa: #private::Isa, const __TRAINING: #private::bool>(
                __parameters: &Self::With<#scalar>,
                __pass: &mut #private::ForwardBranches<'_, #join, #scalar, #isa, __TRAINING>,
            ) {
                #(#forward)*
            }

            #[inline(always)]
            fn step<#join: #private::Join, #scalar: #private::Kernels, #isa: #private::Isa>(
                __parameters: &Self::With<#scalar>,
                __pass: &mut #private::StepBranches<'_, #join, #scalar, #isa>,
            ) {
                #(#step)*
            }

            #[inline(always)]
            fn backward<#join: #private::Join, #scalar: #private::Kernels, #isa: #private::Isa>(
                __parameters: &Self::With<#scalar>,
                __gradient: &mut Self::With<#scalar>,
                __pass: &mut #private::BackwardBranches<'_, #join, #scalar, #isa>,
            ) {
                #(#backward)*
            }
        }
    }

    /// Returns the joined shape.
    fn output(&self) -> TokenStream {
        let (names, private) = (self.names, &self.names.private);
        let layer = &names.network.layers[self.index];
        let (true, Some(Site { output: first, .. })) = (layer.output.is_foreign(), self.sites.first()) else {
            return names.shape(&layer.output);
        };
        if let (Some(Block::Parallel { join: Join::Pair, .. }), [first, second]) = (layer.block(), &self.sites[..]) {
            let library = &names.library;
            let parts = [first, second].map(|Site { output, .. }| code!(<#output as #private::Shape>::Plain));
            let [first, second] = parts;
            return code!(#library::Pair<#first, #second>);
        }
        let sum = layer.block().and_then(|block| block.sizes().into_iter().next());
        let sum = sum.map(|sum| {
            let sum = names.sizes.tokens(sum);
            code!(<#first as #private::Concatenates>::Of<#sum>)
        });
        sum.unwrap_or_else(|| code!(<#first as #private::Shape>::Plain))
    }

    /// Returns the struct with the scalar type `scalar`.
    fn of(&self, scalar: &TokenStream) -> TokenStream {
        let (name, parameters) = (self.name, &self.names.network.parameters);
        code!(#name<#({ #parameters },)* #scalar>)
    }
}
