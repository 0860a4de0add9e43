//! Operands: constants, columns, brackets, `case`, `cast` and functions.

use super::function::{Argument, Function, Kind};
use super::parse::{Parsed, Parser, Part};
use super::token::{Symbol, Token};
use super::{ColumnName, ExpressionError, Literal, Node};
use crate::fault::quoted;
use crate::value::{DataType, DateFormat, TimeUnit, is_date, is_moment};

/// Digits of a number.
const DIGITS: usize = 38;
/// Greatest size that may be written out, of a padded text for instance.
const GREATEST_SIZE: i64 = 10_000;
/// Words that are no columns; those of the second list only inside `case`.
const RESERVED: &[&str] = &[
    "and", "or", "not", "is", "in", "between", "like", "ilike", "case", "as", "select", "exists",
];
const RESERVED_IN_CASE: &[&str] = &["when", "then", "else", "end"];

impl Parser {
    /// Reads one operand.
    pub(super) fn operand(&mut self, depth: usize) -> Parsed {
        let at = self.place();
        match self.peek().clone() {
            Token::Symbol(Symbol::Open) => {
                self.advance();
                let inner = self.expression(0, depth + 1)?;
                self.expect(Symbol::Close, "a closing bracket")?;
                Ok(inner)
            }
            Token::Symbol(Symbol::Minus | Symbol::Plus) => self.signed(depth),
            Token::Symbol(Symbol::Star) => {
                Err(self.error("name a column instead of the wildcard *"))
            }
            Token::Symbol(_) | Token::End => Err(self.unexpected("a value")),
            Token::Number(digits) => {
                let literal = self.number(&digits)?;
                self.advance();
                self.part(Node::Literal(literal), Kind::Number, at, 0)
            }
            Token::Text(text) => {
                self.advance();
                self.part(Node::Literal(Literal::Text(text)), Kind::Text, at, 0)
            }
            Token::Quoted(name) => {
                self.advance();
                self.column(name, true, at)
            }
            Token::Word(word) => self.word(word, depth),
        }
    }

    fn column(&mut self, name: String, quoted: bool, at: usize) -> Parsed {
        if name.is_empty() {
            return Err(ExpressionError {
                offset: at,
                message: "name a column between the double quotes".to_owned(),
                allowed: Vec::new(),
            });
        }
        let column = ColumnName { name, quoted };
        self.part(Node::Column(column), Kind::Any, at, 0)
    }

    fn signed(&mut self, depth: usize) -> Parsed {
        let at = self.place();
        let minus = *self.peek() == Token::Symbol(Symbol::Minus);
        self.advance();
        if depth >= super::DEEPEST {
            return Err(self.error("remove signs, there are too many"));
        }
        let operand = self.operand(depth + 1)?;
        self.need(&operand, Kind::Number, if minus { "-" } else { "+" });
        let node = match operand.node {
            node if !minus => {
                return Ok(Part {
                    node,
                    at,
                    ..operand
                });
            }
            Node::Literal(Literal::Integer(whole)) if whole != i64::MIN => {
                Node::Literal(Literal::Integer(-whole))
            }
            Node::Literal(Literal::Number(number)) => {
                Node::Literal(Literal::Number(match number.strip_prefix('-') {
                    Some(positive) => positive.to_owned(),
                    None => format!("-{number}"),
                }))
            }
            node => {
                return self.part(
                    Node::Negate(Box::new(node)),
                    Kind::Number,
                    at,
                    operand.height,
                );
            }
        };
        Ok(Part {
            node,
            at,
            ..operand
        })
    }

