//! From any body to a valid input, or to every fault in it.

use serde_json::{Map, Value};

use super::{
    DatabaseInput, ParseContext, ParseInput, QUERY_LIMITS, QUESTION_CHARACTERS, QueryInput,
    ValidateInput,
};
use crate::error::Fault;

impl ParseInput {
    /// Reads a question. Unknown fields are ignored; `null` in an optional field counts as left out.
    ///
    /// # Errors
    /// Every fault found, in the order of the document's fields.
    pub fn from_value(body: &Value) -> Result<Self, Vec<Fault>> {
        let mut fields = Fields::of(body)?;
        let query = fields.text("", "query", true);
        if let Some(query) = &query {
            if query.chars().nth(QUESTION_CHARACTERS).is_some() {
                let rest = format!("must be at most {QUESTION_CHARACTERS} characters");
                fields.fault("query", "too_long", &rest);
            } else if query.contains('\0') {
                fields.fault("query", "characters", "must not hold the character NUL");
            } else if !query.chars().any(char::is_alphanumeric) {
                fields.fault("query", "too_short", "must hold a question");
            }
        }
        let context = fields.context();
        match query {
            Some(query) if fields.faults.is_empty() => Ok(Self { query, context }),
            _ => Err(fields.faults),
        }
    }
}

impl ValidateInput {
    /// Reads SQL that is to be checked. What is wrong with the SQL itself is for the check to tell.
    ///
    /// # Errors
    /// Every fault found.
    pub fn from_value(body: &Value) -> Result<Self, Vec<Fault>> {
        let mut fields = Fields::of(body)?;
        let sql = fields.sql();
        let database = fields.text("", "database", false);
        match sql {
            Some(sql) if fields.faults.is_empty() => Ok(Self { sql, database }),
            _ => Err(fields.faults),
        }
    }
}

impl QueryInput {
    /// Reads SQL that is to be run.
    ///
    /// # Errors
    /// Every fault found.
    pub fn from_value(body: &Value) -> Result<Self, Vec<Fault>> {
        let mut fields = Fields::of(body)?;
        let sql = fields.sql();
        let database = fields.text("", "database", false);
        let limit = fields.limit();
        match sql {
            Some(sql) if fields.faults.is_empty() => Ok(Self {
                sql,
                database,
                limit,
            }),
            _ => Err(fields.faults),
        }
    }
}

impl DatabaseInput {
    /// Reads a database. What DDL, rows and lexicon say is checked by those who know it.
    ///
    /// # Errors
    /// Every fault found.
    pub fn from_value(body: &Value) -> Result<Self, Vec<Fault>> {
        let mut fields = Fields::of(body)?;
        let ddl = fields.text("", "ddl", true);
        let rows = fields.rows();
        let lexicon = fields.get("lexicon").cloned();
        match ddl {
            Some(ddl) if fields.faults.is_empty() => Ok(Self { ddl, rows, lexicon }),
            _ => Err(fields.faults),
        }
    }
}

/// A body, and what is wrong with it so far.
struct Fields<'body> {
    object: &'body Map<String, Value>,
    faults: Vec<Fault>,
}

impl<'body> Fields<'body> {
    fn of(body: &'body Value) -> Result<Self, Vec<Fault>> {
        let object = body
            .as_object()
            .ok_or_else(|| vec![Fault::new("", "type", "the body must be a JSON object")])?;
        Ok(Self {
            object,
            faults: Vec::new(),
        })
    }

    fn fault(&mut self, path: &str, code: &str, rest: &str) {
        let fault = Fault::new(path, code, format!("{path} {rest}"));
        self.faults.push(fault);
    }

