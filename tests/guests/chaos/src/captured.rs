//! A call that asks the kernel this and that and then breaks off: to be captured and run again.
//!
//! Tests make a mended component out of this one by writing another word over the one in its data.

use std::hint::black_box;

use serde::{Deserialize, Serialize};
use tiwizi_sdk::{Answer, Error, Kind, Request, Store, config, context, kv, secrets};

/// `broken` breaks off, `mended` does not, `astray` asks something else first.
static STATE: [u8; 23] = *b"chaos component: broken";

#[derive(Serialize, Deserialize)]
struct Member {
    /// Not among what the public sees.
    #[serde(default)]
    name: String,
    place: String,
}

impl Kind for Member {
    const NAME: &'static str = "member";
}

#[expect(clippy::panic, reason = "that is the misbehaviour")]
pub(crate) fn captured(request: &Request) -> Result<Answer, Error> {
    let caller = context::caller();
    let greeting: String = config::get("greeting")?;
    let secret = secrets::reveal("token").map(|secret| secret.expose().len()).unwrap_or_default();
    let state = black_box(&STATE);
    if state.ends_with(b"astray") {
        kv::set("astray", &secret, None)?;
    }
    let seen: Option<String> = kv::get(&format!("seen/{}", caller.name))?;
    let (name, place) = (request.form_required("name")?.to_owned(), request.form_required("place")?.to_owned());
    let entry = Store::create(&Member { name, place })?;
    if state.ends_with(b"broken") {
        panic!("broken for {}", entry.body.name);
    }
    Answer::json(&(greeting, seen.is_some(), entry.body.place))
}
