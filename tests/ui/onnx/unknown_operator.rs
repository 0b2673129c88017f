//! A node that is no layer. The network is used nevertheless.

use typenet::prelude::*;

typenet::network_from_onnx!(pub struct Classifier = "unknown_operator.onnx");

static NETWORK: Classifier = Classifier::trained();

fn main() {
    println!("{} {}", NETWORK.predict(&[0.0; 5])[0], Classifier::DECLARATION);
    let network = Classifier::init(&mut typenet::rng(37));
    println!("{}", network.parameters().len());
}
