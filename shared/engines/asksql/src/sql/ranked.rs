//! The first rows of each group, by their place in a window.

use super::{Writer, quoted};
use crate::form::{Query, Value};

/// The place of a row in its group.
const PLACE: &str = "place";

impl Writer<'_> {
    /// The first rows of each group, group by group.
    pub(super) fn ranked(&self, query: &Query, body: &str) -> String {
        let names = self.names(&query.outputs);
        let shown = query.outputs.iter().zip(&names);
        let shown = shown.map(|(value, name)| match self.value(value) {
            plain if plain == *name => plain,
            other => format!("{other} AS {name}"),
        });
        let shown: Vec<String> = shown.collect();
        let keys: Vec<String> = query.within.iter().map(|key| self.value(key)).collect();
        let place = format!(
            "ROW_NUMBER() OVER (PARTITION BY {} ORDER BY {})",
            keys.join(", "),
            self.order(query).join(", ")
        );
        let limit = query.limit.unwrap_or(1);
        // What is shown begins with the groups.
        let groups = names[..query.within.len().min(names.len())].join(", ");
        let first = if limit == 1 {
            format!("{PLACE} = {} ORDER BY {groups}", query.offset + 1)
        } else {
            format!("{PLACE} <= {limit} ORDER BY {groups}, {PLACE}")
        };
        format!(
            "SELECT {} FROM (SELECT {}, {place} AS {PLACE}{body}) AS ranked WHERE {first}",
            names.join(", "),
            shown.join(", "),
        )
    }

    /// A name of its own for each value.
    fn names(&self, values: &[Value]) -> Vec<String> {
        let mut names: Vec<String> = Vec::with_capacity(values.len());
        for value in values {
            let column = value.column().map(|column| &self.schema.columns[column]);
            if let Value::Period(unit, _) = value {
                names.push(unit.name().to_owned());
                continue;
            }
            let plain = column.map_or("count", |column| &column.name);
            let owned =
                column.map(|column| format!("{}_{plain}", self.schema.tables[column.table].name));
            let mut candidates = std::iter::once(plain.to_owned())
                .chain(owned)
                .chain((2..).map(|number| format!("{plain}_{number}")))
                .map(|name| quoted(&name));
            let fresh = candidates.find(|name| {
                let taken = |other: &String| other.eq_ignore_ascii_case(name);
                !names.iter().any(taken) && !name.eq_ignore_ascii_case(PLACE)
            });
            names.extend(fresh);
        }
        names
    }
}
