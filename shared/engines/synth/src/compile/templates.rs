//! Templates: fixed text, alternatives, ranges of numbers and values of paths.

use super::{Compiled, Scope, Site};
use crate::model::{Facts, Path, Rule, Segment};
use crate::plan::DataType;

const LONGEST_TEMPLATE: usize = 4_000;
const DEEPEST: usize = 4;
/// First number of the draws inside alternatives; those outside are numbered as they stand.
const INNER_DRAWS: u64 = 1 << 32;

impl Scope<'_, '_> {
    pub(super) fn template(&mut self, site: &Site<'_>, text: &str) -> Compiled {
        self.expect_type(site, &[DataType::Text])?;
        if text.is_empty() || text.len() > LONGEST_TEMPLATE {
            self.fault(
                &site.path,
                format!("a template has 1 to {LONGEST_TEMPLATE} characters"),
            );
            return None;
        }
        let mut builder = Builder {
            names: Vec::new(),
            paths: Vec::new(),
            facts: Facts::filled(),
            draws: INNER_DRAWS,
        };
        let segments = self.segments(site, text, 0, &mut builder)?;
        Some((
            Rule::Template {
                key: self.key(site, "value"),
                segments,
                paths: builder.paths,
            },
            builder.facts,
        ))
    }

    fn segments(
        &mut self,
        site: &Site<'_>,
        text: &str,
        depth: usize,
        builder: &mut Builder,
    ) -> Option<Vec<Segment>> {
        let parts = match split(text) {
            _ if depth > DEEPEST => Err("the braces of the template are nested too deeply"),
            split => split,
        };
        let parts = match parts {
            Ok(parts) => parts,
            Err(message) => {
                self.fault(&site.path, message);
                return None;
            }
        };
        let mut segments = Vec::with_capacity(parts.len());
        for (place, part) in (0..).zip(parts) {
            let inner = match part {
                Part::Fixed(text) => {
                    segments.push(Segment::Fixed(text.to_owned()));
                    continue;
                }
                Part::Braced(inner) => inner,
            };
            if let Some(path) = inner.strip_prefix('=') {
                segments.push(Segment::Value(self.value(site, path, builder)?));
                continue;
            }
            let draw = if depth == 0 { place } else { builder.next() };
            segments.push(match range(inner) {
                Some((low, high, width)) if low <= high => Segment::Range {
                    draw,
                    low,
                    span: (high - low) as u64 + 1,
                    width,
                },
                Some(_) => {
                    self.fault(&site.path, format!("{{{inner}}} is no range"));
                    return None;
                }
                None => {
                    let choices = alternatives(inner).into_iter();
                    let choices =
                        choices.map(|choice| self.segments(site, choice, depth + 1, builder));
                    Segment::Alternatives {
                        draw,
                        choices: choices.collect::<Option<_>>()?,
                    }
                }
            });
        }
        Some(segments)
    }

    /// The number of a path.
    fn value(&mut self, site: &Site<'_>, path: &str, builder: &mut Builder) -> Option<usize> {
        if let Some(known) = builder.names.iter().position(|name| name == path) {
            return Some(known);
        }
        let resolved = self.resolve(site, path)?;
        if resolved.facts.may_be_null {
            builder.facts.may_be_null = true;
            builder.facts.null_share = None;
        }
        builder.names.push(path.to_owned());
        builder.paths.push(resolved.path);
        Some(builder.paths.len() - 1)
    }
}

struct Builder {
    names: Vec<String>,
    paths: Vec<Path>,
    facts: Facts,
    draws: u64,
}

impl Builder {
    fn next(&mut self) -> u64 {
        self.draws += 1;
        self.draws
    }
}

enum Part<'t> {
    Fixed(&'t str),
    Braced(&'t str),
}

/// Cuts a template at its outermost braces.
fn split(text: &str) -> Result<Vec<Part<'_>>, &'static str> {
    const MISMATCH: &str = "the braces of the template do not match";
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => {
                if depth == 0 && at > start {
                    parts.push(Part::Fixed(&text[start..at]));
                }
                depth += 1;
                if depth == 1 {
                    start = at + 1;
                }
            }
            b'}' => {
                depth = depth.checked_sub(1).ok_or(MISMATCH)?;
                if depth == 0 {
                    if at == start {
                        return Err(MISMATCH);
                    }
                    parts.push(Part::Braced(&text[start..at]));
                    start = at + 1;
                }
            }
            _ => {}
        }
    }
    if depth > 0 {
        return Err(MISMATCH);
    }
    parts.extend((start < text.len()).then(|| Part::Fixed(&text[start..])));
    Ok(parts)
}

/// Cuts at the bars that stand in no inner braces.
fn alternatives(inner: &str) -> Vec<&str> {
    let mut choices = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (at, byte) in inner.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b'|' if depth == 0 => {
                choices.push(&inner[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    choices.push(&inner[start..]);
    choices
}

/// Reads `007..120`: first, last and the width of the first. The numbers are below 10^12.
fn range(inner: &str) -> Option<(i64, i64, usize)> {
    let (low, high) = inner.split_once("..")?;
    let number = |text: &str| {
        let digits = !text.is_empty() && text.len() <= 12;
        (digits && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
    };
    Some((number(low)?, number(high)?, low.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_cut_at_their_own_braces() {
        let text = "a {b|{=c} d} e";
        let parts = split(text).expect("the braces match");
        assert!(matches!(
            parts[..],
            [
                Part::Fixed("a "),
                Part::Braced("b|{=c} d"),
                Part::Fixed(" e")
            ]
        ));
        assert_eq!(alternatives("|{a|b}c|d"), ["", "{a|b}c", "d"]);
        for wrong in ["{", "}", "{}", "a{b", "a}b", "{a{b}", "{a}}"] {
            assert!(split(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn ranges_have_the_width_of_their_start() {
        assert_eq!(range("007..120"), Some((7, 120, 3)));
        for text in ["a..b", "1..", "..2", "1-2", "1..2..3", "0000000000000..1"] {
            assert_eq!(range(text), None, "{text}");
        }
    }
}
