//! Attention: in which forms is it read, and why is one refused?

use onnx_rs::ast::TensorProto;

use super::{Made, float, int, ints, taking};
#[cfg(feature = "examples")]
use super::{file, imported, told};
use crate::onnx::{model, written};

const CAUSAL: [f32; 9] = [0.0, -1e9, -1e9, 0.0, 0.0, -1e9, 0.0, 0.0, 0.0];

/// A sequence of 3 steps of 4 features, with the matrices of a projection to queries, keys and values, and of all heads.
fn sequence(batch: i64) -> Made {
    let made = taking(&[batch, 3, 4]).weights("w", &[4, 12]).weights("o", &[4, 4]);
    made.integers("012", &[0, 1, 2]).number("scale", 0.5_f32.sqrt())
}

/// Cuts a projection `p` into queries, keys and values.
fn cut(made: Made) -> Made {
    let made = made.node("MatMul x w -> p", vec![]).node("Split p -> q0 k0 v0", vec![int("axis", 2)]);
    made.integers("heads", &[0, 3, 2, 2])
}

/// Adds two heads of queries, keys and values, up to the products `s`.
fn scores(made: Made) -> Made {
    let heads = |made: Made, from, to, axes: &[i64]| made.node(from, vec![]).node(to, vec![ints("perm", axes)]);
    let made = heads(made, "Reshape q0 heads -> q1", "Transpose q1 -> q", &[0, 2, 1, 3]);
    let made = heads(made, "Reshape k0 heads -> k1", "Transpose k1 -> k", &[0, 2, 3, 1]);
    let made = heads(made, "Reshape v0 heads -> v1", "Transpose v1 -> v", &[0, 2, 1, 3]);
    made.named("scores", "MatMul q k -> s", vec![])
}

/// Adds the rest from products `m` on.
fn rest(made: Made) -> Made {
    let made = made.node("Mul m scale -> n", vec![]).named("softmax", "Softmax n -> a", vec![int("axis", -1)]);
    let made =
        made.named("attended", "MatMul a v -> h", vec![]).node("Transpose h -> t", vec![ints("perm", &[0, 2, 1, 3])]);
    made.integers("all", &[0, 3, 4]).node("Reshape t all -> j", vec![]).named("output", "MatMul j o -> y", vec![])
}

fn mask(mut made: Made, sizes: Vec<i64>, numbers: &[f32]) -> Made {
    made.constants.push(TensorProto::from_f32("mask", sizes, numbers.to_vec()));
    made
}

/// Asserts the declaration of a sequence with one layer.
fn assert_layer(made: Made, layer: &str) {
    assert_eq!(made.told(), format!("(Sequence<3, 4>) -> Sequence<3, 4> {{ self_attention: {layer} }}"));
}

#[cfg(feature = "examples")]
#[test]
fn transformers_of_pytorch() {
    let declaration = |[wide, narrow]: [&str; 2]| {
        format!(
            "(Tokens<5, 8>) -> Vector<2> {{ letters: Embedding<8, 4>, position_embedding: PositionEmbedding, \
             residual: Residual {{ self_attn: SelfAttention<2> }}, norm1: LayerNorm, \
             residual_2: Residual {{ {wide}: Dense<4, 6>, Relu, {narrow}: Dense<6, 4> }}, norm2: LayerNorm, \
             residual_3: Residual {{ norm1: LayerNorm, self_attn: SelfAttention<2>(causal = true) }}, \
             residual_4: Residual {{ norm2: LayerNorm, {wide}: Dense<4, 6>, Gelu, {narrow}: Dense<6, 4> }}, \
             GlobalAvgPool1d, output: Dense<4, 2> }}"
        )
    };
    assert_eq!(told(&file("onnx_transformer.onnx")), declaration(["linear1", "linear2"]));
    assert_eq!(told(&file("onnx_transformer_dynamo.onnx")), declaration(["dense", "dense_2"]));
    assert_eq!(told(&file("onnx_transformer_23.onnx")), declaration(["dense", "dense_2"]));
    let (_, tensors) = imported(&file("onnx_transformer.onnx")).expect("a network");
    let attention: Vec<_> = tensors.iter().filter_map(|name| name.strip_prefix("residual.self_attn.")).collect();
    assert_eq!(attention, ["in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias"]);
}

#[cfg(feature = "examples")]
#[test]
fn attention_that_the_library_writes() {
    assert_eq!(
        told(&file("onnx_written_attention.onnx")),
        "(Tokens<5, 7>) -> Sequence<5, 6> { embedding: Embedding<7, 6>, positions: PositionEmbedding, \
         attention: SelfAttention<3>, residual: Residual { norm: LayerNorm, \
         causal: SelfAttention<2>(causal = true, bias = false) }, residual_2: Residual { \
         turning: SelfAttention<1>(rotary = true), wide: Dense<6, 8>, Gelu, narrow: Dense<8, 6> } }"
    );
}

