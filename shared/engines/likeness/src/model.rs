//! What is kept of a table: no rows, no value that few rows share.

use serde::{Deserialize, Serialize};

use crate::error::LikenessError;
use crate::exact::{settled, settled_share};

/// The version of [`Model`] that this program writes and reads.
pub const MODEL_VERSION: u32 = 1;

/// What [`Model::privacy`] says.
pub(crate) const PRIVACY: &str = "Holds, per column: the share of missing values; for numbers and \
dates the smallest and the largest value as they are, means of neighbouring values in between, and \
values that at least `rare_below` rows share; for texts the values, words, letters and lengths that at \
least `rare_below` rows share; for keys their range. Of pairs of columns it holds correlations and, \
where one column decides about another, the distribution within each value that enough rows share. It \
holds no rows.";

/// A learned table. It is written down as JSON and generates rows by
/// [`Generator`](crate::Generator).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// [`MODEL_VERSION`] of the program that learned it.
    pub version: u32,
    /// Rows of the table.
    pub rows: u64,
    /// Rows that distributions were learned from.
    pub sampled_rows: u64,
    /// What fewer rows shared is not in here.
    pub rare_below: usize,
    /// What the model holds of the table's values, for people.
    pub privacy: String,
    /// The columns, in the order of the table.
    pub columns: Vec<ColumnModel>,
    /// Names of the normal variables that columns depend on each other by.
    pub latents: Vec<String>,
    /// Their correlations below the diagonal, row by row.
    pub correlations: Vec<f64>,
}

impl Model {
    /// Reads a model that was written as JSON.
    ///
    /// # Errors
    /// Another version, or a text that is no model. What a model says is checked by
    /// [`Generator::new`](crate::Generator::new).
    pub fn from_json(json: &str) -> Result<Self, LikenessError> {
        #[derive(Deserialize)]
        struct Head {
            version: u32,
        }
        let damaged = |error: serde_json::Error| LikenessError::InvalidModel {
            reason: error.to_string(),
        };
        let head: Head = serde_json::from_str(json).map_err(damaged)?;
        if head.version != MODEL_VERSION {
            return Err(LikenessError::ModelVersion {
                found: head.version,
                known: MODEL_VERSION,
            });
        }
        serde_json::from_str(json).map_err(damaged)
    }

    /// Writes the model as JSON, which reads back as it is.
    ///
    /// # Errors
    /// A number that JSON cannot hold.
    pub fn to_json(&self) -> Result<String, LikenessError> {
        serde_json::to_string(self).map_err(|error| LikenessError::InvalidModel {
            reason: error.to_string(),
        })
    }

    /// Rounds what was measured to digits that JSON keeps.
    pub(crate) fn settle(&mut self) {
        let shares = |shares: &mut Vec<f64>| {
            for share in shares {
                *share = settled_share(*share);
            }
        };
        shares(&mut self.correlations);
        for column in &mut self.columns {
            if let Missing::Sometimes { share, .. } = &mut column.missing {
                share.each(|share| *share = settled_share(*share));
            }
            match &mut column.content {
                Content::Number { curve, grid, .. } => {
                    curve.each(|curve| {
                        shares(&mut curve.ends);
                        for place in curve.low.iter_mut().chain(&mut curve.high) {
                            *place = settled(*place);
                        }
                    });
                    if let Grid::Whole {
                        week: Some(week), ..
                    } = grid
                    {
                        shares(&mut week.shares);
                    }
                }
                Content::Choice { weights, rest, .. } => {
                    weights.each(shares);
                    rest.iter_mut().for_each(Shape::settle);
                }
                Content::Text { shape, .. } => shape.settle(),
                _ => {}
            }
        }
    }
}

/// What values of a column are to statistics, in the words of SDMetrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Numbers.
    Numerical,
    /// Dates and timestamps.
    Datetime,
    /// Texts that repeat.
    Categorical,
    /// True and false.
    Boolean,
    /// Values that do not repeat and mean nothing.
    Id,
    /// Texts that hardly repeat, and columns without values.
    Unknown,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnModel {
    /// Its name.
    pub name: String,
    /// Its Arrow type, in Arrow's notation.
    pub data_type: String,
    /// Whether the schema allows missing values.
    pub nullable: bool,
    /// What its values are.
    pub role: Role,
    /// How values are missing.
    pub missing: Missing,
    /// Doubles that were no numbers, and are learned as missing.
    pub non_finite: u64,
    /// How values are made.
    pub content: Content,
}

/// How values are missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
pub enum Missing {
    /// There is a value in every row.
    Never,
    /// There is none in any.
    Always,
    /// In some rows.
    Sometimes {
        /// The variable that decides.
        latent: usize,
        /// The share of missing values.
        share: Given<f64>,
    },
}

/// A distribution that may depend on another column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given<T> {
    /// The place of the column it depends on, which is a [`Content::Choice`].
    pub column: Option<usize>,
    /// Where nothing else is known.
    pub any: T,
    /// By the state of that column: each of its values, then the rest, then missing.
    pub by_state: Vec<Option<T>>,
}

impl<T> Given<T> {
    /// One that depends on nothing.
    pub(crate) fn always(any: T) -> Self {
        Self {
            column: None,
            any,
            by_state: Vec::new(),
        }
    }

    /// The distribution in a state.
    #[inline]
    pub(crate) fn at(&self, state: usize) -> &T {
        self.by_state
            .get(state)
            .and_then(Option::as_ref)
            .unwrap_or(&self.any)
    }

