"""Every step and operator: what is asked of us, and the same in DuckDB's SQL. `i` is the order of the
rows in the file."""

import collections

Case = collections.namedtuple("Case", "name table steps sql")
CASES = []


def case(name, table, steps, sql):
    CASES.append(Case(name, table, steps, sql))


def step(type_, /, on_error=None, **params):
    made = {"type": type_, "params": params}
    if on_error:
        made["on_error"] = on_error
    return made


def keep(name, where, table="people", **params):
    case(f"filter {name}", table, [step("filter", **params)], f"SELECT * EXCLUDE i FROM {table} WHERE {where} ORDER BY i")


# Operators of conditions.
for operator, symbol in [("eq", "="), ("ne", "<>"), ("gt", ">"), ("gte", ">="), ("lt", "<"), ("lte", "<=")]:
    keep(operator, f"age {symbol} 41", column="age", operator=operator, value=41)
    keep(f"{operator} alias", f"age {symbol} 41", column="age", operator=symbol, value="41")
    keep(f"{operator} text", f"city {symbol} 'London'", column="city", operator=operator, value="London")
    keep(f"{operator} decimal", f"score {symbol} 9.75", column="score", operator=operator, value=9.75)
    keep(f"{operator} date", f"joined {symbol} DATE '2021-03-14'", column="joined", operator=operator, value="2021-03-14")
    keep(f"{operator} columns", f"id {symbol} age", column="id", operator=operator, value_column="age")
keep("eq any case", "lower(city) = 'london'", column="city", operator="eq", value="LONDON", case_sensitive=False)
keep("ne nulls match", "age <> 41 OR age IS NULL", column="age", operator="ne", value=41, nulls="match")
keep("eq negated", "NOT (age = 41)", column="age", operator="eq", value=41, negate=True)
keep("between", "age BETWEEN 29 AND 41", column="age", operator="between", value=[29, 41])
keep("not_between", "age NOT BETWEEN 29 AND 41", column="age", operator="not_between", value=[29, 41])
keep("in", "city IN ('London', 'Paris')", column="city", operator="in", value=["London", "Paris"])
keep("in numbers", "id IN (1, 5, 99)", column="id", operator="in", value=[1, 5, 99])
keep("not_in", "city NOT IN ('London', 'Paris')", column="city", operator="not_in", value=["London", "Paris"])
keep("in any case", "lower(city) IN ('london')", column="city", operator="in", value=["LONDON"], case_sensitive=False)
for operator, test in [("contains", "contains({c}, {v})"), ("starts_with", "starts_with({c}, {v})"), ("ends_with", "ends_with({c}, {v})")]:
    plain = test.format(c="city", v="'on'" if operator == "contains" else "'Lon'" if operator == "starts_with" else "'don'")
    value = plain.split("'")[1]
    keep(operator, plain, column="city", operator=operator, value=value)
    keep(f"not_{operator}", f"NOT {plain}", column="city", operator=f"not_{operator}", value=value)
    keep(f"{operator} any case", plain.replace("city", "lower(city)").replace(value, value.lower()), column="city", operator=operator, value=value.upper(), case_sensitive=False)
