//! Do pictures, animations and pages hold what they show, and refuse what cannot be shown?
#![cfg(feature = "plot")]
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use std::collections::BTreeSet;
use std::fs;
use std::io::Cursor;

use crate::support::folder::Folder;
use typenet::dataset::Batches;
use typenet::metric;
use typenet::plot::{self, Animation, Page, Picture, Scale, Surface};
use typenet::prelude::*;
use typenet::readable::Significant;
use typenet::{Error, History};

network!(struct Line = Dense<1, 1>);
network!(struct Guess = Dense<1, 3>, Softmax);
network!(struct Digits = hidden: Dense<64, 6>, Tanh, Dense<6, 10>, Softmax);

/// Trains a line for `epochs` epochs.
fn train_line(epochs: usize, rate: f64) -> History {
    let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0], [1.0]], vec![[1.0], [3.0]]).unwrap();
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(rate)).epochs(epochs).validation(&data);
    trainer.fit(&mut Line::init(&mut typenet::rng(1)), &data).unwrap()
}

/// Trains a classifier and records its recall.
fn train_classifier() -> History {
    let data = Dataset::<Vector<1>, Class<3>>::labelled([[0.0], [1.0], [2.0]], [0, 1, 2]).unwrap();
    let recall = metric::number("macro_recall", ConfusionMatrix::<3>::new(), ConfusionMatrix::macro_recall);
    let mut trainer = Trainer::new(Nll, Sgd::new(0.1)).epochs(12).metric(recall).validation(&data);
    trainer.fit(&mut Guess::init(&mut typenet::rng(1)), &data).unwrap()
}

/// Batches of one sample an epoch, whose absolute error is the given loss.
struct Given {
    losses: Vec<f64>,
    next: Option<f64>,
}

impl Batches<f64> for Given {
    type Input = Vector<1>;
    type Target = Vector<1>;
    type Error = String;

    fn begin(&mut self, epoch: u64, _: u64) -> std::result::Result<(), String> {
        self.next = self.losses.get(usize::try_from(epoch).unwrap()).copied();
        Ok(())
    }

    fn fill(
        &mut self,
        _: usize,
        inputs: &mut Vec<[f64; 1]>,
        targets: &mut Vec<[f64; 1]>,
    ) -> std::result::Result<(), String> {
        if let Some(loss) = self.next.take() {
            inputs.push([0.0]);
            targets.push([loss]);
        }
        Ok(())
    }
}

/// Trains with these losses.
fn train_with(losses: &[f64]) -> History {
    let mut source = Given { losses: losses.to_vec(), next: None };
    let mut trainer = Trainer::new(AbsoluteError, Sgd::new(f64::from_bits(1))).epochs(losses.len());
    let history = trainer.fit_batches(&mut Line::<f64>::zeroed(), &mut source).unwrap();
    assert_eq!(history["loss"].to_vec(), losses);
    history
}

/// The numbers beside the upright axis and below the other one.
fn numbers_of_axes(svg: &str) -> (Vec<&str>, Vec<&str>) {
    let (mut upright, mut level) = (Vec::new(), Vec::new());
    for part in svg.split("<text ").skip(1) {
        let (attributes, rest) = part.split_once('>').unwrap();
        let text = rest.split('<').next().unwrap().trim();
        // Names and titles are larger.
        if attributes.contains("font-size=\"48\"") {
            let axis = if attributes.contains("text-anchor=\"end\"") { &mut upright } else { &mut level };
            axis.push(text);
        }
    }
    (upright, level)
}

fn saddle() -> Surface {
    Surface::new(-2.0..=2.0, -1.0..=1.0, |[x, y]| x * x - y * y).unwrap()
}

/// Four scores, the second largest of a no.
fn ranking() -> Ranking {
    let mut line = Line::<f32>::zeroed();
    line.parameters_mut()[0] = 1.0;
    let (inputs, targets) = (vec![[0.1], [0.4], [0.35], [0.8]], vec![[0.0], [0.0], [1.0], [1.0]]);
    line.measure(&Dataset::<Vector<1>, Vector<1>>::new(inputs, targets).unwrap(), Ranking::new())
}

