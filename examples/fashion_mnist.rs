//! Trains three networks on Fashion-MNIST, 70,000 images of clothing: one of dense layers, LeNet-5, and a small residual network.
//!
//! ```text
//! scripts/fashion_mnist
//! cargo run --release --features idx,rayon --example fashion_mnist -- lenet
//! ```
//! The argument is `dense`, `lenet` or `residual`. Without the feature `rayon`, one thread trains. With the feature `plot`,
//! `lenet` also draws its filters, its feature maps and a saliency.

#[cfg(feature = "plot")]
use std::path::Path;

use typenet::Result;
use typenet::augment;
use typenet::prelude::*;
use typenet::schedule::Cosine;

const BATCH: usize = 64;

type Data = Dataset<Image<1, 28, 28>, Class<10>>;

network! {
    /// Two hidden layers.
    pub struct Layers (Image<1, 28, 28>) -> Probabilities<10> {
        Flatten,
        Dense<_, 256>, Relu,
        Dense<_, 128>, Relu,
        Dense<_, 10>, Softmax,
    }
}

network! {
    /// Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-based learning applied to document recognition", 1998, with
    /// rectified linear units and maxima.
    pub struct LeNet (Image<1, 28, 28>) -> Probabilities<10> {
        conv1: Conv2d<_, 6, 5>, Relu, MaxPool2d<2>,
        conv2: Conv2d<_, 16, 5>, Relu, MaxPool2d<2>,
        Flatten,
        Dense<_, 120>, Relu,
        Dense<_, 84>, Relu,
        Dense<_, 10>, Softmax,
    }
}

network! {
    /// K. He, X. Zhang, S. Ren and J. Sun, "Deep residual learning for image recognition", 2016, with three blocks and group
    /// normalization.
    pub struct Residuals (Image<1, 28, 28>) -> Probabilities<10> {
        Conv2d<_, 16, 3>(padding = Same), GroupNorm<4>, Relu, MaxPool2d<2>,
        Residual {
            Conv2d<_, 16, 3>(padding = Same), GroupNorm<4>, Relu, Conv2d<_, 16, 3>(padding = Same), GroupNorm<4>,
        },
        Relu,
        Residual(Conv2d<_, 32, 1>(stride = 2)) {
            Conv2d<_, 32, 3>(2, 1), GroupNorm<8>, Relu, Conv2d<_, 32, 3>(padding = Same), GroupNorm<8>,
        },
        Relu,
        Residual {
            Conv2d<_, 32, 3>(padding = Same), GroupNorm<8>, Relu, Conv2d<_, 32, 3>(padding = Same), GroupNorm<8>,
        },
        Relu,
        GlobalAvgPool2d,
        Dense<_, 10>, Softmax,
    }
}

fn main() -> Result<()> {
    let which = std::env::args().nth(1).unwrap_or_else(|| "lenet".to_owned());
    let (train, test) = datasets::fashion_mnist()?;
    println!("{} training images, {} test images", train.len(), test.len());
    match &*which {
        "dense" => drop(run::<Layers>(&train, &test, 12, None)?),
        "lenet" => {
            let network = run::<LeNet>(&train, &test, 15, Some(0))?;
            #[cfg(feature = "plot")]
            draw(&network, &test)?;
            drop(network);
        }
        "residual" => drop(run::<Residuals>(&train, &test, 12, Some(0))?),
        other => {
            eprintln!("unknown network `{other}`: expected `dense`, `lenet` or `residual`");
            std::process::exit(2);
        }
    }
    Ok(())
}

/// The array of one image.
type Pixels = [[[f32; 28]; 28]; 1];

/// Trains a network and evaluates it on the test images. If `shift` is set, each image is mirrored with probability 1/2 and
/// shifted by up to so many pixels whenever it is used.
fn run<N>(train: &Data, test: &Data, epochs: usize, shift: Option<usize>) -> Result<Box<N>>
where
    N: Network<Scalar = f32, Input = Image<1, 28, 28>, Output = Probabilities<10>>,
{
    println!("\n{}\n", N::summary());
    let mut network = N::init(&mut typenet::rng(37));
    let mut images = train.augmented(|image: &mut Pixels, rng| {
        if let Some(most) = shift {
            augment::flip(image, rng);
            augment::shift(image, most, rng);
        }
    });
    let steps = epochs * train.len().div_ceil(BATCH);
    Trainer::new(Nll, AdamW::new(2e-3, 1e-2))
        .schedule(Cosine::new(steps as u64))
        .epochs(epochs)
        .batch_size(BATCH)
        .metric(Accuracy)
        .callback(Progress::lines())
        .fit_batches(&mut network, &mut images)?;
    println!("\non {} test images: {}", test.len(), network.evaluate(test, &Nll));
    Ok(network)
}

/// Draws the filters of the first convolution, the feature maps of the first test image, and which of its pixels raise the
/// score of its class.
#[cfg(feature = "plot")]
fn draw(network: &LeNet, test: &Data) -> Result<()> {
    use typenet::plot;

    let (image, class) = (&test.inputs()[0], test.targets()[0]);
    let activations = network.activations(image);
    let mut grad_logits = [0.0; 10];
    grad_logits[class.index()] = 1.0;
    let saliency = network.input_gradient(image, &grad_logits);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target");
    for (name, picture) in [
        ("filters", plot::filters("filters of the first convolution", &network.conv1)?),
        ("features", plot::channels("feature maps of the first convolution", &activations.conv1)?),
        ("saliency", plot::channels("pixels that raise the score of the class", &saliency)?),
    ] {
        let path = folder.join(format!("fashion_mnist_{name}.png"));
        picture.save(&path)?;
        println!("wrote {}", path.display());
    }
    Ok(())
}
