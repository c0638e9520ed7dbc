//! What goes wrong, and how it ends.

use tiwizi_federation_core::flow::memory::Fault;
use tiwizi_federation_core::flow::{NodeError, Store as _, StoreTx as _};
use tiwizi_federation_core::page::Page;

use crate::clock::run;
use crate::network::{Link, Message};
use crate::wire;
use crate::world::{Event, Held, World};

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;
const TEN_YEARS_MS: i64 = 3_650 * DAY_MS as i64;

impl World {
    pub(crate) fn go_wrong(&mut self) -> Held {
        if self.calm {
            return Ok(());
        }
        let wait = 500 + self.chance.below(6_000) as u64;
        self.at(self.now + wait, Event::Fault);
        let number = self.chance.below(self.instances.len());
        let peer = self.chance.below(self.instances.len());
        let lasts = 1_000 + self.chance.below(25_000) as u64;
        match self.chance.below(14) {
            0 => self.kill(number, lasts),
            1 => self.lose_power_for(number, lasts),
            2 => self.fail_commit(number),
            3 => self.cut(number, peer, lasts),
            4 => self.cut_off(number, lasts),
            5 => self.links[number][peer].half_open_until = self.now + lasts,
            6 => self.links[number][peer].cut_until = self.now + lasts,
            7 => self.jump(number),
            8 => self.links[number][peer].trouble = 2 + self.chance.below(4),
            9 => self.links[number][peer].whole_bytes = 1_500 + self.chance.below(4_000),
            10 => self.links[number][peer] = Link::good(),
            11 => return self.snoop(number, peer),
            12 => return self.forge(number, peer),
            _ => self.change_version(number, lasts),
        }
        if self.plan.liar && self.chance.one_in(4) {
            self.lie()?;
        }
        Ok(())
    }

    /// The process ends; the machine goes on.
    fn kill(&mut self, number: usize, lasts: u64) {
        self.note(|| format!("{number} is killed for {lasts}"));
        self.instances[number].store.kill();
        self.down(number, lasts);
    }

    fn down(&mut self, number: usize, lasts: u64) {
        let instance = &mut self.instances[number];
        instance.node = None;
        instance.down_until = instance.down_until.max(self.now + lasts);
        self.at(self.now + lasts, Event::Start(number));
    }

    /// The power goes in the middle of something.
    pub(crate) fn lose_power(&mut self, number: usize) {
        self.lose_power_for(number, 2_000);
    }

    fn lose_power_for(&mut self, number: usize, lasts: u64) {
        let unsynced = self.instances[number].store.unsynced();
        let kept = self.chance.below(unsynced + 1);
        self.note(|| format!("{number} is without power for {lasts}, {kept} of {unsynced} commits are on its disk"));
        self.instances[number].store.lose_power(kept);
        self.down(number, lasts);
    }

    fn fail_commit(&mut self, number: usize) {
        let fault = [Fault::Full, Fault::LostBefore, Fault::LostAfter][self.chance.below(3)];
        let after = self.chance.below(6) as u64;
        self.instances[number].store.fail_after(after, fault);
    }

    fn cut(&mut self, number: usize, peer: usize, lasts: u64) {
        self.links[number][peer].cut_until = self.now + lasts;
        self.links[peer][number].cut_until = self.now + lasts;
    }

    fn cut_off(&mut self, number: usize, lasts: u64) {
        self.note(|| format!("{number} is cut off for {lasts}"));
        for peer in 0..self.instances.len() {
            self.cut(number, peer, lasts);
        }
    }

    fn jump(&mut self, number: usize) {
        let by = match self.chance.below(4) {
            0 => 0,
            1 => -(self.chance.below(600_000) as i64),
            _ if !self.plan.wild_clocks => self.chance.below(600_000) as i64,
            // An agreement ends when a clock says so, and for good: runs with such clocks have less to compare at the end.
            2 if self.plan.far_clocks => TEN_YEARS_MS,
            _ => -TEN_YEARS_MS,
        };
        self.note(|| format!("the clock of {number} is wrong by {by}"));
        self.instances[number].clock.jump(by);
    }

    fn change_version(&mut self, number: usize, lasts: u64) {
        // The nation changes back and forth; homes go forward only, as their records do.
        if number == 0 || !self.instances[number].newer {
            let newer = !self.instances[number].newer;
            self.note(|| format!("{number} changes to the {} version", if newer { "newer" } else { "older" }));
            self.kill(number, lasts.min(5_000));
            self.instances[number].upgrade(newer);
        }
    }

