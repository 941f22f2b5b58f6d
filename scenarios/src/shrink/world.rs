//! A plainer world: links, disks, clocks, members and work as they usually are, wherever the finding does not need them
//! otherwise.

use sim::delay::LinkPatch;
use sim::fault::Fault;
use sim::setup::{MemberSetup, Setup, Work};
use sim::{Delay, LinkSettings, Ratio, Span};

use super::Shrinking;

/// The plainest delay of a link.
const PLAIN: Delay = Delay::Constant(Span::millis(1));
/// Items are given this seldom, the most seldom first: the less work, the fewer messages.
const INTERVALS: [Span; 4] = [Span::secs(5), Span::secs(1), Span::millis(500), Span::millis(200)];

impl Shrinking<'_> {
    pub(super) fn plainer_world(&mut self) {
        self.plainer_links();
        self.plainer_degradations();
        self.plainer_members();
        self.plainer_rest();
        self.first_leader();
        self.less_work();
    }

    fn plainer_links(&mut self) {
        self.change(|setup| setup.links.clear());
        for link in (0..self.setup.links.len()).rev() {
            self.change(|setup| drop(setup.links.remove(link)));
        }
        self.change(|setup| setup.link = LinkSettings::default());
        self.change(|setup| setup.link.loss = Ratio::ZERO);
        self.change(|setup| setup.link.burst = None);
        self.change(|setup| setup.link.duplicate = Ratio::ZERO);
        self.change(|setup| setup.link.reorder = None);
        self.change(|setup| setup.link.floor = Span::ZERO);
        self.change(|setup| setup.link.extra = Span::ZERO);
        self.change(|setup| setup.link.delay = PLAIN);
        self.change(|setup| setup.session = Setup::default().session);
    }

    /// What a degraded link need not do.
    fn plainer_degradations(&mut self) {
        let clear: [fn(&mut LinkPatch); 7] = [
            |patch| patch.delay = None,
            |patch| patch.floor = None,
            |patch| patch.extra = None,
            |patch| patch.loss = None,
            |patch| patch.burst = None,
            |patch| patch.duplicate = None,
            |patch| patch.reorder = None,
        ];
        for event in 0..self.setup.script.len() {
            for clear in clear {
                self.change(|setup| {
                    if let Fault::Degrade { patch, .. } = &mut setup.script[event].fault {
                        clear(patch);
                    }
                });
            }
        }
    }

    fn plainer_members(&mut self) {
        self.change(|setup| setup.members.clear());
        let usual: [fn(&mut MemberSetup); 8] = [
            |member| member.clock_rate = Ratio::ONE,
            |member| member.wall_offset = 0,
            |member| member.start_offset = None,
            |member| member.down = false,
            |member| member.ineligible = false,
            |member| member.disk = None,
            |member| member.log.clear(),
            |member| member.settings.clear(),
        ];
        for member in (0..self.setup.members.len()).rev() {
            for usual in usual {
                self.change(|setup| usual(&mut setup.members[member]));
            }
            self.change(|setup| drop(setup.members.remove(member)));
        }
    }

    /// One who leads from the start, where all that matters of the first election is that there was one.
    fn first_leader(&mut self) {
        for member in 0..self.setup.nodes {
            if self.setup.first_leader.is_some() || self.change(|setup| setup.first_leader = Some(member)) {
                return;
            }
        }
    }

    fn plainer_rest(&mut self) {
        self.change(|setup| setup.disk = Delay::Constant(Span::ZERO));
        self.change(|setup| setup.disk = PLAIN);
        self.change(|setup| setup.pauses = None);
        self.change(|setup| setup.start_offset = None);
        self.change(|setup| setup.measure = None);
        self.change(|setup| setup.salt = 0);
    }

    fn less_work(&mut self) {
        self.change(|setup| setup.work.on = false);
        if !self.setup.work.on {
            self.change(|setup| setup.work = Work { on: false, ..Work::default() });
            return;
        }
        self.change(|setup| setup.work = Work { interval: setup.work.interval, ..Work::default() });
        for interval in INTERVALS {
            if interval <= self.setup.work.interval || self.change(|setup| setup.work.interval = interval) {
                break;
            }
        }
        self.change(|setup| setup.work.think = Work::default().think);
        self.change(|setup| setup.work.job = None);
        self.change(|setup| setup.work.idempotent = false);
    }
}
