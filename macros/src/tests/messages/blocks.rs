//! Mistakes in and around blocks.

use super::{Case, assert_messages};

const BLOCKS: &[Case] = &[
    (
        "struct Name { Dense<1, 2>, Sequential { Tanh } }",
        "Sequential {",
        "`Sequential` is not a block, so it takes no braces\n\n\
         help: the blocks are `Residual { .. }`, `Repeat<4> { .. }` and `Parallel { a: { .. }, b: { .. } }`; write other layers \
         one after the other",
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
    ("struct Name { Dense<1, 2>, Residual(2) { Tanh } }", "2", "expected a layer such as `Dense<64, 32>`, found `2`"),
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

const SHORTCUTS: &[Case] = &[
    (
        "struct Name { Dense<1, 2>, Residual() { Tanh } }",
        "()",
        "the parentheses of `residual` hold one layer, which its input passes through before it is added\n\n\
         help: write one layer such as `Conv2d<_, 32, 1>`, or declare several as a network and write its name",
    ),
    (
        "struct Name { Dense<1, 2>, Residual(Tanh, Tanh) { Tanh } }",
        "(Tanh, Tanh)",
        "the parentheses of `residual` hold one layer, which its input passes through before it is added\n\n\
         help: write one layer such as `Conv2d<_, 32, 1>`, or declare several as a network and write its name",
    ),
    (
        "struct Name { Dense<1, 2>, Residual(side: Tanh) { Tanh } }",
        "side",
        "the layer in the parentheses of a block is called `shortcut`\n\nhelp: leave `side:` out",
    ),
    (
        "struct Name { Dense<1, 2>, Residual(Tanh) { shortcut: Tanh } }",
        "shortcut",
        "`shortcut` is the name of the layer in the parentheses of this block\n\nhelp: give this layer another name",
    ),
    (
        "struct Name { first: Dense<1, 4>, block: Residual(Dense<_, 5>) { Tanh, outer: Dense<_, 3> }, Dense<5, 1> }",
        "3",
        "shape mismatch: `block.outer` gives `Vector<3>` but `block` adds it to the `Vector<5>` of `block.shortcut`\n\n\
         help: write `Dense<_, 5>` for `block.outer`, or `Dense<_, 3>` for `block.shortcut`",
    ),
    (
        "struct Name { first: Dense<1, 4>, block: Residual(Dense<3, 5>) { Tanh, outer: Dense<_, 3> }, Dense<5, 1> }",
        "3",
        "shape mismatch: `first` gives 4 values but `block.shortcut` takes 3\n\n\
         help: write `Dense<4, 5>` for `block.shortcut`, or `Dense<1, 3>` for `first`",
    ),
    (
        "struct Name (Image<3, 4, 4>) { block: Residual { Conv2d<_, 8, 1> } }",
        "1",
        "shape mismatch: `block.conv2d` gives `Image<8, 4, 4>` but `block` adds it to the `Image<3, 4, 4>` of the input\n\n\
         help: write `Conv2d<_, 3, 1>` for `block.conv2d`, or `Residual(Conv2d<_, 8, 1>) { .. }` for `block`",
    ),
];

const REPETITIONS: &[Case] = &[
    (
        "struct Name { Dense<1, 2>, Repeat<3> }",
        "Repeat<3>",
        "`Repeat` takes layers in braces\n\nhelp: write `Repeat<4> { Dense<64, 64>, Tanh }`",
    ),
    (
        "struct Name { Dense<1, 2>, Repeat { Tanh } }",
        "Repeat",
        "`Repeat` takes 1 size (count) but 0 were given\n\n\
         help: write all of them, as in `Repeat<4> { Dense<64, 64>, Tanh }`",
    ),
    (
        "struct Name { Dense<1, 2>, Repeat<_> { Tanh } }",
        "_",
        "`_` cannot stand for the count of `Repeat`\n\nhelp: write how often the layers occur, as in `Repeat<4>`",
    ),
    ("struct Name { Dense<1, 2>, Repeat<0> { Tanh } }", "0", "the `count` of `repeat` is 0, but it must be at least 1"),
    (
        "struct Name { Dense<1, 2>, Repeat<2>(3) { Tanh } }",
        "(3)",
        "`Repeat` takes no settings\n\nhelp: write `Repeat<4> { Dense<64, 64>, Tanh }`",
    ),
    (
        "struct Name { Dense<1, 2>, Repeat<2> { } }",
        "Repeat",
        "`repeat` has no layers\n\nhelp: write `Repeat<4> { Dense<64, 64>, Tanh }`",
    ),
    (
        "struct Name<const N: usize> { Dense<1, 2>, Repeat<{ N + 1 }> { Tanh } }",
        "{ N + 1 }",
        "`N + 1` computes with the const parameter `N`, which stable Rust cannot do in a type\n\n\
         help: add another parameter, `const M: usize`, and write `M` here",
    ),
    (
        "struct Name { first: Dense<1, 4>, blocks: Repeat<2> { Tanh, outer: Dense<_, 3> }, Dense<4, 1> }",
        "3",
        "shape mismatch: `blocks.outer` gives `Vector<3>` but `blocks` repeats its layers, which take `Vector<4>`\n\n\
         help: write `Dense<_, 4>` for `blocks.outer`",
    ),
    (
        "struct Name (Image<1, 8, 8>) { blocks: Repeat<3> { conv: Conv2d<_, 16, 3>(padding = Same), Relu } }",
        "3",
        "shape mismatch: `blocks.relu` gives `Image<16, 8, 8>` but `blocks` repeats its layers, which take `Image<1, 8, 8>`\n\n\
         help: write `Conv2d<_, 1, 3>` for `blocks.conv`, or a layer before `blocks` that gives `Image<16, 8, 8>`",
    ),
    (
        "struct Name (Image<1, 8, 8>) { blocks: Repeat<3> { conv: Conv2d<1, 16, 3>(padding = Same) } }",
        "3",
        "shape mismatch: `blocks.conv` gives `Image<16, 8, 8>` but `blocks` repeats its layers, which take `Image<1, 8, 8>`\n\n\
         help: write `Conv2d<1, 1, 3>` for `blocks.conv`",
    ),
    (
        "struct Name { first: Dense<1, 4>, blocks: Repeat<2> { Dense<5, 5> }, Dense<4, 1> }",
        "5",
        "shape mismatch: `first` gives 4 values but `blocks.dense` takes 5\n\nhelp: write `Dense<1, 5>` for `first`",
    ),
];

const BRANCHES: &[Case] = &[
    (
        "struct Name { Dense<1, 2>, Parallel }",
        "Parallel",
        "`Parallel` takes branches in braces\n\n\
         help: write `Parallel { left: { Dense<64, 32>, Tanh }, right: { Dense<64, 16> } }`",
    ),
    (
        "struct Name { Dense<1, 2>, Parallel<2> { a: { Tanh }, b: {} } }",
        "Parallel<2>",
        "`Parallel` takes no sizes: they follow from its branches\n\n\
         help: write `Parallel { left: { Dense<64, 32>, Tanh }, right: { Dense<64, 16> } }`",
    ),
    (
        "struct Name { Dense<1, 2>, Parallel { } }",
        "Parallel",
        "`parallel` has no branches\n\n\
         help: write `Parallel { left: { Dense<64, 32>, Tanh }, right: { Dense<64, 16> } }`",
    ),
    (
        "struct Name { Dense<1, 2>, Parallel { a: { Tanh } } }",
        "Parallel",
        "`parallel` has only one branch\n\n\
         help: add a branch, such as `skip: {}`, or write the layers without the block around them",
    ),
    (
        "struct Name { Dense<1, 2>, Parallel { a: {}, b: {}, c: {}, d: {}, e: {}, f: {}, g: {}, h: {}, i: {} } }",
        "Parallel",
        "`parallel` has 9 branches, but a block has at most 8\n\n\
         help: put some of them into a block within one of its branches",
    ),
    (
        "struct Name { Dense<1, 2>, Parallel(Pair) { a: {}, b: {}, c: {} }, First }",
        "Parallel",
        "`parallel` makes a pair of 3 branches\n\n\
         help: write two branches, one of which may end with another `Parallel(Pair)`",
    ),
    (
        "struct Name { Dense<1, 2>, Parallel(Sum) { a: { Tanh }, b: {} } }",
        "Sum",
        "`Sum` is not a way to join branches\n\nhelp: write `Parallel(Concat)`, `Parallel(Add)` or `Parallel(Pair)`",
    ),
    (
        "struct Name { Dense<1, 2>, Parallel { Tanh, b: {} } }",
        "Tanh",
        "expected a branch such as `left: { .. }`, found `Tanh`",
    ),
    (
        "struct Name { Dense<1, 2>, Parallel { a: Tanh, b: {}, c: {} } }",
        "Tanh",
        "expected `{` after `a:`, found `Tanh`",
    ),
    ("struct Name { Dense<1, 2>, Parallel { a: {} b: {} } }", "b", "expected `,` after the branch, found `b`"),
    (
        "struct Name { Dense<1, 2>, Parallel { a: {}, a: { Tanh } } }",
        "a",
        "`a` is declared twice\n\nhelp: give one of them another name",
    ),
    (
        "struct Name { Dense<1, 2>, Parallel { a: {}, #[init(HeNormal)] b: { Dense<2, 2> } } }",
        "HeNormal",
        "`b` has several layers to initialize\n\nhelp: write `#[init]` above the layers in the braces",
    ),
    (
        "struct Name { first: Dense<1, 4>, block: Parallel(Add) { a: { Tanh }, b: { side: Dense<_, 3> }, c: { Dense<_, 5> } } }",
        "3",
        "shape mismatch: `block.b` gives `Vector<3>` but `block.a`, which `block` adds to it, gives `Vector<4>`\n\n\
         help: write `Dense<_, 4>` for `block.b.side`, or `Dense<1, 3>` for `first`",
    ),
    (
        "struct Name (Image<2, 8, 8>) { block: Parallel { a: { Conv2d<_, 4, 1> }, b: { side: Conv2d<_, 3, 3> } } }",
        "3",
        "shape mismatch: `block.b` gives `Image<3, 6, 6>` but `block.a`, which `block` joins to it, gives `Image<4, 8, 8>`\n\n\
         help: make both give the same number of rows and columns, for example with `padding = Same`",
    ),
    (
        "struct Name (Image<2, 8, 8>) { block: Parallel { a: { Flatten }, skip: {} }, Dense<9, 1> }",
        "skip",
        "shape mismatch: `block.skip` gives `Image<2, 8, 8>` but `block.a`, which `block` joins to it, gives `Vector<128>`\n\n\
         help: write `Flatten` at the end of `block.skip`",
    ),
    (
        "struct Name { first: Dense<1, 4>, block: Parallel(Add) { a: { Tanh }, b: { side: Dense<3, 3> } }, Dense<4, 1> }",
        "3",
        "shape mismatch: `first` gives 4 values but `block.b.side` takes 3\n\n\
         help: write `Dense<4, 3>` for `block.b.side`, or `Dense<1, 3>` for `first`",
    ),
    (
        "struct Name<const N: usize> { first: Dense<1, N>, block: Parallel { a: { Tanh }, b: { Dense<_, 3> } }, Dense<_, 1> }",
        "Parallel",
        "a size of `block` is computed from the const parameter `N`, which stable Rust cannot do in a type\n\n\
         help: write a number or a named constant instead of `N`",
    ),
];

#[test]
fn blocks_are_checked() {
    assert_messages(BLOCKS);
    assert_messages(SHORTCUTS);
    assert_messages(REPETITIONS);
    assert_messages(BRANCHES);
}
