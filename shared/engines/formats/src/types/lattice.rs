//! What every cell of a column fits in, over the whole file.
//!
//! Facts only ever lose possibilities, so facts of two halves of a file merge into the facts of the
//! whole, in any grouping.

use arrow::datatypes::{DataType, TimeUnit};
use serde::{Deserialize, Serialize};

use super::ValueFormat;
use super::number::{NumberStyle, measure, parse_double};
use super::temporal::{self, Patterns, TemporalFormat};
use super::{Ambiguity, InferredColumn, trimmed};

const STYLES: [NumberStyle; 4] = [
    NumberStyle::PLAIN,
    NumberStyle::COMMA,
    NumberStyle::POINT_GROUPED,
    NumberStyle::COMMA_GROUPED,
];
const PLAIN: usize = 0;
const COMMA: usize = 1;
const POINT_GROUPED: usize = 2;
const COMMA_GROUPED: usize = 3;

/// Digits that a double holds in any case.
const DOUBLE_DIGITS: u16 = 15;

/// Cells of each kind, for people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypeCounts {
    /// No value.
    pub null: u64,
    /// `true` or `false`.
    pub boolean: u64,
    /// Whole numbers.
    pub integer: u64,
    /// Numbers with a fraction or an exponent.
    pub number: u64,
    /// Dates and timestamps.
    pub temporal: u64,
    /// Anything else; with one such cell every value of the column counts here.
    pub text: u64,
}

/// Numbers of a column under one style.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct NumberFacts {
    fits: bool,
    integers: bool,
    exponent: bool,
    grouped: bool,
    whole: u16,
    scale: u16,
    digits: u16,
}

impl Default for NumberFacts {
    fn default() -> Self {
        Self {
            fits: true,
            integers: true,
            exponent: false,
            grouped: false,
            whole: 0,
            scale: 0,
            digits: 0,
        }
    }
}

/// Dates and timestamps of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct TemporalFacts {
    patterns: Patterns,
    timed: bool,
    zoned: bool,
    unzoned: bool,
    fraction_digits: u8,
    /// Whether every moment can be counted in nanoseconds.
    nanoseconds: bool,
}

impl Default for TemporalFacts {
    fn default() -> Self {
        Self {
            patterns: temporal::ALL,
            timed: false,
            zoned: false,
            unzoned: false,
            fraction_digits: 0,
            nanoseconds: true,
        }
    }
}

/// Everything that is known of a column's type.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnFacts {
    /// Cells of each kind.
    pub counts: TypeCounts,
    /// The first cell that is neither a number nor a date nor a boolean, with its row.
    pub first_text: Option<(u64, String)>,
    numbers: [NumberFacts; 4],
    temporal: TemporalFacts,
}

impl ColumnFacts {
    /// Takes one cell into account; `None` is no value.
    #[inline]
    pub fn observe(&mut self, row: u64, cell: Option<&str>) {
        let Some(cell) = cell else {
            self.counts.null += 1;
            return;
        };
        // A column of text stays one: most cells of most files end here.
        if self.counts.text > 0 {
            self.counts.text += 1;
            return;
        }
        self.classify(row, trimmed(cell));
    }

    /// Takes a text into account that is known to be one: only dates are looked for in it.
    pub(crate) fn observe_text(&mut self, row: u64, text: &str) {
        if self.counts.text > 0 || temporal::scan(text.trim()).is_none() {
            self.text_or_more(row, text);
        } else {
            self.classify(row, text.trim());
        }
    }

    /// Takes a number, a boolean or a date into account whose notation has a grammar of its own.
    pub(crate) fn observe_value(&mut self, row: u64, text: &str) {
        let is_double = matches!(text.as_bytes(), [b'-' | b'0'..=b'9', ..])
            && text.contains(['e', 'E'])
            && parse_double(text).is_some();
        if is_double && measure(text, NumberStyle::PLAIN).is_none() && self.counts.text == 0 {
            // `12E3` is a number here, and no code.
            self.classify(row, "1.0e0");
        } else {
            self.observe(row, Some(text));
        }
    }

