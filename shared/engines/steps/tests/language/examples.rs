//! Every step with the parameters of the design.

use crate::common::good;
use millrace_steps::{Class, Step, catalogue};
use serde_json::{Value, json};

/// The examples of `tabular.md` 2.4, each `|` resolved to one of its words.
fn examples() -> Vec<(&'static str, Value)> {
    vec![
        (
            "filter",
            json!({"column": "country", "operator": "eq", "value": "India"}),
        ),
        (
            "filter",
            json!({"column": "n", "operator": "between", "value": [1, 9]}),
        ),
        (
            "filter",
            json!({"column": "c", "operator": "in", "value": ["a", "b"]}),
        ),
        (
            "filter",
            json!({"all": [{"column": "a", "operator": "is_null"},
            {"any": [{"column": "b", "operator": "is_true"}, {"not": {"column": "c", "operator": "is_blank"}}]}]}),
        ),
        (
            "filter",
            json!({"expression": "amount > 100 and country = 'India'"}),
        ),
        (
            "select_columns",
            json!({"columns": ["a", "b"], "missing": "fail"}),
        ),
        (
            "drop_columns",
            json!({"columns": ["x"], "missing": "ignore"}),
        ),
        ("rename_columns", json!({"mapping": {"old": "new"}})),
        ("rename_columns", json!({"style": "snake_case"})),
        (
            "reorder_columns",
            json!({"columns": ["b", "a"], "rest": "append"}),
        ),
        (
            "cast",
            json!({"columns": {"amount": "decimal(18,2)", "d": {"type": "date", "formats": ["%d/%m/%Y"]}},
            "on_error": "null", "decimal_separator": ",", "thousands_separator": "."}),
        ),
        (
            "parse_date",
            json!({"column": "d", "formats": ["%Y-%m-%d", "%d.%m.%Y"], "day_first": true,
            "timezone": "Asia/Kolkata", "to": "date", "output": "d", "on_error": "null"}),
        ),
        (
            "format_date",
            json!({"column": "ts", "format": "%Y-%m", "timezone": "UTC", "output": "month"}),
        ),
        (
            "extract_date_part",
            json!({"column": "ts", "parts": ["year", "month", "weekday", "hour"], "prefix": "ts_"}),
        ),
        (
            "sort",
            json!({"by": [{"column": "amount", "order": "desc", "nulls": "last"}, {"column": "id"}],
            "collation": "binary"}),
        ),
        (
            "deduplicate",
            json!({"columns": ["email"], "keep": "first", "order_by": "updated_at", "case_sensitive": true}),
        ),
        ("deduplicate", json!({})),
        (
            "fill_nulls",
            json!({"columns": ["qty"], "strategy": "constant", "value": 0}),
        ),
        (
            "fill_nulls",
            json!({"columns": ["qty"], "strategy": "forward", "limit": 3}),
        ),
        (
            "drop_nulls",
            json!({"columns": ["email"], "how": "any", "treat_empty_as_null": true}),
        ),
        (
            "replace_value",
            json!({"columns": ["c"], "mapping": {"N/A": null, "UK": "GB"}, "default": "keep"}),
        ),
        (
            "replace_text",
            json!({"columns": ["c"], "find": "foo", "replace": "bar", "regex": false,
            "case_sensitive": true, "count": 0}),
        ),
        (
            "regex_extract",
            json!({"column": "c", "pattern": "(?P<a>\\d+)-(?P<b>\\w+)", "outputs": {"a": "num", "b": "code"}}),
        ),
        (
            "trim",
            json!({"columns": "*", "side": "both", "characters": null, "collapse_whitespace": true}),
        ),
        ("change_case", json!({"columns": ["name"], "to": "lower"})),
        (
            "normalize_text",
            json!({"columns": ["name"], "unicode": "NFC", "strip_accents": false,
            "remove": ["control", "emoji", "punctuation"]}),
        ),
        (
            "text",
            json!({"column": "zip", "operation": "pad_left", "width": 5, "with": "0"}),
        ),
        (
            "text",
            json!({"column": "zip", "operation": "substring", "start": 0, "length": 3}),
        ),
        (
            "text",
            json!({"column": "zip", "operation": "prefix", "text": "x"}),
        ),
        (
            "split_column",
            json!({"column": "full", "delimiter": " ", "max_parts": 2, "outputs": ["first", "last"],
            "regex": false, "keep_source": false}),
        ),
        (
            "merge_columns",
            json!({"columns": ["a", "b"], "separator": "-", "output": "ab", "skip_nulls": true,
            "keep_source": true}),
        ),
        (
            "derive",
            json!({"output": "total", "expression": "price * qty", "dtype": "decimal(18,2)"}),
        ),
        (
            "conditional",
            json!({"output": "band", "cases": [{"when": {"column": "amount", "operator": "gte", "value": 1000},
            "then": "high"}], "else": "low"}),
        ),
        ("add_column", json!({"output": "src", "value": "x"})),
        (
            "add_column",
            json!({"output": "id", "kind": "row_number", "start": 1}),
        ),
        ("add_column", json!({"output": "id", "kind": "uuid"})),
        ("add_column", json!({"output": "id", "kind": "hash"})),
        (
            "round",
            json!({"columns": ["x"], "decimals": 2, "mode": "half_even"}),
        ),
        (
            "bin",
            json!({"column": "age", "edges": [0, 18, 65], "labels": ["c", "a", "s"], "output": "grp"}),
        ),
        ("bin", json!({"column": "age", "quantiles": 4})),
        (
            "outliers",
            json!({"columns": ["x"], "method": "iqr", "threshold": 3, "action": "flag"}),
        ),
        (
            "aggregate",
            json!({"group_by": ["country"], "aggregations": [{"column": "amount", "function": "sum", "as": "total"}]}),
        ),
        (
            "aggregate",
            json!({"aggregations": [{"function": "count"}, {"column": "x", "function": "percentile", "p": 0.95}]}),
        ),
        (
            "pivot",
            json!({"index": ["id"], "column": "month", "values": "amount", "function": "sum",
            "categories": ["01", "02"], "max_columns": 1000}),
        ),
        (
            "unpivot",
            json!({"id_columns": ["id"], "value_columns": ["jan", "feb"], "name_to": "month", "value_to": "amount",
            "drop_nulls": false}),
        ),
        (
            "join",
            json!({"right": {"dataset_id": "d-1"}, "how": "left", "on": ["id"], "suffix": "_r", "duplicates": "all"}),
        ),
        (
            "join",
            json!({"right": {"job_input": "ref2"}, "left_on": ["a"], "right_on": ["b"]}),
        ),
        (
            "union",
            json!({"inputs": ["ref2"], "mode": "by_name", "missing": "null", "source_column": "_file"}),
        ),
        ("limit", json!({"count": 1000, "offset": 0})),
        (
            "top_n",
            json!({"by": [{"column": "amount", "order": "desc"}], "count": 10, "group_by": ["country"]}),
        ),
        (
            "sample",
            json!({"method": "fraction", "fraction": 0.01, "seed": 42}),
        ),
        (
            "sample",
            json!({"method": "reservoir", "count": 1000, "seed": 42}),
        ),
        ("sample", json!({"method": "every_nth", "count": 1000})),
        (
            "sample",
            json!({"method": "stratified", "count": 10, "by": ["country"]}),
        ),
        (
            "sample",
            json!({"method": "stratified", "fraction": 0.5, "by": ["country"]}),
        ),
        (
            "explode",
            json!({"column": "tags", "delimiter": "|", "keep_empty": true}),
        ),
        (
            "flatten_json",
            json!({"column": "payload", "separator": ".", "max_depth": 3, "keep_source": false}),
        ),
        ("unnest_struct", json!({"column": "payload"})),
        (
            "mask",
            json!({"columns": ["card"], "method": "keep_last", "keep": 4, "char": "*"}),
        ),
        (
            "mask",
            json!({"columns": ["card"], "method": "regex", "pattern": "\\d"}),
        ),
        (
            "mask",
            json!({"columns": ["d"], "method": "date_truncate", "unit": "month"}),
        ),
        (
            "hash",
            json!({"columns": ["email"], "algorithm": "hmac_sha256", "secret_id": "arn:aws:x", "encoding": "hex",
            "normalize": "lower_trim", "truncate": null}),
        ),
        (
            "redact_pii",
            json!({"columns": "*", "types": ["email", "phone", "credit_card"], "replacement": "[{type}]"}),
        ),
        (
            "validate",
            json!({"rules": [
            {"column": "age", "rule": "between", "value": [0, 120], "mostly": 0.99},
            {"column": "email", "rule": "matches", "value": "^..@.."},
            {"columns": ["id"], "rule": "unique"}, {"rule": "row_count", "value": [1, null]},
            {"column": "a", "rule": "not_null"}, {"column": "a", "rule": "in_set", "value": ["x", 1]},
            {"column": "a", "rule": "type", "value": "int64"}, {"column": "a", "rule": "length", "value": 5},
            {"rule": "compare_columns", "column": "a", "operator": "<", "value_column": "b"},
            {"rule": "columns_exist", "columns": ["a"]},
            {"rule": "foreign_key", "column": "a", "right": "ref2", "right_column": "id"}],
            "on_fail": "fail"}),
        ),
        ("convert_format", json!({"to_format": "parquet"})),
        (
            "convert_format",
            json!({"to_format": "parquet", "options": {"compression": "zstd", "compression_level": 3,
            "row_group_rows": 122_880, "row_group_bytes": 67_108_864, "partition_by": ["country"], "max_file_bytes": null}}),
        ),
        (
            "convert_format",
            json!({"to_format": "csv", "options": {"delimiter": ";", "header": true, "quote_style": "minimal",
            "null_value": "", "line_ending": "crlf", "bom": true, "encoding": "utf-8", "formula_guard": true}}),
        ),
        ("convert_format", json!({"to_format": "tsv"})),
        (
            "convert_format",
            json!({"to_format": "json", "options": {"compression": "gzip", "compression_level": 9}}),
        ),
        ("convert_format", json!({"to_format": "ndjson"})),
        ("convert_format", json!({"to_format": "arrow"})),
        ("convert_format", json!({"to_format": "xlsx"})),
    ]
}

