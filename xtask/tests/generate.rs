//! `cargo xtask generate` on fragments that it has to refuse, and `--check` on files that were edited.

#![allow(clippy::unwrap_used, reason = "tests")]

mod moved;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

const GENERATED: &str = "crates/leadconnector-raw/src/generated.rs";
const FOR_THE_MOCK: &str = "crates/leadconnector-mock/src/contacts.json";

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
    any_of_scalars: edited("    NullableString:\n", "    Mixed:\n      anyOf:\n        - type: string\n        - type: integer\n    NullableString:\n");
    open_enum_as_any_of: edited("      oneOf:\n        - title: DocumentedVersion", "      anyOf:\n        - title: DocumentedVersion");
    dangling_reference: edited("$ref: \"#/components/schemas/DndSettings\"", "$ref: \"#/components/schemas/DndSetings\"");
    reference_to_another_file: edited("$ref: \"#/components/schemas/DndSettings\"", "$ref: \"dnd.yaml#/DndSettings\"");
    two_properties_with_one_rust_name: edited("        firstName:\n", "        first_name:\n          type: string\n        firstName:\n");
    a_property_called_extra: edited("        firstName:\n", "        extra:\n          type: string\n        firstName:\n");
    two_schemas_with_one_rust_name: edited("    NullableString:\n", "    version:\n      type: string\n    NullableString:\n");
    closed_enum_in_a_response: edited("        deleted:\n          type: boolean", "        deleted:\n          type: string\n          enum: [yes, no]");
    open_enum_with_two_lists: edited("title: OtherDndStatus\n          type: string\n          not:\n            enum: [active, inactive, permanent]", "title: OtherDndStatus\n          type: string\n          not:\n            enum: [active, inactive]");
    nullable_one_of: edited("    NullableString:\n", "    Either:\n      nullable: true\n      oneOf:\n        - type: object\n        - type: array\n          items: {}\n    NullableString:\n");
    optional_and_nullable_in_place: edited("            gender:\n              type: string", "            gender:\n              type: string\n              nullable: true");
    array_in_a_response: edited("        offers:\n          type: array\n          nullable: true", "        offers:\n          type: array");
    number_in_a_request: edited("            gender:\n              type: string", "            gender:\n              type: number");
    additional_properties_true: edited("additionalProperties: {}", "additionalProperties: true");
    additional_properties_in_a_response: edited("    ErrorBody:\n", "    ErrorBody:\n      additionalProperties: {}\n");
    numbered_success: edited("        2XX:\n", "        \"201\":\n");
    authorization_as_a_parameter: edited("        - name: Version\n", "        - name: Authorization\n          in: header\n          schema: {type: string}\n        - name: Version\n");
    no_operation_id: edited("      operationId: create_contact\n", "");
    openapi_3_1_as_a_number: edited("openapi: 3.0.3", "openapi: 3.1");
    a_reference_to_itself: edited("    NullableString:\n", "    Loop:\n      $ref: \"#/components/schemas/Loop\"\n    NullableString:\n");
    references_in_a_circle: edited("    NullableString:\n", "    Here:\n      $ref: \"#/components/schemas/There\"\n    There:\n      $ref: \"#/components/schemas/Here\"\n    NullableString:\n");
    reference_with_siblings: edited("            $ref: \"#/components/schemas/Version\"", "            $ref: \"#/components/schemas/Version\"\n            nullable: true");
    reference_into_a_schema: edited("$ref: \"#/components/schemas/DndSettings\"", "$ref: \"#/components/schemas/Contact/properties/city\"");
    one_title_twice: edited("title: DocumentedDndStatus", "title: DocumentedVersion");
    a_title_that_is_a_schema: edited("title: DocumentedDndStatus", "title: DndStatus");
    a_misspelled_keyword: edited("      type: string\n      nullable: true", "      type: string\n      nulable: true");
    required_but_not_there: edited("required: [locationId]", "required: [locationID]");
    a_default: edited("            gender:\n              type: string", "            gender:\n              type: string\n              default: male");
    array_without_items: edited("          items:\n            type: string\n          example: [nisi sint commodo amet, consequat]\n        customFields", "          example: [nisi sint commodo amet, consequat]\n        customFields");
    closed_enum_behind_a_response_component: edited("          description: Successful response\n          content:", "          $ref: \"#/components/responses/Created\"\n        \"403\":\n          description: Forbidden\n          content:").replace("        deleted:\n          type: boolean", "        deleted:\n          type: string\n          enum: [\"yes\", \"no\"]").replace("  responses:\n    BadRequest:\n", "  responses:\n    Created:\n      description: Successful response\n      content:\n        application/json:\n          schema:\n            $ref: \"#/components/schemas/CreateContactResponse\"\n    BadRequest:\n");
    any_of_scalars_behind_all_of: edited("    NullableString:\n", "    Mixed:\n      anyOf:\n        - allOf: [$ref: \"#/components/schemas/NullableString\"]\n        - type: object\n    NullableString:\n");
    one_of_two_strings: edited("    NullableString:\n", "    Mixed:\n      oneOf:\n        - type: string\n          enum: [a]\n        - type: string\n    NullableString:\n");
    nullable_in_place_behind_all_of: edited("            gender:\n              type: string", "            gender:\n              allOf:\n                - type: string\n                  nullable: true");
    map_in_a_response: edited("        deleted:\n          type: boolean", "        deleted:\n          type: object");
    parameter_of_a_path: edited("    post:\n      operationId", "    parameters:\n      - name: Authorization\n        in: header\n        schema: {type: string}\n    post:\n      operationId");
    parameter_called_body: edited("        - name: Version\n", "        - name: body\n          in: query\n          schema: {type: string}\n        - name: Version\n");
    a_circle_of_compositions: edited("    NullableString:\n", "    Here:\n      allOf:\n        - $ref: \"#/components/schemas/There\"\n        - type: object\n    There:\n      allOf:\n        - $ref: \"#/components/schemas/Here\"\n    NullableString:\n");
    a_pattern_and_a_uuid: edited("            gender:\n              type: string", "            gender:\n              type: string\n              format: uuid\n              pattern: a");
    unquoted_booleans: edited("enum: [active, inactive]", "enum: [yes, no]");
    a_misspelled_method: edited("    post:\n", "    psot:\n");
    a_path_without_slash: edited("  /contacts/:", "  contacts/:");
    a_type_that_is_not_one: edited("            gender:\n              type: string", "            gender:\n              type: strng");
    a_member_out_of_place: edited("            gender:\n              type: string", "          gender:\n              type: string");
    code_in_a_description: edited("description: User's Id", "description: \"```User's Id```\"");
    two_arguments_with_one_rust_name: edited("        - name: Version\n", "        - name: version\n          in: query\n          schema: {type: string}\n        - name: Version\n");
    two_operations_with_one_rust_name: edited("    post:\n      operationId: create_contact\n", "    get:\n      operationId: createContact\n      x-effect: reads\n      responses: {2XX: {description: ok}}\n    post:\n      operationId: create_contact\n");
    what_the_rules_do_not_know: edited("          application/json:\n            schema:\n              $ref: \"#/components/schemas/CreateContactRequest\"", "          application/json: {}");
}