keep("matches", "regexp_matches(name, '^A.*g$')", column="name", operator="matches", value="^A.*g$")
keep("not_matches", "NOT regexp_matches(name, 'a{1}')", column="name", operator="not_matches", value="a{1}")
keep("matches any case", "regexp_matches(name, '^ADA', 'i')", column="name", operator="regex", value="^ADA", case_sensitive=False)
keep("like", "name LIKE '%a_i%'", column="name", operator="like", value="%a_i%")
keep("ilike", "name ILIKE 'ADA%'", column="name", operator="ilike", value="ADA%")
keep("is_null", "age IS NULL", column="age", operator="is_null")
keep("is_not_null", "seen IS NOT NULL", column="seen", operator="isnotnull")
keep("is_empty", "note = ''", column="note", operator="is_empty")
keep("is_not_empty", "note <> ''", column="note", operator="is_not_empty")
keep("is_blank", "note IS NULL OR trim(note) = ''", column="note", operator="is_blank")
keep("is_true", "active", column="active", operator="is_true")
keep("is_false", "NOT active", column="active", operator="is_false")
keep("is_valid", "try_cast(note AS BIGINT) IS NOT NULL", column="note", operator="is_valid", value="int64")
keep("is_invalid", "note IS NOT NULL AND try_cast(note AS BIGINT) IS NULL", column="note", operator="is_invalid", value="int64")
keep("before", "joined < DATE '2020-01-01'", column="joined", operator="before", value="2020-01-01")
keep("after", "seen > TIMESTAMP '2024-01-31 12:30:00'", column="seen", operator="after", value="2024-01-31T12:30:00")
keep("on_date", "seen::DATE = DATE '2024-01-31'", column="seen", operator="on_date", value="2024-01-31")
keep("length_eq", "length(city) = 6", column="city", operator="length_eq", value=6)
keep("length_gt", "length(city) > 5", column="city", operator="length_gt", value=5)
keep("length_lt", "length(city) < 6", column="city", operator="length_lt", value=6)
keep("is_unique", "city IN (SELECT city FROM people GROUP BY city HAVING count(*) = 1)", column="city", operator="is_unique")
keep("is_duplicate", "city IN (SELECT city FROM people GROUP BY city HAVING count(*) > 1)", column="city", operator="is_duplicate")
keep("tree", "(age > 30 AND city = 'London') OR NOT active",
     any=[{"all": [{"column": "age", "operator": "gt", "value": 30}, {"column": "city", "operator": "eq", "value": "London"}]},
          {"not": {"column": "active", "operator": "is_true"}}])
keep("expression", "age * 2 > 80 AND city LIKE 'L%'", expression="age * 2 > 80 and city like 'L%'")


def columns(name, steps, select, table="people", tail="ORDER BY i"):
    case(name, table, steps, f"SELECT {select} FROM {table} {tail}")


# Columns.
columns("select", [step("select_columns", columns=["city", "id"])], "city, id")
columns("select missing", [step("select_columns", columns=["id", "nothing"], missing="null")], "id, NULL AS nothing")
columns("drop", [step("drop_columns", columns=["note", "seen"])], "* EXCLUDE (i, note, seen)")
columns("rename", [step("rename_columns", mapping={"id": "key", "name": "person"}), step("select_columns", columns=["key", "person"])], "id AS key, name AS person")
columns("reorder", [step("reorder_columns", columns=["score", "id"], rest="drop")], "score, id")
columns("add constant", [step("add_column", output="source", value="x"), step("select_columns", columns=["id", "source"])], "id, 'x' AS source")
columns("row numbers", [step("filter", column="active", operator="is_true"), step("add_column", output="n", kind="row_number", start=10), step("select_columns", columns=["id", "n"])],
        "id, 9 + row_number() OVER (ORDER BY i) AS n", tail="WHERE active ORDER BY i")

# Types and dates.
columns("cast", [step("cast", columns={"age": "double", "score": "string", "id": "decimal(10,2)", "joined": "timestamp"}), step("select_columns", columns=["age", "score", "id", "joined"])],
        "age::DOUBLE AS age, score::VARCHAR AS score, id::DECIMAL(10,2) AS id, joined::TIMESTAMP AS joined")
