//! Labels that are read as floats do not name classes.

use typenet::prelude::*;

fn main() -> typenet::Result<()> {
    let rows = [[5.1, 3.5, 0.0], [7.0, 3.2, 1.0]];
    let labels = rows.map(|row| row[2]);
    let data = Dataset::<Vector<3>, Class<2>>::labelled(rows, labels)?;
    println!("{data:?}");
    Ok(())
}
