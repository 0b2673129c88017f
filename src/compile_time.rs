//! What does the compiler compute for generated code? Facts about types, assertions with messages, embedded weights.

mod message;

mod budget;
#[cfg(feature = "safetensors")]
mod embedded;
mod question;
mod require;
mod settings;
mod shown;

pub use budget::{Budget, require_budget};
#[cfg(feature = "safetensors")]
pub use embedded::{Embedded, embedded};
pub use question::{Alike, Either, If, Otherwise, Question};
pub use require::{
    require, require_array, require_carried, require_divides, require_fits, require_initializer, require_no_padding,
    require_range, require_recomputable, require_same, require_same_steps, require_single_step, require_size,
    require_stream, require_tile, tile_in_range,
};
pub use settings::{SettingsOf, TakesSettings, TakesSettingsByPosition, WithoutSettings, settings_of};
pub use shown::Shown;
