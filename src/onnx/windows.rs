//! The windows of convolutions and pooling layers.

use alloc::vec;
use alloc::vec::Vec;

use crate::error::Result;
use crate::flat_parameters::FlatParameters;
use crate::onnx::attribute::Attribute;
use crate::onnx::constant::Constant;
use crate::onnx::graph::{Graph, Value};
use crate::scalar::Scalar;
use crate::shape::arithmetic::{span, windows};

/// Windows along `N` axes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Windows<const N: usize> {
    /// The sizes of the input.
    pub(crate) input: [usize; N],
    /// The number of windows.
    pub(crate) output: [usize; N],
    /// The sizes of the window.
    pub(crate) kernel: [usize; N],
    /// The steps between windows.
    pub(crate) stride: [usize; N],
    /// The padding before the first elements.
    pub(crate) padding: [usize; N],
    /// The steps between the elements of a window.
    pub(crate) dilation: [usize; N],
}

impl<const N: usize> Windows<N> {
    /// Returns the padding behind the last elements: as much as before the first ones if this gives as many windows, and otherwise
    /// what the last window needs.
    pub(crate) fn padding_behind(&self) -> [usize; N] {
        core::array::from_fn(|axis| {
            let (size, before, stride) = (self.input[axis], self.padding[axis], self.stride[axis]);
            let span = span(self.kernel[axis], self.dilation[axis]);
            if windows(size, span, stride, before) == self.output[axis] {
                before
            } else {
                ((self.output[axis] - 1) * stride + span).saturating_sub(size + before)
            }
        })
    }

    /// Returns the attributes of a node.
    pub(crate) fn attributes(&self) -> Vec<(&'static str, Attribute)> {
        let pads = [self.padding, self.padding_behind()].concat();
        let mut attributes = vec![
            ("kernel_shape", Attribute::sizes(&self.kernel)),
            ("strides", Attribute::sizes(&self.stride)),
            ("pads", Attribute::sizes(&pads)),
        ];
        // `AveragePool` has no such attribute before version 19.
        if self.dilation != [1; N] {
            attributes.push(("dilations", Attribute::sizes(&self.dilation)));
        }
        attributes
    }
}

/// Adds a convolution with a `weight`, and a `bias` if the parameters have one. `with` are its attributes and the number of groups.
pub(crate) fn convolution<T: Scalar, P: FlatParameters<T>>(
    graph: &mut Graph,
    operator: &'static str,
    input: &Value,
    parameters: &P,
    (mut attributes, groups): (Vec<(&'static str, Attribute)>, usize),
) -> Result<Value> {
    attributes.push(("group", Attribute::size(groups)));
    let weight = graph.parameter(parameters, "weight")?;
    let weight = graph.constant(weight);
    let bias = Constant::of(parameters, "bias").map(|bias| graph.constant(bias));
    let inputs: Vec<&Value> = [input, &weight].into_iter().chain(&bias).collect();
    Ok(graph.node(operator, &inputs, &attributes))
}

#[cfg(test)]
mod tests {
    use super::Windows;

    #[test]
    fn padding_is_even_where_it_can_be() {
        let windows = Windows { input: [7], output: [4], kernel: [3], stride: [2], padding: [1], dilation: [1] };
        assert_eq!(windows.padding_behind(), [1]);
        // `Same` of an even size, and causal padding.
        assert_eq!(Windows { input: [4], output: [2], padding: [0], ..windows }.padding_behind(), [1]);
        assert_eq!(Windows { output: [7], stride: [1], padding: [2], ..windows }.padding_behind(), [0]);
    }
}
