//! What each rule does, for all rows of a frame at once.

use std::sync::Arc;

use crate::cells::{Cells, Strings, Text, Values};
use crate::distribution::Distribution;
use crate::frame::Frame;
use crate::layout::Located;
use crate::model::Rule;
use crate::plan::DataType;
use crate::texts::{company_names, uuids};
use millrace_draw::{Key, scale};

const DAY: i64 = 86_400;

impl Frame<'_> {
    /// The cells of `rule` in `column`, before any are left out.
    pub(crate) fn evaluate(&mut self, rule: &Rule, column: usize) -> Cells {
        match rule {
            Rule::Key { prefix, width } => {
                key_cells(self.column_type(column), prefix, *width, self.rows.clone())
            }
            // References are made by the frame, and never inside another rule.
            Rule::Reference(_) | Rule::Turn { .. } | Rule::Owner | Rule::Null => {
                self.nothing(column)
            }
            Rule::Ordinal => Cells::whole(self.located().ordinals.clone()),
            Rule::Quota {
                places,
                ends,
                values,
            } => {
                let code = |&row| ends.partition_point(|&end| end <= places.forward(row)) as u32;
                values.cells(self.rows.iter().map(code).collect())
            }
            Rule::Choice { key, table, values } => values.cells(
                self.rows
                    .iter()
                    .map(|&row| table.pick(key.at(row)) as u32)
                    .collect(),
            ),
            Rule::Listed(values) => values.cells(self.rows.iter().map(|&row| row as u32).collect()),
            Rule::Mapped {
                by,
                selector,
                values,
                fallback,
            } => {
                let cases = selector.select(&self.path(by));
                let nulls = (!fallback).then(|| {
                    cases
                        .iter()
                        .map(|&case| case == selector.otherwise)
                        .collect()
                });
                values.cells(cases).with_nulls(nulls)
            }
            Rule::Number { key, distribution } => Cells::whole(
                self.rows
                    .iter()
                    .map(|&row| distribution.at(*key, row))
                    .collect(),
            ),
            Rule::Arrival(arrival) => {
                Cells::whole(self.rows.iter().map(|&row| arrival.at(row)).collect())
            }
            Rule::Between { key, first, values } => {
                let value = |&row| first + scale(key.at(row), *values) as i64;
                Cells::whole(self.rows.iter().map(value).collect())
            }
            Rule::Ticks { first, step, turns } => {
                let tick = |row: &u64| first + (row / turns) as i64 * step;
                Cells::whole(self.rows.iter().map(tick).collect())
            }
            Rule::Paced {
                from,
                key,
                delay,
                cut_off,
            } => {
                let moments = self.moments(from);
                let located = self.located();
                paced(&moments, &located, *key, delay, *cut_off)
            }
            Rule::Signal { at, of, signal } => {
                let moments = self.moments(at);
                let series = of.map(|column| self.targets(column));
                let series = series.as_ref().map(|series| series.as_slice());
                Cells::whole(signal.values(&moments, series))
            }
            Rule::After {
                from,
                key,
                delay,
                cut_off,
                held,
                days,
            } => {
                let moments = self.moments(from);
                let later = self.rows.iter().zip(&moments).map(|(&row, moment)| {
                    let moment = (*moment)? + delay.at(*key, row);
                    if *held {
                        Some(moment.min(*cut_off))
                    } else {
                        Some(moment).filter(|moment| moment <= cut_off)
                    }
                });
                optional(later, *days)
            }
            Rule::Lifecycle { from, lifecycle } => {
                let moments = self.moments(from);
                let walk = self.walk(column);
                let words = Arc::from(lifecycle.states.as_slice());
                let nulls = moments
                    .contains(&None)
                    .then(|| moments.iter().map(Option::is_none).collect());
                Cells::text(Text::Coded {
                    words,
                    codes: walk.states.clone(),
                })
                .with_nulls(nulls)
            }
            Rule::Entered {
                lifecycle,
                state,
                days,
            } => {
                let walk = self.walk(*lifecycle);
                optional(walk.entered[*state].iter().copied(), *days)
            }
            Rule::Lookup { path, factor } => {
                let cells = self.path(path);
                match &cells.values {
                    Values::Whole(values) if *factor != 1 => {
                        let scaled = values
                            .iter()
                            .map(|value| value.saturating_mul(*factor))
                            .collect();
                        Cells::whole(scaled).with_nulls(cells.nulls.clone())
                    }
                    _ => Arc::unwrap_or_clone(cells),
                }
            }
            Rule::Expression { node, paths } => {
                let rows = self.len();
                node.cells(rows, &mut |number| self.path(&paths[number]))
            }
            Rule::When {
                on,
                selector,
                rules,
            } => {
                let cases = selector.select(&self.path(on));
                let cells: Vec<Cells> = rules
                    .iter()
                    .map(|rule| self.evaluate(rule, column))
                    .collect();
                merge(&cases, &cells)
            }
            Rule::PersonName { key, country } => {
                let countries = country.as_ref().map(|country| self.path(country));
                self.person_names(*key, countries.as_deref())
            }
            Rule::Email {
                of,
                key,
                numbers,
                domain,
            } => {
                let names = self.path(of);
                self.emails(&names, *key, numbers, *domain)
            }
            Rule::CompanyName {
                places,
                combinations,
            } => company_names(&self.rows, places, *combinations),
            Rule::City {
                key,
                country,
                ranks,
            } => {
                let countries = self.path(country);
                self.cities(*key, &countries, ranks.as_deref())
            }
            Rule::Pattern {
                key,
                country,
                patterns,
            } => {
                let countries = country.as_ref().map(|country| self.path(country));
                self.patterns(*key, countries.as_deref(), patterns)
            }
            Rule::Uuid { key, nodes } => uuids(&self.rows, *key, nodes),
            Rule::Template {
                key,
                segments,
                paths,
            } => self.template(*key, segments, paths),
        }
    }

    fn nothing(&self, column: usize) -> Cells {
        let nulls = Some(vec![true; self.len()]);
        if self.column_type(column) == DataType::Text {
            let words = Arc::from([String::new()]);
            Cells::text(Text::Coded {
                words,
                codes: vec![0; self.len()],
            })
            .with_nulls(nulls)
        } else {
            Cells::whole(vec![0; self.len()]).with_nulls(nulls)
        }
    }
}

