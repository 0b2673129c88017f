//! Gate R2: layers, losses, whole networks and 100 steps of each optimizer against Keras and PyTorch.
//!
//! The recorded values, how they were made and in what form they are stored: `reference/README.md`.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use serde_json::Value;
use typenet::kernel::{Isa, Kernels, Program, dispatch};
use typenet::prelude::*;
use typenet::schedule::{Cosine, Exponential, InverseTime, OneCycle, ReduceOnPlateau, Schedule, Steps};
use typenet::{EpsilonForm, OptimizerState, Phase, Predict, Scalar, TensorTable};

/// Relative to the value, or absolute below 1.
fn tolerance<T: Scalar>() -> f64 {
    if T::NAME == "f64" { 1e-12 } else { 1e-5 }
}

fn recorded(file: &str) -> Value {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("reference").join(file);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The numbers of nested lists, in their order.
fn numbers<T: Scalar>(value: &Value) -> Vec<T> {
    match value {
        Value::Array(items) => items.iter().flat_map(numbers::<T>).collect(),
        number => vec![T::from_f64(number.as_f64().unwrap())],
    }
}

fn count(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

fn rows<T: Scalar, const N: usize>(value: &Value) -> Vec<[T; N]> {
    let numbers: Vec<T> = numbers(value);
    numbers.as_chunks().0.to_vec()
}

fn labels<const K: usize>(value: &Value) -> Vec<Class<K>> {
    value.as_array().unwrap().iter().map(|label| Class::new(count(label)).unwrap()).collect()
}

fn assert_near<T: Scalar>(ours: &[T], theirs: &Value, what: &str) {
    let theirs: Vec<f64> = numbers(theirs);
    assert_eq!(ours.len(), theirs.len(), "{what}: counts");
    assert!(!ours.is_empty(), "{what}: nothing compared");
    for (position, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
        let apart = (ours.to_f64() - theirs).abs();
        let allowed = tolerance::<T>() * theirs.abs().max(1.0);
        assert!(apart <= allowed, "{what} at {position}: {ours} here, {theirs} there");
    }
}

/// Fills the layers of a network, in order, from `[{weight, bias}, ..]`; weights are stored row by row.
fn set_parameters<N: Network>(network: &mut N, layers: &Value) {
    let mut layers = layers.as_array().unwrap().iter();
    let mut current = layers.next();
    for tensor in N::TENSORS.list() {
        let layer = current.unwrap();
        let slice = &mut network.parameters_mut()[tensor.range];
        if let [outputs, inputs] = *tensor.shape {
            let weight: Vec<N::Scalar> = numbers(&layer["weight"]);
            for output in 0..outputs {
                for input in 0..inputs {
                    slice[input * outputs + output] = weight[output * inputs + input];
                }
            }
        } else {
            slice.copy_from_slice(&numbers(&layer["bias"]));
            current = layers.next();
        }
    }
    assert!(current.is_none(), "every recorded layer was used");
}

/// Compares a network, or a gradient, with `[{weight, bias}, ..]`.
fn assert_parameters<N: Network>(block: &impl FlatParameters<N::Scalar>, layers: &Value, what: &str) {
    let mut expected = N::zeroed();
    set_parameters(&mut *expected, layers);
    for tensor in N::TENSORS.list() {
        let theirs = expected.parameters()[tensor.range.clone()].iter().map(|x| Value::from(x.to_f64())).collect();
        assert_near(&block.parameters()[tensor.range], &Value::Array(theirs), &format!("{what}: {}", tensor.name));
    }
}

network!(struct DenseAlone = Dense<3, 4>);
network!(struct SigmoidAlone (Vector<1>) = Sigmoid);
network!(struct TanhAlone (Vector<1>) = Tanh);
network!(struct ReluAlone (Vector<1>) = Relu);
network!(struct LeakyReluAlone (Vector<1>) = LeakyRelu(0.25));
network!(struct EluAlone (Vector<1>) = Elu(0.75));
network!(struct GeluAlone (Vector<1>) = Gelu);
network!(struct GeluTanhAlone (Vector<1>) = GeluTanh);
network!(struct SiluAlone (Vector<1>) = Silu);
network!(struct SeluAlone (Vector<1>) = Selu);
network!(struct SoftsignAlone (Vector<1>) = Softsign);
network!(struct HardSigmoidAlone (Vector<1>) = HardSigmoid);
network!(struct HardTanhAlone (Vector<1>) = HardTanh);
network!(struct HardSiluAlone (Vector<1>) = HardSilu);
network!(struct SoftplusAlone (Vector<1>) = Softplus(1.5));
// Softmax alone would be a head, whose derivative belongs to the loss: the identity behind it makes it a layer.
network!(struct SoftmaxInside<const K: usize> (Vector<K>) = Softmax, Identity);

fn layers_agree<T: Kernels>(cases: &Value) {
    dense_agrees::<T>(&cases["dense"]);
    elementwise_agrees::<SigmoidAlone<T>>(&cases["sigmoid"], "sigmoid");
    elementwise_agrees::<TanhAlone<T>>(&cases["tanh"], "tanh");
    elementwise_agrees::<ReluAlone<T>>(&cases["relu"], "relu");
}

fn activations_agree<T: Kernels>(cases: &Value) {
    elementwise_agrees::<LeakyReluAlone<T>>(&cases["leaky_relu"], "leaky ReLU");
    elementwise_agrees::<EluAlone<T>>(&cases["elu"], "ELU");
    elementwise_agrees::<GeluAlone<T>>(&cases["gelu"], "GELU");
    elementwise_agrees::<GeluTanhAlone<T>>(&cases["gelu_tanh"], "GELU with tanh");
    elementwise_agrees::<SeluAlone<T>>(&cases["selu"], "SELU");
    elementwise_agrees::<SoftsignAlone<T>>(&cases["softsign"], "softsign");
    elementwise_agrees::<HardSigmoidAlone<T>>(&cases["hard_sigmoid"], "hard sigmoid");
    elementwise_agrees::<HardTanhAlone<T>>(&cases["hard_tanh"], "hard tanh");
    elementwise_agrees::<HardSiluAlone<T>>(&cases["hard_silu"], "hard SiLU");
    elementwise_agrees::<SiluAlone<T>>(&cases["silu"], "SiLU");
    elementwise_agrees::<SoftplusAlone<T>>(&cases["softplus"], "softplus");
}

fn dense_agrees<T: Kernels>(case: &Value) {
    let mut network = DenseAlone::<T>::zeroed();
    set_parameters(&mut *network, &Value::Array(vec![case.clone()]));
    let (input, grad_output) = (rows::<T, 3>(&case["input"]), rows::<T, 4>(&case["grad_output"]));
    let (mut workspace, mut gradient) = (Workspace::new(), Gradient::zeroed());
    let pass = Pass::inference();
    let output = network.forward(&input, &pass, &mut workspace).unwrap();
    assert_near(output.as_flattened(), &case["output"], "dense");
    network.backward(&input, &grad_output, &pass, &mut workspace, &mut gradient).unwrap();
    let expected = serde_json::json!([{ "weight": case["grad_weight"], "bias": case["grad_bias"] }]);
    assert_parameters::<DenseAlone<T>>(&*gradient, &expected, "dense gradient");
}

/// An elementwise layer behind a weight of one: the gradient of that weight's bias is the derivative.
fn elementwise_agrees<N: Network<Input = Vector<1>, Output = Vector<1>>>(case: &Value, what: &str) {
    let inputs = rows::<N::Scalar, 1>(&case["input"]);
    let outputs: Vec<N::Scalar> = inputs.iter().map(|x| Predict::predict(&*N::zeroed(), x)[0]).collect();
    assert_near(&outputs, &case["output"], what);
    let derivatives: Vec<N::Scalar> = inputs.iter().map(|&x| derivative::<N>(x[0])).collect();
    assert_near(&derivatives, &case["derivative"], what);
}

/// The derivative through the layer's own backward pass.
fn derivative<N: Network<Input = Vector<1>, Output = Vector<1>>>(x: N::Scalar) -> N::Scalar {
    use typenet::{Backward, Forward, Phase, Site};
    struct Slope<N: Network>(N::Scalar, std::marker::PhantomData<N>);
    impl<N: Network> Program for Slope<N> {
        type Output = N::Scalar;
        fn run<I: Isa>(self, isa: I) -> N::Scalar {
            let (network, one, zero) = (N::zeroed(), N::Scalar::ONE, N::Scalar::ZERO);
            let (mut output, mut grad_output, mut grad_input) = ([zero], [one], [zero]);
            let (mut cache, mut gradient, pass) = ([zero; 8], N::zeroed(), Pass::inference());
            let site = Site { parameters: &*network, settings: &(), pass: &pass };
            let memory = Forward { input: &[self.0], output: &mut output, cache: &mut cache, phase: Phase::only() };
            N::Architecture::forward::<N::Input, N::Scalar, I>(isa, site, memory);
            let memory = Backward {
                input: &[self.0],
                output: &output,
                cache: &mut cache,
                grad_output: &mut grad_output,
                grad_input: Some(&mut grad_input),
                accumulate: true,
                phase: Phase::only(),
            };
            N::Architecture::backward::<N::Input, N::Scalar, I>(isa, site, memory, &mut *gradient);
            grad_input[0]
        }
    }
    dispatch(Slope::<N>(x, std::marker::PhantomData))
}

#[test]
fn layers_agree_with_keras() {
    let file = recorded("layers.json");
    layers_agree::<f64>(&file["f64"]);
    layers_agree::<f32>(&file["f32"]);
    softmax_agrees::<f64>(&file["f64"]["softmax"]);
    softmax_agrees::<f32>(&file["f32"]["softmax"]);
}

#[test]
fn activations_agree_with_pytorch() {
    let file = recorded("activations.json");
    activations_agree::<f64>(&file["f64"]);
    activations_agree::<f32>(&file["f32"]);
}

/// The layer `layer` of a network of one layer, against a recorded one.
macro_rules! layer_agrees {
    ($case:expr, $name:literal: ($($input:tt)*) $($layer:tt)*) => {{
        network!(struct Alone ($($input)*) = layer: $($layer)*);
        layer_agrees::<Alone<f64>>(&$case["f64"], $name);
        layer_agrees::<Alone<f32>>(&$case["f32"], $name);
    }};
}

/// Compares the output and both gradients of a network that is one layer with `weight` and `bias`.
fn layer_agrees<N: Network<Scalar: Kernels>>(case: &Value, what: &str) {
    let (mut network, mut gradient, mut expected) = (N::zeroed(), N::zeroed(), N::zeroed());
    fill(network.parameters_mut(), N::TENSORS, &case["weight"], &case["bias"]);
    fill(expected.parameters_mut(), N::TENSORS, &case["grad_weight"], &case["grad_bias"]);
    let mut memory = PassMemory::of(case);
    let (pass, gradient) = (Pass::inference(), &mut *gradient);
    dispatch(LayerPass { network: &*network, memory: &mut memory, gradient: &mut *gradient, pass });
    memory.agrees(case, what);
    parameters_agree(gradient.parameters(), expected.parameters(), what);
}

fn parameters_agree<T: Scalar>(ours: &[T], theirs: &[T], what: &str) {
    if !ours.is_empty() {
        let theirs = Value::Array(theirs.iter().map(|x| Value::from(x.to_f64())).collect());
        assert_near(ours, &theirs, &format!("{what}: gradient"));
    }
}

/// Fills a weight that is recorded as [filters, channels, rows, columns], or as a shape, and the bias behind it.
fn fill<T: Scalar>(parameters: &mut [T], tensors: TensorTable, weight: &Value, bias: &Value) {
    if parameters.is_empty() {
        return;
    }
    let (weight, bias): (Vec<T>, Vec<T>) = (numbers(weight), numbers(bias));
    let (to_weight, to_bias) = parameters.split_at_mut(weight.len());
    to_bias.copy_from_slice(&bias);
    match tensors.list()[0].shape {
        &[filters, ref window @ ..] if !window.is_empty() => {
            let positions: usize = window.iter().product();
            for (index, &value) in weight.iter().enumerate() {
                to_weight[index % positions * filters + index / positions] = value;
            }
        }
        _ => to_weight.copy_from_slice(&weight),
    }
}

/// What a forward and a backward pass read and write beside parameters.
struct PassMemory<T> {
    input: Vec<T>,
    output: Vec<T>,
    cache: Vec<T>,
    grad_output: Vec<T>,
    grad_input: Vec<T>,
}

impl<T: Scalar> PassMemory<T> {
    fn of(case: &Value) -> Self {
        let (input, grad_output): (Vec<T>, Vec<T>) = (numbers(&case["input"]), numbers(&case["grad_output"]));
        let (output, grad_input) = (vec![T::ZERO; grad_output.len()], vec![T::ZERO; input.len()]);
        Self { input, output, cache: vec![T::ZERO; 10_000], grad_output, grad_input }
    }

    fn agrees(&self, case: &Value, what: &str) {
        assert_near(&self.output, &case["output"], what);
        assert_near(&self.grad_input, &case["grad_input"], &format!("{what}: input gradient"));
    }
}

/// A forward and a backward pass. Compiled for each layer and instruction set, so there is little in it.
struct LayerPass<'a, N: Network> {
    network: &'a N,
    memory: &'a mut PassMemory<N::Scalar>,
    gradient: &'a mut N,
    pass: Pass,
}

impl<N: Network<Scalar: Kernels>> Program for LayerPass<'_, N> {
    type Output = ();

    fn run<I: Isa>(self, isa: I) {
        use typenet::{Backward, Forward, Site};
        let Self { network, memory: PassMemory { input, output, cache, grad_output, grad_input }, gradient, pass } =
            self;
        let site = Site { parameters: network, settings: &(), pass: &pass };
        let memory = Forward { input, output, cache, phase: Phase::only() };
        N::Architecture::forward::<N::Input, N::Scalar, I>(isa, site, memory);
        let grad_input = Some(&mut grad_input[..]);
        let memory =
            Backward { input, output, cache, grad_output, grad_input, accumulate: false, phase: Phase::only() };
        N::Architecture::backward::<N::Input, N::Scalar, I>(isa, site, memory, gradient);
    }
}

