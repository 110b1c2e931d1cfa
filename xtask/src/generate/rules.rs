//! What the generator cannot do, or does in a way that fails later: found in the fragment, and said in words.
//!
//! The rules read the fragment as it is written, so that each path is a place in the file. What is true of an object as a
//! whole is looked for in all the parts of a composition.

mod compositions;
mod effects;
mod keys;
mod marks;
mod names;
mod operations;
mod parameters;
mod references;
mod schemas;
mod scopes;
mod servers;
mod texts;

use serde_json::Value;

use crate::document::{Document, Problem, child};

/// Every problem of the document; none if it can be generated.
pub(super) fn check(document: &Document) -> Vec<Problem> {
    let mut problems = Problems::default();
    version(document, &mut problems);
    if problems.0.is_empty() {
        references::references("#", document.root(), "schemas", false, document, &mut problems);
    }
    if !problems.0.is_empty() {
        // Another version has other rules, and what a reference should lead to is not known: more only distracts.
        return problems.0;
    }
    let composed = document.composed();
    texts::texts("#", document.root(), &mut problems);
    keys::keys(document, &mut problems);
    servers::servers(document, &mut problems);
    parameters::parameters(document, &mut problems);
    operations::operations(document, &mut problems);
    effects::effects(document, &composed, &mut problems);
    scopes::scopes(document, &mut problems);
    names::own_names(document, &mut problems);
    names::type_names(&composed, &mut problems);
    compositions::endless(document, &mut problems);
    for schema in document.schemas() {
        schemas::keywords(&schema, &mut problems);
        marks::keys(&schema, &mut problems);
        schemas::together(&schema, document, &mut problems);
        schemas::listed(&schema, &mut problems);
        names::values(&schema, &mut problems);
        schemas::any_of(&schema, document, &mut problems);
        schemas::one_of(&schema, document, &mut problems);
        schemas::closed_enum(&schema, &mut problems);
        schemas::nullable(&schema, &mut problems);
        schemas::number(&schema, &mut problems);
        schemas::additional_properties(&schema, &mut problems);
        if !schema.is_only_part() {
            let parts = document.parts(&schema.path, schema.value);
            compositions::parts(&schema, &parts, &mut problems);
            schemas::required_properties(&parts, &mut problems);
            schemas::additional_properties_received(&schema, &parts, &mut problems);
            names::property_names(&schema, &parts, &mut problems);
            marks::spellings(&schema, &parts, document, &mut problems);
        }
    }
    problems.0
}

#[derive(Default)]
struct Problems(Vec<Problem>);

impl Problems {
    /// Adds a problem, once: what several operations or compositions have in common is looked at with each.
    fn add(&mut self, path: impl Into<String>, what: impl Into<String>, instead: impl Into<String>) {
        let problem = Problem { path: path.into(), what: what.into(), instead: instead.into() };
        if !self.0.contains(&problem) {
            self.0.push(problem);
        }
    }

    /// Adds a problem of an operation, whose path is a key there, or empty.
    fn add_within(&mut self, operation: &str, problem: Problem) {
        let Problem { path, what, instead } = problem;
        self.add(if path.is_empty() { operation.to_owned() } else { child(operation, &path) }, what, instead);
    }
}

fn version(document: &Document, problems: &mut Problems) {
    let version = document.root().get("openapi").map(|version| match version {
        Value::String(version) => version.clone(),
        other => other.to_string(),
    });
    match version {
        Some(version) if version.starts_with("3.0.") => {}
        Some(version) => problems.add(
            "#/openapi",
            format!("is {version}, which the generator does not read"),
            "`openapi: 3.0.3`, with `nullable: true` in place of a list of types",
        ),
        None => problems.add("#/openapi", "is missing", "`openapi: 3.0.3`"),
    }
}

fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
