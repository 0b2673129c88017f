//! All optimizers around a saddle point and in a ravine.
//!
//! ```text
//! cargo run --release --example 16_saddle_point
//! ```
//!
//! With `--features plot` it also draws them in `target/pictures`, still and animated, and writes the page "why momentum works"
//! with sliders, `16_momentum.html`.

use typenet::gradient_of;
use typenet::minimize::Descent;
#[cfg(feature = "plot")]
use typenet::plot;
use typenet::prelude::*;
use typenet::readable::Significant;

const STEPS: u64 = 120;

/// A path of points in the plane.
type Path = Vec<[f64; 2]>;

/// A function of a point, which writes its gradient.
type Function = fn(&[f64], &mut [f64]) -> f64;

gradient_of! {
    /// Flat at the origin: down along y, up along x.
    fn saddle([x, y]: Vector<2>) -> Scalar { x.powi(2) - y.powi(2) }
}

gradient_of! {
    /// Twenty times as steep across as along.
    fn ravine([x, y]: Vector<2>) -> Scalar { 0.1 * x.powi(2) + 2 * y.powi(2) }
}

fn main() -> typenet::Result<()> {
    // The start is next to the ridge, where the slope down is tiny.
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

    let in_ravine = walks(ravine, [-1.8, 1.0])?;
    println!("\nheight above the bottom of a ravine after {STEPS} steps:");
    for (name, path) in &in_ravine {
        println!("  {name:20} {:>9}", Significant(height(ravine, path[path.len() - 1])));
    }

    #[cfg(feature = "plot")]
    {
        let folder = std::path::Path::new("target/pictures");
        std::fs::create_dir_all(folder).expect("the folder target/ can be written to");
        let title = |place: &str| format!("{STEPS} steps with these rates {place}");
        draw(&title("around a saddle point"), saddle, &around_saddle, &folder.join("16_saddle_point"))?;
        draw(&title("in a ravine"), ravine, &in_ravine, &folder.join("16_ravine"))?;
        plot::momentum_page([10.0, 250.0], [-1.2, 0.35])?.save(folder.join("16_momentum.html"))?;
        println!("\npictures and the page 16_momentum.html are in {}", folder.display());
    }
    Ok(())
}

/// Returns the path of every optimizer, with learning rates with which each does well on both functions.
fn walks(function: Function, start: [f64; 2]) -> typenet::Result<Vec<(&'static str, Path)>> {
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

fn walk<O: Optimizer>(optimizer: O, function: Function, mut start: [f64; 2]) -> typenet::Result<Path> {
    let found = Descent::new(optimizer).steps(STEPS).keep_path().minimize(&mut start, function)?;
    Ok(found.path.iter().map(|point| [point[0], point[1]]).collect())
}

/// Returns the value of a function.
fn height(function: Function, point: [f64; 2]) -> f64 {
    function(&point, &mut [0.0; 2])
}

/// Draws a picture of all paths, and an animation.
#[cfg(feature = "plot")]
fn draw(title: &str, function: Function, walks: &[(&str, Path)], path: &std::path::Path) -> typenet::Result<()> {
    let surface = plot::Surface::new(-2.0..=2.0, -1.5..=1.5, |point| height(function, point))?;
    let paths: Vec<(&str, &[[f64; 2]])> = walks.iter().map(|(name, path)| (*name, &path[..])).collect();
    plot::paths(title, &surface, &paths)?.save(path.with_extension("svg"))?;
    plot::animated_paths(title, &surface, &paths)?.save(path.with_extension("gif"))
}
