//! Which instructions does this machine have, and who may use them?
//!
//! A [`Program`] is code that wants to run with the best instruction set of the machine. [`dispatch`] looks once which
//! that is and calls the program with an [`Isa`], the proof that the instructions exist. Whatever the program calls
//! passes the proof on, so that a whole training step or prediction is dispatched once.
//!
//! [`Kernels`] are the loops over numbers that layers, losses and optimizers are made of. They take sizes as arguments.
//! Every kernel has a naive twin, which is the default body in the trait: a scalar type of one's own needs only an empty
//! implementation.
//!
//! # Same bits
//! The order of additions is part of each kernel's contract: lanes of a vector are different outputs, never partial sums of
//! one, where that is not too slow; where it is, the sum is split at constants that each kernel states. So all instruction
//! sets with fused multiply-add give the same bits. [`Portable`] code on a processor type without it rounds products too,
//! and gives other bits.
//!
//! # Forcing an instruction set
//! [`Path::chosen`] says which set programs take, [`Path::force`] makes them take another one, for a test or to narrow down
//! a bug:
//! ```
//! use typenet::kernel::Path;
//!
//! println!("available: {:?}", Path::available().collect::<Vec<_>>());
//! assert!(Path::Portable.force(), "this machine has it");
//! ```
#![allow(
    unsafe_code,
    reason = "a function compiled for an instruction set is entered here, after the set was detected"
)]

mod compiled;
mod lanes;
pub(crate) mod scratch;

mod elementary;

mod activation;
mod convolution;
mod dense;
mod normalization;
mod softmax;
mod update;

pub use activation::ActivationKernels;
pub use convolution::{ConvolutionKernels, ConvolutionSizes};
pub use dense::{DenseKernels, DenseSizes};
pub use normalization::{NormalizationKernels, NormalizationSizes};
pub use softmax::SoftmaxKernels;
pub use update::{AdamStep, MomentumStep, UpdateKernels};

use core::fmt::Debug;
use core::sync::atomic::{AtomicU8, Ordering};

use crate::scalar::Scalar;

/// Whether code for a size up to `limit` is written out where a layer is called, rather than a call of a kernel.
///
/// In debug builds it never is: without optimisation every piece of such code has a place of its own on the stack, 140 KB for
/// a small `Dense` with AVX-512, and networks have to fit a small one. The bits are the same.
pub(crate) const fn written_out(size: usize, limit: usize) -> bool {
    !cfg!(debug_assertions) && size <= limit
}

/// The loops that layers, losses and optimizers are made of, for one type of element: all families of kernels.
///
/// All slices are flat and dense: batches are sample after sample. `f32` and `f64` have kernels of their own; any other scalar
/// takes the naive ones by `impl NaiveKernels for Mine {}`.
///
/// # Panics
/// A kernel panics when the lengths of its slices contradict one another. The layers of typenet never do that.
pub trait Kernels:
    ActivationKernels + ConvolutionKernels + DenseKernels + NormalizationKernels + SoftmaxKernels + UpdateKernels
{
}

impl<T> Kernels for T where
    T: ActivationKernels + ConvolutionKernels + DenseKernels + NormalizationKernels + SoftmaxKernels + UpdateKernels
{
}

/// A scalar that takes the naive form of every kernel.
///
/// # Example
/// Dual numbers, which differentiate, or any other custom number:
/// ```ignore
/// impl typenet::kernel::NaiveKernels for Dual {}
/// ```
pub trait NaiveKernels: Scalar {}

/// Code that runs with an instruction set chosen at run time.
///
/// # Example
/// ```
/// use typenet::kernel::{Isa, Program, dispatch};
///
/// struct Sum<'a>(&'a [f32]);
/// impl Program for Sum<'_> {
///     type Output = f32;
///     #[inline(always)]
///     fn run<I: Isa>(self, _: I) -> f32 {
///         self.0.iter().sum()
///     }
/// }
/// assert_eq!(dispatch(Sum(&[1.0, 2.0])), 3.0);
/// ```
pub trait Program {
    /// What the program returns.
    type Output;

    /// The code. Mark the implementation `#[inline(always)]`: it is compiled for an instruction set only where it becomes
    /// part of the function that was entered.
    fn run<I: Isa>(self, isa: I) -> Self::Output;
}

/// A set of instructions that this machine has: possession of a value is the proof.
pub trait Isa: sealed::Sealed + Copy + Debug + Send + Sync + 'static {
    /// The set that the value proves.
    const PATH: Path;
    /// Multiplication and addition round once, in one instruction.
    const FUSED: bool;

    /// Runs a program, compiled as a function of its own for this instruction set.
    fn call<P: Program>(self, program: P) -> P::Output;

    /// `factor * other + addend`, fused where the instruction set can.
    #[inline(always)]
    fn mul_add<T: Scalar>(self, factor: T, other: T, addend: T) -> T {
        if Self::FUSED { factor.mul_add(other, addend) } else { factor * other + addend }
    }
}

mod sealed {
    pub trait Sealed: super::lanes::Registers {}
}

/// The instruction sets that code is compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Path {
    /// What every processor of the target has.
    Portable,
    /// x86-64 with AVX2 and fused multiply-add.
    Avx2,
    /// x86-64 with AVX-512 (F, VL, BW, DQ).
    Avx512,
}

/// What every processor of the target has.
#[derive(Clone, Copy, Debug)]
pub struct Portable(());

impl sealed::Sealed for Portable {}

