//! `AvgPool2d<rows, columns>(stride, padding, divisor, rounding)`

use super::window::{self, ROWS_AND_COLUMNS, STRIDE};
use super::{Flow, Parameters, Spec, Takes};
use crate::setting::Setting;
use crate::shape::IMAGE;

pub(super) const SPEC: Spec = Spec {
    name: "AvgPool2d",
    example: "AvgPool2d<2>",
    takes: Takes::Shape(&IMAGE),
    sizes: ROWS_AND_COLUMNS,
    settings: &[
        STRIDE,
        window::padding(&[
            "AvgPool2d<3>(padding = 1)",
            "AvgPool2d<4, 2>(1, (2, 1))",
            "AvgPool2d<3, 2>(padding = Same)",
            "AvgPool2d<2, 5>(2, Same)",
            "AvgPool2d<2>(padding = Valid)",
        ]),
        Setting::shaping_or("divisor", "ByPadding", 1, "Divisor")
            .with_words(&["Window", "Inside"], "Divisor")
            .with_examples(&[
                "AvgPool2d<3>(padding = 1, divisor = Inside)",
                "AvgPool2d<3>(2, Same, Window)",
                "AvgPool2d<2, 3>(divisor = 5)",
            ]),
        window::rounding(&[
            "AvgPool2d<4>(3, 1, rounding = Up)",
            "AvgPool2d<5, 2>((3, 2), padding = (2, 1), divisor = Inside, rounding = Up)",
            "AvgPool2d<2>(padding = Same, rounding = Up)",
        ]),
    ],
    parameters: Parameters::None,
    flow: Flow::Changes,
    resolve: |written| window::pooling(written, None),
};
