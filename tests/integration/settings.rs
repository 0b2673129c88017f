//! What stands in parentheses behind a layer, and in the attributes of layers and networks, does what it says.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use crate::support::samples;
use typenet::kernel::{Isa, Kernels};
use typenet::prelude::*;
use typenet::{Backward, DefaultSettings, Forward, Plan, Scalar, Site};

/// y = a x + b, with a from its place and b from its name. By default, y = 2 x + 1.
struct Line;

#[derive(Clone, Copy)]
struct LineSettings {
    slope: f64,
    offset: f64,
}

struct LinePlan;

impl Plan for LinePlan {
    const READS_INPUT: bool = false;
    const READS_OUTPUT: bool = false;
}

impl Line {
    const fn settings(slope: f64) -> LineSettings {
        assert!(slope != 0.0, "a slope of zero hides the input");
        LineSettings { slope, offset: 0.0 }
    }
}

impl DefaultSettings for LineSettings {
    const DEFAULT: Self = Self { slope: 2.0, offset: 1.0 };
}

impl LineSettings {
    const fn offset(self, offset: f64) -> Self {
        Self { offset, ..self }
    }
}

impl Layer for Line {
    type Output<In: Shape> = In::Plain;
    type Logits<In: Shape> = In::Plain;
    type With<T: Scalar> = ();
    type Settings = LineSettings;
    type Plan<In: Shape> = LinePlan;

    fn forward<In: Shape, T: Kernels, I: Isa>(_: I, site: Site<'_, (), LineSettings>, memory: Forward<'_, T>) {
        let [slope, offset] = [site.settings.slope, site.settings.offset].map(T::from_f64);
        for (y, &x) in memory.output.iter_mut().zip(memory.input) {
            *y = slope * x + offset;
        }
    }

    fn backward<In: Shape, T: Kernels, I: Isa>(
        _: I,
        site: Site<'_, (), LineSettings>,
        memory: Backward<'_, T>,
        (): &mut (),
    ) {
        if let Some(grad_input) = memory.grad_input {
            for (dx, &g) in grad_input.iter_mut().zip(&*memory.grad_output) {
                *dx = T::from_f64(site.settings.slope) * g;
            }
        }
    }
}

impl<In: Shape> Takes<In> for Line {}

const SLOPE: f64 = 3.0;

#[test]
fn own_settings_are_arguments_and_then_methods() {
    network!(struct Plain (Vector<1>) = Line(2.0));
    network!(struct Named (Vector<1>) = Line(SLOPE, offset = 0.5 + 0.5), LeakyRelu);
    network!(struct Generic<const N: usize> (Vector<N>) = Line(N as f64, offset = -1.0));
    network!(struct Constant<const N: usize> (Vector<N>) = Line(SLOPE, offset = 0.25), Dense<N, N>);
    let mut constant = Constant::<2>::zeroed();
    constant.dense.weight.fill_with_identity();
    assert_eq!(constant.predict(&[1.0, 2.0]), [3.25, 6.25]);
    assert_eq!(Plain::zeroed().predict(&[2.0]), [4.0]);
    assert_eq!(Named::zeroed().predict(&[2.0]), [7.0]);
    assert_eq!(Generic::<3>::zeroed().predict(&[1.0, 0.0, 2.0]), [2.0, -1.0, 5.0]);
}

#[test]
fn own_settings_without_a_position_start_from_their_default() {
    network!(struct Bare (Vector<1>) = Line);
    network!(struct Empty (Vector<1>) = Line());
    network!(struct Named (Vector<1>) = Line(offset = 0.5), last: Line);
    network!(struct Generic<const N: usize> (Vector<N>) = Line(offset = N as f64), Identity);
    // The method `settings` has an offset of 0.
    network!(struct Placed (Vector<1>) = Line(3.0));
    assert_eq!(Bare::zeroed().predict(&[3.0]), [7.0]);
    assert_eq!(Empty::zeroed().predict(&[3.0]), [7.0]);
    assert_eq!(Named::zeroed().predict(&[3.0]), [14.0]);
    assert_eq!(Generic::<2>::zeroed().predict(&[3.0, 0.0]), [8.0, 2.0]);
    assert_eq!(Placed::zeroed().predict(&[3.0]), [9.0]);
}

