//! Syntax to a typed tree: types, digits, what may be null, least and greatest values.

use super::parse::{Operator, Syntax};
use super::{Comparison, Interval, Kind, Node, Part, Type, divide_rounded, power, rescale};

/// Digits after the point of quotients, and the most of products.
const QUOTIENT_SCALE: u32 = 6;
const LARGEST_SCALE: u32 = 12;
const DAY: i128 = 86_400;

/// What a path is.
#[derive(Debug, Clone)]
pub(crate) struct Operand {
    /// Its number, given back when cells are asked for.
    pub(crate) number: usize,
    pub(crate) value_type: Type,
    pub(crate) may_be_null: bool,
    pub(crate) interval: Option<Interval>,
}

/// Resolves a path; the error is a sentence.
type Resolve<'r> = &'r mut dyn FnMut(&str) -> Result<Operand, String>;

/// Checks an expression whose result goes to a column of type `target`.
pub(crate) fn check(syntax: &Syntax, target: Type, resolve: Resolve<'_>) -> Result<Node, String> {
    let node = node(syntax, resolve)?;
    match (node.value_type, target) {
        (Type::Number(_), Type::Number(scale)) => Ok(to_scale(node, scale)),
        (found, wanted) if found == wanted => Ok(node),
        (found, wanted) => Err(format!(
            "the result is {}, not {}",
            name(found),
            name(wanted)
        )),
    }
}

fn name(value_type: Type) -> &'static str {
    match value_type {
        Type::Number(_) => "a number",
        Type::Text => "text",
        Type::Boolean => "true or false",
        Type::Date => "a date",
        Type::Timestamp => "a timestamp",
    }
}

fn node(syntax: &Syntax, resolve: Resolve<'_>) -> Result<Node, String> {
    match syntax {
        Syntax::Number { value, scale } => Ok(constant(
            Kind::Whole(*value),
            Type::Number(*scale),
            Some((*value, *value)),
        )),
        Syntax::Text(text) => Ok(constant(Kind::Text(text.clone()), Type::Text, None)),
        Syntax::Boolean(value) => Ok(constant(
            Kind::Whole(i128::from(*value)),
            Type::Boolean,
            None,
        )),
        Syntax::Path(path) => {
            let operand = resolve(path)?;
            Ok(Node {
                kind: Kind::Path(operand.number),
                value_type: operand.value_type,
                may_be_null: operand.may_be_null,
                interval: operand.interval,
            })
        }
        Syntax::Negate(inner) => {
            let inner = number(node(inner, resolve)?, "-")?;
            let interval = inner
                .interval
                .map(|(low, high)| (high.saturating_neg(), low.saturating_neg()));
            Ok(Node {
                value_type: inner.value_type,
                may_be_null: inner.may_be_null,
                interval,
                kind: Kind::Negate(Box::new(inner)),
            })
        }
        Syntax::Not(inner) => {
            let inner = boolean(node(inner, resolve)?, "not")?;
            Ok(Node {
                value_type: Type::Boolean,
                may_be_null: inner.may_be_null,
                interval: None,
                kind: Kind::Not(Box::new(inner)),
            })
        }
        Syntax::Binary(operator, left, right) => {
            binary(*operator, node(left, resolve)?, node(right, resolve)?)
        }
        Syntax::Call(function, arguments) => {
            let mut nodes = Vec::with_capacity(arguments.len());
            for argument in arguments {
                nodes.push(node(argument, resolve)?);
            }
            call(function, nodes)
        }
    }
}

fn constant(kind: Kind, value_type: Type, interval: Option<Interval>) -> Node {
    Node {
        kind,
        value_type,
        may_be_null: false,
        interval,
    }
}

fn number(node: Node, place: &str) -> Result<Node, String> {
    if matches!(node.value_type, Type::Number(_)) {
        Ok(node)
    } else {
        Err(format!(
            "{place} needs numbers, not {}",
            name(node.value_type)
        ))
    }
}

