//! Mistakes in layers and between them.

use super::{Case, assert_messages};

const LAYERS: &[Case] = &[
    ("struct Name { }", "Name", "`Name` has no layers\n\nhelp: write at least one, such as `Dense<64, 10>`"),
    (
        "struct Name { Dense<1, 2>, Name }",
        "Name",
        "`Name` contains itself, so it would be infinite\n\nhelp: write the layers that you want instead",
    ),
    ("struct Name { hidden: , Dense<1, 2> }", ",", "expected a layer after `hidden:`, found `,`"),
    ("struct Name { Dense<1, 2>, hidden: }", "}", "expected a layer after `hidden:`, found `}`"),
    ("struct Name { Dense<1, 2>,, Tanh }", ",", "expected a layer such as `Dense<64, 32>`, found `,`"),
    ("struct Name { Dense<1, 2> Tanh }", "Tanh", "expected `,` after the layer, found `Tanh`"),
    ("struct Name { Dense<1, 2>; Tanh }", ";", "expected `,` after the layer, found `;`"),
    ("struct Name { Dense<1, 2> + 3, Tanh }", "+", "expected `,` after the layer, found `+`"),
    ("struct Name { hidden = Dense<1, 2> }", "=", "expected `:` after `hidden`, found `=`"),
    ("struct Name { 3, Dense<1, 2> }", "3", "expected a layer such as `Dense<64, 32>`, found `3`"),
    ("struct Name { Dense<1, 2>, 'a, Tanh }", "'a", "expected a layer such as `Dense<64, 32>`, found `'a`"),
    (
        "struct Name { pub hidden: Dense<1, 2> }",
        "pub",
        "a layer has no visibility of its own: every layer is as visible as its network\n\nhelp: leave it out",
    ),
    ("struct Name { type: Dense<1, 2> }", "type", "`type` is a keyword: write `r#type`"),
    ("struct Name { self: Dense<1, 2> }", "self", "`self` is a keyword and cannot be a name"),
    (
        "struct Name { hidden: Dense<1, 2>, hidden: Dense<2, 3> }",
        "hidden",
        "`hidden` is declared twice\n\nhelp: give one of them another name",
    ),
    (
        "struct Name { Dense<1, 2>, Dropout<0.5>, Dense<2, 3> }",
        "Dropout",
        "`Dropout` takes no sizes but 1 was given\n\nhelp: write `Dropout(0.2)`",
    ),
    ("struct Name { Dense<1; 2>, Dense<2, 3> }", ";", "expected `,` between sizes, found `;`"),
    (
        "struct Name { Dense[1, 2], Dense<2, 3> }",
        "[",
        "expected sizes in `<` and `>`, found `[`\n\nhelp: write `Dense<1, 2>`",
    ),
    (
        "struct Name { Dense<inputs = 1, outputs = 2>, Dense<2, 3> }",
        "inputs = 1",
        "a size has no name: its position determines its meaning\n\nhelp: leave the names and their `=` out",
    ),
    (
        "#[derive(Clone, PartialEq)] struct Name { Dense<1, 2> }",
        "Clone",
        "`Clone` is already implemented for the box of every network\n\nhelp: leave `Clone` out",
    ),
    (
        "#[derive(core::fmt::Debug)] struct Name { Dense<1, 2> }",
        "Debug",
        "`Debug` is already implemented for every network\n\nhelp: leave `Debug` out",
    ),
    (
        "struct Name { Dense<1, 2>, Dropout(rate: 0.1) }",
        ":",
        "expected `=` after `rate`, found `:`\n\nhelp: write `rate = 0.1`",
    ),
    (
        "struct Name { #[init(weight = HeNormal)] Dense<1, 2> }",
        "weight = HeNormal",
        "expected an initializer such as `#[init(HeNormal)]`",
    ),
    (
        "struct Name { typenet::Dense<1, 2>, Dense<2, 3> }",
        "typenet::Dense<1, 2>",
        "`typenet::Dense` is a layer of the library, and these are written without a path\n\nhelp: leave `typenet::` out",
    ),
    (
        "struct Name { Dense<1, 2>, typenet::layer::Dense<_, 2> }",
        "typenet::layer::Dense<_, 2>",
        "`typenet::layer::Dense` is a layer of the library, and these are written without a path\n\nhelp: leave `typenet::layer::` out",
    ),
    (
        "struct Name { Dense<1, 2>, typenet::Residual { Dense<2, 2> } }",
        "typenet::Residual",
        "`typenet::Residual` is a layer of the library, and these are written without a path\n\nhelp: leave `typenet::` out",
    ),
    (
        "struct Name { Dense::new(1, 2), Tanh }",
        "Dense::new",
        "`Dense::new` is not a layer: a layer is written as a type, without a call\n\nhelp: write `Dense<64, 32>`",
    ),
    (
        "struct Name { nn::Dense<1, 2>, Tanh }",
        "Dense",
        "`nn::Dense` is treated as a custom layer, so the input shape of `Name` is not known\n\nhelp: write `Dense` for the library's layer, or, for a custom layer, `struct Name (Vector<64>) { .. }`, with the number of values that come in",
    ),
    (
        "struct Name { Dense<1, 2>, #[cfg_attr(any(), cfg(test))] Tanh }",
        "#[cfg_attr(any(), cfg(test))]",
        "`#[cfg]` cannot remove a layer, because the shapes around it would change\n\nhelp: declare two networks and put `#[cfg]` on each",
    ),
    (
        "struct Name { Dense<1, 2>, #[cfg(test)] Tanh }",
        "#[cfg(test)]",
        "`#[cfg]` cannot remove a layer, because the shapes around it would change\n\nhelp: declare two networks and put `#[cfg]` on each",
    ),
    ("struct Name { Dense<1, 2>, Tanh(3) }", "(3)", "`Tanh` takes no settings\n\nhelp: write `Tanh`"),
    (
        "struct Name { Dense<1, 2>(3) }",
        "3",
        "`3` is not a value of `bias`\n\nhelp: write `bias = true`, or `bias = false`",
    ),
    (
        "struct Name (Image<1, 4, 4>) { Conv2d<_, 2, 3>(bias = 0) }",
        "0",
        "`0` is not a value of `bias`\n\nhelp: write `bias = true`, or `bias = false`",
    ),
    ("struct Name { Dense<1, 2>, Custom(1 +) }", "1 +", "expected an expression, found `1 +`"),
    (
        "struct Name { Vector<1>, Dense<1, 2> }",
        "Vector<1>",
        "`Vector` is a shape, not a layer\n\nhelp: write the input shape in parentheses after `Name`, and layers here",
    ),
    (
        "struct Name { Tanh, Dense<64, 2> }",
        "Name",
        "the input shape of `Name` is not known\n\nhelp: write `struct Name (Vector<64>) { .. }`",
    ),
    (
        "struct Name<const N: usize> = Custom<N>, Dense<64, 2>",
        "Custom",
        "`Custom` is not a layer of the library, so the input shape of `Name` is not known\n\nhelp: write a layer such as `Dense<64, 32>`, or, for a custom layer, `struct Name<..> (Vector<64>) = ..`, with the number of values that come in",
    ),
    (
        "struct Name { dens<64, 32>, Tanh }",
        "dens",
        "`dens` is not a layer of the library, so the input shape of `Name` is not known\n\nhelp: write `Dense<64, 32>`, or, for a custom layer, `struct Name (Vector<64>) { .. }`, with the number of values that come in",
    ),
    (
        "struct Name { MaxPooling2D<2>, Flatten, Dense<_, 2> }",
        "MaxPooling2D",
        "`MaxPooling2D` is not a layer of the library, so the input shape of `Name` is not known\n\nhelp: write `MaxPool2d<2>`, or, for a custom layer, `struct Name (Vector<64>) { .. }`, with the number of values that come in",
    ),
    (
        "struct Name { Dense<_, 2> }",
        "Name",
        "the input shape of `Name` is not known\n\nhelp: write `struct Name (Vector<64>) { .. }`, with the number of values that come in",
    ),
    (
        "struct Name<const N: usize> { Dense<N, N>, Name<N> }",
        "Name<N>",
        "`Name` contains itself, so it would be infinite\n\nhelp: write the layers that you want instead",
    ),
    (
        "struct Name { Dense<2, 2>, self::Name }",
        "self::Name",
        "`Name` contains itself, so it would be infinite\n\nhelp: write the layers that you want instead",
    ),
    (
        "struct Name { a: b: Dense<2, 2>, Tanh }",
        "b",
        "this layer already has the name `a`\n\nhelp: leave `a:` or `b:` out",
    ),
    (
        "struct Name { Dense<3, 3>, layers::tanh!(), Tanh }",
        "layers::tanh!",
        "`layers::tanh!` is a macro call, and a layer is written as a type\n\nhelp: write the layer itself, or let a macro write the whole `network!`",
    ),
];

#[test]
fn layers_are_parsed_one_by_one() {
    assert_messages(LAYERS);
}

#[test]
fn layers_suggested_for_names_of_other_libraries_are_written_as_the_library_takes_them() {
    for (_, written) in crate::layer::NAMES {
        let inputs = ["Vector<64>", "Image<8, 9, 9>", "Image<4, 9, 9>", "Sequence<8, 4>"];
        let source = |shape: &str| format!("struct Name ({shape}) {{ {written} }}");
        assert!(inputs.iter().any(|shape| super::super::outcome(&source(shape)).messages.is_empty()), "{written}");
    }
}