    fn number(&self, text: &str) -> Result<Literal, ExpressionError> {
        if let Ok(whole) = text.parse() {
            return Ok(Literal::Integer(whole));
        }
        let lower = text.to_ascii_lowercase();
        let (mantissa, exponent) = lower.split_once('e').unwrap_or((&lower, "0"));
        let (units, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let count = units.len() + fraction.len();
        let digits = units
            .bytes()
            .chain(fraction.bytes())
            .all(|byte| byte.is_ascii_digit());
        let small = exponent
            .parse::<i32>()
            .is_ok_and(|exponent| exponent.abs() <= 300);
        if !digits || !small || !(1..=DIGITS).contains(&count) {
            return Err(self.error(format!("write a number of at most {DIGITS} digits")));
        }
        let mut normal = if units.is_empty() { "0" } else { units }.to_owned();
        if !fraction.is_empty() {
            normal.push('.');
            normal.push_str(fraction);
        }
        if lower.contains('e') {
            normal.push('e');
            normal.push_str(exponent);
        }
        Ok(Literal::Number(normal))
    }

    fn word(&mut self, word: String, depth: usize) -> Parsed {
        let at = self.place();
        let lower = word.to_ascii_lowercase();
        let called = *self.peek_second() == Token::Symbol(Symbol::Open);
        let quoted_text = matches!(self.peek_second(), Token::Text(_));
        let literal = |parser: &mut Self, literal, kind| {
            parser.advance();
            parser.part(Node::Literal(literal), kind, at, 0)
        };
        match lower.as_str() {
            "true" => literal(self, Literal::Boolean(true), Kind::Boolean),
            "false" => literal(self, Literal::Boolean(false), Kind::Boolean),
            "null" => literal(self, Literal::Null, Kind::Any),
            "not" => {
                self.advance();
                let operand = self.negated(depth + 1)?;
                self.need(&operand, Kind::Boolean, "not");
                let node = Node::Not(Box::new(operand.node));
                self.part(node, Kind::Boolean, at, operand.height)
            }
            "case" => self.case(depth),
            "cast" | "try_cast" if called => self.cast(lower == "try_cast", depth),
            "date" | "timestamp" if quoted_text => self.moment(lower == "date"),
            "select" | "exists" => Err(self.error(format!(
                "remove {word}, there are no subqueries (use a join step); a column of this name \
                 stands in double quotes,"
            ))),
            _ if called => self.call(&word, depth),
            reserved
                if RESERVED.contains(&reserved)
                    || self.cases > 0 && RESERVED_IN_CASE.contains(&reserved) =>
            {
                Err(self.error(format!(
                    "a value was expected; if {word} is a column, put it in double quotes,"
                )))
            }
            _ => {
                self.advance();
                self.column(word, false, at)
            }
        }
    }

    /// `date '2024-01-31'`
    fn moment(&mut self, day: bool) -> Parsed {
        let at = self.place();
        self.advance();
        let Token::Text(text) = self.peek().clone() else {
            return Err(self.unexpected("a text in single quotes"));
        };
        if !(if day {
            is_date(&text)
        } else {
            is_moment(&text)
        }) {
            let example = if day {
                "2024-01-31"
            } else {
                "2024-01-31 12:00:00"
            };
            let message = format!("write {} as in {example}", quoted(&text));
            self.note(self.place(), message, &[]);
        }
        self.advance();
        let literal = if day {
            Literal::Date(text)
        } else {
            Literal::Timestamp(text)
        };
        self.part(Node::Literal(literal), Kind::Moment, at, 0)
    }

    fn case(&mut self, depth: usize) -> Parsed {
        let at = self.place();
        self.advance();
        self.cases += 1;
        let operand = if self.is_word("when") {
            None
        } else {
            Some(self.expression(0, depth + 1)?)
        };
        let mut below = operand.as_ref().map_or(0, |part| part.height);
        let mut whens = Vec::new();
        let mut results = Vec::new();
        self.expect_word("when")?;
        loop {
            let when = self.expression(0, depth + 1)?;
            match &operand {
                Some(operand) => self.comparable(operand, &when),
                None => self.need(&when, Kind::Boolean, "when"),
            }
            self.expect_word("then")?;
            let then = self.expression(0, depth + 1)?;
            below = below.max(when.height).max(then.height);
            whens.push(when.node);
            results.push(then);
            if !self.eat_word("when") {
                break;
            }
        }
        let otherwise = self.eat_word("else");
        if otherwise {
            let part = self.expression(0, depth + 1)?;
            below = below.max(part.height);
            results.push(part);
        }
        self.expect_word("end")?;
        self.cases -= 1;
        let kind = self.common(&results, "case");
        let mut results = results.into_iter().map(|part| part.node);
        let branches = whens.into_iter().zip(results.by_ref()).collect();
        let node = Node::Case {
            operand: operand.map(|part| Box::new(part.node)),
            branches,
            otherwise: results.next().map(Box::new),
        };
        self.part(node, kind, at, below)
    }

    fn cast(&mut self, safe: bool, depth: usize) -> Parsed {
        let at = self.place();
        self.advance();
        self.advance();
        let operand = self.expression(0, depth + 1)?;
        self.expect_word("as")?;
        let place = self.place();
        let Token::Word(mut name) = self.peek().clone() else {
            return Err(self.unexpected("a data type"));
        };
        self.advance();
        if self.eat(Symbol::Open) {
            let mut digits = Vec::new();
            while let Token::Number(number) = self.peek().clone() {
                digits.push(number);
                self.advance();
                if !self.eat(Symbol::Comma) {
                    break;
                }
            }
            self.expect(
                Symbol::Close,
                "the digits of the type and a closing bracket",
            )?;
            name = format!("{name}({})", digits.join(","));
        }
        self.expect(Symbol::Close, "a closing bracket")?;
        let to = DataType::parse(&name).unwrap_or_else(|message| {
            self.note(place, message, DataType::WORDS);
            DataType::Text
        });
        let kind = match to {
            DataType::Boolean => Kind::Boolean,
            DataType::Text => Kind::Text,
            DataType::Date | DataType::Timestamp => Kind::Moment,
            _ => Kind::Number,
        };
        let node = Node::Cast {
            operand: Box::new(operand.node),
            to,
            safe,
        };
        self.part(node, kind, at, operand.height)
    }

    fn call(&mut self, name: &str, depth: usize) -> Parsed {
        let at = self.place();
        let function = Function::find(name);
        if function.is_none() && self.errors.len() < super::parse::MOST_ERRORS {
            self.note(at, unknown(name), &Function::names());
        }
        self.advance();
        self.advance();
        let arguments = if self.eat(Symbol::Close) {
            Vec::new()
        } else {
            self.list(depth)?
        };
        if self.is_word("over") {
            return Err(self.error("remove over, there are no windows in expressions,"));
        }
        let below = arguments.iter().map(|part| part.height).max().unwrap_or(0);
        let Some(function) = function else {
            return self.part(Node::Literal(Literal::Null), Kind::Any, at, below);
        };
        let kind = self.check_call(function, &arguments, at);
        let node = Node::Call {
            function,
            arguments: arguments.into_iter().map(|part| part.node).collect(),
        };
        self.part(node, kind, at, below)
    }

    fn check_call(&mut self, function: Function, arguments: &[Part], at: usize) -> Kind {
        let signature = function.signature();
        if !(signature.least..=signature.most).contains(&arguments.len()) {
            let message = format!(
                "call {}, not with {} arguments,",
                signature.usage(),
                arguments.len()
            );
            self.note(at, message, &[]);
        }
        for (index, part) in arguments.iter().enumerate() {
            self.check_argument(signature.name, signature.argument(index), part);
        }
        match function {
            Function::Coalesce | Function::Greatest | Function::Least | Function::NullIf => {
                self.common(arguments, signature.name)
            }
            Function::If => self.common(arguments.get(1..).unwrap_or_default(), signature.name),
            _ => signature.result,
        }
    }

    fn check_argument(&mut self, name: &str, argument: Argument, part: &Part) {
        let wanted = match argument {
            Argument::Any => return,
            Argument::Condition => Kind::Boolean,
            Argument::Number => Kind::Number,
            Argument::Text => Kind::Text,
            Argument::Moment => Kind::Moment,
            Argument::Size => {
                let fits = matches!(part.node, Node::Literal(Literal::Integer(size))
                    if (-GREATEST_SIZE..=GREATEST_SIZE).contains(&size));
                if !fits {
                    let message = format!(
                        "{name} needs a whole number up to {GREATEST_SIZE} here, written out,"
                    );
                    self.note(part.at, message, &[]);
                }
                return;
            }
            Argument::Pattern | Argument::Unit | Argument::ReadFormat | Argument::WriteFormat => {
                return self.check_constant(name, argument, part);
            }
        };
        self.need(part, wanted, name);
    }

    /// Patterns, units and formats are known when the job is created, and checked then.
    fn check_constant(&mut self, name: &str, argument: Argument, part: &Part) {
        let Node::Literal(Literal::Text(text)) = &part.node else {
            let message = format!("{name} needs {} in single quotes here,", argument.name());
            self.note(part.at, message, &[]);
            return;
        };
        let problem = match argument {
            Argument::Pattern => {
                self.patterns.push((part.at, text.clone()));
                None
            }
            Argument::WriteFormat => DateFormat::parse(text).err(),
            Argument::ReadFormat => match DateFormat::parse(text) {
                Ok(format) => format.unreadable(),
                Err(message) => Some(message),
            },
            _ if TimeUnit::WORDS.contains(&text.as_str()) => None,
            _ => {
                let message = format!("{} is no unit of time", quoted(text));
                self.note(part.at, message, TimeUnit::WORDS);
                None
            }
        };
        if let Some(message) = problem {
            self.note(part.at, message, &[]);
        }
    }
}

/// Why there is no such function.
fn unknown(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    match lower.as_str() {
        "sum" | "count" | "avg" | "mean" | "min" | "max" | "median" | "stddev" | "first_value"
        | "last_value" => format!("use an aggregate step instead of {name}"),
        "row_number" | "rank" | "dense_rank" | "lag" | "lead" | "ntile" => {
            format!("remove {name}, there are no windows in expressions,")
        }
        "now" | "current_date" | "current_timestamp" | "today" | "random" | "rand" | "uuid" => {
            format!("remove {name}: the same input must always give the same output")
        }
        _ => match crate::nearest(&lower, &Function::names()) {
            Some(near) => format!("{} is no function; did you mean {near}?", clipped(name)),
            None => format!(
                "{} is no function; use one of the allowed ones",
                clipped(name)
            ),
        },
    }
}

fn clipped(name: &str) -> String {
    name.chars().take(40).collect()
}
