//! `validate` against SQL that is made up: a hundred thousand hostile texts, and valid queries spoiled in
//! one place each.

mod cases;
mod codes;
mod faults;
mod fuzz;
mod mutants;
mod queries;
mod random;
mod schemas;
