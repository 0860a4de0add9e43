//! The way of rows into a DataFusion plan and out of it.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use arrow::array::{ArrayRef, AsArray, RecordBatch, RecordBatchOptions, UInt64Array};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, UInt64Type};
use datafusion::catalog::streaming::StreamingTable;
use datafusion::common::Column;
use datafusion::error::DataFusionError;
use datafusion::execution::TaskContext;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::{FairSpillPool, TrackConsumersPool};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::physical_plan::SendableRecordBatchStream;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::PartitionStream;
use datafusion::prelude::{DataFrame, Expr, SessionConfig, SessionContext};
use futures::StreamExt;
use millrace_rows::{Rejected, Rows};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use crate::error::TabularError;
use crate::frames::{Frame, Frames};
use crate::lanes::spawn;
use crate::resources::Resources;

/// Name of the column with the order of the rows, which makes every order one without ties.
pub(crate) const SEQUENCE: &str = "\u{0}sequence";
/// Name of the column with the numbers of rows in the input; null where there are none.
pub(crate) const NUMBERS: &str = crate::source::NUMBERS;
/// Batches on their way into a plan.
const AHEAD: usize = 2;

/// The column of this place. Names of users never reach a plan.
pub(crate) fn column(place: usize) -> Expr {
    named(&format!("c{place}"))
}

pub(crate) fn named(name: &str) -> Expr {
    Expr::Column(Column::new_unqualified(name))
}

/// The rows that come out of a plan.
pub(crate) struct Gathered {
    stream: SendableRecordBatchStream,
    rejects: Arc<Mutex<Vec<Rejected>>>,
    limit: usize,
    // Drop order: the stream lets the feeding thread go, which the last field waits for.
    runtime: Option<Runtime>,
    feeder: Option<JoinHandle<()>>,
}

impl Gathered {
    /// The next batch, as the plan gives it.
    pub(crate) fn next_batch(&mut self) -> Option<Result<RecordBatch, TabularError>> {
        let runtime = self.runtime.as_ref()?;
        let batch = runtime.block_on(self.stream.next());
        batch.map(|batch| {
            batch.map_err(|error| match error.find_root() {
                DataFusionError::ResourcesExhausted(reason) => TabularError::MemoryLimit {
                    limit_mib: self.limit >> 20,
                    reason: reason.lines().next().unwrap_or_default().to_owned(),
                },
                _ => error.into(),
            })
        })
    }