    /// Takes something into account that is neither value nor date.
    pub(crate) fn observe_other(&mut self, row: u64, text: &str) {
        self.text_or_more(row, text);
    }

    fn text_or_more(&mut self, row: u64, text: &str) {
        if self.counts.text > 0 {
            self.counts.text += 1;
        } else {
            self.text(row, text);
        }
    }

    fn classify(&mut self, row: u64, text: &str) {
        if text.is_empty() {
            return self.text(row, text);
        }
        if matches!(text, "true" | "false" | "True" | "False" | "TRUE" | "FALSE") {
            self.counts.boolean += 1;
            self.temporal.patterns = 0;
            self.no_number();
            return;
        }
        if self.number(text) {
            self.temporal.patterns = 0;
            return;
        }
        if let Some(scan) = temporal::scan(text) {
            self.counts.temporal += 1;
            self.no_number();
            let facts = &mut self.temporal;
            facts.patterns &= scan.patterns;
            if let Some(moment) = scan.moment(1 << scan.patterns.trailing_zeros()) {
                facts.timed |= moment.time.is_some();
                facts.zoned |= moment.zone.is_some();
                facts.unzoned |= moment.zone.is_none();
                facts.fraction_digits = facts.fraction_digits.max(moment.fraction_digits);
                let year = chrono::Datelike::year(&moment.date);
                facts.nanoseconds &= (1678..=2261).contains(&year);
            }
            return;
        }
        self.text(row, text);
    }

    /// Whether it is a number in any style; the styles it does not fit are out.
    fn number(&mut self, text: &str) -> bool {
        let bytes = text.as_bytes();
        if !matches!(bytes[0], b'0'..=b'9' | b'-' | b'.' | b',') {
            return false;
        }
        // Digits alone mean the same in every style.
        let unsigned = bytes.strip_prefix(b"-").unwrap_or(bytes);
        let whole = unsigned.len();
        if (1..=18).contains(&whole)
            && unsigned.iter().all(u8::is_ascii_digit)
            && (whole == 1 || unsigned[0] != b'0')
        {
            let whole = whole as u16;
            for facts in &mut self.numbers {
                facts.whole = facts.whole.max(whole);
                facts.digits = facts.digits.max(whole);
            }
            self.counts.integer += 1;
            return true;
        }
        if let Some((whole, scale)) = plain_fraction(unsigned) {
            self.counts.number += 1;
            for style in [PLAIN, POINT_GROUPED] {
                let facts = &mut self.numbers[style];
                facts.integers = false;
                facts.whole = facts.whole.max(whole);
                facts.scale = facts.scale.max(scale);
                facts.digits = facts.digits.max(whole + scale);
            }
            self.numbers[COMMA].fits = false;
            self.numbers[COMMA_GROUPED].fits = false;
            return true;
        }
        if !has_bytes_of_number(unsigned) {
            return false;
        }
        let measures = STYLES.map(|style| measure(text, style));
        let Some(best) = measures.iter().flatten().next() else {
            return false;
        };
        if best.scale == 0 && !best.exponent {
            self.counts.integer += 1;
        } else {
            self.counts.number += 1;
        }
        for (facts, measure) in self.numbers.iter_mut().zip(measures) {
            match measure {
                Some(measure) => {
                    facts.integers &= measure.fits_integer;
                    facts.exponent |= measure.exponent;
                    facts.grouped |= measure.grouped;
                    facts.whole = facts.whole.max(measure.whole);
                    facts.scale = facts.scale.max(measure.scale);
                    facts.digits = facts.digits.max(measure.whole + measure.scale);
                }
                None => facts.fits = false,
            }
        }
        true
    }

    fn no_number(&mut self) {
        for facts in &mut self.numbers {
            facts.fits = false;
        }
    }

    fn text(&mut self, row: u64, text: &str) {
        self.counts.text += 1;
        self.first_text = Some((row, text.chars().take(80).collect()));
        self.absorb();
    }

