//! Reading a case and saying what came out, in the shortest form that says all.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, SchemaRef};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use millrace_formats::{
    Chunk, FormatError, Input, ParallelReader, ReadOptions, ReadRequest, Reader, Reject,
};

/// What came out of a file.
#[derive(Debug, Default, PartialEq)]
pub struct Outcome {
    /// `name:type` of each column.
    pub columns: Vec<String>,
    /// Cells joined by `|`, `∅` for null.
    pub rows: Vec<String>,
    /// Row and code.
    pub rejects: Vec<(u64, String)>,
    /// Codes.
    pub warnings: Vec<&'static str>,
}

pub fn open(bytes: impl Into<Vec<u8>>, options: &ReadOptions) -> Result<Reader, FormatError> {
    Reader::open(Arc::new(bytes.into()), options)
}

pub fn read(bytes: impl Into<Vec<u8>>, options: &ReadOptions) -> Result<Outcome, FormatError> {
    let mut reader = open(bytes, options)?;
    let mut outcome = Outcome {
        columns: columns(&reader.schema()),
        ..Outcome::default()
    };
    while let Some(batch) = reader.next_batch()? {
        assert!(batch.num_rows() <= options.limits.batch_rows);
        outcome.rows.extend(rows(&batch));
    }
    outcome.rejects = rejects(reader.rejects());
    outcome.warnings = reader
        .warnings()
        .iter()
        .map(|warning| warning.code)
        .collect();
    Ok(outcome)
}

pub fn rejects(rejects: &[Reject]) -> Vec<(u64, String)> {
    rejects
        .iter()
        .map(|reject| (reject.row, reject.code.as_str().to_owned()))
        .collect()
}

pub fn columns(schema: &SchemaRef) -> Vec<String> {
    schema
        .fields()
        .iter()
        .map(|field| format!("{}:{}", field.name(), short(field.data_type())))
        .collect()
}

fn short(data_type: &DataType) -> String {
    match data_type {
        DataType::Utf8View | DataType::Utf8 => "text".to_owned(),
        DataType::Boolean => "bool".to_owned(),
        DataType::Int32 | DataType::Int64 => "int".to_owned(),
        DataType::Float64 => "double".to_owned(),
        DataType::Decimal128(precision, scale) => format!("dec({precision},{scale})"),
        DataType::Date32 => "date".to_owned(),
        DataType::Timestamp(_, None) => "time".to_owned(),
        DataType::Timestamp(_, Some(_)) => "time+zone".to_owned(),
        other => other.to_string(),
    }
}

pub fn rows(batch: &RecordBatch) -> Vec<String> {
    let options = FormatOptions::default().with_null("∅");
    let columns: Vec<_> = batch
        .columns()
        .iter()
        .map(|column| ArrayFormatter::try_new(column, &options).expect("a good file"))
        .collect();
    (0..batch.num_rows())
        .map(|row| {
            let cells: Vec<String> = columns
                .iter()
                .map(|column| column.value(row).to_string())
                .collect();
            cells.join("|")
        })
        .collect()
}

/// A file and what must come out of it.
pub struct Case {
    name: &'static str,
    bytes: Vec<u8>,
    options: ReadOptions,
    columns: &'static [&'static str],
    rows: &'static [&'static str],
    rejects: &'static [(u64, &'static str)],
    warnings: &'static [&'static str],
    error: Option<&'static str>,
}

pub fn case(name: &'static str, bytes: impl Into<Vec<u8>>) -> Case {
    Case {
        name,
        bytes: bytes.into(),
        options: ReadOptions::default(),
        columns: &[],
        rows: &[],
        rejects: &[],
        warnings: &[],
        error: None,
    }
}

impl Case {
    pub fn with(mut self, change: impl FnOnce(&mut ReadOptions)) -> Self {
        change(&mut self.options);
        self
    }

