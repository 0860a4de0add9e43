//! `millrace`: the engines of the functions on local files, without any cloud.

mod ask;
mod challenge;
mod process;
mod profile;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(
    name = "millrace",
    about = "Generates practice datasets and processes files on this machine"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answers a question in English with SQL, why it is that, and rows.
    Ask(ask::Arguments),
    /// Makes a whole challenge of a brief: CSV files, reports, answers, package.
    Challenge {
        /// JSON file with the brief, as for `POST /api/challenge/create`.
        brief: PathBuf,
        /// Folder for the package.
        #[arg(long, default_value = "out")]
        out: PathBuf,
        /// Parts that the full set is cut into; the bytes are the same for any number.
        #[arg(long)]
        parts: Option<u64>,
    },
    /// Works on a file of any size, step by step.
    Process(process::Arguments),
    /// Says what a file holds: types, nulls, distinct and frequent values, quantiles, patterns.
    Profile(profile::Arguments),
}

fn main() -> ExitCode {
    let result: Result<(), Box<dyn std::error::Error>> = match Arguments::parse().command {
        Command::Ask(arguments) => ask::run(&arguments).map_err(Into::into),
        Command::Challenge { brief, out, parts } => {
            challenge::run(&brief, &out, parts).map_err(Into::into)
        }
        Command::Process(arguments) => process::run(&arguments).map_err(Into::into),
        Command::Profile(arguments) => profile::run(&arguments).map_err(Into::into),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            challenge::say(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// As many threads as were asked for, or as there are processors.
fn threads(asked: Option<usize>) -> usize {
    let processors = || std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    asked.unwrap_or_else(processors).max(1)
}
