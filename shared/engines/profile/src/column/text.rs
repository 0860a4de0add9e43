//! Columns of text, of which it is not known yet what they hold.

use arrow::array::StringArrayType;
use millrace_formats::ColumnFacts;
use serde::{Deserialize, Serialize};

use super::instants::Instants;
use super::numbers::Numbers;
use super::pass::{BLOCK, Pass};
use super::readings::Readings;
use super::shared::Shared;
use crate::hash;
use crate::sketch::distinct::kept;
use crate::sketch::frequent::{Frequent, clip, clip_to};
use crate::sketch::order::Order;
use crate::text::mask;
use crate::text::moment::{self, Shape};
use crate::text::number::{self, Notation, SHAPES};

/// Cells of each class whose rows are told.
const FOUND: usize = 10;
const FOUND_BYTES: usize = 80;
/// Longest text whose order is followed: the last of each part is held.
const ORDERED_BYTES: usize = 1_024;
/// Ways to write a date that are told apart.
const MOST_SHAPES: usize = 256;

/// What a cell may be that keeps a column from being something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Boolean,
    /// A number with points and commas alike.
    Number,
    /// A number with decimal points alone.
    Point,
    /// A number with decimal commas alone.
    Comma,
    Temporal,
    Text,
}

/// Where a cell stands and what it says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Found {
    pub(crate) row: u64,
    pub(crate) text: Box<str>,
}

/// A column of text.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct TextColumn {
    pub(crate) booleans: u64,
    pub(crate) texts: u64,
    pub(crate) numbers: Option<Box<NumberCells>>,
    pub(crate) moments: Option<Box<MomentCells>>,
    pub(crate) lengths: Lengths,
    pub(crate) least: Option<Box<str>>,
    pub(crate) greatest: Option<Box<str>>,
    pub(crate) order: Order<String>,
    /// Once there are too many values to make masks of them at the end.
    pub(crate) masks: Option<Frequent>,
    most_masks: usize,
    /// The first cells of each class.
    pub(crate) found: [Vec<Found>; 6],
}

/// Cells that are numbers.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct NumberCells {
    pub(crate) facts: ColumnFacts,
    /// Shapes that the facts have taken in; of no consequence but for speed.
    #[serde(skip)]
    seen: [u64; SHAPES.div_ceil(64)],
    pub(crate) integers: u64,
    pub(crate) decimals: u64,
    pub(crate) doubles: u64,
    /// With decimal points, and with decimal commas.
    pub(crate) readings: Readings<Numbers>,
}

/// Cells that are dates or timestamps.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct MomentCells {
    pub(crate) facts: ColumnFacts,
    #[serde(skip)]
    seen: [bool; 2],
    pub(crate) dates: u64,
    pub(crate) timestamps: u64,
    pub(crate) zoned: u64,
    pub(crate) shapes: Vec<(Shape, u64)>,
    /// With the day first, and with the month first.
    pub(crate) readings: Readings<Instants>,
}

/// How long texts are, and what of them is easily overlooked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Lengths {
    pub(crate) count: u64,
    /// In characters.
    pub(crate) total: u64,
    pub(crate) least: Option<u64>,
    pub(crate) greatest: Option<u64>,
    pub(crate) not_ascii: u64,
    /// Codes such as `007`.
    pub(crate) leading_zeros: u64,
    pub(crate) padded: u64,
    pub(crate) empty: u64,
}

impl Lengths {
    /// Takes a text; gives it without the white space around it.
    #[inline]
    fn add<'t>(&mut self, text: &'t str) -> &'t str {
        let ascii = text.is_ascii();
        let length = if ascii {
            text.len()
        } else {
            text.chars().count()
        } as u64;
        self.count += 1;
        self.total += length;
        self.least = Some(self.least.map_or(length, |least| least.min(length)));
        self.greatest = Some(self.greatest.map_or(length, |most| most.max(length)));
        self.not_ascii += u64::from(!ascii);
        let bytes = text.as_bytes();
        let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else {
            self.empty += 1;
            return text;
        };
        if *first == b'0' && bytes.len() > 1 {
            self.leading_zeros += u64::from(bytes.iter().all(u8::is_ascii_digit));
        }
        // White space is below a letter or beyond ASCII.
        if *first > b' ' && *first < 0x7F && *last > b' ' && *last < 0x7F {
            return text;
        }
        let trimmed = text.trim();
        self.padded += u64::from(trimmed.len() < text.len());
        trimmed
    }

    fn merge(&mut self, other: &Self) {
        let pick =
            |own: Option<u64>, other: Option<u64>, pick: fn(u64, u64) -> u64| match (own, other) {
                (Some(own), Some(other)) => Some(pick(own, other)),
                (own, other) => own.or(other),
            };
        self.count += other.count;
        self.total += other.total;
        self.least = pick(self.least, other.least, u64::min);
        self.greatest = pick(self.greatest, other.greatest, u64::max);
        self.not_ascii += other.not_ascii;
        self.leading_zeros += other.leading_zeros;
        self.padded += other.padded;
        self.empty += other.empty;
    }
}

