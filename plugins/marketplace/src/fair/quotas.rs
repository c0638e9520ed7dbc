//! Whether places suffice for what is kept: an exact answer, for groups that overlap.
//!
//! Each applicant is of a province, of a sector, and of a women's cooperative or not. Applicants who are the same in this are one
//! [`Class`]. A way of giving all places to classes is a flow from provinces to sectors in which a class is an edge; the bounds of
//! provinces and sectors are bounds of what flows through their nodes, and what is kept for women is a price. So the first way is a
//! cheapest flow, and whether one more place of a class can be fixed is the question for a cheapest way around in what is left of it
//! (Bellman and Ford). The flow that is kept has always as many women as can be, so that one look tells whether enough of them are left.

/// What a place that is kept and not given costs; more than all women together.
const SHORT: i64 = 1_000_000;
const NEVER: i64 = i64::MAX / 4;

/// The bounds of a group, and how many of it have a place in the flow.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bound {
    pub(super) min: u32,
    pub(super) max: u32,
    flow: u32,
}

/// Applicants who are the same to all quotas.
#[derive(Debug, Clone, Copy)]
pub(super) struct Class {
    province: usize,
    sector: usize,
    women: bool,
    /// Its applicants.
    there: u32,
    /// Those who have a place for good.
    fixed: u32,
    /// Those who have one in the flow, the fixed among them.
    flow: u32,
}

/// Places, and who has them.
#[derive(Debug)]
pub(super) struct Flow {
    provinces: Vec<Bound>,
    sectors: Vec<Bound>,
    classes: Vec<Class>,
    women_min: u32,
    given: u32,
}

/// A step of a way: a class more or less, or a group more or less.
#[derive(Debug, Clone, Copy)]
enum Step {
    Class(usize, bool),
    Province(usize, bool),
    Sector(usize, bool),
}

/// An edge of what is left of the flow.
struct Edge {
    from: usize,
    to: usize,
    cost: i64,
    step: Step,
}

impl Bound {
    pub(super) const fn of(min: u32, max: u32) -> Self {
        Self { min, max, flow: 0 }
    }
}

impl Class {
    pub(super) const fn of(province: usize, sector: usize, women: bool, there: u32) -> Self {
        Self { province, sector, women, there, fixed: 0, flow: 0 }
    }
}

impl Flow {
    /// The first way: as many places as there are and can be given, as few of the kept ones missed as can be, and then as many women as
    /// can be. What cannot be kept at all is not asked for from then on.
    pub(super) fn new(
        provinces: Vec<Bound>,
        sectors: Vec<Bound>,
        classes: Vec<Class>,
        women_min: u32,
        places: u32,
    ) -> Self {
        let mut flow = Self { provinces, sectors, classes, women_min, given: 0 };
        while flow.given < places && flow.give_one() {
            flow.given += 1;
        }
        for bound in flow.provinces.iter_mut().chain(&mut flow.sectors) {
            bound.min = bound.min.min(bound.flow);
        }
        flow.women_min = flow.women_min.min(flow.women());
        flow
    }

    /// Places that are given.
    pub(super) fn given(&self) -> u32 {
        self.given
    }

    /// Fixes one more place of a class, if the others can still have what is kept for them.
    pub(super) fn fix(&mut self, class: usize) -> bool {
        let Some(wanted) = self.classes.get(class).copied() else { return false };
        if wanted.fixed >= wanted.flow && !self.turn(class, wanted) {
            return false;
        }
        if let Some(class) = self.classes.get_mut(class) {
            class.fixed += 1;
        }
        true
    }

    /// Moves the flow such that the class has one more, or leaves it as it is.
    fn turn(&mut self, class: usize, wanted: Class) -> bool {
        if wanted.flow >= wanted.there {
            return false;
        }
        let (from, to) = (self.sector_node(wanted.sector), Self::province_node(wanted.province));
        let Some((way, cost)) = self.way(&self.edges(false), from, to) else { return false };
        let women = i64::from(self.women()) + i64::from(wanted.women) - cost;
        if women < i64::from(self.women_min) {
            return false;
        }
        for step in way {
            self.apply(step);
        }
        self.apply(Step::Class(class, true));
        true
    }

