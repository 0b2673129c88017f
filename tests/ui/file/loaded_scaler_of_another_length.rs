//! A sample whose length differs from the network's input, for the scaler that was loaded with it.

use typenet::prelude::*;

network! {
    struct Digits {
        hidden: Dense<64, 32>,
        Tanh,
        output: Dense<32, 10>,
        Softmax,
    }
}

fn main() -> typenet::Result<()> {
    let (network, scaler) = Digits::load_with_scaler::<Standardizer<_>>("digits.safetensors")?;
    println!("{:?}", network.predict(&scaler.apply(&[0.0; 60])));
    Ok(())
}
