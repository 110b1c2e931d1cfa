//! `cargo xtask diff` in a repository of git, with the fragment before and after an edit.

#![allow(clippy::unwrap_used, reason = "tests")]

mod environment;
mod moved;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

const FRAGMENT: &str = "openapi/contacts.yaml";

/// A repository in which the fragment, and nothing else, is committed.
struct Repository(TempDir);

impl Repository {
    fn new() -> Self {
        let repository = Self(TempDir::new().unwrap());
        repository.write(&fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(FRAGMENT)).unwrap());
        repository.git(&["init", "--quiet", "--initial-branch", "main"]);
        repository.commit();
        repository
    }

    fn write(&self, fragment: &str) {
        fs::create_dir_all(self.0.path().join("openapi")).unwrap();
        fs::write(self.0.path().join(FRAGMENT), fragment).unwrap();
    }

    #[track_caller]
    fn edit(&self, edits: &[(&str, &str)]) {
        let mut text = fs::read_to_string(self.0.path().join(FRAGMENT)).unwrap();
        for (from, to) in edits {
            assert!(text.contains(from), "the fragment no longer has {from:?}");
            text = text.replacen(from, to, 1);
        }
        self.write(&text);
    }

    #[track_caller]
    fn git(&self, arguments: &[&str]) {
        let mut git = Command::new("git");
        git.current_dir(self.0.path()).args(arguments);
        environment::isolate(&mut git);
        assert!(git.status().unwrap().success(), "{arguments:?}");
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", "test"]);
    }

    fn diff(&self, arguments: &[&str]) -> Output {
        diff_in(self.0.path(), arguments)
    }

    /// What it says, without the name of the commit.
    #[track_caller]
    fn says(&self, arguments: &[&str]) -> String {
        let output = self.diff(arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let mut revision = Command::new("git");
        let revision =
            revision.current_dir(self.0.path()).args(["rev-parse", "--short", "HEAD"]).output().unwrap().stdout;
        let revision = String::from_utf8(revision).unwrap();
        String::from_utf8(output.stdout).unwrap().replace(revision.trim(), "[revision]")
    }

    #[track_caller]
    fn refuses(&self, arguments: &[&str]) -> String {
        refusal(&self.diff(arguments)).replace(&self.0.path().display().to_string(), "[repository]")
    }
}

fn diff_in(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask")).current_dir(folder).arg("diff").args(arguments).output().unwrap()
}

/// The only line that it says.
#[track_caller]
fn refusal(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(said.lines().count(), 1, "{said}");
    said
}

/// A test for each edit, or for several that are of one kind.
macro_rules! said {
    ($($name:ident: $edits:expr;)*) => {
        $(#[test]
        fn $name() {
            let repository = Repository::new();
            repository.edit(&$edits);
            insta::assert_snapshot!(repository.says(&[]));
        })*
    };
}

const REQUEST: &str = "          required: [locationId]\n          properties:\n";
const GENDER: &str = "            gender:\n              type: string\n              example: male\n";

