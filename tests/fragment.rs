//! The fragment, printed in the notation of the vendor's page: a change of what it says is a change of this snapshot.

use std::borrow::Borrow;
use std::collections::BTreeSet;

use openapiv3::{
    AnySchema, OpenAPI, ParameterSchemaOrContent, ReferenceOr, Schema, SchemaKind, StringType, Type,
    VariantOrUnknownOrEmpty,
};

const FRAGMENT: &str = include_str!("../openapi/contacts.yaml");

/// The page's fields of the request, in its order: where the fragment has a member, alone or in a schema that others share,
/// says nothing of its place on the page.
const FIELDS: [&str; 22] = [
    "firstName",
    "lastName",
    "name",
    "email",
    "locationId",
    "gender",
    "phone",
    "address1",
    "city",
    "state",
    "postalCode",
    "website",
    "timezone",
    "dnd",
    "dndSettings",
    "inboundDndSettings",
    "tags",
    "customFields",
    "source",
    "country",
    "companyName",
    "assignedTo",
];

struct Page<'a> {
    document: &'a OpenAPI,
    text: String,
}

/// The members of an object, and the names of those that are required.
#[derive(Default)]
struct Members<'a> {
    members: Vec<(&'a str, &'a Schema)>,
    required: BTreeSet<&'a str>,
}

