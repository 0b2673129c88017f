//! How are activations, losses, layers and functions declared by their formulas? By macros, which the root exports.

#[cfg(doc)]
use crate::{Dense, FlatParameters, Relu, gradient_of, minimize, network};

/// Declares an activation by its formula: a function of each element, whose derivative the macro writes.
///
/// `activation!(pub Name(x; settings) = formula);` The type is a layer for [`network!`]. Attributes and documentation are passed
/// on, and the macro adds the formula and its derivative to the documentation.
///
/// - **Formula**: numbers, `x`, settings, constants in capitals, `+ - * /`, parentheses, functions written `f(x)` or `x.f()`,
///   `let name = ..;` in braces, and `if a < b { .. } else { .. }` with `<`, `<=`, `>` or `>=`.
/// - **Functions**: `exp`, `exp_m1`, `ln`, `ln_1p`, `sqrt`, `abs`, `sin`, `cos`, `tanh`, `sigmoid`, `softplus`, `erf`, `x_ln_x`,
///   `powi(x, 2)`, `powf(x, p)` for x > 0, `min(a, b)`, `max(a, b)`, `clamp(x, low, high)`.
/// - **Settings**: `name: range = default`. The ranges `finite` (which may be left out), `positive`, `non_negative`, `unit` and
///   `open_unit` are checked at compile time. In a network a setting is written by name, or by position: the settings without
///   a default, or all of them if each has one. Without its settings, the layer takes the defaults.
/// - `#[init(HeNormal)]` says how the weights before it are drawn; without it, they are drawn in Glorot's form.
///
/// `Name::value(x)`, `Name::derivative(x)` and `Name::second_derivative(x)` compute in `f64`; with settings they are methods of
/// the settings. `Name::explain()` returns the formula and its derivative as mathematics.
///
/// # Gradients
/// At equality, `max(a, b)`, `min(a, b)` and `clamp` pass the gradient to the first argument, and `if a < b` takes the `else`;
/// `abs` has the derivative 0 at 0. `max(0, x)` thus has the derivative 0 at 0, like [`Relu`]. In a branch of `if` that is not
/// taken, infinities do not matter to value and derivative. `sqrt` has the derivative ∞ at 0. `x_ln_x(0)` is 0.
///
/// # Numerics
/// The formula is computed as it is written, in the registers of vectors, with sums of products fused. Forms that lose digits
/// are replaced by ones that do not: `ln(sigmoid(x))`, `1 - sigmoid(x)`, `ln(1 + exp(x))`, `ln(1 + x)`, `exp(x) - 1`.
/// NaN stays NaN. The layer works in place if its derivative is a function of its output alone.
///
/// # Example
/// ```
/// use typenet::prelude::*;
/// use typenet::activation;
///
/// activation!(
///     /// x tanh(ln(1 + eˣ)).
///     #[init(HeNormal)]
///     pub Mish(x) = x * tanh(softplus(x))
/// );
/// activation!(pub Snake(x; frequency: positive = 1.0) = x + sin(frequency * x).powi(2) / frequency);
///
/// network!(struct Curve = Dense<1, 16>, Mish, Dense<16, 16>, Snake(frequency = 2.0), Dense<16, 1>);
///
/// assert!((Mish::value(1.0) - 0.865_098_388).abs() < 1e-9);
/// assert_eq!(Mish::derivative(0.0), 0.6);
/// assert_eq!(Snake::settings(2.0).derivative(0.0), 1.0);
/// println!("{}", Mish::explain());
///
/// let mut curve = Curve::<f64>::init(&mut typenet::rng(37));
/// let check = gradient_check(&mut *curve, &[[0.5], [-2.0]], &[[1.0], [3.0]], &MeanSquaredError)?;
/// assert!(check.relative_error < 1e-7, "{check:?}");
/// # Ok::<(), typenet::Error>(())
/// ```
///
/// A mistake is one error at its place:
/// ```compile_fail
/// typenet::activation!(Wrong(x) = x * tahn(x));
/// ```
#[macro_export]
macro_rules! activation {
    ($($declaration:tt)*) => {
        $crate::private::activation_impl! { ($crate) $($declaration)* }
    };
}