impl TextColumn {
    pub(crate) fn new(most_masks: usize) -> Self {
        Self {
            booleans: 0,
            texts: 0,
            numbers: None,
            moments: None,
            lengths: Lengths::default(),
            least: None,
            greatest: None,
            order: Order::default(),
            masks: None,
            most_masks,
            found: Default::default(),
        }
    }

    /// Takes the cells of a batch.
    pub(crate) fn observe<'a, C>(&mut self, shared: &mut Shared, cells: C, pass: &mut Pass<'_>)
    where
        C: StringArrayType<'a> + Copy,
    {
        let text = |place: usize| clip(cells.value(place));
        let mut ordered: Vec<&str> = Vec::new();
        let mut start = 0;
        while start < cells.len() {
            let end = (start + BLOCK).min(cells.len());
            pass.numbers.begin(pass.rows.row(start));
            pass.instants.begin(pass.rows.row(start));
            let is_ordered = self.order.is_alive();
            for place in start..end {
                if cells.is_null(place) {
                    shared.null(place, pass);
                    continue;
                }
                let cell: &str = cells.value(place);
                if let Some(marker) = pass.markers.and_then(|markers| markers.find(cell)) {
                    shared.marker(marker, place, pass);
                    continue;
                }
                let hash = hash::bytes(pass.seed, cell.as_bytes());
                shared.bytes += cell.len() as u64;
                shared.observe(hash, place, || kept(cell), pass);
                if let Some(masks) = &mut self.masks {
                    masks.observe(mask::hash(pass.seed, cell), place);
                }
                if is_ordered {
                    if cell.len() > ORDERED_BYTES {
                        self.order.give_up();
                    }
                    ordered.push(cell);
                }
                self.stretch(cell);
                let trimmed = self.lengths.add(cell);
                self.classify(pass.rows.row(place), trimmed, pass);
            }
            let behind = pass.rows.behind(end);
            self.order
                .extend((pass.rows.row(start), behind), ordered.drain(..));
            if let Some(numbers) = &mut self.numbers {
                numbers.readings.flush(behind, pass.numbers);
            }
            if let Some(moments) = &mut self.moments {
                moments.readings.flush(behind, pass.instants);
            }
            if shared.values.is_overfull() {
                shared.values.settle(text);
                self.start_masks(shared, pass.seed);
                shared.values.spread_out();
            }
            start = end;
        }
        shared.values.settle(text);
        if let Some(masks) = &mut self.masks {
            masks.settle(|place| mask::of(cells.value(place)));
        }
    }

    /// From here on masks are counted cell by cell. What came so far is in the table, which is exact.
    pub(crate) fn start_masks(&mut self, shared: &Shared, seed: u64) {
        if self.masks.is_none() {
            self.masks = Some(self.masks_of_values(shared, seed));
        }
    }

    /// The masks of a column that was never too full.
    pub(crate) fn masks_of_values(&self, shared: &Shared, seed: u64) -> Frequent {
        let mut masks = Frequent::bounded(self.most_masks);
        for value in shared.values.table().values() {
            masks.add(
                mask::hash(seed, value.text),
                value.count,
                &mask::of(value.text),
            );
        }
        masks
    }

    #[inline]
    fn stretch(&mut self, cell: &str) {
        if self.least.as_deref().is_none_or(|least| cell < least) {
            replace(&mut self.least, cell);
        }
        if self.greatest.as_deref().is_none_or(|most| cell > most) {
            replace(&mut self.greatest, cell);
        }
    }

    #[inline]
    fn classify(&mut self, row: u64, text: &str, pass: &mut Pass<'_>) {
        let class = match text.as_bytes().first() {
            Some(b'0'..=b'9' | b'-' | b'.' | b',') => self
                .number(row, text, pass)
                .or_else(|| self.moment(row, text, pass)),
            Some(b't' | b'T' | b'f' | b'F') if is_boolean(text) => {
                self.booleans += 1;
                Some(Class::Boolean)
            }
            Some(b'A'..=b'Z' | b'a'..=b'z') => self.moment(row, text, pass),
            _ => None,
        };
        let class = class.unwrap_or_else(|| {
            self.texts += 1;
            Class::Text
        });
        let found = &mut self.found[class as usize];
        if found.len() < FOUND {
            found.push(Found {
                row,
                text: clip_to(text, FOUND_BYTES),
            });
        }
    }

    #[inline]
    fn number(&mut self, row: u64, text: &str, pass: &mut Pass<'_>) -> Option<Class> {
        let reading = number::read(text)?;
        let cells = self.numbers.get_or_insert_default();
        match reading.notation {
            Notation::Integer => cells.integers += 1,
            Notation::Decimal => cells.decimals += 1,
            Notation::Double => cells.doubles += 1,
        }
        cells.learn(row, text, reading.shape);
        cells
            .readings
            .add(row, reading.point, reading.comma, pass.numbers);
        Some(match (reading.point, reading.comma) {
            (Some(_), None) => Class::Point,
            (None, Some(_)) => Class::Comma,
            _ => Class::Number,
        })
    }

    #[inline]
    fn moment(&mut self, row: u64, text: &str, pass: &mut Pass<'_>) -> Option<Class> {
        let reading = moment::read(text)?;
        let cells = self.moments.get_or_insert_default();
        if reading.timed {
            cells.timestamps += 1;
        } else {
            cells.dates += 1;
        }
        cells.zoned += u64::from(reading.zoned);
        cells.count(reading.shape, 1);
        let seen = &mut cells.seen[usize::from(reading.timed)];
        if !(reading.plain && *seen) {
            cells.facts.observe(row, Some(text));
            *seen |= reading.plain;
        }
        cells
            .readings
            .add(row, reading.day_first, reading.month_first, pass.instants);
        Some(Class::Temporal)
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.booleans += other.booleans;
        self.texts += other.texts;
        if let Some(others) = &other.numbers {
            self.numbers.get_or_insert_default().merge(others);
        }
        if let Some(others) = &other.moments {
            self.moments.get_or_insert_default().merge(others);
        }
        self.lengths.merge(&other.lengths);
        for text in other.least.iter().chain(&other.greatest) {
            self.stretch(text);
        }
        self.order.merge(&other.order);
        for (own, others) in self.found.iter_mut().zip(&other.found) {
            own.extend_from_slice(others);
            own.sort();
            own.truncate(FOUND);
        }
    }
}

