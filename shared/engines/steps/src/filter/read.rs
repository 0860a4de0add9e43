//! JSON to conditions.

use serde_json::{Value, json};

use super::operator::{FilterOperator, ValueShape};
use super::{Comparison, Condition, DEEPEST, Operand};
use crate::expression::read_condition;
use crate::fault::{Code, quoted};
use crate::read::{
    Fields, Parameter, ParameterDescription, Scope, Shape, object_schema, read_limited,
};
use crate::value::{DataType, Name, Pattern, Scalar, Timespan, is_date, is_moment};

/// Members that decide which of the shapes a condition has.
const SHAPES: &[&str] = &["all", "any", "not", "expression"];

choice! {
    /// What a null answer counts as.
    pub enum Nulls {
        /// As true; without it, it counts as false, as in SQL.
        Match = "match",
    }
}

pub(super) fn condition(value: &Value, scope: &mut Scope<'_>, depth: usize) -> Option<Condition> {
    if depth > DEEPEST {
        let message = format!("nest conditions at most {DEEPEST} deep");
        scope.fault(Code::TooLarge, message);
        return None;
    }
    let mut fields = Fields::open(value, scope.again())?;
    let read = members(&mut fields, depth);
    fields.close();
    read
}

/// Reads a condition from among the members of an object that is already open.
pub(super) fn members(fields: &mut Fields<'_, '_>, depth: usize) -> Option<Condition> {
    let given: Vec<&str> = SHAPES
        .iter()
        .copied()
        .filter(|shape| fields.has(shape))
        .collect();
    match given.as_slice() {
        [] => comparison(fields).map(Condition::Compare),
        ["all"] => list(fields, "all", depth).map(Condition::All),
        ["any"] => list(fields, "any", depth).map(Condition::Any),
        ["not"] => fields.value("not").and_then(|inner| {
            let mut scope = fields.scope().member("not");
            condition(inner, &mut scope, depth + 1).map(|inner| Condition::Not(Box::new(inner)))
        }),
        ["expression"] => fields.value("expression").and_then(|text| {
            let mut scope = fields.scope().member("expression");
            read_condition(text, &mut scope).map(Condition::Expression)
        }),
        several => {
            let message = format!(
                "give one of {}, not several; put conditions that all hold into the list all",
                several.join(", ")
            );
            fields.scope().fault(Code::Conflict, message);
            SHAPES.iter().for_each(|shape| fields.know(shape));
            None
        }
    }
}

fn list(fields: &mut Fields<'_, '_>, name: &'static str, depth: usize) -> Option<Vec<Condition>> {
    let value = fields.value(name)?;
    let mut scope = fields.scope().member(name);
    let values = match value.as_array() {
        Some(values) if !values.is_empty() => values,
        Some(_) => {
            scope.fault(
                Code::OutOfRange,
                format!("put at least one condition into {name}"),
            );
            return None;
        }
        None => {
            scope.fault(
                Code::WrongType,
                format!("{name} must be a list of conditions"),
            );
            return None;
        }
    };
    let mut conditions = Vec::with_capacity(values.len());
    for (index, value) in values.iter().enumerate() {
        conditions.extend(condition(value, &mut scope.item(index), depth + 1));
    }
    (conditions.len() == values.len()).then_some(conditions)
}

fn comparison(fields: &mut Fields<'_, '_>) -> Option<Comparison> {
    let column: Option<Name> = fields.read("column", None, None);
    let operator = operator(fields);
    let case_sensitive = fields.read("case_sensitive", None, Some(true));
    let negate = fields.read("negate", None, Some(false));
    let nulls: Option<Option<Nulls>> = fields.read("nulls", None, None);
    fields.know("value");
    fields.know("value_column");
    let operator = operator?;
    if case_sensitive == Some(false) && !operator.knows_case() && operator != FilterOperator::Ilike
    {
        let message = format!("remove case_sensitive: {operator} does not compare letters");
        fields.fault("case_sensitive", Code::ParameterNotUsed, message);
    }
    let ignores_case = operator == FilterOperator::Ilike;
    if ignores_case && fields.has("case_sensitive") && case_sensitive == Some(true) {
        let message = "use like instead of ilike where case makes a difference";
        fields.fault("case_sensitive", Code::Conflict, message);
    }
    let operand = operand(fields, operator);
    Some(Comparison {
        column: column?,
        operator,
        operand: operand?,
        case_sensitive: case_sensitive? && !ignores_case,
        negate: negate?,
        nulls_match: nulls?.is_some(),
    })
}