/// Declares a loss by its formula, whose gradient the macro writes.
///
/// `loss!(pub Name(prediction, target; settings) = formula);` The language is that of [`activation!`](crate::activation!), with functions of
/// vectors: `sum`, `mean`, `max(x)` and `min(x)` over the elements, `dot(a, b)`, `norm`, `softmax`, `log_softmax`,
/// `log_sum_exp`. A formula that is a vector is the loss of each output, and the loss of a sample is their mean; a formula that
/// is a number is the loss of the sample. Training and evaluation use the mean over the samples.
///
/// A target may have a range, `target: unit`, outside which training refuses it. `Name` without settings is the loss; with
/// settings it is `Name::new(..)`, which takes the settings without a default, or all if each has one; the others are methods.
/// `Name::default()` exists if every setting has a default.
///
/// A loss that needs parts of the prediction, or whose target has another shape, declares both, as [`layer!`](crate::layer!) does:
/// `loss! { pub struct Name<const N: usize> { settings } fn loss(prediction: Vector<N>, target: Vector<1>) -> Scalar { formula } }`.
///
/// # Shapes
/// Network output: `Vector<M>` or another plain shape. Targets: the same shape. Those of a loss with declared shapes are what it
/// declares.
///
/// # Gradients
/// As in [`activation!`](crate::activation!). The largest elements share the gradient of `max(x)`. `norm` has the gradient 0 at 0.
///
/// # Numerics
/// Sums over the elements of a sample add fewer than 16 elements in their order, and more in 16 partial sums. `ln(softmax(x))`
/// and `ln(sum(exp(x)))` do not overflow.
///
/// # Example
/// The pinball loss of a quantile, and one minus the cosine of the angle between two vectors:
/// ```
/// use typenet::prelude::*;
/// use typenet::loss;
///
/// loss!(pub Quantile(prediction, target; q: open_unit)
///     = max(q * (target - prediction), (q - 1.0) * (target - prediction)));
/// loss!(Angle(prediction, target) = 1 - dot(prediction, target) / (norm(prediction) * norm(target)));
///
/// network!(struct Line = Dense<1, 1>);
/// // Nine targets of 1 and one of 100: the quantile 0.8 is 1.
/// let targets = (0..10).map(|sample| [if sample == 0 { 100.0 } else { 1.0 }]).collect();
/// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0]; 10], targets)?;
/// let mut line = Line::zeroed();
/// Trainer::new(Quantile::new(0.8), Sgd::new(0.02)).epochs(300).fit(&mut line, &data)?;
/// assert!((line.predict(&[0.0])[0] - 1.0).abs() < 0.05);
///
/// network!(struct Turn = Dense<2, 2>);
/// let data = Dataset::<Vector<2>, Vector<2>>::new(vec![[1.0, 0.0]], vec![[0.0, 3.0]])?;
/// let mut turn = Turn::init(&mut typenet::rng(37));
/// turn.dense.weight = nalgebra::Matrix2::new(1.0, 0.0, 0.0, 1.0);
/// assert_eq!(turn.evaluate(&data, &Angle).loss, 1.0);
/// # Ok::<(), typenet::Error>(())
/// ```
#[macro_export]
macro_rules! loss {
    ($($declaration:tt)*) => {
        $crate::private::loss_impl! { ($crate) $($declaration)* }
    };
}

