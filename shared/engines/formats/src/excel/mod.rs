//! Workbooks, cell by cell: nothing is allocated for what a sheet merely declares.

mod cell;
mod check;
mod head;
mod input;
mod range;
mod reader;
mod workbook;

pub(crate) use input::SheetInput;
pub(crate) use reader::SheetReader;
