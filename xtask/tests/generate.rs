//! `cargo xtask generate` on fragments that it has to refuse, and `--check` on files that were edited.

#![allow(clippy::unwrap_used, reason = "tests")]

mod moved;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

const GENERATED: &str = "crates/leadconnector-raw/src/generated.rs";
const FOR_THE_MOCK: &str = "crates/leadconnector-mock/src/contacts.json";
const TABLE: &str = "crates/leadconnector/docs/operations.md";

/// A folder with this fragment and a generated file that is not its own.
fn workspace(fragment: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::create_dir_all(folder.path().join("openapi")).unwrap();
    fs::create_dir_all(folder.path().join(GENERATED).parent().unwrap()).unwrap();
    fs::create_dir_all(folder.path().join("crates/leadconnector-mock/src")).unwrap();
    fs::create_dir_all(folder.path().join("crates/leadconnector/docs")).unwrap();
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
    not_openapi: edited("  title: HighLevel Contacts\n", "");
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
    array_without_items: edited("All tags of a contact.\n      type: array\n      items:\n        type: string\n", "All tags of a contact.\n      type: array\n");
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
    two_operations_with_one_rust_name: edited("    post:\n      operationId: create_contact\n", "    get:\n      operationId: createContact\n      x-effect: reads\n      x-scope: contacts.readonly\n      responses: {2XX: {description: ok, content: {application/json: {schema: {type: object}}}}}\n    post:\n      operationId: create_contact\n");
    what_the_rules_do_not_know: edited("    NullableString:\n", "    NoteAuthor:\n      type: object\n      properties: {name: {type: string}}\n    NullableString:\n").replacen("        bodyText:\n", "        author:\n          type: object\n          properties: {name: {type: string}}\n        bodyText:\n", 1);
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
    optional_and_nullable_in_a_part: edited(FIELDS, "    ContactFields:\n      type: object\n      required: [source]\n").replacen("        postalCode:\n          type: string\n", "        postalCode:\n          type: string\n          nullable: true\n", 1).replacen("            source:\n              type: string\n", "            source:\n              type: string\n              nullable: true\n", 1);
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
    once_if_without_a_body: edited("delete_contact\n      x-effect: repeats\n", "delete_contact\n      x-effect: repeats\n      x-once-if: dnd\n");
}

