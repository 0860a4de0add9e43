//! The quality report as PDF.
//!
//! The layout lives in `templates/*.typ`; this module hands it the figures as a JSON file of a
//! closed world (embedded templates and fonts, nothing else), so that no text of the input is
//! ever read as markup.

mod breaks;
mod input;
mod picture;
#[cfg(test)]
mod tests;
mod world;

use serde::Serialize;
use typst::diag::SourceDiagnostic;
use typst::foundations::Smart;
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;

use crate::ReportError;
pub use input::{Chart, ChartKind, CheckLine, ColumnLine, QualityReport, TableSection};
use picture::Picture;
use world::ClosedWorld;

/// Lays out the report and writes it as PDF. The same report gives the same bytes.
///
/// Text in scripts that the embedded fonts lack shows as empty boxes; it is no error. Figures
/// that are not finite show as zero.
///
/// # Errors
/// [`ReportError::Layout`] and [`ReportError::Pdf`] when the layout engine refuses the document.
pub fn quality_report(report: &QualityReport) -> Result<Vec<u8>, ReportError> {
    let options = PdfOptions {
        creator: Smart::Custom(Some(report.brand.clone())),
        ..PdfOptions::default()
    };
    let document = lay_out(report)?;
    typst_pdf::pdf(&document, &options).map_err(|faults| ReportError::Pdf(first(&faults)))
}

/// What the template reads.
#[derive(Serialize)]
struct Page {
    report: serde_json::Value,
    /// As text: the template's integers end at 2^63.
    seed: String,
    /// Year, month and day of the report, for the document's properties.
    date: Option<[i32; 3]>,
    picture: Picture,
}

fn lay_out(report: &QualityReport) -> Result<PagedDocument, ReportError> {
    let mut figures = serde_json::to_value(report)?;
    breaks::allow(&mut figures);
    let page = Page {
        report: figures,
        seed: report.seed.to_string(),
        date: date(&report.generated_on),
        picture: Picture::of(&report.tables, &report.relationships),
    };
    let world = ClosedWorld::new(serde_json::to_vec(&page)?);
    let compiled = typst::compile(&world).output;
    // The engine memoises every layout in a global cache; a long-lived worker must not keep them.
    typst::comemo::evict(0);
    compiled.map_err(|faults| ReportError::Layout(first(&faults)))
}

/// The date that a text such as `2026-11-21` or `2026-11-21T10:00:00Z` begins with.
fn date(text: &str) -> Option<[i32; 3]> {
    use chrono::Datelike;
    let date = chrono::NaiveDate::parse_from_str(text.get(..10)?, "%Y-%m-%d").ok()?;
    Some([
        date.year(),
        date.month().cast_signed(),
        date.day().cast_signed(),
    ])
}

fn first(faults: &[SourceDiagnostic]) -> String {
    faults.first().map_or_else(
        || "no reason given".to_owned(),
        |fault| fault.message.to_string(),
    )
}
