//! Weights of samples and of classes: against Keras, against samples listed several times, and against no weights at all.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small numbers of samples and draws")]

use serde_json::Value;
use typenet::loss::Admits;
use typenet::prelude::*;
use typenet::target::Weighted;
use typenet::{Classification, Error, random};

network!(struct Classifier = Dense<4, 6>, Tanh, Dense<6, 3>, Softmax);
network!(struct Regressor = Dense<4, 6>, Tanh, Dense<6, 2>);
network!(struct Scores = Dense<3, 3>);

type Labelled = Dataset<Vector<4>, Class<3>, f64>;
type Values = Dataset<Vector<4>, Vector<2>, f64>;

const SAMPLES: usize = 100;

fn normal<const N: usize>(count: usize, seed: u64) -> Vec<[f64; N]> {
    let mut rng = typenet::rng(seed);
    (0..count).map(|_| std::array::from_fn(|_| random::normal(&mut rng))).collect()
}

fn labelled() -> Labelled {
    Dataset::labelled(normal::<4>(SAMPLES, 1), (0..SAMPLES).map(|sample| sample * 7 % 5 % 3)).unwrap()
}

fn values() -> Values {
    Dataset::new(normal(SAMPLES, 2), normal(SAMPLES, 3)).unwrap()
}

/// 0, 1, 2, 0, 1, 2, ..
fn counts() -> impl Iterator<Item = usize> {
    (0..SAMPLES).map(|sample| sample % 3)
}

fn weights() -> Vec<f64> {
    counts().map(|count| count as f64).collect()
}

/// Every sample as often as it counts.
fn repeated<Y: typenet::Target>(data: &Dataset<Vector<4>, Y, f64>) -> Dataset<Vector<4>, Y, f64> {
    let indices: Vec<usize> = counts().enumerate().flat_map(|(sample, count)| vec![sample; count]).collect();
    let (mut inputs, mut targets) = (Vec::new(), Vec::new());
    data.gather(&indices, &mut inputs, &mut targets);
    Dataset::new(inputs, targets).unwrap()
}

/// Loss and gradient of one batch.
fn pass<N, X, Y, L>(network: &N, data: &Dataset<X, Y, N::Scalar>, loss: &L) -> (N::Scalar, Vec<N::Scalar>)
where
    N: Network,
    X: typenet::network::FitsInput<N::Input>,
    Y: typenet::network::FitsTarget<L::Target>,
    L: Loss<N::Output, Takes: Admits<N::Head>>,
{
    let (mut workspace, mut gradient) = (Workspace::new(), Gradient::zeroed());
    let (inputs, targets) = (X::arrays(data.inputs()), Y::values(data.targets()));
    let value = network.gradient(inputs, targets, loss, &Pass::training(0, 0), &mut workspace, &mut gradient).unwrap();
    (value, gradient.parameters().to_vec())
}

fn assert_near(ours: &[f64], theirs: &[f64], tolerance: f64) {
    assert_eq!(ours.len(), theirs.len());
    for (a, b) in ours.iter().zip(theirs) {
        assert!((a - b).abs() <= tolerance * b.abs().max(1.0), "{a} and {b}");
    }
}

/// The losses of three epochs, and the parameters after them.
fn run<Y, L>(loss: L, data: &Dataset<Vector<4>, Y, f64>) -> (Vec<f64>, Vec<f64>)
where
    Y: typenet::network::FitsTarget<L::Target>,
    L: Loss<Probabilities<3>, Target: typenet::metric::Measured>,
{
    let mut network = Classifier::<f64>::init(&mut typenet::rng(1));
    let mut trainer = Trainer::new(loss, Adam::new(0.01)).epochs(3).batch_size(7).accumulate(2).seed(5);
    let history = trainer.fit(&mut network, data).unwrap();
    (history["loss"].to_vec(), network.parameters().to_vec())
}

