//! Shortcuts, repetitions and branches: the same bits as the layers written out, names, files, summaries and pictures.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use typenet::prelude::*;

const INPUTS: [[f32; 4]; 5] =
    [[0.5, -1.0, 0.25, 2.0], [0.0; 4], [3.0, 0.0, -0.125, 1.0], [-1.0, -2.0, -3.0, -4.0], [0.1, 0.2, 0.3, 0.4]];

fn names<N: Network>() -> Vec<String> {
    N::TENSORS.list().into_iter().map(|tensor| tensor.name).collect()
}

fn gradient<N, const K: usize>(network: &N) -> Vec<f32>
where
    N: Network<Scalar = f32, Input = Vector<4>, Output = Vector<K>>,
{
    let mut gradient = Gradient::zeroed();
    let (pass, targets) = (Pass::training(3, 1), [[0.5; K]; 5]);
    let mut memory = vec![0.0; N::WORKSPACE_LEN];
    let mut workspace = Workspace::over(&mut memory).unwrap();
    network.gradient(&INPUTS, &targets, &MeanSquaredError, &pass, &mut workspace, &mut gradient).unwrap();
    gradient.parameters().to_vec()
}

/// Asserts that one sample, a batch and a training pass have the same bits.
fn assert_same_bits<N: Network<Scalar = f32, Input = Vector<4>>>(network: &N) {
    let outputs: Vec<_> = INPUTS.iter().map(|x| network.predict(x)).collect();
    assert_eq!(network.predict_batch(&INPUTS), outputs);
    let mut workspace = Workspace::new();
    let training = network.forward(&INPUTS, &Pass::inference(), &mut workspace).unwrap().to_vec();
    assert_eq!(N::Logits::flat_batch(&training), N::Output::flat_batch(&outputs));
}

network!(struct Inner = hidden: Dense<4, 3>, Tanh, last: Dense<3, 6>);
network!(struct Side = Dense<4, 6>, Sigmoid);
network!(struct Projecting = block: Residual(Dense<4, 6>) { hidden: Dense<4, 3>, Tanh, last: Dense<3, 6> }, end: Dense<6, 2>);
network!(struct ByNetwork (Vector<4>) = block: Residual(Side) { Inner }, end: Dense<6, 2>);
network!(struct ByPath (Vector<4>) = block: typenet::Residual<Inner, Side>);

#[test]
fn a_shortcut_is_added_to_what_the_layers_give() {
    network!(struct Only = block: Residual(Dense<4, 6>) { hidden: Dense<4, 3>, Tanh, last: Dense<3, 6> });
    network!(struct Linear = Dense<4, 6>);
    let mut rng = typenet::rng(37);
    let (inner, linear) = (Inner::init(&mut rng), Linear::init(&mut rng));
    let mut only = Only::zeroed();
    only.block.copy_from_inner(&inner);
    only.block.shortcut.weight = linear.dense.weight;
    only.block.shortcut.bias = linear.dense.bias;
    for x in &INPUTS {
        let (f, s) = (inner.predict(x), linear.predict(x));
        assert_eq!(only.predict(x), core::array::from_fn(|i| f[i] + s[i]));
        // The field is the network of the inner layers.
        assert_eq!(only.block.predict(x), f);
        assert_eq!(*only.activations(x).block, only.predict(x));
    }
    assert_same_bits(&*only);
    assert_same_bits(&*Projecting::init(&mut rng));
    assert_same_bits(&*ByNetwork::init(&mut rng));
    assert_same_bits(&*ByPath::init(&mut rng));
}

trait CopyFromInner {
    fn copy_from_inner(&mut self, inner: &Inner);
}

impl<B, S> CopyFromInner for typenet::layer::Projected<B, S>
where
    B: FlatParameters<f32>,
{
    fn copy_from_inner(&mut self, inner: &Inner) {
        (**self).parameters_mut().copy_from_slice(inner.parameters());
    }
}

