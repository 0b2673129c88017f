//! Weights, filters and feature maps as images.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use nalgebra::SMatrix;

use crate::error::{Error, Result};
use crate::layer::Filters;
use crate::plot::canvas::{Anchor, Canvas, SMALL, Stroke, TITLE, draw};
use crate::plot::color::{BLACK, GREY, diverging};
use crate::plot::picture::Picture;
use crate::plot::pixels::{image, require_finite};
use crate::readable::Significant;
use crate::scalar::Scalar;

/// Draws the weights of each neuron as an image: vermillion for positive weights, blue for negative weights, and white for
/// zero. All images have the same scale, which is symmetric about zero.
///
/// `size` is the number of rows and columns of the image that the inputs of the layer form, such as `(8, 8)` for digits.
///
/// # Errors
/// [`Error::Setting`] if rows times columns are not equal to the number of inputs; [`Error::NonFiniteData`], which names the
/// neuron and the input, if a weight is not finite; [`Error::NothingToDraw`] if the layer has no neurons or inputs.
///
/// # Example
/// ```
/// use typenet::plot;
/// use typenet::prelude::*;
///
/// network!(struct Classifier = hidden: Dense<64, 12>, Tanh, output: Dense<12, 10>, Softmax);
/// let network = Classifier::init(&mut typenet::rng(1));
/// let picture = plot::weights("weights at the start", &network.hidden.weight, (8, 8))?;
///
/// let path = std::env::temp_dir().join("typenet-weights.png");
/// picture.save(&path)?;
/// # std::fs::remove_file(path).unwrap();
///
/// let error = plot::weights("wrong", &network.hidden.weight, (8, 9)).unwrap_err();
/// assert_eq!(error.to_string(), "the number of pixels is 72, but must be equal to the number of inputs");
/// # Ok::<(), typenet::Error>(())
/// ```
pub fn weights<T: Scalar, const N: usize, const H: usize>(
    title: &str,
    weight: &SMatrix<T, H, N>,
    size: (usize, usize),
) -> Result<Picture> {
    let pixels = size.0.saturating_mul(size.1);
    if pixels != N {
        let value = pixels as f64;
        return Err(Error::Setting { name: "number of pixels", value, allowed: "equal to the number of inputs" });
    }
    if N == 0 || H == 0 {
        return Err(Error::NothingToDraw { reason: "the layer has no weights" });
    }
    let neurons: Vec<Vec<f64>> =
        weight.row_iter().map(|row| row.iter().map(|weight| weight.to_f64()).collect()).collect();
    for (neuron, weights) in neurons.iter().enumerate() {
        require_finite("weight of neuron", neuron, weights)?;
    }
    let images: Vec<_> =
        neurons.into_iter().enumerate().map(|(neuron, weights)| (format!("{neuron}"), weights)).collect();
    Ok(drawn(title, &images, None, size))
}

/// Draws each filter of a convolution as images, one per input channel, with the colours of [`weights`]. A row shows one input
/// channel of up to 16 filters.
///
/// # Errors
/// [`Error::NonFiniteData`], which names the filter and the position, if a weight is not finite; [`Error::NothingToDraw`] if
/// there are no weights.
///
/// # Example
/// ```
/// use typenet::plot;
/// use typenet::prelude::*;
///
/// network!(struct Features (Image<1, 8, 8>) = conv: Conv2d<_, 4, 3>, Relu);
/// let network = Features::init(&mut typenet::rng(1));
/// let picture = plot::filters("filters at the start", &network.conv)?;
///
/// let path = std::env::temp_dir().join("typenet-filters.png");
/// picture.save(&path)?;
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), typenet::Error>(())
/// ```
pub fn filters<T: Scalar, const CI: usize, const CO: usize, const KH: usize, const KW: usize, const B: usize>(
    title: &str,
    filters: &Filters<CI, CO, KH, KW, T, B>,
) -> Result<Picture> {
    const TOGETHER: usize = 16;
    if CI * CO * KH * KW == 0 {
        return Err(Error::NothingToDraw { reason: "the convolution has no weights" });
    }
    let of = |filter: usize, channel: usize| -> Vec<f64> {
        filters.weight[channel].as_flattened().iter().map(|weights| weights[filter].to_f64()).collect()
    };
    let mut images = Vec::new();
    for first in (0..CO).step_by(TOGETHER) {
        for channel in 0..CI {
            for filter in first..CO.min(first + TOGETHER) {
                let values = of(filter, channel);
                require_finite("weight of filter", filter, &values)?;
                images.push((if CI == 1 { format!("{filter}") } else { format!("{filter}, {channel}") }, values));
            }
        }
    }
    Ok(drawn(title, &images, (CI > 1).then_some(CO.min(TOGETHER)), (KH, KW)))
}

