//! Mistakes in parentheses and in the library's attributes.

use super::{Case, assert_messages};

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
        "struct Name (Image<1, 8, 8>) { Conv2d<_, 16, 3>, norm: BatchNorm(16), Relu }",
        "16",
        "`16` is not a value of `epsilon`, a small number: the sizes of `norm` follow from its input\n\nhelp: leave `16` out, or write a value such as `1e-5`",
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
        "struct Name { #[recompute(3)] Repeat<2> { Dense<2, 2>, Tanh } }",
        "#[recompute(3)]",
        "`#[recompute]` takes no arguments\n\nhelp: write `#[recompute]`, or leave it out for a block that keeps what its \
         layers compute",
    ),
    (
        "struct Name { #[recompute] hidden: Dense<1, 2> }",
        "#[recompute]",
        "`hidden` is not a `Repeat` block, and `#[recompute]` saves memory only where repetitions share it\n\n\
         help: write it above a `Repeat<4> { .. }` around `hidden`",
    ),
    (
        "struct Name (Vector<2>) { Parallel { #[recompute] left: { Tanh }, right: { Relu } } }",
        "#[recompute]",
        "`left` is not a `Repeat` block, and `#[recompute]` saves memory only where repetitions share it\n\n\
         help: write it above a `Repeat<4> { .. }` around `left`",
    ),
    (
        "struct Name { Dense<1, 2>, #[recompute] block: Residual { Tanh } }",
        "#[recompute]",
        "`block` is not a `Repeat` block, and `#[recompute]` saves memory only where repetitions share it\n\n\
         help: write it above a `Repeat<4> { .. }` around `block`",
    ),
    (
        "#[recompute] struct Name { Dense<1, 2> }",
        "#[recompute]",
        "`#[recompute]` belongs to a layer\n\nhelp: write it above the layer it is for",
    ),
    (
        "struct Name { #[recompute] #[recompute] Repeat<2> { Dense<2, 2>, Tanh } }",
        "#[recompute]",
        "`#[recompute]` is written twice\n\nhelp: leave one of them out",
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
    (
        "struct Name (Image<1, 8, 8>) { Conv2d<_, 2, 3>(padding = typenet::Padding::Valid) }",
        "typenet::Padding::Valid",
        "`typenet::Padding::Valid` is not a value of `padding`\n\nhelp: write `padding = Valid`",
    ),
    (
        "struct Name (Image<1, 8, 8>) { Conv2d<_, 2, 3>(Same) }",
        "Same",
        "`Same` is not a value of `stride`\n\nhelp: write `padding = Same`",
    ),
    (
        "struct Name (Image<1, 8, 8>) { Conv2d<_, 2, 3>(stride = \"same\") }",
        "\"same\"",
        "`\"same\"` is not a value of `stride`\n\nhelp: write `padding = Same`",
    ),
    (
        "struct Name (Image<1, 8, 8>) { Conv2d<_, 2, 3>(padding = \"full\") }",
        "\"full\"",
        "`\"full\"` is not a value of `padding`\n\nhelp: write a number or a named constant, or `padding = Same`, or `padding = Valid`",
    ),
    (
        "struct Name (Image<1, 8, 8>) { Conv2d<_, 2, 3>(stride = 1.5) }",
        "1.5",
        "`1.5` is not a value of `stride`\n\nhelp: write a number or a named constant",
    ),
    (
        "struct Name (Image<1, 8, 8>) { Conv2d<_, 2, 3>(padding = -1) }",
        "-1",
        "`-1` is negative, but `padding` is at least 0",
    ),
    (
        "struct Name (Image<1, 8, 8>) { Conv2d<_, 2, 3>(stride = 1 - 2) }",
        "1 - 2",
        "`1 - 2` is negative, but `stride` is at least 1",
    ),
    (
        "struct Name (Image<1, 8, 8>) { Conv2d<_, 2, 3>(stride = (2, 2, 2)) }",
        "(2, 2, 2)",
        "`stride` is one number, or two in parentheses for rows and columns, found `(2, 2, 2)`\n\nhelp: write `stride = 2`",
    ),
    (
        "struct Name (Image<1, 8, 8>) { Conv2d<_, 2, 3>(stride = [2, 1]) }",
        "[2, 1]",
        "`stride` is one number, or two in parentheses for rows and columns, found `[2, 1]`\n\n\
         help: write `stride = (2, 1)`",
    ),
    (
        "struct Name (Image<1, 8, 8>) { Conv2d<_, 2, 3>(stride = (2, 0)) }",
        "0",
        "the `stride` of `conv2d` is 0, but it must be at least 1",
    ),
    (
        "struct Name (Image<1, 8, 8>) { Conv2d<_, 2, 3>(padding = (Same, 1)) }",
        "(Same, 1)",
        "`(Same, 1)` is not a value of `padding`\n\nhelp: write `padding = Same`",
    ),
    (
        "struct Name (Image<1, 8, 8>) { Conv2d<_, 2, 3>(stride = _) }",
        "_",
        "`_` is not a value of `stride`\n\nhelp: write a number or a named constant",
    ),
    (
        "struct Name (Image<4, 8, 8>) { Conv2d<_, 8, 3>(dilation = 0) }",
        "0",
        "the `dilation` of `conv2d` is 0, but it must be at least 1",
    ),
    (
        "struct Name (Image<4, 8, 8>) { Conv2d<_, 8, 3>(groups = 0) }",
        "0",
        "the `groups` of `conv2d` is 0, but it must be at least 1",
    ),
    (
        "struct Name (Image<4, 8, 8>) { Conv2d<_, 8, 3>(groups = (2, 2)) }",
        "(2, 2)",
        "`groups` is one number, found `(2, 2)`\n\nhelp: write `groups = 2`",
    ),
    (
        "struct Name (Image<4, 8, 8>) { Conv2d<_, 8, 3>(groups = 1.5) }",
        "1.5",
        "`1.5` is not a value of `groups`\n\nhelp: write a number or a named constant, or `groups = _`",
    ),
    (
        "struct Name<const D: usize> (Image<4, 8, 8>) { Conv2d<_, 8, 3>(dilation = { D + 1 }) }",
        "{ D + 1 }",
        "`dilation` changes the shape, and stable Rust cannot compute a shape from the const parameter `D`\n\n\
         help: write a number or a named constant",
    ),
    (
        "struct Name<const G: usize> (Image<4, 8, 8>) { Conv2d<_, 8, 3>(groups = G) }",
        "G",
        "`groups` determines the type of the weight, and stable Rust cannot compute a type from the const parameter `G`\n\n\
         help: write `groups = _` for a group per input channel, or a number or a named constant",
    ),
];

#[test]
fn settings_and_attributes_are_parsed_to_the_end() {
    assert_messages(SETTINGS);
}
