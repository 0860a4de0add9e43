//! Questions of the user that no pack knows, read against the delivered tables.

use chrono::NaiveDate;
use millrace_databases::{Compiled, Definition, Status, schema_ddl};
use millrace_packs::challenge::AnalyticalQuestion;

use crate::delivery::Delivery;
use crate::proof;

/// From here on a reading is taken for what was meant; nobody is there to be asked.
const SURE: f64 = 0.85;

/// Reads questions against the delivered tables.
#[derive(Debug)]
pub struct Reader(Compiled);

impl Reader {
    /// A reader for the questions that have no statement yet; none where all have one.
    pub fn new(delivery: &Delivery, asked: &[AnalyticalQuestion]) -> Option<Self> {
        asked.iter().find(|question| question.sql.is_none())?;
        Self::of(delivery)
    }

    /// A reader of the delivered tables; none where they make no database.
    pub fn of(delivery: &Delivery) -> Option<Self> {
        let ddl = schema_ddl(&proof::schema(delivery, &[], &[]));
        let compiled = Compiled::new(&Definition::of_ddl(ddl));
        compiled.ok().map(Self)
    }

    /// The database that questions are read against.
    #[must_use]
    pub fn database(&self) -> &Compiled {
        &self.0
    }

    /// The statement of a question, if it is read with confidence and fits to be an answer: it has rows
    /// whatever the tables hold, and puts them in one order only.
    #[must_use]
    pub fn read(&self, question: &str) -> Option<String> {
        // A question about "last month" has a condition and is not taken, so that any day will do.
        let answer = self.0.ask(question, NaiveDate::default());
        let query = &answer.parsed_query;
        let open = query.conditions.is_empty() && query.having.is_empty() && query.limit.is_none();
        if answer.status != Status::Ok || answer.confidence < SURE || !open {
            return None;
        }
        let sql = query.sql.as_ref()?;
        let places: Vec<String> = (1..=query.projections.len())
            .map(|place| place.to_string())
            .collect();
        if places.is_empty() {
            return None;
        }
        let joint = if query.ordering.is_empty() {
            " ORDER BY "
        } else {
            ", "
        };
        let ordered = format!("{sql}{joint}{}", places.join(", "));
        self.0.validate(&ordered).valid.then_some(ordered)
    }
}
