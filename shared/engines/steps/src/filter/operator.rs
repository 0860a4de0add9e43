//! The operators of conditions: their names, and what value each needs.

use serde::Serialize;

use crate::read::sentence;

/// What stands at `value`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueShape {
    /// Nothing.
    Nothing,
    /// A text, a number, true or false.
    Scalar,
    /// A text or a number.
    Ordered,
    /// Two texts or two numbers: least and greatest.
    Pair,
    /// 1 to 10,000 texts, numbers or truth values.
    List,
    /// A text.
    Text,
    /// A regular expression.
    Pattern,
    /// A date or a timestamp, as in ISO 8601.
    Moment,
    /// A date, as in ISO 8601.
    Day,
    /// A span of time: `12h`, `30d`, `2w`.
    Timespan,
    /// A whole number that is not negative.
    Length,
    /// A data type, or nothing for the column's own.
    Dtype,
}

impl ValueShape {
    /// What it is, for people.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Scalar => "a text, a number, true or false",
            Self::Ordered => "a text or a number",
            Self::Pair => "a list of two texts or two numbers, the least and the greatest",
            Self::List => "a list of 1 to 10000 texts, numbers or truth values",
            Self::Text => "a text",
            Self::Pattern => "a regular expression",
            Self::Moment => "a date or a timestamp such as 2024-01-31 or 2024-01-31T12:00:00Z",
            Self::Day => "a date such as 2024-01-31",
            Self::Timespan => "a span such as 12h, 30d or 2w",
            Self::Length => "a whole number that is not negative",
            Self::Dtype => "a data type such as int64 or decimal(18,2)",
        }
    }
}

macro_rules! operators {
    ($(
        $(#[doc = $about:literal])*
        $variant:ident = $name:literal $(| $alias:literal)*, $shape:ident $(, $trait:ident)*;
    )*) => {
        /// An operator of a condition.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum FilterOperator { $( $(#[doc = $about])* $variant, )* }

        static OPERATORS: &[Signature] = &[$(
            Signature {
                operator: FilterOperator::$variant,
                name: $name,
                aliases: &[$($alias),*],
                shape: ValueShape::$shape,
                traits: &[$(Trait::$trait),*],
                about: concat!($($about),*),
            },
        )*];

        impl FilterOperator {
            /// Every operator in its normal form.
            pub const WORDS: &'static [&'static str] = &[$($name),*];
        }
    };
}

/// What else applies to an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trait {
    /// `value_column` may stand in place of `value`.
    Column,
    /// `case_sensitive: false` makes a difference.
    Case,
}

#[derive(Debug)]
struct Signature {
    operator: FilterOperator,
    name: &'static str,
    aliases: &'static [&'static str],
    shape: ValueShape,
    traits: &'static [Trait],
    about: &'static str,
}

