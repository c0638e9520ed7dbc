//! Who may look at what instances say to each other, and who may decide it.
//!
//! An agreement lets data leave for good, so only those who run the instance decide, by themselves and not through a plugin.
//! Those who keep the register or observe it may look: what leaves is no secret within the office.

use tiwizi_model::Author;

use crate::caller::Caller;
use crate::role::Role;

/// The caller may not look at the federation, or not decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("what leaves this instance is not for this caller to {action}")]
pub struct FederationRefusal {
    /// `see` or `decide`.
    pub action: &'static str,
    /// Whether the caller has an account; if not, signing in may help.
    pub signed_in: bool,
}

/// The right to see peers, agreements and the ledger. Only `may_see_federation` makes one.
#[derive(Debug, Clone)]
pub struct FederationView {
    may_decide: bool,
}

/// The right to take steps of agreements and to turn the switches of peers. Only `may_decide_federation` makes one.
#[derive(Debug, Clone)]
pub struct FederationDecision {
    author: Author,
}

impl FederationView {
    /// Whether the same caller may also decide.
    #[must_use]
    pub fn may_decide(&self) -> bool {
        self.may_decide
    }
}

impl FederationDecision {
    /// Who decides.
    #[must_use]
    pub fn author(&self) -> &Author {
        &self.author
    }
}

/// Says whether the caller may see peers, agreements and what was given to whom.
///
/// # Errors
/// When it neither runs the instance nor keeps or observes the register.
pub fn may_see_federation(caller: &Caller) -> Result<FederationView, FederationRefusal> {
    let may_decide = decides(caller);
    let looks = is_person(caller) && (caller.holds(Role::Registrar) || caller.holds(Role::Observer));
    if may_decide || looks { Ok(FederationView { may_decide }) } else { Err(refusal(caller, "see")) }
}

/// Says whether the caller may decide what leaves the instance.
///
/// # Errors
/// When it does not run the instance.
pub fn may_decide_federation(caller: &Caller) -> Result<FederationDecision, FederationRefusal> {
    if decides(caller) { Ok(FederationDecision { author: caller.author() }) } else { Err(refusal(caller, "decide")) }
}

fn decides(caller: &Caller) -> bool {
    is_person(caller) && (caller.is_system() || caller.holds(Role::Administrator))
}

/// Whoever calls through a plugin is not here by themselves.
fn is_person(caller: &Caller) -> bool {
    caller.plugin().is_none()
}

fn refusal(caller: &Caller, action: &'static str) -> FederationRefusal {
    FederationRefusal { action, signed_in: caller.account().is_some() }
}

#[cfg(test)]
mod tests {
    use tiwizi_model::{AccountId, Language};

    use super::*;
    use crate::caller::AccountCaller;
    use crate::role::RoleGrant;

    fn holder(role: &str, scope: &str) -> Caller {
        Caller::of_account(AccountCaller {
            account: AccountId(uuid::Uuid::from_u128(7)),
            name: "Fadma".into(),
            person: None,
            language: Language::French,
            roles: vec![RoleGrant::new(role.parse().unwrap(), scope.parse().unwrap()).unwrap()],
        })
    }

    #[test]
    fn those_who_run_the_instance_decide_and_its_offices_look() {
        let cooperative = format!("cooperative:{}", uuid::Uuid::from_u128(2));
        let plugin = || "training".parse().unwrap();
        for (caller, sees, decides) in [
            (Caller::public(), false, false),
            (Caller::system(), true, true),
            (Caller::system().through(plugin()), false, false),
            (holder("administrator", "nation"), true, true),
            (holder("administrator", "nation").through(plugin()), false, false),
            (holder("registrar", "province:09.541"), true, false),
            (holder("observer", "nation"), true, false),
            (holder("observer", "nation").through(plugin()), false, false),
            (holder("trainer", "nation"), false, false),
            (holder("officer", &cooperative), false, false),
        ] {
            let view = may_see_federation(&caller);
            assert_eq!((view.is_ok(), may_decide_federation(&caller).is_ok()), (sees, decides), "{caller:?}");
            assert_eq!(view.is_ok_and(|view| view.may_decide()), decides, "{caller:?}");
        }
        assert!(!may_decide_federation(&Caller::public()).unwrap_err().signed_in);
        assert!(may_decide_federation(&holder("observer", "nation")).unwrap_err().signed_in);
    }
}