/// Every kind of picture, with a text that must be in it.
fn pictures() -> Vec<(&'static str, Picture, &'static str)> {
    let digits = datasets::digits();
    let network = Digits::init(&mut typenet::rng(1));
    let inputs = &digits.inputs()[..5];
    let (short, long) = (train_line(3, 0.1), train_line(30, 0.01));
    let both = [("slow & <steady>", &long), ("fast", &short)];
    let data = Dataset::<Vector<1>, Class<3>>::labelled([[0.0], [1.0], [2.0]], [0, 1, 0]).unwrap();
    let matrix = Guess::zeroed().measure(&data, ConfusionMatrix::new().names(["ant", "bee", "cow"]));
    let corners = Dataset::<Vector<2>, Class<2>>::labelled([[0.0, 0.0], [1.0, 1.0]], [0, 1]).unwrap();
    let side = |x: &[f32; 2]| Class::new(usize::from(x[0] + x[1] > 1.0)).unwrap();
    let pictures = vec![
        ("function", plot::function("x²", -2.0..=2.0, |x| x * x, |x| 2.0 * x).unwrap(), "derivative"),
        ("history", plot::history("line", &long).unwrap(), "lowest val_loss: epoch 30"),
        ("accuracy", plot::history("classifier", &train_classifier()).unwrap(), "macro_recall"),
        (
            "histories",
            plot::histories("rates", &both, "val_loss", Scale::Logarithmic).unwrap(),
            "slow &amp; &lt;steady&gt;",
        ),
        ("regions", plot::decision_regions("halves", &corners, side), "class 1"),
        ("matrix", plot::confusion_matrix("guess", &matrix).unwrap(), "bee"),
        (
            "predictions",
            plot::predictions("digits", inputs, &network.predict_batch(inputs), &digits.targets()[..5]).unwrap(),
            "target 4",
        ),
        ("weights", plot::weights("hidden", &network.hidden.weight, (8, 8)).unwrap(), "+"),
        (
            "series",
            plot::series("a unit", &[("input", &[0.0, 1.0, 0.0]), ("state", &[0.0, 0.5, 0.2])]).unwrap(),
            "state",
        ),
        (
            "forecasts",
            plot::forecasts("a step", &[1.0, 2.0, 1.5], &[0.025, 0.5, 0.975], &[(2, &[[1.0, 1.5, 2.5]; 4])]).unwrap(),
            "2.5 % to 97.5 %",
        ),
        ("attention", plot::attention("halves", &[[1.0, 0.0], [0.5, 0.5]], Some(&["bos", "a"])).unwrap(), "bos"),
    ];
    pictures.into_iter().chain(curves()).collect()
}

fn curves() -> Vec<(&'static str, Picture, &'static str)> {
    let walk = [[-1.0, 0.1], [-0.5, 0.2], [9.0, 9.0], [f64::NAN, 0.0]];
    vec![
        ("paths", plot::paths("saddle", &saddle(), &[("a path", &walk)]).unwrap(), "a path"),
        (
            "roc",
            plot::roc_curves("two", &[("a & b", &ranking()), ("c", &ranking())]).unwrap(),
            "a &amp; b: area 0.7500",
        ),
        ("precision", plot::precision_recall_curves("one", &[("a", &ranking())]).unwrap(), "guess: 0.5000"),
    ]
}

/// The texts between tags. Panics where tags do not close in turn, or an attribute has no quotes.
fn texts_of_xml(text: &str) -> Vec<&str> {
    let (mut open, mut texts) = (Vec::new(), Vec::new());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        texts.push(before.trim());
        let (tag, after) = after.split_once('>').expect("a tag ends");
        assert!(!tag.contains('<') && tag.matches('"').count() % 2 == 0, "{tag}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(tag.split_whitespace().next().unwrap());
        }
        rest = after;
    }
    assert!(open.is_empty() && rest.trim().is_empty(), "{open:?} {rest}");
    for entity in text.split('&').skip(1) {
        assert!(["amp;", "lt;", "gt;", "quot;", "apos;"].iter().any(|known| entity.starts_with(known)), "{entity}");
    }
    texts
}