operators! {
    /// Equal.
    Eq = "eq" | "==" | "=" | "equals" | "equal", Scalar, Column, Case;
    /// Not equal; a null is not unequal to anything.
    Ne = "ne" | "!=" | "<>" | "not_equals" | "not_equal" | "neq", Scalar, Column, Case;
    /// Greater.
    Gt = "gt" | ">" | "greater_than", Ordered, Column;
    /// Greater or equal.
    Gte = "gte" | ">=" | "greater_than_or_equal" | "ge", Ordered, Column;
    /// Less.
    Lt = "lt" | "<" | "less_than", Ordered, Column;
    /// Less or equal.
    Lte = "lte" | "<=" | "less_than_or_equal" | "le", Ordered, Column;
    /// From the first value to the second, both included.
    Between = "between", Pair;
    /// Less than the first value, or greater than the second.
    NotBetween = "not_between", Pair;
    /// Equal to one of the values.
    In = "in", List, Case;
    /// Equal to none of the values.
    NotIn = "not_in", List, Case;
    /// The text holds the value.
    Contains = "contains", Text, Column, Case;
    /// The text does not hold the value.
    NotContains = "not_contains", Text, Column, Case;
    /// The text begins with the value.
    StartsWith = "starts_with", Text, Column, Case;
    /// The text does not begin with the value.
    NotStartsWith = "not_starts_with", Text, Column, Case;
    /// The text ends with the value.
    EndsWith = "ends_with", Text, Column, Case;
    /// The text does not end with the value.
    NotEndsWith = "not_ends_with", Text, Column, Case;
    /// The regular expression is found in the text.
    Matches = "matches" | "regex", Pattern, Case;
    /// The regular expression is not found in the text.
    NotMatches = "not_matches" | "not_regex", Pattern, Case;
    /// The text is like the value, where `%` stands for any text and `_` for one character.
    Like = "like", Text, Case;
    /// As `like`, without regard to case.
    Ilike = "ilike", Text;
    /// Null.
    IsNull = "is_null" | "isnull", Nothing;
    /// Not null.
    IsNotNull = "is_not_null" | "isnotnull" | "notnull" | "not_null", Nothing;
    /// The empty text.
    IsEmpty = "is_empty", Nothing;
    /// Neither null nor the empty text.
    IsNotEmpty = "is_not_empty", Nothing;
    /// Null, or a text of nothing but white space.
    IsBlank = "is_blank", Nothing;
    /// True.
    IsTrue = "is_true", Nothing;
    /// False.
    IsFalse = "is_false", Nothing;
    /// The cell can be read as the type given as value, or as the type of its column.
    IsValid = "is_valid", Dtype;
    /// The cell is not null and cannot be read as the type.
    IsInvalid = "is_invalid", Dtype;
    /// Earlier.
    Before = "before", Moment, Column;
    /// Later.
    After = "after", Moment, Column;
    /// On the day.
    OnDate = "on_date", Day, Column;
    /// Within a span of time before the job was created.
    WithinLast = "within_last", Timespan;
    /// So many characters.
    LengthEq = "length_eq", Length;
    /// More characters.
    LengthGt = "length_gt", Length;
    /// Fewer characters.
    LengthLt = "length_lt", Length;
    /// The value occurs once in the whole column.
    IsUnique = "is_unique", Nothing, Case;
    /// The value occurs more than once in the whole column.
    IsDuplicate = "is_duplicate", Nothing, Case;
}

impl FilterOperator {
    fn signature(self) -> &'static Signature {
        // The table is made from the same list as the enumeration, in its order.
        &OPERATORS[self as usize]
    }

    /// The operator of this name or alias.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        OPERATORS
            .iter()
            .find(|known| known.name == name || known.aliases.contains(&name))
            .map(|known| known.operator)
    }

    /// Its name in the normal form.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.signature().name
    }

    /// What stands at `value`.
    #[must_use]
    pub fn value(self) -> ValueShape {
        self.signature().shape
    }

    /// Whether `value_column` may stand in place of `value`.
    #[must_use]
    pub fn compares_columns(self) -> bool {
        self.signature().traits.contains(&Trait::Column)
    }

    /// Whether `case_sensitive: false` makes a difference.
    #[must_use]
    pub fn knows_case(self) -> bool {
        self.signature().traits.contains(&Trait::Case)
    }

    /// Whether the answer for a row depends on the other rows.
    #[must_use]
    pub fn needs_all_rows(self) -> bool {
        matches!(self, Self::IsUnique | Self::IsDuplicate)
    }
}

impl std::fmt::Display for FilterOperator {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// An operator, for documentation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OperatorDescription {
    /// Its name.
    pub name: &'static str,
    /// Other names that are understood and written back as the name.
    pub aliases: &'static [&'static str],
    /// What it means, in a sentence.
    pub description: String,
    /// What stands at `value`.
    pub value: &'static str,
    /// Whether `value_column` may stand in place of `value`.
    pub value_column: bool,
    /// Whether `case_sensitive: false` makes a difference.
    pub case_sensitive: bool,
}

/// Every operator of conditions.
#[must_use]
pub fn operators() -> Vec<OperatorDescription> {
    OPERATORS
        .iter()
        .map(|known| OperatorDescription {
            name: known.name,
            aliases: known.aliases,
            description: sentence(known.about),
            value: known.shape.describe(),
            value_column: known.operator.compares_columns(),
            case_sensitive: known.operator.knows_case(),
        })
        .collect()
}