columns("cast null", [step("cast", on_error="null", columns={"note": "int64"}), step("select_columns", columns=["id", "note"])], "id, try_cast(note AS BIGINT) AS note")
columns("cast skip", [step("cast", on_error="skip_row", columns={"name": "int64"}), step("select_columns", columns=["id"])], "id", tail="WHERE name IS NULL ORDER BY i")
columns("format_date", [step("format_date", column="seen", format="%d.%m.%Y %H:%M", output="text"), step("select_columns", columns=["id", "text"])], "id, strftime(seen, '%d.%m.%Y %H:%M') AS text")
columns("parse_date", [step("format_date", column="joined", format="%d/%m/%Y", output="t"), step("parse_date", column="t", formats=["%d/%m/%Y"], output="d"), step("select_columns", columns=["id", "d"])], "id, joined AS d")
columns("extract_date_part", [step("extract_date_part", column="seen", parts=["year", "quarter", "month", "week", "day", "weekday", "day_of_year", "hour", "minute", "second"], prefix="p_"), step("drop_columns", columns=["name", "city", "age", "score", "joined", "seen", "active", "note"])],
        "id, year(seen) AS p_year, quarter(seen) AS p_quarter, month(seen) AS p_month, weekofyear(seen) AS p_week, day(seen) AS p_day, isodow(seen) AS p_weekday, dayofyear(seen) AS p_day_of_year, hour(seen) AS p_hour, minute(seen) AS p_minute, second(seen) AS p_second")

# Rows.
case("sort", "people", [step("sort", by=[{"column": "score", "order": "desc"}, {"column": "id"}]), step("select_columns", columns=["id", "score"])], "SELECT id, score FROM people ORDER BY score DESC NULLS LAST, id")
case("sort nulls first", "people", [step("sort", by=[{"column": "age", "nulls": "first"}, "name"]), step("select_columns", columns=["id", "age"])], "SELECT id, age FROM people ORDER BY age NULLS FIRST, name NULLS LAST, i")
case("sort any case", "people", [step("sort", by=["name"], collation="case_insensitive"), step("select_columns", columns=["id", "name"])], "SELECT id, name FROM people ORDER BY lower(name) NULLS LAST, i")
case("deduplicate first", "people", [step("deduplicate", columns=["name"]), step("select_columns", columns=["id"])], "SELECT id FROM people QUALIFY row_number() OVER (PARTITION BY name ORDER BY i) = 1 ORDER BY i")
case("deduplicate last", "people", [step("deduplicate", columns=["name", "age"], keep="last"), step("select_columns", columns=["id"])], "SELECT id FROM people QUALIFY row_number() OVER (PARTITION BY name, age ORDER BY i DESC) = 1 ORDER BY i")
case("deduplicate none", "people", [step("deduplicate", columns=["city"], keep="none"), step("select_columns", columns=["id"])], "SELECT id FROM people QUALIFY count(*) OVER (PARTITION BY city) = 1 ORDER BY i")
case("deduplicate max", "people", [step("deduplicate", columns=["city"], keep="max", order_by="score"), step("select_columns", columns=["id"])], "SELECT id FROM people QUALIFY row_number() OVER (PARTITION BY city ORDER BY score DESC NULLS LAST, i) = 1 ORDER BY i")
case("deduplicate min", "people", [step("deduplicate", columns=["city"], keep="min", order_by="age"), step("select_columns", columns=["id"])], "SELECT id FROM people QUALIFY row_number() OVER (PARTITION BY city ORDER BY age NULLS LAST, i) = 1 ORDER BY i")
case("deduplicate any case", "people", [step("deduplicate", columns=["name"], case_sensitive=False), step("select_columns", columns=["id"])], "SELECT id FROM people QUALIFY row_number() OVER (PARTITION BY lower(name) ORDER BY i) = 1 ORDER BY i")
case("deduplicate whole row", "people", [step("drop_columns", columns=["id"]), step("deduplicate"), step("select_columns", columns=["name"])], "SELECT name FROM people QUALIFY row_number() OVER (PARTITION BY name, city, age, score, joined, seen, active, note ORDER BY i) = 1 ORDER BY i")
columns("limit", [step("limit", count=3, offset=2), step("select_columns", columns=["id"])], "id", tail="ORDER BY i LIMIT 3 OFFSET 2")
columns("drop_nulls", [step("drop_nulls", columns=["age", "score"]), step("select_columns", columns=["id"])], "id", tail="WHERE age IS NOT NULL AND score IS NOT NULL ORDER BY i")
columns("drop_nulls all", [step("drop_nulls", columns=["age", "note"], how="all", treat_empty_as_null=True), step("select_columns", columns=["id"])], "id", tail="WHERE age IS NOT NULL OR nullif(note, '') IS NOT NULL ORDER BY i")
case("top_n", "people", [step("top_n", by=["score"], count=3), step("select_columns", columns=["id"])], "SELECT id FROM people ORDER BY score DESC NULLS LAST, i LIMIT 3")
case("top_n groups", "sales", [step("top_n", by=[{"column": "quantity", "order": "desc"}], count=1, group_by=["region"]), step("select_columns", columns=["region", "order_id"])],
     "SELECT region, order_id FROM sales QUALIFY row_number() OVER (PARTITION BY region ORDER BY quantity DESC NULLS LAST, i) = 1 ORDER BY region NULLS LAST")
