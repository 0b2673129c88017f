//! Which candidates does a grid have?

use alloc::vec::Vec;

/// Values along two to four axes: a tuple of arrays, vectors or other collections.
pub trait Grid {
    /// A candidate: a tuple of one value for each axis.
    type Candidate;

    /// Returns every combination. The value along the last axis changes fastest.
    fn candidates(self) -> Vec<Self::Candidate>;
}

/// Returns every combination of the values along two to four axes, for [`search`](crate::selection::search). The value along the
/// last axis changes fastest.
///
/// # Example
/// ```
/// use typenet::selection::grid;
///
/// let candidates = grid(([0.1, 0.01], [16, 32, 64]));
/// assert_eq!(candidates[..4], [(0.1, 16), (0.1, 32), (0.1, 64), (0.01, 16)]);
/// assert_eq!(candidates.len(), 6);
/// ```
pub fn grid<G: Grid>(axes: G) -> Vec<G::Candidate> {
    axes.candidates()
}

impl<A, B> Grid for (A, B)
where
    A: IntoIterator<Item: Clone>,
    B: IntoIterator<Item: Clone>,
{
    type Candidate = (A::Item, B::Item);

    fn candidates(self) -> Vec<Self::Candidate> {
        let last: Vec<_> = self.1.into_iter().collect();
        self.0.into_iter().flat_map(|a| last.iter().map(move |b| (a.clone(), b.clone()))).collect()
    }
}

impl<A, B, C> Grid for (A, B, C)
where
    A: IntoIterator<Item: Clone>,
    B: IntoIterator<Item: Clone>,
    C: IntoIterator<Item: Clone>,
{
    type Candidate = (A::Item, B::Item, C::Item);

    fn candidates(self) -> Vec<Self::Candidate> {
        let (a, b, c) = self;
        ((a, b).candidates(), c).candidates().into_iter().map(|((a, b), c)| (a, b, c)).collect()
    }
}

impl<A, B, C, D> Grid for (A, B, C, D)
where
    A: IntoIterator<Item: Clone>,
    B: IntoIterator<Item: Clone>,
    C: IntoIterator<Item: Clone>,
    D: IntoIterator<Item: Clone>,
{
    type Candidate = (A::Item, B::Item, C::Item, D::Item);

    fn candidates(self) -> Vec<Self::Candidate> {
        let (a, b, c, d) = self;
        ((a, b, c).candidates(), d).candidates().into_iter().map(|((a, b, c), d)| (a, b, c, d)).collect()
    }
}
