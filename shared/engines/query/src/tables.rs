//! Tables that statements run on.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::{Constraint, Constraints, TableReference};
use datafusion::dataframe::DataFrame;
use datafusion::datasource::MemTable;
use datafusion::execution::SessionState;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::SessionContext;
use datafusion::sql::sqlparser::tokenizer::TokenWithSpan;
use futures::StreamExt;
use serde_json::Value;
use tokio::task::JoinSet;

use crate::answer::{self, Answer, Rounding};
use crate::fault::{self, SqlFault};
use crate::plan::{self, ResultColumn};
use crate::session;
use crate::spelling::Spellings;
use crate::statement;
use crate::trace::{self, Held, Stored, VALUE_BYTES};

/// Bytes of one column of a batch, about, where its cells are as long as the longest.
const BATCH_BYTES: usize = 16 << 20;
/// Bytes that one step of a plan may make of a batch, about.
const MADE_BYTES: usize = 64 << 20;
/// Rows that become JSON before it is looked how large they are.
const ANSWERED_ROWS: usize = 256;

/// Most rows that the planner hears of as a limit: it makes room for that many groups at once.
const MOST_PLANNED: usize = 100_000;

/// Bounds of one statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueryLimits {
    /// Rows of the answer; more are cut off and said so.
    pub rows: usize,
    /// Bytes of the answer's rows as JSON, about; rows beyond are cut off and said so.
    pub bytes: usize,
    /// Time until [`SqlFault::TimedOut`]. Needs a tokio runtime with its timer on.
    pub timeout: Duration,
}

impl Default for QueryLimits {
    /// 10,000 rows, 256 MiB, 30 s.
    fn default() -> Self {
        Self {
            rows: 10_000,
            bytes: 256 << 20,
            timeout: Duration::from_secs(30),
        }
    }
}

/// A table as it is added.
pub(crate) struct NewTable<'a> {
    pub(crate) name: &'a str,
    pub(crate) schema: SchemaRef,
    pub(crate) batches: Vec<RecordBatch>,
    /// The places of the columns that tell its rows apart.
    pub(crate) key: &'a [usize],
    /// The places of the columns that hold text, though they were declared as something else.
    pub(crate) odd: &'a [usize],
}

/// Tables by name, and a session that reads them and nothing else.
///
/// Statements never write: everything but one SELECT of bounded size is refused before it is planned.
pub struct Tables {
    /// As the rows stand.
    exact: Reading,
    /// With the rows that do not read as they were declared as NULL; `None` where that changes nothing.
    declared: Option<Reading>,
    spellings: Spellings,
    partitions: usize,
    rows: BTreeMap<String, Vec<RecordBatch>>,
    /// Bytes of the longest text in the tables.
    longest: usize,
}

/// A session, and what its tables hold.
struct Reading {
    context: SessionContext,
    stored: Stored,
}

/// A statement that can be run.
struct Prepared<'a> {
    reading: &'a Reading,
    plan: LogicalPlan,
    output: Vec<Held>,
}

impl std::fmt::Debug for Tables {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Tables").finish_non_exhaustive()
    }
}

impl Tables {
    /// No tables yet. A table is scanned in `partitions` parts; `memory_bytes` are what all running
    /// statements together may take beside the tables themselves.
    ///
    /// # Errors
    /// [`SqlFault::Invalid`] where a session cannot be made.
    pub fn new(partitions: usize, memory_bytes: usize) -> Result<Self, SqlFault> {
        let partitions = partitions.max(1);
        let runtime = session::runtime(memory_bytes).map_err(|error| fault::planning(&error))?;
        Ok(Self {
            exact: Reading {
                context: session::session(partitions, runtime),
                stored: Stored::new(),
            },
            declared: None,
            spellings: Spellings::default(),
            partitions,
            rows: BTreeMap::new(),
            longest: VALUE_BYTES,
        })
    }

