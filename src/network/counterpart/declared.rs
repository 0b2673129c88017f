//! What do the sizes and settings of a layer say, as they are written?

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::result::Result;

use super::place::kind_of;
use crate::network::LayerInfo;

/// A layer as declared, with its place in the network.
pub(super) struct Declared {
    /// The names from the outermost block inwards, as Keras allows them: `blocks-0-dense`.
    pub(super) path: String,
    /// The names with which those of the tensors begin: `blocks.0.dense`.
    prefix: String,
    /// The layer without its sizes and settings: `Dense`.
    pub(super) kind: &'static str,
    sizes: Vec<&'static str>,
    /// The names of settings and their values; those by position have no name.
    settings: Vec<(&'static str, &'static str)>,
    /// The shape that comes in and the one that goes out.
    pub(super) input: &'static [usize],
    pub(super) output: &'static [usize],
    /// The shape of the images whose elements come in, if they were flattened.
    pub(super) flattened: Option<[usize; 3]>,
}

/// The padding of windows.
pub(super) enum Padding {
    Amounts(usize, usize),
    Same,
    Causal,
}

impl Declared {
    pub(super) fn new(layer: &LayerInfo, path: &str, input: &'static [usize], flattened: Option<[usize; 3]>) -> Self {
        let text = layer.layer.strip_prefix(kind_of(layer.layer)).unwrap_or_else(|| {
            let start = layer.layer.find(['<', '(']).unwrap_or(layer.layer.len());
            &layer.layer[start..]
        });
        let (sizes, settings) = split_arguments(text);
        let settings = settings.into_iter().map(|setting| match setting.split_once('=') {
            Some((name, value)) => (name.trim(), value.trim()),
            None => ("", setting),
        });
        let settings = settings.collect();
        let (kind, output, prefix) = (kind_of(layer.layer), layer.output, path.into());
        Self { path: keras_name(path), prefix, kind, sizes, settings, input, output, flattened }
    }

    /// Returns the last size of the input: features, or elements.
    pub(super) fn inputs(&self) -> usize {
        self.input.last().copied().unwrap_or(1)
    }

    /// Returns the last size of the output.
    pub(super) fn outputs(&self) -> usize {
        self.output.last().copied().unwrap_or(1)
    }

    pub(super) fn takes_images(&self) -> bool {
        self.input.len() == 3
    }

    pub(super) fn takes_sequences(&self) -> bool {
        self.input.len() == 2
    }

    /// Returns the number of channels of images, or of features.
    pub(super) fn channels(&self) -> usize {
        if self.takes_images() { self.input[0] } else { self.inputs() }
    }

    /// Returns the size at a position, if one is written there.
    pub(super) fn size(&self, position: usize) -> Result<Option<usize>, String> {
        self.sizes.get(position).map(|size| number(size)).transpose()
    }

    /// Returns the rows and columns of a window, which are written at `position` and after it.
    pub(super) fn window(&self, position: usize) -> Result<(usize, usize), String> {
        let rows = self.size(position)?.ok_or("its window is not written")?;
        Ok((rows, self.size(position + 1)?.unwrap_or(rows)))
    }

