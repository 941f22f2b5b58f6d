//! The client of the protected resource at each member, as a careful engineer would write it: in a new tenure it first takes
//! over, which installs its token and tells it the version of the state, and only then does it do what it was asked to. What it
//! does is based on what it knows: the version then, and its own changes since. All of that is lost in a crash.

use crate::engine::errand::{Errand, Handed, Reply};
use crate::engine::singleton::Schedule;
use crate::resource_bugs::ResourceBug;
use crate::setup::{Fencing, Operation, Reads, Work};

/// So many pieces of work are done by bug L10 for each time that it asks whether it leads: a second of work, by default.
const UNASKED: u8 = 20;

/// What stands between the members and the resource.
pub struct Errands {
    /// By member.
    pub clients: Vec<Client>,
    /// By member.
    pub schedules: Vec<Schedule>,
    /// What was handed out last.
    pub handed: Option<Handed>,
    pub bug: Option<ResourceBug>,
    /// Items go into a replicated log, and not to the resource.
    pub replicates: bool,
}

impl Errands {
    pub fn new(members: usize, replicates: bool, bug: Option<ResourceBug>) -> Errands {
        let (clients, schedules) = (vec![Client::NEW; members], vec![Schedule::NEW; members]);
        Errands { clients, schedules, handed: None, bug, replicates }
    }
}

#[derive(Clone, Copy)]
pub struct Client {
    /// The tenure, and the life of the process, from which it knows what it knows.
    tenure: usize,
    incarnation: u32,
    token: Option<u64>,
    looked: bool,
    taken_over: bool,
    /// The version that the take-over told it of.
    learned: u64,
    /// The newest version that it knows of, by its own changes.
    known: u64,
    /// With bug L10: so many pieces of work are left before it asks again whether it leads.
    unasked: u8,
}

impl Client {
    pub const NEW: Client = Client {
        tenure: usize::MAX,
        incarnation: 0,
        token: None,
        looked: false,
        taken_over: false,
        learned: 0,
        known: 0,
        unasked: 0,
    };

    fn is_of(&self, errand: &Errand) -> bool {
        (self.tenure, self.incarnation) == (errand.tenure, errand.incarnation)
    }

    /// Work of this tenure begins, or goes on.
    pub fn begin(&mut self, errand: &Errand) {
        if !self.is_of(errand) {
            let (tenure, incarnation) = (errand.tenure, errand.incarnation);
            *self = Client { tenure, incarnation, unasked: self.unasked, ..Client::NEW };
        }
        self.token = errand.token;
    }

    /// What is to be asked next for this errand, and on what it is based.
    pub fn prepare(&self, errand: &mut Errand, rules: &Work, bug: Option<ResourceBug>) {
        // Whoever has no token has nothing to install where one is demanded.
        let takes_over = rules.takes_over() && (self.token.is_some() || rules.fencing == Fencing::None);
        errand.asks = if takes_over { self.first(errand.operation, bug) } else { errand.operation };
        let from_memory = errand.operation == Operation::Read && rules.reads == Reads::Memory;
        errand.based_on = match errand.asks {
            Operation::Write | Operation::Delete if takes_over => Some(self.known),
            Operation::Read if from_memory => Some(self.learned),
            _ => None,
        };
    }

    /// L16. What a leader does before it does anything else: it installs its token, and reads the state in the same operation.
    fn first(&self, operation: Operation, bug: Option<ResourceBug>) -> Operation {
        if self.taken_over {
            operation
        } else if bug == Some(ResourceBug::L16) && !self.looked {
            Operation::Look
        } else {
            Operation::TakeOver
        }
    }

    /// The resource has answered.
    pub fn hear(&mut self, errand: &Errand, reply: &Reply, bug: Option<ResourceBug>) {
        if !self.is_of(errand) {
            return;
        }
        if !reply.accepted {
            // A resource that knows of no newer leader has forgotten this one: once more from the beginning.
            if errand.token.is_some_and(|token| reply.newest < token) {
                (self.taken_over, self.looked) = (false, false);
            }
            return;
        }
        match errand.asks {
            Operation::Look => {
                self.looked = true;
                self.learn(reply.version);
            }
            Operation::TakeOver => {
                self.taken_over = true;
                if bug != Some(ResourceBug::L16) {
                    self.learn(reply.version);
                }
            }
            Operation::Write | Operation::Delete => self.known = self.known.max(reply.version),
            Operation::Read | Operation::Job => {}
        }
    }

