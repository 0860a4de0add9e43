//! The format of a knowledge pack: everything that one domain brings to a challenge, as data.

use millrace_synth::plan::{ColumnPlan, Layout};
use serde::{Deserialize, Serialize};

/// A knowledge pack: story, tables, measures and questions of one domain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pack {
    /// Short name, unique among the packs.
    pub id: String,
    /// Name of the domain for people.
    pub title: String,
    /// Names of the domain that choose this pack.
    pub domains: Vec<String>,
    /// Names that choose this pack wherever they stand in the user's words.
    pub keywords: Vec<String>,
    /// Business functions that the pack covers.
    pub functions: Vec<String>,
    /// Day on which the data ends, `2026-01-01`.
    pub cut_off: String,
    /// Titles of challenges; `{function}` stands for the user's function.
    pub titles: Vec<String>,
    /// Paragraphs of the story; `{company}`, `{about}`, `{domain}`, `{function}`, `{problem}` are filled in.
    pub story: Vec<String>,
    /// What is known about the domain.
    pub knowledge: Knowledge,
    /// The fictitious company.
    pub company: Company,
    /// The recurring characters.
    pub cast: Vec<Character>,
    /// Tables; a table stands after those that it refers to.
    pub tables: Vec<PackTable>,
    /// Rules that every clean row obeys.
    #[serde(default)]
    pub rules: Vec<BusinessRule>,
    /// Moments that follow each other.
    #[serde(default)]
    pub order: Vec<TemporalOrder>,
    /// Key figures.
    pub kpis: Vec<Kpi>,
    /// Analytical questions with their SQL.
    pub questions: Vec<Question>,
    /// Measures that users ask for.
    pub metrics: Vec<Metric>,
    /// Columns by which users split measures.
    pub dimensions: Vec<Dimension>,
}

/// General knowledge about a domain, in our own sentences.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Knowledge {
    /// What practitioners know.
    pub domain_insights: Vec<String>,
    /// Names of the figures that matter.
    pub identified_kpis: Vec<String>,
    /// What makes the work hard.
    pub industry_challenges: Vec<String>,
}

/// The company of the story.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Company {
    /// Fictitious name.
    pub name: String,
    /// What it does, as the end of "… is".
    pub about: String,
}

/// A character of the story.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Character {
    /// Full name.
    pub name: String,
    /// Job title.
    pub role: String,
    /// What the character thinks of the problem.
    pub position: String,
    /// What the character wants to know.
    pub wants: String,
}

/// One table of a pack: a table plan whose number of rows follows the size of the dataset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackTable {
    /// Table name, plural, snake_case.
    pub name: String,
    /// Singular of the name.
    pub singular: String,
    /// One sentence for the data dictionary.
    pub description: String,
    /// Rows as a share of the dataset's size; the largest table has exactly 1.
    #[serde(default)]
    pub size: Option<f64>,
    /// Fixed number of rows, in place of `size`.
    #[serde(default)]
    pub rows: Option<u64>,
    /// Rows at least.
    #[serde(default)]
    pub at_least: u64,
    /// How rows relate to the rows of another table.
    #[serde(default)]
    pub layout: Option<Layout>,
    /// Columns as in a plan.
    pub columns: Vec<ColumnPlan>,
}

/// A rule of the business.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BusinessRule {
    /// Short name.
    pub name: String,
    /// Table whose rows it speaks of.
    pub table: String,
    /// One sentence.
    pub description: String,
    /// SQL predicate over the table's columns, true for every clean row.
    pub check: String,
}

/// Two moments of which one never comes before the other, where both are known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemporalOrder {
    /// Short sentence.
    pub name: String,
    /// `table.column` of the earlier moment.
    pub earlier: String,
    /// `table.column` of the later moment.
    pub later: String,
    /// Reference columns that lead from the later moment's table to the earlier one's; none within a table.
    #[serde(default)]
    pub via: Vec<String>,
}

