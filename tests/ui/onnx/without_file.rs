//! A call without the name of a file.

typenet::network_from_onnx!(struct Digits);

fn main() {}
