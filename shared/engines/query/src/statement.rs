//! Which statements are let through: one SELECT of bounded size, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use datafusion::sql::parser::{DFParserBuilder, Statement};
use datafusion::sql::sqlparser::ast::{
    Query, Select as SelectBody, SetExpr, Statement as SqlStatement, Visit, Visitor,
    visit_relations,
};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};

use crate::fault::SqlFault;

/// Longest statement read, in bytes.
pub const MAX_SQL_BYTES: usize = 64 * 1024;

/// Deepest nesting of parentheses, calls and subqueries.
const MAX_DEPTH: usize = 50;
/// Most keywords and operators. A chain such as `1 + 1 + …` is a tree as deep as it is long, and
/// dropping or walking it takes stack for every link.
const MAX_OPERATORS: usize = 1_000;
/// Most tables read once every CTE is written out where it is used: CTEs that each read the one
/// before twice would double with every step.
const MAX_RELATIONS: usize = 256;

/// A statement that may be planned.
pub(crate) struct Select {
    pub(crate) statement: Statement,
    /// How often it reads a table, CTEs written out.
    pub(crate) reads: usize,
}

/// Parses the tokens of a text and refuses everything but one SELECT.
pub(crate) fn parse(tokens: Vec<TokenWithSpan>) -> Result<Select, SqlFault> {
    let mut statements = DFParserBuilder::new(tokens)
        .with_recursion_limit(MAX_DEPTH)
        .build()
        .and_then(|mut parser| parser.parse_statements())
        .map_err(|error| match crate::fault::planning(&error) {
            SqlFault::Syntax(message) if message.contains("recursion limit") => {
                SqlFault::TooComplex(format!("it is nested deeper than {MAX_DEPTH} levels"))
            }
            fault => fault,
        })?;
    if statements.len() > 1 {
        return Err(SqlFault::NotASelect {
            found: format!("{} statements", statements.len()),
        });
    }
    let statement = statements.pop_front().ok_or_else(|| SqlFault::NotASelect {
        found: "an empty text".to_owned(),
    })?;
    let query = query_of(&statement)?;
    match query.visit(&mut OnlySelects) {
        ControlFlow::Continue(()) => {}
        ControlFlow::Break(fault) => return Err(fault),
    }
    let reads = reads(query)?;
    Ok(Select { statement, reads })
}

/// The tokens of `sql`, which may be neither too long nor too complex.
pub(crate) fn tokens(sql: &str) -> Result<Vec<TokenWithSpan>, SqlFault> {
    if sql.len() > MAX_SQL_BYTES {
        return Err(SqlFault::TooLong {
            bytes: sql.len(),
            limit: MAX_SQL_BYTES,
        });
    }
    let tokens = Tokenizer::new(&GenericDialect {}, sql)
        .tokenize_with_location()
        .map_err(|error| SqlFault::Syntax(error.to_string()))?;
    let operators = tokens
        .iter()
        .filter(|token| is_operator(&token.token))
        .count();
    if operators > MAX_OPERATORS {
        return Err(SqlFault::TooComplex(format!(
            "it has {operators} keywords and operators; at most {MAX_OPERATORS} are planned"
        )));
    }
    Ok(tokens)
}

/// Refuses a text that is too long or too complex to be parsed safely; says nothing of what it means.
///
/// # Errors
/// [`SqlFault::TooLong`], [`SqlFault::TooComplex`], or [`SqlFault::Syntax`] for what has no tokens.
pub fn check_size(sql: &str) -> Result<(), SqlFault> {
    tokens(sql).map(|_| ())
}

/// Refuses DDL with an expression too long to be parsed safely; says nothing of what it means. The text
/// may be of any length.
///
/// # Errors
/// [`SqlFault::TooComplex`], or [`SqlFault::Syntax`] for what has no tokens.
pub fn check_ddl_size(ddl: &str) -> Result<(), SqlFault> {
    let tokens = Tokenizer::new(&GenericDialect {}, ddl)
        .tokenize()
        .map_err(|error| SqlFault::Syntax(error.to_string()))?;
    // Operators since the last comma, for every bracket that is open.
    let mut open = vec![0_usize];
    for token in tokens {
        match token {
            Token::LParen | Token::LBracket => open.push(0),
            Token::RParen | Token::RBracket if open.len() > 1 => {
                open.pop();
            }
            Token::Comma | Token::SemiColon => {
                if let Some(links) = open.last_mut() {
                    *links = 0;
                }
            }
            other if is_operator(&other) => {
                if let Some(links) = open.last_mut() {
                    *links += 1;
                    if *links > MAX_OPERATORS {
                        let what = format!("a part of it has more than {MAX_OPERATORS} operators");
                        return Err(SqlFault::TooComplex(what));
                    }
                }
            }
            _ => {}
        }
        if open.len() > MAX_DEPTH {
            let what = format!("it is nested deeper than {MAX_DEPTH} levels");
            return Err(SqlFault::TooComplex(what));
        }
    }
    Ok(())
}

