//! A profile for a terminal.

use std::fmt;

use serde_json::Value;

use crate::profile::{Alert, ColumnProfile, DatasetProfile};

/// Characters of one cell of the table.
const WIDEST: usize = 24;
const GAP: &str = "  ";

impl fmt::Display for Alert {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl fmt::Display for DatasetProfile {
    /// What the data set is, a table with a line for each column, and what to look at.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.summary(formatter)?;
        writeln!(formatter)?;
        table(formatter, &self.column_profiles)?;
        let notes: Vec<String> = self.column_profiles.iter().flat_map(notes).collect();
        if !notes.is_empty() {
            writeln!(formatter)?;
        }
        notes
            .iter()
            .try_for_each(|note| writeln!(formatter, "{note}"))
    }
}

impl DatasetProfile {
    fn summary(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} rows, {} columns",
            grouped(self.rows),
            self.columns
        )?;
        for part in [&self.format, &self.encoding].into_iter().flatten() {
            write!(formatter, ", {part}")?;
        }
        if let Some(compression) = self
            .compression
            .as_ref()
            .filter(|name| *name != "uncompressed")
        {
            write!(formatter, ", {compression}")?;
        }
        if let Some(bytes) = self.bytes {
            write!(formatter, ", {}", size(bytes))?;
        }
        if let Some(dialect) = &self.dialect {
            let delimiter = match dialect.delimiter.as_str() {
                "\t" => "tab",
                "\u{1f}" => "none",
                other => other,
            };
            write!(formatter, ", delimiter {delimiter}")?;
        }
        writeln!(formatter)?;
        let duplicates = &self.duplicate_rows;
        writeln!(
            formatter,
            "{} rejected rows, {}{} duplicate rows ({}), {} cells without a value ({})",
            grouped(self.rejected_rows),
            if duplicates.exact { "" } else { "about " },
            grouped(duplicates.count),
            percent(duplicates.ratio),
            grouped(self.null_cells),
            percent(if self.rows == 0 || self.columns == 0 {
                0.0
            } else {
                self.null_cells as f64 / (self.rows as f64 * self.columns as f64)
            }),
        )
    }
}

fn table(formatter: &mut fmt::Formatter<'_>, profiles: &[ColumnProfile]) -> fmt::Result {
    let head = [
        "#",
        "column",
        "type",
        "nulls",
        "distinct",
        "min",
        "median",
        "max",
        "most frequent",
    ];
    let mut lines = vec![head.map(str::to_owned)];
    lines.extend(profiles.iter().map(cells));
    let mut widths = [0; 9];
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = (*width).max(cell.chars().count());
        }
    }
    for (number, line) in lines.iter().enumerate() {
        let mut text = String::new();
        for (place, (cell, width)) in line.iter().zip(widths).enumerate() {
            let pad = " ".repeat(width - cell.chars().count());
            // Numbers stand on the right.
            if matches!(place, 0 | 3 | 4) {
                text.extend([&pad, cell.as_str(), GAP]);
            } else {
                text.extend([cell.as_str(), &pad, GAP]);
            }
        }
        writeln!(formatter, "{}", text.trim_end())?;
        if number == 0 {
            let rule: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
            writeln!(formatter, "{}", rule.join(GAP))?;
        }
    }
    Ok(())
}

fn cells(profile: &ColumnProfile) -> [String; 9] {
    let value = |value: Option<&Value>| value.map_or_else(String::new, said);
    let distinct = &profile.distinct;
    let top = profile.top_values.first().map_or_else(String::new, |top| {
        format!("{} ({})", cut(&top.value), grouped(top.count))
    });
    let median = profile.quantiles.as_ref().map(|quantiles| &quantiles.p50);
    [
        profile.position.to_string(),
        cut(&profile.name),
        profile.inferred_type.clone(),
        percent(profile.nulls.ratio),
        format!(
            "{}{}",
            if distinct.exact { "" } else { "~" },
            grouped(distinct.estimate)
        ),
        value(profile.min.as_ref()),
        value(median),
        value(profile.max.as_ref()),
        top,
    ]
}

/// What a person should know of a column beside the table.
fn notes(profile: &ColumnProfile) -> Vec<String> {
    let mut parts: Vec<String> = profile.alerts.iter().map(ToString::to_string).collect();
    if let Some(pii) = &profile.pii {
        parts.push(format!(
            "{} ({}, {})",
            pii.hint,
            percent(pii.confidence),
            pii.action
        ));
    }
    if profile.inferred_type == "string"
        && let Some(other) = profile.alternatives.first()
    {
        let conflict = profile
            .type_conflicts
            .first()
            .map_or_else(String::new, |conflict| {
                format!(", but row {} says {:?}", conflict.row, cut(&conflict.value))
            });
        parts.push(format!(
            "{} of the values are {}{conflict}",
            percent(other.ratio),
            other.data_type
        ));
    }
    if parts.is_empty() {
        return Vec::new();
    }
    vec![format!("{}: {}", cut(&profile.name), parts.join(", "))]
}

fn said(value: &Value) -> String {
    match value {
        Value::String(text) => cut(text),
        Value::Number(number) => match number.as_f64() {
            // More places than a person reads.
            Some(float) if !number.is_i64() && !number.is_u64() => {
                let short = format!("{float:.4}");
                let short = short.trim_end_matches('0').trim_end_matches('.');
                if float.abs() >= 1e15 || (float != 0.0 && float.abs() < 1e-3) {
                    format!("{float:e}")
                } else {
                    short.to_owned()
                }
            }
            _ => number.to_string(),
        },
        other => other.to_string(),
    }
}

/// On one line and not too wide; nothing in it moves the cursor.
fn cut(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .take(WIDEST)
        .map(|character| {
            if character.is_control() {
                '·'
            } else {
                character
            }
        })
        .collect();
    if text.chars().nth(WIDEST).is_some() {
        shown.pop();
        shown.push('…');
    }
    shown
}

fn percent(ratio: f64) -> String {
    match ratio * 100.0 {
        0.0 => "0 %".to_owned(),
        share if share < 0.1 => "< 0.1 %".to_owned(),
        share if share > 99.9 && share < 100.0 => "> 99.9 %".to_owned(),
        share => format!("{} %", (share * 10.0).round() / 10.0),
    }
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if bytes < 1_000 {
        return format!("{bytes} B");
    }
    let mut size = bytes as f64 / 1_000.0;
    let mut unit = 0;
    while size >= 1_000.0 && unit + 1 < UNITS.len() {
        size /= 1_000.0;
        unit += 1;
    }
    format!("{size:.1} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_are_easy_to_read() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(grouped(999), "999");
        assert_eq!(size(999), "999 B");
        assert_eq!(size(200_000_000), "200.0 MB");
        assert_eq!(percent(0.0), "0 %");
        assert_eq!(percent(0.0001), "< 0.1 %");
        assert_eq!(percent(0.12345), "12.3 %");
        assert_eq!(percent(0.99999), "> 99.9 %");
        assert_eq!(percent(1.0), "100 %");
        assert_eq!(said(&json!(1.234567)), "1.2346");
        assert_eq!(said(&json!(10.0)), "10");
        assert_eq!(said(&json!(1e20)), "1e20");
        assert_eq!(said(&json!("text")), "text");
        assert_eq!(said(&json!(true)), "true");
    }

    #[test]
    fn nothing_in_a_cell_moves_the_cursor() {
        assert_eq!(cut("a\nb\u{1b}[2J"), "a·b·[2J");
        assert_eq!(cut(&"x".repeat(30)).chars().count(), WIDEST);
    }
}
