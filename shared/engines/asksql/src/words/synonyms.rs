//! Words of one meaning, cut from WordNet by `tools/cut_synonyms.py`; see `synonyms.NOTICE`.

use std::collections::HashMap;
use std::sync::LazyLock;

static TABLE: LazyLock<HashMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let mut table = HashMap::new();
    for line in include_str!("synonyms.tsv").lines() {
        let mut words = line.split('\t');
        if let Some(word) = words.next() {
            table.insert(word, words.collect());
        }
    }
    table
});

/// Words that businesses use for one another, whatever dictionaries say.
const GROUPS: &[&[&str]] = &[
    &["staff", "employee", "worker", "personnel", "crew"],
    &[
        "department",
        "division",
        "unit",
        "section",
        "branch",
        "bureau",
    ],
    &[
        "client",
        "customer",
        "buyer",
        "shopper",
        "consumer",
        "purchaser",
        "patron",
    ],
    &["student", "pupil", "learner", "undergraduate"],
    &[
        "teacher",
        "instructor",
        "professor",
        "lecturer",
        "faculty",
        "tutor",
        "educator",
        "prof",
    ],
    &[
        "product",
        "item",
        "goods",
        "good",
        "merchandise",
        "article",
        "commodity",
    ],
    &[
        "company",
        "firm",
        "enterprise",
        "business",
        "corporation",
        "organization",
        "organisation",
        "agency",
    ],
    &[
        "salary",
        "wage",
        "pay",
        "earnings",
        "income",
        "compensation",
    ],
    &["phone", "telephone", "cellphone", "mobile", "cell"],
    &[
        "address",
        "location",
        "place",
        "position",
        "site",
        "whereabouts",
    ],
    &["city", "town", "municipality"],
    &["country", "nation", "nationality", "land"],
    &["state", "province"],
    &[
        "aircraft",
        "airplane",
        "plane",
        "aeroplane",
        "airliner",
        "jet",
    ],
    &["dorm", "dormitory", "hall"],
    &["film", "movie", "picture"],
    &["song", "track", "music"],
    &["price", "cost", "charge", "fee", "amount", "value"],
    &[
        "type",
        "category",
        "kind",
        "class",
        "sort",
        "style",
        "genre",
        "classification",
    ],
    &["gender", "sex"],
    &["hometown", "birthplace", "home"],
    &[
        "head",
        "leader",
        "boss",
        "chief",
        "manager",
        "director",
        "supervisor",
        "president",
    ],
    &["vehicle", "car", "automobile", "auto", "truck"],
    &["physician", "doctor", "medic", "clinician"],
    &["photo", "picture", "photograph", "image"],
    &["start", "begin", "beginning", "commence", "open", "from"],
    &["end", "finish", "close", "to", "stop", "termination"],
    &[
        "description",
        "detail",
        "information",
        "explanation",
        "content",
        "note",
    ],
    &["email", "mail"],
    &["author", "writer", "creator"],
    &["point", "score", "mark", "grade", "rating"],
    &["rank", "ranking", "position", "place", "standing"],
    &[
        "job",
        "occupation",
        "profession",
        "position",
        "role",
        "post",
        "work",
        "career",
        "title",
    ],
    &["store", "shop", "retailer", "outlet"],
    &["venue", "location", "place", "stadium", "arena"],
    &[
        "competition",
        "contest",
        "match",
        "game",
        "tournament",
        "race",
        "event",
    ],
    &["area", "region", "zone", "district", "territory"],
    &["duration", "length", "time", "span"],
    &["money", "cash", "amount", "fund", "payment"],
    &["budget", "fund", "funding", "money"],
    &["attendance", "audience", "spectator", "visitor"],
    &["order", "purchase", "transaction"],
    &[
        "create",
        "establish",
        "found",
        "build",
        "make",
        "construct",
        "produce",
        "launch",
    ],
    &["creation", "establishment", "foundation", "founding"],
    &["birthday", "birth"],
    &["major", "discipline", "subject", "field", "specialty"],
    &["course", "class", "subject", "lesson", "lecture"],
    &["kid", "child"],
    &["pet", "animal"],
    &["illness", "disease", "sickness", "ailment"],
    &["drug", "medication", "medicine", "treatment", "remedy"],
    &[
        "house",
        "building",
        "property",
        "residence",
        "apartment",
        "home",
    ],
    &["room", "chamber", "suite"],
    &["bill", "invoice"],
    &["quantity", "amount", "number", "count", "volume"],
    &["actor", "actress", "performer", "player", "cast"],
    &["singer", "vocalist", "artist", "musician", "performer"],
    &[
        "athlete",
        "player",
        "sportsman",
        "competitor",
        "contestant",
        "participant",
    ],
    &["sport", "game", "activity", "exercise"],
    &["prize", "award", "trophy", "honor"],
    &["spouse", "wife", "husband", "partner"],
    &["member", "participant", "affiliate"],
    &[
        "citizen",
        "resident",
        "inhabitant",
        "person",
        "people",
        "individual",
        "human",
    ],
    &["owner", "holder", "proprietor", "possessor"],
    &["user", "account", "member"],
    &[
        "article",
        "paper",
        "publication",
        "document",
        "file",
        "essay",
    ],
    &["magazine", "journal", "periodical"],
    &["book", "publication", "volume", "novel"],
    &["supplier", "vendor", "provider", "seller", "distributor"],
    &["manufacturer", "maker", "producer", "brand"],
    &["warehouse", "depot", "storehouse"],
    &["boat", "ship", "vessel"],
    &["trip", "journey", "travel", "voyage", "tour"],
    &["flight", "trip"],
    &["station", "stop", "terminal"],
    &["restaurant", "eatery", "diner", "cafe", "bistro"],
    &["food", "dish", "meal", "cuisine", "menu"],
    &[
        "review", "rating", "comment", "feedback", "opinion", "critique",
    ],
    &["pupil", "student"],
    &[
        "school",
        "college",
        "university",
        "academy",
        "institute",
        "institution",
    ],
    &["headquarters", "headquarter", "office", "base"],
    &["identifier", "id", "number", "code"],
    &["version", "edition", "release"],
    &["colour", "color"],
    &["centre", "center"],
    &["theatre", "theater"],
    &["licence", "license"],
    &["programme", "program"],
    &["revenue", "sale", "turnover", "amount", "total", "spend"],
    &["earnings", "profit", "revenue", "sale", "gain", "gross"],
    &["expense", "cost", "spending", "expenditure"],
    &["unit", "quantity", "piece"],
    &["horsepower", "power"],
    &["speed", "velocity", "pace"],
    &["mass", "weight"],
    &["height", "altitude", "elevation", "stature", "tall"],
    &["friend", "buddy", "companion", "pal", "acquaintance"],
    &["relative", "family", "kin"],
    &["language", "tongue"],
    &["continent", "region"],
    &["governor", "ruler", "mayor"],
    &["religion", "faith", "belief"],
    &["channel", "station", "network"],
    &["series", "show", "program"],
    &["rating", "star"],
    &["concert", "show", "performance", "gig"],
    &["team", "club", "squad", "side"],
    &["coach", "trainer", "manager"],
    &["season", "year"],
    &["victory", "win"],
    &["defeat", "loss", "lose"],
    &["injury", "wound", "hurt", "harm"],
    &["death", "casualty", "killed", "fatality", "dead"],
    &["battle", "fight", "war", "conflict"],
    &["visitor", "guest", "tourist", "customer"],
    &["booking", "reservation", "appointment"],
    &["procedure", "operation", "surgery"],
    &["debt", "loan", "credit"],
    &["lender", "bank"],
    &["shipment", "delivery", "dispatch"],
    &["complaint", "claim", "grievance"],
    &["problem", "issue", "fault", "defect"],
    &[
        "feature",
        "characteristic",
        "attribute",
        "property",
        "trait",
    ],
    &["party", "celebration"],
    &["election", "vote", "ballot", "poll"],
    &["candidate", "nominee", "contender"],
    &["airline", "carrier"],
    &["airport", "airfield"],
];

/// Words of a group with `word`.
pub(crate) fn business(word: &str) -> impl Iterator<Item = &'static str> {
    let own = word.to_owned();
    let mut forms = vec![word.to_owned()];
    // "purchased" and "purchasing" are forms of "purchase".
    for ending in ["d", "ed", "ing"] {
        if let Some(base) = word.strip_suffix(ending)
            && base.len() >= 4
        {
            forms.push(base.to_owned());
            forms.push(format!("{base}e"));
        }
    }
    GROUPS
        .iter()
        .filter(move |group| {
            group
                .iter()
                .any(|member| forms.iter().any(|form| form == member))
        })
        .flat_map(|group| group.iter().copied())
        .filter(move |other| *other != own)
}

/// Words that WordNet lets stand for `word`, nearest first; true for those one step above or below it.
pub(crate) fn synonyms(word: &str) -> impl Iterator<Item = (&'static str, bool)> {
    let listed = TABLE.get(word).map_or(&[][..], Vec::as_slice);
    listed.iter().map(|other| {
        other
            .strip_prefix('~')
            .map_or((*other, false), |far| (far, true))
    })
}
