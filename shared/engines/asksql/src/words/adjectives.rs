//! Adjectives, verbs and units that name a measure without naming its column.

/// A word that points at columns: the words of their names, best first, and whether the column
/// runs against the word (the oldest has the smallest birth date).
pub(crate) struct Measure {
    pub(crate) words: &'static [&'static str],
    /// Comparative and superlative forms mean "largest" (true) or "smallest" of the measure.
    pub(crate) up: bool,
    /// Words of columns whose names show the measure.
    pub(crate) columns: &'static [&'static str],
    /// Words of columns that hold the measure turned round.
    pub(crate) against: &'static [&'static str],
}

/// Words of columns that say how large something is; what has no size has an amount.
const SIZES: &[&str] = &[
    "size",
    "area",
    "population",
    "capacity",
    "number",
    "volume",
    "amount",
    "total",
];

/// Every entry lists positive, comparative and superlative forms.
pub(crate) const MEASURES: &[Measure] = &[
    measure(
        true,
        &[
            "old",
            "older",
            "oldest",
            "elder",
            "eldest",
            "aged",
            "years old",
        ],
        &["age"],
        &[
            "birth",
            "birthday",
            "founded",
            "built",
            "open",
            "year",
            "establish",
            "date",
        ],
    ),
    measure(
        false,
        &["young", "younger", "youngest"],
        &["age"],
        &["birth", "birthday", "year", "date"],
    ),
    measure(
        true,
        &["long", "longer", "longest", "lengthy"],
        &[
            "length", "duration", "long", "run", "time", "hour", "minute", "day",
        ],
        &[],
    ),
    measure(
        false,
        &["short", "shorter", "shortest"],
        &[
            "length", "duration", "height", "run", "time", "hour", "minute", "day",
        ],
        &[],
    ),
    measure(
        true,
        &["tall", "taller", "tallest"],
        &["height", "altitude", "elevation"],
        &[],
    ),
    measure(
        true,
        &["high", "higher", "highest"],
        &["height", "altitude", "elevation", "high"],
        &[],
    ),
    measure(
        false,
        &["low", "lower", "lowest"],
        &["height", "altitude", "elevation", "low"],
        &[],
    ),
    measure(
        true,
        &[
            "big", "bigger", "biggest", "large", "larger", "largest", "greatest", "huge", "sized",
        ],
        SIZES,
        &[],
    ),
    measure(false, &["small", "smaller", "smallest", "tiny"], SIZES, &[]),
    measure(
        true,
        &[
            "heavy", "heavier", "heaviest", "weigh", "weighs", "weighed", "weighing",
        ],
        &["weight", "mass", "tonnage"],
        &[],
    ),
    measure(
        false,
        &["light", "lighter", "lightest"],
        &["weight", "mass"],
        &[],
    ),
    measure(
        true,
        &[
            "expensive",
            "pricey",
            "costly",
            "costliest",
            "priciest",
            "dear",
            "most expensive",
            "more expensive",
        ],
        &["price", "cost", "rate", "rent", "fee", "amount"],
        &[],
    ),
    measure(
        false,
        &[
            "cheap",
            "cheaper",
            "cheapest",
            "inexpensive",
            "least expensive",
            "less expensive",
        ],
        &["price", "cost", "rate", "rent", "fee", "amount"],
        &[],
    ),
    measure(
        true,
        &["cost", "costs", "costing", "priced"],
        &["price", "cost", "amount", "fee", "charge"],
        &[],
    ),
    measure(
        true,
        &["rich", "richest", "wealthiest", "richer", "wealthy"],
        &[
            "money", "wealth", "net", "worth", "salary", "income", "balance", "market",
        ],
        &[],
    ),
    measure(
        true,
        &["fast", "faster", "fastest", "quick", "quickest"],
        &["speed"],
        &["time", "duration", "lap"],
    ),
    measure(
        false,
        &["slow", "slower", "slowest"],
        &["speed"],
        &["time", "duration", "lap"],
    ),
    measure(
        true,
        &[
            "late",
            "later",
            "latest",
            "newest",
            "newer",
            "new",
            "recent",
            "most recent",
            "most recently",
            "more recent",
            "last",
            "recently",
        ],
        &[
            "date", "year", "time", "day", "start", "open", "release", "create",
        ],
        &[],
    ),
    measure(
        false,
        &["early", "earlier", "earliest", "first", "ancient", "oldest"],
        &[
            "date", "year", "time", "day", "start", "open", "release", "create",
        ],
        &[],
    ),
    measure(
        true,
        &[
            "populous",
            "populated",
            "crowded",
            "most populous",
            "most populated",
            "inhabitants",
            "inhabitant",
            "citizens",
            "residents",
            "people live",
            "people",
        ],
        &["population", "resident"],
        &[],
    ),
    measure(
        false,
        &["least populous", "least populated", "sparsest"],
        &["population", "density"],
        &[],
    ),
    measure(
        true,
        &["dense", "densest", "densely"],
        &["density", "population"],
        &[],
    ),
    measure(
        true,
        &["wide", "wider", "widest", "broad"],
        &["width", "size"],
        &[],
    ),
    measure(true, &["deep", "deeper", "deepest"], &["depth"], &[]),
    measure(
        true,
        &["strong", "stronger", "strongest", "powerful"],
        &["power", "horsepower", "strength", "force"],
        &[],
    ),
    measure(
        true,
        &["hot", "hottest", "hotter", "warm", "warmest"],
        &["temperature"],
        &[],
    ),
    measure(
        false,
        &["cold", "coldest", "colder", "cool"],
        &["temperature"],
        &[],
    ),
    measure(
        true,
        &[
            "good",
            "better",
            "best",
            "top rated",
            "highest rated",
            "best rated",
        ],
        &["rating", "score", "star", "grade", "point"],
        &["rank", "ranking", "position", "place"],
    ),
    measure(
        false,
        &["bad", "worse", "worst", "poorest"],
        &["rating", "score", "star", "grade", "point"],
        &["rank", "ranking", "position", "place"],
    ),
    measure(
        true,
        &[
            "paid",
            "earn",
            "earns",
            "earned",
            "earning",
            "make",
            "makes",
            "highest paid",
            "best paid",
            "well-paid",
            "pay",
        ],
        &["salary", "pay", "wage", "income", "earnings", "money"],
        &[],
    ),
    measure(
        true,
        &["far", "farther", "farthest", "furthest", "distant"],
        &["distance"],
        &[],
    ),
    measure(
        false,
        &["near", "nearest", "closest", "close"],
        &["distance"],
        &[],
    ),
    measure(true, &["profitable"], &["profit", "earnings", "gross"], &[]),
    measure(true, &["bright", "brightest"], &["brightness"], &[]),
    measure(
        true,
        &[
            "seats",
            "seating",
            "seat",
            "hold",
            "holds",
            "accommodate",
            "fit",
        ],
        &["capacity", "seat"],
        &[],
    ),
    measure(true, &["successful"], &["win", "success", "gross"], &[]),
    measure(
        true,
        &["popular"],
        &["popularity", "vote", "like", "star"],
        &[],
    ),
    measure(
        true,
        &["scored", "scoring"],
        &["score", "point", "goal"],
        &[],
    ),
    measure(true, &["ranked"], &["rank", "ranking"], &[]),
    measure(
        true,
        &["lasting", "last", "lasted", "lasts"],
        &["duration", "length"],
        &[],
    ),
    measure(true, &["stored"], &["amount", "quantity", "stock"], &[]),
];

