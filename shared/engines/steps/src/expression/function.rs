//! The functions that expressions may call; there are no others.

use std::fmt;

use serde::Serialize;

/// What a value is, as far as that is known without a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Anything: a column, null.
    Any,
    /// True or false.
    Boolean,
    /// A number.
    Number,
    /// A text.
    Text,
    /// A day or a moment.
    Moment,
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Any => "a value",
            Self::Boolean => "true or false",
            Self::Number => "a number",
            Self::Text => "a text",
            Self::Moment => "a date or a timestamp",
        })
    }
}

/// What an argument must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Argument {
    Any,
    Condition,
    Number,
    Text,
    Moment,
    /// A whole number that is written out, so that it bounds the size of the result.
    Size,
    /// A regular expression that is written out.
    Pattern,
    /// A unit of time that is written out: `'month'`.
    Unit,
    /// A format that dates are read with.
    ReadFormat,
    /// A format that dates are written with.
    WriteFormat,
}

impl Argument {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Any => "value",
            Self::Condition => "condition",
            Self::Number => "number",
            Self::Text => "text",
            Self::Moment => "moment",
            Self::Size => "size",
            Self::Pattern => "'pattern'",
            Self::Unit => "'unit'",
            Self::ReadFormat | Self::WriteFormat => "'format'",
        }
    }
}

/// How a function is called.
#[derive(Debug)]
pub(super) struct Signature {
    pub(super) function: Function,
    pub(super) name: &'static str,
    aliases: &'static [&'static str],
    /// The arguments; where more may follow, they are as the last one.
    pub(super) arguments: &'static [Argument],
    /// Fewest arguments.
    pub(super) least: usize,
    /// Most arguments.
    pub(super) most: usize,
    pub(super) result: Kind,
    /// What it gives.
    about: &'static str,
}

/// Arguments of functions that take any number of them.
const MANY: usize = 100;

macro_rules! functions {
    ($(
        $variant:ident = $name:literal $(| $alias:literal)*
        ($($argument:ident),*) $least:literal..=$most:tt -> $result:ident, $about:literal;
    )*) => {
        /// A function.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Function { $( #[doc = $about] $variant, )* }

        static SIGNATURES: &[Signature] = &[$(
            Signature {
                function: Function::$variant,
                name: $name,
                aliases: &[$($alias),*],
                arguments: &[$(Argument::$argument),*],
                least: $least,
                most: $most,
                result: Kind::$result,
                about: $about,
            },
        )*];
    };
}