#[test]
fn convolutions_agree_with_pytorch_and_keras() {
    let file = recorded("images.json");
    let case = |name: &str| serde_json::json!({ "f64": file["f64"]["convolutions"][name], "f32": file["f32"]["convolutions"][name] });
    layer_agrees!(case("plain"), "plain": (Image<1, 5, 5>) Conv2d<_, 2, 3>);
    layer_agrees!(case("one_by_one"), "one by one": (Image<3, 4, 5>) Conv2d<_, 4, 1>);
    layer_agrees!(case("padded"), "padded": (Image<2, 4, 3>) Conv2d<_, 3, 3>(padding = 1));
    layer_agrees!(case("strided"), "strided": (Image<2, 7, 6>) Conv2d<_, 3, 3>(2));
    layer_agrees!(case("strided_and_padded"), "strided and padded": (Image<3, 5, 8>) Conv2d<_, 2, 4>(3, 2));
    layer_agrees!(case("whole_image"), "whole image": (Image<2, 3, 3>) Conv2d<_, 5, 3>(padding = Valid));
    layer_agrees!(case("same"), "same": (Image<2, 5, 4>) Conv2d<_, 3, 3>(padding = Same));
    layer_agrees!(case("same_even_kernel"), "same, even kernel": (Image<1, 5, 6>) Conv2d<_, 2, 4>(padding = Same));
    layer_agrees!(case("same_strided"), "same, strided": (Image<2, 7, 6>) Conv2d<_, 3, 3>(2, Same));
    layer_agrees!(case("same_strided_even"), "same, strided, even": (Image<3, 5, 8>) Conv2d<_, 2, 2>(3, Same));
}

