//! Expressions in which every name and every value is a placeholder, so that no reserved word
//! and no input can change their meaning.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use millrace_ports::{Condition, PortError, Update};
use serde_json::Value;

use super::attribute::attribute;

/// Names of an [`Expression`], as the SDK takes them.
pub(super) type Names = Option<HashMap<String, String>>;
/// Values of an [`Expression`], as the SDK takes them.
pub(super) type Values = Option<HashMap<String, AttributeValue>>;

/// The placeholders of the expressions of one request.
#[derive(Debug, Default)]
pub(super) struct Expression {
    names: Vec<String>,
    values: Vec<AttributeValue>,
}

impl Expression {
    /// `None` where DynamoDB wants no map: it refuses empty ones.
    pub(super) fn into_parts(self) -> (Names, Values) {
        let names: HashMap<_, _> = (0..).map(|n| format!("#{n}")).zip(self.names).collect();
        let values: HashMap<_, _> = (0..).map(|n| format!(":{n}")).zip(self.values).collect();
        (
            (!names.is_empty()).then_some(names),
            (!values.is_empty()).then_some(values),
        )
    }

    /// Key condition: one partition, and a prefix of the sort key if any.
    pub(super) fn key(&mut self, partition: (&str, &str), sort: (&str, Option<&str>)) -> String {
        let field = self.name(partition.0);
        let text = self.attribute(AttributeValue::S(partition.1.to_owned()));
        let whole = format!("{field} = {text}");
        let Some(prefix) = sort.1 else { return whole };
        let field = self.name(sort.0);
        let prefix = self.attribute(AttributeValue::S(prefix.to_owned()));
        format!("{whole} AND begins_with({field}, {prefix})")
    }

    /// Update expression.
    pub(super) fn update(&mut self, update: &Update) -> Result<String, PortError> {
        let mut set = Vec::new();
        for (field, value) in &update.set {
            set.push(format!("{} = {}", self.name(field), self.value(value)?));
        }
        let mut add = Vec::new();
        for (field, amount) in &update.add {
            let amount = AttributeValue::N(amount.to_string());
            add.push(format!("{} {}", self.name(field), self.attribute(amount)));
        }
        let remove: Vec<String> = update.remove.iter().map(|field| self.name(field)).collect();
        let clauses = [("SET", set), ("ADD", add), ("REMOVE", remove)]
            .into_iter()
            .filter(|(_, changes)| !changes.is_empty())
            .map(|(clause, changes)| format!("{clause} {}", changes.join(", ")));
        Ok(clauses.collect::<Vec<_>>().join(" "))
    }

    /// Condition expression, `None` for [`Condition::None`].
    pub(super) fn condition(&mut self, condition: &Condition) -> Result<Option<String>, PortError> {
        Ok(Some(match condition {
            Condition::None => return Ok(None),
            Condition::Absent => format!("attribute_not_exists({})", self.name("pk")),
            Condition::Present => format!("attribute_exists({})", self.name("pk")),
            Condition::Equals(field, value) => self.compare(field, "=", value)?,
            Condition::Less(field, value) => self.compare(field, "<", value)?,
            Condition::LessOrEqual(field, value) => self.compare(field, "<=", value)?,
            Condition::Greater(field, value) => self.compare(field, ">", value)?,
            Condition::GreaterOrEqual(field, value) => self.compare(field, ">=", value)?,
            Condition::OneOf(field, values) => {
                let field = self.name(field);
                let values = values.iter().map(|value| self.value(value));
                format!(
                    "{field} IN ({})",
                    values.collect::<Result<Vec<_>, _>>()?.join(", ")
                )
            }
            Condition::FieldAbsent(field) => format!("attribute_not_exists({})", self.name(field)),
            Condition::FieldPresent(field) => format!("attribute_exists({})", self.name(field)),
            Condition::All(all) => self.join(all, " AND ")?,
            Condition::Any(any) => self.join(any, " OR ")?,
        }))
    }

    fn compare(&mut self, field: &str, sign: &str, value: &Value) -> Result<String, PortError> {
        Ok(format!(
            "{} {sign} {}",
            self.name(field),
            self.value(value)?
        ))
    }

    fn join(&mut self, conditions: &[Condition], word: &str) -> Result<String, PortError> {
        let mut joined = Vec::new();
        for condition in conditions {
            if let Some(text) = self.condition(condition)? {
                joined.push(format!("({text})"));
            }
        }
        Ok(joined.join(word))
    }

    fn name(&mut self, field: &str) -> String {
        let place = self
            .names
            .iter()
            .position(|name| name == field)
            .unwrap_or_else(|| {
                self.names.push(field.to_owned());
                self.names.len() - 1
            });
        format!("#{place}")
    }

    fn value(&mut self, value: &Value) -> Result<String, PortError> {
        Ok(self.attribute(attribute(value)?))
    }

    fn attribute(&mut self, value: AttributeValue) -> String {
        self.values.push(value);
        format!(":{}", self.values.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use millrace_ports::{Key, Tenant};

    use super::*;

    fn key() -> Key {
        Key::of(&Tenant::public(), "TEST", "1", "META")
    }

    #[test]
    fn conditions_hold_nothing_but_placeholders() {
        let mut expression = Expression::default();
        let condition = Condition::All(vec![
            Condition::one_of("status", ["OPEN", "x = :0 OR 1"]),
            Condition::Any(vec![
                Condition::field_absent("lease end"),
                Condition::Less("lease end".to_owned(), 7.into()),
            ]),
        ]);
        let text = expression
            .condition(&condition)
            .expect("in range")
            .expect("a condition");
        assert_eq!(
            text,
            "(#0 IN (:0, :1)) AND ((attribute_not_exists(#1)) OR (#1 < :2))"
        );
        let (names, values) = expression.into_parts();
        let expected = [("#0", "status"), ("#1", "lease end")];
        let expected = expected.map(|(place, name)| (place.to_owned(), name.to_owned()));
        assert_eq!(names, Some(expected.into()));
        let values = values.expect("values");
        assert_eq!(values.len(), 3);
        assert_eq!(values[":1"], AttributeValue::S("x = :0 OR 1".to_owned()));
        assert_eq!(values[":2"], AttributeValue::N("7".to_owned()));
    }

    #[test]
    fn updates_have_a_clause_for_each_kind_of_change() {
        let mut expression = Expression::default();
        let update = Update::new(key())
            .set("status", "DONE")
            .add("version", 1)
            .remove("lease")
            .remove("by");
        let text = expression.update(&update).expect("in range");
        assert_eq!(text, "SET #0 = :0 ADD #1 :1 REMOVE #2, #3");
        let mut expression = Expression::default();
        let update = Update::new(key()).remove("lease");
        assert_eq!(expression.update(&update).expect("in range"), "REMOVE #0");
        assert_eq!(expression.into_parts().1, None);
    }

    #[test]
    fn no_condition_has_no_parts() {
        let mut expression = Expression::default();
        assert_eq!(expression.condition(&Condition::None), Ok(None));
        assert_eq!(expression.into_parts(), (None, None));
    }
}