#[test]
fn every_example_of_the_design_is_read_and_every_step_has_one() {
    for (kind, params) in examples() {
        good(&json!({"type": kind, "params": params}));
    }
    for kind in Step::TYPES {
        let found = examples().iter().any(|(name, _)| name == kind);
        assert!(found, "{kind} has no example");
    }
}

#[test]
fn classes_of_examples_are_those_of_the_catalogue() {
    let catalogue = catalogue();
    for (kind, params) in examples() {
        let pipeline = good(&json!({"type": kind, "params": params}));
        let name = pipeline.steps()[0].step.name();
        let class = pipeline.classes()[0];
        let step = catalogue
            .steps
            .iter()
            .find(|step| step.name == name)
            .unwrap();
        assert!(step.classes.contains(&class.as_str()), "{name}: {class}");
    }
}

#[test]
fn the_class_follows_from_the_parameters() {
    for (kind, params, class) in [
        (
            "filter",
            json!({"column": "a", "operator": "is_unique"}),
            Class::Grouped,
        ),
        (
            "filter",
            json!({"not": {"column": "a", "operator": "is_duplicate"}}),
            Class::Grouped,
        ),
        (
            "fill_nulls",
            json!({"columns": "*", "strategy": "mean"}),
            Class::TwoPass,
        ),
        (
            "fill_nulls",
            json!({"columns": "*", "strategy": "zero"}),
            Class::RowLocal,
        ),
        (
            "add_column",
            json!({"output": "n", "kind": "row_number"}),
            Class::TwoPass,
        ),
        (
            "bin",
            json!({"column": "a", "quantiles": 4}),
            Class::TwoPass,
        ),
        (
            "pivot",
            json!({"index": ["a"], "column": "b", "values": "c", "function": "sum"}),
            Class::TwoPass,
        ),
        ("top_n", json!({"by": ["a"], "count": 3}), Class::TopK),
        (
            "top_n",
            json!({"by": ["a"], "count": 3, "group_by": ["b"]}),
            Class::Grouped,
        ),
        (
            "sample",
            json!({"method": "stratified", "by": ["a"], "count": 3}),
            Class::Grouped,
        ),
        (
            "sample",
            json!({"method": "reservoir", "count": 3}),
            Class::TopK,
        ),
        ("sort", json!({"by": ["a"]}), Class::Sorted),
        ("join", json!({"right": "r", "on": ["a"]}), Class::Broadcast),
        (
            "validate",
            json!({"rules": [{"rule": "foreign_key", "column": "a", "right": "r"}]}),
            Class::Broadcast,
        ),
        (
            "validate",
            json!({"rules": [{"rule": "unique", "column": "a"}]}),
            Class::Grouped,
        ),
    ] {
        let pipeline = good(&json!({"type": kind, "params": params}));
        assert_eq!(pipeline.classes(), [class], "{kind} {params}");
    }
}