    /// Makes a table known under exactly `name`. `key` holds the places of the columns that tell its rows
    /// apart: they must, for plans rely on it; empty where nothing does.
    ///
    /// # Errors
    /// [`SqlFault::Invalid`] where the name is taken or the batches are of another schema.
    pub fn add(
        &mut self,
        name: &str,
        schema: SchemaRef,
        batches: Vec<RecordBatch>,
        key: &[usize],
    ) -> Result<(), SqlFault> {
        self.add_table(NewTable {
            name,
            schema,
            batches,
            key,
            odd: &[],
        })
    }

    pub(crate) fn add_table(&mut self, table: NewTable<'_>) -> Result<(), SqlFault> {
        self.spellings.add(table.name);
        for field in table.schema.fields() {
            self.spellings.add(field.name());
        }
        let texts = table.batches.iter().flat_map(RecordBatch::columns);
        self.longest = texts.map(answer::longest).fold(self.longest, usize::max);
        let batches = table.batches.clone();
        let name = table.name.to_owned();
        self.exact.add(table, self.partitions)?;
        self.rows.insert(name, batches);
        Ok(())
    }

    /// Gives every table a second reading, in which what does not read as it was declared is NULL.
    /// Statements that work with such a column run on it.
    pub(crate) fn declare(&mut self, tables: Vec<NewTable<'_>>) -> Result<(), SqlFault> {
        let runtime = self.exact.context.runtime_env();
        let mut declared = Reading {
            context: session::session(self.partitions, runtime),
            stored: Stored::new(),
        };
        for table in tables {
            declared.add(table, self.partitions)?;
        }
        self.declared = Some(declared);
        Ok(())
    }

