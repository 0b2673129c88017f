//! What does a network predict?

use alloc::vec;
use alloc::vec::Vec;

#[cfg(doc)]
use crate::error::Error;
use crate::error::Result;
use crate::kernel::dispatch;
use crate::kernel::scratch::with_scratch;
use crate::layer::{CarriedStates, Pass, Plan};
use crate::metric::argmax;
use crate::network::{
    ClassOf, Each, Forward, GivesClasses, Infer, Network, PlanOf, Sample, Stream, Top, check_counts, copied_len, infer,
    inference_len, largest_classes,
};
use crate::shape::arithmetic::features;
use crate::shape::{Shape, rows};

/// Predictions of a network, for one sample or for a batch. Every [`Network`] implements the trait.
pub trait Predict: Network {
    /// Returns the prediction for one sample. Allocates only if a thread needs more than 64 KiB of scratch memory for the first
    /// time, or more than before.
    #[must_use]
    #[inline]
    fn predict(&self, input: &Sample<Self, Self::Input>) -> Sample<Self, Self::Output> {
        let mut output = Self::Output::zero();
        self.predict_into(input, &mut output);
        output
    }

    /// Returns the prediction for a row whose length is known only at run time, of the elements of an input in order, whatever its
    /// axes. Allocates as [`predict`](Self::predict) does.
    ///
    /// [`Shape::sample_of`] views a row as a sample, for the other functions and for scalers.
    ///
    /// # Errors
    /// [`Error::Ragged`] if the row does not have as many elements as an input, with both lengths; [`Error::TokenOutOfRange`] for the first
    /// element that is no token, where the network takes tokens.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Sign = Dense<2, 2>, Softmax);
    /// let sign = Sign::zeroed();
    /// let row: Vec<f32> = "5.1,3.5".split(',').map(|field| field.parse().unwrap()).collect();
    /// assert_eq!(sign.predict_row(&row)?, [0.5, 0.5]);
    /// let class = sign.predict_class(<Vector<2>>::sample_of(&row)?);
    /// assert_eq!(class.index(), 0);
    ///
    /// let error = sign.predict_row([1.0, 2.0, 3.0]).unwrap_err();
    /// assert_eq!(error.to_string(), "input has length 3, but its shape requires length 2");
    /// # Ok::<(), typenet::Error>(())
    /// ```
    fn predict_row(&self, row: impl AsRef<[Self::Scalar]>) -> Result<Sample<Self, Self::Output>> {
        Ok(self.predict(rows::sample_of::<Self::Input, _>("input", None, row.as_ref())?))
    }

    /// Returns the predictions for rows whose lengths are known only at run time, as [`predict_row`](Self::predict_row) and
    /// [`predict_batch`](Self::predict_batch) do.
    ///
    /// # Errors
    /// Those of [`predict_row`](Self::predict_row), for the first row that has one, with its position.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Corners (Image<1, 2, 2>) = Flatten, Dense<_, 1>);
    /// let rows = vec![vec![0.0_f32, 1.0, 2.0, 3.0], vec![0.5; 4]];
    /// assert_eq!(Corners::zeroed().predict_rows(&rows)?, [[0.0], [0.0]]);
    ///
    /// let error = Corners::zeroed().predict_rows([vec![0.5; 4], vec![]]).unwrap_err();
    /// assert_eq!(error.to_string(), "input 1 has length 0, but its shape requires length 4");
    /// # Ok::<(), typenet::Error>(())
    /// ```
    fn predict_rows(
        &self,
        rows: impl IntoIterator<Item: AsRef<[Self::Scalar]>>,
    ) -> Result<Vec<Sample<Self, Self::Output>>> {
        Ok(self.predict_batch(&rows::samples_of::<Self::Input, _>("input", rows)?))
    }

