//! Blocks: what they add, what their fields and tensors are called, and that a type in a path is the same block.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use typenet::prelude::*;

network!(struct Pair = Dense<4, 3>, Tanh, Dense<3, 4>, Sigmoid);
network!(struct Added = block: Residual { Dense<4, 3>, Tanh, Dense<3, 4>, Sigmoid });
network!(struct ByPath (Vector<4>) = block: typenet::Residual<Pair>);
network! {
    #[tile(2)]
    struct SmallTile = block: Residual { Dense<4, 3>, Tanh, Dense<3, 4>, Sigmoid };
}

const INPUTS: [[f32; 4]; 5] =
    [[0.5, -1.0, 0.25, 2.0], [0.0; 4], [3.0, 0.0, -0.125, 1.0], [-1.0, -2.0, -3.0, -4.0], [0.1, 0.2, 0.3, 0.4]];

/// A network with the parameters of another.
fn with_parameters<N: Network<Scalar = f32>>(parameters: &[f32]) -> Box<N> {
    let mut network = N::zeroed();
    network.parameters_mut().copy_from_slice(parameters);
    network
}

fn gradient<N>(network: &N) -> Vec<f32>
where
    N: Network<Scalar = f32, Input = Vector<4>, Output = Vector<4>>,
{
    let mut gradient = Gradient::zeroed();
    let pass = Pass::training(0, 0);
    network.gradient(&INPUTS, &[[0.5; 4]; 5], &MeanSquaredError, &pass, &mut Workspace::new(), &mut gradient).unwrap();
    gradient.parameters().to_vec()
}

#[test]
fn a_block_adds_its_input_to_what_its_layers_give() {
    let pair = Pair::init(&mut typenet::rng(37));
    let block: Box<Added> = with_parameters(pair.parameters());
    for x in &INPUTS {
        let (f, y) = (pair.predict(x), block.predict(x));
        assert_eq!(y, core::array::from_fn(|i| f[i] + x[i]));
    }
    assert_eq!(block.predict_batch(&INPUTS), INPUTS.map(|x| block.predict(&x)));
    let mut workspace = Workspace::new();
    let training = block.forward(&INPUTS, &Pass::training(0, 0), &mut workspace).unwrap();
    assert_eq!(training, INPUTS.map(|x| block.predict(&x)));
}

#[test]
fn a_block_written_as_a_type_has_the_same_bits() {
    let block = Added::init(&mut typenet::rng(37));
    assert_eq!(block.parameters(), ByPath::init(&mut typenet::rng(37)).parameters());
    let by_path: Box<ByPath> = with_parameters(block.parameters());
    assert_eq!(by_path.predict_batch(&INPUTS), block.predict_batch(&INPUTS));
    assert_eq!(gradient(&*by_path), gradient(&*block));
}

#[test]
fn tiles_change_a_gradient_by_rounding_alone() {
    let block = Added::init(&mut typenet::rng(37));
    let small: Box<SmallTile> = with_parameters(block.parameters());
    for (a, b) in gradient(&*block).into_iter().zip(gradient(&*small)) {
        assert!((a - b).abs() <= 1e-6 * (1.0 + a.abs()), "{a} {b}");
    }
}

#[test]
fn tensors_of_a_block_have_its_name_before_theirs() {
    let names: Vec<String> = Added::TENSORS.list().into_iter().map(|tensor| tensor.name).collect();
    assert_eq!(names, ["block.dense.weight", "block.dense.bias", "block.dense_2.weight", "block.dense_2.bias"]);
    assert_eq!(Added::PARAMETERS, Pair::PARAMETERS);
    let mut block = Added::zeroed();
    block.block.dense.bias.fill(1.0);
    assert_eq!(block.parameters().iter().sum::<f32>(), 3.0);
}

#[test]
fn pictures_lead_the_input_around_the_layers_of_a_block() {
    network!(struct Small = first: Dense<1, 2>, block: Residual { Tanh }, Dense<2, 1>);
    assert_eq!(
        Small::summary().dot().to_string(),
        r#"digraph "Small" {
    node [shape=box];
    input [shape=plaintext];
    layer1 [label="first: Dense<1, 2>\n4 parameters"];
    input -> layer1 [label="(1)"];
    subgraph cluster2 {
        label="block: Residual";
        layer3 [label="tanh: Tanh"];
        add2 [label="+", shape=circle];
    }
    layer1 -> layer3 [label="(2)"];
    layer3 -> add2 [label="(2)"];
    layer1 -> add2 [label="(2)"];
    layer4 [label="dense: Dense<2, 1>\n3 parameters"];
    add2 -> layer4 [label="(2)"];
    output [shape=plaintext];
    layer4 -> output [label="(1)"];
}
"#
    );
    let table = Small::summary().to_string();
    assert!(
        table.contains(
            "block: Residual     (2)                          6\n  tanh: Tanh        (2)                    0     0\n"
        ),
        "{table}"
    );
}
