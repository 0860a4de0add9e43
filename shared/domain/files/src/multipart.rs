//! Uploads in parts, for files of any size.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use millrace_jobs::{Change, Place};
use millrace_ports::limits::{LARGEST_PART, MOST_PARTS, SMALLEST_PART};
use millrace_ports::{Part, PortError, Tenant};

use crate::detail::{FileJob, Upload};
use crate::error::FileError;
use crate::service::{Files, key_of};
use crate::upload::{URL_LIFE, awaits_upload, is_open};

/// Smallest part that is asked for: fewer requests than with the store's own minimum.
const PART: u64 = 64 << 20;
/// Sizes of parts are whole numbers of these.
const STEP: u64 = 1 << 20;

/// An upload in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Multipart {
    /// The store's id.
    pub upload_id: String,
    /// Bytes of every part but the last.
    pub part_size: u64,
}

/// Where to upload one part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartUrl {
    /// Its number, from 1.
    pub part_number: u32,
    /// The URL, good for an hour.
    pub url: String,
}

/// A part as its owner says it was uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentPart {
    /// Its number, from 1.
    pub part_number: u32,
    /// What the store answered; with quotes or without.
    pub etag: String,
}

/// Bytes of a part, so that the file fits into the store's number of parts.
fn part_size(announced_bytes: u64) -> u64 {
    let least = announced_bytes.div_ceil(u64::from(MOST_PARTS));
    let whole = least.div_ceil(STEP).saturating_mul(STEP);
    whole.clamp(PART, LARGEST_PART)
}

impl Files {
    /// Begins an upload in parts; one that is open is given again.
    ///
    /// # Errors
    /// As [`Files::load`]; refused when the job does not wait for a file or has an upload URL.
    pub async fn begin_multipart(&self, owner: &Tenant, id: &str) -> Result<Multipart, FileError> {
        let (place, job) = self.find(owner, id).await?;
        if let Some(open) = open_multipart(&job, self.jobs.now())? {
            return Ok(open);
        }
        let key = key_of(&job);
        let uploads = &self.ports().uploads;
        let begun = Multipart {
            upload_id: uploads.create(&key, "application/octet-stream").await?,
            part_size: part_size(job.detail.announced_bytes),
        };
        let changed = self.jobs.change(&place, |job, now| {
            if open_multipart(job, now)?.is_some() {
                return Ok(Change::Nothing);
            }
            job.detail.upload = Some(Upload::Parts {
                id: begun.upload_id.clone(),
                part_size: begun.part_size,
                // The bucket drops the parts of an upload after a day.
                until: now + TimeDelta::days(1),
            });
            Ok::<_, FileError>(Change::Event("upload in parts begun"))
        });
        let kept = match changed.await {
            Ok(job) => open_multipart(&job, self.jobs.now()),
            Err(error) => Err(error),
        };
        if !matches!(&kept, Ok(Some(kept)) if *kept == begun) {
            // Another call was first. The bucket would drop what is left here, a day later.
            uploads.abort(&key, &begun.upload_id).await.ok();
        }
        kept?.ok_or_else(not_in_parts)
    }

    /// URLs of the parts `from`, `from + 1`, …, as far as there can be such parts.
    ///
    /// # Errors
    /// As [`Files::load`]; refused without an upload in parts.
    pub async fn part_urls(
        &self,
        owner: &Tenant,
        id: &str,
        from: u32,
        count: u32,
    ) -> Result<Vec<PartUrl>, FileError> {
        let (_, job) = self.find(owner, id).await?;
        let open = open_multipart(&job, self.jobs.now())?.ok_or_else(not_in_parts)?;
        let key = key_of(&job);
        let last = from.saturating_add(count).min(MOST_PARTS + 1);
        let mut parts = Vec::new();
        for part_number in from..last {
            let uploads = &self.ports().uploads;
            let url = uploads.presign_part(&key, &open.upload_id, part_number, URL_LIFE);
            parts.push(PartUrl {
                part_number,
                url: url.await?,
            });
        }
        Ok(parts)
    }

