//! How well is each class recognized?

use alloc::format;

use crate::dataset::Dataset;
use crate::error::Result;
use crate::metric::{ConfusionMatrix, Metric};
use crate::network::{Evaluate, FitsInput, Network};
use crate::plot;
use crate::readable::Share;
use crate::report::{Report, Table};
use crate::shape::Shape;
use crate::target::{Class, Holds, Names};

impl Report {
    /// Adds how a classifier does on a data set: the accuracy, precision, recall and F1 of each class and their means, and the
    /// confusion matrix. `names` are the names of the classes; without them, classes have their indices.
    ///
    /// # Errors
    /// Those of [`plot::confusion_matrix`](fn@plot::confusion_matrix).
    pub fn classes<N, X, Y, const K: usize>(
        self,
        name: &str,
        network: &N,
        data: &Dataset<X, Y, N::Scalar>,
        names: Option<&Names<K>>,
    ) -> Result<Self>
    where
        N: Network,
        ConfusionMatrix<K>: Metric<N::Output, Value = ConfusionMatrix<K>>,
        X: FitsInput<N::Input> + Shape,
        Y: Holds<<ConfusionMatrix<K> as Metric<N::Output>>::Target>,
    {
        let metric = names.map_or_else(ConfusionMatrix::new, |names| ConfusionMatrix::new().names(names));
        let matrix = network.measure(data, metric);
        let mut table = Table::new(&["class", "precision", "recall", "F1", "samples"]);
        let (correct, total) = matrix.totals();
        for index in 0..K {
            let (class, title) = (Class::new(index)?, matrix.title(index));
            let [precision, recall, f1] = [matrix.precision(class), matrix.recall(class), matrix.f1(class)].map(Share);
            table.row(&[&title, &precision, &recall, &f1, &matrix.support(class)]);
        }
        let means = [matrix.macro_precision(), matrix.macro_recall(), matrix.macro_f1()].map(Share);
        table.row(&[&"mean", &means[0], &means[1], &means[2], &total]);
        let picture = plot::confusion_matrix("", &matrix)?;
        let accuracy = Share(correct as f64 / total.max(1) as f64);
        let text = format!("<p>accuracy {accuracy}: {correct} of {total}</p>\n");
        Ok(self.section(&format!("Classes: {name}"), text + &table.end() + &picture.to_svg()))
    }
}
