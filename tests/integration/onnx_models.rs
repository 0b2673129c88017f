//! Networks of ONNX models predict what onnxruntime does.
//!
//! The models, and how they were made: `reference/README.md`.

use typenet::prelude::*;
use typenet::{Predict, Scalar};

use crate::recorded;

typenet::network_from_onnx!(
    /// Dense layers with and without a bias.
    pub struct Mlp = "../reference/onnx_mlp.onnx";
);
// A batch normalization, residual blocks with and without a shortcut, and sizes that are computed from the batch.
typenet::network_from_onnx!(struct ResidualNet = "../reference/onnx_residual.onnx");
// Tokens, a recurrent layer and its last step, and a normalization.
typenet::network_from_onnx!(struct TokensNet = "../reference/onnx_tokens.onnx");
// Channels last, a transposed convolution, branches, and elements that are flattened in another order.
typenet::network_from_onnx!(struct Images = "../reference/onnx_images.onnx");
// The same networks of PyTorch in two versions of the operators, and in half precision.
typenet::network_from_onnx!(struct Images13 = "../reference/onnx_images_13.onnx");
typenet::network_from_onnx!(struct Images17 = "../reference/onnx_images_17.onnx");
typenet::network_from_onnx!(struct ImagesHalf = "../reference/onnx_images_half.onnx");
typenet::network_from_onnx!(struct Steps13 = "../reference/onnx_steps_13.onnx");
typenet::network_from_onnx!(struct Steps17 = "../reference/onnx_steps_17.onnx");
typenet::network_from_onnx!(struct StepsHalf = "../reference/onnx_steps_half.onnx");
// Layers of a transformer, by both exporters of PyTorch, and with the operator of version 23.
typenet::network_from_onnx!(struct Transformer = "../reference/onnx_transformer.onnx");
typenet::network_from_onnx!(struct TransformerDynamo = "../reference/onnx_transformer_dynamo.onnx");
typenet::network_from_onnx!(struct Transformer23 = "../reference/onnx_transformer_23.onnx");
// Attention without biases, and attention that is written out with another scale.
typenet::network_from_onnx!(struct Heads = "../reference/onnx_heads.onnx");

static MLP: Mlp = Mlp::trained();
static RESIDUAL: ResidualNet = ResidualNet::trained();
static TOKENS: TokensNet = TokensNet::trained();
static IMAGES: Images = Images::trained();

/// Compares predictions of the samples of a case, whose element at `order(n)` is element n of ours.
fn agrees<N: Network<Scalar = f32>>(network: &N, file: &str, order: impl Fn(usize) -> usize) {
    let case = &recorded::file("onnx.json")["cases"][file];
    let (inputs, outputs) = (recorded::numbers(&case["inputs"]), recorded::numbers(&case["outputs"]));
    assert_eq!(outputs.len() / N::Output::LEN, inputs.len() / N::Input::LEN, "{file}");
    for (input, expected) in inputs.chunks(N::Input::LEN).zip(outputs.chunks(N::Output::LEN)) {
        let input: Vec<f32> = (0..N::Input::LEN).map(|n| f32::from_f64(input[order(n)])).collect();
        let output = Predict::predict(network, &N::Input::batch(&input)[0]);
        for (ours, theirs) in N::Output::flat(&output).iter().zip(expected) {
            assert!((f64::from(*ours) - theirs).abs() < 1e-6, "{file}: {ours} here, {theirs} there");
        }
    }
}

#[test]
fn models_predict_what_onnxruntime_does() {
    agrees(&MLP, "onnx_mlp.onnx", |n| n);
    agrees(&RESIDUAL, "onnx_residual.onnx", |n| n);
    agrees(&TOKENS, "onnx_tokens.onnx", |n| n);
    // The channels, which we have first, come last: 2 of 5 rows and 4 columns.
    agrees(&IMAGES, "onnx_images.onnx", |n| n % 20 * 2 + n / 20);
}

#[test]
fn models_of_each_version_of_the_operators_predict_what_pytorch_does() {
    agrees(&Images13::trained(), "onnx_images_13.onnx", |n| n);
    agrees(&Images17::trained(), "onnx_images_17.onnx", |n| n);
    agrees(&Steps13::trained(), "onnx_steps_13.onnx", |n| n);
    agrees(&Steps17::trained(), "onnx_steps_17.onnx", |n| n);
    let layers = |all: &'static [typenet::network::LayerInfo]| all.iter().map(|info| info.layer).collect::<Vec<_>>();
    assert_eq!(layers(<Images13>::LAYERS), layers(<Images17>::LAYERS));
    assert_eq!(layers(<Steps13>::LAYERS), layers(<Steps17>::LAYERS));
}

#[test]
fn models_of_half_precision_predict_what_pytorch_does_with_their_weights_in_single_precision() {
    agrees(&ImagesHalf::trained(), "onnx_images_half.onnx", |n| n);
    agrees(&StepsHalf::trained(), "onnx_steps_half.onnx", |n| n);
}

#[test]
fn transformers_of_both_exporters_predict_what_onnxruntime_does() {
    agrees(&Transformer::trained(), "onnx_transformer.onnx", |n| n);
    agrees(&TransformerDynamo::trained(), "onnx_transformer_dynamo.onnx", |n| n);
    agrees(&Transformer23::trained(), "onnx_transformer_23.onnx", |n| n);
    agrees(&Heads::trained(), "onnx_heads.onnx", |n| n);
    let layers = |all: &'static [typenet::network::LayerInfo]| all.iter().map(|info| info.layer).collect::<Vec<_>>();
    assert_eq!(layers(<Transformer>::LAYERS), layers(<TransformerDynamo>::LAYERS));
    for other in [TransformerDynamo::trained().parameters(), Transformer23::trained().parameters()] {
        assert_eq!(Transformer::trained().parameters(), other);
    }
}

#[test]
fn an_imported_network_is_one_as_any_other() {
    let mut network = Mlp::zeroed();
    network.copy_from(&MLP);
    assert_eq!(network.hidden.weight, MLP.hidden.weight);
    assert_eq!(network.predict(&[0.5; 5]), MLP.predict(&[0.5; 5]));
    assert!(
        ResidualNet::DECLARATION
            .starts_with("network! {\n    struct ResidualNet (Image<1, 6, 6>) -> Probabilities<3> {\n")
    );
    let names: Vec<_> = ResidualNet::TENSORS.list().into_iter().map(|tensor| tensor.name).collect();
    for name in ["norm.running_var", "residual.block_0.weight", "residual_2.shortcut.weight"] {
        assert!(names.iter().any(|other| other == name), "{name} in {names:?}");
    }
}
