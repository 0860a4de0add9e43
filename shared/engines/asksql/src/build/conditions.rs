//! Conditions: on rows, on groups, and by subqueries.

use chrono::Datelike;

use super::{Builder, shows_share};
use crate::form::{Aggregate, Comparison, Filter, Literal, Query, Test, Value};
use crate::link::Element;
use crate::parse::{Choice, Condition, Left, Right};
use crate::schema::{ColumnId, Kind, Role, TableId};

impl Builder<'_> {
    pub(super) fn conditions(&mut self, query: &mut Query) -> Option<()> {
        let shared = shows_share(query);
        let own: Vec<&Condition> = self
            .sketch
            .conditions
            .iter()
            .filter(|condition| !condition.both && !self.within_related(condition.item))
            .filter(|condition| !(shared && condition.share))
            .collect();
        self.filter(query, &own)
    }

    /// Puts conditions on a query, those on groups apart from those on rows.
    pub(super) fn filter(&mut self, query: &mut Query, conditions: &[&Condition]) -> Option<()> {
        let mut built: Vec<(Filter, bool, bool)> = Vec::new();
        for condition in conditions.iter().copied() {
            let (filter, having) = self.condition(condition)?;
            if condition.or
                && let Some((last, last_having, _)) = built.last_mut()
                && *last_having == having
            {
                match last {
                    Filter::Any(filters) => filters.push(filter),
                    other => {
                        let first = other.clone();
                        *other = Filter::Any(vec![first, filter]);
                    }
                }
                continue;
            }
            built.push((filter, having, condition.negated));
        }
        let mut merged: Vec<(Filter, bool, bool)> = Vec::new();
        for (filter, having, negated) in built {
            if let (
                Some((Filter::Test(own, Test::NotIn(before)), false, true)),
                Filter::Test(value, Test::NotIn(inner)),
                true,
            ) = (merged.last_mut(), &filter, negated)
                && own == value
                && before.outputs == inner.outputs
                && before.tables == inner.tables
                && filter_column(before) != filter_column(inner)
            {
                // "but not in Spring 2010": one row has both.
                before.filters.extend(inner.filters.iter().cloned());
                continue;
            }
            merged.push((filter, having, negated));
        }
        for (filter, having, _) in merged {
            if having {
                query.having.push(filter);
            } else {
                query.filters.push(filter);
            }
        }
        Some(())
    }

    /// One condition, and whether it is on groups.
    pub(super) fn condition(&mut self, condition: &Condition) -> Option<(Filter, bool)> {
        if matches!(condition.right, Right::Value(_))
            && self.may_relate(condition)
            && let Some(filter) = self.relation(condition)
        {
            return Some((filter, false));
        }
        let (value, having) = match condition.left {
            Left::Column(slot) => {
                let column = self.column(slot)?;
                if condition.total && self.adds_up(column) {
                    (Value::Aggregate(Aggregate::Sum, column), true)
                } else {
                    (Value::Column(column), false)
                }
            }
            Left::Aggregate(aggregate, slot) => {
                (Value::Aggregate(aggregate, self.column(slot)?), true)
            }
            Left::Rows(slot) => (self.rows(slot)?, true),
        };
        let test = self.test(condition, &value)?;
        let positive = Filter::Test(value.clone(), test.clone());
        if !condition.negated {
            return Some((positive, having));
        }
        if let (Value::Column(column), false) = (&value, having) {
            let single = self.one_for_each(self.schema.table_of(*column));
            if self.choose(Choice::AntiJoin, !single && !condition.other) {
                return Some((
                    self.anti(vec![positive], self.schema.table_of(*column))?,
                    false,
                ));
            }
        }
        let test = match test {
            Test::Compare(comparison, literal) => Test::Compare(comparison.opposite(), literal),
            Test::Query(comparison, query) => Test::Query(comparison.opposite(), query),
            Test::Column(comparison, other) => Test::Column(comparison.opposite(), other),
            Test::Missing => Test::Present,
            Test::Present => Test::Missing,
            Test::In(query) => Test::not_in(self.schema, *query),
            Test::NotIn(query) => Test::In(query),
            other => {
                return Some((
                    self.anti(vec![Filter::Test(value, other)], self.focus)?,
                    false,
                ));
            }
        };
        Some((Filter::Test(value, test), having))
    }

    /// A row of the focus has many of these numbers, or a month has: "orders with a total above 500" have one each.
    fn adds_up(&mut self, column: ColumnId) -> bool {
        let facts = &self.schema.columns[column];
        let many = self.sketch.period.is_some() || !self.one_for_each(facts.table);
        many && facts.is_number() && facts.role != Role::Id
    }

    /// Every row of the focus meets at most one row of the table.
    pub(super) fn one_for_each(&mut self, table: TableId) -> bool {
        if table == self.focus {
            return true;
        }
        let Some(edges) = self.graph.tree(&[self.focus, table]) else {
            return false;
        };
        let mut at = self.focus;
        edges.iter().all(|edge| {
            let forward = edge.from.0 == at;
            at = edge.other(at).unwrap_or(at);
            forward
        })
    }

    /// Rows of the focus that meet no row for which the filters hold.
    pub(super) fn anti(&mut self, filters: Vec<Filter>, table: TableId) -> Option<Filter> {
        self.membership(filters, table, true)
    }

    pub(super) fn membership(
        &mut self,
        filters: Vec<Filter>,
        table: TableId,
        absent: bool,
    ) -> Option<Filter> {
        let (own, other) = if table == self.focus {
            let key = self.schema.single_key(self.focus)?;
            (key, key)
        } else {
            let edges = self.graph.tree(&[self.focus, table])?;
            let edge = edges.first()?;
            if edge.from.0 == self.focus {
                (edge.from.1, edge.to.1)
            } else {
                (edge.to.1, edge.from.1)
            }
        };
        let mut inner = Query {
            outputs: vec![Value::Column(other)],
            filters,
            ..Query::default()
        };
        if table != self.focus {
            inner.tables.push(table);
        }
        let test = if absent {
            Test::not_in(self.schema, inner)
        } else {
            Test::In(Box::new(inner))
        };
        Some(Filter::Test(Value::Column(own), test))
    }

    pub(super) fn test(&mut self, condition: &Condition, value: &Value) -> Option<Test> {
        let column = value.column();
        let facts = column.map(|column| &self.schema.columns[column]);
        Some(match &condition.right {
            Right::Value(text) => {
                let stored = match condition.left {
                    Left::Column(slot) => self.chosen(slot).value.clone(),
                    _ => None,
                };
                let text = stored.unwrap_or_else(|| text.clone());
                let declared = facts.map(|facts| facts.declared);
                let literal = match declared {
                    Some(Kind::Boolean) => Literal::truth(&text),
                    Some(kind) if kind.is_number() => text.parse().ok().map(Literal::Number),
                    _ => None,
                };
                Test::Compare(Comparison::Equal, literal.unwrap_or(Literal::Text(text)))
            }
            Right::Compare(comparison, Literal::Number(number)) => {
                let Some(facts) = facts.filter(|_| !value.is_aggregate()) else {
                    return Some(Test::Compare(*comparison, Literal::Number(*number)));
                };
                if facts.kind.is_time() {
                    return year_test(*comparison, *number);
                }
                if facts.declared == Kind::Text && !facts.kind.is_number() {
                    let text = self.spelled(condition, *number);
                    if *comparison != Comparison::Equal && facts.role != Role::Date {
                        return None;
                    }
                    if *comparison == Comparison::Equal && facts.role == Role::Date {
                        return Some(Test::Like {
                            open_start: true,
                            text,
                            open_end: true,
                        });
                    }
                    return Some(Test::Compare(*comparison, Literal::Text(text)));
                }
                if facts.declared == Kind::Text && *comparison == Comparison::Equal {
                    return Some(Test::Compare(
                        *comparison,
                        Literal::Text(self.spelled(condition, *number)),
                    ));
                }
                Test::Compare(*comparison, Literal::Number(*number))
            }
            Right::Compare(comparison, literal) => Test::Compare(*comparison, literal.clone()),
            Right::Between(low, high) => {
                if facts.is_some_and(|facts| facts.kind.is_time()) {
                    let start = format!("{low:04.0}-01-01");
                    return Some(Test::Interval(start, format!("{:04.0}-01-01", high + 1.0)));
                }
                Test::Between(Literal::Number(*low), Literal::Number(*high))
            }
            Right::Interval(interval) => {
                if facts.is_some_and(|facts| facts.role == Role::Year) {
                    let last = interval.end.pred_opt().unwrap_or(interval.end);
                    let (low, high) = (f64::from(interval.start.year()), f64::from(last.year()));
                    return Some(Test::Between(Literal::Number(low), Literal::Number(high)));
                }
                Test::Interval(interval.start.to_string(), interval.end.to_string())
            }
            Right::Beside(comparison, interval) => {
                if facts.is_some_and(|facts| facts.role == Role::Year) {
                    return Some(Test::Compare(
                        *comparison,
                        Literal::Number(f64::from(interval.start.year())),
                    ));
                }
                let (comparison, day) = match comparison {
                    Comparison::Greater => (Comparison::AtLeast, interval.end),
                    Comparison::AtMost => (Comparison::Less, interval.end),
                    other => (*other, interval.start),
                };
                Test::Compare(comparison, Literal::Date(day.to_string()))
            }
            Right::Column(comparison, slot) => {
                let other = self.column(*slot)?;
                if Some(other) == column {
                    return None;
                }
                // A number is neither before nor after a name.
                let is_number = |column: ColumnId| self.schema.columns[column].is_number();
                if column.is_some_and(|column| is_number(column) != is_number(other)) {
                    return None;
                }
                Test::Column(*comparison, other)
            }
            Right::Aggregate(comparison, aggregate, slot) => {
                let over = match slot {
                    Some(slot) => self.column(*slot)?,
                    None => column?,
                };
                let inner = Query {
                    outputs: vec![Value::Aggregate(*aggregate, over)],
                    ..Query::default()
                };
                Test::Query(*comparison, Box::new(inner))
            }
            Right::Like(open_start, text, open_end) => Test::Like {
                open_start: *open_start,
                text: text.clone(),
                open_end: *open_end,
            },
            Right::Missing => Test::Missing,
        })
    }

    /// A number as the question writes it, where it is the one that the condition was read from: the zip
    /// code 02134 is not 2134.
    fn spelled(&self, condition: &Condition, number: f64) -> String {
        let written = self
            .items
            .get(condition.item)
            .map(|item| item.text.as_str());
        let same = written.filter(|text| text.parse::<f64>().is_ok_and(|read| read == number));
        same.map_or_else(|| crate::sql::number_text(number), str::to_owned)
    }

    /// Rows counted for a group.
    pub(super) fn rows(&mut self, slot: Option<usize>) -> Option<Value> {
        let Some(slot) = slot else {
            return Some(Value::Rows(self.focus));
        };
        match self.chosen(slot).element {
            Element::Table(table) => Some(Value::Rows(table)),
            Element::Column(column) => {
                if self.choose(Choice::CountDistinct, false) {
                    Some(Value::Different(column))
                } else {
                    Some(Value::Rows(self.schema.table_of(column)))
                }
            }
        }
    }

    pub(super) fn absent(&mut self, query: &mut Query) -> Option<()> {
        for slot in &self.sketch.absent {
            let table = self.table(*slot);
            if table == self.focus {
                return None;
            }
            let filter = self.anti(Vec::new(), table)?;
            query.filters.push(filter);
        }
        Some(())
    }
}

fn filter_column(query: &Query) -> Option<ColumnId> {
    match query.filters.first() {
        Some(Filter::Test(value, _)) => value.column(),
        _ => None,
    }
}

/// A year against a day.
fn year_test(comparison: Comparison, year: f64) -> Option<Test> {
    // A smaller number beside a day counts something else.
    if year.fract() != 0.0 || !(1000.0..=9998.0).contains(&year) {
        return None;
    }
    let this = format!("{year:04.0}-01-01");
    let next = format!("{:04.0}-01-01", year + 1.0);
    Some(match comparison {
        Comparison::Equal => Test::Interval(this, next),
        Comparison::Less => Test::Compare(Comparison::Less, Literal::Date(this)),
        Comparison::AtLeast => Test::Compare(Comparison::AtLeast, Literal::Date(this)),
        Comparison::Greater => Test::Compare(Comparison::AtLeast, Literal::Date(next)),
        Comparison::AtMost => Test::Compare(Comparison::Less, Literal::Date(next)),
        Comparison::Unequal => return None,
    })
}
