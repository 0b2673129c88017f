//! The networks of the workloads.

use typenet::network;

network!(pub(crate) struct Net4 = Dense<4, 16>, Tanh, Dense<16, 3>, Softmax);
network!(pub(crate) struct Net64 = Dense<64, 32>, Tanh, Dense<32, 10>, Softmax);
network!(pub(crate) struct Net784 = Dense<784, 128>, Tanh, Dense<128, 10>, Softmax);
network!(pub(crate) struct Deep784 = Dense<784, 512>, Relu, Dense<512, 512>, Relu, Dense<512, 10>, Softmax);
network!(pub(crate) struct Wide<const W: usize> = Dense<W, W>, Relu, Dense<W, 10>, Softmax);

network! {
    /// LeNet-5 with ReLU and max pooling.
    pub(crate) struct LeNet (Image<1, 28, 28>) -> Probabilities<10> {
        conv1: Conv2d<_, 6, 5>, Relu, MaxPool2d<2>,
        conv2: Conv2d<_, 16, 5>, Relu, MaxPool2d<2>,
        Flatten, fc1: Dense<_, 120>, Relu, fc2: Dense<_, 84>, Relu, output: Dense<_, 10>, Softmax,
    }
}

network! {
    pub(crate) struct Separable (Image<3, 32, 32>) -> Probabilities<10> {
        stem: Conv2d<_, 16, 3>(padding = Same), Relu,
        depth1: Conv2d<_, 16, 3>(padding = Same, groups = _), point1: Conv2d<_, 32, 1>, Relu,
        depth2: Conv2d<_, 32, 3>(2, 1, groups = _), point2: Conv2d<_, 64, 1>, Relu,
        depth3: Conv2d<_, 64, 3>(padding = Same, groups = _), point3: Conv2d<_, 64, 1>, Relu,
        GlobalAvgPool2d, output: Dense<_, 10>, Softmax,
    }
}

network! {
    pub(crate) struct Residuals (Image<3, 32, 32>) -> Probabilities<10> {
        stem: Conv2d<_, 16, 3>(padding = Same), Relu,
        Residual { Conv2d<_, 16, 3>(padding = Same), Relu, Conv2d<_, 16, 3>(padding = Same) }, Relu,
        Residual(Conv2d<_, 32, 1>(stride = 2)) { Conv2d<_, 32, 3>(2, 1), Relu, Conv2d<_, 32, 3>(padding = Same) }, Relu,
        Residual(Conv2d<_, 64, 1>(stride = 2)) { Conv2d<_, 64, 3>(2, 1), Relu, Conv2d<_, 64, 3>(padding = Same) }, Relu,
        GlobalAvgPool2d, output: Dense<_, 10>, Softmax,
    }
}

network! {
    pub(crate) struct Normalized (Image<3, 32, 32>) -> Probabilities<10> {
        stem: Conv2d<_, 16, 3>(padding = Same), BatchNorm, Relu,
        Residual {
            Conv2d<_, 16, 3>(padding = Same), BatchNorm, Relu, Conv2d<_, 16, 3>(padding = Same), BatchNorm,
        }, Relu,
        Residual(Conv2d<_, 32, 1>(stride = 2)) {
            Conv2d<_, 32, 3>(2, 1), BatchNorm, Relu, Conv2d<_, 32, 3>(padding = Same), BatchNorm,
        }, Relu,
        Residual(Conv2d<_, 64, 1>(stride = 2)) {
            Conv2d<_, 64, 3>(2, 1), BatchNorm, Relu, Conv2d<_, 64, 3>(padding = Same), BatchNorm,
        }, Relu,
        GlobalAvgPool2d, output: Dense<_, 10>, Softmax,
    }
}
