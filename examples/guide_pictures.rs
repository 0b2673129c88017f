//! Redraws the pictures of the guide, `src/guide/pictures`.
//!
//! ```text
//! cargo run --release --features plot --example guide_pictures
//! ```
//!
//! With `-- --check`, it writes nothing and fails if a picture differs from its file.

use std::path::Path;

use nalgebra::SVector;
use typenet::gradient_of;
use typenet::minimize::Descent;
use typenet::plot::{self, Picture, Scale, Surface};
use typenet::prelude::*;
use typenet::{AttentionWeights, Error, History, function, random};

network!(
    struct Classifier = Dense<64, 32>, Tanh, Dense<32, 10>, Softmax
);

network!(
    /// Deep enough for a plateau when steps are too long.
    struct TwoHidden = Dense<64, 32>, Relu, Dense<32, 32>, Relu, Dense<32, 10>, Softmax
);

network!(
    /// Far more parameters than a few hundred samples can determine.
    struct Large = Dense<64, 128>, Relu, Dense<128, 10>, Softmax
);

fn main() -> typenet::Result<()> {
    save("sigmoid", &plot::function("sigm", -6.0..=6.0, function::sigmoid, function::sigmoid_derivative)?)?;
    save("tanh", &plot::function("tanh", -4.0..=4.0, function::tanh, function::tanh_derivative)?)?;
    save("relu", &plot::function("relu", -2.0..=2.0, function::relu, function::relu_derivative)?)?;
    save("early_stopping", &early_stopping()?)?;
    save("initialization", &initialization()?)?;
    save("learning_rate", &learning_rate()?)?;
    save("momentum", &momentum()?)?;
    save("saddle_point", &saddle_point()?)?;
    save("memory", &memory()?)?;
    save("gates", &gates()?)?;
    save("attention", &attention()?)
}

/// Writes a picture in a form that a page can include. With `--check`, compares it with its file instead.
fn save(name: &str, picture: &Picture) -> typenet::Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/guide/pictures").join(name).with_extension("svg");
    let svg = smaller(&picture.to_svg());
    let shown = path.display().to_string();
    if std::env::args().any(|argument| argument == "--check") {
        let is_current = std::fs::read_to_string(&path).is_ok_and(|file| file == svg);
        assert!(
            is_current,
            "{shown} is not what is drawn now: run this example without `--check` and look at the picture"
        );
        return Ok(());
    }
    println!("{shown}: {} bytes", svg.len());
    std::fs::write(path, svg).map_err(|error| Error::File { verb: "write", path: shown, reason: error.to_string() })
}

/// Returns the same picture in fewer bytes, no wider than the page, and without blank lines, which would end the HTML there.
fn smaller(svg: &str) -> String {
    let line = |line: &str| {
        let line = line.replace(" opacity=\"1\"", "").replace("<svg ", "<svg style=\"max-width: 100%; height: auto\" ");
        let Some((front, rest)) = line.split_once("points=\"").filter(|(front, _)| front.starts_with("<polyline"))
        else {
            return line + "\n";
        };
        let (points, back) = rest.split_once('"').unwrap_or((rest, ""));
        let points: Vec<(f64, f64)> = points.split_whitespace().filter_map(point).collect();
        let points: Vec<String> = thinned(&points).iter().map(|(x, y)| format!("{x},{y}")).collect();
        format!("{front}points=\"{}\"{back}\n", points.join(" "))
    };
    svg.lines().filter(|text| !text.trim().is_empty()).map(line).collect()
}

fn point(text: &str) -> Option<(f64, f64)> {
    let (x, y) = text.split_once(',')?;
    Some((x.parse().ok()?, y.parse().ok()?))
}

/// Removes points of a line so that it moves by at most a quarter of a pixel, by the method of Douglas and Peucker.
fn thinned(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    const NEAR: f64 = 1.0; // the drawing has four units per pixel
    let (&[(x0, y0), .., (x1, y1)], true) = (points, points.len() > 2) else {
        return points.to_vec();
    };
    let (dx, dy) = (x1 - x0, y1 - y0);
    let square = dx * dx + dy * dy;
    let off = |&(x, y): &(f64, f64)| {
        // The position of the closest point along the straight line from end to end.
        let along = if square > 0.0 { (((x - x0) * dx + (y - y0) * dy) / square).clamp(0.0, 1.0) } else { 0.0 };
        (x - x0 - along * dx).hypot(y - y0 - along * dy)
    };
    let inside = 1..points.len() - 1;
    let (furthest, distance) =
        inside.map(|i| (i, off(&points[i]))).fold((0, 0.0), |a, b| if b.1 > a.1 { b } else { a });
    if distance <= NEAR {
        return vec![(x0, y0), (x1, y1)];
    }
    let mut thinner = thinned(&points[..=furthest]);
    thinner.extend(&thinned(&points[furthest..])[1..]);
    thinner
}

