//! Weights without layers.

typenet::network_from_onnx!(pub struct Classifier = "../../reference/weights_torch_float32.safetensors");

static NETWORK: Classifier = Classifier::trained();

fn main() {
    println!("{}", NETWORK.predict(&[0.0; 5])[0]);
}
