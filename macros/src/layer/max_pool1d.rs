//! `MaxPool1d<steps>(stride, padding, dilation, rounding)`

use super::window::{self, STEPS, STRIDE_OF_STEPS};
use super::{Flow, Parameters, Spec, Takes};
use crate::setting::Setting;
use crate::shape::SEQUENCE;

pub(super) const SPEC: Spec = Spec {
    name: "MaxPool1d",
    example: "MaxPool1d<2>",
    takes: Takes::Shape(&SEQUENCE),
    sizes: STEPS,
    settings: &[
        STRIDE_OF_STEPS,
        window::padding_of_steps(&[
            "MaxPool1d<3>(padding = 1)",
            "MaxPool1d<3>(2, Same)",
            "MaxPool1d<2>(padding = Valid)",
            "MaxPool1d<3>(1, Causal)",
        ]),
        Setting::shaping("dilation", 1, 1).with_examples(&[
            "MaxPool1d<2>(dilation = 2)",
            "MaxPool1d<2>(2, Causal, 3)",
            "MaxPool1d<3>(1, 2, 2)",
        ]),
        window::rounding(&[
            "MaxPool1d<4>(rounding = Up)",
            "MaxPool1d<2>(3, 1, 2, Up)",
            "MaxPool1d<3>(2, Causal, rounding = Up)",
        ]),
    ],
    parameters: Parameters::None,
    flow: Flow::Changes,
    resolve: |written| window::pooling_of_steps(written, Some(2)),
};