const fn measure(
    up: bool,
    words: &'static [&'static str],
    columns: &'static [&'static str],
    against: &'static [&'static str],
) -> Measure {
    Measure {
        words,
        up,
        columns,
        against,
    }
}

/// Units after a number and the columns that are counted in them.
const UNITS: &[(&str, &[&str])] = &[
    (
        "dollar",
        &[
            "price", "cost", "amount", "salary", "budget", "revenue", "sale", "money", "fee",
            "balance",
        ],
    ),
    ("usd", &["price", "cost", "amount", "salary", "budget"]),
    ("euro", &["price", "cost", "amount", "salary", "budget"]),
    ("year", &["age", "year", "duration"]),
    ("pound", &["weight"]),
    ("kg", &["weight"]),
    ("kilogram", &["weight"]),
    ("gram", &["weight"]),
    ("foot", &["height", "elevation", "length"]),
    (
        "meter",
        &["height", "length", "elevation", "depth", "altitude"],
    ),
    (
        "metre",
        &["height", "length", "elevation", "depth", "altitude"],
    ),
    ("inch", &["height", "length", "size"]),
    ("mile", &["distance", "length"]),
    ("km", &["distance", "length"]),
    ("kilometer", &["distance", "length"]),
    ("mph", &["speed"]),
    ("hour", &["hour", "duration", "time"]),
    ("minute", &["minute", "duration", "time", "length"]),
    ("second", &["second", "duration", "time", "length"]),
    ("credit", &["credit"]),
    ("star", &["star", "rating"]),
    ("point", &["point", "score"]),
    ("people", &["population", "capacity", "attendance"]),
    ("seat", &["capacity", "seat"]),
    ("unit", &["quantity", "unit"]),
    ("piece", &["quantity", "piece"]),
    ("mb", &["byte", "mb", "size"]),
    ("byte", &["byte", "size"]),
];

