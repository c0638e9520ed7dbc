//! What can be wrong with a line, as the codes that are stored with a peer: each with its cause and the next step.

use tiwizi_outbound::OutboundError;

/// What went wrong when a peer was talked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Trouble {
    /// Its address is none that may be asked.
    Address,
    /// Its name cannot be found.
    Name,
    /// Nobody answers there.
    Connect,
    /// The certificate there is not trusted.
    Certificate,
    /// What answers is no instance.
    Protocol,
    /// The proxy lets nothing through.
    Proxy,
    /// No answer came in time.
    Timeout,
    /// It does not know our key.
    KeyUnknown,
    /// It, or we, are suspended.
    Suspended,
    /// The clocks are too far apart, also after a challenge.
    Clock,
    /// Its answer is not signed as it must be.
    Unsigned,
    /// What it sent does not hold.
    Invalid,
    /// It speaks no version of the protocol that we speak.
    Version,
    /// It has no time for us.
    Busy,
    /// It failed itself.
    Failing,
    /// Its log is not the one that it was.
    Fork,
    /// Neither of the two can be dialled, and it does not answer the letters that are carried to it.
    Away,
}

const CODES: [(Trouble, &str); 17] = [
    (Trouble::Address, "address"),
    (Trouble::Name, "name"),
    (Trouble::Connect, "connect"),
    (Trouble::Certificate, "certificate"),
    (Trouble::Protocol, "protocol"),
    (Trouble::Proxy, "proxy"),
    (Trouble::Timeout, "timeout"),
    (Trouble::KeyUnknown, "key-unknown"),
    (Trouble::Suspended, "suspended"),
    (Trouble::Clock, "clock"),
    (Trouble::Unsigned, "unsigned"),
    (Trouble::Invalid, "invalid"),
    (Trouble::Version, "version"),
    (Trouble::Busy, "busy"),
    (Trouble::Failing, "failing"),
    (Trouble::Fork, "fork"),
    (Trouble::Away, "away"),
];

impl Trouble {
    /// The code.
    #[must_use]
    pub fn code(self) -> &'static str {
        CODES.iter().find(|(known, _)| *known == self).map_or("", |(_, code)| code)
    }

    /// The trouble of a code.
    #[must_use]
    pub fn read(code: &str) -> Option<Self> {
        CODES.iter().find(|(_, known)| *known == code).map(|(trouble, _)| *trouble)
    }

    /// Every one.
    pub fn all() -> impl Iterator<Item = Self> {
        CODES.iter().map(|(trouble, _)| *trouble)
    }

    /// What it is when a request did not come through.
    #[must_use]
    pub fn of(error: &OutboundError) -> Self {
        match error {
            OutboundError::Url(_) | OutboundError::Address { .. } => Self::Address,
            OutboundError::Resolve { .. } => Self::Name,
            OutboundError::Connect { .. } => Self::Connect,
            OutboundError::NoTrust | OutboundError::Tls { .. } => Self::Certificate,
            OutboundError::Proxy { .. } => Self::Proxy,
            OutboundError::Timeout { .. } => Self::Timeout,
            OutboundError::Protocol { .. }
            | OutboundError::Part { .. }
            | OutboundError::GivenUp { .. }
            | OutboundError::Large { .. } => Self::Protocol,
        }
    }

    /// What lies behind it.
    #[must_use]
    pub fn cause(self) -> &'static str {
        match self {
            Self::Address => "its address is none that may be asked: it is private, or not written as one",
            Self::Name => "the name of its address cannot be found",
            Self::Connect => "nobody answers at its address",
            Self::Certificate => "the certificate at its address is not trusted here",
            Self::Protocol => "what answers at its address does not answer as an instance does",
            Self::Proxy => "the proxy of this office lets nothing through",
            Self::Timeout => "the line is open, and no answer came in time",
            Self::KeyUnknown => "it does not know the key that this instance signs with",
            Self::Suspended => "one of the two is suspended in the directory of the other",
            Self::Clock => "the clocks are too far apart",
            Self::Unsigned => "what answers has not signed its answer with the key of the directory",
            Self::Invalid => "what it sent does not hold to what it signed; nothing of it was taken",
            Self::Version => "the two speak no common version of the protocol",
            Self::Busy => "it has no time just now",
            Self::Failing => "it fails itself",
            Self::Fork => "its log contradicts what it said before; nothing more of it is taken",
            Self::Away => {
                "neither of the two can be dialled, and it does not answer the letters that the nation carries to it"
            }
        }
    }

    /// What to do.
    #[must_use]
    pub fn next(self) -> &'static str {
        match self {
            Self::Address => {
                "if it is in your own network, allow it with federation_private; if the address is wrong, it asks to be enrolled again"
            }
            Self::Name => "look at the name server of this machine; with a proxy, set federation_proxy",
            Self::Connect => "look whether this office has a line; nothing is lost, it is tried again by itself",
            Self::Certificate => "look at the clock of this machine; for an own authority set federation_certificates",
            Self::Protocol => "open its address in a browser: a portal or a proxy may stand in between",
            Self::Proxy => "look at federation_proxy, its user and its password",
            Self::Timeout => "wait; on a bad line pages become smaller by themselves",
            Self::KeyUnknown => "send a new request to whoever keeps the root key: tiwizi federation request",
            Self::Suspended => "ask whoever keeps the root key why",
            Self::Clock => "set the clock of this machine, and let it follow a time server",
            Self::Unsigned => "call its office; if its keys were changed, take the newest directory",
            Self::Invalid => "call its office; if it was put back from a copy, that must be told",
            Self::Version => "upgrade the older of the two",
            Self::Busy => "wait; it is tried again when it said",
            Self::Failing => "call its office; it is tried again by itself",
            Self::Fork => "call its office and the nation: it was put back from an old copy, or somebody has its key",
            Self::Away => "wait until it has a line; nothing is lost, it is tried again by itself",
        }
    }

    /// Whether it goes away by itself.
    #[must_use]
    pub fn passes(self) -> bool {
        matches!(self, Self::Connect | Self::Timeout | Self::Busy | Self::Failing | Self::Name | Self::Away)
    }
}
