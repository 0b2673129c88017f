//! Each operator with its attributes.

use super::{Made, float, int, ints, taking, text};

/// A model of one node, and its layers.
pub(super) type Case = (Made, &'static str);

pub(super) fn images() -> Made {
    taking(&[-1, 2, 5, 6])
}

/// Features before steps, as convolutions of ONNX take them.
pub(super) fn steps() -> Made {
    taking(&[-1, 2, 6])
}

pub(super) fn agree(cases: Vec<Case>) {
    for (made, expected) in cases {
        let operator = made.nodes[0].op_type.as_str().to_owned();
        assert_eq!(made.told(), expected, "{operator}");
    }
}

#[test]
fn dense_layers() {
    let vector = || taking(&[-1, 3]).weights("w", &[3, 2]).weights("t", &[2, 3]).weights("b", &[2]);
    agree(vec![
        (vector().node("Gemm x w b -> y", vec![]), "(Vector<3>) -> Vector<2> { dense: Dense<3, 2> }"),
        (
            vector().node("Gemm x t -> y", vec![int("transB", 1)]),
            "(Vector<3>) -> Vector<2> { dense: Dense<3, 2>(bias = false) }",
        ),
        (vector().node("MatMul x w -> y", vec![]), "(Vector<3>) -> Vector<2> { dense: Dense<3, 2>(bias = false) }"),
        (
            vector().node("MatMul x w -> a", vec![]).node("Add b a -> y", vec![]),
            "(Vector<3>) -> Vector<2> { dense: Dense<3, 2> }",
        ),
        (
            taking(&[1, 4, 3]).weights("w", &[3, 2]).node("MatMul x w -> y", vec![]),
            "(Sequence<4, 3>) -> Sequence<4, 2> { dense: Dense<3, 2>(bias = false) }",
        ),
    ]);
}

#[test]
fn convolutions_of_images() {
    let image = || images().weights("w", &[4, 2, 3, 2]).weights("g", &[4, 1, 3, 3]).weights("b", &[4]);
    let padded = vec![ints("pads", &[1, 0, 2, 1]), ints("strides", &[2, 1])];
    agree(vec![
        (image().node("Conv x w b -> y", vec![]), "(Image<2, 5, 6>) -> Image<4, 3, 5> { conv2d: Conv2d<2, 4, 3, 2> }"),
        (
            image().node("Conv x g -> y", vec![int("group", 2), ints("dilations", &[2, 1]), text("auto_pad", "VALID")]),
            "(Image<2, 5, 6>) -> Image<4, 1, 4> { conv2d: Conv2d<2, 4, 3>(dilation = (2, 1), groups = 2, bias = false) }",
        ),
        (
            image().node("Conv x w b -> y", vec![text("auto_pad", "SAME_UPPER"), ints("kernel_shape", &[3, 2])]),
            "(Image<2, 5, 6>) -> Image<4, 5, 6> { conv2d: Conv2d<2, 4, 3, 2>(padding = Same) }",
        ),
        // Uneven in another way, which is a layer of its own.
        (
            image().node("Conv x w b -> y", padded),
            "(Image<2, 5, 6>) -> Image<4, 3, 6> { Pad<1, 0, 2, 1>, conv2d: Conv2d<2, 4, 3, 2>(stride = (2, 1)) }",
        ),
        (
            image().node("Conv x w b -> y", vec![text("auto_pad", "SAME_LOWER")]),
            "(Image<2, 5, 6>) -> Image<4, 5, 6> { Pad<1, 1, 1, 0>, conv2d: Conv2d<2, 4, 3, 2> }",
        ),
    ]);
}

#[test]
fn convolutions_of_sequences() {
    let step = || steps().weights("w", &[3, 2, 2]).weights("b", &[3]);
    agree(vec![
        (step().node("Conv x w b -> y", vec![]), "(Sequence<6, 2>) -> Sequence<5, 3> { conv1d: Conv1d<2, 3, 2> }"),
        (
            step().node("Conv x w -> y", vec![ints("pads", &[2, 0]), ints("dilations", &[2])]),
            "(Sequence<6, 2>) -> Sequence<6, 3> { conv1d: Conv1d<2, 3, 2>(padding = Causal, dilation = 2, bias = false) }",
        ),
    ]);
}

#[test]
fn transposed_convolutions() {
    agree(vec![
        (
            images().weights("w", &[2, 3, 3, 3]).node(
                "ConvTranspose x w -> y",
                vec![ints("strides", &[2, 2]), ints("pads", &[1, 1, 1, 1]), ints("output_padding", &[1, 0])],
            ),
            "(Image<2, 5, 6>) -> Image<3, 10, 11> { conv_transpose2d: \
             ConvTranspose2d<2, 3, 3>(stride = 2, padding = 1, output_padding = (1, 0), bias = false) }",
        ),
        // Two elements more than `Same` needs: half of them on each side.
        (
            images().weights("w", &[2, 1, 4, 4]).node(
                "ConvTranspose x w -> y",
                vec![ints("strides", &[2, 2]), int("group", 2), text("auto_pad", "SAME_UPPER")],
            ),
            "(Image<2, 5, 6>) -> Image<2, 10, 12> { conv_transpose2d: \
             ConvTranspose2d<2, 2, 4>(stride = 2, padding = 1, groups = 2, bias = false) }",
        ),
        // One element more on one side, as with `Same`.
        (
            images()
                .weights("w", &[2, 1, 3, 3])
                .node("ConvTranspose x w -> y", vec![ints("strides", &[2, 2]), text("auto_pad", "SAME_UPPER")]),
            "(Image<2, 5, 6>) -> Image<1, 10, 12> { conv_transpose2d: \
             ConvTranspose2d<2, 1, 3>(stride = 2, padding = Same, bias = false) }",
        ),
        (
            images()
                .weights("w", &[2, 1, 3, 3])
                .node("ConvTranspose x w -> y", vec![ints("strides", &[3, 2]), ints("output_shape", &[16, 13])]),
            "(Image<2, 5, 6>) -> Image<1, 16, 13> { conv_transpose2d: \
             ConvTranspose2d<2, 1, 3>(stride = (3, 2), output_padding = (1, 0), bias = false) }",
        ),
    ]);
}

#[test]
fn pooling() {
    let kernel = || ints("kernel_shape", &[2, 2]);
    agree(vec![
        // The stride of ONNX is 1 unless it is given.
        (
            images().node("MaxPool x -> y", vec![kernel()]),
            "(Image<2, 5, 6>) -> Image<2, 4, 5> { MaxPool2d<2>(stride = 1) }",
        ),
        (
            images().node("MaxPool x -> y", vec![kernel(), ints("strides", &[2, 2]), int("ceil_mode", 1)]),
            "(Image<2, 5, 6>) -> Image<2, 3, 3> { MaxPool2d<2>(rounding = Up) }",
        ),
        (
            images()
                .node("AveragePool x -> y", vec![kernel(), ints("strides", &[2, 2]), text("auto_pad", "SAME_UPPER")]),
            "(Image<2, 5, 6>) -> Image<2, 3, 3> { AvgPool2d<2>(padding = Same, divisor = Inside) }",
        ),
        (
            steps().node(
                "AveragePool x -> y",
                vec![ints("kernel_shape", &[3]), ints("pads", &[1, 1]), int("count_include_pad", 1)],
            ),
            "(Sequence<6, 2>) -> Sequence<6, 2> { AvgPool1d<3>(stride = 1, padding = 1, divisor = Window) }",
        ),
        (
            images().node("GlobalAveragePool x -> a", vec![]).node("Flatten a -> y", vec![]),
            "(Image<2, 5, 6>) -> Vector<2> { GlobalAvgPool2d }",
        ),
        (
            steps().node("GlobalMaxPool x -> a", vec![]).integers("last", &[2]).node("Squeeze a last -> y", vec![]),
            "(Sequence<6, 2>) -> Vector<2> { GlobalMaxPool1d }",
        ),
        (
            images().integers("axes", &[2, 3]).node("ReduceMean x axes -> y", vec![int("keepdims", 0)]),
            "(Image<2, 5, 6>) -> Vector<2> { GlobalAvgPool2d }",
        ),
        (
            steps().node("ReduceMax x -> y", vec![ints("axes", &[1])]),
            "(Sequence<2, 6>) -> Vector<6> { GlobalMaxPool1d }",
        ),
    ]);
}

#[test]
fn normalizations() {
    let channels = |made: Made| made.weights("s", &[2]).weights("b", &[2]).weights("m", &[2]).weights("v", &[2]);
    agree(vec![
        (
            channels(images())
                .node("BatchNormalization x s b m v -> y", vec![float("epsilon", 1e-3), float("momentum", 0.99)]),
            "(Image<2, 5, 6>) -> Image<2, 5, 6> { batch_norm: BatchNorm(0.001, momentum = 0.01) }",
        ),
        (
            channels(steps()).node("BatchNormalization x s b m v -> y", vec![]),
            "(Sequence<6, 2>) -> Sequence<6, 2> { batch_norm: BatchNorm }",
        ),
        (
            channels(taking(&[-1, 3, 2])).node("LayerNormalization x s b -> y", vec![float("epsilon", 1e-6)]),
            "(Sequence<3, 2>) -> Sequence<3, 2> { layer_norm: LayerNorm(1e-6) }",
        ),
        (
            taking(&[-1, 2, 1, 3]).weights("s", &[2, 1, 3]).node("LayerNormalization x s -> y", vec![int("axis", 1)]),
            "(Image<2, 1, 3>) -> Image<2, 1, 3> { layer_norm: LayerNorm }",
        ),
        (
            channels(images()).node("InstanceNormalization x s b -> y", vec![]),
            "(Image<2, 5, 6>) -> Image<2, 5, 6> { group_norm: GroupNorm<2> }",
        ),
        (
            channels(images()).node("GroupNormalization x s b -> y", vec![int("num_groups", 1)]),
            "(Image<2, 5, 6>) -> Image<2, 5, 6> { group_norm: GroupNorm<1> }",
        ),
    ]);
}

#[test]
fn activations() {
    let alike = [
        ("Relu x -> y", vec![], "Relu"),
        ("Sigmoid x -> y", vec![], "Sigmoid"),
        ("Tanh x -> y", vec![], "Tanh"),
        ("Softplus x -> y", vec![], "Softplus"),
        ("Softsign x -> y", vec![], "Softsign"),
        ("Selu x -> y", vec![], "Selu"),
        ("HardSwish x -> y", vec![], "HardSilu"),
        ("HardSigmoid x -> y", vec![float("alpha", 1.0 / 6.0)], "HardSigmoid"),
        ("Swish x -> y", vec![], "Silu"),
        ("LeakyRelu x -> y", vec![], "LeakyRelu"),
        ("LeakyRelu x -> y", vec![float("alpha", 0.1)], "LeakyRelu(0.1)"),
        ("Elu x -> y", vec![float("alpha", 2.0)], "Elu(2.0)"),
        ("Gelu x -> y", vec![], "Gelu"),
        ("Gelu x -> y", vec![text("approximate", "tanh")], "GeluTanh"),
        ("Clip x -> y", vec![float("min", -1.0), float("max", 1.0)], "HardTanh"),
        ("Dropout x -> y", vec![float("ratio", 0.2)], "Dropout(0.2)"),
    ];
    for (written, attributes, layer) in alike {
        let told = taking(&[-1, 3]).node(written, attributes).told();
        assert_eq!(told, format!("(Vector<3>) -> Vector<3> {{ {layer} }}"));
    }
    agree(vec![
        (taking(&[-1, 3]).node("Softmax x -> y", vec![]), "(Vector<3>) -> Probabilities<3> { Softmax }"),
        // In older versions, axis 1 and those after it.
        (taking(&[-1, 3]).version(11).node("Softmax x -> y", vec![]), "(Vector<3>) -> Probabilities<3> { Softmax }"),
        (
            taking(&[-1, 4, 3]).node("Softmax x -> y", vec![]),
            "(Sequence<4, 3>) -> ProbabilitySequence<4, 3> { Softmax }",
        ),
        (
            images().weights("s", &[2, 1, 1]).node("PRelu x s -> y", vec![]),
            "(Image<2, 5, 6>) -> Image<2, 5, 6> { p_relu: PRelu }",
        ),
    ]);
}

#[test]
fn groups_of_nodes_are_one_layer() {
    let vector = || taking(&[-1, 3]).number("√2", std::f32::consts::SQRT_2).number("1", 1.0).number("1/2", 0.5);
    let of_error = |made: Made| made.node("Erf a -> b", vec![]).node("Add b 1 -> c", vec![]);
    let gelu = "(Vector<3>) -> Vector<3> { Gelu }";
    let third = float("alpha", 1.0 / 6.0);
    agree(vec![
        (vector().node("Sigmoid x -> a", vec![]).node("Mul x a -> y", vec![]), "(Vector<3>) -> Vector<3> { Silu }"),
        (
            vector().node("HardSigmoid x -> a", vec![third]).node("Mul a x -> y", vec![]),
            "(Vector<3>) -> Vector<3> { HardSilu }",
        ),
        (
            of_error(vector().node("Div x √2 -> a", vec![]))
                .node("Mul x c -> d", vec![])
                .node("Mul d 1/2 -> y", vec![]),
            gelu,
        ),
        (
            of_error(vector().node("Div x √2 -> a", vec![]))
                .node("Mul c 1/2 -> d", vec![])
                .node("Mul d x -> y", vec![]),
            gelu,
        ),
        (
            of_error(vector().node("Div x √2 -> a", vec![]).node("Mul x 1/2 -> h", vec![]))
                .node("Mul h c -> y", vec![]),
            gelu,
        ),
        (
            images()
                .weights("w", &[3, 2, 1, 1])
                .weights("b", &[1, 3, 1, 1])
                .node("Conv x w -> a", vec![])
                .node("Add a b -> y", vec![]),
            "(Image<2, 5, 6>) -> Image<3, 5, 6> { conv2d: Conv2d<2, 3, 1> }",
        ),
    ]);
}

#[test]
fn recurrent_layers() {
    let recurrent = |gates: i64| {
        let (rows, sizes) = (gates * 2, taking(&[4, 1, 3]));
        let made = Made { input: vec![-1, 4, 3], ..sizes };
        made.weights("w", &[1, rows, 3]).weights("r", &[1, rows, 2]).weights("b", &[1, 2 * rows])
    };
    let turned = |made: Made| made.node("Transpose x -> t", vec![ints("perm", &[1, 0, 2])]);
    let layout = || int("layout", 1);
    let back = || vec![ints("perm", &[1, 0, 2])];
    agree(vec![
        (
            turned(recurrent(1))
                .node("RNN t w r b -> a", vec![])
                .integers("1", &[1])
                .node("Squeeze a 1 -> s", vec![])
                .node("Transpose s -> y", back()),
            "(Sequence<4, 3>) -> Sequence<4, 2> { rnn: Rnn<3, 2> }",
        ),
        (
            turned(recurrent(4))
                .node("LSTM t w r -> _ a", vec![int("hidden_size", 2)])
                .integers("0", &[0])
                .node("Squeeze a 0 -> y", vec![]),
            "(Sequence<4, 3>) -> Vector<2> { lstm: Lstm<3, 2>, LastStep }",
        ),
        (
            recurrent(3)
                .node("GRU x w r b -> a", vec![layout(), text("direction", "reverse")])
                .integers("2", &[2])
                .node("Squeeze a 2 -> y", vec![]),
            "(Sequence<4, 3>) -> Sequence<4, 2> { gru: Gru<3, 2>(direction = Backward, reset = Before) }",
        ),
        (
            recurrent(3)
                .node("GRU x w r b -> _ a", vec![layout(), int("linear_before_reset", 1)])
                .node("Squeeze a -> y", vec![]),
            "(Sequence<4, 3>) -> Vector<2> { gru: Gru<3, 2>, LastStep }",
        ),
    ]);
}

#[test]
fn recurrent_layers_may_take_the_steps_before_the_batch() {
    let made = taking(&[4, -1, 3]).weights("w", &[1, 2, 3]).weights("r", &[1, 2, 2]);
    let made = made.node("RNN x w r -> a", vec![]).integers("1", &[1]).node("Squeeze a 1 -> y", vec![]);
    assert_eq!(made.told(), "(Sequence<4, 3>) -> Sequence<4, 2> { rnn: Rnn<3, 2> }");
}

#[test]
fn tables_and_last_steps() {
    agree(vec![
        (
            taking(&[-1, 4]).of_integers().weights("e", &[5, 3]).node("Gather e x -> y", vec![]),
            "(Tokens<4, 5>) -> Sequence<4, 3> { embedding: Embedding<5, 3> }",
        ),
        (
            taking(&[-1, 4, 3])
                .integers("s", &[-1])
                .integers("e", &[9])
                .integers("a", &[1])
                .node("Slice x s e a -> b", vec![])
                .node("Flatten b -> y", vec![]),
            "(Sequence<4, 3>) -> Vector<3> { LastStep }",
        ),
    ]);
}

#[test]
fn axes_move_without_a_layer() {
    agree(vec![
        (
            taking(&[-1, 5, 6, 2])
                .weights("w", &[1, 2, 1, 1])
                .node("Transpose x -> a", vec![ints("perm", &[0, 3, 1, 2])])
                .node("Conv a w -> y", vec![]),
            "(Image<2, 5, 6>) -> Image<1, 5, 6> { conv2d: Conv2d<2, 1, 1>(bias = false) }",
        ),
        (images().node("Flatten x -> y", vec![]), "(Image<2, 5, 6>) -> Vector<60> { Flatten }"),
        (
            images().integers("s", &[0, -1]).node("Reshape x s -> y", vec![]),
            "(Image<2, 5, 6>) -> Vector<60> { Flatten }",
        ),
        (
            images().integers("s", &[-1, 6, 10]).node("Reshape x s -> y", vec![]),
            "(Image<2, 5, 6>) -> Sequence<6, 10> { Reshape<Sequence<6, 10>> }",
        ),
        (
            taking(&[3, 60]).integers("s", &[3, 2, 5, 6]).node("Reshape x s -> y", vec![]),
            "(Vector<60>) -> Image<2, 5, 6> { Reshape<Image<2, 5, 6>> }",
        ),
        (
            taking(&[3, 4])
                .integers("a", &[2, 3])
                .node("Unsqueeze x a -> b", vec![])
                .integers("s", &[-1, 4])
                .node("Reshape b s -> c", vec![])
                .node("Relu c -> y", vec![]),
            "(Vector<4>) -> Vector<4> { Relu }",
        ),
        // The name of what the nodes give is no input of a layer.
        (
            taking(&[-1, 4])
                .node("Identity x -> a", vec![])
                .node("Cast a -> b", vec![int("to", 1)])
                .node("Relu b -> c", vec![])
                .node("Identity c -> y", vec![]),
            "(Vector<4>) -> Vector<4> { Relu }",
        ),
    ]);
}

#[test]
fn constants_are_computed() {
    let cast = || vec![int("to", 1)];
    agree(vec![
        (
            taking(&[-1, 2])
                .weights("w", &[3, 2])
                .node("Transpose w -> t", vec![ints("perm", &[1, 0])])
                .node("Cast t -> u", cast())
                .integers("s", &[-1, 3])
                .node("Reshape u s -> v", vec![])
                .node("Dropout v -> z", vec![])
                .node("MatMul x z -> y", vec![]),
            "(Vector<2>) -> Vector<3> { dense: Dense<2, 3>(bias = false) }",
        ),
        // The size of the batch, as in `x.view(x.size(0), -1)`.
        (
            images()
                .node("Shape x -> s", vec![])
                .integers("0", &[0])
                .node("Gather s 0 -> n", vec![int("axis", 0)])
                .integers("-1", &[-1])
                .node("Concat n -1 -> t", vec![int("axis", 0)])
                .node("Reshape x t -> y", vec![]),
            "(Image<2, 5, 6>) -> Vector<60> { Flatten }",
        ),
    ]);
}
