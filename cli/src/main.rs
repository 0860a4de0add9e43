//! See the crate README.
fn main() {}
