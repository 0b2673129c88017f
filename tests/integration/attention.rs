//! Self-attention and cross-attention against PyTorch, and what else holds of them.
//!
//! The recorded values, how they were made and in what form they are stored: `reference/README.md`.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use serde_json::Value;
use typenet::prelude::*;
use typenet::{Plan, Scalar as _};

use crate::recorded::{self, agrees_with_recorded};

network!(struct Single (Sequence<1, 3>) = attention: SelfAttention<1>);
network!(struct Full (Sequence<7, 12>) = attention: SelfAttention<3>);
network!(struct Causal (Sequence<13, 6>) = attention: SelfAttention<3>(causal = true));
network!(struct Wide (Sequence<5, 9>) = attention: SelfAttention<1>(true));
network!(struct Narrow (Sequence<5, 3>) = attention: SelfAttention<3>(causal = false));
network!(struct WithoutBias (Sequence<7, 8>) = attention: SelfAttention<4>(causal = true, bias = false));
network!(struct Rotary (Sequence<7, 12>) = attention: SelfAttention<3>(rotary = true));
network!(struct RotaryCausal (Sequence<19, 6>) = attention: SelfAttention<1>(causal = true, rotary = true));
network!(struct RotaryNarrow (Sequence<5, 6>) = attention: SelfAttention<3>(true, true));
network!(struct RotaryWithoutBias (Sequence<3, 20>) = attention: SelfAttention<1>(false, true, false));
network!(struct RotarySingle (Sequence<1, 2>) = attention: SelfAttention<1>(rotary = true));
network!(struct CrossSingle (Pair<Sequence<1, 3>, Sequence<1, 3>>) = attention: CrossAttention<1>);
network!(struct CrossLonger (Pair<Sequence<3, 12>, Sequence<7, 12>>) = attention: CrossAttention<3>);
network!(struct CrossShorter (Pair<Sequence<9, 6>, Sequence<2, 6>>) = attention: CrossAttention<2>);
network!(struct CrossNarrow (Pair<Sequence<5, 3>, Sequence<3, 3>>) = attention: CrossAttention<3>);
network!(struct CrossWithoutBias (Pair<Sequence<4, 8>, Sequence<5, 8>>) = attention: CrossAttention<4>(bias = false));
network! {
    struct InBlock<const L: usize, const N: usize> (Sequence<L, N>) {
        block: Residual { norm: LayerNorm, attention: SelfAttention<2>(causal = true) },
    }
}

fn recorded() -> Value {
    recorded::file("attention.json")
}

#[test]
fn self_attention_agrees_with_pytorch() {
    let file = recorded();
    agrees_with_recorded::<f64, Single<f64>>(&file["f64"]["single"], "one step");
    agrees_with_recorded::<f32, Single<f32>>(&file["f32"]["single"], "one step");
    agrees_with_recorded::<f64, Full<f64>>(&file["f64"]["full"], "full");
    agrees_with_recorded::<f32, Full<f32>>(&file["f32"]["full"], "full");
    agrees_with_recorded::<f64, Causal<f64>>(&file["f64"]["causal"], "causal");
    agrees_with_recorded::<f32, Causal<f32>>(&file["f32"]["causal"], "causal");
    agrees_with_recorded::<f64, Wide<f64>>(&file["f64"]["wide"], "one head");
    agrees_with_recorded::<f32, Wide<f32>>(&file["f32"]["wide"], "one head");
    agrees_with_recorded::<f64, Narrow<f64>>(&file["f64"]["narrow"], "heads of one element");
    agrees_with_recorded::<f32, Narrow<f32>>(&file["f32"]["narrow"], "heads of one element");
    agrees_with_recorded::<f64, WithoutBias<f64>>(&file["f64"]["without_bias"], "without bias");
    agrees_with_recorded::<f32, WithoutBias<f32>>(&file["f32"]["without_bias"], "without bias");
    agrees_with_recorded::<f64, InBlock<7, 6, f64>>(&file["f64"]["residual"], "residual");
    agrees_with_recorded::<f32, InBlock<7, 6, f32>>(&file["f32"]["residual"], "residual");
}

