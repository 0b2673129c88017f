//! `MaxPool2d<rows, columns>(stride, padding, dilation, rounding)`

use super::window::{self, ROWS_AND_COLUMNS, STRIDE};
use super::{Flow, Parameters, Spec, Takes};
use crate::setting::Setting;
use crate::shape::IMAGE;

pub(super) const SPEC: Spec = Spec {
    name: "MaxPool2d",
    example: "MaxPool2d<2>",
    takes: Takes::Shape(&IMAGE),
    sizes: ROWS_AND_COLUMNS,
    settings: &[
        STRIDE,
        window::padding(&[
            "MaxPool2d<3>(padding = 1)",
            "MaxPool2d<4, 2>(1, (2, 1))",
            "MaxPool2d<3, 2>(padding = Same)",
            "MaxPool2d<2, 5>(2, Same)",
            "MaxPool2d<2>(padding = Valid)",
        ]),
        Setting::shaping("dilation", 1, 1).in_pairs().with_examples(&[
            "MaxPool2d<2>(dilation = 2)",
            "MaxPool2d<2, 3>((1, 2), (1, 2), (4, 2))",
            "MaxPool2d<2>(padding = Same, dilation = (1, 3), stride = 2)",
        ]),
        window::rounding(&[
            "MaxPool2d<2>(rounding = Down)",
            "MaxPool2d<3>(2, 1, rounding = Up)",
            "MaxPool2d<3, 4>((2, 5), (1, 0), (3, 1), Up)",
            "MaxPool2d<2>(padding = Same, rounding = Up)",
        ]),
    ],
    parameters: Parameters::None,
    flow: Flow::Changes,
    resolve: |written| window::pooling(written, Some(2)),
};
