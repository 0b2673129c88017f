//! Other macros can pass fragments to `network!`: `$size:expr`, `$layer:ident`, `$(#[$meta:meta])*`.
use typenet::prelude::*;
use typenet::{FlatParameters, Network};

const THREE: usize = 3;
const TENTH: f64 = 0.1;

macro_rules! declare {
    ($(#[$meta:meta])* $name:ident, $size:expr, $slope:expr, $initial:expr, $tile:expr) => {
        network! {
            $(#[$meta])*
            #[tile($tile * 2)]
            struct $name {
                #[init(Constant($initial * 2.0))]
                dense: Dense<2, { $size * 2 }>,
                leaky_relu: LeakyRelu($slope * 2.0),
                last: Dense<_, { 20 - $size }>,
            }
        }
    };
}

declare!(
    /// Every fragment is a sum, of which an operator next to it must not take only the last term.
    #[budget(parameters = 1000)]
    Sums, THREE + 1, TENTH + 0.1, TENTH + 0.4, THREE + 1
);
declare!(Literals, 3 + 1, 0.1 + 0.1, 0.1 + 0.4, 3 + 1);

macro_rules! convolve {
    ($name:ident, $padding:expr, $initializer:expr, $dropout:expr, $layer:ident) => {
        network! {
            struct $name (Image<1, 5, 5>) {
                #[init($initializer)]
                conv: Conv2d<_, 2, 3>(padding = $padding),
                Dropout($dropout),
                $layer,
            }
        }
    };
}

convolve!(Same5, Same, Zeros, rate = 0.5, Tanh);
convolve!(Padded, THREE - 2, Normal(0.0, 0.1), 0.5, Relu);

/// A declaration of the parameter and its use may differ in `r#`.
mod raw {
    typenet::network!(pub(super) struct Raw<const r#N: usize> = Dense<N, 2>, Dense<_, r#N>);
}

#[test]
fn fragments_are_operands() {
    fn check<N: Network<Scalar = f32> + FlatParameters<f32>>(name: &str) {
        let shapes: Vec<_> = N::TENSORS.list().iter().map(|tensor| tensor.shape.to_vec()).collect();
        assert_eq!(shapes, [vec![8, 2], vec![8], vec![16, 8], vec![16]], "{name}");
        assert_eq!(N::TILE, 8, "{name}");
    }
    check::<Sums>("Sums");
    check::<Literals>("Literals");
    let sums = Sums::init(&mut typenet::rng(1));
    assert!(sums.dense.weight.iter().all(|&weight| weight == 1.0));
    let mut zeros = Sums::zeroed();
    zeros.dense.bias.fill(-1.0);
    assert!(zeros.activations(&[0.0, 0.0]).leaky_relu.iter().all(|&value| value == -0.4));
}

#[test]
fn words_come_through_other_macros() {
    assert_eq!(Same5::zeroed().predict(&[[[1.0; 5]; 5]]), [[[0.0; 5]; 5]; 2]);
    assert_eq!(Padded::zeroed().predict(&[[[1.0; 5]; 5]]), [[[0.0; 5]; 5]; 2]);
    assert_eq!(raw::Raw::<3>::zeroed().predict(&[0.0; 3]), [0.0; 3]);
}
