//! What the name of a column says, word by word.

/// The words of a name, in small letters: `customerEmail`, `Customer E-Mail` and `CUSTOMER_EMAIL` have
/// the same. Digits are no part of words.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    let mut characters = name.chars().peekable();
    while let Some(character) = characters.next() {
        if character.is_alphabetic() {
            let ends_capitals = before.is_uppercase()
                && character.is_uppercase()
                && characters.peek().is_some_and(|next| next.is_lowercase());
            let begins = !before.is_alphabetic()
                || (before.is_lowercase() && character.is_uppercase())
                || ends_capitals;
            if begins {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.extend(character.to_lowercase());
            }
        }
        before = character;
    }
    words
}

/// What a name may announce.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Topic {
    Email,
    Phone,
    CreditCard,
    Iban,
    Ssn,
    Aadhaar,
    Pan,
    Ip,
    Mac,
    Latitude,
    Longitude,
    BirthDate,
    PersonName,
    Address,
    Boolean,
}

/// Single words that say it.
fn single(topic: Topic) -> &'static [&'static str] {
    match topic {
        Topic::Email => &["email", "mail", "correo"],
        Topic::Phone => &[
            "phone",
            "phones",
            "telephone",
            "tel",
            "mobile",
            "cell",
            "cellphone",
            "fax",
            "msisdn",
            "whatsapp",
            "telefon",
            "telefono",
            "handy",
        ],
        Topic::CreditCard => &["creditcard", "cardnumber", "cardno", "ccnum", "ccnumber"],
        Topic::Iban => &["iban"],
        Topic::Ssn => &["ssn"],
        Topic::Aadhaar => &["aadhaar", "aadhar", "uidai"],
        Topic::Pan => &["pan", "pancard", "panno"],
        Topic::Ip => &["ip", "ipaddress", "ipaddr", "ipv"],
        Topic::Mac => &["mac", "macaddress"],
        Topic::Latitude => &["lat", "latitude"],
        Topic::Longitude => &["lon", "lng", "long", "longitude"],
        Topic::BirthDate => &[
            "dob",
            "birth",
            "birthday",
            "birthdate",
            "dateofbirth",
            "born",
            "geburtsdatum",
            "geburtstag",
        ],
        Topic::PersonName => &[
            "firstname",
            "lastname",
            "fullname",
            "surname",
            "forename",
            "middlename",
            "givenname",
            "familyname",
            "maidenname",
            "vorname",
            "nachname",
            "apellido",
            "apellidos",
            "prenom",
        ],
        Topic::Address => &[
            "street",
            "streetname",
            "streetaddress",
            "postcode",
            "zipcode",
            "postalcode",
            "zip",
            "addr",
            "strasse",
            "straße",
            "adresse",
            "direccion",
            "plz",
        ],
        Topic::Boolean => &[],
    }
}

/// Pairs of words that say it together.
fn pairs(topic: Topic) -> &'static [(&'static str, &'static str)] {
    match topic {
        Topic::Email => &[("e", "mail")],
        Topic::CreditCard => &[
            ("credit", "card"),
            ("card", "number"),
            ("card", "no"),
            ("cc", "number"),
        ],
        Topic::Ssn => &[("social", "security")],
        Topic::BirthDate => &[("date", "birth")],
        Topic::PersonName => &[
            ("first", "name"),
            ("last", "name"),
            ("full", "name"),
            ("middle", "name"),
            ("given", "name"),
            ("family", "name"),
            ("maiden", "name"),
            ("customer", "name"),
            ("contact", "name"),
            ("patient", "name"),
            ("employee", "name"),
            ("person", "name"),
            ("user", "name"),
            ("holder", "name"),
            ("student", "name"),
            ("guest", "name"),
        ],
        Topic::Address => &[
            ("home", "address"),
            ("postal", "code"),
            ("zip", "code"),
            ("street", "address"),
            ("billing", "address"),
            ("shipping", "address"),
            ("postal", "address"),
        ],
        _ => &[],
    }
}

/// Whether a name says that the column is about something.
pub(crate) fn says(words: &[String], topic: Topic) -> bool {
    let has = |wanted: &str| words.iter().any(|word| word == wanted);
    let joined = words.concat();
    let found = single(topic)
        .iter()
        .any(|word| has(word) || (word.len() > 4 && joined == *word))
        || pairs(topic)
            .iter()
            .any(|(first, second)| has(first) && has(second));
    match topic {
        Topic::Address => {
            let of_machines = ["email", "mail", "ip", "mac", "web", "url"];
            found || (has("address") && !of_machines.iter().any(|word| has(word)))
        }
        // Words of every day: only as the whole name, or where they stand.
        Topic::Longitude if !has("lon") && !has("lng") && !has("longitude") => words == ["long"],
        Topic::Boolean => {
            let ends = [
                "flag", "active", "enabled", "deleted", "verified", "boolean", "bool", "yn",
            ];
            let begins = ["is", "has", "was", "can"];
            words
                .first()
                .is_some_and(|word| begins.contains(&word.as_str()))
                || words
                    .last()
                    .is_some_and(|word| ends.contains(&word.as_str()))
        }
        _ => found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fall_into_words() {
        for (name, expected) in [
            ("customerEmail", &["customer", "email"][..]),
            ("CUSTOMER_EMAIL", &["customer", "email"]),
            ("Customer E-Mail 2", &["customer", "e", "mail"]),
            ("userIPAddress", &["user", "ip", "address"]),
            ("PANNumber", &["pan", "number"]),
            ("123", &[]),
            ("Straße", &["straße"]),
        ] {
            assert_eq!(words(name), expected, "{name}");
        }
    }

    #[test]
    fn names_say_what_columns_are_about() {
        let about = |name: &str, topic| says(&words(name), topic);
        for (name, topic) in [
            ("customer_email", Topic::Email),
            ("E-Mail", Topic::Email),
            ("home phone", Topic::Phone),
            ("CreditCardNumber", Topic::CreditCard),
            ("client_ip", Topic::Ip),
            ("date_of_birth", Topic::BirthDate),
            ("DOB", Topic::BirthDate),
            ("first_name", Topic::PersonName),
            ("LastName", Topic::PersonName),
            ("shipping address", Topic::Address),
            ("zip_code", Topic::Address),
            ("lng", Topic::Longitude),
            ("is_member", Topic::Boolean),
            ("deletedFlag", Topic::Boolean),
        ] {
            assert!(about(name, topic), "{name} is about {topic:?}");
        }
        for (name, topic) in [
            ("product_name", Topic::PersonName),
            ("name", Topic::PersonName),
            ("ip_address", Topic::Address),
            ("email_address", Topic::Address),
            ("how_long", Topic::Longitude),
            ("chip", Topic::Ip),
            ("company", Topic::Pan),
            ("this", Topic::Boolean),
            ("active_users", Topic::Boolean),
            ("platform", Topic::Latitude),
        ] {
            assert!(!about(name, topic), "{name} is not about {topic:?}");
        }
    }
}