#[test]
fn masks_and_batches() {
    let open = || scores(cut(sequence(-1)));
    assert_layer(rest(open().node("Identity s -> m", vec![])), "SelfAttention<2>(bias = false)");
    for batch in [1, 2, 3] {
        let made = scores(cut(sequence(batch))).node("Identity s -> m", vec![]);
        assert_layer(rest(made), "SelfAttention<2>(bias = false)");
    }
    let masked = |numbers: &[f32]| rest(mask(open(), vec![1, 3, 3], numbers).node("Add s mask -> m", vec![]));
    assert_layer(masked(&CAUSAL), "SelfAttention<2>(causal = true, bias = false)");
    assert_layer(masked(&[0.0; 9]), "SelfAttention<2>(bias = false)");
    // A mask of truth values.
    let made = open().integers("ones", &[1; 9]).integers("square", &[3, 3]).number("least", f32::NEG_INFINITY);
    let made = made.node("Reshape ones square -> u", vec![]).node("Trilu u -> l", vec![int("upper", 0)]);
    let made = made.node("Where l s least -> m", vec![]);
    assert_layer(rest(made), "SelfAttention<2>(causal = true, bias = false)");
}

#[test]
fn the_operator_of_version_23() {
    let heads = || vec![int("q_num_heads", 2), int("kv_num_heads", 2)];
    let causal = || mask(cut(sequence(-1)), vec![3, 3], &CAUSAL);
    let made = causal().node("Attention q0 k0 v0 mask -> h", heads()).node("MatMul h o -> y", vec![]);
    assert_layer(made, "SelfAttention<2>(causal = true, bias = false)");
    let made = cut(sequence(-1)).node("Attention q0 k0 v0 -> h", [heads(), vec![float("scale", 1.0)]].concat());
    assert_layer(made.node("MatMul h o -> y", vec![]), "SelfAttention<2>(bias = false)");
    let refused = [
        (float("softcap", 30.0), "its attribute `softcap` is set, and typenet does not bound the products"),
        (int("kv_num_heads", 1), "it multiplies values whose axes of samples and heads are different"),
        (int("q_num_heads", 3), "its heads do not divide the features"),
        (int("window", 3), "its attribute `window` has no counterpart in typenet"),
    ];
    for (attribute, reason) in refused {
        let mut attributes = heads();
        attributes.retain(|other| other.name != attribute.name);
        attributes.push(attribute);
        let made = cut(sequence(-1)).named("n", "Attention q0 k0 v0 -> h", attributes);
        assert_eq!(made.node("MatMul h o -> y", vec![]).told(), format!("node 'n' (Attention): {reason}"));
    }
    let made = cut(sequence(-1)).named("n", "Attention q0 k0 v0 _ k0 v0 -> h", heads());
    assert_eq!(
        made.node("MatMul h o -> y", vec![]).told(),
        "node 'n' (Attention): it reads keys and values of earlier steps, and typenet has attention to whole sequences"
    );
}

#[test]
fn heads_may_be_cut_in_any_order() {
    // Queries, keys and values of each head, one head after the other.
    let made = sequence(-1).node("MatMul x w -> p", vec![]).integers("5", &[0, 3, 2, 3, 2]).integers("1", &[1]);
    let made = made.node("Reshape p 5 -> r", vec![]).node("Split r 111 -> q0 k0 v0", vec![int("axis", 3)]);
    let made =
        scores(made.integers("111", &[1, 1, 1]).integers("heads", &[0, 3, 2, 2])).node("Identity s -> m", vec![]);
    let made = rest(made).bytes();
    let graph = model::read(&made).expect("a model").map_err(|refusal| refusal.text()).expect("a graph");
    let written = written(graph).map_err(|refusal| refusal.text()).expect("a network");
    let (_, weight) = &written.tensors[0];
    // The first row of the matrix counts from 0 by 1/8.
    let first: Vec<f64> = (0..12).map(|row| weight.values().expect("numbers")[row * 4] * 8.0).collect();
    assert_eq!(first, [0.0, 1.0, 6.0, 7.0, 2.0, 3.0, 8.0, 9.0, 4.0, 5.0, 10.0, 11.0]);
    // Selected parts in place of a split.
    let made = sequence(-1).node("MatMul x w -> p", vec![]).integers("0", &[0]).integers("4", &[4]).integers("8", &[8]);
    let made = made.integers("end", &[i64::MAX]).integers("2", &[2]).node("Slice p 0 4 2 -> q0", vec![]);
    let made = made.node("Slice p 4 8 2 -> k0", vec![]).node("Slice p 8 end 2 -> v0", vec![]);
    let made = scores(made.integers("heads", &[0, 0, 2, -1])).node("Identity s -> m", vec![]);
    assert_layer(rest(made), "SelfAttention<2>(bias = false)");
}