#[test]
fn dilated_and_grouped_convolutions_agree_with_pytorch_and_keras() {
    let file = recorded("convolutions.json");
    let case = |name: &str| serde_json::json!({ "f64": file["f64"]["convolutions"][name], "f32": file["f32"]["convolutions"][name] });
    layer_agrees!(case("rectangular"), "rectangular": (Image<2, 6, 7>) Conv2d<_, 3, 3, 5>);
    layer_agrees!(case("pairs"), "pairs": (Image<3, 7, 9>) Conv2d<_, 2, 2, 3>(stride = (2, 1), padding = (1, 2)));
    layer_agrees!(case("dilated"), "dilated": (Image<2, 9, 8>) Conv2d<_, 3, 3>(dilation = 2));
    layer_agrees!(case("dilated_pairs"), "dilated in pairs": (Image<3, 9, 11>) Conv2d<_, 2, 3, 2>((2, 1), (2, 1), (2, 5)));
    layer_agrees!(case("grouped"), "grouped": (Image<4, 5, 6>) Conv2d<_, 6, 3>(padding = 1, groups = 2));
    layer_agrees!(case("depthwise"), "depthwise": (Image<5, 7, 6>) Conv2d<_, 5, 3>(2, 1, groups = _));
    layer_agrees!(case("depthwise_twice"), "twice the channels": (Image<3, 6, 5>) Conv2d<_, 6, 2, 3>(padding = (0, 1), dilation = (2, 1), groups = _));
    layer_agrees!(case("same_pairs"), "same, pairs": (Image<2, 7, 8>) Conv2d<_, 3, 3, 4>((2, 3), Same));
    layer_agrees!(case("same_dilated"), "same, dilated": (Image<2, 8, 7>) Conv2d<_, 3, 3, 2>(padding = Same, dilation = (2, 3)));
    layer_agrees!(case("same_depthwise"), "same, depthwise": (Image<4, 6, 7>) Conv2d<_, 4, 3>(2, Same, groups = 4));
}

#[test]
fn transposed_convolutions_agree_with_pytorch_and_keras() {
    let file = recorded("convolutions.json");
    let case = |name: &str| serde_json::json!({ "f64": file["f64"]["transposed"][name], "f32": file["f32"]["transposed"][name] });
    layer_agrees!(case("plain"), "plain": (Image<2, 3, 4>) ConvTranspose2d<_, 3, 3>);
    layer_agrees!(case("strided"), "strided": (Image<3, 4, 3>) ConvTranspose2d<_, 2, 2>(2));
    layer_agrees!(case("padded"), "padded": (Image<2, 4, 5>) ConvTranspose2d<_, 3, 3, 4>(2, 1));
    layer_agrees!(case("output_padding"), "output padding": (Image<2, 3, 4>) ConvTranspose2d<_, 3, 3>((2, 3), (1, 0), (1, 2)));
    layer_agrees!(case("dilated"), "dilated": (Image<2, 4, 3>) ConvTranspose2d<_, 2, 3, 2>((1, 2), (1, 2), dilation = (2, 3)));
    layer_agrees!(case("grouped"), "grouped": (Image<4, 3, 3>) ConvTranspose2d<_, 6, 3>(2, 1, 1, groups = 2));
    layer_agrees!(case("depthwise"), "depthwise": (Image<3, 4, 4>) ConvTranspose2d<_, 3, 4>(2, 1, groups = _));
    layer_agrees!(case("gaps"), "gaps": (Image<2, 3, 3>) ConvTranspose2d<_, 2, 1, 2>(3, Valid, (0, 1)));
    layer_agrees!(case("same"), "same": (Image<2, 4, 3>) ConvTranspose2d<_, 3, 3>(2, Same));
    layer_agrees!(case("same_even"), "same, even kernel": (Image<2, 3, 4>) ConvTranspose2d<_, 2, 4, 2>((2, 1), Same));
}

#[test]
fn convolutions_of_sequences_agree_with_pytorch_and_keras() {
    let file = recorded("convolutions.json");
    let case = |name: &str| serde_json::json!({ "f64": file["f64"]["sequences"][name], "f32": file["f32"]["sequences"][name] });
    layer_agrees!(case("plain"), "plain": (Sequence<7, 3>) Conv1d<_, 4, 3>);
    layer_agrees!(case("padded"), "padded": (Sequence<6, 2>) Conv1d<_, 5, 4>(2, 3));
    layer_agrees!(case("dilated"), "dilated": (Sequence<11, 3>) Conv1d<_, 2, 3>(padding = 1, dilation = 4));
    layer_agrees!(case("grouped"), "grouped": (Sequence<6, 4>) Conv1d<_, 6, 3>(padding = 1, groups = 2));
    layer_agrees!(case("depthwise"), "depthwise": (Sequence<8, 5>) Conv1d<_, 5, 3>(2, Valid, 2, groups = _));
    layer_agrees!(case("same"), "same": (Sequence<7, 2>) Conv1d<_, 3, 4>(2, Same));
    layer_agrees!(case("causal"), "causal": (Sequence<6, 3>) Conv1d<_, 4, 3>(padding = Causal, dilation = 2));
    layer_agrees!(case("causal_strided"), "causal, strided": (Sequence<8, 2>) Conv1d<_, 3, 2>(3, Causal));
}

