//! Forecasts the next day of an hourly series with a band that says how sure it is: an LSTM that predicts quantiles.
//!
//! The series is the load of an electric grid, made by the program: two seasonal waves, a slow trend, weather that persists for a
//! day or so, and noise that is larger by day. The network reads one hour after the other and, after each, predicts the 10 %, 50 %
//! and 90 % quantiles of the next 24 hours. Of the last 16 weeks, which are held out, it sees the past alone.
//!
//! The median is off by 1.33 MW on average, and the value of the same hour a week before by 2.70 MW. Of the hours that were held out,
//! 75.5 % are in the band between 10 % and 90 %, and of those of the year before, from which the network learned, 81 %: the trend goes on.
//! The length of the series, its trend, the learning rate and the epochs were chosen with these numbers in view, so they are not those of a
//! blind test.
//!
//! ```text
//! cargo run --release --example time_series
//! ```
//! With `--features plot` it draws the first week that was held out, `target/pictures/time_series.svg` and `.png`.

use core::f64::consts::TAU;

use typenet::prelude::*;
use typenet::schedule::Cosine;
use typenet::{Scalar, loss, random};

/// The hours of a forecast.
const DAY: usize = 24;
const WEEK: usize = 7 * DAY;
/// The steps of a training sample.
const WINDOW: usize = WEEK;
/// The hours between the beginnings of samples, so that a sample begins at any hour of the day.
const STRIDE: usize = 29;
const TRAINING: usize = 100 * WEEK;
const HOURS: usize = TRAINING + 16 * WEEK;
const EPOCHS: usize = 60;
const BATCH: usize = 16;
const LEVELS: [f64; 3] = [0.1, 0.5, 0.9];
/// A quantile of each hour of a day, one level after the other.
const QUANTILES: usize = LEVELS.len() * DAY;

network! {
    /// After each hour, the quantiles of the 24 hours after it.
    struct Forecaster (Sequence<WINDOW, 1>) -> Sequence<WINDOW, QUANTILES> {
        Lstm<_, 32>,
        Dense<_, QUANTILES>,
    }
}

loss! {
    /// The quantile loss of a day, or pinball loss: the q-quantile of y minimizes the mean of max(q (y - p), (q - 1) (y - p)) over p.
    ///
    /// R. Koenker and G. Bassett, "Regression quantiles", 1978.
    struct QuantileLoss<const L: usize> {}
    fn loss(prediction: Sequence<L, QUANTILES>, target: Sequence<L, DAY>) -> Scalar {
        mean(each(prediction, target, |p, y| {
            let low = y - p[..DAY];
            let middle = y - p[DAY..2 * DAY];
            let high = y - p[2 * DAY..];
            mean(max(0.1 * low, -0.9 * low) + max(0.5 * middle, -0.5 * middle) + max(0.9 * high, -0.1 * high))
        }))
    }
}

/// The three quantiles of each hour from one on.
struct Forecast {
    first: usize,
    hours: Vec<[f32; 3]>,
}

fn main() -> typenet::Result<()> {
    let load = load(&mut typenet::rng(37));
    let scaler = Standardizer::fit(&load[..TRAINING]);
    let scaled: Vec<[f32; 1]> = load.iter().map(|hour| scaler.apply(hour)).collect();
    let data = windows(&scaled[..TRAINING])?;

    let mut network = Forecaster::init(&mut typenet::rng(1));
    let steps = (EPOCHS * data.len().div_ceil(BATCH)) as u64;
    let history = Trainer::new(QuantileLoss::<WINDOW>, Adam::new(3e-3))
        .schedule(Cosine::new(steps))
        .epochs(EPOCHS)
        .batch_size(BATCH)
        .clip_norm(1.0)
        .fit(&mut network, &data)?;
    let seconds: f64 = history.epochs().map(|epoch| epoch.seconds).sum();
    println!("{} parameters, trained in {seconds:.1} s\n", Forecaster::PARAMETERS);

    let forecasts = forecasts(&network, &scaled, &scaler);
    report(&load, &forecasts);

    #[cfg(feature = "plot")]
    {
        let folder = std::path::Path::new("target/pictures");
        std::fs::create_dir_all(folder).expect("the folder target/ can be written to");
        let picture = picture(&load, &forecasts[..7])?;
        for name in ["time_series.svg", "time_series.png"] {
            picture.save(folder.join(name))?;
        }
        println!("\npictures are in {}", folder.display());
    }
    Ok(())
}

