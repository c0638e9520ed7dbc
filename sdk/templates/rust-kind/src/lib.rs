//! __TITLE__: a kind of record, a page that lists the caller's own, and a form that adds one.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tiwizi_sdk::form::Filled;
use tiwizi_sdk::{Answer, Error, Find, Form, Kind, Plugin, Request, Route, Store, context, router};

#[cfg(test)]
mod tests;

/// What one record holds. Only its owner reads it, and only through this plugin is it written.
#[derive(Debug, PartialEq, Serialize, Deserialize, Kind)]
#[kind(index(person), read("own"), create("plugin:own"), change("plugin:own"), delete("plugin:own"))]
#[kind(title(ar = "ملاحظة", fr = "Note"))]
#[kind(purpose = "Notes of a member, for that member.", retention = "Until the member deletes them.")]
pub struct Note {
    /// Whose it is: the person's record in the register.
    #[field(subject, class = "personal")]
    pub person: String,
    /// The note itself.
    #[field(min_length = 1, max_length = 500, class = "personal")]
    pub text: String,
}

/// What the page's form sends.
#[derive(Form)]
struct NewNote {
    #[field(max_length = 500)]
    text: String,
}

/// The plugin.
#[derive(Debug, Clone, Copy)]
pub struct __TYPE__;

impl Plugin for __TYPE__ {
    fn handle(request: &Request) -> Result<Answer, Error> {
        let routes = [Route::get("/", show), Route::post("/", add), Route::post("/notes/{note}/delete", remove)];
        router::answer(&routes, request)
    }
}

fn show(_: &Request) -> Result<Answer, Error> {
    page(&Filled::empty())
}

fn add(request: &Request) -> Result<Answer, Error> {
    let person = owner()?;
    match request.read_form::<NewNote>() {
        Ok(new) => Store::create(&Note { person, text: new.text }).map(|_| Answer::redirect("/")),
        Err(filled) => page(&filled).map(|page| page.with_status(422)),
    }
}

fn remove(request: &Request) -> Result<Answer, Error> {
    owner()?;
    // A record of somebody else is not found here: the kernel reads with the caller's rights.
    let note =
        Store::<Note>::get(request.parameter("note"))?.ok_or_else(|| Error::not_found("there is no such note"))?;
    Store::delete(&note)?;
    Ok(Answer::redirect("/"))
}

/// The person who asks.
fn owner() -> Result<String, Error> {
    let caller = context::caller();
    if !caller.is_signed_in() {
        return Err(Error::sign_in());
    }
    caller.person.ok_or_else(|| Error::denied("this account belongs to no person of the register"))
}

fn page(form: &Filled) -> Result<Answer, Error> {
    let person = context::caller().person;
    let notes = match &person {
        Some(person) => Store::list(&Find::new().equal(Note::PERSON, person).limit(50))?.items,
        None => Vec::new(),
    };
    let notes: Vec<_> = notes.iter().map(|entry| json!({ "id": entry.id, "text": entry.body.text })).collect();
    Answer::page("notes", "__TITLE__", &json!({ "notes": notes, "form": form, "can_write": person.is_some() }))
}

tiwizi_sdk::export!(__TYPE__);
