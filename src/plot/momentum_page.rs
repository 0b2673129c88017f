//! A page that shows why momentum works.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use std::path::Path;

use crate::error::{Error, Result};
use crate::file::replace;
use crate::markup::{Escaped, show};
use crate::optimizer::{Optimizer, Sgd};
use crate::plot::file_extension;

/// The page, with placeholders in double braces.
const TEMPLATE: &str = include_str!("momentum_page.html");

/// The number of steps of each path.
const STEPS: usize = 80;
/// The number of step sizes on the slider.
const RATES: u32 = 32;
/// The number of momenta on the slider.
const MOMENTA: u32 = 20;

/// A self-contained HTML page, which needs no other file and no network connection.
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
    /// Creates a page of this text.
    pub(crate) fn new(html: String) -> Self {
        Self { html }
    }

    /// Returns the text of the page.
    #[must_use]
    pub fn html(&self) -> &str {
        &self.html
    }

    /// Shows the page in a notebook of Jupyter whose kernel is Evcxr, in a frame of its own.
    pub fn evcxr_display(&self) {
        let (page, style) = (Escaped(&self.html), "width: 100%; height: 40rem; border: 1px solid #ccc");
        show(&format!("<iframe srcdoc=\"{page}\" style=\"{style}\"></iframe>"));
    }

    /// Writes the page to a file, whose path must have the extension `.html`, in upper or lower case. The file is replaced as a
    /// whole.
    ///
    /// # Errors
    /// [`Error::File`], which names the path, if the extension is another one or the file cannot be written: the folder does
    /// not exist, for example, or the disk is full.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        file_extension::of(path, &["html"])?;
        replace(path, self.html.as_bytes())
    }
}

/// Creates a page with two sliders, for step size and momentum, and the path that descent with these settings takes over a
/// quadratic.
///
/// The function is f(x, y) = ½ (λ₁ x² + λ₂ y²) with curvatures λ₁ ≤ λ₂. The larger their ratio, the more momentum helps. The
/// page contains 32 · 20 paths of 80 steps, all computed by [`Sgd`] with [`momentum`](Sgd::momentum) in `f64`. Step sizes range
/// up to 4 / λ₂, beyond which no momentum converges. Without momentum, the limit is half of that.
///
/// The sliders are native controls of the browser, so they also respond to the keyboard. The page is about 400 KiB of text.
///
/// # Errors
/// [`Error::Setting`] if a curvature is not between 10⁻³ and 10⁶, if the second curvature is less than the first, or if the
/// magnitude of a coordinate of the start is not between 10⁻³ and 10³.
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
    Ok(Page::new(html))
}

/// Returns the points of a path, including the start.
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

/// Encodes each value as four letters: the upper 24 bits of an `f32`, in base 64.
fn encoded(values: &[f64]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(4 * values.len());
    for &value in values {
        // A diverging path leaves the picture long before this bound.
        #[allow(clippy::cast_possible_truncation, reason = "a picture takes four digits")]
        let bits = (value.clamp(-1e30, 1e30) as f32).to_bits();
        // Round to nearest. A carry into the exponent is correct.
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
    fn values_are_encoded_as_their_upper_three_bytes() {
        // 1 is 0x3f800000 and -2 is 0xc0000000. A letter is six bits.
        assert_eq!(encoded(&[1.0, -2.0, 0.0]), "P4AAwAAAAAAA");
        assert_eq!(encoded(&[f64::INFINITY]), encoded(&[1e30]));
    }

    #[test]
    fn without_momentum_each_step_shrinks_by_a_constant() {
        let path: Vec<f64> = path(Sgd::new(0.25), [1.0, 2.0], [8.0, 8.0]).unwrap();
        assert_eq!(path[..6], [8.0, 8.0, 6.0, 4.0, 4.5, 2.0]);
    }
}
