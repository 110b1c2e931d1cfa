// The story of a contact, told by the vendor's own client for Node to the mock server: an example of how to use the mock
// without Rust, and a test, since this client shares nothing with ours.
//
// `cargo xtask check node-client` runs it. By hand, start the mock in the repository:
//
//     cargo run --package leadconnector-mock -- --port 8080
//
// Then, in a folder with a copy of this file:
//
//     npm install @gohighlevel/api-client@3.1.0
//     node story_of_a_contact.mjs http://127.0.0.1:8080

import assert from "node:assert/strict";
import { HighLevel } from "@gohighlevel/api-client";

const mock = process.argv[2] ?? "http://127.0.0.1:8080";
// The mock takes any token. Without "none", the client prints each refusal that this story asks for.
const client = new HighLevel({ privateIntegrationToken: "any-token", logLevel: "none" });
// No option of the client has the address of the server; its HTTP client, which it gives to whoever asks, has.
client.getHttpClient().defaults.baseURL = mock;
const { contacts } = client;

// What the client sends, to be compared with what the mock receives.
let sent = 0;
client.addRequestInterceptor({
    onFulfilled(request) {
        sent += 1;
        return request;
    },
});

// Says in a few lines what went wrong: an error of the client holds the whole request.
process.on("uncaughtException", ({ stack, response }) => {
    console.error(stack, response ?? "");
    process.exit(1);
});

// Says what comes next: the last one is where the story broke off.
function chapter(title) {
    console.log(title);
}

// The error with which the client answers a call that the server refuses.
async function refusal(call) {
    const error = await call.then(
        () => assert.fail("the server carried out what it should refuse"),
        (error) => error,
    );
    assert.equal(error.name, "GHLError", error);
    return error;
}

const locationId = "ve9EPM428h8vShlRW1KT";
const workflowId = "0b9c8a54-6f6c-4b0c-9d2e-3a1f5d7e8c90";
const person = {
    locationId,
    name: "Rosan Deo",
    email: "rosan@deos.com",
    phone: "+1 888-888-8888",
    city: "Dolomite",
    tags: ["Lead", "Trial"],
};

chapter("create a contact");
const { contact: created } = await contacts.createContact(person);
const contactId = created.id;
assert.ok(contactId);
assert.equal(created.firstName, "Rosan");
assert.equal(created.lastName, "Deo");
assert.equal(created.email, "rosan@deos.com");
assert.deepEqual(created.tags, ["lead", "trial"], "tags are stored in lower case");

chapter("create it again, and read the id of the first one out of the refusal");
const duplicate = await refusal(contacts.createContact(person));
assert.equal(duplicate.statusCode, 400);
assert.equal(duplicate.response.meta.contactId, contactId);
assert.equal(duplicate.response.meta.matchingField, "email");

chapter("look it up by its email, and by its phone");
for (const key of [{ email: "rosan@deos.com" }, { number: "+18888888888" }]) {
    const { contact } = await contacts.getDuplicateContact({ locationId, ...key });
    assert.equal(contact?.id, contactId, JSON.stringify(key));
}

chapter("upsert it: what is sent is changed, and the tags are replaced");
const known = await contacts.upsertContact({ locationId, email: "rosan@deos.com", lastName: "Diaz", tags: ["Customer"] });
assert.equal(known.new, false);
assert.equal(known.contact.id, contactId);
assert.equal(known.contact.firstName, "Rosan");
assert.equal(known.contact.lastName, "Diaz");
assert.deepEqual(known.contact.tags, ["customer"]);

chapter("upsert it without tags: they stay");
const again = await contacts.upsertContact({ locationId, email: "rosan@deos.com", city: "Birmingham" });
assert.equal(again.new, false);
assert.equal(again.contact.id, contactId);
assert.equal(again.contact.city, "Birmingham");
assert.deepEqual(again.contact.tags, ["customer"]);

chapter("upsert somebody new");
const somebody = await contacts.upsertContact({ locationId, email: "ada@deos.com", firstName: "Ada" });
assert.equal(somebody.new, true);
assert.notEqual(somebody.contact.id, contactId);
assert.equal(somebody.contact.firstName, "Ada");

chapter("add tags: the answer has all of them, and those that are new");
const added = await contacts.addTags({ contactId }, { tags: ["Customer", "VIP"] });
assert.deepEqual(added.tags, ["customer", "vip"]);
assert.deepEqual(added.tagsAdded, ["vip"]);

chapter("remove tags, by a DELETE with a body");
const removed = await contacts.removeTags({ contactId }, { tags: ["customer", "never-there"] });
assert.deepEqual(removed.tags, ["vip"]);
assert.deepEqual(removed.tagsRemoved, ["customer"]);

chapter("update it: what is absent stays, and a null clears");
const updated = await contacts.updateContact({ contactId }, { firstName: "Rosa", city: null });
assert.equal(updated.succeded, true);
assert.equal(updated.contact.id, contactId);
assert.equal(updated.contact.firstName, "Rosa");
assert.equal(updated.contact.lastName, "Diaz");
assert.equal(updated.contact.email, "rosan@deos.com");
assert.deepEqual(updated.contact.tags, ["vip"]);
assert.equal(updated.contact.city ?? null, null);

chapter("update a member that no update has: it is refused, and named");
const unknown = await refusal(contacts.updateContact({ contactId }, { firstName: "Rosalind", gender: "female" }));
assert.equal(unknown.statusCode, 422);
assert.deepEqual(unknown.response.message, ["property gender should not exist"]);

chapter("add a note, and list the notes");
const { note } = await contacts.createNote({ contactId }, { body: "Called back. Wants the larger plan." });
assert.ok(note.id);
const { notes } = await contacts.getAllNotes({ contactId });
assert.deepEqual(notes.map(({ id, body }) => ({ id, body })), [
    { id: note.id, body: "Called back. Wants the larger plan." },
]);

chapter("add it to a workflow, and take it out again");
assert.equal((await contacts.addContactToWorkflow({ contactId, workflowId }, {})).succeded, true);
assert.equal((await contacts.deleteContactFromWorkflow({ contactId, workflowId }, {})).succeded, true);

chapter("get it: it is as the story has left it");
const { contact } = await contacts.getContact({ contactId });
assert.equal(contact.id, contactId);
assert.equal(contact.locationId, locationId);
assert.equal(contact.firstName, "Rosa", "what was refused changed nothing");
assert.equal(contact.lastName, "Diaz");
assert.equal(contact.email, "rosan@deos.com");
assert.equal(contact.phone, "+18888888888");
assert.equal(contact.city ?? null, null);
assert.deepEqual(contact.tags, ["vip"]);

chapter("delete it");
assert.equal((await contacts.deleteContact({ contactId })).succeded, true);

chapter("get it again: a contact that is not there is a 400");
const gone = await refusal(contacts.getContact({ contactId }));
assert.equal(gone.statusCode, 400);
assert.equal(gone.message, `Contact with id ${contactId} not found`);

console.log(`told, in ${sent} requests`);
