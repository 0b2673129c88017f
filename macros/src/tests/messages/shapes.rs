//! Edges whose shapes do not match.

use super::{Case, assert_messages};

const SHAPES: &[Case] = &[
    (
        "struct Name { hidden: Dense<64, 32>, Tanh, output: Dense<64, 10>, Softmax }",
        "64",
        "shape mismatch: `hidden` gives 32 values but `output` takes 64\n\nhelp: write `Dense<32, 10>` for `output`, or `Dense<64, 64>` for `hidden`",
    ),
    (
        "struct Name { Dense<64, 32>, Tanh, Dense<64, 10> }",
        "64",
        "shape mismatch: `dense` gives 32 values but `dense_2` takes 64\n\nhelp: write `Dense<32, 10>` for `dense_2`, or `Dense<64, 64>` for `dense`",
    ),
    (
        "struct Name { a: Dense<2, 1>, b: Dense<3, 4> }",
        "3",
        "shape mismatch: `a` gives 1 value but `b` takes 3\n\nhelp: write `Dense<1, 4>` for `b`, or `Dense<2, 3>` for `a`",
    ),
    (
        "struct Name { a: Dense<2, 5>, b: Dense<_, 7>, c: Dense<3, 4> }",
        "3",
        "shape mismatch: `b` gives 7 values but `c` takes 3\n\nhelp: write `Dense<7, 4>` for `c`, or `Dense<_, 3>` for `b`",
    ),
    (
        "struct Name (Vector<64>) { Tanh, hidden: Dense<32, 10> }",
        "32",
        "shape mismatch: the input gives 64 values but `hidden` takes 32\n\nhelp: write `Dense<64, 10>` for `hidden`, or `(Vector<32>)` for the input",
    ),
    (
        "struct Name (Probabilities<64>) { hidden: Dense<32, 10> }",
        "32",
        "shape mismatch: the input gives 64 values but `hidden` takes 32\n\nhelp: write `Dense<64, 10>` for `hidden`, or `(Probabilities<32>)` for the input",
    ),
    (
        "struct Name<const N: usize, const H: usize, const K: usize> { first: Dense<N, H>, second: Dense<K, 3> }",
        "K",
        "shape mismatch: `first` gives `H` values but `second` takes `K`\n\nhelp: write `Dense<H, 3>` for `second`, or `Dense<N, K>` for `first`",
    ),
    (
        "struct Name<const N: usize> { first: Dense<N, 3>, second: Dense<N, 3> }",
        "N",
        "shape mismatch: `first` gives 3 values but `second` takes `N`\n\nhelp: write `Dense<3, 3>` for `second`, or `Dense<N, N>` for `first`",
    ),
    (
        "struct Name<const N: usize> { first: Dense<N, HIDDEN>, second: Dense<N, 3> }",
        "N",
        "shape mismatch: `first` gives `HIDDEN` values but `second` takes `N`\n\nhelp: write `Dense<HIDDEN, 3>` for `second`, or `Dense<N, N>` for `first`",
    ),
    (
        "struct Name (Image<1, 28, 28>) { Relu, output: Dense<784, 10> }",
        "784",
        "shape mismatch: the input gives `Image<1, 28, 28>` but `output` takes a vector\n\nhelp: write `(Vector<784>)` for the input, or `Flatten` before `output`",
    ),
    (
        "struct Name (Image<1, H, 28>) { Softmax }",
        "Softmax",
        "shape mismatch: the input gives `Image<1, H, 28>` but `softmax` takes a vector\n\nhelp: write `(Vector<N>)` for the input, or `Flatten` before `softmax`",
    ),
    (
        "struct Name -> Vector<10> { Dense<64, 10>, Softmax }",
        "Vector<10>",
        "shape mismatch: `Name` declares `Vector<10>` but `softmax` gives `Probabilities<10>`\n\nhelp: write `-> Probabilities<10>`, or leave `Softmax` out",
    ),
    (
        "struct Name -> Probabilities<10> { Dense<64, 10> }",
        "Probabilities<10>",
        "shape mismatch: `Name` declares `Probabilities<10>` but `dense` gives `Vector<10>`\n\nhelp: write `-> Vector<10>`, or add `Softmax` as the last layer",
    ),
    (
        "struct Name -> Probabilities<12> { output: Dense<64, 10>, Softmax }",
        "Probabilities<12>",
        "shape mismatch: `Name` declares `Probabilities<12>` but `softmax` gives `Probabilities<10>`\n\nhelp: write `-> Probabilities<10>`, or `Dense<64, 12>` for `output`",
    ),
    (
        "struct Name -> Vector<12> { output: Dense<64, 10>, Tanh }",
        "Vector<12>",
        "shape mismatch: `Name` declares `Vector<12>` but `tanh` gives `Vector<10>`\n\nhelp: write `-> Vector<10>`, or `Dense<64, 12>` for `output`",
    ),
    (
        "struct Name -> Vector<12> { output: Dense<64, 10>, Softmax }",
        "Vector<12>",
        "shape mismatch: `Name` declares `Vector<12>` but `softmax` gives `Probabilities<10>`\n\nhelp: write `-> Probabilities<10>`",
    ),
    (
        "struct Name (Image<1, 28, 28>) -> Image<1, 28, 29> { Tanh }",
        "Image<1, 28, 29>",
        "shape mismatch: `Name` declares `Image<1, 28, 29>` but `tanh` gives `Image<1, 28, 28>`\n\nhelp: write `-> Image<1, 28, 28>`, or `(Image<1, 28, 29>)` for the input",
    ),
    (
        "struct Name (Image<6, 9, 9>) { conv: Conv2d<_, 8, 3>(groups = 4) }",
        "4",
        "groups do not divide: `conv` has 4 groups, but 6 input channels and 8 output channels share only the divisors 1, 2\n\n\
         help: write one of these numbers for `groups`, or other numbers of channels",
    ),
    (
        "struct Name (Image<6, 9, 9>) { conv: Conv2d<_, 8, 3>(groups = _) }",
        "8",
        "groups do not divide: `conv` has 6 groups, but 6 input channels and 8 output channels share only the divisors 1, 2\n\n\
         help: write one of these numbers for `groups`, or other numbers of channels",
    ),
    (
        "struct Name (Image<6, 3, 4>) { up: ConvTranspose2d<_, 8, 3>(padding = 3) }",
        "3",
        "padding too large: `up` needs 7 rows to leave out its `padding` and keep one, but its kernels cover 5\n\n\
         help: write less `padding`, or a larger kernel",
    ),
    (
        "struct Name (Sequence<9, 6>) { conv: Conv1d<_, 8, 3>(groups = 4) }",
        "4",
        "groups do not divide: `conv` has 4 groups, but 6 input features and 8 output features share only the divisors 1, 2\n\n\
         help: write one of these numbers for `groups`, or other numbers of features",
    ),
    (
        "struct Name (Sequence<9, 6>) { conv: Conv1d<_, 8, 4>(dilation = 4, padding = 1) }",
        "4",
        "kernel too large: `conv` spans 13 steps but its input `Sequence<9, 6>` has 11 with its padding\n\n\
         help: write a smaller `dilation` or kernel, or more `padding`",
    ),
    (
        "struct Name (Sequence<9, 6>) { conv: Conv1d<5, 8, 4> }",
        "5",
        "shape mismatch: the input gives `Sequence<9, 6>` but `conv` takes 5 features\n\n\
         help: write `Conv1d<6, 8, 4>` for `conv`, or `(Sequence<9, 5>)` for the input",
    ),
    (
        "struct Name (Sequence<9, 6>) { output: Dense<5, 8> }",
        "5",
        "shape mismatch: the input gives `Sequence<9, 6>` but `output` takes 5 features\n\n\
         help: write `Dense<6, 8>` for `output`, or `(Sequence<9, 5>)` for the input",
    ),
    (
        "struct Name (Sequence<20, 4>) { lstm: Lstm<_, 64>, LayerNorm, head: Dense<32, 10>, Softmax }",
        "32",
        "shape mismatch: `lstm` gives `Sequence<20, 64>` but `head` takes 32 features\n\n\
         help: write `Dense<64, 10>` for `head`, or `Lstm<_, 32>` for `lstm`",
    ),
    (
        "struct Name<const L: usize, const H: usize, const K: usize> (Sequence<L, 4>) { lstm: Lstm<_, H>, a: Dense<_, K>, b: Dense<H, 3> }",
        "H",
        "shape mismatch: `a` gives `Sequence<L, K>` but `b` takes `H` features\n\n\
         help: write `Dense<K, 3>` for `b`, or `Dense<_, H>` for `a`",
    ),
    (
        "struct Name (Sequence<9, 6>) { a: Dense<_, 8>, Softmax, b: Lstm<4, 2> }",
        "4",
        "shape mismatch: `a` gives `ProbabilitySequence<9, 8>` but `b` takes 4 features\n\n\
         help: write `Lstm<8, 2>` for `b`, or `Dense<_, 4>` for `a`",
    ),
    (
        "struct Name (Sequence<9, 6>) { block: Residual { Dense<_, 24>, Gelu, b: Dense<_, 5> } }",
        "5",
        "shape mismatch: `block.b` gives `Sequence<9, 5>` but `block` adds it to the `Sequence<9, 6>` of the input\n\n\
         help: write `Dense<_, 6>` for `block.b`",
    ),
    (
        "struct Name (Sequence<9, 6>) -> Probabilities<3> { Lstm<_, 8>, LayerNorm, a: Dense<_, 8>, Relu, Dense<_, 3>, Softmax }",
        "Probabilities<3>",
        "shape mismatch: `Name` declares `Probabilities<3>` but `softmax` gives `ProbabilitySequence<9, 3>`\n\n\
         help: write `-> ProbabilitySequence<9, 3>`, or `LastStep`, `GlobalAvgPool1d` or `GlobalMaxPool1d` before `a`",
    ),
    (
        "struct Name (Sequence<9, 6>) -> Vector<8> { Gru<_, 8>, LayerNorm }",
        "Vector<8>",
        "shape mismatch: `Name` declares `Vector<8>` but `layer_norm` gives `Sequence<9, 8>`\n\n\
         help: write `-> Sequence<9, 8>`, or `LastStep`, `GlobalAvgPool1d` or `GlobalMaxPool1d` as the last layer",
    ),
    (
        "struct Name (Sequence<9, 6>) -> ProbabilitySequence<9, 3> { Dense<_, 3> }",
        "ProbabilitySequence<9, 3>",
        "shape mismatch: `Name` declares `ProbabilitySequence<9, 3>` but `dense` gives `Sequence<9, 3>`\n\n\
         help: write `-> Sequence<9, 3>`, or add `Softmax` as the last layer",
    ),
    (
        "struct Name (Sequence<9, 6>) -> ProbabilitySequence<9, 4> { a: Dense<_, 3>, Softmax }",
        "ProbabilitySequence<9, 4>",
        "shape mismatch: `Name` declares `ProbabilitySequence<9, 4>` but `softmax` gives `ProbabilitySequence<9, 3>`\n\n\
         help: write `-> ProbabilitySequence<9, 3>`, or `Dense<_, 4>` for `a`",
    ),
    (
        "struct Name (Vector<4>) = Custom, a: Dense<_, 8>, Tanh, b: Dense<5, 3>",
        "5",
        "shape mismatch: `a` gives 8 values but `b` takes 5\n\n\
         help: write `Dense<8, 3>` for `b`, or `Dense<_, 5>` for `a`",
    ),
    (
        "struct Name<const H: usize> (Vector<4>) = Custom, a: Dense<3, H>, Parallel { left: { Dense<_, 6> }, right: { Dense<_, 1> } }, \
         b: Dense<5, 3>",
        "5",
        "shape mismatch: `parallel` gives 7 values but `b` takes 5\n\nhelp: write `Dense<7, 3>` for `b`",
    ),
    (
        "struct Name (Sequence<9, 6>) { Dense<_, 4, 5>, Dense<_, 8>, LastStep, Dense<8, 3> }",
        "Dense",
        "`Dense` takes 2 sizes (inputs, outputs) but 3 were given\n\nhelp: write no more of them, as in `Dense<64, 32>`",
    ),
    (
        "struct Name (Sequence<9>) { Dense<_, 8>, LayerNorm, LastStep, Dense<8, 3> }",
        "Sequence<9>",
        "`Sequence` takes 2 sizes (steps, features) but 1 was given\n\nhelp: write all of them, as in `Sequence<16, 8>`",
    ),
    (
        "struct Name (Image<1, 9, 6>) { conv: Conv1d<_, 8, 3> }",
        "_",
        "shape mismatch: the input gives `Image<1, 9, 6>` but `conv` takes a sequence\n\n\
         help: write `(Sequence<16, 8>)` for the input, or `Reshape<Sequence<..>>` before `conv`",
    ),
    (
        "struct Name<const C: usize> (Image<C, 9, 9>) { conv: Conv2d<_, 8, 3>(groups = 2) }",
        "Conv2d",
        "a size of `conv` is computed from the const parameter `C`, which stable Rust cannot do in a type\n\n\
         help: write a number or a named constant instead of `C`",
    ),
    (
        "struct Name (Image<1, 9, 8>) { conv: Conv2d<_, 2, 3, 5>(dilation = (3, 2)) }",
        "5",
        "kernel too large: `conv` spans 9 columns but its input `Image<1, 9, 8>` has 8\n\n\
         help: write a smaller `dilation` or kernel, or more `padding`",
    ),
    (
        "struct Name (Image<8, 8, 1>) { conv: Conv2d<_, 16, 3>, Relu }",
        "3",
        "kernel too large: `conv` has 3 columns but its input `Image<8, 8, 1>` has 1\n\n\
         help: write a smaller kernel, or more `padding`, or `Image<1, 8, 8>`, with the channels first",
    ),
    (
        "struct Name (Image<8, 8, 1>) { conv: Conv2d<1, 16, 3>, Relu }",
        "1",
        "shape mismatch: the input gives `Image<8, 8, 1>` but `conv` takes 1 channel\n\n\
         help: write `(Image<1, 8, 8>)` for the input, with its channels first",
    ),
    (
        "struct Name (Image<28, 28, 3>) { Relu, conv: Conv2d<3, 16, 3> }",
        "3",
        "shape mismatch: the input gives `Image<28, 28, 3>` but `conv` takes 3 channels\n\n\
         help: write `(Image<3, 28, 28>)` for the input, with its channels first",
    ),
    (
        "struct Name (Image<1, 4, 9>) { pool: AvgPool2d<5> }",
        "5",
        "kernel too large: `pool` has 5 rows but its input `Image<1, 4, 9>` has 4\n\n\
         help: write a smaller kernel, or more `padding`",
    ),
    (
        "struct Name (Image<1, 4, 9>) { pool: AvgPool2d<8>(stride = 2, padding = 1, rounding = Up) }",
        "8",
        "kernel too large: `pool` has 8 rows but its input `Image<1, 4, 9>` has 7 with its padding and `rounding = Up`\n\n\
         help: write a smaller kernel, or more `padding`",
    ),
    (
        "struct Name (Sequence<6, 3>) { pool: MaxPool1d<5>(2, dilation = 2, rounding = Up) }",
        "5",
        "kernel too large: `pool` spans 9 steps but its input `Sequence<6, 3>` has 7 with `rounding = Up`\n\n\
         help: write a smaller `dilation` or kernel, or more `padding`",
    ),
    (
        "struct Name (Sequence<6, 3>) { pool: MaxPool1d<4>(dilation = 3, padding = 1) }",
        "4",
        "kernel too large: `pool` spans 10 steps but its input `Sequence<6, 3>` has 8 with its padding\n\n\
         help: write a smaller `dilation` or kernel, or more `padding`",
    ),
    (
        "struct Name (Image<1, 4, 9>) { pool: AvgPool1d<2> }",
        "2",
        "shape mismatch: the input gives `Image<1, 4, 9>` but `pool` takes a sequence\n\n\
         help: write `(Sequence<16, 8>)` for the input, or `Reshape<Sequence<..>>` before `pool`",
    ),
    (
        "struct Name (Sequence<6, 3>) { pool: GlobalMaxPool1d, output: Dense<6, 2> }",
        "6",
        "shape mismatch: `pool` gives 3 values but `output` takes 6\n\nhelp: write `Dense<3, 2>` for `output`",
    ),
    (
        "struct Name { a: Dense<2, 9>, pool: MaxPool2d<3> }",
        "3",
        "shape mismatch: `a` gives `Vector<9>` but `pool` takes an image\n\nhelp: write `Reshape<Image<..>>` before `pool`",
    ),
    (
        "struct Name (Image<1, 4, 9>) { pool: GlobalAvgPool2d, output: Dense<2, 3> }",
        "2",
        "shape mismatch: `pool` gives 1 value but `output` takes 2\n\nhelp: write `Dense<1, 3>` for `output`",
    ),
    (
        "struct Name (Image<1, 4, 2>) { pad: Pad<3, 1, 1, 2>(mode = Reflect) }",
        "2",
        "border too large: `pad` needs at least 3 columns for `mode = Reflect` but its input `Image<1, 4, 2>` has 2\n\n\
         help: write a smaller border, or another `mode`",
    ),
    (
        "struct Name (Image<1, 4, 2>) { pad: Pad<5, 0>(mode = Circular) }",
        "5",
        "border too large: `pad` needs at least 5 rows for `mode = Circular` but its input `Image<1, 4, 2>` has 4\n\n\
         help: write a smaller border, or another `mode`",
    ),
    (
        "struct Name { Dense<2, 30>, reshape: Reshape<Image<2, 3, 4>> }",
        "2",
        "shape mismatch: the input `Vector<30>` of `reshape` has 30 values but `Image<2, 3, 4>` has 24\n\n\
         help: write a shape with as many values, or `_` for a size that follows from the others",
    ),
    (
        "struct Name (Vector<30>) { reshape: Reshape<Image<2, _, 4>> }",
        "2",
        "shape mismatch: the input `Vector<30>` of `reshape` has 30 values but `Image<2, 3, 4>` has 24\n\n\
         help: write a shape with as many values, or `_` for a size that follows from the others",
    ),
    (
        "struct Name<const N: usize> (Vector<N>) { reshape: Reshape<Image<2, _, 4>> }",
        "Reshape",
        "a size of `reshape` is computed from the const parameter `N`, which stable Rust cannot do in a type\n\n\
         help: write a number or a named constant instead of `N`",
    ),
];

