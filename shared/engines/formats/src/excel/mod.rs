//! Workbooks, cell by cell: nothing is allocated for what a sheet merely declares.

mod cell;
mod range;
mod reader;
mod workbook;

pub(crate) use reader::{SheetInput, SheetReader};