/// Returns the standardised digits: those for training, and others.
fn digits(share: f64) -> (Dataset<Vector<64>, Class<10>>, Dataset<Vector<64>, Class<10>>) {
    let (train, rest) = datasets::digits().shuffled(&mut typenet::rng(37)).split(share);
    let scaler = Standardizer::fit(train.inputs());
    (scaler.transform(train), scaler.transform(rest))
}

/// Pairs names with histories, as `plot::histories` takes them.
fn named(histories: &[(String, History)]) -> Vec<(&str, &History)> {
    histories.iter().map(|(name, history)| (name.as_str(), history)).collect()
}

fn early_stopping() -> typenet::Result<Picture> {
    let (few, others) = digits(0.15);
    let labels: Vec<usize> = few.targets().iter().map(|class| class.index()).collect();
    // Every fifth digit gets the label of the next one, which is of no use for other digits.
    let wrong = labels.iter().enumerate().map(|(i, &label)| if i % 5 == 0 { (label + 1) % 10 } else { label });
    let few = Dataset::<Vector<64>, Class<10>>::labelled(few.inputs(), wrong)?;
    let mut network = Large::init(&mut typenet::rng(1));
    let mut trainer = Trainer::new(Nll, Adam::new(0.004)).epochs(40).metric(Accuracy).validation(&others);
    plot::history("a fifth of the labels is wrong", &trainer.fit(&mut network, &few)?)
}

fn initialization() -> typenet::Result<Picture> {
    let (train, _) = digits(0.85);
    let initializers = [
        ("zero", Initializer::Zeros),
        ("constant 0.1", Initializer::Constant(0.1)),
        ("N(0, 0.1)", Initializer::Normal { mean: 0.0, deviation: 0.1 }),
        ("Glorot", Initializer::GLOROT),
        ("He", Initializer::HE),
        ("orthogonal", Initializer::Orthogonal { gain: 1.0 }),
        ("N(0, 10)", Initializer::Normal { mean: 0.0, deviation: 10.0 }),
    ];
    let mut histories = Vec::new();
    for (name, initializer) in initializers {
        let mut network = Classifier::init_with(initializer, &mut typenet::rng(1));
        histories.push((name.to_string(), Trainer::new(Nll, Sgd::new(0.1)).epochs(20).fit(&mut network, &train)?));
    }
    plot::histories("what weights start from", &named(&histories), "loss", Scale::Logarithmic)
}

fn learning_rate() -> typenet::Result<Picture> {
    let (train, _) = digits(0.85);
    let mut histories = Vec::new();
    for rate in [0.001, 0.01, 0.1, 1.0, 2.0] {
        let mut network = TwoHidden::init(&mut typenet::rng(1));
        histories
            .push((format!("η = {rate}"), Trainer::new(Nll, Sgd::new(rate)).epochs(30).fit(&mut network, &train)?));
    }
    plot::histories("learning rates", &named(&histories), "loss", Scale::Logarithmic)
}

gradient_of! {
    fn valley([x, y]: Vector<2>) -> Scalar { (x.powi(2) + 100 * y.powi(2)) / 2 }
}

gradient_of! {
    fn saddle([x, y]: Vector<2>) -> Scalar { x.powi(2) - y.powi(2) }
}

/// A function of a point, which writes its gradient.
type Function = fn(&[f64], &mut [f64]) -> f64;

/// Returns the path of an optimizer on a function of two parameters.
fn walk<O: Optimizer>(
    optimizer: O,
    steps: u64,
    mut start: [f64; 2],
    function: Function,
) -> typenet::Result<Vec<[f64; 2]>> {
    let found = Descent::new(optimizer).steps(steps).keep_path().minimize(&mut start, function)?;
    Ok(found.path.iter().map(|place| [place[0], place[1]]).collect())
}

