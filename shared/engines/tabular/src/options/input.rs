//! The `input` block of a job.

use millrace_formats::{
    BadValues, CharacterOption, ColumnSpec, Compression, Format, HeaderOption, InvalidUtf8,
    RaggedRows, ReadOptions, SheetOption, Types,
};
use millrace_rows::{RowError, arrow_type};
use millrace_steps::InputOptions;
use millrace_steps::input::{self, Auto, InputCompression, InputFormat, InvalidText, Sheet};
use millrace_steps::value::{CastTarget, Name};

use crate::error::TabularError;

/// How the reader is to read what a job describes.
///
/// # Errors
/// What the language of steps knows and the reader does not: delimiters and quotes beyond ASCII, time
/// zones of declared columns.
pub fn read_options(
    options: &InputOptions,
    file_name: Option<&str>,
    max_rejected_rows: u64,
) -> Result<ReadOptions, TabularError> {
    let byte = |name: &str, character: char| {
        u8::try_from(character)
            .ok()
            .filter(u8::is_ascii)
            .ok_or_else(|| refuse(name, "give a character of ASCII"))
    };
    let delimiter = match (&options.delimiter, options.format) {
        (Auto::Given(character), _) => Some(byte("delimiter", character.0)?),
        (Auto::Auto, InputFormat::Tsv) => Some(b'\t'),
        (Auto::Auto, _) => None,
    };
    let quote = match options.quote.0 {
        None => CharacterOption::None,
        // The usual one is what is looked for anyway.
        Some('"') => CharacterOption::Auto,
        Some(character) => CharacterOption::Is(byte("quote", character)?),
    };
    let escape = match &options.escape {
        Auto::Auto => CharacterOption::Auto,
        Auto::Given(character) => match character.0 {
            None => CharacterOption::None,
            Some(character) => CharacterOption::Is(byte("escape", character)?),
        },
    };
    let comment = match options.comment {
        Some(character) => Some(byte("comment", character.0)?),
        None => None,
    };
    Ok(ReadOptions {
        file_name: file_name.map(str::to_owned),
        format: format(options.format),
        encoding: match &options.encoding {
            Auto::Given(encoding) => Some(encoding.as_str().to_owned()),
            Auto::Auto => None,
        },
        compression: compression(options.compression),
        delimiter,
        quote,
        escape,
        header: match options.header {
            Auto::Auto => HeaderOption::Auto,
            Auto::Given(true) => HeaderOption::Present,
            Auto::Given(false) => HeaderOption::Absent,
        },
        skip_rows: usize::try_from(options.skip_rows).unwrap_or(usize::MAX),
        comment,
        null_values: options.null_values.clone(),
        trim: options.trim,
        ragged_rows: match options.ragged_rows {
            input::RaggedRows::Fail => RaggedRows::Fail,
            input::RaggedRows::Pad => RaggedRows::Pad,
            input::RaggedRows::Quarantine => RaggedRows::Quarantine,
        },
        bad_values: match options.bad_values {
            input::BadValues::Fail => BadValues::Fail,
            input::BadValues::Null => BadValues::Null,
            input::BadValues::Quarantine => BadValues::Quarantine,
        },
        invalid_utf8: match options.invalid_utf8 {
            InvalidText::Fail => InvalidUtf8::Fail,
            InvalidText::Replace => InvalidUtf8::Replace,
            InvalidText::Quarantine => InvalidUtf8::Quarantine,
        },
        types: types(options)?,
        sheet: match &options.sheet {
            Sheet::Index(index) => {
                SheetOption::Index(usize::try_from(*index).unwrap_or(usize::MAX))
            }
            Sheet::Name(name) => SheetOption::Name(name.clone()),
        },
        range: options.range.as_ref().map(ToString::to_string),
        json_path: options.json_path.as_ref().map(ToString::to_string),
        max_rejected_rows,
        ..ReadOptions::default()
    })
}

fn refuse(option: &str, what: &str) -> TabularError {
    RowError::new("INVALID_OPTION", format!("{what} for {option}")).into()
}

fn format(format: InputFormat) -> Option<Format> {
    match format {
        InputFormat::Auto => None,
        InputFormat::Csv | InputFormat::Tsv => Some(Format::Csv),
        InputFormat::Json => Some(Format::Json),
        InputFormat::Ndjson => Some(Format::Ndjson),
        InputFormat::Parquet => Some(Format::Parquet),
        InputFormat::Arrow => Some(Format::Arrow),
        InputFormat::Xlsx => Some(Format::Xlsx),
    }
}

fn compression(compression: InputCompression) -> Option<Compression> {
    match compression {
        // Of xz the reader says itself that it does not unpack it.
        InputCompression::Auto | InputCompression::Xz => None,
        InputCompression::None => Some(Compression::None),
        InputCompression::Gzip => Some(Compression::Gzip),
        InputCompression::Zstd => Some(Compression::Zstd),
        InputCompression::Bzip2 => Some(Compression::Bzip2),
        InputCompression::Zip => Some(Compression::Zip),
    }
}

fn types(options: &InputOptions) -> Result<Types, TabularError> {
    if options.all_strings {
        return Ok(Types::Text);
    }
    let Some(schema) = &options.schema else {
        return Ok(Types::Infer);
    };
    let specs = schema.iter().map(|(name, target)| spec(name, target));
    Ok(Types::Columns(specs.collect::<Result<_, _>>()?))
}

fn spec(name: &Name, target: &CastTarget) -> Result<ColumnSpec, TabularError> {
    if target.timezone.is_some() {
        return Err(refuse(
            "schema",
            "use the step parse_date in place of timezone",
        ));
    }
    let mut spec = ColumnSpec::new(name.to_string(), arrow_type(target.dtype));
    spec.formats = target
        .formats
        .iter()
        .map(|format| format.as_str().to_owned())
        .collect();
    Ok(spec)
}
