//! Runs the workloads of the benchmarks on request, so that a driver can time several libraries in turns.
//!
//! It prints the names of its workloads as a JSON list. Then it reads lines `NAME SECONDS` from standard input, runs that
//! workload for so long, and answers each line with a JSON list: seconds per step, one number for each run of about ten
//! milliseconds.
//!
//! ```text
//! cargo build --release --locked
//! echo "B2/typenet 1.0" | target/release/typenet-bench-worker
//! ```
//!
//! Built with the feature `rayon`, workloads run in a pool of `BENCH_THREADS` threads, 1 unless that variable is set.

mod networks;
mod serve;
mod threads;
mod workloads;

use std::process::ExitCode;

fn main() -> ExitCode {
    let answered = threads::Threads::from_environment().and_then(|threads| serve::serve(&workloads::all(), &threads));
    match answered {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("typenet-bench-worker: {error}");
            ExitCode::FAILURE
        }
    }
}