    fn give_one(&mut self) -> bool {
        let Some((way, _)) = self.way(&self.edges(true), 0, self.sink()) else { return false };
        for step in way {
            self.apply(step);
        }
        true
    }

    fn women(&self) -> u32 {
        self.classes.iter().filter(|class| class.women).map(|class| class.flow).sum()
    }

    fn apply(&mut self, step: Step) {
        let (count, more) = match step {
            Step::Class(at, more) => (self.classes.get_mut(at).map(|class| &mut class.flow), more),
            Step::Province(at, more) => (self.provinces.get_mut(at).map(|bound| &mut bound.flow), more),
            Step::Sector(at, more) => (self.sectors.get_mut(at).map(|bound| &mut bound.flow), more),
        };
        if let Some(count) = count {
            *count = if more { *count + 1 } else { count.saturating_sub(1) };
        }
    }

    /// The source is node 0; then come the provinces, the sectors, and the sink.
    const fn province_node(province: usize) -> usize {
        1 + province
    }

    fn sector_node(&self, sector: usize) -> usize {
        1 + self.provinces.len() + sector
    }

    fn sink(&self) -> usize {
        1 + self.provinces.len() + self.sectors.len()
    }

    /// What can still be moved. While places are given, a place that is kept and missing has its price; afterwards the bounds are firm, and
    /// groups may exchange places through source and sink.
    fn edges(&self, giving: bool) -> Vec<Edge> {
        let mut edges = Vec::with_capacity(2 * (self.classes.len() + self.provinces.len() + self.sectors.len()));
        let price = |bound: &Bound| if giving && bound.flow < bound.min { -SHORT } else { 0 };
        for (at, bound) in self.provinces.iter().enumerate() {
            let node = Self::province_node(at);
            if bound.flow < bound.max {
                edges.push(Edge { from: 0, to: node, cost: price(bound), step: Step::Province(at, true) });
            }
            if !giving && bound.flow > bound.min {
                edges.push(Edge { from: node, to: 0, cost: 0, step: Step::Province(at, false) });
            }
        }
        for (at, bound) in self.sectors.iter().enumerate() {
            let (node, sink) = (self.sector_node(at), self.sink());
            if bound.flow < bound.max {
                edges.push(Edge { from: node, to: sink, cost: price(bound), step: Step::Sector(at, true) });
            }
            if !giving && bound.flow > bound.min {
                edges.push(Edge { from: sink, to: node, cost: 0, step: Step::Sector(at, false) });
            }
        }
        for (at, class) in self.classes.iter().enumerate() {
            let (from, to) = (Self::province_node(class.province), self.sector_node(class.sector));
            let women = i64::from(class.women);
            if class.flow < class.there {
                edges.push(Edge { from, to, cost: -women, step: Step::Class(at, true) });
            }
            if class.flow > class.fixed {
                edges.push(Edge { from: to, to: from, cost: women, step: Step::Class(at, false) });
            }
        }
        edges
    }

    /// The cheapest way from one node to another, and its cost.
    fn way(&self, edges: &[Edge], from: usize, to: usize) -> Option<(Vec<Step>, i64)> {
        let nodes = self.sink() + 1;
        let mut costs = vec![NEVER; nodes];
        let mut through: Vec<Option<usize>> = vec![None; nodes];
        *costs.get_mut(from)? = 0;
        for _ in 0..nodes {
            let mut changed = false;
            for (index, edge) in edges.iter().enumerate() {
                let reached = costs.get(edge.from).copied().unwrap_or(NEVER);
                let Some(known) =
                    costs.get_mut(edge.to).filter(|known| reached < NEVER && reached + edge.cost < **known)
                else {
                    continue;
                };
                *known = reached + edge.cost;
                if let Some(through) = through.get_mut(edge.to) {
                    *through = Some(index);
                }
                changed = true;
            }
            if !changed {
                break;
            }
        }
        let cost = costs.get(to).copied().filter(|cost| *cost < NEVER)?;
        let (mut steps, mut node) = (Vec::new(), to);
        while node != from && steps.len() <= nodes {
            let edge = edges.get((*through.get(node)?)?)?;
            steps.push(edge.step);
            node = edge.from;
        }
        (node == from).then_some((steps, cost))
    }
}