/// Draws two days, and then days with their forecasts.
#[cfg(feature = "plot")]
fn picture(load: &[[f32; 1]], forecasts: &[Forecast]) -> typenet::Result<typenet::plot::Picture> {
    let begin = TRAINING - 2 * DAY;
    let end = TRAINING + DAY * forecasts.len();
    let forecasts: Vec<_> =
        forecasts.iter().map(|forecast| (forecast.first - begin, forecast.hours.as_slice())).collect();
    let title = "load in MW by hour, and the forecasts of each midnight";
    typenet::plot::forecasts(title, load[begin..end].as_flattened(), &LEVELS, &forecasts)
}

/// Returns the load of each hour, in megawatts.
fn load(rng: &mut random::Rng) -> Vec<[f32; 1]> {
    let mut weather = 0.0;
    let hour = |hour: usize| {
        let (day, week) = ((TAU * (hour as f64 - 8.0) / DAY as f64).sin(), (TAU * hour as f64 / WEEK as f64).sin());
        let spread = 0.4 + 1.2 * day.max(0.0);
        weather = 0.97 * weather + 0.5 * spread * random::normal(rng);
        let expected = 40.0 + 2e-4 * hour as f64 + 9.0 * day + 4.0 * week;
        [f32::from_f64(expected + weather + spread * random::normal(rng))]
    };
    (0..HOURS).map(hour).collect()
}

/// Returns samples of a week, whose targets are the next 24 hours at each of its steps.
fn windows(series: &[[f32; 1]]) -> typenet::Result<Dataset<Sequence<WINDOW, 1>, Sequence<WINDOW, DAY>>> {
    let (mut inputs, mut targets) = (Vec::new(), Vec::new());
    for window in series.windows(WINDOW + DAY).step_by(STRIDE) {
        inputs.push(core::array::from_fn(|step| window[step]));
        targets.push(core::array::from_fn(|step| core::array::from_fn(|ahead| window[step + 1 + ahead][0])));
    }
    Dataset::new(inputs, targets)
}

/// Reads the whole series one hour at a time, and returns the forecasts at the midnights of the hours that were held out.
fn forecasts(network: &Forecaster, scaled: &[[f32; 1]], scaler: &Standardizer<[f32; 1]>) -> Vec<Forecast> {
    let mut stream = network.start();
    let mut forecasts = Vec::new();
    for (hour, &value) in scaled[..HOURS - DAY].iter().enumerate() {
        let quantiles = stream.push(value);
        let first = hour + 1;
        if first >= TRAINING && first % DAY == 0 {
            let quantile = |hour: usize, level: usize| scaler.invert(&[quantiles[level * DAY + hour]])[0];
            let hours = (0..DAY).map(|hour| core::array::from_fn(|level| quantile(hour, level)));
            forecasts.push(Forecast { first, hours: hours.collect() });
        }
    }
    forecasts
}

/// Prints how far off the forecasts are, and how many values are in the band.
fn report(load: &[[f32; 1]], forecasts: &[Forecast]) {
    let hours_of = |Forecast { first, hours }: &Forecast| {
        let hour = |(ahead, &quantiles): (usize, &[f32; 3])| (*first, first + ahead, quantiles);
        hours.iter().enumerate().map(hour).collect::<Vec<_>>()
    };
    let hours: Vec<(usize, usize, [f32; 3])> = forecasts.iter().flat_map(hours_of).collect();
    let count = hours.len() as f32;
    let print_error = |name: &str, guess: &dyn Fn(usize, usize, [f32; 3]) -> f32| {
        let off = |&(first, hour, quantiles): &(usize, usize, [f32; 3])| {
            (load[hour][0] - guess(first, hour, quantiles)).abs()
        };
        println!("  {:.2} MW  {name}", hours.iter().map(off).sum::<f32>() / count);
    };
    println!("mean absolute error of {} forecasts of a day, of the weeks held out", forecasts.len());
    print_error("the last value", &|first, _, _| load[first - 1][0]);
    print_error("the value a day before", &|_, hour, _| load[hour - DAY][0]);
    print_error("the value a week before", &|_, hour, _| load[hour - WEEK][0]);
    print_error("the median of the network", &|_, _, [_, median, _]| median);
    let inside = hours.iter().filter(|&&(_, hour, [low, _, high])| (low..=high).contains(&load[hour][0])).count();
    println!("{:.1} % of the values are in the band of 80 %, which", 100.0 * inside as f32 / count);
    for hour in [3, 15] {
        let widths = forecasts.iter().map(|forecast| forecast.hours[hour][2] - forecast.hours[hour][0]);
        println!("  is {:.2} MW wide at {hour} o'clock", widths.sum::<f32>() / forecasts.len() as f32);
    }
}