#[test]
fn a_shortcut_has_the_defaults_of_its_settings() {
    network!(struct Inner = Dense<1, 1>);
    network!(struct Bare (Vector<1>) = block: Residual(Line) { Dense<1, 1> });
    network!(struct Named (Vector<1>) = block: Residual(Line(offset = 0.5)) { Dense<1, 1> });
    network!(struct ByPath (Vector<1>) = block: typenet::Residual<Inner, Line>);
    assert_eq!(Bare::zeroed().predict(&[3.0]), [7.0]);
    assert_eq!(Named::zeroed().predict(&[3.0]), [6.5]);
    assert_eq!(ByPath::zeroed().predict(&[3.0]), [7.0]);
}

#[test]
fn settings_of_the_library_have_names_and_defaults() {
    const ALPHA: f64 = 0.25;
    network!(struct Written (Vector<1>) = LeakyRelu(slope = 0.5), Elu(ALPHA));
    network!(struct Default (Vector<1>) = LeakyRelu, Elu(), Softplus());
    let written = Written::zeroed().predict(&[-2.0])[0];
    assert!((written - 0.25 * (-1.0_f32).exp_m1()).abs() < 1e-7, "{written}");
    let default = Default::zeroed().predict(&[-100.0])[0];
    assert!((default - (-1.0_f32).exp_m1().exp().ln_1p()).abs() < 1e-7, "{default}");
    assert!(Written::summary().to_string().contains("LeakyRelu(slope = 0.5)"), "{}", Written::summary());
}

const TENTH: Initializer = Initializer::Constant(0.1);

network! {
    struct Biased (Image<2, 6, 5>) {
        conv: Conv2d<_, 3, 3>(stride = 2, padding = 1),
        Tanh,
        up: ConvTranspose2d<_, 2, 2>(stride = 2),
        Reshape<Sequence<_, 4>>,
        steps: Conv1d<_, 5, 3>(stride = 2, bias = true),
        Relu,
        Flatten,
        Repeat<2> { Residual { inner: Dense<_, 40>, Tanh } },
        output: Dense<_, 3>,
        Softmax,
    }
}
network! {
    struct Unbiased (Image<2, 6, 5>) {
        conv: Conv2d<_, 3, 3>(stride = 2, padding = 1, bias = false),
        Tanh,
        up: ConvTranspose2d<_, 2, 2>(stride = 2, bias = false),
        Reshape<Sequence<_, 4>>,
        steps: Conv1d<_, 5, 3>(stride = 2, bias = false),
        Relu,
        Flatten,
        Repeat<2> { Residual { inner: Dense<_, 40>(bias = false), Tanh } },
        output: Dense<_, 3>(bias = false),
        Softmax,
    }
}

#[test]
fn layers_without_a_bias_compute_as_those_whose_bias_is_zero() {
    let mut rng = typenet::rng(41);
    let (mut with, without) = (Biased::zeroed(), Unbiased::init(&mut rng));
    let theirs = Unbiased::TENSORS.list();
    let mine = Biased::TENSORS.list();
    assert!(theirs.iter().all(|tensor| tensor.name.ends_with("weight")), "{theirs:?}");
    assert_eq!(theirs.len(), mine.len() / 2);
    let biases: usize = [3, 2, 5, 40, 40, 3].iter().sum();
    assert_eq!(Unbiased::PARAMETERS + biases, Biased::PARAMETERS);
    assert_eq!(without.output.bias.len(), 0);
    for tensor in &theirs {
        let place = mine.iter().find(|other| other.name == tensor.name).unwrap().range.clone();
        with.parameters_mut()[place].copy_from_slice(&without.parameters()[tensor.range.clone()]);
    }
    // One sample, which has its own kernels, and several.
    let inputs = samples::normal::<Image<2, 6, 5>, f32>(37, 3);
    let classes = samples::classes::<3>(37);
    assert_eq!(with.predict(&inputs[0]), without.predict(&inputs[0]));
    assert_eq!(with.predict_batch(&inputs), without.predict_batch(&inputs));
    let (mut of_with, mut of_without) = (Gradient::<Biased>::zeroed(), Gradient::<Unbiased>::zeroed());
    let pass = Pass::training(0, 0);
    with.gradient(&inputs, &classes, &Nll, &pass, &mut Workspace::new(), &mut of_with).unwrap();
    without.gradient(&inputs, &classes, &Nll, &pass, &mut Workspace::new(), &mut of_without).unwrap();
    for tensor in &theirs {
        let place = mine.iter().find(|other| other.name == tensor.name).unwrap().range.clone();
        assert_eq!(of_with.parameters()[place], of_without.parameters()[tensor.range.clone()], "{}", tensor.name);
    }
    let text = Unbiased::summary().to_string();
    assert!(text.contains("Dense<40, 3>(bias = false)"), "{text}");
}

