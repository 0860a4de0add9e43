//! Evaluation, a column at a time.

use std::sync::Arc;

use super::{Kind, Node, Type, divide_rounded, power, rescale};
use crate::cells::{Cells, Strings, Text, Values, either_null};

/// Values of a node for all rows.
struct Lane {
    values: LaneValues,
    nulls: Option<Vec<bool>>,
}

enum LaneValues {
    Whole(Vec<i128>),
    /// In its lending form.
    Text(Text),
}

/// Gives the cells of a path by its number.
type Paths<'p> = &'p mut dyn FnMut(usize) -> Arc<Cells>;

impl Node {
    /// The cells of the expression for `rows` rows.
    pub(crate) fn cells(&self, rows: usize, paths: Paths<'_>) -> Cells {
        let lane = self.lane(rows, paths);
        let values = match lane.values {
            LaneValues::Text(text) => Values::Text(text),
            LaneValues::Whole(values) => {
                let clamped = |value: i128| value.clamp(i64::MIN.into(), i64::MAX.into()) as i64;
                Values::Whole(values.into_iter().map(clamped).collect())
            }
        };
        Cells {
            values,
            nulls: lane.nulls,
        }
    }

    fn lane(&self, rows: usize, paths: Paths<'_>) -> Lane {
        match &self.kind {
            Kind::Whole(value) => Lane {
                values: LaneValues::Whole(vec![*value; rows]),
                nulls: None,
            },
            Kind::Text(text) => {
                let words = Arc::from([text.clone()]);
                Lane {
                    values: LaneValues::Text(Text::Coded {
                        words,
                        codes: vec![0; rows],
                    }),
                    nulls: None,
                }
            }
            Kind::Path(number) => {
                let cells = paths(*number);
                let values = match &cells.values {
                    Values::Whole(values) => {
                        LaneValues::Whole(values.iter().copied().map(i128::from).collect())
                    }
                    Values::Text(text) => LaneValues::Text(text.clone().lending()),
                };
                Lane {
                    values,
                    nulls: cells.nulls.clone(),
                }
            }
            Kind::Rescale(inner, from, to) => inner
                .lane(rows, paths)
                .map(|value| rescale(value, *from, *to)),
            Kind::Negate(inner) => inner.lane(rows, paths).map(i128::saturating_neg),
            Kind::Not(inner) => inner.lane(rows, paths).map(|value| 1 - value),
            Kind::Seconds(inner) => inner.lane(rows, paths).map(|days| days * 86_400),
            Kind::Days(inner) => inner
                .lane(rows, paths)
                .map(|seconds| seconds.div_euclid(86_400)),
            Kind::Part(part, inner) => inner.lane(rows, paths).map(|seconds| part.of(seconds)),
            Kind::Add(left, right) => left
                .lane(rows, paths)
                .join(right.lane(rows, paths), i128::saturating_add),
            Kind::Subtract(left, right) => left
                .lane(rows, paths)
                .join(right.lane(rows, paths), i128::saturating_sub),
            Kind::Multiply(left, right) => left
                .lane(rows, paths)
                .join(right.lane(rows, paths), i128::saturating_mul),
            Kind::Elapsed(from, to, unit) => {
                let unit = i128::from(*unit);
                from.lane(rows, paths)
                    .join(to.lane(rows, paths), |from, to| (to - from) / unit)
            }
            Kind::Divide(left, right, top, bottom) => divide(
                left.lane(rows, paths),
                right.lane(rows, paths),
                power(*top),
                power(*bottom),
            ),
            Kind::Compare(comparison, left, right) => {
                let (left, right) = (left.lane(rows, paths), right.lane(rows, paths));
                match (&left.values, &right.values) {
                    (LaneValues::Text(a), LaneValues::Text(b)) => {
                        let values = (0..rows)
                            .map(|row| i128::from(comparison.holds(a.lend(row).cmp(b.lend(row)))))
                            .collect();
                        Lane {
                            values: LaneValues::Whole(values),
                            nulls: either_null(left.nulls, right.nulls.as_deref()),
                        }
                    }
                    _ => left.join(right, |a, b| i128::from(comparison.holds(a.cmp(&b)))),
                }
            }
            Kind::Connect(all, left, right) => {
                connect(*all, left.lane(rows, paths), right.lane(rows, paths))
            }
            Kind::If(parts) => {
                let [condition, yes, no] = parts.as_ref();
                let condition = condition.lane(rows, paths);
                let lanes = [yes.lane(rows, paths), no.lane(rows, paths)];
                pick(self.value_type, &lanes, rows, |row| {
                    usize::from(condition.is_null(row) || condition.whole(row) == 0)
                })
            }
            Kind::Coalesce(nodes) => {
                let lanes: Vec<Lane> = nodes.iter().map(|node| node.lane(rows, paths)).collect();
                let last = lanes.len() - 1;
                pick(self.value_type, &lanes, rows, |row| {
                    lanes
                        .iter()
                        .position(|lane| !lane.is_null(row))
                        .unwrap_or(last)
                })
            }
            Kind::Least(nodes) => fold(nodes, rows, paths, i128::min),
            Kind::Greatest(nodes) => fold(nodes, rows, paths, i128::max),
            Kind::IsNull(inner) => {
                let lane = inner.lane(rows, paths);
                let values = (0..rows).map(|row| i128::from(lane.is_null(row))).collect();
                Lane {
                    values: LaneValues::Whole(values),
                    nulls: None,
                }
            }
        }
    }
}

