//! Runs the workloads of the benchmarks on request, so that a driver can time several libraries in turn.
//!
//! It prints the names of its workloads as a JSON list. Then it reads lines `NAME SECONDS` from standard input, runs that
//! workload for that time, and answers each line with a JSON list of seconds per step, one value for each sample of about ten
//! milliseconds.
//!
//! ```text
//! cargo build --release --locked
//! echo "B2/typenet 1.0" | target/release/typenet-bench-worker
//! ```
//!
//! Built with the feature `rayon`, workloads run in a pool of `BENCH_THREADS` threads, or 1 if that variable is not set.

mod networks;
mod serve;
mod threads;
mod workloads;

use std::process::ExitCode;

fn main() -> ExitCode {
    let served = threads::Threads::from_environment().and_then(|threads| serve::serve(&workloads::all(), &threads));
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("typenet-bench-worker: {error}");
            ExitCode::FAILURE
        }
    }
}
