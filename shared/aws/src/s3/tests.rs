use std::time::Duration;

use aws_config::{BehaviorVersion, Region};
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};

use super::*;

fn objects(endpoint: Option<&str>, public: Option<&str>) -> S3Objects {
    let credentials = Credentials::new("AKIDEXAMPLE", "example", None, None, "test");
    let mut sdk = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials));
    sdk.set_endpoint_url(endpoint.map(str::to_owned));
    let settings = Settings {
        s3_public_endpoint: public.map(str::to_owned),
        ..Settings::new("State", "data")
    };
    S3Objects::new(&sdk.build(), &settings)
}

fn query(url: &str) -> Vec<&str> {
    url.split_once('?')
        .map(|(_, query)| query.split('&').collect())
        .unwrap_or_default()
}

const LIFE: Duration = Duration::from_secs(900);

#[tokio::test]
async fn uploads_sign_nothing_but_the_host() {
    let url = objects(None, None)
        .presign_put("in/a b.csv", LIFE)
        .await
        .expect("a URL");
    assert!(
        url.starts_with("https://data.s3.eu-central-1.amazonaws.com/in/a%20b.csv?"),
        "{url}"
    );
    let query = query(&url);
    assert!(query.contains(&"X-Amz-SignedHeaders=host"), "{url}");
    assert!(query.contains(&"X-Amz-Expires=900"), "{url}");
    assert!(!url.to_lowercase().contains("checksum"), "{url}");
}

#[tokio::test]
async fn downloads_carry_their_headers_and_sign_nothing_but_the_host() {
    let disposition = Disposition::attachment("data.zip", "application/zip");
    let url = objects(None, None)
        .presign_get("out/1", &disposition, LIFE)
        .await
        .expect("a URL");
    let query = query(&url);
    assert!(query.contains(&"X-Amz-SignedHeaders=host"), "{url}");
    assert!(
        query.contains(&"response-content-type=application%2Fzip"),
        "{url}"
    );
    let header = "response-content-disposition=attachment%3B%20filename%3D%22data.zip%22";
    assert!(query.contains(&header), "{url}");
    assert!(!url.to_lowercase().contains("checksum"), "{url}");
}

#[tokio::test]
async fn urls_name_the_host_that_browsers_know() {
    let inside = Some("http://stack:4566");
    let url = objects(inside, None)
        .presign_put("k", LIFE)
        .await
        .expect("a URL");
    assert!(url.starts_with("http://stack:4566/data/k?"), "{url}");
    let outside = Some("http://localhost:4566");
    let url = objects(inside, outside)
        .presign_put("k", LIFE)
        .await
        .expect("a URL");
    assert!(url.starts_with("http://localhost:4566/data/k?"), "{url}");
}