/// Width, height and the pixels of three bytes.
fn decoded(png: &[u8]) -> (u32, u32, Vec<u8>) {
    let mut reader = png::Decoder::new(Cursor::new(png)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!(info.color_type, png::ColorType::Rgb);
    (info.width, info.height, pixels)
}

#[test]
fn svg_is_well_formed_and_holds_title_and_labels_escaped() {
    for (name, picture, label) in pictures() {
        let svg = picture.to_svg();
        let texts = texts_of_xml(&svg);
        assert!(texts.iter().any(|text| text.contains(label)), "{name}: {label}");
        let (width, height) = picture.size();
        assert!(svg.starts_with(&format!("<svg width=\"{width}\" height=\"{height}\" viewBox")), "{name}");
        assert!(!svg.contains("NaN") && !svg.contains("inf\""), "{name}");
    }
    let picture = plot::function("a < b & \"c\" > 'd'\u{7}\n", 0.0..=1.0, |x| x, |_| 1.0).unwrap();
    let svg = picture.to_svg();
    assert!(texts_of_xml(&svg).contains(&"a &lt; b &amp; &quot;c&quot; &gt; &apos;d&apos;"), "{}", &svg[..400]);
}

#[test]
fn png_has_twice_the_size_and_a_white_ground_with_something_on_it() {
    for (name, picture, _) in pictures() {
        let (width, height, pixels) = decoded(&picture.to_png());
        assert_eq!((width, height), (2 * picture.size().0, 2 * picture.size().1), "{name}");
        assert_eq!(pixels[..3], [255; 3], "{name}");
        let dark = pixels.as_chunks::<3>().0.iter().filter(|pixel| pixel.iter().all(|part| *part < 128)).count();
        assert!(dark > 500, "{name}: only {dark} dark pixels, so no text");
    }
}

#[test]
fn a_function_is_blue_and_its_derivative_green() {
    let picture = plot::function("line", 0.0..=1.0, |x| x, |_| 0.5).unwrap();
    let (_, _, pixels) = decoded(&picture.to_png());
    let count = |color: [u8; 3]| pixels.as_chunks::<3>().0.iter().filter(|pixel| **pixel == color).count();
    assert!(count([0, 114, 178]) > 1000 && count([0, 158, 115]) > 1000);
}

#[test]
fn the_same_drawing_is_the_same_bytes() {
    for ((name, one, _), (_, other, _)) in pictures().into_iter().zip(pictures()) {
        assert_eq!(one.to_svg(), other.to_svg(), "{name}");
        assert!(one == other, "{name}");
    }
    let line = || plot::function("line", 0.0..=1.0, |x| x, |_| 1.0).unwrap().to_png();
    assert!(line() == line());
    let animation = || plot::animated_paths("saddle", &saddle(), &[("a", &[[0.0, 0.0], [1.0, 0.5]])]).unwrap();
    assert!(animation().to_gif() == animation().to_gif());
}

#[test]
fn the_ending_decides_in_capitals_or_not_and_others_are_refused() {
    let folder = Folder::new("plot-ending");
    let picture = plot::function("line", 0.0..=1.0, |x| x, |_| 1.0).unwrap();
    picture.save(folder.path("a.SVG")).unwrap();
    picture.save(folder.path("b.png")).unwrap();
    assert_eq!(fs::read_to_string(folder.path("a.SVG")).unwrap(), picture.to_svg());
    assert_eq!(fs::read(folder.path("b.png")).unwrap(), picture.to_png());
    for name in ["c", "c.jpg", "c.gif", "c.svg.gz", "svg"] {
        let error = picture.save(folder.path(name)).unwrap_err().to_string();
        assert!(error.contains(name) && error.ends_with("its extension must be `.svg` or `.png`"), "{error}");
    }
    let animation = plot::animated_paths("saddle", &saddle(), &[("a", &[[0.0, 0.0]])]).unwrap();
    let error = animation.save(folder.path("d.png")).unwrap_err().to_string();
    assert!(error.ends_with("d.png`: its extension must be `.gif`"), "{error}");
    let page = plot::momentum_page([1.0, 9.0], [1.0, 1.0]).unwrap();
    let error = page.save(folder.path("e.htm")).unwrap_err().to_string();
    assert!(error.ends_with("e.htm`: its extension must be `.html`"), "{error}");
    // Nothing half written, and no temporary file.
    assert_eq!(folder.names(), ["a.SVG", "b.png"]);
}

#[test]
fn errors_of_the_system_name_the_path_and_leave_the_old_file() {
    let folder = Folder::new("plot-system");
    let picture = plot::function("line", 0.0..=1.0, |x| x, |_| 1.0).unwrap();
    let error = picture.save(folder.path("no/such/folder.svg")).unwrap_err().to_string();
    assert!(error.starts_with("cannot write `") && error.contains("folder.svg`: "), "{error}");
    fs::create_dir(folder.path("taken.svg")).unwrap();
    assert!(picture.save(folder.path("taken.svg")).is_err());
    fs::write(folder.path("old.svg"), "old").unwrap();
    picture.save(folder.path("old.svg")).unwrap();
    assert_eq!(fs::read_to_string(folder.path("old.svg")).unwrap(), picture.to_svg());
}

fn nothing<T>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(Error::NothingToDraw { .. }))
}

