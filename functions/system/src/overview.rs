use axum::Json;
use millrace_api::system::{Health, Overview, VERSION};

/// What both documents that claim `GET /` say there.
pub(crate) fn overview(brand: &str) -> Json<Overview> {
    let phases = [
        ("phase1", "Research & Problem Statement"),
        ("phase2", "Schema Generation & Validation"),
        ("phase3", "Preview Generation (10-30 rows)"),
        ("phase4", "Full Generation + Reports (PDF + Excel)"),
        ("phase5", "Download Package"),
    ];
    Json(Overview {
        status: Health::Healthy,
        service: format!("{brand} - Complete E2E Pipeline"),
        version: VERSION.to_owned(),
        brand: brand.to_owned(),
        phases: phases
            .map(|(phase, name)| (phase.to_owned(), name.to_owned()))
            .into(),
        name: "Millrace".to_owned(),
        docs: "/docs".to_owned(),
        health: "/health".to_owned(),
    })
}