#[test]
fn cross_attention_agrees_with_pytorch() {
    let file = recorded::file("cross_attention.json");
    agrees_with_recorded::<f64, CrossSingle<f64>>(&file["f64"]["single"], "one step");
    agrees_with_recorded::<f32, CrossSingle<f32>>(&file["f32"]["single"], "one step");
    agrees_with_recorded::<f64, CrossLonger<f64>>(&file["f64"]["longer"], "a longer second sequence");
    agrees_with_recorded::<f32, CrossLonger<f32>>(&file["f32"]["longer"], "a longer second sequence");
    agrees_with_recorded::<f64, CrossShorter<f64>>(&file["f64"]["shorter"], "a shorter second sequence");
    agrees_with_recorded::<f32, CrossShorter<f32>>(&file["f32"]["shorter"], "a shorter second sequence");
    agrees_with_recorded::<f64, CrossNarrow<f64>>(&file["f64"]["narrow"], "heads of one element");
    agrees_with_recorded::<f32, CrossNarrow<f32>>(&file["f32"]["narrow"], "heads of one element");
    agrees_with_recorded::<f64, CrossWithoutBias<f64>>(&file["f64"]["without_bias"], "without bias");
    agrees_with_recorded::<f32, CrossWithoutBias<f32>>(&file["f32"]["without_bias"], "without bias");
}

#[test]
fn rotary_positions_agree_with_pytorch() {
    let file = recorded::file("rotary.json");
    agrees_with_recorded::<f64, Rotary<f64>>(&file["f64"]["full"], "full");
    agrees_with_recorded::<f32, Rotary<f32>>(&file["f32"]["full"], "full");
    agrees_with_recorded::<f64, RotaryCausal<f64>>(&file["f64"]["causal"], "causal");
    agrees_with_recorded::<f32, RotaryCausal<f32>>(&file["f32"]["causal"], "causal");
    agrees_with_recorded::<f64, RotaryNarrow<f64>>(&file["f64"]["narrow"], "heads of one pair");
    agrees_with_recorded::<f32, RotaryNarrow<f32>>(&file["f32"]["narrow"], "heads of one pair");
    agrees_with_recorded::<f64, RotaryWithoutBias<f64>>(&file["f64"]["without_bias"], "without bias");
    agrees_with_recorded::<f32, RotaryWithoutBias<f32>>(&file["f32"]["without_bias"], "without bias");
    agrees_with_recorded::<f64, RotarySingle<f64>>(&file["f64"]["single"], "one step");
    agrees_with_recorded::<f32, RotarySingle<f32>>(&file["f32"]["single"], "one step");
}

network! {
    struct NormBefore (Sequence<7, 6>) {
        layers: Repeat<2> {
            attend: Residual { norm1: LayerNorm, self_attn: SelfAttention<3> },
            feed: Residual { norm2: LayerNorm, linear1: Dense<6, 10>, Gelu, linear2: Dense<10, 6> },
        },
        norm: LayerNorm,
    }
}
network! {
    struct NormAfter (Sequence<5, 4>) {
        layers: Repeat<1> {
            attend: Residual { self_attn: SelfAttention<2> },
            norm1: LayerNorm,
            feed: Residual { linear1: Dense<4, 9>, Relu, linear2: Dense<9, 4> },
            norm2: LayerNorm,
        },
    }
}

/// Returns the name here of a parameter of `TransformerEncoderLayer`, whose normalization comes before its blocks or after them.
fn name_here(name: &str, is_before: bool) -> String {
    let Some((layer, rest)) = name.strip_prefix("layers.").and_then(|rest| rest.split_once('.')) else {
        return name.to_owned();
    };
    let block = match rest.split_once('.').unwrap().0 {
        "self_attn" => "attend.",
        "norm1" if is_before => "attend.",
        "norm2" if is_before => "feed.",
        "linear1" | "linear2" => "feed.",
        _ => "",
    };
    format!("layers.{layer}.{block}{rest}")
}

