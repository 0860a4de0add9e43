//! CREATE TABLE statements as a schema.

use sqlparser::ast::{ColumnOption, CreateTable, DataType, Expr, Statement, TableConstraint};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;

use super::{Column, Facts, ForeignKey, Kind, Role, Schema, SchemaError, Table};

const MOST_TABLES: usize = 500;
const MOST_COLUMNS: usize = 10_000;

/// Reads the tables of `ddl`; words and roles are not set yet.
pub(crate) fn read_tables(ddl: &str) -> Result<Schema, SchemaError> {
    let statements = Parser::new(&GenericDialect {})
        .with_recursion_limit(50)
        .try_with_sql(ddl)
        .and_then(|mut parser| parser.parse_statements())
        .map_err(|fault| SchemaError::Syntax(fault.to_string()))?;
    let mut schema = Schema::default();
    let mut references = Vec::new();
    for statement in statements {
        match statement {
            Statement::CreateTable(table) => add_table(&mut schema, &table, &mut references)?,
            other => {
                let text: String = other.to_string().chars().take(60).collect();
                return Err(SchemaError::NotATable(text));
            }
        }
    }
    if schema.tables.is_empty() {
        return Err(SchemaError::Empty);
    }
    for reference in references {
        add_reference(&mut schema, &reference);
    }
    Ok(schema)
}

struct Reference {
    table: String,
    columns: Vec<String>,
    to_table: String,
    to_columns: Vec<String>,
}

fn add_table(
    schema: &mut Schema,
    create: &CreateTable,
    references: &mut Vec<Reference>,
) -> Result<(), SchemaError> {
    let name = last_name(&create.name);
    if schema
        .table_named(&name)
        .is_some_and(|table| schema.tables[table].name == name)
    {
        return Err(SchemaError::Twice(name));
    }
    if schema.tables.len() == MOST_TABLES {
        return Err(SchemaError::TooLarge {
            what: "tables",
            most: MOST_TABLES,
        });
    }
    let id = schema.tables.len();
    let mut columns = Vec::new();
    let mut key = Vec::new();
    for definition in &create.columns {
        if schema.columns.len() == MOST_COLUMNS {
            return Err(SchemaError::TooLarge {
                what: "columns",
                most: MOST_COLUMNS,
            });
        }
        let column_name = definition.name.value.clone();
        let column = schema.columns.len();
        if columns
            .iter()
            .any(|other: &usize| schema.columns[*other].name == column_name)
        {
            return Err(SchemaError::Twice(format!("{name}.{column_name}")));
        }
        for option in &definition.options {
            match &option.option {
                ColumnOption::PrimaryKey(_) => key.push(column),
                ColumnOption::ForeignKey(foreign) => references.push(Reference {
                    table: name.clone(),
                    columns: vec![column_name.clone()],
                    to_table: last_name(&foreign.foreign_table),
                    to_columns: foreign
                        .referred_columns
                        .iter()
                        .map(|name| name.value.clone())
                        .collect(),
                }),
                _ => {}
            }
        }
        let kind = kind(&definition.data_type);
        schema.columns.push(Column {
            table: id,
            name: column_name,
            words: Vec::new(),
            core: Vec::new(),
            kind,
            declared: kind,
            role: Role::Text,
            key: false,
            refers: None,
            facts: Facts {
                // Until there are rows that spell it otherwise.
                truth: (kind == Kind::Boolean).then(|| ("true".to_owned(), "false".to_owned())),
                ..Facts::default()
            },
            hidden: false,
        });
        columns.push(column);
    }
    for constraint in &create.constraints {
        match constraint {
            TableConstraint::PrimaryKey(primary) => {
                for part in &primary.columns {
                    if let Expr::Identifier(part) = &part.column.expr {
                        key.extend(columns.iter().copied().find(|column| {
                            schema.columns[*column]
                                .name
                                .eq_ignore_ascii_case(&part.value)
                        }));
                    }
                }
            }
            TableConstraint::ForeignKey(foreign) => references.push(Reference {
                table: name.clone(),
                columns: foreign
                    .columns
                    .iter()
                    .map(|name| name.value.clone())
                    .collect(),
                to_table: last_name(&foreign.foreign_table),
                to_columns: foreign
                    .referred_columns
                    .iter()
                    .map(|name| name.value.clone())
                    .collect(),
            }),
            _ => {}
        }
    }
    for column in &key {
        schema.columns[*column].key = true;
    }
    schema.tables.push(Table {
        name,
        words: Vec::new(),
        columns,
        key,
        display: Vec::new(),
        link: false,
    });
    Ok(())
}

