//! What can be wrong with a statement, said so that its writer can mend it.

use datafusion::common::utils::datafusion_strsim::levenshtein;
use datafusion::common::{Column, SchemaError};
use datafusion::error::DataFusionError;

/// Why a statement was not planned or not run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SqlFault {
    /// The text is longer than [`MAX_SQL_BYTES`](crate::MAX_SQL_BYTES).
    #[error("the SQL has {bytes} bytes; at most {limit} are read")]
    TooLong {
        /// Bytes given.
        bytes: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// The text is not SQL.
    #[error("the SQL does not parse: {0}")]
    Syntax(String),
    /// Something else than one SELECT.
    #[error("only a single SELECT is allowed, not {found}")]
    NotASelect {
        /// What stands there.
        found: String,
    },
    /// Too many operators, tables or nested parts to be planned safely.
    #[error("the SQL is too complex: {0}")]
    TooComplex(String),
    /// A table that does not exist.
    #[error("there is no table {name}{}", nearest_clause(nearest.as_deref()))]
    UnknownTable {
        /// The name in the statement.
        name: String,
        /// The existing table that is spelled most like it.
        nearest: Option<String>,
    },
    /// A column that does not exist where it is used.
    #[error("there is no column {name}{}", nearest_clause(nearest.as_deref()))]
    UnknownColumn {
        /// The name in the statement.
        name: String,
        /// The column in scope that is spelled most like it.
        nearest: Option<String>,
    },
    /// A function whose result depends on more than its arguments, or can be of any size.
    #[error("the function {0} is not available: answers must be reproducible and bounded")]
    UnavailableFunction(String),
    /// Well-formed SQL without a meaning: wrong types, ambiguous names, a missing GROUP BY.
    #[error("the SQL cannot be planned: {0}")]
    Invalid(String),
    /// The statement failed while it ran.
    #[error("the SQL failed while running: {0}")]
    Execution(String),
    /// The statement needs more memory than the pool has.
    #[error("the SQL needs more memory than is available")]
    Memory,
    /// The statement ran longer than allowed.
    #[error("the SQL did not finish within {milliseconds} ms")]
    TimedOut {
        /// Time allowed.
        milliseconds: u128,
    },
}

fn nearest_clause(nearest: Option<&str>) -> String {
    nearest.map_or(String::new(), |name| format!("; the nearest is {name}"))
}

/// The candidate spelled most like `name`; of equals, the first.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    candidates.into_iter().min_by_key(|candidate| {
        let candidate = candidate.to_lowercase();
        let distance = levenshtein(&name, &candidate);
        let shorter = name.len().min(candidate.len());
        let contained = candidate.contains(&name) || name.contains(&candidate);
        // A part of the name ("amount" for "total_amount") is as near as one wrong letter.
        if contained && shorter > 3 {
            distance.min(1)
        } else {
            distance
        }
    })
}

/// A fault found before any row is read.
pub(crate) fn planning(error: &DataFusionError) -> SqlFault {
    planning_with(error, &[])
}

/// Like [`planning`], where `columns` are those of all tables that the statement reads: the planner
/// names only those of one scope.
pub(crate) fn planning_with(error: &DataFusionError, columns: &[Column]) -> SqlFault {
    match error.find_root() {
        DataFusionError::SchemaError(schema_error, _) => match schema_error.as_ref() {
            SchemaError::FieldNotFound {
                field,
                valid_fields,
            } => unknown_column(field, valid_fields, columns),
            other => SqlFault::Invalid(other.to_string()),
        },
        DataFusionError::SQL(parser_error, _) => SqlFault::Syntax(parser_error.to_string()),
        DataFusionError::ResourcesExhausted(_) => SqlFault::Memory,
        DataFusionError::Plan(message) => {
            unavailable_function(message).unwrap_or_else(|| SqlFault::Invalid(first_line(message)))
        }
        DataFusionError::Internal(message) => SqlFault::Invalid(first_line(message)),
        root => SqlFault::Invalid(first_line(&root.message())),
    }
}

/// A fault found while rows are read.
pub(crate) fn execution(error: &DataFusionError) -> SqlFault {
    match error.find_root() {
        DataFusionError::ResourcesExhausted(_) => SqlFault::Memory,
        root => SqlFault::Execution(first_line(&root.message())),
    }
}

fn unknown_column(field: &Column, scope: &[Column], columns: &[Column]) -> SqlFault {
    // Functions such as CURRENT_DATE are called without parentheses.
    if field.relation.is_none() && crate::session::is_unavailable(field.name()) {
        return SqlFault::UnavailableFunction(field.name().to_owned());
    }
    let candidates = || scope.iter().chain(columns);
    let near = nearest(field.name(), candidates().map(Column::name));
    let nearest = near.and_then(|near| candidates().find(|column| column.name() == near));
    SqlFault::UnknownColumn {
        name: field.flat_name(),
        nearest: nearest.map(Column::flat_name),
    }
}

fn unavailable_function(message: &str) -> Option<SqlFault> {
    let name = message
        .strip_prefix("Invalid function '")?
        .split('\'')
        .next()?;
    crate::session::is_unavailable(name).then(|| SqlFault::UnavailableFunction(name.to_owned()))
}

/// Messages of the planner carry plans and backtraces on further lines.
fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_prefers_parts_then_spelling() {
        assert_eq!(
            nearest("amount", ["account", "total_amount"]),
            Some("total_amount")
        );
        assert_eq!(
            nearest("Custmer_Id", ["customer_id", "custom"]),
            Some("customer_id")
        );
        assert_eq!(
            nearest("costumer_id", ["id", "customer_id"]),
            Some("customer_id")
        );
        assert_eq!(nearest("x", []), None);
    }
}
