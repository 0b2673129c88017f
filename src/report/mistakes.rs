//! Which samples have the highest loss?

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use crate::dataset::Dataset;
use crate::error::Result;
use crate::loss::{Admits, Loss};
use crate::metric::{Evaluation, Measured, argmax};
use crate::network::{Evaluate, FitsInput, FitsTarget, GivesClasses, Network, Predict, Workspace};
use crate::plot::{self, Pixels};
use crate::readable::Significant;
use crate::report::{Report, Table};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::target::{Class, Target};

/// The number of values of a prediction or target that are shown.
const SHOWN: usize = 8;

impl Report {
    /// Adds the samples with the highest loss, `count` of them or all: the index of each in the data set, its loss, its target and
    /// its prediction. If targets are classes, the prediction is the largest score with its class.
    ///
    /// # Errors
    /// Those of [`Dataset::new`].
    pub fn mistakes<N, X, Y, L>(
        self,
        name: &str,
        network: &N,
        data: &Dataset<X, Y, N::Scalar>,
        loss: &L,
        count: usize,
    ) -> Result<Self>
    where
        N: Network,
        X: FitsInput<N::Input>,
        Y: FitsTarget<L::Target>,
        L: Loss<N::Output, Target: Measured, Takes: Admits<N::Head>>,
    {
        let worst = worst(network, data, loss, count)?;
        let table = table(network, data, &worst);
        Ok(self.section(&format!("Worst mistakes: {name}"), table))
    }

    /// Adds the same as [`mistakes`](Self::mistakes) for a classifier of images, with the images and the predicted probabilities: see
    /// [`plot::predictions`](fn@plot::predictions).
    ///
    /// # Errors
    /// Those of [`Dataset::new`] and of [`plot::predictions`](fn@plot::predictions).
    pub fn image_mistakes<N, X, Y, L, const K: usize>(
        self,
        name: &str,
        network: &N,
        data: &Dataset<X, Y, N::Scalar>,
        loss: &L,
        count: usize,
    ) -> Result<Self>
    where
        N: Network<Output: GivesClasses + Shape<Array<N::Scalar> = [N::Scalar; K]>>,
        X: FitsInput<N::Input> + Shape<Array<N::Scalar>: Pixels>,
        Y: FitsTarget<L::Target> + Target<Value<N::Scalar> = Class<K>>,
        L: Loss<N::Output, Target: Measured, Takes: Admits<N::Head>>,
    {
        let worst = worst(network, data, loss, count)?;
        let images: Vec<_> = worst.iter().map(|&(sample, _)| data.inputs()[sample]).collect();
        let targets: Vec<_> = worst.iter().map(|&(sample, _)| data.targets()[sample]).collect();
        let predictions = network.predict_batch(X::arrays(&images));
        let picture = plot::predictions("", &images, &predictions, &targets)?;
        let table = table(network, data, &worst);
        Ok(self.section(&format!("Worst mistakes: {name}"), picture.to_svg() + &table))
    }
}

/// Returns the samples with the highest losses and these losses, the highest first.
fn worst<N, X, Y, L>(network: &N, data: &Dataset<X, Y, N::Scalar>, loss: &L, count: usize) -> Result<Vec<(usize, f64)>>
where
    N: Network,
    X: FitsInput<N::Input>,
    Y: FitsTarget<L::Target>,
    L: Loss<N::Output, Target: Measured, Takes: Admits<N::Head>>,
{
    let (mut workspace, mut losses) = (Workspace::new(), Vec::with_capacity(data.len()));
    for (sample, (input, target)) in data.inputs().iter().zip(data.targets()).enumerate() {
        let alone = Dataset::<X, Y, N::Scalar>::new(vec![*input], vec![*target])?;
        losses.push((sample, network.evaluate_with(&alone, loss, &mut workspace).loss()));
    }
    // NaN is worse than any loss.
    losses.sort_by(|one, other| other.1.abs().total_cmp(&one.1.abs()));
    losses.truncate(count);
    Ok(losses)
}

fn table<N, X, Y>(network: &N, data: &Dataset<X, Y, N::Scalar>, worst: &[(usize, f64)]) -> String
where
    N: Network,
    X: FitsInput<N::Input>,
    Y: Target,
{
    let mut table = Table::new(&["sample", "loss", "target", "prediction"]);
    for &(sample, loss) in worst {
        let (input, target) = (X::arrays(&data.inputs()[sample..=sample]), &data.targets()[sample]);
        let prediction = network.predict_batch(input);
        let scores = N::Output::flat_batch(&prediction);
        let label = Y::label::<N::Scalar>(target);
        let elements = Y::elements(target).map(|(_, element)| element);
        let wanted = match label {
            Some(class) => format!("class {class}"),
            None if Y::ELEMENTS == 0 => format!("{target:?}"),
            None => shown(elements),
        };
        let predicted = match label {
            Some(_) => format!("class {}: {}", argmax(scores), Significant(scores[argmax(scores)].to_f64())),
            None => shown(scores.iter().copied()),
        };
        table.row(&[&sample, &Significant(loss), &wanted, &predicted]);
    }
    table.end()
}

/// Returns values as a text, or the first of them.
fn shown<T: Scalar>(mut values: impl Iterator<Item = T>) -> String {
    let first: Vec<String> = values.by_ref().take(SHOWN).map(|value| Significant(value.to_f64()).to_string()).collect();
    let rest = if values.next().is_some() { ", .." } else { "" };
    first.join(", ") + rest
}
