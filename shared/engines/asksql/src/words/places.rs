//! Names and adjectives of places, and short forms, that stand for one another among values.

const GROUPS: &[&[&str]] = &[
    &[
        "united states",
        "usa",
        "us",
        "america",
        "american",
        "united states of america",
        "u s a",
        "u s",
    ],
    &[
        "united kingdom",
        "uk",
        "britain",
        "great britain",
        "british",
    ],
    &["england", "english"],
    &["scotland", "scottish"],
    &["wales", "welsh"],
    &["argentina", "argentine", "argentinian"],
    &["australia", "australian"],
    &["austria", "austrian"],
    &["belgium", "belgian"],
    &["brazil", "brazilian"],
    &["bulgaria", "bulgarian"],
    &["canada", "canadian"],
    &["chile", "chilean"],
    &["china", "chinese"],
    &["colombia", "colombian"],
    &["croatia", "croatian"],
    &["cuba", "cuban"],
    &["czech republic", "czech"],
    &["denmark", "danish"],
    &["netherlands", "dutch"],
    &["egypt", "egyptian"],
    &["estonia", "estonian"],
    &["ethiopia", "ethiopian"],
    &["finland", "finnish"],
    &["france", "french"],
    &["germany", "german"],
    &["greece", "greek"],
    &["hungary", "hungarian"],
    &["iceland", "icelandic"],
    &["india", "indian"],
    &["indonesia", "indonesian"],
    &["iran", "iranian"],
    &["ireland", "irish"],
    &["israel", "israeli"],
    &["italy", "italian"],
    &["jamaica", "jamaican"],
    &["japan", "japanese"],
    &["kenya", "kenyan"],
    &["south korea", "korea", "korean"],
    &["latvia", "latvian"],
    &["lithuania", "lithuanian"],
    &["malaysia", "malaysian"],
    &["mexico", "mexican"],
    &["morocco", "moroccan"],
    &["nigeria", "nigerian"],
    &["norway", "norwegian"],
    &["pakistan", "pakistani"],
    &["peru", "peruvian"],
    &["poland", "polish"],
    &["portugal", "portuguese"],
    &["romania", "romanian"],
    &["russia", "russian", "russian federation"],
    &["serbia", "serbian"],
    &["singapore", "singaporean"],
    &["slovakia", "slovak"],
    &["slovenia", "slovenian"],
    &["south africa", "south african"],
    &["spain", "spanish"],
    &["sweden", "swedish"],
    &["switzerland", "swiss"],
    &["thailand", "thai"],
    &["turkey", "turkish"],
    &["ukraine", "ukrainian"],
    &["vietnam", "vietnamese"],
    &["europe", "european"],
    &["asia", "asian"],
    &["africa", "african"],
    &["north america", "north american"],
    &["south america", "south american"],
    &["female", "f", "woman", "women", "girl", "girls", "females"],
    &["male", "m", "man", "men", "boy", "boys", "males"],
    &["alabama", "al"],
    &["alaska", "ak"],
    &["arizona", "az"],
    &["arkansas", "ar"],
    &["california", "ca"],
    &["colorado", "co"],
    &["connecticut", "ct"],
    &["delaware", "de"],
    &["florida", "fl"],
    &["georgia", "ga"],
    &["hawaii", "hi"],
    &["idaho", "id"],
    &["illinois", "il"],
    &["indiana", "in"],
    &["iowa", "ia"],
    &["kansas", "ks"],
    &["kentucky", "ky"],
    &["louisiana", "la"],
    &["maine", "me"],
    &["maryland", "md"],
    &["massachusetts", "ma"],
    &["michigan", "mi"],
    &["minnesota", "mn"],
    &["mississippi", "ms"],
    &["missouri", "mo"],
    &["montana", "mt"],
    &["nebraska", "ne"],
    &["nevada", "nv"],
    &["new hampshire", "nh"],
    &["new jersey", "nj"],
    &["new mexico", "nm"],
    &["new york", "ny"],
    &["north carolina", "nc"],
    &["north dakota", "nd"],
    &["ohio", "oh"],
    &["oklahoma", "ok"],
    &["oregon", "or"],
    &["pennsylvania", "pa"],
    &["rhode island", "ri"],
    &["south carolina", "sc"],
    &["south dakota", "sd"],
    &["tennessee", "tn"],
    &["texas", "tx"],
    &["utah", "ut"],
    &["vermont", "vt"],
    &["virginia", "va"],
    &["washington", "wa"],
    &["west virginia", "wv"],
    &["wisconsin", "wi"],
    &["wyoming", "wy"],
    &["new york city", "nyc"],
    &["los angeles", "la"],
    &["san francisco", "sf"],
    &["monday", "mon"],
    &["tuesday", "tue"],
    &["wednesday", "wed"],
    &["thursday", "thu"],
    &["friday", "fri"],
    &["saturday", "sat"],
    &["sunday", "sun"],
];

/// Other words under which the same thing may stand among the values. Two letters that are also an
/// English word stand for nothing.
pub(crate) fn alike(phrase: &str) -> impl Iterator<Item = &'static str> {
    let word = matches!(
        phrase,
        "in" | "or"
            | "me"
            | "hi"
            | "ok"
            | "id"
            | "de"
            | "m"
            | "f"
            | "la"
            | "ma"
            | "pa"
            | "man"
            | "us"
            | "co"
            | "al"
    );
    let phrase = if word && phrase != "us" {
        String::new()
    } else {
        phrase.to_owned()
    };
    GROUPS
        .iter()
        .filter(move |group| group.contains(&phrase.as_str()))
        .flat_map(|group| group.iter().copied())
}