fn boolean(node: Node, place: &str) -> Result<Node, String> {
    if node.value_type == Type::Boolean {
        Ok(node)
    } else {
        Err(format!(
            "{place} needs true or false, not {}",
            name(node.value_type)
        ))
    }
}

fn scale_of(node: &Node) -> u32 {
    if let Type::Number(scale) = node.value_type {
        scale
    } else {
        0
    }
}

fn to_scale(node: Node, scale: u32) -> Node {
    let from = scale_of(&node);
    if from == scale {
        return node;
    }
    let interval = node
        .interval
        .map(|(low, high)| (rescale(low, from, scale), rescale(high, from, scale)));
    Node {
        value_type: Type::Number(scale),
        may_be_null: node.may_be_null,
        interval,
        kind: Kind::Rescale(Box::new(node), from, scale),
    }
}

/// Brings values to one type: numbers to the most digits, all others must agree.
fn alike(nodes: Vec<Node>, place: &str) -> Result<Vec<Node>, String> {
    let first = nodes.first().map(|node| node.value_type);
    if nodes
        .iter()
        .all(|node| matches!(node.value_type, Type::Number(_)))
    {
        let scale = nodes.iter().map(scale_of).max().unwrap_or(0);
        return Ok(nodes
            .into_iter()
            .map(|node| to_scale(node, scale))
            .collect());
    }
    match nodes.iter().find(|node| Some(node.value_type) != first) {
        Some(other) => Err(format!(
            "{place} needs values of one type, not {} and {}",
            first.map_or("none", name),
            name(other.value_type)
        )),
        None => Ok(nodes),
    }
}

fn pair(left: Node, right: Node, place: &str) -> Result<(Box<Node>, Box<Node>), String> {
    let mut nodes = alike(vec![left, right], place)?.into_iter().map(Box::new);
    nodes
        .next()
        .zip(nodes.next())
        .ok_or_else(|| format!("{place} needs two values"))
}

fn binary(operator: Operator, left: Node, right: Node) -> Result<Node, String> {
    let may_be_null = left.may_be_null || right.may_be_null;
    let both = left.interval.zip(right.interval);
    match operator {
        Operator::And | Operator::Or => {
            let (left, right) = (boolean(left, "and/or")?, boolean(right, "and/or")?);
            let kind = Kind::Connect(operator == Operator::And, Box::new(left), Box::new(right));
            Ok(Node {
                kind,
                value_type: Type::Boolean,
                may_be_null,
                interval: None,
            })
        }
        Operator::Compare(comparison) => {
            let (left, right) = pair(left, right, "a comparison")?;
            if left.value_type == Type::Boolean
                && !matches!(comparison, Comparison::Equal | Comparison::NotEqual)
            {
                return Err("true and false have no order".to_owned());
            }
            Ok(Node {
                kind: Kind::Compare(comparison, left, right),
                value_type: Type::Boolean,
                may_be_null,
                interval: None,
            })
        }
        Operator::Add | Operator::Subtract => {
            let (left, right) = pair(number(left, "+ or -")?, number(right, "+ or -")?, "+ or -")?;
            let bounds = left.interval.zip(right.interval);
            let value_type = left.value_type;
            let (kind, interval) = if operator == Operator::Add {
                (
                    Kind::Add(left, right),
                    bounds.map(|((a, b), (c, d))| (a.saturating_add(c), b.saturating_add(d))),
                )
            } else {
                (
                    Kind::Subtract(left, right),
                    bounds.map(|((a, b), (c, d))| (a.saturating_sub(d), b.saturating_sub(c))),
                )
            };
            Ok(Node {
                kind,
                value_type,
                may_be_null,
                interval,
            })
        }
        Operator::Multiply => {
            let (left, right) = (number(left, "*")?, number(right, "*")?);
            let scale = scale_of(&left) + scale_of(&right);
            let interval = both.map(|(left, right)| corners(left, right, i128::saturating_mul));
            let kind = Kind::Multiply(Box::new(left), Box::new(right));
            let product = Node {
                kind,
                value_type: Type::Number(scale),
                may_be_null,
                interval,
            };
            Ok(if scale > LARGEST_SCALE {
                to_scale(product, LARGEST_SCALE)
            } else {
                product
            })
        }
        Operator::Divide => {
            let (left, right) = (number(left, "/")?, number(right, "/")?);
            let up = QUOTIENT_SCALE + scale_of(&right);
            let (top, bottom) = (
                up.saturating_sub(scale_of(&left)),
                scale_of(&left).saturating_sub(up),
            );
            let never_zero = right
                .interval
                .is_some_and(|(low, high)| low > 0 || high < 0);
            let quotient = |a: i128, b: i128| {
                divide_rounded(
                    a.saturating_mul(power(top)),
                    b.saturating_mul(power(bottom)),
                )
            };
            let interval = both
                .filter(|_| never_zero)
                .map(|(left, right)| corners(left, right, quotient));
            let kind = Kind::Divide(Box::new(left), Box::new(right), top, bottom);
            Ok(Node {
                kind,
                value_type: Type::Number(QUOTIENT_SCALE),
                may_be_null: may_be_null || !never_zero,
                interval,
            })
        }
    }
}

