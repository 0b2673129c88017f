//! Tests from source text to messages and resolved networks.

use std::fmt::Write as _;
use std::str::FromStr as _;

use proc_macro2::TokenStream;

use crate::check::{Judges, check};
use crate::errors::Errors;
use crate::graph::{Network, resolve};
use crate::parse::declaration;

#[cfg(feature = "examples")]
mod coverage;
mod expansion;
mod formulas;
mod judges;
#[cfg(feature = "examples")]
mod layers;
mod messages;
mod robustness;

/// The result of parsing, resolving and checking a declaration.
struct Outcome {
    /// The resolved network, if the declaration had a name.
    network: Option<Network>,
    /// The judges of its edges.
    judges: Option<Judges>,
    /// The messages in the order in which they were found.
    messages: Vec<String>,
    /// The source under the caret of each message.
    carets: Vec<String>,
}

/// Parses, resolves and checks source text.
fn outcome(source: &str) -> Outcome {
    match TokenStream::from_str(source) {
        Ok(tokens) => outcome_of(tokens),
        Err(error) => panic!("the source of the test is not valid tokens: {error}: {source}"),
    }
}

/// Parses, resolves and checks tokens.
fn outcome_of(tokens: TokenStream) -> Outcome {
    let mut errors = Errors::new();
    let network = declaration(tokens, &mut errors).map(|written| resolve(written, &mut errors));
    let judges = network.as_ref().map(|network| check(network, &mut errors));
    let all: Vec<_> = match errors.into_result() {
        Ok(()) => Vec::new(),
        Err(error) => error.into_iter().collect(),
    };
    Outcome {
        network,
        judges,
        messages: all.iter().map(ToString::to_string).collect(),
        carets: all.iter().map(|error| error.span().source_text().unwrap_or_default()).collect(),
    }
}

/// Returns the resolved network of a declaration without mistakes.
fn network(source: &str) -> Network {
    let outcome = outcome(source);
    assert!(outcome.messages.is_empty(), "{:?}", outcome.messages);
    match outcome.network {
        Some(network) => network,
        None => panic!("no network and no message: {source}"),
    }
}

/// Formats the chain as one line: `Vector<64> -hidden: Dense<64, 32>-> Vector<32>`.
fn chain(network: &Network) -> String {
    let mut text = network.input.text();
    for layer in &network.layers {
        let (field, description) = (&layer.field, &layer.description);
        let _ = write!(text, " -{field}: {description}-> {}", layer.output.text());
    }
    text
}
