//! A page that shows why momentum works.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use std::path::Path;

use crate::error::{Error, Result};
use crate::file::replace;
use crate::optimizer::{Optimizer, Sgd};
use crate::plot::file_extension;

/// The page, with places for numbers in double braces.
const TEMPLATE: &str = include_str!("momentum_page.html");

/// Steps of each path.
const STEPS: usize = 80;
/// How many step sizes and momenta the sliders have.
const RATES: u32 = 32;
const MOMENTA: u32 = 20;

/// A page of HTML that needs nothing else: no other file, no network.
///
/// # Example
/// ```
/// use typenet::plot;
///
/// let page = plot::momentum_page([10.0, 250.0], [-1.2, 0.35])?;
/// let path = std::env::temp_dir().join("typenet-page.html");
/// page.save(&path)?;
/// assert_eq!(std::fs::read_to_string(&path).unwrap(), page.html());
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    html: String,
}

impl Page {
    /// The text of the page.
    #[must_use]
    pub fn html(&self) -> &str {
        &self.html
    }

    /// Writes a file, whose path must end in `.html`, in capitals or not. The file is replaced as a whole.
    ///
    /// # Errors
    /// [`Error::File`] names the path: another ending, a folder that is not there, a full disk.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        file_extension::of(path, &["html"])?;
        replace(path, self.html.as_bytes())
    }
}

/// A page with two sliders, for step size and momentum, and the path that descent with them takes over a quadratic.
///
/// f(x, y) = ½ (λ₁ x² + λ₂ y²), with the curvatures λ₁ ≤ λ₂; the further they are apart, the more momentum helps. The page
/// holds 32 · 20 paths of 80 steps, all of them made by [`Sgd`] with [`momentum`](Sgd::momentum) in `f64`. Step sizes reach
/// 4 / λ, beyond which no momentum converges, for the larger λ, λ₂; without momentum that is half of it.
///
/// The sliders are those of the browser, so keys move them too. The page is some 400 KiB of text.
///
/// # Errors
/// [`Error::Setting`] for a curvature that is not between 10⁻³ and 10⁶, a second one below the first, or a start whose numbers are not between 10⁻³ and 10³
/// in magnitude.
///
/// # Source
/// After G. Goh, "Why Momentum Really Works", Distill, 2017.
///
/// # Example
/// ```
/// use typenet::plot;
///
/// let page = plot::momentum_page([10.0, 250.0], [-1.2, 0.35])?;
/// assert!(page.html().contains("Why momentum works"));
/// assert!(plot::momentum_page([10.0, -250.0], [-1.2, 0.35]).is_err());
/// # Ok::<(), typenet::Error>(())
/// ```
pub fn momentum_page(curvatures: [f64; 2], start: [f64; 2]) -> Result<Page> {
    for value in curvatures {
        if !(1e-3..=1e6).contains(&value) {
            return Err(Error::Setting { name: "curvature", value, allowed: "between 1e-3 and 1e6" });
        }
    }
    if curvatures[1] < curvatures[0] {
        return Err(Error::Setting { name: "second curvature", value: curvatures[1], allowed: "at least the first" });
    }
    for value in start {
        if !(1e-3..=1e3).contains(&value.abs()) {
            return Err(Error::Setting { name: "start", value, allowed: "between 1e-3 and 1e3 in magnitude" });
        }
    }
    let largest = curvatures[0].max(curvatures[1]);
    let rates: Vec<f64> = (1..=RATES).map(|index| 4.0 / largest * f64::from(index) / f64::from(RATES)).collect();
    let momenta: Vec<f64> = (0..MOMENTA).map(|index| f64::from(index) / f64::from(MOMENTA)).collect();
    let mut paths = Vec::new();
    for &rate in &rates {
        for &momentum in &momenta {
            paths.extend(path(Sgd::new(rate).momentum(momentum), curvatures, start)?);
        }
    }
    let replacements = [
        ("{{curvatures}}", format!("{curvatures:?}")),
        ("{{start}}", format!("{start:?}")),
        ("{{steps}}", STEPS.to_string()),
        ("{{rates}}", format!("{rates:?}")),
        ("{{momenta}}", format!("{momenta:?}")),
        ("{{paths}}", encoded(&paths)),
    ];
    let mut html = TEMPLATE.to_string();
    for (place, text) in replacements {
        html = html.replace(place, &text);
    }
    Ok(Page { html })
}

/// The places of a path, start included.
fn path(sgd: Sgd, curvatures: [f64; 2], start: [f64; 2]) -> Result<Vec<f64>> {
    let (mut optimizer, mut place) = (sgd.state::<f64>(), start);
    let mut path = Vec::from(start);
    for _ in 0..STEPS {
        let gradient = [curvatures[0] * place[0], curvatures[1] * place[1]];
        optimizer.step_slice(&mut place, &gradient)?;
        path.extend(place);
    }
    Ok(path)
}

/// Numbers as four letters each: the upper 24 bits of an `f32`, in base 64.
fn encoded(numbers: &[f64]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(4 * numbers.len());
    for &number in numbers {
        // What diverged is out of sight long before.
        #[allow(clippy::cast_possible_truncation, reason = "a picture takes four digits")]
        let bits = (number.clamp(-1e30, 1e30) as f32).to_bits();
        // To the nearest; the carry may reach the exponent, which is right.
        let upper = (bits + 0x80) >> 8;
        text.extend([18, 12, 6, 0].map(|shift| char::from(LETTERS[(upper >> shift & 63) as usize])));
    }
    text
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::{encoded, path};
    use crate::optimizer::Sgd;

    #[test]
    fn numbers_are_the_upper_bytes_of_their_bits() {
        // 1 is 0x3f800000, -2 is 0xc0000000; six bits to a letter.
        assert_eq!(encoded(&[1.0, -2.0, 0.0]), "P4AAwAAAAAAA");
        assert_eq!(encoded(&[f64::INFINITY]), encoded(&[1e30]));
    }

    #[test]
    fn without_momentum_each_step_shrinks_by_a_constant() {
        let path: Vec<f64> = path(Sgd::new(0.25), [1.0, 2.0], [8.0, 8.0]).unwrap();
        assert_eq!(path[..6], [8.0, 8.0, 6.0, 4.0, 4.5, 2.0]);
    }
}