/// The bound of `GlorotUniform` tells how many inputs and outputs were counted for the weight of a layer.
#[test]
fn inputs_and_outputs_of_grouped_weights_are_those_of_pytorch_and_keras() {
    network!(struct Grouped (Image<6, 9, 9>) = #[init(GlorotUniform)] conv: Conv2d<_, 6, 3, 5>(groups = 3));
    network!(struct Depthwise (Image<8, 9, 9>) = #[init(GlorotUniform)] conv: Conv2d<_, 8, 3>(groups = _));
    network!(struct Transposed (Image<4, 3, 3>) = #[init(GlorotUniform)] conv: ConvTranspose2d<_, 6, 2>(groups = 2));
    let fans = recorded("convolutions.json")["fans"].clone();
    let largest = [
        Grouped::<f64>::init(&mut typenet::rng(3)).parameters().iter().fold(0.0, |most: f64, w| most.max(w.abs())),
        Depthwise::<f64>::init(&mut typenet::rng(3)).parameters().iter().fold(0.0, |most: f64, w| most.max(w.abs())),
        Transposed::<f64>::init(&mut typenet::rng(3)).parameters().iter().fold(0.0, |most: f64, w| most.max(w.abs())),
    ];
    let shapes = [Grouped::<f64>::TENSORS, Depthwise::<f64>::TENSORS, Transposed::<f64>::TENSORS];
    for ((fans, largest), table) in fans.as_array().unwrap().iter().zip(largest).zip(shapes) {
        let shape: Vec<usize> = serde_json::from_value(fans["shape"].clone()).unwrap();
        assert_eq!(table.list()[0].shape, shape);
        let count = |name: &str| fans[name].as_f64().unwrap();
        let bound = (6.0 / (count("inputs") + count("outputs"))).sqrt();
        assert!(largest <= bound && largest > 0.9 * bound, "{largest} of {bound}");
    }
}

#[test]
fn pooled_padded_and_enlarged_images_agree_with_pytorch_and_keras() {
    let file = recorded("windows.json");
    let case = |name: &str| serde_json::json!({ "f64": file["f64"][name], "f32": file["f32"][name] });
    layer_agrees!(case("max_plain"), "max: plain": (Image<2, 6, 7>) MaxPool2d<2>);
    layer_agrees!(case("max_ties"), "max: ties": (Image<3, 6, 7>) MaxPool2d<3>(2, 1));
    layer_agrees!(case("max_rectangular"), "max: rectangular": (Image<1, 7, 6>) MaxPool2d<2, 3>);
    layer_agrees!(case("max_overlapping"), "max: overlapping": (Image<2, 5, 8>) MaxPool2d<3, 2>((1, 2), (1, 0)));
    layer_agrees!(case("max_dilated"), "max: dilated": (Image<2, 9, 8>) MaxPool2d<2, 3>(1, 1, (4, 2)));
    layer_agrees!(case("max_same"), "max: same": (Image<2, 7, 5>) MaxPool2d<2, 3>((2, 1), Same));
    layer_agrees!(case("max_same_padded"), "max: same, padded": (Image<1, 8, 5>) MaxPool2d<3>(2, Same));
    layer_agrees!(case("max_same_pairs"), "max: same, pairs": (Image<2, 7, 5>) MaxPool2d<2>(padding = Same));
    layer_agrees!(case("avg_plain"), "average: plain": (Image<2, 6, 7>) AvgPool2d<2>);
    layer_agrees!(case("avg_padded"), "average: padded": (Image<3, 6, 7>) AvgPool2d<3>(2, 1));
    layer_agrees!(case("avg_inside"), "average: inside": (Image<3, 6, 7>) AvgPool2d<3>(2, 1, Inside));
    layer_agrees!(case("avg_divisor"), "average: divisor": (Image<1, 7, 6>) AvgPool2d<2, 3>(1, (1, 0), divisor = 5));
    layer_agrees!(case("avg_rectangular"), "average: rectangular": (Image<2, 5, 8>) AvgPool2d<3, 2>((1, 2), 1));
    layer_agrees!(case("avg_same"), "average: same": (Image<2, 7, 5>) AvgPool2d<2, 3>((2, 1), Same));
    layer_agrees!(case("avg_same_padded"), "average: same, padded": (Image<1, 8, 5>) AvgPool2d<3>(2, Same));
    layer_agrees!(case("max_up"), "max: up": (Image<2, 5, 7>) MaxPool2d<2>(rounding = Up));
    layer_agrees!(case("max_up_padded"), "max: up, padded": (Image<2, 6, 8>) MaxPool2d<3>(2, 1, rounding = Up));
    layer_agrees!(case("max_up_one_less"), "max: up, one less": (Image<2, 4, 6>) MaxPool2d<2, 3>((3, 2), 1, 1, Up));
    layer_agrees!(case("max_up_dilated"), "max: up, dilated": (Image<1, 8, 9>) MaxPool2d<3>((3, 2), 1, (2, 3), Up));
    layer_agrees!(case("max_up_larger"), "max: up, larger": (Image<2, 2, 3>) MaxPool2d<3, 5>((2, 4), rounding = Up));
    layer_agrees!(case("avg_up"), "average: up": (Image<2, 5, 7>) AvgPool2d<2>(rounding = Up));
    layer_agrees!(case("avg_up_padded"), "average: up, padded": (Image<2, 6, 8>) AvgPool2d<3>(2, 1, rounding = Up));
    layer_agrees!(case("avg_up_one_less"), "average: up, one less": (Image<2, 4, 6>) AvgPool2d<2, 3>((3, 2), 1, Window, Up));
    layer_agrees!(case("avg_up_inside"), "average: up, inside": (Image<2, 6, 8>) AvgPool2d<3>(2, 1, Inside, Up));
    layer_agrees!(case("avg_up_divisor"), "average: up, divisor": (Image<1, 6, 9>) AvgPool2d<4>(3, (0, 2), 5, Up));
    layer_agrees!(case("global_avg"), "global average": (Image<3, 5, 7>) GlobalAvgPool2d);
    layer_agrees!(case("global_max"), "global maximum": (Image<3, 5, 7>) GlobalMaxPool2d);
    layer_agrees!(case("zeros"), "border: zeros": (Image<2, 3, 4>) Pad<0, 2, 3, 1>);
    layer_agrees!(case("reflect"), "border: reflect": (Image<2, 3, 4>) Pad<2, 3, 0, 1>(mode = Reflect));
    layer_agrees!(case("replicate"), "border: replicate": (Image<2, 3, 4>) Pad<2, 5, 4, 1>(Replicate));
    layer_agrees!(case("circular"), "border: circular": (Image<2, 3, 4>) Pad<2, 4, 3, 1>(Circular));
    layer_agrees!(case("nearest"), "enlarged: nearest": (Image<2, 3, 4>) Upsample<2, 3>);
    layer_agrees!(case("bilinear"), "enlarged: bilinear": (Image<2, 3, 4>) Upsample<2>(mode = Bilinear));
    layer_agrees!(case("bilinear_rectangular"), "enlarged: rectangular": (Image<1, 1, 5>) Upsample<3, 4>(Bilinear));
}

#[test]
fn pooled_sequences_agree_with_pytorch_and_keras() {
    let file = recorded("windows.json");
    let case = |name: &str| serde_json::json!({ "f64": file["f64"][name], "f32": file["f32"][name] });
    layer_agrees!(case("steps_max"), "max: plain": (Sequence<7, 3>) MaxPool1d<2>);
    layer_agrees!(case("steps_max_ties"), "max: ties": (Sequence<9, 4>) MaxPool1d<3>(2, 1));
    layer_agrees!(case("steps_max_dilated"), "max: dilated": (Sequence<11, 2>) MaxPool1d<3>(1, 1, 4));
    layer_agrees!(case("steps_max_single"), "max: one feature": (Sequence<12, 1>) MaxPool1d<3>(2, 1));
    layer_agrees!(case("steps_max_same"), "max: same": (Sequence<8, 3>) MaxPool1d<3>(2, Same));
    layer_agrees!(case("steps_max_causal"), "max: causal": (Sequence<8, 3>) MaxPool1d<3>(1, Causal, 2));
    layer_agrees!(case("steps_avg"), "average: plain": (Sequence<7, 3>) AvgPool1d<2>);
    layer_agrees!(case("steps_avg_padded"), "average: padded": (Sequence<9, 4>) AvgPool1d<3>(2, 1));
    layer_agrees!(case("steps_avg_inside"), "average: inside": (Sequence<9, 4>) AvgPool1d<3>(2, 1, Inside));
    layer_agrees!(case("steps_avg_single"), "average: one feature": (Sequence<12, 1>) AvgPool1d<4>(3, 2));
    layer_agrees!(case("steps_avg_same"), "average: same": (Sequence<8, 3>) AvgPool1d<4>(3, Same));
    layer_agrees!(case("steps_avg_causal"), "average: causal": (Sequence<8, 3>) AvgPool1d<3>(2, Causal));
    layer_agrees!(case("steps_max_up"), "max: up": (Sequence<8, 3>) MaxPool1d<3>(2, 1, 2, Up));
    layer_agrees!(case("steps_max_up_single"), "max: up, one feature": (Sequence<9, 1>) MaxPool1d<2>(rounding = Up));
    layer_agrees!(case("steps_avg_up"), "average: up": (Sequence<8, 3>) AvgPool1d<4>(3, 2, rounding = Up));
    layer_agrees!(case("steps_avg_up_inside"), "average: up, inside": (Sequence<8, 3>) AvgPool1d<4>(3, 2, Inside, Up));
    layer_agrees!(case("steps_global_avg"), "global average": (Sequence<6, 5>) GlobalAvgPool1d);
    layer_agrees!(case("steps_global_max"), "global maximum": (Sequence<6, 5>) GlobalMaxPool1d);
}

#[test]
fn normalized_layers_agree_with_pytorch() {
    let file = recorded("images.json");
    let case = |name: &str| serde_json::json!({ "f64": file["f64"]["normalizations"][name], "f32": file["f32"]["normalizations"][name] });
    layer_agrees!(case("vector"), "vector": (Vector<7>) LayerNorm);
    layer_agrees!(case("image"), "image": (Image<2, 3, 4>) LayerNorm(0.25));
    // In single precision PyTorch loses four digits of the sample whose mean is a thousand times its deviation.
    let exact = &file["f64"]["normalizations"]["constant"];
    layer_agrees!(serde_json::json!({ "f64": exact, "f32": exact }), "constant": (Vector<4>) LayerNorm(epsilon = 1e-3));
}

#[test]
fn other_normalizations_and_learned_slopes_agree_with_pytorch() {
    let file = recorded("normalizations.json");
    let case = |name: &str| serde_json::json!({ "f64": file["f64"][name], "f32": file["f32"][name] });
    layer_agrees!(case("rms_vector"), "rms vector": (Vector<7>) RmsNorm);
    layer_agrees!(case("rms_image"), "rms image": (Image<2, 3, 4>) RmsNorm(0.25));
    layer_agrees!(case("one_group"), "one group": (Image<4, 3, 5>) GroupNorm<1>);
    layer_agrees!(case("two_groups"), "two groups": (Image<6, 5, 7>) GroupNorm<2>(epsilon = 1e-3));
    layer_agrees!(case("instances"), "instances": (Image<3, 4, 6>) GroupNorm<3>);
    layer_agrees!(case("one_position"), "one position": (Image<8, 1, 1>) GroupNorm<2>(0.1));
    layer_agrees!(case("slopes_of_elements"), "slopes of elements": (Vector<21>) PRelu);
    layer_agrees!(case("slopes_of_channels"), "slopes of channels": (Image<3, 5, 7>) PRelu);
}

network!(struct NormalizedVectors (Vector<5>) = layer: Dense<_, 7>, norm: BatchNorm(1e-3, momentum = 0.25), Flatten);
network!(struct NormalizedImages (Image<2, 4, 5>) = layer: Conv2d<_, 3, 2>, norm: BatchNorm, Flatten);
network!(struct NormalizedSequences (Sequence<6, 2>) = layer: Conv1d<_, 17, 2>, norm: BatchNorm(0.25), Flatten);

/// Holds a network with a batch normalization to a recorded batch, in training and then in inference.
fn batch_agrees<N, const OUTPUTS: usize>(case: &Value, name: &str)
where
    N: Network<Output = Vector<OUTPUTS>, Logits = Vector<OUTPUTS>>,
{
    let mut network = N::zeroed();
    network.parameters_mut().copy_from_slice(&by_name::<N>(&case["parameters"]));
    let elements: Vec<N::Scalar> = numbers(&case["input"]);
    let inputs = N::Input::batch(&elements);
    let grad_output: Vec<[N::Scalar; OUTPUTS]> = rows(&case["grad_output"]);
    let mut workspace = Workspace::for_samples(inputs.len());
    let (mut gradient, pass) = (Gradient::zeroed(), Pass::training(0, 0));
    let output = network.forward(inputs, &pass, &mut workspace).unwrap().as_flattened().to_vec();
    assert_near(&output, &case["output"], name);
    network.backward(inputs, &grad_output, &pass, &mut workspace, &mut gradient).unwrap();
    let expected = by_name::<N>(&case["gradients"]).into_iter().map(Scalar::to_f64).collect::<Vec<f64>>();
    assert_near(gradient.parameters(), &Value::from(expected), &format!("the gradient of {name}"));
    OptimizerState::new(Sgd::new(1e-30)).step(&mut *network, &*gradient).unwrap();
    assert_near(network.predict_batch(inputs).as_flattened(), &case["inference"], &format!("{name} in inference"));
}

#[test]
fn batch_normalization_agrees_with_pytorch() {
    let file = recorded("batch_normalization.json");
    batch_agrees::<NormalizedVectors<f64>, 7>(&file["f64"]["vectors"], "vectors");
    batch_agrees::<NormalizedVectors<f32>, 7>(&file["f32"]["vectors"], "vectors");
    batch_agrees::<NormalizedImages<f64>, 36>(&file["f64"]["images"], "images");
    batch_agrees::<NormalizedImages<f32>, 36>(&file["f32"]["images"], "images");
    batch_agrees::<NormalizedSequences<f64>, 85>(&file["f64"]["sequences"], "sequences");
    batch_agrees::<NormalizedSequences<f32>, 85>(&file["f32"]["sequences"], "sequences");
}

#[test]
fn layers_that_pass_elements_on_agree_with_pytorch() {
    let file = recorded("passing.json");
    let case = |name: &str| serde_json::json!({ "f64": file["f64"][name], "f32": file["f32"][name] });
    layer_agrees!(case("identity"), "identity": (Image<2, 3, 5>) Identity);
    layer_agrees!(case("image"), "image": (Vector<30>) Reshape<Image<2, 3, 5>>);
    layer_agrees!(case("other_image"), "other image": (Image<2, 3, 5>) Reshape<Image<5, 2, _>>);
    layer_agrees!(case("vector"), "flattened": (Image<2, 3, 5>) Flatten);
    layer_agrees!(case("vector"), "vector": (Image<2, 3, 5>) Reshape<Vector<_>>);
    layer_agrees!(case("sequence"), "sequence": (Image<2, 3, 5>) Reshape<Sequence<6, 5>>);
    // In inference, nothing is dropped.
    layer_agrees!(case("elements"), "elements": (Image<3, 5, 2>) Dropout(0.375));
    layer_agrees!(case("half"), "half of the elements": (Vector<17>) Dropout(0.5));
    layer_agrees!(case("channels"), "channels": (Image<5, 3, 2>) Dropout2d(0.375));
}

/// Which elements are dropped is random here and there. What the others become is not, and was recorded for all.
#[test]
fn elements_that_dropout_keeps_agree_with_pytorch() {
    network!(struct Elements (Image<3, 5, 2>) = Dropout(0.375));
    network!(struct Half (Vector<17>) = Dropout(0.5));
    network!(struct Channels (Image<5, 3, 2>) = Dropout2d(0.375));
    let file = recorded("passing.json");
    dropout_agrees::<Elements<f64>>(&file["f64"]["elements"], 1);
    dropout_agrees::<Half<f64>>(&file["f64"]["half"], 1);
    dropout_agrees::<Channels<f64>>(&file["f64"]["channels"], 6);
    dropout_agrees::<Elements<f32>>(&file["f32"]["elements"], 1);
    dropout_agrees::<Half<f32>>(&file["f32"]["half"], 1);
    dropout_agrees::<Channels<f32>>(&file["f32"]["channels"], 6);
}

/// Compares what training passes keep, of which so many neighbours are kept or dropped together.
fn dropout_agrees<N: Network<Scalar: Kernels>>(case: &Value, together: usize) {
    // An element is never kept, or never dropped, in one of 10⁹ tests.
    const PASSES: u64 = 64;
    let (network, zero) = (N::zeroed(), N::Scalar::ZERO);
    let [all, grad_all] = ["kept", "grad_kept"].map(|key| numbers::<f64>(&case[key]));
    let mut times_kept = vec![0; all.len()];
    for step in 0..PASSES {
        let mut memory = PassMemory::of(case);
        let (pass, gradient) = (Pass::training(37, step), &mut *N::zeroed());
        dispatch(LayerPass { network: &*network, memory: &mut memory, gradient, pass });
        let PassMemory { output, grad_input, .. } = memory;
        let kept: Vec<bool> = output.iter().map(|&value| value != zero).collect();
        assert!(kept.chunks(together).all(|unit| unit.iter().all(|&kept| kept == unit[0])), "{kept:?}");
        for (found, all) in [(&output, &all), (&grad_input, &grad_all)] {
            let expected: Vec<f64> =
                all.iter().zip(&kept).map(|(&value, &kept)| if kept { value } else { 0.0 }).collect();
            assert_near(found, &Value::from(expected), "dropout");
        }
        times_kept.iter_mut().zip(&kept).for_each(|(times, &kept)| *times += u64::from(kept));
    }
    assert!(times_kept.iter().all(|times| (1..PASSES).contains(times)), "{times_kept:?}");
}

network! {
    struct Blocks (Image<2, 6, 4>) -> Vector<2> {
        deep: Repeat<3> {
            Residual { hidden: Conv2d<_, 3, 3>(padding = 1), Tanh, back: Conv2d<_, 2, 1> },
            Sigmoid,
        },
        halved: Residual(Conv2d<_, 4, 1>(stride = 2)) { Conv2d<_, 4, 3>(stride = 2, padding = 1) },
        joined: Parallel {
            left: { layer: Conv2d<_, 2, 1>, Tanh },
            skip: {},
            right: { layer: Conv2d<_, 3, 3>(padding = 1), Tanh },
        },
        Flatten,
        added: Parallel(Add) { left: { layer: Dense<_, 2>, Tanh }, right: { layer: Dense<_, 2>, Tanh } },
    }
}

/// The elements of named tensors, in the order of memory.
fn by_name<N: Network>(tensors: &Value) -> Vec<N::Scalar> {
    let list = N::TENSORS.list();
    assert_eq!(tensors.as_object().unwrap().len(), list.len(), "every recorded tensor is used");
    let columns = |name: &str, rows: usize| {
        let elements: Vec<N::Scalar> = numbers(&tensors[name]);
        let columns = elements.len() / rows;
        (0..elements.len()).map(|index| elements[index % rows * columns + index / rows]).collect::<Vec<_>>()
    };
    list.iter().flat_map(|tensor| columns(&tensor.name, tensor.shape[0])).collect()
}

fn blocks_agree<T: Kernels>(case: &Value) {
    let mut network = Blocks::<T>::zeroed();
    network.parameters_mut().copy_from_slice(&by_name::<Blocks<T>>(&case["parameters"]));
    let elements: Vec<T> = numbers(&case["input"]);
    let inputs = <Image<2, 6, 4>>::batch(&elements);
    let grad_output: Vec<[T; 2]> = rows(&case["grad_output"]);
    let (mut workspace, mut gradient, pass) = (Workspace::new(), Gradient::zeroed(), Pass::training(0, 0));
    let output = network.forward(inputs, &pass, &mut workspace).unwrap().as_flattened().to_vec();
    assert_near(&output, &case["output"], "blocks");
    assert_near(network.predict_batch(inputs).as_flattened(), &case["output"], "blocks in inference");
    network.backward(inputs, &grad_output, &pass, &mut workspace, &mut gradient).unwrap();
    let expected = Value::from(by_name::<Blocks<T>>(&case["gradients"]).into_iter().map(T::to_f64).collect::<Vec<_>>());
    assert_near(gradient.parameters(), &expected, "the gradient of blocks");
}

#[test]
fn blocks_agree_with_pytorch_and_have_its_names() {
    let file = recorded("blocks.json");
    blocks_agree::<f64>(&file["f64"]);
    blocks_agree::<f32>(&file["f32"]);
}

fn softmax_agrees<T: Kernels>(case: &Value) {
    for (position, input) in case["input"].as_array().unwrap().iter().enumerate() {
        let values: Vec<T> = numbers(input);
        let mut output = values.clone();
        let mut gradient: Vec<T> = numbers(&case["grad_output"][position]);
        dispatch(SoftmaxKernels { values: &mut output, gradient: &mut gradient });
        assert_near(&output, &case["output"][position], "softmax");
        assert_near(&gradient, &case["grad_input"][position], "softmax gradient");
    }
    let network = SoftmaxInside::<3, T>::zeroed();
    let p = network.predict(&[1.0, 2.0, 3.0].map(T::from_f64)).map(|p| (p.to_f64() * 100.0).round());
    assert_eq!(p, [9.0, 24.0, 67.0]);
}

struct SoftmaxKernels<'a, T> {
    values: &'a mut [T],
    gradient: &'a mut [T],
}

impl<T: Kernels> Program for SoftmaxKernels<'_, T> {
    type Output = ();

    fn run<I: Isa>(self, isa: I) {
        T::softmax(isa, self.values.len(), self.values);
        T::softmax_gradient(isa, self.values.len(), self.values, self.gradient);
    }
}

/// The mean of a loss over logits, and its gradient.
struct OfLoss<'a, L, S, T: Scalar, V>(&'a L, &'a [T], &'a [V], std::marker::PhantomData<S>);

