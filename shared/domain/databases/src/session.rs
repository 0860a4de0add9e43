//! The schema of a Data Factory session as DDL.

use millrace_api::challenge::Schema;
use serde::Deserialize;

/// Bytes of a session's schema document.
pub(crate) const DOCUMENT_BYTES: u64 = 16 << 20;

/// What is read of a session's schema document.
#[derive(Debug, Deserialize)]
pub(crate) struct SessionSchema {
    pub(crate) schema: Schema,
}

/// CREATE TABLE statements of a Data Factory schema, with its keys and references.
#[must_use]
pub fn schema_ddl(schema: &Schema) -> String {
    let mut ddl = String::new();
    for table in &schema.tables {
        let mut lines: Vec<String> = table
            .columns
            .iter()
            .map(|column| {
                let required = if column.nullable { "" } else { " NOT NULL" };
                format!("  {} {}{required}", quoted(&column.name), column.sql_type)
            })
            .collect();
        if !table.primary_key.is_empty() {
            let key: Vec<String> = table.primary_key.iter().map(|name| quoted(name)).collect();
            lines.push(format!("  PRIMARY KEY ({})", key.join(", ")));
        }
        let references = schema.relationships.iter();
        for reference in references.filter(|reference| reference.from_table == table.name) {
            lines.push(format!(
                "  FOREIGN KEY ({}) REFERENCES {} ({})",
                quoted(&reference.from_column),
                quoted(&reference.to_table),
                quoted(&reference.to_column)
            ));
        }
        ddl.push_str(&format!(
            "CREATE TABLE {} (\n{}\n);\n",
            quoted(&table.name),
            lines.join(",\n")
        ));
    }
    ddl
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
