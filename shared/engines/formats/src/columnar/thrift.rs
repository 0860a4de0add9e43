//! What Parquet's metadata declares, looked at before a reader believes it.
//!
//! That reader reserves memory for as many row groups, children and bytes as it is told of. This is
//! just enough of Thrift's compact protocol to see that they are there.

use crate::limits::Limits;

/// Levels of values in values; the metadata of Parquet has six.
const MAX_DEPTH: usize = 32;
/// Row groups are counted in 16 bits.
const MAX_ROW_GROUPS: u64 = i16::MAX as u64;

const I32: u8 = 5;
const LIST: u8 = 9;
const STRUCT: u8 = 12;

/// Bytes of a value that is read from its beginning. `None` is the end of the bytes, or nonsense.
struct Values<'a>(&'a [u8]);

/// One field of a structure.
struct FieldHead {
    id: i64,
    kind: u8,
}

impl Values<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn advance(&mut self, bytes: u64) -> Option<()> {
        self.0 = self.0.get(usize::try_from(bytes).ok()?..)?;
        Some(())
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn integer(&mut self) -> Option<i64> {
        let value = self.varint()?;
        Some((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// The next field of a structure, after the one called `last`; `Some(None)` at its end.
    fn field(&mut self, last: i64) -> Option<Option<FieldHead>> {
        let head = self.byte()?;
        if head == 0 {
            return Some(None);
        }
        let id = match head >> 4 {
            0 => self.integer()?,
            step => last.checked_add(i64::from(step))?,
        };
        Some(Some(FieldHead {
            id,
            kind: head & 0x0F,
        }))
    }

    /// The number of elements of a list, and what they are.
    fn list(&mut self) -> Option<(u64, u8)> {
        let head = self.byte()?;
        let count = match head >> 4 {
            15 => self.varint()?,
            count => u64::from(count),
        };
        // Each takes a byte at least.
        (count <= self.0.len() as u64).then_some((count, head & 0x0F))
    }

    fn skip(&mut self, kind: u8, depth: usize) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        match kind {
            // Booleans of structures stand in the head of their field.
            1 | 2 => Some(()),
            3 => self.advance(1),
            4..=6 => self.varint().map(|_| ()),
            7 => self.advance(8),
            8 => {
                let length = self.varint()?;
                self.advance(length)
            }
            LIST | 10 => {
                let (count, kind) = self.list()?;
                (0..count).try_for_each(|_| self.skip_element(kind, depth))
            }
            11 => {
                let count = self.varint()?;
                let kinds = if count > 0 { self.byte()? } else { 0 };
                (0..count).try_for_each(|_| {
                    self.skip_element(kinds >> 4, depth)?;
                    self.skip_element(kinds & 0x0F, depth)
                })
            }
            STRUCT => {
                let mut last = 0;
                while let Some(field) = self.field(last)? {
                    last = field.id;
                    self.skip(field.kind, depth + 1)?;
                }
                Some(())
            }
            13 => self.advance(16),
            _ => None,
        }
    }

    /// Among others booleans take a byte of their own.
    fn skip_element(&mut self, kind: u8, depth: usize) -> Option<()> {
        match kind {
            1 | 2 => self.advance(1),
            kind => self.skip(kind, depth + 1),
        }
    }
}

/// Checks the metadata of a file.
pub(super) fn check_metadata(bytes: &[u8], limits: &Limits) -> Result<(), String> {
    let mut values = Values(bytes);
    let cut = || "its metadata is cut or no metadata".to_owned();
    let mut last = 0;
    while let Some(field) = values.field(last).ok_or_else(cut)? {
        last = field.id;
        match (field.id, field.kind) {
            (2, LIST) => check_schema(&mut values, limits)?,
            (4, LIST) => {
                let (count, kind) = values.list().ok_or_else(cut)?;
                if count > MAX_ROW_GROUPS {
                    return Err(format!("it declares {count} row groups"));
                }
                for _ in 0..count {
                    values.skip_element(kind, 1).ok_or_else(cut)?;
                }
            }
            (_, kind) => values.skip(kind, 1).ok_or_else(cut)?,
        }
    }
    Ok(())
}

/// The schema is a tree written from its root down, each element with the number of its children.
fn check_schema(values: &mut Values<'_>, limits: &Limits) -> Result<(), String> {
    let cut = || "its schema is cut or no schema".to_owned();
    let (count, kind) = values.list().ok_or_else(cut)?;
    if kind != STRUCT {
        return Err(cut());
    }
    // Groups are no columns: a list takes three elements.
    let limit = limits.columns as u64 * 4 + 1;
    if count > limit {
        return Err(format!("its schema has more than {limit} elements"));
    }
    // Children still to come, level by level.
    let mut open: Vec<u64> = Vec::new();
    for place in 0..count {
        let children = children(values).ok_or_else(cut)?;
        if place > 0 {
            let left = open.last_mut().ok_or("its schema has more than one root")?;
            *left -= 1;
        }
        if children > 0 {
            if children > count {
                return Err("its schema declares more children than elements".to_owned());
            }
            open.push(children);
        }
        if open.len() > limits.depth + 1 {
            return Err(format!(
                "its schema is nested more than {} levels deep",
                limits.depth
            ));
        }
        while open.last() == Some(&0) {
            open.pop();
        }
    }
    if open.is_empty() { Ok(()) } else { Err(cut()) }
}

fn children(values: &mut Values<'_>) -> Option<u64> {
    let mut children = 0;
    let mut last = 0;
    while let Some(field) = values.field(last)? {
        last = field.id;
        if (field.id, field.kind) == (5, I32) {
            children = u64::try_from(values.integer()?).ok()?;
        } else {
            values.skip(field.kind, 1)?;
        }
    }
    Some(children)
}

/// The size that the header of a page declares for its content, where `bytes` begin with one.
pub(super) fn page_bytes(bytes: &[u8]) -> Option<u64> {
    let mut values = Values(bytes);
    let kind = values.field(0)??;
    if (kind.id, kind.kind) != (1, I32) {
        return None;
    }
    values.integer()?;
    let size = values.field(1)??;
    if (size.id, size.kind) != (2, I32) {
        return None;
    }
    u64::try_from(values.integer()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Field heads, lists and numbers as they are written.
    fn schema(children: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0x15, 0x02, 0x19, (children.len() as u8) << 4 | STRUCT];
        for count in children {
            // Field 4 is a name of one letter; field 5 is twice the number, as positive ones are.
            bytes.extend([0x48, 1, b'x', 0x15, count << 1, 0]);
        }
        bytes.push(0);
        bytes
    }

    #[test]
    fn a_schema_is_one_tree() {
        let limits = Limits::default();
        for good in [&[2, 0, 0][..], &[1, 2, 0, 0], &[2, 1, 0, 0]] {
            assert_eq!(check_metadata(&schema(good), &limits), Ok(()), "{good:?}");
        }
        for bad in [&[3, 0, 0][..], &[1, 0, 0], &[60, 0, 0], &[0, 0]] {
            assert!(check_metadata(&schema(bad), &limits).is_err(), "{bad:?}");
        }
        let deep = Limits { depth: 2, ..limits };
        assert!(check_metadata(&schema(&[1, 1, 1, 0]), &deep).is_ok());
        assert!(check_metadata(&schema(&[1, 1, 1, 1, 0]), &deep).is_err());
        let narrow = Limits {
            columns: 1,
            ..limits
        };
        assert!(check_metadata(&schema(&[5, 0, 0, 0, 0, 0]), &narrow).is_err());
    }

    #[test]
    fn what_is_declared_must_be_there() {
        let limits = Limits::default();
        // Field 4: a list of two milliards of structures.
        let row_groups = [0x49, 0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0];
        assert!(check_metadata(&row_groups, &limits).is_err());
        assert!(check_metadata(&[0x15], &limits).is_err());
        assert!(check_metadata(&[], &limits).is_err());
        // Lists in lists in lists.
        let lists = [&[0x19][..], &[0x19; 100], &[0; 8]].concat();
        assert!(check_metadata(&lists, &limits).is_err());
    }

    #[test]
    fn reads_the_size_of_a_page() {
        assert_eq!(
            page_bytes(&[0x15, 0, 0x15, 0xC8, 0x01, 0x15, 4, 0]),
            Some(100)
        );
        assert_eq!(page_bytes(b"PAR1"), None);
        assert_eq!(page_bytes(&[]), None);
    }
}
