//! Writes as the items of a transaction, and what its failure means.

use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{BuildError, DisplayErrorContext, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    CancellationReason, ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure,
    TransactWriteItem, Update,
};
use millrace_ports::{PortError, TransactError, Write};

use super::expression::Expression;
use super::{attribute, key_attributes};
use crate::error::{of_service, port_error};

/// One write of a transaction on `table`.
pub(super) fn item(table: &str, write: &Write) -> Result<TransactWriteItem, PortError> {
    let mut expression = Expression::default();
    let change = match write {
        Write::Update(update) => Some(expression.update(update)?),
        _ => None,
    };
    let condition = expression.condition(write.condition())?;
    let (names, values) = expression.into_parts();
    let stored = ReturnValuesOnConditionCheckFailure::AllOld;
    let item = TransactWriteItem::builder();
    let incomplete = |error: BuildError| PortError::invalid(error.to_string());
    let item = match write {
        Write::Put { item: fields, .. } => item.put(
            Put::builder()
                .table_name(table)
                .set_item(Some(attribute::attributes(fields)?))
                .set_condition_expression(condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .return_values_on_condition_check_failure(stored)
                .build()
                .map_err(incomplete)?,
        ),
        Write::Update(update) => item.update(
            Update::builder()
                .table_name(table)
                .set_key(Some(key_attributes(&update.key)))
                .set_update_expression(change)
                .set_condition_expression(condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .return_values_on_condition_check_failure(stored)
                .build()
                .map_err(incomplete)?,
        ),
        Write::Delete { key, .. } => item.delete(
            Delete::builder()
                .table_name(table)
                .set_key(Some(key_attributes(key)))
                .set_condition_expression(condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .return_values_on_condition_check_failure(stored)
                .build()
                .map_err(incomplete)?,
        ),
        Write::Check { key, .. } => item.condition_check(
            ConditionCheck::builder()
                .table_name(table)
                .set_key(Some(key_attributes(key)))
                .set_condition_expression(condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .return_values_on_condition_check_failure(stored)
                .build()
                .map_err(incomplete)?,
        ),
    };
    Ok(item.build())
}

/// The error of a transaction.
pub(super) fn error(error: &SdkError<TransactWriteItemsError, HttpResponse>) -> TransactError {
    match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
            of_reasons(cancelled.cancellation_reasons())
                .unwrap_or_else(|| port_error("commit a transaction", error).into())
        }
        // The same call, tried again by the SDK while its first attempt is still at work.
        Some(TransactWriteItemsError::TransactionInProgressException(_)) => TransactError::Conflict,
        // A token is one call's alone: the other request is its own first attempt, which the SDK did not
        // hear of in time and which may have taken effect.
        Some(TransactWriteItemsError::IdempotentParameterMismatchException(_)) => {
            PortError::unavailable(format!(
                "commit a transaction: {}",
                DisplayErrorContext(error)
            ))
            .into()
        }
        _ => port_error("commit a transaction", error).into(),
    }
}

/// What the reasons, one per write, come down to: a condition that was found false, then a
/// conflict, then any other error.
fn of_reasons(reasons: &[CancellationReason]) -> Option<TransactError> {
    let place = |code: &str| {
        reasons
            .iter()
            .position(|reason| reason.code() == Some(code))
    };
    if let Some(index) = place("ConditionalCheckFailed") {
        let stored = reasons[index].item().filter(|item| !item.is_empty());
        return Some(match stored.map(attribute::item).transpose() {
            Ok(item) => TransactError::ConditionFailed { index, item },
            Err(error) => error.into(),
        });
    }
    if place("TransactionConflict").is_some() {
        return Some(TransactError::Conflict);
    }
    let failed = |reason: &CancellationReason| {
        let code = reason.code().filter(|code| *code != "None")?;
        let message = reason.message().unwrap_or("no message");
        let text = format!("commit a transaction: {code}: {message}");
        Some(of_service(code, 400, message, text).into())
    };
    reasons.iter().find_map(failed)
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue;
    use serde_json::json;

    use super::*;

    fn reason(code: &str) -> CancellationReason {
        CancellationReason::builder().code(code).build()
    }

    #[test]
    fn a_false_condition_goes_before_a_conflict() {
        let stored = CancellationReason::builder()
            .code("ConditionalCheckFailed")
            .item("version", AttributeValue::N("3".to_owned()))
            .build();
        let reasons = [reason("None"), reason("TransactionConflict"), stored];
        let item = json!({ "version": 3 }).as_object().cloned();
        let expected = TransactError::ConditionFailed { index: 2, item };
        assert_eq!(of_reasons(&reasons), Some(expected));
        assert_eq!(of_reasons(&reasons[..2]), Some(TransactError::Conflict));
        assert_eq!(of_reasons(&reasons[..1]), None);
    }

    #[test]
    fn any_other_reason_keeps_its_kind() {
        let throttled = of_reasons(&[reason("None"), reason("ThrottlingError")]);
        assert!(throttled.is_some_and(|error| error.retryable()));
        let size = CancellationReason::builder()
            .code("ValidationError")
            .message("Item size to update has exceeded the maximum allowed size")
            .build();
        let error = of_reasons(&[size]);
        assert!(
            matches!(error, Some(TransactError::Port(PortError::TooLarge { .. }))),
            "{error:?}"
        );
    }
}
