//! Candidates and their order: features of a reading, and weights fitted on questions with known SQL.

mod conditions;
pub(crate) mod confidence;
mod distinct;
mod evidence;
mod joins;
mod links;
mod shown;
mod weights;

use crate::form::Query;
use crate::parse::{CHOICES, Sketch};
use crate::resolve::Filling;
pub(crate) use evidence::Evidence;

/// What one feature says of a reading.
type Measure = fn(&Evidence<'_>) -> f64;

/// Features beside the one for every choice, each with what it measures. The fitted weights stand in the
/// same order, so that a new feature goes to the end.
const MEASURES: &[(&str, Measure)] = &[
    ("filling", links::filling),
    ("links_mean", links::links_mean),
    ("links_min", links::links_min),
    ("unused", links::unused),
    ("unused_names", links::unused_names),
    ("join_cost", joins::join_cost),
    ("inferred_joins", joins::inferred_joins),
    ("tables", joins::tables),
    ("owner_missed", links::owner_missed),
    ("table_missed", joins::table_missed),
    ("default_pick", shown::default_pick),
    ("default_links", links::default_links),
    ("synonym_links", links::synonym_links),
    ("part_links", links::part_links),
    ("outputs", shown::outputs),
    ("shown_reference", shown::shown_reference),
    ("text_compared", conditions::text_compared),
    ("id_measured", shown::id_measured),
    ("value_on_name", conditions::value_on_name),
    ("grouped", shown::grouped),
    ("subqueries", conditions::subqueries),
    ("fan_out", joins::fan_out),
    ("unused_capital", links::unused_capital),
    ("flips", links::flips),
    ("distinct_unasked_plain", distinct::unasked_plain),
    ("distinct_unasked_joined", distinct::unasked_joined),
    ("repeats", distinct::repeats),
    ("distinct_unique", distinct::unique),
    ("shows_fixed", shown::shows_fixed),
    ("orders_fixed", shown::orders_fixed),
    ("empty_condition", conditions::empty_condition),
    ("unmentioned", joins::unmentioned),
    ("mention_missing", joins::mention_missing),
    ("distinct_which", distinct::which),
    ("distinct_category", distinct::category),
    ("missing_test", conditions::missing_test),
    ("name_shown", shown::name_shown),
    ("key_shown", shown::key_shown),
    ("distinct_anti", distinct::anti),
    ("value_within_own_name", conditions::value_within_own_name),
    ("value_unique", conditions::value_unique),
    ("distinct_bare_join", distinct::bare_join),
    ("plain_bare_join", distinct::plain_bare_join),
    ("distinct_category_filtered", distinct::category_filtered),
    ("columns_missing", shown::columns_missing),
    ("distinct_ignored", distinct::ignored),
    ("time_of_parent", conditions::time_of_parent),
    ("repeats_unnamed", distinct::repeats_unnamed),
];

pub(crate) const FEATURES: usize = CHOICES + MEASURES.len();

/// Names of the features in the order of their weights.
pub(crate) fn feature_names() -> Vec<String> {
    (0..CHOICES)
        .map(|choice| format!("flip_{choice}"))
        .chain(MEASURES.iter().map(|(name, _)| (*name).to_owned()))
        .collect()
}

/// A reading of the question as a query.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    pub(crate) query: Query,
    pub(crate) sql: String,
    pub(crate) features: [f64; FEATURES],
    pub(crate) score: f64,
    pub(crate) sketch: std::rc::Rc<Sketch>,
    pub(crate) filling: Filling,
}

pub(crate) fn score(features: &[f64; FEATURES]) -> f64 {
    features
        .iter()
        .zip(&weights::WEIGHTS)
        .map(|(feature, weight)| feature * weight)
        .sum()
}

/// What speaks for and against a reading.
pub(crate) fn features(evidence: &Evidence<'_>) -> [f64; FEATURES] {
    let mut features = [0.0; FEATURES];
    let (choices, others) = features.split_at_mut(CHOICES);
    for (choice, feature) in choices.iter_mut().enumerate() {
        *feature = f64::from(evidence.flips.0 >> choice & 1);
    }
    for (feature, (_, measure)) in others.iter_mut().zip(MEASURES) {
        *feature = measure(evidence);
    }
    features
}
