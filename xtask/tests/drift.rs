//! `cargo xtask drift` with a small fragment, and a small specification in the vendor's form.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

const FRAGMENT: &str = "openapi/contacts.yaml";
const DIFFERENCES: &str = "openapi/differences.yaml";
const VENDOR: &str = "vendor/apps/contacts.json";
const COMMON: &str = "vendor/common/common-schemas.json";

/// Ours. It reads more than the vendor promises, and allows another version.
const OURS: &str = r##"
openapi: 3.0.3
info: {title: Boats, version: "1"}
servers: [{url: https://boats.example}]
security: [{bearer: []}]
paths:
  /boats/:
    post:
      operationId: create_boat
      x-effect: once
      x-creates: boat.id
      x-scope: boats.write
      parameters: [{$ref: "#/components/parameters/Version"}]
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/NewBoat"}}}}
      responses:
        2XX: {description: done, content: {application/json: {schema: {$ref: "#/components/schemas/Answer"}}}}
        "400": {$ref: "#/components/responses/Error"}
        "422": {$ref: "#/components/responses/Error"}
  /boats/{boatId}/sails/{sailId}:
    get:
      operationId: get_sail
      x-effect: reads
      x-scope: boats.readonly
      parameters:
        - $ref: "#/components/parameters/Version"
        - {name: boatId, in: path, required: true, schema: {type: string}}
        - {name: sailId, in: path, required: true, schema: {type: string}}
        - {name: unit, in: query, schema: {type: string}}
      responses:
        2XX: {description: done, content: {application/json: {schema: {$ref: "#/components/schemas/Answer"}}}}
        "400": {$ref: "#/components/responses/Error"}
components:
  parameters:
    Version:
      {name: Version, in: header, required: true, schema: {oneOf: [{type: string, enum: ["1"]}, {type: string, not: {enum: ["1"]}}]}}
  responses:
    Error: {description: no, content: {application/json: {schema: {$ref: "#/components/schemas/ErrorBody"}}}}
  schemas:
    NamedBoat: {type: object, properties: {name: {type: string, nullable: true}}}
    NewBoat:
      type: object
      allOf:
        - $ref: "#/components/schemas/NamedBoat"
        - type: object
          required: [harbour]
          properties: {harbour: {type: string}, parts: {type: array, items: {$ref: "#/components/schemas/Part"}}}
    Part: {type: object, required: [id], properties: {id: {type: string}, value: {}}}
    Answer: {type: object, properties: {boat: {$ref: "#/components/schemas/Boat"}, sure: {type: boolean, nullable: true}}}
    Boat:
      type: object
      properties:
        id: {type: string}
        flags: {type: array, nullable: true, items: {type: string}}
        crew: {type: array, items: {}}
        length: {type: number}
        built: {oneOf: [{type: string}, {type: integer}]}
        rig: {oneOf: [{type: string, enum: [sloop, ketch]}, {type: string, not: {enum: [sloop, ketch]}}]}
        log: {}
        keel: {type: object, x-other-spellings: [Keel, KEEL], properties: {depth: {type: number, x-other-spellings: [draught]}}}
    ErrorBody: {type: object, properties: {message: {oneOf: [{title: One, type: string}, {title: Many, type: array, items: {type: string}}]}, meta: {type: object}}}
  securitySchemes: {bearer: {type: http, scheme: bearer}}
"##;

/// The vendor's, of which nothing is beyond ours but what is in `WRITTEN`.
const THEIRS: &str = r##"{
  "openapi": "3.0.0",
  "info": {"title": "Boats API", "version": "1.0"},
  "servers": [{"url": "https://boats.example"}],
  "paths": {
    "/boats/": {"post": {
      "operationId": "create-boat",
      "description": "Creates a boat",
      "parameters": [{"name": "Version", "in": "header", "required": true, "schema": {"type": "string", "enum": ["2"]}}],
      "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/CreateBoatDto"}}}},
      "responses": {
        "201": {"description": "", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/BoatResponseDto"}}}},
        "400": {"description": "", "content": {"application/json": {"schema": {"$ref": "../common/common-schemas.json#/components/schemas/BadRequestDTO"}}}}
      },
      "security": [{"bearer": ["boats.write"]}]
    }},
    "/boats/{id}/sails/{sail}": {"get": {
      "operationId": "get-sail-of-boat",
      "parameters": [
        {"name": "Version", "in": "header", "required": true, "schema": {"type": "string", "enum": ["2"]}},
        {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}},
        {"name": "sail", "in": "path", "required": true, "schema": {"type": "string"}},
        {"name": "unit", "in": "query", "required": false, "schema": {"type": "string", "example": "m"}}
      ],
      "responses": {
        "200": {"description": "", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/BoatResponseDto"}}}}
      },
      "security": [{"Location-Access": ["boats.readonly"]}]
    }}
  },
  "components": {"schemas": {
    "CreateBoatDto": {"type": "object", "required": ["harbour"], "properties": {
      "name": {"type": "string", "nullable": true, "example": "Erika"},
      "harbour": {"type": "string"},
      "parts": {"type": "array", "items": {"anyOf": [{"$ref": "#/components/schemas/TextPart"}, {"$ref": "#/components/schemas/ListPart"}]}}
    }},
    "TextPart": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}, "value": {"type": "string"}}},
    "ListPart": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}, "value": {"type": "array", "items": {"type": "string"}}}},
    "BoatResponseDto": {"type": "object", "properties": {"boat": {"$ref": "#/components/schemas/BoatSchema"}, "sure": {"type": "boolean"}}},
    "BoatSchema": {"type": "object", "required": ["id"], "properties": {
      "id": {"type": "string", "maxLength": 20},
      "flags": {"type": "array", "items": {"type": "string"}},
      "crew": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}},
      "length": {"type": "integer", "nullable": true},
      "built": {"type": "string"},
      "rig": {"type": "string", "enum": ["sloop"]},
      "log": {"type": "array", "items": {"type": "string"}},
      "Keel": {"type": "object", "properties": {"draught": {"type": "number"}}},
      "KEEL": {"type": "object", "properties": {"depth": {"type": "number"}}}
    }}
  }}
}"##;