#[test]
fn a_network_may_be_generic_in_the_sizes_of_layers_without_a_bias() {
    network! {
        struct Generic<const C: usize, const H: usize> (Image<1, 5, 5>) {
            Conv2d<_, C, 3>(bias = false),
            Conv2d<C, C, 1>(groups = _, bias = false),
            GlobalAvgPool2d,
            Dense<C, H>(bias = false),
            Dense<H, 2>,
        }
    }
    assert_eq!(Generic::<3, 4>::PARAMETERS, 3 * 9 + 3 + 3 * 4 + 4 * 2 + 2);
    assert!(Generic::<3, 4>::init(&mut typenet::rng(1)).predict(&[[[1.0; 5]; 5]])[0].is_finite());
}

/// The weights of the first layer, drawn for the layers behind it, are those of this initializer.
fn assert_drawn_by<N: Network>(initializer: Initializer) {
    let weights = |network: &N| network.parameters()[N::TENSORS.list()[0].range.clone()].to_vec();
    let [ours, theirs] = [N::init(&mut typenet::rng(4)), N::init_with(initializer, &mut typenet::rng(4))];
    assert_eq!(weights(&ours), weights(&theirs), "{}", N::NAME);
}

#[test]
fn weights_start_as_the_activation_wants_it_behind_layers_that_keep_magnitudes() {
    network!(struct AtOnce = Dense<30, 20>, Relu);
    network!(struct ThroughDropout = Dense<30, 20>, Dropout(0.2), Relu);
    network!(struct ThroughNormalization = Dense<30, 20>, LayerNorm, Relu, Dense<_, 3>, Softmax);
    network!(struct ThroughAll (Image<1, 6, 5>) = Conv2d<_, 4, 3>, Identity, Flatten, Dropout(0.1), LayerNorm, Relu);
    network!(struct IntoResidual = Dense<30, 20>, Residual { Dropout(0.1), Relu });
    for_he::<AtOnce>();
    for_he::<ThroughDropout>();
    for_he::<ThroughNormalization>();
    for_he::<ThroughAll>();
    for_he::<IntoResidual>();
    network!(struct ThroughTanh = Dense<30, 20>, Tanh, Relu);
    network!(struct ThroughDense = Dense<30, 20>, Dense<20, 4>, Relu);
    network!(struct ThroughNothing = Dense<30, 20>, Dropout(0.2));
    assert_drawn_by::<ThroughTanh>(Initializer::GLOROT);
    assert_drawn_by::<ThroughDense>(Initializer::GLOROT);
    assert_drawn_by::<ThroughNothing>(Initializer::GLOROT);
    fn for_he<N: Network>() {
        assert_drawn_by::<N>(Initializer::HE);
    }
}

network! {
    struct Drawn {
        #[init(Zeros)]
        zeros: Dense<4, 4>,
        Tanh,
        #[init(Constant(0.5))]
        halves: Dense<4, 4>,
        Relu,
        #[init(TENTH)]
        tenths: Dense<4, 4>,
        #[init(Initializer::Constant(2.0))]
        twos: Dense<4, 4>,
        #[init(Normal(mean = 100.0, deviation = 1e-3))]
        hundreds: Dense<4, 4>,
        #[init(HeUniform)]
        he: Dense<4, 100>,
        #[init(TruncatedNormal(mean = 1.0, deviation = 0.25))]
        cut: Dense<100, 100>,
        #[init(LeCunUniform)]
        lecun: Dense<100, 3>,
        #[init(LeCunNormal(gain = 1e-6))]
        small: Dense<3, 3>,
        #[init(Orthogonal)]
        wide: Dense<3, 2>,
        #[init(Orthogonal(gain = 2.0))]
        tall: Dense<2, 100>,
        usual: Dense<100, 2>,
    }
}

