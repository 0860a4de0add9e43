//! `data_dictionary.txt`: every table, column, relationship, rule and KPI in plain text.

use serde::{Deserialize, Serialize};

use crate::parts::Relationship;
use crate::wrap::{count, heading, one_line, paragraph, verbatim};

/// What the dictionary tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dictionary {
    /// Maker of the package.
    pub brand: String,
    /// Title of the challenge.
    pub title: String,
    /// Company of the story.
    pub company: String,
    /// Tables in the order of the package.
    pub tables: Vec<Table>,
    /// References between tables.
    pub relationships: Vec<Relationship>,
    /// What holds for every clean row.
    pub rules: Vec<Rule>,
    /// Figures that the company follows.
    pub kpis: Vec<Kpi>,
}

/// A table and its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Name; its file is `{name}.csv`.
    pub name: String,
    /// What a row is.
    pub description: String,
    /// Rows delivered.
    pub rows: u64,
    /// Columns in the order of the file.
    pub columns: Vec<Column>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Name in the file's header.
    pub name: String,
    /// SQL type.
    pub data_type: String,
    /// Unit of the values, such as `USD`.
    #[serde(default)]
    pub unit: Option<String>,
    /// Meaning.
    pub description: String,
    /// Whether cells may be empty.
    pub nullable: bool,
    /// `PK`, `FK` or the caller's own word.
    #[serde(default)]
    pub key: Option<String>,
}

/// A business rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Short name.
    pub name: String,
    /// Table it speaks of.
    pub table: String,
    /// The rule in words.
    pub description: String,
    /// The rule as an SQL predicate.
    pub check: String,
}

/// A key figure with its SQL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kpi {
    /// Short name.
    pub name: String,
    /// What it tells.
    pub description: String,
    /// Unit of the figure.
    pub unit: String,
    /// The query that computes it.
    pub sql: String,
}

/// Writes the dictionary, prose wrapped at 88 columns, SQL as it is.
#[must_use]
pub fn text(dictionary: &Dictionary) -> String {
    let mut page = String::new();
    heading(
        &mut page,
        &format!("Data dictionary: {}", dictionary.title),
        '=',
    );
    let tables = dictionary.tables.len();
    let noun = if tables == 1 { "table" } else { "tables" };
    let company = &dictionary.company;
    paragraph(
        &mut page,
        "",
        &format!("{company}, {tables} {noun}. Made by {}.", dictionary.brand),
    );
    for table in &dictionary.tables {
        page.push('\n');
        table_section(&mut page, table);
    }
    relationships(&mut page, &dictionary.relationships);
    rules(&mut page, &dictionary.rules);
    kpis(&mut page, &dictionary.kpis);
    page
}

fn table_section(page: &mut String, table: &Table) {
    heading(page, &format!("Table {}", table.name), '-');
    paragraph(page, "", &table.description);
    let (rows, columns) = (count(table.rows), table.columns.len());
    paragraph(
        page,
        "",
        &format!("File {}.csv, {rows} rows, {columns} columns.", table.name),
    );
    for column in &table.columns {
        page.push('\n');
        let mut traits = vec![column.data_type.clone()];
        traits.extend(column.key.clone());
        traits.extend(column.unit.as_ref().map(|unit| format!("in {unit}")));
        traits.push(
            if column.nullable {
                "may be empty"
            } else {
                "never empty"
            }
            .to_owned(),
        );
        paragraph(
            page,
            "  ",
            &format!("{} ({})", column.name, traits.join(", ")),
        );
        paragraph(page, "      ", &column.description);
    }
}

fn relationships(page: &mut String, relationships: &[Relationship]) {
    if relationships.is_empty() {
        return;
    }
    page.push('\n');
    heading(page, "Relationships", '-');
    for link in relationships {
        let Relationship {
            from_table,
            from_column,
            to_table,
            to_column,
        } = link;
        paragraph(
            page,
            "  ",
            &format!("{from_table}.{from_column} -> {to_table}.{to_column}"),
        );
    }
    page.push('\n');
    paragraph(
        page,
        "",
        "Each is many to one: every value on the left stands once on the right.",
    );
}

fn rules(page: &mut String, rules: &[Rule]) {
    if rules.is_empty() {
        return;
    }
    page.push('\n');
    heading(page, "Business rules", '-');
    paragraph(page, "", "Each holds for every clean row of its table.");
    for rule in rules {
        page.push('\n');
        paragraph(
            page,
            "  ",
            &format!("{} ({})", one_line(&rule.name), rule.table),
        );
        paragraph(page, "      ", &rule.description);
        verbatim(page, "      ", &format!("CHECK ({})", rule.check));
    }
}

fn kpis(page: &mut String, kpis: &[Kpi]) {
    if kpis.is_empty() {
        return;
    }
    page.push('\n');
    heading(page, "Key figures", '-');
    for (index, kpi) in kpis.iter().enumerate() {
        if index > 0 {
            page.push('\n');
        }
        let unit = if kpi.unit.is_empty() {
            String::new()
        } else {
            format!(" ({})", kpi.unit)
        };
        paragraph(page, "  ", &format!("{}{unit}", one_line(&kpi.name)));
        paragraph(page, "      ", &kpi.description);
        page.push('\n');
        verbatim(page, "      ", &kpi.sql);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Dictionary {
        Dictionary {
            brand: "Mill".to_owned(),
            title: "Where did the margin go?".to_owned(),
            company: "Northwind".to_owned(),
            tables: vec![Table {
                name: "orders".to_owned(),
                description: "One row per order. ".repeat(8),
                rows: 12_500,
                columns: vec![Column {
                    name: "total".to_owned(),
                    data_type: "DECIMAL(12,2)".to_owned(),
                    unit: Some("USD".to_owned()),
                    description: "Value of the order.".to_owned(),
                    nullable: true,
                    key: None,
                }],
            }],
            relationships: vec![Relationship {
                from_table: "orders".to_owned(),
                from_column: "customer_id".to_owned(),
                to_table: "customers".to_owned(),
                to_column: "customer_id".to_owned(),
            }],
            rules: vec![Rule {
                name: "positive".to_owned(),
                table: "orders".to_owned(),
                description: "Totals are positive.".to_owned(),
                check: "total > 0".to_owned(),
            }],
            kpis: vec![Kpi {
                name: "Revenue".to_owned(),
                description: "All orders.".to_owned(),
                unit: "USD".to_owned(),
                sql: "SELECT sum(total)\n  FROM orders".to_owned(),
            }],
        }
    }

    #[test]
    fn it_tells_tables_columns_references_rules_and_figures() {
        let page = text(&sample());
        for line in [
            "Data dictionary: Where did the margin go?",
            "File orders.csv, 12,500 rows, 1 columns.",
            "  total (DECIMAL(12,2), in USD, may be empty)",
            "  orders.customer_id -> customers.customer_id",
            "      CHECK (total > 0)",
            "  Revenue (USD)",
            "        FROM orders",
        ] {
            assert!(
                page.lines().any(|found| found == line),
                "{line:?} missing in\n{page}"
            );
        }
        assert!(page.lines().all(|line| line.chars().count() <= 88));
    }

    #[test]
    fn empty_parts_have_no_heading() {
        let mut bare = sample();
        bare.relationships.clear();
        bare.rules.clear();
        bare.kpis.clear();
        let page = text(&bare);
        for heading in ["Relationships", "Business rules", "Key figures"] {
            assert!(!page.contains(heading));
        }
    }
}