const SHARED: &str = "        - $ref: \"#/components/schemas/ContactFields\"\n";
const FIELDS: &str = "    ContactFields:\n      type: object\n";
const OWN: &str = "          required: [locationId]\n          properties:\n";
const NOTE: &str = "    Note:\n      description: A note of a contact.\n      type: object\n";

refused! {
    parts_that_are_no_objects: edited(SHARED, "        - type: string\n        - type: array\n          items: {}\n        - oneOf:\n            - type: object\n            - type: string\n        - $ref: \"#/components/schemas/NullableString\"\n");
    an_alternative_beside_the_parts: edited("    CreateContactRequest:\n", "    CreateContactRequest:\n      oneOf: [{type: object}]\n");
    a_property_in_two_parts: edited(OWN, "          required: [locationId]\n          properties:\n            email:\n              type: string\n");
    a_part_twice: edited(SHARED, "        - $ref: \"#/components/schemas/ContactFields\"\n        - allOf: [$ref: \"#/components/schemas/ContactFields\"]\n");
    additional_properties_in_two_parts: edited(FIELDS, "    ContactFields:\n      type: object\n      additionalProperties: {}\n");
    keywords_of_a_part: edited(FIELDS, "    ContactFields:\n      type: object\n      nullable: true\n      minProperties: 1\n");
    two_parts_with_one_rust_name: edited(OWN, "          required: [locationId]\n          properties:\n            first_name:\n              type: string\n");
    required_by_a_shared_part: edited(FIELDS, "    ContactFields:\n      type: object\n      required: [locationId, birthday]\n");
    required_by_what_is_a_part_and_more: edited(FIELDS, "    ContactFields:\n      type: object\n      required: [locationId]\n").replace("        dndSettings:\n          $ref: \"#/components/schemas/DndSettings\"\n", "        dndSettings:\n          $ref: \"#/components/schemas/ContactFields\"\n");
    additional_properties_in_a_composed_response: edited(NOTE, "    NoteFields:\n      type: object\n      additionalProperties: {}\n    Note:\n      description: A note of a contact.\n      allOf: [$ref: \"#/components/schemas/NoteFields\"]\n");
    optional_and_nullable_in_a_part: edited(FIELDS, "    ContactFields:\n      type: object\n      required: [gender]\n").replacen("        postalCode:\n          type: string\n", "        postalCode:\n          type: string\n          nullable: true\n", 1).replacen("            gender:\n", "            gender:\n              nullable: true\n", 1);
    optional_and_nullable_in_what_is_a_part_and_more: edited(OWN, "          required: [locationId, postalCode]\n          properties:\n            more:\n              $ref: \"#/components/schemas/ContactFields\"\n").replacen("        postalCode:\n          type: string\n", "        postalCode:\n          type: string\n          nullable: true\n", 1);
    an_array_in_a_part_of_a_response: edited(NOTE, "    NoteFields:\n      type: object\n      properties:\n        tags:\n          type: array\n          items: {}\n    Note:\n      description: A note of a contact.\n      allOf: [$ref: \"#/components/schemas/NoteFields\"]\n");
    a_part_that_is_the_composition: edited(SHARED, "        - $ref: \"#/components/schemas/ContactFields\"\n        - $ref: \"#/components/schemas/CreateContactRequest\"\n");
    a_composition_within_its_own_part: edited("    NullableString:\n", "    Here:\n      type: object\n      properties:\n        there:\n          allOf:\n            - $ref: \"#/components/schemas/Here\"\n            - type: object\n    NullableString:\n");
    compositions_within_each_other: edited("    NullableString:\n", "    Here:\n      type: object\n      properties:\n        there:\n          type: array\n          items:\n            allOf:\n              - $ref: \"#/components/schemas/There\"\n              - type: object\n    There:\n      type: object\n      properties:\n        here:\n          allOf:\n            - $ref: \"#/components/schemas/Here\"\n            - type: object\n    NullableString:\n");
    a_misspelled_key_of_a_response_component: edited("    BadRequest:\n", "    BadRequest:\n      contents: {}\n");
}