    /// Starts a sequence that the network reads one step at a time. Allocates its state.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Latest (Tokens<8, 26>) = Embedding<_, 4>, Lstm<_, 6>, LastStep, Dense<_, 2>, Softmax);
    /// let network = Latest::init(&mut typenet::rng(37));
    ///
    /// let mut stream = network.start();
    /// for letter in [3, 0, 25] {
    ///     let [no, yes] = stream.push(Token::new(letter)?);
    ///     assert!((no + yes - 1.0).abs() < 1e-6);
    /// }
    /// assert_eq!(stream.position(), 3);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    #[must_use]
    fn start(&self) -> Stream<'_, Self> {
        Stream::new(self)
    }

    /// Writes the prediction for one sample into `output`. Allocates as [`predict`](Self::predict) does.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Scores = Dense<1, 2>, Softmax);
    /// let mut predictions = [[0.0; 2]; 3];
    /// Scores::zeroed().predict_into(&[7.0], &mut predictions[1]);
    /// assert_eq!(predictions, [[0.0, 0.0], [0.5, 0.5], [0.0, 0.0]]);
    /// ```
    #[inline]
    fn predict_into(&self, input: &Sample<Self, Self::Input>, output: &mut Sample<Self, Self::Output>) {
        let (input, output) = (Self::Input::flat(input), Self::Output::flat_mut(output));
        with_scratch(const { inference_len::<Self>() }, |scratch| {
            dispatch(Infer { network: self, input, output, scratch });
        });
    }

    /// Returns the most probable class for one sample, and the lowest of equally probable ones; `[Class<K>; L]` if the network gives
    /// the probabilities of each step. Allocates as [`predict`](Self::predict) does.
    ///
    /// Returns class 0 if every probability is NaN, as in a network that diverged.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Sign = Dense<1, 2>, Softmax);
    /// let mut sign = Sign::zeroed();
    /// // The logits of x are 0 and x.
    /// sign.parameters_mut()[1] = 1.0;
    /// assert_eq!(sign.predict_class(&[3.0]), Class::new(1)?);
    /// assert_eq!(sign.predict_class(&[-3.0]).index(), 0);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    #[must_use]
    fn predict_class(&self, input: &Sample<Self, Self::Input>) -> Each<Self, ClassOf<Self>>
    where
        Self::Output: GivesClasses,
    {
        Self::Output::each(&self.predict(input), |probabilities| Self::Output::class(argmax(probabilities)))
    }

    /// Returns the `COUNT` most probable classes for one sample with their probabilities, the most probable first. Of equally
    /// probable classes, the lower one is first. A network that gives the probabilities of each step has such an array for each.
    /// Allocates as [`predict`](Self::predict) does.
    ///
    /// Fails to compile for a network with fewer than `COUNT` classes. Because `COUNT` may come from a generic function,
    /// `cargo build` reports this error and `cargo check` does not.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Guess = Dense<1, 4>, Softmax);
    /// // Zero weights make all four classes equally likely.
    /// let [(first, probability), (second, _)] = Guess::zeroed().top::<2>(&[0.5]);
    /// assert_eq!((first.index(), second.index(), probability), (0, 1, 0.25));
    /// ```
    ///
    /// ```compile_fail,E0080
    /// # use typenet::prelude::*;
    /// # network!(struct Guess = Dense<1, 4>, Softmax);
    /// let all_and_one_more = Guess::zeroed().top::<5>(&[0.5]);
    /// ```
    #[must_use]
    fn top<const COUNT: usize>(&self, input: &Sample<Self, Self::Input>) -> Each<Self, Top<Self, COUNT>>
    where
        Self::Output: GivesClasses,
    {
        const { assert!(COUNT <= features::<Self::Output>(), "the network has fewer classes than `top` returns") };
        Self::Output::each(&self.predict(input), |probabilities| {
            let largest = largest_classes::<_, COUNT>(probabilities);
            largest.map(|(index, probability)| (Self::Output::class(index), probability))
        })
    }

    /// Returns the predictions for a batch, each with the same bits as from [`predict`](Self::predict). With the feature
    /// `rayon`, the threads of the current pool share a large batch.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Classifier = Dense<64, 10>, Softmax);
    /// let network = Classifier::init(&mut typenet::rng(37));
    /// let digits = datasets::digits();
    /// let predictions = network.predict_batch(digits.inputs());
    /// assert_eq!(predictions.len(), 1797);
    /// assert_eq!(predictions[7], network.predict(&digits.inputs()[7]));
    /// ```
    #[must_use]
    fn predict_batch(&self, inputs: &[Sample<Self, Self::Input>]) -> Vec<Sample<Self, Self::Output>> {
        let mut outputs = vec![Self::Output::zero(); inputs.len()];
        infer(self, inputs, &mut outputs);
        outputs
    }

    /// Writes the predictions for a batch into `outputs`.
    ///
    /// # Errors
    /// [`Error::CountMismatch`] if `outputs` does not have the length of `inputs`.
    fn predict_batch_into(
        &self,
        inputs: &[Sample<Self, Self::Input>],
        outputs: &mut [Sample<Self, Self::Output>],
    ) -> Result<()> {
        check_counts("inputs", inputs.len(), "outputs", outputs.len())?;
        infer(self, inputs, outputs);
        Ok(())
    }

    /// Returns the logits of one sample: the output before a final `Softmax`. Without one, they are the prediction. Allocates
    /// as [`predict`](Self::predict) does.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Scores = scores: Dense<1, 2>, Softmax);
    /// let mut network = Scores::zeroed();
    /// network.scores.weight[1] = 2.0;
    /// assert_eq!(network.logits(&[3.0]), [0.0, 6.0]);
    /// ```
    #[must_use]
    fn logits(&self, input: &Sample<Self, Self::Input>) -> Sample<Self, Self::Logits> {
        let mut logits = Self::Logits::zero();
        let (input, flat) = (Self::Input::flat(input), Self::Logits::flat_mut(&mut logits));
        let cache_len = <PlanOf<Self> as Plan>::CACHE_LEN;
        with_scratch(cache_len + copied_len::<Self>() + Self::MIXING.len(), |memory| {
            let (cache, rest) = memory.split_at_mut(cache_len);
            let (steps, statistics) = rest.split_at_mut(copied_len::<Self>());
            let (pass, states) = (&Pass::inference(), CarriedStates::none());
            dispatch(Forward { network: self, pass, input, logits: flat, cache, steps, statistics, states });
        });
        logits
    }
}

impl<N: Network> Predict for N {}
