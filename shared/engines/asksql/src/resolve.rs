//! Filling the slots of a sketch together, so that they lie near one another in the schema.

use crate::link::{Candidate, Element, Reason};
use crate::parse::{Sketch, Slot, Use};
use crate::schema::{JoinGraph, Role, Schema, TableId};

/// An element for every slot.
#[derive(Debug, Clone)]
pub(crate) struct Filling {
    pub(crate) chosen: Vec<Candidate>,
    pub(crate) score: f64,
}

const BEAM: usize = 16;
const PER_SLOT: usize = 8;
/// What a unit of join cost takes away.
const JOIN_WEIGHT: f64 = 0.22;
const UNCONNECTED: f64 = 3.0;
/// Words of columns that say how much each one is, and never how many.
const RATES: &[&str] = &["price", "cost", "rate", "salary", "wage"];
/// What a column gains in the table that the wording says it belongs to.
const OWNED: f64 = 0.3;

/// The best fillings, best first.
pub(crate) fn fillings(
    schema: &Schema,
    sketch: &Sketch,
    graph: &mut JoinGraph,
    most: usize,
) -> Vec<Filling> {
    let mut order: Vec<usize> = (0..sketch.slots.len()).collect();
    // Owners first, so that what belongs to them can follow; then what has fewest readings.
    order.sort_by_key(|slot| {
        let slot = &sketch.slots[*slot];
        let first = match slot.usage {
            Use::Owner => 0,
            Use::Need | Use::Absent | Use::Count | Use::Group => 1,
            Use::Value => 2,
            _ => 3,
        };
        (first, slot.candidates.len())
    });
    let blank = Candidate::new(Element::Table(0), 0.0, Reason::Default);
    let mut beam = vec![State {
        chosen: vec![blank; sketch.slots.len()],
        tables: Vec::new(),
        links: 0.0,
        score: 0.0,
    }];
    for at in order {
        let slot = &sketch.slots[at];
        let apart = sketch
            .picks
            .iter()
            .any(|pick| pick.slot == at && pick.distinct);
        let owners = slot
            .owner
            .map_or(&[][..], |owner| &sketch.slots[owner].candidates);
        let options = options(schema, slot, owners, apart);
        if options.is_empty() {
            return Vec::new();
        }
        let mut next = Vec::new();
        for state in &beam {
            for option in &options {
                let mut state = state.clone();
                let table = table_of(schema, option.element);
                let mut gain = option.score;
                if let Some(owner) = slot.owner {
                    let owner = table_of(schema, state.chosen[owner].element);
                    if owner == table {
                        gain += OWNED;
                    } else if let Element::Column(column) = option.element
                        && schema.columns[column]
                            .refers
                            .is_some_and(|target| schema.table_of(target) == owner)
                    {
                        gain += 0.1;
                    }
                }
                // Two things that are shown are not the same column.
                let twice = slot.usage == Use::Show
                    && sketch
                        .slots
                        .iter()
                        .zip(&state.chosen)
                        .any(|(other, chosen)| {
                            other.usage == Use::Show
                                && chosen.score > 0.0
                                && other.item != slot.item
                                && chosen.element == option.element
                                && matches!(option.element, Element::Column(_))
                        });
                if twice {
                    gain -= 0.5;
                }
                state.links += gain;
                if !matches!(slot.usage, Use::Owner) && !state.tables.contains(&table) {
                    state.tables.push(table);
                }
                let far = match graph.cost(&state.tables) {
                    Some(cost) => cost * JOIN_WEIGHT,
                    None => UNCONNECTED,
                };
                // An owner that is not joined should still lie near.
                let near = if slot.usage == Use::Owner
                    && !state.tables.is_empty()
                    && !state.tables.contains(&table)
                {
                    0.1
                } else {
                    0.0
                };
                state.links -= near;
                state.chosen[at] = option.clone();
                state.score = state.links - far;
                next.push(state);
            }
        }
        next.sort_by(|one, other| other.score.total_cmp(&one.score));
        next.truncate(BEAM);
        beam = next;
    }
    beam.truncate(most);
    beam.into_iter()
        .map(|state| Filling {
            chosen: state.chosen,
            score: state.score,
        })
        .collect()
}

