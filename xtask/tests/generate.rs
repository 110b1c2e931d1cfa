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
    fs::create_dir_all(folder.path().join("crates/leadconnector-mock/src")).unwrap();
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
    openapi_3_1_as_a_number: edited("openapi: 3.0.3", "openapi: 3.1");
    a_reference_to_itself: edited("    Version:\n", "    Loop:\n      $ref: \"#/components/schemas/Loop\"\n    Version:\n");
    references_in_a_circle: edited("    Version:\n", "    Here:\n      $ref: \"#/components/schemas/There\"\n    There:\n      $ref: \"#/components/schemas/Here\"\n    Version:\n");
    reference_with_siblings: edited("            $ref: \"#/components/schemas/Version\"", "            $ref: \"#/components/schemas/Version\"\n            nullable: true");
    reference_into_a_schema: edited("$ref: \"#/components/schemas/DndSettings\"", "$ref: \"#/components/schemas/Contact/properties/city\"");
    one_title_twice: edited("title: DocumentedDndStatus", "title: DocumentedVersion");
    a_title_that_is_a_schema: edited("title: DocumentedDndStatus", "title: DndStatus");
    a_misspelled_keyword: edited("      type: string\n      nullable: true", "      type: string\n      nulable: true");
    required_but_not_there: edited("required: [locationId]", "required: [locationID]");
    a_default: edited("        gender:\n          type: string", "        gender:\n          type: string\n          default: male");
    array_without_items: edited("          items:\n            type: string\n          example: [nisi sint commodo amet, consequat]\n        customFields", "          example: [nisi sint commodo amet, consequat]\n        customFields");
    closed_enum_behind_a_response_component: edited("          description: Successful response\n          content:", "          $ref: \"#/components/responses/Created\"\n        \"403\":\n          description: Forbidden\n          content:").replace("        deleted:\n          type: boolean", "        deleted:\n          type: string\n          enum: [\"yes\", \"no\"]").replace("  securitySchemes:\n", "  responses:\n    Created:\n      description: Successful response\n      content:\n        application/json:\n          schema:\n            $ref: \"#/components/schemas/CreateContactResponse\"\n  securitySchemes:\n");
    any_of_scalars_behind_all_of: edited("    Version:\n", "    Mixed:\n      anyOf:\n        - allOf: [$ref: \"#/components/schemas/NullableString\"]\n        - type: object\n    Version:\n");
    one_of_two_strings: edited("    Version:\n", "    Mixed:\n      oneOf:\n        - type: string\n          enum: [a]\n        - type: string\n    Version:\n");
    nullable_in_place_behind_all_of: edited("        gender:\n          type: string", "        gender:\n          allOf:\n            - type: string\n              nullable: true");
    map_in_a_response: edited("        deleted:\n          type: boolean", "        deleted:\n          type: object");
    parameter_of_a_path: edited("    post:\n      operationId", "    parameters:\n      - name: Authorization\n        in: header\n        schema: {type: string}\n    post:\n      operationId");
    parameter_called_body: edited("        - name: Version\n", "        - name: body\n          in: query\n          schema: {type: string}\n        - name: Version\n");
    a_circle_of_compositions: edited("    Version:\n", "    Here:\n      allOf:\n        - $ref: \"#/components/schemas/There\"\n        - type: object\n    There:\n      allOf:\n        - $ref: \"#/components/schemas/Here\"\n    Version:\n");
    a_pattern_and_a_uuid: edited("        gender:\n          type: string", "        gender:\n          type: string\n          format: uuid\n          pattern: a");
    unquoted_booleans: edited("enum: [active, inactive]", "enum: [yes, no]");
    a_misspelled_method: edited("    post:\n", "    psot:\n");
    a_path_without_slash: edited("  /contacts/:", "  contacts/:");
    a_type_that_is_not_one: edited("        gender:\n          type: string", "        gender:\n          type: strng");
    a_member_out_of_place: edited("        gender:\n          type: string", "      gender:\n          type: string");
    code_in_a_description: edited("description: User's Id", "description: \"```User's Id```\"");
    two_arguments_with_one_rust_name: edited("        - name: Version\n", "        - name: version\n          in: query\n          schema: {type: string}\n        - name: Version\n");
    two_operations_with_one_rust_name: edited("    post:\n      operationId: create_contact\n", "    get:\n      operationId: createContact\n      responses: {2XX: {description: ok}}\n    post:\n      operationId: create_contact\n");
    what_the_rules_do_not_know: edited("          application/json:\n            schema:\n              $ref: \"#/components/schemas/CreateContactRequest\"", "          application/json: {}");
}

/// An open enum may also be made of named schemas.
#[test]
fn an_open_enum_by_reference_is_accepted() {
    let fragment = edited(
        "        - title: DocumentedDndStatus\n          type: string\n          enum: [active, inactive, permanent]",
        "        - $ref: \"#/components/schemas/DndStatus\"",
    );
    let folder = workspace(&fragment);
    let output = generate(folder.path(), &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
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

#[test]
fn a_field_that_the_wrapper_uses() {
    let fragment = edited("        gender:\n          type: string\n          example: male\n", "");
    let fragment = fragment.replacen("        contactName:\n          type: string\n", "", 1);
    let fragment = fragment.replacen(
        "        matchingField:\n          type: string\n",
        "        matchedField:\n          type: string\n",
        1,
    );
    let folder = workspace(&fragment);
    let wrapper = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/leadconnector/src");
    let copy = folder.path().join("crates/leadconnector/src");
    fs::create_dir_all(&copy).unwrap();
    for file in ["mapping.rs", "outcome.rs"] {
        fs::copy(wrapper.join(file), copy.join(file)).unwrap();
    }

    let output = generate(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(2));
    insta::assert_snapshot!(String::from_utf8(output.stderr).unwrap());
    assert_eq!(fs::read_to_string(folder.path().join(GENERATED)).unwrap(), "// as it was\n");

    // Once the wrapper does not use them, they can go.
    for file in ["mapping.rs", "outcome.rs"] {
        fs::remove_file(copy.join(file)).unwrap();
    }
    assert!(generate(folder.path(), &[]).status.success());
}
