//! Pages as somebody between two instances could make them: read, changed, and put together again.

use tiwizi_federation_core::agreement::Document;
use tiwizi_federation_core::flow::Feed;
use tiwizi_federation_core::flow::node::Ask;
use tiwizi_federation_core::page::{Head, Item, MAGIC, Page};
use tiwizi_federation_core::wire::{Hash, LogId, NodeId, Writer};

use crate::chance::Chance;
use crate::schema;

/// What somebody asks for who knows of an agreement.
pub(crate) fn ask(home: NodeId, document: &Document, from: u64) -> Ask {
    let log = LogId { node: home, plane: schema::plane_of(schema::COOPERATIVE) };
    let feed = Feed { log, agreement: Some(document.id) };
    Ask { feed, version: document.version, epoch: 0, from, bytes_max: 1 << 20 }
}

fn head(head: &Head, count: usize, expanded: usize) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.array(6).uint(head.previous_size).uint(count as u64).uint(expanded as u64);
    match &head.under {
        None => writer.null(),
        Some(under) => writer.array(2).bytes(under.agreement.0.as_bytes()).uint(u64::from(under.version)),
    };
    writer.text(&head.note).array(head.consistency.len());
    for hash in &head.consistency {
        writer.bytes(&hash.0);
    }
    writer.finish()
}

fn item(item: &Item) -> Vec<u8> {
    let mut writer = Writer::new();
    match item {
        Item::Hidden(leaf) => drop(writer.bytes(&leaf.0)),
        Item::Withdrawn { header } => drop(writer.array(1).bytes(header)),
        Item::Shown { header, disclosures } => {
            writer.array(2).bytes(header).array(disclosures.len());
            for disclosure in disclosures {
                writer.raw(&disclosure.encode());
            }
        }
    }
    writer.finish()
}

/// The bytes of a page.
pub(crate) fn bytes(page: &Page) -> Vec<u8> {
    let items = page.items.iter().map(item).collect::<Vec<_>>().concat();
    let head = head(&page.head, page.items.len(), items.len());
    let squeezed = zstd::encode_all(items.as_slice(), 3).unwrap();
    [MAGIC.as_slice(), &(head.len() as u32).to_be_bytes(), &head, &squeezed].concat()
}

/// A page that reads well and is not the one that was sent.
pub(crate) fn forged(mut page: Page, chance: &mut Chance) -> Vec<u8> {
    let place = chance.below(page.items.len());
    match chance.below(6) {
        // An entry is withheld without anything in its place.
        0 => drop(page.items.remove(place)),
        // Something else stands in its place.
        1 => page.items[place] = Item::Hidden(Hash([chance.below(256) as u8; 32])),
        // Two entries change their places.
        2 => page.items.swap(place, 0),
        // What is disclosed is taken from another entry.
        3 => {
            let other = page.items[chance.below(page.items.len())].clone();
            if let (Item::Shown { disclosures, .. }, Item::Shown { disclosures: others, .. }) =
                (&mut page.items[place], other)
            {
                *disclosures = others;
            }
        }
        // Its place in the log is another one.
        4 => page.head.previous_size += 1,
        // It is said to be under another version.
        _ => {
            if let Some(under) = &mut page.head.under {
                under.version += 1;
            }
        }
    }
    bytes(&page)
}
