//! Which tensor of a file is for which tensor of a network? A table of both sides, for files whose names were changed by hand.

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::error::shown;
use crate::io::expected::Expected;
use crate::io::header::{Entry, parse};
use crate::io::renames::Renames;

/// For a tensor with more dimensions, messages contain only their number, since a file may claim millions.
pub(super) const FEW_DIMENSIONS: usize = 8;
/// The number of rows. A file may have any number of tensors.
const MOST_ROWS: usize = 200;
/// The width from which on the second column is not aligned.
const WIDEST: usize = 60;
/// In place of a tensor that the other side does not have.
const NONE: &str = "–";

/// Returns the tensors of a file in its order, each beside the tensor of the network that has its name, and then the tensors of
/// the network that the file does not have.
pub(super) fn table<'e>(
    header: &str,
    renames: &Renames<'_>,
    expected: impl Iterator<Item = &'e Expected>,
    network: &str,
) -> String {
    let mut missing: BTreeMap<&str, (usize, &Expected)> = BTreeMap::new();
    missing.extend(expected.enumerate().map(|(index, tensor)| (&*tensor.name, (index, tensor))));
    // It was parsed before.
    let tensors = parse(header).map_or_else(|_| Vec::new(), |parsed| parsed.tensors);
    let (mut rows, mut count) = (Vec::new(), 0);
    for tensor in &tensors {
        let name = renames.apply(Cow::Borrowed(&tensor.name));
        let ours = missing.remove(&*name);
        count += 1;
        if count <= MOST_ROWS {
            rows.push((
                theirs(tensor, &name, ours.is_some()),
                ours.map_or_else(|| NONE.into(), |(_, ours)| described(ours)),
            ));
        }
    }
    let mut missing: Vec<_> = missing.into_values().collect();
    missing.sort_unstable_by_key(|&(index, _)| index);
    count += missing.len();
    let left = MOST_ROWS.saturating_sub(rows.len());
    rows.extend(missing.into_iter().take(left).map(|(_, ours)| (NONE.into(), described(ours))));
    written(&rows, count, network)
}

/// Returns `fc1.weight [3, 2]`, or `fc1.weight → hidden.weights [3, 2]` if the network does not have the new name.
fn theirs(tensor: &Entry<'_>, name: &str, is_matched: bool) -> String {
    let arrow = if is_matched || name == tensor.name { String::new() } else { format!(" → {}", shown(name)) };
    let few: Vec<usize> = tensor.sizes().take(FEW_DIMENSIONS + 1).collect();
    let sizes = if few.len() > FEW_DIMENSIONS { "[…]".into() } else { format!("{few:?}") };
    format!("{}{arrow} {sizes}", shown(&tensor.name))
}

fn described(tensor: &Expected) -> String {
    format!("{} {:?}", tensor.name, tensor.shape)
}

fn written(rows: &[(String, String)], count: usize, network: &str) -> String {
    let title = "names in the file";
    let widths = rows.iter().map(|(theirs, _)| theirs.chars().count() + 2).filter(|&width| width <= WIDEST);
    let width = widths.max().unwrap_or(0).max(title.len());
    let mut text = format!("{title:width$}  names in `{network}`");
    for (theirs, ours) in rows {
        let theirs = format!("  {theirs}");
        text.extend(["\n", &format!("{theirs:width$}"), "  ", ours]);
    }
    if let more @ 1.. = count - rows.len() {
        text.extend(["\n  and ", &more.to_string(), " more"]);
    }
    text
}
