use std::collections::BTreeMap;
use std::sync::Arc;

use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use millrace_ports::{Objects, Ports, RandomIds, SystemClock};

use crate::{DynamoRecords, S3Objects, Settings, SfnWorkflows, SqsQueue};

/// Calls are tried this often, when they fail in a way that may pass.
const ATTEMPTS: u32 = 3;

/// All ports on the services that `settings` name, with the clock and the random numbers of the
/// machine. Makes no call to them: a missing resource shows at its first use.
pub async fn connect(settings: &Settings) -> Ports {
    let sdk = sdk_config(settings).await;
    let objects = Arc::new(S3Objects::new(&sdk, settings));
    Ports {
        records: Arc::new(DynamoRecords::new(&sdk, settings)),
        objects: objects.clone(),
        uploads: objects,
        queue: Arc::new(SqsQueue::new(&sdk, settings)),
        workflows: Arc::new(SfnWorkflows::new(&sdk, settings)),
        clock: Arc::new(SystemClock),
        ids: Arc::new(RandomIds),
    }
}

/// The objects of further buckets, by name, where and as `settings` say.
pub async fn connect_buckets(
    settings: &Settings,
    names: &[String],
) -> BTreeMap<String, Arc<dyn Objects>> {
    if names.is_empty() {
        return BTreeMap::new();
    }
    let sdk = sdk_config(settings).await;
    let of_bucket = |name: &String| {
        let settings = Settings {
            bucket: name.clone(),
            ..settings.clone()
        };
        let objects: Arc<dyn Objects> = Arc::new(S3Objects::new(&sdk, &settings));
        (name.clone(), objects)
    };
    names.iter().map(of_bucket).collect()
}

async fn sdk_config(settings: &Settings) -> SdkConfig {
    let timeouts = settings.timeouts;
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(timeouts.connect)
        .operation_attempt_timeout(timeouts.attempt)
        .operation_timeout(timeouts.operation)
        .build();
    // A healthy upload or copy can be silent for longer than this protection allows.
    let stalled_streams = StalledStreamProtectionConfig::enabled()
        .upload_enabled(false)
        .build();
    let loader = aws_config::defaults(BehaviorVersion::latest())
        .timeout_config(timeouts)
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
        .stalled_stream_protection(stalled_streams);
    let loader = match &settings.endpoint {
        Some(endpoint) => loader.endpoint_url(endpoint),
        None => loader,
    };
    loader.load().await
}
