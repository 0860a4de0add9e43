//! Plan → compiled tables. Everything is checked here, and every fault is listed.

mod checks;
mod clock;
mod derive;
mod links;
mod moments;
mod paths;
mod signals;
mod templates;
mod texts;
mod values;

use std::collections::BTreeSet;

use crate::fault::{PlanFault, PlanFaults};
use crate::layout::Placement;
use crate::model::{Column, Facts, Rule, Table};
use crate::plan::{ColumnPlan, Generate, Plan, TablePlan};
use crate::untidy::Defects;
use millrace_draw::{Gate, Key};

const MOST_TABLES: usize = 64;
const MOST_COLUMNS: usize = 256;
const MOST_ROWS: u64 = 1 << 40;
const LONGEST_NAME: usize = 63;
const DEEPEST_CASE: usize = 8;
/// Columns of a table that depend on each other in a chain.
const LONGEST_CHAIN: usize = 48;

/// A rule and what is known of its cells; none if a fault was noted.
type Compiled = Option<(Rule, Facts)>;

/// Compiles the tables of a plan.
pub(crate) fn compile(plan: &Plan) -> Result<Vec<Table>, PlanFaults> {
    let mut compiler = Compiler {
        plan,
        tables: Vec::new(),
        faults: Vec::new(),
    };
    compiler.check_frame();
    for table in plan.tables.iter().take(MOST_TABLES) {
        let compiled = Scope::new(&mut compiler, table).compile();
        compiler.tables.push(compiled);
    }
    if compiler.faults.is_empty() {
        Ok(compiler.tables)
    } else {
        Err(PlanFaults(compiler.faults))
    }
}

#[derive(Debug)]
struct Compiler<'p> {
    plan: &'p Plan,
    /// The tables before the current one.
    tables: Vec<Table>,
    faults: Vec<PlanFault>,
}

impl Compiler<'_> {
    fn fault(&mut self, path: &str, message: impl Into<String>) {
        self.faults.push(PlanFault {
            path: path.to_owned(),
            message: message.into(),
        });
    }

    fn check_frame(&mut self) {
        let plan = self.plan;
        if plan.version != Plan::VERSION {
            self.fault(
                "plan",
                format!("version {} is not {}", plan.version, Plan::VERSION),
            );
        }
        if plan.tables.is_empty() || plan.tables.len() > MOST_TABLES {
            self.fault("plan", format!("a plan has 1 to {MOST_TABLES} tables"));
        }
        let untidiness = plan.untidiness;
        for (name, share) in [
            ("empty", untidiness.empty),
            ("mistyped", untidiness.mistyped),
            ("padded", untidiness.padded),
        ] {
            if !(0.0..=1.0).contains(&share) {
                self.fault(
                    "plan.untidiness",
                    format!("{name} must lie between 0 and 1"),
                );
            }
        }
        let mut names = BTreeSet::new();
        for table in &plan.tables {
            if !names.insert(table.name.as_str()) {
                self.fault(&table.name, "another table has this name");
            }
        }
    }
}

/// A column while its table is compiled.
#[derive(Debug)]
enum Slot {
    Waiting,
    Busy,
    Done(Box<Column>),
}

/// The table that is being compiled.
#[derive(Debug)]
struct Scope<'c, 'p> {
    compiler: &'c mut Compiler<'p>,
    table: &'p TablePlan,
    placement: Option<Placement>,
    targets: Vec<Option<usize>>,
    slots: Vec<Slot>,
    /// Columns on the way to the current one.
    trail: Vec<usize>,
}

/// The place of a rule: a column, perhaps inside cases.
#[derive(Debug, Clone)]
struct Site<'p> {
    path: String,
    column: &'p ColumnPlan,
    purpose: String,
    /// Cases around it.
    depth: usize,
}

impl<'c, 'p> Scope<'c, 'p> {
    fn new(compiler: &'c mut Compiler<'p>, table: &'p TablePlan) -> Self {
        let slots = table.columns.iter().map(|_| Slot::Waiting).collect();
        Self {
            compiler,
            table,
            placement: None,
            targets: vec![None; table.columns.len()],
            slots,
            trail: Vec::new(),
        }
    }

