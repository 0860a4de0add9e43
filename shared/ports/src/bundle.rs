use std::sync::Arc;

use crate::{Clock, Ids, Objects, Queue, Records, Uploads, Workflows};

/// All ports, cheap to clone.
#[derive(Debug, Clone)]
pub struct Ports {
    /// The state table.
    pub records: Arc<dyn Records>,
    /// The bucket.
    pub objects: Arc<dyn Objects>,
    /// Uploads to the bucket in parts.
    pub uploads: Arc<dyn Uploads>,
    /// The queues.
    pub queue: Arc<dyn Queue>,
    /// The state machines.
    pub workflows: Arc<dyn Workflows>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New identifiers.
    pub ids: Arc<dyn Ids>,
}
