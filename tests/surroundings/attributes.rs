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

#[test]
fn docs_attributes_and_visibility_go_through() {
    let network = models::Network::zeroed();
    assert_eq!(network.hidden.weight.shape(), (3, 2));
    #[allow(deprecated)]
    let output = network.output.weight.shape();
    assert_eq!(output, (1, 3));
    assert!(format!("{network:?}").contains("hidden: Dense<2, 3>"));
}