said! {
    optional_member_of_the_request: [(REQUEST, "          required: [locationId]\n          properties:\n            nickname:\n              type: string\n")];
    required_member_of_the_request: [(REQUEST, "          required: [locationId, nickname]\n          properties:\n            nickname:\n              type: string\n")];
    member_removed_from_the_request: [(GENDER, "")];
    required_and_no_longer_required: [(REQUEST, "          required: [gender]\n          properties:\n")];
    wider_and_narrower_in_the_request: [
        (GENDER, "            gender: {}\n"),
        ("        postalCode:\n          type: string\n", "        postalCode:\n          type: string\n          format: zip\n"),
        ("        dnd:\n          type: boolean", "        dnd:\n          type: string"),
    ];
    null_in_the_request: [
        (GENDER, "            gender:\n              allOf: [$ref: \"#/components/schemas/NullableString\"]\n"),
        ("        city:\n          allOf: [$ref: \"#/components/schemas/NullableString\"]", "        city:\n          type: string"),
    ];
    values_in_the_request: [
        ("    DndStatus:\n      type: string\n      enum: [active, inactive, permanent]", "    DndStatus:\n      type: string\n      enum: [active, inactive]"),
        ("    InboundDndStatus:\n      type: string\n      enum: [active, inactive]", "    InboundDndStatus:\n      type: string\n      enum: [active, inactive, paused]"),
    ];
    open_enum_of_a_parameter: [("enum: [\"2021-04-15\"]", "enum: [\"2021-04-15\", \"2027-01-01\"]"), ("            enum: [\"2021-04-15\"]", "            enum: [\"2021-04-15\", \"2027-01-01\"]")];
    open_enum_that_is_closed: [("      oneOf:\n        - title: DocumentedVersion\n          type: string\n          enum: [\"2021-04-15\"]\n        - title: OtherVersion\n          type: string\n          not:\n            enum: [\"2021-04-15\"]\n", "      type: string\n      enum: [\"2021-04-15\"]\n")];
    parameters: [
        ("        - name: email\n          in: query\n", "        - name: mail\n          in: query\n          required: true\n"),
    ];
    any_other_member_of_the_request: [("      additionalProperties: {}\n", "")];
    member_of_several_responses: [("        deleted:\n          type: boolean\n          example: false\n", "")];
    member_added_to_the_responses: [("        deleted:\n", "        nickname:\n          type: string\n        deleted:\n")];
    wider_and_narrower_in_the_response: [
        ("        deleted:\n          type: boolean", "        deleted:\n          type: integer"),
        ("of its examples.\n        dateAdded:\n          type: string\n          format: date-time", "of its examples.\n        dateAdded:\n          type: string"),
        ("        offers:\n          type: array\n          nullable: true\n          items:\n            type: string", "        offers:\n          type: array\n          nullable: true\n          items: {}"),
        ("        type:\n          type: string\n          example: read", "        type:\n          type: string\n          nullable: true\n          minLength: 1\n          example: read"),
    ];
    requirements_and_null_in_the_response: [
        ("    ContactDndSetting:\n      type: object\n      required: [status]\n      properties:\n        status:\n          $ref: \"#/components/schemas/ContactDndStatus\"\n        message:\n          type: string\n", "    ContactDndSetting:\n      type: object\n      required: [message]\n      properties:\n        status:\n          $ref: \"#/components/schemas/ContactDndStatus\"\n        message:\n          type: string\n"),
        ("            type: string\n          example: []\n", "            type: string\n            nullable: true\n          example: []\n"),
    ];
    listed_values_of_the_response: [
        ("        - title: DocumentedDndStatus\n          type: string\n          enum: [active, inactive, permanent]", "        - title: DocumentedDndStatus\n          type: string\n          enum: [active, permanent, paused]"),
    ];
    several_kinds_in_the_error: [("            - title: Many\n              type: array\n              items:\n                type: string\n", "            - title: Number\n              type: integer\n")];
    a_whole_object: [("        dndSettings:\n          $ref: \"#/components/schemas/DndSettings\"\n", "")];
    statuses: [("        \"422\":\n", "        \"409\":\n")];
    an_operation_renamed: [("operationId: get_duplicate_contact", "operationId: find_duplicate_contact")];
    an_operation_moved: [("  /contacts/search/duplicate:\n    get:", "  /contacts/elsewhere:\n    post:")];
    the_server_and_the_security: [("https://services.leadconnectorhq.com", "https://api.example.com"), ("      operationId: create_contact\n", "      operationId: create_contact\n      security: []\n")];
    a_security_scheme: [("      type: http\n      scheme: bearer\n", "      type: apiKey\n      in: header\n      name: Authorization\n")];
    what_it_cannot_tell: [(GENDER, "            gender:\n              type: string\n              deprecated: true\n              example: male\n")];
    only_words: [("example: male", "example: female"), ("summary: Get Duplicate Contact", "summary: Find a contact")];
    only_a_comment: [("# ", "#  ")];
    effects: [
        ("      x-effect: once\n", "      x-effect: repeats\n"),
        ("      operationId: get_contact\n      x-effect: reads\n", "      operationId: get_contact\n      x-effect: repeats\n"),
        ("      operationId: delete_contact\n      x-effect: repeats\n", "      operationId: delete_contact\n      x-effect: once\n"),
        ("      operationId: get_all_notes\n      x-effect: reads\n", "      operationId: get_all_notes\n"),
    ];
    another_scope: [("x-scope: contacts.write", "x-scope: contacts.admin"), ("x-scope: contacts.readonly", "x-scope: contacts/search.readonly")];
    no_scope: [("      x-scope: contacts.readonly\n", "")];
    the_place_of_the_new_id: [("x-creates: contact.id", "x-creates: contact.locationId")];
    no_place_of_the_new_id: [("      x-creates: contact.id\n", "")];
    a_member_that_makes_it_happen_once: [
        ("      x-effect: once\n", "      x-effect: repeats\n      x-once-if: dnd\n"),
        ("      operationId: delete_contact\n      x-effect: repeats\n", "      operationId: delete_contact\n      x-effect: repeats\n      x-once-if: sure\n"),
    ];
}