    /// Makes the file of its parts, which have to be all that were uploaded, numbered without a gap.
    /// The job then starts as after any other upload.
    ///
    /// # Errors
    /// As [`Files::load`]; refused without an upload in parts, and where a part is missing, too small
    /// or has another etag.
    pub async fn complete_multipart(
        &self,
        owner: &Tenant,
        id: &str,
        sent: &[SentPart],
    ) -> Result<FileJob, FileError> {
        let (place, job) = self.find(owner, id).await?;
        let key = key_of(&job);
        let Some(Upload::Parts { id: upload, .. }) = &job.detail.upload else {
            // Completed before, and the event about it was faster than this call's repetition.
            let completed = job.detail.input.is_some();
            return if completed {
                Ok(job)
            } else {
                Err(not_in_parts())
            };
        };
        awaits_upload(&job)?;
        let completed = match self.ports().uploads.parts(&key, upload).await {
            Ok(stored) => {
                let parts = chosen(sent, stored, self.max_upload_bytes)?;
                self.ports().uploads.complete(&key, upload, &parts).await
            }
            Err(error) => Err(error),
        };
        match completed {
            Ok(()) => {}
            // Gone because it is complete, or because it is not any more.
            Err(PortError::NotFound { .. }) => {
                if self.ports().objects.head(&key).await?.is_none() {
                    self.forget_upload(&place, upload).await?;
                    return Err(FileError::refused(
                        "The parts were dropped: begin the upload again",
                    ));
                }
            }
            Err(PortError::Invalid { .. }) => {
                return Err(FileError::refused(
                    "The parts changed at the same time: list them and try again",
                ));
            }
            Err(error) => return Err(error.into()),
        }
        Ok(self.jobs.read(&place).await?)
    }

    /// Drops an upload in parts; without one there is nothing to do.
    ///
    /// # Errors
    /// As [`Files::load`]; refused when the job does not wait for a file.
    pub async fn abort_multipart(&self, owner: &Tenant, id: &str) -> Result<(), FileError> {
        let (place, job) = self.find(owner, id).await?;
        awaits_upload(&job)?;
        let Some(Upload::Parts { id: upload, .. }) = &job.detail.upload else {
            return Ok(());
        };
        self.ports().uploads.abort(&key_of(&job), upload).await?;
        self.forget_upload(&place, upload).await
    }

    async fn forget_upload(&self, place: &Place, gone: &str) -> Result<(), FileError> {
        let changed = self.jobs.change(place, |job, _| {
            Ok::<_, FileError>(match &job.detail.upload {
                Some(Upload::Parts { id, .. }) if id == gone => {
                    job.detail.upload = None;
                    Change::Event("upload in parts dropped")
                }
                _ => Change::Nothing,
            })
        });
        changed.await.map(|_| ())
    }
}

