//! Functions over rows and over windows where they cannot stand.

use sqlparser::ast::{Expr, Function, FunctionArguments, GroupByExpr, Select};

use super::Checker;
use super::columns::{aggregate_in, arguments, parts};
use super::functions::{AGGREGATES, WINDOW_ONLY, arity};

impl Checker<'_> {
    /// Functions over rows in WHERE and GROUP BY.
    pub(crate) fn misplaced(&mut self, select: &Select) {
        if let Some(condition) = &select.selection {
            if let Some(function) = aggregate_in(condition) {
                let name = &function.name;
                let message =
                    format!("{name} stands in WHERE; conditions on groups stand in HAVING");
                let span = self.places.of(function);
                self.error("E_AGGREGATE_IN_WHERE", message, span, None);
            }
            if let Some(function) = window_in(condition) {
                let name = &function.name;
                let message =
                    format!("{name} OVER stands in WHERE; filter it in a query around this one");
                let span = self.places.of(function);
                self.error("E_AGGREGATE_MISPLACED", message, span, None);
            }
        }
        if let GroupByExpr::Expressions(keys, _) = &select.group_by {
            for function in keys.iter().filter_map(aggregate_in) {
                let name = &function.name;
                let message = format!("{name} stands in GROUP BY; group by what it is taken over");
                let span = self.places.of(function);
                self.error("E_AGGREGATE_MISPLACED", message, span, None);
            }
        }
    }

    /// A join on a function over rows.
    pub(crate) fn misplaced_in_join(&mut self, condition: &Expr) {
        if let Some(function) = aggregate_in(condition) {
            let name = &function.name;
            let message = format!("{name} stands in ON; conditions on groups stand in HAVING");
            let span = self.places.of(function);
            self.error("E_AGGREGATE_MISPLACED", message, span, None);
        }
    }

    /// The number of arguments, functions within functions, and windows left out.
    pub(crate) fn call(&mut self, function: &Function) {
        let name = function.name.to_string().to_lowercase();
        let span = super::scope::last(&function.name).and_then(|name| self.places.of_name(name));
        if let FunctionArguments::List(list) = &function.args
            && let Some((least, most)) = arity(&name)
            && !(least..=most).contains(&list.args.len())
        {
            let wanted = if least == most {
                least.to_string()
            } else {
                format!("{least} to {most}")
            };
            let message = format!("{name} takes {wanted} arguments, not {}", list.args.len());
            self.error("E_ARITY", message, span, None);
        }
        if WINDOW_ONLY.contains(&name.as_str()) && function.over.is_none() {
            let message = format!("{name} looks at other rows; say which with OVER (...)");
            self.error("E_WINDOW_WITHOUT_OVER", message, span, None);
        }
        if AGGREGATES.contains(&name.as_str())
            && function.over.is_none()
            && let Some(inner) = arguments(function).into_iter().find_map(aggregate_in)
        {
            let message = format!(
                "{} stands within {name}; take the inner one in a subquery",
                inner.name
            );
            let span = self.places.of(inner);
            self.error("E_AGGREGATE_MISPLACED", message, span, None);
        }
    }
}

fn window_in(expression: &Expr) -> Option<&Function> {
    match expression {
        Expr::Function(function) if function.over.is_some() => Some(function),
        Expr::Function(function) => arguments(function).into_iter().find_map(window_in),
        other => parts(other).into_iter().find_map(window_in),
    }
}
