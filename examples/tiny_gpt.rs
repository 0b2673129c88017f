//! Trains a transformer of 828,000 parameters on the characters of a novel, in under two minutes on two cores, and lets it write on.
//!
//! ```text
//! scripts/moby_dick
//! cargo run --release --features rayon --example tiny_gpt -- "The old captain"
//! ```
//! The argument is the text that it continues. Without the feature `rayon`, one thread trains.

use std::ops::ControlFlow;
use std::path::Path;

use typenet::StepRecord;
use typenet::generate::Sampling;
use typenet::metric::BitsPerCharacter;
use typenet::prelude::*;
use typenet::schedule::Cosine;
use typenet::train::on_step;

/// The number of characters that the network sees at a time.
const LENGTH: usize = 64;
/// Room for every character of the novel.
const CHARACTERS: usize = 96;
const BATCH: usize = 32;
const WRITTEN: usize = 500;

type Character = Token<CHARACTERS>;
type Text = Dataset<Tokens<LENGTH, CHARACTERS>, [Class<CHARACTERS>; LENGTH]>;

network! {
    /// A. Radford, K. Narasimhan, T. Salimans and I. Sutskever, "Improving language understanding by generative pre-training",
    /// 2018, of four blocks, with the normalization before each layer.
    pub struct TinyGpt (Tokens<LENGTH, CHARACTERS>) -> ProbabilitySequence<LENGTH, CHARACTERS> {
        Embedding<_, 128>,
        PositionEmbedding,
        Repeat<4> {
            Residual { LayerNorm, SelfAttention<4>(causal = true) },
            Residual { LayerNorm, Dense<128, 512>, Gelu, Dense<512, 128> },
        },
        LayerNorm,
        Dense<_, CHARACTERS>,
        Softmax,
    }
}

fn main() -> typenet::Result<()> {
    let path = Path::new("target/datasets/moby-dick.txt");
    let Ok(text) = std::fs::read_to_string(path) else {
        eprintln!("{} was not found: run `scripts/moby_dick` first", path.display());
        std::process::exit(1);
    };
    let prompt = std::env::args().nth(1).unwrap_or_else(|| "The old captain".to_owned());
    let characters = Characters::of(&text);
    let prompt_tokens: Vec<Character> = characters.tokens(&prompt)?;
    let tokens: Vec<Character> = characters.tokens(&text)?;
    // The last chapters are held out.
    let (train, test) = tokens.split_at(tokens.len() / 20 * 19);
    let (train, test) = (Text::next_tokens(train, LENGTH)?, Text::next_tokens(test, LENGTH)?);
    println!("{} characters, {} of them different\n\n{}\n", tokens.len(), characters.len(), TinyGpt::summary());

    let mut network = TinyGpt::init(&mut typenet::rng(37));
    let steps = train.len().div_ceil(BATCH) as u64;
    let history = Trainer::new(Nll, AdamW::new(2e-3, 0.1))
        .schedule(Cosine::new(steps).warm_up(steps / 20, 0.0))
        .epochs(1)
        .batch_size(BATCH)
        .clip_norm(1.0)
        .callback(on_step(|_: &TinyGpt, record| told(record, steps)))
        .fit(&mut network, &train)?;
    let seconds: f64 = history.epochs().map(|epoch| epoch.seconds).sum();
    let bits = network.measure(&test, BitsPerCharacter);
    println!("\n{seconds:.0} s, {bits:.3} bits per character of chapters that it has not read\n");

    let sampling = Sampling::new().temperature(0.7).top_p(0.95);
    let written = network.start().generate(&prompt_tokens, sampling, typenet::rng(1))?;
    let written: Vec<Character> = written.take(WRITTEN).collect();
    println!("{prompt}{}", characters.text(&written));
    Ok(())
}

/// Prints the loss of every 50th batch.
fn told(record: &StepRecord, steps: u64) -> ControlFlow<()> {
    if record.step % 50 == 1 {
        println!("step {:3} of {steps}: loss {:.3}", record.step, record.loss);
    }
    ControlFlow::Continue(())
}
