//! Every message word for word, with the source under its caret.

use super::outcome;

/// A declaration, the source under the caret of its only mistake, and the message.
type Case = (&'static str, &'static str, &'static str);

/// Asserts that each declaration gives exactly its message, and a network nevertheless if it has a name.
fn assert_messages(cases: &[Case]) {
    for (source, caret, message) in cases {
        let outcome = outcome(source);
        assert_eq!(outcome.messages, [*message], "{source}");
        assert_eq!(outcome.carets, [*caret], "{source}");
        let named = source.contains("struct Name");
        assert_eq!(outcome.network.is_some(), named, "{source}");
    }
}

/// Mistakes before the layers.
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
        "a network takes one input, found 2 shapes\n\nhelp: put all values into one `Vector<N>`",
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
];

#[test]
fn headers_are_parsed_to_the_end() {
    assert_messages(HEADERS);
}

/// Mistakes in parentheses and in the library's attributes.
const SETTINGS: &[Case] = &[
    (
        "struct Name { Dense<1, 2>, Dropout }",
        "Dropout",
        "`Dropout` requires the setting `rate`\n\nhelp: write `Dropout(0.2)`, or another value",
    ),
    (
        "struct Name { Dense<1, 2>, Dropout() }",
        "()",
        "`Dropout` requires the setting `rate`\n\nhelp: write `Dropout(0.2)`, or another value",
    ),
    (
        "struct Name { Dense<1, 2>, Dropout(0.1, 0.2) }",
        "0.2",
        "`Dropout` takes 1 setting, and this is one more\n\nhelp: write `Dropout(0.2)`",
    ),
    (
        "struct Name { Dense<1, 2>, Dropout(rte = 0.2) }",
        "rte",
        "`Dropout` has no setting `rte`\n\nhelp: its setting is `rate`",
    ),
    (
        "struct Name { Dense<1, 2>, Elu(0.1, alpha = 0.2) }",
        "alpha = 0.2",
        "`alpha` is set twice\n\nhelp: leave one of them out",
    ),
    ("struct Name { Dense<1, 2>, Dropout(0.1 0.2) }", "0.1 0.2", "expected an expression, found `0.1 0.2`"),
    (
        "struct Name { Dense<1, 2>, Dropout(rate() = 0.2) }",
        "rate() = 0.2",
        "expected an expression, found `rate() = 0.2`",
    ),
    (
        "struct Name { Dense<1, 2>, Custom(rate = 0.5, 3) }",
        "3",
        "a setting without a name comes before those with names\n\nhelp: write its name and `=` before it",
    ),
    (
        "struct Name { Dense<1, 2>, Custom(rate = 0.5, rate = 1.0) }",
        "rate = 1.0",
        "`rate` is set twice\n\nhelp: leave one of them out",
    ),
    ("struct Name { #[init] Dense<1, 2> }", "#[init]", "expected an initializer such as `#[init(HeNormal)]`"),
    ("struct Name { #[init()] Dense<1, 2> }", "#[init()]", "expected an initializer such as `#[init(HeNormal)]`"),
    ("struct Name { #[init(1 +)] Dense<1, 2> }", "1 +", "expected an initializer such as `#[init(HeNormal)]`"),
    (
        "struct Name { #[init(HeNormall)] Dense<1, 2> }",
        "HeNormall",
        "`HeNormall` is not an initializer\n\nhelp: write `HeNormal`",
    ),
    (
        "struct Name { #[init(Identity)] Dense<1, 2> }",
        "Identity",
        "`Identity` is not an initializer\n\nhelp: write one of `Zeros`, `Constant(0.1)`, `Normal(0.0, 0.1)`, \
         `TruncatedNormal(0.0, 0.1)`, `Uniform(-0.1, 0.1)`, `GlorotNormal`, `GlorotUniform`, `HeNormal`, `HeUniform`, \
         `LeCunNormal`, `LeCunUniform`, `Orthogonal`, or a constant of type `Initializer`",
    ),
    (
        "struct Name { #[init(Normal(0.0))] Dense<1, 2> }",
        "(0.0)",
        "`Normal` requires the setting `deviation`\n\nhelp: write `Normal(0.0, 0.1)`, or another value",
    ),
    ("struct Name { #[init(Zeros(1.0))] Dense<1, 2> }", "1.0", "`Zeros` takes no settings\n\nhelp: write `Zeros`"),
    (
        "struct Name { #[init(Uniform(lo = 1.0))] Dense<1, 2> }",
        "lo",
        "`Uniform` has no setting `lo`\n\nhelp: its settings are `low`, `high`",
    ),
    (
        "struct Name { Dense<1, 2>, #[init(Zeros)] Tanh }",
        "Zeros",
        "`tanh` has no parameters to initialize\n\nhelp: leave `#[init]` out",
    ),
    (
        "struct Name { Dense<1, 2>, #[frozen] Tanh }",
        "#[frozen]",
        "`tanh` has no parameters to freeze\n\nhelp: leave `#[frozen]` out",
    ),
    (
        "struct Name { #[frozen(true)] Dense<1, 2> }",
        "#[frozen(true)]",
        "`#[frozen]` takes no arguments\n\nhelp: write `#[frozen]`, or leave it out for a layer that is trained",
    ),
    (
        "struct Name { #[init(Zeros)] #[init(Zeros)] Dense<1, 2> }",
        "#[init(Zeros)]",
        "`#[init]` is written twice\n\nhelp: leave one of them out",
    ),
    (
        "struct Name { #[tile(3)] Dense<1, 2> }",
        "#[tile(3)]",
        "`#[tile]` belongs to a network\n\nhelp: write it above `struct`",
    ),
];