/// Nouns for a measure, before "of", and the columns that hold it under another name.
pub(crate) const NOUNS: &[(&str, &[&str])] = &[
    ("size", &["size", "area", "population", "capacity"]),
    ("height", &["height", "altitude", "elevation"]),
    ("age", &["age"]),
    ("cost", &["cost", "price", "amount"]),
    ("length", &["length", "duration"]),
    ("worth", &["worth", "value", "price"]),
    ("population", &["population", "resident"]),
    ("capacity", &["capacity", "seat"]),
];

/// Question words and the columns that answer them, with "how".
pub(crate) const HOW: &[(&str, &[&str])] = &[
    ("old", &["age"]),
    ("long", &["length", "duration", "long"]),
    ("tall", &["height"]),
    ("high", &["height", "altitude", "elevation"]),
    ("big", &["area", "size", "population"]),
    ("large", &["area", "size", "population"]),
    ("heavy", &["weight"]),
    ("much", &["price", "cost", "amount", "salary"]),
    ("far", &["distance"]),
    ("fast", &["speed"]),
    ("wide", &["width"]),
    ("deep", &["depth"]),
    ("populous", &["population"]),
    ("dense", &["density"]),
    ("expensive", &["price", "cost"]),
];

/// What geographers' questions mean by "major": a convention, not a fact of the rows. GeoQuery, whose
/// questions were tuned on, defines it so: inhabitants of a town, kilometres of a river, square kilometres of
/// a lake. More than the average of the rows was tried instead and is seldom meant. The explanation tells the
/// amount, and the answer is not trusted without a look.
pub(crate) const MAJOR: &[(&[&str], &str, f64)] = &[
    (&["city", "town"], "population", 150_000.0),
    (&["river"], "length", 750.0),
    (&["lake"], "area", 750.0),
];

/// Words of the columns that are counted in a unit: "dollars".
pub(crate) fn counted_in(unit: &str) -> Option<&'static [&'static str]> {
    let unit = super::lemma(unit);
    let (_, columns) = UNITS.iter().find(|(name, _)| *name == unit)?;
    Some(columns)
}

/// Measures that a word in lower case names, with the direction that the word gives.
pub(crate) fn measures(word: &str) -> impl Iterator<Item = &'static Measure> {
    let word = word.to_owned();
    MEASURES
        .iter()
        .filter(move |measure| measure.words.contains(&word.as_str()))
}

/// For a word that compares times, whether the latest one is its least ("the oldest").
pub(crate) fn turned_time(word: &str) -> Option<bool> {
    measures(word).find_map(|measure| {
        if measure.columns.contains(&"date") {
            Some(false)
        } else {
            measure.against.contains(&"date").then_some(true)
        }
    })
}

/// Whether the word compares something that only a column can hold; size, fame and success may also be told by
/// how many rows belong to one.
pub(crate) fn measures_a_column(word: &str) -> bool {
    let by_rows = ["size", "popularity", "win", "rating"];
    let mut found = measures(word).peekable();
    found.peek().is_some() && found.all(|measure| !by_rows.contains(&measure.columns[0]))
}

/// Whether the word is a superlative that stands alone ("oldest", "cheapest").
pub(crate) fn is_superlative(word: &str) -> bool {
    (word.ends_with("est") || matches!(word, "best" | "worst" | "priciest" | "costliest"))
        && measures(word).next().is_some()
}

/// Whether the word is a comparative ("older", "heavier").
pub(crate) fn is_comparative(word: &str) -> bool {
    (word.ends_with("er") || matches!(word, "worse"))
        && !matches!(word, "number" | "under" | "over")
        && measures(word).next().is_some()
}
