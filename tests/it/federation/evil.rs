//! A peer that was enrolled and means ill: the test has its keys and speaks raw HTTP.
//!
//! What it signs rightly is signed by the core. What it signs wrongly is written here by hand, after the text of RFC 9421.

use std::collections::{BTreeMap, BTreeSet};
use std::net::TcpListener;
use std::path::Path;

use anyhow::{Context as _, ensure};
use serde_json::Value;
use tiwizi_federation_core::gate::{Before, PageBuilder, PeerBytes, Row, Warrant, addressees, project};
use tiwizi_federation_core::greeting::Hello;
use tiwizi_federation_core::signature::{
    BodyDigest, Lines, Nonce, Offset, Request, Response, SignedResponse, Signer, Stamp, keyid, known, verify_response,
};
use tiwizi_federation_core::wire::{
    Checkpoint, Enrolment, Entity, Entry, EntryKind, Envelope, Genesis, Group, GroupNo, Hash, Header, KeyRing, LogId,
    Member, NodeId, Nodes, Note, Plane, Role, Seed, SigningKey, Tree, consistency_proof, leaf_hash,
};
use tiwizi_model::{Ambient, InstanceId, RecordId};
use uuid::Uuid;

use super::house::{House, Root};

/// A peer whose keys the test has.
pub(super) struct Evil {
    pub(super) node: NodeId,
    signing: SigningKey,
    genesis: Envelope,
    fingerprint: String,
    url: Option<String>,
    ambient: Ambient,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
    pub(super) lines: Lines,
}

impl Answer {
    /// The code of a problem.
    pub(super) fn code(&self) -> String {
        let problem: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        problem.get("code").and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// Fails unless it is a refusal with that status and that code.
    pub(super) fn refuses(&self, status: u16, code: &str) -> anyhow::Result<()> {
        let (found, said) = (self.status, self.code());
        ensure!(found == status && said == code, "{status} {code} was expected, not {found} {said}");
        Ok(())
    }
}

/// A place of this machine where nobody listens.
pub(super) fn free_place() -> anyhow::Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}

impl Evil {
    /// With keys that follow from a number.
    pub(super) fn new(number: u8, url: Option<&str>) -> anyhow::Result<Self> {
        let key = |kind: u8| SigningKey::from_seed(&[number.wrapping_mul(3).wrapping_add(kind); 32]);
        let (root, signing, reserve) = (key(0), key(1), key(2));
        let next_root = reserve.verifying().promise();
        let name = format!("Evil {number}");
        let genesis = Genesis { root: root.verifying(), signing: signing.verifying(), next_root, name };
        let (node, fingerprint) = (genesis.node(), genesis.fingerprint());
        let (genesis, url) = (genesis.sign(&root), url.map(str::to_owned));
        Ok(Self { node, signing, genesis, fingerprint, url, ambient: Ambient::system() })
    }

    /// Is enrolled as a region, in the next directory of the nation.
    pub(super) fn enrol(&self, nation: &House, root: &Root) -> anyhow::Result<()> {
        let member = Member {
            node: self.node,
            role: Role::Region,
            name: "Evil".to_owned(),
            url: self.url.clone(),
            genesis: self.genesis.clone(),
            rotations: Vec::new(),
            provinces: BTreeSet::new(),
            protocols: BTreeSet::from([1]),
            suspended: false,
            instance: InstanceId(Uuid::from_bytes(*self.node.0.0.first_chunk().context("a node has 32 bytes")?)),
        };
        let file = nation.file(&format!("evil-{}", self.node));
        std::fs::write(&file, Enrolment { member }.sign(&self.signing).to_json())?;
        let ending = nation.enrol(root, &file, &self.fingerprint)?;
        ensure!(ending.code == Some(0), "{ending:?}");
        Ok(())
    }

    pub(super) fn keyid(&self) -> String {
        keyid(&self.node, &self.signing.verifying())
    }

    /// Signs bytes as they are.
    pub(super) fn sign_bytes(&self, bytes: &[u8]) -> [u8; 64] {
        self.signing.sign(bytes)
    }

    pub(super) fn ambient(&self) -> &Ambient {
        &self.ambient
    }

    /// A request, not signed yet.
    pub(super) fn request(&self, place: &str, method: &str, address: &str, body: &[u8]) -> Request {
        let (path, query) = address.split_once('?').map_or((address, None), |(path, query)| (path, Some(query)));
        Request {
            method: method.to_owned(),
            authority: place.to_owned(),
            path: path.to_owned(),
            query: query.map(str::to_owned),
            lines: Lines::default(),
            body: BodyDigest::of(body),
        }
    }

    /// Signs it as it should be, by a clock that is so far from ours.
    pub(super) fn signed(&self, request: Request, offset_ms: i64) -> anyhow::Result<Request> {
        self.stamped(request, &Stamp::new(&self.ambient, Offset { ms: offset_ms }))
    }

    /// Signs the nonce that it was asked for.
    pub(super) fn answering(&self, request: Request, nonce: Nonce) -> anyhow::Result<Request> {
        self.stamped(request, &Stamp::answering(nonce, &self.ambient, Offset::default()))
    }

    fn stamped(&self, request: Request, stamp: &Stamp) -> anyhow::Result<Request> {
        let keyid = self.keyid();
        Ok(Signer { keyid: &keyid, key: &self.signing }.sign_request(request, stamp, &[])?)
    }

    /// Signs and sends a request.
    pub(super) async fn ask(&self, place: &str, method: &str, address: &str, body: &[u8]) -> anyhow::Result<Answer> {
        let request = self.signed(self.request(place, method, address, body), 0)?;
        send(&request, body).await
    }