/// Declares a layer by its formula, whose gradients the macro writes: a function of a vector, a sequence or an image, and of
/// learned parameters.
///
/// A struct lists the parameters and settings, and `fn forward` is the formula. The language is that of [`loss!`](crate::loss!), with matrices,
/// rows and loops.
///
/// - **Parameters**: `Scalar`, `Vector<N>`, or `Matrix<H, N>` of H rows and N columns. Matrices are drawn as the next layer wants,
///   the others start at 0. `#[init(1.0)]` gives another first value, and `#[init(HeNormal)]` draws. They are fields of the
///   network's field: `network.glu.gate`. Weight decay applies to matrices; `#[tensor(..)]` of
///   [`FlatParameters`](trait@FlatParameters) says otherwise.
/// - **Settings**: fields of type `f64`, or of a range such as `positive`, with a default or without, as in [`activation!`](crate::activation!).
/// - **Shapes**: `Vector<N>`, `Sequence<L, N>` and `Image<C, H, W>` come in and go out. Sizes are numbers, constants and const
///   parameters. `w * x` is the product of a matrix and a vector or matrix, and `transpose(w)` the transpose. Values of one shape
///   are added element by element, and a number acts on every element.
/// - **Rows**: `each(x, |row| ..)` is a formula of each row of a matrix, channel of an image or element of a vector. With more
///   values, `each(x, scale, |row, factor| factor * row)`, it sees a row or element of each. `x[i]` and `x[a..b]` are parts, `concat(x, y)` joins, `flatten(x)` makes a vector. `outer(a, b)`, `row_sum(x)`, `row_mean(x)`.
/// - **Loops**: `let mut h = x; for step in 0..K { h = ..; }`. Numbers are written out; const parameters and constants become a
///   loop at run time, maybe without a repetition.
/// - **Functions**: `fn gate(x: Scalar) -> Scalar { .. }` before or after `fn forward`; [`formula!`](crate::formula!) shares them.
/// - `#[init(HeNormal)]` before the struct says how the weights before the layer are drawn.
///
/// `Name::explain()` returns the formula and its gradients as mathematics.
///
/// # Gradients
/// As in [`activation!`](crate::activation!) and [`loss!`](crate::loss!). Gradients of parameters are sums over the samples.
///
/// # Numerics
/// Products are those of [`Dense`], with its order of additions. `x * transpose(w)` of a sequence is a product of all rows of all
/// samples; products of two values are computed sample by sample. What follows up to the next product or sum is one loop in
/// vector registers. Products and sums over elements are kept for the backward pass, and the rest is computed again.
///
/// # Example
/// A gated linear unit, and layer normalization with a setting:
/// ```
/// use typenet::prelude::*;
/// use typenet::layer;
///
/// layer! {
///     /// A gated linear unit.
///     pub struct Glu<const N: usize, const H: usize> { value: Matrix<H, N>, gate: Matrix<H, N>, bias: Vector<H> }
///     fn forward(x: Vector<N>) -> Vector<H> { (value * x + bias) * sigmoid(gate * x) }
/// }
/// layer! {
///     pub struct Normalized<const N: usize> { #[init(1.0)] scale: Vector<N>, shift: Vector<N>, epsilon: positive = 1e-5 }
///     fn forward(x: Vector<N>) -> Vector<N> {
///         let centred = x - mean(x);
///         centred / sqrt(mean(centred * centred) + epsilon) * scale + shift
///     }
/// }
///
/// network!(struct Gated = Dense<2, 8>, Normalized<8>(epsilon = 1e-3), glu: Glu<8, 4>, Dense<4, 1>);
///
/// let mut network = Gated::<f64>::init(&mut typenet::rng(37));
/// assert_eq!(network.glu.gate.shape(), (4, 8));
/// assert_eq!(network.normalized.scale[0], 1.0);
/// let check = gradient_check(&mut *network, &[[0.5, -1.0], [2.0, 0.25]], &[[1.0], [3.0]], &MeanSquaredError)?;
/// assert!(check.relative_error < 1e-7, "{check:?}");
/// # Ok::<(), typenet::Error>(())
/// ```
///
/// Shapes that do not fit do not compile:
/// ```compile_fail
/// typenet::layer! {
///     struct Wrong<const N: usize, const H: usize> { w: Matrix<N, H>, b: Vector<H> }
///     fn forward(x: Vector<N>) -> Vector<H> { w * x + b }
/// }
/// ```
#[macro_export]
macro_rules! layer {
    ($($declaration:tt)*) => {
        $crate::private::layer_impl! { ($crate) $($declaration)* }
    };
}