/// Returns a recorded case whose tensors have the names that they have here.
fn with_names_here(case: &Value, is_before: bool) -> Value {
    let mut case = case.clone();
    for tensors in ["parameters", "gradient"] {
        let theirs = case[tensors].as_object().unwrap();
        let ours = theirs.iter().map(|(name, value)| (name_here(name, is_before), value.clone())).collect();
        case[tensors] = Value::Object(ours);
    }
    case
}

#[test]
fn transformers_agree_with_pytorch() {
    let file = recorded::file("transformer.json");
    let case = |precision: &str, name: &str| with_names_here(&file[precision][name], name == "before");
    agrees_with_recorded::<f64, NormBefore<f64>>(&case("f64", "before"), "normalization before blocks");
    agrees_with_recorded::<f32, NormBefore<f32>>(&case("f32", "before"), "normalization before blocks");
    agrees_with_recorded::<f64, NormAfter<f64>>(&case("f64", "after"), "normalization after blocks");
    agrees_with_recorded::<f32, NormAfter<f32>>(&case("f32", "after"), "normalization after blocks");
}

#[cfg(feature = "safetensors")]
#[test]
fn weights_of_a_transformer_of_pytorch_are_read_by_their_names() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("reference/weights_torch_transformer.safetensors");
    let network = NormBefore::load(WeightsFile::at(path).map_names(|name| name_here(name, true))).unwrap();
    let case = with_names_here(&recorded::file("transformer.json")["f32"]["before"], true);
    let expected = recorded::parameters::<NormBefore>(&case["parameters"]);
    let expected: Vec<f32> = expected.into_iter().map(typenet::Scalar::from_f64).collect();
    assert_eq!(network.parameters(), expected);
}

#[test]
fn rotary_attention_knows_the_order_of_steps() {
    let network = Rotary::init(&mut typenet::rng(5));
    let input: [[f32; 12]; 7] = std::array::from_fn(|step| std::array::from_fn(|k| ((step * 12 + k) as f32).cos()));
    let mut reversed = input;
    reversed.reverse();
    let (ahead, mut back) = (network.predict(&input), network.predict(&reversed));
    back.reverse();
    assert!(ahead.iter().flatten().zip(back.iter().flatten()).any(|(ahead, back)| (ahead - back).abs() > 1e-3));
}

#[cfg(feature = "safetensors")]
#[test]
fn weights_of_pytorch_are_read_by_their_names() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("reference");
    let network = Causal::load(folder.join("weights_torch_attention.safetensors")).unwrap();
    let expected = recorded::parameters::<Causal>(&recorded()["f32"]["causal"]["parameters"]);
    let expected: Vec<f32> = expected.into_iter().map(typenet::Scalar::from_f64).collect();
    assert_eq!(network.parameters(), expected);
    let network = CrossLonger::load(folder.join("weights_torch_cross_attention.safetensors")).unwrap();
    let case = &recorded::file("cross_attention.json")["f32"]["longer"];
    let expected = recorded::parameters::<CrossLonger>(&case["parameters"]);
    let expected: Vec<f32> = expected.into_iter().map(typenet::Scalar::from_f64).collect();
    assert_eq!(network.parameters(), expected);
}

#[test]
fn a_sequence_has_the_same_bits_alone_and_among_others() {
    network! {
        struct Deep (Sequence<21, 12>) {
            Repeat<2> { Residual { LayerNorm, SelfAttention<3>(causal = true) }, Residual { SelfAttention<2> } },
            LastStep,
            Dense<_, 2>,
        }
    }
    has_the_same_bits::<Deep>();
}

#[test]
fn a_pair_of_sequences_has_the_same_bits_alone_and_among_others() {
    network! {
        #[tile(4)]
        struct Looking (Pair<Sequence<5, 12>, Sequence<16, 6>>) {
            Parallel(Pair) {
                steps: { First, SelfAttention<3> },
                text: { Second, Dense<_, 12>, Repeat<2> { Residual { SelfAttention<2> } } },
            },
            CrossAttention<3>,
            LastStep,
            Dense<_, 2>,
        }
    }
    has_the_same_bits::<Looking>();
}

