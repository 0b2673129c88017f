//! The backward passes: the layers in reverse, with two alternating buffers for the gradients between them.

use proc_macro2::{Ident, Span, TokenStream};

use super::{Names, code, forward};

/// `backward` through all layers and `backward_logits` from the head on.
pub(super) fn passes(names: &Names) -> TokenStream {
    let mut passes = pass(names, "backward", names.layers.len());
    passes.extend(pass(names, "backward_logits", names.logits_chain()));
    passes
}

/// A pass back through the first `count` layers, which calls the last of them by the pass's own name.
fn pass(names: &Names, function: &str, count: usize) -> TokenStream {
    let Names { private, scalar, input, isa, .. } = names;
    let function = Ident::new(function, Span::mixed_site());
    let last_len = names.len(count);
    let cuts = (0..count).map(|index| cut(names, index, count));
    let buffers = (count > 1).then(|| {
        let widest = names.widest(count);
        code! {
            let front = memory.cut(#widest);
            let back = memory.cut(#widest);
        }
    });
    let calls = (0..count).rev().map(|index| call(names, index, count, &function));
    code! {
        #[inline(always)]
        fn #function<#input: #private::Shape, #scalar: #private::Kernels, #isa: #private::Isa>(
            isa: #isa,
            parameters: &Self::With<#scalar>,
            _: &(),
            pass: &#private::Pass,
            memory: #private::Backward<'_, #scalar>,
            gradient: &mut Self::With<#scalar>,
        ) {
            let #private::Backward { input, output, cache, grad_output, grad_input } = memory;
            let samples = grad_output.len() / #last_len;
            let mut memory = #private::chain::Memory::new(cache, samples);
            #(#cuts)*
            #buffers
            #(#calls)*
        }
    }
}

/// The memory that the forward pass cut for layer `index`.
fn cut(names: &Names, index: usize, count: usize) -> TokenStream {
    let (private, scalar) = (&names.private, &names.scalar);
    let (site, shape) = (&names.layers[index], &names.shapes[index]);
    let (kind, output, cache) = (&site.kind, &site.output, &site.cache);
    let own = (index + 1 < count).then(|| {
        let len = forward::kept(names, index);
        match index.checked_sub(1) {
            None => code!(let #output: &[#scalar] = memory.cut(#len);),
            Some(before) => {
                let (link, before) = (names.link(index), &names.layers[before].output);
                code!(let #output = #private::chain::output::<#link, #scalar>(#before, memory.cut(#len));)
            }
        }
    });
    code! {
        #own
        let #cache = memory.cut(#private::chain::cache::<#kind, #shape>());
    }
}

fn call(names: &Names, index: usize, count: usize, function: &Ident) -> TokenStream {
    let Names { private, scalar, isa, .. } = names;
    let (site, shape) = (&names.layers[index], &names.shapes[index]);
    let (field, kind, settings, cache) = (&site.field, &site.kind, &site.settings, &site.cache);
    let (len, next_len) = (names.len(index), names.len(index + 1));
    let is_last = index + 1 == count;
    let before = match index.checked_sub(1) {
        Some(before) => {
            let output = &names.layers[before].output;
            code!(#output)
        }
        None => code!(input),
    };
    let own_output = &site.output;
    let output = if is_last { code!(output) } else { code!(#own_output) };
    if index > 0 && !is_last {
        return code! {
            let (front, back) = #private::chain::backward::<#kind, #shape, #scalar, #isa>(
                isa,
                &#private::chain::Site { parameters: &parameters.#field, settings: #settings, pass },
                samples,
                #private::Backward {
                    input: #before, output: #output, cache: #cache, grad_output: front, grad_input: None,
                },
                back,
                &mut gradient.#field,
            );
        };
    }
    let function = if is_last { function.clone() } else { Ident::new("backward", Span::mixed_site()) };
    let grad_output = if is_last { code!(grad_output) } else { code!(&mut front[..samples * #next_len]) };
    let grad_input = if index == 0 {
        code!(grad_input)
    } else {
        code!(#private::core::option::Option::Some(&mut front[..samples * #len]))
    };
    let unused = (index == 0 && count > 1).then(|| code!(let _ = back;));
    code! {
        #unused
        <#kind as #private::Layer>::#function::<#shape, #scalar, #isa>(
            isa,
            &parameters.#field,
            #settings,
            pass,
            #private::chain::readable::<#kind, #shape, #scalar>(#private::Backward {
                input: #before,
                output: #output,
                cache: #cache,
                grad_output: #grad_output,
                grad_input: #grad_input,
            }),
            &mut gradient.#field,
        );
    }
}
