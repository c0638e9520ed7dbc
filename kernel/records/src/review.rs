//! The second look at a write, before it happens.
//!
//! Reviewers run before the transaction opens, one after the other, on drafts whose body is already valid by the schema.
//! They see `Create`, `Replace` and `Delete` only: a patch is applied first, so that a rule always sees the whole body.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use tiwizi_identity::Caller;

use crate::draft::Draft;
use crate::field_error::Rejection;

/// A boxed future, so that reviewers can be kept in a list.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Looks at a draft: lets it pass, amends it or refuses it.
pub trait Review: Send + Sync {
    /// Looks at one draft. It may change the body; kind, id and version stay.
    fn review<'a>(&'a self, draft: Draft, caller: &'a Caller) -> BoxFuture<'a, Result<Draft, Rejection>>;

    /// Whether it may change a body. If no reviewer does, a body is validated once instead of twice.
    fn amends(&self) -> bool {
        true
    }
}

/// Lets everything pass: for safe mode and tests.
#[derive(Debug, Clone, Copy, Default)]
pub struct Plain;

impl Review for Plain {
    fn review<'a>(&'a self, draft: Draft, _caller: &'a Caller) -> BoxFuture<'a, Result<Draft, Rejection>> {
        Box::pin(std::future::ready(Ok(draft)))
    }

    fn amends(&self) -> bool {
        false
    }
}

/// The reviewers of an instance, in their order.
pub type Reviewers = Vec<Arc<dyn Review>>;
