//! Formulas as a user could write them, at random, of any shape.

/// The lengths of axes, which differ so that exchanged axes are seen.
pub(super) const ROWS: usize = 2;
pub(super) const LEN: usize = 3;
/// The const parameter `K`, so many times loops repeat.
pub(super) const REPETITIONS: i64 = 2;

/// A generator of source text and numbers: SplitMix64.
pub(super) struct Random {
    state: u64,
    /// The names in scope, with the lengths of their axes.
    names: Vec<(String, Vec<usize>)>,
    /// The number of names that were made.
    made: usize,
}

impl Random {
    /// Returns a generator of formulas of inputs `x` and `m` and of parameters `b`, `s`, `v` and `w`.
    pub(super) fn new(seed: u64) -> Self {
        let shapes: [(&str, &[usize]); 6] =
            [("x", &[LEN]), ("m", &[ROWS, LEN]), ("b", &[LEN]), ("s", &[]), ("v", &[LEN, LEN]), ("w", &[ROWS, LEN])];
        let names = shapes.map(|(name, shape)| (name.to_owned(), shape.to_vec()));
        Self { state: seed, names: names.to_vec(), made: 0 }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, count: u64) -> u64 {
        self.next() % count
    }

    /// Returns a number from -1 to 1.
    pub(super) fn number(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }

