//! The checks, each with the sentence of `docs/federation-protocol.md` that it holds.

/// A check.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// Its number, which does not change.
    pub id: &'static str,
    /// What it belongs to.
    pub group: &'static str,
    /// What it claims.
    pub name: &'static str,
    /// What the protocol says, in its words.
    pub sentence: &'static str,
}

const SIGNED: &str = "Every request is signed (RFC 9421) under the label `fed`, over `\"@method\" \"@authority\" \"@path\" \"@query\" \"content-digest\"`";
const PARAMETERS: &str =
    "with the parameters `created`, `expires` (300 seconds later at most), `nonce`, `keyid`, `tag=\"tiwizi-fed-1\"`";
const KEYID: &str =
    "`keyid` is `NODE/KEY`, both in small hexadecimal digits; the algorithm is Ed25519, whatever `alg` says.";
const DIGEST: &str = "`content-digest` (RFC 9530) holds `sha-256`, of an empty body too.";
const RANGE: &str = "When the request has a `range` or a `content-type`, that is signed too.";
const ELSEWHERE: &str = "it was made for another instance";
const ONCE: &str = "A nonce is let in once; it is stored before its request has an effect, and survives a restart.";
const CHALLENGE: &str = "A request whose time does not show that it is new is answered `401` with `Accept-Signature` and a nonce; the same request, signed with that nonce, is let in whatever its clock says.";
const GREETING: &str = "a greeting; empty when its mark is still `seen` after `wait` ms (600,000 at most)";
const HELLO: &str = "7 what is wanted of the caller's logs `[log, agreement, version, epoch, next]`";
const OFFERED: &str = "6 logs that are offered `[plane, agreement, version, epoch, size]`";
const KEYS: &str =
    "takes the statements of the caller's keys. It is signed with the newest of them, which the body makes known";
const NEWER: &str = "the directory, when it is newer";
const TAKES_NEWER: &str = "takes a newer one";
const TELLS: &str = "tells, takes checkpoints of others' logs; two that cannot both be true stop the log";
const PAGES: &str = "a page from entry `from` on; empty when there is nothing more after `wait` ms (25,000 at most).";
const NOTHING: &str = "nothing was taken; the same again changes nothing";
const GIVES: &str = "takes a page: `200` with the position after it, `409` with the position at which the log stands";
const CONTROL_FIRST: &str = "read the log of control first; `ahead` means that a log is shorter than it was";
const SQUEEZED: &str = "The entries of a page are one frame of zstd with a window of 8 MiB at most. It expands to what the head announces, to the byte, and that is no more than 100 times its own length (2 MiB are always allowed) and no more than 8 MiB.";
const PROVEN: &str = "Each page proves itself: its entries, hidden or shown, follow those before, make up the root of its checkpoint, and disclose nothing but what their headers committed to.";
const PAGE_BOUND: &str = "a page; one of a single entry | 1 MiB; 1 MiB + 128 KiB";
const MANIFEST: &str = "the manifest of a snapshot for whoever has the entries before `from`";
const PART: &str = "a part of a chunk, with `Content-Range`";
const PARAMETER: &str = "A parameter that is unknown, missing or doubled is refused.";
const NOWHERE: &str = "`404` and `400` to what is no question";
const BODY: &str = "within the bound of its question";
const PLACES: &str = "its places (4 at once, one for each log)";
const ANSWERS: &str =
    "Every answer whose request bears a signature is signed over `\"@status\" \"content-digest\" \"date\"`";
const PROBLEMS: &str = "a problem (RFC 9457): go by `code`";
const NAME: &str = "the signed list of what is in a package whose name has no slash.";
const CBOR: &str = "CBOR is deterministic";

const fn check(id: &'static str, group: &'static str, name: &'static str, sentence: &'static str) -> Check {
    Check { id, group, name, sentence }
}