/// Compares 33 predictions alone with those of a batch.
fn has_the_same_bits<N: Network<Scalar = f32, Logits = <N as Network>::Output>>() {
    let network = N::init(&mut typenet::rng(37));
    let values: Vec<f32> = (0..33 * N::Input::LEN).map(|k| (k as f32 * 0.7).sin()).collect();
    let inputs = N::Input::batch(&values);
    let mut workspace = Workspace::for_samples(inputs.len());
    for pass in [Pass::inference(), Pass::training(0, 0)] {
        let together = network.forward(inputs, &pass, &mut workspace).unwrap().to_vec();
        for (input, together) in inputs.iter().zip(together) {
            assert_eq!(network.predict(input), together);
        }
    }
    assert_eq!(network.predict_batch(inputs)[32], network.predict(&inputs[32]));
}

#[test]
fn later_steps_change_no_bit_of_earlier_outputs() {
    network!(struct Masked (Sequence<19, 10>) = Repeat<2> { LayerNorm, SelfAttention<2>(causal = true) });
    let network = Masked::init(&mut typenet::rng(3));
    let mut input: [[f32; 10]; 19] =
        std::array::from_fn(|step| std::array::from_fn(|k| ((step * 10 + k) as f32).sin()));
    let before = network.predict(&input);
    for (wrong, step) in [f32::NAN, f32::INFINITY, 1e30].into_iter().cycle().zip((1..19).rev()) {
        input[step].fill(wrong);
        let mut workspace = Workspace::new();
        let pass = Pass::training(0, 0);
        let kept = network.forward(std::slice::from_ref(&input), &pass, &mut workspace).unwrap();
        assert_eq!(kept[0][..step], before[..step]);
        assert_eq!(network.predict(&input)[..step], before[..step]);
    }
}

/// A step asks by itself, and sees all steps of the other sequence.
#[test]
fn a_step_depends_on_itself_and_on_the_other_sequence() {
    let network = CrossLonger::init(&mut typenet::rng(3));
    let value = |step: usize, k: usize| ((step * 12 + k) as f32).sin();
    let first = std::array::from_fn(|step| std::array::from_fn(|k| value(step, k)));
    let second = std::array::from_fn(|step| std::array::from_fn(|k| value(step + 3, k)));
    let before = network.predict(&Both { first, second });
    let mut reversed = second;
    reversed.reverse();
    let after = network.predict(&Both { first, second: reversed });
    assert!(before.iter().flatten().zip(after.iter().flatten()).all(|(before, after)| (before - after).abs() < 1e-5));
    for wrong in [f32::NAN, f32::INFINITY, 1e30] {
        let mut changed = first;
        changed[1].fill(wrong);
        let after = network.predict(&Both { first: changed, second });
        assert_eq!([after[0], after[2]], [before[0], before[2]]);
        assert_ne!(after[1], before[1]);
    }
    let mut changed = second;
    changed[6][11] = f32::NAN;
    let after = network.predict(&Both { first, second: changed });
    assert!(after.iter().flatten().all(|value| value.is_nan()), "{after:?}");
}

#[test]
fn attention_without_a_mask_does_not_know_the_order_of_steps() {
    let network = Full::init(&mut typenet::rng(5));
    let input: [[f32; 12]; 7] = std::array::from_fn(|step| std::array::from_fn(|k| ((step * 12 + k) as f32).cos()));
    let mut reversed = input;
    reversed.reverse();
    let (ahead, mut back) = (network.predict(&input), network.predict(&reversed));
    back.reverse();
    for (ahead, back) in ahead.iter().flatten().zip(back.iter().flatten()) {
        assert!((ahead - back).abs() < 1e-5);
    }
}