#[test]
fn weights_of_one_change_no_bit_of_a_run() {
    let plain = run(Nll, &labelled());
    assert_eq!(run(SampleWeights(Nll), &labelled().weighted([1.0; SAMPLES]).unwrap()), plain);
    assert_eq!(run(ClassWeights::new(Nll, [1.0; 3]).unwrap(), &labelled()), plain);

    let network = Regressor::<f64>::init(&mut typenet::rng(1));
    let data = values().weighted([1.0; SAMPLES]).unwrap();
    assert_eq!(pass(&*network, &data, &SampleWeights(MeanSquaredError)), pass(&*network, &values(), &MeanSquaredError));
}

#[test]
fn a_weight_is_the_number_of_times_that_a_sample_is_listed() {
    // The means are over other numbers of samples.
    let share = counts().sum::<usize>() as f64 / SAMPLES as f64;
    let check = |(weighted, gradient): (f64, Vec<f64>), (listed, other): (f64, Vec<f64>)| {
        assert_near(&[weighted], &[listed * share], 1e-13);
        assert_near(&gradient, &other.iter().map(|g| g * share).collect::<Vec<_>>(), 1e-13);
    };
    let network = Classifier::<f64>::init(&mut typenet::rng(1));
    let data = labelled().weighted(weights()).unwrap();
    check(pass(&*network, &data, &SampleWeights(Nll)), pass(&*network, &repeated(&labelled()), &Nll));

    let network = Regressor::<f64>::init(&mut typenet::rng(1));
    let data = values().weighted(weights()).unwrap();
    check(
        pass(&*network, &data, &SampleWeights(MeanSquaredError)),
        pass(&*network, &repeated(&values()), &MeanSquaredError),
    );
}

#[test]
fn weights_of_classes_are_those_of_their_samples() {
    let class_weights = [0.5, 4.0, 1.25];
    let network = Classifier::<f64>::init(&mut typenet::rng(1));
    let own: Vec<f64> = labelled().targets().iter().map(|class| class_weights[class.index()]).collect();
    let by_class = ClassWeights::new(Nll, class_weights).unwrap();
    let data = labelled().weighted(own).unwrap();
    assert_eq!(pass(&*network, &labelled(), &by_class), pass(&*network, &data, &SampleWeights(Nll)));
    // Both at once multiply.
    let both = pass(&*network, &labelled().weighted([2.0; SAMPLES]).unwrap(), &SampleWeights(by_class));
    assert_near(&both.1, &pass(&*network, &labelled(), &by_class).1.iter().map(|g| 2.0 * g).collect::<Vec<_>>(), 1e-14);
}

#[test]
fn weighted_gradients_match_the_stencil() {
    let mut network = Classifier::<f64>::init(&mut typenet::rng(1));
    let (labelled, loss) = (labelled().weighted(weights()).unwrap(), SampleWeights(Nll));
    let (_, gradient) = pass(&*network, &labelled, &loss);
    let h = 1e-3;
    let mut slopes = Vec::new();
    for index in 0..gradient.len() {
        let start = network.parameters()[index];
        let mut at = |offset: f64| {
            network.parameters_mut()[index] = start + offset;
            network.evaluate(&labelled, &loss).loss
        };
        slopes.push((8.0 * (at(h) - at(-h)) - (at(2.0 * h) - at(-2.0 * h))) / (12.0 * h));
        network.parameters_mut()[index] = start;
    }
    assert_near(&gradient, &slopes, 1e-9);
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().map_or_else(|| vec![value.as_f64().unwrap()], |items| items.iter().flat_map(numbers).collect())
}

