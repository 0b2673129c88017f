//! What are the layers called in PyTorch and Keras? For messages about words that are no layers of the library.

use crate::identifier;
use crate::layer::ALL;

/// Names in PyTorch or Keras, and how the library's layer is written. Those that differ by two letters or fewer are left out.
pub(crate) const NAMES: &[(&str, &str)] = &[
    ("Linear", "Dense<64, 32>"),
    ("Conv2DTranspose", "ConvTranspose2d<4, 2, 3>"),
    ("DepthwiseConv2d", "Conv2d<8, 8, 3>(groups = 8)"),
    ("SeparableConv2d", "Conv2d<8, 8, 3>(groups = 8), Conv2d<8, 16, 1>"),
    ("MaxPooling1d", "MaxPool1d<2>"),
    ("MaxPooling2d", "MaxPool2d<2>"),
    ("AveragePooling1d", "AvgPool1d<2>"),
    ("AveragePooling2d", "AvgPool2d<2>"),
    ("GlobalAveragePooling1d", "GlobalAvgPool1d"),
    ("GlobalAveragePooling2d", "GlobalAvgPool2d"),
    ("AdaptiveAvgPool1d", "GlobalAvgPool1d"),
    ("AdaptiveAvgPool2d", "GlobalAvgPool2d"),
    ("GlobalMaxPooling1d", "GlobalMaxPool1d"),
    ("GlobalMaxPooling2d", "GlobalMaxPool2d"),
    ("AdaptiveMaxPool1d", "GlobalMaxPool1d"),
    ("AdaptiveMaxPool2d", "GlobalMaxPool2d"),
    ("BatchNorm1d", "BatchNorm"),
    ("BatchNorm2d", "BatchNorm"),
    ("BatchNormalization", "BatchNorm"),
    ("LayerNormalization", "LayerNorm"),
    ("RmsNormalization", "RmsNorm"),
    ("GroupNormalization", "GroupNorm<4>"),
    ("SpatialDropout2d", "Dropout2d(0.2)"),
    ("ZeroPadding2d", "Pad<1>"),
    ("UpSampling2d", "Upsample<2>"),
    ("SimpleRnn", "Rnn<4, 8>"),
    ("MultiheadAttention", "SelfAttention<4>"),
    ("Attention", "SelfAttention<4>"),
];

/// The least number of letters of a word that may be misspelled. Of three letters, `Gru` would be `Elu`.
const LEAST_LETTERS: usize = 4;

/// Returns how the layer is written that `word` stands for elsewhere, or is a misspelling of.
pub(crate) fn meant(word: &str) -> Option<&'static str> {
    let named = |(name, _): &&(&str, &str)| word.eq_ignore_ascii_case(name);
    let long = |name: &str| name.len() >= LEAST_LETTERS && word.len() >= LEAST_LETTERS;
    let spelled = || ALL.iter().find(|layer| word.eq_ignore_ascii_case(layer.name));
    let alike = || ALL.iter().find(|layer| long(layer.name) && identifier::is_like(word, layer.name));
    let layer = || Some(spelled().or_else(alike)?.example_with_defaults());
    NAMES.iter().find(named).map(|&(_, written)| written).or_else(layer)
}

#[cfg(test)]
mod tests {
    use super::{NAMES, meant};

    #[test]
    fn names_of_other_libraries_and_misspelled_ones_have_a_meaning() {
        for (name, written) in NAMES {
            assert_eq!(meant(name), Some(*written));
        }
        assert_eq!(
            ["Conv2D", "Dens", "ReLU", "MaxPooling2D"].map(meant),
            [Some("Conv2d<3, 8, 5>"), Some("Dense<64, 32>"), Some("Relu"), Some("MaxPool2d<2>")]
        );
        assert_eq!(["BatchNrm", "Dropuot"].map(meant), [Some("BatchNorm"), Some("Dropout(0.2)")]);
        assert_eq!(["GRU", "LSTM", "SimpleRNN"].map(meant), [Some("Gru<4, 8>"), Some("Lstm<4, 8>"), Some("Rnn<4, 8>")]);
        assert_eq!(["Custom", "Grus", "Encoder"].map(meant), [None; 3]);
    }
}
