//! Workflows on Step Functions.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_sfn::Client;
use aws_sdk_sfn::operation::send_task_failure::SendTaskFailureError;
use aws_sdk_sfn::operation::send_task_success::SendTaskSuccessError;
use millrace_ports::{Delivery, PortError, Start, Workflows, limits};
use serde_json::Value;

use crate::Settings;
use crate::error::port_error;

/// The state machines of the settings on Step Functions.
#[derive(Debug, Clone)]
pub struct SfnWorkflows {
    client: Client,
    machines: BTreeMap<String, String>,
}

impl SfnWorkflows {
    /// The machines of `settings`.
    #[must_use]
    pub fn new(sdk: &SdkConfig, settings: &Settings) -> Self {
        Self {
            client: Client::new(sdk),
            machines: settings.machines.clone(),
        }
    }

    fn arn(&self, machine: &str) -> Result<&str, PortError> {
        let arn = self.machines.get(machine).map(String::as_str);
        arn.ok_or_else(|| PortError::not_found(format!("no state machine '{machine}'")))
    }
}

#[async_trait]
impl Workflows for SfnWorkflows {
    async fn start(&self, machine: &str, name: &str, input: &Value) -> Result<Start, PortError> {
        limits::check_execution_name(name)?;
        let input = limits::payload(input)?;
        let arn = self.arn(machine)?;
        let start = self
            .client
            .start_execution()
            .state_machine_arn(arn)
            .name(name)
            .input(input);
        match start.send().await {
            Ok(_) => Ok(Start::Started),
            Err(error) => match error.as_service_error() {
                Some(refused) if refused.is_execution_already_exists() => Ok(Start::AlreadyExists),
                _ => Err(port_error("start an execution", &error)),
            },
        }
    }

    async fn stop(&self, machine: &str, name: &str, cause: &str) -> Result<(), PortError> {
        limits::check_execution_name(name)?;
        let arn = execution_arn(self.arn(machine)?, name)?;
        let cause = first_characters(cause, limits::LONGEST_FAILURE_CAUSE);
        match self
            .client
            .stop_execution()
            .execution_arn(arn)
            .cause(cause)
            .send()
            .await
        {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                Some(refused) if refused.is_execution_does_not_exist() => Ok(()),
                _ => Err(port_error("stop an execution", &error)),
            },
        }
    }

    async fn complete(&self, token: &str, output: &Value) -> Result<Delivery, PortError> {
        let output = limits::payload(output)?;
        match self
            .client
            .send_task_success()
            .task_token(token)
            .output(output)
            .send()
            .await
        {
            Ok(_) => Ok(Delivery::Delivered),
            Err(error) => match error.as_service_error() {
                Some(
                    SendTaskSuccessError::TaskDoesNotExist(_)
                    | SendTaskSuccessError::TaskTimedOut(_)
                    | SendTaskSuccessError::InvalidToken(_),
                ) => Ok(Delivery::Gone),
                _ => Err(port_error("complete a step", &error)),
            },
        }
    }

    async fn fail(&self, token: &str, error: &str, cause: &str) -> Result<Delivery, PortError> {
        let call = self
            .client
            .send_task_failure()
            .task_token(token)
            .error(first_characters(error, limits::LONGEST_FAILURE_NAME))
            .cause(first_characters(cause, limits::LONGEST_FAILURE_CAUSE));
        match call.send().await {
            Ok(_) => Ok(Delivery::Delivered),
            Err(error) => match error.as_service_error() {
                Some(
                    SendTaskFailureError::TaskDoesNotExist(_)
                    | SendTaskFailureError::TaskTimedOut(_)
                    | SendTaskFailureError::InvalidToken(_),
                ) => Ok(Delivery::Gone),
                _ => Err(port_error("fail a step", &error)),
            },
        }
    }
}

fn first_characters(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// `arn:…:stateMachine:NAME`, with a version or alias behind it or not, gives
/// `arn:…:execution:NAME:{execution}`.
fn execution_arn(machine: &str, execution: &str) -> Result<String, PortError> {
    let parts: Vec<&str> = machine.split(':').collect();
    match parts[..] {
        [
            "arn",
            partition,
            "states",
            region,
            account,
            "stateMachine",
            name,
            ..,
        ] => Ok(format!(
            "arn:{partition}:states:{region}:{account}:execution:{name}:{execution}"
        )),
        _ => Err(PortError::invalid(format!(
            "no ARN of a state machine: '{machine}'"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_execution_has_the_arn_of_its_machine() {
        let expected = Ok("arn:aws:states:eu-central-1:1:execution:Challenge:s-1".to_owned());
        for machine in [
            "arn:aws:states:eu-central-1:1:stateMachine:Challenge",
            "arn:aws:states:eu-central-1:1:stateMachine:Challenge:live",
        ] {
            assert_eq!(execution_arn(machine, "s-1"), expected);
        }
        assert!(execution_arn("Challenge", "s-1").is_err());
    }
}
