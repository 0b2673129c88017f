//! Targets for some of the steps, and the tokens that a network writes.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use typenet::generate::Sampling;
use typenet::metric::{BitsPerCharacter, Perplexity};
use typenet::prelude::*;
use typenet::{Error, Predict};

network!(struct Recurrent (Tokens<6, 4>) = Embedding<_, 3>, Gru<_, 5>, LayerNorm, Dense<_, 4>, Softmax);
network! {
    struct Attentive (Tokens<6, 4>) {
        Embedding<_, 8>,
        PositionEmbedding,
        Residual { LayerNorm, SelfAttention<2>(causal = true) },
        Residual { LayerNorm, Dense<_, 16>, Gelu, Dense<_, 8> },
        Dense<_, 4>,
        Softmax,
    }
}

type Text = Dataset<Tokens<6, 4>, [Class<4>; 6]>;
type Sequences = Dataset<Tokens<6, 4>, [Option<Class<4>>; 6]>;

/// Sequences of 1 to 5 tokens, padded with `padding`.
fn padded(padding: usize) -> Sequences {
    let sequences = [&[3, 1][..], &[2], &[1, 1, 2, 3, 1], &[3, 3, 2]];
    let tokens = |sequence: &&[usize]| sequence.iter().map(|&index| Token::new(index).unwrap()).collect::<Vec<_>>();
    let data = Sequences::whole_sequences(sequences.iter().map(tokens), Token::new(0).unwrap()).unwrap();
    let lengths = sequences.map(<[_]>::len);
    let mut lengths = lengths.into_iter();
    data.map_inputs(|input| input[lengths.next().unwrap() + 1..].fill(Token::new(padding).unwrap())).unwrap()
}

fn trained<N>(data: &Sequences) -> Vec<f32>
where
    N: Network<Scalar = f32, Input = Tokens<6, 4>, Output = ProbabilitySequence<6, 4>>,
{
    let mut network = N::init(&mut typenet::rng(3));
    Trainer::new(Masked(Nll), Adam::new(0.01)).epochs(5).batch_size(3).fit(&mut network, data).unwrap();
    network.parameters().to_vec()
}

#[test]
fn padding_does_not_change_a_bit() {
    let (zeros, others) = (padded(0), padded(2));
    assert_ne!(zeros, others);
    assert_eq!(trained::<Recurrent>(&zeros), trained::<Recurrent>(&others));
    assert_eq!(trained::<Attentive>(&zeros), trained::<Attentive>(&others));
    let network = Attentive::init(&mut typenet::rng(4));
    let measures = (Masked(Accuracy), Masked(Perplexity), Masked(BitsPerCharacter));
    assert_eq!(network.measure(&zeros, measures), network.measure(&others, measures));
    assert_eq!(network.evaluate(&zeros, &Masked(Nll)), network.evaluate(&others, &Masked(Nll)));
}

#[test]
fn the_loss_is_the_mean_over_the_steps_with_a_target() {
    let network = Recurrent::init(&mut typenet::rng(5));
    let data = padded(0);
    let (mut losses, mut surprise, mut count) = (0.0, 0.0, 0.0);
    for (input, target) in data.inputs().iter().zip(data.targets()) {
        let probabilities = network.predict(input);
        let steps =
            probabilities.iter().zip(target).filter_map(|(p, class)| Some(-f64::from(p[(*class)?.index()]).ln()));
        let (sum, steps) = steps.fold((0.0, 0.0), |(sum, steps), loss| (sum + loss, steps + 1.0));
        losses += sum / steps / 4.0;
        surprise += sum;
        count += steps;
    }
    let found = network.evaluate(&data, &Masked(Nll));
    assert!((found.loss - losses).abs() < 1e-6, "{found} not {losses}");
    let bits = network.measure(&data, Masked(BitsPerCharacter));
    assert!((bits - surprise / count / std::f64::consts::LN_2).abs() < 1e-6, "{bits}");
    // A sample without any target has no loss.
    let nothing = Sequences::new(vec![data.inputs()[0]], vec![[None; 6]]).unwrap();
    assert_eq!(network.evaluate(&nothing, &Masked(Nll)).loss, 0.0);
}

#[test]
fn data_sets_of_text_are_refused_where_they_do_not_fit() {
    let token = |index| Token::new(index).unwrap();
    let error = Sequences::whole_sequences([vec![token(1); 5], vec![token(2); 6]], token(0)).unwrap_err();
    assert_eq!(error, Error::TooLong { sample: Some(1), length: 6, longest: 5 });
    assert_eq!(error.to_string(), "sequence 1 has 6 steps, but the shape has room for 5");
    let error = Text::next_tokens(&[token(1); 6], 1).unwrap_err();
    assert_eq!(error.to_string(), "the text has 6 tokens, but a sample and what follows it need 7");
    assert!(matches!(Text::next_tokens(&[token(1); 9], 0), Err(Error::Setting { name: "stride", .. })));
    let data = Text::next_tokens(&(0..20).map(|index| token(index % 4)).collect::<Vec<_>>(), 5).unwrap();
    let begins: Vec<_> = data.inputs().iter().map(|input| input[0].index()).collect();
    assert_eq!((begins, data.targets()[2].map(Class::index)), (vec![0, 1, 2], [3, 0, 1, 2, 3, 0]));
}

