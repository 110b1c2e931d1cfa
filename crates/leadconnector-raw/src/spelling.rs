//! Members that come under several names: each version of the API has its own.

use serde_json::Value;

use crate::types::{ContactDndSetting, ContactDndStatus, DocumentedDndStatus};

/// What a member holds that has other spellings in the document. A type that is none of these yet does not build in
/// `generated.rs`: decide here which value counts, if several come.
pub(crate) trait Spelled: Sized {
    /// The one of two values that counts; the first one came under the name that stands first in the document.
    fn of_two(self, other: Self) -> Self;
}

/// The value that counts, of those that came under two names of a member: for fields that are generated.
pub(crate) fn one_of<T: Spelled>(one: Option<T>, other: Option<T>) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.of_two(other)),
        (one, None) => one,
        (None, other) => other,
    }
}

/// The first one: they should be the same.
macro_rules! first {
    ($($value:ty),*) => {
        $(
            impl Spelled for $value {
                fn of_two(self, _: Self) -> Self {
                    self
                }
            }
        )*
    };
}
first!(Value, String, f64);

/// The stricter one: who has opted out must not be written to because another spelling does not know of it.
impl Spelled for ContactDndSetting {
    fn of_two(self, other: Self) -> Self {
        if strictness(&other.status) > strictness(&self.status) { other } else { self }
    }
}

/// How strict a status is. One that the page does not list is not known to be off, so it is stricter than what is; but it is not
/// known to be on either, so what is counts more.
fn strictness(status: &ContactDndStatus) -> u8 {
    match status {
        ContactDndStatus::DocumentedDndStatus(DocumentedDndStatus::Permanent) => 3,
        ContactDndStatus::DocumentedDndStatus(DocumentedDndStatus::Active) => 2,
        ContactDndStatus::OtherDndStatus(_) => 1,
        ContactDndStatus::DocumentedDndStatus(DocumentedDndStatus::Inactive) => 0,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::types::{ContactCustomField, ContactDndSettings};

    use super::*;

    fn read(settings: Value) -> Value {
        serde_json::to_value(serde_json::from_value::<ContactDndSettings>(settings).unwrap()).unwrap()
    }

    #[test]
    fn the_stricter_status_counts() {
        let by_strictness = ["inactive", "snoozed", "active", "permanent"];
        for (strictness, one) in by_strictness.into_iter().enumerate() {
            for (other_strictness, other) in by_strictness.into_iter().enumerate() {
                let (page, v3) = (json!({"status": one, "code": "page"}), json!({"status": other, "code": "v3"}));
                let counts = if other_strictness > strictness { &v3 } else { &page };
                for settings in [format!(r#"{{"SMS":{page},"sms":{v3}}}"#), format!(r#"{{"sms":{v3},"SMS":{page}}}"#)] {
                    let read: ContactDndSettings = serde_json::from_str(&settings).unwrap();
                    assert_eq!(serde_json::to_value(read).unwrap(), json!({"SMS": counts}), "{settings}");
                }
            }
        }
    }

    #[test]
    fn what_is_there_counts() {
        let on = json!({"status": "active"});
        assert_eq!(read(json!({"whatsApp": on, "Call": null, "call": on})), json!({"WhatsApp": on, "Call": on}));
        assert_eq!(read(json!({"sms": null, "SMS": null, "RCS": on, "Sms": on})), json!({}));
        assert!(serde_json::from_value::<ContactDndSettings>(json!({"sms": []})).is_err());
    }

    #[test]
    fn the_first_value_counts() {
        for (field, value) in [
            (json!({"field_value": 3, "fieldValue": 2, "value": 1}), json!({"value": 1})),
            (json!({"field_value": 3, "fieldValue": 2, "value": null}), json!({"value": 2})),
            (json!({"id": "a", "field_value": [3]}), json!({"id": "a", "value": [3]})),
            (json!({"field_value": null}), json!({})),
        ] {
            let read: ContactCustomField = serde_json::from_value(field).unwrap();
            assert_eq!(serde_json::to_value(read).unwrap(), value);
        }
    }
}
