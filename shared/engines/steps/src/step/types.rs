//! Steps that change the type of cells, and steps about dates.

use super::Work;
use crate::fault::Code;
use crate::lineage::Flow;
use crate::read::Fields;
use crate::value::{CastTarget, Character, DateFormat, Name, Zone};

group! {
    /// Turns the texts or values of columns into another type; what a cell that does not fit becomes
    /// is said by `on_error`.
    pub struct Cast {
        /// Columns and their types.
        columns: Vec<(Name, CastTarget)>,
        /// The character before the fraction of numbers.
        decimal_separator: Character = Character('.'),
        /// The character between groups of digits; without it there are no groups.
        thousands_separator: Option<Character>,
    }
    check Cast::verify;
}

impl Cast {
    fn verify(self, fields: &mut Fields<'_, '_>) -> Self {
        if self.thousands_separator == Some(self.decimal_separator) {
            let message = "give two separators that differ";
            fields.fault("thousands_separator", Code::Conflict, message);
        }
        let digit = |separator: &Character| separator.0.is_ascii_digit();
        if digit(&self.decimal_separator) || self.thousands_separator.as_ref().is_some_and(digit) {
            let message = "give separators that are no digits";
            fields.fault("decimal_separator", Code::InvalidValue, message);
        }
        self
    }
}

impl Work for Cast {
    fn flow(&self, flow: &mut Flow) {
        for (name, _) in &self.columns {
            flow.read_key("columns", name);
        }
    }
}

choice! {
    /// What texts of dates are turned into.
    pub enum DateKind {
        /// A day.
        Date = "date",
        /// A moment.
        Timestamp = "timestamp",
    }
}

group! {
    /// Turns texts into dates or timestamps.
    pub struct ParseDate {
        /// The column.
        column: Name,
        /// How the dates are written, tried in this order; without it, ISO 8601 and what `day_first`
        /// settles.
        formats: Option<Vec<DateFormat>> [1..=20],
        /// Whether `1/2/2024` is the first of February, where no formats are given.
        day_first: bool = false,
        /// Time zone of texts that name none; UTC where it is left out.
        timezone: Option<Zone>,
        /// What the texts become; without it a timestamp where a format holds a time, else a date.
        to: Option<DateKind>,
        /// Name of the result; the column itself where it is left out.
        output: Option<Name>,
    }
    check ParseDate::verify;
}

impl ParseDate {
    /// What the texts become.
    #[must_use]
    pub fn kind(&self) -> DateKind {
        let timed = self.formats.iter().flatten().any(DateFormat::has_time);
        self.to.unwrap_or(if timed {
            DateKind::Timestamp
        } else {
            DateKind::Date
        })
    }

    fn verify(self, fields: &mut Fields<'_, '_>) -> Self {
        DateFormat::check_reading(
            self.formats.as_deref().unwrap_or_default(),
            "formats",
            fields,
        );
        Self {
            to: Some(self.kind()),
            ..self
        }
    }
}

impl Work for ParseDate {
    fn flow(&self, flow: &mut Flow) {
        flow.read("column", &self.column);
        flow.create_optional(self.output.as_ref());
    }
}

group! {
    /// Writes dates or timestamps as texts.
    pub struct FormatDate {
        /// The column.
        column: Name,
        /// How they are written.
        format: DateFormat,
        /// Time zone in which they are written; UTC where it is left out.
        timezone: Option<Zone>,
        /// Name of the result; the column itself where it is left out.
        output: Option<Name>,
    }
}

impl Work for FormatDate {
    fn flow(&self, flow: &mut Flow) {
        flow.read("column", &self.column);
        flow.create_optional(self.output.as_ref());
    }
}

choice! {
    /// Parts of dates.
    pub enum DatePart {
        /// The year.
        Year = "year",
        /// The quarter, 1 to 4.
        Quarter = "quarter",
        /// The month, 1 to 12.
        Month = "month",
        /// The week of ISO 8601.
        Week = "week",
        /// The day of the month.
        Day = "day",
        /// The day of the week, 1 for Monday to 7 for Sunday.
        Weekday = "weekday",
        /// The day of the year.
        DayOfYear = "day_of_year",
        /// The hour.
        Hour = "hour",
        /// The minute.
        Minute = "minute",
        /// The second.
        Second = "second",
    }
}

group! {
    /// Adds columns with parts of a date, each named by the prefix and the part.
    pub struct ExtractDatePart {
        /// The column.
        column: Name,
        /// The parts.
        parts: Vec<DatePart>,
        /// What the names of the new columns begin with; the column's name and `_` where it is left out.
        prefix: Option<String> [0..=200],
    }
}

impl ExtractDatePart {
    /// The name of the new column for a part.
    #[must_use]
    pub fn output(&self, part: DatePart) -> String {
        match &self.prefix {
            Some(prefix) => format!("{prefix}{part}"),
            None => format!("{}_{part}", self.column),
        }
    }
}

impl Work for ExtractDatePart {
    fn flow(&self, flow: &mut Flow) {
        flow.read("column", &self.column);
        for part in &self.parts {
            flow.create(&self.output(*part));
        }
    }
}