refused! {
    no_scope: edited("      x-scope: contacts.write\n", "");
    a_scope_that_is_no_text: edited("x-scope: contacts.write", "x-scope: [contacts.write]");
    a_scope_of_nothing: edited("x-scope: contacts.write", "x-scope: \"\"");
    two_scopes_in_one_text: edited("x-scope: contacts.write", "x-scope: contacts.write contacts.readonly");
    a_scope_with_the_space_of_another_script: edited("x-scope: contacts.write", "x-scope: \"contacts\\u00A0write\"");
    a_misspelled_scope: edited("      x-scope: contacts.write\n", "      x-scopes: contacts.write\n");
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

/// An operation that reads, with these parameters and what is beside them.
fn reading(path: &str, parameters: &str, more: &str) -> String {
    let answer = "responses: {2XX: {description: ok, content: {application/json: {schema: {type: object}}}}}";
    edited(
        "components:\n",
        &format!(
            "  {path}:\n    get:\n      operationId: read_it\n      x-effect: reads\n      x-scope: contacts.readonly\n      parameters: [{parameters}]\n      {}\ncomponents:\n",
            if more.is_empty() { answer } else { more }
        ),
    )
}

const ID: &str = "{name: id, in: path, required: true, schema: {type: string}}";

// What could not be found, or would be found elsewhere, if it were generated.
refused! {
    a_placeholder_without_a_parameter: reading("/a/{id}", "", "");
    a_parameter_without_a_placeholder: reading("/a", ID, "");
    a_parameter_without_a_placeholder_in_one_operation: edited("  /contacts/{contactId}/notes:\n", "  /contacts/notes:\n");
    a_parameter_of_a_path_that_may_be_left_out: reading("/a/{id}", "{name: id, in: path, schema: {type: string}}", "");
    a_placeholder_twice: reading("/a/{id}/b/{id}", ID, "");
    a_brace_by_itself: reading("'/a/{id'", ID, "");
    a_placeholder_without_a_name: reading("/a/{}", "", "");
    a_query_in_a_path: reading("/a?b=c", "", "");
    a_segment_that_is_lost: reading("/a/../b", "", "");
    an_empty_segment: reading("/a//b", "", "");
    paths_that_are_one: reading("/contacts/{id}/notes", ID, "");
    a_parameter_twice: reading("/a/{id}", &[ID, ID].join(", "), "");
    a_name_in_the_path_and_in_the_query: reading("/a/{id}", &format!("{ID}, {{name: id, in: query, schema: {{type: string}}}}"), "");
    a_parameter_without_a_name: reading("/a", "{in: query, schema: {type: string}}", "");
    a_parameter_without_a_schema: reading("/a", "{name: b, in: query}", "");
    a_cookie: reading("/a", "{name: b, in: cookie, schema: {type: string}}", "");
    an_object_in_the_query: reading("/a", "{name: b, in: query, schema: {type: object, properties: {c: {type: string}}}}", "");
    an_object_in_the_path: reading("/a/{id}", "{name: id, in: path, required: true, schema: {type: object}}", "");
    an_object_as_the_version: edited("      description: API Version\n      schema:\n        $ref: \"#/components/schemas/Version\"\n", "      description: API Version\n      schema: {type: object}\n");
    a_version_that_may_be_left_out: edited("      required: true\n      description: API Version\n", "      description: API Version\n");
    a_version_of_other_variants: edited("- title: OtherVersion", "- title: AnyVersion");
    a_header_that_cannot_be: reading("/a", "{name: X Trace, in: header, required: true, schema: {type: string}}", "");
    limits_in_the_query: reading("/a", "{name: limit, in: query, schema: {type: integer, minimum: 1}}", "");
    values_in_the_query: reading("/a", "{name: order, in: query, schema: {type: string, enum: [up, down]}}", "");
    another_style: reading("/a", "{name: b, in: query, style: deepObject, schema: {type: string}}", "");
    no_success: reading("/a", "", "responses: {}");
    no_success_but_an_error: reading("/a", "", "responses: {default: {description: it}}");
    no_responses: reading("/a", "", "summary: it");
    an_answer_of_text: reading("/a", "", "responses: {2XX: {description: it, content: {text/plain: {schema: {type: string}}}}}");
    an_answer_of_two_kinds: reading("/a", "", "responses: {2XX: {description: it, content: {application/json: {schema: {type: object}}, text/plain: {schema: {type: string}}}}}");
    a_body_of_a_form: edited("          application/json:\n            schema:\n              $ref: \"#/components/schemas/CreateContactRequest\"", "          application/x-www-form-urlencoded:\n            schema:\n              $ref: \"#/components/schemas/CreateContactRequest\"");
    no_servers: edited("servers:\n  - url: https://services.leadconnectorhq.com\n", "");
    two_servers: edited("servers:\n", "servers:\n  - url: https://example.com\n");
    a_server_that_is_a_path: edited("https://services.leadconnectorhq.com", "/v2");
    a_server_with_a_variable: edited("  - url: https://services.leadconnectorhq.com\n", "  - url: https://{region}.example.com\n    variables: {region: {default: eu}}\n");
    a_reference_to_another_kind: edited("$ref: \"#/components/schemas/DndSettings\"", "$ref: \"#/components/responses/BadRequest\"");
}

const NULLABLE: &str = "    NullableString:\n";
const GENDER: &str = "            gender:\n              type: string\n";

/// The fragment with one more schema.
fn with_schema(schema: &str) -> String {
    edited(NULLABLE, &format!("    {schema}\n{NULLABLE}"))
}

/// The fragment with one more member of a request.
fn with_member(member: &str) -> String {
    edited(GENDER, &format!("            {member}\n{GENDER}"))
}

// What would be no Rust, or the same Rust twice.
refused! {
    a_schema_that_begins_with_a_digit: with_schema("404Error: {type: object}");
    schemas_with_other_characters: with_schema("Näme: {type: object}\n    'a b': {type: object}\n    _a: {type: object}\n    '': {type: object}");
    an_operation_that_begins_with_a_digit: edited("operationId: get_contact", "operationId: 1_contact");
    an_operation_with_other_characters: edited("operationId: get_contact", "operationId: get contact");
    an_operation_that_is_a_keyword: edited("operationId: get_contact", "operationId: Self");
    an_operation_that_is_a_method_of_the_client: edited("operationId: get_contact", "operationId: Send");
    an_operation_called_all: edited("operationId: get_contact", "operationId: all");
    one_operation_twice: edited("operationId: get_contact", "operationId: create_contact");
    operations_with_one_variant: edited("operationId: get_contact", "operationId: a1").replacen("operationId: delete_contact", "operationId: a_1", 1);
    properties_that_are_one_after_all: with_member("'+1': {type: string}\n            plus1: {type: string}\n            '404': {type: string}\n            x404: {type: string}\n            '': {type: string}\n            '-': {type: string}");
    values_with_one_rust_name: with_member("size: {type: string, enum: [s, S, m]}");
    values_without_a_name: with_member("relation: {type: string, enum: ['<', '>']}");
    a_value_twice: with_member("size: {type: string, enum: [s, s]}");
    a_direction_in_a_description: with_member("size: {type: string, description: \"a\\u202Eb\"}");
    a_direction_in_an_example: with_member("size: {type: string, example: \"a\\u200Fb\"}");
    a_direction_in_a_name: with_member("\"si\\u2066ze\": {type: string}");
    a_direction_in_a_value: with_member("size: {type: string, enum: [\"\\u061C\"]}");
    a_control_character: with_member("size: {type: string, description: \"a\\rb\", example: \"\\0\"}");
    code_between_tildes: with_member("size: {type: string, description: \"~~~\\nlet\\n~~~\"}");
    code_in_a_summary: edited("summary: Get Contact", "summary: '```let```'");
}

// What the generator mixes, without an end where a schema contains itself, or gives up on.
refused! {
    items_of_itself_beside_all_of: with_schema("Tree: {type: array, items: {allOf: [$ref: \"#/components/schemas/Tree\"], maxItems: 3}}");
    members_beside_all_of: with_member("size: {allOf: [$ref: \"#/components/schemas/NullableString\"], type: object, maxLength: 3}");
    keywords_beside_one_of: with_schema("Mixed: {oneOf: [{type: string}, {type: integer}], type: string, maxLength: 3}");
    keywords_of_another_type: with_schema("Mixed: {type: string, minimum: 1, items: {}}");
    keywords_of_no_type: with_schema("Mixed: {minimum: 1, format: date}");
    one_of_and_any_of: with_schema("Mixed: {oneOf: [{type: object}], anyOf: [{type: object}]}");
    alternatives_without_one: with_schema("A: {oneOf: []}\n    B: {anyOf: []}\n    C: {allOf: []}");
    an_object_of_the_same_type_beside_all_of: with_member("size: {allOf: [$ref: \"#/components/schemas/DndSetting\"], type: string}");
    not_a_text: with_schema("Mixed: {type: string, not: {type: integer}}");
    not_beside_nothing: with_schema("Mixed: {not: {enum: [a]}}");
    a_long_list_of_a_fixed_length: with_schema("Long: {type: array, items: {}, minItems: 33, maxItems: 33}");
}

/// What is generated from a fragment: the raw client, the fragment for the mock, and the table of operations.
#[track_caller]
fn generated(fragment: &str) -> [String; 3] {
    let folder = workspace(fragment);
    let output = generate(folder.path(), &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    [GENERATED, FOR_THE_MOCK, TABLE].map(|file| fs::read_to_string(folder.path().join(file)).unwrap())
}

/// The API chooses the names of parameters: they may be keywords, or what the generated code calls something else.
#[test]
fn parameters_of_any_name() {
    let of_path = "{name: type, in: path, required: true, schema: {type: string}}";
    let fragment = reading(
        "/a/{type}/{404}",
        "{name: '404', in: path, required: true, schema: {type: string}}, {name: url, in: query, schema: {type: string}}, \
         {name: append, in: query, required: true, schema: {type: integer}}",
        "",
    );
    // One of them belongs to the path.
    let fragment = fragment.replacen(
        "    get:\n      operationId: read_it\n",
        &format!("    parameters: [{of_path}]\n    get:\n      operationId: read_it\n"),
        1,
    );
    let [raw_client, ..] = generated(&fragment);
    for line in [
        "let type_ = request::segment(\"type\", type_)?;",
        "let _404 = request::segment(\"404\", _404)?;",
        "let mut _url = self.base_url.at(&format!(\"/a/{type_}/{_404}\"));",
        "request::append(&mut _url, \"url\", url);",
        "request::append(&mut _url, \"append\", append);",
    ] {
        assert!(raw_client.contains(line), "there is no {line:?}");
    }
}

/// A type that may be null by itself holds an object as it is: in a newtype, nothing is boxed or absent.
#[test]
fn objects_that_may_be_null_by_themselves() {
    let members: Vec<_> = ["a", "b", "c", "d", "e"].iter().map(|name| format!("{name}: {{type: string}}")).collect();
    let members = members.join(", ");
    let [raw_client, ..] = generated(&with_schema(&format!(
        "Maybe: {{type: object, nullable: true, properties: {{{members}}}}}\n    Either: {{oneOf: [{{type: string}}, {{$ref: \"#/components/schemas/Large\"}}]}}\n    Large: {{type: object, properties: {{{members}}}}}"
    )));
    for code in [
        "pub struct Maybe(\n        #[serde(deserialize_with = \"crate::object::optional\")]\n        pub ::std::option::Option<MaybeInner>,",
        "Large(Large),",
    ] {
        assert!(raw_client.contains(code), "there is no {code:?}");
    }
}

/// What an `allOf` of one refers to may have its type beside it.
#[test]
fn a_type_beside_an_all_of_of_one() {
    let [raw_client, ..] = generated(&with_member(
        "size: {allOf: [$ref: \"#/components/schemas/DndSetting\"], type: object, description: The size.}",
    ));
    assert!(raw_client.contains("pub size: ::std::option::Option<DndSetting>"));
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
        // What one part has, the whole can require.
        fragment.replacen(OWN, "          properties:\n", 1).replacen(
            "\"Create Contact\".\n      type: object\n      allOf:\n",
            "\"Create Contact\".\n      type: object\n      required: [locationId]\n      allOf:\n",
            1,
        ),
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
        edited(FIELDS, "    ContactFields:\n      type: object\n      required: [source]\n").replacen(
            "            source:\n              allOf: [$ref: \"#/components/schemas/NullableString\"]\n",
            "            source:\n              type: string\n              nullable: true\n",
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
    let [raw_client, ..] = generated(&fragment);
    assert!(raw_client.contains(".once_if(body.dnd == Some(true))"), "{raw_client}");
    let [raw_client, ..] = generated(&the_fragment());
    assert!(raw_client.contains(".once_if(body.create_new_if_duplicate_allowed == Some(true))"), "{raw_client}");
    assert_eq!(raw_client.matches(".once_if(").count(), 1);
}

/// The table has the order of the fragment, and each text in it is one.
#[test]
fn the_table_of_operations() {
    let fragment = reading("'/a/{b|c}'", "{name: 'b|c', in: path, required: true, schema: {type: string}}", "");
    let fragment = fragment.replacen("summary: Create Contact", "summary: 'Create | `Contact` [again]'", 1);
    let fragment = fragment.replacen("x-scope: contacts.write", "x-scope: contacts_*|`write`", 1);
    let fragment = fragment.replacen("summary: Get Contact", "summary: \"Get\\nContact\"", 1);
    let [.., table] = generated(&fragment);
    insta::assert_snapshot!(table);
    // The words about a member are there only where an operation has one.
    let [.., table] = generated(&fragment.replacen("      x-once-if: createNewIfDuplicateAllowed\n", "", 1));
    assert!(!table.contains("`once` if") && !table.contains("a member of the request's body"), "{table}");
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

    fs::write(&generated, first.clone() + "\n").unwrap();
    assert_eq!(generate(folder.path(), &["--check"]).status.code(), Some(1));

    fs::write(&generated, first).unwrap();
    assert!(generate(folder.path(), &["--check"]).status.success());
    let table = fs::read_to_string(folder.path().join(TABLE)).unwrap();
    fs::write(folder.path().join(TABLE), table.replacen("contacts.write", "contacts.readonly", 1)).unwrap();
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
    let fragment = fragment.replacen(
        "        contactName:\n          type: string\n        matchingField:\n",
        "        matchedField:\n",
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

/// A file that is written has the mode of any other, or keeps the one that it had.
#[cfg(unix)]
#[test]
fn the_mode_of_what_is_written() {
    use std::os::unix::fs::PermissionsExt;

    let folder = workspace(&the_fragment());
    let mode = |file: &str| fs::metadata(folder.path().join(file)).unwrap().permissions().mode();
    fs::set_permissions(folder.path().join(GENERATED), fs::Permissions::from_mode(0o640)).unwrap();
    assert!(generate(folder.path(), &[]).status.success());
    assert_eq!(mode(GENERATED) & 0o777, 0o640);
    assert_eq!(mode(FOR_THE_MOCK), mode("openapi/contacts.yaml"));
}
