//! How do scalers go to the file of a network, and come back?

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::dataset::{MinMax, QuantileTransformer, Scaler, Standardizer, Unfit};
use crate::error::{Error, Result};
use crate::io::{Contents, Expected, Part, Pieces};

/// What a scaler was fitted to.
#[derive(Clone, Copy)]
pub(super) enum Of {
    Inputs,
    Targets,
}

/// What the names of targets begin with after the slash.
const TARGET: &str = "target_";

/// What the names of all scalers begin with; the arrays do not matter.
const PREFIXES: [&str; 3] =
    [<Standardizer<f64>>::STORED.0, <MinMax<f64>>::STORED.0, <QuantileTransformer<f64>>::STORED.0];

/// The name is that of a tensor of a scaler.
pub(crate) fn has(name: &str) -> bool {
    PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// The name is that of a tensor of a scaler of these.
pub(super) fn has_of(name: &str, of: Of) -> bool {
    let of_targets = |rest: &str| rest.starts_with(TARGET);
    PREFIXES
        .iter()
        .filter_map(|prefix| name.strip_prefix(prefix))
        .any(|rest| of_targets(rest) == matches!(of, Of::Targets))
}

/// The tensors that a file should have. A table has one row.
fn expected<A, S: Scaler<A>>(of: Of) -> Vec<Expected> {
    let (prefix, tensors) = S::STORED;
    let target = match of {
        Of::Inputs => "",
        Of::Targets => TARGET,
    };
    let shape = |size, is_table| if is_table { vec![1, size] } else { vec![size] };
    let expected = tensors.iter().map(|tensor| Expected {
        name: format!("{prefix}{target}{}", tensor.name),
        shape: Cow::Owned(shape(tensor.size, tensor.is_table)),
        range: 0..0,
    });
    expected.collect()
}

/// Adds the tensors of a scaler to a file.
pub(super) fn add<'a, A, S: Scaler<A>>(pieces: &mut Pieces<'a>, scaler: &'a S, of: Of) {
    for (mut tensor, numbers) in expected::<A, S>(of).into_iter().zip(scaler.tensors()) {
        let sizes = tensor.shape.to_mut();
        if let [rows, columns] = sizes[..] {
            debug_assert_eq!(rows, 1, "a table of any number of rows");
            sizes[0] = numbers.len() / columns.max(1);
        }
        pieces.add(&tensor.name, &tensor.shape, numbers);
    }
}

/// A scaler of a file that is to be read.
pub(super) struct Wanted {
    pub(super) of: Of,
    source: String,
    tensors: Vec<Expected>,
    numbers: Vec<f64>,
}

impl Wanted {
    /// The scaler of a network's inputs or targets, with as many rows in tables as the file has.
    pub(super) fn new<A, S: Scaler<A>>(of: Of, contents: &Contents<'_>) -> Self {
        let mut tensors = expected::<A, S>(of);
        let mut end = 0;
        for tensor in &mut tensors {
            if let ([rows, columns], Some([found_rows, found_columns])) =
                (&mut tensor.shape.to_mut()[..], contents.table::<f64>(&tensor.name))
                && *columns == found_columns
            {
                // Any number above 0.
                *rows = found_rows.max(1);
            }
            let count = tensor.shape.iter().product::<usize>();
            tensor.range = end..end + count;
            end += count;
        }
        Self { of, source: contents.source().into(), tensors, numbers: vec![0.0; end] }
    }

    pub(super) fn part(&mut self) -> Part<'_> {
        Part::new(&self.tensors, &mut self.numbers)
    }

    /// The scaler of what was read.
    pub(super) fn restored<A, S: Scaler<A>>(self) -> Result<S> {
        let Self { source, tensors, numbers, .. } = self;
        S::restored(numbers).map_err(|unfit| Error::Unreadable { source, reason: reason(&tensors, unfit) })
    }
}

/// What a number of a scaler breaks, with its place in the file.
fn reason(tensors: &[Expected], unfit: Unfit) -> String {
    let Unfit { position, value, rule } = unfit;
    let Some(tensor) = tensors.iter().find(|tensor| tensor.range.contains(&position)) else {
        return rule.into();
    };
    let place = position - tensor.range.start;
    let index = match tensor.shape[..] {
        [rows, _] => vec![place % rows, place / rows],
        _ => vec![place],
    };
    format!("`{}` holds {value} at {index:?}: {rule}", tensor.name)
}
