//! The caller of one request, as it stands at this moment.

use std::sync::Arc;

use tiwizi_model::{AccountId, Author, Language, PluginId, RecordId};

use crate::role::{Role, RoleGrant, Scope};

/// Who is calling, and through which plugin. Cheap to clone; never kept beyond one request.
#[derive(Debug, Clone)]
pub struct Caller {
    who: Who,
    plugin: Option<PluginId>,
}

#[derive(Debug, Clone)]
enum Who {
    Public,
    System,
    Account(Arc<AccountCaller>),
    /// The kernel's own rules write because of what somebody did.
    Kernel(Option<Arc<AccountCaller>>),
}

/// What a caller with an account is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountCaller {
    /// The account.
    pub account: AccountId,
    /// The name that pages greet.
    pub name: String,
    /// The person in the register whose account it is.
    pub person: Option<RecordId>,
    /// The language that the account chose.
    pub language: Language,
    /// The roles held now.
    pub roles: Vec<RoleGrant>,
}

impl Caller {
    /// Somebody without an account.
    #[must_use]
    pub fn public() -> Self {
        Self { who: Who::Public, plugin: None }
    }

    /// The instance itself: the command line, imports, a plugin's lifecycle.
    #[must_use]
    pub fn system() -> Self {
        Self { who: Who::System, plugin: None }
    }

    /// The holder of an account. `Identity` makes these from sessions and tokens.
    #[must_use]
    pub fn of_account(account: AccountCaller) -> Self {
        Self { who: Who::Account(Arc::new(account)), plugin: None }
    }

    /// The same caller, acting through a plugin.
    #[must_use]
    pub fn through(&self, plugin: PluginId) -> Self {
        Self { who: self.who.clone(), plugin: Some(plugin) }
    }

    /// The kernel's own rules, writing because of what this caller did: a milestone that was reached. It may write what
    /// nobody may write by hand, and the author stays the caller. A rule must check its own conditions first.
    #[must_use]
    pub fn by_kernel(&self) -> Self {
        let who = match &self.who {
            Who::Public | Who::System => Who::Kernel(None),
            Who::Account(account) => Who::Kernel(Some(Arc::clone(account))),
            Who::Kernel(account) => Who::Kernel(account.clone()),
        };
        Self { who, plugin: self.plugin.clone() }
    }

    /// Its account, if it has one.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        self.holder().map(|holder| holder.account)
    }

    /// The name of the account's holder.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.holder().map(|holder| holder.name.as_str())
    }

    /// The person in the register whose account it is.
    #[must_use]
    pub fn person(&self) -> Option<RecordId> {
        self.holder().and_then(|holder| holder.person)
    }

    /// The language that the account chose.
    #[must_use]
    pub fn language(&self) -> Option<Language> {
        self.holder().map(|holder| holder.language)
    }

    /// Its roles.
    #[must_use]
    pub fn roles(&self) -> &[RoleGrant] {
        self.holder().map_or(&[], |holder| holder.roles.as_slice())
    }

    /// The plugin through which it acts.
    #[must_use]
    pub fn plugin(&self) -> Option<&PluginId> {
        self.plugin.as_ref()
    }

    /// Whether it is the instance itself.
    #[must_use]
    pub fn is_system(&self) -> bool {
        matches!(self.who, Who::System)
    }

    /// Whether nobody is signed in.
    #[must_use]
    pub fn is_public(&self) -> bool {
        matches!(self.who, Who::Public)
    }

    /// Whether the kernel's own rules are writing.
    #[must_use]
    pub fn is_kernel(&self) -> bool {
        matches!(self.who, Who::Kernel(_)) || (self.is_system() && self.plugin.is_none())
    }

    /// Whether it holds that role, on any scope.
    #[must_use]
    pub fn holds(&self, role: Role) -> bool {
        self.roles().iter().any(|grant| grant.role == role)
    }

    /// Whether it is an officer of that cooperative. Nobody decides by office on what they ask for in the name of their own.
    #[must_use]
    pub fn acts_for(&self, cooperative: RecordId) -> bool {
        let own = Scope::Cooperative(cooperative);
        self.roles().iter().any(|grant| grant.role == Role::Officer && grant.scope == own)
    }

    /// Who is written into a change.
    #[must_use]
    pub fn author(&self) -> Author {
        Author { account: self.account(), plugin: self.plugin.clone() }
    }

    /// The subjects whose records are its own: its person, and the cooperatives of its roles.
    #[must_use]
    pub fn subjects(&self) -> Vec<RecordId> {
        let cooperatives = self.roles().iter().filter_map(|grant| match grant.scope {
            Scope::Cooperative(id) => Some(id),
            Scope::Jurisdiction(_) => None,
        });
        let mut subjects: Vec<RecordId> = self.person().into_iter().chain(cooperatives).collect();
        subjects.sort_unstable();
        subjects.dedup();
        subjects
    }

    fn holder(&self) -> Option<&AccountCaller> {
        match &self.who {
            Who::Account(holder) => Some(holder),
            Who::Kernel(holder) => holder.as_deref(),
            Who::Public | Who::System => None,
        }
    }
}
