//! Functions that are known by name; others are left to the planner.

pub(super) const AGGREGATES: &[&str] = &[
    "count", "sum", "avg", "min", "max", "mean", "median", "stddev", "stddev_pop", "stddev_samp", "var", "var_pop", "var_samp", "variance", "corr", "covar_pop", "covar_samp",
    "array_agg", "string_agg", "group_concat", "bool_and", "bool_or", "first_value", "last_value", "approx_distinct", "approx_median", "any_value", "bit_and", "bit_or", "bit_xor", "quantile", "percentile_cont",
];

const OTHERS: &[&str] = &[
    "abs", "ceil", "ceiling", "floor", "round", "trunc", "sqrt", "power", "pow", "exp", "ln", "log", "log10", "log2", "mod", "sign", "greatest", "least", "coalesce", "nullif",
    "ifnull", "nvl", "lower", "upper", "length", "char_length", "character_length", "trim", "ltrim", "rtrim", "btrim", "substr", "substring", "replace", "concat", "concat_ws", "left", "right",
    "position", "strpos", "instr", "reverse", "repeat", "lpad", "rpad", "split_part", "initcap", "starts_with", "ends_with", "contains", "regexp_replace", "regexp_like", "regexp_match", "date", "date_trunc", "date_part", "date_bin", "extract",
    "now", "current_date", "current_time", "current_timestamp", "today", "to_date", "to_timestamp", "to_char", "strftime", "year", "month", "day", "hour", "minute", "second",
    "row_number", "rank", "dense_rank", "ntile", "lag", "lead", "percent_rank", "cume_dist", "nth_value", "cast", "try_cast", "if", "iif", "random", "md5", "sha256", "typeof", "julianday", "datetime",
];

/// The function that a name nearly is; nothing for names that are known or far from any.
pub(super) fn misspelled(name: &str) -> Option<&'static str> {
    if name.len() < 3 || AGGREGATES.contains(&name) || OTHERS.contains(&name) {
        return None;
    }
    AGGREGATES.iter().chain(OTHERS).copied().find(|known| known.len() > 2 && super::columns::distance(name, known) == 1)
}