#[test]
fn what_cannot_be_drawn_is_an_error() {
    let range = |low: f64, high: f64| plot::function("f", low..=high, |x| x, |_| 1.0).map(|_| ());
    assert!(matches!(range(1.0, 1.0), Err(Error::Setting { .. })));
    assert!(matches!(range(f64::NAN, 1.0), Err(Error::Setting { .. })));
    assert!(nothing(&plot::function("f", 0.0..=1.0, |_| f64::NAN, |_| 1.0)));
    let none = plot::history("none", &History::default());
    assert_eq!(none.unwrap_err().to_string(), "there is nothing to draw: the history has no epochs");
    let none: &[(&str, &History)] = &[];
    let linear = |histories, measure| plot::histories("none", histories, measure, Scale::Linear).map(|_| ());
    assert!(nothing(&linear(none, "loss")));
    let line = train_line(2, 0.1);
    let unknown = linear(&[("line", &line)], "val_accuracy").unwrap_err();
    assert_eq!(unknown.to_string(), "no measure is named `val_accuracy`: the names are `loss`, `val_loss`");
    assert!(nothing(&plot::confusion_matrix("none", &ConfusionMatrix::<2>::new())));
    assert!(nothing(&plot::roc_curves("none", &[])));
    assert!(nothing(&plot::precision_recall_curves("none", &[("a", &ranking()), ("none", &Ranking::new())])));
    let images: [[f32; 4]; 0] = [];
    let shares: [[f32; 2]; 0] = [];
    assert!(nothing(&plot::predictions("none", &images, &shares, &[])));
    let class = Class::<2>::new(0).unwrap();
    assert!(matches!(
        plot::predictions("few", &[[0.0_f32; 4]], &shares, &[class]),
        Err(Error::CountMismatch { second: "probabilities", second_count: 0, .. })
    ));
    assert!(matches!(
        plot::predictions("nan", &[[0.0, 1.0, f32::NAN, 0.0]], &[[0.5, 0.5]], &[class]),
        Err(Error::NonFiniteData { what: "image", sample: 0, position: 2, .. })
    ));
    let mut network = Digits::zeroed();
    assert!(plot::weights("zeros", &network.hidden.weight, (8, 8)).is_ok());
    network.hidden.weight[(3, 5)] = f32::INFINITY;
    assert!(matches!(
        plot::weights("infinite", &network.hidden.weight, (8, 8)),
        Err(Error::NonFiniteData { sample: 3, position: 5, .. })
    ));
    assert!(plot::weights("size", &network.hidden.weight, (usize::MAX, 2)).is_err());
}

#[test]
fn sequences_that_cannot_be_drawn_are_errors() {
    let none: &[(&str, &[f64])] = &[];
    assert!(nothing(&plot::series("none", none)));
    assert!(nothing(&plot::series("nan", &[("a", &[f32::NAN, f32::INFINITY])])));
    let forecasts = |levels: [f64; 2], quantiles: [f64; 2]| plot::forecasts("f", &[], &levels, &[(0, &[quantiles])]);
    assert!(forecasts([0.1, 0.9], [1.0, 2.0]).is_ok());
    assert!(nothing(&forecasts([0.1, 0.9], [f64::NAN; 2])));
    for levels in [[0.9, 0.1], [0.5, 0.5], [0.0, 0.5], [0.5, 1.0], [f64::NAN, 0.5]] {
        assert!(matches!(forecasts(levels, [1.0, 2.0]), Err(Error::Setting { .. })), "{levels:?}");
    }
    let none: [[f32; 0]; 0] = [];
    assert!(nothing(&plot::attention("none", &none, None)));
    let error = plot::attention("nan", &[[1.0, 0.0], [f64::NAN, 1.0]], None).unwrap_err();
    assert!(matches!(error, Error::NonFiniteData { what: "weight of query", sample: 1, position: 0, .. }), "{error}");
}