fn momentum() -> typenet::Result<Picture> {
    let surface = Surface::new(-1.5..=4.5, -1.5..=1.5, |point| valley(&point, &mut [0.0; 2]))?;
    let mut paths = Vec::new();
    for gamma in [0.0, 0.6, 0.8, 0.9] {
        let path = walk(Sgd::new(0.003).momentum(gamma), 100, [4.0, 1.0], valley)?;
        paths.push((format!("γ = {gamma}"), path));
    }
    let paths: Vec<_> = paths.iter().map(|(name, path)| (name.as_str(), path.as_slice())).collect();
    plot::paths("100 steps of η = 0.003", &surface, &paths)
}

fn saddle_point() -> typenet::Result<Picture> {
    fn from_the_ridge<O: Optimizer>(optimizer: O) -> typenet::Result<Vec<[f64; 2]>> {
        let path = walk(optimizer, 60, [1.0, 1e-3], saddle)?;
        // Nothing is drawn beyond the edge.
        let end = path.iter().position(|place| place[1] > 1.25).map_or(path.len(), |first| first + 1);
        Ok(path[..end].to_vec())
    }

    let surface = Surface::new(-1.2..=1.2, -0.6..=1.2, |point| saddle(&point, &mut [0.0; 2]))?;
    let eta = 0.05;
    let paths = [
        ("SGD", from_the_ridge(Sgd::new(eta))?),
        ("momentum", from_the_ridge(Sgd::new(eta).momentum(0.9))?),
        ("Nesterov", from_the_ridge(Sgd::new(eta).momentum(0.9).nesterov())?),
        ("Adagrad", from_the_ridge(Adagrad::new(eta))?),
        ("RMSProp", from_the_ridge(RmsProp::new(eta))?),
        ("Adam", from_the_ridge(Adam::new(eta))?),
    ];
    let paths: Vec<_> = paths.iter().map(|(name, path)| (*name, path.as_slice())).collect();
    plot::paths("60 steps of η = 0.05 around a saddle point", &surface, &paths)
}

/// The steps of the sequences that a recurrent unit reads.
const STEPS: usize = 60;

network!(
    struct Unit (Sequence<STEPS, 1>) = rnn: Rnn<1, 1>
);

fn memory() -> typenet::Result<Picture> {
    let mut inputs = [[0.0_f64]; STEPS];
    (inputs[5], inputs[30]) = ([1.0], [-2.0]);
    let states = [0.5, 0.9, 1.5].map(|u| {
        let mut unit = Unit::<f64>::zeroed();
        unit.rnn.weight_ih[0][0][0] = 1.0;
        unit.rnn.weight_hh[0][0][0] = u;
        (format!("u = {u}"), unit.predict(&inputs))
    });
    let mut series = vec![("input", inputs.as_flattened())];
    series.extend(states.iter().map(|(name, states)| (name.as_str(), states.as_flattened())));
    plot::series("the state of a recurrent unit", &series)
}

network!(
    /// Remembers the last value with a mark.
    struct Latch (Sequence<STEPS, 2>) = lstm: Lstm<2, 1>, output: Dense<1, 1>
);

/// Returns sequences of values, some of which have a mark, and the last value with a mark at each step.
fn marked(count: usize) -> typenet::Result<Dataset<Sequence<STEPS, 2>, Sequence<STEPS, 1>, f64>> {
    let mut rng = typenet::rng(37);
    let (mut inputs, mut targets) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let mut last = 0.0;
        let sequence: [[f64; 2]; STEPS] = core::array::from_fn(|_| {
            let value = 2.0 * random::uniform(&mut rng) - 1.0;
            [value, if random::uniform(&mut rng) < 0.1 { 1.0 } else { 0.0 }]
        });
        targets.push(sequence.map(|[value, mark]| {
            last = if mark > 0.0 { value } else { last };
            [last]
        }));
        inputs.push(sequence);
    }
    Dataset::new(inputs, targets)
}

