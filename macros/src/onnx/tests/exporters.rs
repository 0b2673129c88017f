//! What exporters write as several nodes, or in half precision.

use onnx_rs::ast::{Attribute, AttributeType, DataType, TensorProto};

use super::operators::{agree, images, steps};
use super::{Made, int, ints, taking, text};

#[test]
fn borders() {
    let padded = |amounts: &[i64]| images().integers("p", amounts);
    agree(vec![
        (
            padded(&[0, 0, 1, 2, 0, 0, 3, 0]).node("Pad x p -> y", vec![text("mode", "reflect")]),
            "(Image<2, 5, 6>) -> Image<2, 9, 8> { Pad<1, 2, 3, 0>(mode = Reflect) }",
        ),
        (
            padded(&[1, 1]).integers("axes", &[-1]).number("zero", 0.0).node("Pad x p zero axes -> y", vec![]),
            "(Image<2, 5, 6>) -> Image<2, 5, 8> { Pad<0, 1, 0, 1> }",
        ),
        // A border of zeros is the padding of a convolution.
        (
            padded(&[0, 0, 1, 1, 0, 0, 1, 1])
                .weights("w", &[2, 2, 3, 3])
                .node("Pad x p -> a", vec![])
                .node("Conv a w -> y", vec![]),
            "(Image<2, 5, 6>) -> Image<2, 5, 6> { conv2d: Conv2d<2, 2, 3>(padding = 1, bias = false) }",
        ),
        (
            steps()
                .integers("p", &[0, 0, 2, 0, 0, 0])
                .weights("w", &[3, 2, 3])
                .node("Pad x p -> a", vec![])
                .node("Conv a w -> y", vec![]),
            "(Sequence<6, 2>) -> Sequence<6, 3> { conv1d: Conv1d<2, 3, 3>(padding = Causal, bias = false) }",
        ),
    ]);
}

#[test]
fn amounts_that_are_computed() {
    // PyTorch has the amounts of the last axis first, and puts them in the order of ONNX.
    let value = Attribute {
        name: "value",
        r#type: AttributeType::Tensor,
        t: Some(TensorProto::from_i64("", vec![1], vec![0])),
        ..Attribute::default()
    };
    let made = images().integers("p", &[1, 2, 3, 0]).integers("4", &[4]).integers("two", &[-1, 2]);
    let made = made.integers("-1", &[-1]).integers("end", &[i64::MIN + 1]).integers("0", &[0]);
    let made = made.node("ConstantOfShape 4 -> z", vec![value]).node("Concat p z -> c", vec![int("axis", 0)]);
    let made = made.node("Reshape c two -> t", vec![]).node("Slice t -1 end 0 -1 -> s", vec![]);
    let made = made.node("Transpose s -> r", vec![ints("perm", &[1, 0])]).node("Reshape r -1 -> l", vec![]);
    let made = made.node("Cast l -> a", vec![int("to", 7)]).node("Pad x a -> y", vec![text("mode", "edge")]);
    assert_eq!(made.told(), "(Image<2, 5, 6>) -> Image<2, 8, 9> { Pad<3, 1, 0, 2>(mode = Replicate) }");
}

#[test]
fn enlarged_images() {
    agree(vec![
        (
            images().floats("s", &[1.0, 1.0, 2.0, 3.0]).node("Resize x _ s -> y", vec![]),
            "(Image<2, 5, 6>) -> Image<2, 10, 18> { Upsample<2, 3> }",
        ),
        (
            images().integers("to", &[1, 2, 10, 12]).node(
                "Resize x _ _ to -> y",
                vec![text("mode", "linear"), text("coordinate_transformation_mode", "pytorch_half_pixel")],
            ),
            "(Image<2, 5, 6>) -> Image<2, 10, 12> { Upsample<2>(mode = Bilinear) }",
        ),
        (
            images().version(9).floats("s", &[1.0, 1.0, 2.0, 2.0]).node("Upsample x s -> y", vec![]),
            "(Image<2, 5, 6>) -> Image<2, 10, 12> { Upsample<2> }",
        ),
    ]);
}

#[test]
fn normalizations_of_features_that_are_written_out() {
    let vector = || taking(&[-1, 3]).weights("w", &[3]).weights("b", &[3]).number("e", 1e-3).number("2", 2.0);
    let last = || vec![ints("axes", &[-1])];
    agree(vec![
        (
            vector()
                .node("ReduceMean x -> m", last())
                .node("Sub x m -> d", vec![])
                .node("Pow d 2 -> s", vec![])
                .node("ReduceMean s -> v", last())
                .node("Add v e -> a", vec![])
                .node("Sqrt a -> r", vec![])
                .node("Div d r -> n", vec![])
                .node("Mul n w -> c", vec![])
                .node("Add c b -> y", vec![]),
            "(Vector<3>) -> Vector<3> { layer_norm: LayerNorm(0.001) }",
        ),
        (
            vector()
                .node("Mul x x -> s", vec![])
                .node("ReduceMean s -> v", last())
                .node("Add v e -> a", vec![])
                .node("Sqrt a -> r", vec![])
                .node("Reciprocal r -> q", vec![])
                .node("Mul x q -> n", vec![])
                .node("Mul w n -> y", vec![]),
            "(Vector<3>) -> Vector<3> { rms_norm: RmsNorm(0.001) }",
        ),
    ]);
}