const FIELD_ID: &str = "          example: MgobCB14YMVKuE4Ka8p1\n";
/// The title of a note that is received.
const TITLE: &str = "          example: sx6wyHhbFdRXh302LLNR\n        title:\n          type: string\n          example: Follow-up summary\n";

// What a property says that OpenAPI has no words for.
refused! {
    a_misspelled_mark: edited("x-other-spellings: [sms]", "x-other-speling: [sms]");
    a_mark_of_an_object: edited("    ContactDndSettings:\n", "    ContactDndSettings:\n      x-beyond-page: true\n");
    a_mark_that_says_nothing: edited("x-beyond-page: true", "x-beyond-page: false");
    a_spelling_that_is_no_list: edited("x-other-spellings: [sms]", "x-other-spellings: sms");
    no_other_spelling: edited("x-other-spellings: [sms]", "x-other-spellings: []");
    a_spelling_that_is_no_name: edited("x-other-spellings: [sms]", "x-other-spellings: [sms, \"\"]");
    a_spelling_of_another_property: edited("x-other-spellings: [sms]", "x-other-spellings: [FB, sms, sms, call]");
    other_spellings_of_what_is_sent: edited("        postalCode:\n          type: string\n", "        postalCode:\n          type: string\n          x-other-spellings: [postcode]\n");
    other_spellings_of_what_is_required: edited("    ContactDndSettings:\n", "    ContactDndSettings:\n      required: [SMS]\n");
    other_spellings_of_an_id: edited(FIELD_ID, &format!("{FIELD_ID}          x-other-spellings: [_id]\n"));
    other_spellings_of_the_answer: edited("        succeded:\n          type: boolean\n", "        succeded:\n          type: boolean\n          x-other-spellings: [done]\n");
    other_spellings_in_an_object_without_a_name: edited(TITLE, "        author:\n          type: object\n          properties:\n            title:\n              type: string\n              x-other-spellings: [heading]\n");
}