    /// Returns the text of a setting, which may also be written at a position.
    pub(super) fn setting(&self, name: &str, position: usize) -> Option<&'static str> {
        let named = self.settings.iter().find(|(other, _)| *other == name);
        let placed = self.settings.get(position).filter(|(name, _)| name.is_empty());
        named.or(placed).map(|&(_, value)| value)
    }

    /// Returns a setting that is a float, as it is written.
    pub(super) fn float(&self, name: &str, position: usize, default: &str) -> Result<String, String> {
        let text = self.setting(name, position).unwrap_or(default);
        let plain: String = text.chars().filter(|&letter| letter != '_').collect();
        plain.parse::<f64>().map(|_| plain).map_err(|_| unknown(text))
    }

    /// Returns a setting of rows and columns.
    pub(super) fn pair(&self, name: &str, position: usize, default: (usize, usize)) -> Result<(usize, usize), String> {
        self.setting(name, position).map_or(Ok(default), pair)
    }

    pub(super) fn padding(&self, position: usize) -> Result<Padding, String> {
        Ok(match self.setting("padding", position) {
            None | Some("Valid") => Padding::Amounts(0, 0),
            Some("Same") => Padding::Same,
            Some("Causal") => Padding::Causal,
            Some(amounts) => pair(amounts).map(|(rows, columns)| Padding::Amounts(rows, columns))?,
        })
    }

    /// Returns whether a setting is `true` or has another value than the default.
    pub(super) fn is(&self, name: &str, position: usize, value: &str) -> bool {
        self.setting(name, position) == Some(value)
    }

    /// Returns the number of groups of a convolution.
    pub(super) fn groups(&self, position: usize, inputs: usize) -> Result<usize, String> {
        match self.setting("groups", position) {
            None => Ok(1),
            Some("_") => Ok(inputs),
            Some(groups) => number(groups),
        }
    }

    /// Returns `True` or `False` of Python: whether the layer has a bias.
    pub(super) fn bias(&self, position: usize) -> &'static str {
        if self.is("bias", position, "false") { "False" } else { "True" }
    }

    pub(super) fn has_bias(&self, position: usize) -> bool {
        self.bias(position) == "True"
    }

    /// Returns a tensor with an element for each feature in a Python program, in the order that Keras has after flattening images.
    pub(super) fn features(&self, name: &str) -> String {
        let order = self.flattened.map_or_else(String::new, |[channels, rows, columns]| {
            format!(".reshape({channels}, {rows}, {columns}).transpose(1, 2, 0).reshape(-1)")
        });
        format!("{}{order}", self.tensor(name))
    }

    /// Returns a tensor of the layer in a Python program, in which `t` has all by name.
    pub(super) fn tensor(&self, name: &str) -> String {
        format!("t[\"{}.{name}\"]", self.prefix)
    }

    /// Returns an expression of the weight, and the bias if there is one.
    pub(super) fn weight_and_bias(&self, position: usize, weight: &str) -> Vec<String> {
        let weight = weight.replace("{w}", &self.tensor("weight"));
        [weight].into_iter().chain(self.has_bias(position).then(|| self.tensor("bias"))).collect()
    }
}

/// Returns the name of a layer for Keras, of which some backends refuse dots.
pub(super) fn keras_name(path: &str) -> String {
    path.replace('.', "-")
}

fn unknown(text: &str) -> String {
    format!("the value of `{text}` is not known here")
}

fn number(text: &str) -> Result<usize, String> {
    let digits: String = text.chars().filter(|&letter| letter != '_').collect();
    digits.parse().map_err(|_| unknown(text))
}

/// Reads `2` or `(2, 1)`.
fn pair(text: &str) -> Result<(usize, usize), String> {
    let Some(inside) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) else {
        return number(text).map(|number| (number, number));
    };
    let (rows, columns) = inside.split_once(',').ok_or_else(|| unknown(text))?;
    Ok((number(rows.trim())?, number(columns.trim())?))
}

/// Splits `<_, 8, 3>(stride = (2, 1))` into sizes and settings.
fn split_arguments(text: &'static str) -> (Vec<&'static str>, Vec<&'static str>) {
    let (mut depth, mut start, mut sizes, mut settings) = (0_usize, 0, Vec::new(), Vec::new());
    let mut in_sizes = true;
    for (place, letter) in text.char_indices() {
        match letter {
            '<' | '(' | '[' | '{' => {
                if depth == 0 {
                    (start, in_sizes) = (place + 1, letter == '<');
                }
                depth += 1;
            }
            '>' | ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let ends = depth == 0 && matches!(letter, '>' | ')' | ']' | '}');
        if ends || depth == 1 && letter == ',' {
            let argument = text[start..place].trim();
            if !argument.is_empty() {
                if in_sizes { &mut sizes } else { &mut settings }.push(argument);
            }
            start = place + 1;
        }
    }
    (sizes, settings)
}

/// Returns a pair as a tuple of Python, or one number if both are equal.
pub(super) fn tuple((rows, columns): (usize, usize)) -> String {
    if rows == columns { rows.to_string() } else { format!("({rows}, {columns})") }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::{pair, split_arguments};

    #[test]
    fn sizes_and_settings_are_split_at_the_outermost_commas() {
        assert_eq!(split_arguments(""), (vec![], vec![]));
        let text = "<_, 8, 3>(stride = (2, 1), padding = Same)";
        assert_eq!(split_arguments(text), (vec!["_", "8", "3"], vec!["stride = (2, 1)", "padding = Same"]));
        assert_eq!(split_arguments("<Image<2, _, 4>>"), (vec!["Image<2, _, 4>"], vec![]));
        assert_eq!((pair("3"), pair("(1, 2)")), (Ok((3, 3)), Ok((1, 2))));
        assert!(pair("STRIDE").is_err());
    }
}