    /// Bytes that the rows take in memory, about.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let batches = self.rows.values().flatten();
        batches.map(RecordBatch::get_array_memory_size).sum()
    }

    /// How many rows a table has; `None` where there is no table of exactly this name.
    #[must_use]
    pub fn row_count(&self, table: &str) -> Option<usize> {
        let batches = self.rows.get(table)?;
        Some(batches.iter().map(RecordBatch::num_rows).sum())
    }

    /// Shows up to `limit` rows of a table as texts, a cell for each column, nothing for NULL.
    ///
    /// # Errors
    /// [`SqlFault::UnknownTable`]; [`SqlFault::Execution`] for a type that cannot be shown.
    pub fn each_row(
        &self,
        table: &str,
        limit: usize,
        mut visit: impl FnMut(&[Option<&str>]),
    ) -> Result<(), SqlFault> {
        let batches = self.rows.get(table).ok_or_else(|| SqlFault::UnknownTable {
            name: table.to_owned(),
            nearest: None,
        })?;
        let mut left = limit;
        for batch in batches {
            let batch = batch.slice(0, left.min(batch.num_rows()));
            left -= batch.num_rows();
            for part in slices(&batch, ANSWERED_ROWS) {
                answer::each_row(&part, &mut visit)
                    .map_err(|error| SqlFault::Execution(error.to_string()))?;
            }
        }
        Ok(())
    }

    /// Plans and optimises `sql`, reads no row; gives the columns of its result.
    ///
    /// # Errors
    /// A [`SqlFault`] that says what is wrong with the statement.
    pub async fn plan(&self, sql: &str) -> Result<Vec<ResultColumn>, SqlFault> {
        let prepared = self.prepare(sql).await?;
        // The physical planner refuses what the logical one cannot see, such as odd subqueries.
        let state = prepared.reading.context.state();
        state
            .create_physical_plan(&prepared.plan)
            .await
            .map_err(|error| fault::planning(&error))?;
        Ok(plan::result_columns(&prepared.plan))
    }

    /// [`Tables::plan`] for callers that are not asynchronous: planning waits for nothing.
    ///
    /// # Errors
    /// A [`SqlFault`] that says what is wrong with the statement.
    pub fn plan_now(&self, sql: &str) -> Result<Vec<ResultColumn>, SqlFault> {
        // A task's budget must not make planning wait for a scheduler that this call holds up.
        futures::executor::block_on(tokio::task::unconstrained(self.plan(sql)))
    }

    /// Runs one SELECT. Dropping the future stops the work behind it.
    ///
    /// # Errors
    /// A [`SqlFault`]; also when the statement takes too long or too much memory.
    pub async fn query(&self, sql: &str, limits: &QueryLimits) -> Result<Answer, SqlFault> {
        let prepared = self.prepare(sql).await?;
        let columns = plan::result_columns(&prepared.plan);
        let rounding = prepared.output.iter().map(|held| match held.made {
            true => Rounding::Made,
            false => Rounding::Stored,
        });
        let work = Collecting {
            rounding: rounding.collect(),
            rows: limits.rows,
            bytes: limits.bytes,
            batch_rows: self.batch_rows(),
        };
        // In a task of its own, so that the time is kept by another while a batch is worked on.
        let mut task = JoinSet::new();
        task.spawn(work.run(prepared.reading.context.state(), prepared.plan));
        let (rows, truncated) = match tokio::time::timeout(limits.timeout, task.join_next()).await {
            Ok(Some(Ok(done))) => done?,
            Ok(Some(Err(error))) => return Err(SqlFault::Execution(error.to_string())),
            Ok(None) | Err(_) => {
                let milliseconds = limits.timeout.as_millis();
                return Err(SqlFault::TimedOut { milliseconds });
            }
        };
        Ok(Answer {
            columns,
            rows,
            truncated,
        })
    }

    /// The rows of a statement that the program made itself and that needs no gate.
    ///
    /// # Errors
    /// A [`SqlFault`] where it does not plan or run.
    pub async fn own_rows(&self, sql: &str) -> Result<Vec<Vec<Value>>, SqlFault> {
        let state = self.exact.context.state();
        let plan = state
            .create_logical_plan(sql)
            .await
            .map_err(|error| fault::planning(&error))?;
        let work = Collecting {
            rounding: vec![Rounding::Made; plan.schema().fields().len()],
            rows: usize::MAX,
            bytes: usize::MAX,
            batch_rows: self.batch_rows(),
        };
        Ok(work.run(state, plan).await?.0)
    }

    /// Rows of a batch, so that no column of it is too large.
    fn batch_rows(&self) -> usize {
        (BATCH_BYTES / self.longest).clamp(64, session::BATCH_ROWS)
    }

    async fn prepare(&self, sql: &str) -> Result<Prepared<'_>, SqlFault> {
        let tokens = statement::tokens(sql)?;
        if let Some(declared) = &self.declared
            && let Ok((prepared, works_on_odd)) = self.prepare_on(declared, tokens.clone()).await
            && works_on_odd
            // `zip = 'none'` has no meaning for a number, but one for the text that stands there.
            && declared.context.state().optimize(&prepared.plan).is_ok()
        {
            return Ok(prepared);
        }
        let (prepared, _) = self.prepare_on(&self.exact, tokens).await?;
        Ok(prepared)
    }

    async fn prepare_on<'a>(
        &'a self,
        reading: &'a Reading,
        tokens: Vec<TokenWithSpan>,
    ) -> Result<(Prepared<'a>, bool), SqlFault> {
        let state = reading.context.state();
        let other = self.spellings.respelled(&tokens);
        let mut planned = plan::logical_plan(&state, tokens).await;
        let unknown = matches!(
            planned,
            Err(SqlFault::UnknownTable { .. } | SqlFault::UnknownColumn { .. })
        );
        if let Some(tokens) = other.filter(|_| unknown)
            && let Ok(plan) = plan::logical_plan(&state, tokens).await
        {
            planned = Ok(plan);
        }
        let plan = planned?;
        let budget = (MADE_BYTES / self.batch_rows()).max(2 * self.longest);
        let trace = trace::trace(&plan, &reading.stored, budget)?;
        let prepared = Prepared {
            reading,
            plan,
            output: trace.output,
        };
        Ok((prepared, trace.works_on_odd))
    }
}

