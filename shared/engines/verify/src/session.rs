//! A DataFusion session that can read the tables it is given and nothing else.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::error::DataFusionError;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::{SessionStateBuilder, SessionStateDefaults};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::prelude::{SessionConfig, SessionContext};

/// Rows of a batch.
pub(crate) const BATCH_ROWS: usize = 8_192;

/// Functions taken out: the clock, random numbers and files (an answer must be the same every time), and
/// those that make values of any size out of a small number.
const UNAVAILABLE: [&str; 19] = [
    "array_repeat",
    "array_resize",
    "current_date",
    "current_time",
    "current_timestamp",
    "file_row_index",
    "generate_series",
    "input_file_name",
    "list_repeat",
    "list_resize",
    "lpad",
    "now",
    "random",
    "range",
    "repeat",
    "rpad",
    "today",
    "uuid",
    "uuidv7",
];

/// Whether `name` is a function that was taken out.
pub(crate) fn is_unavailable(name: &str) -> bool {
    UNAVAILABLE.contains(&name)
}

/// A session with no tables, no files, no table functions, no clock.
pub(crate) fn session(
    partitions: usize,
    memory_bytes: usize,
) -> Result<SessionContext, DataFusionError> {
    let runtime = RuntimeEnvBuilder::new()
        .with_memory_limit(memory_bytes, 1.0)
        .with_disk_manager_builder(
            DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled),
        )
        .build_arc()?;
    runtime.deregister_object_store(ObjectStoreUrl::local_filesystem().as_ref())?;
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
    let state = SessionStateBuilder::new()
        .with_session_id("verify".to_owned())
        .with_config(config)
        .with_runtime_env(runtime)
        .with_expr_planners(SessionStateDefaults::default_expr_planners())
        .with_scalar_functions(functions)
        .with_aggregate_functions(SessionStateDefaults::default_aggregate_functions())
        .with_window_functions(SessionStateDefaults::default_window_functions())
        .with_table_functions(HashMap::new())
        .with_physical_optimizer_rule(Arc::new(YieldingJoins))
        .build();
    Ok(SessionContext::new_with_state(state))
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Every function left is a pure one: the list above misses none that is volatile.
    #[test]
    fn keeps_no_volatile_function() {
        let context = session(1, 1 << 20).unwrap();
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
