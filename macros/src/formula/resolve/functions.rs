//! What do functions of the user mean? Their formulas, for the arguments of each call.

use std::rc::Rc;

use proc_macro2::{Ident, TokenStream};

use super::{Scope, SubFormula};
use crate::errors::{self, Errors};
use crate::formula::declared::Function;
use crate::formula::expression::Expression;
use crate::formula::function;
use crate::formula::graph::{Size, Value};
use crate::formula::header::check_names;
use crate::formula::parse;
use crate::formula::size::{Length, Verdict};
use crate::identifier;
use crate::place::Place;

/// Reads the functions that a formula may call.
pub(crate) fn sub_formulas(functions: &[Function], owner: &Ident, errors: &mut Errors) -> Vec<SubFormula> {
    let mut read: Vec<SubFormula> = Vec::new();
    for (index, called) in functions.iter().enumerate() {
        let name = identifier::plain(&called.name);
        // A function that was imported twice.
        if functions.iter().take(index).any(|known| known.is_same(called)) {
            continue;
        }
        if !function::numbers_of_arguments(&name).is_empty()
            || matches!(name.as_str(), "powi" | "each")
            || called.name == *owner
            || read.iter().any(|known| identifier::plain(&known.name) == name)
        {
            errors.push(errors::function_named_twice(&called.name));
            continue;
        }
        check_names(called.arguments.iter().map(|(name, _)| name), errors);
        let arguments = called.arguments.iter().map(|(name, of)| (name.clone(), of.sizes.clone())).collect();
        let gives = (called.gives.place, called.gives.sizes.clone());
        if let Some(body) = parse::formula(called.formula.clone(), called.braces, errors) {
            read.push(SubFormula { name: called.name.clone(), sizes: called.sizes.clone(), arguments, gives, body });
        }
    }
    read
}

impl Scope<'_> {
    /// Adds the formula of a function for these arguments.
    pub(super) fn inlined(
        &mut self,
        function: usize,
        name: &Ident,
        arguments: &[Expression],
        place: Place,
    ) -> Option<Value> {
        if self.calls.contains(&function) {
            return self.report(errors::calls_itself(name));
        }
        let values: Vec<_> = arguments.iter().map(|argument| self.value(argument)).collect();
        let functions = Rc::clone(&self.functions);
        let called = functions.get(function)?;
        let declared = &called.arguments;
        let is_first = !self.called.contains(&function);
        self.called.push(function);
        if declared.len() != values.len() {
            return self.report(errors::wrong_number_of_arguments(name, &[declared.len()], values.len()));
        }
        let values: Vec<_> = values.into_iter().collect::<Option<_>>()?;
        let bound = self.check_arguments(name, called, arguments, &values, place)?;
        // Its mistakes were reported where it was called first.
        if !is_first && self.errors.any() {
            return None;
        }
        let is_of_numbers = called.is_of_numbers();
        let (result, bound) = self.within(function, called, &values, bound, is_of_numbers);
        let result = result?;
        if !is_of_numbers {
            let (place, sizes) = &called.gives;
            let sizes: Vec<_> = sizes.iter().map(|size| self.graph.computed(Length::read(size, &bound))).collect();
            self.check_declared(result, &sizes, *place, &name.to_string(), true)?;
        }
        Some(result)
    }

    /// Reports arguments of other shapes than declared. Returns what the const parameters of the function stand for.
    fn check_arguments(
        &mut self,
        name: &Ident,
        called: &SubFormula,
        arguments: &[Expression],
        values: &[Value],
        place: Place,
    ) -> Option<Vec<(String, Length)>> {
        let mut bound = Vec::new();
        if called.is_of_numbers() {
            for (value, argument) in values.iter().zip(arguments).skip(1) {
                let first = (*values.first()?, arguments.first().map_or("", |first| &first.text));
                self.check_sizes([first.0, *value], place, &name.to_string(), [first.1, &argument.text])?;
            }
        } else {
            for ((value, argument), (_, sizes)) in values.iter().zip(arguments).zip(&called.arguments) {
                let sizes = self.bound_sizes(*value, sizes, &called.sizes, &mut bound);
                self.check_declared(*value, &sizes, argument.place, &argument.text, false)?;
            }
        }
        Some(bound)
    }

    /// Adds the body of a function, which sees its arguments and nothing else. Returns what its const parameters stand for, too.
    fn within(
        &mut self,
        function: usize,
        called: &SubFormula,
        values: &[Value],
        bound: Vec<(String, Length)>,
        is_of_numbers: bool,
    ) -> (Option<Value>, Vec<(String, Length)>) {
        let entries = std::mem::take(&mut self.entries);
        let indices = std::mem::replace(&mut self.indices, bound);
        let outside = std::mem::replace(&mut self.outside.0, 0);
        let was_alone = self.alone;
        self.alone |= is_of_numbers;
        self.calls.push(function);
        for ((argument, _), &value) in called.arguments.iter().zip(values) {
            self.declare(argument, Some(value), "argument");
        }
        let result = self.value(&called.body);
        if result.is_some() && !self.errors.any() {
            self.close(0, 0);
        }
        self.calls.pop();
        self.alone = was_alone;
        self.entries = entries;
        self.outside.0 = outside;
        (result, std::mem::replace(&mut self.indices, indices))
    }

    /// Returns the declared sizes of an argument. A const parameter of the function that is not bound yet becomes what it meets.
    fn bound_sizes(
        &mut self,
        value: Value,
        declared: &[TokenStream],
        parameters: &[Ident],
        bound: &mut Vec<(String, Length)>,
    ) -> Vec<Size> {
        let found = self.graph.sizes(self.graph.extent(value).axes().unwrap_or_default()).to_vec();
        let mut sizes = Vec::new();
        for (index, written) in declared.iter().enumerate() {
            let text = crate::text::of(written.clone());
            let is_free = parameters.iter().any(|parameter| identifier::plain(parameter) == text)
                && !bound.iter().any(|(name, _)| *name == text);
            if let Some(&size) = found.get(index).filter(|_| is_free) {
                bound.push((text, self.graph.length(size)));
            }
            sizes.push(self.graph.computed(Length::read(written, bound)));
        }
        sizes
    }

    /// Reports a value of another shape than declared for an argument, or for the result of a function.
    fn check_declared(
        &mut self,
        value: Value,
        sizes: &[Size],
        place: Place,
        text: &str,
        is_result: bool,
    ) -> Option<()> {
        let declared = self.graph.axes(sizes);
        let found = self.graph.sizes(self.graph.extent(value).axes().unwrap_or_default()).to_vec();
        let mut agree = found.len() == sizes.len();
        for (&left, &right) in found.iter().zip(sizes) {
            match self.graph.compare(left, right) {
                Verdict::Equal => {}
                Verdict::Unknown => self.compare(place, [left, right], errors::compared_argument(text)),
                Verdict::Different => agree = false,
            }
        }
        if agree {
            return Some(());
        }
        let shapes = [self.shape_text(value), self.axes_text(declared)];
        self.report(errors::wrong_argument(place, text, [&shapes[0], &shapes[1]], is_result));
        None
    }

    /// Notes that a function was called.
    pub(crate) fn called(&mut self, function: usize) {
        self.called.push(function);
    }

    /// Reports the functions that were never called.
    pub(crate) fn check_functions(&mut self) {
        let functions = Rc::clone(&self.functions);
        let unused = functions.iter().enumerate().filter(|(index, _)| !self.called.contains(index));
        for (_, function) in unused {
            self.errors.push(errors::unused_in_formula(&function.name, "function"));
        }
    }
}
