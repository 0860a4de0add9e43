use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

pub(super) const NIGHT: Color = Color::RGB(0x0013_233A);
pub(super) const ACCENT: Color = Color::RGB(0x001F_6F8B);
pub(super) const MUTED: Color = Color::RGB(0x005F_6B7A);
pub(super) const RULE: Color = Color::RGB(0x00DF_E3E8);
const TINT: Color = Color::RGB(0x00F5_F6F8);

/// The cell formats of the workbook.
pub(super) struct Styles {
    pub(super) title: Format,
    pub(super) subtitle: Format,
    pub(super) section: Format,
    pub(super) header: Format,
    pub(super) wrapped: Format,
    pub(super) sql: Format,
    pub(super) count: Format,
    pub(super) ordinal: Format,
    pub(super) link: Format,
}

impl Styles {
    pub(super) fn new() -> Self {
        let top = Format::new().set_align(FormatAlign::Top);
        Self {
            title: Format::new()
                .set_bold()
                .set_font_size(15)
                .set_font_color(NIGHT)
                .set_text_wrap()
                .set_align(FormatAlign::Top),
            subtitle: Format::new()
                .set_font_color(MUTED)
                .set_align(FormatAlign::Top),
            section: Format::new()
                .set_bold()
                .set_font_size(12)
                .set_font_color(NIGHT),
            header: Format::new()
                .set_bold()
                .set_font_color(Color::White)
                .set_background_color(NIGHT)
                .set_align(FormatAlign::VerticalCenter),
            wrapped: top.clone().set_text_wrap(),
            sql: Format::new()
                .set_font_name("Consolas")
                .set_font_size(10)
                .set_background_color(TINT)
                .set_border(FormatBorder::Thin)
                .set_border_color(RULE)
                .set_text_wrap()
                .set_align(FormatAlign::Top),
            count: top.clone().set_num_format("#,##0"),
            ordinal: top.clone().set_align(FormatAlign::Left),
            link: top
                .set_font_color(ACCENT)
                .set_underline(rust_xlsxwriter::FormatUnderline::Single),
        }
    }
}
