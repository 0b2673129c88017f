//! A type of number in place of `Scalar`.

use typenet::gradient_of;
use typenet::minimize::Descent;
use typenet::prelude::*;

gradient_of! {
    fn wrong([x, y]: Vector<2>) -> f64 { (1 - x).powi(2) + 100 * (y - x.powi(2)).powi(2) }
}

fn main() -> typenet::Result<()> {
    let mut point = [0.0; 2];
    Descent::new(Adam::new(0.05)).minimize(&mut point, wrong)?;
    println!("{}", wrong(&point, &mut [0.0; 2]));
    Ok(())
}