#[test]
fn a_forecast_has_a_band_for_each_pair_of_levels_and_a_line_for_the_middle_one() {
    let count = |svg: &str, shape: &str, color: &str| {
        svg.lines().filter(|line| line.starts_with(shape) && line.contains(color)).count()
    };
    let blue = "#0072B2";
    let series = [1.0, 2.0, 3.0, 2.0];
    let five = [[0.0, 1.0, 2.0, 3.0, 4.0]; 6];
    let svg =
        plot::forecasts("five", &series, &[0.05, 0.25, 0.5, 0.75, 0.95], &[(1, &five), (4, &five)]).unwrap().to_svg();
    let fill = |line: &str| line.split_once("fill=").map(|(_, rest)| rest[..9].to_string());
    let bands: Vec<_> = svg.lines().filter(|line| line.starts_with("<polygon")).filter_map(fill).collect();
    // The wide band of each forecast, and the darker one over it.
    assert_eq!(bands.len(), 4);
    assert!(bands[0] == bands[2] && bands[1] == bands[3] && bands[0] > bands[1], "{bands:?}");
    // Each forecast, and the legend.
    assert_eq!(count(&svg, "<polyline", blue), 3);
    assert_eq!(numbers_of_axes(&svg).1.last(), Some(&"9")); // 4 + 6 - 1

    let gap = [[1.0, 2.0], [1.0, 2.0], [f64::NAN, 2.0], [1.0, 2.0], [1.0, 2.0]];
    let svg = plot::forecasts("two", &series, &[0.1, 0.9], &[(2, &gap)]).unwrap().to_svg();
    assert_eq!(svg.matches("<polygon").count(), 2);
    assert_eq!(count(&svg, "<polyline", blue), 0);
    assert!(texts_of_xml(&svg).contains(&"10 % to 90 %") && !svg.contains("median"));
}

#[test]
fn an_attention_is_darker_where_a_weight_is_larger() {
    let mut weights = [[0.0_f32; 3]; 3];
    weights[2] = [0.5, 0.0, 0.5];
    weights[1][0] = 1.0;
    let svg = plot::attention("weights", &weights, None).unwrap().to_svg();
    // The dark end of the colour bar is lighter than a weight of 1.
    assert_eq!(svg.matches("fill=\"#003C6E\"").count(), 1);
    assert_eq!(svg.matches("fill=\"#56B4E9\"").count(), 2);
    assert!(["0", "1", "2", "key", "query"].iter().all(|text| texts_of_xml(&svg).contains(text)));
}

#[test]
fn surfaces_and_paths_that_cannot_be_drawn_are_errors() {
    assert!(Surface::new(0.0..=1.0, 1.0..=0.0, |_| 1.0).is_err());
    assert!(nothing(&Surface::new(0.0..=1.0, 0.0..=1.0, |_| f64::NAN)));
    // Part of it, or a plain, can be drawn.
    let half = Surface::new(-1.0..=1.0, 0.0..=1.0, |[x, _]| x.sqrt()).unwrap();
    let plain = Surface::new(-1.0..=1.0, 0.0..=1.0, |_| 3.0).unwrap();
    assert_eq!(plain.contours(), [3.0]);
    let path: &[[f64; 2]] = &[[0.5, 0.5]];
    for surface in [half, plain] {
        assert!(plot::paths("drawn", &surface, &[("a", path)]).is_ok());
    }
    assert!(nothing(&plot::paths("none", &saddle(), &[])));
    for lost in [&[][..], &[[f64::NAN, 0.0], [0.0, 0.0]]] {
        assert!(nothing(&plot::paths("lost", &saddle(), &[("a", path), ("b", lost)])));
        assert!(nothing(&plot::animated_paths("lost", &saddle(), &[("b", lost)])));
    }
}

#[test]
fn epochs_below_a_picture_are_whole_numbers() {
    for (epochs, expected) in [(1, "1"), (2, "1 2"), (3, "1 2 3"), (5, "1 2 3 4 5"), (20, "2 4 6 8 10 12 14 16 18 20")]
    {
        let losses: Vec<f64> = (0..epochs).map(|epoch| 3.0 - f64::from(epoch) / 10.0).collect();
        let history = train_with(&losses);
        let histories = plot::histories("histories", &[("a", &history)], "loss", Scale::Linear).unwrap();
        for svg in [plot::history("history", &history).unwrap().to_svg(), histories.to_svg()] {
            assert_eq!(numbers_of_axes(&svg).1.join(" "), expected);
        }
    }
    let long = train_with(&vec![1.0; 20_000]);
    let svg = plot::history("long", &long).unwrap().to_svg();
    assert_eq!(
        numbers_of_axes(&svg).1,
        ["2000", "4000", "6000", "8000", "10000", "12000", "14000", "16000", "18000", "20000"]
    );
}

