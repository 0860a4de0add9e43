//! Excel workbooks of one sheet, row by row: neither rows nor texts are held, and nothing is put on
//! disk. Texts stand in their cells and never are formulas.

mod cell;
mod package;
mod xml;

use std::io::Write;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, SchemaRef};
use zip::ZipWriter;
use zip::write::{SimpleFileOptions, StreamWriter};

use self::cell::{CELL_LIMIT, Place, push_cell, push_text_cell, style};
use self::package::{HEADER_STYLE, Style, write_frame};
use self::xml::column_letters;
use super::delimited::BLOCK_BYTES;
use super::error::WriteError;
use super::options::XlsxOptions;
use super::sink::Sink;
use super::values::{check_types, columns, push_integer};

const ROW_LIMIT: u64 = 1_048_576;
const COLUMN_LIMIT: usize = 16_384;
/// Bytes of a sheet before compression: sizes in its archive have 32 bits, for Excel does not take
/// larger ones from an archive that was written in one go.
const SHEET_LIMIT: u64 = (1 << 32) - (1 << 20);

/// Writes a workbook.
pub(super) struct XlsxWriter<W: Write> {
    zip: ZipWriter<StreamWriter<Sink<W>>>,
    columns: Vec<SheetColumn>,
    block: Vec<u8>,
    /// Rows of the sheet so far, the header included.
    rows: u64,
    header_rows: u64,
    sheet_bytes: u64,
    sheet_limit: u64,
}

struct SheetColumn {
    name: String,
    letters: Vec<u8>,
    style: usize,
}

