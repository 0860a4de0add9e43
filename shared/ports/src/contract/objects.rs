//! The bucket.

use std::time::Duration;

use bytes::Bytes;

use super::{Answer, Fetched, Method, Request};
use crate::{Disposition, PortError, Ports, Segment};

pub(super) const MEBIBYTE: usize = 1024 * 1024;

pub(super) fn fresh_prefix(ports: &Ports) -> String {
    format!("contract/{}/", ports.ids.uuid())
}

/// Bytes that repeat nowhere within a part, so that a swapped or lost piece shows.
pub(super) fn bytes(length: usize, start: usize) -> Bytes {
    (start..)
        .flat_map(|number| (number as u64).to_le_bytes())
        .take(length)
        .collect()
}

async fn put(ports: &Ports, key: &str, body: Bytes) {
    ports
        .objects
        .put(key, body, "application/octet-stream")
        .await
        .expect("a put");
}

/// Objects are written, replaced, read, measured and deleted; a reader's limit holds.
///
/// # Panics
/// When the promise is broken.
pub async fn objects_come_back(ports: &Ports) {
    let prefix = fresh_prefix(ports);
    // Names that a URL or a signature could mangle.
    let names = ["a.txt", "größe +&=%20?#.csv", "deep/er/~x"];
    for name in names {
        let key = format!("{prefix}{name}");
        assert_eq!(ports.objects.get(&key, 10).await, Ok(None), "{name}");
        assert_eq!(ports.objects.size(&key).await, Ok(None), "{name}");
        put(ports, &key, Bytes::from_static(b"first")).await;
        put(ports, &key, Bytes::from_static(b"second")).await;
        assert_eq!(ports.objects.size(&key).await, Ok(Some(6)), "{name}");
        let body = ports.objects.get(&key, 6).await;
        assert_eq!(body, Ok(Some(Bytes::from_static(b"second"))), "{name}");
        let large = ports.objects.get(&key, 5).await;
        assert!(
            matches!(large, Err(PortError::TooLarge { .. })),
            "{name}: {large:?}"
        );
    }
    let empty = format!("{prefix}empty");
    put(ports, &empty, Bytes::new()).await;
    assert_eq!(ports.objects.get(&empty, 0).await, Ok(Some(Bytes::new())));

    let mut keys: Vec<String> = names.iter().map(|name| format!("{prefix}{name}")).collect();
    keys.push(format!("{prefix}absent"));
    ports.objects.delete(&keys).await.expect("a delete");
    let left = ports.objects.list(&prefix, None).await.expect("a listing");
    assert_eq!(left.objects.len(), 1, "{left:?}");
    ports
        .objects
        .delete(&[])
        .await
        .expect("a delete of nothing");
    let refused = ports.objects.put("", Bytes::new(), "text/plain").await;
    assert!(
        matches!(refused, Err(PortError::Invalid { .. })),
        "{refused:?}"
    );
}

/// A range is read of the very object that was looked at, never of one that replaced it.
///
/// # Panics
/// When the promise is broken.
pub async fn ranges(ports: &Ports) {
    let key = format!("{}range + ä", fresh_prefix(ports));
    assert_eq!(ports.objects.head(&key).await, Ok(None));
    assert_eq!(ports.objects.get_range(&key, "\"x\"", 0..4).await, Ok(None));
    put(ports, &key, Bytes::from_static(b"0123456789")).await;
    let head = ports.objects.head(&key).await.expect("a look");
    let head = head.expect("an object");
    assert_eq!(head.size, 10);
    for (range, expected) in [
        (0..4, "0123"),
        (4..10, "456789"),
        (8..50, "89"),
        (9..10, "9"),
        (10..20, ""),
        (99..1_000_000, ""),
    ] {
        let read = ports.objects.get_range(&key, &head.etag, range.clone());
        assert_eq!(
            read.await,
            Ok(Some(Bytes::from_static(expected.as_bytes()))),
            "{range:?}"
        );
    }
    let empty = ports.objects.get_range(&key, &head.etag, 4..4).await;
    assert!(matches!(empty, Err(PortError::Invalid { .. })), "{empty:?}");

    put(ports, &key, Bytes::from_static(b"abcdefghij")).await;
    let other = ports.objects.head(&key).await.expect("a look");
    assert_ne!(other.expect("an object").etag, head.etag);
    for range in [0..4, 10..20] {
        let replaced = ports.objects.get_range(&key, &head.etag, range).await;
        assert_eq!(replaced, Ok(None));
    }
}

