//! Names of other crates in scope together with the prelude, imported by glob and by name.

#[allow(unused_imports)]
mod beside_nalgebra {
    use nalgebra::*;
    use typenet::prelude::*;

    network!(pub struct Network = Dense<2, 3>, Tanh, Dense<3, 2>, Softmax);
    network!(pub struct Declared (typenet::Vector<2>) -> Probabilities<2> = Dense<_, 2>, Softmax);
}

#[allow(dead_code)]
mod own_names {
    #[derive(Debug, PartialEq)]
    pub struct Dense(pub u8);
    #[derive(Debug, PartialEq)]
    pub struct Vector(pub u8);
    pub struct Probabilities;
    pub struct Softmax;
    pub struct Tanh;
    pub trait Layer {}
    pub trait Shape {}
    impl Layer for Dense {}
    impl Shape for Vector {}
    impl Layer for Tanh {}
    impl Layer for Softmax {}
    impl Shape for Probabilities {}

    // Within `network!`, a single name of the library always means the library's type.
    typenet::network!(pub struct Network (Vector<2>) -> Probabilities<2> = Dense<2, 3>, Tanh, Dense<3, 2>, Softmax);
}

mod own_dense_beside_the_prelude {
    use typenet::prelude::*;

    #[allow(dead_code)]
    pub struct Dense;
    #[allow(dead_code)]
    pub struct Vector;

    network!(pub struct Other = Dense<2, 3>, Tanh, Dense<3, 2>, Softmax);
    const _: fn() -> usize = || <Other as Network>::PARAMETERS;
}

#[test]
fn names_of_other_crates_change_nothing() {
    assert_eq!(beside_nalgebra::Network::zeroed().predict(&[1.0; 2]), [0.5; 2]);
    assert_eq!(beside_nalgebra::Declared::zeroed().predict(&[1.0; 2]), [0.5; 2]);
    assert_eq!(own_names::Network::zeroed().predict(&[1.0; 2]), [0.5; 2]);
    assert_eq!(own_dense_beside_the_prelude::Other::zeroed().predict(&[1.0; 2]), [0.5; 2]);
    assert_eq!((own_names::Dense(1), own_names::Vector(2)), (own_names::Dense(1), own_names::Vector(2)));
    let _ = (own_names::Probabilities, own_names::Softmax, own_names::Tanh);
}
