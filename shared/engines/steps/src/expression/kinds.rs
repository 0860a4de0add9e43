//! What operands certainly are, and what does not fit together.

use super::function::Kind;
use super::parse::{Parser, Part};
use super::{Literal, Node};
use crate::value::is_moment;

impl Parser {
    /// Notes an error where a part is certainly not of a kind.
    pub(super) fn need(&mut self, part: &Part, wanted: Kind, place: &str) {
        if part.kind == Kind::Any || part.kind == wanted || reads_as(part, wanted) {
            return;
        }
        let hint = match (wanted, part.kind) {
            (Kind::Number, Kind::Moment) => "; use date_add or date_diff",
            (Kind::Moment, Kind::Text) => "; write it as '2024-01-31', or cast it",
            (Kind::Number | Kind::Text, _) => "; cast it",
            _ => "",
        };
        let message = format!("{place} needs {wanted}, not {}{hint},", part.kind);
        self.note(part.at, message, &[]);
    }

    /// Notes an error where two parts are certainly of different kinds.
    pub(super) fn comparable(&mut self, left: &Part, right: &Part) {
        let alike = left.kind == Kind::Any
            || right.kind == Kind::Any
            || left.kind == right.kind
            || reads_as(left, right.kind)
            || reads_as(right, left.kind);
        if !alike {
            let message = format!(
                "compare values of one kind, not {} with {},",
                left.kind, right.kind
            );
            self.note(right.at, message, &[]);
        }
    }

    /// The one kind of several alternatives.
    pub(super) fn common(&mut self, parts: &[Part], place: &str) -> Kind {
        let mut common: Option<Kind> = None;
        let mut open = false;
        for part in parts {
            if part.kind == Kind::Any {
                open |= part.node != Node::Literal(Literal::Null);
                continue;
            }
            match common {
                None => common = Some(part.kind),
                Some(kind) if kind == part.kind => {}
                Some(kind) => {
                    let message = format!(
                        "{place} gives values of one kind, not {kind} and {},",
                        part.kind
                    );
                    self.note(part.at, message, &[]);
                    return Kind::Any;
                }
            }
        }
        common.filter(|_| !open).unwrap_or(Kind::Any)
    }
}

/// Whether a text that is written out is a date where a date is needed.
fn reads_as(part: &Part, wanted: Kind) -> bool {
    wanted == Kind::Moment
        && matches!(&part.node, Node::Literal(Literal::Text(text)) if is_moment(text))
}
