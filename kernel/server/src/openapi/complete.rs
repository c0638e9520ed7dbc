//! What OpenAPI 3.1 demands and the handlers do not say one by one: a description of every response, the media type of problems,
//! and a name for every operation that no other has.
//!
//! Invariant: what a handler says of a response stays as it says it.

use http::StatusCode;
use serde_json::{Map, Value};

const JSON: &str = "application/json";
const PROBLEM: &str = "application/problem+json";
/// The schema by which a body is known to be a problem.
pub(super) const PROBLEM_SCHEMA: &str = "#/components/schemas/ProblemBody";
/// Where addresses of the API begin; operations are named without it.
const API: &str = "/api/v1/";

/// Completes every operation of the document.
pub(super) fn complete(document: &mut Value) {
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else { return };
    for (path, item) in paths {
        let Some(item) = item.as_object_mut() else { continue };
        for (method, operation) in item {
            // An item's own parameters are a list and no operation.
            let Some(operation) = operation.as_object_mut() else { continue };
            operation.insert("operationId".to_owned(), Value::String(operation_id(method, path)));
            let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { continue };
            for (status, response) in responses {
                let Some(response) = response.as_object_mut() else { continue };
                complete_response(status, response);
            }
        }
    }
}

fn complete_response(status: &str, response: &mut Map<String, Value>) {
    let described = response.get("description").and_then(Value::as_str).is_some_and(|text| !text.is_empty());
    if !described {
        response.insert("description".to_owned(), Value::String(meaning(status).to_owned()));
    }
    let Some(content) = response.get_mut("content").and_then(Value::as_object_mut) else { return };
    let schema = content.get(JSON).and_then(|body| body.pointer("/schema/$ref")).and_then(Value::as_str);
    if schema != Some(PROBLEM_SCHEMA) {
        return;
    }
    if let Some(body) = content.remove(JSON) {
        content.insert(PROBLEM.to_owned(), body);
    }
}

/// What a status means, in the words of its standard.
fn meaning(status: &str) -> &'static str {
    let status = StatusCode::from_bytes(status.as_bytes()).ok();
    status.and_then(|status| status.canonical_reason()).unwrap_or("An answer")
}

/// `get_kinds_by_namespace_by_kind`: the method and the address, which no two operations have in common.
fn operation_id(method: &str, path: &str) -> String {
    let path = path.strip_prefix(API).unwrap_or(path);
    let mut id = method.to_owned();
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        id.push('_');
        match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(parameter) => {
                id.push_str("by_");
                id.push_str(parameter);
            }
            None => id.push_str(&segment.replace('.', "_")),
        }
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn completed(responses: Value) -> Value {
        let mut document =
            json!({"paths": {"/api/v1/notes/{id}": {"parameters": [], "get": {"responses": responses}}}});
        complete(&mut document);
        document["paths"]["/api/v1/notes/{id}"]["get"].clone()
    }

    #[test]
    fn what_a_handler_says_stays_and_what_it_leaves_out_is_said() {
        let operation = completed(json!({"200": {"description": "A note"}, "404": {}, "default": {"description": ""}}));
        assert_eq!(operation["responses"]["200"]["description"], "A note");
        assert_eq!(operation["responses"]["404"]["description"], "Not Found");
        assert_eq!(operation["responses"]["default"]["description"], "An answer");
        assert_eq!(operation["operationId"], "get_notes_by_id");
    }

    #[test]
    fn a_problem_has_its_own_media_type_and_other_bodies_keep_theirs() {
        let body = |schema: &str| json!({"content": {JSON: {"schema": {"$ref": schema}}}});
        let operation = completed(json!({"200": body("#/components/schemas/Note"), "422": body(PROBLEM_SCHEMA)}));
        assert!(operation["responses"]["200"]["content"][JSON].is_object());
        let problem = &operation["responses"]["422"]["content"];
        assert!(problem[PROBLEM].is_object() && problem.get(JSON).is_none(), "{problem}");
    }
}
