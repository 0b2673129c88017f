//! A Hessian without a name.

use typenet::gradient_of;

gradient_of! {
    #[hessian_vector_product]
    fn wrong(x: Vector<2>) -> Scalar { dot(x, x) }
}

fn main() {
    println!("{}", wrong(&[0.5, -0.5], &mut [0.0; 2]));
}
