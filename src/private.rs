//! Names for generated code. Nothing here is part of the public interface.

pub use crate::network::chain;
pub use core;
pub use typenet_macros::network as network_impl;

extern crate alloc;
pub use alloc::boxed::Box;
pub use alloc::vec::Vec;
pub use rand::Rng as RandomSource;

pub use crate::block::Block;
pub use crate::initializer::Initializer;
pub use crate::kernel::{Isa, Kernels};
pub use crate::layer::{Backward, Layer, Pass, Plan, Takes};
pub use crate::network::{LayerInfo, Network, Summary};
pub use crate::scalar::Scalar;
pub use crate::shape::Shape;
pub use crate::tensor::{TableEntry, TensorTable};

/// Fails to compile with the message of a shape mismatch whose sizes only the compiler knows.
///
/// The message is put together while compiling, since a constant panic formats nothing.
#[track_caller]
pub const fn assert_same_size(producer: &str, gives: usize, consumer: &str, takes: usize) {
    if gives != takes {
        let mut message = Message::new();
        message.text("shape mismatch: ");
        message.text(producer);
        message.text(" gives ");
        message.number(gives);
        message.text(" values but ");
        message.text(consumer);
        message.text(" takes ");
        message.number(takes);
        panic!("{}", message.as_str());
    }
}

/// Text that grows in constant evaluation.
struct Message {
    bytes: [u8; 512],
    len: usize,
}

impl Message {
    const fn new() -> Self {
        Self { bytes: [0; 512], len: 0 }
    }

    /// Appends as much as fits, up to the end of a character.
    const fn text(&mut self, text: &str) {
        let text = text.as_bytes();
        let mut index = 0;
        while index < text.len() && self.len < self.bytes.len() - 4 {
            self.bytes[self.len] = text[index];
            self.len += 1;
            index += 1;
        }
    }

    const fn number(&mut self, number: usize) {
        if number >= 10 {
            self.number(number / 10);
        }
        if self.len < self.bytes.len() {
            #[allow(clippy::cast_possible_truncation, reason = "a digit fits a byte")]
            let digit = b'0' + (number % 10) as u8;
            self.bytes[self.len] = digit;
            self.len += 1;
        }
    }

    const fn as_str(&self) -> &str {
        match core::str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => text,
            // Only a name of hundreds of characters, cut within one of them, comes here.
            Err(_) => "shape mismatch",
        }
    }
}