fn operator(fields: &mut Fields<'_, '_>) -> Option<FilterOperator> {
    match fields.value("operator") {
        Some(Value::String(typed)) => {
            let found = FilterOperator::find(typed);
            if found.is_none() {
                let wrong = format!("{} is no operator", quoted(typed));
                let mut scope = fields.scope().member("operator");
                scope.unknown(Code::NotAllowed, &wrong, typed, FilterOperator::WORDS);
            }
            found
        }
        Some(Value::Null) | None => {
            fields.scope().member("operator").fault_allowing(
                Code::MissingParameter,
                "give operator, such as eq; or a condition with all, any, not or expression",
                FilterOperator::WORDS,
            );
            None
        }
        Some(_) => {
            fields.scope().member("operator").fault_allowing(
                Code::WrongType,
                "operator must be a text",
                FilterOperator::WORDS,
            );
            None
        }
    }
}

fn operand(fields: &mut Fields<'_, '_>, operator: FilterOperator) -> Option<Operand> {
    let shape = operator.value();
    match (fields.has("value"), fields.has("value_column")) {
        (true, true) => {
            let message = "give value or value_column, not both";
            fields.fault("value_column", Code::Conflict, message);
            None
        }
        (_, true) if operator.compares_columns() => {
            let name = fields.read("value_column", None, None)?;
            Some(Operand::Column(name))
        }
        (_, true) => {
            let message = format!("remove value_column: {operator} does not compare two columns");
            fields.fault("value_column", Code::ParameterNotUsed, message);
            None
        }
        (true, false) if shape == ValueShape::Nothing => {
            let message = format!("remove value: {operator} needs none");
            fields.fault("value", Code::ParameterNotUsed, message);
            None
        }
        (true, false) => {
            let value = fields.value("value")?;
            constant(shape, operator, value, &mut fields.scope().member("value"))
        }
        (false, false) if matches!(shape, ValueShape::Nothing | ValueShape::Dtype) => {
            Some(Operand::Nothing)
        }
        (false, false) => {
            let null = matches!(fields.value("value"), Some(Value::Null));
            if null && shape == ValueShape::Scalar {
                let message = "use the operator is_null or is_not_null: nothing equals null";
                fields.fault("value", Code::InvalidValue, message);
            } else {
                fields.missing("value", shape.describe());
            }
            None
        }
    }
}

fn constant(
    shape: ValueShape,
    operator: FilterOperator,
    value: &Value,
    scope: &mut Scope<'_>,
) -> Option<Operand> {
    match shape {
        ValueShape::Nothing => None,
        ValueShape::Scalar => scalar(value, shape, operator, scope).map(Operand::Value),
        ValueShape::Ordered => {
            let value = scalar(value, shape, operator, scope)?;
            ordered(&value, operator, scope).then_some(Operand::Value(value))
        }
        ValueShape::Pair => pair(value, operator, scope),
        ValueShape::List => {
            if !value.is_array() {
                wrong(shape, operator, scope);
                return None;
            }
            read_limited(value, scope, None).map(Operand::List)
        }
        ValueShape::Text => text(value, shape, operator, scope, |_| true),
        ValueShape::Moment => text(value, shape, operator, scope, is_moment),
        ValueShape::Day => text(value, shape, operator, scope, is_date),
        ValueShape::Pattern => Pattern::read(value, scope).map(Operand::Pattern),
        ValueShape::Timespan => Timespan::read(value, scope).map(Operand::Timespan),
        ValueShape::Length => u64::read(value, scope).map(Operand::Length),
        ValueShape::Dtype => DataType::read(value, scope).map(Operand::Dtype),
    }
}

fn wrong(shape: ValueShape, operator: FilterOperator, scope: &mut Scope<'_>) {
    let message = format!(
        "{} of {operator} must be {}",
        scope.label(),
        shape.describe()
    );
    scope.fault(Code::WrongType, message);
}

