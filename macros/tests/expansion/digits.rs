/// f(x) = softmax(W_o tanh(W_h x + b_h) + b_o)
/**
# Architecture
| field | layer | output |
|---|---|---|
| `hidden` | `Dense<64, 32>` | `Vector<32>` |
| `tanh` | `Tanh` | `Vector<32>` |
| `output` | `Dense<32, 10>` | `Vector<10>` |
| `softmax` | `Softmax` | `Probabilities<10>` |
*/
#[repr(C)]
pub struct DigitClassifier<T: Scalar = f32> {
    /// `Dense<64, 32>`
    pub hidden: Dense<64, 32, T>,
    /// `Tanh`
    pub tanh: (),
    /// `Dense<32, 10>`
    pub output: Dense<32, 10, T>,
    /// `Softmax`
    pub softmax: (),
}
#[automatically_derived]
unsafe impl<T: Scalar> FlatParameters<T> for DigitClassifier<T> {
    const TENSORS: TensorTable = TensorTable::Layers(
        &[
            TableEntry {
                name: "hidden",
                offset: core::mem::offset_of!(Self, hidden) / core::mem::size_of::<T>(),
                frozen: false,
                table: <Dense<64, 32, T> as FlatParameters<T>>::TENSORS,
            },
            TableEntry {
                name: "tanh",
                offset: core::mem::offset_of!(Self, tanh) / core::mem::size_of::<T>(),
                frozen: false,
                table: <() as FlatParameters<T>>::TENSORS,
            },
            TableEntry {
                name: "output",
                offset: core::mem::offset_of!(Self, output) / core::mem::size_of::<T>(),
                frozen: false,
                table: <Dense<32, 10, T> as FlatParameters<T>>::TENSORS,
            },
            TableEntry {
                name: "softmax",
                offset: core::mem::offset_of!(Self, softmax) / core::mem::size_of::<T>(),
                frozen: false,
                table: <() as FlatParameters<T>>::TENSORS,
            },
        ],
    );
    const LEN: usize = { checked_len::<Self, T>(&<Self as FlatParameters<T>>::TENSORS) };
}
#[automatically_derived]
impl Plan for DigitClassifier<f32> {
    const CACHE_LEN: usize = <Vector<32> as Shape>::LEN
        + chain::kept::<Tanh, Vector<32>, Dense<64, 32>, Vector<64>>()
        + chain::kept::<Dense<32, 10>, Vector<32>, Tanh, Vector<32>>()
        + chain::cache::<Dense<64, 32>, Vector<64>>()
        + chain::cache::<Tanh, Vector<32>>()
        + chain::cache::<Dense<32, 10>, Vector<32>>()
        + chain::cache::<Softmax, Vector<10>>()
        + 2
            * chain::largest(
                &[
                    <Vector<32> as Shape>::LEN,
                    <Vector<32> as Shape>::LEN,
                    <Vector<10> as Shape>::LEN,
                ],
            );
    const INFERENCE_LEN: usize = 2
        * chain::largest(
            &[
                <Vector<32> as Shape>::LEN,
                <Vector<32> as Shape>::LEN,
                <Vector<10> as Shape>::LEN,
            ],
        )
        + chain::largest(
            &[
                chain::scratch::<Dense<64, 32>, Vector<64>>(),
                chain::scratch::<Tanh, Vector<32>>(),
                chain::scratch::<Dense<32, 10>, Vector<32>>(),
                chain::scratch::<Softmax, Vector<10>>(),
            ],
        );
    const MULTIPLY_ADDS: u64 = chain::multiply_adds::<Dense<64, 32>, Vector<64>>()
        + chain::multiply_adds::<Tanh, Vector<32>>()
        + chain::multiply_adds::<Dense<32, 10>, Vector<32>>()
        + chain::multiply_adds::<Softmax, Vector<10>>();
    const READS_INPUT: bool = <<Dense<
        64,
        32,
    > as Layer>::Plan<Vector<64>> as Plan>::READS_INPUT;
    const READS_OUTPUT: bool = <<Softmax as Layer>::Plan<
        Vector<10>,
    > as Plan>::READS_OUTPUT;
    const SAMPLES_TOGETHER: usize = chain::largest(
        &[
            chain::samples_together::<Dense<64, 32>, Vector<64>>(),
            chain::samples_together::<Tanh, Vector<32>>(),
            chain::samples_together::<Dense<32, 10>, Vector<32>>(),
            chain::samples_together::<Softmax, Vector<10>>(),
        ],
    );
    const ROWS: usize = chain::fewest(
        &[
            chain::rows::<Dense<64, 32>, Vector<64>>(),
            chain::rows::<Tanh, Vector<32>>(),
            chain::rows::<Dense<32, 10>, Vector<32>>(),
            chain::rows::<Softmax, Vector<10>>(),
        ],
    );
    const SUMS_FROM_ZERO: bool = chain::sums_from_zero::<Dense<64, 32>, Vector<64>>()
        && chain::sums_from_zero::<Tanh, Vector<32>>()
        && chain::sums_from_zero::<Dense<32, 10>, Vector<32>>()
        && chain::sums_from_zero::<Softmax, Vector<10>>();
    const MIXING: Mixing = chain::joint_mixing(
        &[
            chain::mixing::<Dense<64, 32>, Vector<64>>(),
            chain::mixing::<Tanh, Vector<32>>(),
            chain::mixing::<Dense<32, 10>, Vector<32>>(),
            chain::mixing::<Softmax, Vector<10>>(),
        ],
    );
    const STREAM: core::option::Option<StreamPlan> = core::option::Option::Some(
        StreamPlan::stateless(Self::INFERENCE_LEN),
    );
}
#[automatically_derived]
impl Layer for DigitClassifier<f32> {
    type Output<In: Shape> = Probabilities<10>;
    type Logits<In: Shape> = <Vector<10> as Shape>::Plain;
    type With<T: Scalar> = DigitClassifier<T>;
    type Settings = ();
    type Plan<In: Shape> = Self;
    const HEAD: Head = <Softmax as Layer>::HEAD;
    fn initialization(_: &(), __initializer_4: Initializer) -> Initializer {
        let __initializer_3 = <Softmax as Layer>::initialization(&(), __initializer_4);
        let __initializer_2 = <Dense<
            32,
            10,
        > as Layer>::initialization(&(), __initializer_3);
        let __initializer_1 = <Tanh as Layer>::initialization(&(), __initializer_2);
        let __initializer_0 = <Dense<
            64,
            32,
        > as Layer>::initialization(&(), __initializer_1);
        __initializer_0
    }
    fn initialize<T: Scalar, R: RandomSource + ?core::marker::Sized>(
        __parameters: &mut Self::With<T>,
        _: &(),
        __initializer_4: Initializer,
        __rng: &mut R,
    ) {
        let __initializer_3 = <Softmax as Layer>::initialization(&(), __initializer_4);
        let __initializer_2 = <Dense<
            32,
            10,
        > as Layer>::initialization(&(), __initializer_3);
        let __initializer_1 = <Tanh as Layer>::initialization(&(), __initializer_2);
        <Dense<
            64,
            32,
        > as Layer>::initialize::<
            T,
            R,
        >(&mut __parameters.hidden, &(), __initializer_1, __rng);
        <Tanh as Layer>::initialize::<
            T,
            R,
        >(&mut __parameters.tanh, &(), __initializer_2, __rng);
        <Dense<
            32,
            10,
        > as Layer>::initialize::<
            T,
            R,
        >(&mut __parameters.output, &(), __initializer_3, __rng);
        <Softmax as Layer>::initialize::<
            T,
            R,
        >(&mut __parameters.softmax, &(), __initializer_4, __rng);
    }
    #[inline(always)]
    fn forward<In: Shape, T: Kernels, I: Isa>(
        __isa: I,
        __site: SiteOf<'_, Self, T>,
        __memory: Forward<'_, T>,
    ) {
        let Site { parameters: __parameters, pass: __pass, .. } = __site;
        let Forward {
            input: __input,
            output: __output,
            cache: __cache,
            phase: mut __phase,
        } = __memory;
        let mut __memory = chain::Memory::new(
            __cache,
            __input.len() / <Vector<64> as Shape>::LEN,
        );
        let __hidden_output = __memory.cut(<Vector<32> as Shape>::LEN);
        let __hidden_cache = __memory.cut(chain::cache::<Dense<64, 32>, Vector<64>>());
        let __tanh_output = __memory
            .cut(chain::kept::<Tanh, Vector<32>, Dense<64, 32>, Vector<64>>());
        let __tanh_cache = __memory.cut(chain::cache::<Tanh, Vector<32>>());
        let __output_output = __memory
            .cut(chain::kept::<Dense<32, 10>, Vector<32>, Tanh, Vector<32>>());
        let __output_cache = __memory.cut(chain::cache::<Dense<32, 10>, Vector<32>>());
        let __softmax_cache = __memory.cut(chain::cache::<Softmax, Vector<10>>());
        if let core::option::Option::Some(__phase) = __phase
            .of_next::<<Dense<64, 32> as Layer>::Plan<Vector<64>>>()
        {
            <Dense<
                64,
                32,
            > as Layer>::forward::<
                Vector<64>,
                T,
                I,
            >(
                __isa,
                Site {
                    parameters: &__parameters.hidden,
                    settings: &(),
                    pass: &__pass.at(0),
                },
                Forward {
                    input: __input,
                    output: &mut *__hidden_output,
                    cache: __hidden_cache,
                    phase: __phase,
                },
            );
        }
        let __tanh_output = chain::forward::<
            Tanh,
            Vector<32>,
            Dense<64, 32>,
            Vector<64>,
            T,
            I,
        >(
            __isa,
            Site {
                parameters: &__parameters.tanh,
                settings: &(),
                pass: &__pass.at(1),
            },
            __hidden_output,
            __tanh_output,
            __tanh_cache,
            &mut __phase,
        );
        let __output_output = chain::forward::<
            Dense<32, 10>,
            Vector<32>,
            Tanh,
            Vector<32>,
            T,
            I,
        >(
            __isa,
            Site {
                parameters: &__parameters.output,
                settings: &(),
                pass: &__pass.at(2),
            },
            __tanh_output,
            __output_output,
            __output_cache,
            &mut __phase,
        );
        if let core::option::Option::Some(__phase) = __phase
            .of_next::<<Softmax as Layer>::Plan<Vector<10>>>()
        {
            <Softmax as Layer>::forward::<
                Vector<10>,
                T,
                I,
            >(
                __isa,
                Site {
                    parameters: &__parameters.softmax,
                    settings: &(),
                    pass: &__pass.at(3),
                },
                Forward {
                    input: __output_output,
                    output: __output,
                    cache: __softmax_cache,
                    phase: __phase,
                },
            );
        }
    }
    #[inline(always)]
    fn forward_logits<In: Shape, T: Kernels, I: Isa>(
        __isa: I,
        __site: SiteOf<'_, Self, T>,
        __memory: Forward<'_, T>,
    ) {
        let Site { parameters: __parameters, pass: __pass, .. } = __site;
        let Forward {
            input: __input,
            output: __output,
            cache: __cache,
            phase: mut __phase,
        } = __memory;
        let mut __memory = chain::Memory::new(
            __cache,
            __input.len() / <Vector<64> as Shape>::LEN,
        );
        let __hidden_output = __memory.cut(<Vector<32> as Shape>::LEN);
        let __hidden_cache = __memory.cut(chain::cache::<Dense<64, 32>, Vector<64>>());
        let __tanh_output = __memory
            .cut(chain::kept::<Tanh, Vector<32>, Dense<64, 32>, Vector<64>>());
        let __tanh_cache = __memory.cut(chain::cache::<Tanh, Vector<32>>());
        let __output_cache = __memory.cut(chain::cache::<Dense<32, 10>, Vector<32>>());
        if let core::option::Option::Some(__phase) = __phase
            .of_next::<<Dense<64, 32> as Layer>::Plan<Vector<64>>>()
        {
            <Dense<
                64,
                32,
            > as Layer>::forward::<
                Vector<64>,
                T,
                I,
            >(
                __isa,
                Site {
                    parameters: &__parameters.hidden,
                    settings: &(),
                    pass: &__pass.at(0),
                },
                Forward {
                    input: __input,
                    output: &mut *__hidden_output,
                    cache: __hidden_cache,
                    phase: __phase,
                },
            );
        }
        let __tanh_output = chain::forward::<
            Tanh,
            Vector<32>,
            Dense<64, 32>,
            Vector<64>,
            T,
            I,
        >(
            __isa,
            Site {
                parameters: &__parameters.tanh,
                settings: &(),
                pass: &__pass.at(1),
            },
            __hidden_output,
            __tanh_output,
            __tanh_cache,
            &mut __phase,
        );
        if let core::option::Option::Some(__phase) = __phase
            .of_next::<<Dense<32, 10> as Layer>::Plan<Vector<32>>>()
        {
            <Dense<
                32,
                10,
            > as Layer>::forward_logits::<
                Vector<32>,
                T,
                I,
            >(
                __isa,
                Site {
                    parameters: &__parameters.output,
                    settings: &(),
                    pass: &__pass.at(2),
                },
                Forward {
                    input: __tanh_output,
                    output: __output,
                    cache: __output_cache,
                    phase: __phase,
                },
            );
        }
    }
    #[inline(always)]
    fn backward<In: Shape, T: Kernels, I: Isa>(
        __isa: I,
        __site: SiteOf<'_, Self, T>,
        __memory: Backward<'_, T>,
        __gradient: &mut Self::With<T>,
    ) {
        let Site { parameters: __parameters, pass: __pass, .. } = __site;
        let Backward {
            input: __input,
            output: __output,
            cache: __cache,
            grad_output: __output_grad,
            grad_input: __input_grad,
            accumulate: __accumulate,
            phase: mut __phase,
        } = __memory;
        let __samples = __output_grad.len() / <Probabilities<10> as Shape>::LEN;
        let mut __memory = chain::Memory::new(__cache, __samples);
        let __hidden_output: &[T] = __memory.cut(<Vector<32> as Shape>::LEN);
        let __hidden_cache = __memory.cut(chain::cache::<Dense<64, 32>, Vector<64>>());
        let __tanh_output = chain::output::<
            Tanh,
            Vector<32>,
            Dense<64, 32>,
            Vector<64>,
            T,
        >(
            __hidden_output,
            __memory.cut(chain::kept::<Tanh, Vector<32>, Dense<64, 32>, Vector<64>>()),
        );
        let __tanh_cache = __memory.cut(chain::cache::<Tanh, Vector<32>>());
        let __output_output = chain::output::<
            Dense<32, 10>,
            Vector<32>,
            Tanh,
            Vector<32>,
            T,
        >(
            __tanh_output,
            __memory.cut(chain::kept::<Dense<32, 10>, Vector<32>, Tanh, Vector<32>>()),
        );
        let __output_cache = __memory.cut(chain::cache::<Dense<32, 10>, Vector<32>>());
        let __softmax_cache = __memory.cut(chain::cache::<Softmax, Vector<10>>());
        let __front = __memory
            .cut(
                chain::largest(
                    &[
                        <Vector<32> as Shape>::LEN,
                        <Vector<32> as Shape>::LEN,
                        <Vector<10> as Shape>::LEN,
                    ],
                ),
            );
        let __back = __memory
            .cut(
                chain::largest(
                    &[
                        <Vector<32> as Shape>::LEN,
                        <Vector<32> as Shape>::LEN,
                        <Vector<10> as Shape>::LEN,
                    ],
                ),
            );
        if let core::option::Option::Some(__phase) = __phase
            .of_previous::<<Softmax as Layer>::Plan<Vector<10>>>()
        {
            <Softmax as Layer>::backward::<
                Vector<10>,
                T,
                I,
            >(
                __isa,
                Site {
                    parameters: &__parameters.softmax,
                    settings: &(),
                    pass: &__pass.at(3),
                },
                chain::readable::<
                    Softmax,
                    Vector<10>,
                    T,
                >(Backward {
                    input: __output_output,
                    output: __output,
                    cache: __softmax_cache,
                    grad_output: __output_grad,
                    grad_input: core::option::Option::Some(
                        &mut __front[..__samples * <Vector<10> as Shape>::LEN],
                    ),
                    accumulate: chain::accumulate::<
                        Softmax,
                        Vector<10>,
                        T,
                    >(__accumulate, &__phase, &mut __gradient.softmax),
                    phase: __phase,
                }),
                &mut __gradient.softmax,
            );
        }
        let (__front, __back) = chain::backward::<
            Dense<32, 10>,
            Vector<32>,
            T,
            I,
        >(
            __isa,
            Site {
                parameters: &__parameters.output,
                settings: &(),
                pass: &__pass.at(2),
            },
            __samples,
            chain::Between {
                input: __tanh_output,
                output: __output_output,
                cache: __output_cache,
                grad_output: __front,
                accumulate: __accumulate,
            },
            __back,
            &mut __phase,
            &mut __gradient.output,
        );
        let (__front, __back) = chain::backward::<
            Tanh,
            Vector<32>,
            T,
            I,
        >(
            __isa,
            Site {
                parameters: &__parameters.tanh,
                settings: &(),
                pass: &__pass.at(1),
            },
            __samples,
            chain::Between {
                input: __hidden_output,
                output: __tanh_output,
                cache: __tanh_cache,
                grad_output: __front,
                accumulate: __accumulate,
            },
            __back,
            &mut __phase,
            &mut __gradient.tanh,
        );
        let _ = __back;
        if let core::option::Option::Some(__phase) = __phase
            .of_previous::<<Dense<64, 32> as Layer>::Plan<Vector<64>>>()
        {
            <Dense<
                64,
                32,
            > as Layer>::backward::<
                Vector<64>,
                T,
                I,
            >(
                __isa,
                Site {
                    parameters: &__parameters.hidden,
                    settings: &(),
                    pass: &__pass.at(0),
                },
                chain::readable::<
                    Dense<64, 32>,
                    Vector<64>,
                    T,
                >(Backward {
                    input: __input,
                    output: __hidden_output,
                    cache: __hidden_cache,
                    grad_output: &mut __front[..__samples * <Vector<32> as Shape>::LEN],
                    grad_input: __input_grad,
                    accumulate: chain::accumulate::<
                        Dense<64, 32>,
                        Vector<64>,
                        T,
                    >(__accumulate, &__phase, &mut __gradient.hidden),
                    phase: __phase,
                }),
                &mut __gradient.hidden,
            );
        }
    }
    #[inline(always)]
    fn backward_logits<In: Shape, T: Kernels, I: Isa>(
        __isa: I,
        __site: SiteOf<'_, Self, T>,
        __memory: Backward<'_, T>,
        __gradient: &mut Self::With<T>,
    ) {
        let Site { parameters: __parameters, pass: __pass, .. } = __site;
        let Backward {
            input: __input,
            output: __output,
            cache: __cache,
            grad_output: __output_grad,
            grad_input: __input_grad,
            accumulate: __accumulate,
            phase: mut __phase,
        } = __memory;
        let __samples = __output_grad.len() / <Vector<10> as Shape>::LEN;
        let mut __memory = chain::Memory::new(__cache, __samples);
        let __hidden_output: &[T] = __memory.cut(<Vector<32> as Shape>::LEN);
        let __hidden_cache = __memory.cut(chain::cache::<Dense<64, 32>, Vector<64>>());
        let __tanh_output = chain::output::<
            Tanh,
            Vector<32>,
            Dense<64, 32>,
            Vector<64>,
            T,
        >(
            __hidden_output,
            __memory.cut(chain::kept::<Tanh, Vector<32>, Dense<64, 32>, Vector<64>>()),
        );
        let __tanh_cache = __memory.cut(chain::cache::<Tanh, Vector<32>>());
        let __output_cache = __memory.cut(chain::cache::<Dense<32, 10>, Vector<32>>());
        let __front = __memory
            .cut(
                chain::largest(&[<Vector<32> as Shape>::LEN, <Vector<32> as Shape>::LEN]),
            );
        let __back = __memory
            .cut(
                chain::largest(&[<Vector<32> as Shape>::LEN, <Vector<32> as Shape>::LEN]),
            );
        if let core::option::Option::Some(__phase) = __phase
            .of_previous::<<Dense<32, 10> as Layer>::Plan<Vector<32>>>()
        {
            <Dense<
                32,
                10,
            > as Layer>::backward_logits::<
                Vector<32>,
                T,
                I,
            >(
                __isa,
                Site {
                    parameters: &__parameters.output,
                    settings: &(),
                    pass: &__pass.at(2),
                },
                chain::readable::<
                    Dense<32, 10>,
                    Vector<32>,
                    T,
                >(Backward {
                    input: __tanh_output,
                    output: __output,
                    cache: __output_cache,
                    grad_output: __output_grad,
                    grad_input: core::option::Option::Some(
                        &mut __front[..__samples * <Vector<32> as Shape>::LEN],
                    ),
                    accumulate: chain::accumulate::<
                        Dense<32, 10>,
                        Vector<32>,
                        T,
                    >(__accumulate, &__phase, &mut __gradient.output),
                    phase: __phase,
                }),
                &mut __gradient.output,
            );
        }
        let (__front, __back) = chain::backward::<
            Tanh,
            Vector<32>,
            T,
            I,
        >(
            __isa,
            Site {
                parameters: &__parameters.tanh,
                settings: &(),
                pass: &__pass.at(1),
            },
            __samples,
            chain::Between {
                input: __hidden_output,
                output: __tanh_output,
                cache: __tanh_cache,
                grad_output: __front,
                accumulate: __accumulate,
            },
            __back,
            &mut __phase,
            &mut __gradient.tanh,
        );
        let _ = __back;
        if let core::option::Option::Some(__phase) = __phase
            .of_previous::<<Dense<64, 32> as Layer>::Plan<Vector<64>>>()
        {
            <Dense<
                64,
                32,
            > as Layer>::backward::<
                Vector<64>,
                T,
                I,
            >(
                __isa,
                Site {
                    parameters: &__parameters.hidden,
                    settings: &(),
                    pass: &__pass.at(0),
                },
                chain::readable::<
                    Dense<64, 32>,
                    Vector<64>,
                    T,
                >(Backward {
                    input: __input,
                    output: __hidden_output,
                    cache: __hidden_cache,
                    grad_output: &mut __front[..__samples * <Vector<32> as Shape>::LEN],
                    grad_input: __input_grad,
                    accumulate: chain::accumulate::<
                        Dense<64, 32>,
                        Vector<64>,
                        T,
                    >(__accumulate, &__phase, &mut __gradient.hidden),
                    phase: __phase,
                }),
                &mut __gradient.hidden,
            );
        }
    }
    #[inline(always)]
    fn infer<In: Shape, T: Kernels, I: Isa>(
        __isa: I,
        __site: SiteOf<'_, Self, T>,
        __memory: Forward<'_, T>,
    ) {
        let Forward {
            input: __input,
            output: __output,
            cache: __scratch,
            phase: __phase,
        } = __memory;
        Network::trace(
            __site.parameters,
            __isa,
            __input,
            __output,
            __scratch,
            __phase,
            &mut |_, _| {},
        );
    }
    exporting! {
        fn onnx < In : Shape, T : Scalar > (__site : SiteOf < '_, Self, T >, __graph : &
        mut OnnxGraph, __value : & OnnxValue,) -> Result < OnnxValue > { let Site {
        parameters : __parameters, pass : __pass, .. } = __site; let __value = &
        chain::onnx:: < Dense < 64, 32 >, Vector < 64 >, T > (__graph, ("hidden",
        "Dense<64, 32>"), Site { parameters : & __parameters.hidden, settings : & (),
        pass : __pass }, __value,) ?; let __value = & chain::onnx:: < Tanh, Vector < 32
        >, T > (__graph, ("tanh", "Tanh"), Site { parameters : & __parameters.tanh,
        settings : & (), pass : __pass }, __value,) ?; let __value = & chain::onnx:: <
        Dense < 32, 10 >, Vector < 32 >, T > (__graph, ("output", "Dense<32, 10>"), Site
        { parameters : & __parameters.output, settings : & (), pass : __pass }, __value,)
        ?; let __value = & chain::onnx:: < Softmax, Vector < 10 >, T > (__graph,
        ("softmax", "Softmax"), Site { parameters : & __parameters.softmax, settings : &
        (), pass : __pass }, __value,) ?;
        core::result::Result::Ok(core::clone::Clone::clone(__value)) }
    }
}
#[automatically_derived]
impl Takes<Vector<64>> for DigitClassifier<f32> {}
#[automatically_derived]
impl Takes<Probabilities<64>> for DigitClassifier<f32> {}
#[automatically_derived]
impl<T: Kernels> Network for DigitClassifier<T> {
    type Scalar = T;
    type Architecture = DigitClassifier<f32>;
    type Input = Vector<64>;
    type Output = Probabilities<10>;
    type Logits = <Vector<10> as Shape>::Plain;
    type Head = EndsInSigmoid<{ chain::ends_in_sigmoid::<Softmax>() }>;
    type Activations = __DigitClassifierActivations<T>;
    const NAME: &'static str = "DigitClassifier";
    const LAYERS: &'static [LayerInfo] = &[
        layer_info(
            "hidden",
            "Dense<64, 32>",
            LayerSizes {
                output: <Vector<32> as Shape>::DIMENSIONS,
                parameters: <Dense<64, 32, T> as FlatParameters<T>>::LEN,
                multiply_adds: chain::multiply_adds::<Dense<64, 32>, Vector<64>>(),
                kept: <Vector<32> as Shape>::LEN
                    + chain::cache::<Dense<64, 32>, Vector<64>>(),
            },
            false,
            &[],
            Wiring::Chain,
        ),
        layer_info(
            "tanh",
            "Tanh",
            LayerSizes {
                output: <Vector<32> as Shape>::DIMENSIONS,
                parameters: <() as FlatParameters<T>>::LEN,
                multiply_adds: chain::multiply_adds::<Tanh, Vector<32>>(),
                kept: chain::kept::<Tanh, Vector<32>, Dense<64, 32>, Vector<64>>()
                    + chain::cache::<Tanh, Vector<32>>(),
            },
            false,
            &[],
            Wiring::Chain,
        ),
        layer_info(
            "output",
            "Dense<32, 10>",
            LayerSizes {
                output: <Vector<10> as Shape>::DIMENSIONS,
                parameters: <Dense<32, 10, T> as FlatParameters<T>>::LEN,
                multiply_adds: chain::multiply_adds::<Dense<32, 10>, Vector<32>>(),
                kept: chain::kept::<Dense<32, 10>, Vector<32>, Tanh, Vector<32>>()
                    + chain::cache::<Dense<32, 10>, Vector<32>>(),
            },
            false,
            &[],
            Wiring::Chain,
        ),
        layer_info(
            "softmax",
            "Softmax",
            LayerSizes {
                output: <Probabilities<10> as Shape>::DIMENSIONS,
                parameters: <() as FlatParameters<T>>::LEN,
                multiply_adds: chain::multiply_adds::<Softmax, Vector<10>>(),
                kept: chain::cache::<Softmax, Vector<10>>(),
            },
            false,
            &[],
            Wiring::Chain,
        ),
    ];
    const STREAM_LEN: usize = {
        require_single_step(
            <Probabilities<10> as Shape>::STEPS,
            "`softmax` of `DigitClassifier` gives a sequence for an input without steps, so `DigitClassifier` cannot give one step at a time\n\nhelp: predict the whole sequence",
        );
        <DigitClassifier<f32> as Plan>::INFERENCE_LEN
    };
    const CARRIED_LEN: usize = 0;
    #[inline(always)]
    fn trace<I: Isa>(
        &self,
        __isa: I,
        __input: &[T],
        __output: &mut [T],
        __scratch: &mut [T],
        mut __phase: Phase<'_, T>,
        __visit: &mut impl core::ops::FnMut(&'static str, &[T]),
    ) {
        let __samples = __input.len() / <Vector<64> as Shape>::LEN;
        let __widest = __samples
            * chain::largest(
                &[
                    <Vector<32> as Shape>::LEN,
                    <Vector<32> as Shape>::LEN,
                    <Vector<10> as Shape>::LEN,
                ],
            );
        let (__front, __scratch) = __scratch.split_at_mut(__widest);
        let (__back, __scratch) = __scratch.split_at_mut(__widest);
        <Dense<
            64,
            32,
        > as Layer>::infer::<
            Vector<64>,
            T,
            I,
        >(
            __isa,
            Site {
                parameters: &self.hidden,
                settings: &(),
                pass: &Pass::inference(),
            },
            Forward {
                input: __input,
                output: &mut __front[..__samples * <Vector<32> as Shape>::LEN],
                cache: &mut __scratch[..__samples
                    * chain::scratch::<Dense<64, 32>, Vector<64>>()],
                phase: __phase
                    .of_inference::<<Dense<64, 32> as Layer>::Plan<Vector<64>>>(),
            },
        );
        __visit("hidden", &__front[..__samples * <Vector<32> as Shape>::LEN]);
        let (__front, __back) = chain::infer::<
            Tanh,
            Vector<32>,
            T,
            I,
        >(
            __isa,
            Site {
                parameters: &self.tanh,
                settings: &(),
                pass: &Pass::inference(),
            },
            __samples,
            (__front, __back),
            __scratch,
            &mut __phase,
        );
        __visit("tanh", &__front[..__samples * <Vector<32> as Shape>::LEN]);
        let (__front, __back) = chain::infer::<
            Dense<32, 10>,
            Vector<32>,
            T,
            I,
        >(
            __isa,
            Site {
                parameters: &self.output,
                settings: &(),
                pass: &Pass::inference(),
            },
            __samples,
            (__front, __back),
            __scratch,
            &mut __phase,
        );
        __visit("output", &__front[..__samples * <Vector<10> as Shape>::LEN]);
        let _ = __back;
        <Softmax as Layer>::infer::<
            Vector<10>,
            T,
            I,
        >(
            __isa,
            Site {
                parameters: &self.softmax,
                settings: &(),
                pass: &Pass::inference(),
            },
            Forward {
                input: &__front[..__samples * <Vector<10> as Shape>::LEN],
                output: __output,
                cache: &mut __scratch[..__samples
                    * chain::scratch::<Softmax, Vector<10>>()],
                phase: __phase.of_inference::<<Softmax as Layer>::Plan<Vector<10>>>(),
            },
        );
        __visit("softmax", __output);
    }
    fn activations(
        &self,
        __input: &<Self::Input as Shape>::Array<T>,
    ) -> Self::Activations {
        let mut __activations = __DigitClassifierActivations {
            hidden: LayerOutput::zeroed(),
            tanh: LayerOutput::zeroed(),
            output: LayerOutput::zeroed(),
            softmax: LayerOutput::zeroed(),
        };
        Network::show(
            self,
            __input,
            &mut |__layer, __output| match __layer {
                "hidden" => __activations.hidden.set(__output),
                "tanh" => __activations.tanh.set(__output),
                "output" => __activations.output.set(__output),
                "softmax" => __activations.softmax.set(__output),
                _ => {}
            },
        );
        __activations
    }
}
/// The output of every layer of `DigitClassifier` for one sample.
#[derive(core::clone::Clone, core::fmt::Debug, core::cmp::PartialEq)]
#[allow(dead_code)]
pub struct __DigitClassifierActivations<T: Scalar = f32> {
    /// The output of `hidden`.
    pub hidden: LayerOutput<Vector<32>, T>,
    /// The output of `tanh`.
    pub tanh: LayerOutput<Vector<32>, T>,
    /// The output of `output`.
    pub output: LayerOutput<Vector<10>, T>,
    /// The output of `softmax`.
    pub softmax: LayerOutput<Probabilities<10>, T>,
}
impl DigitClassifier<f32> {
    /// The number of parameters.
    pub const PARAMETERS: usize = <Self as Network>::PARAMETERS;
    /// The bytes that the parameters take in `f32`.
    pub const PARAMETER_BYTES: usize = <Self as Network>::PARAMETER_BYTES;
    /// The number of multiply-add operations for one prediction.
    pub const MULTIPLY_ADDS: u64 = <Self as Network>::MULTIPLY_ADDS;
    /// The number of samples that pass through the whole network together, forward and backward.
    pub const TILE: usize = <Self as Network>::TILE;
    /// The length of the workspace of a training step in `f32`, for any batch size.
    pub const WORKSPACE_LEN: usize = <Self as Network>::WORKSPACE_LEN;
    /// The position of each tensor in the slice of parameters.
    pub const TENSORS: TensorTable = <Self as FlatParameters<f32>>::TENSORS;
}
#[allow(clippy::unnecessary_box_returns)]
impl DigitClassifier<f32> {
    /// Returns a network with random weights and zero biases, on the heap. A `*` before the call moves a small one onto the stack.
    #[must_use]
    pub fn init<R: RandomSource + ?core::marker::Sized>(rng: &mut R) -> Box<Self> {
        <Self as Network>::init(rng)
    }
    /// Returns a network on the heap with weights from one initializer and zero biases.
    #[must_use]
    pub fn init_with<R: RandomSource + ?core::marker::Sized>(
        initializer: Initializer,
        rng: &mut R,
    ) -> Box<Self> {
        <Self as Network>::init_with(initializer, rng)
    }
    /// Returns a network whose parameters are all zero, on the heap.
    #[must_use]
    pub fn zeroed() -> Box<Self> {
        <Self as FlatParameters<f32>>::zeroed()
    }
    /// Returns a table of the layers, their output shapes and their numbers of parameters.
    #[must_use]
    pub fn summary() -> Summary {
        <Self as Network>::summary()
    }
}
loading! {
    [] DigitClassifier < f32 > : load load_with_scaler load_with_scalers from_safetensors
    from_safetensors_with_scaler from_safetensors_with_scalers file bytes
}
impl<T: Kernels> DigitClassifier<T> {
    /// Predicts one sample. Allocates nothing, except a thread's first scratch buffer above 64 KiB.
    #[must_use]
    #[inline]
    pub fn predict(&self, input: &[T; 64]) -> [T; 10] {
        Predict::predict(self, input)
    }
    /// Predicts one sample and writes the prediction into `output`. Allocates like `predict`.
    #[inline]
    pub fn predict_into(&self, input: &[T; 64], output: &mut [T; 10]) {
        Predict::predict_into(self, input, output);
    }
    /// Predicts a batch. Each prediction has the same bits as that of `predict`.
    #[must_use]
    pub fn predict_batch(&self, inputs: &[[T; 64]]) -> Vec<[T; 10]> {
        Predict::predict_batch(self, inputs)
    }
    /// Returns the output of each layer for one sample, as a struct with a field per layer.
    #[must_use]
    pub fn activations(&self, input: &[T; 64]) -> <Self as Network>::Activations {
        Network::activations(self, input)
    }
    /// Returns the logits of one sample, the values before a final `Softmax`. Allocates like `predict`.
    #[must_use]
    pub fn logits(&self, input: &[T; 64]) -> [T; 10] {
        Predict::logits(self, input)
    }
}
#[automatically_derived]
impl<T: Scalar> core::fmt::Debug for DigitClassifier<T> {
    fn fmt(&self, __formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        __formatter
            .debug_struct("DigitClassifier")
            .field("hidden", &core::format_args!("{}", "Dense<64, 32>"))
            .field("tanh", &core::format_args!("{}", "Tanh"))
            .field("output", &core::format_args!("{}", "Dense<32, 10>"))
            .field("softmax", &core::format_args!("{}", "Softmax"))
            .finish()
    }
}
#[automatically_derived]
impl<T: Scalar> core::convert::AsRef<Self> for DigitClassifier<T> {
    fn as_ref(&self) -> &Self {
        self
    }
}
#[automatically_derived]
impl<T: Scalar> core::convert::AsMut<Self> for DigitClassifier<T> {
    fn as_mut(&mut self) -> &mut Self {
        self
    }
}
#[automatically_derived]
impl<T: Scalar> core::clone::Clone for Box<DigitClassifier<T>> {
    fn clone(&self) -> Self {
        let mut __copy = <DigitClassifier<T> as FlatParameters<T>>::zeroed();
        FlatParameters::<T>::copy_from(&mut *__copy, self);
        __copy
    }
}
