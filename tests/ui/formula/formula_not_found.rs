//! A formula that does not exist.

typenet::activation!(use square; Twice(x) = square(square(x)));

fn main() {}