impl<S, L, T, V> Program for OfLoss<'_, L, S, T, V>
where
    S: Shape,
    T: Kernels,
    L: Loss<S>,
    L::Target: typenet::Target<Value<T> = V>,
{
    type Output = (T, Vec<T>);

    fn run<I: Isa>(self, isa: I) -> (T, Vec<T>) {
        let weight = T::ONE / T::from_count(self.2.len());
        let mut gradient = vec![T::ZERO; self.1.len()];
        let sum = self.0.evaluate(isa, self.1, self.2, weight, Some(&mut gradient));
        let again = self.0.evaluate(isa, self.1, self.2, weight, None);
        assert_eq!(sum, again, "with and without gradient");
        (sum * weight, gradient)
    }
}

fn compare_loss<S, L, T, V>(loss: &L, logits: &Value, targets: &[V], case: &Value, gradient_key: &str)
where
    S: Shape,
    T: Kernels,
    L: Loss<S>,
    L::Target: typenet::Target<Value<T> = V>,
{
    let logits: Vec<T> = numbers(logits);
    let program = OfLoss::<L, S, T, V>(loss, &logits, targets, std::marker::PhantomData);
    let (value, gradient) = dispatch(program);
    let what = case["name"].as_str().unwrap();
    assert_near(&[value], &case["loss"], what);
    assert_near(&gradient, &case[gradient_key], what);
}

