//! A database ready to be asked.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::Duration;

use chrono::NaiveDate;
use millrace_api::error::Fault;
use millrace_asksql::{
    Answer, Database, Diagnostic, Kind, Severity, Span, TableOutline, Validation,
};
use millrace_query::{
    ColumnKind, LoadFault, LoadLimits, Loader, QueryLimits, SqlFault, TableDefinition, Tables,
};

use crate::definition::{COLUMNS, DDL_BYTES, Definition, TABLES};
use crate::error::DatabaseError;
use crate::samples;

/// Rows of an answer to a query, at most.
pub const QUERY_ROWS: usize = 10_000;
/// Bytes of such an answer, about: what passes the API with room for its frame.
const ANSWER_BYTES: usize = 3 << 20;
/// Time of a query: an answer must pass the API's 29 s.
const QUERY_TIME: Duration = Duration::from_secs(20);
/// Rows of a table whose values questions may name.
const KNOWN_ROWS: usize = 100_000;
/// Cells of all tables whose values questions may name.
const KNOWN_CELLS: usize = 6_000_000;
/// Bytes of the tables of one database in memory.
pub(crate) const LOADED_BYTES: usize = 192 << 20;
/// What may be loaded of one database.
const LIMITS: LoadLimits = LoadLimits {
    bytes: LOADED_BYTES,
    rows: 500_000,
    cell_bytes: 32 << 10,
    memory_bytes: 256 << 20,
};

/// A database that questions can be asked of, and SQL run on where it has rows.
#[derive(Debug)]
pub struct Compiled {
    database: Database,
    tables: Tables,
    outline: Vec<TableOutline>,
    rows: BTreeMap<String, u64>,
    samples: OnceLock<Vec<String>>,
}

impl Compiled {
    /// Reads schema and rows and compiles both: work for a thread of its own.
    ///
    /// # Errors
    /// [`DatabaseError::Invalid`] with what is wrong, by the field `ddl`, `rows.{table}` or `lexicon`.
    pub fn new(definition: &Definition) -> Result<Self, DatabaseError> {
        if definition.ddl.len() > DDL_BYTES {
            let message = format!("ddl must be at most {DDL_BYTES} bytes");
            return Err(DatabaseError::invalid("ddl", "too_long", message));
        }
        let ddl =
            |message: String| DatabaseError::invalid("ddl", "value", format!("ddl: {message}"));
        millrace_query::check_ddl_size(&definition.ddl).map_err(|fault| ddl(fault.to_string()))?;
        let builder = || Database::builder(&definition.ddl);
        let schema = builder().map_err(|error| ddl(error.to_string()))?;
        let outline = schema.compile().outline();
        let columns: usize = outline.iter().map(|table| table.columns.len()).sum();
        if outline.len() > TABLES || columns > COLUMNS {
            let message = format!("at most {TABLES} tables and {COLUMNS} columns are taken");
            return Err(ddl(message));
        }
        if let Some(empty) = outline.iter().find(|table| table.columns.is_empty()) {
            return Err(ddl(format!("the table {} has no columns", empty.name)));
        }
        let tables =
            load(definition, &outline).map_err(|error| DatabaseError::Invalid(vec![error]))?;
        let mut builder = builder().map_err(|error| ddl(error.to_string()))?;
        let mut rows = BTreeMap::new();
        let given = |table: &TableOutline| {
            let mut names = definition.rows.keys();
            names.any(|name| name.eq_ignore_ascii_case(&table.name))
        };
        let mut cells = KNOWN_CELLS;
        for table in outline.iter().filter(|table| given(table)) {
            let count = tables.row_count(&table.name).unwrap_or_default();
            rows.insert(table.name.clone(), count as u64);
            let width = table.columns.len().max(1);
            let known = count.min(KNOWN_ROWS).min(cells / width);
            cells -= known * width;
            let mut unknown = None;
            let seen = tables.each_row(&table.name, known, |row| {
                unknown = builder.row(&table.name, row.iter().copied()).err();
            });
            seen.map_err(|fault| ddl(fault.to_string()))?;
            unknown.map_or(Ok(()), |error| Err(ddl(error.to_string())))?;
        }
        Ok(Self {
            database: builder.lexicon(definition.lexicon.clone()).compile(),
            tables,
            outline,
            rows,
            samples: OnceLock::new(),
        })
    }

    /// Reads a question. `today` is the day that "last month" counts from. Every statement in the answer
    /// was planned on these tables.
    #[must_use]
    pub fn ask(&self, question: &str, today: NaiveDate) -> Answer {
        let planned = |sql: &str| self.tables.plan_now(sql).is_ok();
        millrace_asksql::ask(&self.database, question, today, &planned)
    }

    /// Checks SQL: by the rules of the language first, then by planning it.
    #[must_use]
    pub fn validate(&self, sql: &str) -> Validation {
        if let Err(fault @ SqlFault::TooComplex(_)) = millrace_query::check_size(sql) {
            return with_error(nothing(), diagnostic(&fault, sql));
        }
        let found = millrace_asksql::validate(&self.database, sql);
        if !found.valid {
            return found;
        }
        match self.tables.plan_now(sql) {
            Err(fault) => with_error(found, diagnostic(&fault, sql)),
            Ok(_) => found,
        }
    }