#[test]
fn weighted_losses_agree_with_keras() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("reference/weighted.json");
    let recorded: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let rows = |key: &str| numbers(&recorded[key]).as_chunks::<3>().0.to_vec();
    let labels: Vec<usize> =
        recorded["labels"].as_array().unwrap().iter().map(|label| label.as_u64().unwrap() as usize).collect();

    // The identity: the gradient of the bias is the sum of those of the logits.
    let mut scores = Scores::<f64>::zeroed();
    for k in 0..3 {
        scores.dense.weight[(k, k)] = 1.0;
    }
    let classes = Dataset::<Vector<3>, Class<3>, f64>::labelled(rows("logits"), labels).unwrap();
    let targets = Dataset::<Vector<3>, Vector<3>, f64>::new(rows("logits"), rows("targets")).unwrap();
    let weights = numbers(&recorded["weights"]);
    let class_weights: [f64; 3] = numbers(&recorded["class_weights"]).try_into().unwrap();
    let bias = |(loss, gradient): (f64, Vec<f64>)| (loss, gradient[9..].to_vec());
    for (key, (loss, gradient)) in [
        (
            "cross_entropy_of_weighted_samples",
            bias(pass(&*scores, &classes.clone().weighted(weights.clone()).unwrap(), &SampleWeights(CrossEntropy))),
        ),
        (
            "mean_squared_error_of_weighted_samples",
            bias(pass(&*scores, &targets.weighted(weights).unwrap(), &SampleWeights(MeanSquaredError))),
        ),
        (
            "cross_entropy_of_weighted_classes",
            bias(pass(&*scores, &classes, &ClassWeights::new(CrossEntropy, class_weights).unwrap())),
        ),
    ] {
        assert_near(&[loss], &numbers(&recorded[key]["loss"]), 1e-12);
        let mut sums = [0.0; 3];
        for row in numbers(&recorded[key]["gradient"]).as_chunks::<3>().0 {
            row.iter().zip(&mut sums).for_each(|(g, sum)| *sum += g);
        }
        assert_near(&gradient, &sums, 1e-12);
    }
}

/// Values of `torch.nn.functional.binary_cross_entropy_with_logits(z, t, pos_weight=torch.tensor(3.0))` of PyTorch in float64.
#[test]
fn a_positive_weight_agrees_with_pytorch_and_with_differences() {
    network!(struct Answers = Dense<2, 2>);
    let inputs = vec![[1.5, -2.0], [0.25, 0.5], [-40.0, 40.0]];
    let data = Dataset::<Vector<2>, Vector<2>, f64>::new(inputs, vec![[1.0, 0.0], [0.0, 1.0], [1.0, 0.25]]).unwrap();
    let mut network = Answers::<f64>::zeroed();
    network.dense.weight.fill_with_identity();
    let loss = BinaryCrossEntropy.positive_weight(3.0).unwrap();
    let (value, gradient) = pass(&*network, &data, &loss);
    assert_near(&[value], &[25.496_556_369_568_4], 1e-14);
    // The gradients of the weights by outputs are sums over the samples of x_j dl/dz_i; the last two are those of the biases.
    assert_near(&gradient[4..], &[-0.497_516_678_422_211_8, -0.043_903_180_728_719_74], 1e-14);
    let h = 1e-3;
    for (index, &gradient) in gradient.iter().enumerate() {
        let start = network.parameters()[index];
        let mut at = |offset: f64| {
            network.parameters_mut()[index] = start + offset;
            network.evaluate(&data, &loss).loss
        };
        let slope = (8.0 * (at(h) - at(-h)) - (at(2.0 * h) - at(-2.0 * h))) / (12.0 * h);
        network.parameters_mut()[index] = start;
        assert_near(&[gradient], &[slope], 1e-9);
    }
    // Without weights, it is the loss itself.
    let plain = network.evaluate(&data, &BinaryCrossEntropy.positive_weight(1.0).unwrap()).loss;
    assert_near(&[plain], &[network.evaluate(&data, &BinaryCrossEntropy).loss], 1e-15);
}

