use std::cmp::Ordering;

use serde_json::{Number, Value};

use crate::Item;

/// What has to hold for the stored item when a write is committed.
///
/// Fields are top-level. Comparisons hold only for a field that is there and of the same type:
/// numbers by value, strings by their bytes. Anything but [`Condition::None`],
/// [`Condition::Absent`] and [`Condition::FieldAbsent`] fails when there is no item.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Condition {
    /// Always.
    #[default]
    None,
    /// There is no item.
    Absent,
    /// There is an item.
    Present,
    /// The field is exactly this.
    Equals(String, Value),
    /// The field is one of these, 1 to 100.
    OneOf(String, Vec<Value>),
    /// The field, a number or string, is less.
    Less(String, Value),
    /// The field, a number or string, is less or the same.
    LessOrEqual(String, Value),
    /// The field, a number or string, is greater.
    Greater(String, Value),
    /// The field, a number or string, is greater or the same.
    GreaterOrEqual(String, Value),
    /// The field is not there.
    FieldAbsent(String),
    /// The field is there, `null` included.
    FieldPresent(String),
    /// All of these; at least one.
    All(Vec<Condition>),
    /// One of these at least; at least one.
    Any(Vec<Condition>),
}

impl Condition {
    /// [`Condition::Equals`].
    pub fn equals(field: impl Into<String>, value: impl Into<Value>) -> Self {
        Self::Equals(field.into(), value.into())
    }

    /// [`Condition::OneOf`].
    pub fn one_of<V: Into<Value>>(
        field: impl Into<String>,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        Self::OneOf(field.into(), values.into_iter().map(Into::into).collect())
    }

    /// [`Condition::FieldAbsent`].
    pub fn field_absent(field: impl Into<String>) -> Self {
        Self::FieldAbsent(field.into())
    }

    /// [`Condition::FieldPresent`].
    pub fn field_present(field: impl Into<String>) -> Self {
        Self::FieldPresent(field.into())
    }

    /// This and another one.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match self {
            Self::None => other,
            Self::All(mut all) => {
                all.push(other);
                Self::All(all)
            }
            first => Self::All(vec![first, other]),
        }
    }

    /// Whether it holds for what is stored.
    #[must_use]
    pub fn holds(&self, stored: Option<&Item>) -> bool {
        let field = |name: &str| stored.and_then(|item| item.get(name));
        let ordered = |name: &str, value: &Value, wanted: fn(Ordering) -> bool| {
            field(name)
                .and_then(|stored| order(stored, value))
                .is_some_and(wanted)
        };
        match self {
            Self::None => true,
            Self::Absent => stored.is_none(),
            Self::Present => stored.is_some(),
            Self::Equals(name, value) => field(name).is_some_and(|stored| same(stored, value)),
            Self::OneOf(name, values) => {
                field(name).is_some_and(|stored| values.iter().any(|value| same(stored, value)))
            }
            Self::Less(name, value) => ordered(name, value, Ordering::is_lt),
            Self::LessOrEqual(name, value) => ordered(name, value, Ordering::is_le),
            Self::Greater(name, value) => ordered(name, value, Ordering::is_gt),
            Self::GreaterOrEqual(name, value) => ordered(name, value, Ordering::is_ge),
            Self::FieldAbsent(name) => field(name).is_none(),
            Self::FieldPresent(name) => field(name).is_some(),
            Self::All(all) => all.iter().all(|condition| condition.holds(stored)),
            Self::Any(any) => any.iter().any(|condition| condition.holds(stored)),
        }
    }
}

/// Equality by value: `1` and `1.0` are the same number, the order of fields does not count.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => order_numbers(left, right).is_eq(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(l, r)| same(l, r))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(name, l)| right.get(name).is_some_and(|r| same(l, r)))
        }
        _ => left == right,
    }
}

fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => Some(order_numbers(left, right)),
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

fn order_numbers(left: &Number, right: &Number) -> Ordering {
    match (left.as_i128(), right.as_i128()) {
        (Some(left), Some(right)) => left.cmp(&right),
        // JSON has no NaN, so this order is total.
        _ => left
            .as_f64()
            .partial_cmp(&right.as_f64())
            .unwrap_or(Ordering::Equal),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn stored(value: Value) -> Item {
        Item::from_iter([("f".to_owned(), value)])
    }

    #[test]
    fn types_never_compare() {
        let text = stored(json!("5"));
        for condition in [
            Condition::equals("f", 5),
            Condition::Less("f".to_owned(), json!(9)),
            Condition::GreaterOrEqual("f".to_owned(), json!(0)),
        ] {
            assert!(!condition.holds(Some(&text)), "{condition:?}");
        }
    }

    #[test]
    fn without_an_item_only_absence_holds() {
        assert!(Condition::None.holds(None));
        assert!(Condition::Absent.holds(None));
        assert!(Condition::field_absent("f").holds(None));
        assert!(!Condition::Present.holds(None));
        assert!(!Condition::field_present("f").holds(None));
        assert!(!Condition::equals("f", Value::Null).holds(None));
    }

    #[test]
    fn null_is_a_value() {
        let item = stored(Value::Null);
        assert!(Condition::field_present("f").holds(Some(&item)));
        assert!(Condition::equals("f", Value::Null).holds(Some(&item)));
    }

    proptest! {
        #[test]
        fn integers_have_their_order(left in -3_i64..3, right in -3_i64..3) {
            let item = stored(json!(left));
            let holds = |condition: Condition| condition.holds(Some(&item));
            let name = || "f".to_owned();
            prop_assert_eq!(holds(Condition::Less(name(), json!(right))), left < right);
            prop_assert_eq!(holds(Condition::LessOrEqual(name(), json!(right))), left <= right);
            prop_assert_eq!(holds(Condition::Greater(name(), json!(right))), left > right);
            prop_assert_eq!(holds(Condition::GreaterOrEqual(name(), json!(right))), left >= right);
            prop_assert_eq!(holds(Condition::equals("f", right)), left == right);
        }

        #[test]
        fn whole_floats_equal_their_integers(number in -1_000_000_i32..1_000_000) {
            let item = stored(json!(f64::from(number)));
            prop_assert!(Condition::equals("f", number).holds(Some(&item)));
        }
    }
}
