//! Which outputs of a network does a loss take: those of a final `Sigmoid`, or raw scores?

/// Whether a network ends in a layer that gives an independent probability for each output, such as `Sigmoid`:
/// [`Network::Head`](crate::Network::Head).
///
/// A generic function with [`BinaryCrossEntropy`](crate::BinaryCrossEntropy), or another loss of raw scores, requires
/// `N: Network<Head = EndsInSigmoid<false>>`.
///
/// # Example
/// ```
/// use typenet::loss::EndsInSigmoid;
/// use typenet::prelude::*;
///
/// network!(struct Yes = Dense<2, 1>);
///
/// /// Trains a network that says yes or no.
/// fn fit<N, const I: usize>(network: &mut N, data: &Dataset<Vector<I>, Vector<1>>) -> typenet::Result<typenet::History>
/// where
///     N: Network<Scalar = f32, Input = Vector<I>, Output = Vector<1>, Head = EndsInSigmoid<false>>,
/// {
///     Trainer::new(BinaryCrossEntropy, Adam::new(0.1)).epochs(20).fit(network, data)
/// }
///
/// let data = Dataset::new(vec![[0.0, 1.0], [1.0, 0.0]], vec![[1.0], [0.0]])?;
/// fit(&mut *Yes::zeroed(), &data)?;
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EndsInSigmoid<const YES: bool>;

/// [`Network::Head`](crate::Network::Head) of a network with const parameters that ends in a custom layer with these. Whether that layer
/// gives probabilities is known when the program is built, and a loss of raw scores does not compile then.
///
/// ```compile_fail,E0080
/// use typenet::prelude::*;
///
/// network!(struct Yes<const N: usize> = Dense<N, 1>, Sigmoid);
/// network!(struct Wide<const N: usize> = Dense<2, N>, Tanh, Yes<N>);
/// let data = Dataset::<Vector<2>, Vector<1>>::new(vec![[0.0, 1.0]], vec![[1.0]])?;
/// Trainer::new(BinaryCrossEntropy, Sgd::new(0.1)).fit(&mut Wide::<3>::zeroed(), &data)?;
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UnknownHead;

/// [`Loss::Takes`](crate::Loss::Takes) of a loss that takes the outputs of any network, such as
/// [`MeanSquaredError`](crate::MeanSquaredError).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AnyOutput;

/// [`Loss::Takes`](crate::Loss::Takes) of a loss that takes raw scores, such as [`BinaryCrossEntropy`](crate::BinaryCrossEntropy),
/// which applies the logistic function itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RawOutput;

/// The loss takes the outputs of a network with this head: [`AnyOutput`] takes those of all networks, and [`RawOutput`] not those of a
/// network that ends in a `Sigmoid`.
#[diagnostic::on_unimplemented(
    message = "the network ends in `Sigmoid`, or another layer that gives probabilities, but its loss takes raw scores",
    label = "this loss does not fit the network",
    note = "leave that layer out; for a prediction z of a network trained with `BinaryCrossEntropy`, `function::sigmoid(z)` is the \
            probability",
    note = "in a generic function, write `N: Network<Head = EndsInSigmoid<false>>`, or for any loss `L: Loss<N::Output, Takes: \
            Admits<N::Head>>`"
)]
pub trait Admits<Head> {
    /// Whether networks that end in a `Sigmoid` are refused.
    #[doc(hidden)]
    const RAW_SCORES: bool;
}

impl<Head> Admits<Head> for AnyOutput {
    const RAW_SCORES: bool = false;
}

impl Admits<EndsInSigmoid<false>> for RawOutput {
    const RAW_SCORES: bool = true;
}

impl Admits<UnknownHead> for RawOutput {
    const RAW_SCORES: bool = true;
}