#[test]
fn a_shortcut_has_its_own_name_settings_initializer_and_freezing() {
    network! {
        struct Images (Image<3, 6, 4>) -> Image<8, 3, 2> {
            block: Residual(#[frozen] #[init(Constant(0.5))] Conv2d<_, 8, 1>(stride = 2)) {
                hidden: Conv2d<_, 8, 3>(2, 1), Relu, #[frozen] Conv2d<_, 8, 3>(padding = Same),
            },
        }
    }
    assert_eq!(
        names::<Images>(),
        [
            "block.hidden.weight",
            "block.hidden.bias",
            "block.conv2d.weight",
            "block.conv2d.bias",
            "block.shortcut.weight",
            "block.shortcut.bias"
        ]
    );
    let frozen: Vec<_> = Images::TENSORS.list().iter().map(|tensor| tensor.frozen).collect();
    assert_eq!(frozen, [false, false, true, true, true, true]);
    assert_eq!(Images::MULTIPLY_ADDS, 3 * 2 * 8 * (3 * 9 + 8 * 9 + 3));
    let network = Images::init(&mut typenet::rng(37));
    assert!(network.block.shortcut.parameters()[..24].iter().all(|&weight| weight == 0.5));
    assert_eq!(network.block.hidden.parameters().len(), 3 * 8 * 9 + 8);
    assert_eq!(Images::summary().layers[0].layer, "Residual(Conv2d<3, 8, 1>(stride = 2))");
    let table = Images::summary().to_string();
    assert!(
        table.contains("  shortcut: Conv2d<3, 8, 1>(stride = 2) (frozen)    (8, 3, 2)             32     0\n"),
        "{table}"
    );
    assert!(table.contains("840 parameters (3.3 KiB), 616 of them frozen"), "{table}");
}

#[test]
fn a_shortcut_may_be_a_block_or_depend_on_const_parameters() {
    network!(struct Deep = Residual(Residual(Dense<4, 6>) { Dense<4, 6> }) { Dense<4, 6>, Tanh });
    network!(struct Sized<const N: usize, const H: usize> = Residual(Dense<N, H>) { Tanh, Dense<N, H> }, Residual(Dropout(0.5)) { Sigmoid });
    assert_same_bits(&*Deep::init(&mut typenet::rng(1)));
    assert_same_bits(&*Sized::<4, 3>::init(&mut typenet::rng(1)));
    assert_eq!(names::<Deep>()[2], "residual.shortcut.dense.weight");
    assert_eq!(names::<Deep>()[4], "residual.shortcut.shortcut.weight");
}

const COUNT: usize = 3;

network!(struct Written = Dense<4, 4>, Tanh, Dense<4, 4>, Tanh, Dense<4, 4>, Tanh, Dense<4, 2>);
network!(struct Repeated = blocks: Repeat<3> { hidden: Dense<4, 4>, Tanh }, Dense<4, 2>);
network!(struct Constant = blocks: Repeat<COUNT> { hidden: Dense<4, 4>, Tanh }, Dense<4, 2>);
network!(struct Generic<const N: usize, const R: usize> = blocks: Repeat<R> { hidden: Dense<N, N>, Tanh }, Dense<N, 2>);
network!(struct Step = hidden: Dense<4, 4>, Tanh);
network!(struct RepeatedByPath (Vector<4>) = blocks: typenet::Repeat<Step, 3>, Dense<4, 2>);
network!(struct RepeatedNetwork (Vector<4>) = blocks: Repeat<3> { Step }, Dense<_, 2>);

fn assert_written_out<N: Network<Scalar = f32, Input = Vector<4>, Output = Vector<2>>>() {
    let written = Written::init(&mut typenet::rng(37));
    let network = N::init(&mut typenet::rng(37));
    assert_eq!(network.parameters(), written.parameters());
    assert_eq!(network.predict_batch(&INPUTS), written.predict_batch(&INPUTS));
    assert_same_bits(&*network);
    let of_network = gradient::<N, 2>(&network);
    // The layers written out have tiles of another size, which are the same for five samples.
    assert_eq!(of_network, gradient::<Written, 2>(&written));
    assert_eq!(N::MULTIPLY_ADDS, Written::MULTIPLY_ADDS);
}

#[test]
fn repetitions_have_the_bits_of_the_layers_written_out() {
    assert_written_out::<Repeated>();
    assert_written_out::<Constant>();
    assert_written_out::<Generic<4, 3>>();
    assert_written_out::<RepeatedByPath>();
    assert_written_out::<RepeatedNetwork>();
    let once = Generic::<4, 1>::init(&mut typenet::rng(37));
    assert_same_bits(&*once);
    assert_same_bits(&*Generic::<4, 2>::init(&mut typenet::rng(37)));
}

