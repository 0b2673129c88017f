//! Mistakes before the layers.

use super::{Case, assert_messages};

const HEADERS: &[Case] = &[
    ("", "", "expected a network, found nothing\n\nhelp: write `struct Name { Dense<64, 10>, Softmax }`"),
    ("enum Name { Tanh }", "enum", "expected `struct`, found keyword `enum`"),
    (
        "pub(here) struct Name { Dense<1, 2> }",
        "(here)",
        "`pub(here)` is not a visibility\n\nhelp: write `pub`, or `pub(crate)`",
    ),
    (
        "pub(in 3) struct Name { Dense<1, 2> }",
        "(in 3)",
        "`pub(in 3)` is not a visibility\n\nhelp: write `pub`, or `pub(crate)`",
    ),
    ("struct", "struct", "expected the name of the network, found the end"),
    ("struct 3 {}", "3", "expected the name of the network, found `3`"),
    ("struct type { Dense<1, 2> }", "type", "`type` is a keyword: write `r#type`"),
    ("struct Name", "Name", "expected the layers of `Name` in `{ .. }` or after `=`, found the end"),
    ("struct Name;", ";", "expected the layers of `Name` in `{ .. }` or after `=`, found `;`"),
    (
        "struct Name { Dense<1, 2> } struct Other { Dense<1, 2> }",
        "struct",
        "expected nothing after the layers of `Name`, found keyword `struct`\n\nhelp: write one `network!` for each network",
    ),
    (
        "struct Name<'a> { Dense<1, 2> }",
        "'a",
        "a network has no lifetimes\n\nhelp: `Name` can have `usize` parameters: `<const N: usize>`",
    ),
    (
        "struct Name<T> { Dense<T, 2> }",
        "T",
        "`T` is a type parameter, but a network has only `usize` parameters\n\nhelp: write `const T: usize` for a size, or leave `T` out: every network exists in `f32` and `f64`",
    ),
    (
        "struct Name<const N: u32> { Dense<N, 2> }",
        "u32",
        "`N` is a size and must be `usize`, found `u32`\n\nhelp: write `const N: usize`",
    ),
    (
        "struct Name<const N: usize = 3> { Dense<N, 2> }",
        "= 3",
        "`N` has a default, which a network's parameters do not support\n\nhelp: write `const N: usize`",
    ),
    (
        "struct Name<const N: usize, const N: usize> { Dense<N, 2> }",
        "N",
        "`N` is declared twice\n\nhelp: give one of them another name",
    ),
    ("struct Name<const N> { Dense<N, 2> }", ">", "expected `: usize` after `N`, found `>`"),
    ("struct Name<const> { Dense<1, 2> }", ">", "expected a name after `const`, found `>`"),
    ("struct Name<3> { Dense<1, 2> }", "3", "expected `const`, found `3`"),
    (
        "struct Name<const N: usize { Dense<N, 2> }",
        "<",
        "this `<` is never closed\n\nhelp: write `>` after the last size",
    ),
    (
        "struct Name<const N: usize> where Check<N>: Right { Dense<N, 2> }",
        "where",
        "a network has no `where` clause\n\nhelp: leave it out: the shapes are the bounds",
    ),
    ("struct Name () { Dense<1, 2> }", ")", "expected a shape such as `Vector<64>`, found `)`"),
    (
        "struct Name (Vector<1>, Vector<1>) { Dense<1, 2> }",
        "(Vector<1>, Vector<1>)",
        "a network takes one input, found 2 shapes\n\n\
         help: write a pair of shapes, `(Pair<Vector<1>, Vector<1>>)`, and `First` or `Second` in each branch that reads one of them",
    ),
    ("struct Name (x: Vector<1>) { Dense<1, 2> }", ":", "expected `)` after the input shape, found `:`"),
    (
        "struct Name (Dense<1, 2>) { Dense<1, 2> }",
        "Dense<1, 2>",
        "`Dense` is a layer, not a shape\n\nhelp: write a shape, such as `Vector<64>`",
    ),
    (
        "struct Name (Vector<_>) { Dense<1, 2> }",
        "_",
        "`_` cannot stand in the shape `Vector` of a header, where no layer comes before it\n\nhelp: write the size, such as `Vector<64>`",
    ),
    ("struct Name (Vector<0>) { Dense<1, 2> }", "0", "the input has size 0, but sizes are at least 1"),
    (
        "struct Name (Image<1, 28>) { Tanh }",
        "Image<1, 28>",
        "`Image` takes 3 sizes (channels, height, width) but 2 were given\n\nhelp: write all of them, as in `Image<1, 28, 28>`",
    ),
    ("struct Name -> (Vector<2>) { Dense<1, 2> }", "(", "expected a shape such as `Vector<64>`, found `(`"),
    ("#[tile] struct Name { Dense<1, 2> }", "#[tile]", "expected a number of samples such as `#[tile(64)]`"),
    ("#[tile = 64] struct Name { Dense<1, 2> }", "#[tile = 64]", "expected a number of samples such as `#[tile(64)]`"),
    (
        "#[tile(samples = 64)] struct Name { Dense<1, 2> }",
        "samples = 64",
        "expected a number of samples such as `#[tile(64)]`",
    ),
    ("#[tile(64 65)] struct Name { Dense<1, 2> }", "64 65", "expected a number of samples such as `#[tile(64)]`"),
    (
        "#[tile(64)] #[tile(32)] struct Name { Dense<1, 2> }",
        "#[tile(32)]",
        "`#[tile]` is written twice\n\nhelp: leave one of them out",
    ),
    (
        "#[frozen] struct Name { Dense<1, 2> }",
        "#[frozen]",
        "`#[frozen]` belongs to a layer\n\nhelp: write it above the layer it is for",
    ),
    (
        "#[budget] struct Name { Dense<1, 2> }",
        "#[budget]",
        "expected limits such as `#[budget(parameters = 10_000, workspace = \"64 KiB\")]`",
    ),
    (
        "#[budget(1)] struct Name { Dense<1, 2> }",
        "1",
        "`1` is not a limit\n\nhelp: write `parameters = 10_000` or `workspace = \"64 KiB\"`",
    ),
    (
        "#[budget(memory = 1)] struct Name { Dense<1, 2> }",
        "memory = 1",
        "`memory` is not a limit\n\nhelp: write `parameters = 10_000` or `workspace = \"64 KiB\"`",
    ),
    (
        "#[budget(parameters = 1, parameters = 2)] struct Name { Dense<1, 2> }",
        "parameters = 2",
        "`parameters` is set twice\n\nhelp: leave one of them out",
    ),
    (
        "#[budget(workspace = \"64 K\")] struct Name { Dense<1, 2> }",
        "\"64 K\"",
        "`\"64 K\"` is not a number of bytes\n\nhelp: write `65_536`, or a string such as `\"64 KiB\"`, with B, KiB, MiB or GiB",
    ),
    ("#![doc = \"x\"] struct Name { Dense<1, 2> }", "!", "expected `[` after `#`, found `!`"),
    ("#[3] struct Name { Dense<1, 2> }", "#[3]", "expected an attribute such as `#[allow(dead_code)]`"),
    (
        "struct Name(Dense<3, 3>);",
        ";",
        "expected the layers of `Name` in `{ .. }` or after `=`, found `;`\n\nhelp: parentheses hold the input shape, and braces the layers",
    ),
    (
        "struct Name(Dense<3, 3>, Softmax);",
        "(Dense<3, 3>, Softmax)",
        "a network takes one input, found 2 shapes\n\n\
         help: write a pair of shapes, `(Pair<Vector<8>, Vector<4>>)`, and `First` or `Second` in each branch that reads one of them",
    ),
];

#[test]
fn headers_are_parsed_to_the_end() {
    assert_messages(HEADERS);
}
