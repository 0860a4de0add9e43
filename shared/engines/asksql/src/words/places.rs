//! Adjectives of countries and the countries that they stand for.

const PLACES: &[(&str, &str)] = &[
    ("american", "United States"), ("argentine", "Argentina"), ("argentinian", "Argentina"), ("australian", "Australia"),
    ("austrian", "Austria"), ("belgian", "Belgium"), ("brazilian", "Brazil"), ("british", "United Kingdom"),
    ("bulgarian", "Bulgaria"), ("canadian", "Canada"), ("chilean", "Chile"), ("chinese", "China"), ("colombian", "Colombia"),
    ("croatian", "Croatia"), ("cuban", "Cuba"), ("czech", "Czech Republic"), ("danish", "Denmark"), ("dutch", "Netherlands"),
    ("egyptian", "Egypt"), ("english", "England"), ("estonian", "Estonia"), ("ethiopian", "Ethiopia"), ("finnish", "Finland"),
    ("french", "France"), ("german", "Germany"), ("greek", "Greece"), ("hungarian", "Hungary"), ("icelandic", "Iceland"),
    ("indian", "India"), ("indonesian", "Indonesia"), ("iranian", "Iran"), ("irish", "Ireland"), ("israeli", "Israel"),
    ("italian", "Italy"), ("jamaican", "Jamaica"), ("japanese", "Japan"), ("kenyan", "Kenya"), ("korean", "Korea"),
    ("latvian", "Latvia"), ("lithuanian", "Lithuania"), ("malaysian", "Malaysia"), ("mexican", "Mexico"), ("moroccan", "Morocco"),
    ("nigerian", "Nigeria"), ("norwegian", "Norway"), ("pakistani", "Pakistan"), ("peruvian", "Peru"), ("polish", "Poland"),
    ("portuguese", "Portugal"), ("romanian", "Romania"), ("russian", "Russia"), ("scottish", "Scotland"), ("serbian", "Serbia"),
    ("singaporean", "Singapore"), ("slovak", "Slovakia"), ("slovenian", "Slovenia"), ("spanish", "Spain"), ("swedish", "Sweden"),
    ("swiss", "Switzerland"), ("thai", "Thailand"), ("turkish", "Turkey"), ("ukrainian", "Ukraine"), ("vietnamese", "Vietnam"),
    ("welsh", "Wales"), ("us", "United States"), ("usa", "United States"), ("uk", "United Kingdom"),
    ("europe", "European"), ("asia", "Asian"), ("africa", "African"), ("female", "F"), ("male", "M"), ("women", "F"), ("men", "M"), ("woman", "F"), ("girl", "F"), ("boy", "M"), ("girls", "F"), ("boys", "M"), ("females", "F"), ("males", "M"),
];

/// The value that people mean by an adjective or a short form.
pub(crate) fn place_of(word: &str) -> Option<&'static str> {
    PLACES.iter().find(|(adjective, _)| *adjective == word).map(|(_, place)| *place)
}
