//! From the SDK's errors to [`PortError`]: one table for all services.

use std::error::Error;

use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::RequestId;
use millrace_ports::PortError;

/// The error of a call; `action` says what it was to do, as in "read an item".
pub(crate) fn port_error<E>(action: &str, error: &SdkError<E, HttpResponse>) -> PortError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    match error {
        SdkError::ServiceError(service) => {
            let code = service.err().code().unwrap_or("no code");
            let message = service.err().message().unwrap_or("no message");
            let request = error.request_id().unwrap_or("unknown");
            let text = format!("{action}: {code}: {message} (request {request})");
            of_service(code, service.raw().status().as_u16(), message, text)
        }
        SdkError::ConstructionFailure(_) => {
            PortError::invalid(format!("{action}: {}", DisplayErrorContext(error)))
        }
        // Time out, no connection, or an answer that breaks off: the call may have taken effect.
        _ => PortError::unavailable(format!("{action}: {}", DisplayErrorContext(error))),
    }
}

/// The error of what a service answered: by its code, else by the status of the answer. `text` is
/// the message for people.
pub(crate) fn of_service(code: &str, status: u16, message: &str, text: String) -> PortError {
    match code {
        "ThrottlingException"
        | "Throttling"
        | "ThrottlingError"
        | "RequestThrottled"
        | "ProvisionedThroughputExceededException"
        | "ProvisionedThroughputExceeded"
        | "RequestLimitExceeded"
        | "SlowDown"
        | "TooManyRequestsException"
        | "KmsThrottlingException"
        | "KMS.ThrottlingException"
        | "ExecutionLimitExceeded" => PortError::throttled(text),
        "ConditionalRequestConflict"
        | "OperationAborted"
        | "RequestTimeout"
        | "InternalServerError"
        | "InternalError"
        | "ServiceUnavailable" => PortError::unavailable(text),
        "AccessDenied"
        | "AccessDeniedException"
        | "UnrecognizedClientException"
        | "InvalidSignatureException"
        | "SignatureDoesNotMatch"
        | "InvalidAccessKeyId"
        | "ExpiredToken"
        | "ExpiredTokenException"
        | "IncompleteSignatureException" => PortError::denied(text),
        "ResourceNotFoundException"
        | "NoSuchBucket"
        | "NoSuchKey"
        | "NotFound"
        | "NoSuchUpload"
        | "StateMachineDoesNotExist"
        | "QueueDoesNotExist"
        | "AWS.SimpleQueueService.NonExistentQueue" => PortError::not_found(text),
        "EntityTooLarge" | "ItemCollectionSizeLimitExceeded" => PortError::too_large(text),
        "ValidationException" | "ValidationError"
            if message.contains("exceeded the maximum allowed size") =>
        {
            PortError::too_large(text)
        }
        "ValidationException"
        | "ValidationError"
        | "InvalidPart"
        | "InvalidPartOrder"
        | "EntityTooSmall" => PortError::invalid(text),
        _ => match status {
            401 | 403 => PortError::denied(text),
            404 => PortError::not_found(text),
            408 | 500.. => PortError::unavailable(text),
            413 => PortError::too_large(text),
            429 => PortError::throttled(text),
            _ => PortError::other(text),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(code: &str, status: u16, message: &str) -> PortError {
        of_service(code, status, message, String::new())
    }

    #[test]
    fn the_code_goes_before_the_status() {
        assert_eq!(of("ThrottlingException", 400, ""), PortError::throttled(""));
        assert_eq!(of("SlowDown", 503, ""), PortError::throttled(""));
        assert_eq!(
            of("ConditionalRequestConflict", 409, ""),
            PortError::unavailable("")
        );
        assert_eq!(of("ExpiredTokenException", 400, ""), PortError::denied(""));
        assert_eq!(
            of("ResourceNotFoundException", 400, ""),
            PortError::not_found("")
        );
    }

    #[test]
    fn an_unknown_code_goes_by_the_status() {
        for (status, expected) in [
            (400, PortError::other("")),
            (403, PortError::denied("")),
            (404, PortError::not_found("")),
            (413, PortError::too_large("")),
            (429, PortError::throttled("")),
            (502, PortError::unavailable("")),
        ] {
            assert_eq!(of("Unheard", status, ""), expected, "{status}");
        }
    }

    #[test]
    fn a_validation_is_about_size_or_shape() {
        let size = "Item size to update has exceeded the maximum allowed size";
        assert_eq!(of("ValidationError", 400, size), PortError::too_large(""));
        assert_eq!(
            of("ValidationException", 400, "The key is empty"),
            PortError::invalid("")
        );
    }
}