/// All checks, in the order of the report.
pub const CHECKS: [Check; 68] = [
    check("S01", "Signature and digest", "a request without a signature is told that it has none", SIGNED),
    check("S02", "Signature and digest", "a good signature under another label is none", SIGNED),
    check("S03", "Signature and digest", "a signature that leaves out one of the five parts is refused", SIGNED),
    check("S04", "Signature and digest", "a signature without created, expires, nonce or tag is refused", PARAMETERS),
    check("S05", "Signature and digest", "a signature that lives longer than 300 seconds is refused", PARAMETERS),
    check("S06", "Signature and digest", "a key that nobody knows is told that it is not known", KEYID),
    check("S07", "Signature and digest", "the signature of another key is a forgery", KEYID),
    check("S08", "Signature and digest", "no other algorithm lets anything in", KEYID),
    check("S09", "Signature and digest", "a changed method, path or query is a forgery", SIGNED),
    check("S10", "Signature and digest", "another body than the one of the digest is refused", DIGEST),
    check("S11", "Signature and digest", "a digest of another kind is none", DIGEST),
    check("S12", "Signature and digest", "a range that is not signed is refused", RANGE),
    check("S13", "Signature and digest", "a request that was made for another instance is told so", ELSEWHERE),
    check("S14", "Signature and digest", "a request that is signed by hand after the RFC is let in", SIGNED),
    check("S15", "Signature and digest", "a type of the body that is not signed is refused", RANGE),
    check("R01", "Replay", "the same request is not let in twice", ONCE),
    check("R02", "Replay", "a new request after that is let in", ONCE),
    check("C01", "Wrong clocks", "a day before, a day after, 1970 and 9999 are challenged and let in then", CHALLENGE),
    check("C02", "Wrong clocks", "the nonce of a challenge is let in once", CHALLENGE),
    check("C03", "Wrong clocks", "a challenge that nobody gave lets nobody in", CHALLENGE),
    check("H01", "Hello", "the greeting is of its form and speaks version 1", CBOR),
    check("H02", "Hello", "it is empty while its mark is the one that was seen", GREETING),
    check("H03", "Hello", "it waits as long as it was asked to", GREETING),
    check("H04", "Hello", "it offers its log of control and wants that of the caller", HELLO),
    check("K01", "Keys", "the caller's own keys are taken", KEYS),
    check("K02", "Keys", "the keys of somebody unknown are not", NOTHING),
    check("K03", "Keys", "keys that are signed by others than the body says are not", KEYS),
    check("D01", "Directory", "the directory is signed by the root of the federation and names both ends", NEWER),
    check("D02", "Directory", "it is not sent again to whoever has it", NEWER),
    check("D03", "Directory", "a directory whose signature was changed is not taken", TAKES_NEWER),
    check("P01", "Checkpoints", "checkpoints are told in their form", TELLS),
    check("P02", "Checkpoints", "an empty list is taken", TELLS),
    check("P03", "Checkpoints", "what is no list of notes is refused", CBOR),
    check("L01", "Pages that are pulled", "every log that is offered proves itself page by page, to its end", PROVEN),
    check("L02", "Pages that are pulled", "no page is larger than it may be", PAGE_BOUND),
    check("L03", "Pages that are pulled", "behind the end there is nothing, after the wait that was asked for", PAGES),
    check("L04", "Pages that are pulled", "a place behind the end is told to be ahead", CONTROL_FIRST),
    check("L05", "Pages that are pulled", "another generation of the log is told", CONTROL_FIRST),
    check(
        "L06",
        "Pages that are pulled",
        "nothing is given without an agreement, or under an unknown one",
        "`suspended`, `no-agreement`",
    ),
    check("L07", "Pages that are pulled", "another version of an agreement is told", CONTROL_FIRST),
    check("L08", "Pages that are pulled", "the logs of others are not given", "`absent`, `log-unknown`"),
    check("U01", "Pages that are brought", "a page is taken and answered with what is wanted next", GIVES),
    check(
        "U02",
        "Pages that are brought",
        "the same page again, or one that overlaps, changes nothing and is no fault",
        GIVES,
    ),
    check("U03", "Pages that are brought", "a gap is answered with the place at which the log stands", GIVES),
    check("U04", "Pages that are brought", "a page whose root is another one is refused", PROVEN),
    check("U05", "Pages that are brought", "a page whose proof does not hold is refused", PROVEN),
    check("U06", "Pages that are brought", "an entry that does not follow the one before is refused", PROVEN),
    check("U07", "Pages that are brought", "a disclosure that was not committed to is refused", PROVEN),
    check("U08", "Pages that are brought", "a page under another agreement is refused", "`suspended`, `no-agreement`"),
    check(
        "U09",
        "Pages that are brought",
        "nobody brings a log of the receiver, of a stranger, or at the address of another",
        NOTHING,
    ),
    check("U10", "Pages that are brought", "a checkpoint that another key has signed is refused", NOTHING),
    check("U11", "Pages that are brought", "what is no page is refused", NOTHING),
    check("U12", "Pages that are brought", "after all refusals the log stands where it stood", NOTHING),
    check(
        "U13",
        "Pages that are brought",
        "an agreement that was offered is in force once both have signed it",
        OFFERED,
    ),
    check("Z01", "Compression", "a bomb is not expanded", SQUEEZED),
    check("Z02", "Compression", "a length that is not the announced one is refused", SQUEEZED),
    check("Z03", "Compression", "a window that is too wide is refused", SQUEEZED),
    check("N01", "Snapshots", "a manifest is signed, for the one who asks, and proves its checkpoint", MANIFEST),
    check("N02", "Snapshots", "chunks come in parts and are what their hashes say", PART),
    check("N03", "Snapshots", "a part behind the end, or of no chunk, is refused", "`range-not-satisfiable`"),
    check("B01", "Bounds", "there is nothing at an unknown path", NOWHERE),
    check("B02", "Bounds", "an unknown, doubled or missing parameter is refused", PARAMETER),
    check("B03", "Bounds", "a body of another form, or one that is too long, is refused", BODY),
    check("B04", "Bounds", "a package that is not there is told to be absent", NAME),
    check("B05", "Bounds", "a peer has four places", PLACES),
    check("A01", "Answers", "every answer that must be signed is, and is bound to its request", ANSWERS),
    check("A02", "Answers", "a refusal is a problem with a code, and what is empty has no type", PROBLEMS),
    check("F01", "Forks", "a checkpoint of another history stops the log for good", TELLS),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_check_has_a_number_of_its_own_and_its_sentence_stands_in_the_protocol() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/federation-protocol.md");
        let text = std::fs::read_to_string(file).unwrap();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for check in &CHECKS {
            assert!(text.contains(check.sentence), "{}: {}", check.id, check.sentence);
        }
        let ids: BTreeSet<&str> = CHECKS.iter().map(|check| check.id).collect();
        assert_eq!(ids.len(), CHECKS.len());
    }
}
