//! The resources of the contract: made where they are missing.

use std::time::Duration;

use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType, TableStatus,
};
use aws_sdk_s3::error::ProvideErrorMetadata;
use millrace_aws::{Settings, Timeouts};
use millrace_ports::Ports;
use serde_json::{Value, json};

/// Name of the queue.
pub const QUEUE: &str = "contract";
/// Name of the state machine: it sends a message with its token, and waits for the answer.
pub const MACHINE: &str = "contract";

const RESOURCE: &str = "millrace-contract";

/// A stack with everything the contract needs.
pub struct Stack {
    /// The ports on it.
    pub ports: Ports,
    sdk: SdkConfig,
    settings: Settings,
    tokens: String,
}

/// The stack at `AWS_ENDPOINT_URL`. The variable must be set: nobody wants to test on an account by mistake.
#[expect(clippy::disallowed_methods, reason = "a test has no settings")]
pub async fn stack() -> Stack {
    std::env::var("AWS_ENDPOINT_URL").expect("AWS_ENDPOINT_URL names the stack to test on");
    let sdk = aws_config::defaults(BehaviorVersion::latest()).load().await;
    ensure_table(&sdk).await;
    ensure_bucket(&sdk).await;
    let messages = ensure_queue(&sdk, RESOURCE).await;
    let tokens = ensure_queue(&sdk, &format!("{RESOURCE}-tokens")).await;
    let machine = ensure_machine(&sdk, &tokens).await;
    let settings = Settings {
        queues: [(QUEUE.to_owned(), messages)].into(),
        machines: [(MACHINE.to_owned(), machine)].into(),
        ..Settings::new(RESOURCE, RESOURCE)
    };
    let ports = millrace_aws::connect(&settings).await;
    Stack {
        ports,
        sdk,
        settings,
        tokens,
    }
}

impl Stack {
    /// The token of the waiting step of execution `name`.
    pub async fn token(&self, name: &str) -> String {
        let client = aws_sdk_sqs::Client::new(&self.sdk);
        for _ in 0..20 {
            let received = client
                .receive_message()
                .queue_url(&self.tokens)
                .wait_time_seconds(2)
                .max_number_of_messages(10)
                .send()
                .await
                .expect("messages");
            for message in received.messages() {
                let handle = message.receipt_handle().expect("a receipt");
                let delete = client.delete_message().queue_url(&self.tokens);
                delete
                    .receipt_handle(handle)
                    .send()
                    .await
                    .expect("a delete");
                let body: Value = serde_json::from_str(message.body().expect("a body"))
                    .expect("JSON of the state machine");
                if body["name"] == name {
                    return body["token"].as_str().expect("a token").to_owned();
                }
            }
        }
        panic!("the execution {name} never waited");
    }

    /// Status and output of execution `name` once it has ended.
    pub async fn outcome(&self, name: &str) -> (String, Option<String>) {
        let machine = &self.settings.machines[MACHINE];
        let arn = format!(
            "{}:{name}",
            machine.replace(":stateMachine:", ":execution:")
        );
        let client = aws_sdk_sfn::Client::new(&self.sdk);
        for _ in 0..1000 {
            let described = client.describe_execution().execution_arn(&arn).send().await;
            let described = described.expect("the execution");
            let status = described.status().as_str().to_owned();
            if status != "RUNNING" {
                return (status, described.output().map(str::to_owned));
            }
        }
        panic!("the execution {name} never ended");
    }

    /// Ports on resources that are not there.
    pub async fn without_resources(&self) -> Ports {
        let absent = |resource: &String| format!("{resource}-absent");
        let settings = &self.settings;
        let settings = Settings {
            queues: settings
                .queues
                .iter()
                .map(|(k, v)| (k.clone(), absent(v)))
                .collect(),
            machines: settings
                .machines
                .iter()
                .map(|(k, v)| (k.clone(), absent(v)))
                .collect(),
            ..Settings::new(absent(&settings.table), absent(&settings.bucket))
        };
        millrace_aws::connect(&settings).await
    }