#[test]
fn numbers_beside_losses_of_any_magnitude_are_different_and_without_noise() {
    let decades: Vec<f64> = (-30..=30).map(|step| 10_f64.powi(5 * step)).collect();
    let ulp = f64::from_bits(1e-5_f64.to_bits() + 1);
    let cases: [&[f64]; 10] = [
        &[3.2e-6, 3.9e-6],
        &[1e-5, 1.000_000_1e-5],
        &[1e-5, ulp],
        &[1e-5],
        &[1e300, 1.1e300],
        &[2e-300, 9e-300],
        &[0.0, 1e308],
        &[0.3, 0.1 + 0.2],
        &[7.0, 7.0, 7.0],
        &decades,
    ];
    for losses in cases {
        let history = train_with(losses);
        for scale in [Scale::Linear, Scale::Logarithmic] {
            let svg = plot::histories("histories", &[("a", &history)], "loss", scale).unwrap().to_svg();
            let (numbers, _) = numbers_of_axes(&svg);
            let different: BTreeSet<_> = numbers.iter().collect();
            assert!(numbers.len() >= 2 && different.len() == numbers.len(), "{losses:?}: {numbers:?}");
            // 1.00000002e−5 is the longest that there is reason for.
            assert!(numbers.iter().all(|number| number.chars().count() <= 13), "{losses:?}: {numbers:?}");
        }
    }
}

#[test]
fn numbers_of_contours_are_told_apart() {
    let numbers = |function: fn([f64; 2]) -> f64| {
        let surface = Surface::new(-2.0..=2.0, -1.0..=1.0, function).unwrap();
        let svg = plot::paths("contours", &surface, &[("a", &[[0.0, 0.0]])]).unwrap().to_svg();
        let numbers =
            svg.split("font-size=\"44\"").skip(1).map(|part| part.split(['>', '<']).nth(1).unwrap().trim().to_string());
        (numbers.collect::<BTreeSet<_>>(), surface.contours().len())
    };
    // Every third of sixteen, some of them on two lines.
    let (flat, count) = numbers(|[x, y]| 5.0 + 1e-6 * (x * x + 20.0 * y * y));
    assert_eq!((flat.len(), count), (5, 16), "{flat:?}");
    assert!(flat.iter().all(|number| number.starts_with("5.0000") && number.len() == 10), "{flat:?}");
    let (small, _) = numbers(|[x, y]| 1e-6 * (x * x + 20.0 * y * y));
    assert!(small.len() == 5 && small.iter().all(|number| number.contains("e−")), "{small:?}");
    // Differences of one unit in the last place are no landscape.
    let (noise, count) = numbers(|[x, y]| 3.0 + 1e-16 * (x + y));
    assert_eq!((count, noise.into_iter().collect::<Vec<_>>()), (1, vec!["3.000".to_string()]));
}

#[test]
fn shares_in_pictures_are_rounded_to_all_or_nothing_only_where_they_are() {
    // One of a thousand samples of the first class is taken for another.
    let mut inputs = vec![[0.0_f32]; 999];
    inputs.push([1.0]);
    let data = Dataset::<Vector<1>, Class<3>>::labelled(inputs, vec![0; 1000]).unwrap();
    let mut network = Guess::zeroed();
    network.dense.weight[(2, 0)] = 9.0;
    let matrix = network.measure(&data, ConfusionMatrix::new().names(["the first", "b", "c"]));
    let matrix = plot::confusion_matrix("nearly", &matrix).unwrap().to_svg();
    let class = Class::<3>::new(0).unwrap();
    let bars = plot::predictions("nearly", &[[0.0_f32; 4]], &[[0.998, 0.002, 0.0]], &[class]).unwrap().to_svg();
    for svg in [&matrix, &bars] {
        assert!(texts_of_xml(svg).contains(&"&gt;99 %"), "{:?}", texts_of_xml(svg));
    }
    assert!(texts_of_xml(&matrix).contains(&"&lt;1 %") && !texts_of_xml(&bars).contains(&"100 %"));
}

