//! What a database is made of.

use std::collections::BTreeMap;

use bytes::Bytes;
use millrace_asksql::Lexicon;

/// Bytes of the DDL.
pub(crate) const DDL_BYTES: usize = 256 * 1024;
/// Tables of a registered database.
pub(crate) const TABLES: usize = 100;
/// Columns of a registered database, all tables together.
pub(crate) const COLUMNS: usize = 2_000;
/// Bytes of all files of rows together.
pub(crate) const ROWS_BYTES: usize = 32 << 20;
/// Bytes of a lexicon.
pub(crate) const LEXICON_BYTES: usize = 64 * 1024;

/// What a Parquet file begins and ends with.
const PARQUET: &[u8] = b"PAR1";

/// DDL, rows and further words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Definition {
    /// CREATE TABLE statements.
    pub ddl: String,
    /// Rows by table.
    pub rows: BTreeMap<String, TableRows>,
    /// What the owner adds to the words of the schema.
    pub lexicon: Lexicon,
}

/// The rows of a table, as a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRows(pub(crate) Bytes);

impl TableRows {
    /// CSV with a header, or Parquet.
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        Self(bytes.into())
    }

    pub(crate) fn is_parquet(&self) -> bool {
        self.0.starts_with(PARQUET) && self.0.ends_with(PARQUET)
    }
}

impl Definition {
    /// Tables without rows.
    pub fn of_ddl(ddl: impl Into<String>) -> Self {
        Self {
            ddl: ddl.into(),
            ..Self::default()
        }
    }
}