#[derive(Debug, Clone)]
struct State {
    chosen: Vec<Candidate>,
    tables: Vec<TableId>,
    links: f64,
    score: f64,
}

pub(crate) fn table_of(schema: &Schema, element: Element) -> TableId {
    match element {
        Element::Table(table) => table,
        Element::Column(column) => schema.table_of(column),
    }
}

/// Candidates of a slot that fit its use, those in a table of its `owners` before others; what is told `apart` are
/// values rather than the rows they refer to.
fn options(schema: &Schema, slot: &Slot, owners: &[Candidate], apart: bool) -> Vec<Candidate> {
    let mut options: Vec<Candidate> = Vec::new();
    for candidate in &slot.candidates {
        let mut candidate = candidate.clone();
        match (slot.usage, candidate.element) {
            (Use::Owner | Use::Need | Use::Absent, Element::Column(column)) => {
                let column = &schema.columns[column];
                let table = column
                    .refers
                    .map_or(column.table, |target| schema.table_of(target));
                candidate.element = Element::Table(table);
                candidate.score *= 0.6;
            }
            (Use::Show | Use::Group, Element::Column(column))
                if schema.columns[column].refers.is_some()
                    && schema.columns[column]
                        .words
                        .last()
                        .is_none_or(|word| word != "id") =>
            {
                candidate.score -= 0.05;
            }
            (Use::Count, Element::Column(column))
                if schema.columns[column]
                    .refers
                    .is_some_and(|target| schema.columns[target].key) =>
            {
                if let Some(target) = schema.columns[column].refers {
                    if apart && candidate.score > 0.95 {
                        let mut reference = candidate.clone();
                        reference.score -= 0.1;
                        options.push(reference);
                    }
                    candidate.element = Element::Table(schema.table_of(target));
                }
            }
            (Use::Count, Element::Column(column)) => {
                candidate.score -= 0.03;
                // "how many units" counts no "unit_price".
                let rate = |word: &String| RATES.contains(&word.as_str());
                if candidate.reason != Reason::Name && schema.columns[column].words.iter().any(rate)
                {
                    candidate.score -= 0.3;
                }
            }
            (Use::Aggregate, Element::Table(_)) => candidate.score -= 0.5,
            (Use::Order | Use::Compare, Element::Table(table)) => {
                let Some(display) = schema.tables[table].display.first() else {
                    continue;
                };
                candidate.element = Element::Column(*display);
                candidate.score -= 0.25;
            }
            (Use::Aggregate, Element::Column(column)) => {
                let column = &schema.columns[column];
                if !column.is_number() && !column.kind.is_time() {
                    candidate.score -= 0.25;
                }
                if column.role == Role::Id {
                    candidate.score -= 0.6;
                }
            }
            (Use::Value, Element::Table(table)) => {
                let Some(display) = schema.tables[table].display.first() else {
                    continue;
                };
                candidate.element = Element::Column(*display);
                candidate.score -= 0.15;
            }
            _ => {}
        }
        if !options
            .iter()
            .any(|known| known.element == candidate.element)
        {
            options.push(candidate);
        }
    }
    options.sort_by(|one, other| {
        other
            .score
            .total_cmp(&one.score)
            .then(one.element.cmp(&other.element))
    });
    // What is far behind the best is not meant.
    let best = options.first().map_or(0.0, |best| best.score);
    options.retain(|candidate| candidate.score > best - 0.42);
    if options.len() > PER_SLOT {
        // Many tables have "details": those of the owner must be among them.
        let owned = |candidate: &Candidate| {
            let table = Element::Table(table_of(schema, candidate.element));
            owners.iter().any(|owner| owner.element == table)
        };
        options.sort_by_key(|candidate| !owned(candidate));
        options.truncate(PER_SLOT);
    }
    options
}
