//! The Hessian of a loop of unknown length.

use typenet::gradient_of;

const STEPS: usize = 3;

gradient_of! {
    #[hessian_vector_product(wrong_hessian)]
    fn wrong(x: Vector<2>) -> Scalar { let mut y = x; for _ in 0..STEPS { y = sin(y); } sum(y) }
}

fn main() {
    println!("{}", wrong(&[0.5, -0.5], &mut [0.0; 2]));
    wrong_hessian(&[0.5, -0.5], &[1.0, 0.0], &mut [0.0; 2]);
}
