//! `cargo xtask generate` on fragments that it has to refuse, and `--check` on files that were edited.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

const GENERATED: &str = "crates/leadconnector-raw/src/generated.rs";

/// A folder with this fragment and a generated file that is not its own.
fn workspace(fragment: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::create_dir_all(folder.path().join("openapi")).unwrap();
    fs::create_dir_all(folder.path().join(GENERATED).parent().unwrap()).unwrap();
    fs::write(folder.path().join("openapi/contacts.yaml"), fragment).unwrap();
    fs::write(folder.path().join(GENERATED), "// as it was\n").unwrap();
    folder
}

fn generate(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask")).arg("generate").args(arguments).current_dir(folder).output().unwrap()
}

/// What the command says of a fragment that it refuses.
#[track_caller]
fn refusal(fragment: &str) -> String {
    let folder = workspace(fragment);
    let output = generate(folder.path(), &[]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert_eq!(fs::read_to_string(folder.path().join(GENERATED)).unwrap(), "// as it was\n");
    said
}

fn the_fragment() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi/contacts.yaml")).unwrap()
}

/// The fragment with one piece of its text replaced.
#[track_caller]
fn edited(from: &str, to: &str) -> String {
    let fragment = the_fragment();
    assert!(fragment.contains(from), "the fragment no longer has {from:?}");
    fragment.replacen(from, to, 1)
}

macro_rules! refused {
    ($($name:ident: $fragment:expr;)*) => {
        $(#[test]
        fn $name() {
            insta::assert_snapshot!(refusal(&$fragment));
        })*
    };
}

refused! {
    unreadable_yaml: edited("paths:\n", "paths: [\n");
    a_key_twice: edited("info:\n", "info: {}\ninfo:\n");
    no_openapi: "[]";
    openapi_3_1: edited("openapi: 3.0.3", "openapi: 3.1.0");
    not_openapi: edited("in: header", "in: the header");
    two_error_schemas: edited("#/components/schemas/ErrorBody", "#/components/schemas/Duplicate");
    any_of_scalars: edited("    Version:\n", "    Mixed:\n      anyOf:\n        - type: string\n        - type: integer\n    Version:\n");
    open_enum_as_any_of: edited("      oneOf:\n        - title: DocumentedVersion", "      anyOf:\n        - title: DocumentedVersion");
    dangling_reference: edited("$ref: \"#/components/schemas/DndSettings\"", "$ref: \"#/components/schemas/DndSetings\"");
    reference_to_another_file: edited("$ref: \"#/components/schemas/DndSettings\"", "$ref: \"dnd.yaml#/DndSettings\"");
    two_properties_with_one_rust_name: edited("        firstName:\n", "        first_name:\n          type: string\n        firstName:\n");
    a_property_called_extra: edited("        firstName:\n", "        extra:\n          type: string\n        firstName:\n");
    two_schemas_with_one_rust_name: edited("    Version:\n", "    version:\n      type: string\n    Version:\n");
    closed_enum_in_a_response: edited("        deleted:\n          type: boolean", "        deleted:\n          type: string\n          enum: [yes, no]");
    open_enum_with_two_lists: edited("title: OtherDndStatus\n          type: string\n          not:\n            enum: [active, inactive, permanent]", "title: OtherDndStatus\n          type: string\n          not:\n            enum: [active, inactive]");
    nullable_one_of: edited("    Version:\n", "    Either:\n      nullable: true\n      oneOf:\n        - type: object\n        - type: array\n          items: {}\n    Version:\n");
    optional_and_nullable_in_place: edited("        gender:\n          type: string", "        gender:\n          type: string\n          nullable: true");
    array_in_a_response: edited("        offers:\n          type: array\n          nullable: true", "        offers:\n          type: array");
    number_in_a_request: edited("        gender:\n          type: string", "        gender:\n          type: number");
    additional_properties_true: edited("additionalProperties: {}", "additionalProperties: true");
    additional_properties_in_a_response: edited("    ErrorBody:\n", "    ErrorBody:\n      additionalProperties: {}\n");
    numbered_success: edited("        2XX:\n", "        \"201\":\n");
    authorization_as_a_parameter: edited("        - name: Version\n", "        - name: Authorization\n          in: header\n          schema: {type: string}\n        - name: Version\n");
    no_operation_id: edited("      operationId: create_contact\n", "");
    what_the_rules_do_not_know: edited("          application/json:\n            schema:\n              $ref: \"#/components/schemas/CreateContactRequest\"", "          application/json: {}");
}

#[test]
fn writes_what_check_accepts_and_check_finds_any_edit() {
    let folder = workspace(&the_fragment());
    let generated = folder.path().join(GENERATED);

    assert_eq!(generate(folder.path(), &["--check"]).status.code(), Some(1));
    assert!(generate(folder.path(), &[]).status.success());
    let first = fs::read_to_string(&generated).unwrap();
    assert!(generate(folder.path(), &["--check"]).status.success());
    assert!(generate(folder.path(), &[]).status.success());
    assert_eq!(fs::read_to_string(&generated).unwrap(), first, "the same fragment gave other bytes");

    fs::write(&generated, first.replacen("pub first_name", "pub given_name", 1)).unwrap();
    let output = generate(folder.path(), &["--check"]);
    assert_eq!(output.status.code(), Some(1));
    let diff = String::from_utf8(output.stdout).unwrap();
    assert!(diff.contains("-        pub given_name"), "{diff}");
    assert!(String::from_utf8(output.stderr).unwrap().contains("cargo xtask generate"));

    fs::write(&generated, first + "\n").unwrap();
    assert_eq!(generate(folder.path(), &["--check"]).status.code(), Some(1));
}

#[test]
fn says_where_to_run_it() {
    let folder = TempDir::new().unwrap();
    let output = generate(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("run this inside the workspace"));
}