impl NumberCells {
    /// Tells the type lattice of a cell, unless it can learn nothing from it.
    #[inline]
    fn learn(&mut self, row: u64, text: &str, shape: Option<u16>) {
        if let Some(shape) = shape {
            let (word, bit) = (usize::from(shape) / 64, 1 << (shape % 64));
            if self.seen[word] & bit != 0 {
                return;
            }
            self.seen[word] |= bit;
        }
        self.facts.observe(row, Some(text));
    }

    fn merge(&mut self, other: &Self) {
        self.facts.merge(&other.facts);
        self.integers += other.integers;
        self.decimals += other.decimals;
        self.doubles += other.doubles;
        self.readings.merge(&other.readings);
    }
}

impl MomentCells {
    #[inline]
    fn count(&mut self, shape: Shape, count: u64) {
        // Most columns have one.
        match self.shapes.iter().position(|(known, _)| *known == shape) {
            Some(place) => self.shapes[place].1 += count,
            None if self.shapes.len() < MOST_SHAPES => self.shapes.push((shape, count)),
            None => {}
        }
    }

    fn merge(&mut self, other: &Self) {
        self.facts.merge(&other.facts);
        self.dates += other.dates;
        self.timestamps += other.timestamps;
        self.zoned += other.zoned;
        for (shape, count) in &other.shapes {
            self.count(*shape, *count);
        }
        self.readings.merge(&other.readings);
    }
}

/// As the type lattice has it.
fn is_boolean(text: &str) -> bool {
    matches!(text, "true" | "false" | "True" | "False" | "TRUE" | "FALSE")
}

fn replace(held: &mut Option<Box<str>>, text: &str) {
    *held = Some(text[..text.floor_char_boundary(text.len().min(256))].into());
}