#[test]
fn the_same_seed_writes_the_same_text() {
    let network = Attentive::init(&mut typenet::rng(6));
    let begin = Token::new(1).unwrap();
    let write = |seed| {
        let sampling = Sampling::new().temperature(1.5).top_p(0.95);
        let written = network.start().generate(&[begin], sampling, typenet::rng(seed)).unwrap();
        written.take(50).map(Token::index).collect::<Vec<_>>()
    };
    assert_eq!(write(1), write(1));
    assert_ne!(write(1), write(2));
    assert!((0..4).all(|index| write(1).contains(&index)));
}

#[test]
fn a_network_that_has_read_all_steps_starts_again_with_the_latest() {
    let mut network = Attentive::init(&mut typenet::rng(7));
    network.parameters_mut().iter_mut().enumerate().for_each(|(index, value)| *value += (index as f32).sin() / 2.0);
    let greedy = Sampling::new().temperature(0.0);
    let prompt = [0, 1, 2, 3].map(|index| Token::new(index).unwrap());
    let written: Vec<Token<4>> = network.start().generate(&prompt, greedy, typenet::rng(1)).unwrap().take(20).collect();
    // The same by hand: never more than 6 steps, of which the first 3 are the latest ones.
    let mut context = prompt.to_vec();
    for &expected in &written {
        let mut padded = [Token::new(0).unwrap(); 6];
        padded[..context.len()].copy_from_slice(&context);
        let next = typenet::metric::argmax(&Predict::predict(&*network, &padded)[context.len() - 1]);
        assert_eq!(next, expected.index(), "after {context:?}");
        if context.len() == 6 {
            context.drain(..3);
        }
        context.push(expected);
    }
}

#[test]
fn a_wide_beam_finds_the_most_probable_sequences() {
    let network = Recurrent::init(&mut typenet::rng(8));
    let token = |index| Token::<4>::new(index).unwrap();
    let (begin, end, longest) = (token(1), token(0), 3);
    // All sequences of up to three tokens, by hand.
    let mut all: Vec<(Vec<usize>, f64, bool)> = Vec::new();
    let mut open = vec![(Vec::new(), 0.0)];
    for _ in 0..longest {
        for (tokens, sum) in std::mem::take(&mut open) {
            let mut stream = network.start();
            let mut output = stream.push(begin);
            for &index in &tokens {
                output = stream.push(token(index));
            }
            for (index, p) in output.into_iter().enumerate() {
                let sum = sum + f64::from(p).ln();
                if index == 0 {
                    all.push((tokens.clone(), sum, true));
                } else {
                    open.push(([&tokens[..], &[index]].concat(), sum));
                }
            }
        }
    }
    all.extend(open.into_iter().map(|(tokens, sum)| (tokens, sum, false)));
    all.sort_by(|(_, a, _), (_, b, _)| b.total_cmp(a));
    let found = network.start().beam_search(&[begin], 100, end, longest).unwrap();
    assert_eq!(found.len(), all.len());
    for (found, (tokens, sum, is_complete)) in found.iter().zip(&all) {
        assert!((found.log_probability - sum).abs() < 1e-6);
        let indices: Vec<_> = found.tokens.iter().map(|token| token.index()).collect();
        assert_eq!((&indices, found.is_complete), (tokens, *is_complete));
    }
    // A beam of one is greedy, and a narrow one has the best of those that it follows.
    let narrow = network.start().beam_search(&[begin], 3, end, longest).unwrap();
    assert!(narrow.len() <= 3 && narrow[0].log_probability <= found[0].log_probability + 1e-9);
    let limited = Attentive::init(&mut typenet::rng(9));
    let ends = limited.start().beam_search(&[begin], 2, end, 100).unwrap();
    assert!(ends.iter().all(|found| found.tokens.len() <= 6));
}

#[test]
fn generation_without_a_prompt_or_with_wrong_settings_is_refused() {
    let network = Recurrent::zeroed();
    let begin = [Token::new(1).unwrap()];
    assert_eq!(network.start().generate(&[], Sampling::new(), typenet::rng(1)).unwrap_err(), Error::NoPrompt);
    assert_eq!(network.start().beam_search(&[], 1, begin[0], 1).unwrap_err(), Error::NoPrompt);
    let wrong = network.start().generate(&begin, Sampling::new().temperature(-1.0), typenet::rng(1)).unwrap_err();
    assert_eq!(wrong.to_string(), "the temperature is -1, but must be a finite number of at least 0");
    assert!(network.start().beam_search(&begin, 0, begin[0], 1).is_err());
    let too_long = Attentive::zeroed().start().beam_search(&[begin[0]; 7], 1, begin[0], 1).unwrap_err();
    assert_eq!(too_long, Error::TooManySteps { steps: 6 });
}

#[test]
fn a_network_that_diverged_writes_nothing() {
    let mut network = Recurrent::zeroed();
    network.parameters_mut().fill(f32::NAN);
    let begin = [Token::new(1).unwrap()];
    assert_eq!(network.start().generate(&begin, Sampling::new(), typenet::rng(1)).unwrap().count(), 0);
    assert_eq!(network.start().beam_search(&begin, 2, begin[0], 3).unwrap(), []);
}