functions! {
    Lower = "lower" (Text) 1..=1 -> Text, "The text in lower case.";
    Upper = "upper" (Text) 1..=1 -> Text, "The text in upper case.";
    InitCap = "initcap" (Text) 1..=1 -> Text, "The text with each word in upper case at its beginning.";
    Trim = "trim" | "btrim" (Text, Text) 1..=2 -> Text, "The text without blanks, or the given characters, at both ends.";
    LeftTrim = "ltrim" (Text, Text) 1..=2 -> Text, "The text without blanks, or the given characters, at its beginning.";
    RightTrim = "rtrim" (Text, Text) 1..=2 -> Text, "The text without blanks, or the given characters, at its end.";
    Length = "length" | "char_length" | "len" (Text) 1..=1 -> Number, "The number of characters.";
    Substring = "substr" | "substring" (Text, Number, Number) 2..=3 -> Text, "The text from a character, counted from 1, and so many of them.";
    Left = "left" (Text, Number) 2..=2 -> Text, "The first characters.";
    Right = "right" (Text, Number) 2..=2 -> Text, "The last characters.";
    PadLeft = "lpad" (Text, Size, Text) 2..=3 -> Text, "The text filled to a length at its beginning.";
    PadRight = "rpad" (Text, Size, Text) 2..=3 -> Text, "The text filled to a length at its end.";
    Concat = "concat" (Any) 1..=MANY -> Text, "The values one after the other, nulls left out.";
    ConcatWith = "concat_ws" (Text, Any) 2..=MANY -> Text, "The values with the first argument between them, nulls left out.";
    Replace = "replace" (Text, Text, Text) 3..=3 -> Text, "The text with every occurrence replaced.";
    Reverse = "reverse" (Text) 1..=1 -> Text, "The characters from the last to the first.";
    SplitPart = "split_part" (Text, Text, Number) 3..=3 -> Text, "The part of so high a number, counted from 1, between delimiters.";
    Position = "strpos" | "instr" (Text, Text) 2..=2 -> Number, "Where the second text begins in the first, counted from 1; 0 if nowhere.";
    StartsWith = "starts_with" (Text, Text) 2..=2 -> Boolean, "Whether the text begins with the other.";
    EndsWith = "ends_with" (Text, Text) 2..=2 -> Boolean, "Whether the text ends with the other.";
    Contains = "contains" (Text, Text) 2..=2 -> Boolean, "Whether the text holds the other.";
    RegexpMatch = "regexp_match" | "regexp_like" (Text, Pattern) 2..=2 -> Boolean, "Whether the pattern is found.";
    RegexpReplace = "regexp_replace" (Text, Pattern, Text) 3..=3 -> Text, "The text with every match replaced; $1 is the first group.";
    RegexpExtract = "regexp_extract" (Text, Pattern, Size) 2..=3 -> Text, "The first match, or a group of it; null if there is none.";
    Coalesce = "coalesce" | "ifnull" | "nvl" (Any) 1..=MANY -> Any, "The first value that is not null.";
    NullIf = "nullif" (Any, Any) 2..=2 -> Any, "Null if both values are equal, else the first.";
    If = "if" | "iif" (Condition, Any, Any) 3..=3 -> Any, "The second argument where the condition is true, else the third.";
    Greatest = "greatest" (Any) 1..=MANY -> Any, "The greatest value, nulls left out.";
    Least = "least" (Any) 1..=MANY -> Any, "The least value, nulls left out.";
    Absolute = "abs" (Number) 1..=1 -> Number, "The number without its sign.";
    Sign = "sign" (Number) 1..=1 -> Number, "-1, 0 or 1.";
    Round = "round" (Number, Size) 1..=2 -> Number, "The number rounded to so many digits, halves away from zero.";
    Floor = "floor" (Number) 1..=1 -> Number, "The greatest whole number that is not greater.";
    Ceiling = "ceil" | "ceiling" (Number) 1..=1 -> Number, "The least whole number that is not less.";
    Truncate = "trunc" (Number, Size) 1..=2 -> Number, "The number cut to so many digits.";
    SquareRoot = "sqrt" (Number) 1..=1 -> Number, "The square root; null of a negative number.";
    Power = "power" | "pow" (Number, Number) 2..=2 -> Number, "The first number to the power of the second.";
    Remainder = "mod" (Number, Number) 2..=2 -> Number, "What remains of a division.";
    Exponential = "exp" (Number) 1..=1 -> Number, "e to the power of the number.";
    NaturalLogarithm = "ln" (Number) 1..=1 -> Number, "The natural logarithm; null of zero and less.";
    Logarithm10 = "log10" (Number) 1..=1 -> Number, "The logarithm to base 10; null of zero and less.";
    Logarithm2 = "log2" (Number) 1..=1 -> Number, "The logarithm to base 2; null of zero and less.";
    Year = "year" (Moment) 1..=1 -> Number, "The year.";
    Quarter = "quarter" (Moment) 1..=1 -> Number, "The quarter, 1 to 4.";
    Month = "month" (Moment) 1..=1 -> Number, "The month, 1 to 12.";
    Week = "week" (Moment) 1..=1 -> Number, "The week of ISO 8601.";
    Day = "day" (Moment) 1..=1 -> Number, "The day of the month.";
    DayOfYear = "day_of_year" (Moment) 1..=1 -> Number, "The day of the year.";
    Weekday = "weekday" | "day_of_week" (Moment) 1..=1 -> Number, "The day of the week, 1 for Monday to 7 for Sunday.";
    Hour = "hour" (Moment) 1..=1 -> Number, "The hour, 0 to 23.";
    Minute = "minute" (Moment) 1..=1 -> Number, "The minute.";
    Second = "second" (Moment) 1..=1 -> Number, "The second.";
    DateTruncate = "date_trunc" (Unit, Moment) 2..=2 -> Moment, "The beginning of the unit in which the moment lies.";
    DateDifference = "date_diff" | "datediff" (Unit, Moment, Moment) 3..=3 -> Number, "How many beginnings of the unit lie between two moments, negative if the second is earlier.";
    DateAdd = "date_add" (Unit, Number, Moment) 3..=3 -> Moment, "The moment so many units later.";
    ToDate = "to_date" (Text, ReadFormat) 1..=2 -> Moment, "The day that the text writes; an error if it writes none.";
    ToTimestamp = "to_timestamp" (Text, ReadFormat) 1..=2 -> Moment, "The moment that the text writes; an error if it writes none.";
    FormatDate = "format_date" (Moment, WriteFormat) 2..=2 -> Text, "The moment as a text.";
}

impl Function {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.signature().name
    }

    pub(super) fn signature(self) -> &'static Signature {
        // The table is made from the same list as the enumeration, in its order.
        &SIGNATURES[self as usize]
    }

    /// The function of this name, in any case.
    pub(super) fn find(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        SIGNATURES
            .iter()
            .find(|known| known.name == name || known.aliases.contains(&name.as_str()))
            .map(|known| known.function)
    }

    pub(super) fn names() -> Vec<&'static str> {
        SIGNATURES.iter().map(|known| known.name).collect()
    }
}

impl Signature {
    /// What the argument of this number must be.
    pub(super) fn argument(&self, index: usize) -> Argument {
        let last = self.arguments.len().saturating_sub(1);
        self.arguments
            .get(index.min(last))
            .copied()
            .unwrap_or(Argument::Any)
    }

    /// `substr(text, number[, number])`
    pub(super) fn usage(&self) -> String {
        let mut usage = format!("{}(", self.name);
        let mut open = 0;
        for (index, argument) in self.arguments.iter().enumerate() {
            if index >= self.least {
                usage.push('[');
                open += 1;
            }
            if index > 0 {
                usage.push_str(", ");
            }
            usage.push_str(argument.name());
        }
        if self.most > self.arguments.len() {
            usage.push_str(", …");
        }
        usage.push_str(&"]".repeat(open));
        usage.push(')');
        usage
    }
}

/// A function, for documentation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FunctionDescription {
    /// Its name.
    pub name: &'static str,
    /// Other names that are understood.
    pub aliases: &'static [&'static str],
    /// How it is called: `substr(text, number[, number])`.
    pub usage: String,
    /// What it gives, in a sentence.
    pub description: &'static str,
    /// What kind of value that is.
    pub result: Kind,
}

/// Every function that expressions may call.
#[must_use]
pub fn functions() -> Vec<FunctionDescription> {
    SIGNATURES
        .iter()
        .map(|signature| FunctionDescription {
            name: signature.name,
            aliases: signature.aliases,
            usage: signature.usage(),
            description: signature.about,
            result: signature.result,
        })
        .collect()
}
