//! JSON into batches.

use std::collections::HashMap;

use arrow::array::RecordBatch;
use encoding_rs::UTF_8;

use super::input::places;
use super::record::{Fault, RecordRules};
use super::records::RecordStream;
use crate::cells::CellTable;
use crate::error::FormatError;
use crate::notes::Notes;
use crate::reject::{MAX_RAW_BYTES, Reject, RejectCode, Rejects, raw_text};
use crate::rows::{Assembled, Plan, assemble};

/// Reads one JSON file, or a chunk of its lines.
#[derive(Debug)]
pub(crate) struct JsonReader {
    records: RecordStream,
    rules: RecordRules,
    fails: bool,
    places: HashMap<String, usize>,
    wanted: Vec<bool>,
    counts: Assembled,
    unknown_members: u64,
    pub(crate) rows_read: u64,
}

impl JsonReader {
    /// `wanted`: the columns whose values are kept. `fails`: a record at fault ends the reading.
    pub(super) fn new(
        records: RecordStream,
        rules: RecordRules,
        names: &[String],
        wanted: Vec<bool>,
        fails: bool,
    ) -> Self {
        Self {
            records,
            rules,
            fails,
            places: places(names),
            wanted,
            counts: Assembled::default(),
            unknown_members: 0,
            rows_read: 0,
        }
    }

    pub(crate) fn next_batch(
        &mut self,
        plan: &Plan,
        rejects: &mut Rejects,
    ) -> Result<Option<RecordBatch>, FormatError> {
        loop {
            let mut table = CellTable::new(self.wanted.len());
            let (rules, places, wanted) = (self.rules, &self.places, &self.wanted);
            let (rows_read, unknown) = (&mut self.rows_read, &mut self.unknown_members);
            let fails = self.fails;
            let mut handle = |row: u64, offset: u64, record: &[u8]| {
                *rows_read += 1;
                let mut cells = Vec::new();
                if let Err(fault) = rules.read(record, |name, cell| cells.push((name, cell))) {
                    rejects.stage(reject(fault, row, offset, record), fails);
                    return Ok(());
                }
                let head = &record[..record.len().min(MAX_RAW_BYTES + 4)];
                table.begin(row, offset, String::from_utf8_lossy(head).trim_end());
                for (name, cell) in cells {
                    match places.get(name.as_ref()) {
                        Some(&place) if wanted[place] => table.set(place, &cell),
                        Some(_) => {}
                        None => *unknown += 1,
                    }
                }
                Ok(())
            };
            let more = self.records.each(&mut handle)?;
            let batch = assemble(&table, plan, rejects, &mut self.counts)?;
            rejects.commit()?;
            if batch.num_rows() > 0 {
                return Ok(Some(batch));
            }
            if !more {
                return Ok(None);
            }
        }
    }

    pub(crate) fn notes(&self) -> Notes {
        Notes {
            bad_cells: self.counts.bad_cells,
            blank_lines: self.records.blank_lines(),
            unknown_members: self.unknown_members,
            ..Notes::default()
        }
    }
}

fn reject((code, message): Fault, row: u64, byte_offset: u64, record: &[u8]) -> Reject {
    let is_text = UTF_8
        .decode_without_bom_handling_and_without_replacement(record)
        .is_some();
    let (code, message) = if is_text {
        (code, message)
    } else {
        (
            RejectCode::InvalidUtf8,
            "the record has bytes that are not UTF-8".to_owned(),
        )
    };
    Reject {
        row,
        byte_offset,
        column: None,
        code,
        message,
        raw: raw_text(record),
    }
}