/// Where a member is written means nothing to a caller, and which schemas there are neither.
#[test]
fn members_in_one_object_or_in_shared_schemas() {
    let repository = Repository::new();
    let fragment = fs::read_to_string(repository.0.path().join(FRAGMENT)).unwrap();
    let moved = [
        moved::into_one_object(&fragment),
        moved::into_shared_schemas(&fragment),
        moved::into_shared_schemas(&moved::into_one_object(&fragment)),
    ];
    for moved in moved {
        // In both directions.
        for fragment in [&moved, &fragment] {
            repository.write(fragment);
            assert_eq!(
                repository.says(&[]),
                "openapi/contacts.yaml, from [revision] to the working tree: nothing that is sent or received has changed\n"
            );
            repository.commit();
        }
    }
}

/// A change of a member is one of each request that has it, also if it is written once.
#[test]
fn a_member_of_a_shared_schema() {
    let repository = Repository::new();
    repository.edit(&[(
        "        dateAdded:\n          type: string\n          format: date-time",
        "        dateAdded:\n          type: integer",
    )]);
    let changed = repository.says(&[]);
    repository.git(&["checkout", "--quiet", FRAGMENT]);
    repository.write(&moved::into_shared_schemas(&fs::read_to_string(repository.0.path().join(FRAGMENT)).unwrap()));
    repository.commit();
    repository.edit(&[(
        "        dateAdded:\n          type: string\n          format: date-time",
        "        dateAdded:\n          type: integer",
    )]);
    assert_eq!(repository.says(&[]), changed);
}

#[test]
fn what_an_operation_says_for_the_first_time() {
    let repository = Repository::new();
    repository.edit(&[
        ("      x-effect: once\n      x-creates: contact.id\n", ""),
        ("      operationId: delete_contact\n      x-effect: repeats\n", "      operationId: delete_contact\n"),
        ("      x-scope: contacts.write\n", ""),
    ]);
    repository.commit();
    repository.edit(&[
        (
            "      operationId: create_contact\n",
            "      operationId: create_contact\n      x-effect: once\n      x-creates: contact.id\n      x-scope: contacts.write\n",
        ),
        (
            "      operationId: delete_contact\n",
            "      operationId: delete_contact\n      x-effect: repeats\n      x-once-if: sure\n",
        ),
    ]);
    insta::assert_snapshot!(repository.says(&[]));
}

#[test]
fn another_member_that_makes_it_happen_once() {
    let repository = Repository::new();
    repository.edit(&[("      x-effect: once\n", "      x-effect: repeats\n      x-once-if: dnd\n")]);
    repository.commit();
    repository.edit(&[("x-once-if: dnd", "x-once-if: sure")]);
    insta::assert_snapshot!(repository.says(&[]));
    repository.edit(&[("      x-once-if: sure\n", "")]);
    insta::assert_snapshot!(repository.says(&[]));
}