/// The upload in parts that is open.
fn open_multipart(
    job: &FileJob,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Option<Multipart>, FileError> {
    awaits_upload(job)?;
    match &job.detail.upload {
        Some(Upload::Url { .. }) if is_open(job, now) => {
            Err(FileError::refused("The job already has an upload URL"))
        }
        Some(Upload::Parts { id, part_size, .. }) if is_open(job, now) => Ok(Some(Multipart {
            upload_id: id.clone(),
            part_size: *part_size,
        })),
        _ => Ok(None),
    }
}

fn not_in_parts() -> FileError {
    FileError::refused("The job is not being uploaded in parts: POST …/multipart first")
}

/// The parts to make the file of: those that were sent, if they are exactly those that are stored.
fn chosen(sent: &[SentPart], stored: Vec<Part>, largest: u64) -> Result<Vec<Part>, FileError> {
    let wanted: BTreeMap<u32, &str> = sent
        .iter()
        .map(|part| (part.part_number, bare(&part.etag)))
        .collect();
    let gap = (1..)
        .zip(wanted.keys())
        .find(|(place, number)| place != *number);
    if let Some((missing, _)) = gap {
        return Err(FileError::refused(format!("Part {missing} is missing")));
    }
    let mut there: BTreeMap<u32, Part> = BTreeMap::new();
    for part in stored {
        if !wanted.contains_key(&part.number) {
            let number = part.number;
            return Err(FileError::refused(format!(
                "Part {number} was uploaded and is missing in the list"
            )));
        }
        there.insert(part.number, part);
    }
    for (number, etag) in &wanted {
        let part = there
            .get(number)
            .ok_or_else(|| FileError::refused(format!("Part {number} was not uploaded")))?;
        if bare(&part.etag) != *etag {
            return Err(FileError::refused(format!(
                "Part {number} has another etag"
            )));
        }
    }
    let small = there
        .values()
        .rev()
        .skip(1)
        .find(|part| part.size < SMALLEST_PART);
    if let Some(part) = small {
        return Err(FileError::refused(format!(
            "Part {} has {} bytes: every part but the last needs {SMALLEST_PART}",
            part.number, part.size
        )));
    }
    let sizes = there.values().map(|part| part.size);
    let bytes = sizes.fold(0, u64::saturating_add);
    if bytes > largest {
        return Err(FileError::refused(format!(
            "The file has {bytes} bytes, more than the {largest} that are taken"
        )));
    }
    Ok(there.into_values().collect())
}

/// An etag without the quotes of its header.
fn bare(etag: &str) -> &str {
    etag.trim().trim_start_matches("W/").trim_matches('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_large_enough_for_the_file() {
        assert_eq!(part_size(0), PART);
        assert_eq!(part_size(10 << 30), PART);
        for bytes in [640 << 30, 1 << 40, 5 << 40, (5 << 40) - 1] {
            let size = part_size(bytes);
            assert!(size * u64::from(MOST_PARTS) >= bytes, "{bytes}");
            assert!(size.is_multiple_of(STEP) && size <= LARGEST_PART, "{bytes}");
        }
    }

    fn stored(parts: &[(u32, u64)]) -> Vec<Part> {
        let part = |(number, size): &(u32, u64)| Part {
            number: *number,
            etag: format!("\"e{number}\""),
            size: *size,
        };
        parts.iter().map(part).collect()
    }

    fn refusal(sent: &[(u32, &str)], there: &[(u32, u64)]) -> String {
        let sent: Vec<SentPart> = sent
            .iter()
            .map(|(part_number, etag)| SentPart {
                part_number: *part_number,
                etag: (*etag).to_owned(),
            })
            .collect();
        match chosen(&sent, stored(there), 20 << 20) {
            Ok(parts) => format!("{} parts", parts.len()),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn only_all_parts_make_a_file() {
        let large = 6 << 20;
        let both = [(1, large), (2, 7)];
        assert_eq!(refusal(&[(1, "e1"), (2, "\"e2\"")], &both), "2 parts");
        assert_eq!(refusal(&[(2, "e2"), (1, "e1")], &both), "2 parts");
        for (sent, there, expected) in [
            (
                &[(1, "e1")][..],
                &both[..],
                "Part 2 was uploaded and is missing in the list",
            ),
            (&[(2, "e2")], &both, "Part 1 is missing"),
            (&[(1, "e1"), (2, "e1")], &both, "Part 2 has another etag"),
            (
                &[(1, "e1"), (2, "e2"), (3, "e3")],
                &both,
                "Part 3 was not uploaded",
            ),
            (
                &[(1, "e1"), (2, "e2")],
                &[(1, 7), (2, 7)],
                "Part 1 has 7 bytes: every part but the last needs 5242880",
            ),
            (
                &[(1, "e1")],
                &[(1, 21 << 20)],
                "The file has 22020096 bytes, more than the 20971520 that are taken",
            ),
        ] {
            assert_eq!(refusal(sent, there), expected);
        }
    }
}