    fn fault(&mut self, path: &str, message: impl Into<String>) {
        self.compiler.fault(path, message);
    }

    fn key(&self, site: &Site<'_>, purpose: &str) -> Key {
        let purpose = if site.depth > 0 {
            format!("{purpose} {}", site.purpose)
        } else {
            purpose.to_owned()
        };
        Key::new(
            self.compiler.plan.seed,
            &self.table.name,
            &site.column.name,
            &purpose,
        )
    }

    fn compile(mut self) -> Table {
        let (table, rows) = (self.table, self.rows());
        self.check_table();
        self.placement = self.compile_layout();
        self.targets = table
            .columns
            .iter()
            .map(|column| self.target_of(column))
            .collect();
        for column in 0..table.columns.len() {
            self.ensure(column);
        }
        let columns = self.slots.into_iter().filter_map(|slot| {
            if let Slot::Done(column) = slot {
                Some(*column)
            } else {
                None
            }
        });
        let position = |wanted: fn(&Generate) -> bool| {
            table
                .columns
                .iter()
                .position(|column| wanted(&column.generate))
        };
        Table {
            name: table.name.clone(),
            singular: table.singular.clone(),
            rows,
            placement: self.placement,
            columns: columns.collect(),
            key: position(|generate| matches!(generate, Generate::Key { .. })),
            arrival: position(|generate| matches!(generate, Generate::Arrival { .. })),
        }
    }

    /// Rows of the table, of a sound number even where the plan has a fault.
    fn rows(&self) -> u64 {
        self.table.rows.clamp(1, MOST_ROWS)
    }

    /// Makes sure that a column is compiled; false, with a fault, if it depends on itself.
    fn ensure(&mut self, column: usize) -> bool {
        match self.slots[column] {
            Slot::Done(_) => return true,
            Slot::Busy => {
                let start = self
                    .trail
                    .iter()
                    .position(|&each| each == column)
                    .unwrap_or(0);
                let names = self.trail[start..]
                    .iter()
                    .chain([&column])
                    .map(|&each| self.table.columns[each].name.as_str());
                let message = format!(
                    "the column depends on itself: {}",
                    names.collect::<Vec<_>>().join(" → ")
                );
                self.fault(
                    &format!("{}.{}", self.table.name, self.table.columns[column].name),
                    message,
                );
                return false;
            }
            Slot::Waiting if self.trail.len() >= LONGEST_CHAIN => {
                let path = format!("{}.{}", self.table.name, self.table.columns[column].name);
                self.fault(
                    &path,
                    format!("more than {LONGEST_CHAIN} columns depend on it in a chain"),
                );
                return false;
            }
            Slot::Waiting => self.slots[column] = Slot::Busy,
        }
        self.trail.push(column);
        let compiled = self.compile_column(column);
        self.trail.pop();
        self.slots[column] = Slot::Done(Box::new(compiled));
        true
    }

    fn compile_column(&mut self, number: usize) -> Column {
        let column = &self.table.columns[number];
        let path = format!("{}.{}", self.table.name, column.name);
        let fixed = matches!(
            column.generate,
            Generate::Key { .. }
                | Generate::Reference { .. }
                | Generate::Turn { .. }
                | Generate::Owner
        );
        self.check_column(&path, column, fixed);
        let site = Site {
            path: path.clone(),
            column,
            purpose: String::new(),
            depth: 0,
        };
        let (rule, mut facts) = match self.rule(&site, &column.generate) {
            Some((rule, facts)) => {
                if facts.may_be_null && !column.nullable {
                    self.fault(
                        &path,
                        "cells may be null by the rule, but the column is not nullable",
                    );
                }
                (rule, facts)
            }
            None => (
                Rule::Null,
                Facts {
                    may_be_null: column.nullable,
                    ..Facts::default()
                },
            ),
        };
        facts.null_share = facts
            .null_share
            .map(|share| share + (1.0 - share) * column.null_share);
        facts.may_be_null |= column.null_share > 0.0;
        let seed = self.compiler.plan.seed;
        Column {
            name: column.name.clone(),
            data_type: column.data_type,
            nullable: column.nullable,
            target: self.targets[number],
            rule,
            missing: (column.null_share > 0.0)
                .then(|| Gate::new(self.key(&site, "null"), column.null_share)),
            defects: if fixed {
                Defects::default()
            } else {
                Defects::new(
                    &self.compiler.plan.untidiness,
                    seed,
                    &self.table.name,
                    column,
                )
            },
            facts,
        }
    }

