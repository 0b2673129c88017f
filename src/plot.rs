//! How do functions, training, classifiers, sequences, weights and optimizers look? This module draws them as pictures.
//!
//! | subject | function | result |
//! |---|---|---|
//! | a function and its derivative | [`function`] | [`Picture`] |
//! | one history of training | [`history`](fn@history) | [`Picture`] |
//! | one measure of several histories | [`histories`] | [`Picture`] |
//! | the loss by learning rate, to choose one | [`learning_rates`] | [`Picture`] |
//! | the classes that a classifier of two inputs predicts, by region | [`decision_regions`] | [`Picture`] |
//! | which classes a classifier confuses | [`confusion_matrix`] | [`Picture`] |
//! | how well scores put yes before no | [`roc_curves`], [`precision_recall_curves`] | [`Picture`] |
//! | series of numbers, such as the states of recurrent units | [`series`](fn@series) | [`Picture`] |
//! | a series and its forecasts, with bands between quantiles | [`forecasts`] | [`Picture`] |
//! | which steps of a sequence an attention looks at | [`attention`](fn@attention) | [`Picture`] |
//! | images next to their predicted probabilities | [`predictions`] | [`Picture`] |
//! | the weights of neurons as images | [`weights`] | [`Picture`] |
//! | the filters of a convolution as images | [`filters`] | [`Picture`] |
//! | the channels of an image, such as a feature map | [`channels`] | [`Picture`] |
//! | paths of optimizers over a [`Surface`] | [`paths`] | [`Picture`] |
//! | the same, step by step | [`animated_paths`] | [`Animation`] |
//! | why momentum works, with sliders | [`momentum_page`] | [`Page`] |
//!
//! A [`Picture`] is saved as SVG or PNG, an [`Animation`] as GIF, and a [`Page`] as HTML. The extension of the path selects the
//! format; any other extension is an error. A file is replaced as a whole. Nothing is read from the system, so a picture has
//! the same bytes wherever it is drawn.
//!
//! # Colours
//! The palette of M. Okabe and K. Ito, which people with any kind of colour vision can distinguish, without its yellow, which
//! is invisible on white. There are seven colours and every second line is dashed, so the first fourteen lines differ.
//! Functions are blue and derivatives green, as in the lecture.
//!
//! # Tick labels
//! Labels are round and distinct, and there are as many as fit, up to ten. Epochs are whole numbers. Each label has the digits
//! that distinguish it from the others, whatever their distance and magnitude. Values that differ by less than 10⁻¹³ of their
//! magnitude, or by less than 10⁻⁹ decades on a logarithmic scale, are drawn as a level line. Labels of contours have four
//! digits, or as many more as are needed to distinguish them. Percentages are whole, and 0 % and 100 % are exact.
//!
//! # Values that cannot be drawn
//! A curve has a gap where a value is infinite or NaN. A data set, image, probability or weight with such a value is an
//! [`Error::NonFiniteData`](crate::Error::NonFiniteData). A picture that would show nothing is an
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
mod cells;
mod contours;
mod surface;

mod palette;
mod paths;
mod pixels;

mod animation;
mod attention;
mod confusion_matrix;
mod decision_regions;
mod forecasts;
mod function_graph;
mod histories;
mod history;
mod learning_rates;
mod momentum_page;
mod predictions;
mod ranking;
mod series;
mod weight_images;

pub use animation::{Animation, animated_paths};
pub use attention::attention;
pub use confusion_matrix::confusion_matrix;
pub use decision_regions::decision_regions;
pub use forecasts::forecasts;
pub use function_graph::function;
pub use histories::histories;
pub use history::history;
pub use learning_rates::learning_rates;
pub use momentum_page::{Page, momentum_page};
pub use paths::paths;
pub use picture::Picture;
pub use pixels::Pixels;
pub use predictions::predictions;
pub use ranking::{precision_recall_curves, roc_curves};
pub use scale::Scale;
pub use series::series;
pub use surface::Surface;
pub use weight_images::{channels, filters, weights};
