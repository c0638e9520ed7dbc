//! What of a call may be kept as it was said, and what is blanked.
//!
//! The rule is to blank. What is kept is listed here: the kernel's words (codes, names of kinds, topics and settings), what the manifest
//! says, and fields that a kind declares public or internal. A host interface that this file does not know is blanked whole.

use std::sync::Arc;

use serde_json::{Map, Value};
use tiwizi_identity::policy::Class;
use tiwizi_model::KindName;
use tiwizi_records::{Kind, Kinds, Manifest};

use super::recording::{NotedCall, Notes};
use super::shape::Shaper;
use super::wire::CapturedCall;
use super::words::Words;
use crate::outbound::address;
use crate::outbound::allow::AllowedHost;

/// Members of an error's details that are the kernel's own words.
const PLAIN_DETAILS: [&str; 12] = [
    "capability",
    "granted_by",
    "allowed_by",
    "set_by",
    "pointer",
    "code",
    "cause",
    "indexes",
    "secret",
    "setting",
    "header",
    "retry_after",
];

/// Blanks what one plugin's call said.
pub(super) struct Blank<'a> {
    pub(super) shaper: Shaper,
    pub(super) manifest: &'a Manifest,
    /// A word that stands in the component is the program's own.
    pub(super) words: Words<'a>,
    pub(super) kinds: Arc<Kinds>,
}

