//! `Softsign`

use super::Spec;

pub(super) const SPEC: Spec = Spec::elementwise("Softsign", "Softsign", &[]);