    /// What the nation says to it.
    pub(super) async fn hello(&self, place: &str) -> anyhow::Result<Hello> {
        let answer = self.ask(place, "GET", "/fed/v1", b"").await?;
        ensure!(answer.status == 200, "{answer:?}");
        Ok(Hello::decode(&answer.body)?)
    }

    /// Brings a page.
    pub(super) async fn bring(&self, place: &str, page: &[u8], log: &LogId) -> anyhow::Result<Answer> {
        self.ask(place, "POST", &format!("/fed/v1/logs/{}.{}/pages", log.node, log.plane), page).await
    }

    /// Its log of control.
    pub(super) fn control(&self) -> LogId {
        LogId { node: self.node, plane: Plane::control() }
    }
}

/// Sends a request as it stands, signed or not.
pub(super) async fn send(request: &Request, body: &[u8]) -> anyhow::Result<Answer> {
    let query = request.query.as_ref().map_or_else(String::new, |query| format!("?{query}"));
    let url = format!("http://{}{}{query}", request.authority, request.path);
    let client = tiwizi_tests::client::http().redirect(reqwest::redirect::Policy::none()).build()?;
    let mut sent = client.request(request.method.parse()?, url).body(body.to_vec());
    for (name, value) in request.lines.iter() {
        sent = sent.header(name, value);
    }
    let came = sent.send().await?;
    let status = came.status().as_u16();
    let lines: Vec<(String, String)> = came
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), value.to_str().unwrap_or_default().to_owned()))
        .collect();
    let lines = Lines::read(lines.iter().map(|(name, value)| (name.as_str(), value.as_str())))?;
    Ok(Answer { status, body: came.bytes().await?.to_vec(), lines })
}

/// Holds an answer to the instance that should have given it.
pub(super) fn believed(answer: &Answer, request: &Request, from: &Path) -> anyhow::Result<SignedResponse> {
    let envelope = Envelope::from_json(&std::fs::read_to_string(from)?)?;
    let member = Enrolment::open(&envelope)?.member;
    let mut ring = KeyRing::new();
    ring.insert(&member.genesis, &member.rotations)?;
    let response = Response { status: answer.status, lines: answer.lines.clone(), body: BodyDigest::of(&answer.body) };
    Ok(verify_response(&response, request, &member.node, |keyid| known(&ring, keyid))?)
}

/// A log that a test writes as it likes.
pub(super) struct EvilLog {
    log: LogId,
    /// To whom its entries are shown.
    shown_to: NodeId,
    entries: Vec<Entry>,
    tree: Tree,
    nodes: BTreeMap<(u8, u64), Hash>,
    roots: Vec<Hash>,
}

impl Nodes for EvilLog {
    fn node(&self, level: u8, index: u64) -> Option<Hash> {
        self.nodes.get(&(level, index)).copied()
    }
}

impl EvilLog {
    pub(super) fn new(log: LogId, shown_to: NodeId) -> Self {
        let tree = Tree::new();
        let roots = vec![tree.root()];
        Self { log, shown_to, entries: Vec::new(), tree, nodes: BTreeMap::new(), roots }
    }

    /// Writes an entry that nobody else knows what to make of. The word makes it another one than others.
    pub(super) fn write(&mut self, word: u8, schema: &str) -> anyhow::Result<()> {
        let prev = self.entries.last().map_or(Hash::ZERO, |entry| leaf_hash(&entry.header));
        let kind_of = "evil/thing".parse()?;
        let to = addressees(&kind_of, &[self.shown_to]);
        let group = Group::new(GroupNo::PUBLIC, Seed([word; 32]), vec![to])?;
        let header = Header {
            v: Header::VERSION,
            log: self.log.clone(),
            epoch: 0,
            seq: self.entries.len() as u64,
            prev,
            // A message for whom it names, with nothing in it that is understood.
            kind: EntryKind::Answer,
            schema: schema.to_owned(),
            entity: Entity { kind: kind_of, id: RecordId(Uuid::from_u128(u128::from(word))) },
            subject: None,
            tenure: 1,
            ver: 1,
            idem: [word; 16],
            cause: None,
            hlc: 0,
            groups: vec![(group.no, group.root())],
            extra: BTreeMap::new(),
        };
        let bytes = header.encode();
        for (level, index, hash) in self.tree.append(leaf_hash(&bytes)) {
            self.nodes.insert((level, index), hash);
        }
        self.entries.push(Entry { header: bytes, groups: vec![group] });
        self.roots.push(self.tree.root());
        Ok(())
    }

    fn checkpoint(&self, size: u64) -> anyhow::Result<Checkpoint> {
        let root = self.roots.get(usize::try_from(size)?).context("the log is not that long")?;
        Ok(Checkpoint { log: self.log.clone(), epoch: 0, size, root: *root })
    }

    /// Its checkpoint of a size, signed by whoever likes to.
    pub(super) fn note(&self, by: &Evil, size: u64) -> anyhow::Result<Note> {
        Ok(Note::sign(&self.checkpoint(size)?, &by.signing))
    }

    /// A page of it for an instance, up to a size, signed by whoever likes to.
    pub(super) fn page(&self, by: &Evil, receiver: &NodeId, (from, to): (u64, u64)) -> anyhow::Result<PeerBytes> {
        let holder = self.log.node;
        let warrant = Warrant::Member { holder: &holder, receiver };
        let mut builder = PageBuilder::begin(self.log.clone(), 0, from, &warrant, 1 << 20)?;
        for seq in from..to {
            let entry = self.entries.get(usize::try_from(seq)?).context("the log is not that long")?;
            builder.push(&project(&Row { entry, before: Before::First }, &warrant)?)?;
        }
        let consistency = consistency_proof(self, from, to).context("there is no proof")?;
        Ok(builder.finish(&self.note(by, to)?, consistency)?)
    }
}