columns("sample every nth", [step("sample", method="every_nth", count=3), step("select_columns", columns=["id"])], "id", tail="WHERE (i - 1) % 3 = 0 ORDER BY i")

# Cells.
columns("fill constant", [step("fill_nulls", columns=["age"], strategy="constant", value=7), step("select_columns", columns=["id", "age"])], "id, coalesce(age, 7) AS age")
columns("fill zero", [step("fill_nulls", columns=["age"], strategy="zero"), step("select_columns", columns=["id", "age"])], "id, coalesce(age, 0) AS age")
columns("fill empty", [step("fill_nulls", columns=["city"], strategy="empty"), step("select_columns", columns=["id", "city"])], "id, coalesce(city, '') AS city")
columns("fill forward", [step("fill_nulls", columns=["city", "age"], strategy="forward"), step("select_columns", columns=["id", "city", "age"])], "id, last_value(city IGNORE NULLS) OVER (ORDER BY i) AS city, last_value(age IGNORE NULLS) OVER (ORDER BY i) AS age")
columns("fill backward", [step("fill_nulls", columns=["age", "score"], strategy="backward"), step("select_columns", columns=["id", "age", "score"])],
        "id, first_value(age IGNORE NULLS) OVER (ORDER BY i ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS age, first_value(score IGNORE NULLS) OVER (ORDER BY i ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS score")
columns("fill mean", [step("cast", columns={"age": "double"}), step("fill_nulls", columns=["age"], strategy="mean"), step("select_columns", columns=["id", "age"])], "id, coalesce(age::DOUBLE, (SELECT avg(age::DOUBLE) FROM people)) AS age")
columns("fill median", [step("cast", columns={"age": "double"}), step("fill_nulls", columns=["age"], strategy="median"), step("select_columns", columns=["id", "age"])], "id, coalesce(age::DOUBLE, (SELECT median(age::DOUBLE) FROM people)) AS age")
columns("fill mode", [step("fill_nulls", columns=["city"], strategy="mode"), step("select_columns", columns=["id", "city"])], "id, coalesce(city, 'London') AS city")
columns("fill min", [step("fill_nulls", columns=["score"], strategy="min"), step("select_columns", columns=["id", "score"])], "id, coalesce(score, (SELECT min(score) FROM people)) AS score")
columns("fill max", [step("fill_nulls", columns=["score"], strategy="max"), step("select_columns", columns=["id", "score"])], "id, coalesce(score, (SELECT max(score) FROM people)) AS score")
columns("replace_value", [step("replace_value", columns=["city"], mapping={"London": "LDN", "Paris": None}), step("select_columns", columns=["id", "city"])], "id, CASE city WHEN 'London' THEN 'LDN' WHEN 'Paris' THEN NULL ELSE city END AS city")
columns("replace_value others", [step("replace_value", columns=["city"], mapping={"London": "LDN"}, default="null"), step("select_columns", columns=["id", "city"])], "id, CASE city WHEN 'London' THEN 'LDN' END AS city")
columns("replace_text", [step("replace_text", columns=["name"], find="a", replace="4"), step("select_columns", columns=["name"])], "replace(name, 'a', '4') AS name")
columns("replace_text regex", [step("replace_text", columns=["name"], find="([A-Z])(\\w+)", replace="$2$1", regex=True), step("select_columns", columns=["name"])], r"regexp_replace(name, '([A-Z])([0-9A-Za-z_\pL]+)', '\2\1', 'g') AS name")
columns("regex_extract", [step("regex_extract", column="name", pattern="^(?P<first>\\S+)\\s+(?P<last>\\S+)", outputs={"first": "f", "last": "l"}), step("select_columns", columns=["id", "f", "l"])],
        r"id, nullif(regexp_extract(name, '^(\S+)\s+(\S+)', 1), '') AS f, nullif(regexp_extract(name, '^(\S+)\s+(\S+)', 2), '') AS l")
