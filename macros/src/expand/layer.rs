//! The network as a layer.

use proc_macro2::TokenStream;

use super::{Names, backward, constants, export, forward, stream};

/// Returns `impl Layer`: the network as a layer, for training passes and within other networks.
pub(super) fn layer(names: &Names) -> TokenStream {
    let Names { private, scalar, input, isa, .. } = names;
    let parameters = names.parameters();
    let (architecture, generic) = (names.architecture(), names.generic());
    let (first, last) = (&names.shapes[0], &names.shapes[names.layers.len()]);
    let logits = names.logits();
    let last_kind = &names.layers[names.layers.len() - 1].kind;
    let initialization = constants::initialization(names);
    let passes = [forward::passes(names), backward::passes(names)];
    let (step, also_takes) = (stream::step(names), constants::also_takes(names));
    let export = export::layers(names);
    let derived = names.derived();
    code! {
        #derived
        impl<#parameters> #private::Layer for #architecture {
            type Output<#input: #private::Shape> = #last;
            type Logits<#input: #private::Shape> = #logits;
            type With<#scalar: #private::Scalar> = #generic;
            type Settings = ();
            type Plan<#input: #private::Shape> = Self;

            const HEAD: #private::Head = <#last_kind as #private::Layer>::HEAD;

            #initialization

            #(#passes)*

            #[inline(always)]
            fn infer<#input: #private::Shape, #scalar: #private::Kernels, #isa: #private::Isa>(
                __isa: #isa,
                __site: #private::SiteOf<'_, Self, #scalar>,
                __memory: #private::Forward<'_, #scalar>,
            ) {
                let #private::Forward { input: __input, output: __output, cache: __scratch, phase: __phase } = __memory;
                #private::Network::trace(__site.parameters, __isa, __input, __output, __scratch, __phase, &mut |_, _| {});
            }

            #step

            #export
        }

        #derived
        impl<#parameters> #private::Takes<#first> for #architecture {}
        #also_takes
    }
}
