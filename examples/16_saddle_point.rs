//! All optimizers around a saddle point and in a ravine.
//!
//! ```text
//! cargo run --release --example 16_saddle_point
//! ```
//!
//! With `--features plot` it also draws them in `target/pictures`, still and animated, and writes the page "why momentum works"
//! with sliders, `16_momentum.html`.

use typenet::minimize::Descent;
#[cfg(feature = "plot")]
use typenet::plot;
use typenet::prelude::*;
use typenet::readable::Significant;

const STEPS: u64 = 120;

/// A path of points in the plane.
type Path = Vec<[f64; 2]>;

fn main() -> typenet::Result<()> {
    // Flat at the origin: down along y, up along x. The start is next to the ridge, where the slope down is tiny.
    let saddle = |[x, y]: [f64; 2]| (x * x - y * y, [2.0 * x, -2.0 * y]);
    let around_saddle = walks(saddle, [-1.5, 1e-3])?;
    println!("each with its own learning rate; momentum and Nesterov have γ = 0.9\n");
    println!("steps until |y| > 1, down from the saddle:");
    for (name, path) in &around_saddle {
        match path.iter().position(|[_, y]| y.abs() > 1.0) {
            Some(steps) => println!("  {name:20} {steps:4}"),
            None => println!("  {name:20} not within {STEPS}"),
        }
    }
    // Adaptive rates turn the tiny slope into a step as long as any other.
    let steps = |wanted: &str| {
        let (_, path) = around_saddle.iter().find(|(name, _)| name.starts_with(wanted))?;
        path.iter().position(|[_, y]| y.abs() > 1.0)
    };
    assert!(steps("Adam ") < steps("momentum") && steps("momentum") < steps("SGD"));

    let ravine = |[x, y]: [f64; 2]| (0.1 * x * x + 2.0 * y * y, [0.2 * x, 4.0 * y]);
    let in_ravine = walks(ravine, [-1.8, 1.0])?;
    println!("\nheight above the bottom of a ravine after {STEPS} steps:");
    for (name, path) in &in_ravine {
        println!("  {name:20} {:>9}", Significant(ravine(path[path.len() - 1]).0));
    }

    #[cfg(feature = "plot")]
    {
        let folder = std::path::Path::new("target/pictures");
        std::fs::create_dir_all(folder).expect("the folder target/ can be written to");
        let title = |place: &str| format!("{STEPS} steps with these rates {place}");
        draw(&title("around a saddle point"), |p| saddle(p).0, &around_saddle, &folder.join("16_saddle_point"))?;
        draw(&title("in a ravine"), |p| ravine(p).0, &in_ravine, &folder.join("16_ravine"))?;
        plot::momentum_page([10.0, 250.0], [-1.2, 0.35])?.save(folder.join("16_momentum.html"))?;
        println!("\npictures and the page 16_momentum.html are in {}", folder.display());
    }
    Ok(())
}

/// Returns the path of every optimizer, with learning rates with which each does well on both functions.
fn walks(
    function: impl Fn([f64; 2]) -> (f64, [f64; 2]) + Copy,
    start: [f64; 2],
) -> typenet::Result<Vec<(&'static str, Path)>> {
    Ok(vec![
        ("SGD 0.03", walk(Sgd::new(0.03), function, start)?),
        ("momentum 0.03", walk(Sgd::new(0.03).momentum(0.9), function, start)?),
        ("Nesterov 0.03", walk(Sgd::new(0.03).momentum(0.9).nesterov(), function, start)?),
        ("Adadelta 5", walk(Adadelta::new(5.0), function, start)?),
        ("Adagrad 0.1", walk(Adagrad::new(0.1), function, start)?),
        ("RMSProp 0.015", walk(RmsProp::new(0.015), function, start)?),
        ("Adam 0.06", walk(Adam::new(0.06), function, start)?),
        ("Nadam 0.06", walk(Nadam::new(0.06), function, start)?),
    ])
}

fn walk<O: Optimizer>(
    optimizer: O,
    function: impl Fn([f64; 2]) -> (f64, [f64; 2]),
    start: [f64; 2],
) -> typenet::Result<Path> {
    let found = Descent::new(optimizer).steps(STEPS).keep_path().minimize(&mut start.clone(), |point, gradient| {
        let (value, slope) = function([point[0], point[1]]);
        gradient.copy_from_slice(&slope);
        value
    })?;
    Ok(found.path.iter().map(|point| [point[0], point[1]]).collect())
}

/// Draws a picture of all paths, and an animation.
#[cfg(feature = "plot")]
fn draw(
    title: &str,
    function: impl Fn([f64; 2]) -> f64,
    walks: &[(&str, Path)],
    path: &std::path::Path,
) -> typenet::Result<()> {
    let surface = plot::Surface::new(-2.0..=2.0, -1.5..=1.5, function)?;
    let paths: Vec<(&str, &[[f64; 2]])> = walks.iter().map(|(name, path)| (*name, &path[..])).collect();
    plot::paths(title, &surface, &paths)?.save(path.with_extension("svg"))?;
    plot::animated_paths(title, &surface, &paths)?.save(path.with_extension("gif"))
}