columns("trim", [step("trim", columns=["name", "note"]), step("select_columns", columns=["name", "note"])], "trim(name) AS name, trim(note) AS note")
columns("trim inside", [step("trim", columns=["name"], collapse_whitespace=True), step("select_columns", columns=["name"])], r"trim(regexp_replace(name, '\s+', ' ', 'g')) AS name")
for to, function in [("lower", "lower({})"), ("upper", "upper({})"), ("sentence", "upper({}[1]) || lower({}[2:])")]:
    columns(f"case {to}", [step("change_case", columns=["city"], to=to), step("select_columns", columns=["city"])], function.format(*["city"] * function.count("{}")) + " AS city")
columns("accents", [step("normalize_text", columns=["name"], strip_accents=True), step("select_columns", columns=["id", "name"])], "id, strip_accents(name) AS name", tail="WHERE id <> 8 ORDER BY i")
CASES[-1].steps.insert(0, step("filter", column="id", operator="ne", value=8))
columns("normal form", [step("normalize_text", columns=["name"], unicode="NFC"), step("select_columns", columns=["name"])], "nfc_normalize(name) AS name")
columns("pad", [step("text", column="city", operation="pad_left", width=9, **{"with": "*"}), step("select_columns", columns=["city"])], "CASE WHEN length(city) < 9 THEN lpad(city, 9, '*') ELSE city END AS city")
columns("substring", [step("text", column="city", operation="substring", start=1, length=3), step("select_columns", columns=["city"])], "substr(city, 2, 3) AS city")
columns("prefix and suffix", [step("text", column="city", operation="prefix", text="<"), step("text", column="city", operation="suffix", text=">"), step("select_columns", columns=["city"])], "'<' || city || '>' AS city")
columns("split_column", [step("split_column", column="city", delimiter=" ", outputs=["a", "b"]), step("select_columns", columns=["id", "a", "b"])], "id, nullif(string_split(city, ' ')[1], '') AS a, string_split(city, ' ')[2] AS b")
columns("merge_columns", [step("merge_columns", columns=["city", "age"], separator="-", output="m"), step("select_columns", columns=["id", "m"])], "id, concat_ws('-', city, age) AS m")
columns("merge strictly", [step("merge_columns", columns=["city", "age"], separator="-", output="m", skip_nulls=False), step("select_columns", columns=["id", "m"])], "id, city || '-' || age AS m")