    /// Text takes everything in: from here on the cells of the column are no longer told apart.
    fn absorb(&mut self) {
        let counts = &mut self.counts;
        counts.text += counts.boolean + counts.integer + counts.number + counts.temporal;
        (
            counts.boolean,
            counts.integer,
            counts.number,
            counts.temporal,
        ) = (0, 0, 0, 0);
        self.numbers = [NumberFacts::default(); 4];
        self.temporal = TemporalFacts::default();
    }

    /// Joins the facts of two parts of one column.
    pub fn merge(&mut self, other: &Self) {
        let counts = &mut self.counts;
        counts.null += other.counts.null;
        counts.boolean += other.counts.boolean;
        counts.integer += other.counts.integer;
        counts.number += other.counts.number;
        counts.temporal += other.counts.temporal;
        counts.text += other.counts.text;
        let earlier =
            |text: &(u64, String)| self.first_text.as_ref().is_none_or(|own| text.0 < own.0);
        if let Some(text) = other.first_text.as_ref().filter(|text| earlier(text)) {
            self.first_text = Some(text.clone());
        }
        for (own, other) in self.numbers.iter_mut().zip(&other.numbers) {
            own.fits &= other.fits;
            own.integers &= other.integers;
            own.exponent |= other.exponent;
            own.grouped |= other.grouped;
            own.whole = own.whole.max(other.whole);
            own.scale = own.scale.max(other.scale);
            own.digits = own.digits.max(other.digits);
        }
        let own = &mut self.temporal;
        own.patterns &= other.temporal.patterns;
        own.timed |= other.temporal.timed;
        own.zoned |= other.temporal.zoned;
        own.unzoned |= other.temporal.unzoned;
        own.fraction_digits = own.fraction_digits.max(other.temporal.fraction_digits);
        own.nanoseconds &= other.temporal.nanoseconds;
        if self.counts.text > 0 {
            self.absorb();
        }
    }

    /// Whether this column can only be one with decimal points.
    pub(super) fn shows_decimal_point(&self) -> bool {
        (self.fits(PLAIN) || self.fits(POINT_GROUPED))
            && self.numbers[PLAIN].scale > 0
            && !self.fits(COMMA)
            && !self.fits(COMMA_GROUPED)
    }

    /// Counts the rows that had no such cell.
    pub(crate) fn fill_nulls(&mut self, rows: u64) {
        let counts = &mut self.counts;
        let seen = counts.null
            + counts.boolean
            + counts.integer
            + counts.number
            + counts.temporal
            + counts.text;
        counts.null += rows.saturating_sub(seen);
    }

    fn has_numbers(&self) -> bool {
        self.counts.integer + self.counts.number > 0
    }

    fn fits(&self, style: usize) -> bool {
        self.has_numbers() && self.counts.text == 0 && self.numbers[style].fits
    }

    /// Whether this column can only be one with decimal commas.
    pub(super) fn shows_decimal_comma(&self) -> bool {
        (self.fits(COMMA) || self.fits(COMMA_GROUPED))
            && !self.fits(PLAIN)
            && !self.fits(POINT_GROUPED)
    }

    /// The widest type that is needed. `decimal_comma`: what the rest of the file says.
    pub fn decide(&self, day_first: Option<bool>, decimal_comma: bool) -> InferredColumn {
        let counts = &self.counts;
        let values =
            counts.boolean + counts.integer + counts.number + counts.temporal + counts.text;
        if values == 0 || counts.text > 0 {
            return InferredColumn::text(None);
        }
        if counts.boolean == values {
            return InferredColumn::plain(DataType::Boolean);
        }
        if counts.temporal == values {
            return self.decide_temporal(day_first);
        }
        if counts.integer + counts.number == values {
            return self.decide_number(decimal_comma);
        }
        InferredColumn::text(None)
    }