const PAIRS: &[Case] = &[
    (
        "struct Name (Sequence<4, 6>) { attention: CrossAttention<2>, LastStep }",
        "2",
        "shape mismatch: the input gives `Sequence<4, 6>` but `attention` takes a pair of sequences\n\n\
         help: write `Parallel(Pair) { a: { .. }, b: { .. } }` before `attention`",
    ),
    (
        "struct Name (Pair<Tokens<4, 6>, Sequence<5, 6>>) { attention: CrossAttention<2>, LastStep }",
        "2",
        "shape mismatch: the input gives `Pair<Tokens<4, 6>, Sequence<5, 6>>` but `attention` takes a pair of sequences\n\n\
         help: write `Parallel(Pair) { a: { First, .. }, b: { Second, .. } }` before `attention`",
    ),
    (
        "struct Name (Pair<Sequence<4, 6>, Sequence<5, 8>>) { attention: CrossAttention<2>, LastStep }",
        "CrossAttention",
        "shape mismatch: the first input of `attention` has 6 features but the second has 8\n\n\
         help: give both as many features, with a `Dense` at the end of one of them",
    ),
    (
        "struct Name (Sequence<4, 6>) { Parallel(Pair) { a: {}, b: { Gru<_, 6> } }, attention: CrossAttention<4>, LastStep }",
        "4",
        "heads do not divide: `attention` has 4 heads, but the divisors of 6 features are 1, 2, 3, 6\n\n\
         help: write one of these numbers for the heads, or another number of features",
    ),
    (
        "struct Name { attention: CrossAttention<2> }",
        "Name",
        "the input shape of `Name` is not known\n\n\
         help: write `struct Name (Pair<Sequence<16, 8>, Sequence<16, 8>>) { .. }`, with the sizes of the input",
    ),
];

#[test]
fn mismatched_edges_name_both_layers_and_a_fix() {
    assert_messages(SHAPES);
    assert_messages(PAIRS);
}
