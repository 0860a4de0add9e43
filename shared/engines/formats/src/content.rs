//! The bytes of a file: how they are packed, and which format they are in.

use std::io::Read;
use std::sync::Arc;

use bytes::Bytes;

use crate::decompress::{self, Entry, Meter};
use crate::error::FormatError;
use crate::layout::{Compression, Format};
use crate::limits::Limits;
use crate::options::ReadOptions;
use crate::reject::Warning;
use crate::sniff::{ContentKind, SAMPLE_BYTES, Sample, detect_content, text_format};
use crate::source::{SharedSource, SourceReader, read_full_at};

/// How the bytes are come by.
#[derive(Clone)]
pub(crate) struct Content {
    pub(crate) source: SharedSource,
    pub(crate) compression: Compression,
    pub(crate) entry: Option<Entry>,
    pub(crate) limits: Limits,
}

impl std::fmt::Debug for Content {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "{} bytes, {}",
            self.source.length(),
            self.compression
        )
    }
}

impl Content {
    /// Finds out how the content is packed.
    pub(crate) fn of(source: SharedSource, options: &ReadOptions) -> Result<Self, FormatError> {
        let mut head = [0; 16];
        let count = read_full_at(source.as_ref(), 0, &mut head).map_err(FormatError::from_io)?;
        let found = decompress::detect(&head[..count])?;
        let compression = match options.compression {
            Some(declared) if declared != found && declared != Compression::None => {
                return Err(FormatError::InvalidOption {
                    option: "compression",
                    reason: format!(
                        "the file was declared as {declared} but is {found}; leave the option out"
                    ),
                });
            }
            Some(declared) => declared,
            None => found,
        };
        let mut content = Self {
            source,
            compression,
            entry: None,
            limits: options.limits,
        };
        if compression == Compression::Zip {
            if content.spreadsheet()?.is_some() {
                content.compression = Compression::None;
            } else {
                content.entry = Some(decompress::only_entry(&content.source)?);
            }
        }
        Ok(content)
    }

    /// What the content is. What the caller declared must be what is there.
    pub(crate) fn format(
        &self,
        sample: &Sample,
        options: &ReadOptions,
    ) -> Result<Format, FormatError> {
        match self.spreadsheet()? {
            Some(format) => declared_workbook(format, options),
            None => find_format(sample, self, options),
        }
    }

    pub(crate) fn open(&self, meter: &Meter) -> Result<Box<dyn Read + Send>, FormatError> {
        decompress::open(
            &self.source,
            self.compression,
            self.entry.as_ref(),
            &self.limits,
            meter,
        )
    }

    /// Bytes that are read of the source.
    pub(crate) fn packed_bytes(&self) -> u64 {
        let packed = self.entry.as_ref().map(|entry| entry.compressed);
        packed.unwrap_or_else(|| self.source.length())
    }

    /// The content at any offset: as it is, or unpacked into memory.
    pub(crate) fn random_access(&self, format: Format) -> Result<SharedSource, FormatError> {
        if self.compression == Compression::None {
            return Ok(Arc::clone(&self.source));
        }
        let input = self.open(&Meter::default())?;
        let bytes = decompress::read_all(input, format, self.limits.buffered_bytes)?;
        Ok(Arc::new(Bytes::from(bytes)))
    }

    /// Samples of an uncompressed file beside its head: what is rare may not stand there.
    pub(crate) fn probes(&self) -> Result<Vec<Vec<u8>>, FormatError> {
        const PROBES: u64 = 8;
        const PROBE_BYTES: u64 = 64 << 10;
        let length = self.source.length();
        if self.compression != Compression::None
            || length < SAMPLE_BYTES as u64 + PROBE_BYTES * PROBES
        {
            return Ok(Vec::new());
        }
        (1..=PROBES)
            .map(|place| {
                let start = (length - PROBE_BYTES) / PROBES * place;
                let range =
                    SourceReader::range(Arc::clone(&self.source), start, start + PROBE_BYTES);
                Ok(Sample::read(range, PROBE_BYTES as usize)?.bytes)
            })
            .collect()
    }

    /// The kind of workbook, where the archive is one.
    fn spreadsheet(&self) -> Result<Option<Format>, FormatError> {
        let mut head = [0; 4];
        let count =
            read_full_at(self.source.as_ref(), 0, &mut head).map_err(FormatError::from_io)?;
        if self.entry.is_some() || decompress::detect(&head[..count]).ok() != Some(Compression::Zip)
        {
            return Ok(None);
        }
        let names = decompress::entry_names(&self.source)?;
        let has = |wanted: &str| names.iter().any(|name| name.eq_ignore_ascii_case(wanted));
        if has("xl/workbook.xml") {
            Ok(Some(Format::Xlsx))
        } else if has("xl/workbook.bin") {
            Ok(Some(Format::Xlsb))
        } else if has("content.xml") && has("mimetype") {
            Err(FormatError::UnsupportedSpreadsheet {
                name: "OpenDocument (.ods)".to_owned(),
            })
        } else {
            Ok(None)
        }
    }
}