/// Adds the rest without a mask.
fn whole(made: Made) -> String {
    rest(scores(made.integers("heads", &[0, 3, 2, 2])).node("Identity s -> m", vec![])).told()
}

#[test]
fn other_products_are_refused_at_their_node() {
    let scores = || scores(cut(sequence(-1)));
    let mut numbers = CAUSAL;
    numbers[3] = -1e9;
    let made = rest(mask(scores(), vec![3, 3], &numbers).named("masked", "Add s mask -> m", vec![]));
    assert_eq!(
        made.told(),
        "node 'masked' (Add): it is in an attention, and masks other pairs of steps than `SelfAttention` does, which are \
         all later ones or none"
    );
    let made = rest(scores().named("relu", "Relu s -> m", vec![]));
    assert_eq!(made.told(), "node 'relu' (Relu): it is in an attention, in which `SelfAttention` has no such operator");
    let made = scores().node("Softmax s -> a", vec![]).named("attended", "MatMul a v -> y", vec![]);
    assert_eq!(
        made.told(),
        "node 'attended' (MatMul): it is in an attention whose heads are not projected together, and `SelfAttention` has \
         such a projection"
    );
    let made = scores().node("Softmax s -> a", vec![int("axis", 1)]).node("MatMul a v -> y", vec![]);
    assert_eq!(
        made.told(),
        "the node that gives 'a' (Softmax): it is in an attention, and not along the steps that are attended to"
    );
}

#[test]
fn other_projections_are_refused_at_their_node() {
    // Values that are the sequence itself.
    let made = sequence(-1).node("MatMul x w -> p", vec![]).node("Split p -> q0 k0 _", vec![int("axis", 2)]);
    assert_eq!(
        whole(made.named("values", "Relu x -> v0", vec![])),
        "node 'values' (Relu): it reads `x` as queries, keys or values of an attention, and typenet projects these"
    );
    // Keys and values of something else.
    let made = sequence(-1).node("Relu x -> x2", vec![]).node("MatMul x2 w -> p2", vec![]);
    let made = made.node("Split p2 -> _ k0 v0", vec![int("axis", 2)]).node("MatMul x o -> q0", vec![]);
    assert_eq!(
        whole(made),
        "node 'attended' (MatMul): it is in an attention whose queries, keys and values are not of one sequence, and \
         `SelfAttention` is of one"
    );
    // Heads with more features than the sequence.
    let made = sequence(-1).weights("wide", &[4, 8]).node("MatMul x wide -> a0", vec![]);
    let made = made.node("Identity a0 -> q0", vec![]).node("Identity a0 -> k0", vec![]);
    let made = made.node("Identity a0 -> v0", vec![]).integers("heads", &[0, 3, 2, 4]);
    let made = scores(made).node("Softmax s -> a", vec![]).node("MatMul a v -> h", vec![]).weights("o8", &[8, 4]);
    let made = made.node("Transpose h -> t", vec![ints("perm", &[0, 2, 1, 3])]).integers("all", &[0, 3, 8]);
    let made = made.node("Reshape t all -> j", vec![]).named("output", "MatMul j o8 -> y", vec![]);
    assert_eq!(
        made.told(),
        "node 'output' (MatMul): it projects the 8 features of all heads to 4, and `SelfAttention` gives as many as it takes"
    );
    // Steps and features change places before the heads are cut.
    let made = cut(sequence(-1)).integers("moved", &[0, 2, 3, 2]).named("moved", "Reshape q0 moved -> q1", vec![]);
    let made = made.node("Reshape k0 heads -> k1", vec![]).node("MatMul q1 k1 -> s", vec![]);
    let made = made.node("Softmax s -> a", vec![]).node("MatMul a v0 -> y", vec![]);
    assert_eq!(
        made.told(),
        "node 'moved' (Reshape): it is in an attention, and cuts or joins other axes than those of heads, steps and features"
    );
}

