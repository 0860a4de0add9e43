//! What each rule does, for all rows of a frame at once.

use std::sync::Arc;

use crate::cells::{Cells, Strings, Text, Values};
use crate::frame::Frame;
use crate::model::{Rule, Segment};
use crate::plan::DataType;
use crate::pools;
use millrace_draw::Permutation;
use millrace_draw::{Key, scale};

const DAY: i64 = 86_400;
const DOMAINS: [&str; 3] = ["example.com", "example.org", "example.net"];

impl Frame<'_> {
    /// The cells of `rule` in `column`, before any are left out.
    pub(crate) fn evaluate(&mut self, rule: &Rule, column: usize) -> Cells {
        match rule {
            Rule::Key { prefix, width } => {
                key_cells(self.column_type(column), prefix, *width, self.rows.clone())
            }
            // References are made by the frame, and never inside another rule.
            Rule::Reference(_) | Rule::Owner | Rule::Null => self.nothing(column),
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
            Rule::Email { of, key, numbers } => {
                let names = self.path(of);
                self.emails(&names, *key, numbers)
            }
            Rule::CompanyName {
                places,
                combinations,
            } => company_names(&self.rows, places, *combinations),
            Rule::City { key, country } => {
                let countries = self.path(country);
                self.cities(*key, &countries)
            }
            Rule::Template { key, segments } => self.template(*key, segments),
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

    fn person_names(&self, key: Key, countries: Option<&Cells>) -> Cells {
        let countries = countries.map(pool_numbers);
        let neutral = pools::all().len() - 1;
        let mut names = Strings::default();
        for (index, &row) in self.rows.iter().enumerate() {
            let pool = &pools::all()[countries
                .as_ref()
                .map_or(neutral, |countries| countries[index])];
            let buffer = names.buffer();
            buffer.push_str(pool.first[scale(key.at(row), pool.first.len() as u64) as usize]);
            buffer.push(' ');
            buffer.push_str(pool.last[scale(key.draw(row, 1), pool.last.len() as u64) as usize]);
            names.finish();
        }
        Cells::text(Text::Plain(names))
    }

    fn emails(&self, names: &Cells, key: Key, numbers: &Permutation) -> Cells {
        let mut emails = Strings::default();
        let mut name = String::new();
        for (index, &row) in self.rows.iter().enumerate() {
            let buffer = emails.buffer();
            if !names.is_null(index) {
                name.clear();
                names.push_to(index, DataType::Text, &mut name);
                push_local_part(buffer, &name);
                // The number makes the address unique and has nothing to do with the order of rows.
                crate::calendar::push_padded(buffer, numbers.forward(row) as i64 + 1, 1);
                buffer.push('@');
                buffer.push_str(DOMAINS[scale(key.at(row), DOMAINS.len() as u64) as usize]);
            }
            emails.finish();
        }
        Cells::text(Text::Plain(emails)).with_nulls(names.nulls.clone())
    }

    fn cities(&self, key: Key, countries: &Cells) -> Cells {
        // One dictionary of all pools, so that a cell is a code.
        let mut starts = Vec::new();
        let mut words = Vec::new();
        for pool in pools::all() {
            starts.push(words.len());
            words.extend_from_slice(&pool.cities);
        }
        let numbers = pool_numbers(countries);
        let code = |(&row, &pool): (&u64, &usize)| {
            let cities = pools::all()[pool].cities.len() as u64;
            (starts[pool] as u64 + scale(key.at(row), cities)) as u32
        };
        let codes = self.rows.iter().zip(&numbers).map(code).collect();
        Cells::text(Text::Coded {
            words: Arc::from(words),
            codes,
        })
        .with_nulls(countries.nulls.clone())
    }

    fn template(&mut self, key: Key, segments: &[Segment]) -> Cells {
        let mut nulls = None;
        let mut values = Vec::new();
        for segment in segments {
            let cells = if let Segment::Value(path) = segment {
                Some((self.path(path), path.data_type))
            } else {
                None
            };
            nulls = crate::cells::either_null(
                nulls,
                cells.as_ref().and_then(|(cells, _)| cells.nulls.as_deref()),
            );
            values.push(cells);
        }
        let mut texts = Strings::default();
        for (index, &row) in self.rows.iter().enumerate() {
            let buffer = texts.buffer();
            for (number, (segment, value)) in segments.iter().zip(&values).enumerate() {
                match (segment, value) {
                    (Segment::Fixed(text), _) => buffer.push_str(text),
                    (Segment::Alternatives(texts), _) => {
                        buffer.push_str(
                            &texts
                                [scale(key.draw(row, number as u64), texts.len() as u64) as usize],
                        );
                    }
                    (Segment::Value(_), Some((cells, data_type))) => {
                        cells.push_to(index, *data_type, buffer);
                    }
                    (Segment::Value(_), None) => {}
                }
            }
            texts.finish();
        }
        Cells::text(Text::Plain(texts)).with_nulls(nulls)
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

/// Number of the pool of each country.
fn pool_numbers(countries: &Cells) -> Vec<usize> {
    match &countries.values {
        Values::Text(Text::Coded { words, codes }) => {
            let by_code: Vec<usize> = words.iter().map(|word| pools::of_country(word)).collect();
            codes.iter().map(|&code| by_code[code as usize]).collect()
        }
        _ => (0..countries.len())
            .map(|row| {
                let mut country = String::new();
                countries.push_to(row, DataType::Text, &mut country);
                pools::of_country(&country)
            })
            .collect(),
    }
}

/// Lower case letters and digits; a dot for whatever stands between them.
fn push_local_part(out: &mut String, name: &str) {
    let mut pending = false;
    let start = out.len();
    for character in name.chars() {
        if character.is_ascii_alphanumeric() {
            if pending && out.len() > start {
                out.push('.');
            }
            pending = false;
            out.push(character.to_ascii_lowercase());
        } else {
            pending = true;
        }
    }
    if out.len() == start {
        out.push_str("mail");
    }
    // A digit at the end would run into the number.
    if out.ends_with(|last: char| last.is_ascii_digit()) {
        out.push('.');
    }
}

/// Company names, each combination used once before any comes again.
fn company_names(rows: &[u64], places: &Permutation, combinations: u64) -> Cells {
    let parts = &pools::companies().parts;
    let mut names = Strings::default();
    for &row in rows {
        let mut place = places.forward(row % combinations);
        for (number, part) in parts.iter().enumerate() {
            let length = part.len() as u64;
            if number == parts.len() - 1 {
                names.buffer().push(' ');
            }
            names.buffer().push_str(part[(place % length) as usize]);
            place /= length;
        }
        names.finish();
    }
    Cells::text(Text::Plain(names))
}