/// Draws each channel of an image, such as a feature map, the output of a convolution: vermillion for positive elements, blue
/// for negative elements, and white for zero. All channels have the same scale, which is symmetric about zero.
///
/// # Errors
/// [`Error::NonFiniteData`], which names the channel and the position, if an element is not finite; [`Error::NothingToDraw`] if
/// there are no elements.
///
/// # Example
/// What a network computes for an image, layer by layer.
/// ```
/// use typenet::plot;
/// use typenet::prelude::*;
///
/// network!(struct Features (Image<1, 8, 8>) = conv: Conv2d<_, 4, 3>, relu: Relu);
/// let network = Features::init(&mut typenet::rng(1));
/// let activations = network.activations(&[[[0.5; 8]; 8]]);
/// let picture = plot::channels("after the convolution", &activations.conv)?;
///
/// let path = std::env::temp_dir().join("typenet-channels.png");
/// picture.save(&path)?;
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), typenet::Error>(())
/// ```
pub fn channels<T: Scalar, const C: usize, const H: usize, const W: usize>(
    title: &str,
    image: &[[[T; W]; H]; C],
) -> Result<Picture> {
    if C * H * W == 0 {
        return Err(Error::NothingToDraw { reason: "the image has no elements" });
    }
    let mut images = Vec::new();
    for (channel, rows) in image.iter().enumerate() {
        let values: Vec<f64> = rows.as_flattened().iter().map(|value| value.to_f64()).collect();
        require_finite("channel", channel, &values)?;
        images.push((format!("{channel}"), values));
    }
    Ok(drawn(title, &images, None, (H, W)))
}

/// Draws images of equal size with their titles, in rows of `per_row`, or in a rectangle if that is not set.
fn drawn(title: &str, images: &[(String, Vec<f64>)], per_row: Option<usize>, size: (usize, usize)) -> Picture {
    let largest = images.iter().flat_map(|(_, values)| values).fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let columns =
        per_row.map_or_else(|| libm::ceil(libm::sqrt(1.6 * images.len() as f64)).max(2.0), |columns| columns as f64);
    let rows = libm::ceil(images.len() as f64 / columns);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a hundred pixels for an image")]
    let picture = ((columns * TILE + 136.0).max(336.0) as u32, (TITLE + (rows * TILE).max(190.0) + 20.0) as u32);
    draw(title, picture, |canvas| {
        for (index, (name, values)) in images.iter().enumerate() {
            let (row, column) = (libm::floor(index as f64 / columns), index as f64 % columns);
            let corner = (20.0 + TILE * column, TITLE + TILE * row);
            canvas.text(name, (corner.0, corner.1 + 8.0), SMALL - 1.0, GREY, Anchor::Left);
            let color = |index: usize| diverging(if largest > 0.0 { values[index] / largest } else { 0.0 });
            image(canvas, (corner.0, corner.1 + 16.0), TILE - 24.0, size, color);
        }
        bar(canvas, (canvas.width - 100.0, TITLE + 16.0), largest);
    })
}

/// The side of the square for one image, with its margins.
const TILE: f64 = 92.0;

/// Draws the colour bar.
fn bar(canvas: &Canvas<'_>, (x, top): (f64, f64), largest: f64) {
    const HEIGHT: f64 = 160.0;
    const STEPS: u32 = 80;
    for step in 0..STEPS {
        let value = 1.0 - 2.0 * (f64::from(step) + 0.5) / f64::from(STEPS);
        let y = top + HEIGHT * f64::from(step) / f64::from(STEPS);
        canvas.rect((x, y), (14.0, HEIGHT / f64::from(STEPS) + 0.25), diverging(value));
    }
    canvas.frame((x, top), (14.0, HEIGHT), Stroke::new(GREY, 1.0));
    let ends = [(0.0, "+"), (1.0, "−")].map(|(place, sign)| (place, format!("{sign}{}", Significant(largest))));
    // If all weights are 0, there is a single label.
    let ends = ends.into_iter().filter(|_| largest > 0.0);
    for (place, text) in ends.chain([(0.5, "0".into())]) {
        canvas.text(&text.replace('-', "−"), (x + 20.0, top + HEIGHT * place), SMALL - 1.0, BLACK, Anchor::Left);
    }
}
