//! Which columns steps read, and which of them are not there.

use millrace_steps::{Code, Origin, Pipeline};
use serde_json::{Value, json};

fn parse(steps: &Value) -> Pipeline {
    Pipeline::parse(steps).unwrap_or_else(|faults| panic!("{steps}\n{faults:#?}"))
}

fn chain() -> Pipeline {
    parse(&json!([
        {"type": "rename_columns", "params": {"mapping": {"Land": "country", "a": "b", "b": "a"}}},
        {"type": "filter", "params": {"any": [{"column": "country", "operator": "eq", "value": "IN"},
                                              {"expression": "a > \"c\""}]}},
        {"type": "derive", "params": {"output": "total", "expression": "price * qty"}},
        {"type": "select_columns", "params": {"columns": ["total", "country"]}},
        {"type": "aggregate", "params": {"group_by": ["country"], "aggregations": [{"column": "total", "function": "sum"}]}},
        {"type": "sort", "params": {"by": ["total_sum"]}},
        {"type": "drop_columns", "params": {"columns": ["qty"]}},
    ]))
}

#[test]
fn columns_are_followed_through_renames_and_computed_ones() {
    let reads = chain().columns_read();
    let found: Vec<(usize, &str, Origin)> = reads
        .iter()
        .map(|read| (read.step, read.name.as_str(), read.origin.clone()))
        .collect();
    let input = |name: &str| Origin::Input(name.to_owned());
    assert_eq!(
        found,
        [
            (0, "Land", input("Land")),
            (0, "a", input("a")),
            (0, "b", input("b")),
            (1, "country", input("Land")),
            (1, "a", input("b")),
            (1, "c", input("c")),
            (2, "price", input("price")),
            (2, "qty", input("qty")),
            (3, "total", Origin::Step(2)),
            (3, "country", input("Land")),
            (4, "country", input("Land")),
            (4, "total", Origin::Step(2)),
            (5, "total_sum", Origin::Step(4)),
            (6, "qty", Origin::Missing),
        ]
    );
    assert_eq!(reads[4].path, "/processing_steps/1/params/any/1/expression");
    assert_eq!(reads[3].path, "/processing_steps/1/params/any/0/column");
    assert_eq!(
        chain().input_columns(),
        ["Land", "a", "b", "c", "price", "qty"]
    );
}

#[test]
fn missing_columns_are_named_with_those_that_are_there() {
    let found = chain().check_columns(&["land", "a", "b", "c", "Price", "qty"]);
    let summary: Vec<(&str, &str)> = found
        .iter()
        .map(|fault| (fault.path.as_str(), fault.message.as_str()))
        .collect();
    assert_eq!(
        summary,
        [
            (
                "/processing_steps/0/params/mapping/Land",
                "there is no column \"Land\" at this step; did you mean \"land\"?"
            ),
            (
                "/processing_steps/6/params/columns/0",
                "there is no column \"qty\" at this step"
            ),
        ]
    );
    assert_eq!(found[0].code, Code::ColumnNotFound);
    assert_eq!(found[0].allowed, ["land", "a", "b", "c", "Price", "qty"]);
    // `country` was `Land`, which is missing itself.
    assert_eq!(found[1].allowed, ["total_sum"]);
}

#[test]
fn selectors_and_styles_are_resolved_on_real_columns() {
    let found = |steps: Value, names: &[&str]| -> Vec<String> {
        let faults = parse(&steps).check_columns(names);
        faults.into_iter().map(|fault| fault.path).collect()
    };
    let read = |name: &str| json!({"type": "trim", "params": {"columns": [name]}});
    for (step, names, there, gone) in [
        (
            json!({"type": "rename_columns", "params": {"style": "snake_case"}}),
            vec!["Unit Price"],
            "unit_price",
            "Unit Price",
        ),
        (
            json!({"type": "select_columns", "params": {"columns": {"regex": "^a"}}}),
            vec!["ab", "b"],
            "ab",
            "b",
        ),
        (
            json!({"type": "drop_columns", "params": {"columns": {"regex": "^a"}}}),
            vec!["ab", "b"],
            "b",
            "ab",
        ),
        (
            json!({"type": "select_columns", "params": {"columns": {"except": ["b"]}}}),
            vec!["a", "b"],
            "a",
            "b",
        ),
        (
            json!({"type": "drop_columns", "params": {"columns": {"except": ["b"]}}}),
            vec!["a", "b"],
            "b",
            "a",
        ),
        (
            json!({"type": "select_columns", "params": {"columns": ["a", "x"], "missing": "ignore"}}),
            vec!["a", "b"],
            "a",
            "x",
        ),
        (
            json!({"type": "select_columns", "params": {"columns": ["a", "x"], "missing": "null"}}),
            vec!["a", "b"],
            "x",
            "b",
        ),
        (
            json!({"type": "reorder_columns", "params": {"columns": ["a"], "rest": "drop"}}),
            vec!["a", "b"],
            "a",
            "b",
        ),
        (
            json!({"type": "split_column", "params": {"column": "a", "delimiter": " ", "outputs": ["x"]}}),
            vec!["a"],
            "x",
            "a",
        ),
        (
            json!({"type": "merge_columns", "params": {"columns": ["a", "b"], "output": "x", "keep_source": false}}),
            vec!["a", "b"],
            "x",
            "b",
        ),
        (
            json!({"type": "unpivot", "params": {"id_columns": ["a"]}}),
            vec!["a", "b"],
            "value",
            "b",
        ),
        (
            json!({"type": "pivot", "params": {"index": ["a"], "column": "b", "values": "c", "function": "sum", "categories": ["x"]}}),
            vec!["a", "b", "c"],
            "x",
            "c",
        ),
        (
            json!({"type": "extract_date_part", "params": {"column": "a", "parts": ["year"]}}),
            vec!["a"],
            "a_year",
            "year",
        ),
        (
            json!({"type": "validate", "params": {"rules": [{"rule": "not_null", "column": "a"}], "on_fail": "flag"}}),
            vec!["a"],
            "_valid",
            "valid",
        ),
        (
            json!({"type": "outliers", "params": {"columns": "a"}}),
            vec!["a"],
            "a_outlier",
            "b",
        ),
    ] {
        assert!(
            found(json!([step, read(there)]), &names).is_empty(),
            "{step} {there}"
        );
        let missing = found(json!([step, read(gone)]), &names);
        assert_eq!(
            missing,
            ["/processing_steps/1/params/columns/0"],
            "{step} {gone}"
        );
    }
    // What a join or a JSON object brings, the steps do not tell.
    for step in [
        json!({"type": "flatten_json", "params": {"column": "a"}}),
        json!({"type": "join", "params": {"right": "r", "on": ["a"]}}),
        json!({"type": "union", "params": {"inputs": ["r"]}}),
        json!({"type": "pivot", "params": {"index": ["a"], "column": "a2", "values": "a3", "function": "sum"}}),
    ] {
        assert!(
            found(json!([step, read("anything")]), &["a", "a2", "a3"]).is_empty(),
            "{step}"
        );
    }
    let expression =
        json!([{"type": "filter", "params": {"expression": "AMOUNT > 1 and \"B\" > 1"}}]);
    assert_eq!(
        found(expression, &["Amount", "b"]),
        ["/processing_steps/0/params/expression"]
    );
}