#[test]
fn contours_have_numbers_and_every_second_path_is_dashed_over_the_others() {
    let (surface, path) = (saddle(), [[-1.0, 0.5], [1.0, 0.5]]);
    let svg = plot::paths("saddle", &surface, &[("solid", &path), ("dashed", &path)]).unwrap().to_svg();
    let texts = texts_of_xml(&svg);
    for level in [surface.contours()[1], surface.contours()[13]] {
        let number = Significant(level).to_string().replace('-', "−");
        assert!(texts.contains(&number.as_str()), "{number}: {texts:?}");
    }
    let lines = |color: &str| {
        let of_color = |(_, line): &(usize, &str)| line.contains("<polyline") && line.contains(color);
        svg.lines().enumerate().filter(of_color).map(|(number, _)| number).collect::<Vec<_>>()
    };
    // One in the legend, one in the field; and a dash each.
    let (solid, dashed) = (lines("#0072B2"), lines("#D55E00"));
    assert!(solid.len() == 2 && dashed.len() > 20, "{} {}", solid.len(), dashed.len());
    assert!(solid[1] < dashed[dashed.len() - 1]);
}

#[test]
fn histories_and_functions_with_extreme_values_are_drawn() {
    let history = train_line(1, 0.1);
    assert!(plot::history("one epoch", &history).is_ok());
    assert!(plot::histories("one", &[("a", &history)], "loss", Scale::Logarithmic).is_ok());
    for factor in [1e-200, 1e-12, 1e12, 1e300] {
        let picture = plot::function("steep", -1.0..=1.0, |x| factor * x, |_| factor).unwrap();
        texts_of_xml(&picture.to_svg());
    }
    for range in [f64::MIN..=f64::MAX, 1e300..=2e300, -3e-300..=-2e-300, 1e6..=1e6 + 1e-6, -1e-310..=1e-310] {
        let svg = plot::function("far", range.clone(), |x| x, |_| 1.0).unwrap().to_svg();
        let (upright, level) = numbers_of_axes(&svg);
        for numbers in [upright, level] {
            let different: BTreeSet<_> = numbers.iter().collect();
            assert!(numbers.len() >= 2 && different.len() == numbers.len(), "{range:?}: {numbers:?}");
        }
        assert!(
            plot::paths(
                "far",
                &Surface::new(range.clone(), range, |[x, y]| x / 2.0 - y / 2.0).unwrap(),
                &[("a", &[[0.0, 0.0]])]
            )
            .is_ok()
        );
    }
    assert!(plot::function("constant", -1.0..=1.0, |_| 0.0, |_| 0.0).is_ok());
    assert!(plot::function("pole", -1.0..=1.0, |x| 1.0 / x, |x| -1.0 / (x * x)).is_ok());
    // At π / 2, the middle, tan is 1.6e16 in floating point.
    let tan = plot::function("tan", 0.0..=core::f64::consts::PI, f64::tan, |_| 0.0).unwrap().to_svg();
    assert_eq!(numbers_of_axes(&tan).0, ["−200", "−150", "−100", "−50", "0", "50", "100", "150", "200"]);
    let far: Vec<[f64; 2]> = (0..60).map(|step| [10_f64.powi(5 * step), -(10_f64.powi(5 * step))]).collect();
    assert!(plot::paths("far", &saddle(), &[("a", &far)]).is_ok());
}

#[test]
fn an_animation_has_a_frame_for_the_start_and_each_of_120_steps() {
    let path = |steps: i32| (0..=steps).map(|step| [f64::from(step) / 300.0, 0.25]).collect::<Vec<_>>();
    for (steps, frames) in [(0, 1), (1, 2), (500, 121)] {
        let (long, short) = (path(steps), path(steps / 2));
        let paths = [("long", long.as_slice()), ("short", short.as_slice())];
        assert_eq!(plot::animated_paths("saddle", &saddle(), &paths).unwrap().frames(), frames);
    }
    let twenty = path(20);
    let gif = plot::animated_paths("saddle", &saddle(), &[("a", &twenty)]).unwrap().to_gif();
    let mut decoder = gif::DecodeOptions::new().read_info(Cursor::new(&gif)).unwrap();
    assert_eq!((decoder.width(), decoder.height(), decoder.repeat()), (720, 560, gif::Repeat::Infinite));
    let mut sizes = Vec::new();
    while let Some(frame) = decoder.read_next_frame().unwrap() {
        sizes.push((frame.width, frame.height, frame.delay));
    }
    assert_eq!(sizes.len(), 21);
    assert_eq!(sizes[0], (720, 560, 6));
    assert!(sizes[1..].iter().all(|size| size.0 < 720 && size.1 < 560), "later frames hold what changed: {sizes:?}");
    assert_eq!(sizes[20].2, 200);
    assert!(gif.len() < 200_000, "{}", gif.len());
}