fn gates() -> typenet::Result<Picture> {
    let data = marked(400)?;
    let mut latch = Latch::<f64>::init(&mut typenet::rng(2));
    Trainer::new(MeanSquaredError, Adam::new(0.03)).epochs(40).batch_size(16).fit(&mut latch, &data)?;
    let (inputs, targets) = (&data.inputs()[0], &data.targets()[0]);
    let states = *latch.activations(inputs).lstm;
    let lstm = &latch.lstm;
    let gate = |gate: usize| {
        let value = |step: usize| {
            let before = if step > 0 { states[step - 1][0] } else { 0.0 };
            let products = [(0, inputs[step][0]), (1, inputs[step][1])].map(|(n, x)| lstm.weight_ih[n][gate][0] * x);
            let biases = lstm.bias_ih[gate][0] + lstm.bias_hh[gate][0];
            function::sigmoid(products.iter().sum::<f64>() + lstm.weight_hh[0][gate][0] * before + biases)
        };
        core::array::from_fn::<f64, STEPS, _>(value)
    };
    let (taken, kept, given) = (gate(0), gate(1), latch.predict(inputs));
    let series = [
        ("last value with a mark", targets.as_flattened()),
        ("output", given.as_flattened()),
        ("i, what is taken in", &taken),
        ("f, what is kept", &kept),
    ];
    plot::series("a cell that learned to remember", &series)
}

/// Letters, a bar, and the same letters but the last.
const COPIED: usize = 12;

network!(
    /// A causal block of one head.
    struct Copier (Tokens<COPIED, 8>) = Embedding<_, 16>, positions: PositionEmbedding,
        attend: Residual { norm: LayerNorm, attention: SelfAttention<1>(causal = true) },
        LayerNorm, Dense<_, 8>, Softmax
);

/// Returns sequences of six letters to copy. Targets are the letters after the bar.
fn copies(count: usize) -> typenet::Result<Dataset<Tokens<COPIED, 8>, [Option<Class<8>>; COPIED]>> {
    let mut rng = typenet::rng(37);
    let (mut inputs, mut targets) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let letters: [usize; 6] = core::array::from_fn(|_| random::below(&mut rng, 7));
        inputs.push(Tokens::sample(core::array::from_fn::<_, COPIED, _>(|step| match step {
            0..6 => letters[step],
            6 => 7,
            _ => letters[step - 7],
        }))?);
        let class = |step: usize| Class::new(letters[step - 6]).ok();
        targets.push(core::array::from_fn(|step| if step < 6 { None } else { class(step) }));
    }
    Dataset::new(inputs, targets)
}

/// Returns how much each step of a causal head looks at each other one: a[t, s] = softmax over s of (q[t] · k[s] / √N).
fn attention_weights<const L: usize, const N: usize>(
    attention: &AttentionWeights<N>,
    steps: &[[f32; N]; L],
) -> [[f32; L]; L] {
    let project = |step: &[f32; N], which: usize| {
        let products = step.iter().zip(&attention.in_proj_weight).map(|(&x, weights)| weights[which] * x);
        products.sum::<SVector<f32, N>>() + attention.in_proj_bias[which]
    };
    let (queries, keys) = (steps.map(|step| project(&step, 0)), steps.map(|step| project(&step, 1)));
    core::array::from_fn(|t| {
        let score = |s: usize| if s <= t { (queries[t].dot(&keys[s]) / (N as f32).sqrt()).exp() } else { 0.0 };
        let scores: [f32; L] = core::array::from_fn(score);
        scores.map(|score| score / scores.iter().sum::<f32>())
    })
}

fn attention() -> typenet::Result<Picture> {
    let data = copies(600)?;
    let mut copier = Copier::init(&mut typenet::rng(1));
    Trainer::new(Masked(Nll), Adam::new(0.01)).epochs(30).batch_size(16).fit(&mut copier, &data)?;
    assert!(copier.measure(&data, Masked(Accuracy)) > 0.99);
    // Six different letters are easiest to tell apart.
    let differ = |read: &&[Token<8>; COPIED]| (0..6).all(|step| !read[..step].contains(&read[step]));
    let read = data.inputs().iter().find(differ).expect("one of 600 samples has six different letters");
    let normalized = copier.attend.activations(&*copier.activations(read).positions).norm;
    let weights = attention_weights(&copier.attend.attention, &normalized);
    let names = read.map(|token| ["a", "b", "c", "d", "e", "f", "g", "|"][token.index()]);
    plot::attention("a network that copies letters", &weights, Some(&names))
}