impl<'a> Page<'a> {
    fn schema(&self, name: &str) -> &'a Schema {
        let components = self.document.components.as_ref().unwrap();
        self.resolved(components.schemas.get(name).unwrap())
    }

    fn resolved<S: Borrow<Schema>>(&self, schema: &'a ReferenceOr<S>) -> &'a Schema {
        match schema {
            ReferenceOr::Item(schema) => schema.borrow(),
            ReferenceOr::Reference { reference } => self.schema(reference.rsplit('/').next().unwrap()),
        }
    }

    fn line(&mut self, text: &str) {
        self.text += text;
        self.text += "\n";
    }

    fn members(&mut self, schema: &'a Schema) {
        let Members { members, required } = self.members_of(schema);
        for (name, member) in members {
            self.line(name);
            self.member(member, required.contains(name));
        }
    }

    /// Those of a composed object are those of its parts, in the page's order.
    fn members_of(&self, schema: &'a Schema) -> Members<'a> {
        let mut found = Members::default();
        self.collect_members(schema, &mut found);
        if !matches!(schema.schema_kind, SchemaKind::Type(Type::Object(_))) {
            let place = |name: &str| FIELDS.iter().position(|field| *field == name);
            found.members.sort_by_key(|(name, _)| {
                place(name).unwrap_or_else(|| panic!("FIELDS of this test has no {name}: add it, in the page's place"))
            });
        }
        found
    }

    fn collect_members(&self, schema: &'a Schema, found: &mut Members<'a>) {
        let (properties, required, parts): (_, _, &[_]) = match &schema.schema_kind {
            SchemaKind::Type(Type::Object(object)) => (&object.properties, &object.required, &[]),
            // An `allOf` with the type of the whole beside it.
            SchemaKind::Any(any) if !any.all_of.is_empty() => (&any.properties, &any.required, &any.all_of),
            other => panic!("not an object: {other:?}"),
        };
        found.members.extend(properties.iter().map(|(name, member)| (name.as_str(), self.resolved(member))));
        found.required.extend(required.iter().map(String::as_str));
        for part in parts {
            self.collect_members(self.resolved(part), found);
        }
    }

    /// Type, whether it is required, description, allowed values, example, and the members of an object.
    fn member(&mut self, schema: &'a Schema, required: bool) {
        let kind = self.kind(schema);
        self.line(&kind);
        if required {
            self.line("required");
        }
        if is_beyond_the_page(schema) {
            self.line("Not on the page");
        }
        if let Some(spellings) = schema.schema_data.extensions.get("x-other-spellings") {
            self.line(&format!("Also read as: {spellings}"));
        }
        let object = self.object(schema);
        if let Some(description) = &object.schema_data.description {
            self.line(description);
        }
        if let Some(format) = format(schema) {
            self.line(&format!("Format: {format}"));
        }
        if let Some(values) = self.allowed(schema) {
            self.line(&format!("Allowed values: {values}"));
        }
        if let Some(example) = &schema.schema_data.example {
            self.line("Example:");
            let example = example.as_str().map_or_else(|| example.to_string(), str::to_owned);
            self.line(&example);
        }
        match &object.schema_kind {
            SchemaKind::Type(Type::Object(_)) => self.members(object),
            SchemaKind::Type(Type::Array(array)) => {
                let items = self.resolved(array.items.as_ref().unwrap());
                if let SchemaKind::Type(Type::Object(_)) = items.schema_kind {
                    self.members(items);
                }
            }
            _ => {}
        }
    }

    /// The object that is referred to by an `allOf` with something beside it; of any other schema, itself.
    fn object(&self, schema: &'a Schema) -> &'a Schema {
        let SchemaKind::AllOf { all_of } = &schema.schema_kind else { return schema };
        let referred = self.resolved(&all_of[0]);
        if matches!(referred.schema_kind, SchemaKind::Type(Type::Object(_))) { referred } else { schema }
    }

    fn kind(&self, schema: &'a Schema) -> String {
        let kind = match &schema.schema_kind {
            SchemaKind::Type(Type::String(_)) => "string".to_owned(),
            SchemaKind::Type(Type::Number(_)) => "number".to_owned(),
            SchemaKind::Type(Type::Integer(_)) => "integer".to_owned(),
            SchemaKind::Type(Type::Boolean(_)) => "boolean".to_owned(),
            SchemaKind::Type(Type::Object(_)) => "object".to_owned(),
            SchemaKind::Type(Type::Array(array)) => {
                let items = self.resolved(array.items.as_ref().unwrap());
                format!("array[{}]", self.kind(items))
            }
            SchemaKind::AllOf { all_of } => self.kind(self.resolved(&all_of[0])),
            SchemaKind::OneOf { one_of } => {
                let kinds: Vec<_> = one_of.iter().map(|one| self.kind(self.resolved(one))).collect();
                kinds.join(" or ")
            }
            SchemaKind::Any(AnySchema { typ: None, .. }) => "any".to_owned(),
            SchemaKind::Any(AnySchema { typ: Some(typ), not: Some(_), .. }) => format!("other {typ}"),
            other => panic!("not in the notation of the page: {other:?}"),
        };
        if schema.schema_data.nullable { format!("{kind} or null") } else { kind }
    }

    fn allowed(&self, schema: &'a Schema) -> Option<String> {
        match &schema.schema_kind {
            SchemaKind::Type(Type::String(StringType { enumeration, .. })) if !enumeration.is_empty() => {
                let values: Vec<_> = enumeration.iter().flatten().map(String::as_str).collect();
                Some(values.join(" "))
            }
            SchemaKind::OneOf { one_of } => one_of.iter().find_map(|one| self.allowed(self.resolved(one))),
            _ => None,
        }
    }
}

/// Whether the fragment has a member besides those of the page, and says so.
fn is_beyond_the_page(schema: &Schema) -> bool {
    schema.schema_data.extensions.contains_key("x-beyond-page")
}

/// The format of the text, which the page shows in its examples only.
fn format(schema: &Schema) -> Option<String> {
    match &schema.schema_kind {
        SchemaKind::Type(Type::String(string)) => match &string.format {
            VariantOrUnknownOrEmpty::Item(format) => Some(format!("{format:?}")),
            VariantOrUnknownOrEmpty::Unknown(format) => Some(format.clone()),
            VariantOrUnknownOrEmpty::Empty => None,
        },
        _ => None,
    }
}

#[test]
fn says_what_the_page_says() {
    let document: OpenAPI = serde_saphyr::from_str(FRAGMENT).unwrap();
    let mut page = Page { document: &document, text: String::new() };

    let (path, item) = document.paths.iter().next().unwrap();
    let operation = item.as_item().unwrap().post.as_ref().unwrap();
    page.line(operation.summary.as_deref().unwrap());
    page.line(&format!("POST {}{path}", document.servers[0].url));
    page.line(operation.description.as_deref().unwrap());

    page.line("\nHeaders");
    let schemes = &document.components.as_ref().unwrap().security_schemes;
    page.line(&serde_json::to_string(&schemes["bearer"]).unwrap());
    for parameter in &operation.parameters {
        let data = parameter.as_item().unwrap().parameter_data_ref();
        page.line(&data.name);
        page.line(data.description.as_deref().unwrap());
        let ParameterSchemaOrContent::Schema(schema) = &data.format else { panic!("not a schema") };
        page.member(page.resolved(schema), data.required);
    }

    page.line("\nBody");
    page.members(page.schema("CreateContactRequest"));

    for (status, response) in &operation.responses.responses {
        let response = response.as_item().unwrap();
        page.line(&format!("\n{status} {}", response.description));
        let content = &response.content["application/json"];
        if let Some(example) = &content.example {
            page.line(&format!("Example: {example}"));
        }
        if let ReferenceOr::Reference { reference } = content.schema.as_ref().unwrap() {
            page.line(reference);
        }
    }
    page.line("\nCreateContactResponse");
    page.members(page.schema("CreateContactResponse"));
    page.line("\nErrorBody");
    page.members(page.schema("ErrorBody"));
    insta::assert_snapshot!(page.text);
}

#[test]
fn has_every_field_of_the_page() {
    let document: OpenAPI = serde_saphyr::from_str(FRAGMENT).unwrap();
    let page = Page { document: &document, text: String::new() };
    let names = |schema: &str| {
        let members = page.members_of(page.schema(schema)).members.into_iter();
        members.filter(|(_, member)| !is_beyond_the_page(member)).map(|(name, _)| name)
    };
    assert_eq!(names("CreateContactRequest").collect::<BTreeSet<_>>(), BTreeSet::from(FIELDS));
    // Their names are in the snapshot, in the order of the fragment, which is the page's.
    assert_eq!(names("Contact").count(), 36);
    assert_eq!(names("ErrorBody").count(), 3);
}