/// Of several writers of an absent object one wins, and its bytes stay.
///
/// # Panics
/// When the promise is broken.
pub async fn puts_if_absent(ports: &Ports) {
    let key = format!("{}manifest.json", fresh_prefix(ports));
    let tasks: Vec<_> = (0..4_u8)
        .map(|writer| {
            let (objects, key) = (ports.objects.clone(), key.clone());
            tokio::spawn(async move {
                let body = Bytes::from(vec![writer; 3]);
                loop {
                    match objects
                        .put_if_absent(&key, body.clone(), "application/json")
                        .await
                    {
                        Ok(won) => return won.then_some(body),
                        Err(error) if error.retryable() => tokio::task::yield_now().await,
                        Err(error) => panic!("{error}"),
                    }
                }
            })
        })
        .collect();
    let mut winners = Vec::new();
    for task in tasks {
        winners.extend(task.await.expect("a task without panic"));
    }
    assert_eq!(winners.len(), 1, "{winners:?}");
    assert_eq!(ports.objects.get(&key, 3).await, Ok(winners.pop()));
}

/// A listing shows all keys of a prefix over several pages, in order, and no other; deleting
/// takes them all.
///
/// # Panics
/// When the promise is broken.
pub async fn listings(ports: &Ports) {
    const COUNT: usize = 1003;
    let root = fresh_prefix(ports);
    let prefix = format!("{root}in/");
    put(ports, &format!("{root}in"), Bytes::new()).await;
    put(ports, &format!("{root}io"), Bytes::new()).await;
    let tasks: Vec<_> = (0..4)
        .map(|task| {
            let (ports, prefix) = (ports.clone(), prefix.clone());
            tokio::spawn(async move {
                for number in (task..COUNT).step_by(4) {
                    put(
                        &ports,
                        &format!("{prefix}{number:04}"),
                        bytes(number % 7, 0),
                    )
                    .await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("a task without panic");
    }
    let (mut keys, mut pages, mut cursor) = (Vec::new(), 0, None);
    loop {
        let page = ports
            .objects
            .list(&prefix, cursor.as_deref())
            .await
            .expect("a page");
        pages += 1;
        assert!(
            page.objects.len() <= 1000,
            "a page of {}",
            page.objects.len()
        );
        for object in page.objects {
            let number = keys.len();
            assert_eq!(object.key, format!("{prefix}{number:04}"));
            assert_eq!(object.size, (number % 7) as u64, "{}", object.key);
            keys.push(object.key);
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!((keys.len(), pages), (COUNT, 2));
    let (some, _) = keys.split_at(7);
    ports.objects.delete(some).await.expect("a delete");
    let deleted = ports.objects.delete_under(&prefix).await;
    deleted.expect("the rest is gone");
    let left = ports.objects.list(&root, None).await.expect("a page");
    assert_eq!((left.objects.len(), left.next), (2, None));
}

/// Segments are joined in their order, whatever their sizes; a missing one makes no target.
///
/// # Panics
/// When the promise is broken.
pub async fn concatenation(ports: &Ports) {
    let prefix = fresh_prefix(ports);
    let cases: [&[usize]; 6] = [
        &[3],
        &[0, 5, 0, 7],
        &[5 * MEBIBYTE, 6 * MEBIBYTE + 1, 9],
        &[9, 6 * MEBIBYTE, 5 * MEBIBYTE, 3 * MEBIBYTE],
        &[9, 11 * MEBIBYTE, 3],
        &[0],
    ];
    for (case, sizes) in cases.into_iter().enumerate() {
        let target = format!("{prefix}{case}/whole");
        let (mut parts, mut whole) = (Vec::new(), Vec::new());
        for (place, size) in sizes.iter().enumerate() {
            let part = format!("{prefix}{case}/part {place}+ä");
            let body = bytes(*size, (case * 10 + place) << 24);
            whole.extend_from_slice(&body);
            put(ports, &part, body).await;
            parts.push(Segment::Object(part));
        }
        ports
            .objects
            .concatenate(&parts, &target, "text/csv")
            .await
            .expect("a concatenation");
        let joined = ports
            .objects
            .get(&target, whole.len() as u64)
            .await
            .expect("a read");
        // No comparison by `assert_eq`: it would print mebibytes.
        assert!(
            joined.is_some_and(|joined| joined == whole),
            "case {case}: other bytes"
        );
    }
    let present = format!("{prefix}1/part 1+ä");
    let absent = format!("{prefix}absent");
    let target = format!("{prefix}never");
    let parts = [present.clone(), absent].map(Segment::Object);
    let missing = ports.objects.concatenate(&parts, &target, "text/csv").await;
    assert!(
        matches!(missing, Err(PortError::NotFound { .. })),
        "{missing:?}"
    );
    assert_eq!(ports.objects.size(&target).await, Ok(None));
    for parts in [
        vec![],
        vec![Segment::Object(target.clone())],
        vec![Segment::Range(present.clone(), 3..3)],
    ] {
        let refused = ports.objects.concatenate(&parts, &target, "text/csv").await;
        assert!(
            matches!(refused, Err(PortError::Invalid { .. })),
            "{refused:?}"
        );
    }
    let own = ports
        .objects
        .concatenate(&[Segment::Object(present.clone())], &present, "text/csv")
        .await;
    assert!(matches!(own, Err(PortError::Invalid { .. })), "{own:?}");
    ranges_and_bytes(ports).await;
}

/// Ranges of objects and bytes of the caller's are joined too.
async fn ranges_and_bytes(ports: &Ports) {
    let prefix = fresh_prefix(ports);
    let key = format!("{prefix}object ä");
    let body = bytes(11 * MEBIBYTE, 7);
    put(ports, &key, body.clone()).await;
    let between = bytes(6 * MEBIBYTE, 8);
    let range = |from: usize, to: usize| Segment::Range(key.clone(), from as u64..to as u64);
    let segments = [
        range(4, 10 * MEBIBYTE),
        Segment::Bytes(Bytes::from_static(b",")),
        range(0, 1),
        Segment::Bytes(between.clone()),
        Segment::Bytes(Bytes::new()),
        range(5 * MEBIBYTE - 1, 11 * MEBIBYTE),
        Segment::Bytes(Bytes::from_static(b"]")),
    ];
    let expected = [
        &body[4..10 * MEBIBYTE],
        b",",
        &body[..1],
        &between,
        &body[5 * MEBIBYTE - 1..],
        b"]",
    ]
    .concat();
    let target = format!("{prefix}whole");
    let joined = ports.objects.concatenate(&segments, &target, "text/csv");
    joined.await.expect("a concatenation");
    let whole = ports.objects.get(&target, expected.len() as u64).await;
    assert!(
        whole
            .expect("a read")
            .is_some_and(|whole| whole == expected),
        "other bytes"
    );

    let target = format!("{prefix}never");
    for beyond in [
        &[range(11 * MEBIBYTE - 2, 11 * MEBIBYTE + 1)][..],
        &[range(6 * MEBIBYTE, 12 * MEBIBYTE)],
    ] {
        let refused = ports.objects.concatenate(beyond, &target, "text/csv").await;
        assert!(refused.is_err(), "bytes that are not there");
    }
    assert_eq!(ports.objects.size(&target).await, Ok(None));
}

fn get(url: &str) -> Request {
    Request {
        method: Method::Get,
        url: url.to_owned(),
        body: Bytes::new(),
    }
}

fn header<'answer>(answer: &'answer Answer, name: &str) -> Option<&'answer str> {
    answer.headers.get(name).map(String::as_str)
}

/// A presigned download answers the object's bytes with the wanted headers, and nothing under
/// another key.
///
/// # Panics
/// When the promise is broken.
pub async fn presigned_downloads(ports: &Ports, fetch: impl Fn(Request) -> Fetched) {
    let prefix = fresh_prefix(ports);
    let key = format!("{prefix}out put.csv");
    let other = format!("{prefix}other");
    put(ports, &key, Bytes::from_static(b"a,b\n")).await;
    put(ports, &other, Bytes::from_static(b"secret")).await;
    let life = Duration::from_secs(300);
    for name in ["challenge data.csv", "größe \"x\".csv"] {
        let disposition = Disposition::attachment(name, "text/csv; charset=utf-8");
        let url = ports
            .objects
            .presign_get(&key, &disposition, life)
            .await
            .expect("a URL");
        let answer = fetch(get(&url)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.body, Bytes::from_static(b"a,b\n"));
        assert_eq!(
            header(&answer, "content-type"),
            Some("text/csv; charset=utf-8")
        );
        assert_eq!(
            header(&answer, "content-disposition"),
            Some(&*disposition.header())
        );
        let forged = fetch(get(&url.replace("out%20put.csv", "other"))).await;
        assert_eq!(forged.status, 403, "{forged:?}");
    }
    let disposition = Disposition::attachment("x", "text/csv");
    let absent = format!("{prefix}absent");
    let url = ports
        .objects
        .presign_get(&absent, &disposition, life)
        .await
        .expect("a URL");
    assert_eq!(fetch(get(&url)).await.status, 404);
    let forever = Duration::from_secs(8 * 24 * 3600);
    let refused = ports.objects.presign_get(&key, &disposition, forever).await;
    assert!(
        matches!(refused, Err(PortError::Invalid { .. })),
        "{refused:?}"
    );
}

/// A presigned upload takes any bytes, needs no header, and allows no download.
///
/// # Panics
/// When the promise is broken.
pub async fn presigned_uploads(ports: &Ports, fetch: impl Fn(Request) -> Fetched) {
    let key = format!("{}in put.csv", fresh_prefix(ports));
    let url = ports
        .objects
        .presign_put(&key, Duration::from_secs(300))
        .await
        .expect("a URL");
    for body in [Bytes::from_static(b"x,y\n1,2\n"), Bytes::new()] {
        let put = Request {
            method: Method::Put,
            url: url.clone(),
            body: body.clone(),
        };
        let answer = fetch(put).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(ports.objects.get(&key, 100).await, Ok(Some(body)));
    }
    assert_eq!(fetch(get(&url)).await.status, 403);
}