    /// Runs a SELECT that is valid, up to `limit` rows.
    ///
    /// # Errors
    /// [`DatabaseError::NotValid`], or [`DatabaseError::NotRun`] beyond time and memory.
    pub async fn query(
        &self,
        sql: &str,
        limit: usize,
    ) -> Result<millrace_query::Answer, DatabaseError> {
        let checked = self.validate(sql);
        if !checked.valid {
            return Err(DatabaseError::NotValid(Box::new(checked)));
        }
        let limits = QueryLimits {
            rows: limit.min(QUERY_ROWS),
            bytes: ANSWER_BYTES,
            timeout: QUERY_TIME,
        };
        let answer = self.tables.query(sql, &limits).await;
        answer.map_err(DatabaseError::NotRun)
    }

    /// The tables as they were declared.
    #[must_use]
    pub fn tables(&self) -> &[TableOutline] {
        &self.outline
    }

    /// Rows of a table; nothing where none were given.
    #[must_use]
    pub fn rows(&self, table: &str) -> Option<u64> {
        self.rows.get(table).copied()
    }

    /// Whether rows were given for any table.
    #[must_use]
    pub fn has_rows(&self) -> bool {
        !self.rows.is_empty()
    }

    /// Bytes that it takes in memory, about.
    #[must_use]
    pub(crate) fn bytes(&self) -> usize {
        self.tables.bytes() + self.database.bytes()
    }

    /// Questions that this database does answer.
    #[must_use]
    pub fn samples(&self) -> &[String] {
        self.samples.get_or_init(|| samples::questions(self))
    }
}

fn load(definition: &Definition, outline: &[TableOutline]) -> Result<Tables, Fault> {
    let of_ddl = |fault: &LoadFault| Fault::new("ddl", "value", format!("ddl: {fault}"));
    let mut loader = Loader::new(outline.iter().map(defined)).within(LIMITS);
    for (table, rows) in &definition.rows {
        let bytes = rows.0.to_vec();
        let read = if rows.is_parquet() {
            loader.parquet(table, bytes)
        } else {
            loader.csv(table, bytes)
        };
        let path = format!("rows.{table}");
        read.map_err(|fault| Fault::new(&path, "value", format!("{path}: {fault}")))?;
    }
    loader.finish().map_err(|fault| of_ddl(&fault))
}

fn defined(table: &TableOutline) -> TableDefinition {
    let key = table.columns.iter().filter(|column| column.key);
    let definition = TableDefinition::new(&table.name).key(key.map(|column| &column.name));
    table.columns.iter().fold(definition, |definition, column| {
        let kind = match column.kind {
            Kind::Integer => ColumnKind::Integer,
            Kind::Real => ColumnKind::Real,
            Kind::Text => ColumnKind::Text,
            Kind::Date => ColumnKind::Date,
            Kind::Timestamp => ColumnKind::Timestamp,
            Kind::Boolean => ColumnKind::Boolean,
        };
        definition.column(&column.name, kind)
    })
}

fn nothing() -> Validation {
    Validation {
        valid: true,
        errors: Vec::new(),
        warnings: Vec::new(),
        diagnostics: Vec::new(),
    }
}

fn with_error(mut found: Validation, error: Diagnostic) -> Validation {
    found.valid = false;
    found.errors.push(error.message.clone());
    found.diagnostics.insert(0, error);
    found
}

/// What the planner found that the rules did not.
fn diagnostic(fault: &SqlFault, sql: &str) -> Diagnostic {
    let (code, name, suggestion) = match fault {
        SqlFault::UnknownTable { name, nearest } => {
            ("E_UNKNOWN_TABLE", Some(name), nearest.clone())
        }
        SqlFault::UnknownColumn { name, nearest } => {
            ("E_UNKNOWN_COLUMN", Some(name), nearest.clone())
        }
        SqlFault::UnavailableFunction(name) => ("E_UNKNOWN_FUNCTION", Some(name), None),
        SqlFault::TooLong { .. } | SqlFault::TooComplex(_) | SqlFault::Memory => {
            ("E_TOO_LARGE", None, None)
        }
        SqlFault::Syntax(_) => ("E_SYNTAX", None, None),
        SqlFault::NotASelect { .. } => ("E_WRITE", None, None),
        _ => ("E_PLAN", None, None),
    };
    Diagnostic {
        code,
        severity: Severity::Error,
        message: fault.to_string(),
        span: name.and_then(|name| place(sql, name)),
        suggestion,
    }
}

/// The first place of a name in characters: of its last part, where it stands as a word.
fn place(sql: &str, name: &str) -> Option<Span> {
    let last = name.rsplit('.').next().unwrap_or(name);
    let wanted: Vec<char> = last.chars().collect();
    let text: Vec<char> = sql.chars().collect();
    let is_word = |letter: Option<&char>| letter.is_some_and(|c| c.is_alphanumeric() || *c == '_');
    let same = |start: usize| {
        let here = text.get(start..start + wanted.len());
        here.is_some_and(|here| {
            here.iter()
                .zip(&wanted)
                .all(|(a, b)| a.eq_ignore_ascii_case(b))
        })
    };
    let whole = |start: &usize| {
        let before = start.checked_sub(1).and_then(|before| text.get(before));
        !is_word(before) && !is_word(text.get(start + wanted.len()))
    };
    let start = (0..text.len()).filter(|start| same(*start)).find(whole)?;
    Some(Span {
        start,
        end: start + wanted.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_placed_where_they_stand_as_words() {
        let span = |start: usize, end: usize| Some(Span { start, end });
        assert_eq!(place("SELECT customer_id, id FROM t", "id"), span(20, 22));
        assert_eq!(
            place("SELECT o . Größe FROM t AS o", "o.größe"),
            span(11, 16)
        );
        assert_eq!(place("SELECT a", "b"), None);
        assert_eq!(place("a", "longer"), None);
    }
}
