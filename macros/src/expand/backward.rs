//! The backward passes: the layers in reverse order, with two alternating buffers for the gradients between them.

use proc_macro2::{Ident, Span, TokenStream};

use super::{Names, forward, pass_at};

/// Returns `backward` through all layers and, unless it is the same, `backward_logits` from the head on.
pub(super) fn passes(names: &Names) -> TokenStream {
    let mut passes = pass(names, "backward", names.layers.len());
    if names.may_have_head() {
        passes.extend(pass(names, "backward_logits", names.logits_chain()));
    }
    passes
}

/// Returns a backward pass through the first `count` layers. It calls the last of them by the name of the pass.
fn pass(names: &Names, function: &str, count: usize) -> TokenStream {
    let Names { private, scalar, input, isa, .. } = names;
    let function = Ident::new(function, Span::mixed_site());
    let last_len = names.len(count);
    let cuts = (0..count).map(|index| cut(names, index, count));
    let buffers = (count > 1).then(|| {
        let widest = names.widest(count);
        code! {
            let __front = __memory.cut(#widest);
            let __back = __memory.cut(#widest);
        }
    });
    let calls = (0..count).rev().map(|index| call(names, index, count, &function));
    let origins = names.changes_steps().then(|| code!(let __origins = __phase.origins();));
    code! {
        #[inline(always)]
        fn #function<#input: #private::Shape, #scalar: #private::Kernels, #isa: #private::Isa>(
            __isa: #isa,
            __site: #private::SiteOf<'_, Self, #scalar>,
            __memory: #private::Backward<'_, #scalar>,
            __gradient: &mut Self::With<#scalar>,
        ) {
            let #private::Site { parameters: __parameters, pass: __pass, .. } = __site;
            let #private::Backward {
                input: __input,
                output: __output,
                cache: __cache,
                grad_output: __output_grad,
                grad_input: __input_grad,
                accumulate: __accumulate,
                phase: mut __phase,
            } = __memory;
            let __samples = __output_grad.len() / #last_len;
            let mut __memory = #private::chain::Memory::new(__cache, __samples);
            #(#cuts)*
            #buffers
            #origins
            #(#calls)*
        }
    }
}

/// Returns the splitting of the memory that the forward pass reserved for layer `index`.
fn cut(names: &Names, index: usize, count: usize) -> TokenStream {
    let (private, scalar) = (&names.private, &names.scalar);
    let (site, shape) = (&names.layers[index], &names.shapes[index]);
    let (kind, output, cache) = (&site.kind, &site.output, &site.cache);
    let cut_output = (index + 1 < count).then(|| {
        let len = forward::kept(names, index);
        match index.checked_sub(1) {
            None => code!(let #output: &[#scalar] = __memory.cut(#len);),
            Some(before) => {
                let (link, before) = (names.link(index), &names.layers[before].output);
                code!(let #output = #private::chain::output::<#link, #scalar>(#before, __memory.cut(#len));)
            }
        }
    });
    code! {
        #cut_output
        let #cache = __memory.cut(#private::chain::cache::<#kind, #shape>());
    }
}

/// Returns the statement before the call of layer `index` that says which steps the layer sees: those that the layers before it let
/// through.
fn origins(names: &Names, index: usize) -> Option<TokenStream> {
    if !names.changes_steps() {
        return None;
    }
    let joint = names.joint_origins(index);
    Some(code!(__phase.set_origins(__origins.then(const { #joint }));))
}

/// Returns the call of layer `index`.
fn call(names: &Names, index: usize, count: usize, function: &Ident) -> TokenStream {
    let Names { private, scalar, isa, .. } = names;
    let is_last = index + 1 == count;
    if index > 0 && !is_last {
        return call_between(names, index);
    }
    let (site, shape) = (&names.layers[index], &names.shapes[index]);
    let (field, kind, settings, pass) = (&site.field, &site.kind, &site.settings, pass_at(index));
    let function = if is_last { function.clone() } else { Ident::new("backward", Span::mixed_site()) };
    let memory = memory_at_end(names, index, is_last);
    let unused = (index == 0 && count > 1).then(|| code!(let _ = __back;));
    let origins = origins(names, index);
    code! {
        #unused
        #origins
        if let #private::core::option::Option::Some(__phase) =
            __phase.of_previous::<<#kind as #private::Layer>::Plan<#shape>>()
        {
            <#kind as #private::Layer>::#function::<#shape, #scalar, #isa>(
                __isa,
                #private::Site { parameters: &__parameters.#field, settings: #settings, pass: #pass },
                #private::chain::readable::<#kind, #shape, #scalar>(#memory),
                &mut __gradient.#field,
            );
        }
    }
}

/// Returns the memory for the first or the last layer of the pass. The last one receives the gradient; the first may have to
/// return one.
fn memory_at_end(names: &Names, index: usize, is_last: bool) -> TokenStream {
    let Names { private, scalar, .. } = names;
    let (site, shape) = (&names.layers[index], &names.shapes[index]);
    let (field, kind, cache, own_output) = (&site.field, &site.kind, &site.cache, &site.output);
    let (len, next_len, before) = (names.len(index), names.len(index + 1), names.before(index));
    let output = if is_last { code!(__output) } else { code!(#own_output) };
    let grad_output = if is_last { code!(__output_grad) } else { code!(&mut __front[..__samples * #next_len]) };
    let grad_input = if index == 0 {
        code!(__input_grad)
    } else {
        code!(#private::core::option::Option::Some(&mut __front[..__samples * #len]))
    };
    code! {
        #private::Backward {
            input: #before,
            output: #output,
            cache: #cache,
            grad_output: #grad_output,
            grad_input: #grad_input,
            accumulate: #private::chain::accumulate::<#kind, #shape, #scalar>(
                __accumulate,
                &__phase,
                &mut __gradient.#field,
            ),
            phase: __phase,
        }
    }
}

/// Returns the call of a layer between the first and the last of the pass.
fn call_between(names: &Names, index: usize) -> TokenStream {
    let Names { private, scalar, isa, .. } = names;
    let (site, shape, before) = (&names.layers[index], &names.shapes[index], names.before(index));
    let (field, kind, settings, output, cache) = (&site.field, &site.kind, &site.settings, &site.output, &site.cache);
    let (pass, origins) = (pass_at(index), origins(names, index));
    code! {
        #origins
        let (__front, __back) = #private::chain::backward::<#kind, #shape, #scalar, #isa>(
            __isa,
            #private::Site { parameters: &__parameters.#field, settings: #settings, pass: #pass },
            __samples,
            #private::chain::Between {
                input: #before,
                output: #output,
                cache: #cache,
                grad_output: __front,
                accumulate: __accumulate,
            },
            __back,
            &mut __phase,
            &mut __gradient.#field,
        );
    }
}
