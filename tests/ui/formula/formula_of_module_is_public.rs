//! A formula of a module that is visible outside of its crate.

mod shared {
    typenet::formula! { pub fn cube(x: Scalar) -> Scalar { x * x * x } }
}

typenet::activation!(use shared::cube; Third(x) = cube(x));

fn main() {
    println!("{}", Third::value(1.0));
}