impl Blank<'_> {
    /// The arguments of what was called.
    pub(super) fn export(&self, notes: &Notes) -> Value {
        let mut arguments = read(&notes.arguments);
        match (notes.export, arguments.get_mut(0)) {
            ("http-handler.handle", Some(request)) => self.request(request),
            ("hooks.before", Some(proposal)) => self.proposal(proposal),
            ("event-handler.on-event", Some(event)) => self.event(event),
            ("job-handler.run", Some(job)) => {
                job.get_mut("id").into_iter().for_each(|id| self.shaper.ids(id));
                job.get_mut("payload").into_iter().for_each(|payload| self.shaper.value(payload));
            }
            // The slot, and the id of what the page is about.
            ("ui.render", _) => self.shaper.ids(&mut arguments),
            // Who asks through which contract, and in the end what.
            ("contract-provider.invoke", _) => {
                arguments.get_mut(3).into_iter().for_each(|payload| self.shaper.value(payload));
            }
            // The version that is left; the place is the plugin's own.
            ("lifecycle.migrate", Some(_)) => {
                arguments.get_mut(1).into_iter().for_each(|cursor| self.shaper.value(cursor));
            }
            _ => self.shaper.value(&mut arguments),
        }
        arguments
    }

    /// One host call.
    pub(super) fn call(&self, noted: &NotedCall) -> CapturedCall {
        let mut arguments = read(&noted.arguments);
        let mut answer = noted.answer.as_deref().map(read);
        let kind = self.kind_of(noted.name, &arguments);
        self.arguments(noted.name, &mut arguments, kind.as_deref());
        if let Some(answer) = &mut answer {
            self.answer(noted.name, answer, kind.as_deref());
        }
        CapturedCall { name: noted.name.to_owned(), arguments, answer }
    }

    /// The kind whose records a call is about.
    fn kind_of(&self, call: &str, arguments: &Value) -> Option<Arc<Kind>> {
        let name = match call {
            "registry.cooperative" | "registry.cooperatives" | "registry.acts_for" => "registry/cooperative".to_owned(),
            "registry.person" => "registry/person".to_owned(),
            "registry.founding" => "registry/founding".to_owned(),
            _ if call.starts_with("store.") => {
                let name = arguments.get(0)?.as_str()?;
                let own = name.strip_prefix(self.manifest.id.as_str()).and_then(|rest| rest.strip_prefix('/'));
                format!("{}/{}", self.manifest.id, own.unwrap_or(name))
            }
            _ => return None,
        };
        self.kinds.find(&name.parse::<KindName>().ok()?).cloned()
    }

    fn arguments(&self, call: &str, arguments: &mut Value, kind: Option<&Kind>) {
        match call.split_once('.') {
            Some(("context" | "config" | "secrets", _)) => self.shaper.ids(arguments),
            // Code and kind are the manifest's.
            Some(("milestones", "reach_for")) => {
                for (position, argument) in items(arguments).iter_mut().enumerate() {
                    if !matches!(position, 1 | 2) {
                        self.shaper.value(argument);
                    }
                }
            }
            Some(("milestones", _)) => items(arguments).iter_mut().skip(2).for_each(|id| self.shaper.value(id)),
            Some(("store", function)) => {
                for (position, argument) in items(arguments).iter_mut().enumerate().skip(1) {
                    match (function, position) {
                        ("insert", 1) | ("patch" | "put", 3) => self.body(argument, kind),
                        ("find" | "count", 1) => self.query(argument, kind),
                        // An id, or what somebody typed in its place.
                        (_, 1) => self.shaper.value(argument),
                        // Versions.
                        _ => {}
                    }
                }
            }
            Some(("registry", "cooperatives")) => {
                items(arguments).iter_mut().for_each(|argument| self.query(argument, kind));
            }
            // The kind is the manifest's.
            Some(("registry", "founding")) => items(arguments).iter_mut().skip(1).for_each(|id| self.shaper.value(id)),
            Some(("registry", _)) => self.shaper.value(arguments),
            Some(("kv", _)) => {
                let arguments = items(arguments);
                arguments.first_mut().into_iter().for_each(|key| self.key(key));
                arguments.iter_mut().skip(1).for_each(|argument| self.bytes_within(argument));
            }
            Some(("blobs", function)) => self.file_arguments(function, items(arguments)),
            Some(("events", _)) => {
                for (position, argument) in items(arguments).iter_mut().enumerate() {
                    match position {
                        0 => {}
                        1 => self.key(argument),
                        _ => self.shaper.value(argument),
                    }
                }
            }
            Some(("jobs", "enqueue")) => {
                let arguments = items(arguments);
                arguments.get_mut(1).into_iter().for_each(|payload| self.shaper.value(payload));
                let options = arguments.get_mut(2);
                options.and_then(|options| options.get_mut("dedupe_key")).into_iter().for_each(|key| self.key(key));
            }
            Some(("jobs", "progress")) => {
                items(arguments).get_mut(2).into_iter().for_each(|note| self.shaper.value(note));
            }
            Some(("jobs", _)) => self.shaper.value(arguments),
            Some(("calls", _)) => items(arguments).iter_mut().skip(3).for_each(|payload| self.shaper.value(payload)),
            Some(("notify", function)) => {
                let arguments = items(arguments);
                arguments.last_mut().into_iter().for_each(|message| self.notice(message));
                if function == "to_person" {
                    arguments.first_mut().into_iter().for_each(|person| self.shaper.value(person));
                }
            }
            Some(("http_out", _)) => {
                let arguments = items(arguments);
                arguments.first_mut().into_iter().for_each(|request| self.exchange(request));
                let headers = arguments.get_mut(1).and_then(|options| options.get_mut("secrets"));
                for header in headers.map(items).unwrap_or_default() {
                    header.get_mut("prefix").into_iter().for_each(|prefix| self.shaper.value(prefix));
                }
            }
            _ => self.shaper.value(arguments),
        }
    }

    fn answer(&self, call: &str, answer: &mut Value, kind: Option<&Kind>) {
        if let Some(error) = answer.get_mut("Err") {
            self.error(error);
            return;
        }
        let has_outcome = answer.get("Ok").is_some();
        let good = if has_outcome { answer.get_mut("Ok") } else { Some(answer) };
        let Some(good) = good else { return };
        match call.split_once('.') {
            Some(("context", "caller")) => {
                if let Some(Value::String(name)) = good.get_mut("name") {
                    *name = self.shaper.text(name);
                }
                self.shaper.ids(good);
            }
            Some(("context" | "config" | "jobs", _)) | Some(("secrets", "is_set")) => self.shaper.ids(good),
            Some(("secrets", _)) => *good = Value::from("blanked"),
            // Numbers, and what the law says.
            Some(("kv", "increment")) | Some(("blobs", "begin")) | Some(("registry", "founding_rules")) => {}
            Some(("store" | "registry", _)) => self.records(good, kind),
            Some(("kv", "list_keys")) => {
                good.get_mut("keys").map(items).unwrap_or_default().iter_mut().for_each(|key| self.key(key));
                good.get_mut("next").into_iter().for_each(|next| self.shaper.value(next));
            }
            Some(("blobs", "read")) => self.bytes_within(good),
            Some(("blobs", "list_blobs")) => {
                good.get_mut("items").map(items).unwrap_or_default().iter_mut().for_each(|file| self.file(file));
                good.get_mut("next").into_iter().for_each(|next| self.shaper.value(next));
            }
            Some(("blobs", "finish" | "stat")) => self.file(good),
            Some(("kv", _)) => self.bytes_within(good),
            Some(("http_out", _)) => self.exchange(good),
            _ => self.shaper.value(good),
        }
    }

    /// An error of the kernel: its code says all that a guest may go by.
    fn error(&self, error: &mut Value) {
        let Some(members) = error.as_object_mut() else { return };
        members.insert("message".to_owned(), Value::from("blanked"));
        let details = members.get("details").and_then(Value::as_str).unwrap_or_default();
        let mut details: Value = serde_json::from_str(details).unwrap_or_default();
        self.details(&mut details);
        let details = if details.is_null() { "{}".to_owned() } else { details.to_string() };
        members.insert("details".to_owned(), Value::from(details));
    }

    fn details(&self, details: &mut Value) {
        match details {
            Value::Object(members) => {
                for (name, member) in members {
                    if !PLAIN_DETAILS.contains(&name.as_str()) {
                        self.details(member);
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.details(item)),
            Value::String(text) => *text = self.shaper.text(text),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// A record, some of them, a page of them, or nothing.
    fn records(&self, found: &mut Value, kind: Option<&Kind>) {
        if let Value::Array(entries) = found {
            entries.iter_mut().for_each(|entry| self.records(entry, kind));
            return;
        }
        if let Some(entries) = found.get_mut("items") {
            items(entries).iter_mut().for_each(|entry| self.records(entry, kind));
            found.get_mut("next").into_iter().for_each(|next| self.shaper.value(next));
            return;
        }
        if let Some(body) = found.get_mut("body") {
            self.body(body, kind);
        }
        if let Some(Value::String(id)) = found.get_mut("id") {
            *id = self.shaper.ids_in(id);
        }
    }

    /// The body of a record, as text: each field by its class.
    fn body(&self, body: &mut Value, kind: Option<&Kind>) {
        let Some(text) = body.as_str() else { return };
        let Ok(mut fields) = serde_json::from_str::<Map<String, Value>>(text) else {
            *body = Value::from(self.shaper.text(text));
            return;
        };
        for (field, value) in &mut fields {
            if kind.is_some_and(|kind| is_open(kind.class(field))) {
                self.shaper.ids(value);
            } else {
                self.shaper.value(value);
            }
        }
        *body = Value::from(Value::Object(fields).to_string());
    }

    fn query(&self, query: &mut Value, kind: Option<&Kind>) {
        for filter in query.get_mut("filters").map(items).unwrap_or_default() {
            let field = filter.get("field").and_then(Value::as_str).unwrap_or_default();
            let open = kind.is_some_and(|kind| is_open(kind.class(field)));
            if let Some(value) = filter.get_mut("value") {
                if open { self.shaper.ids(value) } else { self.shaper.value(value) }
            }
        }
        for name in ["text", "cursor"] {
            query.get_mut(name).into_iter().for_each(|member| self.shaper.value(member));
        }
    }

    /// A request to the plugin.
    fn request(&self, request: &mut Value) {
        let Some(members) = request.as_object_mut() else { return };
        members.insert("headers".to_owned(), Value::Array(Vec::new()));
        members.get_mut("path").into_iter().for_each(|path| self.key(path));
        for name in ["query", "form"] {
            for pair in members.get_mut(name).map(items).unwrap_or_default() {
                let field = pair.get(0).and_then(Value::as_str).unwrap_or_default();
                let open = self.is_open_everywhere(field);
                if let Some(value) = pair.get_mut(1) {
                    if open { self.shaper.ids(value) } else { self.shaper.value(value) }
                }
            }
        }
        members.get_mut("body").into_iter().for_each(|body| self.bytes_within(body));
    }

    /// What a plugin says of its files. Their ids tell what is in them to whoever has the same.
    fn file_arguments(&self, function: &str, arguments: &mut [Value]) {
        for (position, argument) in arguments.iter_mut().enumerate() {
            match (function, position) {
                ("write_chunk", 1) => self.bytes_within(argument),
                ("finish" | "list_blobs", 1) | ("read" | "stat" | "delete" | "link", 0) => self.shaper.value(argument),
                // Media types, numbers of uploads, places and lengths.
                _ => {}
            }
        }
    }

    fn file(&self, file: &mut Value) {
        file.get_mut("id").into_iter().for_each(|id| self.shaper.value(id));
    }

    /// What a plugin is told: by the class of its fields where it is a record.
    fn event(&self, event: &mut Value) {
        let kind = event.get("topic").and_then(Value::as_str).and_then(|topic| topic.parse::<KindName>().ok());
        let kind = kind.and_then(|name| self.kinds.find(&name).cloned());
        for name in ["id", "record"] {
            event.get_mut(name).into_iter().for_each(|id| self.shaper.ids(id));
        }
        event.get_mut("key").into_iter().for_each(|key| self.key(key));
        event.get_mut("payload").into_iter().for_each(|payload| match &kind {
            Some(kind) => self.body(payload, Some(kind)),
            None => self.shaper.value(payload),
        });
    }

    /// A word by which a plugin finds something again.
    fn key(&self, key: &mut Value) {
        if let Value::String(key) = key {
            *key = self.path(key);
        }
    }

    /// A notice: which, and to what it leads; never what is told.
    fn notice(&self, message: &mut Value) {
        for pair in message.get_mut("args").map(items).unwrap_or_default() {
            pair.get_mut(1).into_iter().for_each(|value| self.shaper.value(value));
        }
        message.get_mut("link").into_iter().for_each(|link| self.key(link));
    }

    /// A write that a hook was shown.
    fn proposal(&self, proposal: &mut Value) {
        let Some(members) = proposal.as_object_mut() else { return };
        let kind = members.get("kind").and_then(Value::as_str).and_then(|name| name.parse::<KindName>().ok());
        let kind = kind.and_then(|name| self.kinds.find(&name).cloned());
        members.get_mut("id").into_iter().for_each(|id| self.shaper.ids(id));
        for name in ["before", "after"] {
            members.get_mut(name).into_iter().for_each(|body| self.body(body, kind.as_deref()));
        }
    }

    /// A path or a key: words of the program's own are kept, so that the replay finds its way.
    fn path(&self, path: &str) -> String {
        let part = |part: &str| if self.words.hold(part) { part.to_owned() } else { self.part(part) };
        path.split('/').map(part).collect::<Vec<_>>().join("/")
    }

    /// Ids become other ids, and everything else another text.
    fn part(&self, part: &str) -> String {
        let ids_gone = self.shaper.ids_in(part);
        if ids_gone == part { self.shaper.text(part) } else { ids_gone }
    }

    /// Whether at least one kind of the plugin declares the field, and each that does declares it public or internal.
    fn is_open_everywhere(&self, field: &str) -> bool {
        let mut classes = self.manifest.kinds.iter().filter_map(|kind| kind.classes.get(field)).peekable();
        classes.peek().is_some() && classes.all(|class| is_open(Some(*class)))
    }

    /// What goes out or comes back: where to and with which status, nothing else.
    fn exchange(&self, message: &mut Value) {
        let Some(members) = message.as_object_mut() else { return };
        members.insert("headers".to_owned(), Value::Array(Vec::new()));
        if let Some(Value::String(url)) = members.get_mut("url") {
            *url = self.url(url);
        }
        members.get_mut("body").into_iter().for_each(|body| self.bytes_within(body));
    }

    /// An address on a host of the manifest keeps that host. Any other is one that nobody may ask, and may hold a password.
    fn url(&self, url: &str) -> String {
        let listed = url.split_once("://").filter(|_| self.is_listed(url));
        let Some((scheme, rest)) = listed else { return self.shaper.text(url) };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (host, path) = rest.split_at(end);
        format!("{scheme}://{host}{}", self.path(path))
    }

    fn is_listed(&self, url: &str) -> bool {
        let hosts = self.manifest.capabilities.iter().flat_map(|capability| &capability.hosts);
        let mut hosts = hosts.filter_map(|host| host.parse::<AllowedHost>().ok());
        address(url).is_ok_and(|url| hosts.any(|host| host.holds(&url)))
    }

    /// Lists of bytes inside a value: JSON stays JSON, everything else becomes zeros.
    fn bytes_within(&self, value: &mut Value) {
        match value {
            Value::Array(bytes) if !bytes.is_empty() && bytes.iter().all(Value::is_u64) => {
                let plain: Vec<u8> = bytes.iter().filter_map(|byte| u8::try_from(byte.as_u64()?).ok()).collect();
                let blanked = match serde_json::from_slice::<Value>(&plain) {
                    Ok(mut json) => {
                        self.shaper.value(&mut json);
                        json.to_string().into_bytes()
                    }
                    Err(_) => vec![0; plain.len()],
                };
                *bytes = blanked.into_iter().map(Value::from).collect();
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.bytes_within(item)),
            Value::String(text) => *text = self.shaper.text(text),
            Value::Object(members) => members.values_mut().for_each(|member| self.bytes_within(member)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

fn is_open(class: Option<Class>) -> bool {
    matches!(class, Some(Class::Public | Class::Internal))
}

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

fn items(value: &mut Value) -> &mut [Value] {
    value.as_array_mut().map(Vec::as_mut_slice).unwrap_or_default()
}

#[cfg(test)]
mod tests;
