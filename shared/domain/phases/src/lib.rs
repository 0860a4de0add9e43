//! What each phase of a challenge makes: research, problem statement, proven schema, preview, the
//! full set in parts, its checks, reports and package.
//!
//! Each module turns data into data, and [`tasks`] runs them for the state machine over the ports.
//! This crate joins the engines; it must not know AWS, HTTP or the order of the phases, which
//! `millrace-challenge` owns.
#![warn(missing_docs)]

pub mod checking;
pub mod delivery;
pub mod documents;
pub mod error;
pub mod files;
pub mod parts;
pub mod pictures;
pub mod preview;
pub mod proof;
pub mod reading;
pub mod reports;
pub mod story;
pub mod tasks;