    fn decide_number(&self, decimal_comma: bool) -> InferredColumn {
        let grouped_integers = |style: usize| self.fits(style) && self.numbers[style].scale == 0;
        let style =
            if decimal_comma && self.fits(COMMA_GROUPED) && self.numbers[COMMA_GROUPED].grouped {
                COMMA_GROUPED
            } else if self.fits(PLAIN) {
                PLAIN
            } else if self.fits(COMMA) && self.fits(POINT_GROUPED) && !decimal_comma {
                return InferredColumn::text(Some(Ambiguity::Separator));
            } else if self.fits(COMMA) {
                COMMA
            } else if self.fits(POINT_GROUPED) {
                POINT_GROUPED
            } else if self.fits(COMMA_GROUPED) && !grouped_integers(COMMA_GROUPED) {
                COMMA_GROUPED
            } else if self.fits(COMMA_GROUPED) {
                // `1.234.567` may as well be a version or a part number.
                return InferredColumn::text(Some(Ambiguity::Separator));
            } else {
                return InferredColumn::text(None);
            };
        let facts = &self.numbers[style];
        let precision = facts.whole + facts.scale;
        let data_type = if facts.exponent {
            if facts.digits > DOUBLE_DIGITS + 2 {
                return InferredColumn::text(None);
            }
            DataType::Float64
        } else if facts.integers && facts.scale == 0 {
            DataType::Int64
        } else if precision <= 38 {
            DataType::Decimal128(precision.max(1) as u8, facts.scale as i8)
        } else if facts.digits <= DOUBLE_DIGITS {
            DataType::Float64
        } else {
            return InferredColumn::text(None);
        };
        InferredColumn {
            data_type,
            ambiguity: None,
            format: ValueFormat {
                number: STYLES[style],
                temporal: Vec::new(),
            },
        }
    }

    fn decide_temporal(&self, day_first: Option<bool>) -> InferredColumn {
        let facts = &self.temporal;
        let mut patterns = facts.patterns;
        if patterns & temporal::DAY_FIRST != 0 && patterns & temporal::MONTH_FIRST != 0 {
            match day_first {
                Some(true) => patterns &= temporal::DAY_FIRST,
                Some(false) => patterns &= temporal::MONTH_FIRST,
                None => return InferredColumn::text(Some(Ambiguity::DayMonth)),
            }
        }
        let unit = match facts.fraction_digits {
            0..=6 => Some(TimeUnit::Microsecond),
            _ => facts.nanoseconds.then_some(TimeUnit::Nanosecond),
        };
        // A local time beside a time with a zone: no instant is right for both.
        let (Some(unit), false) = (unit, facts.zoned && facts.unzoned) else {
            return InferredColumn::text(None);
        };
        if patterns == 0 {
            return InferredColumn::text(None);
        }
        let data_type = match (facts.timed, facts.zoned) {
            (false, _) => DataType::Date32,
            (true, false) => DataType::Timestamp(unit, None),
            (true, true) => DataType::Timestamp(unit, Some("UTC".into())),
        };
        InferredColumn {
            data_type,
            ambiguity: None,
            format: ValueFormat {
                number: NumberStyle::PLAIN,
                temporal: vec![TemporalFormat::Pattern(patterns)],
            },
        }
    }
}

/// Whether nothing in a text keeps it from being a number: dates and addresses end here.
#[inline]
fn has_bytes_of_number(unsigned: &[u8]) -> bool {
    let mut before = 0;
    unsigned.iter().all(|&byte| {
        let fits = match byte {
            b'0'..=b'9' | b'.' | b',' | b'e' | b'E' => true,
            b'-' | b'+' => matches!(before, b'e' | b'E'),
            _ => false,
        };
        before = byte;
        fits
    })
}

/// Digits before and behind the point of a number such as `1234.50`, which is one with a decimal
/// point and can be nothing else: three digits behind it might be a group of thousands.
#[inline]
fn plain_fraction(unsigned: &[u8]) -> Option<(u16, u16)> {
    let digits = |bytes: &[u8]| {
        bytes
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count()
    };
    let whole = digits(unsigned);
    let [b'.', fraction @ ..] = unsigned.get(whole..)? else {
        return None;
    };
    let scale = digits(fraction);
    let is_plain = scale == fraction.len()
        && (1..=18).contains(&whole)
        && (1..=18).contains(&scale)
        && scale != 3
        && (whole == 1 || unsigned[0] != b'0');
    is_plain.then_some((whole as u16, scale as u16))
}

#[cfg(test)]
#[path = "lattice_tests.rs"]
mod tests;