/// The format of content that is no workbook; what the caller declared must be what is there.
fn find_format(
    sample: &Sample,
    content: &Content,
    options: &ReadOptions,
) -> Result<Format, FormatError> {
    let refuse =
        |declared, reason: String| Err(FormatError::NotDeclaredFormat { declared, reason });
    let kind = detect_content(&sample.bytes);
    let Some(declared) = options.format else {
        if let Some(format) = zipped_workbook(sample, content) {
            return Ok(format);
        }
        return match kind? {
            ContentKind::Parquet => Ok(Format::Parquet),
            ContentKind::Arrow => Ok(Format::Arrow),
            ContentKind::Text => find_text_format(sample, options),
        };
    };
    match (declared, kind) {
        (Format::Parquet, Ok(ContentKind::Parquet)) | (Format::Arrow, Ok(ContentKind::Arrow)) => {
            Ok(declared)
        }
        (Format::Csv | Format::Json | Format::Ndjson, Ok(ContentKind::Text)) => {
            let text = crate::text::as_utf8(sample, options)?;
            match text_format(&text) {
                Err(_) => refuse(declared, "it is no text".to_owned()),
                Ok(Format::Csv) if declared != Format::Csv => {
                    refuse(declared, "it begins with no object and no array".to_owned())
                }
                Ok(_) => Ok(declared),
            }
        }
        (_, Ok(kind)) => refuse(
            declared,
            format!(
                "the content is {}",
                match kind {
                    ContentKind::Parquet => "Parquet",
                    ContentKind::Arrow => "Arrow",
                    ContentKind::Text => "text or unknown",
                }
            ),
        ),
        (_, Err(FormatError::UnknownFormat { reason })) => refuse(declared, reason),
        (_, Err(error)) => Err(error),
    }
}

/// The format of text; a path and a name settle what content leaves open.
fn find_text_format(sample: &Sample, options: &ReadOptions) -> Result<Format, FormatError> {
    let format = text_format(&crate::text::as_utf8(sample, options)?)?;
    let is_lines = options.file_name.as_deref().is_some_and(|name| {
        let name = name.to_ascii_lowercase();
        name.contains(".ndjson") || name.contains(".jsonl")
    });
    let is_object = sample.bytes.trim_ascii_start().starts_with(b"{");
    Ok(match format {
        Format::Ndjson if options.json_path.is_some() => Format::Json,
        Format::Json if is_lines && is_object => Format::Ndjson,
        format => format,
    })
}

/// A workbook that was declared as one, or as nothing.
fn declared_workbook(format: Format, options: &ReadOptions) -> Result<Format, FormatError> {
    match options.format {
        None | Some(Format::Xlsx | Format::Xlsb) => Ok(format),
        Some(declared) => Err(FormatError::NotDeclaredFormat {
            declared,
            reason: "the content is a workbook".to_owned(),
        }),
    }
}

/// A workbook inside a compressed file.
fn zipped_workbook(sample: &Sample, content: &Content) -> Option<Format> {
    (content.compression != Compression::None && sample.bytes.starts_with(b"PK\x03\x04"))
        .then_some(Format::Xlsx)
}

/// A name that claims another format than there is.
pub(crate) fn warn_of_name(options: &ReadOptions, format: Format, warnings: &mut Vec<Warning>) {
    let Some(name) = &options.file_name else {
        return;
    };
    let lower = name.to_ascii_lowercase();
    let claims = |endings: &[&str]| endings.iter().any(|ending| lower.ends_with(ending));
    let claimed = if claims(&[".csv", ".tsv", ".txt"]) {
        Format::Csv
    } else if claims(&[".json"]) {
        Format::Json
    } else if claims(&[".ndjson", ".jsonl"]) {
        Format::Ndjson
    } else if claims(&[".parquet"]) {
        Format::Parquet
    } else if claims(&[".arrow", ".feather", ".ipc"]) {
        Format::Arrow
    } else if claims(&[".xlsx", ".xlsm"]) {
        Format::Xlsx
    } else {
        return;
    };
    if claimed != format && !(claimed == Format::Json && format == Format::Ndjson) {
        warnings.push(Warning::new(
            "MISNAMED_FILE",
            format!("{name} is named as {claimed} but holds {format}; it was read as {format}"),
        ));
    }
}
