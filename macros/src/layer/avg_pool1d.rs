//! `AvgPool1d<steps>(stride, padding, divisor, rounding)`

use super::window::{self, STEPS, STRIDE_OF_STEPS};
use super::{Flow, Parameters, Spec, Takes};
use crate::setting::Setting;
use crate::shape::SEQUENCE;

pub(super) const SPEC: Spec = Spec {
    name: "AvgPool1d",
    example: "AvgPool1d<2>",
    takes: Takes::Shape(&SEQUENCE),
    sizes: STEPS,
    settings: &[
        STRIDE_OF_STEPS,
        window::padding_of_steps(&[
            "AvgPool1d<3>(padding = 1)",
            "AvgPool1d<3>(2, Same)",
            "AvgPool1d<2>(padding = Valid)",
            "AvgPool1d<3>(1, Causal)",
        ]),
        Setting::shaping_or("divisor", "ByPadding", 1, "Divisor")
            .with_words(&["Window", "Inside"], "Divisor")
            .with_examples(&[
                "AvgPool1d<3>(padding = 1, divisor = Inside)",
                "AvgPool1d<3>(2, Causal, Window)",
                "AvgPool1d<2>(divisor = 5)",
            ]),
        window::rounding(&[
            "AvgPool1d<4>(rounding = Up)",
            "AvgPool1d<5>(3, 2, rounding = Up)",
            "AvgPool1d<4>(divisor = Inside, rounding = Up)",
        ]),
    ],
    parameters: Parameters::None,
    flow: Flow::Changes,
    resolve: |written| window::pooling_of_steps(written, None),
};
