//! `Conv2d`: in Keras `Conv2D`, whose kernel is [rows, columns, inputs, outputs], and `DepthwiseConv2D`, whose kernel is [rows, columns,
//! channels, outputs of each].

#[cfg(feature = "keras")]
use alloc::string::String;
#[cfg(feature = "keras")]
use alloc::vec::Vec;

use super::Counterpart;
#[cfg(feature = "keras")]
use super::from_keras::Variables;
#[cfg(feature = "keras")]
use crate::io::Array;

pub(super) const LAYER: Counterpart = Counterpart {
    name: "Conv2d",
    #[cfg(feature = "keras")]
    classes: &["conv2d", "depthwise_conv2d"],
    #[cfg(feature = "keras")]
    from_keras,
};

#[cfg(feature = "keras")]
fn from_keras(variables: Variables) -> Result<Vec<(&'static str, Array)>, String> {
    // The kernel of a depthwise convolution has all channels; ours reads one.
    let is_depthwise = variables.sizes_of("weight").is_some_and(|sizes| {
        let kernel = variables.all.first().map_or(&[][..], |(_, kernel)| &kernel.shape);
        matches!(kernel, &[_, _, channels, each] if channels > 1 && sizes.get(1) == Some(&1) && channels.checked_mul(each) == Some(sizes[0]))
    });
    let (kernel, bias) = variables.kernel_and_bias()?;
    let weight = if is_depthwise {
        let kernel = kernel.permuted(&[2, 3, 0, 1])?;
        let sizes = [kernel.shape[0] * kernel.shape[1], 1, kernel.shape[2], kernel.shape[3]];
        kernel.reshaped(&sizes)?
    } else {
        kernel.permuted(&[3, 2, 0, 1])?
    };
    Ok([("weight", weight)].into_iter().chain(bias.map(|bias| ("bias", bias))).collect())
}
