//! The simulated federation: instances, links, one queue of what happens when, and the checker that looks on.

use std::collections::{BTreeMap, VecDeque};

use tiwizi_federation_core::flow::plant::Plant;
use tiwizi_federation_core::wire::NodeId;

use crate::chance::Chance;
use crate::check::Checker;
use crate::instance::{Instance, ring};
use crate::network::{Link, Message};
use crate::work::Work;

/// What can happen.
#[derive(Debug, Clone)]
pub(crate) enum Event {
    /// An instance looks at what there is to do.
    Tick(usize),
    Deliver {
        from: usize,
        to: usize,
        message: Box<Message>,
    },
    /// Somebody at some instance does something.
    Work,
    /// Something goes wrong.
    Fault,
    /// An instance starts again.
    Start(usize),
}

/// A promise that was broken: which, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Broken {
    pub(crate) invariant: &'static str,
    pub(crate) what: String,
}

pub(crate) fn broken(invariant: &'static str, what: impl Into<String>) -> Broken {
    Broken { invariant, what: what.into() }
}

pub(crate) type Held = Result<(), Broken>;

/// What a run is made of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) plant: Option<Plant>,
    pub(crate) instances: usize,
    /// How long things are done and go wrong.
    pub(crate) trouble_ms: u64,
    /// An instance that shows two histories of its logs.
    pub(crate) liar: bool,
    /// Links that never carry more than about one entry at once, also at the end.
    pub(crate) thin: bool,
    /// The nation is away for ninety days.
    pub(crate) long_outage: bool,
    /// Clocks are wrong by up to ten years.
    pub(crate) wild_clocks: bool,
    /// Some are ten years ahead: that ends agreements.
    pub(crate) far_clocks: bool,
}

impl Plan {
    /// The run of a seed: its number decides which of the rarer things happen.
    pub(crate) fn of(seed: u64) -> Self {
        Self {
            seed,
            plant: None,
            instances: 3 + usize::from(seed.is_multiple_of(3)),
            trouble_ms: 90_000,
            liar: seed % 7 == 3,
            thin: seed % 5 == 2,
            long_outage: seed % 25 == 11,
            wild_clocks: seed.is_multiple_of(2),
            far_clocks: seed % 16 == 6,
        }
    }
}

pub(crate) struct World {
    pub(crate) plan: Plan,
    pub(crate) now: u64,
    pub(crate) chance: Chance,
    pub(crate) instances: Vec<Instance>,
    pub(crate) nodes: Vec<NodeId>,
    pub(crate) links: Vec<Vec<Link>>,
    pub(crate) work: Work,
    pub(crate) checker: Checker,
    /// Nothing new is done and nothing goes wrong any more.
    pub(crate) calm: bool,
    pub(crate) events: u64,
    pub(crate) tokens: u64,
    queue: BTreeMap<(u64, u64), Event>,
    serial: u64,
    trace: VecDeque<String>,
}

/// Between two looks of an instance.
pub(crate) const TICK_MS: u64 = 1_000;
/// The events of one run: past them it is caught in a loop.
const EVENTS_MAX: u64 = 400_000;

impl World {
    pub(crate) fn new(plan: Plan) -> Self {
        let (keys, nodes) = ring(plan.instances);
        let mut chance = Chance::new(plan.seed);
        let instances = (0..plan.instances)
            .map(|number| Instance::new(number, &keys, &nodes, number > 0 && chance.one_in(3), plan.plant))
            .collect();
        let mut world = Self {
            plan,
            now: 0,
            chance,
            instances,
            links: vec![vec![Link::good(); plan.instances]; plan.instances],
            work: Work::default(),
            checker: Checker::default(),
            nodes,
            calm: false,
            events: 0,
            tokens: 0,
            queue: BTreeMap::new(),
            serial: 0,
            trace: VecDeque::new(),
        };
        for number in 0..plan.instances {
            world.at(number as u64, Event::Start(number));
        }
        world
    }

