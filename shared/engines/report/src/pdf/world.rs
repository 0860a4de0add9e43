//! The world of the layout engine: templates, fonts and one data file, all in memory.

use std::sync::LazyLock;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

/// The template files by path; the first is the one to compile.
const TEMPLATES: [(&str, &str); 7] = [
    ("/report.typ", include_str!("../../templates/report.typ")),
    ("/theme.typ", include_str!("../../templates/theme.typ")),
    ("/cover.typ", include_str!("../../templates/cover.typ")),
    ("/charts.typ", include_str!("../../templates/charts.typ")),
    ("/model.typ", include_str!("../../templates/model.typ")),
    ("/tables.typ", include_str!("../../templates/tables.typ")),
    (
        "/appendix.typ",
        include_str!("../../templates/appendix.typ"),
    ),
];
/// Where the templates find the figures.
const DATA: &str = "/report.json";

/// What never changes between two reports.
struct Fixed {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    data: FileId,
    sources: Vec<Source>,
}

static FIXED: LazyLock<Fixed> = LazyLock::new(|| {
    let fonts: Vec<Font> = typst_assets::fonts()
        .flat_map(|face| Font::iter(Bytes::new(face)))
        .collect();
    Fixed {
        library: LazyHash::new(Library::default()),
        book: LazyHash::new(FontBook::from_fonts(&fonts)),
        fonts,
        data: file_id(DATA),
        sources: TEMPLATES
            .iter()
            .map(|(path, text)| Source::new(file_id(path), (*text).to_owned()))
            .collect(),
    }
});

fn file_id(path: &str) -> FileId {
    let path = VirtualPath::new(path).expect("the paths of this module are valid");
    FileId::new(RootedPath::new(VirtualRoot::Project, path))
}

/// A world without files, network, packages or clock.
pub(super) struct ClosedWorld {
    data: Bytes,
}

impl ClosedWorld {
    /// A world whose only data is this JSON text.
    pub(super) fn new(json: Vec<u8>) -> Self {
        Self {
            data: Bytes::new(json),
        }
    }
}

impl World for ClosedWorld {
    fn library(&self) -> &LazyHash<Library> {
        &FIXED.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &FIXED.book
    }

    fn main(&self) -> FileId {
        FIXED.sources[0].id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        FIXED
            .sources
            .iter()
            .find(|source| source.id() == id)
            .cloned()
            .ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == FIXED.data {
            return Ok(self.data.clone());
        }
        self.source(id).map(Bytes::from_string)
    }

    fn font(&self, index: usize) -> Option<Font> {
        FIXED.fonts.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}
