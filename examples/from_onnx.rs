//! A network of PyTorch that was exported as ONNX: the compiler reads its layers and weights, and prints the declaration for those
//! who want to write it.
//!
//! ```text
//! cargo run --release --features onnx --example from_onnx
//! ```

use typenet::prelude::*;

// Exported by `tests/reference/make_onnx.py`. The path is relative to this file.
typenet::network_from_onnx!(struct Letters = "../tests/reference/onnx_residual.onnx");

/// The weights are part of the program.
static LETTERS: Letters = Letters::trained();

fn main() {
    println!("{}", Letters::DECLARATION);
    println!("{}", Letters::summary());

    // The letter T.
    let image =
        [[[1.0; 6], [0.0, 0.0, 1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0, 0.0, 0.0], [0.0; 6], [0.0; 6], [0.0; 6]]];
    println!("{:.4?}", LETTERS.predict(&image));

    // It is a network as any other: training goes on in a box.
    let mut network = Letters::zeroed();
    network.copy_from(&LETTERS);
    assert_eq!(network.predict(&image), LETTERS.predict(&image));
}
