//! A pattern that is not a name.

use typenet::gradient_of;
use typenet::minimize::Descent;
use typenet::prelude::*;

gradient_of! {
    fn wrong(mut x: Vector<2>) -> Scalar { dot(x, x) }
}

fn main() -> typenet::Result<()> {
    let mut point = [0.0; 2];
    Descent::new(Adam::new(0.05)).minimize(&mut point, wrong)?;
    println!("{}", wrong(&point, &mut [0.0; 2]));
    Ok(())
}
