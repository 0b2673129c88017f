//! Images with the predictions of a network.

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use crate::error::{Error, Result};
use crate::metric::argmax;
use crate::plot::canvas::{Anchor, Canvas, Key, NORMAL, Point, SMALL, TITLE, draw};
use crate::plot::color::{BLACK, Color, GREEN, GREY, LIGHT, VERMILLION, WHITE, between};
use crate::plot::picture::Picture;
use crate::plot::pixels::{Pixels, image, require_finite};
use crate::readable::Percent;
use crate::scalar::Scalar;
use crate::target::Class;

/// Draws images and their predicted probabilities as bars. The bar of the target class is green. If another bar is higher, that
/// one is vermillion.
///
/// The smallest value of an image is white and the largest black. Show inputs as they were before standardization. With more
/// than 12 classes, the 12 most probable are shown. The images are in a grid of up to four columns.
///
/// # Errors
/// [`Error::NothingToDraw`] if there are no images; [`Error::CountMismatch`] if the number of probabilities or classes differs
/// from that of images; [`Error::NonFiniteData`], which names the image and the position, if a value is not finite.
///
/// # Example
/// ```
/// use typenet::plot;
/// use typenet::prelude::*;
///
/// network!(struct Classifier = Dense<64, 10>, Softmax);
/// let digits = datasets::digits();
/// let network = Classifier::init(&mut typenet::rng(1));
/// let inputs = &digits.inputs()[..6];
/// let picture = plot::predictions("untrained", inputs, &network.predict_batch(inputs), &digits.targets()[..6])?;
/// assert!(picture.to_svg().contains("target 5"));
///
/// let path = std::env::temp_dir().join("typenet-predictions.png");
/// picture.save(&path)?;
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), typenet::Error>(())
/// ```
pub fn predictions<I: Pixels, T: Scalar, const K: usize>(
    title: &str,
    images: &[I],
    probabilities: &[[T; K]],
    targets: &[Class<K>],
) -> Result<Picture> {
    for (second, second_count) in [("probabilities", probabilities.len()), ("classes", targets.len())] {
        if images.len() != second_count {
            let first_count = images.len();
            return Err(Error::CountMismatch { first: "images", first_count, second, second_count });
        }
    }
    let mut cards = Vec::with_capacity(images.len());
    for (sample, ((image, probabilities), target)) in images.iter().zip(probabilities).zip(targets).enumerate() {
        let pixels = image.pixels();
        require_finite("image", sample, &pixels)?;
        let shares: Vec<f64> = probabilities.iter().map(|share| share.to_f64()).collect();
        require_finite("probability", sample, &shares)?;
        cards.push(Card { pixels, size: I::SIZE, prediction: argmax(probabilities), shares, target: target.index() });
    }
    if cards.is_empty() {
        return Err(Error::NothingToDraw { reason: "there are no images" });
    }
    let columns = libm::ceil(libm::sqrt(cards.len() as f64)).clamp(1.0, 4.0);
    let rows = libm::ceil(cards.len() as f64 / columns);
    let height = CARD.1.max(26.0 + BAR * K.min(MOST) as f64 + 14.0);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few thousand")]
    let size = ((columns * CARD.0 + 20.0).max(340.0) as u32, (TITLE + 28.0 + rows * height) as u32);
    Ok(draw(title, size, |canvas| {
        canvas.legend(&[("target", Key::Square(GREEN)), ("wrong prediction", Key::Square(VERMILLION))], TITLE - 4.0);
        let left = (canvas.width - columns * CARD.0) / 2.0;
        for (index, card) in cards.iter().enumerate() {
            let (row, column) = (libm::floor(index as f64 / columns), index as f64 % columns);
            card.draw(canvas, (left + column * CARD.0, TITLE + 24.0 + row * height));
        }
    }))
}

/// The width and the least height of a card.
const CARD: Point = (270.0, 150.0);
/// The height of a bar with the margin below it.
const BAR: f64 = 13.0;
/// The largest number of bars.
const MOST: usize = 12;

struct Card {
    pixels: Vec<f64>,
    size: (usize, usize),
    shares: Vec<f64>,
    prediction: usize,
    target: usize,
}

impl Card {
    fn draw(&self, canvas: &Canvas<'_>, (x, y): Point) {
        let ink = if self.prediction == self.target { BLACK } else { VERMILLION };
        let text = format!("target {}, prediction {}", self.target, self.prediction);
        canvas.text(&text, (x + 12.0, y + 14.0), NORMAL, ink, Anchor::Left);
        let low = self.pixels.iter().copied().fold(f64::INFINITY, f64::min);
        let high = self.pixels.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let shade = |index: usize| between(WHITE, BLACK, (self.pixels[index] - low) / (high - low));
        image(canvas, (x + 12.0, y + 28.0), 104.0, self.size, shade);
        for (place, class) in self.shown().into_iter().enumerate() {
            self.bar(canvas, (x + 142.0, y + 28.0 + BAR * place as f64), class);
        }
    }

    /// Returns the classes that have bars, in order.
    fn shown(&self) -> Vec<usize> {
        let mut classes: Vec<usize> = (0..self.shares.len()).collect();
        classes.sort_by(|&one, &other| self.shares[other].total_cmp(&self.shares[one]));
        classes.truncate(MOST);
        classes.sort_unstable();
        classes
    }

    fn bar(&self, canvas: &Canvas<'_>, (x, y): Point, class: usize) {
        const LENGTH: f64 = 84.0;
        let color: Color = match class {
            class if class == self.target => GREEN,
            class if class == self.prediction => VERMILLION,
            _ => GREY,
        };
        let share = self.shares[class].clamp(0.0, 1.0);
        canvas.text(&format!("{class}"), (x - 6.0, y + BAR / 2.0), SMALL - 1.0, BLACK, Anchor::Right);
        canvas.rect((x, y + 1.5), (LENGTH, BAR - 3.0), between(WHITE, LIGHT, 0.5));
        canvas.rect((x, y + 1.5), (LENGTH * share, BAR - 3.0), color);
        if share >= 0.01 {
            canvas.text(
                &Percent(share).to_string(),
                (x + LENGTH + 4.0, y + BAR / 2.0),
                SMALL - 2.0,
                BLACK,
                Anchor::Left,
            );
        }
    }
}
