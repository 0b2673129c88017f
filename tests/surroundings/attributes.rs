//! Docs, attributes and visibility are passed on to the struct and its fields.
#![deny(deprecated)]

mod models {
    typenet::network! {
        /// Documented.
        #[cfg_attr(all(), must_use = "a network costs time")]
        #[doc(alias = "mlp")]
        pub(crate) struct Network {
            /// A field with docs.
            #[allow(dead_code)]
            hidden: Dense<2, 3>,
            #[cfg_attr(any(), deprecated)]
            Tanh,
            #[deprecated(note = "not for users")]
            output: Dense<3, 1>,
        }
    }
}

/// Only uses of a deprecated network are warnings.
mod deprecated {
    typenet::network! {
        #[deprecated(note = "not for users")]
        #[tile(3)]
        #[budget(parameters = 1_000)]
        pub(crate) struct Old -> Vector<3> {
            Dense<2, 2>,
            super::models::Network,
            Dense<_, 3>,
            Residual { Dense<3, 3>, Dropout(0.5) },
        }
    }

    typenet::network! {
        #[cfg_attr(all(), deprecated)]
        #[budget(workspace = "1 MiB")]
        pub(crate) struct Generic<const N: usize> -> Vector<N> {
            #[init(Constant(N as f64))]
            Dense<N, N>,
            Residual { Dense<N, N>, Dropout(1.0 / N as f64) },
        }
    }
}

#[test]
fn a_deprecated_network_is_no_warning_where_it_is_declared() {
    #[allow(deprecated)]
    let (old, generic) = (deprecated::Old::zeroed(), deprecated::Generic::<4>::zeroed());
    assert_eq!(old.predict(&[1.0, 2.0]), [0.0; 3]);
    assert_eq!(generic.predict(&[1.0; 4]), [0.0; 4]);
}

#[test]
fn docs_attributes_and_visibility_go_through() {
    let network = models::Network::zeroed();
    assert_eq!(network.hidden.weight.shape(), (3, 2));
    #[allow(deprecated)]
    let output = network.output.weight.shape();
    assert_eq!(output, (1, 3));
    assert!(format!("{network:?}").contains("hidden: Dense<2, 3>"));
}
