//! What the caller may choose. All profilers of one file must be given the same.

use serde::{Deserialize, Serialize};

/// How a profile is made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProfileOptions {
    /// Texts that mean no value where cells come as they are written. A cell without a value in the
    /// batch counts under the empty text, so the reader is best given the empty text alone.
    pub null_values: Vec<String>,
    /// Whether text cells stand as they are written in the file, so that their types are to be found
    /// out and null values to be recognised. Where `None`, this is so if all columns are text.
    pub as_written: Option<bool>,
    /// A column of the batches that holds the numbers of the rows (`ReadRequest::row_numbers`). It is
    /// not profiled. Without it rows are counted, see `Profiler::starting_at`.
    pub row_numbers: Option<String>,
    /// Rows up to which duplicates are counted exactly, at 16 bytes for each.
    pub exact_rows: usize,
    /// Rows of the sample.
    pub sample_rows: usize,
    /// What all columns together should take at most, roughly. Files of very many columns get smaller
    /// sketches and so wider errors.
    pub memory_bytes: usize,
    /// The key of all hashes and samples.
    pub seed: u64,
    /// When a column is worth a word.
    pub thresholds: Thresholds,
}

impl Default for ProfileOptions {
    fn default() -> Self {
        Self {
            null_values: ["NULL", "null", "\\N"].map(str::to_owned).to_vec(),
            as_written: None,
            row_numbers: None,
            exact_rows: 1_000_000,
            sample_rows: 100,
            memory_bytes: 64 << 20,
            seed: 0,
            thresholds: Thresholds::default(),
        }
    }
}

impl ProfileOptions {
    /// The first option in which two profilers that are to be merged differ.
    pub(crate) fn difference(&self, other: &Self) -> Option<&'static str> {
        [
            ("null_values", self.null_values != other.null_values),
            ("as_written", self.as_written != other.as_written),
            ("row_numbers", self.row_numbers != other.row_numbers),
            ("exact_rows", self.exact_rows != other.exact_rows),
            ("sample_rows", self.sample_rows != other.sample_rows),
            ("memory_bytes", self.memory_bytes != other.memory_bytes),
            ("seed", self.seed != other.seed),
        ]
        .into_iter()
        .find_map(|(option, differs)| differs.then_some(option))
    }
}

/// When an alert is raised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    /// Share of nulls for `HIGH_NULLS`.
    pub nulls: f64,
    /// Absolute skewness for `SKEWED`.
    pub skewness: f64,
    /// Widths of the middle half beyond the quartiles for `OUTLIERS`.
    pub fences: f64,
    /// Confidence from which personal data are masked, and for `PII`.
    pub pii: f64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            nulls: 0.5,
            skewness: 2.0,
            fences: 3.0,
            pii: 0.5,
        }
    }
}

/// How large the sketches of one column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sizes {
    /// Different values that are counted exactly.
    pub(crate) exact: usize,
    /// Most frequent values beyond.
    pub(crate) frequent: usize,
    /// Sampled values beyond.
    pub(crate) sample: usize,
    /// Patterns of text.
    pub(crate) masks: usize,
}

impl Sizes {
    pub(crate) const FULL: Self = Self {
        exact: 4_096,
        frequent: 1_024,
        sample: 1_000,
        masks: 256,
    };
    /// What a column of full size takes, where its texts are of usual length.
    const FULL_BYTES: usize = 512 << 10;

    pub(crate) fn new(memory_bytes: usize, columns: usize) -> Self {
        let share = (memory_bytes / columns.max(1)).min(Self::FULL_BYTES);
        let scale = |full: usize, least: usize| (full * share / Self::FULL_BYTES).max(least);
        Self {
            exact: scale(Self::FULL.exact, 64),
            frequent: scale(Self::FULL.frequent, 16),
            sample: scale(Self::FULL.sample, 32),
            masks: scale(Self::FULL.masks, 8),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_files_get_smaller_sketches() {
        assert_eq!(Sizes::new(64 << 20, 12), Sizes::FULL);
        assert_eq!(Sizes::new(64 << 20, 128), Sizes::FULL);
        let narrow = Sizes::new(64 << 20, 1_024);
        assert_eq!((narrow.exact, narrow.frequent), (512, 128));
        let least = Sizes::new(64 << 20, 16_384);
        assert_eq!((least.exact, least.masks), (64, 8));
        assert_eq!(Sizes::new(0, 0).sample, 32);
    }

    #[test]
    fn the_differing_option_is_named() {
        let options = ProfileOptions::default();
        assert_eq!(options.difference(&options), None);
        let other = ProfileOptions {
            seed: 1,
            ..ProfileOptions::default()
        };
        assert_eq!(options.difference(&other), Some("seed"));
    }
}
