//! How well the words of the question are linked to the schema.

use super::Evidence;
use crate::link::Reason;

/// How well the links fit with their joins, for every place: readings with many places are no worse.
pub(super) fn filling(evidence: &Evidence<'_>) -> f64 {
    evidence.filling.score / places(evidence)
}

/// How well the words are linked on the whole.
pub(super) fn links_mean(evidence: &Evidence<'_>) -> f64 {
    scores(evidence).sum::<f64>() / places(evidence)
}

/// The weakest link: one wrong word makes the whole reading wrong.
pub(super) fn links_min(evidence: &Evidence<'_>) -> f64 {
    scores(evidence).fold(1.0, f64::min)
}

/// Words of content that nothing was made of: the question asks for more than the query does.
pub(super) fn unused(evidence: &Evidence<'_>) -> f64 {
    evidence.sketch.unused.len() as f64
}

/// Unused words that name something of the schema: they were understood and yet left out.
pub(super) fn unused_names(evidence: &Evidence<'_>) -> f64 {
    let unused = evidence.sketch.unused.iter();
    unused
        .filter(|item| evidence.items[**item].best_mention() > 0.5)
        .count() as f64
}

/// Unused words in capitals that name nothing of the schema: probably values that no condition tests.
pub(super) fn unused_capital(evidence: &Evidence<'_>) -> f64 {
    let unused = evidence.sketch.unused.iter();
    unused
        .map(|item| &evidence.items[*item])
        .filter(|item| item.capital && item.first > 0 && item.mention.is_empty())
        .count() as f64
}

/// Places whose element is not in the table that the wording says it belongs to.
pub(super) fn owner_missed(evidence: &Evidence<'_>) -> f64 {
    let table_of = |element| crate::resolve::table_of(evidence.schema, element);
    evidence
        .slots()
        .filter(|(slot, candidate)| {
            slot.owner.is_some_and(|owner| {
                table_of(evidence.filling.chosen[owner].element) != table_of(candidate.element)
            })
        })
        .count() as f64
}

/// Elements that no word names and that stand there only for want of one.
pub(super) fn default_links(evidence: &Evidence<'_>) -> f64 {
    linked_by(evidence, &[Reason::Default])
}

/// Words that are linked by a word of the same meaning, which is less sure than a name.
pub(super) fn synonym_links(evidence: &Evidence<'_>) -> f64 {
    linked_by(evidence, &[Reason::Synonym])
}

/// Words that are linked by a part of a name or of a value, of which there may be several.
pub(super) fn part_links(evidence: &Evidence<'_>) -> f64 {
    linked_by(
        evidence,
        &[Reason::PartOfName, Reason::SameRoot, Reason::PartOfValue],
    )
}

/// Wordings that are taken against their usual reading.
pub(super) fn flips(evidence: &Evidence<'_>) -> f64 {
    f64::from(evidence.flips.0.count_ones())
}

fn scores(evidence: &Evidence<'_>) -> impl Iterator<Item = f64> {
    let chosen = evidence.filling.chosen.iter();
    chosen.map(|candidate| candidate.score)
}

/// How many places there are to fill; one where there is none, as means are divided by it.
fn places(evidence: &Evidence<'_>) -> f64 {
    evidence.filling.chosen.len().max(1) as f64
}

fn linked_by(evidence: &Evidence<'_>, reasons: &[Reason]) -> f64 {
    let chosen = evidence.filling.chosen.iter();
    chosen
        .filter(|candidate| reasons.contains(&candidate.reason))
        .count() as f64
}