    fn each(&mut self, change: impl Fn(&mut T)) {
        change(&mut self.any);
        self.by_state.iter_mut().flatten().for_each(change);
    }

    /// The same, with each distribution made into something else.
    pub(crate) fn try_map<U, E>(&self, make: impl Fn(&T) -> Result<U, E>) -> Result<Given<U>, E> {
        let by_state = self.by_state.iter().map(|one| one.as_ref().map(&make));
        Ok(Given {
            column: self.column,
            any: make(&self.any)?,
            by_state: by_state.map(Option::transpose).collect::<Result<_, E>>()?,
        })
    }
}

/// One value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scalar {
    /// True or false.
    Boolean(bool),
    /// A number of units of the type.
    Whole(i64),
    /// A double.
    Real(#[serde(with = "crate::exact")] f64),
    /// A text.
    Text(String),
}

/// Values to choose from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Values {
    /// True and false.
    Booleans(Vec<bool>),
    /// Numbers of units of the type.
    Wholes(Vec<i64>),
    /// Texts.
    Texts(Vec<String>),
}

impl Values {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Booleans(values) => values.len(),
            Self::Wholes(values) => values.len(),
            Self::Texts(values) => values.len(),
        }
    }
}

/// How values are made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
pub enum Content {
    /// There are none.
    Empty,
    /// Always the same.
    Constant {
        /// It.
        value: Scalar,
    },
    /// A number or a point in time with a distribution.
    Number {
        /// The variable that decides.
        latent: usize,
        /// The distribution, on the scale of `grid`.
        curve: Given<Curve>,
        /// Which values there can be.
        grid: Grid,
    },
    /// One of some values.
    Choice {
        /// The variable that decides.
        latent: usize,
        /// Values that enough rows share, in the order of the variable.
        values: Values,
        /// How the other values are made, which come last in the order.
        rest: Option<Shape>,
        /// Their weights, that of the rest included.
        weights: Given<Vec<f64>>,
    },
    /// Growing numbers: row `i` has `first + i * step`, and up to `slack` more.
    Sequence {
        /// The number of row 0.
        first: i64,
        /// From one row to the next.
        step: i64,
        /// Less than the step.
        slack: i64,
    },
    /// Numbers in no order that never repeat.
    Scatter {
        /// The smallest.
        low: i64,
        /// Between two possible numbers.
        step: i64,
        /// Possible numbers; more rows than that go on behind the last.
        count: u64,
    },
    /// Texts that hardly repeat.
    Text {
        /// How they look.
        shape: Shape,
        /// Whether no two are alike.
        unique: bool,
    },
}

/// The values that numbers can have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
pub enum Grid {
    /// `origin + k * step` for k from 0 to `last`. The curve's scale is k and a half.
    Whole {
        /// The smallest value.
        origin: i64,
        /// What all differences are multiples of.
        step: i64,
        /// The place of the largest value.
        last: u64,
        /// The shape of weeks; the curve's scale is then that of the week.
        week: Option<Week>,
    },
    /// Doubles between bounds, both included.
    Real {
        /// The smallest value.
        #[serde(with = "crate::exact")]
        low: f64,
        /// The largest value.
        #[serde(with = "crate::exact")]
        high: f64,
        /// Digits behind the point.
        decimals: Option<u8>,
    },
}

/// How much happens in each part of a week. On its scale time runs fast where much happens, so that
/// what is left to a [`Curve`] is the trend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Week {
    /// Ticks of a day in the column's type.
    pub ticks_per_day: i64,
    /// Shares of the seven days from Thursday on, or of their hours; they add up to 1.
    pub shares: Vec<f64>,
}

/// A distribution as pieces of growing values, each with a share of the rows. A piece whose ends are
/// alike is a value that many rows share.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Curve {
    /// Shares of the rows up to the end of each piece; the last is 1.
    pub ends: Vec<f64>,
    /// Where each piece begins.
    pub low: Vec<f64>,
    /// Where it ends.
    pub high: Vec<f64>,
}

/// How texts look.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
pub enum Shape {
    /// Codes, numbers, phones: one of some layouts.
    Pattern {
        /// The layouts.
        layouts: Vec<Layout>,
    },
    /// Addresses of mailboxes, on domains that nobody owns.
    Email {
        /// Layouts of what stands before the at sign.
        layouts: Vec<Layout>,
    },
    /// Words with blanks between them.
    Words {
        /// Weights of texts of one word, of two words, ….
        lengths: Vec<f64>,
        /// Words that enough rows share.
        words: Vec<(String, f64)>,
        /// The weight of all other words, which are made of letters.
        other: f64,
    },
}

impl Shape {
    fn settle(&mut self) {
        let (Self::Pattern { layouts } | Self::Email { layouts }) = self else {
            return;
        };
        for piece in layouts.iter_mut().flat_map(|layout| &mut layout.pieces) {
            if let Piece::Letter(letters) = piece {
                letters
                    .iter_mut()
                    .for_each(|(_, weight)| *weight = settled_share(*weight));
            }
        }
    }
}

/// A way of writing texts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    /// How many texts are written so.
    pub weight: f64,
    /// One after the other.
    pub pieces: Vec<Piece>,
}

/// A part of a layout.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Piece {
    /// Always the same.
    Fixed(String),
    /// One of some texts.
    Among(Vec<(String, f64)>),
    /// One character out of these.
    Letter(Vec<(char, f64)>),
}