impl Reading {
    fn add(&mut self, table: NewTable<'_>, partitions: usize) -> Result<(), SqlFault> {
        let reference = TableReference::bare(table.name);
        if self.context.table_exist(reference.clone()).unwrap_or(false) {
            let name = table.name;
            return Err(SqlFault::Invalid(format!("two tables are called {name}")));
        }
        let held = |place: usize| {
            let columns = table.batches.iter().map(|batch| batch.column(place));
            let longest = columns.map(answer::longest).max();
            Held {
                bytes: longest.unwrap_or_default().max(VALUE_BYTES),
                made: false,
                odd: table.odd.contains(&place),
            }
        };
        let held: Vec<Held> = (0..table.schema.fields().len()).map(held).collect();
        let longest = held.iter().map(|held| held.bytes).fold(1, usize::max);
        let rows = (BATCH_BYTES / longest).clamp(64, session::BATCH_ROWS);
        let batches: Vec<RecordBatch> = table
            .batches
            .iter()
            .flat_map(|batch| slices(batch, rows))
            .collect();
        let size = batches.len().div_ceil(partitions).max(1);
        let mut parts: Vec<Vec<RecordBatch>> = batches.chunks(size).map(<[_]>::to_vec).collect();
        parts.resize_with(partitions, Vec::new);
        let mut provider =
            MemTable::try_new(table.schema, parts).map_err(|error| fault::planning(&error))?;
        if !table.key.is_empty() {
            let key = Constraint::PrimaryKey(table.key.to_vec());
            provider = provider.with_constraints(Constraints::new_unverified(vec![key]));
        }
        self.context
            .register_table(reference, Arc::new(provider))
            .map_err(|error| fault::planning(&error))?;
        self.stored.insert(table.name.to_owned(), held);
        Ok(())
    }
}

/// Gathers the rows of a plan.
struct Collecting {
    rounding: Vec<Rounding>,
    rows: usize,
    bytes: usize,
    batch_rows: usize,
}

impl Collecting {
    /// The rows up to the limits, and whether there were more.
    async fn run(
        self,
        mut state: SessionState,
        plan: LogicalPlan,
    ) -> Result<(Vec<Vec<Value>>, bool), SqlFault> {
        let config = state.config().clone();
        *state.config_mut() = config.with_batch_size(self.batch_rows);
        let mut frame = DataFrame::new(state, plan);
        if self.rows < MOST_PLANNED {
            frame = frame
                .limit(0, Some(self.rows + 1))
                .map_err(|error| fault::planning(&error))?;
        }
        let mut stream = frame
            .execute_stream()
            .await
            .map_err(|error| fault::execution(&error))?;
        let mut rows = Vec::new();
        let mut left = self.bytes;
        while let Some(batch) = stream.next().await {
            let batch = batch.map_err(|error| fault::execution(&error))?;
            for part in slices(&batch, ANSWERED_ROWS) {
                let first = rows.len();
                answer::append_rows(&mut rows, &part, &self.rounding)
                    .map_err(|error| SqlFault::Execution(error.to_string()))?;
                for place in first..rows.len() {
                    match left.checked_sub(answer::row_bytes(&rows[place])) {
                        Some(rest) if place < self.rows => left = rest,
                        _ => {
                            rows.truncate(place);
                            return Ok((rows, true));
                        }
                    }
                }
            }
        }
        Ok((rows, false))
    }
}

/// A batch in parts of up to `rows` rows; they share its memory.
fn slices(batch: &RecordBatch, rows: usize) -> impl Iterator<Item = RecordBatch> + '_ {
    let starts = (0..batch.num_rows()).step_by(rows);
    starts.map(move |start| batch.slice(start, rows.min(batch.num_rows() - start)))
}