# Expressions.
FORMULAS = {
    "age + 1": "age + 1", "age - id": "age - id", "age * 3": "age * 3", "age / 2": "age / 2", "age % 7": "age % 7",
    "score * 2": "score * 2", "-score": "-score", "city || '!'": "city || '!'", "upper(city)": "upper(city)", "lower(name)": "lower(name)",
    "length(name)": "length(name)", "substr(city, 2, 3)": "substr(city, 2, 3)", "left(city, 2)": "left(city, 2)", "right(city, 2)": "right(city, 2)",
    "trim(name)": "trim(name)", "ltrim(name)": "ltrim(name)", "rtrim(name)": "rtrim(name)", "reverse(city)": "reverse(city)",
    "replace(city, 'o', '0')": "replace(city, 'o', '0')", "split_part(name, ' ', 2)": "split_part(name, ' ', 2)",
    "strpos(city, 'on')": "strpos(city, 'on')", "concat(city, '-', age)": "concat(city, '-', age)", "concat_ws('/', city, name)": "concat_ws('/', city, name)",
    "coalesce(age, id)": "coalesce(age, id)", "nullif(city, 'Paris')": "nullif(city, 'Paris')", "if(age > 40, 'old', 'young')": "CASE WHEN age > 40 THEN 'old' ELSE 'young' END",
    "greatest(age, id)": "greatest(age, id)", "least(age, id)": "least(age, id)", "abs(score)": "abs(score)", "sign(score)": "sign(score)",
    "floor(score)": "floor(score)", "ceil(score)": "ceil(score)", "round(score, 1)": "round(score, 1)", "sqrt(age)": "sqrt(age)", "power(age, 2)": "power(age, 2)",
    "exp(id)": "exp(id)", "ln(id)": "ln(id)", "log10(id)": "log10(id)", "log2(id)": "log2(id)", "mod(age, 10)": "age % 10",
    "year(joined)": "year(joined)", "quarter(joined)": "quarter(joined)", "month(seen)": "month(seen)", "week(joined)": "weekofyear(joined)",
    "day(joined)": "day(joined)", "day_of_year(joined)": "dayofyear(joined)", "weekday(joined)": "isodow(joined)", "hour(seen)": "hour(seen)",
    "minute(seen)": "minute(seen)", "second(seen)": "second(seen)", "date_trunc('month', joined)": "date_trunc('month', joined)::DATE",
    "date_diff('day', joined, seen)": "date_diff('day', joined::TIMESTAMP, seen)", "date_diff('month', joined, date '2024-01-01')": "date_diff('month', joined, DATE '2024-01-01')",
    "date_add('month', 1, joined)": "(joined + INTERVAL 1 MONTH)::DATE", "date_add('day', 30, joined)": "(joined + INTERVAL 30 DAY)::DATE",
    "format_date(seen, '%Y/%m')": "strftime(seen, '%Y/%m')", "case when age > 50 then 'a' when age > 30 then 'b' else 'c' end": "CASE WHEN age > 50 THEN 'a' WHEN age > 30 THEN 'b' ELSE 'c' END",
    "case city when 'London' then 1 else 0 end": "CASE city WHEN 'London' THEN 1 ELSE 0 END", "cast(age as string)": "age::VARCHAR", "cast(score as double)": "score::DOUBLE",
    "try_cast(note as int64)": "try_cast(note AS BIGINT)", "age between 30 and 50": "age BETWEEN 30 AND 50", "city in ('London', 'Paris')": "city IN ('London', 'Paris')",
    "city like 'L%'": "city LIKE 'L%'", "name ilike 'ada%'": "name ILIKE 'ada%'", "active is true": "active IS TRUE", "active is null": "active IS NULL",
    "not active": "NOT active", "active and age > 30": "active AND age > 30", "active or age > 30": "active OR age > 30",
    "regexp_match(name, '^A')": "regexp_matches(name, '^A')", "regexp_replace(name, 'a+', 'X')": "regexp_replace(name, 'a+', 'X', 'g')",
    "regexp_extract(name, '(\\w)\\w+$', 1)": "nullif(regexp_extract(name, '([0-9A-Za-z_\\pL])[0-9A-Za-z_\\pL]+$', 1), '')", "starts_with(city, 'L')": "starts_with(city, 'L')", "ends_with(city, 'n')": "ends_with(city, 'n')", "contains(city, 'o')": "contains(city, 'o')",
    "lpad(city, 8, '.')": "lpad(city, 8, '.')", "rpad(city, 8, '.')": "rpad(city, 8, '.')", "seen > timestamp '2024-01-01 00:00:00'": "seen > TIMESTAMP '2024-01-01 00:00:00'",
}
for ours, theirs in FORMULAS.items():
    columns(f"derive {ours}", [step("derive", output="x", expression=ours), step("select_columns", columns=["id", "x"])], f"id, {theirs} AS x")
