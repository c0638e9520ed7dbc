use serde_json::json;
use tiwizi_identity::Caller;
use crate::testing::{House, body, cooperative};
use crate::*;

fn cpu() -> u64 { let s = std::fs::read_to_string("/proc/self/stat").unwrap(); let f: Vec<&str> = s.rsplit(')').next().unwrap().split_whitespace().collect(); f[11].parse::<u64>().unwrap() + f[12].parse::<u64>().unwrap() }
#[tokio::test]
async fn measure() {
    let house = House::open().await;
    let n = 20_000usize;
    let mk = |i: usize| { let mut b = body(&format!("{i:06}"), "argan", "09.541"); b["name"] = json!(format!("Coopérative agricole numéro {i}")); b };
    let t = std::time::Instant::now();
    let bodies: Vec<_> = (0..n).map(mk).collect();
    eprintln!("build values {:?} per row", t.elapsed() / n as u32);
    let kinds = house.records.kinds();
    let kind = kinds.find(&cooperative()).unwrap();
    let t = std::time::Instant::now();
    for b in &bodies { kind.validate(b).unwrap(); }
    eprintln!("validate {:?} per row", t.elapsed() / n as u32);
    let t = std::time::Instant::now();
    for b in &bodies { std::hint::black_box(serde_json::to_string(b).unwrap()); }
    eprintln!("to_string {:?} per row", t.elapsed() / n as u32);
    let t = std::time::Instant::now();
    for b in &bodies { std::hint::black_box(kind.keys(b).unwrap()); }
    eprintln!("keys {:?} per row", t.elapsed() / n as u32);
    let mut prep = std::time::Duration::ZERO; let mut write = prep; let mut find_cpu = 0; let mut write_cpu = 0;
    let mut tx = house.records.db().begin_write().await.unwrap();
    for chunk in bodies.chunks(2_000) {
        let rows = chunk.iter().map(|b| ImportRow { id: house.records.ambient().new_id(), body: b.clone() }).collect();
        let t = std::time::Instant::now();
        let p = house.records.prepare_import(&Caller::system(), ImportBatch { kind: cooperative(), slot: 0, rows }).await.unwrap();
        prep += t.elapsed();
        let t = std::time::Instant::now();
        let c = cpu();
        let ids: Vec<String> = chunk.iter().map(|b| b["code"].as_str().unwrap().to_owned()).collect();
        tiwizi_storage::record::find_unique_many(&mut tx, kind.number(), 0, &ids).await.unwrap();
        find_cpu += cpu() - c;
        let c = cpu();
        house.records.write_import(&mut tx, p).await.unwrap();
        write_cpu += cpu() - c;
        write += t.elapsed();
    }
    tx.commit().await.unwrap();
    eprintln!("cpu per row: find {} us, write_import (with another find) {} us", find_cpu * 10_000 / n as u64, write_cpu * 10_000 / n as u64);
    eprintln!("prepare {:?} per row, write {:?} per row", prep / n as u32, write / n as u32);
    let t = std::time::Instant::now();
    catch_up(&house.records, &SearchReader::new(house.records.catalogue().clone())).await.unwrap();
    eprintln!("search reader {:?} per row", t.elapsed() / n as u32);
    let permit = house.records.may_read(&Caller::system(), &cooperative()).unwrap();
    let id = house.records.list(&permit, &Query::default()).await.unwrap().items[0].id;
    let t = std::time::Instant::now();
    for _ in 0..2000 { house.records.read(&permit, id).await.unwrap().unwrap(); }
    eprintln!("read {:?}", t.elapsed() / 2000);
    let t = std::time::Instant::now();
    for i in 0..200 { house.records.submit(&Caller::system(), vec![Draft::create(cooperative(), body(&format!("w{i}"), "wool", "09.541"))], None).await.unwrap(); }
    eprintln!("submit {:?}", t.elapsed() / 200);
}