#[test]
fn repetitions_are_an_array() {
    let mut network = Repeated::zeroed();
    network.blocks[1].hidden.bias[2] = 1.0;
    assert_eq!(network.parameters()[20 + 16 + 2], 1.0);
    assert_eq!(names::<Repeated>()[..3], ["blocks.0.hidden.weight", "blocks.0.hidden.bias", "blocks.1.hidden.weight"]);
    network!(struct Nested = Repeat<2> { Residual { #[frozen] Dense<4, 4>, Repeat<3> { Dense<4, 4>, Tanh } } });
    assert_eq!(names::<Nested>()[4], "repeat.0.residual.repeat.1.dense.weight");
    assert_eq!(Nested::TENSORS.list().iter().filter(|tensor| tensor.frozen).count(), 4);
    assert_eq!(Nested::PARAMETERS, 2 * 4 * 20);
    assert_same_bits(&*Nested::init(&mut typenet::rng(37)));
    network!(struct Plain (Probabilities<4>) = Repeat<3> { Sigmoid }, Repeat<2> { Parallel(Add) { a: {}, b: {} } });
    assert_eq!(Plain::PARAMETERS, 0);
    let y = Plain::zeroed().predict(&[0.25; 4]);
    assert!((y[0] - 4.0 * 0.6541).abs() < 1e-3, "{y:?}");
}

network! {
    struct Joined {
        block: Parallel {
            left: { Dense<4, 3>, Tanh },
            skip: {},
            right: { wide: Dense<4, 2>, Sigmoid, Dense<2, 2> },
        },
        end: Dense<_, 2>,
    }
}
network! {
    struct Added {
        block: Parallel(Add) { left: { Dense<4, 4>, Sigmoid }, skip: {}, right: { Residual { Dense<4, 4> } } },
        end: Dense<_, 2>,
    }
}

#[test]
fn branches_read_the_same_input_and_are_joined_in_order() {
    let joined = Joined::init(&mut typenet::rng(37));
    let added = Added::init(&mut typenet::rng(37));
    for x in &INPUTS {
        let (left, right) = (joined.block.left.predict(x), joined.block.right.predict(x));
        let block = *joined.activations(x).block;
        assert_eq!((&block[..3], &block[3..7], &block[7..]), (&left[..], &x[..], &right[..]));
        let (left, right) = (added.block.left.predict(x), added.block.right.predict(x));
        // The network of a branch contains its block, which adds its input.
        assert_eq!(*added.activations(x).block, core::array::from_fn(|i| left[i] + x[i] + right[i]));
    }
    assert_same_bits(&*joined);
    assert_same_bits(&*added);
    assert_eq!(
        names::<Joined>()[..4],
        ["block.left.dense.weight", "block.left.dense.bias", "block.right.wide.weight", "block.right.wide.bias"]
    );
    assert_eq!(Joined::MULTIPLY_ADDS, 12 + 8 + 4 + 18);
    assert_eq!(gradient::<Joined, 2>(&joined).len(), Joined::PARAMETERS);
}

#[test]
fn images_are_concatenated_along_their_channels() {
    network! {
        struct Images (Image<2, 3, 4>) -> Image<7, 3, 4> {
            Parallel {
                a: { Conv2d<_, 2, 3>(padding = Same) },
                b: { Parallel(Concat) { inner: { Conv2d<_, 1, 1> }, skip: {} } },
                c: { Residual { Tanh } },
            },
        }
    }
    let network = Images::init(&mut typenet::rng(37));
    let images: [[[[f32; 4]; 3]; 2]; 3] =
        core::array::from_fn(|i| core::array::from_fn(|c| [[(i + c) as f32 - 0.5; 4], [1.0; 4], [c as f32; 4]]));
    for image in &images {
        let output = network.predict(image);
        assert_eq!(output[..2], network.parallel.a.predict(image));
        assert_eq!(output[2..5], network.parallel.b.predict(image));
        assert_eq!(output[3..5], *image);
    }
    assert_eq!(network.predict_batch(&images), images.map(|image| network.predict(&image)));
}

#[test]
fn sequences_are_concatenated_along_their_features() {
    type Steps = Sequence<3, 2>;
    network! {
        struct Sequences (Sequence<3, 2>) -> Sequence<3, 7> {
            Parallel {
                a: { Conv1d<_, 1, 1> },
                b: { Parallel(Concat) { inner: { Rnn<_, 2> }, skip: {} } },
                c: { Residual { Tanh } },
            },
        }
    }
    // A shape that only the compiler knows.
    network!(struct Alias (Steps) = Parallel { a: { Tanh }, b: {} }, Conv1d<4, 1, 1>, Flatten, Dense<3, 2>);
    let network = Sequences::init(&mut typenet::rng(37));
    let sequences: [[[f32; 2]; 3]; 3] =
        core::array::from_fn(|i| core::array::from_fn(|t| [(i + t) as f32 - 0.5, (i * t) as f32]));
    for sequence in &sequences {
        let output = network.predict(sequence);
        let a = network.parallel.a.predict(sequence);
        let (joined, c) = (network.parallel.b.predict(sequence), network.parallel.c.predict(sequence));
        for (step, row) in output.into_iter().enumerate() {
            assert_eq!(row[..1], a[step]);
            assert_eq!(row[1..5], joined[step]);
            assert_eq!(row[3..5], sequence[step]);
            assert_eq!(row[5..], c[step]);
        }
    }
    assert_eq!(network.predict_batch(&sequences), sequences.map(|sequence| network.predict(&sequence)));
    let alias = Alias::init(&mut typenet::rng(37));
    let joined = alias.activations(&sequences[1]).parallel;
    assert!(
        joined.iter().zip(sequences[1]).all(|(row, x)| row[2..] == x && (row[0] - x[0].tanh()).abs() < 1e-6),
        "{joined:?}"
    );
}

#[test]
fn branches_of_networks_are_joined_by_the_compiler() {
    network!(struct Joins (Vector<4>) = Parallel { a: { Inner }, b: { Side }, c: {} }, Dense<16, 2>);
    network!(struct Adds (Vector<4>) = Parallel(Add) { a: { Inner }, b: { Side } }, Dense<_, 2>);
    network!(struct Skips (Vector<4>) = Side, Parallel { a: {}, b: { Tanh }, c: { Dense<_, 2> } }, Dense<14, 2>);
    network!(struct AddsAnyway<const N: usize> (Vector<4>) = Parallel(Add) { a: { Inner }, b: { Side } }, Dense<6, N>);
    assert_same_bits(&*Joins::init(&mut typenet::rng(37)));
    assert_same_bits(&*Adds::init(&mut typenet::rng(37)));
    assert_same_bits(&*Skips::init(&mut typenet::rng(37)));
    assert_same_bits(&*AddsAnyway::<2>::init(&mut typenet::rng(37)));
}

#[test]
fn frozen_branches_and_attributes_hold() {
    network! {
        struct Frozen {
            Parallel(Add) {
                /// Documented.
                #[frozen]
                a: { Dense<4, 4> },
                b: { #[init(Zeros)] Dense<4, 4> },
            },
        }
    }
    let frozen: Vec<_> = Frozen::TENSORS.list().iter().map(|tensor| tensor.frozen).collect();
    assert_eq!(frozen, [true, true, false, false]);
    let network = Frozen::init(&mut typenet::rng(37));
    assert!(network.parallel.b.dense.parameters().iter().all(|&weight| weight == 0.0));
    assert!(network.parallel.a.dense.weight.iter().all(|&weight| weight != 0.0));
}

fn roundtrip<N: Network<Scalar = f32> + typenet::Weights>() -> Vec<u8> {
    let network = N::init(&mut typenet::rng(37));
    let bytes = network.to_safetensors().unwrap();
    let loaded: Box<N> = N::from_safetensors(&bytes).unwrap();
    assert_eq!(loaded.parameters(), network.parameters());
    bytes
}

#[cfg(feature = "safetensors")]
#[test]
fn weights_of_blocks_are_saved_and_loaded_by_name() {
    roundtrip::<Projecting>();
    roundtrip::<Repeated>();
    let bytes = roundtrip::<Joined>();
    network!(struct Other = block: Parallel { left: { Dense<4, 3> }, skip: {} }, end: Dense<_, 2>);
    let message = Other::from_safetensors(&bytes).unwrap_err().to_string();
    let origin = "the file was made from Joined: (4), block: Parallel(Concat) { left: { dense: Dense<4, 3>, tanh: Tanh }, skip: {}, \
                  right: { wide: Dense<4, 2>, sigmoid: Sigmoid, dense: Dense<2, 2> } }, end: Dense<9, 2>";
    assert!(message.contains(origin), "{message}");
    assert!(message.contains("`block.right.wide.weight` of shape [2, 4] is not expected"), "{message}");
}

#[cfg(feature = "safetensors")]
network!(struct Embedded = blocks: Repeat<2> { hidden: Dense<2, 2> }, last: Residual(Dense<2, 1>) { Dense<2, 1> });

/// Eighteen elements in steps of 1/8, in the order of their names.
#[cfg(feature = "safetensors")]
static EMBEDDED: Embedded = typenet::weights!(Embedded, "../reference/weights_blocks.safetensors");

#[cfg(feature = "safetensors")]
#[test]
fn weights_of_blocks_are_embedded_and_continue_from_checkpoints() {
    let bytes = include_bytes!("../reference/weights_blocks.safetensors");
    assert_eq!(EMBEDDED.parameters(), Embedded::from_safetensors(bytes).unwrap().parameters());
    assert_eq!(EMBEDDED.blocks[1].hidden.bias[1], 12.0 / 8.0);
    assert_eq!(EMBEDDED.last.shortcut.bias[0], 18.0 / 8.0);

    let data = Dataset::<Vector<4>, Vector<2>>::new(INPUTS.to_vec(), vec![[0.5; 2]; 5]).unwrap();
    let path = std::env::temp_dir().join(format!("typenet-blocks-{}", std::process::id()));
    let trainer = || Trainer::new(MeanSquaredError, Adam::new(0.01)).epochs(2);
    let mut network = Repeated::init(&mut typenet::rng(37));
    let mut first = trainer();
    first.fit(&mut network, &data).unwrap();
    first.save_checkpoint(&network, &path).unwrap();
    let mut resumed = Repeated::zeroed();
    let mut second = trainer();
    second.resume(&mut resumed, &path).unwrap();
    assert_eq!(resumed.parameters(), network.parameters());
    first.fit(&mut network, &data).unwrap();
    second.fit(&mut resumed, &data).unwrap();
    assert_eq!(resumed.parameters(), network.parameters());
    std::fs::remove_file(path).unwrap();
}

#[test]
fn summaries_show_the_inside_of_blocks() {
    network! {
        struct All {
            blocks: Repeat<3> { hidden: Dense<4, 4>, Tanh },
            block: Parallel(Add) { left: { Dense<4, 6> }, right: { Residual(Dense<_, 6>) { Dense<4, 6> } } },
        }
    }
    let table = All::summary().to_string();
    let rows: Vec<_> =
        table.lines().skip(3).take(11).map(|row| row.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(
        rows,
        [
            "input (4)",
            "blocks: Repeat<3> (4) 52",
            "hidden: Dense<4, 4> (4) 3 × 20 3 × 4",
            "tanh: Tanh (4) 0 0",
            "block: Parallel(Add) (6) 20",
            "left (6) 0",
            "dense: Dense<4, 6> (6) 30 0",
            "right (6) 10",
            "residual: Residual(Dense<4, 6>) (6) 10",
            "dense: Dense<4, 6> (6) 30 0",
            "shortcut: Dense<4, 6> (6) 30 0",
        ],
        "{table}"
    );
    let picture = All::summary().dot().to_string();
    for line in [
        "    subgraph cluster1 {\n        label=\"blocks: Repeat<3>\\n60 parameters\";",
        "    layer3 -> layer6 [label=\"(4)\"];",
        "    layer3 -> layer9 [label=\"(4)\"];",
        "    layer3 -> layer10 [label=\"(4)\"];",
        "    layer9 -> add8 [label=\"(6)\"];",
        "    layer10 -> add8 [label=\"(6)\"];",
        "    layer6 -> add4 [label=\"(6)\"];",
        "    add8 -> add4 [label=\"(6)\"];",
        "    add4 -> output [label=\"(6)\"];",
    ] {
        assert!(picture.contains(line), "{line}\n{picture}");
    }
}

#[test]
fn blocks_are_trained() {
    network! {
        struct Learner {
            Dense<2, 8>,
            blocks: Repeat<2> { Residual { Tanh, Dense<8, 8> } },
            Parallel { a: { Tanh }, b: { Dense<_, 4>, Tanh } },
            Residual(Dense<_, 8>) { Dense<12, 8>, Tanh },
            Dense<_, 3>, Softmax,
        }
    }
    let data = Dataset::<Vector<2>, Class<3>>::labelled([[1.0, 0.0], [0.0, 1.0], [-1.0, -1.0]], [0, 1, 2]).unwrap();
    let mut network = Learner::init(&mut typenet::rng(37));
    Trainer::new(Nll, Adam::new(0.02)).epochs(40).batch_size(3).fit(&mut network, &data).unwrap();
    assert!(network.evaluate(&data, &Nll).accuracy > 0.99);
}

/// A rate for one repetition is found by its name.
#[test]
fn learning_rates_of_repetitions_are_set_by_name() {
    let mut network = Repeated::init(&mut typenet::rng(37));
    let before: Vec<f32> = network.parameters().to_vec();
    let data = Dataset::<Vector<4>, Vector<2>>::new(INPUTS.to_vec(), vec![[0.5; 2]; 5]).unwrap();
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).layer_factor("blocks.1", 1e-30);
    trainer.fit(&mut network, &data).unwrap();
    let unchanged = |range: core::ops::Range<usize>| network.parameters()[range.clone()] == before[range];
    // Biases are zero at first, so the smallest step shows in them.
    assert!(unchanged(20..36) && !unchanged(0..20) && !unchanged(40..60));
}