columns("conditional", [step("conditional", output="band", cases=[{"when": {"column": "age", "operator": "gte", "value": 50}, "then": "old"}, {"when": {"column": "age", "operator": "is_null"}, "then": None}], **{"else": "young"}), step("select_columns", columns=["id", "band"])],
        "id, CASE WHEN age >= 50 THEN 'old' WHEN age IS NULL THEN NULL ELSE 'young' END AS band")

# Numbers.
columns("round half even", [step("round", columns=["score"], decimals=1), step("select_columns", columns=["id", "score"])], "id, round_even(score, 1)::DECIMAL(4,1) AS score")
columns("floor", [step("round", columns=["score"], mode="floor"), step("select_columns", columns=["id", "score"])], "id, floor(score) AS score")
columns("ceil", [step("round", columns=["score"], mode="ceil"), step("select_columns", columns=["id", "score"])], "id, ceil(score) AS score")
columns("bin", [step("bin", column="age", edges=[0, 30, 60], labels=["young", "middle", "old"], output="group"), step("select_columns", columns=["id", "group"])], 'id, CASE WHEN age IS NULL OR age < 0 THEN NULL WHEN age < 30 THEN \'young\' WHEN age < 60 THEN \'middle\' ELSE \'old\' END AS "group"')
columns("outliers", [step("outliers", columns=["age"], action="drop"), step("select_columns", columns=["id"])], "id",
        tail="WHERE age IS NULL OR age BETWEEN (SELECT quantile_cont(age, 0.25) - 1.5 * (quantile_cont(age, 0.75) - quantile_cont(age, 0.25)) FROM people) AND (SELECT quantile_cont(age, 0.75) + 1.5 * (quantile_cont(age, 0.75) - quantile_cont(age, 0.25)) FROM people) ORDER BY i")

# Groups.
case("aggregate", "sales", [step("aggregate", group_by=["region"], aggregations=[
    {"function": "count", "as": "n"}, {"column": "quantity", "function": "count", "as": "q"}, {"column": "quantity", "function": "sum", "as": "total"},
    {"column": "price", "function": "mean", "as": "mean"}, {"column": "price", "function": "min", "as": "low"}, {"column": "price", "function": "max", "as": "high"},
    {"column": "quantity", "function": "median", "as": "middle"}, {"column": "quantity", "function": "percentile", "p": 0.9, "as": "p90"},
    {"column": "quantity", "function": "stddev", "as": "spread"}, {"column": "product", "function": "count_distinct", "as": "kinds"},
    {"column": "product", "function": "first", "as": "first"}, {"column": "product", "function": "last", "as": "last"}])],
     '''SELECT region, count(*) AS n, count(quantity) AS q, sum(quantity)::BIGINT AS total, avg(price::DOUBLE) AS mean, min(price) AS low, max(price) AS high,
        median(quantity::DOUBLE) AS middle, quantile_cont(quantity::DOUBLE, 0.9) AS p90, stddev(quantity) AS spread, count(DISTINCT product) AS kinds,
        first(product ORDER BY i) AS "first", last(product ORDER BY i) AS "last" FROM sales GROUP BY region ORDER BY region NULLS LAST''')
case("aggregate all", "sales", [step("aggregate", group_by=[], aggregations=[{"column": "price", "function": "sum", "as": "s"}])], "SELECT sum(price) AS s FROM sales")
case("aggregate truth", "people", [step("aggregate", group_by=["city"], aggregations=[{"column": "active", "function": "any", "as": "some"}, {"column": "active", "function": "all", "as": "every"}, {"column": "name", "function": "list", "as": "names"}])],
     "SELECT city, bool_or(active) AS some, bool_and(active) AS every, list(name ORDER BY i) AS names FROM people GROUP BY city ORDER BY city NULLS LAST")
case("pivot", "sales", [step("pivot", index=["region"], column="month", values="quantity", function="sum")],
     '''SELECT region, sum(quantity) FILTER (month = '2024-01')::BIGINT AS "2024-01", sum(quantity) FILTER (month = '2024-02')::BIGINT AS "2024-02", sum(quantity) FILTER (month = '2024-03')::BIGINT AS "2024-03"
        FROM sales GROUP BY region ORDER BY region NULLS LAST''')
