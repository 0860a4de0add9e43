//! Keys that owners see: without a tenant, which is checked on the job.

/// Key of a job's input.
///
/// ```
/// assert_eq!(millrace_files::input_key("7d0e", "a b.csv"), "input/7d0e/a b.csv");
/// ```
#[must_use]
pub fn input_key(job: &str, file_name: &str) -> String {
    format!("input/{job}/{file_name}")
}

/// Key under which an output is shown.
#[must_use]
pub fn output_key(job: &str, file_name: &str) -> String {
    format!("output/{job}/{file_name}")
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
