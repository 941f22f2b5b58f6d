//! Fewer members; and before anything else, members by number in place of those that a fault draws: what an event draws depends
//! on its place in the script, which moves when others go.

use sim::fault::{Fault, ScriptEvent, Shape, Target};
use sim::setup::Setup;

use super::{Shrinking, events, faults};

/// In larger clusters not every choice of members is tried: there are too many.
const MOST_CHOSEN_FROM: u16 = 7;

impl Shrinking<'_> {
    /// Puts the member that was drawn in the place of the draw. Under the same seed one of all possible ones is the one that the
    /// run drew, and with that one the run is the same.
    pub(super) fn settle_draws(&mut self) {
        for event in 0..self.setup.script.len() {
            let lists = faults::lists(&mut self.setup.script[event].fault.clone()).len();
            for list in 0..lists {
                self.settle(event, list);
            }
        }
    }

    fn settle(&mut self, event: usize, list: usize) {
        let nodes = self.setup.nodes;
        let mut fault = self.setup.script[event].fault.clone();
        let choices: Vec<Vec<u16>> = match faults::lists(&mut fault)[list].as_slice() {
            [Target::Follower | Target::Random] => (0..nodes).map(|member| vec![member]).collect(),
            [Target::QuorumWithLeader] => choices(nodes, usize::from(nodes / 2 + 1)),
            [Target::MinorityWithLeader] => choices(nodes, usize::from(nodes.div_ceil(2) - 1)),
            _ => return,
        };
        for choice in choices {
            let members: Vec<Target> = choice.into_iter().map(Target::Member).collect();
            let put = |setup: &mut Setup| *faults::lists(&mut setup.script[event].fault)[list] = members;
            if self.change(put) {
                return;
            }
        }
    }

    /// The smallest electorate first: a majority of five may need both of its spare members, or neither.
    pub(super) fn fewer_nodes(&mut self) {
        for size in 1..usize::from(self.setup.nodes) {
            for kept in choices(self.setup.nodes, size) {
                let Some(candidate) = only(&self.setup, &kept) else { continue };
                if self.attempt(candidate) {
                    return;
                }
            }
        }
    }
}

/// All choices of so many members; in large clusters the first of them only.
fn choices(nodes: u16, size: usize) -> Vec<Vec<u16>> {
    if nodes > MOST_CHOSEN_FROM {
        return vec![(0..nodes).take(size).collect()];
    }
    let all = (0u32..1 << nodes).filter(|set| set.count_ones() as usize == size);
    let mut choices: Vec<Vec<u16>> = all.map(|set| (0..nodes).filter(|member| (set >> member) & 1 == 1).collect()).collect();
    choices.sort_unstable();
    choices
}

/// The scenario with these members only, numbered anew. `None`: the first leader would be gone.
fn only(setup: &Setup, kept: &[u16]) -> Option<Setup> {
    let place = |member: u16| kept.iter().position(|known| *known == member).map(|place| place as u16);
    let mut smaller = setup.clone();
    smaller.nodes = kept.len() as u16;
    if let Some(first) = setup.first_leader {
        smaller.first_leader = Some(place(first)?);
    }
    smaller.members.retain_mut(|member| place(member.member).map(|place| member.member = place).is_some());
    let mut there = |target: &mut Target| match target {
        Target::Member(member) => place(*member).map(|place| *member = place).is_some(),
        _ => true,
    };
    smaller.links.retain_mut(|link| there(&mut link.from) && there(&mut link.to));
    smaller.script.retain_mut(|event| keep(event, &mut there));
    smaller.script = events::whole(smaller.script);
    Some(smaller)
}

/// Whether anybody is left at whom the event is aimed.
fn keep(event: &mut ScriptEvent, there: &mut impl FnMut(&mut Target) -> bool) -> bool {
    match &mut event.fault {
        Fault::Partition(Shape::Bridge(one) | Shape::Star(one)) | Fault::Transfer { to: one } => there(one),
        Fault::Partition(Shape::Groups(groups)) => {
            groups.iter_mut().for_each(|group| group.retain_mut(&mut *there));
            groups.retain(|group| !group.is_empty());
            !groups.is_empty()
        }
        fault => faults::lists(fault).into_iter().all(|list| {
            list.retain_mut(&mut *there);
            !list.is_empty()
        }),
    }
}