impl<W: Write> XlsxWriter<W> {
    pub(super) fn open(
        sink: Sink<W>,
        schema: &SchemaRef,
        options: &XlsxOptions,
    ) -> Result<Self, WriteError> {
        check_types(schema, "XLSX")?;
        check_sheet_name(&options.sheet_name)?;
        let count = schema.fields().len();
        if count > COLUMN_LIMIT {
            return Err(WriteError::XlsxColumnLimit {
                columns: count,
                limit: COLUMN_LIMIT,
            });
        }
        let mut styles: Vec<Style> = Vec::new();
        let fields = schema.fields().iter().enumerate();
        let columns = fields.map(|(place, field)| SheetColumn {
            name: field.name().clone(),
            letters: column_letters(place),
            style: match style(field.data_type()) {
                None => 0,
                Some(style) => {
                    let known = styles.iter().position(|known| *known == style);
                    HEADER_STYLE
                        + 1
                        + known.unwrap_or_else(|| {
                            styles.push(style);
                            styles.len() - 1
                        })
                }
            },
        });
        let columns: Vec<_> = columns.collect();
        let file = SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Deflated)
            .last_modified_time(zip::DateTime::default());
        let mut zip = ZipWriter::new_stream(sink);
        write_frame(&mut zip, file, &options.sheet_name, &styles)?;
        zip.start_file("xl/worksheets/sheet1.xml", file)?;
        let mut writer = Self {
            zip,
            columns,
            block: Vec::new(),
            rows: 0,
            header_rows: u64::from(options.header),
            sheet_bytes: 0,
            sheet_limit: SHEET_LIMIT,
        };
        writer.push_sheet_start(schema, options.header);
        if options.header {
            writer.push_header()?;
        }
        Ok(writer)
    }

    fn push_sheet_start(&mut self, schema: &SchemaRef, header: bool) {
        let out = &mut self.block;
        out.extend_from_slice(
            concat!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n",
                r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">"#,
            )
            .as_bytes(),
        );
        if header {
            // The header stays in sight.
            out.extend_from_slice(
                concat!(
                    r#"<sheetViews><sheetView tabSelected="1" workbookViewId="0">"#,
                    r#"<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>"#,
                    "</sheetView></sheetViews>",
                )
                .as_bytes(),
            );
        }
        out.extend_from_slice(b"<cols>");
        for (place, field) in schema.fields().iter().enumerate() {
            let width = width(field.data_type(), field.name());
            out.extend_from_slice(
                format!(
                    r#"<col min="{0}" max="{0}" width="{width}" customWidth="1"/>"#,
                    place + 1
                )
                .as_bytes(),
            );
        }
        out.extend_from_slice(b"</cols><sheetData>");
    }

    fn push_header(&mut self) -> Result<(), WriteError> {
        self.rows = 1;
        self.block.extend_from_slice(b"<row r=\"1\">");
        for column in &self.columns {
            let place = Place {
                letters: &column.letters,
                row: 1,
                style: 0,
            };
            push_text_cell(place, HEADER_STYLE, &column.name, &mut self.block)
                .map_err(|length| too_long(0, column, length))?;
        }
        self.block.extend_from_slice(b"</row>");
        Ok(())
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), WriteError> {
        if self.rows + batch.num_rows() as u64 > ROW_LIMIT {
            return Err(WriteError::XlsxRowLimit { limit: ROW_LIMIT });
        }
        let values = columns(batch.columns())?;
        for row in 0..batch.num_rows() {
            self.rows += 1;
            // Within the limit of rows, which 32 bits hold.
            let number = self.rows as u32;
            self.block.extend_from_slice(b"<row r=\"");
            push_integer(number, &mut self.block);
            self.block.extend_from_slice(b"\">");
            for (column, values) in self.columns.iter().zip(&values) {
                if values.is_null(row) {
                    continue;
                }
                let place = Place {
                    letters: &column.letters,
                    row: number,
                    style: column.style,
                };
                push_cell(place, values, row, &mut self.block)?.map_err(|length| {
                    too_long(u64::from(number) - self.header_rows, column, length)
                })?;
            }
            self.block.extend_from_slice(b"</row>");
            if self.block.len() >= BLOCK_BYTES {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), WriteError> {
        self.sheet_bytes += self.block.len() as u64;
        if self.sheet_bytes > self.sheet_limit {
            return Err(WriteError::XlsxSizeLimit {
                limit: self.sheet_limit,
            });
        }
        self.zip.write_all(&self.block)?;
        self.block.clear();
        Ok(())
    }

    pub(super) fn pending_bytes(&self) -> u64 {
        self.block.len() as u64
    }

    pub(super) fn finish(mut self) -> Result<W, WriteError> {
        self.block.extend_from_slice(b"</sheetData></worksheet>");
        self.flush()?;
        self.zip.finish()?.into_inner().take_output()
    }
}

fn too_long(row: u64, column: &SheetColumn, length: usize) -> WriteError {
    WriteError::XlsxCellLimit {
        row,
        column: column.name.clone(),
        length,
        limit: CELL_LIMIT,
    }
}

/// A width in characters at which the usual values are seen; Excel shows `####` for dates cut off.
fn width(data_type: &DataType, name: &str) -> usize {
    let least = match style(data_type) {
        Some(Style::Timestamp) => 20,
        Some(Style::Date | Style::Time) => 12,
        _ => 10,
    };
    (name.chars().count() + 2).clamp(least, 40)
}

/// The rules of Excel: it offers to repair a workbook that breaks them.
fn check_sheet_name(name: &str) -> Result<(), WriteError> {
    let length = name.encode_utf16().count();
    let fault = if !(1..=31).contains(&length) {
        "it must have 1 to 31 characters"
    } else if name.contains(['[', ']', ':', '*', '?', '/', '\\'])
        || name.chars().any(char::is_control)
    {
        "it must have none of [ ] : * ? / \\ and no control character"
    } else if name.starts_with('\'') || name.ends_with('\'') {
        "it must not begin or end with an apostrophe"
    } else if name.eq_ignore_ascii_case("history") {
        "Excel keeps this name for itself"
    } else {
        return Ok(());
    };
    Err(WriteError::invalid("sheet_name", fault))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, StringArray};
    use arrow::datatypes::{Field, Schema};

    use super::*;

    fn open(schema: &SchemaRef, name: &str) -> Result<XlsxWriter<Vec<u8>>, WriteError> {
        let options = XlsxOptions {
            sheet_name: name.to_owned(),
            ..XlsxOptions::default()
        };
        XlsxWriter::open(Sink::new(Vec::new(), Arc::default()), schema, &options)
    }

    fn schema(columns: usize) -> SchemaRef {
        let fields = (0..columns).map(|place| Field::new(place.to_string(), DataType::Utf8, true));
        Arc::new(Schema::new(fields.collect::<Vec<_>>()))
    }

    #[test]
    fn names_of_sheets_follow_excel() {
        for name in ["Sheet1", "Umsatz & Ertrag <2024>", "a'b", &"x".repeat(31)] {
            assert!(open(&schema(1), name).is_ok(), "{name}");
        }
        for name in ["", "a/b", "'a", "a'", "History", "a\nb", &"x".repeat(32)] {
            let code = open(&schema(1), name).err().map(|error| error.code());
            assert_eq!(code, Some("INVALID_OPTION"), "{name}");
        }
    }

    #[test]
    fn limits_are_named() {
        assert!(open(&schema(16_384), "a").is_ok());
        let code = open(&schema(16_385), "a").err().map(|error| error.code());
        assert_eq!(code, Some("XLSX_COLUMN_LIMIT"));

        let batch = |texts: Vec<&str>| {
            let array: ArrayRef = Arc::new(StringArray::from(texts));
            RecordBatch::try_from_iter([("0", array)]).unwrap()
        };
        let mut writer = open(&schema(1), "a").unwrap();
        writer.rows = ROW_LIMIT - 2;
        writer.write(&batch(vec!["last but one", "last"])).unwrap();
        let error = writer.write(&batch(vec!["one too many"])).unwrap_err();
        assert_eq!(error.code(), "XLSX_ROW_LIMIT");

        let mut writer = open(&schema(1), "a").unwrap();
        // Each of these letters has two bytes, and is one character for Excel.
        let longest = "é".repeat(CELL_LIMIT);
        writer.write(&batch(vec!["a", &longest])).unwrap();
        let longer = format!("{longest}x");
        match writer.write(&batch(vec!["a", &longer])).unwrap_err() {
            WriteError::XlsxCellLimit {
                row,
                column,
                length,
                ..
            } => assert_eq!((row, column.as_str(), length), (4, "0", 32_768)),
            other => panic!("{other}"),
        }

        let mut writer = open(&schema(1), "a").unwrap();
        writer.sheet_limit = 1 << 20;
        let text = "x".repeat(1_000);
        let batch = batch(vec![text.as_str(); 1_000]);
        let error = (0..2).find_map(|_| writer.write(&batch).err()).unwrap();
        assert_eq!(error.code(), "XLSX_SIZE_LIMIT");
    }
}
