//! The fragment with its members written elsewhere, and nothing else changed.

/// Without the schema that two requests share: all their members are their own.
#[track_caller]
pub(crate) fn into_one_object(fragment: &str) -> String {
    let (before, rest) = apart(fragment, "    ContactFields:\n      type: object\n      properties:\n");
    let (shared, rest) = apart(rest, "\n    TagList:\n");
    let mut moved = format!("{before}    TagList:\n{rest}");
    for request in ["CreateContactRequest", "UpdateContactRequest"] {
        let (before, rest) = apart(&moved, &format!("    {request}:\n"));
        let (head, rest) = apart(
            rest,
            "      allOf:\n        - $ref: \"#/components/schemas/ContactFields\"\n        - type: object\n",
        );
        let own = rest.lines().take_while(|line| line.starts_with("          "));
        let own: String = own.filter_map(|line| line.strip_prefix("    ")).map(|line| format!("{line}\n")).collect();
        let rest: String =
            rest.lines().skip_while(|line| line.starts_with("          ")).map(|line| format!("{line}\n")).collect();
        moved = format!("{before}    {request}:\n{head}{own}{shared}{rest}");
    }
    moved
}

/// With a schema for the half of a note that another one could share, and the other half in place behind one more.
#[track_caller]
pub(crate) fn into_shared_schemas(fragment: &str) -> String {
    let (before, rest) =
        apart(fragment, "    Note:\n      description: A note of a contact.\n      type: object\n      properties:\n");
    let (members, rest) = apart(rest, "        contactId:\n");
    let (others, rest) = apart(rest, "\n    # Members of a response");
    let others: String = others.lines().map(|line| format!("    {line}\n")).collect();
    format!(
        "{before}\
         \x20   NoteText:\n      description: The half that is shared.\n      type: object\n      properties:\n{members}\n\
         \x20   NoteFields:\n      allOf:\n        - $ref: \"#/components/schemas/NoteText\"\n        - type: object\n          properties:\n            contactId:\n{others}\n\
         \x20   Note:\n      description: A note of a contact.\n      allOf:\n        - type: object\n        - $ref: \"#/components/schemas/NoteFields\"\n\
         \n    # Members of a response{rest}"
    )
}

#[track_caller]
fn apart<'a>(text: &'a str, place: &str) -> (&'a str, &'a str) {
    let apart = text.split_once(place);
    assert!(apart.is_some(), "the fragment no longer has {place:?}");
    apart.unwrap_or_default()
}
