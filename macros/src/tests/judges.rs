//! Resolved networks and the judges of their edges.

use quote::quote;

use super::{chain, network, outcome};
use crate::check::{Assertion, Judge};
use crate::graph::{Kind, Layer};
use crate::layer::Relation;
use crate::shape::{IMAGE, Shape};
use crate::size::Size;

/// Asserts the chain of a network without mistakes.
fn assert_chain(source: &str, expected: &str) {
    let network = network(source);
    assert_eq!(chain(&network), expected, "{source}");
}

/// Returns one line for each judge that is not settled: first the edges, then the output.
fn judges(source: &str) -> Vec<String> {
    let Some(judges) = outcome(source).judges else {
        return Vec::new();
    };
    let mut all: Vec<_> = judges.edges.iter().chain([&judges.output]).collect();
    all.extend(judges.blocks.iter().flat_map(|block| block.edges.iter().chain([&block.output])));
    all.into_iter()
        .flat_map(|judge| match judge {
            Judge::Settled => Vec::new(),
            Judge::Assertions { comparisons, .. } => comparisons.iter().map(compared).collect(),
            Judge::Trait { producer, consumer, consumer_index, .. } => {
                vec![format!("{producer} gives, {consumer} at {consumer_index}")]
            }
        })
        .collect()
}

/// Returns the message of an assertion, with the sizes as written.
fn compared(assertion: &Assertion) -> String {
    let Assertion { relation, gives, takes, message: [before, between, after], .. } = assertion;
    let [first, second] = match relation {
        Relation::Same => [gives, takes],
        Relation::Fits | Relation::Divides | Relation::DividesIntoPairs => [takes, gives],
    };
    format!("{before}{}{between}{}{}", first.text(), second.text(), after.replace("\n\n", ", "))
}

#[test]
fn both_forms_resolve_to_the_same_chain() {
    let expected = "Vector<64> -dense: Dense<64, 32>-> Vector<32> -tanh: Tanh-> Vector<32> \
                    -dense_2: Dense<32, 10>-> Vector<10> -softmax: Softmax-> Probabilities<10>";
    for source in [
        "struct Name { Dense<64, 32>, Tanh, Dense<32, 10>, Softmax, }",
        "struct Name = Dense<64, 32>, Tanh, Dense<_, 10>, Softmax",
        "struct Name = Dense<64, 32>, Tanh, Dense<_, 10>, Softmax,;",
        "struct Name = Dense::<64, 32>, Tanh, Dense<32, 10>, Softmax;",
        "pub(crate) struct Name(Vector<64>) -> Probabilities<10> \
         = Dense<_, 32>, Tanh, Dense<32, 10>, Softmax",
    ] {
        assert_chain(source, expected);
    }
}

#[test]
fn arithmetic_on_literals_is_evaluated() {
    assert_chain(
        "struct Name { Dense<28 * 28, { 2 + 3 * (10 - 4) }>, Dense<0x14, 1_0usize>, Dense<10, 7 / 2 % 2> }",
        "Vector<784> -dense: Dense<784, 20>-> Vector<20> -dense_2: Dense<20, 10>-> Vector<10> \
         -dense_3: Dense<10, 1>-> Vector<1>",
    );
}

#[test]
fn names_are_parameters_or_are_left_to_the_compiler() {
    assert_chain(
        "struct Name<const N: usize> { Dense<N, {HIDDEN}>, Dense<HIDDEN, {N}>, \
         Dense<_, config::OUT>, Dense<_, {1 << 3}> }",
        "Vector<N> -dense: Dense<N, HIDDEN>-> Vector<HIDDEN> -dense_2: Dense<HIDDEN, N>-> Vector<N> \
         -dense_3: Dense<N, config::OUT>-> Vector<config::OUT> \
         -dense_4: Dense<config::OUT, { 1 << 3 }>-> Vector<{ 1 << 3 }>",
    );
}

#[test]
fn a_path_whose_last_word_is_a_parameter_is_not_a_parameter() {
    assert_chain(
        "struct Name<const N: usize> { Dense<{ config::N * 2 }, 3> }",
        "Vector<{ config::N * 2 }> -dense: Dense<{ config::N * 2 }, 3>-> Vector<3>",
    );
}

