//! English to SQL without a language model: the same question gives the same answer, with a reason for
//! every linked word.

#![warn(missing_docs)]

mod answer;
mod ask;
mod build;
mod database;
mod difference;
mod form;
mod guard;
mod items;
mod lexicon;
mod link;
mod parse;
mod rank;
mod resolve;
mod schema;
mod sql;
mod time;
mod validate;
mod values;
mod words;

pub use answer::{
    Alternative, Answer, Condition, Join, Link, Ordering, ParsedQuery, Projection, Status, Unlinked,
};
pub use ask::{PlanCheck, ask};
pub use database::{Builder, Database};
pub use lexicon::{Lexicon, ValueSynonym};
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
