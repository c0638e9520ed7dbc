use crate::tests::*;
#[tokio::test]
async fn measure() {
    let (house, _) = House::with_fadma().await;
    let mut known = Vec::new(); let mut unknown = Vec::new(); let mut raw_known = Vec::new(); let mut raw_unknown = Vec::new();
    for i in 0..60 {
        if i % 3 == 2 { let _ = house.identity.sign_in("fadma@example.org", PASSWORD).await.unwrap(); }
        let t = std::time::Instant::now(); let _ = house.identity.sign_in("fadma@example.org", "wrong password").await; known.push(t.elapsed());
        let t = std::time::Instant::now(); let _ = house.identity.sign_in("nobody@example.org", "wrong password").await; unknown.push(t.elapsed());
        if false { let _ = house.identity.sign_in("fadma@example.org", PASSWORD).await.unwrap(); }
        let t = std::time::Instant::now(); let _ = house.identity.try_sign_in("fadma@example.org", "wrong password").await; raw_known.push(t.elapsed());
        let t = std::time::Instant::now(); let _ = house.identity.try_sign_in("nobody@example.org", "wrong password").await; raw_unknown.push(t.elapsed());
    }
    for (name, mut v) in [("known", known), ("unknown", unknown), ("raw known", raw_known), ("raw unknown", raw_unknown)] { v.sort(); eprintln!("{name} median {:?} p90 {:?}", v[30], v[54]); }
    let session = house.enter().await;
    let t = std::time::Instant::now();
    for _ in 0..2000 { house.caller(&session).await.unwrap(); }
    eprintln!("caller_of_session {:?}", t.elapsed() / 2000);
}
