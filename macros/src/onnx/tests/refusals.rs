//! Why is a model no network? The node, and the reason.

use onnx_rs::ast::Attribute;

use super::{Made, float, int, ints, taking, text};

fn vector() -> Made {
    taking(&[-1, 4])
}

/// Asserts the reason why a node `n` that reads a vector is no layer.
fn assert_refused(made: Made, written: &'static str, attributes: Vec<Attribute<'static>>, reason: &str) {
    let operator = written.split(' ').next().expect("an operator");
    assert_eq!(made.named("n", written, attributes).told(), format!("node 'n' ({operator}): {reason}"));
}

#[test]
fn activations() {
    let cases = [
        ("Elu x -> y", float("beta", 1.0), "its attribute `beta` has no counterpart in typenet"),
        ("Elu x -> y", int("alpha", 1), "its attribute `alpha` is no finite number"),
        ("HardSigmoid x -> y", float("beta", 0.5), "its attribute `alpha` is 0.2, and typenet has only 0.16666667"),
        ("Selu x -> y", float("gamma", 1.0), "its attribute `gamma` is 1.0, and typenet has only 1.050701"),
        ("Clip x -> y", float("max", 6.0), "its bounds are none and 6.0, and typenet has only -1 and 1"),
        (
            "Gelu x -> y",
            text("approximate", "no"),
            "its attribute `approximate` is 'no', and typenet has 'none' and 'tanh'",
        ),
        (
            "LogSoftmax x -> y",
            int("axis", 1),
            "typenet has no logarithm of probabilities: `CrossEntropy` takes the scores before it, so export without it",
        ),
        ("Det x -> y", int("a", 1), "typenet has no layer for this operator"),
        ("Relu x -> y z", int("a", 1), "its attribute `a` has no counterpart in typenet"),
    ];
    for (written, attribute, reason) in cases {
        assert_refused(vector(), written, vec![attribute], reason);
    }
    assert_refused(
        vector().number("1", 1.0),
        "Mul x 1 -> y",
        vec![],
        "typenet has no layer that computes with a constant",
    );
    assert_refused(
        taking(&[-1, 1, 4, 4]),
        "Softmax x -> y",
        vec![int("axis", 1)],
        "its attribute `axis` is 1 and its input [batch, 1, 4, 4], and typenet has it only along the values of a vector or a step",
    );
}

#[test]
fn windows() {
    let square = || ints("kernel_shape", &[2, 2]);
    let cases = [
        ("MaxPool x -> y", vec![], "its attribute `kernel_shape` does not fit its input [batch, 1, 4, 4]"),
        ("MaxPool x -> y", vec![ints("kernel_shape", &[5, 1])], "its window of 5 is larger than its input of 4"),
        (
            "MaxPool x -> y",
            vec![square(), ints("strides", &[-1, 1])],
            "its attribute `strides` is [-1, 1], but typenet has 2 such sizes that are not negative",
        ),
        (
            "MaxPool x -> y",
            vec![square(), ints("pads", &[1, 1, 0, 0])],
            "its attribute `pads` is [[1, 0], [1, 0]] along its axes, and typenet pads windows evenly or by `Same`",
        ),
        (
            "AveragePool x -> y",
            vec![square(), ints("dilations", &[2, 2])],
            "its attribute `dilations` is [2, 2], and typenet has averages only without",
        ),
    ];
    for (written, attributes, reason) in cases {
        assert_refused(taking(&[-1, 1, 4, 4]), written, attributes, reason);
    }
    assert_refused(
        vector(),
        "MaxPool x -> y",
        vec![square()],
        "its input is [batch, 4], and typenet has this operator only for [batch, channels, rows, columns] and \
         [batch, features, steps]",
    );
}

#[test]
fn inputs_that_are_no_constants() {
    let made = || vector().weights("w", &[3, 2]).weights("v", &[4, 4]).integers("s", &[8]);
    let cases = [
        ("Gemm x x -> y", "it joins branches from 'x', which typenet only adds and concatenates"),
        ("MatMul x w -> y", "its matrix takes 3 values along the last axis, and its input is [batch, 4]"),
        ("MatMul v x -> y", "typenet has this operator only with a constant beside its input, as input 0"),
        ("Reshape x s -> y", "its shape is [8] and its input [batch, 4], and typenet reshapes only each sample"),
    ];
    for (written, reason) in cases {
        assert_refused(made(), written, vec![], reason);
    }
    // The mask of a dropout is not wanted.
    let made = vector().named("n", "Dropout x -> y m", vec![]).node("Relu m -> z", vec![]);
    assert_eq!(made.told(), "(Vector<4>) -> Vector<4> { n: Dropout(0.5) }");
}

#[test]
fn whole_models() {
    let cases = [
        (taking(&[]), "Relu x -> y", "its input `x` has no axis for the batch"),
        (taking(&[-1, -1]), "Relu x -> y", "the size of axis 1 of its input `x` is open: export it with a number"),
        (
            taking(&[-1, 1, 1, 1, 1]),
            "Relu x -> y",
            "its input `x` has 5 axes, and shapes of typenet have one to three beside the batch",
        ),
        (taking(&[-1, i64::MAX, 4]), "Relu x -> y", "its input `x` is larger than any memory"),
        (vector().of_integers(), "Relu x -> y", "its input `x` is of integers, and no table of vectors is read by it"),
        (vector(), "Relu x -> z", "nothing gives its output `y`"),
        (vector(), "Relu z -> y", "the node that gives 'y' (Relu): it reads `z`, which nothing before it gives"),
        (vector(), "Identity x -> y", "it has no layers"),
    ];
    for (made, written, expected) in cases {
        assert_eq!(made.node(written, vec![]).told(), expected);
    }
    let twice = vector().node("Relu x -> y", vec![]).node("Tanh x -> y", vec![]);
    assert_eq!(twice.told(), "the node that gives 'y' (Tanh): it gives `y`, which is there already");
}

#[test]
fn a_message_has_no_commands_to_terminals() {
    let place = crate::place::Place::of(&quote::quote!("model.onnx"));
    let reason = "node '\u{1b}[2J' (Mish): typenet has no \"layer\"";
    let told = crate::errors::refused_onnx(place, "model.onnx", reason).to_string();
    assert!(told.ends_with("\n\nnode '\\u{1b}[2J' (Mish): typenet has no \"layer\""), "{told}");
    let told = crate::errors::no_onnx(place, "model.onnx", "\u{1b}").to_string();
    assert_eq!(told, "`model.onnx` is not a complete ONNX model: \\u{1b}");
}
