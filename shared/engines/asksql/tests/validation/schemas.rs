//! Databases that valid SQL is drawn over.

use millrace_asksql::Database;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Key,
    /// Refers to the key of the table of this name.
    Refers(&'static str),
    Number,
    Text(&'static [&'static str]),
    Day,
}

#[derive(Debug)]
pub struct Table {
    pub name: &'static str,
    pub columns: &'static [(&'static str, Kind)],
}

#[derive(Debug)]
pub struct Schema {
    pub tables: &'static [Table],
}

pub const SCHEMAS: &[Schema] = &[
    Schema {
        tables: &[
            Table {
                name: "suppliers",
                columns: &[
                    ("id", Kind::Key),
                    (
                        "name",
                        Kind::Text(&["Nordwind", "Alder and Sons", "Pine Works"]),
                    ),
                    ("country", Kind::Text(&["Norway", "Chile", "Japan"])),
                    ("rating", Kind::Number),
                ],
            },
            Table {
                name: "parts",
                columns: &[
                    ("id", Kind::Key),
                    ("supplier_id", Kind::Refers("suppliers")),
                    ("name", Kind::Text(&["bolt", "gear", "hinge", "spring"])),
                    ("price", Kind::Number),
                    ("added_on", Kind::Day),
                ],
            },
            Table {
                name: "shipments",
                columns: &[
                    ("id", Kind::Key),
                    ("part_id", Kind::Refers("parts")),
                    ("quantity", Kind::Number),
                    ("status", Kind::Text(&["packed", "sent", "lost"])),
                    ("sent_on", Kind::Day),
                ],
            },
        ],
    },
    Schema {
        tables: &[
            Table {
                name: "wards",
                columns: &[
                    ("ward_id", Kind::Key),
                    ("name", Kind::Text(&["North", "South", "Garden"])),
                    ("beds", Kind::Number),
                ],
            },
            Table {
                name: "patients",
                columns: &[
                    ("patient_id", Kind::Key),
                    ("ward_id", Kind::Refers("wards")),
                    ("name", Kind::Text(&["Ida", "Omar", "Lena", "Tom"])),
                    ("weight", Kind::Number),
                    ("admitted", Kind::Day),
                ],
            },
            Table {
                name: "visits",
                columns: &[
                    ("visit_id", Kind::Key),
                    ("patient_id", Kind::Refers("patients")),
                    ("reason", Kind::Text(&["fever", "fracture", "check"])),
                    ("cost", Kind::Number),
                    ("visited", Kind::Day),
                ],
            },
        ],
    },
    Schema {
        tables: &[
            Table {
                name: "clubs",
                columns: &[
                    ("id", Kind::Key),
                    ("title", Kind::Text(&["Chess", "Rowing", "Debate"])),
                    ("budget", Kind::Number),
                    ("founded", Kind::Day),
                ],
            },
            Table {
                name: "members",
                columns: &[
                    ("id", Kind::Key),
                    ("club_id", Kind::Refers("clubs")),
                    ("full_name", Kind::Text(&["Ann Ray", "Bo Lind", "Cy Park"])),
                    ("age", Kind::Number),
                    ("city", Kind::Text(&["Bergen", "Lyon", "Porto"])),
                ],
            },
            Table {
                name: "fees",
                columns: &[
                    ("id", Kind::Key),
                    ("member_id", Kind::Refers("members")),
                    ("amount", Kind::Number),
                    ("paid_on", Kind::Day),
                ],
            },
        ],
    },
];

impl Schema {
    pub fn table(&self, name: &str) -> &'static Table {
        self.tables
            .iter()
            .find(|table| table.name == name)
            .expect("a table of the schema")
    }

    pub fn database(&self) -> Database {
        let mut ddl = String::new();
        for table in self.tables {
            let columns: Vec<String> = table
                .columns
                .iter()
                .map(|(name, kind)| match kind {
                    Kind::Key => format!("{name} INTEGER PRIMARY KEY"),
                    Kind::Refers(to) => {
                        format!("{name} INTEGER REFERENCES {to} ({})", self.table(to).key())
                    }
                    Kind::Number => format!("{name} DOUBLE"),
                    Kind::Text(_) => format!("{name} TEXT"),
                    Kind::Day => format!("{name} DATE"),
                })
                .collect();
            ddl.push_str(&format!(
                "CREATE TABLE {} ({});\n",
                table.name,
                columns.join(", ")
            ));
        }
        let mut builder = Database::builder(&ddl).expect("the schema reads");
        for table in self.tables {
            for row in 0..12_usize {
                let cells: Vec<Option<String>> = table
                    .columns
                    .iter()
                    .map(|(_, kind)| match kind {
                        Kind::Key => Some((row + 1).to_string()),
                        // One row in six refers to nothing.
                        Kind::Refers(_) => (row % 6 != 5).then(|| (row % 5 + 1).to_string()),
                        Kind::Number => Some(format!("{}.5", 10 + row * 7)),
                        Kind::Text(values) => Some(values[row % values.len()].to_owned()),
                        Kind::Day => Some(format!("2024-{:02}-15", row % 12 + 1)),
                    })
                    .collect();
                builder
                    .row(table.name, cells.iter().map(Option::as_deref))
                    .expect("a row of the table");
            }
        }
        builder.compile()
    }
}

impl Table {
    pub fn key(&self) -> &'static str {
        self.columns
            .iter()
            .find(|(_, kind)| *kind == Kind::Key)
            .map(|(name, _)| *name)
            .expect("a key")
    }

    /// Columns of the kinds that `fits` takes.
    pub fn columns_where(&self, fits: impl Fn(&Kind) -> bool) -> Vec<&'static str> {
        self.columns
            .iter()
            .filter(|(_, kind)| fits(kind))
            .map(|(name, _)| *name)
            .collect()
    }

    /// The column that refers to `other`.
    pub fn reference_to(&self, other: &str) -> Option<&'static str> {
        self.columns
            .iter()
            .find(|(_, kind)| *kind == Kind::Refers(other_name(other)))
            .map(|(name, _)| *name)
    }
}

/// The name as the schemas hold it, so that kinds can be compared.
fn other_name(name: &str) -> &'static str {
    SCHEMAS
        .iter()
        .flat_map(|schema| schema.tables)
        .map(|table| table.name)
        .find(|known| *known == name)
        .unwrap_or_default()
}