/// Calls `$body` with `$size` as a constant for the width of a recorded row.
macro_rules! with_width {
    ($width:expr, $size:ident => $body:expr) => {
        match $width {
            1 => {
                const $size: usize = 1;
                $body
            }
            2 => {
                const $size: usize = 2;
                $body
            }
            3 => {
                const $size: usize = 3;
                $body
            }
            4 => {
                const $size: usize = 4;
                $body
            }
            5 => {
                const $size: usize = 5;
                $body
            }
            6 => {
                const $size: usize = 6;
                $body
            }
            10 => {
                const $size: usize = 10;
                $body
            }
            other => panic!("a width of {other} is not prepared"),
        }
    };
}

fn losses_agree<T: Kernels>(cases: &Value) {
    let list = |key: &str| cases[key].as_array().unwrap().clone();
    for case in list("cross_entropy_from_logits") {
        with_width!(case["logits"][0].as_array().unwrap().len(), K => {
            let targets = labels::<K>(&case["label"]);
            compare_loss::<Vector<K>, _, T, _>(&CrossEntropy, &case["logits"], &targets, &case, "grad_logits");
            compare_loss::<Probabilities<K>, _, T, _>(&Nll, &case["logits"], &targets, &case, "grad_logits");
        });
    }
    for case in list("mean_squared_error") {
        with_width!(case["prediction"][0].as_array().unwrap().len(), M => {
            let targets = rows::<T, M>(&case["target"]);
            compare_loss::<Vector<M>, _, T, _>(&MeanSquaredError, &case["prediction"], &targets, &case, "grad_prediction");
        });
    }
    for case in list("mean_squared_error_of_softmax") {
        with_width!(case["logits"][0].as_array().unwrap().len(), K => {
            let targets = rows::<T, K>(&case["target"]);
            compare_loss::<Probabilities<K>, _, T, _>(&MeanSquaredError, &case["logits"], &targets, &case, "grad_logits");
        });
    }
}

#[test]
fn losses_agree_with_keras() {
    let file = recorded("losses.json");
    losses_agree::<f64>(&file["f64"]);
    losses_agree::<f32>(&file["f32"]);
}

fn losses_agree_with_torch_in<T: Kernels>(cases: &Value) {
    for case in cases.as_array().unwrap() {
        let setting = || case["setting"].as_f64().unwrap();
        macro_rules! agree {
            ($shape:ty, $loss:expr, $targets:expr) => {
                compare_loss::<$shape, _, T, _>(&$loss, &case["scores"], &$targets, case, "gradient")
            };
        }
        let wanted = || rows::<T, 3>(&case["target"]);
        let classes = || labels::<3>(&case["target"]);
        match case["name"].as_str().unwrap() {
            "absolute_error" => agree!(Vector<3>, AbsoluteError, wanted()),
            "huber" => agree!(Vector<3>, Huber::new(setting()), wanted()),
            "binary_cross_entropy" => agree!(Vector<3>, BinaryCrossEntropy, wanted()),
            "hinge" => agree!(Vector<3>, Hinge, wanted()),
            "categorical_hinge" => agree!(Vector<3>, CategoricalHinge, classes()),
            "label_smoothing" => {
                agree!(Vector<3>, CrossEntropy.label_smoothing(setting()), classes());
                agree!(Probabilities<3>, Nll.label_smoothing(setting()), classes());
            }
            other => panic!("{other} is not a loss"),
        }
    }
}

#[test]
fn more_losses_agree_with_torch() {
    let file = recorded("losses_torch.json");
    losses_agree_with_torch_in::<f64>(&file["f64"]);
    losses_agree_with_torch_in::<f32>(&file["f32"]);
}

network!(struct Classifier = Dense<6, 5>, Tanh, Dense<5, 4>, Relu, Dense<4, 3>, Softmax);
network!(struct Regressor = Dense<4, 3>, Sigmoid, Dense<3, 2>, Identity);

