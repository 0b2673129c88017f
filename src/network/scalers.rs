//! How are scalers saved to the file of a network and loaded again?

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

/// The prefix, after the slash, of the tensor names of a scaler of targets.
const TARGET: &str = "target_";

/// The prefixes of the tensor names of all scalers. They do not depend on the array types.
const PREFIXES: [&str; 3] =
    [<Standardizer<f64>>::STORED.0, <MinMax<f64>>::STORED.0, <QuantileTransformer<f64>>::STORED.0];

/// Returns whether a tensor with this name belongs to a scaler.
pub(crate) fn has(name: &str) -> bool {
    PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Returns whether a tensor with this name belongs to a scaler of inputs, or of targets.
pub(super) fn has_of(name: &str, of: Of) -> bool {
    let of_targets = |rest: &str| rest.starts_with(TARGET);
    PREFIXES
        .iter()
        .filter_map(|prefix| name.strip_prefix(prefix))
        .any(|rest| of_targets(rest) == matches!(of, Of::Targets))
}

/// Returns the tensors that a file must have. Tables are given one row.
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
        rows: 1,
        range: 0..0,
    });
    expected.collect()
}

/// Adds the tensors of a scaler to a file.
pub(super) fn add<'a, A, S: Scaler<A>>(pieces: &mut Pieces<'a>, scaler: &'a S, of: Of) {
    for (mut tensor, values) in expected::<A, S>(of).into_iter().zip(scaler.tensors()) {
        let sizes = tensor.shape.to_mut();
        if let [rows, columns] = sizes[..] {
            debug_assert_eq!(rows, 1, "a table has one row before its length is known");
            sizes[0] = values.len() / columns.max(1);
        }
        pieces.add(&tensor.name, &tensor.shape, tensor.shape[0], values);
    }
}

/// A scaler that is to be read from a file.
pub(super) struct Wanted {
    pub(super) of: Of,
    source: String,
    tensors: Vec<Expected>,
    values: Vec<f64>,
}

impl Wanted {
    /// Creates the request for the scaler of a network's inputs or targets. Its tables have as many rows as those of the file.
    pub(super) fn new<A, S: Scaler<A>>(of: Of, contents: &Contents<'_>) -> Self {
        let mut tensors = expected::<A, S>(of);
        let mut end = 0;
        for tensor in &mut tensors {
            if let ([rows, columns], Some([found_rows, found_columns])) =
                (&mut tensor.shape.to_mut()[..], contents.table::<f64>(&tensor.name))
                && *columns == found_columns
            {
                // The file may have any number of rows above 0.
                *rows = found_rows.max(1);
            }
            tensor.rows = tensor.shape[0];
            let count = tensor.shape.iter().product::<usize>();
            tensor.range = end..end + count;
            end += count;
        }
        Self { of, source: contents.source().into(), tensors, values: vec![0.0; end] }
    }

    pub(super) fn part(&mut self) -> Part<'_> {
        Part::new(&self.tensors, &mut self.values)
    }

    /// Returns the scaler that was read.
    pub(super) fn restored<A, S: Scaler<A>>(self) -> Result<S> {
        let Self { source, tensors, values, .. } = self;
        S::restored(values).map_err(|unfit| Error::Unreadable { source, reason: reason(&tensors, unfit) })
    }
}

/// Describes which rule a value of a scaler violates, with its position in the file.
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
