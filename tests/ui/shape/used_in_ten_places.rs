//! A wrong network that is used in ten places is reported once.

use typenet::prelude::*;

network! {
    pub struct Digits {
        hidden: Dense<64, 32>,
        Tanh,
        output: Dense<30, 10>,
        Softmax,
    }
}

network!(struct Around = Dense<4, 64>, Digits, Dense<10, 2>);

struct Program {
    network: Box<Digits>,
    gradient: Box<Gradient<Digits>>,
}

fn best(network: &Digits, input: &[f32; 64]) -> f32 {
    network.predict(input).into_iter().fold(0.0, f32::max)
}

fn parameters<N: Network>() -> usize {
    N::PARAMETERS
}

fn main() -> typenet::Result<()> {
    let mut network = Digits::init(&mut typenet::rng(37));
    let copy = network.clone();
    let data = Dataset::<Vector<64>, Class<10>>::labelled([[0.0; 64]], [0])?;
    Trainer::new(Nll, Sgd::new(0.1)).validation(&data).fit(&mut network, &data)?;
    println!("{}", network.evaluate(&data, &Nll).accuracy);
    println!("{} {}", best(&network, &[0.0; 64]), parameters::<Digits>());
    println!("{:?} {}", network.predict_batch(data.inputs()), Digits::summary());
    println!("{} {}", network.hidden.weight[(0, 0)], network.output.bias[0]);
    let mut program = Program { network: copy, gradient: Gradient::zeroed() };
    let mut workspace = Workspace::new();
    let pass = Pass::training(37, 0);
    program.network.gradient(
        data.inputs(), data.targets(), &Nll, &pass, &mut workspace, &mut program.gradient,
    )?;
    println!("{:?}", Around::zeroed().predict(&[0.0; 4]));
    Ok(())
}