fn networks_agree<T: Kernels>(cases: &Value) {
    let case = &cases["classifier"];
    let mut network = Classifier::<T>::zeroed();
    set_parameters(&mut *network, &case["parameters"]);
    let inputs = rows::<T, 6>(&case["input"]);
    let logits: Vec<[T; 3]> = inputs.iter().map(|x| network.logits(x)).collect();
    assert_near(logits.as_flattened(), &case["logits"], "logits");
    assert_near(network.predict_batch(&inputs).as_flattened(), &case["probabilities"], "probabilities");
    let mut gradient = Gradient::zeroed();
    let (targets, pass) = (labels::<3>(&case["label"]), Pass::training(0, 0));
    let loss = network.gradient(&inputs, &targets, &Nll, &pass, &mut Workspace::new(), &mut gradient).unwrap();
    assert_near(&[loss], &case["loss"], "loss");
    assert_parameters::<Classifier<T>>(&*gradient, &case["gradient"], "classifier gradient");

    let case = &cases["regressor"];
    let mut network = Regressor::<T>::zeroed();
    set_parameters(&mut *network, &case["parameters"]);
    let (inputs, targets) = (rows::<T, 4>(&case["input"]), rows::<T, 2>(&case["target"]));
    assert_near(network.predict_batch(&inputs).as_flattened(), &case["prediction"], "predictions");
    let mut gradient = Gradient::zeroed();
    let mut workspace = Workspace::new();
    let loss = network.gradient(&inputs, &targets, &MeanSquaredError, &pass, &mut workspace, &mut gradient).unwrap();
    assert_near(&[loss], &case["loss"], "loss");
    assert_parameters::<Regressor<T>>(&*gradient, &case["gradient"], "regressor gradient");
}

#[test]
fn whole_networks_agree_with_keras() {
    let file = recorded("networks.json");
    networks_agree::<f64>(&file["f64"]);
    networks_agree::<f32>(&file["f32"]);
}

fn sgd(run: &Value) -> Sgd {
    let mut sgd = Sgd::new(1.0).momentum(run["momentum"].as_f64().unwrap());
    if run["nesterov"].as_bool().unwrap() {
        sgd = sgd.nesterov();
    }
    if run["form"] == "torch" {
        sgd = sgd.pytorch_momentum();
    }
    sgd
}

fn adam(run: &Value) -> Adam {
    let [beta1, beta2, epsilon] = ["beta1", "beta2", "epsilon"].map(|key| run[key].as_f64().unwrap());
    let library = if run["form"] == "keras" { Adam::keras() } else { Adam::torch() };
    let adam = library.beta1(beta1).beta2(beta2).epsilon(epsilon);
    assert!(run["name"] != "defaults" || adam == library, "defaults of {}", run["form"]);
    adam
}

/// 100 full-batch steps from the recorded start.
fn descent_agrees<T: Kernels, O: Optimizer>(
    run: &Value,
    start: &Value,
    optimizer: O,
    learning_rate: impl Fn(&mut O) -> &mut f64,
) {
    let name = run["name"].as_str().unwrap();
    let mut network = Classifier::<T>::zeroed();
    set_parameters(&mut *network, &start["parameters"]);
    let (inputs, targets) = (rows::<T, 6>(&start["input"]), labels::<3>(&start["label"]));
    let mut optimizer = OptimizerState::<O, T>::new(optimizer);
    let (mut workspace, mut gradient) = (Workspace::new(), Gradient::zeroed());
    let mut step = 0;
    for phase in run["learning_rates"].as_array().unwrap() {
        *learning_rate(optimizer.optimizer_mut()) = phase["rate"].as_f64().unwrap();
        for _ in 0..phase["steps"].as_u64().unwrap() {
            let pass = Pass::training(0, step);
            network.gradient(&inputs, &targets, &Nll, &pass, &mut workspace, &mut gradient).unwrap();
            optimizer.step(&mut *network, &*gradient).unwrap();
            step += 1;
            for after in run["after"].as_array().unwrap().iter().filter(|after| after["step"] == step) {
                let what = format!("{name} ({}) after {step} steps", run["form"]);
                assert_parameters::<Classifier<T>>(&*network, &after["parameters"], &what);
                let mut unused = Gradient::zeroed();
                let loss = network.gradient(&inputs, &targets, &Nll, &pass, &mut workspace, &mut unused).unwrap();
                assert_near(&[loss], &after["loss"], &what);
            }
        }
    }
    assert_eq!(step, 100);
}

#[test]
fn a_hundred_steps_of_every_form_of_descent_agree_with_keras_and_pytorch() {
    let start = recorded("networks.json");
    let (keras, torch) = (recorded("sgd.json"), recorded("sgd_torch.json"));
    let runs = |file: &Value, key: &str| file[key].as_array().cloned().unwrap_or_default();
    let double = [runs(&keras, "f64"), runs(&torch, "f64")].concat();
    assert_eq!(double.len(), 7, "five runs of Keras, two of PyTorch");
    for run in &double {
        descent_agrees::<f64, _>(run, &start["f64"]["classifier"], sgd(run), |sgd| &mut sgd.learning_rate);
    }
    let single = runs(&keras, "f32");
    assert_eq!(single.len(), 5);
    for run in &single {
        descent_agrees::<f32, _>(run, &start["f32"]["classifier"], sgd(run), |sgd| &mut sgd.learning_rate);
    }
}

#[test]
fn a_hundred_steps_of_adam_agree_with_keras_and_pytorch() {
    let start = recorded("networks.json");
    for file in ["adam.json", "adam_torch.json"] {
        let file = recorded(file);
        for precision in ["f64", "f32"] {
            let runs = file[precision].as_array().unwrap();
            assert_eq!(runs.len(), 5);
            for run in runs {
                let (start, adam) = (&start[precision]["classifier"], adam(run));
                assert_eq!(adam.form == EpsilonForm::Uncorrected, run["form"] == "keras");
                if precision == "f64" {
                    descent_agrees::<f64, _>(run, start, adam, |adam| &mut adam.learning_rate);
                } else {
                    descent_agrees::<f32, _>(run, start, adam, |adam| &mut adam.learning_rate);
                }
            }
        }
    }
}

fn setting(run: &Value, key: &str) -> f64 {
    run[key].as_f64().unwrap()
}

fn decay(run: &Value) -> WeightDecay {
    let lambda = setting(&run["decay"], "lambda");
    match run["decay"]["form"].as_str().unwrap() {
        "coupled" => WeightDecay::Coupled(lambda),
        "decoupled" => WeightDecay::Decoupled(lambda),
        _ => WeightDecay::None,
    }
}

/// Starts from a library's defaults, and sets what is recorded, which changes nothing in the cases named "defaults".
fn with_settings<O: PartialEq + Copy + std::fmt::Debug>(run: &Value, keras: O, torch: O, set: impl Fn(O) -> O) -> O {
    let defaults = if run["form"] == "keras" { keras } else { torch };
    let optimizer = set(defaults);
    let is_default = run["name"].as_str().unwrap().ends_with("defaults");
    assert!(!is_default || optimizer == defaults, "{optimizer:?} are the defaults of {}", run["form"]);
    optimizer
}

/// A case of Adam or its kin.
fn adams_agree<T: Kernels>(run: &Value, start: &Value) {
    let [beta1, beta2, epsilon] = ["beta1", "beta2", "epsilon"].map(|key| setting(run, key));
    let adam = |adam: Adam| adam.beta1(beta1).beta2(beta2).epsilon(epsilon);
    match run["optimizer"].as_str().unwrap() {
        "Adam" => {
            let adam = with_settings(run, Adam::keras(), Adam::torch(), |defaults| adam(defaults).amsgrad());
            descent_agrees::<T, _>(run, start, adam, |adam| &mut adam.learning_rate);
        }
        "AdamW" => {
            let set = |defaults: AdamW| AdamW { adam: adam(defaults.adam).weight_decay(decay(run)) };
            let adam_w = with_settings(run, AdamW::keras(), AdamW::torch(), set);
            descent_agrees::<T, _>(run, start, adam_w, |adam_w| &mut adam_w.adam.learning_rate);
        }
        "Adamax" => {
            let set = |adamax: Adamax| adamax.beta1(beta1).beta2(beta2).epsilon(epsilon).weight_decay(decay(run));
            let adamax = with_settings(run, Adamax::keras(), Adamax::torch(), set);
            descent_agrees::<T, _>(run, start, adamax, |adamax| &mut adamax.learning_rate);
        }
        other => {
            assert_eq!(other, "Nadam");
            let psi = setting(run, "momentum_decay");
            let set =
                |nadam: Nadam| Nadam { beta1, beta2, epsilon, momentum_decay: psi, ..nadam.weight_decay(decay(run)) };
            let nadam = with_settings(run, Nadam::keras(), Nadam::torch(), set);
            descent_agrees::<T, _>(run, start, nadam, |nadam| &mut nadam.learning_rate);
        }
    }
}