case("pivot categories", "sales", [step("pivot", index=["product"], column="region", values="price", function="max", categories=["west", "north"])],
     "SELECT product, max(price) FILTER (region = 'west') AS west, max(price) FILTER (region = 'north') AS north FROM sales GROUP BY product ORDER BY product")
case("unpivot", "sales", [step("select_columns", columns=["order_id", "quantity", "product"]), step("cast", columns={"quantity": "string"}), step("unpivot", id_columns=["order_id"], name_to="what", value_to="value")],
     "SELECT order_id, what, value FROM (SELECT i, order_id, 'quantity' AS what, quantity::VARCHAR AS value, 1 AS k FROM sales UNION ALL SELECT i, order_id, 'product', product, 2 FROM sales) ORDER BY i, k")
case("explode", "sales", [step("explode", column="tags", delimiter="|"), step("select_columns", columns=["order_id", "tags"])],
     "SELECT order_id, tag AS tags FROM (SELECT i, order_id, unnest(string_split(tags, '|')) AS tag, generate_subscripts(string_split(tags, '|'), 1) AS k FROM sales WHERE tags IS NOT NULL UNION ALL SELECT i, order_id, NULL, 0 FROM sales WHERE tags IS NULL) ORDER BY i, k")

# Other files.
for how in ["left", "inner", "semi", "anti"]:
    kind = how.upper()
    select = "sales.* EXCLUDE i" if how in ("semi", "anti") else "sales.* EXCLUDE i, manager, target"
    case(f"join {how}", "sales", [step("join", right={"job_input": "regions"}, how=how, on=["region"])], f"SELECT {select} FROM sales {kind} JOIN regions USING (region) ORDER BY sales.i")
case("join full", "sales", [step("join", right={"job_input": "regions"}, how="full", on=["region"]), step("select_columns", columns=["order_id", "region", "manager"])],
     "SELECT order_id, coalesce(s.region, r.region) AS region, manager FROM sales s FULL JOIN regions r ON s.region = r.region ORDER BY s.i NULLS LAST")
case("union", "regions", [step("union", inputs=["regions"])], "SELECT * EXCLUDE (i, k) FROM (SELECT *, 1 AS k FROM regions UNION ALL SELECT *, 2 FROM regions) ORDER BY k, i")

# Privacy.
columns("hash sha256", [step("hash", columns=["city"], algorithm="sha256"), step("select_columns", columns=["city"])], "sha256(city) AS city")
columns("mask full", [step("mask", columns=["city"], method="full"), step("select_columns", columns=["city"])], "repeat('*', length(city)) AS city")
columns("mask last", [step("mask", columns=["city"], method="keep_last", keep=2), step("select_columns", columns=["city"])], "CASE WHEN length(city) > 2 THEN repeat('*', length(city) - 2) || right(city, 2) ELSE city END AS city")
columns("mask date", [step("mask", columns=["joined"], method="date_truncate", unit="year"), step("select_columns", columns=["id", "joined"])], "id, date_trunc('year', joined)::DATE AS joined")
columns("redact", [step("redact_pii", columns=["note"], types=["email"]), step("select_columns", columns=["id", "note"])], r"id, regexp_replace(note, '\S+@\S+', '[email]') AS note")

# Rules.
columns("validate drop", [step("validate", rules=[{"column": "age", "rule": "between", "value": [1, 100]}, {"column": "city", "rule": "not_null"}], on_fail="drop"), step("select_columns", columns=["id"])], "id", tail="WHERE (age BETWEEN 1 AND 100 OR age IS NULL) AND city IS NOT NULL ORDER BY i")
columns("validate flag", [step("validate", rules=[{"column": "name", "rule": "unique"}], on_fail="flag", output="ok"), step("select_columns", columns=["id", "ok"])], "id, name IS NULL OR count(*) OVER (PARTITION BY name) = 1 AS ok")