    /// The rows that were let go on the way into the plan.
    pub(crate) fn take_rejects(&self) -> Vec<Rejected> {
        std::mem::take(&mut *self.rejects.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The rest as frames of these columns, the first ones of the plan; `NUMBERS` numbers the rows.
    pub(crate) fn into_frames(self, schema: SchemaRef) -> Frames {
        let turned = Arc::clone(&schema);
        self.turned(schema, move |batch| leave(batch, &turned))
    }

    /// The rest as frames that `turn` makes of the batches of the plan.
    pub(crate) fn turned<F>(self, schema: SchemaRef, turn: F) -> Frames
    where
        F: FnMut(&RecordBatch) -> Result<Rows, TabularError> + Send + 'static,
    {
        Box::new(Leaving {
            gathered: self,
            turn,
            schema,
            ended: false,
        })
    }
}

impl Drop for Gathered {
    fn drop(&mut self) {
        let schema = self.stream.schema();
        let nothing = RecordBatchStreamAdapter::new(schema, futures::stream::empty());
        self.stream = Box::pin(nothing);
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
        if let Some(feeder) = self.feeder.take() {
            let _ = feeder.join();
        }
    }
}

struct Leaving<F> {
    gathered: Gathered,
    turn: F,
    schema: SchemaRef,
    ended: bool,
}

impl<F> Iterator for Leaving<F>
where
    F: FnMut(&RecordBatch) -> Result<Rows, TabularError>,
{
    type Item = Result<Frame, TabularError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let batch = self.gathered.next_batch();
        self.ended = !matches!(batch, Some(Ok(_)));
        let rows = match batch {
            Some(batch) => batch.and_then(|batch| (self.turn)(&batch)),
            None => Ok(Rows {
                batch: RecordBatch::new_empty(Arc::clone(&self.schema)),
                numbers: None,
            }),
        };
        self.ended |= rows.is_err();
        let rejects = self.gathered.take_rejects();
        match rows {
            // What was rejected must be told of although no row is left.
            Ok(rows) if rows.is_empty() && rejects.is_empty() && self.ended => None,
            Ok(rows) => Some(Ok(Frame { rows, rejects })),
            Err(error) => Some(Err(error)),
        }
    }
}

/// The rows of a batch of a plan whose first columns are these.
fn leave(batch: &RecordBatch, schema: &SchemaRef) -> Result<Rows, TabularError> {
    let width = schema.fields().len();
    let columns: Vec<ArrayRef> = batch.columns()[..width]
        .iter()
        .zip(schema.fields())
        .map(|(array, field)| {
            if array.data_type() == field.data_type() {
                Ok(Arc::clone(array))
            } else {
                arrow::compute::cast(array, field.data_type())
            }
        })
        .collect::<Result<_, _>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    let numbers = batch
        .column_by_name(NUMBERS)
        .map(|numbers| numbers.as_primitive::<UInt64Type>().clone());
    Ok(Rows {
        batch: RecordBatch::try_new_with_options(Arc::clone(schema), columns, &options)?,
        numbers,
    })
}

/// Puts the rows and their order into a plan and runs it.
pub(crate) fn gather(
    input: Frames,
    schema: &SchemaRef,
    resources: &Resources,
    plan: impl FnOnce(DataFrame) -> Result<DataFrame, DataFusionError>,
) -> Result<Gathered, TabularError> {
    let fields = schema
        .fields()
        .iter()
        .enumerate()
        .map(|(place, field)| Field::new(format!("c{place}"), field.data_type().clone(), true));
    let own = [
        Field::new(NUMBERS, DataType::UInt64, true),
        Field::new(SEQUENCE, DataType::UInt64, false),
    ];
    let schema: SchemaRef = Arc::new(Schema::new(fields.chain(own).collect::<Vec<_>>()));
    let (sender, receiver) = mpsc::channel(AHEAD);
    let complete = Arc::new(AtomicBool::new(false));
    let rejects = Arc::new(Mutex::new(Vec::new()));
    let feeder = spawn("gather".to_owned(), {
        let feeding = Feeding {
            schema: Arc::clone(&schema),
            sender,
            complete: Arc::clone(&complete),
            rejects: Arc::clone(&rejects),
            sequence: AtomicU64::new(0),
        };
        move || feeding.run(input)
    })?;
    let partition = Feed {
        schema: Arc::clone(&schema),
        receiver: Mutex::new(Some(receiver)),
        complete,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(resources.threads)
        .enable_all()
        .build()?;
    let context = session(resources)?;
    let table = StreamingTable::try_new(schema, vec![Arc::new(partition)])?;
    let frame = plan(context.read_table(Arc::new(table))?)?;
    let stream = runtime.block_on(frame.execute_stream())?;
    Ok(Gathered {
        stream,
        rejects,
        limit: resources.memory_bytes,
        runtime: Some(runtime),
        feeder: Some(feeder),
    })
}

fn session(resources: &Resources) -> Result<SessionContext, TabularError> {
    const TRACKED: std::num::NonZeroUsize = std::num::NonZeroUsize::new(3).expect("three");
    let pool = TrackConsumersPool::new(FairSpillPool::new(resources.memory_bytes), TRACKED);
    let disk = DiskManagerBuilder::default()
        .with_mode(DiskManagerMode::Directories(vec![
            resources.spill_directory.clone(),
        ]))
        .with_max_temp_directory_size(resources.spill_bytes);
    let runtime = RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(pool))
        .with_disk_manager_builder(disk)
        .build_arc()?;
    // The merge of a sort cannot spill and needs its share in each partition.
    let partitions = resources
        .threads
        .min((resources.memory_bytes / (64 << 20)).max(1));
    let mut config = SessionConfig::new()
        .with_target_partitions(partitions)
        .with_batch_size(8_192)
        .with_information_schema(false);
    let options = config.options_mut();
    options.execution.time_zone = Some("+00:00".to_owned());
    options.execution.spill_compression = datafusion::config::SpillCompression::Lz4Frame;
    options.execution.sort_spill_reservation_bytes = (resources.memory_bytes / 16).min(10 << 20);
    Ok(SessionContext::new_with_config_rt(config, runtime))
}

struct Feeding {
    schema: SchemaRef,
    sender: mpsc::Sender<Result<RecordBatch, DataFusionError>>,
    complete: Arc<AtomicBool>,
    rejects: Arc<Mutex<Vec<Rejected>>>,
    sequence: AtomicU64,
}

impl Feeding {
    fn run(&self, input: Frames) {
        for frame in input {
            let batch = frame.and_then(|frame| self.batch(frame));
            let failed = batch.is_err();
            let batch = batch.map_err(|error| DataFusionError::External(Box::new(error)));
            if self.sender.blocking_send(batch).is_err() || failed {
                return;
            }
        }
        self.complete.store(true, Ordering::Release);
    }

    fn batch(&self, frame: Frame) -> Result<RecordBatch, TabularError> {
        let rows = frame.rows;
        self.rejects
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(frame.rejects);
        let count = rows.len() as u64;
        let first = self.sequence.fetch_add(count, Ordering::Relaxed);
        let numbers = rows
            .numbers
            .unwrap_or_else(|| UInt64Array::new_null(count as usize));
        let mut columns = rows.batch.columns().to_vec();
        columns.push(Arc::new(numbers));
        columns.push(Arc::new(UInt64Array::from_iter_values(
            first..first + count,
        )));
        Ok(RecordBatch::try_new(Arc::clone(&self.schema), columns)?)
    }
}

struct Feed {
    schema: SchemaRef,
    receiver: Mutex<Option<mpsc::Receiver<Result<RecordBatch, DataFusionError>>>>,
    complete: Arc<AtomicBool>,
}

impl fmt::Debug for Feed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the rows so far")
    }
}

impl PartitionStream for Feed {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let mut receiver = self.receiver.lock().unwrap_or_else(PoisonError::into_inner);
        let receiver = receiver.take();
        let complete = Arc::clone(&self.complete);
        let broken = |why: &str| {
            let error = TabularError::Internal(why.to_owned());
            Some(Err(DataFusionError::External(Box::new(error))))
        };
        let stream = futures::stream::unfold(receiver, move |receiver| {
            let complete = Arc::clone(&complete);
            async move {
                let mut receiver = receiver?;
                match receiver.recv().await {
                    Some(Ok(batch)) => Some((Ok(batch), Some(receiver))),
                    Some(Err(error)) => Some((Err(error), None)),
                    // Rows that break off are no end of the rows.
                    None if complete.load(Ordering::Acquire) => None,
                    None => broken("the rows broke off").map(|error| (error, None)),
                }
            }
        });
        Box::pin(RecordBatchStreamAdapter::new(
            Arc::clone(&self.schema),
            stream,
        ))
    }
}