    fn rule(&mut self, site: &Site<'p>, generate: &'p Generate) -> Compiled {
        if site.depth > DEEPEST_CASE {
            self.fault(&site.path, "cases are nested too deeply");
            return None;
        }
        if site.depth > 0 && top_only(generate) {
            self.fault(&site.path, "this kind of rule cannot stand inside a case");
            return None;
        }
        match generate {
            Generate::Key { prefix, width } => self.key_rule(site, prefix, *width),
            Generate::Reference {
                skew, existing_at, ..
            } => self.reference(site, *skew, existing_at.as_deref()),
            Generate::Turn { .. } => self.turn(site),
            Generate::Owner => self.owner(site),
            Generate::Ordinal => self.ordinal(site),
            Generate::Quota { values, weights } => self.quota(site, values, weights),
            Generate::Choice { values, weights } => self.choice(site, values, weights),
            Generate::Listed { values } => self.listed(site, values),
            Generate::Mapped {
                by,
                cases,
                otherwise,
            } => self.mapped(site, by, cases, otherwise.as_deref()),
            Generate::Number {
                shape,
                min,
                max,
                step,
                ending,
            } => self.number(site, shape, (*min, *max), *step, *ending),
            Generate::Arrival { .. } => self.arrival(site, generate),
            Generate::Between { min, max } => self.between(site, min, max),
            Generate::Ticks {
                start,
                end,
                steps,
                per,
            } => self.ticks(site, (start, end), steps, per.as_deref()),
            Generate::Paced {
                from,
                shape,
                min,
                max,
                unit,
            } => self.paced(site, from, shape, (*min, *max), *unit),
            Generate::Wave { at, period, peak } => self.wave(site, at, *period, *peak),
            Generate::Drift {
                at,
                every,
                unit,
                of,
            } => self.drift(site, at, (*every, *unit), of.as_deref()),
            Generate::Spell { at, of, .. } => self.spell(site, generate, at, of.as_deref()),
            Generate::After {
                from,
                shape,
                min,
                max,
                unit,
            } => self.after(site, from, shape, (*min, *max), *unit),
            Generate::Lifecycle {
                from,
                initial,
                steps,
            } => self.lifecycle(site, from, initial, steps),
            Generate::Entered { of, state } => self.entered(site, of, state),
            Generate::Lookup { path } => self.lookup(site, path),
            Generate::Expression { value } => self.expression(site, value),
            Generate::When {
                on,
                cases,
                otherwise,
            } => self.when(site, on, cases, otherwise),
            Generate::PersonName { country } => self.person_name(site, country.as_deref()),
            Generate::Email { of } => self.email(site, of, true),
            Generate::Handle { of } => self.email(site, of, false),
            Generate::CompanyName => self.company_name(site),
            Generate::City { country, skew } => self.city(site, country, *skew),
            Generate::Phone { country } => self.phone(site, country.as_deref()),
            Generate::Postcode { country } => self.postcode(site, country),
            Generate::Uuid => self.uuid(site),
            Generate::Template { value } => self.template(site, value),
            Generate::Null => Some((
                Rule::Null,
                Facts {
                    may_be_null: true,
                    null_share: Some(1.0),
                    ..Facts::default()
                },
            )),
        }
    }
}

/// Rules that concern a whole column.
fn top_only(generate: &Generate) -> bool {
    matches!(
        generate,
        Generate::Key { .. }
            | Generate::Reference { .. }
            | Generate::Turn { .. }
            | Generate::Owner
            | Generate::Ordinal
            | Generate::Ticks { .. }
            | Generate::Uuid
            | Generate::Arrival { .. }
            | Generate::Lifecycle { .. }
    )
}
