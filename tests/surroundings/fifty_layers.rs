//! Fifty layers.

use typenet::prelude::*;

network! {
    struct Tower {
        Dense<4, 5>, Tanh, Dense<5, 4>, Tanh, Dense<4, 5>, Tanh, Dense<5, 4>, Tanh, Dense<4, 5>, Tanh,
        Dense<5, 4>, Tanh, Dense<4, 5>, Tanh, Dense<5, 4>, Tanh, Dense<4, 5>, Tanh, Dense<5, 4>, Tanh,
        Dense<4, 5>, Tanh, Dense<5, 4>, Tanh, Dense<4, 5>, Tanh, Dense<5, 4>, Tanh, Dense<4, 5>, Tanh,
        Dense<5, 4>, Tanh, Dense<4, 5>, Tanh, Dense<5, 4>, Tanh, Dense<4, 5>, Tanh, Dense<5, 4>, Tanh,
        Dense<4, 5>, Tanh, Dense<5, 4>, Tanh, Dense<4, 5>, Tanh, Dense<5, 4>, Tanh, Dense<4, 3>, Softmax,
    }
}

#[test]
fn fifty_layers_learn() -> typenet::Result<()> {
    let mut network = Tower::init(&mut typenet::rng(37));
    assert_eq!(Tower::PARAMETERS, 12 * (4 * 5 + 5 + 5 * 4 + 4) + 4 * 3 + 3);
    assert_eq!(network.dense_25.bias.len(), 3);
    let data = Dataset::<Vector<4>, Class<3>>::labelled([[1.0; 4]], [1])?;
    Trainer::new(Nll, Sgd::new(0.1)).epochs(50).fit(&mut network, &data)?;
    assert_eq!(network.evaluate(&data, &Nll).accuracy, 1.0);
    Ok(())
}