#[test]
fn weights_stay_with_their_samples() {
    // The weight of a sample is its input.
    let inputs: Vec<[f32; 1]> = (0_u8..50).map(|i| [f32::from(i)]).collect();
    let weights: Vec<f32> = inputs.iter().map(|input| input[0]).collect();
    let data: Dataset<Vector<1>, Class<2>> = Dataset::labelled(inputs, (0..50).map(|i| i % 2)).unwrap();
    let belong = |data: &Dataset<Vector<1>, Weighted<Class<2>>>| {
        data.inputs().iter().zip(data.targets()).all(|(input, target)| input[0] == target.weight())
    };
    let (first, second) = data.clone().weighted(weights).unwrap().shuffled(&mut typenet::rng(3)).split(0.3);
    assert!(belong(&first) && belong(&second));
    assert_ne!(first.inputs(), &data.inputs()[..15]);
    assert_eq!(first.unweighted().len() + second.unweighted().len(), 50);
}

#[test]
fn accuracy_counts_every_sample_alike_and_plain_sets_can_validate() {
    let data = labelled();
    let network = Classifier::<f64>::init(&mut typenet::rng(1));
    let plain = network.evaluate(&data, &Nll);
    let weighted: Classification =
        network.evaluate(&data.clone().weighted([3.0; SAMPLES]).unwrap(), &SampleWeights(Nll));
    assert_eq!(weighted.accuracy, plain.accuracy);
    assert_near(&[weighted.loss], &[3.0 * plain.loss], 1e-14);

    let validation = data.clone().weighted([1.0; SAMPLES]).unwrap();
    let mut network = Classifier::<f64>::init(&mut typenet::rng(1));
    let history = Trainer::new(SampleWeights(Nll), Sgd::new(0.1))
        .validation(&validation)
        .fit(&mut network, &data.clone().weighted(weights()).unwrap())
        .unwrap();
    let measured = network.evaluate(&data, &Nll);
    assert_near(&history["val_loss"], &[measured.loss], 1e-14);
    assert_eq!(history["val_accuracy"], [measured.accuracy]);
}

#[test]
fn weights_out_of_range_are_named() {
    let refused = |weights: [f64; 3]| {
        let data: Dataset<Vector<1>, Class<2>, f64> = Dataset::labelled([[0.0], [1.0], [2.0]], [0, 1, 0]).unwrap();
        let of_samples = data.weighted(weights).map(|_| ()).unwrap_err();
        let of_classes = ClassWeights::new(Nll, weights).map(|_| ()).unwrap_err();
        [of_samples.to_string(), of_classes.to_string()]
    };
    for (value, text) in [(-1.0, "-1"), (f64::NAN, "NaN"), (f64::INFINITY, "inf")] {
        let rest = format!("is {text}, but must be a finite number of at least 0");
        let expected = ["sample", "class"].map(|what| format!("the weight of {what} 1 {rest}"));
        assert_eq!(refused([1.0, value, -5.0]), expected);
    }
    let expected = ["sample", "class"].map(|what| format!("every {what} has weight 0: nothing would be learned"));
    assert_eq!(refused([0.0; 3]), expected);

    let data: Dataset<Vector<1>, Class<3>, f64> = Dataset::labelled([[0.0], [1.0]], [0, 2]).unwrap();
    assert_eq!(
        data.balanced_class_weights().unwrap_err().to_string(),
        "class 1 has no samples, so no weight can balance it with the other classes"
    );
    assert_eq!(data.weighted([1.0]).unwrap_err().to_string(), "there are 2 samples but 1 weights");
    assert!(matches!(
        typenet::target::WeightedValue::new([1.0], -1.0_f32),
        Err(Error::WeightOutOfRange { what: "sample", position: None, .. })
    ));
}

#[test]
fn balanced_weights_give_every_class_the_same_sum() {
    let data = labelled();
    let weights = data.balanced_class_weights().unwrap();
    let mut sums = [0.0; 3];
    data.targets().iter().for_each(|class| sums[class.index()] += weights[class.index()]);
    assert_near(&sums, &[SAMPLES as f64 / 3.0; 3], 1e-13);
}
