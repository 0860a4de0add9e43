//! The ZIP package: deflated entries in the given order, with fixed times and safe names.

use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, Read, Write};

use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::ReportError;

/// Longest name of an entry, in bytes: what common file systems take.
const LONGEST_NAME: usize = 255;

/// One file of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Relative path inside the package, parted by `/`.
    pub name: String,
    /// Content.
    pub bytes: Vec<u8>,
}

/// Packs `entries` in their order; the same entries give the same bytes.
///
/// # Errors
/// [`ReportError::UnsafeName`] and [`ReportError::DuplicateName`] for names that an archive must
/// not hold.
pub fn zip(entries: Vec<Entry>) -> Result<Vec<u8>, ReportError> {
    let mut package = Package::new(Vec::new());
    for entry in entries {
        package.add(&entry.name, &mut entry.bytes.as_slice())?;
    }
    package.finish()
}

/// A package that is written while its files are read, to a writer that need not seek.
pub struct Package<W: Write> {
    archive: ZipWriter<StreamWriter<W>>,
    names: BTreeSet<String>,
}

impl<W: Write> fmt::Debug for Package<W> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Package")
            .field("names", &self.names)
            .finish_non_exhaustive()
    }
}

impl<W: Write> Package<W> {
    /// Begins an archive at the writer's present position.
    pub fn new(writer: W) -> Self {
        Self {
            archive: ZipWriter::new_stream(writer),
            names: BTreeSet::new(),
        }
    }

    /// Appends one file and answers its size in bytes. Memory does not grow with the file.
    ///
    /// # Errors
    /// Names that are unsafe or taken, and faults of the reader or the writer.
    pub fn add(&mut self, name: &str, content: &mut impl Read) -> Result<u64, ReportError> {
        check_name(name)?;
        if !self.names.insert(name.to_lowercase()) {
            return Err(ReportError::DuplicateName(name.to_owned()));
        }
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(6))
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644);
        self.archive.start_file(name, options)?;
        Ok(io::copy(content, &mut self.archive)?)
    }

    /// Writes the directory of the archive and gives the writer back.
    ///
    /// # Errors
    /// Faults of the writer.
    pub fn finish(self) -> Result<W, ReportError> {
        Ok(self.archive.finish()?.into_inner())
    }
}

/// Refuses names that could leave the folder an archive is unpacked to, or that some system
/// cannot write.
fn check_name(name: &str) -> Result<(), ReportError> {
    let reason = if name.is_empty() {
        "it is empty"
    } else if name.len() > LONGEST_NAME {
        "it is longer than 255 bytes"
    } else if name.starts_with('/') {
        "it is absolute"
    } else if name.contains(['\\', ':']) {
        "it has a backslash or a colon"
    } else if name.chars().any(char::is_control) {
        "it has a control character"
    } else if name.split('/').any(|part| matches!(part, "" | "." | "..")) {
        "it has an empty, `.` or `..` part"
    } else {
        return Ok(());
    };
    Err(ReportError::UnsafeName {
        name: name.to_owned(),
        reason,
    })
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;
    use zip::ZipArchive;

    use super::*;

    fn entry(name: &str, bytes: &[u8]) -> Entry {
        Entry {
            name: name.to_owned(),
            bytes: bytes.to_vec(),
        }
    }

    #[test]
    fn entries_keep_their_order_content_and_a_fixed_time() {
        let entries = vec![
            entry("b.csv", &b"id,name\n1,Anna\n".repeat(500)),
            entry("a/ü.txt", "Grüße".as_bytes()),
            entry("empty.txt", b""),
        ];
        let bytes = zip(entries.clone()).unwrap();
        assert_eq!(bytes, zip(entries.clone()).unwrap());

        let mut archive = ZipArchive::new(Cursor::new(&bytes)).unwrap();
        assert_eq!(archive.len(), entries.len());
        for (index, expected) in entries.iter().enumerate() {
            let mut file = archive.by_index(index).unwrap();
            assert_eq!(file.name().unwrap(), expected.name);
            assert_eq!(file.compression(), CompressionMethod::Deflated);
            assert_eq!(file.last_modified(), Some(DateTime::default()));
            let mut content = Vec::new();
            file.read_to_end(&mut content).unwrap();
            assert_eq!(content, expected.bytes);
        }
        assert!(
            bytes.len() < 1_500,
            "7,500 repetitive bytes must shrink, got {}",
            bytes.len()
        );
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        let long = "x".repeat(256);
        for name in [
            "",
            "/etc/passwd",
            "../up",
            "a/../../b",
            "a/./b",
            "a//b",
            "a/",
            "c:\\x",
            "C:x",
            "a\\b",
            "a\0b",
            "a\nb",
            &long,
        ] {
            let refused = zip(vec![entry(name, b"")]);
            assert!(
                matches!(refused, Err(ReportError::UnsafeName { .. })),
                "{name:?}"
            );
        }
        assert!(zip(vec![entry("..a/b..c.txt", b"")]).is_ok());
    }

    #[test]
    fn a_name_stands_once_whatever_its_case() {
        let twice = zip(vec![entry("Data.csv", b""), entry("data.CSV", b"")]);
        assert!(matches!(twice, Err(ReportError::DuplicateName(name)) if name == "data.CSV"));
    }

    proptest! {
        #[test]
        fn no_accepted_name_is_absolute_or_climbs(name in "[a./\\\\:]{0,12}") {
            if check_name(&name).is_ok() {
                prop_assert!(!name.starts_with('/') && !name.contains('\\'));
                prop_assert!(name.split('/').all(|part| part != ".." && !part.is_empty()));
            }
        }
    }
}
