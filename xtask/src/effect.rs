//! What repeating an operation does: the keys of an operation that the vendor's description does not have.

use serde_json::Value;

use crate::document::Problem;

/// The keys of an operation that say it.
pub(crate) const KEYS: [&str; 3] = ["x-effect", "x-creates", "x-once-if"];

/// What happens when a request is sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Nothing changes, neither then nor before.
    Reads,
    /// The end state is the same.
    Repeats,
    /// It happens once more.
    Once,
}

impl Effect {
    /// As the fragment has it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Reads => "reads",
            Self::Repeats => "repeats",
            Self::Once => "once",
        }
    }
}

/// What the fragment says of repeating an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Repetition {
    pub(crate) effect: Effect,
    /// The members of the successful answer that lead to the id of what was created.
    pub(crate) creates: Option<Vec<String>>,
    /// The member of the request's body that makes `Repeats` a `Once`, where it is true.
    pub(crate) once_if: Option<String>,
}

impl Repetition {
    /// What the operation says; or what is wrong with it, where the path is the key, and empty for one that is missing.
    pub(crate) fn of(operation: &Value) -> Result<Self, Problem> {
        const EFFECTS: [Effect; 3] = [Effect::Reads, Effect::Repeats, Effect::Once];
        let instead = "`x-effect: reads` if it changes nothing, `repeats` if sending it again leaves the same end state, \
                       `once` if it happens once more";
        let Some(effect) = operation.get("x-effect") else {
            return Err(problem("", "does not say what repeating it does", instead));
        };
        let Some(effect) = EFFECTS.into_iter().find(|known| effect == known.name()) else {
            return Err(problem(
                "x-effect",
                &format!("is `{}`, which says nothing of repeating it", text(effect)),
                instead,
            ));
        };
        let creates = match operation.get("x-creates").map(|place| (place, path(place))) {
            Some((place, None)) => {
                let what = format!("is `{}`, which is no path to the new id", text(place));
                let instead = "the members of the answer that lead to it, with dots between them, such as `contact.id`";
                return Err(problem("x-creates", &what, instead));
            }
            creates => creates.and_then(|(_, path)| path),
        };
        let once_if = match operation.get("x-once-if") {
            None => None,
            Some(Value::String(name)) => Some(name.clone()),
            Some(other) => {
                let what = format!("is `{other}`, which names no member of the request");
                return Err(problem("x-once-if", &what, "the name of one, as it is under `properties`"));
            }
        };
        Ok(Self { effect, creates, once_if })
    }
}

fn problem(path: &str, what: &str, instead: &str) -> Problem {
    Problem { path: path.into(), what: what.into(), instead: instead.into() }
}

/// The names in `contact.id`; none if it is not of this form.
fn path(place: &Value) -> Option<Vec<String>> {
    let names: Vec<_> = place.as_str()?.split('.').map(str::to_owned).collect();
    names.iter().all(|name| !name.is_empty()).then_some(names)
}

/// A value as it is in the fragment.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