    /// The same ports on another endpoint, with little patience.
    pub async fn at(&self, endpoint: &str) -> Ports {
        let short = Duration::from_millis(100);
        let timeouts = Timeouts {
            connect: short,
            attempt: short,
            operation: 5 * short,
            transfer: short,
        };
        let settings = Settings {
            endpoint: Some(endpoint.to_owned()),
            timeouts,
            ..self.settings.clone()
        };
        millrace_aws::connect(&settings).await
    }
}

async fn ensure_table(sdk: &SdkConfig) {
    let client = aws_sdk_dynamodb::Client::new(sdk);
    let keys = |partition: &str, sort: &str| {
        [(partition, KeyType::Hash), (sort, KeyType::Range)].map(|(name, kind)| {
            KeySchemaElement::builder()
                .attribute_name(name)
                .key_type(kind)
                .build()
                .expect("a key")
        })
    };
    let definitions = ["pk", "sk", "gsi1pk", "gsi1sk"].map(|name| {
        let definition = AttributeDefinition::builder().attribute_name(name);
        definition
            .attribute_type(ScalarAttributeType::S)
            .build()
            .expect("a definition")
    });
    let all = Projection::builder()
        .projection_type(ProjectionType::All)
        .build();
    let index = GlobalSecondaryIndex::builder()
        .index_name("gsi1")
        .set_key_schema(Some(keys("gsi1pk", "gsi1sk").into()))
        .projection(all)
        .build()
        .expect("an index");
    let created = client
        .create_table()
        .table_name(RESOURCE)
        .set_key_schema(Some(keys("pk", "sk").into()))
        .set_attribute_definitions(Some(definitions.into()))
        .global_secondary_indexes(index)
        .billing_mode(BillingMode::PayPerRequest)
        .send()
        .await;
    unless(created.err(), &["ResourceInUseException"]);
    for _ in 0..1000 {
        let described = client.describe_table().table_name(RESOURCE).send().await;
        let described = described.expect("the table");
        let status = described.table().and_then(|table| table.table_status());
        if status == Some(&TableStatus::Active) {
            return;
        }
    }
    panic!("the table never became active");
}

async fn ensure_bucket(sdk: &SdkConfig) {
    let config = aws_sdk_s3::config::Builder::from(sdk)
        .force_path_style(true)
        .build();
    let client = aws_sdk_s3::Client::from_conf(config);
    let created = client.create_bucket().bucket(RESOURCE).send().await;
    unless(
        created.err(),
        &["BucketAlreadyOwnedByYou", "BucketAlreadyExists"],
    );
}

async fn ensure_queue(sdk: &SdkConfig, name: &str) -> String {
    let created = aws_sdk_sqs::Client::new(sdk)
        .create_queue()
        .queue_name(name)
        .send()
        .await;
    created
        .expect("a queue")
        .queue_url()
        .expect("its URL")
        .to_owned()
}

async fn ensure_machine(sdk: &SdkConfig, tokens: &str) -> String {
    let definition = json!({
        "StartAt": "Wait",
        "States": { "Wait": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Parameters": {
                "QueueUrl": tokens,
                "MessageBody": { "token.$": "$$.Task.Token", "name.$": "$$.Execution.Name" },
            },
            "TimeoutSeconds": 60,
            "End": true,
        } },
    });
    let client = aws_sdk_sfn::Client::new(sdk);
    let created = client
        .create_state_machine()
        .name(RESOURCE)
        .definition(definition.to_string())
        .role_arn("arn:aws:iam::000000000000:role/contract")
        .send()
        .await;
    if let Ok(created) = created {
        return created.state_machine_arn().to_owned();
    }
    unless(created.err(), &["StateMachineAlreadyExists"]);
    let listed = client
        .list_state_machines()
        .send()
        .await
        .expect("the machines");
    let machine = listed
        .state_machines()
        .iter()
        .find(|machine| machine.name() == RESOURCE);
    machine.expect("the machine").state_machine_arn().to_owned()
}

/// Panics at an error whose code is none of `fine`.
fn unless<E: ProvideErrorMetadata + std::fmt::Debug>(error: Option<E>, fine: &[&str]) {
    if let Some(error) = error {
        let code = error.code().unwrap_or_default();
        assert!(fine.contains(&code), "{error:?}");
    }
}
