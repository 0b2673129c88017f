//! The networks of the workloads.

use typenet::network;

network!(pub(crate) struct Net4 = Dense<4, 16>, Tanh, Dense<16, 3>, Softmax);
network!(pub(crate) struct Net64 = Dense<64, 32>, Tanh, Dense<32, 10>, Softmax);
network!(pub(crate) struct Net784 = Dense<784, 128>, Tanh, Dense<128, 10>, Softmax);
network!(pub(crate) struct Deep784 = Dense<784, 512>, Relu, Dense<512, 512>, Relu, Dense<512, 10>, Softmax);
network!(pub(crate) struct Wide<const W: usize> = Dense<W, W>, Relu, Dense<W, 10>, Softmax);