/// Declares a function that formulas of the crate import by `use`.
///
/// `formula! { pub(crate) fn name(x: Scalar) -> Scalar { formula } }`, in the language of [`layer!`](crate::layer!). A function of `Scalar`s acts on
/// every element, as `tanh` does. A function of vectors states their sizes as const parameters, `fn name<const N: usize>(x: Vector<N>)
/// -> Scalar`, and its caller's values determine them. `use name;` as the first line of [`activation!`](crate::activation!), [`loss!`](crate::loss!), [`layer!`](crate::layer!),
/// [`gradient_of!`](crate::gradient_of!) or another `formula!` imports it. The derivative of each use is written there.
///
/// A function is declared before its uses, as a `macro_rules!` macro is, or in a module, whose path follows `use`.
///
/// # Example
/// ```
/// use typenet::{activation, formula, gradient_of};
///
/// mod shared {
///     typenet::formula! {
///         /// x σ(x).
///         pub(crate) fn swish(x: Scalar) -> Scalar { x * sigmoid(x) }
///     }
/// }
/// formula! { fn energy<const N: usize>(x: Vector<N>) -> Scalar { dot(x, x) / N } }
///
/// activation!(use shared::swish; pub Twice(x) = swish(swish(x)));
/// gradient_of! {
///     use energy;
///     fn mean_square(x: Vector<2>) -> Scalar { energy(x) }
/// }
///
/// assert_eq!(Twice::value(0.0), 0.0);
/// let mut gradient = [0.0; 2];
/// assert_eq!(mean_square(&[1.0, 3.0], &mut gradient), 5.0);
/// assert_eq!(gradient, [1.0, 3.0]);
/// ```
#[macro_export]
macro_rules! formula {
    ($($declaration:tt)*) => {
        $crate::private::formula_impl! { ($crate) $($declaration)* }
    };
}

/// Declares a function of a vector or matrix by its formula, with its gradient: for [`minimize`].
///
/// `gradient_of! { pub fn name(x: Vector<N>) -> Scalar { formula } }`, or `[x, y]: Vector<2>` for names of the elements. The
/// language is that of [`layer!`](crate::layer!). The result is `fn name<T>(point: &[T], gradient: &mut [T]) -> T`, which returns the value and
/// writes the gradient. Elements of a matrix are in the order of its rows.
///
/// `#[hessian_vector_product(other)]` before the function also declares `fn other<T>(point: &[T], vector: &[T], product: &mut
/// [T])`, which writes the product of the Hessian and a vector.
///
/// # Example
/// Rosenbrock's valley, whose minimum is at (1, 1):
/// ```
/// use typenet::minimize::Descent;
/// use typenet::{Adam, gradient_of};
///
/// gradient_of! {
///     fn rosenbrock([x, y]: Vector<2>) -> Scalar { (1 - x).powi(2) + 100 * (y - x.powi(2)).powi(2) }
/// }
///
/// let mut gradient = [0.0; 2];
/// assert_eq!(rosenbrock(&[0.0, 1.0], &mut gradient), 101.0);
/// assert_eq!(gradient, [-2.0, 200.0]);
///
/// let mut point = [-1.0_f64, 1.0];
/// Descent::new(Adam::new(0.05)).steps(1_000).minimize(&mut point, rosenbrock)?;
/// assert!((point[0] - 1.0).abs() < 1e-3 && (point[1] - 1.0).abs() < 1e-3, "{point:?}");
/// # Ok::<(), typenet::Error>(())
/// ```
#[macro_export]
macro_rules! gradient_of {
    ($($declaration:tt)*) => {
        $crate::private::gradient_of_impl! { ($crate) $($declaration)* }
    };
}
