//! The side of an object's writer that runs on the runtime.

use futures::StreamExt;
use futures::TryStreamExt;
use futures::channel::mpsc::{UnboundedReceiver, unbounded};
use futures::stream;
use millrace_ports::{Part, PortError, Ports};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use super::gate::Gate;
use super::{FullPart, ObjectWriter, part_bytes};
use crate::outside::{Outside, OutsideFault};
use crate::patience::Patience;
use crate::stop::Stop;

/// Parts that are uploaded at a time.
const AT_A_TIME: usize = 4;
/// Where an object goes.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) ports: Ports,
    pub(crate) key: String,
    pub(crate) content_type: String,
    pub(crate) patience: Patience,
}

/// An object that is being written.
#[derive(Debug)]
pub(crate) struct Upload {
    target: Target,
    writer: ObjectWriter,
    pump: JoinHandle<Result<Sent, PortError>>,
    outside: Outside,
}

/// What became of the parts.
#[derive(Debug)]
enum Sent {
    /// There were none.
    Nothing,
    /// They are in the upload of this id.
    Parts(String, Vec<Part>),
}

impl Upload {
    /// Begins an object.
    pub(crate) fn begin(target: Target, runtime: &Handle, stop: Stop, outside: Outside) -> Self {
        Self::with_parts(target, part_bytes, runtime, (stop, outside))
    }

    pub(super) fn with_parts(
        target: Target,
        part_bytes: fn(u32) -> usize,
        runtime: &Handle,
        (stop, outside): (Stop, Outside),
    ) -> Self {
        let (sender, receiver) = unbounded();
        let gate = Gate::default();
        let pump = Pump {
            target: target.clone(),
            gate: gate.clone(),
            stop: stop.clone(),
            outside: outside.clone(),
        };
        Self {
            target,
            writer: ObjectWriter::new(part_bytes, sender, gate, stop),
            pump: runtime.spawn(pump.run(receiver)),
            outside,
        }
    }

    /// What engines write to.
    pub(crate) fn writer(&self) -> ObjectWriter {
        self.writer.clone()
    }

    /// Makes the object of everything that was written, and gives its bytes.
    ///
    /// # Errors
    /// The store's; there is no object then.
    pub(crate) async fn finish(self) -> Result<u64, PortError> {
        let outside = self.outside.clone();
        let finished = self.complete().await;
        if let Err(error) = &finished {
            outside.record(OutsideFault::Store(error.clone()));
        }
        finished
    }

    /// Takes away what was uploaded. The stop has been requested, or nothing is written any more.
    pub(crate) async fn discard(self) {
        self.writer.close();
        if let Ok(Ok(Sent::Parts(id, _))) = self.pump.await {
            self.target.abort(&id).await;
        }
    }

    async fn complete(self) -> Result<u64, PortError> {
        let rest = self.writer.close();
        let Target {
            ports,
            key,
            content_type,
            patience,
        } = &self.target;
        if rest.parts == 0 {
            let put = patience.call(PortError::retryable, || {
                ports.objects.put(key, rest.bytes.clone(), content_type)
            });
            return put.await.map(|()| rest.written);
        }
        let sent = self.pump.await;
        let sent = sent.map_err(|error| PortError::other(format!("uploading stopped: {error}")))?;
        let Sent::Parts(id, parts) = sent? else {
            return Err(PortError::other("an upload without its parts"));
        };
        let completed = patience.call(PortError::retryable, || {
            ports.uploads.complete(key, &id, &parts)
        });
        let completed = match completed.await {
            // After a lost answer it is done, and the upload gone.
            Err(PortError::NotFound { message }) => match ports.objects.size(key).await? {
                Some(size) if size == rest.written => Ok(()),
                _ => Err(PortError::NotFound { message }),
            },
            completed => completed,
        };
        if let Err(error) = completed {
            self.target.abort(&id).await;
            return Err(error);
        }
        Ok(rest.written)
    }
}

impl Target {
    /// What is left of an upload costs storage until the bucket's lifecycle rule finds it.
    async fn abort(&self, id: &str) {
        let uploads = &self.ports.uploads;
        let aborted = self
            .patience
            .call(PortError::retryable, || uploads.abort(&self.key, id));
        if let Err(error) = aborted.await {
            tracing::warn!(key = self.key, %error, "an unfinished upload is left behind");
        }
    }
}

/// Uploads parts as they come.
#[derive(Debug)]
struct Pump {
    target: Target,
    gate: Gate,
    stop: Stop,
    outside: Outside,
}

impl Pump {
    /// Uploads until no more parts come. After a failure or a stop nothing is left of the upload.
    async fn run(self, mut parts: UnboundedReceiver<FullPart>) -> Result<Sent, PortError> {
        let Some(first) = parts.next().await else {
            return Ok(Sent::Nothing);
        };
        let sent = self.send(first, parts).await;
        if let Err(error) = &sent {
            if self.stop.reason().is_none() {
                self.outside.record(OutsideFault::Store(error.clone()));
            }
            self.gate.fail(error.clone());
        }
        sent
    }

    async fn send(
        &self,
        first: FullPart,
        parts: UnboundedReceiver<FullPart>,
    ) -> Result<Sent, PortError> {
        let Target {
            ports,
            key,
            content_type,
            patience,
        } = &self.target;
        let id = patience.call(PortError::retryable, || {
            ports.uploads.create(key, content_type)
        });
        let id = id.await?;
        let parts = stream::once(async { first }).chain(parts);
        let parts = parts
            .map(|part| self.send_part(&id, part))
            .buffer_unordered(AT_A_TIME)
            .try_collect();
        let sent: Result<Vec<Part>, PortError> = tokio::select! {
            sent = parts => sent,
            () = self.stop.requested() => Err(PortError::other("the work was stopped")),
        };
        match sent {
            Ok(mut parts) => {
                parts.sort_by_key(|part| part.number);
                Ok(Sent::Parts(id, parts))
            }
            Err(error) => {
                self.target.abort(&id).await;
                Err(error)
            }
        }
    }

    async fn send_part(&self, id: &str, part: FullPart) -> Result<Part, PortError> {
        let Target {
            ports,
            key,
            patience,
            ..
        } = &self.target;
        let bytes = part.body.len();
        let sent = patience.call(PortError::retryable, || {
            ports
                .uploads
                .put_part(key, id, part.number, part.body.clone())
        });
        let sent = sent.await?;
        self.gate.leave(bytes);
        Ok(sent)
    }
}
