//! Whole tables through the crate.