#[test]
fn automatic_names_avoid_the_names_of_the_user() {
    assert_chain(
        "struct Name (Vector<2>) = Tanh, tanh: Relu, Tanh, tanh_2: Relu, Tanh, my::LSTMCell<3>, Loop, r#type: Custom",
        "Vector<2> -tanh_3: Tanh-> Vector<2> -tanh: Relu-> Vector<2> -tanh_4: Tanh-> Vector<2> \
         -tanh_2: Relu-> Vector<2> -tanh_5: Tanh-> Vector<2> -lstm_cell: my::LSTMCell<3>-> _ \
         -loop_layer: Loop-> _ -r#type: Custom-> _",
    );
}

#[test]
fn elementwise_layers_keep_images_and_flatten_probabilities() {
    assert_chain(
        "struct Name (Image<1, 28, 28>) -> Image<1, 28, 28> { Relu }",
        "Image<1, 28, 28> -relu: Relu-> Image<1, 28, 28>",
    );
    assert_chain(
        "struct Name (Probabilities<3>) -> Vector<3> { Identity }",
        "Probabilities<3> -identity: Identity-> Vector<3>",
    );
}

#[test]
fn custom_layers_keep_their_path_and_settings() {
    let network =
        network("struct Name (Vector<3>) { #[allow(x)] a::Custom<f32, { 2 + 1 }>(0.5, a < b, c > d, rate = 1.0) }");
    let Some(layer) = network.layers.first() else {
        panic!("one layer was written");
    };
    assert_eq!(layer.attributes.len(), 1);
    let Kind::Custom { path, settings: Some(settings) } = &layer.kind else {
        panic!("the declaration has a custom layer with settings");
    };
    assert_eq!(quote!(#path).to_string(), quote!(a::Custom<f32, { 2 + 1 }>).to_string());
    assert_eq!((settings.arguments.len(), settings.named.len()), (3, 1));
}

#[test]
fn shapes_become_absolute_types() {
    let network = network("struct Name<const N: usize> (Image<N, config::H, 3>) { Relu }");
    assert_eq!(
        network.input.tokens(&quote!(::typenet), &Size::tokens).to_string(),
        quote!(::typenet::Image<{ N }, { config::H }, 3>).to_string()
    );
    assert!(matches!(network.incoming(1).0, Shape::Known(spec, _) if *spec == &IMAGE));
}

#[test]
fn sizes_from_other_macros_are_parsed() {
    let number = proc_macro2::TokenTree::from(proc_macro2::Group::new(proc_macro2::Delimiter::None, quote!(2 + 3)));
    let layer = proc_macro2::TokenTree::from(proc_macro2::Group::new(
        proc_macro2::Delimiter::None,
        quote!(Dense<#number * 2, 3>),
    ));
    let outcome = super::outcome_of(quote!(struct Name = #layer, Dense<_, 2>));
    assert_eq!(outcome.messages, Vec::<String>::new());
    assert_eq!(
        outcome.network.as_ref().map(chain).as_deref(),
        Some("Vector<10> -dense: Dense<10, 3>-> Vector<3> -dense_2: Dense<3, 2>-> Vector<2>")
    );
}

#[test]
fn opaque_sizes_are_asserted() {
    assert_eq!(
        judges("struct Name -> Vector<OUT> { a: Dense<8, H>, Relu, b: Dense<48, K>, c: Dense<K, 3> }"),
        [
            "shape mismatch: `a` gives H but `b` takes 48, help: write `Dense<H, K>` for `b`, or `Dense<8, 48>` for `a`",
            "shape mismatch: `c` gives 3 but the output of `Name` has OUT, help: write `-> Vector<3>`, or \
             `Dense<K, OUT>` for `c`"
        ]
    );
}

#[test]
fn steps_are_compared_as_values_are() {
    assert_chain(
        "struct Name<const N: usize> (Sequence<7, N>) \
         { LayerNorm, Residual { Dense<_, 9>, Dense<_, N> }, Repeat<2> { RmsNorm }, Dense<N, 3>, Softmax, Dense<_, 2> }",
        "Sequence<7, N> -layer_norm: LayerNorm-> Sequence<7, N> -residual: Residual-> Sequence<7, N> \
         -repeat: Repeat<2>-> Sequence<7, N> -dense: Dense<N, 3>-> Sequence<7, 3> \
         -softmax: Softmax-> ProbabilitySequence<7, 3> -dense_2: Dense<3, 2>-> Sequence<7, 2>",
    );
    assert_eq!(
        judges("struct Name (Sequence<L, 3>) -> ProbabilitySequence<9, K> = Dense<_, H>, a: Dense<8, 2>, Softmax"),
        [
            "shape mismatch: `dense` gives H but `a` takes 8, help: write `Dense<H, 2>` for `a`, or `Dense<_, 8>` for `dense`",
            "shape mismatch: `a` gives L but the output of `Name` has 9, help: write `-> ProbabilitySequence<L, 2>`",
            "shape mismatch: `a` gives 2 but the output of `Name` has K, help: write `-> ProbabilitySequence<L, 2>`",
        ]
    );
    // What follows a custom layer may be a vector or a sequence, but its features are known.
    assert_eq!(
        judges("struct Name<const H: usize> (Vector<3>) = Custom, Dense<8, H>, LayerNorm, Dense<_, 2>, LastStep"),
        [
            "the input gives, `custom` takes another shape at 0",
            "`custom` gives, `dense` takes `Vector<8>` or `Sequence<_, 8>` at 1",
            "`dense_2` gives, `last_step` takes a sequence at 4",
        ]
    );
}

#[test]
fn blocks_give_the_shape_that_they_take() {
    let network = network(
        "struct Name { Dense<1, 4>, Softmax, block: Residual { Tanh, Dense<_, H>, Dense<H, 4> }, Dense<_, 2> }",
    );
    assert_eq!(
        chain(&network),
        "Vector<1> -dense: Dense<1, 4>-> Vector<4> -softmax: Softmax-> Probabilities<4> \
         -block: Residual-> Vector<4> -dense_2: Dense<4, 2>-> Vector<2>"
    );
    let inside = network.layers.iter().find_map(Layer::block).and_then(|block| block.networks().into_iter().next());
    assert_eq!(
        inside.map(|inside| (inside.title.clone(), chain(inside))),
        Some((
            "Name.block".to_owned(),
            "Probabilities<4> -tanh: Tanh-> Vector<4> -dense: Dense<4, H>-> Vector<H> -dense_2: Dense<H, 4>-> Vector<4>"
                .to_owned()
        ))
    );
    assert_eq!(
        judges("struct Name { first: Dense<1, W>, block: Residual { inner: Dense<8, H>, Dense<H, K> }, Dense<W, 2> }"),
        [
            "shape mismatch: `first` gives W but `block.inner` takes 8, help: write `Dense<W, H>` for `block.inner`",
            "shape mismatch: `block.dense` gives K but `block` adds them to W, help: write `Dense<H, W>` for \
             `block.dense`"
        ]
    );
    assert_eq!(
        judges("struct Name (Vector<3>) = Custom, block: Residual { Custom, Tanh, Dense<_, 3> }, Dense<3, 2>"),
        [
            "the input gives, `custom` takes another shape at 0",
            "`custom` gives, `dense` takes `Vector<3>` or `Sequence<_, 3>` at 2",
            "`custom` gives, `block.custom` takes another shape at 0",
            "`block.custom` gives, `block.dense` takes a vector or a sequence at 2",
            "`block.dense` gives, `block` adds it to what `custom` gives at 3"
        ]
    );
}

#[test]
fn branches_make_pairs_and_repetitions_give_them() {
    assert_chain(
        "struct Name<const N: usize> (Tokens<5, 9>) { a: Parallel(Pair) { b: { Embedding<_, N>, Softmax }, c: { Embedding<_, N> } }, \
         d: Repeat<2> { Parallel(Pair) { e: { Parallel(Add) { f: { First }, g: { CrossAttention<2> } } }, h: { Second } } }, Second }",
        "Tokens<5, 9> -a: Parallel(Pair)-> Pair<Sequence<5, N>, Sequence<5, N>> -d: Repeat<2>-> Pair<Sequence<5, N>, Sequence<5, N>> \
         -second: Second-> Sequence<5, N>",
    );
}

#[test]
fn shortcuts_repetitions_and_branches_give_what_follows_from_them() {
    assert_chain(
        "struct Name (Image<3, 8, 8>) { a: Residual(Conv2d<_, 8, 1>(stride = 2)) { Conv2d<_, 8, 2>(2) }, b: Repeat<4> { Relu }, \
         c: Parallel { left: { Conv2d<_, 5, 1> }, skip: {} }, d: Parallel(Add) { left: {}, right: { Tanh } } }",
        "Image<3, 8, 8> -a: Residual(Conv2d<3, 8, 1>(stride = 2))-> Image<8, 4, 4> -b: Repeat<4>-> Image<8, 4, 4> \
         -c: Parallel(Concat)-> Image<13, 4, 4> -d: Parallel(Add)-> Image<13, 4, 4>",
    );
    assert_chain(
        "struct Name<const N: usize, const R: usize> { Repeat<R> { Dense<N, N> }, Parallel(Add) { a: {}, b: { Dense<_, N> } } }",
        "Vector<N> -repeat: Repeat<R>-> Vector<N> -parallel: Parallel(Add)-> Vector<N>",
    );
    assert_eq!(
        judges("struct Name { first: Dense<1, W>, block: Residual(Dense<_, H>) { Tanh, Dense<W, K> }, Dense<H, 2> }"),
        [
            "shape mismatch: `block.dense` gives K but `block` adds them to H, help: write `Dense<W, H>` for `block.dense`, \
             or `Dense<_, K>` for `block.shortcut`",
        ]
    );
    assert_eq!(
        judges("struct Name { first: Dense<1, 4>, block: Repeat<3> { Tanh, Dense<_, H> }, Dense<_, 2> }"),
        [
            "shape mismatch: `block.dense` gives H but `block` repeats its layers, which take 4, help: write `Dense<_, 4>` for \
          `block.dense`"
        ]
    );
    assert_eq!(
        judges("struct Name { first: Dense<1, 4>, block: Parallel(Add) { a: { Dense<_, H> }, b: { Dense<_, 3> } } }"),
        [
            "shape mismatch: `block.b` gives 3 but `block.a`, which `block` adds to it, gives H, help: write `Dense<_, H>` for \
          `block.b.dense`, or `Dense<_, 3>` for `block.a.dense`"
        ]
    );
    assert_eq!(
        judges("struct Name (Vector<3>) = block: Parallel { a: { Custom }, b: { Dense<_, 3> } }, Repeat<2> { Custom }"),
        [
            "the input gives, `block.a.custom` takes another shape at 0",
            "`block.b` gives, `block.a`, which `block` joins to it, gives `\0` at 1",
            "`block` gives, `repeat.custom` takes another shape at 0",
            "`repeat.custom` gives, `repeat` repeats its layers, which take another shape at 1",
        ]
    );
}

#[test]
fn custom_types_are_checked_by_traits() {
    assert_eq!(
        judges("struct Name (Vector<3>) -> Vector<3> = Tanh, Custom, Relu, Dense<_, 3>, Custom, Softmax"),
        [
            "the input gives, `custom` takes another shape at 1",
            "`custom` gives, `dense` takes a vector or a sequence at 3",
            "`dense` gives, `custom_2` takes another shape at 4",
            "`custom_2` gives, `softmax` takes a vector or a sequence at 5",
            "`softmax` gives, `Name` declares `Vector<3>` at 6"
        ]
    );
    assert_eq!(
        judges("struct Name (my::Shape<3>) = Dense<3, 4>, Dense<4, 3>"),
        ["the input gives, `dense` takes `Vector<3>` or `Sequence<_, 3>` at 0"]
    );
}

#[test]
fn wrong_layers_are_replaced_by_a_stand_in_with_the_adjacent_sizes() {
    let outcome = outcome("struct Name { a: Dense<64, 32>, b: Dense<5>, Tanh, c: Dense<16, 3> }");
    assert_eq!(outcome.messages.len(), 1);
    let network = outcome.network.as_ref();
    assert_eq!(
        network.map(chain).as_deref(),
        Some(
            "Vector<64> -a: Dense<64, 32>-> Vector<32> -b: Dense<32, 16>-> Vector<16> \
             -tanh: Tanh-> Vector<16> -c: Dense<16, 3>-> Vector<3>"
        )
    );
}