#[test]
fn settings_and_attributes_are_parsed_to_the_end() {
    assert_messages(SETTINGS);
}

/// Mistakes in layers and between them.
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
    ("struct Name { Dense<1, 2>(3) }", "(3)", "`Dense` takes no settings\n\nhelp: write `Dense<1, 2>`"),
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
        "`dens` is not a layer of the library, so the input shape of `Name` is not known\n\nhelp: write `Dense`, or, for a custom layer, `struct Name (Vector<64>) { .. }`, with the number of values that come in",
    ),
    (
        "struct Name { Dense<_, 2> }",
        "Name",
        "the input shape of `Name` is not known\n\nhelp: write `struct Name (Vector<64>) { .. }`, with the number of values that come in",
    ),
];

#[test]
fn layers_are_parsed_one_by_one() {
    assert_messages(LAYERS);
}

/// Mistakes in and around blocks.
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

/// Mistakes between `<` and `>`.
const SIZES: &[Case] = &[
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

/// Edges whose shapes do not match.
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
];

#[test]
fn mismatched_edges_name_both_layers_and_a_fix() {
    assert_messages(SHAPES);
}

/// Asserts the messages of a declaration with several mistakes.
fn assert_all(source: &str, messages: &[&str]) {
    let first_lines: Vec<_> =
        outcome(source).messages.iter().map(|message| message.lines().next().unwrap_or_default().to_owned()).collect();
    assert_eq!(first_lines, messages, "{source}");
}

#[test]
fn all_mistakes_are_reported_at_once() {
    assert_all(
        "struct Name<'a, T> (Vector<64>) where T: Copy { pub hidden: Dense<32, 32>, type: Tanh, hidden: Dense<5, 10> Softmax(3), \
         Parallel { Tanh }, Dense<0, 1, 2>, }",
        &[
            "a network has no lifetimes",
            "`T` is a type parameter, but a network has only `usize` parameters",
            "a network has no `where` clause",
            "a layer has no visibility of its own: every layer is as visible as its network",
            "`type` is a keyword: write `r#type`",
            "expected `,` after the layer, found `Softmax`",
            "`Parallel` is not a block, so it takes no braces",
            "`hidden` is declared twice",
            "`Softmax` takes no settings",
            "`Dense` takes 2 sizes (inputs, outputs) but 3 were given",
            "`dense` has size 0, but sizes are at least 1",
            "shape mismatch: the input gives 64 values but `hidden` takes 32",
            "shape mismatch: `hidden` gives 32 values but `hidden_2` takes 5",
        ],
    );
}

#[test]
fn three_wrong_edges_give_three_messages() {
    assert_all(
        "struct Name { a: Dense<1, 2>, b: Dense<3, 4>, c: Dense<5, 6>, d: Dense<7, 8> }",
        &[
            "shape mismatch: `a` gives 2 values but `b` takes 3",
            "shape mismatch: `b` gives 4 values but `c` takes 5",
            "shape mismatch: `c` gives 6 values but `d` takes 7",
        ],
    );
}

#[test]
fn a_wrong_layer_causes_no_further_messages_at_adjacent_layers() {
    assert_all(
        "struct Name -> Vector<3> { Dense<1, 2>, hidden: 3, Dense<5, 6>, Parallel { Tanh } }",
        &["expected a layer after `hidden:`, found `3`", "`Parallel` is not a block, so it takes no braces"],
    );
    assert_all(
        "struct Name (Vector<0>) { Dense<1, 2>, Dense<2, 2u8>, Tanh, Dense<3, 4> }",
        &["the input has size 0, but sizes are at least 1", "a size is a `usize`, found the suffix `u8`"],
    );
}

#[test]
fn the_depth_of_nested_blocks_is_limited() {
    let nested = |depth: usize| {
        format!("struct Name (Vector<2>) {{ {}Tanh{} }}", "Residual { ".repeat(depth), " }".repeat(depth))
    };
    assert!(outcome(&nested(16)).messages.is_empty());
    assert_eq!(
        outcome(&nested(17)).messages,
        ["more than 16 nested blocks\n\nhelp: declare the inner blocks as a network, and write its name"]
    );
}

#[test]
fn token_lists_that_could_exhaust_the_stack_are_rejected() {
    let long = "- ".repeat(500);
    let outcome = outcome(&format!("struct Name {{ Dense<1, {long}1> }}"));
    assert_eq!(outcome.messages, ["this expression is too long\n\nhelp: name it in a `const` and write the name"]);
}