    pub fn gives(
        mut self,
        columns: &'static [&'static str],
        rows: &'static [&'static str],
    ) -> Self {
        self.columns = columns;
        self.rows = rows;
        self
    }

    pub fn rejects(mut self, rejects: &'static [(u64, &'static str)]) -> Self {
        self.rejects = rejects;
        self
    }

    pub fn warns(mut self, warnings: &'static [&'static str]) -> Self {
        self.warnings = warnings;
        self
    }

    pub fn fails(mut self, code: &'static str) -> Self {
        self.error = Some(code);
        self
    }

    /// The fault of this case, if it has one.
    fn fault(&self) -> Option<String> {
        let outcome = read(self.bytes.clone(), &self.options);
        match (outcome, self.error) {
            (Err(error), Some(code)) if error.code() == code => {
                let sentence = error.to_string();
                (sentence.len() < 12).then(|| format!("{}: no sentence: {sentence}", self.name))
            }
            (Err(error), _) => Some(format!("{}: {} {error}", self.name, error.code())),
            (Ok(outcome), Some(code)) => Some(format!("{}: no {code} but {outcome:?}", self.name)),
            (Ok(outcome), None) => {
                let expected = Outcome {
                    columns: self.columns.iter().map(ToString::to_string).collect(),
                    rows: self.rows.iter().map(ToString::to_string).collect(),
                    rejects: self
                        .rejects
                        .iter()
                        .map(|(row, code)| (*row, (*code).to_owned()))
                        .collect(),
                    warnings: self.warnings.to_vec(),
                };
                if outcome != expected {
                    return Some(format!(
                        "{}:\n  found    {outcome:?}\n  expected {expected:?}",
                        self.name
                    ));
                }
                self.split_fault()
            }
        }
    }

    /// Whether a file that can be split gives the same rows and rejects in any number of chunks, and
    /// from several threads.
    fn split_fault(&self) -> Option<String> {
        let input = Input::open(Arc::new(self.bytes.clone()), &self.options).expect("a good file");
        if !input.is_splittable() {
            return None;
        }
        let whole = all(&input, None, 1);
        let threaded = all(&input, None, 3);
        if threaded != whole {
            return Some(format!("{}: threads {threaded:?} {whole:?}", self.name));
        }
        for count in CHUNKS {
            let parts = chunked(&input, input.chunks(count).expect("a good file"));
            if parts != whole {
                return Some(format!("{}: {count} chunks {parts:?} {whole:?}", self.name));
            }
        }
        None
    }
}

/// Numbers of chunks that must not matter.
pub const CHUNKS: [usize; 4] = [1, 2, 7, 64];

/// Rows with their numbers, and rejects.
pub type All = (Vec<String>, Vec<Reject>);

/// Everything in a file or a chunk of it.
pub fn all(input: &Input, chunk: Option<Chunk>, threads: usize) -> All {
    try_all(input, chunk, threads).expect("a good file")
}

pub fn try_all(input: &Input, chunk: Option<Chunk>, threads: usize) -> Result<All, FormatError> {
    let request = ReadRequest {
        projection: None,
        row_numbers: Some("row".to_owned()),
        chunk,
    };
    let mut reader = ParallelReader::new(input, &request, threads)?;
    let mut found = Vec::new();
    while let Some(batch) = reader.next_batch()? {
        found.extend(rows(&batch));
    }
    Ok((found, reader.take_rejects()))
}

/// Everything in some chunks, one after the other.
pub fn chunked(input: &Input, chunks: Vec<Chunk>) -> All {
    let mut parts = All::default();
    for chunk in chunks {
        let (rows, rejects) = all(input, Some(chunk), 1);
        parts.0.extend(rows);
        parts.1.extend(rejects);
    }
    parts
}

/// Runs all cases and names every one that fails.
pub fn check(cases: Vec<Case>) {
    let faults: Vec<String> = cases.iter().filter_map(Case::fault).collect();
    assert!(
        faults.is_empty(),
        "{} of {} cases\n{}",
        faults.len(),
        cases.len(),
        faults.join("\n")
    );
}