#[test]
fn all_projections_start_as_layers_of_as_many_inputs_as_outputs() {
    let network = <Full<f64>>::init(&mut typenet::rng(1));
    let weights = &network.attention;
    let bound = (6.0_f64 / 24.0).sqrt();
    let largest = |values: &[f64]| values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    for projection in 0..3 {
        let values: Vec<_> =
            weights.in_proj_weight.iter().flat_map(|input| input[projection].iter().copied()).collect();
        assert!(largest(&values) <= bound && largest(&values) > 0.9 * bound, "{projection}");
    }
    let output = largest(weights.out_proj.weight.as_slice());
    assert!(output <= bound && output > 0.9 * bound);
    assert!(weights.in_proj_bias.iter().flatten().chain(&weights.out_proj.bias).all(|&bias| bias == 0.0));
}

/// The plan of an attention of 64 steps of 128 features.
type PlanOf<const CAUSAL: bool> = <SelfAttention<4, 128, CAUSAL> as Layer>::Plan<Sequence<64, 128>>;

#[test]
fn sizes_of_weights_and_of_memory_are_those_of_the_documentation() {
    assert_eq!(Full::PARAMETERS, 4 * (12 * 12 + 12));
    assert_eq!(WithoutBias::PARAMETERS, 4 * 8 * 8);
    let names: Vec<_> = Full::TENSORS.list().into_iter().map(|tensor| tensor.name).collect();
    let names_of_pytorch = ["in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias"];
    assert_eq!(names, names_of_pytorch.map(|name| format!("attention.{name}")));
    let names: Vec<_> = WithoutBias::TENSORS.list().into_iter().map(|tensor| tensor.name).collect();
    assert_eq!(names, ["attention.in_proj_weight", "attention.out_proj.weight"]);
    assert_eq!(<PlanOf<true> as Plan>::MULTIPLY_ADDS, 64 * 4 * 128 * 128 + 128 * 64 * 65);
    assert_eq!(<PlanOf<false> as Plan>::MULTIPLY_ADDS, 64 * 4 * 128 * 128 + 2 * 128 * 64 * 64);
    assert_eq!(<PlanOf<true> as Plan>::CACHE_LEN, 64 * 5 * 128 + 4 * 64 + 4 * 64 * 64);
    assert_eq!(<PlanOf<true> as Plan>::INFERENCE_LEN, 64 * 4 * 128 + 8 * 64);
    assert_eq!([CrossLonger::PARAMETERS, CrossWithoutBias::PARAMETERS], [4 * (12 * 12 + 12), 4 * 8 * 8]);
    let names: Vec<_> = CrossLonger::TENSORS.list().into_iter().map(|tensor| tensor.name).collect();
    assert_eq!(names, names_of_pytorch.map(|name| format!("attention.{name}")));
    // What is needed, and what nothing reads.
    let products = 3 * 2 * 12 * 12 + 7 * 2 * 12 * 12 + 2 * 12 * 3 * 7 + (2 * 3 + 7) * 12 * 12;
    assert_eq!(CrossLonger::MULTIPLY_ADDS, products);
}

#[test]
fn attention_learns_to_look_back() {
    network! {
        struct Recall (Sequence<9, 8>) {
            PositionEmbedding,
            SelfAttention<2>(causal = true),
            LastStep,
            Dense<_, 1>,
        }
    }
    // What the step says that is marked by the first feature.
    let mut rng = typenet::rng(11);
    let mut samples = Vec::new();
    let mut targets = Vec::new();
    for sample in 0..400 {
        let marked = sample % 9;
        let mut input = [[0.0_f32; 8]; 9];
        for (step, features) in input.iter_mut().enumerate() {
            features[0] = f32::from(u8::from(step == marked));
            features[1] = f32::from_f64(typenet::random::normal(&mut rng));
        }
        targets.push([input[marked][1]]);
        samples.push(input);
    }
    let data = Dataset::<Sequence<9, 8>, Vector<1>>::new(samples, targets).unwrap();
    let mut network = Recall::init(&mut rng);
    let mut trainer = Trainer::new(MeanSquaredError, Adam::new(0.01)).epochs(60).batch_size(40);
    let history = trainer.fit(&mut network, &data).unwrap();
    let loss = history.final_loss().unwrap();
    // The mean of all targets has a loss of 1.
    assert!(loss < 0.1, "{loss}");
}