#[test]
fn initializers_of_single_layers_are_used() {
    let network = Drawn::init(&mut typenet::rng(1));
    assert!(network.zeros.weight.iter().all(|&w| w == 0.0));
    assert!(network.halves.weight.iter().all(|&w| w == 0.5));
    assert!(network.tenths.weight.iter().all(|&w| w == 0.1));
    assert!(network.twos.weight.iter().all(|&w| w == 2.0));
    assert!(network.hundreds.weight.iter().all(|&w| (w - 100.0).abs() < 0.01 && w != 100.0));
    // √(6/4), where Glorot would give √(6/104).
    let largest = network.he.weight.amax();
    assert!(largest > 1.1 && largest <= 1.5_f32.sqrt(), "{largest}");
    assert!(network.cut.weight.iter().all(|&w| (0.5..=1.5).contains(&w)));
    // √(3/100), where He would give √(6/100).
    let largest = network.lecun.weight.amax();
    assert!(largest > 0.16 && largest <= 0.03_f32.sqrt(), "{largest}");
    assert!(network.small.weight.iter().all(|&w| w != 0.0 && w.abs() < 1e-5));
    let (first, second) = (network.wide.weight.row(0), network.wide.weight.row(1));
    assert!(first.dot(&second).abs() < 1e-6 && (first.norm() - 1.0).abs() < 1e-6 && (second.norm() - 1.0).abs() < 1e-6);
    let (first, second) = (network.tall.weight.column(0), network.tall.weight.column(1));
    assert!(first.dot(&second).abs() < 1e-5 && (first.norm() - 2.0).abs() < 1e-5 && (second.norm() - 2.0).abs() < 1e-5);
    assert!(network.usual.weight.amax() <= (6.0_f32 / 102.0).sqrt());
    assert!(network.halves.bias.iter().all(|&b| b == 0.0));
}

network! {
    struct Frozen {
        #[frozen]
        features: Dense<3, 8>,
        Tanh,
        head: Dense<8, 2>,
        Softmax,
    }
}

#[test]
fn frozen_layers_keep_their_bits_while_the_others_learn() {
    let data: Dataset<Vector<3>, Class<2>> =
        Dataset::new(samples::normal::<Vector<3>, f32>(40, 5), samples::classes::<2>(40)).unwrap();
    let mut network = Frozen::init(&mut typenet::rng(2));
    let before = network.clone();
    Trainer::new(Nll, Sgd::new(0.5).momentum(0.9)).epochs(5).fit(&mut network, &data).unwrap();
    assert_eq!(network.features.parameters(), before.features.parameters());
    assert_ne!(network.head.parameters(), before.head.parameters());
    let frozen: Vec<_> = Frozen::TENSORS.list().into_iter().filter(|tensor| tensor.frozen).map(|t| t.name).collect();
    assert_eq!(frozen, ["features.weight", "features.bias"]);
    let summary = Frozen::summary().to_string();
    assert!(summary.contains("features: Dense<3, 8> (frozen)"), "{summary}");
    assert!(summary.contains("50 parameters (200 bytes), 32 of them frozen"), "{summary}");
    assert!(Frozen::summary().dot().to_string().contains(r#"[label="features: Dense<3, 8>\n32 parameters, frozen"]"#));
}

#[test]
fn norms_and_clipping_leave_frozen_layers_out() {
    let mut gradient = Gradient::<Frozen>::zeroed();
    gradient.parameters_mut().fill(2.0);
    // 18 numbers of the head; the 32 of the frozen layer do not count.
    assert!((gradient.norm() - (18.0_f64 * 4.0).sqrt()).abs() < 1e-12);
    gradient.clip_norm(1.0).unwrap();
    assert!((gradient.norm() - 1.0).abs() < 1e-6);
    gradient.clip_value(0.1).unwrap();
    assert!(gradient.head.parameters().iter().all(|&g| g == 0.1));
    assert!(gradient.features.parameters().iter().all(|&g| g == 2.0));
}

const SEVEN: usize = 7;

#[test]
fn the_tile_is_what_the_user_says() {
    network!(#[tile(SEVEN - 2)] struct Five = Dense<3, 4>, Tanh, Dense<4, 2>);
    network!(#[tile(N)] struct Generic<const N: usize> = Dense<N, 4>);
    network!(struct Usual = Dense<3, 4>);
    assert_eq!(Five::TILE, 5);
    assert_eq!(Generic::<9>::TILE, 9);
    assert_eq!(<Five<f64> as Network>::TILE, 5);
    assert_eq!(Usual::TILE, 128);
    // Both stay within their budgets, to the byte.
    network!(#[budget(parameters = 26, workspace = "320 B")] #[tile(5)] struct Tight = Dense<3, 4>, Tanh, Dense<4, 2>);
    network!(#[budget(parameters = N * 4 + 4)] struct TightGeneric<const N: usize> = Dense<N, 4>);
    assert_eq!((Tight::PARAMETERS, 4 * Tight::WORKSPACE_LEN), (26, 320));
    assert_eq!(TightGeneric::<9>::zeroed().predict(&[0.0; 9]), [0.0; 4]);
    let inputs = samples::normal::<Vector<3>, f32>(23, 1);
    let network = Five::init(&mut typenet::rng(1));
    let alone: Vec<_> = inputs.iter().map(|input| network.predict(input)).collect();
    assert_eq!(network.predict_batch(&inputs), alone);
}