impl Isa for Portable {
    const PATH: Path = Path::Portable;
    const FUSED: bool = cfg!(any(target_feature = "fma", target_arch = "aarch64"));

    #[inline]
    fn call<P: Program>(self, program: P) -> P::Output {
        program.run(self)
    }
}

#[cfg(all(feature = "std", target_arch = "x86_64"))]
macro_rules! x86_isa {
    ($(#[$doc:meta])* $isa:ident, $features:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $isa(());

        impl sealed::Sealed for $isa {}

        impl Isa for $isa {
            const PATH: Path = Path::$isa;
            const FUSED: bool = true;

            #[inline]
            fn call<P: Program>(self, program: P) -> P::Output {
                #[target_feature(enable = $features)]
                fn entered<P: Program>(isa: $isa, program: P) -> P::Output {
                    program.run(isa)
                }
                // SAFETY: a value of this type is made only after the processor was found to have these features.
                unsafe { entered(self, program) }
            }
        }
    };
}

#[cfg(all(feature = "std", target_arch = "x86_64"))]
x86_isa!(
    /// x86-64 with AVX2 and fused multiply-add.
    Avx2,
    "avx2,fma"
);

#[cfg(all(feature = "std", target_arch = "x86_64"))]
x86_isa!(
    /// x86-64 with AVX-512.
    Avx512,
    "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma"
);

/// 0: not looked yet; else the chosen path's number plus one.
static CHOSEN: AtomicU8 = AtomicU8::new(0);

const PATHS: [Path; 3] = [Path::Portable, Path::Avx2, Path::Avx512];

impl Path {
    /// This machine can run the path.
    ///
    /// # Example
    /// ```
    /// use typenet::kernel::Path;
    ///
    /// assert!(Path::Portable.is_available());
    /// ```
    #[must_use]
    pub fn is_available(self) -> bool {
        match self {
            Self::Portable => true,
            #[cfg(all(feature = "std", target_arch = "x86_64"))]
            Self::Avx2 => std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("fma"),
            #[cfg(all(feature = "std", target_arch = "x86_64"))]
            Self::Avx512 => {
                Self::Avx2.is_available()
                    && std::is_x86_feature_detected!("avx512f")
                    && std::is_x86_feature_detected!("avx512vl")
                    && std::is_x86_feature_detected!("avx512bw")
                    && std::is_x86_feature_detected!("avx512dq")
            }
            #[cfg(not(all(feature = "std", target_arch = "x86_64")))]
            _ => false,
        }
    }

    /// The paths that this machine can run, the plainest first.
    pub fn available() -> impl Iterator<Item = Self> {
        PATHS.into_iter().filter(|path| path.is_available())
    }

    /// The path that programs take from now on, in the whole process: the best one, unless [`Path::force`] said otherwise.
    #[must_use]
    #[inline]
    pub fn chosen() -> Self {
        // Small processors without an operating system have one path, and may lack the atomic exchange.
        if !cfg!(all(feature = "std", target_arch = "x86_64")) {
            return Self::Portable;
        }
        match CHOSEN.load(Ordering::Relaxed) {
            0 => {
                let best = Self::available().last().unwrap_or(Self::Portable);
                // Kept apart from a concurrent `force`, which must win.
                #[cfg(all(feature = "std", target_arch = "x86_64"))]
                let _ = CHOSEN.compare_exchange(0, best as u8 + 1, Ordering::Relaxed, Ordering::Relaxed);
                best
            }
            number => PATHS[usize::from(number - 1)],
        }
    }

    /// Runs a program on this path, whatever [`Path::chosen`] says.
    ///
    /// # Panics
    /// When the machine cannot run the path.
    #[inline]
    pub fn run<P: Program>(self, program: P) -> P::Output {
        assert!(self.is_available(), "this machine cannot run {self:?}");
        enter(self, program)
    }

    /// Makes every program of the process take this path from now on, for a test or to narrow down a bug report. False,
    /// and nothing changes, when the machine cannot run it.
    ///
    /// # Example
    /// ```
    /// use typenet::kernel::Path;
    ///
    /// assert!(Path::Portable.force());
    /// assert_eq!(Path::chosen(), Path::Portable);
    /// ```
    pub fn force(self) -> bool {
        let available = self.is_available();
        if available {
            CHOSEN.store(self as u8 + 1, Ordering::Relaxed);
        }
        available
    }
}

/// Runs a program with the best instructions that this machine has.
#[inline]
pub fn dispatch<P: Program>(program: P) -> P::Output {
    enter(Path::chosen(), program)
}

/// The path must be one that the machine has: both callers have made sure.
#[inline]
fn enter<P: Program>(path: Path, program: P) -> P::Output {
    match path {
        #[cfg(all(feature = "std", target_arch = "x86_64"))]
        Path::Avx512 => Avx512(()).call(program),
        #[cfg(all(feature = "std", target_arch = "x86_64"))]
        Path::Avx2 => Avx2(()).call(program),
        _ => Portable(()).call(program),
    }
}

#[cfg(test)]
mod tests {
    use super::{Isa, Path, Program, dispatch};

    struct Which;

    impl Program for Which {
        type Output = Path;

        #[inline(always)]
        fn run<I: Isa>(self, _: I) -> Path {
            I::PATH
        }
    }

    #[test]
    fn programs_take_the_chosen_path() {
        assert!(Path::available().count() >= 1);
        assert_eq!(dispatch(Which), Path::chosen());
    }
}
