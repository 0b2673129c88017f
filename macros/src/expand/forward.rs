//! The forward passes: for training, which keep what the backward pass needs, and for inference.

use proc_macro2::{Ident, Span, TokenStream};

use super::{Names, pass_at, plain};

/// Returns `forward` through all layers and, unless it is the same, `forward_logits` up to the head.
pub(super) fn passes(names: &Names) -> TokenStream {
    let mut passes = pass(names, "forward", names.layers.len());
    if names.may_have_head() {
        passes.extend(pass(names, "forward_logits", names.logits_chain()));
    }
    passes
}

/// Returns a forward pass through the first `count` layers. It calls the last of them by the name of the pass.
fn pass(names: &Names, function: &str, count: usize) -> TokenStream {
    let Names { private, scalar, input, isa, .. } = names;
    let function = Ident::new(function, Span::mixed_site());
    let first_len = names.len(0);
    let cuts = (0..count).map(|index| cut(names, index, count));
    let calls = (0..count).map(|index| call(names, index, count, &function));
    code! {
        #[inline(always)]
        fn #function<#input: #private::Shape, #scalar: #private::Kernels, #isa: #private::Isa>(
            __isa: #isa,
            __site: #private::SiteOf<'_, Self, #scalar>,
            __memory: #private::Forward<'_, #scalar>,
        ) {
            let #private::Site { parameters: __parameters, pass: __pass, .. } = __site;
            let #private::Forward { input: __input, output: __output, cache: __cache, phase: mut __phase } = __memory;
            let mut __memory = #private::chain::Memory::new(__cache, __input.len() / #first_len);
            #(#cuts)*
            #(#calls)*
        }
    }
}

/// Returns the splitting of the memory for layer `index`: for its cache, and for its output unless that is the output of the
/// pass.
fn cut(names: &Names, index: usize, count: usize) -> TokenStream {
    let (private, site, shape) = (&names.private, &names.layers[index], &names.shapes[index]);
    let (kind, output, cache) = (&site.kind, &site.output, &site.cache);
    let cut_output = (index + 1 < count).then(|| {
        let len = kept(names, index);
        code!(let #output = __memory.cut(#len);)
    });
    code! {
        #cut_output
        let #cache = __memory.cut(#private::chain::cache::<#kind, #shape>());
    }
}

/// Returns the number of values per sample that are kept of the output of layer `index`.
pub(super) fn kept(names: &Names, index: usize) -> TokenStream {
    let private = &names.private;
    if index == 0 {
        return names.len(1);
    }
    let link = names.link(index);
    code!(#private::chain::kept::<#link>())
}

/// Returns the call of layer `index`. The last layer writes into the output of the pass.
fn call(names: &Names, index: usize, count: usize, function: &Ident) -> TokenStream {
    let Names { private, scalar, isa, .. } = names;
    let (site, shape) = (&names.layers[index], &names.shapes[index]);
    let (field, kind, settings, output, cache) = (&site.field, &site.kind, &site.settings, &site.output, &site.cache);
    let (before, pass) = (names.before(index), pass_at(index));
    let layer_plan = code!(<#kind as #private::Layer>::Plan<#shape>);
    let site = code!(#private::Site { parameters: &__parameters.#field, settings: #settings, pass: #pass });
    if index > 0 && index + 1 < count {
        let link = names.link(index);
        return code! {
            let #output = #private::chain::forward::<#link, #scalar, #isa>(
                __isa,
                #site,
                #before,
                #output,
                #cache,
                &mut __phase,
            );
        };
    }
    let (function, output) =
        if index + 1 == count { (code!(#function), code!(__output)) } else { (code!(forward), code!(&mut *#output)) };
    code! {
        if let #private::core::option::Option::Some(__phase) = __phase.of_next::<#layer_plan>() {
            <#kind as #private::Layer>::#function::<#shape, #scalar, #isa>(
                __isa,
                #site,
                #private::Forward { input: #before, output: #output, cache: #cache, phase: __phase },
            );
        }
    }
}

/// Returns the body of `trace`: inference with two alternating buffers, which passes on each layer's output by name.
pub(super) fn trace(names: &Names) -> TokenStream {
    let count = names.layers.len();
    let first_len = names.len(0);
    let buffers = (count > 1).then(|| {
        let widest = names.widest(count);
        code! {
            let __widest = __samples * #widest;
            let (__front, __scratch) = __scratch.split_at_mut(__widest);
            let (__back, __scratch) = __scratch.split_at_mut(__widest);
        }
    });
    let calls = (0..count).map(|index| infer(names, index, count));
    code! {
        let __samples = __input.len() / #first_len;
        #buffers
        #(#calls)*
    }
}

/// Returns the inference of layer `index`: the first layer reads the input, the last writes the output, and the others
/// alternate between the buffers.
fn infer(names: &Names, index: usize, count: usize) -> TokenStream {
    let (name, next_len) = (plain(&names.layers[index].field), names.len(index + 1));
    if index > 0 && index + 1 < count {
        let middle = infer_between(names, index);
        return code! {
            #middle
            __visit(#name, &__front[..__samples * #next_len]);
        };
    }
    let Names { private, scalar, isa, .. } = names;
    let (site, shape, len) = (&names.layers[index], &names.shapes[index], names.len(index));
    let (field, kind, settings) = (&site.field, &site.kind, &site.settings);
    let first = if index == 0 { code!(__input) } else { code!(&__front[..__samples * #len]) };
    let (unused, output, shown) = if index + 1 < count {
        let front = code!(__front[..__samples * #next_len]);
        (None, code!(&mut #front), code!(&#front))
    } else {
        let unused = (index > 0).then(|| code!(let _ = __back;));
        (unused, code!(__output), code!(__output))
    };
    code! {
        #unused
        <#kind as #private::Layer>::infer::<#shape, #scalar, #isa>(
            __isa,
            #private::Site { parameters: &self.#field, settings: #settings, pass: &#private::Pass::inference() },
            #private::Forward {
                input: #first,
                output: #output,
                cache: &mut __scratch[..__samples * #private::chain::scratch::<#kind, #shape>()],
                phase: __phase.of_inference::<<#kind as #private::Layer>::Plan<#shape>>(),
            },
        );
        __visit(#name, #shown);
    }
}

/// Returns the inference of a layer between the first and the last.
fn infer_between(names: &Names, index: usize) -> TokenStream {
    let Names { private, scalar, isa, .. } = names;
    let (site, shape) = (&names.layers[index], &names.shapes[index]);
    let (field, kind, settings) = (&site.field, &site.kind, &site.settings);
    code! {
        let (__front, __back) = #private::chain::infer::<#kind, #shape, #scalar, #isa>(
            __isa,
            #private::Site { parameters: &self.#field, settings: #settings, pass: &#private::Pass::inference() },
            __samples,
            (__front, __back),
            __scratch,
            &mut __phase,
        );
    }
}
