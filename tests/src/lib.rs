//! Tests that hold for the whole house; see `tests/`.
