//! A note as the vendor stores it.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

/// What the vendor makes of the body of "Create Note".
pub(crate) fn stored(request: &Value, contact_id: &str, id: &str, now: DateTime<Utc>) -> Value {
    let mut note = json!({
        "id": id,
        "body": request["body"],
        "bodyText": request["body"],
        "userId": request["userId"],
        "dateAdded": now.to_rfc3339_opts(SecondsFormat::Millis, true),
        "contactId": contact_id,
        "pinned": request["pinned"].as_bool().unwrap_or_default(),
        "relations": [],
    });
    for name in ["title", "color"] {
        if let Some(value) = request.get(name) {
            note[name] = value.clone();
        }
    }
    note
}
