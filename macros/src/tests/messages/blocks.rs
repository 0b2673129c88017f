//! Mistakes in and around blocks.

use super::{Case, assert_messages};

const BLOCKS: &[Case] = &[
    (
        "struct Name { Dense<1, 2>, Parallel { Tanh } }",
        "Parallel {",
        "`Parallel` is not a block, so it takes no braces\n\n\
         help: the only block is `Residual { .. }`; write other layers one after the other",
    ),
    (
        "struct Name { Dense<1, 2>, Residual<2> { Tanh } }",
        "Residual<2>",
        "`Residual` takes no sizes: its output has the shape of its input\n\nhelp: write `Residual { Dense<64, 64>, Tanh }`",
    ),
    (
        "struct Name { Dense<1, 2>, Residual, Tanh }",
        "Residual",
        "`Residual` takes layers in braces\n\nhelp: write `Residual { Dense<64, 64>, Tanh }`",
    ),
    (
        "struct Name { Dense<1, 2>, Residual(2) { Tanh } }",
        "Residual",
        "`Residual` takes layers in braces\n\nhelp: write `Residual { Dense<64, 64>, Tanh }`",
    ),
    (
        "struct Name { Dense<1, 2>, block: Residual { } }",
        "Residual",
        "`block` has no layers\n\nhelp: write `Residual { Dense<64, 64>, Tanh }`",
    ),
    (
        "struct Name { Dense<1, 2>, #[init(HeNormal)] Residual { Dense<2, 2> } }",
        "HeNormal",
        "`residual` has several layers to initialize\n\nhelp: write `#[init]` above the layers in the braces",
    ),
    (
        "struct Name { Dense<1, 2>, Residual { Tanh Dense<2, 2> } }",
        "Dense",
        "expected `,` after the layer, found `Dense`",
    ),
    (
        "struct Name { Dense<1, 2>, Residual { Name, Dense<2, 2> } }",
        "Name",
        "`Name` contains itself, so it would be infinite\n\nhelp: write the layers that you want instead",
    ),
    (
        "struct Name { Residual { Tanh, Dense<_, 2> } }",
        "Name",
        "the input shape of `Name` is not known\n\n\
         help: write `struct Name (Vector<64>) { .. }`, with the number of values that come in",
    ),
    (
        "struct Name { first: Dense<1, 4>, Tanh, Residual { Relu, inner: Dense<3, 4> } }",
        "3",
        "shape mismatch: `first` gives 4 values but `residual.inner` takes 3\n\n\
         help: write `Dense<4, 4>` for `residual.inner`",
    ),
    (
        "struct Name (Vector<4>) { Residual { inner: Dense<3, 4> } }",
        "3",
        "shape mismatch: the input gives 4 values but `residual.inner` takes 3\n\n\
         help: write `Dense<4, 4>` for `residual.inner`",
    ),
    (
        "struct Name { first: Dense<1, 4>, block: Residual { Tanh, outer: Dense<_, 3>, Relu }, Dense<4, 1> }",
        "3",
        "shape mismatch: `block.relu` gives `Vector<3>` but `block` adds it to the `Vector<4>` of `first`\n\n\
         help: write `Dense<_, 4>` for `block.outer`",
    ),
    (
        "struct Name { first: Dense<4, 8>, block: Residual { a: Dense<10, 3>, b: Dense<3, 10> }, last: Dense<10, 2> }",
        "10",
        "shape mismatch: `first` gives 8 values but `block.a` takes 10\n\nhelp: write `Dense<4, 10>` for `first`",
    ),
    (
        "struct Name { first: Dense<4, 8>, Residual { Residual { Dense<9, 9> } }, last: Dense<9, 2> }",
        "9",
        "shape mismatch: `first` gives 8 values but `residual.residual.dense` takes 9\n\nhelp: write `Dense<4, 9>` for `first`",
    ),
    (
        "struct Name<const N: usize, const H: usize> { block: Residual { Dense<N, H> } }",
        "H",
        "shape mismatch: `block.dense` gives `Vector<H>` but `block` adds it to the `Vector<N>` of the input\n\n\
         help: write `Dense<N, N>` for `block.dense`",
    ),
    (
        "struct Name { first: Dense<1, 4>, block: Residual { Softmax } }",
        "Softmax",
        "shape mismatch: `block.softmax` gives `Probabilities<4>` but `block` adds it to the `Vector<4>` of `first`\n\n\
         help: write no `Softmax` at the end of `block`",
    ),
];

#[test]
fn blocks_are_checked() {
    assert_messages(BLOCKS);
}
