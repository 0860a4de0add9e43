//! Tokens to a tree: operators by how strongly they bind.

use super::function::Kind;
use super::token::{Lexeme, Symbol, Token, tokens};
use super::{DEEPEST, ExpressionError, LONGEST, MOST_NODES, Node, Operator, TALLEST};

/// Errors of one expression.
pub(super) const MOST_ERRORS: usize = 20;

/// How strongly operators bind, as in PostgreSQL.
mod binding {
    pub(super) const OR: u8 = 1;
    pub(super) const AND: u8 = 2;
    pub(super) const NOT: u8 = 3;
    pub(super) const IS: u8 = 4;
    pub(super) const COMPARE: u8 = 5;
    pub(super) const RANGE: u8 = 6;
    pub(super) const CONCATENATE: u8 = 7;
    pub(super) const ADD: u8 = 8;
    pub(super) const MULTIPLY: u8 = 9;
}

/// Part of a tree, while it grows.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) node: Node,
    pub(super) kind: Kind,
    /// Nodes from here to the farthest leaf.
    pub(super) height: usize,
    /// Where it begins.
    pub(super) at: usize,
}

/// `Err` is what cannot be read on from; what can goes to [`Parser::errors`].
pub(super) type Parsed = Result<Part, ExpressionError>;

/// Reads tokens from left to right.
#[derive(Debug)]
pub(super) struct Parser {
    lexemes: Vec<Lexeme>,
    next: usize,
    nodes: usize,
    /// How many `case` are open, in which `end` and others are no columns.
    pub(super) cases: usize,
    pub(super) errors: Vec<ExpressionError>,
    pub(super) patterns: Vec<(usize, String)>,
}

/// A text that could be read.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) root: Part,
    /// What is wrong with it all the same.
    pub(super) errors: Vec<ExpressionError>,
    /// Its regular expressions and where they stand; they are not checked yet, as that takes time.
    pub(super) patterns: Vec<(usize, String)>,
}

/// Parses a text to a tree.
pub(super) fn parse(text: &str) -> Result<Tree, Vec<ExpressionError>> {
    let whole = |message: String| {
        vec![ExpressionError {
            offset: 0,
            message,
            allowed: Vec::new(),
        }]
    };
    if text.len() > LONGEST {
        return Err(whole(format!("shorten the expression to {LONGEST} bytes")));
    }
    if text.trim().is_empty() {
        return Err(whole("write an expression, the text is empty,".to_owned()));
    }
    let mut parser = Parser {
        lexemes: tokens(text).map_err(|error| vec![error])?,
        next: 0,
        nodes: 0,
        cases: 0,
        errors: Vec::new(),
        patterns: Vec::new(),
    };
    let parsed = parser.expression(0, 0).and_then(|part| {
        if *parser.peek() == Token::End {
            Ok(part)
        } else {
            Err(parser.unexpected("an operator or the end"))
        }
    });
    match parsed {
        Ok(root) => Ok(Tree {
            root,
            errors: parser.errors,
            patterns: parser.patterns,
        }),
        Err(error) => {
            parser.errors.push(error);
            Err(parser.errors)
        }
    }
}

/// What stands between or after operands.
enum Infix {
    And,
    Or,
    Is,
    Between { negated: bool },
    In { negated: bool },
    Like { negated: bool, case_sensitive: bool },
    Binary(Operator),
}

impl Infix {
    fn binding(&self) -> u8 {
        match self {
            Self::Or => binding::OR,
            Self::And => binding::AND,
            Self::Is => binding::IS,
            Self::Between { .. } | Self::In { .. } | Self::Like { .. } => binding::RANGE,
            Self::Binary(operator) => match operator {
                Operator::Add | Operator::Subtract => binding::ADD,
                Operator::Multiply | Operator::Divide | Operator::Remainder => binding::MULTIPLY,
                Operator::Concatenate => binding::CONCATENATE,
                _ => binding::COMPARE,
            },
        }
    }
}

impl Parser {
    pub(super) fn peek(&self) -> &Token {
        self.lexemes
            .get(self.next)
            .map_or(&Token::End, |lexeme| &lexeme.token)
    }

    pub(super) fn peek_second(&self) -> &Token {
        self.lexemes
            .get(self.next + 1)
            .map_or(&Token::End, |lexeme| &lexeme.token)
    }

    /// Where the next token begins.
    pub(super) fn place(&self) -> usize {
        let last = self.lexemes.len().saturating_sub(1);
        self.lexemes
            .get(self.next.min(last))
            .map_or(0, |lexeme| lexeme.at)
    }

    pub(super) fn advance(&mut self) {
        self.next += 1;
    }

    pub(super) fn eat(&mut self, symbol: Symbol) -> bool {
        let found = *self.peek() == Token::Symbol(symbol);
        self.next += usize::from(found);
        found
    }