/// What the rules refuse can still be compared.
#[test]
fn compositions_without_an_end() {
    let repository = Repository::new();
    repository.edit(&[(
        "        - $ref: \"#/components/schemas/ContactFields\"\n",
        "        - $ref: \"#/components/schemas/ContactFields\"\n        - $ref: \"#/components/schemas/CreateContactRequest\"\n        - type: object\n          properties:\n            referrer:\n              allOf:\n                - $ref: \"#/components/schemas/CreateContactRequest\"\n                - type: object\n",
    )]);
    insta::assert_snapshot!(repository.says(&[]));
}

#[test]
fn alternatives_without_an_end() {
    let repository = Repository::new();
    let either =
        "    Either:\n      oneOf:\n        - $ref: \"#/components/schemas/Either\"\n        - type: integer\n";
    repository.edit(&[
        (GENDER, "            gender:\n              $ref: \"#/components/schemas/Either\"\n"),
        ("    DndStatus:\n", &format!("{either}    DndStatus:\n")),
    ]);
    insta::assert_snapshot!(repository.says(&[]));
}

#[test]
fn as_markdown() {
    let repository = Repository::new();
    repository.edit(&[(GENDER, ""), ("        deleted:\n          type: boolean\n          example: false\n", "")]);
    insta::assert_snapshot!(repository.says(&["--markdown"]));
    repository.git(&["checkout", "--quiet", FRAGMENT]);
    insta::assert_snapshot!(repository.says(&["--markdown", "main"]));
}

#[test]
fn against_an_older_revision() {
    let repository = Repository::new();
    repository.git(&["tag", "before"]);
    repository.edit(&[(GENDER, "")]);
    repository.commit();
    assert!(repository.says(&[]).contains("nothing that is sent or received has changed"));
    assert!(repository.says(&["before"]).contains("`gender` is removed"));
}

#[test]
fn a_revision_that_is_unknown() {
    let repository = Repository::new();
    insta::assert_snapshot!(repository.refuses(&["v9.9.9"]));
    insta::assert_snapshot!(repository.refuses(&["--output=x"]));
    insta::assert_snapshot!(repository.refuses(&[""]));
}

#[test]
fn a_revision_without_the_fragment() {
    let repository = Repository::new();
    repository.git(&["rm", "--quiet", FRAGMENT]);
    repository.commit();
    repository.write("openapi: 3.0.3");
    insta::assert_snapshot!(repository.refuses(&[]));
}

#[test]
fn a_fragment_that_cannot_be_read() {
    let repository = Repository::new();
    repository.edit(&[("paths:\n", "paths: [\n")]);
    insta::assert_snapshot!(repository.refuses(&[]));
    repository.commit();
    repository.git(&["checkout", "--quiet", "HEAD~", FRAGMENT]);
    insta::assert_snapshot!(repository.refuses(&[]));
}

#[test]
fn a_shallow_clone() {
    let repository = Repository::new();
    repository.git(&["tag", "before"]);
    repository.commit();
    let clone = TempDir::new().unwrap();
    let from = format!("file://{}", repository.0.path().display());
    repository.git(&["clone", "--quiet", "--depth", "1", &from, clone.path().to_str().unwrap()]);
    insta::assert_snapshot!(refusal(&diff_in(clone.path(), &["HEAD~1"])));
}

#[test]
fn no_git() {
    let repository = Repository::new();
    let mut diff = Command::new(env!("CARGO_BIN_EXE_xtask"));
    let output = diff.current_dir(repository.0.path()).arg("diff").env("PATH", "").output().unwrap();
    insta::assert_snapshot!(refusal(&output));
    fs::remove_dir_all(repository.0.path().join(".git")).unwrap();
    insta::assert_snapshot!(repository.refuses(&[]));
}
