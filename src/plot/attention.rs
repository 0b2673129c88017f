//! The weights of an attention as a picture.

use alloc::string::ToString;

use crate::error::{Error, Result};
use crate::plot::canvas::{Stroke, draw};
use crate::plot::cells::Cells;
use crate::plot::color::{LIGHT, sequential};
use crate::plot::picture::Picture;
use crate::plot::pixels::require_finite;
use crate::scalar::Scalar;

/// Draws the weights of a head of an attention, in a row per query and a column per key: the larger a weight, the darker its cell.
/// `names` are the names of the steps, such as the letters of a text; without them, steps are labelled with their positions.
///
/// A row of [`SelfAttention`](crate::SelfAttention) adds up to 1. The [guide](crate::guide::sequences#attention) computes the weights
/// from the parameters.
///
/// # Errors
/// [`Error::NothingToDraw`] if there are no steps; [`Error::NonFiniteData`], which names the query and the key, if a weight is not
/// finite.
///
/// # Example
/// ```
/// use typenet::plot;
///
/// // Each step sees itself and the steps before.
/// let weights = [[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.1, 0.1, 0.8]];
/// let picture = plot::attention("a causal mask", &weights, Some(&["o", "n", "e"]))?;
/// assert!(picture.to_svg().contains("query"));
///
/// let path = std::env::temp_dir().join("typenet-attention.png");
/// picture.save(&path)?;
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), typenet::Error>(())
/// ```
pub fn attention<T: Scalar, const L: usize>(
    title: &str,
    weights: &[[T; L]; L],
    names: Option<&[&str; L]>,
) -> Result<Picture> {
    if L == 0 {
        return Err(Error::NothingToDraw { reason: "the attention has no steps" });
    }
    let weights = weights.map(|row| row.map(T::to_f64));
    for (query, row) in weights.iter().enumerate() {
        require_finite("weight of query", query, row)?;
    }
    let name = |step: usize| names.map_or_else(|| step.to_string(), |names| names[step].to_string());
    let longest = (0..L).map(|step| name(step).chars().count()).max().unwrap_or(0) as f64;
    let cells = Cells::of(L, longest, (10.0 * longest).clamp(26.0, 84.0));
    Ok(draw(title, cells.size, |canvas| {
        cells.names(canvas, ["key", "query"], name);
        for (query, row) in weights.iter().enumerate() {
            for (key, &weight) in row.iter().enumerate() {
                canvas.rect(cells.corner_of((key, query)), (cells.side, cells.side), sequential(weight));
            }
        }
        // Between small cells, lines would hide them.
        for line in (1..L).filter(|_| cells.side >= 20.0) {
            for ends in [[(line, 0), (line, L)], [(0, line), (L, line)]] {
                canvas.path(&ends.map(|place| cells.corner_of(place)), Stroke::new(LIGHT, 0.5));
            }
        }
        cells.frame(canvas);
        cells.bar(canvas);
    }))
}
