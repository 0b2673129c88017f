//! What does a call say whose feature is not enabled?
//!
//! Its method would be unknown, and the compiler would suggest another one with a similar name. So each has a stand-in here, which
//! cannot be called: the error at the call names the feature. Types and modules need none, since the compiler says which feature they
//! are behind.
#![allow(unused_imports, reason = "each stand-in is there without its feature")]
#![allow(clippy::must_use_candidate, clippy::return_self_not_must_use, reason = "nothing here can be called")]

use alloc::boxed::Box;

use crate::dataset::Dataset;
use crate::error::Result;
use crate::network::Network;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::target::Target;
#[cfg(feature = "std")]
use crate::train::{Progress, Trainer};

/// Declares stand-ins for the calls of a feature: methods of a type with a bound that no type meets.
macro_rules! stand_ins {
    (
        $feature:literal, $needed:ident: $message:literal, $note:literal;
        [$($generics:tt)*] $type:ty: $calls:ident { $($call:item)* }
    ) => {
        #[doc = concat!(" What a call of the feature `", $feature, "` needs.")]
        #[cfg(not(feature = $feature))]
        #[diagnostic::on_unimplemented(message = $message, label = "this feature is not enabled", note = $note)]
        pub trait $needed {}

        #[doc = concat!(" Stand-ins for the calls of the feature `", $feature, "`.")]
        #[cfg(not(feature = $feature))]
        pub trait $calls: Sized {
            $(
                #[doc = concat!(" Needs the feature `", $feature, "`.")]
                #[allow(clippy::missing_errors_doc, reason = "it cannot be called")]
                $call
            )*
        }

        #[cfg(not(feature = $feature))]
        impl<$($generics)*> $calls for $type {}
    };
}

stand_ins! {
    "safetensors", NeedsSafetensors:
    "files of weights need the feature `safetensors` of typenet",
    "add it with `cargo add typenet --features safetensors`";
    [N: Network] N: WeightsOff {
        fn save<P>(&self, _path: P) -> Result<()> where Self: NeedsSafetensors { unreachable!() }
        fn save_with_scaler<S, P>(&self, _scaler: S, _path: P) -> Result<()> where Self: NeedsSafetensors { unreachable!() }
        fn to_safetensors(&self) -> Result<alloc::vec::Vec<u8>> where Self: NeedsSafetensors { unreachable!() }
        fn load<P>(_file: P) -> Result<Box<Self>> where Self: NeedsSafetensors { unreachable!() }
        fn load_with_scaler<P, S>(_file: P) -> Result<(Box<Self>, S)> where Self: NeedsSafetensors { unreachable!() }
        fn load_from<P>(&mut self, _file: P) -> Result<()> where Self: NeedsSafetensors { unreachable!() }
        fn from_safetensors(_bytes: &[u8]) -> Result<Box<Self>> where Self: NeedsSafetensors { unreachable!() }
    }
}

stand_ins! {
    "onnx", NeedsOnnx:
    "ONNX models need the feature `onnx` of typenet",
    "add it with `cargo add typenet --features onnx`";
    [N: Network] N: ExportOnnxOff {
        fn to_onnx<P>(&self, _path: P) -> Result<()> where Self: NeedsOnnx { unreachable!() }
        fn onnx_bytes(&self) -> Result<alloc::vec::Vec<u8>> where Self: NeedsOnnx { unreachable!() }
    }
}

stand_ins! {
    "csv", NeedsCsv:
    "tables need the feature `csv` of typenet",
    "add it with `cargo add typenet --features csv`";
    [X: Shape, Y: Target, T: Scalar] Dataset<X, Y, T>: CsvOff {
        fn from_csv<P>(_table: P) -> Result<Self> where Self: NeedsCsv { unreachable!() }
    }
}

stand_ins! {
    "npy", NeedsNpy:
    "arrays of NumPy need the feature `npy` of typenet",
    "add it with `cargo add typenet --features npy`";
    [X: Shape, Y: Target, T: Scalar] Dataset<X, Y, T>: NpyOff {
        fn from_npy<P, Q>(_inputs: P, _targets: Q) -> Result<Self> where Self: NeedsNpy { unreachable!() }
    }
}

stand_ins! {
    "npz", NeedsNpz:
    "archives of arrays of NumPy need the feature `npz` of typenet",
    "add it with `cargo add typenet --features npz`";
    [X: Shape, Y: Target, T: Scalar] Dataset<X, Y, T>: NpzOff {
        fn from_npz<P>(_archive: P, _inputs: &str, _targets: &str) -> Result<Self> where Self: NeedsNpz { unreachable!() }
    }
}

stand_ins! {
    "idx", NeedsIdx:
    "IDX files need the feature `idx` of typenet",
    "add it with `cargo add typenet --features idx`";
    [X: Shape, Y: Target, T: Scalar] Dataset<X, Y, T>: IdxOff {
        fn from_idx<P, Q>(_inputs: P, _labels: Q) -> Result<Self> where Self: NeedsIdx { unreachable!() }
        fn from_idx_bytes(_inputs: &[u8], _labels: &[u8]) -> Result<Self> where Self: NeedsIdx { unreachable!() }
    }
}

stand_ins! {
    "images", NeedsImages:
    "folders of images need the feature `images` of typenet",
    "add it with `cargo add typenet --features images`";
    [X: Shape, Y: Target, T: Scalar] Dataset<X, Y, T>: ImagesOff {
        fn from_image_folder<P>(_folder: P) -> Result<Self> where Self: NeedsImages { unreachable!() }
    }
}

#[cfg(feature = "std")]
stand_ins! {
    "safetensors", NeedsSafetensorsForCheckpoints:
    "checkpoints need the feature `safetensors` of typenet",
    "add it with `cargo add typenet --features safetensors`";
    [L, O, T, V, H, M] Trainer<L, O, T, V, H, M>: CheckpointsOff {
        fn checkpoints<C>(self, _checkpoints: C) -> Self where Self: NeedsSafetensorsForCheckpoints { unreachable!() }
        fn resume<N, P>(&mut self, _network: N, _path: P) -> Result<()> where Self: NeedsSafetensorsForCheckpoints { unreachable!() }
    }
}

#[cfg(feature = "std")]
stand_ins! {
    "rayon", NeedsRayon:
    "threads need the feature `rayon` of typenet",
    "add it with `cargo add typenet --features rayon`";
    [L, O, T, V, H, M] Trainer<L, O, T, V, H, M>: ThreadsOff {
        fn threads(self, _threads: usize) -> Self where Self: NeedsRayon { unreachable!() }
    }
}

#[cfg(feature = "std")]
stand_ins! {
    "progress", NeedsProgress:
    "a progress bar needs the feature `progress` of typenet",
    "add it with `cargo add typenet --features progress`, or write `Progress::lines()`";
    [] Progress: ProgressOff {
        fn bar() -> Self where Self: NeedsProgress { unreachable!() }
    }
}
