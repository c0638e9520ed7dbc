//! Bundles that are accepted, and every reason for which one is not.

use std::sync::Arc;

use tiwizi_model::{Ambient, Instant, ManualClock, SeededEntropy};

use super::*;
use crate::trust::certificate::Terms;
use crate::trust::key::SecretKey;
use crate::trust::revocations::Issue;

const BUNDLE: FileHash = FileHash([7; 32]);

fn key(name: &str) -> SecretKey {
    let seed = name.bytes().fold(0, |seed, byte| seed * 31 + u64::from(byte));
    let clock = Arc::new(ManualClock::at(Instant(0)));
    SecretKey::generate(name, &Ambient::new(clock, Arc::new(SeededEntropy::new(seed)))).unwrap()
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn root(name: &str, level: TrustLevel, prefixes: &str) -> Root {
    Root { holder: key(name).signer(), level, prefixes: prefixes.parse().unwrap(), until: None }
}

/// The nation trusts a directorate, which trusts publishers.
fn trust() -> Trust {
    Trust { roots: vec![root("nation", TrustLevel::National, "*")], lists: Vec::new() }
}

fn certificate(holder: &str, level: TrustLevel, purpose: Use, prefixes: &str, issuer: &str) -> Certificate {
    let terms = Terms {
        holder: key(holder).signer(),
        level,
        purpose,
        prefixes: prefixes.parse().unwrap(),
        from: day("2026-01-01"),
        until: day("2026-12-31"),
    };
    Certificate::issue(terms, &key(issuer))
}

fn publisher() -> Certificate {
    certificate("publisher", TrustLevel::Community, Use::Publish, "notes", "directorate")
}

fn directorate() -> Certificate {
    certificate("directorate", TrustLevel::Directorate, Use::Certify, "notes, souss", "nation")
}

fn seal(signer: &str, certificates: Vec<Certificate>) -> Seal {
    Seal::make(FileHash([1; 32]), &key(signer), certificates)
}

struct Case {
    trust: Trust,
    seal: Option<Seal>,
    plugin: &'static str,
    version: &'static str,
    acceptance: Acceptance,
    today: &'static str,
    highest: Option<&'static str>,
}

impl Default for Case {
    fn default() -> Self {
        Self {
            trust: trust(),
            seal: Some(seal("publisher", vec![publisher(), directorate()])),
            plugin: "notes",
            version: "1.2.0",
            acceptance: Acceptance::Signed,
            today: "2026-06-01",
            highest: None,
        }
    }
}

impl Case {
    fn judge(&self) -> Result<Voucher, TrustError> {
        let (plugin, version) = (self.plugin.parse().unwrap(), self.version.parse().unwrap());
        let claim = Claim { plugin: &plugin, version: &version, bundle: BUNDLE, seal: self.seal.as_ref() };
        let highest = self.highest.map(|text| text.parse().unwrap());
        self.trust.judge(&claim, self.acceptance, day(self.today), highest.as_ref())
    }

    fn still(&self) -> Result<(), TrustError> {
        let (plugin, version) = (self.plugin.parse().unwrap(), self.version.parse().unwrap());
        let claim = Claim { plugin: &plugin, version: &version, bundle: BUNDLE, seal: self.seal.as_ref() };
        self.trust.still(&claim, Acceptance::Signed)
    }

    fn sealed(certificates: Vec<Certificate>) -> Self {
        Self { seal: Some(seal("publisher", certificates)), ..Self::default() }
    }

    fn revoking(issuer: &str, target: Target) -> Self {
        let mut case = Self::default();
        case.trust.lists.push(list(issuer, target));
        case
    }
}

fn list(issuer: &str, target: Target) -> Revocations {
    let entry = Entry { target, reason: "stolen".to_owned() };
    Revocations::issue(Issue { day: day("2026-05-01"), number: 1 }, vec![entry], &key(issuer)).unwrap()
}

#[test]
fn a_chain_to_a_root_is_accepted_at_the_publisher_s_level() {
    let voucher = Case::default().judge().unwrap();
    assert_eq!(voucher.level, TrustLevel::Community);
    assert_eq!(voucher.publisher, Some(key("publisher").signer()));
    assert_eq!(voucher.root, Some(key("nation").signer()));
    assert_eq!(voucher.until, Some(day("2026-12-31")));
}

#[test]
fn a_root_signs_without_a_certificate() {
    let mut case = Case { seal: Some(seal("stranger", Vec::new())), ..Case::default() };
    assert!(matches!(case.judge(), Err(TrustError::Unknown { .. })));
    case.trust.roots.push(root("stranger", TrustLevel::Community, "notes"));
    assert_eq!(case.judge().unwrap().level, TrustLevel::Community);
    case.plugin = "training";
    assert!(matches!(case.judge(), Err(TrustError::Prefix { .. })));
}

#[test]
fn p28_an_unsigned_bundle_is_refused_unless_it_is_for_development() {
    let unsigned = Case { seal: None, ..Case::default() };
    assert_eq!(unsigned.judge(), Err(TrustError::Unsigned));
    let development = Case { acceptance: Acceptance::Development, ..unsigned };
    let voucher = development.judge().unwrap();
    assert_eq!((voucher.level, voucher.publisher), (TrustLevel::Local, None));
}

#[test]
fn p28_a_development_key_is_refused_unless_it_is_for_development_or_trusted() {
    let own = Certificate::for_development(&key("publisher"));
    let mut case = Case::sealed(vec![own]);
    assert!(matches!(case.judge(), Err(TrustError::Development { .. })));
    case.acceptance = Acceptance::Development;
    assert_eq!(case.judge().unwrap().level, TrustLevel::Local);
    case.acceptance = Acceptance::Signed;
    case.trust.roots.push(root("publisher", TrustLevel::Local, "*"));
    assert_eq!(case.judge().unwrap().level, TrustLevel::Local);
}

#[test]
fn p28_a_key_that_no_root_certified_is_refused_also_for_development() {
    let boastful = certificate("publisher", TrustLevel::National, Use::Publish, "*", "publisher");
    let others = certificate("publisher", TrustLevel::Community, Use::Publish, "notes", "stranger");
    for certificates in [vec![], vec![boastful], vec![others], vec![publisher()]] {
        for acceptance in [Acceptance::Signed, Acceptance::Development] {
            let case = Case { acceptance, ..Case::sealed(certificates.clone()) };
            assert!(matches!(case.judge(), Err(TrustError::Unknown { .. })), "{certificates:?}");
        }
    }
    let case = Case { seal: Some(seal("stranger", vec![publisher(), directorate()])), ..Case::default() };
    assert!(matches!(case.judge(), Err(TrustError::Chain { .. })));
}

#[test]
fn p28_a_certificate_gives_no_more_than_its_issuer_has() {
    let above = |level, purpose, prefixes| certificate("publisher", level, purpose, prefixes, "directorate");
    let refused = [
        vec![above(TrustLevel::National, Use::Publish, "notes"), directorate()],
        vec![above(TrustLevel::Community, Use::Publish, "notes, training"), directorate()],
        vec![above(TrustLevel::Community, Use::Publish, "*"), directorate()],
        vec![above(TrustLevel::Community, Use::Certify, "notes"), directorate()],
        vec![publisher(), certificate("directorate", TrustLevel::Directorate, Use::Publish, "notes", "nation")],
    ];
    for certificates in refused {
        let judged = Case::sealed(certificates.clone()).judge();
        assert!(matches!(judged, Err(TrustError::Chain { .. })), "{judged:?}");
    }
}

#[test]
fn p28_a_publisher_signs_only_what_the_prefixes_cover() {
    for (plugin, accepted) in [("notes", true), ("notes-souss", true), ("notebook", false), ("training", false)] {
        let judged = Case { plugin, ..Case::default() }.judge();
        assert_eq!(judged.is_ok(), accepted, "{plugin}");
        assert!(accepted || matches!(judged, Err(TrustError::Prefix { .. })), "{judged:?}");
    }
}

#[test]
fn p28_a_certificate_holds_from_its_first_day_to_its_last() {
    for (today, accepted) in [("2025-12-31", false), ("2026-01-01", true), ("2026-12-31", true), ("2027-01-01", false)]
    {
        let judged = Case { today, ..Case::default() }.judge();
        assert_eq!(judged.is_ok(), accepted, "{today}");
    }
    let mut case = Case::default();
    case.trust.roots[0].until = Some(day("2026-03-01"));
    assert!(matches!(case.judge(), Err(TrustError::Expired { .. })));
    assert_eq!(case.still(), Ok(()), "what is installed goes on");
}

#[test]
fn p28_a_revoked_key_or_bundle_is_refused() {
    for name in ["publisher", "directorate"] {
        let case = Case::revoking("nation", Target::Key(key(name).public()));
        assert!(matches!(case.judge(), Err(TrustError::RevokedKey { .. })), "{name}");
        assert!(matches!(case.still(), Err(TrustError::RevokedKey { .. })), "{name}");
    }
    let case = Case::revoking("nation", Target::Bundle(BUNDLE));
    assert!(matches!(case.judge(), Err(TrustError::RevokedBundle { .. })));
    let others = [Target::Key(key("stranger").public()), Target::Bundle(FileHash([8; 32]))];
    for target in others {
        assert!(Case::revoking("nation", target).judge().is_ok());
    }
}

#[test]
fn p28_a_version_below_the_minimum_is_refused() {
    for (minimum, accepted) in [("1.2.0", true), ("1.1.9", true), ("1.2.1", false), ("2.0.0-beta", false)] {
        let before = Target::before(&format!("notes={minimum}")).unwrap();
        let judged = Case::revoking("nation", before).judge();
        assert_eq!(judged.is_ok(), accepted, "{minimum}: {judged:?}");
    }
    assert!(Case::revoking("nation", Target::before("other=9.0.0").unwrap()).judge().is_ok());
}

#[test]
fn p28_a_version_older_than_the_highest_that_was_here_is_refused() {
    for (highest, accepted) in [("1.2.0", true), ("1.1.0", true), ("1.10.0", false), ("1.2.0-beta", true)] {
        let judged = Case { highest: Some(highest), ..Case::default() }.judge();
        assert_eq!(judged.is_ok(), accepted, "{highest}");
        assert!(accepted || matches!(judged, Err(TrustError::Older { .. })), "{judged:?}");
    }
    let development =
        Case { seal: None, acceptance: Acceptance::Development, highest: Some("2.0.0"), ..Case::default() };
    assert!(matches!(development.judge(), Err(TrustError::Older { .. })));
}

#[test]
fn a_list_speaks_only_about_what_stands_below_its_issuer() {
    let target = || Target::Key(key("publisher").public());
    let mut case = Case::revoking("souss", target());
    assert!(case.judge().is_ok(), "nobody trusts the issuer");
    case.trust.roots.push(root("souss", TrustLevel::Directorate, "*"));
    assert!(case.judge().is_ok(), "a directorate does not take back what the nation gives");
    let mut own = Case::revoking("nation", target());
    own.trust.roots.push(root("publisher", TrustLevel::Community, "notes"));
    own.seal = Some(seal("publisher", Vec::new()));
    assert!(matches!(own.judge(), Err(TrustError::RevokedKey { .. })), "the nation stands above");
    own.trust.roots[0].prefixes = "training".parse().unwrap();
    assert!(own.judge().is_ok(), "the nation's prefixes do not cover the plugin");
}

#[test]
fn what_a_removed_root_vouched_for_is_stopped() {
    let mut case = Case::default();
    assert_eq!(case.still(), Ok(()));
    case.trust.roots.clear();
    assert!(matches!(case.still(), Err(TrustError::Unknown { .. })));
}

#[test]
fn p28_one_changed_byte_in_a_certificate_a_seal_or_a_list_is_refused() {
    let certificate = directorate().text();
    let seal = seal("publisher", vec![publisher(), directorate()]).text();
    let list = list("nation", Target::before("notes=1.2.0").unwrap()).text();
    let refused = |text: &str, read: &dyn Fn(&[u8]) -> bool| {
        assert!(read(text.as_bytes()), "it is good as it stands");
        for position in 0..text.len() {
            for bit in [1, 0x20, 0x80] {
                let mut bytes = text.as_bytes().to_vec();
                bytes[position] ^= bit;
                assert!(!read(&bytes), "byte {position}, bit {bit}: {:?}", String::from_utf8_lossy(&bytes));
            }
        }
        for length in 0..text.len() {
            assert!(!read(&text.as_bytes()[..length]), "cut at {length}");
        }
        assert!(!read(format!("{text}\n").as_bytes()));
    };
    refused(&certificate, &|bytes| std::str::from_utf8(bytes).is_ok_and(|text| Certificate::parse(text).is_ok()));
    // A seal may lose certificates: what is left is a seal whose chain ends elsewhere. Nothing else may change.
    let whole = Seal::read(seal.as_bytes()).unwrap();
    refused(&certificate_free(&seal), &|bytes| Seal::read(bytes).is_ok());
    for position in 0..seal.len() {
        let mut bytes = seal.as_bytes().to_vec();
        bytes[position] ^= 1;
        assert!(Seal::read(&bytes).is_err(), "byte {position}");
    }
    assert_eq!(whole.certificates.len(), 2);
    refused(&list, &|bytes| Revocations::read(bytes).is_ok());
}

fn certificate_free(seal: &str) -> String {
    format!("{}\n", seal.split_once("\n\n").unwrap().0)
}

#[test]
fn p28_there_is_no_algorithm_to_choose_and_no_line_to_add() {
    let text = directorate().text();
    for (from, to) in [
        ("level: ", "alg: none\nlevel: "),
        ("v1", "v2"),
        ("use: certify", "use: certify\nuse: publish"),
        ("signature: ", "signature:  "),
        ("issuer: ", "Issuer: "),
    ] {
        assert!(Certificate::parse(&text.replacen(from, to, 1)).is_err(), "{to:?}");
    }
}

#[test]
fn p28_a_signature_of_one_kind_of_statement_is_none_of_another() {
    let list = list("nation", Target::Key(key("publisher").public())).text();
    let signature = list.lines().last().unwrap();
    let forged = format!("{}\n{signature}\n", directorate().text().rsplit_once("\nsignature").unwrap().0);
    assert!(Certificate::parse(&forged).is_err());
}

#[test]
fn p28_a_key_of_small_order_signs_nothing() {
    // The neutral point, and a signature that a lenient verifier would take for any message.
    let weak = format!("{:0<64}", "01");
    let text = format!("tiwizi bundle v1\nmanifest: {}\nkey: {weak}\nsignature: {:0<128}\n", FileHash([1; 32]), "01");
    assert!(matches!(Seal::read(text.as_bytes()), Err(crate::trust::NoteError::Forged { .. })));
}
