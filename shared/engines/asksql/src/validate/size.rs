//! Texts that would cost a parser too much, found by their tokens alone.

use sqlparser::dialect::GenericDialect;
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, Tokenizer};

pub(super) const MOST_DEPTH: usize = 40;
/// Brackets of calls within one another: the parser tries the special forms of some functions first, and
/// takes twice as long for every level.
const MOST_CALLS: usize = 10;
/// Operators and words that chain expressions; each makes the tree one level deeper.
const MOST_LINKS: usize = 1_500;

/// What of the text is nested too deeply, or chained too long.
pub(super) fn too_deep(sql: &str) -> Option<String> {
    let tokens = Tokenizer::new(&GenericDialect {}, sql)
        .tokenize()
        .unwrap_or_default();
    let mut open: Vec<bool> = Vec::new();
    let (mut calls, mut links) = (0_usize, 0_usize);
    let mut called = false;
    for token in tokens {
        match &token {
            Token::Whitespace(_) => continue,
            Token::LParen | Token::LBracket | Token::LBrace => {
                open.push(called);
                calls += usize::from(called);
                links += usize::from(token == Token::LBracket);
            }
            Token::RParen | Token::RBracket | Token::RBrace => {
                calls -= usize::from(open.pop().unwrap_or(false));
            }
            Token::Word(word) => links += usize::from(chains(word.keyword)),
            Token::Comma
            | Token::Period
            | Token::SemiColon
            | Token::Number(..)
            | Token::SingleQuotedString(_)
            | Token::DoubleQuotedString(_) => {}
            _ => links += 1,
        }
        called = matches!(&token, Token::Word(word) if !opens(word.keyword));
        if open.len() > MOST_DEPTH {
            return Some(format!(
                "the SQL is nested more than {MOST_DEPTH} levels deep; flatten it"
            ));
        }
        if calls > MOST_CALLS {
            return Some(format!(
                "more than {MOST_CALLS} calls stand within one another; take some apart"
            ));
        }
        if links > MOST_LINKS {
            return Some(format!(
                "the SQL has more than {MOST_LINKS} operators; shorten it, with IN for many values"
            ));
        }
    }
    None
}

/// A word that makes a longer expression of the one before it.
fn chains(keyword: Keyword) -> bool {
    matches!(
        keyword,
        Keyword::AND
            | Keyword::OR
            | Keyword::XOR
            | Keyword::NOT
            | Keyword::IS
            | Keyword::IN
            | Keyword::BETWEEN
            | Keyword::LIKE
            | Keyword::ILIKE
            | Keyword::SIMILAR
            | Keyword::RLIKE
            | Keyword::REGEXP
            | Keyword::NOTNULL
            | Keyword::COLLATE
            | Keyword::AT
            | Keyword::DIV
            | Keyword::OVERLAPS
            | Keyword::INTERVAL
            | Keyword::UNION
            | Keyword::EXCEPT
            | Keyword::INTERSECT
            | Keyword::MINUS
            | Keyword::CASE
            | Keyword::PRIOR
    )
}

/// A word whose bracket holds a query or a group, not the arguments of a call.
fn opens(keyword: Keyword) -> bool {
    chains(keyword)
        || matches!(
            keyword,
            Keyword::SELECT
                | Keyword::FROM
                | Keyword::JOIN
                | Keyword::ON
                | Keyword::WHERE
                | Keyword::HAVING
                | Keyword::BY
                | Keyword::AS
                | Keyword::EXISTS
                | Keyword::ALL
                | Keyword::ANY
                | Keyword::SOME
                | Keyword::DISTINCT
                | Keyword::WHEN
                | Keyword::THEN
                | Keyword::ELSE
                | Keyword::LATERAL
        )
}
