//! What the columns of a plan hold: how long they can get, and whether they stand in the rows or are made.
//!
//! Functions that put texts together can make more of a small table than any memory holds, long before
//! the pool hears of it. So each is asked beforehand for the longest text that it could give.

use std::collections::BTreeMap;

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, DFSchema};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::{Expr, GroupingSet, LogicalPlan, Operator};

use crate::fault::SqlFault;

/// What a value takes that is no text.
pub(crate) const VALUE_BYTES: usize = 24;
/// Most columns of any step of a plan but joins, whose columns are looked at before.
const MOST_COLUMNS: usize = 4_000;
/// Most groupings of one statement: each makes a group of every row, all of a batch at once.
const MOST_GROUPINGS: usize = 16;

/// Functions that may give as much as the product of what they are given.
const MULTIPLYING: [&str; 2] = ["date_format", "to_char"];
/// Functions that may put their third argument wherever the first has a letter.
const REPLACING: [&str; 3] = ["regexp_replace", "replace", "translate"];
/// Functions whose text may be longer for a letter that has another form.
const RESPELLING: [&str; 3] = ["initcap", "lower", "upper"];

/// What a column of a plan's output holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Held {
    /// Bytes of its longest value.
    pub(crate) bytes: usize,
    /// Whether it is worked out, not as it stands in a row.
    pub(crate) made: bool,
    /// Whether it is text in a column that was declared as something else.
    pub(crate) odd: bool,
}

impl Held {
    const fn made(bytes: usize) -> Self {
        Self {
            bytes,
            made: true,
            odd: false,
        }
    }
}

/// What the columns of each table hold, in their order.
pub(crate) type Stored = BTreeMap<String, Vec<Held>>;

/// What a plan does.
#[derive(Debug)]
pub(crate) struct Trace {
    /// What the columns of its output hold.
    pub(crate) output: Vec<Held>,
    /// Whether it works with an odd column, and does not only show it.
    pub(crate) works_on_odd: bool,
}

/// Follows the columns of a plan over `stored` tables. No row of any of its steps may take more than
/// `budget` bytes beside what stands in the tables.
///
/// # Errors
/// [`SqlFault::TooComplex`] for a plan that may make more.
pub(crate) fn trace(plan: &LogicalPlan, stored: &Stored, budget: usize) -> Result<Trace, SqlFault> {
    let mut tracer = Tracer {
        stored,
        budget,
        works_on_odd: false,
    };
    let output = tracer.output(plan, VALUE_BYTES)?;
    Ok(Trace {
        output,
        works_on_odd: tracer.works_on_odd,
    })
}

struct Tracer<'a> {
    stored: &'a Stored,
    budget: usize,
    works_on_odd: bool,
}

/// The columns that an expression reads.
struct Scope<'a> {
    inputs: Vec<(&'a DFSchema, Vec<Held>)>,
    /// Bytes of the longest value, those of an outer query included.
    widest: usize,
}

impl Scope<'_> {
    fn column(&self, column: &Column) -> Held {
        let found = self.inputs.iter().find_map(|(schema, held)| {
            let place = schema.maybe_index_of_column(column)?;
            held.get(place).copied()
        });
        found.unwrap_or(Held::made(self.widest))
    }

    fn all(&self) -> Vec<Held> {
        let held = self.inputs.iter().flat_map(|(_, held)| held);
        held.copied().collect()
    }
}

