//! Why there is no answer.

/// Why there is no answer. None of these repeats a header's value.
#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    /// The address cannot be asked.
    #[error("the address cannot be asked: {0}")]
    Url(&'static str),
    /// The name has no address that may be reached.
    #[error("{host} has no address that may be reached")]
    Address {
        /// The name.
        host: String,
    },
    /// The name server did not answer, or did not know the name.
    #[error("the name {host} could not be resolved")]
    Resolve {
        /// The name.
        host: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Nobody listens there, or nobody who can be reached.
    #[error("could not connect to {host}")]
    Connect {
        /// The name.
        host: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// There are no certificates to trust.
    #[error("the machine trusts no certificates")]
    NoTrust,
    /// The other end is not who it should be.
    #[error("the connection to {host} is not trusted")]
    Tls {
        /// The name.
        host: String,
        /// What was wrong.
        #[source]
        source: std::io::Error,
    },
    /// The other end, or what lies between, broke the rules or the connection.
    #[error("{host} does not speak HTTP as it should")]
    Protocol {
        /// The name.
        host: String,
        /// What was wrong.
        #[source]
        source: hyper::Error,
    },
    /// The proxy gave no tunnel.
    #[error("the proxy refused with status {status}")]
    Proxy {
        /// Its status: 407 when it wants to know who asks.
        status: u16,
    },
    /// The answer is a part of a body, but not the one that was asked for.
    #[error("{host} answered with another part than was asked for")]
    Part {
        /// The name.
        host: String,
    },
    /// The answer was given up before its end, and is read on.
    #[error("the answer of {host} was given up before its end")]
    GivenUp {
        /// The name.
        host: String,
    },
    /// The answer is larger than it may be.
    #[error("the answer has more than {bytes_max} bytes")]
    Large {
        /// What it may have.
        bytes_max: usize,
    },
    /// It took too long.
    #[error("there was no answer in {timeout_ms} ms")]
    Timeout {
        /// How long it might take.
        timeout_ms: u128,
    },
}
