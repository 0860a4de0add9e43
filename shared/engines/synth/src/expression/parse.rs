//! Text to syntax. Length and depth are bounded, so that no input exhausts the stack.

use super::Comparison;

const LONGEST: usize = 2_000;
const DEEPEST: usize = 40;
/// Digits of a number literal.
const DIGITS: usize = 15;
const LITERAL_SCALE: usize = 6;

/// An expression as written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Syntax {
    Number { value: i128, scale: u32 },
    Text(String),
    Boolean(bool),
    Path(String),
    Negate(Box<Syntax>),
    Not(Box<Syntax>),
    Binary(Operator, Box<Syntax>, Box<Syntax>),
    Call(String, Vec<Syntax>),
}

/// Operators between two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Or,
    And,
    Compare(Comparison),
    Add,
    Subtract,
    Multiply,
    Divide,
}

impl Operator {
    fn binding(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Compare(_) => 3,
            Self::Add | Self::Subtract => 4,
            Self::Multiply | Self::Divide => 5,
        }
    }
}

/// Parses an expression; the error is a sentence that says where.
pub(crate) fn parse(text: &str) -> Result<Syntax, String> {
    if text.len() > LONGEST {
        return Err(format!(
            "the expression is longer than {LONGEST} characters"
        ));
    }
    let mut parser = Parser { text, at: 0 };
    let syntax = parser.expression(0, 0)?;
    parser.blanks();
    if parser.at < text.len() {
        return Err(parser.error("an operator was expected"));
    }
    Ok(syntax)
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Parser<'t> {
    fn error(&self, message: &str) -> String {
        format!("{message} at character {}", self.at + 1)
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn blanks(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn eat(&mut self, symbol: &str) -> bool {
        self.blanks();
        let found = self.rest().starts_with(symbol);
        if found {
            self.at += symbol.len();
        }
        found
    }

    /// A name or a path at the current place, not consumed.
    fn peek_word(&mut self) -> &'t str {
        self.blanks();
        let rest = self.rest();
        let end = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.'))
            .unwrap_or(rest.len());
        &rest[..end]
    }

    fn operator(&mut self) -> Option<(Operator, usize)> {
        const SYMBOLS: [(&str, Operator); 10] = [
            ("<=", Operator::Compare(Comparison::LessEqual)),
            (">=", Operator::Compare(Comparison::GreaterEqual)),
            ("<>", Operator::Compare(Comparison::NotEqual)),
            ("=", Operator::Compare(Comparison::Equal)),
            ("<", Operator::Compare(Comparison::Less)),
            (">", Operator::Compare(Comparison::Greater)),
            ("+", Operator::Add),
            ("-", Operator::Subtract),
            ("*", Operator::Multiply),
            ("/", Operator::Divide),
        ];
        match self.peek_word() {
            "and" => return Some((Operator::And, 3)),
            "or" => return Some((Operator::Or, 2)),
            _ => {}
        }
        let found = SYMBOLS
            .iter()
            .find(|(symbol, _)| self.rest().starts_with(symbol));
        found.map(|&(symbol, operator)| (operator, symbol.len()))
    }

    fn expression(&mut self, weakest: u8, depth: usize) -> Result<Syntax, String> {
        let mut left = self.operand(depth)?;
        let mut height = 0;
        while let Some((operator, length)) = self.operator() {
            if operator.binding() <= weakest {
                break;
            }
            height += 1;
            if depth + height > DEEPEST {
                return Err(self.error("the expression is nested too deeply"));
            }
            self.at += length;
            let right = self.expression(operator.binding(), depth + 1)?;
            left = Syntax::Binary(operator, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn operand(&mut self, depth: usize) -> Result<Syntax, String> {
        if depth > DEEPEST {
            return Err(self.error("the expression is nested too deeply"));
        }
        if self.eat("(") {
            let inner = self.expression(0, depth + 1)?;
            return if self.eat(")") {
                Ok(inner)
            } else {
                Err(self.error("a closing bracket was expected"))
            };
        }
        if self.eat("-") {
            return Ok(Syntax::Negate(Box::new(self.operand(depth + 1)?)));
        }
        if self.eat("'") {
            return self.text_literal();
        }
        let word = self.peek_word();
        match word.as_bytes().first() {
            None => Err(self.error("a value was expected")),
            Some(first) if first.is_ascii_digit() => self.number(word),
            Some(_) => self.named(word, depth),
        }
    }

    fn named(&mut self, word: &str, depth: usize) -> Result<Syntax, String> {
        self.at += word.len();
        match word {
            // `not` binds weaker than a comparison, as in SQL.
            "not" => {
                return Ok(Syntax::Not(Box::new(
                    self.expression(Operator::And.binding(), depth + 1)?,
                )));
            }
            "true" => return Ok(Syntax::Boolean(true)),
            "false" => return Ok(Syntax::Boolean(false)),
            _ => {}
        }
        if !self.eat("(") {
            return Ok(Syntax::Path(word.to_owned()));
        }
        let mut arguments = vec![self.expression(0, depth + 1)?];
        while self.eat(",") {
            arguments.push(self.expression(0, depth + 1)?);
        }
        if self.eat(")") {
            Ok(Syntax::Call(word.to_owned(), arguments))
        } else {
            Err(self.error("a comma or a closing bracket was expected"))
        }
    }

    fn number(&mut self, word: &str) -> Result<Syntax, String> {
        let (units, rest) = word.split_once('.').unwrap_or((word, ""));
        let digits = format!("{units}{rest}");
        if digits.len() > DIGITS
            || rest.len() > LITERAL_SCALE
            || !digits.bytes().all(|byte| byte.is_ascii_digit())
        {
            return Err(
                self.error("this is no number of at most 15 digits, 6 of them after the point,")
            );
        }
        let value = digits
            .parse()
            .map_err(|_| self.error("a number was expected"))?;
        self.at += word.len();
        Ok(Syntax::Number {
            value,
            scale: rest.len() as u32,
        })
    }

    fn text_literal(&mut self) -> Result<Syntax, String> {
        let mut literal = String::new();
        loop {
            let Some(end) = self.rest().find('\'') else {
                return Err(self.error("the text has no end; it begins"));
            };
            literal.push_str(&self.rest()[..end]);
            self.at += end + 1;
            // Two quotes stand for one.
            if !self.rest().starts_with('\'') {
                return Ok(Syntax::Text(literal));
            }
            literal.push('\'');
            self.at += 1;
        }
    }
}
