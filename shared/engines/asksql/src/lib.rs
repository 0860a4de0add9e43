//! English to SQL without a language model: the same question gives the same answer, with a reason for
//! every linked word, a calibrated confidence, and a refusal where nothing fits.
//!
//! A [`Database`] is compiled once from its DDL, its rows and its owner's [`Lexicon`]; [`ask`] reads a
//! question against it. The way of a question: words and times become spans, each with every
//! table, column, value and operator that it may mean; a reader turns the spans into a sketch whose places
//! are still open, and again for every wording that has a second reading; the places are filled so that
//! they lie near one another in the schema; a filled sketch becomes a query of a small algebra, joined by
//! the cheapest tree of foreign keys, and SQL; weights fitted offline order the readings, and the chance
//! that the first is right comes from a second fit. [`validate`] checks SQL against the same database.
//!
//! The crate knows no clock (the day is an argument), no engine (a [`PlanCheck`] says what can be planned)
//! and no language model. `tools/` holds the scripts that cut the synonyms, fit the weights and score.
//!
//! ```
//! use millrace_asksql::{Database, Status, ask};
//!
//! let mut builder = Database::builder("CREATE TABLE cities (id INT PRIMARY KEY, name TEXT, country TEXT, population INT)")?;
//! builder.csv("cities", "id,name,country,population\n1,Paris,France,2100000\n2,Rome,Italy,2800000\n".as_bytes())?;
//! let database = builder.compile();
//! let today = chrono::NaiveDate::from_ymd_opt(2024, 2, 14).unwrap_or_default();
//!
//! let answer = ask(&database, "What is the largest city in Italy?", today, &|_: &str| true);
//! assert_eq!(
//!     answer.parsed_query.sql.as_deref(),
//!     Some("SELECT name FROM cities WHERE country = 'Italy' ORDER BY population DESC LIMIT 1"),
//! );
//! let refused = ask(&database, "drop table cities", today, &|_: &str| true);
//! assert_eq!(refused.status, Status::Refused);
//! # Ok::<(), millrace_asksql::SchemaError>(())
//! ```

#![warn(missing_docs)]

mod answer;
mod ask;
mod build;
mod compounds;
mod database;
mod difference;
mod form;
mod guard;
mod items;
mod lexicon;
mod link;
mod ordering;
mod outline;
mod parse;
mod rank;
mod records;
mod resolve;
mod schema;
mod sql;
mod time;
mod trust;
mod validate;
mod values;
mod words;

pub use answer::{
    Alternative, Answer, Condition, Join, Link, Ordering, ParsedQuery, Projection, Status, Unlinked,
};
pub use ask::{PlanCheck, ask};
pub use database::{Builder, Database};
pub use lexicon::{Lexicon, ValueSynonym};
pub use outline::{ColumnOutline, TableOutline};
pub use schema::{Kind, SchemaError};
pub use validate::{Diagnostic, Severity, Span, Validation, validate};

#[doc(hidden)]
pub mod tuning {
    //! For the tools that fit the weights; no part of the interface.

    use chrono::NaiveDate;

    /// Readings of a question with their features, best first.
    #[must_use]
    pub fn readings(
        database: &crate::Database,
        question: &str,
        now: NaiveDate,
    ) -> Vec<(String, Vec<f64>)> {
        let read = crate::ask::readings(database, question, &now);
        read.readings
            .into_iter()
            .map(|reading| (reading.sql, reading.features.to_vec()))
            .collect()
    }

    /// What the confidence of the first reading is reckoned from.
    #[must_use]
    pub fn confidence_inputs(
        database: &crate::Database,
        question: &str,
        now: NaiveDate,
    ) -> Vec<f64> {
        let read = crate::ask::readings(database, question, &now);
        crate::rank::confidence::inputs(&read.readings, read.tokens.len()).to_vec()
    }

    /// Names of the features.
    #[must_use]
    pub fn feature_names() -> Vec<String> {
        crate::rank::feature_names()
    }

    /// The spans of a question and what was linked to them, for people.
    #[must_use]
    pub fn trace(database: &crate::Database, question: &str, now: NaiveDate) -> String {
        let read = crate::ask::readings(database, question, &now);
        let mut text = String::new();
        for item in &read.items {
            let mentions: Vec<String> = item
                .mention
                .iter()
                .take(3)
                .map(|candidate| {
                    format!(
                        "{}:{:.2}",
                        name(database, candidate.element),
                        candidate.score
                    )
                })
                .collect();
            let values: Vec<String> = item
                .values
                .iter()
                .take(3)
                .map(|candidate| {
                    format!(
                        "{}={:?}:{:.2}",
                        name(database, candidate.element),
                        candidate.value,
                        candidate.score
                    )
                })
                .collect();
            text.push_str(&format!(
                "  [{}] {:?} {} | {}\n",
                item.text,
                item.operator,
                mentions.join(" "),
                values.join(" ")
            ));
        }
        if let Some(first) = read.readings.first() {
            for (slot, chosen) in first.sketch.slots.iter().zip(&first.filling.chosen) {
                text.push_str(&format!(
                    "  slot {:?} {} -> {} {:.2}\n",
                    slot.usage,
                    read.items
                        .get(slot.item)
                        .map_or("", |item| item.text.as_str()),
                    name(database, chosen.element),
                    chosen.score
                ));
            }
            text.push_str(&format!(
                "  unused {:?}\n",
                first
                    .sketch
                    .unused
                    .iter()
                    .map(|at| read.items[*at].text.as_str())
                    .collect::<Vec<_>>()
            ));
        }
        text
    }

    fn name(database: &crate::Database, element: crate::link::Element) -> String {
        match element {
            crate::link::Element::Table(table) => database.schema.tables[table].name.clone(),
            crate::link::Element::Column(column) => {
                let facts = &database.schema.columns[column];
                format!(
                    "{}.{}",
                    database.schema.tables[facts.table].name, facts.name
                )
            }
        }
    }
}
