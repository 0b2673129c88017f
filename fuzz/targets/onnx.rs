//! For any bytes, `network_from_onnx!` returns the code of a network or a message, without a panic and in bounded memory.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use quote::quote;

#[path = "../../tests/support/measuring.rs"]
mod measuring;
#[path = "support/macros.rs"]
mod support;

use measuring::{bound, measured};
use support::declared;
// The modules refer to each other through the root of their crate.
use support::macros::*;

/// A node or a number of few bytes becomes a layer or a weight, as text and as code.
const EXPANSION: usize = 1024;

fuzz_target!(|bytes: &[u8]| {
    let library = quote!(::typenet);
    let call = syn::parse2(quote!(struct Net = "model.onnx")).expect("it is a call");
    let (imported, memory) = measured(|| onnx::import_bytes(&call, Path::new("model.onnx"), bytes, &library));
    assert!(memory <= bound(bytes.len()) + EXPANSION * bytes.len(), "{memory} bytes of memory for {}", bytes.len());
    match imported {
        Ok(imported) => assert!(!declared(imported.declaration, &library).is_empty()),
        // The message quotes the contents of the file.
        Err(error) => assert!(!error.to_string().contains('\u{1b}')),
    }
});