const SHARED: &str = r##"{
  "openapi": "3.0.0",
  "components": {"schemas": {
    "BadRequestDTO": {"type": "object", "properties": {"statusCode": {"$ref": "#/components/schemas/Status"}, "message": {"type": "string"}}},
    "Status": {"type": "number"}
  }}
}"##;

const WRITTEN: &str = r#"# Ours.
- operations: [create_boat, get_sail]
  in: parameters
  members: [Version (header)]
  what: "is only `2`, and was `1` or any other text"
  why: A user can choose one.
- operations: [create_boat]
  in: request
  members: ["parts[].value"]
  what: is a list or a string, and was any JSON value
  why: The kinds are the wrapper's.
- operations: [create_boat]
  in: response 400
  members: [statusCode]
  what: "is added: a number, optional"
  why: The status of the answer counts.
"#;

struct Workspace(TempDir);

impl Workspace {
    fn new() -> Self {
        let workspace = Self(TempDir::new().unwrap());
        for (name, text) in [(FRAGMENT, OURS), (DIFFERENCES, WRITTEN), (VENDOR, THEIRS), (COMMON, SHARED)] {
            workspace.write(name, text);
        }
        workspace
    }

    fn write(&self, name: &str, text: &str) {
        let file = self.0.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    #[track_caller]
    fn edit(&self, name: &str, edits: &[(&str, &str)]) {
        let mut text = fs::read_to_string(self.0.path().join(name)).unwrap();
        for (from, to) in edits {
            assert!(text.contains(from), "{name} no longer has {from:?}");
            text = text.replacen(from, to, 1);
        }
        self.write(name, &text);
    }

    fn drift(&self, arguments: &[&str]) -> Output {
        let mut xtask = Command::new(env!("CARGO_BIN_EXE_xtask"));
        xtask.current_dir(self.0.path()).arg("drift").arg(VENDOR).args(arguments).output().unwrap()
    }

    #[track_caller]
    fn says(&self, arguments: &[&str], code: i32) -> String {
        let output = self.drift(arguments);
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(code), "{said}");
        said
    }

    /// What there is beyond what is written down.
    #[track_caller]
    fn news(&self) -> String {
        self.says(&[], 1)
    }

    #[track_caller]
    fn has_nothing_new(&self) {
        assert_eq!(self.says(&[], 0), format!("{FRAGMENT}, against {VENDOR}: nothing new\n"));
    }