    /// Somebody asks for what was agreed with somebody else.
    fn snoop(&mut self, number: usize, home: usize) -> Held {
        let given: Vec<_> = self.work.agreements.iter().filter(|((holder, _), _)| *holder == home).collect();
        let Some(((_, receiver), id)) = self.chance.pick(&given).map(|(pair, id)| (**pair, **id)) else {
            return Ok(());
        };
        if receiver == number || number == home || !self.instances[home].is_up() {
            return Ok(());
        }
        let Some((document, _)) = self.document_of(home, id) else { return Ok(()) };
        let ask = wire::ask(self.nodes[home], &document, self.chance.below(8) as u64);
        let Some(node) = &self.instances[home].node else { return Ok(()) };
        match run(node.serve(&self.nodes[number], &ask)) {
            Ok(served) => self.check_served(home, number, &ask, &served),
            Err(error) => self.survives(home, &error),
        }
    }

    /// Somebody takes a page, changes it so that it still reads, and hands it on.
    fn forge(&mut self, number: usize, home: usize) -> Held {
        let receiver = self.nodes[number];
        let given = self.work.agreements.get(&(home, number)).copied();
        let Some((id, Some(node))) = given.map(|id| (id, &self.instances[home].node)) else { return Ok(()) };
        let Some((document, _)) = self.document_of(home, id) else { return Ok(()) };
        let wanted = run(async {
            let feed = wire::ask(self.nodes[home], &document, 0).feed;
            let cursor = self.instances[number].store.begin().await?.cursor(&feed).await?;
            Ok::<_, NodeError>(cursor.map_or(0, |cursor| cursor.next_seq()))
        });
        let from = wanted.unwrap().saturating_sub(self.chance.below(2) as u64);
        let served = run(node.serve(&receiver, &wire::ask(self.nodes[home], &document, from)));
        let served = match served {
            Ok(tiwizi_federation_core::flow::node::Served::Page(page)) => page,
            Ok(_) => return Ok(()),
            Err(error) => return self.survives(home, &error),
        };
        let Ok(page) = Page::decode(served.as_bytes()) else { return Ok(()) };
        let bytes = wire::forged(page, &mut self.chance);
        self.send(home, number, Message::Push { bytes });
        Ok(())
    }

    /// An instance goes on with two histories of its logs.
    fn lie(&mut self) -> Held {
        let number = self.instances.len() - 1;
        if self.instances[number].double.is_some() || !self.instances[number].is_up() {
            return Ok(());
        }
        self.note(|| format!("{number} begins to lie"));
        let copy = self.instances[number].store.copied();
        let double = self.instances[number].make(copy, self.plan.seed ^ 0xdead);
        self.checker.liar = Some(number);
        self.instances[number].double = Some(Box::new(double));
        self.lie_on()
    }

    /// Nobody reaches the nation, for ninety days; the others go on.
    pub(crate) fn nation_is_away(&mut self) -> Held {
        let until = self.now + 90 * DAY_MS;
        self.note(|| "the nation is away for ninety days".to_owned());
        self.instances[0].node = None;
        self.instances[0].down_until = until;
        self.at(until, Event::Start(0));
        // Days in which little is done are passed over: an instance looks again when something is due.
        for day in 0..90 {
            let begin = self.now;
            self.run_until(begin + 3_000, &|_| false)?;
            self.skip_to(begin + DAY_MS);
            if day % 10 == 0 {
                self.something_is_done()?;
            }
        }
        Ok(())
    }

    /// Everything is repaired, and nothing new begins.
    pub(crate) fn heal(&mut self) {
        self.calm = true;
        self.note(|| "all is well from here on".to_owned());
        let thin = self.plan.thin;
        for row in &mut self.links {
            for link in row {
                *link = Link::good();
                if thin {
                    link.whole_bytes = 2_600;
                }
            }
        }
        for number in 0..self.instances.len() {
            self.instances[number].clock.jump(0);
            self.instances[number].store.kill();
            self.instances[number].upgrade(true);
            self.instances[number].node = None;
            self.instances[number].down_until = 0;
            self.at(self.now + 10 + number as u64, Event::Start(number));
        }
    }
}