impl Tracer<'_> {
    /// What the output of a plan holds, where an outer query has values of `outer` bytes.
    fn output(&mut self, plan: &LogicalPlan, outer: usize) -> Result<Vec<Held>, SqlFault> {
        let mut inputs = Vec::new();
        for input in plan.inputs() {
            inputs.push((input.schema().as_ref(), self.output(input, outer)?));
        }
        let held = inputs.iter().flat_map(|(_, held)| held);
        let widest = held.map(|held| held.bytes).fold(outer, usize::max);
        let scope = Scope { inputs, widest };
        let fields = plan.schema().fields().len();
        if fields > MOST_COLUMNS && !matches!(plan, LogicalPlan::Join(_)) {
            return Err(SqlFault::TooComplex(format!(
                "it has {fields} columns; at most {MOST_COLUMNS} are made"
            )));
        }
        if let LogicalPlan::Aggregate(aggregate) = plan {
            check_groupings(&aggregate.group_expr)?;
        }
        let mut made = Vec::new();
        for expression in plan.expressions() {
            made.push(self.expression(&expression, &scope)?);
        }
        let row = made.iter().filter(|held| held.made);
        self.check(row.map(|held| held.bytes).fold(0, usize::saturating_add))?;
        let shows = matches!(plan, LogicalPlan::Projection(_) | LogicalPlan::Aggregate(_));
        self.works_on_odd |= !shows && made.iter().any(|held| held.odd);
        let all = scope.all();
        Ok(match plan {
            LogicalPlan::TableScan(_) => self.scanned(plan.schema(), outer),
            LogicalPlan::Projection(_) | LogicalPlan::Aggregate(_) if made.len() == fields => made,
            LogicalPlan::Window(_) if all.len() + made.len() == fields => [all, made].concat(),
            LogicalPlan::Union(_) => {
                scope
                    .inputs
                    .into_iter()
                    .fold(vec![Held::made(0); fields], |together, (_, held)| {
                        let pairs = together.into_iter().zip(held);
                        pairs.map(|(one, other)| either(one, other)).collect()
                    })
            }
            _ if all.len() == fields => all,
            _ => {
                let most = made.iter().map(|held| held.bytes);
                vec![Held::made(most.fold(widest, usize::max)); fields]
            }
        })
    }

    fn scanned(&self, schema: &DFSchema, outer: usize) -> Vec<Held> {
        let known = schema.iter().enumerate().map(|(place, (table, _))| {
            let held = table.and_then(|table| self.stored.get(table.table()));
            held.and_then(|held| held.get(place)).copied()
        });
        known
            .map(|held| held.unwrap_or(Held::made(outer)))
            .collect()
    }

    fn expression(&mut self, expression: &Expr, scope: &Scope<'_>) -> Result<Held, SqlFault> {
        match expression {
            Expr::Column(column) => return Ok(scope.column(column)),
            Expr::Alias(alias) => return self.expression(&alias.expr, scope),
            Expr::OuterReferenceColumn(..) => return Ok(Held::made(scope.widest)),
            Expr::Literal(value, _) => {
                let text = value.try_as_str().flatten();
                return Ok(Held::made(text.map_or(VALUE_BYTES, str::len)));
            }
            Expr::ScalarSubquery(query) => {
                let held = self.output(&query.subquery, scope.widest)?;
                return Ok(held.first().copied().unwrap_or(Held::made(VALUE_BYTES)));
            }
            Expr::Exists(exists) => {
                self.output(&exists.subquery.subquery, scope.widest)?;
            }
            Expr::InSubquery(within) => {
                let held = self.output(&within.subquery.subquery, scope.widest)?;
                self.works_on_odd |= held.iter().any(|held| held.odd);
            }
            Expr::SetComparison(set) => {
                let held = self.output(&set.subquery.subquery, scope.widest)?;
                self.works_on_odd |= held.iter().any(|held| held.odd);
            }
            _ => {}
        }
        let parts = self.parts(expression, scope)?;
        let counts = match expression {
            Expr::IsNull(_) | Expr::IsNotNull(_) => true,
            Expr::AggregateFunction(function) => function.func.name() == "count",
            _ => false,
        };
        self.works_on_odd |= !counts && parts.iter().any(|part| part.odd);
        let bytes = bytes(expression, &parts);
        if matches!(expression, Expr::ScalarFunction(_) | Expr::BinaryExpr(_)) {
            self.check(bytes)?;
        }
        Ok(Held {
            bytes,
            made: !chooses(expression) || parts.iter().any(|part| part.made),
            odd: false,
        })
    }

    fn parts(&mut self, expression: &Expr, scope: &Scope<'_>) -> Result<Vec<Held>, SqlFault> {
        let mut parts = Vec::new();
        let mut fault = None;
        let seen = expression.apply_children(|child| match self.expression(child, scope) {
            Ok(held) => {
                parts.push(held);
                Ok::<_, DataFusionError>(TreeNodeRecursion::Continue)
            }
            Err(found) => {
                fault = Some(found);
                Ok(TreeNodeRecursion::Stop)
            }
        });
        seen.map_err(|error| crate::fault::planning(&error))?;
        fault.map_or(Ok(parts), Err)
    }

    fn check(&self, bytes: usize) -> Result<(), SqlFault> {
        if bytes <= self.budget {
            return Ok(());
        }
        let most = self.budget;
        Err(SqlFault::TooComplex(format!(
            "it could make more than {most} bytes of every row"
        )))
    }
}

