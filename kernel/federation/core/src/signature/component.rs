//! The parts of a message that a signature covers (RFC 9421, 2).
//!
//! Known are those that the federation signs, and `@query-param` in its plainest form. Fields are taken as they stand: the parameters
//! `sf`, `bs` and `tr`, which would have them written anew, are refused.

use sfv::{BareItem, Dictionary, Item, Key, ListEntry, Parser};

use super::error::{SignatureError, echo};
use super::message::{Message, Request, plain_authority};

/// One part: a field, or what is derived of the message.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Component {
    name: String,
    /// Of the request that is answered.
    req: bool,
    /// One member of a field that is a dictionary.
    key: Option<String>,
    /// One parameter of the query.
    parameter: Option<String>,
}

impl Component {
    pub(super) fn read(item: &Item) -> Result<Self, SignatureError> {
        let name = item.bare_item.as_string().map(|name| name.as_str().to_owned()).unwrap_or_default();
        let refused = || SignatureError::Component { name: echo(&name) };
        let mut component = Self { name: name.clone(), req: false, key: None, parameter: None };
        for (parameter, value) in &item.params {
            match (parameter.as_str(), value) {
                ("req", BareItem::Boolean(true)) => component.req = true,
                ("key", BareItem::String(key)) => component.key = Some(key.as_str().to_owned()),
                ("name", BareItem::String(name)) => component.parameter = Some(name.as_str().to_owned()),
                _ => return Err(refused()),
            }
        }
        let derived = name.starts_with('@');
        let fits = component.parameter.is_some() == (name == "@query-param") && !(derived && component.key.is_some());
        if name.is_empty() || !fits || name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(refused());
        }
        Ok(component)
    }

    /// Its name, when it is one of the message itself and whole.
    pub(super) fn plain(&self) -> Option<&str> {
        let is_plain = !self.req && self.key.is_none() && self.parameter.is_none();
        is_plain.then_some(self.name.as_str())
    }

    /// Whether it is that member of that field of the request that is answered.
    pub(super) fn is_asked(&self, name: &str, key: &str) -> bool {
        self.req && self.name == name && self.key.as_deref() == Some(key)
    }

    /// What it is in a message.
    pub(super) fn value(&self, message: Message<'_>) -> Result<String, SignatureError> {
        self.find(message).ok_or_else(|| SignatureError::Component { name: echo(&self.name) })
    }

    fn find(&self, message: Message<'_>) -> Option<String> {
        let (lines, request, status) = match (self.req, message) {
            (false, Message::Request(request)) => (&request.lines, Some(request), None),
            (false, Message::Response { response, .. }) => (&response.lines, None, Some(response.status)),
            (true, Message::Response { request, .. }) => (&request.lines, Some(request), None),
            (true, Message::Request(_)) => return None,
        };
        if self.name.starts_with('@') {
            return self.derive(request, status);
        }
        let value = lines.value(&self.name)?;
        match &self.key {
            Some(key) => member(&value, key),
            None => Some(value),
        }
    }

    fn derive(&self, request: Option<&Request>, status: Option<u16>) -> Option<String> {
        if self.name == "@status" {
            return status.map(|status| status.to_string());
        }
        let request = request?;
        match self.name.as_str() {
            "@method" => Some(request.method.clone()),
            "@authority" => Some(plain_authority(&request.authority)),
            "@path" if request.path.is_empty() => Some("/".to_owned()),
            "@path" => Some(request.path.clone()),
            "@query" => Some(format!("?{}", request.query.as_deref().unwrap_or_default())),
            "@query-param" => query_parameter(request.query.as_deref()?, self.parameter.as_deref()?),
            _ => None,
        }
    }
}

/// One member of a dictionary, written anew.
fn member(value: &str, key: &str) -> Option<String> {
    let dictionary: Dictionary = Parser::new(value).parse().ok()?;
    let member: &ListEntry = dictionary.get(key)?;
    let mut list = sfv::ListSerializer::new();
    list.members([member]);
    list.finish()
}

/// The one parameter of that name, when no letter of it has to be written in another way.
fn query_parameter(query: &str, name: &str) -> Option<String> {
    let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"*-._".contains(&byte));
    let mut found = query.split('&').filter_map(|pair| pair.split_once('=')).filter(|(given, _)| *given == name);
    let (_, value) = found.next()?;
    (found.next().is_none() && is_plain(name) && is_plain(value)).then(|| value.to_owned())
}

/// A component as a signature names it.
pub(super) fn named(name: &str) -> Result<Item, SignatureError> {
    let refused = |_| SignatureError::Component { name: echo(name) };
    Ok(Item::new(sfv::String::try_from(name.to_owned()).map_err(|_| refused(()))?))
}

/// A member of a field of the request that is answered, as a signature names it.
pub(super) fn asked(name: &str, key: &str) -> Result<Item, SignatureError> {
    let refused = || SignatureError::Component { name: echo(name) };
    let mut item = named(name)?;
    let known = |name: &str| Key::try_from(name.to_owned()).map_err(|_| refused());
    item.params.insert(known("req")?, BareItem::Boolean(true));
    let key = sfv::String::try_from(key.to_owned()).map_err(|_| refused())?;
    item.params.insert(known("key")?, BareItem::String(key));
    Ok(item)
}