impl Lane {
    fn is_null(&self, row: usize) -> bool {
        self.nulls.as_ref().is_some_and(|nulls| nulls[row])
    }

    fn wholes(&self) -> &[i128] {
        match &self.values {
            LaneValues::Whole(values) => values,
            LaneValues::Text(_) => &[],
        }
    }

    fn whole(&self, row: usize) -> i128 {
        self.wholes().get(row).copied().unwrap_or(0)
    }

    fn map(mut self, operation: impl Fn(i128) -> i128) -> Self {
        if let LaneValues::Whole(values) = &mut self.values {
            for value in values {
                *value = operation(*value);
            }
        }
        self
    }

    fn join(mut self, right: Self, operation: impl Fn(i128, i128) -> i128) -> Self {
        if let LaneValues::Whole(values) = &mut self.values {
            for (value, other) in values.iter_mut().zip(right.wholes()) {
                *value = operation(*value, *other);
            }
        }
        self.nulls = either_null(self.nulls, right.nulls.as_deref());
        self
    }
}

fn divide(left: Lane, right: Lane, top: i128, bottom: i128) -> Lane {
    let zeros: Vec<bool> = right.wholes().iter().map(|&value| value == 0).collect();
    let mut quotient = left.join(right, |a, b| {
        let denominator = b.saturating_mul(bottom);
        if denominator == 0 {
            0
        } else {
            divide_rounded(a.saturating_mul(top), denominator)
        }
    });
    if zeros.contains(&true) {
        quotient.nulls = either_null(quotient.nulls, Some(&zeros));
    }
    quotient
}

/// Logic of three values: the deciding one (`false` of `and`, `true` of `or`) wins over null.
fn connect(all: bool, left: Lane, right: Lane) -> Lane {
    let rows = left.wholes().len();
    let deciding = i128::from(!all);
    let (mut values, mut nulls) = (Vec::with_capacity(rows), vec![false; rows]);
    for (row, null) in nulls.iter_mut().enumerate() {
        let decides = |lane: &Lane| !lane.is_null(row) && lane.whole(row) == deciding;
        if decides(&left) || decides(&right) {
            values.push(deciding);
        } else {
            values.push(1 - deciding);
            *null = left.is_null(row) || right.is_null(row);
        }
    }
    Lane {
        values: LaneValues::Whole(values),
        nulls: nulls.contains(&true).then_some(nulls),
    }
}

fn pick(value_type: Type, lanes: &[Lane], rows: usize, choice: impl Fn(usize) -> usize) -> Lane {
    let nulls = lanes.iter().any(|lane| lane.nulls.is_some()).then(|| {
        (0..rows)
            .map(|row| lanes[choice(row)].is_null(row))
            .collect::<Vec<bool>>()
    });
    let values = if value_type == Type::Text {
        let mut strings = Strings::default();
        for row in 0..rows {
            match &lanes[choice(row)].values {
                LaneValues::Text(text) => strings.push(text.lend(row)),
                LaneValues::Whole(_) => strings.finish(),
            }
        }
        LaneValues::Text(Text::Plain(strings))
    } else {
        LaneValues::Whole((0..rows).map(|row| lanes[choice(row)].whole(row)).collect())
    };
    Lane { values, nulls }
}

fn fold(nodes: &[Node], rows: usize, paths: Paths<'_>, operation: fn(i128, i128) -> i128) -> Lane {
    let mut lanes = nodes
        .iter()
        .map(|node| node.lane(rows, paths))
        .collect::<Vec<_>>()
        .into_iter();
    let first = lanes.next().unwrap_or(Lane {
        values: LaneValues::Whole(vec![0; rows]),
        nulls: None,
    });
    lanes.fold(first, |folded, lane| folded.join(lane, operation))
}
