//! Networks in functions, in modules, several in one module, in both forms, with and without trailing commas.

use typenet::prelude::*;

network! {
    struct Braces {
        hidden: Dense<2, 3>,
        Tanh,
        output: Dense<3, 1>
    }
}
network! { struct OneLine = Dense<2, 3>, Tanh, Dense<3, 1> }
network!(struct TrailingComma = Dense<2, 3>, Tanh, Dense<3, 1>,);
network!(struct Semicolon = Dense<2, 3>, Tanh, Dense<3, 1>;);
network![struct Wide = Dense<5, 7>, Softmax];

mod inner {
    use super::*;

    network!(pub struct InModule = Dense<2, 3>, Tanh, Dense<3, 1>);
    network!(pub struct Braces = Dense<2, 2>);
}

fn in_function() -> f32 {
    network!(struct Local = Dense<2, 3>, Tanh, Dense<3, 1>);
    network!(struct Other = Dense<1, 3>);
    assert_eq!(Other::zeroed().predict(&[1.0]), [0.0; 3]);
    Local::zeroed().predict(&[1.0, 2.0])[0]
}

#[test]
fn networks_compile_in_modules_and_functions() {
    let mut rng = typenet::rng(37);
    assert_eq!(in_function(), 0.0);
    assert_eq!(Braces::PARAMETERS, 2 * 3 + 3 + 3 + 1);
    assert_eq!(OneLine::PARAMETERS, Braces::PARAMETERS);
    assert_eq!(TrailingComma::PARAMETERS, Braces::PARAMETERS);
    assert_eq!(Semicolon::PARAMETERS, Braces::PARAMETERS);
    assert_eq!(inner::Braces::PARAMETERS, 2 * 2 + 2);
    assert_eq!(inner::InModule::init(&mut rng).predict(&[0.0; 2]), [0.0]);
    let wide: f32 = Wide::init(&mut rng).predict(&[0.0; 5]).iter().sum();
    assert!((wide - 1.0).abs() < 1e-6);
    // Automatic names.
    let network = OneLine::init(&mut rng);
    assert_eq!((network.dense.bias[0], network.dense_2.bias[0]), (0.0, 0.0));
    assert_eq!(format!("{}", OneLine::TENSORS.list()[2].name), "dense_2.weight");
}
