//! `#[cfg]` above a network applies to every item that the network becomes.
#![deny(unused)]

use typenet::prelude::*;

network! {
    /// The network that exists.
    #[cfg(not(target_os = "none"))]
    #[tile(8)]
    pub struct Model {
        hidden: Dense<3, 4>,
        Residual { Dense<4, 4>, Tanh },
        output: Dense<4, 2>,
    }
}

network! {
    #[cfg(target_os = "none")]
    pub struct Model {
        output: Dense<3, 7>,
    }
}

// Its contents are not read.
network! {
    #[cfg(any())]
    pub struct Nothing {
        output: NoSuchLayer<3, 7>,
        Dense<1, 2>
    }
}

macro_rules! declare {
    ($(#[$attribute:meta])* $name:ident, $outputs:literal) => {
        network!($(#[$attribute])* struct $name<const N: usize> = Dense<N, $outputs>);
    };
}
declare!(
    #[cfg(all())]
    #[cfg_attr(all(), cfg(any()))]
    Choice,
    5
);
declare!(
    #[cfg(all())]
    #[cfg_attr(all(), cfg(all()))]
    Choice,
    6
);

fn in_function() -> usize {
    network!(#[cfg(any())] struct Local = Dense<1, 1>);
    network!(#[cfg(all())] struct Local = Dense<1, 2>);
    Local::PARAMETERS
}

#[test]
fn cfg_above_a_network_is_about_all_of_it() {
    let [_, _] = Model::zeroed().predict(&[0.0; 3]);
    assert_eq!(Model::TILE, 8);
    assert_eq!(Choice::<2>::zeroed().predict(&[0.0; 2]), [0.0; 6]);
    assert_eq!(in_function(), 4);
}
