//! Sheets into batches.

use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::JoinHandle;

use arrow::array::RecordBatch;

use super::input::SheetInput;
use crate::cells::CellTable;
use crate::decompress::Meter;
use crate::error::FormatError;
use crate::notes::Notes;
use crate::reject::Rejects;
use crate::rows::{Assembled, Plan, assemble};

/// Reads a sheet.
#[derive(Debug)]
pub(crate) struct SheetReader {
    receiver: Option<Receiver<Result<CellTable, FormatError>>>,
    thread: Option<JoinHandle<()>>,
    counts: Assembled,
    rows_expected: u64,
    meter: Meter,
    bytes: u64,
    pub(crate) rows_read: u64,
}

impl SheetReader {
    /// Reads in a thread of its own: the cells come from a reader that holds on to the workbook.
    pub(super) fn start(
        input: SheetInput,
        rows_expected: u64,
        meter: Meter,
        bytes: u64,
    ) -> Result<Self, FormatError> {
        let (sender, receiver) = sync_channel(2);
        let thread = std::thread::Builder::new()
            .name("sheet".to_owned())
            .spawn(move || {
                let result = input.send_rows(&|table| sender.send(Ok(table)).is_ok());
                if let Err(error) = result {
                    let _ = sender.send(Err(error));
                }
            })
            .map_err(FormatError::Io)?;
        Ok(Self {
            receiver: Some(receiver),
            thread: Some(thread),
            counts: Assembled::default(),
            rows_expected,
            meter,
            bytes,
            rows_read: 0,
        })
    }

    pub(crate) fn next_batch(
        &mut self,
        plan: &Plan,
        rejects: &mut Rejects,
    ) -> Result<Option<RecordBatch>, FormatError> {
        let Some(receiver) = &self.receiver else {
            return Ok(None);
        };
        while let Ok(table) = receiver.recv() {
            let table = table?;
            self.rows_read += crate::rows::RowBlock::rows(&table) as u64;
            // How far it is in its bytes is not known; how far it is in its rows is.
            let reached = u128::from(self.bytes) * u128::from(self.rows_read)
                / u128::from(self.rows_expected.max(1));
            let reached = u64::try_from(reached).unwrap_or(self.bytes).min(self.bytes);
            self.meter.add(reached.saturating_sub(self.meter.bytes()));
            let batch = assemble(&table, plan, rejects, &mut self.counts)?;
            rejects.commit()?;
            if batch.num_rows() > 0 {
                return Ok(Some(batch));
            }
        }
        // The thread ends without a word only when it is through.
        if self.rows_read != self.rows_expected {
            return Err(FormatError::InputChanged);
        }
        Ok(None)
    }

    pub(crate) fn notes(&self) -> Notes {
        Notes {
            bad_cells: self.counts.bad_cells,
            ..Notes::default()
        }
    }
}

impl Drop for SheetReader {
    fn drop(&mut self) {
        self.receiver = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