/// A key figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kpi {
    /// Name for people.
    pub name: String,
    /// One sentence.
    pub description: String,
    /// Unit of the figure.
    pub unit: String,
    /// SQL that gives it as one row.
    pub sql: String,
}

/// How hard a question is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Difficulty {
    /// One table.
    Beginner,
    /// Joins and groups.
    Intermediate,
    /// Window functions, several steps.
    Advanced,
}

/// Which chart fits an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChartHint {
    /// Groups side by side.
    Bar,
    /// A course over time.
    Line,
}

/// An analytical question with its SQL.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The question.
    pub question: String,
    /// Subject in a word or two.
    pub category: String,
    /// How hard it is.
    pub difficulty: Difficulty,
    /// Character who asks, or "you".
    pub asked_by: String,
    /// SQL that answers it: ordered without ties, at least one row.
    pub sql: String,
    /// Chart that fits the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chart: Option<ChartHint>,
    /// Whether the wide table gives the same answer.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub wide: bool,
}

/// A measure that users may ask for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metric {
    /// Name of the result column.
    pub name: String,
    /// Words that mean it.
    pub synonyms: Vec<String>,
    /// Table that it counts over.
    pub table: String,
    /// Further tables that its expression reads, reached by references of `table`.
    #[serde(default)]
    pub joins: Vec<String>,
    /// Subset tables that its expression reads, joined so that no row of `table` is lost.
    #[serde(default)]
    pub children: Vec<String>,
    /// SQL aggregate over qualified columns.
    pub expression: String,
    /// `table.column` of the moment that places a row in time.
    #[serde(default)]
    pub time: Option<String>,
    /// Whether the wide table gives the same value.
    #[serde(default = "yes")]
    pub wide: bool,
}

/// A column by which measures are split.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dimension {
    /// Name of the result column.
    pub name: String,
    /// Words that mean it.
    pub synonyms: Vec<String>,
    /// `table.column`.
    pub column: String,
}

fn yes() -> bool {
    true
}

fn is_yes(value: &bool) -> bool {
    *value
}

/// What may be wrong with a pack or a brief.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// The text is no pack.
    #[error("the pack does not read: {0}")]
    Format(#[from] toml::de::Error),
    /// No table has size 1.
    #[error("pack {0} has no table of size 1")]
    NoGrain(String),
    /// The cut-off is no day.
    #[error("{0:?} is not a day")]
    Day(String),
}

impl Pack {
    /// Reads a pack from TOML.
    ///
    /// # Errors
    /// [`PackError::Format`] where the text is not a pack in every field.
    pub fn from_toml(text: &str) -> Result<Self, PackError> {
        Ok(toml::from_str(text)?)
    }

    /// The largest table: one row of the wide form is one row of it.
    #[must_use]
    pub fn grain(&self) -> Option<&PackTable> {
        self.tables.iter().find(|table| table.size == Some(1.0))
    }

    /// The table of that name.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&PackTable> {
        self.tables.iter().find(|table| table.name == name)
    }
}

impl PackTable {
    /// The column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&ColumnPlan> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Name of the primary key column.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        use millrace_synth::plan::Generate;
        self.columns
            .iter()
            .find(|column| matches!(column.generate, Generate::Key { .. }))
            .map(|column| column.name.as_str())
    }

    /// References of the table: column and table referred to, the owner included.
    pub fn references(&self) -> impl Iterator<Item = (&str, &str)> {
        use millrace_synth::plan::Generate;
        self.columns
            .iter()
            .filter_map(|column| match &column.generate {
                Generate::Reference { table, .. } => Some((column.name.as_str(), table.as_str())),
                Generate::Owner => match &self.layout {
                    Some(Layout::Owned { table, .. } | Layout::Subset { table }) => {
                        Some((column.name.as_str(), table.as_str()))
                    }
                    None => None,
                },
                _ => None,
            })
    }
}
