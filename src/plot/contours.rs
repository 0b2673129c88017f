//! Contours of a grid of values.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::plot::canvas::Point;

/// An edge of the grid: the index of its first corner, and whether it goes down rather than across.
type Edge = (usize, bool);

/// Returns the lines on which a grid of values is equal to `level`, as positions in columns and rows. A closed line ends where
/// it begins.
///
/// Each square of the grid that a line crosses contributes a piece from edge to edge, and pieces with a common edge are joined.
/// In a square with two pieces, the mean of its corners decides which edges they connect. Squares with a value that is not
/// finite are left out.
///
/// # Source
/// Marching squares: C. Maple, "Geometric design and space planning using the marching squares and marching cube
/// algorithms", 2003.
pub(super) fn lines(values: &[f64], columns: usize, level: f64) -> Vec<Vec<Point>> {
    let mut next: BTreeMap<Edge, Vec<Edge>> = BTreeMap::new();
    for (from, to) in pieces(values, columns, level) {
        next.entry(from).or_default().push(to);
        next.entry(to).or_default().push(from);
    }
    let mut lines = Vec::new();
    // Follow open lines from their ends first, then closed lines from anywhere.
    for open in [true, false] {
        let starts: Vec<Edge> =
            next.iter().filter(|(_, ends)| !open || ends.len() == 1).map(|(&edge, _)| edge).collect();
        for start in starts {
            let line = follow(&mut next, start);
            if line.len() > 1 {
                lines.push(line.into_iter().map(|edge| crossing(values, columns, level, edge)).collect());
            }
        }
    }
    lines
}

/// Follows one line and removes its pieces.
fn follow(next: &mut BTreeMap<Edge, Vec<Edge>>, start: Edge) -> Vec<Edge> {
    let mut line = alloc::vec![start];
    let mut at = start;
    while let Some(to) = next.get_mut(&at).and_then(Vec::pop) {
        if let Some(back) = next.get_mut(&to)
            && let Some(place) = back.iter().position(|&edge| edge == at)
        {
            back.swap_remove(place);
        }
        line.push(to);
        at = to;
    }
    line
}

/// Returns the pieces of all squares, each from edge to edge.
fn pieces(values: &[f64], columns: usize, level: f64) -> Vec<(Edge, Edge)> {
    let mut pieces = Vec::new();
    let rows = values.len() / columns;
    for row in 0..rows.saturating_sub(1) {
        for column in 0..columns - 1 {
            let corner = row * columns + column;
            let corners = [corner, corner + 1, corner + columns + 1, corner + columns].map(|place| values[place]);
            if corners.iter().all(|value| value.is_finite()) {
                let edges = [(corner, false), (corner + 1, true), (corner + columns, false), (corner, true)];
                square(corners, level, edges, &mut pieces);
            }
        }
    }
    pieces
}

/// Adds the pieces in one square. Corners are in order around it, and edge `i` goes from corner `i` to the next.
fn square(corners: [f64; 4], level: f64, edges: [Edge; 4], pieces: &mut Vec<(Edge, Edge)>) {
    let above = corners.map(|value| value > level);
    let crossed: Vec<usize> = (0..4).filter(|&edge| above[edge] != above[(edge + 1) % 4]).collect();
    match crossed[..] {
        [one, other] => pieces.push((edges[one], edges[other])),
        [_, _, _, _] => {
            let middle = corners.iter().map(|value| value / 4.0).sum::<f64>() > level;
            // The pieces separate the corners that differ from the middle.
            let turn = if above[0] == middle { 0 } else { 3 };
            pieces.push((edges[turn], edges[(turn + 1) % 4]));
            pieces.push((edges[(turn + 2) % 4], edges[(turn + 3) % 4]));
        }
        _ => {}
    }
}

/// Returns the position at which a line crosses an edge.
fn crossing(values: &[f64], columns: usize, level: f64, (place, down): Edge) -> Point {
    let (one, other) = (values[place], values[place + if down { columns } else { 1 }]);
    let share = ((level - one) / (other - one)).clamp(0.0, 1.0);
    let (x, y) = ((place % columns) as f64, (place / columns) as f64);
    if down { (x, y + share) } else { (x + share, y) }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::lines;

    #[test]
    fn a_plane_has_one_straight_line() {
        // The values are 0 to 3 across.
        let values: Vec<f64> = (0..12).map(|place| f64::from(place % 4)).collect();
        let found = lines(&values, 4, 1.25);
        assert_eq!(found.len(), 1);
        assert!(found[0].len() == 3 && found[0].iter().all(|&(x, _)| x == 1.25), "{found:?}");
    }

    #[test]
    fn a_bowl_has_a_closed_line_at_its_radius() {
        let values: Vec<f64> =
            (0..21 * 21).map(|place| f64::from(place % 21 - 10).hypot(f64::from(place / 21 - 10))).collect();
        let found = lines(&values, 21, 6.0);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].first(), found[0].last());
        assert!(found[0].iter().all(|(x, y)| ((x - 10.0).hypot(y - 10.0) - 6.0).abs() < 0.1));
    }

    #[test]
    fn a_saddle_has_two_lines_and_holes_have_none() {
        let saddle = |place: i32| f64::from(place % 9 - 4).powi(2) - f64::from(place / 9 - 4).powi(2);
        let mut values: Vec<f64> = (0..81).map(saddle).collect();
        assert_eq!(lines(&values, 9, 1.5).len(), 2);
        values.fill(f64::NAN);
        assert!(lines(&values, 9, 1.5).is_empty());
        // Two opposite corners are above the level and two below, with a low middle: each high corner is separated from the
        // rest.
        let pieces = lines(&[1.0, 0.0, 0.0, 1.0], 2, 0.6);
        assert_eq!(pieces.len(), 2);
        assert!(pieces.iter().flatten().all(|(x, y)| (x - y).abs() > 0.5 || x + y < 0.5 || x + y > 1.5));
    }
}