    pub(crate) fn at(&mut self, time: u64, event: Event) {
        self.serial += 1;
        self.queue.insert((time.max(self.now), self.serial), event);
    }

    pub(crate) fn number_of(&self, node: &NodeId) -> Option<usize> {
        self.nodes.iter().position(|known| known == node)
    }

    /// Notes what happened, for whoever looks into a run that failed.
    pub(crate) fn note(&mut self, what: impl FnOnce() -> String) {
        if self.trace.len() >= 400 {
            self.trace.pop_front();
        }
        let line = format!("{:>9} {}", self.now, what());
        self.trace.push_back(line);
    }

    pub(crate) fn trace(&self) -> String {
        self.trace.iter().map(|line| format!("{line}\n")).collect()
    }

    /// Lets everything happen up to a time, or until `until` says that it is enough.
    pub(crate) fn run_until(&mut self, time: u64, until: &dyn Fn(&mut Self) -> bool) -> Result<bool, Broken> {
        loop {
            let next = self.queue.first_key_value().map(|((due, _), _)| *due);
            if next.is_none_or(|due| due > time) {
                self.set_time(time);
                return Ok(until(self));
            }
            let Some(((due, _), event)) = self.queue.pop_first() else { return Ok(until(self)) };
            self.set_time(due);
            self.events += 1;
            if self.events > EVENTS_MAX {
                return Err(broken("I14", "the run does not come to rest"));
            }
            let looks = matches!(event, Event::Tick(0));
            self.happen(event)?;
            if looks && until(self) {
                return Ok(true);
            }
        }
    }

    fn set_time(&mut self, time: u64) {
        self.now = self.now.max(time);
        for instance in &self.instances {
            instance.clock.set(self.now);
        }
    }

    fn happen(&mut self, event: Event) -> Held {
        match event {
            Event::Tick(number) => self.tick(number),
            Event::Deliver { from, to, message } => self.delivered(from, to, *message),
            Event::Work => self.do_work(),
            Event::Fault => self.go_wrong(),
            Event::Start(number) => self.started(number),
        }
    }

    fn started(&mut self, number: usize) -> Held {
        if self.instances[number].is_up() {
            return Ok(());
        }
        if self.instances[number].down_until > self.now {
            let until = self.instances[number].down_until;
            self.at(until, Event::Start(number));
            return Ok(());
        }
        self.note(|| format!("{number} starts"));
        let seed = self.plan.seed;
        self.instances[number].start(seed);
        self.at(self.now, Event::Tick(number));
        self.check_recovered(number)?;
        self.look_again(number)
    }

    pub(crate) fn send(&mut self, from: usize, to: usize, message: Message) {
        let link = self.links[from][to].clone();
        for (arrives, message) in link.carry(self.now, message, &mut self.chance) {
            self.at(arrives, Event::Deliver { from, to, message: Box::new(message) });
        }
    }
}

/// One whole run. What it broke, if anything, with what happened last.
pub(crate) fn simulate(plan: Plan) -> Result<World, (Broken, String)> {
    let mut world = World::new(plan);
    match world.play() {
        Ok(()) => Ok(world),
        Err(broken) => Err((broken, world.trace())),
    }
}

impl World {
    fn play(&mut self) -> Held {
        self.agree_on_everything()?;
        let begin = self.now;
        self.at(begin + 100, Event::Work);
        self.at(begin + 300, Event::Fault);
        self.run_until(begin + self.plan.trouble_ms, &|_| false)?;
        if self.plan.long_outage {
            self.nation_is_away()?;
        }
        self.heal();
        let end = self.now + 60 * 60 * 1_000;
        let calm = self.run_until(end, &|world| world.is_settled())?;
        self.check_end(calm)
    }
}

impl World {
    /// Passes over time in which nothing happens: what was due in it is due at its end.
    pub(crate) fn skip_to(&mut self, time: u64) {
        let later = self.queue.split_off(&(time, 0));
        let due = std::mem::replace(&mut self.queue, later);
        self.set_time(time);
        for (_, event) in due {
            self.at(time, event);
        }
    }
}
