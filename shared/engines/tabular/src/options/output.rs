//! The format of the output.

use millrace_formats::write::{
    ArrowCompression, ArrowOptions, Compressed, CsvOptions, DelimitedOptions, JsonOptions,
    LineEnding, OutputFormat, ParquetCompression, ParquetOptions, QuoteStyle, TextCompression,
    WriteOptions, XlsxOptions,
};
use millrace_formats::{Format, Layout};
use millrace_steps::step;

use crate::error::TabularError;

/// How the writer is to write: as the last step says, or in the format of the input.
///
/// # Errors
/// A division of the output into several files, which needs more than one place to write to.
pub fn write_options(
    format: Option<&step::OutputFormat>,
    input: &Layout,
) -> Result<WriteOptions, TabularError> {
    let Some(format) = format else {
        return Ok(WriteOptions::new(like(input)));
    };
    if let Some(files) = format.files()
        && (!files.partition_by.is_empty() || files.max_file_bytes.is_some())
    {
        return Err(TabularError::step(
            "STEP_NOT_AVAILABLE",
            "partition_by and max_file_bytes are not available yet; remove them to get one file",
        ));
    }
    Ok(WriteOptions::new(match format {
        step::OutputFormat::Csv(options) => OutputFormat::Csv(CsvOptions {
            delimiter: options.delimiter.0,
            text: delimited(&options.text),
        }),
        step::OutputFormat::Tsv(options) => OutputFormat::Tsv(delimited(options)),
        step::OutputFormat::Json(options) => OutputFormat::Json(JsonOptions {
            compressed: compressed(&options.compressed),
        }),
        step::OutputFormat::Ndjson(options) => OutputFormat::Ndjson(JsonOptions {
            compressed: compressed(&options.compressed),
        }),
        step::OutputFormat::Parquet(options) => OutputFormat::Parquet(ParquetOptions {
            compression: match options.compression {
                step::ParquetCompression::Zstd => ParquetCompression::Zstd,
                step::ParquetCompression::Snappy => ParquetCompression::Snappy,
                step::ParquetCompression::Gzip => ParquetCompression::Gzip,
                step::ParquetCompression::None => ParquetCompression::None,
            },
            compression_level: level(options.compression_level),
            row_group_rows: options.row_group_rows,
            row_group_bytes: options.row_group_bytes,
        }),
        step::OutputFormat::Arrow(options) => OutputFormat::Arrow(ArrowOptions {
            compression: match options.compression {
                step::ArrowCompression::None => ArrowCompression::None,
                step::ArrowCompression::Zstd => ArrowCompression::Zstd,
            },
        }),
        step::OutputFormat::Xlsx(options) => OutputFormat::Xlsx(XlsxOptions {
            sheet_name: options.sheet_name.clone(),
            header: options.header,
        }),
    }))
}

fn level(level: Option<u64>) -> Option<u32> {
    level.and_then(|level| u32::try_from(level).ok())
}

fn compressed(compressed: &step::Compressed) -> Compressed {
    Compressed {
        compression: match compressed.compression {
            step::TextCompression::None => TextCompression::None,
            step::TextCompression::Gzip => TextCompression::Gzip,
            step::TextCompression::Zstd => TextCompression::Zstd,
        },
        compression_level: level(compressed.compression_level),
    }
}

fn delimited(options: &step::DelimitedOptions) -> DelimitedOptions {
    DelimitedOptions {
        header: options.header,
        quote_style: match options.quote_style {
            step::QuoteStyle::Minimal => QuoteStyle::Minimal,
            step::QuoteStyle::All => QuoteStyle::All,
        },
        null_value: options.null_value.clone(),
        line_ending: match options.line_ending {
            step::LineEnding::Lf => LineEnding::Lf,
            step::LineEnding::Crlf => LineEnding::Crlf,
        },
        bom: options.bom,
        encoding: options.encoding.as_str().to_owned(),
        formula_guard: options.formula_guard,
        compressed: compressed(&options.compressed),
    }
}

/// The format of the input, as plain as it goes: UTF-8, not compressed.
fn like(input: &Layout) -> OutputFormat {
    match input.format {
        Format::Csv => {
            let delimiter = input
                .csv
                .as_ref()
                .map(|csv| csv.dialect.delimiter)
                .filter(|delimiter| delimiter.is_ascii_graphic() || *delimiter == b'\t');
            match delimiter {
                Some(b'\t') => OutputFormat::Tsv(DelimitedOptions::default()),
                Some(delimiter) => OutputFormat::Csv(CsvOptions {
                    delimiter: char::from(delimiter),
                    ..CsvOptions::default()
                }),
                None => OutputFormat::Csv(CsvOptions::default()),
            }
        }
        Format::Json => OutputFormat::Json(JsonOptions::default()),
        Format::Ndjson => OutputFormat::Ndjson(JsonOptions::default()),
        Format::Parquet => OutputFormat::Parquet(ParquetOptions::default()),
        Format::Arrow => OutputFormat::Arrow(ArrowOptions::default()),
        Format::Xlsx | Format::Xlsb => OutputFormat::Xlsx(XlsxOptions::default()),
    }
}

fn text_compression(format: &OutputFormat) -> TextCompression {
    match format {
        OutputFormat::Csv(options) => options.text.compressed.compression,
        OutputFormat::Tsv(options) => options.compressed.compression,
        OutputFormat::Json(options) | OutputFormat::Ndjson(options) => {
            options.compressed.compression
        }
        OutputFormat::Parquet(_) | OutputFormat::Arrow(_) | OutputFormat::Xlsx(_) => {
            TextCompression::None
        }
    }
}

/// How the name of such a file ends, with the dot.
#[must_use]
pub fn extension(format: &OutputFormat) -> String {
    let own = match format {
        OutputFormat::Csv(_) => ".csv",
        OutputFormat::Tsv(_) => ".tsv",
        OutputFormat::Json(_) => ".json",
        OutputFormat::Ndjson(_) => ".ndjson",
        OutputFormat::Parquet(_) => ".parquet",
        OutputFormat::Arrow(_) => ".arrow",
        OutputFormat::Xlsx(_) => ".xlsx",
    };
    let packed = match text_compression(format) {
        TextCompression::None => "",
        TextCompression::Gzip => ".gz",
        TextCompression::Zstd => ".zst",
    };
    format!("{own}{packed}")
}

/// The media type of such a file.
#[must_use]
pub fn media_type(format: &OutputFormat) -> &'static str {
    match text_compression(format) {
        TextCompression::Gzip => return "application/gzip",
        TextCompression::Zstd => return "application/zstd",
        TextCompression::None => {}
    }
    match format {
        OutputFormat::Csv(_) => "text/csv",
        OutputFormat::Tsv(_) => "text/tab-separated-values",
        OutputFormat::Json(_) => "application/json",
        OutputFormat::Ndjson(_) => "application/x-ndjson",
        OutputFormat::Parquet(_) => "application/vnd.apache.parquet",
        OutputFormat::Arrow(_) => "application/vnd.apache.arrow.file",
        OutputFormat::Xlsx(_) => {
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        }
    }
}