#[test]
fn tables_that_are_added_are_positions() {
    let made = taking(&[-1, 3, 4]).weights("p", &[1, 3, 4]).node("Add p x -> y", vec![]);
    assert_eq!(made.told(), "(Sequence<3, 4>) -> Sequence<3, 4> { position_embedding: PositionEmbedding }");
    let made = taking(&[-1, 3, 4]).weights("p", &[4]).named("n", "Add x p -> y", vec![]);
    assert_eq!(
        made.told(),
        "node 'n' (Add): it adds a constant of shape [4] to [batch, 3, 4], and typenet only one of the shape of a sequence, \
         or a bias after a product"
    );
    let made = taking(&[3, -1, 4]).weights("p", &[3, 1, 4]).named("n", "Add x p -> y", vec![]);
    assert_eq!(
        made.told(),
        "node 'n' (Add): its input [3, batch, 4] has other axes before its steps and features, and typenet adds a table only \
         to [batch, steps, features]"
    );
    let made = taking(&[-1, 4]).weights("p", &[4]).named("n", "Add x p -> y", vec![]);
    assert_eq!(made.told(), "node 'n' (Add): typenet has no layer that computes with a constant");
}

#[test]
fn the_open_size_is_the_batch() {
    let moved = |batch: i64| {
        let made =
            taking(&[batch, 3, 4]).weights("w", &[4, 2]).node("Transpose x -> t", vec![ints("perm", &[1, 0, 2])]);
        made.node("MatMul t w -> m", vec![]).node("Transpose m -> y", vec![ints("perm", &[1, 0, 2])]).told()
    };
    for batch in [-1, 1] {
        assert_eq!(moved(batch), "(Sequence<3, 4>) -> Sequence<3, 2> { dense: Dense<4, 2>(bias = false) }");
    }
    let steps_first = taking(&[3, -1, 4]).weights("w", &[4, 2]).node("MatMul x w -> y", vec![]);
    assert_eq!(steps_first.told(), "(Sequence<3, 4>) -> Sequence<3, 2> { dense: Dense<4, 2>(bias = false) }");
}

#[test]
fn shapes_that_are_computed() {
    // [steps * batch, features / 2, 2] and back, as sizes of another value say.
    let made = taking(&[-1, 4, 6]).integers("1", &[1]).integers("2", &[2]).integers("3", &[3]).integers("0", &[0]);
    let made = made.node("Transpose x -> t", vec![ints("perm", &[1, 0, 2])]).node("Shape t -> s", vec![]);
    let made = made.node("Gather s 1 -> batch", vec![]).node("Gather s 2 -> features", vec![]);
    let made = made.node("Slice s 0 1 -> steps", vec![]).node("Div features 2 -> f", vec![]);
    let made = made.node("Mul f 2 -> g", vec![]).node("Concat batch steps g -> shape", vec![int("axis", 0)]);
    let made = made.node("Relu x -> r", vec![]).node("Reshape r shape -> y", vec![]);
    assert_eq!(made.told(), "(Sequence<4, 6>) -> Sequence<4, 6> { Relu }");
    // The positions of an image in one axis.
    let made = taking(&[-1, 1, 6, 6]).weights("f", &[4, 1, 2, 2]).integers("start", &[0]).integers("end", &[2]);
    let made = made.node("Conv x f -> c", vec![ints("strides", &[2, 2])]).node("Shape c -> s", vec![]);
    let made = made.node("Slice s start end -> t", vec![]).integers("-1", &[-1]);
    let made = made.node("Concat t -1 -> shape", vec![int("axis", 0)]).node("Reshape c shape -> y", vec![]);
    assert_eq!(
        made.told(),
        "(Image<1, 6, 6>) -> Sequence<4, 9> { conv2d: Conv2d<1, 4, 2>(stride = 2, bias = false), Reshape<Sequence<4, 9>> }"
    );
    // A batch that is read behind a transpose is in front of the shape.
    let made = taking(&[-1, 4, 6]).integers("-1", &[-1]).integers("1", &[1]).node("Relu x -> r", vec![]);
    let made = made.node("Transpose r -> t", vec![ints("perm", &[1, 0, 2])]).node("Shape t -> s", vec![]);
    let made = made.node("Gather s 1 -> b", vec![]).node("Concat b -1 -> shape", vec![int("axis", 0)]);
    assert_eq!(made.node("Reshape r shape -> y", vec![]).told(), "(Sequence<4, 6>) -> Vector<24> { Relu, Flatten }");
}

#[cfg(feature = "examples")]
#[test]
fn files_with_changes_are_read_or_refused() {
    let whole = file("onnx_transformer_dynamo.onnx");
    for at in (0..whole.len()).step_by(41) {
        let mut changed = whole.clone();
        changed[at] ^= 1 << (at / 41 % 8);
        let _ = imported(&changed);
    }
}
