//! Rows a second of the plan of the tests, scaled up: `cargo run --example rate [items]`.

use std::io::Write;
use std::time::Instant;

use millrace_synth::{Generator, Wide, plan::Plan};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let items: u64 = std::env::args()
        .nth(1)
        .map_or(Ok(300_000), |argument| argument.parse())?;
    let mut plan: Plan = serde_json::from_str(include_str!("../tests/every_kind.json"))?;
    for table in &mut plan.tables {
        match table.name.as_str() {
            "customers" => table.rows = items.div_ceil(20),
            "orders" => table.rows = items.div_ceil(3),
            "order_items" => table.rows = items,
            "returns" => table.rows = items.div_ceil(14),
            _ => {}
        }
    }
    let mut out = std::io::stdout().lock();
    let begin = Instant::now();
    let generator = Generator::compile(&plan)?;
    writeln!(
        out,
        "compile      {:>8.1} ms",
        begin.elapsed().as_secs_f64() * 1e3
    )?;
    let begin = Instant::now();
    generator.preview("returns", 30)?;
    writeln!(
        out,
        "preview      {:>8.1} ms",
        begin.elapsed().as_secs_f64() * 1e3
    )?;
    let wide = Wide::of(&generator, "order_items")?;
    let mut bytes = Vec::new();
    for table in ["customers", "orders", "order_items", "returns", "wide"] {
        bytes.clear();
        let rows = generator.rows(table).unwrap_or(wide.rows());
        let begin = Instant::now();
        match table {
            "wide" => wide.write_csv(0..rows, true, &mut bytes)?,
            _ => generator.write_csv(table, 0..rows, true, &mut bytes)?,
        }
        let seconds = begin.elapsed().as_secs_f64();
        let (rate, megabytes) = (
            rows as f64 / seconds / 1e6,
            bytes.len() as f64 / seconds / 1e6,
        );
        writeln!(
            out,
            "{table:<12} {rows:>9} rows {rate:>7.2} M rows/s {megabytes:>7.0} MB/s"
        )?;
    }
    Ok(())
}
