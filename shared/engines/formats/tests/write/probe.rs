//! Temporary.
use std::sync::Arc;
use std::time::Instant;

use arrow::array::*;
use millrace_formats::write::*;

#[test]
#[ignore = "by hand"]
fn probe() {
    let batch = |start: i64| {
        let rows = start..start + 8192;
        RecordBatch::try_from_iter([
            ("id", Arc::new(Int64Array::from_iter_values(rows.clone())) as ArrayRef),
            ("name", Arc::new(StringViewArray::from_iter_values(rows.clone().map(|r| format!("customer number {r}, Ltd")))) as ArrayRef),
            ("city", Arc::new(StringArray::from_iter_values(rows.clone().map(|r| ["Berlin", "Paris", "=1+1", "<Zürich> & \"Genf\"\r\n_x0041_"][r as usize % 4]))) as ArrayRef),
            ("amount", Arc::new(Decimal128Array::from_iter_values(rows.clone().map(|r| i128::from(r) * 137)).with_precision_and_scale(12, 2).unwrap()) as ArrayRef),
            ("score", Arc::new(Float64Array::from_iter_values(rows.clone().map(|r| r as f64 / 7.0))) as ArrayRef),
            ("day", Arc::new(Date32Array::from_iter_values(rows.clone().map(|r| 15_000 + (r % 5000) as i32))) as ArrayRef),
            ("at", Arc::new(TimestampMicrosecondArray::from_iter_values(rows.clone().map(|r| 1_700_000_000_000_000 + r * 1_234_567))) as ArrayRef),
            ("ok", Arc::new(BooleanArray::from_iter(rows.map(|r| (r % 3 > 0).then_some(r % 2 == 0)))) as ArrayRef),
        ])
        .unwrap()
    };
    let batches: Vec<_> = (0..40).map(|b| batch(b * 8192)).collect();
    let mut report = String::new();
    let formats: Vec<(&str, OutputFormat)> = vec![
        ("csv", OutputFormat::Csv(CsvOptions::default())),
        ("json", OutputFormat::Json(JsonOptions::default())),
        ("parquet", OutputFormat::Parquet(ParquetOptions::default())),
        ("arrow", OutputFormat::Arrow(ArrowOptions::default())),
        ("xlsx", OutputFormat::Xlsx(XlsxOptions { sheet_name: "A & B".into(), header: true })),
    ];
    for (name, format) in formats {
        let file = std::fs::File::create(format!("/tmp/probe/probe.{name}")).unwrap();
        let begin = Instant::now();
        let mut writer = Writer::new(file, &batches[0].schema(), &WriteOptions::new(format)).unwrap();
        for batch in &batches {
            writer.write(batch).unwrap();
        }
        let (written, _) = writer.finish().unwrap();
        report += &format!("{name}: {} rows {} bytes {:?}\n", written.rows, written.bytes, begin.elapsed());
    }
    std::fs::write("/tmp/probe/report", report).unwrap();
}
