//! Which constructors and functions does generated code get, without knowing the features of this crate?

#[cfg(feature = "safetensors")]
use crate::network::{Network, Sample};

/// One sample of a network's input.
#[cfg(feature = "safetensors")]
pub type InputOf<N> = Sample<N, <N as Network>::Input>;
/// One sample of a network's output.
#[cfg(feature = "safetensors")]
pub type OutputOf<N> = Sample<N, <N as Network>::Output>;

/// Defines constructors of a network of `f32` that read files.
#[cfg(feature = "safetensors")]
#[doc(hidden)]
#[macro_export]
macro_rules! loading {
    (
        $(#[$attribute:meta])* [$($parameters:tt)*] $network:ty:
        $load:ident $load_with_scaler:ident $load_with_scalers:ident
        $from_safetensors:ident $from_safetensors_with_scaler:ident $from_safetensors_with_scalers:ident
        $file:ident $bytes:ident
    ) => {
        $(#[$attribute])*
        impl<$($parameters)*> $network {
            /// Loads the network with the weights of a file.
            ///
            /// # Errors
            /// The same as `Weights::load`.
            pub fn $load<'__f>(
                $file: impl $crate::private::Into<$crate::private::WeightsFile<'__f>>,
            ) -> $crate::private::Result<$crate::private::Box<Self>> {
                <Self as $crate::private::Weights>::load($file)
            }

            /// Loads the network with the weights of a file, and the scaler that was saved with them.
            ///
            /// # Errors
            /// The same as `Weights::load_with_scaler`.
            pub fn $load_with_scaler<'__f, __S>(
                $file: impl $crate::private::Into<$crate::private::WeightsFile<'__f>>,
            ) -> $crate::private::Result<($crate::private::Box<Self>, __S)>
            where
                __S: $crate::private::Scaler<$crate::private::InputOf<Self>>,
            {
                <Self as $crate::private::Weights>::load_with_scaler($file)
            }

            /// Loads the network with the weights of a file, and the scalers of inputs and targets that were saved with them.
            ///
            /// # Errors
            /// The same as `Weights::load_with_scalers`.
            pub fn $load_with_scalers<'__f, __A, __B>(
                $file: impl $crate::private::Into<$crate::private::WeightsFile<'__f>>,
            ) -> $crate::private::Result<($crate::private::Box<Self>, __A, __B)>
            where
                __A: $crate::private::Scaler<$crate::private::InputOf<Self>>,
                __B: $crate::private::Scaler<$crate::private::OutputOf<Self>>,
            {
                <Self as $crate::private::Weights>::load_with_scalers($file)
            }

            /// Loads the network with the weights of a file in memory.
            ///
            /// # Errors
            /// The same as `Weights::from_safetensors`.
            pub fn $from_safetensors($bytes: &[$crate::private::u8]) -> $crate::private::Result<$crate::private::Box<Self>> {
                <Self as $crate::private::Weights>::from_safetensors($bytes)
            }

            /// Loads the network with the weights of a file in memory, and the scaler that was saved with them.
            ///
            /// # Errors
            /// The same as `Weights::from_safetensors_with_scaler`.
            pub fn $from_safetensors_with_scaler<__S>(
                $bytes: &[$crate::private::u8],
            ) -> $crate::private::Result<($crate::private::Box<Self>, __S)>
            where
                __S: $crate::private::Scaler<$crate::private::InputOf<Self>>,
            {
                <Self as $crate::private::Weights>::from_safetensors_with_scaler($bytes)
            }

            /// Loads the network with the weights of a file in memory, and the scalers of inputs and targets that were saved
            /// with them.
            ///
            /// # Errors
            /// The same as `Weights::from_safetensors_with_scalers`.
            pub fn $from_safetensors_with_scalers<__A, __B>(
                $bytes: &[$crate::private::u8],
            ) -> $crate::private::Result<($crate::private::Box<Self>, __A, __B)>
            where
                __A: $crate::private::Scaler<$crate::private::InputOf<Self>>,
                __B: $crate::private::Scaler<$crate::private::OutputOf<Self>>,
            {
                <Self as $crate::private::Weights>::from_safetensors_with_scalers($bytes)
            }
        }
    };
}

/// Defines no constructors, without the feature `safetensors`.
#[cfg(not(feature = "safetensors"))]
#[doc(hidden)]
#[macro_export]
macro_rules! loading {
    ($($tokens:tt)*) => {};
}

/// Writes the functions of a network that add it to a graph of ONNX.
#[cfg(feature = "onnx")]
#[doc(hidden)]
#[macro_export]
macro_rules! exporting {
    ($($tokens:tt)*) => { $($tokens)* };
}

/// Writes nothing, without the feature `onnx`.
#[cfg(not(feature = "onnx"))]
#[doc(hidden)]
#[macro_export]
macro_rules! exporting {
    ($($tokens:tt)*) => {};
}