/// Under each of its names, a member is looked for where the rest cannot be decoded, wherever in a composition it stands.
#[test]
fn other_spellings_in_one_object_or_in_shared_schemas() {
    let fragment = edited(TITLE, &format!("{TITLE}          x-other-spellings: [heading]\n"));
    let as_it_is = generated(&fragment);
    assert!(as_it_is[0].contains("one_of(read.title, read.title_2)"), "{}", as_it_is[0]);
    let names = as_it_is[0].split_once("NOTE_PROPERTIES: &[&str] = &[").unwrap().1.split_once(']').unwrap().0;
    assert!(names.contains("\"title\"") && names.contains("\"heading\""), "{names}");
    assert!(generated(&moved::into_shared_schemas(&fragment)) == as_it_is);
}

const ONCE: &str = "      x-effect: once\n      x-creates: contact.id\n";

refused! {
    no_effect: edited(ONCE, "");
    an_effect_that_is_none: edited("x-effect: repeats", "x-effect: repeat");
    an_effect_that_is_no_text: edited("x-effect: repeats", "x-effect: [repeats]");
    a_misspelled_effect: edited("x-effect: repeats", "x-efect: repeats");
    a_misspelled_place_of_the_id: edited("      x-creates:", "      x-create:");
    a_misspelled_key_of_an_operation: edited("      summary: Create Contact\n", "      sumary: Create Contact\n");
    creates_where_nothing_is: edited("x-creates: contact.id", "x-creates: contact.idd");
    creates_beside_the_answer: edited("x-creates: contact.id", "x-creates: id");
    creates_beyond_a_text: edited("x-creates: contact.id", "x-creates: contact.id.value");
    creates_no_text: edited("x-creates: contact.id", "x-creates: contact");
    creates_in_no_words: edited("x-creates: contact.id", "x-creates: contact..id");
    creates_in_a_list: edited("x-creates: contact.id", "x-creates: [contact, id]");
    creates_without_an_answer: edited("            application/json:\n              schema:\n                $ref: \"#/components/schemas/CreateContactResponse\"", "            text/plain:\n              schema:\n                type: string");
    creates_by_reading: edited(ONCE, "      x-effect: reads\n      x-creates: contact.id\n");
    once_if_nothing: edited(ONCE, "      x-effect: repeats\n      x-once-if: createNewIfDuplicateAllowed\n");
    once_if_a_text: edited(ONCE, "      x-effect: repeats\n      x-once-if: gender\n");
    once_if_a_list: edited(ONCE, "      x-effect: repeats\n      x-once-if: [dnd]\n");
    once_if_in_any_case: edited(ONCE, "      x-effect: once\n      x-once-if: dnd\n");
    once_if_what_each_request_has: edited(ONCE, "      x-effect: repeats\n      x-once-if: dnd\n").replacen("required: [locationId]", "required: [locationId, dnd]", 1);
    once_if_null: edited(ONCE, "      x-effect: repeats\n      x-once-if: dnd\n").replacen("        dnd:\n          type: boolean\n", "        dnd:\n          allOf: [{type: boolean}]\n          nullable: true\n", 1);
    once_if_without_a_body: edited("x-effect: repeats\n", "x-effect: repeats\n      x-once-if: dnd\n");
}

const QUERY: &str = "        - name: email\n          in: query\n          description: Email\n          schema:\n            type: string\n";

// What a request would lack if it were passed over.
refused! {
    a_server_of_an_operation: edited("      summary: Get Contact\n", "      summary: Get Contact\n      servers: [{url: https://example.com}]\n      security: []\n");
    a_date_in_the_query: edited(QUERY, "        - name: email\n          in: query\n          description: Email\n          schema:\n            type: string\n            format: date-time\n");
    a_list_in_the_query: edited(QUERY, "        - name: email\n          in: query\n          description: Email\n          schema:\n            type: array\n            items: {type: string}\n");
    a_number_in_the_path: edited("      description: Contact Id\n      schema:\n        type: string\n", "      description: Contact Id\n      schema:\n        type: integer\n");
    another_header: edited("        - $ref: \"#/components/parameters/contactId\"\n", "        - $ref: \"#/components/parameters/contactId\"\n        - name: X-Trace\n          in: header\n          required: true\n          schema: {type: string}\n");
    a_version_of_another_schema: edited("      description: API Version\n      schema:\n        $ref: \"#/components/schemas/Version\"\n", "      description: API Version\n      schema:\n        type: string\n");
}