fn scalar(
    value: &Value,
    shape: ValueShape,
    operator: FilterOperator,
    scope: &mut Scope<'_>,
) -> Option<Scalar> {
    if value.is_array() || value.is_object() {
        let hint = match (operator, value) {
            (FilterOperator::Eq, Value::Array(_)) => "; use the operator in for a list",
            (FilterOperator::Ne, Value::Array(_)) => "; use the operator not_in for a list",
            _ => "",
        };
        let message = format!(
            "{} of {operator} must be {}{hint}",
            scope.label(),
            shape.describe()
        );
        scope.fault(Code::WrongType, message);
        return None;
    }
    Scalar::read(value, scope)
}

fn ordered(value: &Scalar, operator: FilterOperator, scope: &mut Scope<'_>) -> bool {
    let ordered = !matches!(value, Scalar::Boolean(_));
    if !ordered {
        wrong(ValueShape::Ordered, operator, scope);
    }
    ordered
}

fn text(
    value: &Value,
    shape: ValueShape,
    operator: FilterOperator,
    scope: &mut Scope<'_>,
    fits: fn(&str) -> bool,
) -> Option<Operand> {
    match value {
        Value::String(text) if fits(text) => Some(Operand::Value(Scalar::Text(text.clone()))),
        Value::String(_) => {
            let message = format!(
                "{} of {operator} must be {}",
                scope.label(),
                shape.describe()
            );
            scope.fault(Code::InvalidValue, message);
            None
        }
        _ => {
            wrong(shape, operator, scope);
            None
        }
    }
}

fn pair(value: &Value, operator: FilterOperator, scope: &mut Scope<'_>) -> Option<Operand> {
    let Some([low, high]) = value.as_array().map(Vec::as_slice) else {
        wrong(ValueShape::Pair, operator, scope);
        return None;
    };
    let low = Scalar::read(low, &mut scope.item(0));
    let high = Scalar::read(high, &mut scope.item(1));
    let (low, high) = (low?, high?);
    if low.kind() != high.kind() || matches!(low, Scalar::Boolean(_)) {
        wrong(ValueShape::Pair, operator, scope);
        return None;
    }
    if low.number() > high.number() {
        let message = format!("give the least value of {operator} first");
        scope.fault(Code::InvalidValue, message);
        return None;
    }
    Some(Operand::Pair(low, high))
}

/// The members that conditions have, of which none is always needed.
pub(crate) fn condition_parameters() -> Vec<ParameterDescription> {
    let list = || Shape::List {
        item: Box::new(Shape::Condition),
        least: Some(1),
        most: None,
    };
    let value = Shape::OneOf(vec![
        Shape::scalar(),
        Shape::List {
            item: Box::new(Shape::scalar()),
            least: Some(1),
            most: Some(10_000),
        },
    ]);
    let operators = Shape::Choice(FilterOperator::WORDS.to_vec());
    let expression = crate::Expression::shape();
    [
        ("column", "The column.", Name::shape()),
        ("operator", "How it is compared.", operators),
        (
            "value",
            "With what; its shape follows from the operator.",
            value,
        ),
        (
            "value_column",
            "Another column, in place of a value.",
            Name::shape(),
        ),
        (
            "case_sensitive",
            "Whether case makes a difference, true by default.",
            Shape::Boolean,
        ),
        (
            "negate",
            "Whether the answer is turned round.",
            Shape::Boolean,
        ),
        (
            "nulls",
            "With match, a null answer counts as true.",
            Nulls::shape(),
        ),
        (
            "all",
            "In place of a column: every one of these holds.",
            list(),
        ),
        (
            "any",
            "In place of a column: at least one of these holds.",
            list(),
        ),
        (
            "not",
            "In place of a column: this does not hold.",
            Shape::Condition,
        ),
        (
            "expression",
            "In place of a column: an expression that is true.",
            expression,
        ),
    ]
    .into_iter()
    .map(|(name, description, shape)| ParameterDescription::optional(name, description, shape))
    .collect()
}

/// The JSON schema of a condition, to stand at `#/components/schemas/Condition`.
#[must_use]
pub fn condition_schema() -> Value {
    let mut comparison = condition_parameters();
    let trees = comparison.split_off(comparison.len() - SHAPES.len());
    for member in &mut comparison {
        member.required = matches!(member.name, "column" | "operator");
    }
    let mut shapes = vec![object_schema(&comparison)];
    for mut tree in trees {
        tree.required = true;
        shapes.push(object_schema(&[tree]));
    }
    json!({"oneOf": shapes})
}