    pub(super) fn expect(&mut self, symbol: Symbol, expected: &str) -> Result<(), ExpressionError> {
        if self.eat(symbol) {
            Ok(())
        } else {
            Err(self.unexpected(expected))
        }
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Token::Word(found) if found.eq_ignore_ascii_case(word))
    }

    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.next += usize::from(found);
        found
    }

    pub(super) fn expect_word(&mut self, word: &str) -> Result<(), ExpressionError> {
        if self.eat_word(word) {
            Ok(())
        } else {
            Err(self.unexpected(word))
        }
    }

    pub(super) fn unexpected(&self, expected: &str) -> ExpressionError {
        let found = match self.peek() {
            Token::End => ", but the expression ends",
            _ => "",
        };
        self.error(format!("{expected} was expected{found}"))
    }

    /// An error at the next token.
    pub(super) fn error(&self, message: impl Into<String>) -> ExpressionError {
        ExpressionError {
            offset: self.place(),
            message: message.into(),
            allowed: Vec::new(),
        }
    }

    /// Notes an error from which can be read on.
    pub(super) fn note(&mut self, at: usize, message: impl Into<String>, allowed: &[&str]) {
        if self.errors.len() >= MOST_ERRORS {
            return;
        }
        self.errors.push(ExpressionError {
            offset: at,
            message: message.into(),
            allowed: allowed.iter().map(|name| (*name).to_owned()).collect(),
        });
    }

    /// A node above parts of at most this height.
    pub(super) fn part(&mut self, node: Node, kind: Kind, at: usize, below: usize) -> Parsed {
        self.nodes += 1;
        if self.nodes > MOST_NODES || below >= TALLEST {
            return Err(ExpressionError {
                offset: at,
                message: "split the expression, it has too many parts,".to_owned(),
                allowed: Vec::new(),
            });
        }
        Ok(Part {
            node,
            kind,
            height: below + 1,
            at,
        })
    }

    /// Reads operands and the operators between them that bind stronger than `weakest`.
    pub(super) fn expression(&mut self, weakest: u8, depth: usize) -> Parsed {
        if depth > DEEPEST {
            return Err(self.error(format!(
                "nest brackets and functions at most {DEEPEST} deep, they are deeper"
            )));
        }
        let mut left = self.operand(depth)?;
        while let Some((infix, length)) = self.infix() {
            if infix.binding() <= weakest {
                break;
            }
            let compares = infix.binding() == binding::COMPARE;
            self.next += length;
            left = self.apply(left, &infix, depth)?;
            if compares
                && let Some((next, _)) = self.infix()
                && next.binding() == binding::COMPARE
            {
                return Err(self
                    .error("compare two values at a time and join the comparisons with and, not"));
            }
        }
        Ok(left)
    }

    /// The operand of a `not`, which binds weaker than comparisons.
    pub(super) fn negated(&mut self, depth: usize) -> Parsed {
        self.expression(binding::NOT, depth)
    }

    /// The operator at the next token, and its tokens.
    fn infix(&self) -> Option<(Infix, usize)> {
        let word = |token: &Token| match token {
            Token::Word(word) => word.to_ascii_lowercase(),
            _ => String::new(),
        };
        let symbol = match self.peek() {
            Token::Symbol(symbol) => *symbol,
            Token::Word(_) => {
                let first = word(self.peek());
                let negated = first == "not";
                let name = if negated {
                    word(self.peek_second())
                } else {
                    first
                };
                let infix = match (name.as_str(), negated) {
                    ("and", false) => Infix::And,
                    ("or", false) => Infix::Or,
                    ("is", false) => Infix::Is,
                    ("between", _) => Infix::Between { negated },
                    ("in", _) => Infix::In { negated },
                    ("like" | "ilike", _) => Infix::Like {
                        negated,
                        case_sensitive: name == "like",
                    },
                    _ => return None,
                };
                return Some((infix, 1 + usize::from(negated)));
            }
            _ => return None,
        };
        let operator = match symbol {
            Symbol::Plus => Operator::Add,
            Symbol::Minus => Operator::Subtract,
            Symbol::Star => Operator::Multiply,
            Symbol::Slash => Operator::Divide,
            Symbol::Percent => Operator::Remainder,
            Symbol::Pipes => Operator::Concatenate,
            Symbol::Equal => Operator::Equal,
            Symbol::NotEqual => Operator::NotEqual,
            Symbol::Less => Operator::Less,
            Symbol::LessEqual => Operator::LessEqual,
            Symbol::Greater => Operator::Greater,
            Symbol::GreaterEqual => Operator::GreaterEqual,
            Symbol::Open | Symbol::Close | Symbol::Comma => return None,
        };
        Some((Infix::Binary(operator), 1))
    }

    fn apply(&mut self, left: Part, infix: &Infix, depth: usize) -> Parsed {
        match *infix {
            Infix::And | Infix::Or => self.join(left, infix, depth),
            Infix::Binary(operator) => {
                let right = self.expression(infix.binding(), depth + 1)?;
                self.binary(operator, left, right)
            }
            Infix::Is => {
                let negated = self.eat_word("not");
                let truth = if self.eat_word("null") {
                    None
                } else if self.eat_word("true") {
                    Some(true)
                } else if self.eat_word("false") {
                    Some(false)
                } else {
                    return Err(self.unexpected("null, true or false"));
                };
                if truth.is_some() {
                    self.need(&left, Kind::Boolean, "is");
                }
                let node = Node::Is {
                    operand: Box::new(left.node),
                    truth,
                    negated,
                };
                self.part(node, Kind::Boolean, left.at, left.height)
            }
            Infix::Between { negated } => {
                let low = self.expression(binding::RANGE, depth + 1)?;
                self.expect_word("and")?;
                let high = self.expression(binding::RANGE, depth + 1)?;
                self.comparable(&left, &low);
                self.comparable(&left, &high);
                let below = left.height.max(low.height).max(high.height);
                let node = Node::Between {
                    operand: Box::new(left.node),
                    low: Box::new(low.node),
                    high: Box::new(high.node),
                    negated,
                };
                self.part(node, Kind::Boolean, left.at, below)
            }
            Infix::In { negated } => {
                self.expect(Symbol::Open, "a list in brackets")?;
                let items = self.list(depth)?;
                let below = items
                    .iter()
                    .map(|item| item.height)
                    .fold(left.height, usize::max);
                for item in &items {
                    self.comparable(&left, item);
                }
                let node = Node::In {
                    operand: Box::new(left.node),
                    list: items.into_iter().map(|item| item.node).collect(),
                    negated,
                };
                self.part(node, Kind::Boolean, left.at, below)
            }
            Infix::Like {
                negated,
                case_sensitive,
            } => {
                let Token::Text(pattern) = self.peek().clone() else {
                    return Err(self.unexpected("a pattern in single quotes"));
                };
                self.advance();
                // `like` binds weaker than these, which so belong to the pattern.
                if let Some((next, _)) = self.infix()
                    && next.binding() > binding::RANGE
                {
                    return Err(self.error("write the pattern as one text, without operators,"));
                }
                self.need(&left, Kind::Text, "like");
                let node = Node::Like {
                    operand: Box::new(left.node),
                    pattern,
                    case_sensitive,
                    negated,
                };
                self.part(node, Kind::Boolean, left.at, left.height)
            }
        }
    }

    /// `a and b and c` becomes one node, so that long chains stay flat.
    fn join(&mut self, left: Part, infix: &Infix, depth: usize) -> Parsed {
        let right = self.expression(infix.binding(), depth + 1)?;
        let all = matches!(infix, Infix::And);
        let name = if all { "and" } else { "or" };
        self.need(&left, Kind::Boolean, name);
        self.need(&right, Kind::Boolean, name);
        let at = left.at;
        // A chain that only becomes longer does not become higher.
        let (mut nodes, below) = match left.node {
            Node::All(nodes) if all => (nodes, left.height - 1),
            Node::Any(nodes) if !all => (nodes, left.height - 1),
            node => (vec![node], left.height),
        };
        nodes.push(right.node);
        let node = if all {
            Node::All(nodes)
        } else {
            Node::Any(nodes)
        };
        self.part(node, Kind::Boolean, at, below.max(right.height))
    }

    fn binary(&mut self, operator: Operator, left: Part, right: Part) -> Parsed {
        let kind = match operator {
            Operator::Concatenate => Kind::Text,
            _ if operator.is_comparison() => {
                self.comparable(&left, &right);
                Kind::Boolean
            }
            _ => {
                for side in [&left, &right] {
                    self.need(side, Kind::Number, operator.symbol());
                }
                Kind::Number
            }
        };
        let below = left.height.max(right.height);
        let node = Node::Binary {
            operator,
            left: Box::new(left.node),
            right: Box::new(right.node),
        };
        self.part(node, kind, left.at, below)
    }

    /// Expressions with commas between them, up to the closing bracket; at least one.
    pub(super) fn list(&mut self, depth: usize) -> Result<Vec<Part>, ExpressionError> {
        let mut items = vec![self.expression(0, depth + 1)?];
        while self.eat(Symbol::Comma) {
            items.push(self.expression(0, depth + 1)?);
        }
        self.expect(Symbol::Close, "a comma or a closing bracket")?;
        Ok(items)
    }
}
