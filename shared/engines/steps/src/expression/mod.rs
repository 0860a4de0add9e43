//! A small, closed language over the columns of a row, in the syntax of SQL.
//!
//! - Columns: `amount`, `"Unit price"`. Literals: `12`, `0.05`, `'text'`, `true`, `null`,
//!   `date '2024-01-31'`, `timestamp '2024-01-31 12:00:00'`.
//! - `+ - * / %`, `||`, `= <> != < <= > >=`, `and`, `or`, `not`, `is [not] null|true|false`,
//!   `[not] between … and …`, `[not] in (…)`, `[not] like|ilike '…'`.
//! - `case [x] when … then … else … end`, `cast(x as type)`, `try_cast(x as type)`, and the functions of
//!   [`Function`].
//!
//! There are no subqueries, aggregates, windows or wildcards, and nothing that depends on when or how
//! often it is computed. Operators bind as in PostgreSQL. Length, nesting, height and size are limited,
//! so that no text exhausts the stack or the time of whoever reads it.
//!
//! Tokens come from `sqlparser`, the grammar is our own: that crate's expression parser takes twice as
//! long for each nested `cast(` that fails (28 s for 100 characters), and it takes words such as `date`
//! or `order`, which name columns in every second file, for syntax.

mod function;
mod kinds;
mod parse;
mod prefix;
mod token;

#[cfg(test)]
mod tests;

pub use function::{Function, FunctionDescription, Kind, functions};

use serde_json::Value;

use crate::fault::Code;
use crate::read::{MOST_PATTERNS, Parameter, Scope, Shape};
use crate::value::{DataType, Pattern};

/// Bytes of an expression.
pub(crate) const LONGEST: usize = 8 * 1024;
/// Brackets, functions and prefix operators inside each other.
pub(crate) const DEEPEST: usize = 64;
/// Nodes of a tree on the way from its root to a leaf; chains of `+` grow it without nesting.
pub(crate) const TALLEST: usize = 200;
/// Nodes of a tree.
pub(crate) const MOST_NODES: usize = 2_000;

/// A checked expression: what was written, and what it means.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    source: String,
    root: Node,
    kind: Kind,
}

/// What is wrong with an expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} at character {}", offset + 1)]
pub struct ExpressionError {
    /// Where, in characters from 0.
    pub offset: usize,
    /// A sentence that says what to do, without the place.
    pub message: String,
    /// Everything that would be right there, where that is a closed list.
    pub allowed: Vec<String>,
}

/// A node of an expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// A column.
    Column(ColumnName),
    /// A constant.
    Literal(Literal),
    /// `-a`
    Negate(Box<Node>),
    /// `not a`
    Not(Box<Node>),
    /// `a and b and …`, two or more.
    All(Vec<Node>),
    /// `a or b or …`, two or more.
    Any(Vec<Node>),
    /// An operator between two operands.
    Binary {
        /// The operator.
        operator: Operator,
        /// Its left side.
        left: Box<Node>,
        /// Its right side.
        right: Box<Node>,
    },
    /// `a is [not] null|true|false`
    Is {
        /// What is asked about.
        operand: Box<Node>,
        /// What it should be; `None` for null.
        truth: Option<bool>,
        /// Whether it says `is not`.
        negated: bool,
    },
    /// `a [not] between low and high`, both included.
    Between {
        /// What is compared.
        operand: Box<Node>,
        /// Least value.
        low: Box<Node>,
        /// Greatest value.
        high: Box<Node>,
        /// Whether it says `not between`.
        negated: bool,
    },
    /// `a [not] in (b, …)`
    In {
        /// What is looked for.
        operand: Box<Node>,
        /// Where.
        list: Vec<Node>,
        /// Whether it says `not in`.
        negated: bool,
    },
    /// `a [not] like|ilike 'pattern'`, where `%` stands for any text and `_` for one character.
    Like {
        /// What is compared.
        operand: Box<Node>,
        /// The pattern.
        pattern: String,
        /// Whether it says `like`, not `ilike`.
        case_sensitive: bool,
        /// Whether it says `not`.
        negated: bool,
    },
    /// `case … end`
    Case {
        /// What is compared with each `when`; without it, each `when` is a condition.
        operand: Option<Box<Node>>,
        /// `when` and `then`.
        branches: Vec<(Node, Node)>,
        /// `else`; null where there is none.
        otherwise: Option<Box<Node>>,
    },
    /// `cast(a as type)` or `try_cast(a as type)`
    Cast {
        /// What is cast.
        operand: Box<Node>,
        /// To which type.
        to: DataType,
        /// Whether a value that does not fit becomes null instead of an error.
        safe: bool,
    },
    /// A function.
    Call {
        /// Which.
        function: Function,
        /// Its arguments.
        arguments: Vec<Node>,
    },
}

/// A column as an expression names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ColumnName {
    /// Its name.
    pub name: String,
    /// Whether it stands in double quotes, and so matches exactly or not at all.
    pub quoted: bool,
}

impl ColumnName {
    /// The column that is meant: the one of exactly this name, or for a bare name the only one that
    /// differs in case alone.
    #[must_use]
    pub fn resolve<'n, N: AsRef<str>>(&self, names: &'n [N]) -> Option<&'n str> {
        let mut exact = names.iter().map(AsRef::as_ref);
        if let Some(found) = exact.find(|name| *name == self.name) {
            return Some(found);
        }
        let folded = self.name.to_lowercase();
        let mut alike = names
            .iter()
            .map(AsRef::as_ref)
            .filter(|name| !self.quoted && name.to_lowercase() == folded);
        alike.next().filter(|_| alike.next().is_none())
    }
}

