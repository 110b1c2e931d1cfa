//! The guide docs/adding-an-operation.md, followed for real up to the point where the maintainer decides.

use std::path::Path;

use anyhow::ensure;

use super::End;
use super::scratch::Scratch;

/// The place of the fragment where the new operation goes, and the operation.
const PLACE: &str = "  /contacts/{contactId}/notes:\n";
const OPERATION: &str = "    delete:
      operationId: delete_all_notes
      x-effect: repeats
      x-scope: contacts.write
      summary: Delete All Notes
      description: Deletes the notes of a contact.
      parameters:
        - $ref: \"#/components/parameters/Version\"
        - $ref: \"#/components/parameters/contactId\"
      responses:
        2XX:
          description: Successful response
          content:
            application/json:
              schema:
                $ref: \"#/components/schemas/DeleteContactResponse\"
        \"422\":
          $ref: \"#/components/responses/UnprocessableEntity\"
        \"401\":
          $ref: \"#/components/responses/Unauthorized\"
        \"400\":
          $ref: \"#/components/responses/BadRequest\"
";
/// The file in which the mock answers each operation; the place there; and an answer.
const ANSWERED: &str = "crates/leadconnector-mock/src/operations.rs";
const ANSWERS: &str = "        match operation {\n";
const ANSWER: &str = "            OperationId::DeleteAllNotes => self.delete_contact(contact_id),\n";
/// The file in which each operation is called with every fault; the place there; and a call.
const CALLED: &str = "crates/leadconnector/src/call/tests.rs";
const CALLS: &str = "    match operation {\n";
const CALL: &str = "        OperationId::DeleteAllNotes => Ok(1),\n";

pub(super) fn run(root: &Path) -> anyhow::Result<End> {
    let scratch = Scratch::of(root)?;
    scratch.describe(PLACE, OPERATION)?;
    let built = scratch.fails_only_in(ANSWERED, "DeleteAllNotes")?.built;
    for package in ["leadconnector_raw", "leadconnector"] {
        ensure!(built.contains(package), "{package} no longer builds by itself");
    }
    // The tests of the wrapper are only built once the mock is.
    scratch.insert(ANSWERED, ANSWERS, ANSWER)?;
    scratch.fails_only_in(CALLED, "DeleteAllNotes")?;
    scratch.insert(CALLED, CALLS, CALL)?;
    scratch.passes()?;
    Ok(End::Passed)
}
