//! Untidiness: what is done to clean cells on delivery. It is decided per table, column and row, by keys
//! of its own, so that it changes no other cell and is the same wherever the cell is repeated.

use std::sync::Arc;

use crate::cells::Cells;
use crate::plan::{ColumnPlan, DataType, Untidiness};
use millrace_draw::{Gate, Key, scale};

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
const VARIANTS: u64 = 4;

/// What may happen to the cells of a column.
#[derive(Debug, Clone, Default)]
pub(crate) struct Defects {
    empty: Option<Gate>,
    mistyped: Option<Gate>,
    padded: Option<Gate>,
    variant: Option<Key>,
    /// Planned shares of the cells that are not null: empty, mistyped, padded.
    pub(crate) shares: [f64; 3],
    unit: Option<String>,
}

/// What happens to one cell; the number is the form it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Defect {
    None,
    Empty,
    Mistyped(u64),
    Padded(u64),
}

impl Defects {
    /// The defects of a column that is neither a key nor a reference.
    pub(crate) fn new(
        untidiness: &Untidiness,
        seed: u64,
        table: &str,
        column: &ColumnPlan,
    ) -> Self {
        let key = |purpose| Key::new(seed, table, &column.name, purpose);
        let measured = column.data_type.is_number()
            || matches!(column.data_type, DataType::Date | DataType::Timestamp);
        let empty = if column.nullable {
            untidiness.empty
        } else {
            0.0
        };
        let mistyped = if column.nullable && measured {
            untidiness.mistyped.min(1.0 - empty)
        } else {
            0.0
        };
        let padded = if column.untidy {
            untidiness.padded.min(1.0 - empty)
        } else {
            0.0
        };
        // An empty cell cannot be anything else: the later gates open a little more often.
        let gate = |purpose, share: f64| {
            (share > 0.0).then(|| Gate::new(key(purpose), share / (1.0 - empty).max(share)))
        };
        Self {
            empty: (empty > 0.0).then(|| Gate::new(key("empty"), empty)),
            mistyped: gate("mistyped", mistyped),
            padded: gate("padded", padded),
            variant: Some(key("defect form")),
            shares: [empty, mistyped, padded],
            unit: column.unit.clone(),
        }
    }

    fn of(&self, row: u64) -> Defect {
        let opens = |gate: Option<Gate>| gate.is_some_and(|gate| gate.opens(row));
        let form = || self.variant.map_or(0, |key| scale(key.at(row), VARIANTS));
        if opens(self.empty) {
            Defect::Empty
        } else if opens(self.mistyped) {
            Defect::Mistyped(form())
        } else if opens(self.padded) {
            Defect::Padded(form())
        } else {
            Defect::None
        }
    }
}

/// Cells of a column as they are delivered.
#[derive(Debug)]
pub(crate) struct Delivered<'g> {
    cells: Arc<Cells>,
    data_type: DataType,
    defects: Option<Vec<Defect>>,
    unit: Option<&'g str>,
}

impl<'g> Delivered<'g> {
    pub(crate) fn new(
        cells: Arc<Cells>,
        data_type: DataType,
        defects: &'g Defects,
        rows: &[u64],
    ) -> Self {
        let any = defects.shares.iter().any(|&share| share > 0.0);
        let defects_of_rows = any.then(|| rows.iter().map(|&row| defects.of(row)).collect());
        Self {
            cells,
            data_type,
            defects: defects_of_rows,
            unit: defects.unit.as_deref(),
        }
    }

    pub(crate) fn data_type(&self) -> DataType {
        self.data_type
    }

    pub(crate) fn cells(&self) -> &Cells {
        &self.cells
    }

    /// What was done to a cell; nulls stay as they are.
    pub(crate) fn defect(&self, index: usize) -> Defect {
        if self.cells.is_null(index) {
            Defect::None
        } else {
            self.defects
                .as_ref()
                .map_or(Defect::None, |defects| defects[index])
        }
    }

    /// Appends the text of a cell; false if the cell is empty.
    pub(crate) fn push_to(&self, index: usize, out: &mut String) -> bool {
        if self.cells.is_null(index) {
            return false;
        }
        match self.defect(index) {
            Defect::Empty => return false,
            Defect::None => self.cells.push_to(index, self.data_type, out),
            Defect::Mistyped(form) => self.push_mistyped(index, form, out),
            Defect::Padded(form) => {
                let mut clean = String::new();
                self.cells.push_to(index, self.data_type, &mut clean);
                push_padded(&clean, form, out);
            }
        }
        true
    }

    /// A cell that a reader of the type refuses, and a person can mend or must give up.
    fn push_mistyped(&self, index: usize, form: u64, out: &mut String) {
        let mut clean = String::new();
        self.cells.push_to(index, self.data_type, &mut clean);
        let text = match (self.data_type, form) {
            (_, 3) => "n/a".to_owned(),
            (DataType::Date | DataType::Timestamp, 0) => {
                reorder(&clean, |year, month, day| format!("{day}.{month}.{year}"))
            }
            (DataType::Date | DataType::Timestamp, 1) => reorder(&clean, |year, month, day| {
                let name = month
                    .parse::<usize>()
                    .ok()
                    .and_then(|month| MONTHS.get(month - 1))
                    .copied()
                    .unwrap_or(month);
                format!("{day} {name} {year}")
            }),
            (DataType::Date | DataType::Timestamp, _) => "unknown".to_owned(),
            (_, 0 | 1) => format!("{clean} {}", self.unit.unwrap_or("approx.")),
            _ => format!("ca. {clean}"),
        };
        out.push_str(&text);
    }
}

/// Writes the date at the start of a text in another form.
fn reorder(clean: &str, form: impl Fn(&str, &str, &str) -> String) -> String {
    match (
        clean.get(..4),
        clean.get(5..7),
        clean.get(8..10),
        clean.get(10..),
    ) {
        (Some(year), Some(month), Some(day), Some(rest)) => form(year, month, day) + rest,
        _ => "unknown".to_owned(),
    }
}

/// Blanks around the text, or another letter case.
fn push_padded(clean: &str, form: u64, out: &mut String) {
    let other = match form {
        0 => format!(" {clean}"),
        1 => format!("{clean}  "),
        2 => clean.to_uppercase(),
        _ => clean.to_lowercase(),
    };
    out.push_str(&other);
    if other == clean {
        out.push(' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_always_shows_and_can_be_undone() {
        for clean in ["Berlin", "USA", "web", "", "Straße 7", "42"] {
            for form in 0..VARIANTS {
                let mut out = String::new();
                push_padded(clean, form, &mut out);
                assert_ne!(out, clean);
                let fold = |text: &str| text.trim().to_uppercase();
                assert_eq!(fold(&out), fold(clean));
            }
        }
    }

    #[test]
    fn dates_take_forms_that_no_reader_takes_for_iso() {
        assert_eq!(
            reorder("2024-03-01", |y, m, d| format!("{d}.{m}.{y}")),
            "01.03.2024"
        );
        assert_eq!(
            reorder("2024-03-01 12:30:00", |y, m, d| format!("{d}/{m}/{y}")),
            "01/03/2024 12:30:00"
        );
    }
}
