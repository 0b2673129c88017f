//! The names of the standard prelude, of primitive types and of `core` and `std` have other meanings in scope.
#![allow(dead_code, non_camel_case_types, unused_imports, unused_macros)]

mod models {
    pub struct Box;
    pub struct Vec;
    pub struct String;
    pub enum Option {
        Some,
        None,
    }
    pub enum Result {
        Ok,
        Err,
    }
    pub use Option::{None, Some};
    pub use Result::{Err, Ok};
    pub trait Clone {}
    pub trait Copy {}
    pub trait Debug {}
    pub trait Default {}
    pub trait Into {}
    pub trait Iterator {}
    pub trait FnMut {}
    pub trait Send {}
    pub trait Sized {}
    pub trait Drop {}
    pub trait Network {}
    pub trait FlatParameters {}
    pub mod core {}
    pub mod std {}
    pub mod alloc {}
    pub mod typenet {}
    pub fn drop() {}
    pub fn size_of() {}
    macro_rules! assert {
        () => {};
    }
    macro_rules! format_args {
        () => {};
    }
    macro_rules! vec {
        () => {};
    }

    ::typenet::network! {
        /// Documented.
        pub struct Shadowed {
            hidden: Dense<2, 3>,
            Tanh,
            inner: Inner,
            Softmax,
        }
    }
    ::typenet::network!(pub struct Inner = Dense<3, WIDTH>);
    const WIDTH: ::core::primitive::usize = 2;
}

mod primitives {
    pub type f64 = ();
    pub type str = ();
    pub type u64 = ();
    pub type bool = ();

    ::typenet::network!(pub struct Shadowed (Vector<2>) -> Probabilities<2> = Dense<2, 3>, Tanh, Dense<3, 2>, Softmax);
}

#[test]
fn names_of_the_standard_library_may_mean_something_else() {
    let network = models::Shadowed::init(&mut typenet::rng(37));
    let sum: f32 = network.predict(&[0.0; 2]).iter().sum();
    assert!((sum - 1.0).abs() < 1e-6);
    assert_eq!(network.clone().predict(&[0.0; 2]), network.predict(&[0.0; 2]));
    assert_eq!(primitives::Shadowed::zeroed().predict(&[0.0; 2]), [0.5; 2]);
}