/// The range of an operation that is monotone in each operand.
fn corners(left: Interval, right: Interval, operation: impl Fn(i128, i128) -> i128) -> Interval {
    let corners = [
        operation(left.0, right.0),
        operation(left.0, right.1),
        operation(left.1, right.0),
        operation(left.1, right.1),
    ];
    corners
        .iter()
        .skip(1)
        .fold((corners[0], corners[0]), |(low, high), &corner| {
            (low.min(corner), high.max(corner))
        })
}

fn call(function: &str, mut arguments: Vec<Node>) -> Result<Node, String> {
    let wrong_count = |wanted: &str| {
        format!(
            "{function} needs {wanted}, not {} value(s)",
            arguments.len()
        )
    };
    match (function, arguments.len()) {
        ("if", 3) => {
            let branches = alike(arguments.split_off(1), "if")?;
            let condition = boolean(arguments.remove(0), "the condition of if")?;
            choose(branches, |nodes| {
                let nodes: [Node; 2] = nodes.try_into().ok()?;
                let [yes, no] = nodes;
                Some(Kind::If(Box::new([condition, yes, no])))
            })
        }
        ("if", _) => Err(wrong_count("a condition and two values")),
        ("min" | "max", 2..) => {
            let least = function == "min";
            let nodes = alike(arguments, function)?;
            if matches!(nodes[0].value_type, Type::Text | Type::Boolean) {
                return Err(format!("{function} needs numbers or moments"));
            }
            let bounds: Option<Vec<Interval>> = nodes.iter().map(|node| node.interval).collect();
            let interval = bounds.and_then(|bounds| {
                bounds.into_iter().reduce(|(a, b), (c, d)| {
                    if least {
                        (a.min(c), b.min(d))
                    } else {
                        (a.max(c), b.max(d))
                    }
                })
            });
            let (value_type, may_be_null) = (
                nodes[0].value_type,
                nodes.iter().any(|node| node.may_be_null),
            );
            let kind = if least {
                Kind::Least(nodes)
            } else {
                Kind::Greatest(nodes)
            };
            Ok(Node {
                kind,
                value_type,
                may_be_null,
                interval,
            })
        }
        ("coalesce", 2..) => {
            let nodes = alike(arguments, function)?;
            let may_be_null = nodes.iter().all(|node| node.may_be_null);
            Ok(Node {
                may_be_null,
                ..choose(nodes, |nodes| Some(Kind::Coalesce(nodes)))?
            })
        }
        ("min" | "max" | "coalesce", _) => Err(wrong_count("two values or more")),
        ("is_null", 1) => Ok(constant(
            Kind::IsNull(Box::new(arguments.remove(0))),
            Type::Boolean,
            None,
        )),
        ("round", 2) => {
            let Kind::Whole(digits @ 0..=6) = arguments[1].kind else {
                return Err("the digits of round must be a literal from 0 to 6".to_owned());
            };
            if scale_of(&arguments[1]) > 0 {
                return Err("the digits of round must be a whole number".to_owned());
            }
            let rounded = number(arguments.remove(0), "round")?;
            let scale = scale_of(&rounded).min(digits as u32);
            Ok(to_scale(rounded, scale))
        }
        ("days" | "hours" | "minutes", 2) => {
            let unit = match function {
                "days" => 86_400,
                "hours" => 3_600,
                _ => 60,
            };
            let to = seconds(arguments.remove(1), function)?;
            let from = seconds(arguments.remove(0), function)?;
            let interval = from
                .interval
                .zip(to.interval)
                .map(|((a, b), (c, d))| ((c - b) / i128::from(unit), (d - a) / i128::from(unit)));
            let may_be_null = from.may_be_null || to.may_be_null;
            Ok(Node {
                kind: Kind::Elapsed(Box::new(from), Box::new(to), unit),
                value_type: Type::Number(0),
                may_be_null,
                interval,
            })
        }
        ("date", 1) => match arguments.remove(0) {
            date if date.value_type == Type::Date => Ok(date),
            moment if moment.value_type == Type::Timestamp => Ok(Node {
                value_type: Type::Date,
                may_be_null: moment.may_be_null,
                interval: moment
                    .interval
                    .map(|(low, high)| (low.div_euclid(DAY), high.div_euclid(DAY))),
                kind: Kind::Days(Box::new(moment)),
            }),
            other => Err(format!(
                "date needs a moment, not {}",
                name(other.value_type)
            )),
        },
        ("hour" | "weekday" | "month", 1) => {
            let part = match function {
                "hour" => Part::Hour,
                "weekday" => Part::Weekday,
                _ => Part::Month,
            };
            let moment = seconds(arguments.remove(0), function)?;
            Ok(Node {
                value_type: Type::Number(0),
                may_be_null: moment.may_be_null,
                interval: Some(part.interval()),
                kind: Kind::Part(part, Box::new(moment)),
            })
        }
        ("is_null" | "date" | "hour" | "weekday" | "month", _) => Err(wrong_count("one value")),
        ("round", _) => Err(wrong_count("a number and its digits")),
        ("days" | "hours" | "minutes", _) => Err(wrong_count("two moments")),
        _ => Err(format!("there is no function {function}")),
    }
}

