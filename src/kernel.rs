//! Which instructions does this machine have, and how does code get to use them?
//!
//! A [`Program`] is code that should run with the best instruction set of the machine. [`dispatch`] detects that set once and
//! calls the program with an [`Isa`], the proof that the instructions exist. Whatever the program calls passes the proof on, so
//! a whole training step or prediction is dispatched once.
//!
//! [`Kernels`] are the loops over elements that layers, losses and optimizers are built from. They take sizes as arguments.
//! Every kernel has a naive twin, which is the default body in the trait, so a custom scalar type needs only an empty
//! implementation.
//!
//! # Same bits
//! The reduction order is part of each kernel's contract. The lanes of a vector are different outputs, not partial sums of one
//! output, unless that is too slow. In that case the sum is split at constants that each kernel documents. All instruction sets
//! with fused multiply-add therefore give the same bits. [`Portable`] code on a processor type without fused multiply-add also
//! rounds products, and gives other bits.
//!
//! # Forcing an instruction set
//! [`Path::chosen`] returns the set that programs use. [`Path::force`] makes them use another one, for a test or to narrow down
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

mod columns;
mod elementary;

mod activation;
mod convolution;
mod dense;
mod formula;
mod normalization;
mod placement;
mod pooling;
mod sequence;
mod softmax;
mod update;

mod attention;

pub use activation::ActivationKernels;
pub use attention::{ATTENTION_ROWS, AttentionKernels, AttentionSizes};
pub use convolution::{CONVOLUTION_GROUP, ConvolutionKernels, ConvolutionSizes};
pub use dense::{DenseKernels, DenseSizes};
pub use formula::{Formula, FormulaKernels, Real, Reduction};
pub use normalization::{BatchNormalizationSizes, NormalizationKernels, NormalizationSizes};
pub use placement::{EnlargementSizes, Interpolation, PadMode, PadSizes, PlacementKernels};
pub use pooling::{PoolingKernels, PoolingSizes, WindowDivisor};
pub use sequence::{SequenceKernels, SequenceSizes};
pub use softmax::SoftmaxKernels;
pub use update::{AdamStep, MomentumStep, UpdateKernels};

use core::fmt::Debug;
use core::sync::atomic::{AtomicU8, Ordering};

use crate::scalar::Scalar;

/// Returns whether code for a size of at most `limit` is inlined into the layer instead of calling a kernel.
///
/// In debug builds it never is: without optimization every piece of inlined code takes separate space on the stack, 140 KB for
/// a small `Dense` with AVX-512, and networks must work on a small stack. The bits are the same.
pub(crate) const fn written_out(size: usize, limit: usize) -> bool {
    !cfg!(debug_assertions) && size <= limit
}

/// The loops that layers, losses and optimizers are built from, for one scalar type: all families of kernels.
///
/// All slices are flat and dense, and batches are stored sample after sample. `f32` and `f64` have specialized kernels. Any
/// other scalar type gets the naive ones by `impl NaiveKernels for Mine {}`.
///
/// # Panics
/// A kernel panics if the lengths of its slices are inconsistent. The layers of typenet never cause that.
pub trait Kernels:
    ActivationKernels
    + AttentionKernels
    + ConvolutionKernels
    + DenseKernels
    + FormulaKernels
    + NormalizationKernels
    + PlacementKernels
    + PoolingKernels
    + SequenceKernels
    + SoftmaxKernels
    + UpdateKernels
{
}

impl<T> Kernels for T where
    T: ActivationKernels
        + AttentionKernels
        + ConvolutionKernels
        + DenseKernels
        + FormulaKernels
        + NormalizationKernels
        + PlacementKernels
        + PoolingKernels
        + SequenceKernels
        + SoftmaxKernels
        + UpdateKernels
{
}

/// A scalar type that uses the naive form of every kernel.
///
/// # Example
/// Dual numbers for differentiation, or any other custom type:
/// ```ignore
/// impl typenet::kernel::NaiveKernels for Dual {}
/// ```
pub trait NaiveKernels: Scalar {}

/// Runs a program with the instructions that every machine has. It is compiled only for these, which suits code that looks for
/// the cause of an error.
pub(crate) fn run_portable<P: Program>(program: P) -> P::Output {
    program.run(Portable(()))
}

/// Code that runs with an instruction set that is chosen at run time.
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
    /// The return type of the program.
    type Output;

    /// Runs the code. Mark the implementation `#[inline(always)]`: it is compiled for an instruction set only if it is inlined
    /// into the function that was entered.
    fn run<I: Isa>(self, isa: I) -> Self::Output;
}

/// An instruction set that this machine supports. A value of the type is the proof.
pub trait Isa: sealed::Sealed + Copy + Debug + Send + Sync + 'static {
    /// The instruction set that the value proves.
    const PATH: Path;
    /// Whether multiplication and addition are one instruction that rounds once.
    const FUSED: bool;

    /// Runs a program, compiled as a separate function for this instruction set.
    fn call<P: Program>(self, program: P) -> P::Output;

    /// Returns `factor * other + addend`, fused if the instruction set supports it.
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
    /// The baseline of the target.
    Portable,
    /// x86-64 with AVX2 and fused multiply-add.
    Avx2,
    /// x86-64 with AVX-512 (F, VL, BW, DQ).
    Avx512,
}

/// The baseline of the target, which every processor supports.
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
                // SAFETY: a value of this type is created only after the processor was found to have these features.
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

/// 0 before detection. Afterwards the index of the chosen path plus one.
static CHOSEN: AtomicU8 = AtomicU8::new(0);

const PATHS: [Path; 3] = [Path::Portable, Path::Avx2, Path::Avx512];

impl Path {
    /// Returns whether this machine can run the path.
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

    /// Returns the paths that this machine can run, from the simplest to the most capable.
    pub fn available() -> impl Iterator<Item = Self> {
        PATHS.into_iter().filter(|path| path.is_available())
    }

    /// Returns the path that programs use from now on in the whole process: the best one, unless [`Path::force`] chose another.
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
                // A concurrent `force` must win over detection.
                #[cfg(all(feature = "std", target_arch = "x86_64"))]
                let _ = CHOSEN.compare_exchange(0, best as u8 + 1, Ordering::Relaxed, Ordering::Relaxed);
                best
            }
            index => PATHS[usize::from(index - 1)],
        }
    }

    /// Runs a program on this path, whatever [`Path::chosen`] returns.
    ///
    /// # Panics
    /// Panics if the machine cannot run the path.
    #[inline]
    pub fn run<P: Program>(self, program: P) -> P::Output {
        assert!(self.is_available(), "this machine cannot run {self:?}");
        enter(self, program)
    }

    /// Makes every program of the process use this path from now on, for a test or to narrow down a bug report. If the machine
    /// cannot run it, returns `false` and changes nothing.
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

/// Runs a program with the best instruction set that this machine has.
#[inline]
pub fn dispatch<P: Program>(program: P) -> P::Output {
    enter(Path::chosen(), program)
}

/// Runs a program on a path that the machine supports, which both callers have ensured.
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
