//! Files that an attempt makes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use millrace_files::{Output, output_key, processed_name, rejects_name};
use millrace_jobs::Ticket;
use millrace_ports::{PortError, Ports};
use tokio::runtime::Handle;

use crate::outside::Outside;
use crate::patience::Patience;
use crate::stop::Stop;
use crate::writer::{ObjectWriter, Target, Upload};

/// Media type of rejected rows.
pub(super) const REJECTS_TYPE: &str = "application/x-ndjson";

/// Where an attempt makes its files. Clones are the same place.
#[derive(Debug, Clone)]
pub(super) struct Place(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    ports: Ports,
    ticket: Ticket,
    /// Where files go that are no attempt's own.
    folder: Option<String>,
    input_name: String,
    patience: Patience,
    runtime: Handle,
    stop: Stop,
    outside: Outside,
    /// Keys of everything that was begun.
    keys: Mutex<Vec<String>>,
    /// The output, once it was begun.
    output: Mutex<Option<Begun>>,
}

/// A file that is being written.
#[derive(Debug)]
pub(super) struct Begun {
    file_name: String,
    target: Target,
    upload: Upload,
}

impl Place {
    /// The place of a ticket, for what comes of the file `input_name`: in `folder`, or else where the
    /// attempt's own files are. To be made on the runtime.
    pub(super) fn new(
        ports: Ports,
        ticket: Ticket,
        (folder, input_name): (Option<String>, String),
        patience: Patience,
        (stop, outside): (Stop, Outside),
    ) -> Self {
        Self(Arc::new(Parts {
            ports,
            ticket,
            folder,
            input_name,
            patience,
            runtime: Handle::current(),
            stop,
            outside,
            keys: Mutex::default(),
            output: Mutex::default(),
        }))
    }

    /// Begins the file of rejected rows.
    pub(super) fn rejects(&self) -> Begun {
        self.begin(rejects_name(&self.0.input_name), REJECTS_TYPE)
    }

    /// The output to be begun, by an engine that has seen what it will be.
    pub(super) fn new_output(&self) -> NewOutput {
        NewOutput(self.clone())
    }

    /// The output, if it was begun. After that nothing more can be.
    pub(super) fn take_output(&self) -> Option<Begun> {
        lock(&self.0.output).take()
    }

    /// Takes everything away.
    pub(super) async fn clean(&self) {
        let keys = lock(&self.0.keys).clone();
        if let Err(error) = self.0.ports.objects.delete(&keys).await {
            let job = &self.0.ticket.job_id;
            // They go with the job.
            tracing::warn!(job, %error, "objects of an attempt are left behind");
        }
    }

    fn begin(&self, file_name: String, content_type: &str) -> Begun {
        let parts = &self.0;
        let target = Target {
            ports: parts.ports.clone(),
            key: match &parts.folder {
                Some(folder) => format!("{folder}{file_name}"),
                None => output_key(&parts.ticket, &file_name),
            },
            content_type: content_type.to_owned(),
            patience: parts.patience,
        };
        lock(&parts.keys).push(target.key.clone());
        let (stop, outside) = (parts.stop.clone(), parts.outside.clone());
        Begun {
            file_name,
            upload: Upload::begin(target.clone(), &parts.runtime, stop, outside),
            target,
        }
    }
}

impl Begun {
    pub(super) fn writer(&self) -> ObjectWriter {
        self.upload.writer()
    }

    /// Makes the file whole.
    pub(super) async fn finish(self) -> Result<Output, PortError> {
        let size = self.upload.finish().await?;
        Ok(Output {
            file_name: self.file_name,
            key: self.target.key,
            size,
            content_type: self.target.content_type,
        })
    }

    /// The same, where something was written.
    pub(super) async fn finish_if_written(self) -> Result<Option<Output>, PortError> {
        if self.writer().written() > 0 {
            return self.finish().await.map(Some);
        }
        self.discard().await;
        Ok(None)
    }

    /// Takes away what was uploaded.
    pub(super) async fn discard(self) {
        self.upload.discard().await;
    }
}

/// The file that an engine is to make. It has a name and a type as soon as the engine knows its format.
#[derive(Debug)]
pub struct NewOutput(Place);

impl NewOutput {
    /// Begins the file: `extension` goes to the end of its name, without a dot before it.
    #[must_use]
    pub fn begin(self, extension: &str, content_type: &str) -> ObjectWriter {
        let Self(place) = self;
        let file_name = processed_name(&place.0.input_name, extension);
        let begun = place.begin(file_name, content_type);
        let writer = begun.writer();
        *lock(&place.0.output) = Some(begun);
        writer
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
