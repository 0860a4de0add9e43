//! Tables as they are declared.

/// What a column is declared to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ColumnKind {
    /// 64-bit integers.
    Integer,
    /// Double precision numbers.
    Real,
    /// UTF-8 text.
    Text,
    /// Days.
    Date,
    /// Moments in UTC, to the microsecond.
    Timestamp,
    /// True and false.
    Boolean,
}

/// A table as it is declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableDefinition {
    pub(crate) name: String,
    pub(crate) columns: Vec<(String, ColumnKind)>,
    pub(crate) key: Vec<String>,
    pub(crate) as_written: Vec<String>,
}

impl TableDefinition {
    /// A table without columns.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            columns: Vec::new(),
            key: Vec::new(),
            as_written: Vec::new(),
        }
    }

    /// With a further column.
    #[must_use]
    pub fn column(mut self, name: impl Into<String>, kind: ColumnKind) -> Self {
        self.columns.push((name.into(), kind));
        self
    }

    /// With columns whose cells are shown as they are written, such as `007` in a column of integers.
    #[must_use]
    pub fn as_written<N: Into<String>>(mut self, columns: impl IntoIterator<Item = N>) -> Self {
        self.as_written = columns.into_iter().map(Into::into).collect();
        self
    }

    /// With a primary key. Rows that break it are taken all the same, and the key is forgotten.
    #[must_use]
    pub fn key<N: Into<String>>(mut self, columns: impl IntoIterator<Item = N>) -> Self {
        self.key = columns.into_iter().map(Into::into).collect();
        self
    }
}
