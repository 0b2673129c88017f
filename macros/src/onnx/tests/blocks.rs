//! Branches: which blocks do they become?

use super::{Made, int, taking};

fn vector() -> Made {
    taking(&[-1, 2]).weights("w", &[2, 2]).weights("v", &[2, 3])
}

#[test]
fn an_input_that_is_added_is_a_residual_block() {
    let made = vector().node("MatMul x w -> a", vec![]).node("Relu a -> b", vec![]).node("Add x b -> y", vec![]);
    assert_eq!(
        made.told(),
        "(Vector<2>) -> Vector<2> { residual: Residual { dense: Dense<2, 2>(bias = false), Relu } }"
    );
    // One within another.
    let made = vector()
        .node("Relu x -> a", vec![])
        .node("Tanh a -> b", vec![])
        .node("Add a b -> c", vec![])
        .node("Sum x c -> y", vec![]);
    assert_eq!(made.told(), "(Vector<2>) -> Vector<2> { residual: Residual { Relu, residual: Residual { Tanh } } }");
}

#[test]
fn a_single_layer_beside_others_is_a_shortcut() {
    let made = vector()
        .node("MatMul x v -> a", vec![])
        .node("Relu a -> b", vec![])
        .named("short", "MatMul x v -> c", vec![])
        .node("Add c b -> y", vec![]);
    assert_eq!(
        made.told(),
        "(Vector<2>) -> Vector<3> { residual: Residual(Dense<2, 3>(bias = false)) { dense: Dense<2, 3>(bias = false), Relu } }"
    );
}

#[test]
fn other_branches_are_parallel() {
    let made = vector()
        .node("Relu x -> a", vec![])
        .node("Tanh x -> b", vec![])
        .node("Sigmoid x -> c", vec![])
        .node("Sum a b c -> y", vec![]);
    assert_eq!(
        made.told(),
        "(Vector<2>) -> Vector<2> { parallel: Parallel(Add) { a: { Relu }, b: { Tanh }, c: { Sigmoid } } }"
    );
    let made = vector().node("MatMul x v -> a", vec![]).node("Concat a x -> y", vec![int("axis", -1)]);
    assert_eq!(
        made.told(),
        "(Vector<2>) -> Vector<5> { parallel: Parallel { a: { dense: Dense<2, 3>(bias = false) }, b: {} } }"
    );
}

#[test]
fn branches_that_do_not_fit_are_refused() {
    let wrong = [
        (
            vector().node("MatMul x v -> a", vec![]).node("Add x a -> y", vec![]),
            "the node that gives 'y' (Add): it joins [batch, 3] with [batch, 2], and typenet joins only equal shapes",
        ),
        (
            vector().node("Relu x -> a", vec![]).node("Mul x a -> y", vec![]),
            "the node that gives 'y' (Mul): it joins branches from 'x', which typenet only adds and concatenates",
        ),
        (
            vector().node("Relu x -> a", vec![]).node("Concat x a -> y", vec![int("axis", 0)]),
            "the node that gives 'y' (Concat): it concatenates [batch, 2] along another axis than that of channels or features",
        ),
        // `a` is read in one branch of a block and after the other one.
        (
            vector()
                .node("MatMul x w -> a", vec![])
                .node("Relu a -> b", vec![])
                .node("Tanh x -> c", vec![])
                .node("Add a c -> d", vec![])
                .node("Add d b -> y", vec![]),
            "the node that gives 'a' (MatMul): two branches share it, and typenet has no layer with parameters in two places",
        ),
    ];
    for (made, expected) in wrong {
        assert_eq!(made.told(), expected);
    }
}