#[test]
fn the_momentum_page_needs_nothing_else_and_holds_every_path() {
    let page = plot::momentum_page([10.0, 250.0], [-1.2, 0.35]).unwrap();
    let html = page.html();
    let between = |start: &str, end: &str| html.split_once(start).unwrap().1.split_once(end).unwrap().0;
    let paths = between("const paths = \"", "\"");
    assert_eq!(paths.len(), 32 * 20 * 81 * 2 * 4);
    // The letters of numbers may spell anything.
    let rest = html.replace(paths, "");
    for request in ["http", "src=", "@import", "url(", "fetch", "<link", "{{"] {
        assert!(!rest.contains(request), "{request}");
    }
    // The first two numbers are the start, in 15 bits of mantissa.
    assert!((number(&paths[..4]) + 1.2).abs() < 1e-4 && (number(&paths[4..8]) - 0.35).abs() < 1e-5);
    // Then a step of plain descent with the first rate, 4 / 250 / 32: both are shortened by their shares.
    let [x, y] = [number(&paths[8..12]), number(&paths[12..16])];
    assert!((x + 1.2 * (1.0 - 0.0005 * 10.0)).abs() < 1e-4 && (y - 0.35 * (1.0 - 0.0005 * 250.0)).abs() < 1e-5);
    for control in ["rate", "momentum"] {
        assert!(html.contains(&format!("<label for=\"{control}\">")), "{control}");
        assert!(html.contains(&format!("<input id=\"{control}\" type=\"range\"")), "{control}");
    }
    // For `scripts/check_pages`.
    if let Some(folder) = std::env::var_os("TYPENET_PAGES") {
        page.save(std::path::Path::new(&folder).join("momentum.html")).unwrap();
    }
    for (curvatures, start) in [([0.0, 1.0], [1.0, 1.0]), ([2.0, 1.0], [1.0, 1.0]), ([1.0, 2.0], [f64::NAN, 1.0])] {
        assert!(matches!(plot::momentum_page(curvatures, start), Err(Error::Setting { .. })));
    }
    assert!(plot::momentum_page([1e-3, 1e6], [1e3, -1e-3]).is_ok());
}

/// A float from the upper 24 bits of its pattern, in base 64.
fn number(letters: &str) -> f32 {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |letter: char| u32::try_from(ALPHABET.find(letter).unwrap()).unwrap();
    f32::from_bits(letters.chars().fold(0, |bits, letter| bits << 6 | digit(letter)) << 8)
}

#[test]
fn pictures_animations_and_pages_are_ordinary_values() {
    fn ordinary<T: Send + Sync + Unpin + std::fmt::Debug + Clone + PartialEq>() {}
    ordinary::<Picture>();
    ordinary::<Animation>();
    ordinary::<Page>();
    ordinary::<Surface>();
    ordinary::<Scale>();
    let picture = plot::function("line", 0.0..=1.0, |x| x, |_| 1.0).unwrap();
    assert_eq!(format!("{picture:?}"), "Picture { title: \"line\", size: (720, 480), .. }");
}

#[test]
fn texts_without_room_are_made_smaller_or_shorter() {
    let title = "a title that goes on and on and on and on, longer than any picture is wide, and then some more";
    let svg = plot::function(title, 0.0..=1.0, |x| x, |_| 1.0).unwrap().to_svg();
    assert!(texts_of_xml(&svg).contains(&title), "the whole title is there, as `title`");
    let name = "name ".repeat(60);
    let svg = plot::paths("long", &saddle(), &[(&name, &[[0.0, 0.0]])]).unwrap().to_svg();
    assert!(!svg.contains(&name) && svg.contains("name name name"));
    assert!(texts_of_xml(&svg).iter().any(|text| text.ends_with('…')));
}

#[test]
fn images_are_squares_or_what_their_shape_says() {
    let class = Class::<2>::new(1).unwrap();
    let wide = [[[0.0_f64, 1.0, 2.0], [3.0, 4.0, 5.0]]];
    assert!(plot::predictions("an image", &[wide], &[[0.25, 0.75]], &[class]).is_ok());
    // With many classes the most probable are shown, and the target is named anyway.
    let shares: [f32; 30] = std::array::from_fn(|class| if class == 17 { 0.9 } else { 0.003 });
    let target = Class::<30>::new(17).unwrap();
    let svg = plot::predictions("classes", &[[0.0_f32; 4]], &[shares], &[target]).unwrap().to_svg();
    let texts: BTreeSet<&str> = texts_of_xml(&svg).into_iter().collect();
    assert!(texts.contains("17") && texts.contains("target 17, prediction 17") && !texts.contains("29"), "{texts:?}");
}