/// What is generated from a fragment: both files.
#[track_caller]
fn generated(fragment: &str) -> [String; 2] {
    let folder = workspace(fragment);
    let output = generate(folder.path(), &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    [GENERATED, FOR_THE_MOCK].map(|file| fs::read_to_string(folder.path().join(file)).unwrap())
}

/// Where a member is written means nothing: no byte that is generated depends on it.
#[test]
fn members_in_one_object_or_in_shared_schemas() {
    let fragment = the_fragment();
    let as_it_is = generated(&fragment);
    assert!(!as_it_is[1].contains("ContactFields"), "a part is no type of its own");
    for moved in [
        moved::into_one_object(&fragment),
        moved::into_shared_schemas(&fragment),
        moved::into_shared_schemas(&moved::into_one_object(&fragment)),
        // What one part has, another one can require.
        fragment
            .replacen(FIELDS, "    ContactFields:\n      type: object\n      required: [locationId]\n", 1)
            .replacen(OWN, "          properties:\n", 1),
    ] {
        assert!(moved != fragment);
        assert!(generated(&moved) == as_it_is, "the same members gave other bytes");
    }
}

/// Names that are required in another order are the same names.
#[test]
fn required_names_in_any_order() {
    let one = edited(
        NOTE,
        "    Note:\n      description: A note of a contact.\n      type: object\n      required: [title, id]\n",
    );
    assert!(generated(&one) == generated(&one.replace("[title, id]", "[id, title]")));
    let parts = moved::into_shared_schemas(&the_fragment());
    let parts = parts.replacen("    NoteText:\n", "    NoteText:\n      required: [title]\n", 1);
    let parts = parts.replacen("    NoteFields:\n", "    NoteFields:\n      required: [id]\n", 1);
    assert!(generated(&one) == generated(&parts));
}

/// Of a composition, what is true of the whole counts.
#[test]
fn compositions_that_are_accepted() {
    for fragment in [
        // Nullable in place, and required by another part.
        edited(FIELDS, "    ContactFields:\n      type: object\n      required: [gender]\n").replacen(
            "            gender:\n",
            "            gender:\n              nullable: true\n",
            1,
        ),
        // In place, and no map.
        edited(
            "        pinned:\n",
            "        author:\n          type: object\n          allOf: [$ref: \"#/components/schemas/Duplicate\", {type: object}]\n        pinned:\n",
        ),
        // A part that is a type of its own, too, and one that refers to its whole.
        edited(
            OWN,
            "          properties:\n            locationId:\n              type: string\n            more:\n              $ref: \"#/components/schemas/ContactFields\"\n            referrer:\n              $ref: \"#/components/schemas/CreateContactRequest\"\n",
        )
        .replacen("            locationId:\n              type: string\n              example: ve9EPM428h8vShlRW1KT\n", "", 1),
        // A schema that contains itself, and that nothing refers to.
        edited(
            "    NullableString:\n",
            "    Tree:\n      type: object\n      properties:\n        branches:\n          type: array\n          items:\n            $ref: \"#/components/schemas/Tree\"\n    NullableString:\n",
        ),
        // A member that comes from a part.
        edited(ONCE, "      x-effect: repeats\n      x-creates: contact.id\n      x-once-if: dnd\n"),
    ] {
        generated(&fragment);
    }
}

/// A member that turns what repeats into what happens once is looked at in each request.
#[test]
fn a_member_decides_what_repeating_does() {
    let fragment = edited(ONCE, "      x-effect: repeats\n      x-creates: contact.id\n      x-once-if: dnd\n");
    let [raw_client, _] = generated(&fragment);
    assert!(raw_client.contains(".once_if(body.dnd == Some(true))"), "{raw_client}");
    let [raw_client, _] = generated(&the_fragment());
    assert!(!raw_client.contains(".once_if("));
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
    let fragment = edited("            gender:\n              type: string\n              example: male\n", "");
    let fragment = fragment.replacen("        contactName:\n          type: string\n", "", 1);
    let fragment = fragment.replacen(
        "        matchingField:\n          type: string\n",
        "        matchedField:\n          type: string\n",
        1,
    );
    let folder = workspace(&fragment);
    let wrapper = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/leadconnector/src");
    let copy = folder.path().join("crates/leadconnector/src");
    for folder in ["call", "models"] {
        fs::create_dir_all(copy.join(folder)).unwrap();
    }
    for file in ["models/new_contact.rs", "call/outcome.rs"] {
        fs::copy(wrapper.join(file), copy.join(file)).unwrap();
    }

    let output = generate(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(2));
    insta::assert_snapshot!(String::from_utf8(output.stderr).unwrap());
    assert_eq!(fs::read_to_string(folder.path().join(GENERATED)).unwrap(), "// as it was\n");

    // Once the wrapper does not use them, they can go.
    for file in ["models/new_contact.rs", "call/outcome.rs"] {
        fs::remove_file(copy.join(file)).unwrap();
    }
    assert!(generate(folder.path(), &[]).status.success());
}
