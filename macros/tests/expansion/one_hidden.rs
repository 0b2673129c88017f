/// The layer `OneHidden`.
///
/// ```text
/// with g = dL/dy, and sums over the samples:
/// t₁ = tanh(hidden_bias + hidden x)
/// y = output_bias + output t₁
/// t₂ = outputᵀ g · (1 - t₁²)
/// dL/dx = hiddenᵀ t₂
/// dL/dhidden_bias = sum of t₂
/// dL/doutput_bias = sum of g
/// dL/doutput = sum of (g) (t₁)ᵀ
/// dL/dhidden = sum of (t₂) (x)ᵀ
/// ```
///
/// # Shapes
/// Input `Vector<N>`, output `Vector<K>`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct OneHidden<const N: usize, const H: usize, const K: usize>;
#[allow(dead_code)]
impl<const N: usize, const H: usize, const K: usize> OneHidden<N, H, K> {
    /// Returns the layer and its gradients in mathematical notation.
    #[must_use]
    pub const fn explain() -> &'static str {
        "with g = dL/dy, and sums over the samples:\nt₁ = tanh(hidden_bias + hidden x)\ny = output_bias + output t₁\nt₂ = outputᵀ g · (1 - t₁²)\ndL/dx = hiddenᵀ t₂\ndL/dhidden_bias = sum of t₂\ndL/doutput_bias = sum of g\ndL/doutput = sum of (g) (t₁)ᵀ\ndL/dhidden = sum of (t₂) (x)ᵀ"
    }
}
///The parameters of [`OneHidden`].
#[derive(FlatParameters, Debug)]
#[flat_parameters(crate = typenet)]
#[repr(C)]
pub struct OneHiddenParameters<T, const N: usize, const H: usize, const K: usize> {
    ///`hidden`, a matrix.
    #[tensor(weight)]
    pub hidden: SMatrix<T, { H }, { N }>,
    ///`hidden_bias`, a vector.
    #[tensor(bias)]
    pub hidden_bias: SVector<T, { H }>,
    ///`output`, a matrix.
    #[tensor(weight)]
    pub output: SMatrix<T, { K }, { H }>,
    ///`output_bias`, a vector.
    #[tensor(bias)]
    pub output_bias: SVector<T, { K }>,
}
#[derive(Clone, Copy)]
struct __OneHiddenLoop1(__OneHiddenConstants);
impl Formula<1, 0, 0, 1, 0> for __OneHiddenLoop1 {
    const REDUCTIONS: [Reduction; 0] = [];
    #[inline(always)]
    #[allow(unused_variables, clippy::all, clippy::pedantic, reason = "generated code")]
    fn apply<R: Real>(
        &self,
        like: R,
        [kept_1,
        ]: [R; 1],
        []: [R; 0],
        []: [R; 0],
        [_,
        ]: [R; 1],
    ) -> ([R; 1], [R; 0]) {
        let v1 = kept_1.tanh();
        ([v1], [])
    }
}
#[derive(Clone, Copy)]
struct __OneHiddenLoop2(__OneHiddenConstants);
impl Formula<1, 0, 0, 1, 0> for __OneHiddenLoop2 {
    const REDUCTIONS: [Reduction; 0] = [];
    #[inline(always)]
    #[allow(unused_variables, clippy::all, clippy::pedantic, reason = "generated code")]
    fn apply<R: Real>(
        &self,
        like: R,
        [kept_3,
        ]: [R; 1],
        []: [R; 0],
        []: [R; 0],
        [_,
        ]: [R; 1],
    ) -> ([R; 1], [R; 0]) {
        let v1 = kept_3;
        ([v1], [])
    }
}
#[derive(Clone, Copy)]
struct __OneHiddenLoop3(__OneHiddenConstants);
impl Formula<2, 0, 0, 1, 0> for __OneHiddenLoop3 {
    const REDUCTIONS: [Reduction; 0] = [];
    #[inline(always)]
    #[allow(unused_variables, clippy::all, clippy::pedantic, reason = "generated code")]
    fn apply<R: Real>(
        &self,
        like: R,
        [kept_2,
        kept_4,
        ]: [R; 2],
        []: [R; 0],
        []: [R; 0],
        [_,
        ]: [R; 1],
    ) -> ([R; 1], [R; 0]) {
        let v1 = kept_2.mul(kept_2);
        let v2 = like.constant(1.0).sub(v1);
        let v3 = kept_4.mul(v2);
        ([v3], [])
    }
}
#[derive(Clone, Copy)]
struct __OneHiddenLoop4(__OneHiddenConstants);
impl Formula<1, 0, 0, 0, 1> for __OneHiddenLoop4 {
    const REDUCTIONS: [Reduction; 1] = [Reduction::Sum];
    #[inline(always)]
    #[allow(unused_variables, clippy::all, clippy::pedantic, reason = "generated code")]
    fn apply<R: Real>(
        &self,
        like: R,
        [kept_5,
        ]: [R; 1],
        []: [R; 0],
        []: [R; 0],
        []: [R; 0],
    ) -> ([R; 0], [R; 1]) {
        ([], [kept_5])
    }
}
#[derive(Clone, Copy)]
struct __OneHiddenLoop5(__OneHiddenConstants);
impl Formula<1, 0, 0, 0, 1> for __OneHiddenLoop5 {
    const REDUCTIONS: [Reduction; 1] = [Reduction::Sum];
    #[inline(always)]
    #[allow(unused_variables, clippy::all, clippy::pedantic, reason = "generated code")]
    fn apply<R: Real>(
        &self,
        like: R,
        [gradient,
        ]: [R; 1],
        []: [R; 0],
        []: [R; 0],
        []: [R; 0],
    ) -> ([R; 0], [R; 1]) {
        ([], [gradient])
    }
}
#[derive(Clone, Copy)]
struct __OneHiddenLoop6(__OneHiddenConstants);
impl Formula<1, 0, 0, 1, 0> for __OneHiddenLoop6 {
    const REDUCTIONS: [Reduction; 0] = [];
    #[inline(always)]
    #[allow(unused_variables, clippy::all, clippy::pedantic, reason = "generated code")]
    fn apply<R: Real>(
        &self,
        like: R,
        [kept_6,
        ]: [R; 1],
        []: [R; 0],
        []: [R; 0],
        [_,
        ]: [R; 1],
    ) -> ([R; 1], [R; 0]) {
        let v1 = kept_6;
        ([v1], [])
    }
}
#[derive(Clone, Copy)]
#[allow(dead_code)]
struct __OneHiddenConstants {
    settings: (),
}
#[doc(hidden)]
#[derive(Debug)]
pub struct __OneHiddenPlan<const N: usize, const H: usize, const K: usize>;
impl<const N: usize, const H: usize, const K: usize> Plan for __OneHiddenPlan<N, H, K> {
    const CACHE_LEN: usize = 0 + { H } + { H } + { K } + { H } + { H } + { N };
    const INFERENCE_LEN: usize = 0 + { H } + { H } + { K };
    const MULTIPLY_ADDS: u64 = 0 + ({ H } * { N }) as u64 + ({ K } * { H }) as u64;
    const READS_INPUT: bool = true;
    const READS_OUTPUT: bool = false;
    const SUMS_FROM_ZERO: bool = true;
}
impl<const N: usize, const H: usize, const K: usize> Layer for OneHidden<N, H, K> {
    type Output<In: Shape> = Vector<{ K }>;
    type Logits<In: Shape> = Vector<{ K }>;
    type With<T: Scalar> = OneHiddenParameters<T, N, H, K>;
    type Settings = ();
    type Plan<In: Shape> = __OneHiddenPlan<N, H, K>;
    #[inline(always)]
    #[allow(unused_variables, clippy::all, clippy::pedantic, reason = "generated code")]
    fn forward<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        site: SiteOf<'_, Self, T>,
        memory: Forward<'_, T>,
    ) {
        let Forward { input, output, cache, .. } = memory;
        let samples = input.len() / <Vector<{ N }> as Shape>::LEN;
        let constants = __OneHiddenConstants {
            settings: *site.settings,
        };
        let (of_sample_1, cache) = cache.split_at_mut(samples * { H });
        let (of_sample_2, cache) = cache.split_at_mut(samples * { H });
        let (of_sample_3, cache) = cache.split_at_mut(samples * { K });
        T::dense_forward(
            isa,
            DenseSizes {
                samples,
                inputs: { N },
                outputs: { H },
            },
            site.parameters.hidden.as_slice(),
            site.parameters.hidden_bias.as_slice(),
            &*input,
            &mut *of_sample_1,
        );
        T::formula_rows(
            isa,
            &__OneHiddenLoop1(constants),
            samples,
            { H },
            [&*of_sample_1],
            [],
            [],
            [&mut *of_sample_2],
            [],
        );
        T::dense_forward(
            isa,
            DenseSizes {
                samples,
                inputs: { H },
                outputs: { K },
            },
            site.parameters.output.as_slice(),
            site.parameters.output_bias.as_slice(),
            &*of_sample_2,
            &mut *of_sample_3,
        );
        T::formula_rows(
            isa,
            &__OneHiddenLoop2(constants),
            samples,
            { K },
            [&*of_sample_3],
            [],
            [],
            [&mut *output],
            [],
        );
    }
    #[inline(always)]
    #[allow(unused_variables, clippy::all, clippy::pedantic, reason = "generated code")]
    fn backward<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        site: SiteOf<'_, Self, T>,
        memory: Backward<'_, T>,
        gradient: &mut Self::With<T>,
    ) {
        let Backward { input, output, cache, grad_output, grad_input, accumulate, .. } = memory;
        let samples = grad_output.len() / <Vector<{ K }> as Shape>::LEN;
        let constants = __OneHiddenConstants {
            settings: *site.settings,
        };
        let (of_sample_1, cache) = cache.split_at_mut(samples * { H });
        let (of_sample_2, cache) = cache.split_at_mut(samples * { H });
        let (of_sample_3, cache) = cache.split_at_mut(samples * { K });
        let (of_sample_4, cache) = cache.split_at_mut(samples * { H });
        let (of_sample_5, cache) = cache.split_at_mut(samples * { H });
        let (of_sample_6, cache) = cache.split_at_mut(samples * { N });
        T::dense_input_gradient(
            isa,
            DenseSizes {
                samples,
                inputs: { H },
                outputs: { K },
            },
            site.parameters.output.as_slice(),
            &*grad_output,
            &mut *of_sample_4,
        );
        T::formula_rows(
            isa,
            &__OneHiddenLoop3(constants),
            samples,
            { H },
            [&*of_sample_2, &*of_sample_4],
            [],
            [],
            [&mut *of_sample_5],
            [],
        );
        T::formula_columns(
            isa,
            &__OneHiddenLoop4(constants),
            samples,
            { H },
            [&*of_sample_5],
            [],
            [],
            accumulate,
            [gradient.hidden_bias.as_mut_slice()],
        );
        T::formula_columns(
            isa,
            &__OneHiddenLoop5(constants),
            samples,
            { K },
            [&*grad_output],
            [],
            [],
            accumulate,
            [gradient.output_bias.as_mut_slice()],
        );
        T::dense_weight_gradient(
            isa,
            DenseSizes {
                samples,
                inputs: { H },
                outputs: { K },
            },
            &*of_sample_2,
            &*grad_output,
            accumulate,
            gradient.output.as_mut_slice(),
            &mut [],
        );
        T::dense_weight_gradient(
            isa,
            DenseSizes {
                samples,
                inputs: { N },
                outputs: { H },
            },
            &*input,
            &*of_sample_5,
            accumulate,
            gradient.hidden.as_mut_slice(),
            &mut [],
        );
        if let ::core::option::Option::Some(grad_input) = grad_input {
            T::dense_input_gradient(
                isa,
                DenseSizes {
                    samples,
                    inputs: { N },
                    outputs: { H },
                },
                site.parameters.hidden.as_slice(),
                &*of_sample_5,
                &mut *of_sample_6,
            );
            T::formula_rows(
                isa,
                &__OneHiddenLoop6(constants),
                samples,
                { N },
                [&*of_sample_6],
                [],
                [],
                [&mut *grad_input],
                [],
            );
        }
    }
}
impl<const N: usize, const H: usize, const K: usize> Takes<Vector<{ N }>>
for OneHidden<N, H, K> {}
impl<const N: usize, const H: usize, const K: usize> Takes<Probabilities<{ N }>>
for OneHidden<N, H, K> {}
