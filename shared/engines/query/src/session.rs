//! A DataFusion session that can read the tables it is given and nothing else.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::error::DataFusionError;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::execution::{SessionStateBuilder, SessionStateDefaults};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::physical_plan::{ChildrenPropertiesMode, ExecutionPlan, ReplaceChildrenOptions};
use datafusion::prelude::{SessionConfig, SessionContext};

use crate::metered::Metered;

/// Most rows of a batch.
pub(crate) const BATCH_ROWS: usize = 8_192;

/// Functions taken out: the clock, random numbers and files (an answer must be the same every time), those
/// that make values of any size out of a small number or of many rows, and one that takes as long as the
/// product of two texts.
const UNAVAILABLE: [&str; 16] = [
    "array_agg",
    "current_date",
    "current_time",
    "current_timestamp",
    "file_row_index",
    "input_file_name",
    "levenshtein",
    "lpad",
    "now",
    "random",
    "repeat",
    "rpad",
    "string_agg",
    "today",
    "uuid",
    "uuidv7",
];

/// Whether `name` is a function that was taken out.
pub(crate) fn is_unavailable(name: &str) -> bool {
    UNAVAILABLE.contains(&name)
}

/// Memory for statements, and no disk and no files.
pub(crate) fn runtime(memory_bytes: usize) -> Result<Arc<RuntimeEnv>, DataFusionError> {
    let runtime = RuntimeEnvBuilder::new()
        .with_memory_limit(memory_bytes, 1.0)
        .with_disk_manager_builder(
            DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled),
        )
        .build_arc()?;
    runtime.deregister_object_store(ObjectStoreUrl::local_filesystem().as_ref())?;
    Ok(runtime)
}

/// A session with no tables, no files, no table functions, no clock.
pub(crate) fn session(partitions: usize, runtime: Arc<RuntimeEnv>) -> SessionContext {
    let mut config = SessionConfig::new()
        .with_target_partitions(partitions)
        .with_batch_size(BATCH_ROWS)
        .with_information_schema(false);
    let options = config.options_mut();
    options.execution.time_zone = Some("+00:00".to_owned());
    options.execution.enable_recursive_ctes = false;
    let functions = SessionStateDefaults::default_scalar_functions()
        .into_iter()
        .filter(|function| !is_unavailable(function.name()))
        .collect();
    let aggregates = SessionStateDefaults::default_aggregate_functions()
        .into_iter()
        .filter(|function| !is_unavailable(function.name()))
        .collect();
    let state = SessionStateBuilder::new()
        .with_session_id("query".to_owned())
        .with_config(config)
        .with_runtime_env(runtime)
        .with_expr_planners(SessionStateDefaults::default_expr_planners())
        .with_scalar_functions(functions)
        .with_aggregate_functions(aggregates)
        .with_window_functions(SessionStateDefaults::default_window_functions())
        .with_table_functions(HashMap::new())
        .with_physical_optimizer_rule(Arc::new(YieldingJoins))
        .with_physical_optimizer_rule(Arc::new(MeteredWindows))
        .build();
    SessionContext::new_with_state(state)
}

/// Lets joins give way between batches. A join can make millions of rows of two batches, and without
/// this a statement could neither be timed out nor cancelled meanwhile.
#[derive(Debug)]
struct YieldingJoins;

impl PhysicalOptimizerRule for YieldingJoins {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        plan.transform_up(|node| {
            if node.name().ends_with("JoinExec") {
                Ok(Transformed::yes(
                    Arc::new(CooperativeExec::new(node)) as Arc<dyn ExecutionPlan>
                ))
            } else {
                Ok(Transformed::no(node))
            }
        })
        .map(|transformed| transformed.data)
    }

    fn name(&self) -> &str {
        "yielding_joins"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// Holds what window functions gather against the memory pool.
#[derive(Debug)]
struct MeteredWindows;

impl PhysicalOptimizerRule for MeteredWindows {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        plan.transform_up(|node| {
            if !node.name().ends_with("WindowAggExec") {
                return Ok(Transformed::no(node));
            }
            let inputs = node
                .children()
                .into_iter()
                .map(|input| Arc::new(Metered::new(Arc::clone(input))) as Arc<dyn ExecutionPlan>);
            let inputs = inputs.collect();
            let options = ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute);
            node.replace_children(inputs, options).map(Transformed::yes)
        })
        .map(|transformed| transformed.data)
    }

    fn name(&self) -> &str {
        "metered_windows"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every function left is a pure one: the list above misses none that is volatile.
    #[test]
    fn keeps_no_volatile_function() {
        let context = session(1, runtime(1 << 20).unwrap());
        let state = context.state();
        let volatile: Vec<&String> = state
            .scalar_functions()
            .iter()
            .filter(|(_, function)| {
                function.signature().volatility != datafusion::logical_expr::Volatility::Immutable
            })
            .map(|(name, _)| name)
            .collect();
        assert_eq!(volatile, Vec::<&String>::new());
        assert!(state.scalar_functions().contains_key("date_trunc"));
        assert!(state.table_functions().is_empty());
        assert!(
            context
                .runtime_env()
                .object_store(ObjectStoreUrl::local_filesystem())
                .is_err()
        );
    }
}