    /// The only line that it says, where the two cannot be compared.
    #[track_caller]
    fn refuses(&self) -> String {
        let output = self.drift(&[]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(output.stdout.is_empty());
        assert_eq!(said.lines().count(), 1, "{said}");
        let folder = self.0.path().canonicalize().unwrap();
        said.replace(&folder.display().to_string(), "[workspace]")
    }
}

#[test]
fn what_is_written_down_and_what_is_only_of_another_form_is_silent() {
    let workspace = Workspace::new();
    workspace.has_nothing_new();
    assert_eq!(workspace.says(&["--entries"], 0), "");
    insta::assert_snapshot!(workspace.says(&["--markdown"], 0));
}

/// The form of the fragment is no difference either. A scope is: the vendor's form has none outside of `security`.
#[test]
fn our_own_fragment() {
    let workspace = Workspace::new();
    let fragment = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(FRAGMENT);
    let fragment = fs::read_to_string(fragment).unwrap();
    let fragment: String =
        fragment.split_inclusive('\n').filter(|line| !line.trim_start().starts_with("x-scope:")).collect();
    for name in [FRAGMENT, VENDOR] {
        workspace.write(name, &fragment);
    }
    workspace.write(DIFFERENCES, "");
    workspace.has_nothing_new();
}

/// A test for each edit of the vendor's file, or for several that are of one kind.
macro_rules! news {
    ($($name:ident: $edits:expr;)*) => {
        $(#[test]
        fn $name() {
            let workspace = Workspace::new();
            workspace.edit(VENDOR, &$edits);
            insta::assert_snapshot!(workspace.news());
        })*
    };
}

const ANOTHER: &str = r#""put": {"operationId": "rename-boat", "responses": {"200": {"description": ""}}}, "#;

news! {
    a_new_operation: [(r#"/boats/": {"#, &format!(r#"/boats/": {{{ANOTHER}"#))];
    operations_with_one_name: [
        (r#"/boats/": {"#, &format!(r#"/boats/": {{{ANOTHER}"#)),
        (r#"{sail}": {"#, &format!(r#"{{sail}}": {{{ANOTHER}"#)),
    ];
    an_operation_that_has_our_name: [
        (r#"/boats/": {"#, &format!(r#"/boats/": {{{}"#, ANOTHER.replace("rename-boat", "create_boat"))),
    ];
    an_operation_that_is_gone: [("/boats/{id}/sails/{sail}", "/boats/{id}/rigs/{sail}")];
    a_deprecated_operation: [(r#""operationId": "create-boat","#, r#""operationId": "create-boat", "deprecated": true,"#)];
    new_members: [
        (r#""harbour": {"type": "string"}"#, r#""harbour": {"type": "string"}, "colour": {"type": "string"}"#),
        (r#""built": {"#, r#""owner": {"type": "object", "nullable": true, "properties": {"id": {"type": "string"}}}, "built": {"#),
        (r#""name": "unit""#, r#""name": "depth", "in": "query", "required": true, "schema": {"type": "number"}}, {"name": "unit""#),
    ];
    members_that_are_gone: [
        (r#""harbour": {"type": "string"},"#, ""),
        (r#""built": {"type": "string"},"#, ""),
        (r#"{"name": "unit", "in": "query", "required": false, "schema": {"type": "string", "example": "m"}}"#, "{}"),
    ];
    members_that_are_other: [
        (r#""harbour": {"type": "string"}"#, r#""harbour": {"type": "integer"}"#),
        (r#""name": {"type": "string", "nullable": true"#, r#""name": {"type": "string", "maxLength": 9"#),
        (r#""required": ["harbour"]"#, r#""required": ["name"]"#),
        (r#""length": {"type": "integer""#, r#""length": {"type": "string""#),
        (r#""built": {"type": "string"}"#, r#""built": {"type": "boolean"}"#),
    ];
    null_where_we_read_none: [
        (r#""crew": {"#, r#""crew": {"nullable": true, "#),
        (r#""flags": {"type": "array", "items": {"#, r#""flags": {"type": "array", "items": {"nullable": true, "#),
    ];
    a_listed_value_that_we_do_not_know: [(r#""enum": ["sloop"]"#, r#""enum": ["sloop", "yawl"]"#)];
    another_version: [(r#""enum": ["2"]"#, r#""enum": ["2", "3"]"#)];
    another_scope: [(r#"["boats.write"]"#, r#"["boats.write", "boats.admin"]"#), (r#"["boats.readonly"]"#, "[]")];
    another_server: [("https://boats.example", "https://ships.example")];
    a_member_that_is_other_under_another_name: [(r#""draught": {"type": "number"}"#, r#""draught": {"type": "string"}, "shape": {"type": "string"}"#)];
    an_alternative_without_a_member_that_the_others_require: [
        (r#""required": ["id"], "properties": {"id": {"type": "string"}, "value": {"type": "array""#, r#""properties": {"value": {"type": "array""#),
    ];
    a_failure_that_we_do_not_have: [(r#""400": "#, r#""403": {"description": ""}, "400": "#)];
    no_answer: [(r#""201": {"description": "", "content""#, r#""201": {"description": "", "x-content""#)];
    odd_types: [
        (r#""harbour": {"type": "string"}"#, r#""harbour": {"type": ["string"], "enum": 7, "properties": [], "required": {}, "anyOf": "x", "allOf": 1}"#),
        (r#""sure": {"type": "boolean"}"#, r#""sure": [true]"#),
        (r#""security": [{"bearer": ["boats.write"]}]"#, r#""security": {"bearer": 1}"#),
        (r#""operationId": "get-sail-of-boat","#, r#""operationId": 5, "deprecated": "x","#),
    ];
}

/// Line breaks in a name, and what means something in Markdown.
#[test]
fn odd_names() {
    let workspace = Workspace::new();
    let edit = r#""a\n- `b` <c>\u0007": {"type": "string"}, "built": {"type": "string"}"#;
    workspace.edit(VENDOR, &[(r#""built": {"type": "string"}"#, edit), ("create-boat", "create_boat")]);
    insta::assert_snapshot!(workspace.news());
    insta::assert_snapshot!(workspace.says(&["--markdown"], 1));
}

#[test]
fn a_member_in_another_file() {
    let workspace = Workspace::new();
    workspace.edit(COMMON, &[(r#""message": {"#, r#""error": {"type": "string"}, "message": {"#)]);
    insta::assert_snapshot!(workspace.news());
}

/// What the other file calls as a schema of the first one is called, and what refers back.
#[test]
fn references_between_files() {
    let workspace = Workspace::new();
    workspace.edit(
        COMMON,
        &[
            (r##"{"$ref": "#/components/schemas/Status"}"##, r##"{"$ref": "#/components/schemas/TextPart"}"##),
            (
                r#""Status": {"type": "number"}"#,
                r##""TextPart": {"$ref": "more.json"}, "Boats": {"$ref": "../apps/contacts.json#/components/schemas/BoatSchema"}"##,
            ),
        ],
    );
    workspace.write("vendor/common/more.json", r#"{"type": "number"}"#);
    workspace.edit(
        VENDOR,
        &[(
            r##""boat": {"$ref": "#/components/schemas/BoatSchema"}"##,
            r#""boat": {"$ref": "../common/common-schemas.json#/components/schemas/Boats"}"#,
        )],
    );
    workspace.has_nothing_new();
    // And a whole path.
    let text = fs::read_to_string(workspace.0.path().join(VENDOR)).unwrap();
    let (before, rest) = text.split_once(r#""/boats/": "#).unwrap();
    let (path, after) = rest.split_once(",\n    \"/boats/{id}").unwrap();
    workspace.write("vendor/apps/path.json", &path.replace("\"#/", "\"contacts.json#/"));
    workspace.write(VENDOR, &format!("{before}\"/boats/\": {{\"$ref\": \"path.json\"}},\n    \"/boats/{{id}}{after}"));
    workspace.has_nothing_new();
}

#[test]
fn a_file_that_is_not_beside_it() {
    let workspace = Workspace::new();
    fs::remove_file(workspace.0.path().join(COMMON)).unwrap();
    insta::assert_snapshot!(workspace.refuses());
    workspace.edit(VENDOR, &[("../common/common-schemas.json", "https://boats.example/common.json")]);
    insta::assert_snapshot!(workspace.refuses());
}

#[test]
fn references_that_lead_nowhere() {
    let workspace = Workspace::new();
    workspace.edit(COMMON, &[(r#""Status": {"#, r#""State": {"#)]);
    insta::assert_snapshot!(workspace.refuses());
    workspace.edit(COMMON, &[(r#""BadRequestDTO": {"#, r#""BadRequest": {"#)]);
    insta::assert_snapshot!(workspace.refuses());
    workspace.edit(VENDOR, &[(r#""BoatSchema": {"#, r#""Boat": {"#)]);
    insta::assert_snapshot!(workspace.refuses());
}

#[test]
fn schemas_that_have_themselves() {
    let workspace = Workspace::new();
    let itself = r##"{"$ref": "#/components/schemas/CreateBoatDto"}"##;
    let circles = [
        format!(r#""harbour": {{"type": "string"}}, "fleet": {{"type": "array", "items": {itself}}}"#),
        r##""harbour": {"$ref": "#/components/schemas/Round"}"##.into(),
        r##""harbour": {"anyOf": [{"$ref": "#/components/schemas/Either"}, {"type": "string"}]}"##.into(),
        r##""harbour": {"allOf": [{"$ref": "#/components/schemas/Whole"}, {"type": "object"}]}"##.into(),
    ];
    for circle in circles {
        workspace.write(VENDOR, THEIRS);
        workspace.edit(
            VENDOR,
            &[
                (r#""harbour": {"type": "string"}"#, circle.as_str()),
                (
                    r#""TextPart": {"#,
                    r##""Round": {"$ref": "#/components/schemas/Turn"}, "Turn": {"$ref": "#/components/schemas/Round"},
                        "Either": {"oneOf": [{"$ref": "#/components/schemas/Either"}, {"type": "number"}]},
                        "Whole": {"type": "object", "properties": {"part": {"allOf": [{"$ref": "#/components/schemas/Whole"}, {"type": "object"}]}}},
                        "TextPart": {"##,
                ),
            ],
        );
        insta::assert_snapshot!(workspace.news());
    }
}

/// Schemas that have each other several times.
#[test]
fn members_without_number() {
    let workspace = Workspace::new();
    let members: Vec<_> =
        (0..12).map(|n| format!(r##""m{n}": {{"$ref": "#/components/schemas/BoatSchema"}}"##)).collect();
    workspace.edit(VENDOR, &[(r#""built": {"type": "string"}"#, &members.join(", "))]);
    insta::assert_snapshot!(workspace.refuses());
}

/// Each composition is a part of the one before.
#[test]
fn compositions_without_number() {
    let workspace = Workspace::new();
    let part =
        |n| format!(r##""P{n}": {{"allOf": [{{"$ref": "#/components/schemas/P{}"}}, {{"type": "object"}}]}}"##, n + 1);
    let parts: Vec<_> = (0..20_000).map(part).collect();
    let parts = format!(r#"{}, "P20000": {{"type": "object"}}, "TextPart": {{"#, parts.join(", "));
    workspace.edit(
        VENDOR,
        &[(r#""TextPart": {"#, &parts), (r#""log": {"#, r##""first": {"$ref": "#/components/schemas/P0"}, "log": {"##)],
    );
    insta::assert_snapshot!(workspace.refuses());
}

#[test]
fn what_is_no_specification() {
    let workspace = Workspace::new();
    let deep = format!(r#"{{"openapi": "3.0.0", "x": {}{}}}"#, "[".repeat(110), "]".repeat(110));
    let texts = [
        "{\"openapi\": ",
        "<!DOCTYPE html>\n<html lang=\"en\">\n</html>\n",
        "404: Not Found",
        "[]",
        "",
        "{\"swagger\": \"2.0\", \"paths\": {}}",
        "{\"openapi\": \"3.1.0\", \"paths\": {}}",
        "{\"openapi\": 3, \"paths\": {}}",
        "{\"openapi\": \"3.0.0\", \"paths\": {}}",
        "{\"openapi\": \"3.0.0\", \"paths\": [{\"get\": {}}]}",
        &deep,
        &"[".repeat(100_000),
        &"{\"a\":".repeat(100_000),
        "openapi: [\n",
    ];
    let refused: String = texts
        .iter()
        .map(|text| {
            workspace.write(VENDOR, text);
            workspace.refuses()
        })
        .collect();
    insta::assert_snapshot!(refused);
    fs::remove_file(workspace.0.path().join(VENDOR)).unwrap();
    assert!(workspace.refuses().contains("cannot read vendor/apps/contacts.json"));
}

/// YAML is read, too, and a mark of the byte order before the text.
#[test]
fn other_notations() {
    let workspace = Workspace::new();
    workspace.write(VENDOR, &format!("\u{feff}{THEIRS}"));
    workspace.has_nothing_new();
    workspace.write(COMMON, "components:\n  schemas:\n    BadRequestDTO:\n      type: object\n      properties:\n        statusCode: {type: number}\n");
    workspace.has_nothing_new();
}

#[test]
fn what_is_no_difference_any_more() {
    let workspace = Workspace::new();
    workspace.edit(VENDOR, &[(r#""enum": ["2"]"#, r#""enum": ["1"]"#)]);
    workspace.edit(
        DIFFERENCES,
        &[(
            "# Ours.\n",
            "- operations: [sink-boat, burn-boat]\n  what: is added\n  why: Nobody has asked.\n\
             - operations: [get_sail]\n  in: response 2XX\n  members: [boat.mast]\n  what: is removed\n  why: It was seen.\n\
             - operations: [get_sail]\n  in: response 403\n  what: the whole response is added\n  why: It is an error.\n",
        )],
    );
    insta::assert_snapshot!(workspace.news());
    insta::assert_snapshot!(workspace.says(&["--markdown"], 1));
    insta::assert_snapshot!(workspace.says(&["--entries"], 1));
}

#[test]
fn only_what_is_no_difference_any_more() {
    let workspace = Workspace::new();
    workspace.edit(FRAGMENT, &[("properties: {message: {", "properties: {statusCode: {type: number}, message: {")]);
    insta::assert_snapshot!(workspace.news());
}

const NEWS: [(&str, &str); 6] = [
    (r#"/boats/": {"#, r#"/boats/": {"put": {"operationId": "rename-boat", "responses": {}}, "#),
    (
        r#""harbour": {"type": "string"}"#,
        r#""harbour": {"type": "integer"}, "true": {"type": "string"}, "a_b* [c]": {}"#,
    ),
    (r#""built": {"type": "string"},"#, ""),
    (r#""400": "#, r#""403": {"description": ""}, "400": "#),
    (r#"["boats.readonly"]"#, "[]"),
    (r#""operationId": "create-boat","#, r#""operationId": "create-boat", "deprecated": true,"#),
];

#[test]
fn as_markdown() {
    let workspace = Workspace::new();
    workspace.edit(VENDOR, &NEWS);
    insta::assert_snapshot!(workspace.says(&["--markdown"], 1));
}

/// What is printed is pasted, and each entry gets its reason: then there is no news.
#[test]
fn entries() {
    let workspace = Workspace::new();
    workspace.edit(VENDOR, &NEWS);
    let entries = workspace.says(&["--entries"], 1);
    insta::assert_snapshot!(entries);
    workspace.write(DIFFERENCES, &format!("{WRITTEN}{entries}"));
    insta::assert_snapshot!(workspace.refuses());
    workspace.write(DIFFERENCES, &format!("{WRITTEN}{}", entries.replace("why:\n", "why: It is so.\n")));
    workspace.has_nothing_new();
}

#[test]
fn what_cannot_be_written_down() {
    let workspace = Workspace::new();
    workspace.edit(VENDOR, &[("https://boats.example", "https://ships.example")]);
    insta::assert_snapshot!(workspace.says(&["--entries"], 1));
}

#[test]
fn entries_of_another_form() {
    let workspace = Workspace::new();
    let good = "- operations: [get_sail]\n  in: response 2XX\n  members: [boat.mast]\n  what: is removed\n  why: It was seen.\n";
    let edits = [
        ("operations: [get_sail]", "operation: get_sail"),
        ("operations: [get_sail]\n  in", "in"),
        ("[get_sail]", "get_sail"),
        ("[get_sail]", "[]"),
        ("[get_sail]", "[get_sail, 7]"),
        ("  in: response 2XX\n", ""),
        ("in: response 2XX", "in: answer"),
        ("in: response 2XX", "in: \"response \""),
        ("in: response 2XX", "in: [request]"),
        ("[boat.mast]", "boat.mast"),
        ("  what: is removed\n", ""),
        ("what: is removed", "what: {is: removed}"),
        ("  why: It was seen.\n", ""),
        ("why: It was seen.", "why: \" \""),
        ("why: It was seen.", "why: It was seen.\n  why: Twice."),
        ("why: It was seen.\n", "why: It was seen.\n  since: today\n"),
        ("[get_sail]", "[get_sail, get_sail]"),
        ("- operations", "- mast\n- operations"),
        ("- operations", "operations"),
        ("[get_sail]", "[get_sail"),
    ];
    let refused: String = edits
        .iter()
        .map(|(from, to)| {
            assert!(good.contains(from), "{from}");
            workspace.write(DIFFERENCES, &good.replacen(from, to, 1));
            format!("{to:?}:\n{}", workspace.refuses())
        })
        .collect();
    insta::assert_snapshot!(refused);

    workspace.write(DIFFERENCES, &format!("{WRITTEN}{}", WRITTEN.replace("# Ours.\n", "")));
    insta::assert_snapshot!(workspace.refuses());
    fs::remove_file(workspace.0.path().join(DIFFERENCES)).unwrap();
    assert!(workspace.refuses().contains("cannot read openapi/differences.yaml"));
}
