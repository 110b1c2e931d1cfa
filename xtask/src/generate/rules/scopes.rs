//! What operations say of the token: it has to be there, and to be one scope.

use super::Problems;
use crate::document::Document;
use crate::scope;

pub(super) fn scopes(document: &Document, problems: &mut Problems) {
    for (path, operation) in document.operations() {
        if let Err(problem) = scope::of(operation) {
            problems.add_within(&path, problem);
        }
    }
}
