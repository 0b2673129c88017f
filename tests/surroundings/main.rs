//! Whatever should compile does, and runs: names, lints, places and what else surrounds a `network!`.
//!
//! Each file is a program of its own in all but its process. Clippy reads them too, and `strict_lints` holds generated code to it.
#![allow(unreachable_pub, reason = "networks are declared with every visibility")]

// As a dependency that is renamed in `Cargo.toml`; see `renamed`.
extern crate typenet as tn;

mod attributes;
pub mod blocks;
mod conditional;
mod double_precision;
mod fifty_layers;
mod fragments;
mod generic;
mod glob_imports;
mod names;
mod nested;
pub mod own_layer;
mod places;
mod private_layers;
mod renamed;
pub mod residual;
mod shadowed_std;
mod single_layer;
mod sizes;
pub mod strict_lints;
mod without_prelude;