/// A constant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    /// `null`
    Null,
    /// `true`, `false`
    Boolean(bool),
    /// A whole number of 64 bits.
    Integer(i64),
    /// Any other number, as written, with at most 38 digits: `0.05`, `1e6`, `-2.5`.
    Number(String),
    /// `'text'`
    Text(String),
    /// `date '2024-01-31'`, a day of the calendar.
    Date(String),
    /// `timestamp '2024-01-31 12:00:00'`, with or without a time zone.
    Timestamp(String),
}

/// Operators between two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
    /// `||`
    Concatenate,
    /// `=`
    Equal,
    /// `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
}

impl Operator {
    /// How it is written.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
            Self::Concatenate => "||",
            Self::Equal => "=",
            Self::NotEqual => "<>",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
        }
    }

    /// Whether its result is true or false.
    #[must_use]
    pub fn is_comparison(self) -> bool {
        self >= Self::Equal
    }
}

impl Expression {
    /// Parses and checks an expression.
    ///
    /// # Errors
    /// Everything that is wrong with it: one error for what cannot be read, all of them for unknown
    /// functions, counts and kinds of arguments.
    ///
    /// ```
    /// use millrace_steps::Expression;
    /// assert!(Expression::parse("amount > 100 and country = 'India'").is_ok());
    /// let errors = Expression::parse("uper(name)").unwrap_err();
    /// assert_eq!(errors[0].to_string(), "uper is no function; did you mean upper? at character 1");
    /// ```
    pub fn parse(text: &str) -> Result<Self, Vec<ExpressionError>> {
        let tree = parse::parse(text)?;
        Self::of(text, tree)
    }

    /// Checks what takes time, and ends.
    fn of(text: &str, tree: parse::Tree) -> Result<Self, Vec<ExpressionError>> {
        let mut errors = tree.errors;
        let mut problem = |offset: usize, message: String| {
            errors.push(ExpressionError {
                offset,
                message,
                allowed: Vec::new(),
            });
        };
        if let Some((offset, _)) = tree.patterns.get(MOST_PATTERNS) {
            let message = format!("use at most {MOST_PATTERNS} regular expressions");
            problem(*offset, message);
        } else {
            for (offset, pattern) in &tree.patterns {
                if let Err(message) = Pattern::parse(pattern) {
                    problem(*offset, message);
                }
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Self {
            source: text.to_owned(),
            root: tree.root.node,
            kind: tree.root.kind,
        })
    }

    /// The text.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The tree.
    #[must_use]
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// What its result is, as far as that follows from the text alone.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The columns that it reads, in the order of the text, each once.
    #[must_use]
    pub fn columns(&self) -> Vec<&ColumnName> {
        let mut found = Vec::new();
        self.root.visit(&mut |node| {
            if let Node::Column(column) = node
                && !found.contains(&column)
            {
                found.push(column);
            }
        });
        found
    }
}

impl Node {
    /// Calls `visitor` for this node and all below it, from left to right.
    pub fn visit<'n>(&'n self, visitor: &mut impl FnMut(&'n Self)) {
        visitor(self);
        match self {
            Self::Column(_) | Self::Literal(_) => {}
            Self::Negate(operand)
            | Self::Not(operand)
            | Self::Is { operand, .. }
            | Self::Like { operand, .. }
            | Self::Cast { operand, .. } => operand.visit(visitor),
            Self::All(nodes)
            | Self::Any(nodes)
            | Self::Call {
                arguments: nodes, ..
            } => nodes.iter().for_each(|node| node.visit(visitor)),
            Self::Binary { left, right, .. } => {
                left.visit(visitor);
                right.visit(visitor);
            }
            Self::Between {
                operand, low, high, ..
            } => {
                operand.visit(visitor);
                low.visit(visitor);
                high.visit(visitor);
            }
            Self::In { operand, list, .. } => {
                operand.visit(visitor);
                list.iter().for_each(|node| node.visit(visitor));
            }
            Self::Case {
                operand,
                branches,
                otherwise,
            } => {
                operand.iter().for_each(|node| node.visit(visitor));
                for (when, then) in branches {
                    when.visit(visitor);
                    then.visit(visitor);
                }
                otherwise.iter().for_each(|node| node.visit(visitor));
            }
        }
    }
}

impl Parameter for Expression {
    fn shape() -> Shape {
        Shape::Text {
            content: "an expression",
            least: Some(1),
            most: Some(LONGEST as u64),
        }
    }

    fn read(value: &Value, scope: &mut Scope<'_>) -> Option<Self> {
        let text = String::read(value, scope)?;
        let expression = match parse::parse(&text) {
            Ok(tree) if !scope.take_patterns(tree.patterns.len()) => return None,
            Ok(tree) => Self::of(&text, tree),
            Err(errors) => Err(errors),
        };
        match expression {
            Ok(expression) => Some(expression),
            Err(errors) => {
                for error in errors {
                    scope.fault_allowing(
                        Code::InvalidExpression,
                        error.to_string(),
                        &error.allowed,
                    );
                }
                None
            }
        }
    }

    fn write(&self) -> Value {
        Value::String(self.source.clone())
    }
}

/// An expression whose result is true or false.
pub(crate) fn read_condition(value: &Value, scope: &mut Scope<'_>) -> Option<Expression> {
    let expression = Expression::read(value, scope)?;
    if matches!(expression.kind, Kind::Boolean | Kind::Any) {
        return Some(expression);
    }
    let message = format!(
        "compare something: the result of the expression is {}, not true or false",
        expression.kind
    );
    scope.fault(Code::InvalidExpression, message);
    None
}
