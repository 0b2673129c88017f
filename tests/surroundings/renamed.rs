//! The library under another name, as a renamed dependency, here by the `extern crate` of `main.rs`; `tn::network!` cannot use
//! `::typenet`.

mod elsewhere {
    // Whatever the name of the crate in the extern prelude is, this module shadows it.
    #[allow(dead_code)]
    pub mod typenet {
        pub struct Vector;
    }

    tn::network!(pub struct Network (Vector<2>) = Dense<2, 3>, Tanh, inner: Inner, Softmax);
    tn::network!(pub struct Inner = Dense<3, 2>);
}

#[test]
fn the_library_may_have_another_name() {
    tn::network!(struct Local = Dense<1, 2>, Softmax);
    assert_eq!(Local::init(&mut tn::rng(37)).predict(&[0.0]), [0.5; 2]);
    assert_eq!(elsewhere::Network::zeroed().predict(&[0.0; 2]), [0.5; 2]);
}
