use millrace_jobs::Detail;
use millrace_ports::PortError;

use crate::detail::GenerationDetail;
use crate::figures::Figures;
use crate::service::Generation;

/// The queue of messages that could not be dealt with, by the name of the product's configuration.
pub const DEAD_LETTERS: &str = "generation-dead-letters";
/// An object that is never there.
const PROBE: &str = "health/probe";

/// How the pipeline is.
#[derive(Debug, Clone, PartialEq)]
pub struct Health {
    /// The counts; an error where the state does not answer.
    pub figures: Result<Figures, PortError>,
    /// Messages that could not be dealt with; an error where the queues do not answer.
    pub dead_letters: Result<u64, PortError>,
    /// Messages that wait for a worker.
    pub waiting: Result<u64, PortError>,
    /// Whether the files answer.
    pub files: Result<(), PortError>,
}

impl Health {
    /// What is wrong, as sentences; nothing where it runs.
    #[must_use]
    pub fn complaints(&self) -> Vec<String> {
        let mut complaints = Vec::new();
        let mut silent = |part: &str, error: Option<&PortError>| {
            if let Some(error) = error {
                tracing::warn!(part, %error, "a part of the pipeline does not answer");
                complaints.push(format!("The {part} does not answer"));
            }
        };
        silent("state store", self.figures.as_ref().err());
        silent("file store", self.files.as_ref().err());
        let queues = self.dead_letters.as_ref().err();
        silent("queue", queues.or(self.waiting.as_ref().err()));
        match self.dead_letters {
            Ok(1) => complaints.push(
                "1 message could not be dealt with and waits in the dead-letter queue".to_owned(),
            ),
            Ok(count) if count > 1 => complaints.push(format!(
                "{count} messages could not be dealt with and wait in the dead-letter queue"
            )),
            _ => {}
        }
        complaints
    }
}

impl Generation {
    /// Looks at every part of the pipeline.
    pub async fn health(&self) -> Health {
        let ports = self.ports();
        let files = async { ports.objects.head(PROBE).await.map(|_| ()) };
        let (figures, dead_letters, waiting, files) = futures::join!(
            Figures::read(ports),
            ports.queue.depth(DEAD_LETTERS),
            ports.queue.depth(GenerationDetail::QUEUE),
            files,
        );
        Health {
            figures,
            dead_letters,
            waiting,
            files,
        }
    }
}
