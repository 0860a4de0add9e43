//! What the domain found, in the document's words.

use chrono::{DateTime, SecondsFormat, Utc};
use millrace_api::asking as api;
use millrace_databases::{
    ColumnOutline, Compiled, Found, Kind, Listed, Origin, QueryAnswer, SALES_DB,
};
use millrace_edge::Failure;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// An answer whose fields are named as the document's.
pub fn same<T: Serialize, D: DeserializeOwned>(answer: &T) -> Result<D, Failure> {
    let value = serde_json::to_value(answer).map_err(Failure::internal)?;
    serde_json::from_value(value).map_err(Failure::internal)
}

/// The rows of a query.
pub fn rows(answer: QueryAnswer) -> api::QueryRows {
    let columns = answer.columns.into_iter().map(|column| api::QueryColumn {
        name: column.name,
        sql_type: column.data_type,
    });
    api::QueryRows {
        columns: columns.collect(),
        rows: answer.rows,
        truncated: answer.truncated,
    }
}

/// A database with its schema.
pub fn detail(found: &Found) -> api::DatabaseDetail {
    let database = &found.database;
    let tables = database.tables().iter().map(|table| api::DatabaseTable {
        name: table.name.clone(),
        columns: table.columns.iter().map(column).collect(),
        rows: database.rows(&table.name),
    });
    api::DatabaseDetail {
        name: found.name.clone(),
        kind: match found.origin {
            Origin::BuiltIn => api::DatabaseKind::BuiltIn,
            Origin::Registered => api::DatabaseKind::Registered,
            Origin::Session => api::DatabaseKind::Session,
        },
        has_rows: database.has_rows(),
        tables: tables.collect(),
        sample_questions: database.samples().to_vec(),
        created_at: found.times.map(|(created, _)| time(created)),
        updated_at: found.times.map(|(_, updated)| time(updated)),
    }
}

fn column(column: &ColumnOutline) -> api::DatabaseColumn {
    let kind = match column.kind {
        Kind::Integer => "integer",
        Kind::Real => "real",
        Kind::Text => "text",
        Kind::Date => "date",
        Kind::Timestamp => "timestamp",
        Kind::Boolean => "boolean",
    };
    let references = column.refers.as_ref();
    api::DatabaseColumn {
        name: column.name.clone(),
        kind: kind.to_owned(),
        primary_key: column.key,
        references: references.map(|(table, column)| format!("{table}.{column}")),
    }
}

/// The built-in database in a list.
pub fn built_in(database: &Compiled) -> api::DatabaseEntry {
    api::DatabaseEntry {
        name: SALES_DB.to_owned(),
        kind: api::DatabaseKind::BuiltIn,
        tables: database.tables().len() as u64,
        has_rows: database.has_rows(),
        updated_at: None,
    }
}

/// A registered database in a list.
pub fn entry(listed: Listed) -> api::DatabaseEntry {
    api::DatabaseEntry {
        kind: api::DatabaseKind::Registered,
        tables: listed.tables,
        has_rows: listed.has_rows,
        updated_at: Some(time(listed.updated_at)),
        name: listed.name,
    }
}

/// A page of a list.
pub fn page(entries: Vec<api::DatabaseEntry>, limit: u32, offset: u32) -> api::DatabaseList {
    let total = entries.len() as u64;
    let page = entries.into_iter().skip(offset as usize);
    api::DatabaseList {
        databases: page.take(limit as usize).collect(),
        pagination: api::Pagination {
            total,
            limit,
            offset,
            has_next: total > u64::from(offset) + u64::from(limit),
            has_previous: offset > 0,
        },
    }
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