#[test]
fn normalizations_of_groups_that_are_written_out() {
    agree(vec![(
        taking(&[-1, 4, 2, 3])
            .integers("g", &[0, 2, -1])
            .floats("1", &[1.0, 1.0])
            .floats("0", &[0.0, 0.0])
            .weights("w", &[4, 1, 1])
            .weights("b", &[4, 1, 1])
            .node("Shape x -> t", vec![])
            .node("Reshape x g -> a", vec![])
            .named("/first/InstanceNormalization", "InstanceNormalization a 1 0 -> n", vec![])
            .node("Reshape n t -> r", vec![])
            .node("Mul r w -> c", vec![])
            .node("Add c b -> y", vec![]),
        "(Image<4, 2, 3>) -> Image<4, 2, 3> { first: GroupNorm<2> }",
    )]);
}

#[test]
fn both_directions() {
    let made = taking(&[5, -1, 2]).weights("w", &[2, 3, 2]).weights("r", &[2, 3, 3]).weights("b", &[2, 6]);
    let made = made.integers("to", &[0, 0, -1]).node("RNN x w r b -> s", vec![text("direction", "bidirectional")]);
    let made = made.node("Transpose s -> t", vec![ints("perm", &[0, 2, 1, 3])]).node("Reshape t to -> y", vec![]);
    assert_eq!(
        made.told(),
        "(Sequence<5, 2>) -> Sequence<5, 6> { parallel: Parallel { a: { rnn: Rnn<2, 3> }, \
         b: { rnn: Rnn<2, 3>(direction = Backward) } } }"
    );
}

#[test]
fn weights_of_half_precision_are_widened() {
    use crate::onnx::tensor::Tensor;

    // 1, -2, the smallest number, and a third, rounded.
    let bytes = [0x00, 0x3c, 0x00, 0xc0, 0x01, 0x00, 0x55, 0x35];
    let halves = Tensor::read(&TensorProto::from_raw("w", vec![4], DataType::Float16, &bytes)).expect("numbers");
    assert_eq!(halves.values(), Some(&[1.0, -2.0, 2_f64.powi(-24), 0.333_251_953_125][..]));
    let bytes = [0x80, 0x3f, 0x00, 0xc0];
    let halves = Tensor::read(&TensorProto::from_raw("w", vec![2], DataType::Bfloat16, &bytes)).expect("numbers");
    assert_eq!(halves.values(), Some(&[1.0, -2.0][..]));
    let made = Made { kind: DataType::Float16, ..taking(&[-1, 2]).weights("w", &[2, 2]) };
    assert_eq!(
        made.node("MatMul x w -> y", vec![]).told(),
        "(Vector<2>) -> Vector<2> { dense: Dense<2, 2>(bias = false) }"
    );
    // What is computed from tokens is widened too, but no token is a number.
    let tokens = || taking(&[-1, 3]).of_integers().weights("t", &[5, 2]);
    let made = tokens().node("Gather t x -> v", vec![]).node("Cast v -> w", vec![int("to", 1)]);
    let made = made.node("Erf w -> e", vec![]).node("Relu w -> y", vec![]);
    assert_eq!(made.told(), "(Tokens<3, 5>) -> Sequence<3, 2> { embedding: Embedding<5, 2>, Relu }");
    let made = tokens().node("Cast x -> c", vec![int("to", 1)]).node("Gather t x -> v", vec![]);
    assert!(made.node("Add c v -> y", vec![]).told().contains("(Cast): "));
    // A size as a number.
    let half = Made { kind: DataType::Float16, ..taking(&[-1, 2]).weights("w", &[2, 2]) };
    let made = half.integers("4", &[4]).node("Cast 4 -> n", vec![int("to", 10)]).node("Sqrt n -> r", vec![]);
    let made = made.node("Mul w r -> v", vec![]).node("MatMul x v -> y", vec![]);
    assert_eq!(made.told(), "(Vector<2>) -> Vector<2> { dense: Dense<2, 2>(bias = false) }");
    // √2 as half precision rounds it, in a model of half precision and in another.
    let gelu = |root: TensorProto<'static>| {
        let mut made = taking(&[-1, 3]).number("1", 1.0).number("1/2", 0.5);
        made.constants.push(root);
        let made = made.node("Div x √2 -> a", vec![]).node("Erf a -> b", vec![]).node("Add b 1 -> c", vec![]);
        made.node("Mul x c -> d", vec![]).node("Mul d 1/2 -> y", vec![]).told()
    };
    let half = TensorProto::from_raw("√2", vec![], DataType::Float16, &[0xa8, 0x3d]);
    assert_eq!(gelu(half), "(Vector<3>) -> Vector<3> { Gelu }");
    assert_ne!(gelu(TensorProto::from_f32("√2", vec![], vec![1.414_062_5])), "(Vector<3>) -> Vector<3> { Gelu }");
}