/// Keys of `rows`.
pub(crate) fn key_cells(
    data_type: DataType,
    prefix: &Arc<str>,
    width: usize,
    rows: Vec<u64>,
) -> Cells {
    if data_type == DataType::Text {
        Cells::text(Text::Numbered {
            prefix: Arc::clone(prefix),
            width,
            rows,
        })
    } else {
        Cells::whole(rows.into_iter().map(|row| row as i64 + 1).collect())
    }
}

/// Moments of rows that follow each other within their owner.
fn paced(
    moments: &[Option<i64>],
    located: &Located,
    key: Key,
    delay: &Distribution,
    cut_off: i64,
) -> Cells {
    let mut values = Vec::with_capacity(moments.len());
    let (mut last, mut passed) = (None, 0);
    for ((moment, &owner), &ordinal) in moments.iter().zip(&located.owners).zip(&located.ordinals) {
        // Neighbours go on from each other; a row alone adds all delays before it.
        let from = if last == Some((owner, ordinal - 1)) {
            ordinal - 1
        } else {
            passed = 0;
            1
        };
        for number in from..ordinal {
            passed += delay.value(key.draw(owner, number as u64));
        }
        last = Some((owner, ordinal));
        values.push(moment.map_or(0, |moment| (moment + passed).min(cut_off)));
    }
    let nulls = moments.contains(&None);
    Cells::whole(values).with_nulls(nulls.then(|| moments.iter().map(Option::is_none).collect()))
}

/// Seconds that may be missing, as days or seconds.
fn optional(moments: impl Iterator<Item = Option<i64>>, days: bool) -> Cells {
    let mut values = Vec::new();
    let mut nulls = Vec::new();
    for moment in moments {
        let seconds = moment.unwrap_or(0);
        values.push(if days {
            seconds.div_euclid(DAY)
        } else {
            seconds
        });
        nulls.push(moment.is_none());
    }
    Cells::whole(values).with_nulls(nulls.contains(&true).then_some(nulls))
}

/// The cell of each row from the cells of its case.
fn merge(cases: &[u32], cells: &[Cells]) -> Cells {
    let nulls = cells.iter().any(|cells| cells.nulls.is_some()).then(|| {
        cases
            .iter()
            .enumerate()
            .map(|(row, &case)| cells[case as usize].is_null(row))
            .collect()
    });
    let values = if cells
        .iter()
        .all(|cells| matches!(cells.values, Values::Whole(_)))
    {
        Values::Whole(
            cases
                .iter()
                .enumerate()
                .map(|(row, &case)| cells[case as usize].wholes()[row])
                .collect(),
        )
    } else if cells
        .iter()
        .all(|cells| matches!(cells.values, Values::Text(Text::Coded { .. })))
    {
        merge_codes(cases, cells)
    } else {
        let mut strings = Strings::default();
        for (row, &case) in cases.iter().enumerate() {
            cells[case as usize].push_to(row, DataType::Text, strings.buffer());
            strings.finish();
        }
        Values::Text(Text::Plain(strings))
    };
    Cells { values, nulls }
}

/// Joins dictionaries end to end.
fn merge_codes(cases: &[u32], cells: &[Cells]) -> Values {
    let mut words = Vec::new();
    let mut parts = Vec::new();
    for cells in cells {
        if let Values::Text(Text::Coded { words: own, codes }) = &cells.values {
            parts.push((words.len() as u32, codes));
            words.extend_from_slice(own);
        }
    }
    let code = |(row, &case): (usize, &u32)| {
        let (start, codes) = &parts[case as usize];
        start + codes[row]
    };
    Values::Text(Text::Coded {
        words: Arc::from(words),
        codes: cases.iter().enumerate().map(code).collect(),
    })
}