    fn get(&self, name: &str) -> Option<&'body Value> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    fn text(&mut self, parent: &str, name: &str, required: bool) -> Option<String> {
        let path = format!("{parent}{name}");
        match self.object.get(name) {
            None if required => self.fault(&path, "missing", "is missing"),
            Some(Value::Null) if required => self.fault(&path, "type", "must not be null"),
            None | Some(Value::Null) => {}
            Some(Value::String(text)) => return Some(text.clone()),
            Some(_) => self.fault(&path, "type", "must be a string"),
        }
        None
    }

    fn sql(&mut self) -> Option<String> {
        let sql = self.text("", "sql", true);
        if sql.as_ref().is_some_and(|sql| sql.trim().is_empty()) {
            self.fault("sql", "too_short", "must not be empty");
        }
        sql
    }

    fn context(&mut self) -> Option<ParseContext> {
        let value = self.get("context")?;
        let Some(object) = value.as_object() else {
            self.fault("context", "type", "must be an object");
            return None;
        };
        let mut inner = Fields {
            object,
            faults: Vec::new(),
        };
        let context = ParseContext {
            database: inner.text("context.", "database", false),
            user_id: inner.text("context.", "user_id", false),
        };
        self.faults.append(&mut inner.faults);
        Some(context)
    }

    fn limit(&mut self) -> Option<u64> {
        let value = self.get("limit")?;
        let whole = |number: f64| (number.fract() == 0.0 && number >= 0.0).then_some(number as u64);
        let number = value.as_u64().or_else(|| value.as_f64().and_then(whole));
        let (least, most) = (QUERY_LIMITS.start(), QUERY_LIMITS.end());
        let rest = format!("must be an integer from {least} to {most}");
        match number {
            Some(number) if QUERY_LIMITS.contains(&number) => return Some(number),
            None if !value.is_number() => self.fault("limit", "type", &rest),
            _ => self.fault("limit", "range", &rest),
        }
        None
    }

    fn rows(&mut self) -> Map<String, Value> {
        let Some(value) = self.get("rows") else {
            return Map::new();
        };
        let Some(rows) = value.as_object() else {
            self.fault("rows", "type", "must be an object of tables");
            return Map::new();
        };
        for (table, rows) in rows {
            if !rows.is_string() {
                self.fault(&format!("rows.{table}"), "type", "must be a string");
            }
        }
        rows.clone()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn codes<T>(read: Result<T, Vec<Fault>>) -> Vec<(String, String)> {
        let faults = read.err().unwrap_or_default();
        let pairs = faults.into_iter().map(|fault| (fault.path, fault.code));
        pairs.collect()
    }

    fn expected(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = pairs
            .iter()
            .map(|(path, code)| ((*path).to_owned(), (*code).to_owned()));
        owned.collect()
    }

    #[test]
    fn questions_are_read_with_every_fault() {
        let body = json!({ "query": "How many?", "context": null, "more": 1 });
        assert_eq!(
            ParseInput::from_value(&body).expect("a question").context,
            None
        );
        for (body, faults) in [
            (json!([]), vec![("", "type")]),
            (json!({}), vec![("query", "missing")]),
            (
                json!({ "query": null, "context": { "database": 1, "user_id": [] } }),
                vec![
                    ("query", "type"),
                    ("context.database", "type"),
                    ("context.user_id", "type"),
                ],
            ),
            (json!({ "query": "" }), vec![("query", "too_short")]),
            (json!({ "query": " ?!\t" }), vec![("query", "too_short")]),
            (json!({ "query": "a\u{0}" }), vec![("query", "characters")]),
            (
                json!({ "query": "é".repeat(10_001) }),
                vec![("query", "too_long")],
            ),
            (
                json!({ "query": "a", "context": "x" }),
                vec![("context", "type")],
            ),
        ] {
            assert_eq!(
                codes(ParseInput::from_value(&body)),
                expected(&faults),
                "{body:.60}"
            );
        }
        assert!(ParseInput::from_value(&json!({ "query": "é".repeat(10_000) })).is_ok());
    }

    #[test]
    fn sql_and_limits_are_read() {
        let body = json!({ "sql": "SELECT 1", "limit": 5.0, "database": null });
        assert_eq!(
            QueryInput::from_value(&body).expect("a query").limit,
            Some(5)
        );
        for (limit, code) in [
            (json!(0), "range"),
            (json!(10_001), "range"),
            (json!(1.5), "range"),
            (json!(-1), "range"),
            (json!(1e300), "range"),
            (json!("1"), "type"),
        ] {
            let body = json!({ "sql": " ", "limit": limit });
            let faults = [("sql", "too_short"), ("limit", code)];
            assert_eq!(codes(QueryInput::from_value(&body)), expected(&faults));
        }
        let body = json!({ "sql": 1, "database": 1 });
        let faults = [("sql", "type"), ("database", "type")];
        assert_eq!(codes(ValidateInput::from_value(&body)), expected(&faults));
        // What the SQL says is for the check.
        assert!(ValidateInput::from_value(&json!({ "sql": "\u{0}" })).is_ok());
    }

    #[test]
    fn databases_are_read() {
        let body =
            json!({ "ddl": "CREATE TABLE a (b INT)", "rows": { "a": "b\n1\n" }, "lexicon": null });
        let read = DatabaseInput::from_value(&body).expect("a database");
        assert_eq!((read.rows.len(), read.lexicon), (1, None));
        let body = json!({ "rows": { "a": [1], "b": "" }, "ddl": 1 });
        let faults = [("ddl", "type"), ("rows.a", "type")];
        assert_eq!(codes(DatabaseInput::from_value(&body)), expected(&faults));
    }
}
