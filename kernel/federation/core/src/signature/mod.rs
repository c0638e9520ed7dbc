//! Signatures of requests and answers (RFC 9421, RFC 9530), and the window in which none is taken twice.