/// A node that takes one of several values of one type.
fn choose(nodes: Vec<Node>, kind: impl FnOnce(Vec<Node>) -> Option<Kind>) -> Result<Node, String> {
    let value_type = nodes
        .first()
        .map(|node| node.value_type)
        .ok_or("a value was expected")?;
    let may_be_null = nodes.iter().any(|node| node.may_be_null);
    let bounds: Option<Vec<Interval>> = nodes.iter().map(|node| node.interval).collect();
    let interval = bounds.and_then(|bounds| {
        bounds
            .into_iter()
            .reduce(|(a, b), (c, d)| (a.min(c), b.max(d)))
    });
    let kind = kind(nodes).ok_or("two values were expected")?;
    Ok(Node {
        kind,
        value_type,
        may_be_null,
        interval,
    })
}

/// A moment in seconds.
fn seconds(node: Node, place: &str) -> Result<Node, String> {
    match node.value_type {
        Type::Timestamp => Ok(node),
        Type::Date => Ok(Node {
            value_type: Type::Timestamp,
            may_be_null: node.may_be_null,
            interval: node.interval.map(|(low, high)| (low * DAY, high * DAY)),
            kind: Kind::Seconds(Box::new(node)),
        }),
        other => Err(format!("{place} needs moments, not {}", name(other))),
    }
}
