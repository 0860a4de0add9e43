//! A small shop for the tests: customers, and orders that refer to them.

use std::fmt::Write;

use crate::{
    AnswerExpectation, BusinessRule, Column, ColumnExpectation, ColumnReference, ColumnType,
    Dataset, Expectations, Relationship, Schema, Table, TableExpectation, TemporalOrder,
};

pub(crate) const CUSTOMERS: usize = 100;
pub(crate) const ORDERS: usize = 2_000;

pub(crate) fn column(name: &str, data_type: ColumnType) -> Column {
    Column {
        name: name.to_owned(),
        data_type,
        nullable: true,
        primary_key: name == "id",
    }
}

pub(crate) fn relationship() -> Relationship {
    Relationship {
        from_table: "orders".to_owned(),
        from_column: "customer_id".to_owned(),
        to_table: "customers".to_owned(),
        to_column: "id".to_owned(),
    }
}

pub(crate) fn schema() -> Schema {
    Schema {
        tables: vec![
            Table {
                name: "customers".to_owned(),
                columns: vec![
                    column("id", ColumnType::Integer),
                    column("name", ColumnType::Text),
                    column("segment", ColumnType::Text),
                    column("signed_up", ColumnType::Date),
                ],
            },
            Table {
                name: "orders".to_owned(),
                columns: vec![
                    column("id", ColumnType::Integer),
                    column("customer_id", ColumnType::Integer),
                    column("amount", ColumnType::Decimal),
                    column("ordered_at", ColumnType::Timestamp),
                    column("shipped_at", ColumnType::Timestamp),
                    column("gift", ColumnType::Boolean),
                ],
            },
        ],
        relationships: vec![relationship()],
    }
}

/// Rows of both tables as cells, to be broken by tests.
#[derive(Debug, Clone)]
pub(crate) struct Shop {
    pub(crate) customers: Vec<Vec<String>>,
    pub(crate) orders: Vec<Vec<String>>,
}

/// Clean data. Amounts are spread evenly over 1.00 to 100.99 by a stride that visits all.
pub(crate) fn shop() -> Shop {
    let customers = (0..CUSTOMERS)
        .map(|row| {
            let segment = if row % 4 == 0 { "business" } else { "consumer" };
            vec![
                (row + 1).to_string(),
                format!("Name {row}"),
                segment.to_owned(),
                "2023-01-15".to_owned(),
            ]
        })
        .collect();
    let orders = (0..ORDERS)
        .map(|row| {
            let cents = 100 + (row * 7_919) % 10_000;
            let day = 1 + row % 28;
            let month = 1 + row % 12;
            vec![
                (row + 1).to_string(),
                (1 + row * row % CUSTOMERS).to_string(),
                format!("{}.{:02}", cents / 100, cents % 100),
                format!("2024-{month:02}-{day:02} 10:00:00"),
                if row % 10 == 0 {
                    String::new()
                } else {
                    format!("2024-{month:02}-{day:02} 18:30:00")
                },
                (row % 2 == 0).to_string(),
            ]
        })
        .collect();
    Shop { customers, orders }
}

impl Shop {
    pub(crate) fn files(&self) -> Vec<(String, String)> {
        let customers = csv("id,name,segment,signed_up", &self.customers);
        let orders = csv(
            "id,customer_id,amount,ordered_at,shipped_at,gift",
            &self.orders,
        );
        vec![
            ("customers.csv".to_owned(), customers),
            ("orders.csv".to_owned(), orders),
        ]
    }

    pub(crate) fn load(&self) -> Dataset {
        Dataset::load(&schema(), self.files()).unwrap()
    }
}

fn csv(header: &str, rows: &[Vec<String>]) -> String {
    let mut text = format!("{header}\r\n");
    for row in rows {
        write!(text, "{}\r\n", row.join(",")).unwrap();
    }
    text
}

/// What the clean shop was promised to be.
pub(crate) fn expectations() -> Expectations {
    let plain = |name: &str| ColumnExpectation {
        name: name.to_owned(),
        ..ColumnExpectation::default()
    };
    let reference = |table: &str, column: &str| ColumnReference {
        table: table.to_owned(),
        column: column.to_owned(),
    };
    Expectations {
        tables: vec![
            TableExpectation {
                name: "customers".to_owned(),
                rows: CUSTOMERS as u64,
                primary_key: vec!["id".to_owned()],
                columns: vec![
                    plain("id"),
                    plain("name"),
                    ColumnExpectation {
                        categories: vec!["business".to_owned(), "consumer".to_owned()],
                        category_shares: vec![0.25, 0.75],
                        ..plain("segment")
                    },
                    ColumnExpectation { max: Some("2023-12-31".to_owned()), ..plain("signed_up") },
                ],
            },
            TableExpectation {
                name: "orders".to_owned(),
                rows: ORDERS as u64,
                primary_key: vec!["id".to_owned()],
                columns: vec![
                    plain("id"),
                    plain("customer_id"),
                    ColumnExpectation {
                        min: Some("1".to_owned()),
                        max: Some("100.99".to_owned()),
                        deciles: (1..10).map(|tenth| 1.0 + f64::from(tenth) * 10.0).collect(),
                        ..plain("amount")
                    },
                    plain("ordered_at"),
                    ColumnExpectation { nullable: true, null_share: Some(0.1), ..plain("shipped_at") },
                    plain("gift"),
                ],
            },
        ],
        relationships: vec![relationship()],
        temporal_orders: vec![
            TemporalOrder {
                name: "shipped after ordered".to_owned(),
                earlier: reference("orders", "ordered_at"),
                later: reference("orders", "shipped_at"),
                join: None,
            },
            TemporalOrder {
                name: "ordered after signing up".to_owned(),
                earlier: reference("customers", "signed_up"),
                later: reference("orders", "ordered_at"),
                join: Some(relationship()),
            },
        ],
        business_rules: vec![BusinessRule {
            name: "amounts are positive".to_owned(),
            table: "orders".to_owned(),
            description: "Nobody pays less than nothing.".to_owned(),
            check: "amount > 0".to_owned(),
        }],
        answers: vec![AnswerExpectation {
            question: "Which segment orders most?".to_owned(),
            sql: "SELECT c.segment, count(*) AS orders, sum(o.amount) AS revenue FROM orders o \
                  JOIN customers c ON c.id = o.customer_id GROUP BY c.segment ORDER BY revenue DESC, c.segment"
                .to_owned(),
        }],
    }
}
