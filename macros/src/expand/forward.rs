//! The forward passes: of training, which keep what the backward pass needs, and of inference.

use proc_macro2::{Ident, Span, TokenStream};

use super::{Names, code, plain};

/// `forward` through all layers and `forward_logits` up to the head.
pub(super) fn passes(names: &Names) -> TokenStream {
    let mut passes = pass(names, "forward", names.layers.len());
    passes.extend(pass(names, "forward_logits", names.logits_chain()));
    passes
}

/// A pass through the first `count` layers, which calls the last of them by the pass's own name.
fn pass(names: &Names, function: &str, count: usize) -> TokenStream {
    let Names { private, scalar, input, isa, .. } = names;
    let function = Ident::new(function, Span::mixed_site());
    let first_len = names.len(0);
    let cuts = (0..count).map(|index| cut(names, index, count));
    let calls = (0..count).map(|index| call(names, index, count, &function));
    code! {
        #[inline(always)]
        fn #function<#input: #private::Shape, #scalar: #private::Kernels, #isa: #private::Isa>(
            isa: #isa,
            parameters: &Self::With<#scalar>,
            _: &(),
            pass: &#private::Pass,
            input: &[#scalar],
            output: &mut [#scalar],
            cache: &mut [#scalar],
        ) {
            let mut memory = #private::chain::Memory::new(cache, input.len() / #first_len);
            #(#cuts)*
            #(#calls)*
        }
    }
}

/// The memory of layer `index`: for its output, unless that is the output of the whole pass, and its cache.
fn cut(names: &Names, index: usize, count: usize) -> TokenStream {
    let (private, site, shape) = (&names.private, &names.layers[index], &names.shapes[index]);
    let (kind, output, cache) = (&site.kind, &site.output, &site.cache);
    let own = (index + 1 < count).then(|| {
        let len = kept(names, index);
        code!(let #output = memory.cut(#len);)
    });
    code! {
        #own
        let #cache = memory.cut(#private::chain::cache::<#kind, #shape>());
    }
}

/// How many numbers per sample are kept for the output of layer `index`.
pub(super) fn kept(names: &Names, index: usize) -> TokenStream {
    let private = &names.private;
    if index == 0 {
        return names.len(1);
    }
    let link = names.link(index);
    code!(#private::chain::kept::<#link>())
}

fn call(names: &Names, index: usize, count: usize, function: &Ident) -> TokenStream {
    let Names { private, scalar, isa, .. } = names;
    let (site, shape) = (&names.layers[index], &names.shapes[index]);
    let (field, kind, settings, output, cache) = (&site.field, &site.kind, &site.settings, &site.output, &site.cache);
    let before = match index.checked_sub(1) {
        Some(before) => {
            let output = &names.layers[before].output;
            code!(#output)
        }
        None => code!(input),
    };
    let layer = code!(<#kind as #private::Layer>);
    if index + 1 == count {
        code! {
            #layer::#function::<#shape, #scalar, #isa>(
                isa, &parameters.#field, #settings, pass, #before, output, #cache,
            );
        }
    } else if index == 0 {
        code! {
            #layer::forward::<#shape, #scalar, #isa>(
                isa, &parameters.#field, #settings, pass, input, #output, #cache,
            );
        }
    } else {
        let link = names.link(index);
        code! {
            let #output = #private::chain::forward::<#link, #scalar, #isa>(
                isa,
                &#private::chain::Site { parameters: &parameters.#field, settings: #settings, pass },
                #before,
                #output,
                #cache,
            );
        }
    }
}

/// The body of `trace`: inference in two alternating buffers, each layer's output shown by name.
pub(super) fn trace(names: &Names) -> TokenStream {
    let count = names.layers.len();
    let first_len = names.len(0);
    let buffers = (count > 1).then(|| {
        let widest = names.widest(count);
        code! {
            let widest = samples * #widest;
            let (front, scratch) = scratch.split_at_mut(widest);
            let (back, scratch) = scratch.split_at_mut(widest);
        }
    });
    let calls = (0..count).map(|index| infer(names, index, count));
    code! {
        let samples = input.len() / #first_len;
        #buffers
        #(#calls)*
    }
}

fn infer(names: &Names, index: usize, count: usize) -> TokenStream {
    let Names { private, scalar, isa, .. } = names;
    let (site, shape) = (&names.layers[index], &names.shapes[index]);
    let (field, kind, settings) = (&site.field, &site.kind, &site.settings);
    let name = plain(field);
    let (len, next_len) = (names.len(index), names.len(index + 1));
    if index > 0 && index + 1 < count {
        return code! {
            let (front, back) = #private::chain::infer::<#kind, #shape, #scalar, #isa>(
                isa,
                &#private::chain::Site {
                    parameters: &self.#field,
                    settings: #settings,
                    pass: &#private::Pass::inference(),
                },
                samples,
                (front, back),
                scratch,
            );
            visit(#name, &front[..samples * #next_len]);
        };
    }
    let first = if index == 0 { code!(input) } else { code!(&front[..samples * #len]) };
    let (unused, output, shown) = if index + 1 < count {
        let front = code!(front[..samples * #next_len]);
        (None, code!(&mut #front), code!(&#front))
    } else {
        let unused = (index > 0).then(|| code!(let _ = back;));
        (unused, code!(output), code!(output))
    };
    code! {
        #unused
        <#kind as #private::Layer>::infer::<#shape, #scalar, #isa>(
            isa,
            &self.#field,
            #settings,
            #first,
            #output,
            &mut scratch[..samples * #private::chain::scratch::<#kind, #shape>()],
        );
        visit(#name, #shown);
    }
}
