//! Where something is in a body, such as `contact.tags[3]`.

use std::fmt;

use serde_json::Value;
use serde_path_to_error::Segment;

/// Where a member is.
#[derive(PartialEq)]
pub(super) struct Path(pub(super) Vec<Step>);

#[derive(Clone, PartialEq)]
pub(super) enum Step {
    Member(String),
    Item(usize),
}

impl Path {
    pub(super) fn of(path: &serde_path_to_error::Path) -> Self {
        let step = |segment: &Segment| match segment {
            Segment::Map { key } => Some(Step::Member(key.clone())),
            Segment::Seq { index } => Some(Step::Item(*index)),
            Segment::Enum { .. } | Segment::Unknown => None,
        };
        Self(path.iter().map_while(step).collect())
    }

    /// Takes the member out of the value; false if there is none at this path.
    pub(super) fn cut_from(&self, value: &mut Value) -> bool {
        let Some((last, steps)) = self.0.split_last() else { return false };
        let holder = steps.iter().try_fold(value, |value, step| match (step, value) {
            (Step::Member(name), Value::Object(members)) => members.get_mut(name),
            (Step::Item(index), Value::Array(items)) => items.get_mut(*index),
            _ => None,
        });
        match (last, holder) {
            (Step::Member(name), Some(Value::Object(members))) => members.remove(name).is_some(),
            (Step::Item(index), Some(Value::Array(items))) if *index < items.len() => {
                items.remove(*index);
                true
            }
            _ => false,
        }
    }

    /// The path with the items counted as they stood in the body, before others were cut.
    pub(super) fn in_the_original(self, cuts: &[Self]) -> Self {
        let mut original = Self(Vec::new());
        for step in self.0 {
            let step = match step {
                Step::Item(mut index) => {
                    let mut before: Vec<_> = cuts.iter().filter_map(|cut| cut.item_of(&original)).collect();
                    before.sort_unstable();
                    for cut in before {
                        index += usize::from(cut <= index);
                    }
                    Step::Item(index)
                }
                member @ Step::Member(_) => member,
            };
            original.0.push(step);
        }
        original
    }

    /// The index of an item directly in this list.
    fn item_of(&self, list: &Self) -> Option<usize> {
        match self.0.split_last() {
            Some((Step::Item(index), steps)) if *steps == *list.0 => Some(*index),
            _ => None,
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Member(name) if position == 0 => f.write_str(name)?,
                Step::Member(name) => write!(f, ".{name}")?,
                Step::Item(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}
