//! Mistakes between `<` and `>`.

use super::{Case, assert_messages};

const SIZES: &[Case] = &[
    (
        "struct Name (Image<1, 4, 4>) { MaxPool2d<2, 2, 2> }",
        "MaxPool2d",
        "`MaxPool2d` takes 1 or 2 sizes (rows, columns) but 3 were given\n\nhelp: write no more of them, as in `MaxPool2d<2>`",
    ),
    (
        "struct Name (Image<1, 4, 4>) { MaxPool2d<_> }",
        "_",
        "`_` stands for the size that comes in, and no size of `MaxPool2d` can be inferred\n\n\
         help: write the number of rows of a window, such as `MaxPool2d<2>`",
    ),
    (
        "struct Name (Image<1, 4, 4>) { MaxPool2d }",
        "MaxPool2d",
        "`MaxPool2d` takes 1 or 2 sizes (rows, columns) but 0 were given\n\nhelp: write all of them, as in `MaxPool2d<2>`",
    ),
    ("struct Name (Image<1, 4, 4>) { Pad<-1> }", "-1", "`-1` is negative, but the number of rows is at least 0"),
    ("struct Name (Image<1, 4, 4>) { Upsample<2, 0> }", "0", "`upsample` has size 0, but sizes are at least 1"),
    (
        "struct Name (Image<1, 4, 4>) { Reshape<Image<4, 4>> }",
        "Reshape",
        "`Reshape` takes 3 sizes (channels, height, width) but 2 were given\n\nhelp: write all of them, as in `Reshape<Image<2, 3, 4>>`",
    ),
    (
        "struct Name (Image<1, 4, 4>) { Reshape<Image<_, _, 4>> }",
        "_",
        "only one size of `Reshape` can be `_`, which then follows from the others\n\nhelp: write the other sizes, as in `Reshape<Image<2, 3, 4>>`",
    ),
    (
        "struct Name (Image<1, 4, 4>) { Reshape }",
        "Reshape",
        "`Reshape` takes one shape of the library, found nothing\n\nhelp: write a shape, as in `Reshape<Vector<24>>` or `Reshape<Image<2, 3, 4>>` or `Reshape<Sequence<4, 6>>`",
    ),
    (
        "struct Name (Image<1, 4, 4>) { Reshape<Probabilities<16>> }",
        "Reshape<Probabilities<16>>",
        "`Reshape` takes one shape of the library, found `Probabilities<16>`\n\nhelp: write a shape, as in `Reshape<Vector<24>>` or `Reshape<Image<2, 3, 4>>` or `Reshape<Sequence<4, 6>>`",
    ),
    (
        "struct Name (Image<1, 4, 4>) { Pad<1>(mode = Constant) }",
        "Constant",
        "`Constant` is not a value of `mode`\n\nhelp: write `mode = Zeros`, or `mode = Reflect`, or `mode = Replicate`, or `mode = Circular`",
    ),
    (
        "struct Name { Dense<64> }",
        "Dense",
        "`Dense` takes 2 sizes (inputs, outputs) but 1 was given\n\nhelp: write all of them, as in `Dense<64, 32>`",
    ),
    (
        "struct Name { Dense }",
        "Dense",
        "`Dense` takes 2 sizes (inputs, outputs) but 0 were given\n\nhelp: write all of them, as in `Dense<64, 32>`",
    ),
    (
        "struct Name { Dense<1, 2, 3> }",
        "Dense",
        "`Dense` takes 2 sizes (inputs, outputs) but 3 were given\n\nhelp: write no more of them, as in `Dense<64, 32>`",
    ),
    (
        "struct Name { Dense(1, 2) }",
        "Dense",
        "`Dense` takes 2 sizes (inputs, outputs) but 0 were given\n\nhelp: write all of them, as in `Dense<64, 32>`",
    ),
    (
        "struct Name { Dense<1, 2>, LayerNorm<2>, Tanh }",
        "LayerNorm",
        "`LayerNorm` takes no sizes but 1 was given\n\nhelp: write `LayerNorm`",
    ),
    (
        "struct Name { Dense<1, 2>, LeakyRelu<0.2> }",
        "LeakyRelu",
        "`LeakyRelu` takes no sizes but 1 was given\n\nhelp: write `LeakyRelu(0.01)`",
    ),
    (
        "struct Name (Image<4, 2, 2>) { GroupNorm }",
        "GroupNorm",
        "`GroupNorm` takes 1 size (groups) but 0 were given\n\nhelp: write all of them, as in `GroupNorm<1>`",
    ),
    ("struct Name { Dense<1, 2>, Tanh<2> }", "Tanh", "`Tanh` takes no sizes but 1 was given\n\nhelp: write `Tanh`"),
    ("struct Name { Dense<,> }", ",", "expected a size, found `,`"),
    (
        "struct Name { Dense<1, 2.5> }",
        "2.5",
        "expected a size, found `2.5`\n\nhelp: a size is a number, a constant, a const parameter or a `{ const expression }`",
    ),
    (
        "struct Name { Dense<1, \"x\"> }",
        "\"x\"",
        "expected a size, found `\"x\"`\n\nhelp: a size is a number, a constant, a const parameter or a `{ const expression }`",
    ),
    (
        "struct Name { Dense<1, 2 3> }",
        "2 3",
        "expected a size, found `2 3`\n\nhelp: a size is a number, a constant, a const parameter or a `{ const expression }`",
    ),
    (
        "struct Name { Dense<1, {}> }",
        "{}",
        "expected a size, found `{}`\n\nhelp: a size is a number, a constant, a const parameter or a `{ const expression }`",
    ),
    ("struct Name { Dense<1, 2u8> }", "2u8", "a size is a `usize`, found the suffix `u8`\n\nhelp: write `2`"),
    (
        "struct Name { Dense<1, 99999999999999999999> }",
        "99999999999999999999",
        "`99999999999999999999` is too large for a size",
    ),
    (
        "struct Name { Dense<1, 18446744073709551615 + 1> }",
        "18446744073709551615 + 1",
        "`18446744073709551615 + 1` overflows",
    ),
    (
        "struct Name { Dense<4294967296, 4294967296>, Dense<4294967296, 4294967296>, Tanh }",
        "4294967296, 4294967296",
        "`dense` is too large: its parameters are 4294967296 × 4294967296 elements, more than an array can have",
    ),
    (
        "struct Name (Image<4294967296, 4294967296, 1>) { Relu, Flatten, Dense<_, 2> }",
        "4294967296, 4294967296, 1",
        "the input is too large: it has 4294967296 × 4294967296 × 1 elements, more than an array can have",
    ),
    (
        "struct Name (Image<1, 4294967296, 4294967296>) { Conv2d<_, 2, 3>, Flatten, Dense<_, 2> }",
        "1, 4294967296, 4294967296",
        "the input is too large: it has 1 × 4294967296 × 4294967296 elements, more than an array can have",
    ),
    (
        "struct Name (Image<1, 1048576, 1048576>) { Conv2d<_, 2097152, 1>, Flatten, Dense<_, 2> }",
        "_, 2097152, 1",
        "`conv2d` is too large: its output has 2097152 × 1048576 × 1048576 elements, more than an array can have",
    ),
    (
        "struct Name (Vector<2>) -> Vector<36028797018963968> { Custom, Other }",
        "36028797018963968",
        "the output is too large: it has 36028797018963968 elements, more than an array can have",
    ),
    (
        "struct Name (Image<1, 8, 8>) { Conv2d<_, 2, 3>(padding = 18446744073709551615), Flatten, Dense<_, 2> }",
        "18446744073709551615",
        "`conv2d` is too large: the rows of `conv2d` overflow `usize`",
    ),
    (
        "struct Name (Image<1, 8, 8>) { Conv2d<_, 4, (3, 3)> }",
        "(3, 3)",
        "the size of the kernel is one number, found `(3, 3)`\n\nhelp: write `3`",
    ),
    (
        "struct Name (Image<1, 8, 8>) { Conv2d<_, 4, { [3, 5] }> }",
        "{ [3, 5] }",
        "the size of the kernel is one number, found `[3, 5]`",
    ),
    ("struct Name { Dense<1, 2 - 3> }", "2 - 3", "`2 - 3` is negative, but sizes are at least 1"),
    ("struct Name { Dense<1, -3> }", "-3", "`-3` is negative, but sizes are at least 1"),
    ("struct Name { Dense<1, 4 / 0> }", "4 / 0", "`4 / 0` divides by zero"),
    ("struct Name { Dense<1, { 4 % 0 }> }", "4 % 0", "`4 % 0` divides by zero"),
    ("struct Name { Dense<1, 0> }", "0", "`dense` has size 0, but sizes are at least 1"),
    ("struct Name { Dense<1, { 3 - 3 }> }", "{ 3 - 3 }", "`dense` has size 0, but sizes are at least 1"),
    ("struct Name { Dense<1, H * 2> }", "H * 2", "`H * 2` needs braces to be a size\n\nhelp: write `{ H * 2 }`"),
    ("struct Name { Dense<1, 1 << 3> }", "1 << 3", "`1 << 3` needs braces to be a size\n\nhelp: write `{ 1 << 3 }`"),
    (
        "struct Name { Dense<1, 16 >> 3> }",
        "16 >> 3",
        "`16 >> 3` needs braces to be a size\n\nhelp: write `{ 16 >> 3 }`",
    ),
    (
        "struct Name { Dense<1, size(3)> }",
        "size(3)",
        "`size(3)` needs braces to be a size\n\nhelp: write `{ size(3) }`",
    ),
    (
        "struct Name<const N: usize> { Dense<1, { N * 2 }> }",
        "{ N * 2 }",
        "`N * 2` computes with the const parameter `N`, which stable Rust cannot do in a type\n\nhelp: add another parameter, `const M: usize`, and write `M` here",
    ),
    (
        "struct Name<const N: usize, const M: usize> { Dense<M, N + M> }",
        "N + M",
        "`N + M` computes with the const parameter `N`, which stable Rust cannot do in a type\n\nhelp: add another parameter, `const H: usize`, and write `H` here",
    ),
    (
        "struct Name<const N: usize> { Dense<N, 2>, Custom<{ N + 1 }> }",
        "{ N + 1 }",
        "`N + 1` computes with the const parameter `N`, which stable Rust cannot do in a type\n\nhelp: add another parameter, `const M: usize`, and write `M` here",
    ),
    (
        "struct Name { Dense<1, _> }",
        "_",
        "`_` stands for the size that comes in, and only the first size of `Dense` can be inferred\n\nhelp: write the number of outputs, such as `Dense<_, 32>`",
    ),
    (
        "struct Name { Dense<1, 2>, Custom<_> }",
        "_",
        "`_` can be inferred only in built-in layers and shapes, and `Custom` is not one\n\nhelp: write the argument out",
    ),
    (
        "struct Name { Dense<1, 2>, nn::Linear<_, 4>, Tanh }",
        "_",
        "`_` can be inferred only in built-in layers and shapes, and `nn::Linear` is not one\n\nhelp: write `Dense<64, 32>`, or, for a custom layer, the argument",
    ),
    (
        "struct Name (Image<3, 8, 8>) { Conv2DTranspose<_, _, 4>, Tanh }",
        "_",
        "`_` can be inferred only in built-in layers and shapes, and `Conv2DTranspose` is not one\n\nhelp: write `ConvTranspose2d<4, 2, 3>`, or, for a custom layer, the argument",
    ),
    (
        "struct Name { Dense<1, 2>, Custom<3 * 4> }",
        "3 * 4",
        "`3 * 4` needs braces to be a size\n\nhelp: write `{ 3 * 4 }`",
    ),
    (
        "struct Name { Dense<1, 2>, Custom<3 4> }",
        "3 4",
        "expected a size, found `3 4`\n\nhelp: a size is a number, a constant, a const parameter or a `{ const expression }`",
    ),
    (
        "struct Name<const N: usize> { Dense<1, N>, Custom, Dense<_, 3> }",
        "_",
        "`_` cannot be inferred: only the compiler knows what `custom` gives, and stable Rust cannot compute a size in a network with const parameters\n\nhelp: write the size instead of `_`",
    ),
    (
        "struct Name { Dense<64, 32, Tanh, output: Dense<32, 10> }",
        "<",
        "this `<` is never closed\n\nhelp: write `>` after the last size",
    ),
];

#[test]
fn sizes_are_numbers_parameters_or_constants() {
    assert_messages(SIZES);
}
