//! Which settings is a training repeated from?

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::fmt::Debug;

use crate::kernel::Kernels;
use crate::optimizer::Optimizer;
use crate::train::Trainer;

impl<L: Debug, O: Optimizer + Debug, T: Kernels, V, H, M> Trainer<L, O, T, V, H, M> {
    /// Returns the settings by name, those of the loss and of the optimizer as `Debug` prints them.
    pub(crate) fn settings(&self) -> Vec<(&'static str, String)> {
        let steps = &self.steps;
        let mut settings = vec![
            ("loss", format!("{:?}", steps.loss)),
            ("optimizer", format!("{:?}", steps.optimizer.optimizer())),
            ("epochs", self.epochs.to_string()),
            ("batch size", steps.batch_size.to_string()),
            ("seed", steps.seed.to_string()),
            ("steps so far", steps.optimizer.steps().to_string()),
        ];
        if steps.accumulate > 1 {
            settings.push(("batches per step", steps.accumulate.to_string()));
        }
        for (name, bound) in [("clipping of values", steps.clip_value), ("clipping of the norm", steps.clip_norm)] {
            settings.extend(bound.map(|bound| (name, bound.to_string())));
        }
        settings.extend(steps.learning_rate.description(steps.optimizer.steps(), steps.epochs_begun));
        settings
    }
}
