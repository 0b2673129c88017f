//! What the compiler has to judge: sizes that only it can compute, and types that only it knows.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

use super::{Names, code};
use crate::check::{Judge, Judges};

/// A constant assertion or a trait for every edge that the macro left open.
pub(super) fn assertions(names: &Names, judges: &Judges) -> TokenStream {
    judges.edges.iter().chain(&judges.output).map(|judge| assertion(names, judge)).collect()
}

fn assertion(names: &Names, judge: &Judge) -> TokenStream {
    let private = &names.private;
    match judge {
        Judge::Settled => TokenStream::new(),
        Judge::Assertion { producer, consumer, gives, takes, span } => quote_spanned! {*span=>
            const _: () = #private::assert_same_size(#producer, #gives, #consumer, #takes);
        },
        Judge::Trait { producer, consumer, span, consumer_index } => {
            by_trait(names, producer, consumer, *span, *consumer_index)
        }
    }
}

/// A trait made for this edge, so that its message can name the two layers as the user does.
fn by_trait(names: &Names, producer: &str, consumer: &str, span: Span, index: usize) -> TokenStream {
    let (private, parameters) = (&names.private, names.parameters());
    let shape = &names.shapes[index];
    // Braces in the user's words would be read as placeholders.
    let literal = |text: &str| text.replace('{', "{{").replace('}', "}}");
    let (producer, consumer) = (literal(producer), literal(consumer));
    let (message, rule, subject) = if let Some(site) = names.layers.get(index) {
        let kind = &site.kind;
        (
            format!("shape mismatch: {producer} gives `{{In}}` but {consumer} takes another shape"),
            code!(#[diagnostic::do_not_recommend] impl<In: #private::Shape, L: #private::Takes<In>> Edge<In> for L {}),
            quote_spanned!(span=> #kind),
        )
    } else {
        let declared = names.network.declared_output.as_ref().map(|(declared, _)| declared.tokens(&names.library));
        (
            format!("shape mismatch: {producer} gives `{{In}}` but {consumer} declares `{{Self}}`"),
            code!(impl<S: #private::Shape> Edge<S> for S {}),
            quote_spanned!(span=> #declared),
        )
    };
    quote_spanned! {span=>
        const _: () = {
            #[diagnostic::on_unimplemented(message = #message)]
            trait Edge<In: #private::Shape> {}
            #rule
            fn edge<L: Edge<In> + ?Sized, In: #private::Shape>() {}
            fn _judge<#parameters>() {
                edge::<#subject, #shape>();
            }
        };
    }
}
