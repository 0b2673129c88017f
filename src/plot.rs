//! How does all of this look? Functions, training, classifiers, weights and optimizers as pictures.
//!
//! | what | function | gives |
//! |---|---|---|
//! | a function and its derivative | [`function`] | [`Picture`] |
//! | one history of training | [`history`](fn@history) | [`Picture`] |
//! | one measure of several histories | [`histories`] | [`Picture`] |
//! | the classes that a classifier of two inputs predicts, by region | [`decision_regions`] | [`Picture`] |
//! | which classes are taken for which | [`confusion_matrix`] | [`Picture`] |
//! | images next to their predicted probabilities | [`predictions`] | [`Picture`] |
//! | the weights of neurons as images | [`weights`] | [`Picture`] |
//! | paths of optimizers over a [`Surface`] | [`paths`] | [`Picture`] |
//! | the same, step by step | [`animated_paths`] | [`Animation`] |
//! | why momentum works, with sliders | [`momentum_page`] | [`Page`] |
//!
//! A [`Picture`] is saved as SVG or PNG, an [`Animation`] as GIF, a [`Page`] as HTML; the ending of the path decides, and any
//! other is an error. Files are replaced as a whole. Nothing is looked up in the system, so that a picture has the same bytes
//! wherever it is made.
//!
//! # Colours
//! Those of M. Okabe and K. Ito, which people with any kind of colour vision tell apart, less the yellow, which is not seen on
//! white; from the eighth line on they come again with dashes. Functions are blue and derivatives green, as in the lecture.
//!
//! # Tick labels
//! They are round, all different, and as many as there is room for, up to ten; epochs are whole. Each is written with the digits that
//! tell it from the others, however close or large they are. Values that differ by less than 10⁻¹³ of their size, on a
//! logarithmic scale by less than 10⁻⁹ decades, are drawn as a level line. Numbers on
//! contours have four digits, or as many more as it takes to tell them apart. Percentages are whole, and 0 % and 100 % exact.
//!
//! # Numbers that cannot be drawn
//! Curves have a gap where a number is infinite or NaN. Data sets, images, probabilities and weights with such a number
//! are an [`Error::NonFiniteData`](crate::Error::NonFiniteData). A picture that would show nothing is an
//! [`Error::NothingToDraw`](crate::Error::NothingToDraw).

mod decimal;
mod file_extension;
mod marks;
mod scale;

mod color;
mod picture;

mod canvas;
mod ticks;

mod axes;
mod contours;
mod surface;

mod palette;
mod paths;
mod pixels;

mod animation;
mod confusion_matrix;
mod decision_regions;
mod function_graph;
mod histories;
mod history;
mod momentum_page;
mod predictions;
mod weight_images;

pub use animation::{Animation, animated_paths};
pub use confusion_matrix::confusion_matrix;
pub use decision_regions::decision_regions;
pub use function_graph::function;
pub use histories::histories;
pub use history::history;
pub use momentum_page::{Page, momentum_page};
pub use paths::paths;
pub use picture::Picture;
pub use pixels::Pixels;
pub use predictions::predictions;
pub use scale::Scale;
pub use surface::Surface;
pub use weight_images::weights;
