//! The language as callers see it.

mod catalogue;
mod columns;
mod common;
mod examples;
mod faults;
mod input;
mod pipeline;
mod properties;
