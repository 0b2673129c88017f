//! Fields, constants and networks with names that occur in generated code.
#![allow(non_upper_case_globals, non_camel_case_types)]
#![deny(unused)]

use typenet::prelude::*;

// A lower-case constant turns a variable of the same name into a pattern. Only the parameters of public functions (`rng`,
// `initializer`, `input`, `inputs`, `output`) keep plain names, which appear in their documentation.
pub const hidden: usize = 1;
pub const samples: usize = 2;
pub const memory: &str = "";
pub const front: u8 = 0;
pub const back: u8 = 0;
pub const parameters: u8 = 0;
pub const gradient: u8 = 0;
pub const cache: u8 = 0;
pub const pass: u8 = 0;
pub const isa: u8 = 0;
pub const widest: u8 = 0;
pub const scratch: u8 = 0;
pub const visit: u8 = 0;
pub const copy: u8 = 0;
pub const formatter: u8 = 0;
pub const network: u8 = 0;
pub const hidden_output: u8 = 0;
pub const hidden_cache: u8 = 0;
pub static grad_output: u8 = 0;
pub static grad_input: u8 = 0;

network! {
    struct Fields {
        input: Dense<3, 4>,
        output: Tanh,
        memory: Dense<4, 4>,
        cache: Relu,
        samples: Dense<4, 4>,
        front: Sigmoid,
        back: Dense<4, 4>,
        pass: Identity,
        isa: Dense<4, 4>,
        gradient: Tanh,
        parameters: Dense<4, 4>,
        rng: Tanh,
        initializer: Dense<4, 4>,
        input_output: Tanh,
        input_cache: Dense<4, 4>,
        grad: Tanh,
        grad_: Dense<4, 4>,
        self_: Tanh,
        r#type: Dense<4, 3>,
        r#match: Softmax,
    }
}

network!(struct hidden_network = hidden: Dense<{ hidden }, samples>, Tanh, Dense<{ samples }, 3>);
network!(struct T = Dense<1, 2>, Dense<2, 1>);
network!(struct Layer = Dense<1, 2>, Softmax);
network!(struct r#struct = Dense<1, 2>, Softmax);
// Parameters with the names of types.
network!(struct N<const N: usize> (Vector<N>) -> Vector<N> = Tanh);
network! {
    struct P<const P: usize, const Dense: usize, const f32: usize> {
        Dense<P, Dense>,
        Residual { Dense<Dense, f32>, Dense<_, Dense> },
        N<{ Dense }>,
        Dropout(0.1 / Dense as f64),
        Dense<Dense, f32>,
    }
}

// Parameters and networks with names of generated code, in which `__samples` is a variable and `__A` a generic parameter.
network! {
    pub struct Reserved<const __A: usize, const __samples: usize, const __T: usize, const T: usize> {
        first: Dense<__A, __samples>,
        Repeat<2> { Dense<__samples, __samples>, Tanh },
        Dropout(0.1 / __T as f64),
        Dense<_, __T>,
        Dense<__T, { T }>,
    }
}
network!(pub struct __T<const T: usize> = Dense<T, 2>, Tanh);
network!(pub struct __S (Vector<3>) = crate::names::Three, Dense<3, 1>);
network!(pub struct Three = Dense<3, 3>);
// The parameters of public functions.
network! {
    pub struct Arguments<const input: usize, const output: usize, const rng: usize, const file: usize> {
        input: Dense<input, output>,
        Dense<output, rng>,
        Dense<rng, file>,
    }
}
network! {
    pub struct OthersToo<const inputs: usize, const initializer: usize, const bytes: usize> {
        Dense<inputs, initializer>,
        Dense<_, bytes>,
    }
}

#[test]
fn parameters_may_have_names_of_generated_code() {
    let reserved = Reserved::<2, 3, 4, 5>::init(&mut typenet::rng(37));
    assert_eq!(reserved.first.bias.len(), 3);
    assert_eq!(reserved.predict(&[0.0; 2]).len(), 5);
    assert_eq!(__T::<3>::zeroed().predict(&[1.0; 3]), [0.0; 2]);
    assert_eq!(__S::zeroed().predict(&[1.0; 3]), [0.0]);
    let arguments = Arguments::<2, 3, 4, 5>::zeroed();
    assert_eq!(arguments.input.bias.len(), 3);
    assert_eq!(arguments.predict(&[0.0; 2]), [0.0; 5]);
    assert_eq!(OthersToo::<2, 3, 4>::zeroed().predict_batch(&[[0.0; 2]]), [[0.0; 4]]);
}

#[test]
fn names_in_generated_code_are_free() -> typenet::Result<()> {
    assert_eq!((front, back, parameters, gradient, cache, pass, isa), (0, 0, 0, 0, 0, 0, 0));
    assert_eq!((widest, scratch, visit, copy), (0, 0, 0, 0));
    assert_eq!((formatter, network, hidden_output, hidden_cache), (0, 0, 0, 0));
    assert_eq!((memory, grad_output, grad_input), ("", 0, 0));
    let mut trained = Fields::init(&mut typenet::rng(37));
    let data = Dataset::<Vector<3>, Class<3>>::labelled([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]], [0, 1])?;
    Trainer::new(Nll, Sgd::new(0.1)).fit(&mut trained, &data)?;
    assert_eq!(trained.r#type.bias.len(), 3);
    assert!(Fields::TENSORS.list().iter().any(|tensor| tensor.name == "type.weight"));
    assert_eq!(hidden_network::zeroed().predict(&[1.0]), [0.0; 3]);
    assert_eq!(T::zeroed().predict(&[1.0]), [0.0]);
    assert_eq!(Layer::zeroed().predict(&[1.0]), [0.5; 2]);
    assert_eq!(P::<2, 3, 4>::zeroed().predict(&[1.0; 2]), [0.0; 4]);
    assert_eq!(P::<2, 3, 4>::PARAMETERS, 9 + 31 + 16);
    assert_eq!(r#struct::zeroed().predict(&[1.0]), [0.5; 2]);
    Ok(())
}
