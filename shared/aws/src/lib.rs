//! The ports of [`millrace_ports`] on AWS: DynamoDB, S3, SQS and Step Functions, or an emulator
//! of them.
//!
//! The crate must not know any rule of the product. Names of resources come in as [`Settings`];
//! region and credentials are found as every AWS SDK finds them.
//!
//! ```no_run
//! # async fn example() {
//! use millrace_aws::Settings;
//!
//! let settings = Settings {
//!     queues: [("jobs".to_owned(), "https://sqs.example/1/jobs".to_owned())].into(),
//!     ..Settings::new("State", "millrace-data")
//! };
//! let ports = millrace_aws::connect(&settings).await;
//! ports.queue.send("jobs", "{}").await.expect("a queue that takes messages");
//! # }
//! ```
#![warn(missing_docs)]

mod connect;
mod dynamodb;
mod error;
mod s3;
mod settings;
mod sfn;
mod sqs;

pub use connect::{connect, connect_buckets};
pub use dynamodb::DynamoRecords;
pub use s3::S3Objects;
pub use settings::{Settings, Timeouts};
pub use sfn::SfnWorkflows;
pub use sqs::SqsQueue;
