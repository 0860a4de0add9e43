//! The full set as a list of parts, each made alone, and the files they are joined to.

use serde::{Deserialize, Serialize};

use crate::delivery::{DeliveredTable, Delivery};
use crate::error::PhaseError;

/// Rows of a part, where the caller names no number of parts: about 2 MB of CSV.
pub const PART_ROWS: u64 = 25_000;

/// Some rows of some delivered tables, made by one task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Position in the list, from 0.
    pub index: usize,
    /// Slices in file order.
    pub slices: Vec<Slice>,
}

/// Neighbouring rows of one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slice {
    /// Delivered table.
    pub table: String,
    /// First row.
    pub start: u64,
    /// Row after the last one.
    pub end: u64,
}

/// Cuts all rows of all tables, in file order, into `count` parts of nearly equal size.
#[must_use]
pub fn cut(tables: &[DeliveredTable], count: u64) -> Vec<Part> {
    let total: u64 = tables.iter().map(|table| table.rows).sum();
    let count = count.clamp(1, total.max(1));
    (0..count)
        .map(|index| {
            let (from, to) = (share(total, index, count), share(total, index + 1, count));
            Part {
                index: usize::try_from(index).unwrap_or(usize::MAX),
                slices: slices(tables, from, to),
            }
        })
        .collect()
}

/// The number of parts that makes each about [`PART_ROWS`] rows.
#[must_use]
pub fn count(tables: &[DeliveredTable]) -> u64 {
    tables
        .iter()
        .map(|table| table.rows)
        .sum::<u64>()
        .div_ceil(PART_ROWS)
}

fn share(total: u64, index: u64, count: u64) -> u64 {
    let position = u128::from(total) * u128::from(index) / u128::from(count);
    u64::try_from(position).unwrap_or(u64::MAX)
}

/// The rows `from..to` of all tables laid end to end.
fn slices(tables: &[DeliveredTable], from: u64, to: u64) -> Vec<Slice> {
    let mut offset = 0;
    let mut found = Vec::new();
    for table in tables {
        let start = from.clamp(offset, offset + table.rows) - offset;
        let end = to.clamp(offset, offset + table.rows) - offset;
        if start < end {
            found.push(Slice {
                table: table.name.clone(),
                start,
                end,
            });
        }
        offset += table.rows;
    }
    found
}

impl Slice {
    /// The slice as CSV; the first of a table carries the header.
    ///
    /// # Errors
    /// Those of [`Delivery::write_csv`].
    pub fn write(&self, delivery: &Delivery) -> Result<Vec<u8>, PhaseError> {
        let mut bytes = Vec::new();
        delivery.write_csv(
            &self.table,
            self.start..self.end,
            self.start == 0,
            &mut bytes,
        )?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tables(rows: &[u64]) -> Vec<DeliveredTable> {
        rows.iter()
            .enumerate()
            .map(|(index, &rows)| DeliveredTable {
                name: format!("table_{index}"),
                description: String::new(),
                rows,
                columns: Vec::new(),
            })
            .collect()
    }

    proptest! {
        #[test]
        fn parts_hold_every_row_once_and_in_order(rows in prop::collection::vec(1_u64..5_000, 1..7), count in 1_u64..70) {
            let tables = tables(&rows);
            let parts = cut(&tables, count);
            for table in &tables {
                let mut next = 0;
                for slice in parts.iter().flat_map(|part| &part.slices).filter(|slice| slice.table == table.name) {
                    prop_assert_eq!(slice.start, next);
                    prop_assert!(slice.end > slice.start);
                    next = slice.end;
                }
                prop_assert_eq!(next, table.rows);
            }
            let sizes: Vec<u64> = parts.iter().map(|part| part.slices.iter().map(|slice| slice.end - slice.start).sum()).collect();
            let (least, most) = (sizes.iter().min().copied(), sizes.iter().max().copied());
            prop_assert!(most.unwrap_or(0) - least.unwrap_or(0) <= 1);
        }
    }
}