    fn learn(&mut self, version: u64) {
        self.learned = self.learned.max(version);
        self.known = self.known.max(version);
    }

    /// It asked whether it leads, and it does.
    pub fn asked(&mut self) {
        self.unasked = UNASKED;
    }

    /// L10. Whether it goes on without asking, in this tenure and life: if so, with which token.
    pub fn goes_on_unasked(&mut self, tenure: usize, incarnation: u32, bug: Option<ResourceBug>) -> Option<Option<u64>> {
        let cached = bug == Some(ResourceBug::L10) && self.unasked > 0;
        if !cached || (self.tenure, self.incarnation) != (tenure, incarnation) {
            return None;
        }
        self.unasked -= 1;
        Some(self.token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algorithm::{Item, NodeId};
    use crate::setup::Fencing;

    fn errand(tenure: usize) -> Errand {
        Errand::new(NodeId(0), 0, tenure, Item(1), Some(7))
    }

    fn yes(version: u64) -> Reply {
        Reply { accepted: true, repeated: false, version, newest: 7 }
    }

    /// What the client asks from the beginning of a tenure to the write itself, and on which version that is based; each answer
    /// comes with the next version.
    fn asks(client: &mut Client, bug: Option<ResourceBug>) -> (Vec<Operation>, Option<u64>) {
        let rules = Work { fencing: Fencing::AtLeast, ..Work::default() };
        let (mut errand, mut asked, mut version) = (errand(1), Vec::new(), 3);
        client.begin(&errand);
        loop {
            client.prepare(&mut errand, &rules, bug);
            asked.push(errand.asks);
            if errand.asks == errand.operation {
                return (asked, errand.based_on);
            }
            client.hear(&errand, &yes(version), bug);
            version += 1;
        }
    }

    #[test]
    fn a_new_leader_takes_over_first_and_its_write_is_based_on_what_it_then_learned() {
        let mut client = Client::NEW;
        assert_eq!(asks(&mut client, None), (vec![Operation::TakeOver, Operation::Write], Some(3)));
        assert_eq!(asks(&mut client, None), (vec![Operation::Write], Some(3)), "once a tenure");
    }

    #[test]
    fn whoever_looks_before_taking_over_bases_its_write_on_what_it_saw_then() {
        let mut client = Client::NEW;
        let asked = asks(&mut client, Some(ResourceBug::L16));
        assert_eq!(asked, (vec![Operation::Look, Operation::TakeOver, Operation::Write], Some(3)), "not on version 4");
    }

    #[test]
    fn what_was_known_in_another_tenure_counts_no_more() {
        let mut client = Client::NEW;
        asks(&mut client, None);
        client.begin(&errand(2));
        let mut next = errand(2);
        client.prepare(&mut next, &Work { fencing: Fencing::AtLeast, ..Work::default() }, None);
        assert_eq!(next.asks, Operation::TakeOver);
        client.hear(&errand(1), &yes(9), None);
        assert_eq!(client.known, 0, "an answer to the old tenure");
    }

    #[test]
    fn a_resource_that_has_forgotten_the_token_is_taken_over_again() {
        let mut client = Client::NEW;
        asks(&mut client, None);
        client.hear(&errand(1), &Reply { accepted: false, repeated: false, version: 4, newest: 0 }, None);
        assert_eq!(asks(&mut client, None).0, [Operation::TakeOver, Operation::Write]);
        client.hear(&errand(1), &Reply { accepted: false, repeated: false, version: 4, newest: 8 }, None);
        assert_eq!(asks(&mut client, None).0, [Operation::Write], "somebody newer is there: that is for the algorithm");
    }

    #[test]
    fn only_the_bug_goes_on_unasked_and_only_for_a_while() {
        let mut client = Client::NEW;
        client.begin(&errand(1));
        client.asked();
        assert_eq!(client.goes_on_unasked(1, 0, None), None);
        assert_eq!(client.goes_on_unasked(1, 0, Some(ResourceBug::L10)), Some(Some(7)));
        assert_eq!(client.goes_on_unasked(1, 1, Some(ResourceBug::L10)), None, "a crash ends it");
        let more = std::iter::from_fn(|| client.goes_on_unasked(1, 0, Some(ResourceBug::L10))).count();
        assert_eq!(more, usize::from(UNASKED) - 1);
    }
}
