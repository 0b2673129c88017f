//! A step of a stream: the layers one after the other, each with its state. A sample without steps is a single step, for which a
//! prediction is all there is.

use proc_macro2::TokenStream;

use super::{MayBePadded, Names, at, plain};
use crate::errors;

/// Returns what the network needs for a stream.
pub(super) fn plan(names: &Names) -> TokenStream {
    let private = &names.private;
    if !names.network.input.may_have_steps() {
        return code!(#private::core::option::Option::Some(#private::StreamPlan::stateless(Self::INFERENCE_LEN)));
    }
    let widest = names.widest_step();
    let layers = names.layers.iter().zip(&names.shapes);
    let plans = layers.map(|(site, shape)| {
        let kind = &site.kind;
        code!(#private::chain::stream::<#kind, #shape>())
    });
    code!(#private::chain::joint_stream(&[#(#plans),*], #widest))
}

/// Returns `step`, which computes the output at the next step of a sequence in two alternating buffers; nothing if the network takes
/// no sequences, since the default predicts.
pub(super) fn step(names: &Names) -> Option<TokenStream> {
    if !names.network.input.may_have_steps() {
        return None;
    }
    let Names { private, scalar, input, isa, .. } = names;
    let count = names.layers.len();
    let buffers = (count > 1).then(|| {
        let widest = names.widest_step();
        code! {
            let (__front, __scratch) = __scratch.split_at_mut(#widest);
            let (__back, __scratch) = __scratch.split_at_mut(#widest);
        }
    });
    let calls = (0..count).map(|index| call(names, index, count));
    Some(code! {
        #[inline(always)]
        fn step<#input: #private::Shape, #scalar: #private::Kernels, #isa: #private::Isa>(
            __isa: #isa,
            __site: #private::SiteOf<'_, Self, #scalar>,
            __memory: #private::NextStep<'_, #scalar>,
        ) {
            let #private::Site { parameters: __parameters, pass: __pass, .. } = __site;
            let #private::NextStep {
                input: __input,
                output: __output,
                state: __state,
                scratch: __scratch,
                position: __position,
            } = __memory;
            let mut __states = #private::chain::Memory::new(__state, 1);
            #buffers
            #(#calls)*
        }
    })
}

/// Returns the number of scalars that a stream needs, which does not compile if a layer needs the whole sequence.
pub(super) fn len(names: &Names) -> TokenStream {
    let private = &names.private;
    if !names.network.input.may_have_steps() {
        return len_of_prediction(names);
    }
    let widest = names.widest_step();
    let plans = of_each(names, |kind, shape, layer| {
        let message = errors::needs_whole_sequence(layer, &names.network.name);
        code!(#private::require_stream(#private::chain::stream::<#kind, #shape>(), #message))
    });
    code! {{
        let __plan = #private::StreamPlan::stateless(0)#(.and(#plans))*.with_scratch(2 * #widest);
        __plan.state + __plan.scratch
    }}
}

/// Returns the number of scalars that a stream of predictions needs, which does not compile if a prediction has several steps.
fn len_of_prediction(names: &Names) -> TokenStream {
    let (private, architecture) = (&names.private, names.architecture());
    let len = code!(<#architecture as #private::Plan>::INFERENCE_LEN);
    let (Some(site), Some(output)) = (names.layers.last(), names.shapes.last()) else { return len };
    let Some(layer) = site.layer else { return len };
    let message = errors::gives_whole_sequence(&plain(&site.field), &names.network.name);
    let checked =
        at(layer.place.span(), code!(#private::require_single_step(<#output as #private::Shape>::STEPS, #message)));
    code!({ #checked; #len })
}

/// Returns the number of scalars per sequence that a network carries from window to window, which does not compile if a layer
/// cannot go on where the window before ended.
pub(super) fn carried_len(names: &Names) -> TokenStream {
    let private = &names.private;
    if !names.network.input.may_have_steps() {
        return code!(0);
    }
    let refused = || {
        let message = errors::carries_no_padding(&names.network.name);
        let none = code!(#private::core::option::Option::None, #private::Mixing::NONE);
        at(names.network.name.span(), code!(#private::require_carried(#none, #message)))
    };
    if names.network.is_padded() {
        return refused();
    }
    let lengths = of_each(names, |kind, shape, layer| {
        let message = errors::carries_nothing(layer, &names.network.name);
        let (plan, mixing) = (code!(stream::<#kind, #shape>()), code!(mixing::<#kind, #shape>()));
        code!(#private::require_carried(#private::chain::#plan, #private::chain::#mixing, #message))
    });
    if let Some(MayBePadded { sample, .. }) = &names.padded {
        let refused = refused();
        return code!(if <#sample as #private::Shape>::PADDED.is_empty() { #(#lengths)+* } else { #refused });
    }
    code!(#(#lengths)+*)
}

/// Returns the code for each layer, at its place, from its type, the shape of its input and its name.
fn of_each(names: &Names, code: impl Fn(&TokenStream, &TokenStream, &str) -> TokenStream) -> Vec<TokenStream> {
    let layers = names.layers.iter().zip(&names.shapes);
    let located = layers.map(|(site, shape)| {
        let code = code(&site.kind, shape, &plain(&site.field));
        match site.layer {
            Some(layer) => at(layer.place.span(), code),
            None => code,
        }
    });
    located.collect()
}

/// Returns the call of layer `index`: the first layer reads the input, the last writes the output, and the others alternate
/// between the buffers.
fn call(names: &Names, index: usize, count: usize) -> TokenStream {
    let Names { private, scalar, isa, .. } = names;
    let (site, shape) = (&names.layers[index], &names.shapes[index]);
    let (field, kind, settings) = (&site.field, &site.kind, &site.settings);
    let site = code!(#private::Site { parameters: &__parameters.#field, settings: #settings, pass: __pass });
    let state = code!(__states.cut(#private::chain::state::<#kind, #shape>()));
    if index > 0 && index + 1 < count {
        return code! {
            let (__front, __back) = #private::chain::step::<#kind, #shape, #scalar, #isa>(
                __isa,
                #site,
                (__front, __back),
                (#state, &mut *__scratch, __position),
            );
        };
    }
    let step_len = |index: usize| {
        let shape = &names.shapes[index];
        code!(#private::chain::step_len::<#shape>())
    };
    let (len, next_len) = (step_len(index), step_len(index + 1));
    let input = if index == 0 { code!(__input) } else { code!(&__front[..#len]) };
    let (unused, output) = if index + 1 < count {
        (None, code!(&mut __front[..#next_len]))
    } else {
        ((index > 0).then(|| code!(let _ = __back;)), code!(__output))
    };
    code! {
        #unused
        <#kind as #private::Layer>::step::<#shape, #scalar, #isa>(
            __isa,
            #site,
            #private::NextStep {
                input: #input,
                output: #output,
                state: #state,
                scratch: &mut *__scratch,
                position: __position,
            },
        );
    }
}
