//! Where the rows of a table come from.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

/// Before the bytes of a Parquet file in a JSON text.
const DATA_URL: &str = "data:application/vnd.apache.parquet;base64,";

/// Where the rows of a table come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowSource {
    /// These bytes, CSV or Parquet.
    Inline(Bytes),
    /// An object of a bucket.
    Object {
        /// The bucket.
        bucket: String,
        /// The key.
        key: String,
    },
}

impl RowSource {
    /// Reads the text of a field: CSV as it is, `s3://bucket/key`, or Parquet as a base64 data URL.
    /// Nothing is fetched from any other address.
    ///
    /// # Errors
    /// What the text has to be.
    pub fn read(text: &str) -> Result<Self, String> {
        let Some(scheme) = scheme(text) else {
            return Ok(Self::Inline(Bytes::copy_from_slice(text.as_bytes())));
        };
        if let Some(encoded) = text.strip_prefix(DATA_URL) {
            let bytes = STANDARD.decode(encoded);
            let bytes = bytes.map_err(|error| format!("is not base64: {error}"))?;
            if !bytes.starts_with(b"PAR1") {
                return Err("is not a Parquet file".to_owned());
            }
            return Ok(Self::Inline(bytes.into()));
        }
        if scheme == "s3" {
            let path = text.strip_prefix("s3://").unwrap_or_default();
            return match path.split_once('/') {
                Some((bucket, key)) if !bucket.is_empty() && (1..=1024).contains(&key.len()) => {
                    Ok(Self::Object {
                        bucket: bucket.to_owned(),
                        key: key.to_owned(),
                    })
                }
                _ => Err("must be s3://bucket/key".to_owned()),
            };
        }
        Err(format!(
            "must be CSV text, s3://bucket/key or {DATA_URL}…; nothing is fetched from {scheme} addresses"
        ))
    }
}

/// The scheme of a text that is one line and begins like an address.
fn scheme(text: &str) -> Option<&str> {
    if text.contains(['\n', '\r']) {
        return None;
    }
    let (scheme, rest) = text.split_once(':')?;
    let known = ["http", "https", "s3", "ftp", "file", "data", "gs", "az"];
    let address = rest.starts_with("//") || scheme == "data";
    (address && known.contains(&scheme.to_ascii_lowercase().as_str())).then_some(scheme)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_csv_unless_they_are_addresses() {
        for text in ["id,name\n1,a\n", "id", "", "a:b,c\n", "https://a,b\n1,2\n"] {
            let read = RowSource::read(text);
            assert_eq!(read, Ok(RowSource::Inline(Bytes::from(text.to_owned()))));
        }
        let object = RowSource::Object {
            bucket: "data".to_owned(),
            key: "ada/a.csv".to_owned(),
        };
        assert_eq!(RowSource::read("s3://data/ada/a.csv"), Ok(object));
        let parquet = RowSource::read(&format!("{DATA_URL}UEFSMQ=="));
        assert_eq!(parquet, Ok(RowSource::Inline(Bytes::from_static(b"PAR1"))));
    }

    #[test]
    fn other_addresses_are_refused_by_name() {
        for text in [
            "http://169.254.169.254/latest/meta-data",
            "HTTPS://example.com/a.csv",
            "file:///etc/passwd",
            "ftp://a/b",
            "s3://",
            "s3://bucket",
            "s3:///key",
            "data:text/csv,a",
            "data:application/vnd.apache.parquet;base64,***",
            "data:application/vnd.apache.parquet;base64,YQ==",
        ] {
            assert!(RowSource::read(text).is_err(), "{text}");
        }
    }
}
