//! A scaler cannot be fitted to tokens, which are no values.

use typenet::prelude::*;

fn main() -> typenet::Result<()> {
    let data: Dataset<Tokens<3, 128>, Class<2>> = Dataset::of_tokens([*b"cat"], [Class::new(0)?])?;
    let _ = Standardizer::fit(data.inputs());
    Ok(())
}
