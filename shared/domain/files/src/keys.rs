//! Keys that owners see: without a tenant, which is checked on the job.

use millrace_jobs::Ticket;

/// Key of a job's input.
///
/// ```
/// assert_eq!(millrace_files::input_key("7d0e", "a b.csv"), "input/7d0e/a b.csv");
/// ```
#[must_use]
pub fn input_key(job: &str, file_name: &str) -> String {
    format!("input/{job}/{file_name}")
}

/// Key of what an attempt makes: `output/{job}/{name}`. Attempts after the first have a folder of their
/// own in it, so that a late worker never touches what another one has published.
#[must_use]
pub fn output_key(ticket: &Ticket, file_name: &str) -> String {
    let folder = output_folder(&ticket.job_id);
    match (ticket.run, ticket.attempt) {
        (1, 1) => format!("{folder}{file_name}"),
        (run, attempt) => format!("{folder}{run}-{attempt}/{file_name}"),
    }
}

/// Where everything lies that attempts at a job have made.
pub(crate) fn output_folder(job: &str) -> String {
    format!("output/{job}/")
}

/// Id of the job that an input's key belongs to; `None` for any other key.
///
/// ```
/// assert_eq!(millrace_files::input_job("input/7d0e/a b.csv"), Some("7d0e"));
/// assert_eq!(millrace_files::input_job("input/7d0e"), None);
/// ```
#[must_use]
pub fn input_job(key: &str) -> Option<&str> {
    let (job, name) = key.strip_prefix("input/")?.split_once('/')?;
    (!job.is_empty() && !name.is_empty() && !name.contains('/')).then_some(job)
}

/// Longest name of a file that is made, in characters.
const LONGEST_NAME: usize = 255;
/// The same in bytes: a key holds no more.
const LONGEST_NAME_BYTES: usize = 900;

/// Name of what comes out of a file: `sales.csv.gz` gives `sales_processed.parquet`.
///
/// ```
/// use millrace_files::processed_name;
/// assert_eq!(processed_name("my_large_data.csv", "parquet"), "my_large_data_processed.parquet");
/// ```
#[must_use]
pub fn processed_name(file_name: &str, extension: &str) -> String {
    named(file_name, &format!("_processed.{extension}"))
}

/// Name of the file with the rows that could not be read.
#[must_use]
pub fn rejects_name(file_name: &str) -> String {
    named(file_name, "_rejects.ndjson")
}

/// The name without its extension, and without that of a compression after it; then `end`.
fn named(file_name: &str, end: &str) -> String {
    let inner = ["gz", "zst", "bz2", "zip"]
        .iter()
        .find_map(|compression| without_extension(file_name, Some(compression)))
        .unwrap_or(file_name);
    let stem = without_extension(inner, None).unwrap_or(inner);
    let room = LONGEST_NAME.saturating_sub(end.chars().count());
    let mut stem: String = stem.chars().take(room).collect();
    while stem.len() + end.len() > LONGEST_NAME_BYTES && stem.pop().is_some() {}
    stem + end
}

/// The name before its last dot, where something stands on both sides, and behind it `wanted`.
fn without_extension<'a>(name: &'a str, wanted: Option<&str>) -> Option<&'a str> {
    let (stem, extension) = name.rsplit_once('.')?;
    let fits = wanted.map_or(!extension.is_empty(), |wanted| {
        extension.eq_ignore_ascii_case(wanted)
    });
    (fits && !stem.is_empty()).then_some(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_named_after_their_inputs() {
        for (name, stem) in [
            ("sample_data.csv", "sample_data"),
            ("sales.csv.gz", "sales"),
            ("sales.CSV.GZ", "sales"),
            ("sales.gz", "sales"),
            ("v1.2 final.xlsx", "v1.2 final"),
            ("no extension", "no extension"),
            (".csv", ".csv"),
            ("a.", "a."),
            ("größe.json", "größe"),
        ] {
            assert_eq!(processed_name(name, "csv"), format!("{stem}_processed.csv"));
            assert_eq!(rejects_name(name), format!("{stem}_rejects.ndjson"));
        }
    }

    #[test]
    fn no_name_becomes_too_long() {
        let name = format!("{}.csv", "ü".repeat(251));
        let made = processed_name(&name, "parquet");
        assert_eq!(made.chars().count(), 255);
        assert!(made.ends_with("ü_processed.parquet"));
        let made = processed_name(&"🦀".repeat(225), "parquet");
        assert!(made.len() <= 900 && made.ends_with("🦀_processed.parquet"));
    }
}
