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
