//! The parts of a workbook that do not depend on its rows.

use std::io::{Seek, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::super::error::WriteError;
use super::xml::push_text;

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

const CONTENT_TYPES: &str = concat!(
    r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">"#,
    r#"<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>"#,
    r#"<Default Extension="xml" ContentType="application/xml"/>"#,
    r#"<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>"#,
    r#"<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>"#,
    r#"<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>"#,
    "</Types>",
);

const PACKAGE_RELATIONS: &str = concat!(
    r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">"#,
    r#"<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/>"#,
    "</Relationships>",
);

const WORKBOOK_RELATIONS: &str = concat!(
    r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">"#,
    r#"<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>"#,
    r#"<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/>"#,
    "</Relationships>",
);

/// How a cell is shown. The first two are those of plain cells and of the header; the others are
/// numbered formats of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Date,
    Timestamp,
    Time,
    /// A number with so many digits behind the point.
    Decimal(u8),
}

/// Style of the header's cells.
pub(super) const HEADER_STYLE: usize = 1;

impl Style {
    fn code(self) -> String {
        match self {
            Self::Date => "yyyy\\-mm\\-dd".to_owned(),
            Self::Timestamp => "yyyy\\-mm\\-dd\\ hh:mm:ss".to_owned(),
            Self::Time => "hh:mm:ss".to_owned(),
            Self::Decimal(scale) => format!("0.{}", "0".repeat(usize::from(scale))),
        }
    }
}

/// Writes all parts but the sheet.
pub(super) fn write_frame<W: Write + Seek>(
    zip: &mut ZipWriter<W>,
    options: SimpleFileOptions,
    sheet_name: &str,
    styles: &[Style],
) -> Result<(), WriteError> {
    let mut part = |name: &str, text: &str| -> Result<(), WriteError> {
        zip.start_file(name, options)?;
        zip.write_all(DECLARATION.as_bytes())?;
        zip.write_all(text.as_bytes())?;
        Ok(())
    };
    part("[Content_Types].xml", CONTENT_TYPES)?;
    part("_rels/.rels", PACKAGE_RELATIONS)?;
    part("xl/workbook.xml", &workbook(sheet_name))?;
    part("xl/_rels/workbook.xml.rels", WORKBOOK_RELATIONS)?;
    part("xl/styles.xml", &style_sheet(styles))
}

fn workbook(sheet_name: &str) -> String {
    let mut name = Vec::new();
    push_text(sheet_name, &mut name);
    let name = String::from_utf8_lossy(&name).replace('"', "&quot;");
    format!(
        concat!(
            r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" "#,
            r#"xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">"#,
            r#"<bookViews><workbookView xWindow="0" yWindow="0" windowWidth="28800" windowHeight="15000"/></bookViews>"#,
            r#"<sheets><sheet name="{}" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
        ),
        name
    )
}

fn style_sheet(styles: &[Style]) -> String {
    /// Numbers below this one are formats that Excel has built in.
    const FIRST_FORMAT: usize = 164;
    let mut formats = String::new();
    let mut cells = String::new();
    for (place, style) in styles.iter().enumerate() {
        let id = FIRST_FORMAT + place;
        formats.push_str(&format!(
            r#"<numFmt numFmtId="{id}" formatCode="{}"/>"#,
            style.code()
        ));
        cells.push_str(&format!(
            r#"<xf numFmtId="{id}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>"#
        ));
    }
    if !styles.is_empty() {
        formats = format!(r#"<numFmts count="{}">{formats}</numFmts>"#, styles.len());
    }
    let font = r#"<sz val="11"/><name val="Calibri"/><family val="2"/>"#;
    format!(
        concat!(
            r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{formats}"#,
            r#"<fonts count="2"><font>{font}</font><font><b/>{font}</font></fonts>"#,
            r#"<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>"#,
            r#"<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>"#,
            r#"<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>"#,
            r#"<cellXfs count="{count}"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>"#,
            r#"<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>{cells}</cellXfs>"#,
            r#"<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>"#,
        ),
        formats = formats,
        font = font,
        count = styles.len() + 2,
        cells = cells
    )
}
