//! Text to tokens, each with its place.

use sqlparser::dialect::Dialect;
use sqlparser::tokenizer::{Location, Token as SqlToken, Tokenizer, Whitespace};

use super::ExpressionError;
use crate::fault::quoted;

/// A token of the language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A bare word: a keyword, a function or a column.
    Word(String),
    /// A column in double quotes or backticks.
    Quoted(String),
    /// A text in single quotes.
    Text(String),
    /// A number without sign.
    Number(String),
    Symbol(Symbol),
    End,
}

/// Symbols of the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Symbol {
    Open,
    Close,
    Comma,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    Pipes,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

/// A token and the character at which it begins, from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lexeme {
    pub(super) token: Token,
    pub(super) at: usize,
}

/// Words of letters, digits and `_`, texts without escapes: less than any dialect of `sqlparser`.
#[derive(Debug)]
struct Plain;

impl Dialect for Plain {
    fn is_identifier_start(&self, ch: char) -> bool {
        ch.is_alphabetic() || ch == '_'
    }

    fn is_identifier_part(&self, ch: char) -> bool {
        ch.is_alphanumeric() || ch == '_'
    }
}

/// Splits a text into tokens; the last one is [`Token::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<Lexeme>, ExpressionError> {
    let places = Places::of(text);
    let found = Tokenizer::new(&Plain, text)
        .tokenize_with_location()
        .map_err(|error| {
            let message = if error.message.starts_with("Unterminated") {
                "close the quotes of the text that begins"
            } else {
                "replace what cannot be read"
            };
            problem(places.offset(error.location), message)
        })?;
    let mut lexemes = Vec::new();
    for token in found {
        let at = places.offset(token.span.start);
        if let Some(token) = translate(token.token).map_err(|message| problem(at, &message))? {
            lexemes.push(Lexeme { token, at });
        }
    }
    let at = text.chars().count();
    lexemes.push(Lexeme {
        token: Token::End,
        at,
    });
    Ok(lexemes)
}

fn problem(offset: usize, message: &str) -> ExpressionError {
    ExpressionError {
        offset,
        message: message.to_owned(),
        allowed: Vec::new(),
    }
}

fn translate(token: SqlToken) -> Result<Option<Token>, String> {
    let symbol = match token {
        SqlToken::Whitespace(Whitespace::Space | Whitespace::Newline | Whitespace::Tab) => {
            return Ok(None);
        }
        // `a--b` means a number in most heads, and the rest of the line would be gone in silence.
        SqlToken::Whitespace(_) => {
            return Err("remove the comment, or put a blank between the two signs,".to_owned());
        }
        SqlToken::EOF => return Ok(None),
        SqlToken::Word(word) => {
            return Ok(Some(if word.quote_style.is_some() {
                Token::Quoted(word.value)
            } else {
                Token::Word(word.value)
            }));
        }
        SqlToken::Number(number, false) => return Ok(Some(Token::Number(number))),
        SqlToken::SingleQuotedString(text) => return Ok(Some(Token::Text(text))),
        SqlToken::LParen => Symbol::Open,
        SqlToken::RParen => Symbol::Close,
        SqlToken::Comma => Symbol::Comma,
        SqlToken::Plus => Symbol::Plus,
        SqlToken::Minus => Symbol::Minus,
        SqlToken::Mul => Symbol::Star,
        SqlToken::Div => Symbol::Slash,
        SqlToken::Mod => Symbol::Percent,
        SqlToken::StringConcat => Symbol::Pipes,
        SqlToken::Eq | SqlToken::DoubleEq => Symbol::Equal,
        SqlToken::Neq => Symbol::NotEqual,
        SqlToken::Lt => Symbol::Less,
        SqlToken::LtEq => Symbol::LessEqual,
        SqlToken::Gt => Symbol::Greater,
        SqlToken::GtEq => Symbol::GreaterEqual,
        SqlToken::Period => {
            return Err(
                "put a name with a dot in double quotes, and remove names of tables,".to_owned(),
            );
        }
        SqlToken::DoubleColon => return Err("write cast(value as type) instead of ::".to_owned()),
        SqlToken::Overlap => return Err("write and instead of &&".to_owned()),
        SqlToken::ExclamationMark => return Err("write not instead of !".to_owned()),
        SqlToken::SemiColon => return Err("remove the semicolon".to_owned()),
        other => {
            return Err(format!(
                "remove {}, which is not part of the language,",
                quoted(&other.to_string())
            ));
        }
    };
    Ok(Some(Token::Symbol(symbol)))
}

/// The character at which each line begins.
struct Places(Vec<usize>);

impl Places {
    fn of(text: &str) -> Self {
        let mut starts = vec![0];
        for (index, character) in text.chars().enumerate() {
            if character == '\n' {
                starts.push(index + 1);
            }
        }
        Self(starts)
    }

    fn offset(&self, location: Location) -> usize {
        let line = usize::try_from(location.line.saturating_sub(1)).unwrap_or(0);
        let column = usize::try_from(location.column.saturating_sub(1)).unwrap_or(0);
        self.0.get(line).copied().unwrap_or(0) + column
    }
}
