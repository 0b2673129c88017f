//! A formula without anything.

typenet::formula! {}

fn main() {}
