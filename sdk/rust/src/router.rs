//! Which function answers which path: one flat list, read from the top, no state.
//!
//! ```
//! use tiwizi_sdk::{Answer, Error, Form, Request, Route, router};
//!
//! #[derive(Form)]
//! struct Paging {
//!     #[field(min = 1, max = 100)]
//!     page: Option<u32>,
//! }
//!
//! fn lesson(request: &Request) -> Result<Answer, Error> {
//!     let number: u32 = request.read_parameter("lesson")?;
//!     // What stands behind the `?` and is wrong becomes an `invalid` with a fault for each field.
//!     let paging: Paging = request.read_query()?;
//!     Answer::json(&(number, paging.page.unwrap_or(1)))
//! }
//!
//! let routes = [Route::get("/lessons/{lesson}", lesson)];
//! let request = Request::get("/lessons/3").with_query("page", "2");
//! assert_eq!(router::answer(&routes, &request), Answer::json(&(3, 2)));
//!
//! let wrong = Request::get("/lessons/3").with_query("page", "0");
//! assert_eq!(router::answer(&routes, &wrong).unwrap_err().status, 422);
//! assert_eq!(router::answer(&routes, &Request::get("/lessons/three")).unwrap_err().status, 404);
//! assert_eq!(router::answer(&routes, &Request::post("/lessons/3", &[])).unwrap_err().status, 405);
//! ```

use crate::{Answer, Error, Request};

/// What a route calls.
pub type Handler = fn(&Request) -> Result<Answer, Error>;

/// One line of a plugin's list of routes. A part in braces stands for any one part of the path:
/// `/courses/{course}/lessons/{lesson}`.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    method: &'static str,
    pattern: &'static str,
    handler: Handler,
}

impl Route {
    /// Answers GET.
    #[must_use]
    pub const fn get(pattern: &'static str, handler: Handler) -> Self {
        Self { method: "GET", pattern, handler }
    }

    /// Answers POST.
    #[must_use]
    pub const fn post(pattern: &'static str, handler: Handler) -> Self {
        Self { method: "POST", pattern, handler }
    }
}

/// Answers with the first route that fits. What a part in braces stood for is in [`Request::parameter`].
///
/// # Errors
/// What the handler answers; `not-found` when no path fits, `method` when one fits with another method.
pub fn answer(routes: &[Route], request: &Request) -> Result<Answer, Error> {
    let mut wrong_method = false;
    for route in routes {
        let Some(parameters) = parameters_of(route.pattern, &request.path) else { continue };
        if route.method == request.method {
            return (route.handler)(&Request { parameters, ..request.clone() });
        }
        wrong_method = true;
    }
    Err(if wrong_method {
        Error::new(405, "method", format!("{} is not answered here", request.method))
    } else {
        Error::not_found("there is no such page")
    })
}

/// What the braces stand for, or nothing when the pattern does not fit. A slash at the end makes no difference.
fn parameters_of(pattern: &str, path: &str) -> Option<Vec<(String, String)>> {
    let mut parameters = Vec::new();
    let mut found = path.trim_matches('/').split('/');
    for expected in pattern.trim_matches('/').split('/') {
        let part = found.next()?;
        match expected.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) if !part.is_empty() => parameters.push((name.to_owned(), part.to_owned())),
            None if expected == part => {}
            _ => return None,
        }
    }
    found.next().is_none().then_some(parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn echo(request: &Request) -> Result<Answer, Error> {
        Answer::json(&format!("{} {}", request.parameter("course"), request.parameter("lesson")))
    }

    const ROUTES: [Route; 2] = [Route::get("/", echo), Route::get("/courses/{course}/lessons/{lesson}", echo)];

    #[test]
    fn a_path_finds_its_route_and_fills_the_braces() {
        let found = answer(&ROUTES, &Request::get("/courses/founding/lessons/vote/"));
        assert_eq!(found, Answer::json(&"founding vote"));
        assert!(answer(&ROUTES, &Request::get("/")).is_ok());
        assert!(answer(&ROUTES, &Request::get("")).is_ok());
    }

    #[test]
    fn a_path_without_route_is_not_found() {
        for path in ["/courses", "/courses/founding", "/courses//lessons/vote", "/courses/a/lessons/b/c"] {
            assert_eq!(answer(&ROUTES, &Request::get(path)).unwrap_err().status, 404, "{path}");
        }
    }

    #[test]
    fn another_method_is_told_apart_from_another_path() {
        assert_eq!(answer(&ROUTES, &Request::post("/", &[])).unwrap_err().status, 405);
    }
}