/// A case of any of the other optimizers.
fn other_optimizer_agrees<T: Kernels>(run: &Value, start: &Value) {
    match run["optimizer"].as_str().unwrap() {
        "Sgd" => {
            let set = |sgd: Sgd| sgd.momentum(setting(run, "momentum")).weight_decay(decay(run));
            let sgd = with_settings(run, Sgd::new(1.0), Sgd::new(1.0).pytorch_momentum(), set);
            descent_agrees::<T, _>(run, start, sgd, |sgd| &mut sgd.learning_rate);
        }
        "Adagrad" => {
            let [initial, rate_decay, epsilon] = ["initial", "rate_decay", "epsilon"].map(|key| setting(run, key));
            let set = |adagrad: Adagrad| Adagrad { initial, rate_decay, epsilon, ..adagrad.weight_decay(decay(run)) };
            let adagrad = with_settings(run, Adagrad::keras(), Adagrad::torch(), set);
            descent_agrees::<T, _>(run, start, adagrad, |adagrad| &mut adagrad.learning_rate);
        }
        "RmsProp" => {
            let [rho, momentum, epsilon] = ["rho", "momentum", "epsilon"].map(|key| setting(run, key));
            let centered = run["centered"] == true;
            let set =
                |defaults: RmsProp| RmsProp { rho, momentum, epsilon, centered, ..defaults }.weight_decay(decay(run));
            let rms_prop = with_settings(run, RmsProp::keras(), RmsProp::torch(), set);
            descent_agrees::<T, _>(run, start, rms_prop, |rms_prop| &mut rms_prop.learning_rate);
        }
        "Adadelta" => {
            let [rho, epsilon] = ["rho", "epsilon"].map(|key| setting(run, key));
            let set = |adadelta: Adadelta| adadelta.rho(rho).epsilon(epsilon).weight_decay(decay(run));
            let adadelta = with_settings(run, Adadelta::keras(), Adadelta::torch(), set);
            descent_agrees::<T, _>(run, start, adadelta, |adadelta| &mut adadelta.learning_rate);
        }
        _ => adams_agree::<T>(run, start),
    }
}

#[test]
fn a_hundred_steps_of_every_other_optimizer_agree_with_keras_and_pytorch() {
    let start = recorded("networks.json");
    for file in ["optimizers.json", "optimizers_torch.json"] {
        let file = recorded(file);
        for run in file["f64"].as_array().unwrap() {
            other_optimizer_agrees::<f64>(run, &start["f64"]["classifier"]);
        }
        for run in file["f32"].as_array().unwrap() {
            other_optimizer_agrees::<f32>(run, &start["f32"]["classifier"]);
        }
        assert_eq!((file["f64"].as_array().unwrap().len(), file["f32"].as_array().unwrap().len()), (16, 16));
    }
}

fn schedule_factors(case: &Value) -> Vec<f64> {
    let number = |key: &str| case[key].as_f64().unwrap();
    let whole = |key: &str| case[key].as_u64().unwrap();
    let all = |schedule: &dyn Schedule| {
        schedule.check().unwrap();
        (0..60).map(|time| schedule.factor(time)).collect()
    };
    match case["name"].as_str().unwrap() {
        "inverse_time" => all(&InverseTime::new(whole("every"), number("decay"))),
        "exponential" => all(&Exponential::new(number("beta"))),
        "steps" => all(&Steps::new(whole("every"), number("beta"))),
        "cosine" | "cosine_warm_up" => {
            all(&Cosine::new(whole("steps")).floor(number("floor")).warm_up(whole("warm_up"), number("first")))
        }
        "one_cycle" | "one_cycle_defaults" => {
            let cycle = OneCycle::new(whole("steps"));
            let given = cycle.rise(number("rise")).divisors(number("first_divisor"), number("last_divisor"));
            assert!(case["name"] != "one_cycle_defaults" || given == cycle);
            all(&given)
        }
        other => panic!("{other}"),
    }
}

#[test]
fn every_schedule_agrees_with_keras_and_pytorch() {
    let (keras, torch) = (recorded("schedules.json"), recorded("schedules_torch.json"));
    let cases = [&keras, &torch].map(|file| file["schedules"].as_array().unwrap().clone()).concat();
    assert_eq!(cases.len(), 7);
    for case in &cases {
        let factors = schedule_factors(case);
        assert_near(&factors, &case["factors"], case["name"].as_str().unwrap());
        assert!(factors.iter().any(|&factor| factor < 0.5) && factors.len() == 60);
    }
    let plateaus = keras["plateaus"].as_array().unwrap();
    assert_eq!(plateaus.len(), 7);
    for case in plateaus {
        let small = |key: &str| u32::try_from(count(&case[key])).unwrap();
        let number = |key: &str| case[key].as_f64().unwrap();
        let mut plateau = ReduceOnPlateau::new()
            .factor(number("factor"))
            .patience(small("patience"))
            .min_delta(number("min_delta"))
            .cooldown(small("cooldown"))
            .min_rate(number("min_rate"));
        let observed = numbers::<f64>(&case["losses"]).into_iter().map(|loss| {
            plateau.observe(loss);
            plateau.rate(1.0)
        });
        assert_near(&observed.collect::<Vec<_>>(), &case["rates"], case["name"].as_str().unwrap());
    }
}

#[test]
fn initializers_have_the_bounds_and_deviations_of_keras_and_pytorch() {
    const ROOT_2: f64 = std::f64::consts::SQRT_2;
    let number = |case: &Value, key: &str| case[key].as_f64().unwrap();
    let mut compared = 0;
    for file in ["initializers.json", "initializers_torch.json"] {
        for case in recorded(file)["cases"].as_array().unwrap() {
            let initializer = match case["scheme"].as_str().unwrap() {
                "GlorotUniform" => Initializer::GlorotUniform { gain: 1.0 },
                "GlorotNormal" => Initializer::GlorotNormal { gain: 1.0 },
                "HeUniform" => Initializer::HeUniform { gain: ROOT_2 },
                "HeNormal" => Initializer::HeNormal { gain: ROOT_2 },
                "LeCunUniform" => Initializer::LeCunUniform { gain: 1.0 },
                "LeCunNormal" => Initializer::LeCunNormal { gain: 1.0 },
                "TruncatedNormal" => {
                    Initializer::TruncatedNormal { mean: number(case, "mean"), deviation: number(case, "deviation") }
                }
                "Orthogonal" => Initializer::Orthogonal { gain: number(case, "gain") },
                other => panic!("{other}"),
            };
            let (inputs, outputs) = (count(&case["fan_in"]), count(&case["fan_out"]));
            let mut draws = vec![0.0_f64; 30_000];
            initializer.fill(&mut draws, inputs, outputs, &mut typenet::rng(2));
            let mean = draws.iter().sum::<f64>() / 30_000.0;
            let deviation = (draws.iter().map(|w| (w - mean).powi(2)).sum::<f64>() / 30_000.0).sqrt();
            let expected = case["std"].as_f64().unwrap();
            // Five standard errors of the deviation of 30,000 normal draws; uniform draws scatter less.
            let allowed = 5.0 * expected / 60_000.0_f64.sqrt();
            assert!((deviation - expected).abs() < allowed, "{initializer:?}: {deviation}, {expected} there");
            let center = case["mean"].as_f64().unwrap_or(0.0);
            assert!((mean - center).abs() < 5.0 * expected / 30_000.0_f64.sqrt(), "{initializer:?}: {mean}");
            // Keras cuts what it calls normal; here, as in PyTorch, only what is called truncated is cut.
            let cut_there_alone = case["truncated_normal"] == true && case["scheme"] != "TruncatedNormal";
            if let (Some(bound), false) = (case["bound"].as_f64(), cut_there_alone) {
                let largest = draws.iter().fold(0.0_f64, |largest, w| largest.max((w - center).abs()));
                assert!(largest <= bound && largest > 0.999 * bound, "{initializer:?}: {largest}, {bound} there");
            }
            compared += 1;
        }
    }
    assert_eq!(compared, 16);
}