    /// Returns one of these.
    fn choice<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        let index = usize::try_from(self.below(choices.len() as u64)).unwrap_or(0);
        choices[index]
    }

    /// Returns the length of an axis.
    fn len(&mut self) -> usize {
        if self.below(2) == 0 { ROWS } else { LEN }
    }

    /// Returns a new name, which may be left unused.
    fn name(&mut self) -> String {
        self.made += 1;
        format!("_n{}", self.made)
    }

    /// Returns the shape of a formula: a number, a vector or a matrix.
    pub(super) fn shape(&mut self) -> Vec<usize> {
        (0..self.below(3)).map(|_| self.len()).collect()
    }

    /// Returns a formula of this shape.
    pub(super) fn formula(&mut self, depth: u64, shape: &[usize]) -> String {
        if depth == 0 {
            return self.leaf(shape);
        }
        match (shape, self.below(6)) {
            ([], 0..=2) => self.combination(depth - 1),
            ([_], 0..=2) => self.vector(depth - 1, shape),
            ([_, _], 0..=2) => self.matrix(depth - 1, shape),
            (_, 3) => self.block(depth - 1, shape),
            _ => self.of_elements(depth - 1, shape),
        }
    }

    /// Returns a name, or the shortest formula.
    fn leaf(&mut self, shape: &[usize]) -> String {
        let named: Vec<_> = self.names.iter().filter(|(_, of)| of == shape).map(|(name, _)| name.clone()).collect();
        let index = usize::try_from(self.below(named.len() as u64 + 1)).unwrap_or(0);
        if let Some(name) = named.get(index) {
            return name.clone();
        }
        let choices: &[_] = match shape {
            [] => &["0.5", "1.25", "2", "x[1]", "sum(m)", "m[1][2]", "w[0][1]", "K / 4", "sum(x[..K])"],
            [LEN] => &["x", "b", "m[0]", "row_sum(m)", "row_mean(w)", "v * x", "transpose(w) * x[1..]"],
            [_] => &["w * x", "x[1..]", "each(m, |r| sum(r))", "concat(s, x[0])", "m * b"],
            [ROWS, LEN] => &["m", "m", "m * v", "m * transpose(v)", "concat(w[1..], m[..1])", "w * outer(x, b)"],
            [ROWS, _] => &["m * transpose(w)", "outer(x[1..], b[..2])", "w * transpose(m)"],
            [_, ROWS] => &["transpose(m)", "transpose(w)", "outer(x, m * x)", "each(x, |r| r * (w * b))"],
            _ => &["outer(x, b)", "transpose(m) * w", "each(b, x, |p, q| p * x - q)", "v", "transpose(m) * m"],
        };
        self.choice(choices).to_owned()
    }

    /// Returns a formula of each element.
    fn of_elements(&mut self, depth: u64, shape: &[usize]) -> String {
        let other: &[usize] = if self.below(2) == 0 { shape } else { &[] };
        let inner = |random: &mut Self, shape: &[usize]| random.formula(depth, shape);
        match self.below(16) {
            0 => format!("({} + {})", inner(self, shape), inner(self, other)),
            1 => format!("({} - {})", inner(self, other), inner(self, shape)),
            2 if shape.len() < 2 => format!("({}) * ({})", inner(self, shape), inner(self, other)),
            2 => format!("component_mul({}, {})", inner(self, shape), inner(self, other)),
            3 => format!("({}) / (1.5 + ({}).powi(2))", inner(self, shape), inner(self, other)),
            4 => format!("tanh({})", inner(self, shape)),
            5 => format!("sigmoid({})", inner(self, shape)),
            6 => format!("softplus({})", inner(self, shape)),
            7 => format!("sin({})", inner(self, shape)),
            8 => format!("ln(1.25 + ({}).powi(2))", inner(self, shape)),
            9 => format!("exp(-abs({}))", inner(self, shape)),
            10 => format!("sqrt(0.5 + abs({}))", inner(self, shape)),
            11 => format!("max({}, {})", inner(self, shape), inner(self, other)),
            12 => format!(
                "(if {} < {} {{ {} }} else {{ {} }})",
                inner(self, other),
                inner(self, &[]),
                inner(self, shape),
                inner(self, shape)
            ),
            _ => format!("cos({})", inner(self, shape)),
        }
    }

    /// Returns a number from all elements of a vector or a matrix.
    fn combination(&mut self, depth: u64) -> String {
        let mut shape = vec![self.len()];
        if self.below(3) == 0 {
            shape.push(self.len());
        }
        let argument = self.formula(depth, &shape);
        match self.below(7) {
            0 => format!("sum({argument})"),
            1 => format!("mean({argument})"),
            2 => format!("max({argument})"),
            3 => format!("norm({argument})"),
            4 if shape.len() == 1 => format!("log_sum_exp({argument})"),
            5 => format!("({argument})[1]{}", if shape.len() == 1 { "" } else { "[0]" }),
            _ => format!("dot({argument}, {})", self.formula(depth, &shape)),
        }
    }

    /// Returns a vector that is more than a formula of each element.
    fn vector(&mut self, depth: u64, shape: &[usize]) -> String {
        let (len, other) = (shape[0], self.len());
        match self.below(10) {
            0 => format!("softmax({})", self.formula(depth, shape)),
            1 => format!("log_softmax({})", self.formula(depth, shape)),
            2 => format!("({}) * ({})", self.factor(depth, [len, other]), self.formula(depth, &[other])),
            3 => format!("transpose({}) * ({})", self.factor(depth, [other, len]), self.formula(depth, &[other])),
            4 => format!("row_sum({})", self.formula(depth, &[other, len])),
            5 => format!("({})[1]", self.formula(depth, &[other, len])),
            6 if len == ROWS => format!("({})[1..]", self.formula(depth, &[LEN])),
            6 => format!("concat({}, {})", self.formula(depth, &[ROWS]), self.formula(depth, &[])),
            7 => format!("row_mean({})", self.formula(depth, &[other, len])),
            _ => self.each(depth, shape),
        }
    }

    /// Returns a matrix that is more than a formula of each element.
    fn matrix(&mut self, depth: u64, shape: &[usize]) -> String {
        let ([height, width], other) = ([shape[0], shape[1]], self.len());
        match self.below(12) {
            0 => format!("({}) * ({})", self.factor(depth, [height, other]), self.product(depth, [other, width])),
            1 => {
                format!(
                    "transpose({}) * ({})",
                    self.product(depth, [other, height]),
                    self.factor(depth, [other, width])
                )
            }
            2 => {
                format!(
                    "({}) * transpose({})",
                    self.product(depth, [height, other]),
                    self.factor(depth, [width, other])
                )
            }
            3 => format!(
                "transpose({}) * transpose({})",
                self.product(depth, [other, height]),
                self.product(depth, [width, other])
            ),
            4 => format!("outer({}, {})", self.formula(depth, &[height]), self.formula(depth, &[width])),
            5 => format!("transpose({})", self.formula(depth, &[width, height])),
            6 if height == ROWS => format!("({})[1..]", self.formula(depth, &[LEN, width])),
            6 => format!("concat({}, {})", self.formula(depth, &[1 + 1, width]), self.row(depth, width)),
            7 => {
                let (name, row) = (self.name(), self.formula(depth, shape));
                format!("row_sum(each({}, |{name}| component_mul({name}, {row})))", self.formula(depth, &[other]))
            }
            _ => self.each(depth, shape),
        }
    }

    /// Returns a matrix of one row.
    fn row(&mut self, depth: u64, width: usize) -> String {
        format!("({})[..1]", self.formula(depth, &[ROWS, width]))
    }

    /// Returns a matrix that may be a parameter.
    fn factor(&mut self, depth: u64, shape: [usize; 2]) -> String {
        match (shape, self.below(3)) {
            ([ROWS, LEN], 0) => "w".to_owned(),
            ([LEN, ROWS], 0) => "transpose(w)".to_owned(),
            ([LEN, LEN], 0) => "v".to_owned(),
            _ => self.product(depth, shape),
        }
    }

    /// Returns a matrix of the sample, since two matrices of parameters have no product.
    fn product(&mut self, depth: u64, shape: [usize; 2]) -> String {
        format!("sin({})", self.formula(depth, &shape))
    }

    /// Returns a formula for each row.
    fn each(&mut self, depth: u64, shape: &[usize]) -> String {
        let start = self.names.len();
        let (mut arguments, mut parameters) = (Vec::new(), Vec::new());
        for _ in 0..=self.below(2) {
            let mut of = vec![shape[0]];
            if self.below(2) == 0 {
                of.push(self.len());
            }
            arguments.push(self.formula(depth, &of));
            parameters.push((self.name(), of[1..].to_vec()));
        }
        let names: Vec<_> = parameters.iter().map(|(name, _)| name.clone()).collect();
        self.names.extend(parameters);
        let body = self.formula(depth, &shape[1..]);
        self.names.truncate(start);
        format!("each({}, |{}| {body})", arguments.join(", "), names.join(", "))
    }

    /// Returns a block with a name, or with a loop that is written out, that runs, or that is in another.
    fn block(&mut self, depth: u64, shape: &[usize]) -> String {
        let start = self.names.len();
        let (name, of) = (self.name(), self.shape());
        let value = self.formula(depth, &of);
        self.names.push((name.clone(), of.clone()));
        let block = match self.below(4) {
            0 => format!("{{ let {name} = {value}; {} }}", self.formula(depth, shape)),
            kind => {
                let (index, state) = (self.name(), self.name());
                let initial = self.formula(depth, shape);
                self.names.extend([(index.clone(), Vec::new()), (state.clone(), shape.to_vec())]);
                let (step, next) = (self.formula(depth, &of), self.formula(depth, shape));
                let read = if self.below(2) == 0 { format!("x[{index}]") } else { index.clone() };
                let inner = self.name();
                let body = format!("{state} = tanh({next}) + {read} / 4;");
                let body = match kind {
                    1 => format!("for {index} in 0..2 {{ {name} = {step}; {body} }}"),
                    2 => format!("for {index} in 0..K {{ {body} {name} = {step}; }}"),
                    _ => format!(
                        "for {index} in 0..K {{ for {inner} in 1..K {{ {body} {name} = sin({step}) * {inner}; }} }}"
                    ),
                };
                self.names.truncate(start);
                self.names.extend([(name.clone(), of), (state.clone(), shape.to_vec())]);
                format!(
                    "{{ let mut {name} = {value}; let mut {state} = {initial}; {body} {state} + ({}) }}",
                    self.formula(depth, shape)
                )
            }
        };
        self.names.truncate(start);
        block
    }
}