/// An aggregate that gives one of the values that it is given.
fn chooses(expression: &Expr) -> bool {
    let Expr::AggregateFunction(AggregateFunction { func, .. }) = expression else {
        return false;
    };
    matches!(func.name(), "max" | "min" | "first_value" | "last_value")
}

fn either(one: Held, other: Held) -> Held {
    Held {
        bytes: one.bytes.max(other.bytes),
        made: one.made || other.made,
        odd: one.odd || other.odd,
    }
}

/// Bytes of the longest value of an expression over such parts.
fn bytes(expression: &Expr, parts: &[Held]) -> usize {
    let part = |place: usize| parts.get(place).map_or(0, |part| part.bytes);
    let sum = |from: usize| {
        let parts = parts.iter().skip(from).map(|part| part.bytes);
        parts.fold(VALUE_BYTES, usize::saturating_add)
    };
    let product = |factors: &[usize]| {
        let grown = factors.iter().map(|factor| factor.saturating_add(1));
        grown.fold(1, usize::saturating_mul)
    };
    match expression {
        Expr::BinaryExpr(binary) if binary.op == Operator::StringConcat => sum(0),
        Expr::ScalarFunction(function) => match function.name() {
            name if MULTIPLYING.contains(&name) => product(&[part(0), part(1)]),
            name if REPLACING.contains(&name) => product(&[part(0), part(2)]),
            name if RESPELLING.contains(&name) => sum(0).saturating_mul(3),
            "concat_ws" => part(0).saturating_mul(parts.len()).saturating_add(sum(1)),
            _ => sum(0),
        },
        Expr::HigherOrderFunction(_) => {
            product(&parts.iter().map(|part| part.bytes).collect::<Vec<usize>>())
        }
        // What compares gives no text, and what chooses gives none that is longer.
        _ => parts
            .iter()
            .map(|part| part.bytes)
            .fold(VALUE_BYTES, usize::max),
    }
}

/// Refuses more groupings than [`MOST_GROUPINGS`]; those that stand beside one another multiply.
fn check_groupings(groups: &[Expr]) -> Result<(), SqlFault> {
    let sets = groups.iter().map(|group| match group {
        Expr::GroupingSet(GroupingSet::Cube(columns)) => {
            let columns = u32::try_from(columns.len()).unwrap_or(u32::MAX);
            1_usize.checked_shl(columns).unwrap_or(usize::MAX)
        }
        Expr::GroupingSet(GroupingSet::Rollup(columns)) => columns.len() + 1,
        Expr::GroupingSet(GroupingSet::GroupingSets(sets)) => sets.len(),
        _ => 1,
    });
    if sets.fold(1, usize::saturating_mul) > MOST_GROUPINGS {
        return Err(SqlFault::TooComplex(format!(
            "it groups the rows in more than {MOST_GROUPINGS} ways"
        )));
    }
    Ok(())
}