/// A reference to what is not there is left out: schemas are often cut from larger ones.
fn add_reference(schema: &mut Schema, reference: &Reference) {
    let (Some(from_table), Some(to_table)) = (
        schema.table_named(&reference.table),
        schema.table_named(&reference.to_table),
    ) else {
        return;
    };
    for (at, from) in reference.columns.iter().enumerate() {
        let from = schema.column_named(from_table, from);
        let to = match reference.to_columns.get(at) {
            Some(name) => schema.column_named(to_table, name),
            None => schema.tables[to_table].key.get(at).copied(),
        };
        if let (Some(from), Some(to)) = (from, to)
            && from != to
            && !schema
                .keys
                .iter()
                .any(|key| key.from == from && key.to == to)
        {
            schema.keys.push(ForeignKey {
                from,
                to,
                declared: true,
            });
            schema.columns[from].refers.get_or_insert(to);
        }
    }
}

fn last_name(name: &sqlparser::ast::ObjectName) -> String {
    name.0
        .last()
        .and_then(|part| part.as_ident())
        .map(|part| part.value.clone())
        .unwrap_or_default()
}

/// The kind of a declared type, by its name: dialects differ in the variants that they parse to.
fn kind(data_type: &DataType) -> Kind {
    let name = data_type.to_string().to_lowercase();
    let begins = |prefixes: &[&str]| prefixes.iter().any(|prefix| name.starts_with(prefix));
    if begins(&["bool", "bit"]) {
        Kind::Boolean
    } else if begins(&["timestamp", "datetime"]) {
        Kind::Timestamp
    } else if begins(&["date"]) {
        Kind::Date
    } else if begins(&[
        "int",
        "bigint",
        "smallint",
        "tinyint",
        "mediumint",
        "serial",
        "bigserial",
        "uint",
        "hugeint",
        "year",
    ]) {
        Kind::Integer
    } else if begins(&[
        "real", "float", "double", "decimal", "numeric", "number", "dec", "money",
    ]) {
        Kind::Real
    } else {
        Kind::Text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_references_are_read_from_both_places() {
        let schema = read_tables(
            "CREATE TABLE a (id INT PRIMARY KEY, b_id INT REFERENCES b(id), d DATE);
             CREATE TABLE b (id INT, x VARCHAR(5), PRIMARY KEY (id), FOREIGN KEY (x) REFERENCES gone(y));",
        )
        .expect("the schema reads");
        assert_eq!(schema.tables[0].key, [0]);
        assert_eq!(schema.tables[1].key, [3]);
        assert_eq!(
            schema.keys,
            [ForeignKey {
                from: 1,
                to: 3,
                declared: true
            }]
        );
        assert_eq!(schema.columns[2].kind, Kind::Date);
    }

    #[test]
    fn anything_but_tables_is_refused() {
        assert!(matches!(
            read_tables("DROP TABLE a"),
            Err(SchemaError::NotATable(_))
        ));
        assert!(matches!(
            read_tables("CREATE TABLE"),
            Err(SchemaError::Syntax(_))
        ));
        assert_eq!(read_tables("").expect_err("empty"), SchemaError::Empty);
    }
}