/// Whether a token can be a link of a chain that nests without parentheses.
fn is_operator(token: &Token) -> bool {
    match token {
        Token::Word(word) => word.keyword != Keyword::NoKeyword,
        Token::Whitespace(_)
        | Token::Number(..)
        | Token::SingleQuotedString(_)
        | Token::Comma
        | Token::Period
        | Token::LParen
        | Token::RParen
        | Token::SemiColon
        | Token::EOF => false,
        _ => true,
    }
}

fn query_of(statement: &Statement) -> Result<&Query, SqlFault> {
    let Statement::Statement(inner) = statement else {
        return Err(SqlFault::NotASelect {
            found: first_word(&statement.to_string()),
        });
    };
    let SqlStatement::Query(query) = inner.as_ref() else {
        return Err(SqlFault::NotASelect {
            found: first_word(&inner.to_string()),
        });
    };
    match query.body.as_ref() {
        SetExpr::Select(_) | SetExpr::Query(_) | SetExpr::SetOperation { .. } => Ok(query),
        other => Err(SqlFault::NotASelect {
            found: first_word(&other.to_string()),
        }),
    }
}

fn first_word(text: &str) -> String {
    text.split_whitespace()
        .next()
        .unwrap_or("nothing")
        .to_uppercase()
}

/// Refuses what can hide inside a query: writes, locks, `SELECT INTO`, recursion.
struct OnlySelects;

impl Visitor for OnlySelects {
    type Break = SqlFault;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<SqlFault> {
        let found = if query.with.as_ref().is_some_and(|with| with.recursive) {
            "WITH RECURSIVE"
        } else if !query.locks.is_empty() {
            "a locking SELECT"
        } else if query.format_clause.is_some()
            || query.settings.is_some()
            || query.for_clause.is_some()
        {
            "a SELECT with output settings"
        } else {
            return ControlFlow::Continue(());
        };
        ControlFlow::Break(SqlFault::NotASelect {
            found: found.to_owned(),
        })
    }

    fn pre_visit_select(&mut self, select: &SelectBody) -> ControlFlow<SqlFault> {
        if select.into.is_some() {
            return ControlFlow::Break(SqlFault::NotASelect {
                found: "SELECT INTO".to_owned(),
            });
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_statement(&mut self, statement: &SqlStatement) -> ControlFlow<SqlFault> {
        ControlFlow::Break(SqlFault::NotASelect {
            found: first_word(&statement.to_string()),
        })
    }
}

/// The relations that each CTE's body names, by the CTE's name.
#[derive(Default)]
struct CteBodies(BTreeMap<String, Vec<String>>);

impl Visitor for CteBodies {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
            let names = relation_names(&*cte.query);
            // CTEs of one name in several scopes count together: never fewer than there are.
            self.0
                .entry(cte.alias.name.value.to_lowercase())
                .or_default()
                .extend(names);
        }
        ControlFlow::Continue(())
    }
}

fn relation_names(node: &impl Visit) -> Vec<String> {
    let mut names = Vec::new();
    let _ = visit_relations(node, |name| {
        let last = name.0.last().map(ToString::to_string).unwrap_or_default();
        names.push(last.trim_matches('"').to_lowercase());
        ControlFlow::<()>::Continue(())
    });
    names
}

/// How often a query reads a table, CTEs written out; a fault for too often.
fn reads(query: &Query) -> Result<usize, SqlFault> {
    let mut bodies = CteBodies::default();
    let _ = query.visit(&mut bodies);
    let names = relation_names(query);
    let too_many = || {
        SqlFault::TooComplex(format!(
            "it reads tables more than {MAX_RELATIONS} times, CTEs written out"
        ))
    };
    if bodies.0.len() > MAX_RELATIONS {
        return Err(too_many());
    }
    let mut weights = BTreeMap::new();
    let mut open = BTreeSet::new();
    let total = names
        .iter()
        .map(|name| weight(name, &bodies.0, &mut weights, &mut open))
        .fold(0, usize::saturating_add);
    if total > MAX_RELATIONS {
        Err(too_many())
    } else {
        Ok(total)
    }
}

/// Tables read by one mention of `name`. A CTE that names itself means a table outside of it.
fn weight<'a>(
    name: &'a str,
    bodies: &'a BTreeMap<String, Vec<String>>,
    weights: &mut BTreeMap<&'a str, usize>,
    open: &mut BTreeSet<&'a str>,
) -> usize {
    if let Some(weight) = weights.get(name) {
        return *weight;
    }
    let Some(body) = bodies.get(name) else {
        return 1;
    };
    if !open.insert(name) {
        return 1;
    }
    let total = body
        .iter()
        .map(|inner| weight(inner, bodies, weights, open))
        .fold(0, usize::saturating_add)
        .max(1);
    open.remove(name);
    weights.insert(name, total);
    total
}
