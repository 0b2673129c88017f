//! Which threads does training use?

#[cfg(feature = "rayon")]
use alloc::string::ToString;

#[cfg(feature = "rayon")]
use crate::error::Error;
use crate::error::Result;

/// More threads than any machine has by far, that a system still starts at once. A larger number is a mistake: `rayon` would
/// quietly start 65,535 threads for it.
#[cfg(feature = "rayon")]
const MOST_THREADS: usize = 1024;

/// Where training takes its threads from.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Threads {
    /// From the pool that it is called in, or the one for all.
    #[default]
    Current,
    /// From a pool of its own, with this many.
    #[cfg(feature = "rayon")]
    Own(usize),
}

impl Threads {
    /// Starts those that are not there yet.
    #[cfg_attr(not(feature = "rayon"), allow(clippy::unnecessary_wraps, reason = "threads may fail to start"))]
    pub(super) fn start(self) -> Result<ThreadPool> {
        match self {
            Self::Current => Ok(ThreadPool::default()),
            #[cfg(feature = "rayon")]
            Self::Own(threads) => ThreadPool::of(threads),
        }
    }
}

/// The threads of one call of `fit`.
#[derive(Debug, Default)]
pub(super) struct ThreadPool {
    #[cfg(feature = "rayon")]
    own: Option<rayon::ThreadPool>,
}

impl ThreadPool {
    #[cfg(feature = "rayon")]
    fn of(threads: usize) -> Result<Self> {
        check(threads, std::thread::available_parallelism().map_or(1, usize::from))?;
        match rayon::ThreadPoolBuilder::new().num_threads(threads).build() {
            Ok(pool) => Ok(Self { own: Some(pool) }),
            Err(error) => Err(Error::ThreadsNotStarted { threads, reason: error.to_string() }),
        }
    }

    /// Does `work` where its parts can be shared. `shared` says whether they will be: only then is it worth the way into the
    /// pool for all, once instead of in each step.
    #[cfg_attr(
        not(feature = "rayon"),
        allow(clippy::unused_self, reason = "without threads there is no pool to enter")
    )]
    pub(super) fn enter<R: Send>(&self, shared: bool, work: impl FnOnce() -> R + Send) -> R {
        #[cfg(feature = "rayon")]
        return match &self.own {
            Some(pool) => pool.install(work),
            None if shared && rayon::current_thread_index().is_none() => rayon::scope(|_| work()),
            None => work(),
        };
        #[cfg(not(feature = "rayon"))]
        {
            let _ = shared;
            work()
        }
    }
}

/// Refuses numbers of threads out of range, on a machine with so many.
#[cfg(feature = "rayon")]
fn check(threads: usize, of_the_machine: usize) -> Result<()> {
    if (1..=of_the_machine.max(MOST_THREADS)).contains(&threads) {
        return Ok(());
    }
    let (name, value) = ("number of threads", threads as f64);
    Err(Error::Setting { name, value, allowed: "at least 1, and at most 1024 or as many as the machine has" })
}

#[cfg(all(test, feature = "rayon"))]
mod tests {
    use super::check;

    #[test]
    fn as_many_threads_as_the_largest_machines_have_are_allowed() {
        for (threads, of_the_machine, allowed) in
            [(0, 2, false), (1, 2, true), (1024, 2, true), (1025, 2, false), (1025, 1536, true), (1537, 1536, false)]
        {
            assert_eq!(check(threads, of_the_machine).is_ok(), allowed, "{threads} of {of_the_machine}");
        }
    }
}
