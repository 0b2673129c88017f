//! How is a kernel compiled once per instruction set, in this crate?

/// Calls a function that this crate compiles once per instruction set. Code that uses the kernels contains only the call,
/// however many layers it has.
macro_rules! compiled {
    ($generic:ident, |$isa:ident, $($argument:ident: $type:ty),*| -> $output:ty { $($body:tt)* }) => {
        match $generic::PATH {
            #[cfg(all(feature = "std", target_arch = "x86_64"))]
            $crate::kernel::Path::Avx512 => {
                #[allow(clippy::too_many_arguments, reason = "sizes are passed separately instead of in their struct")]
                #[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")]
                fn compiled($($argument: $type),*) -> $output {
                    let $isa = $crate::kernel::Avx512(());
                    $($body)*
                }
                // SAFETY: this path is reached only if the caller's `isa` proves that the machine has it.
                unsafe { compiled($($argument),*) }
            }
            #[cfg(all(feature = "std", target_arch = "x86_64"))]
            $crate::kernel::Path::Avx2 => {
                #[allow(clippy::too_many_arguments, reason = "sizes are passed separately instead of in their struct")]
                #[target_feature(enable = "avx2,fma")]
                fn compiled($($argument: $type),*) -> $output {
                    let $isa = $crate::kernel::Avx2(());
                    $($body)*
                }
                // SAFETY: as above.
                unsafe { compiled($($argument),*) }
            }
            _ => {
                #[allow(clippy::too_many_arguments, reason = "sizes are passed separately instead of in their struct")]
                fn compiled($($argument: $type),*) -> $output {
                    let $isa = $crate::kernel::Portable(());
                    $($body)*
                }
                compiled($($argument),*)
            }
        }
    };
}

/// Implements a family of kernels for `f32` and `f64`, given a macro that does so for one type. Each gets a separate module,
/// since the compiler translates modules in parallel, but the functions of one module in sequence.
macro_rules! for_floats {
    ($family:ident) => {
        mod single {
            #[allow(clippy::wildcard_imports, reason = "the names that the macro uses")]
            use super::*;
            $family!(f32);
        }
        mod double {
            #[allow(clippy::wildcard_imports, reason = "the names that the macro uses")]
            use super::*;
            $family!(f64);
        }
    };
}

pub(super) use {compiled, for_floats};
