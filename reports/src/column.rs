//! One node's column of the live log: what it takes itself for, in few words.

use sim::{Epoch, NodeId, Observation, Role};

use crate::paint::Paint;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    Down,
    Still,
    Runs,
}

#[derive(Clone, Debug)]
pub struct Node {
    pub state: State,
    pub mind: Mind,
    /// What the log last said about it.
    pub shown: Option<(State, Mind)>,
    /// Holds authority, and has done work in that tenure.
    pub served: bool,
    pub fenced: bool,
    pub note: Option<&'static str>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mind {
    pub role: Role,
    pub epoch: Epoch,
    pub leader: Option<NodeId>,
    pub acts: bool,
}

impl Node {
    pub fn observe(&mut self, observation: &Observation) {
        self.mind =
            Mind { role: observation.role(), epoch: observation.epoch(), leader: observation.leader(), acts: self.mind.acts };
    }

    pub fn news(&self) -> bool {
        self.note.is_some() || self.shown != Some((self.state, self.mind))
    }

    /// What stands in its column while others change.
    pub fn mark(&self) -> &'static str {
        match self.state {
            State::Down => "",
            State::Still => ":",
            State::Runs if self.mind.acts => "#",
            State::Runs => "|",
        }
    }

    /// What changed, in at most so many characters.
    pub fn cell(&self, width: usize) -> (String, Paint) {
        let mind = self.mind.words();
        let text = match (self.note, self.state) {
            (Some(note), State::Runs) => {
                let both = format!("{mind} {note}");
                if both.chars().count() <= width { both } else { note.to_owned() }
            }
            (Some(note), _) => note.to_owned(),
            (None, _) => mind,
        };
        let paint = match (self.state, self.mind.role) {
            (State::Down, _) => Paint::Bad,
            (State::Still, _) => Paint::Noted,
            (State::Runs, Role::Leader) => Paint::Good,
            (State::Runs, _) if self.mind.acts => Paint::Good,
            (State::Runs, Role::Candidate | Role::PreCandidate) => Paint::Bold,
            (State::Runs, Role::Follower) => Paint::Plain,
        };
        (text.chars().take(width).collect(), paint)
    }
}

impl Mind {
    /// `L 3`, `f 3 >n1`; an algorithm without epochs shows none.
    fn words(self) -> String {
        let mut words = String::from(match self.role {
            Role::Leader => "L",
            Role::Candidate => "C",
            Role::PreCandidate => "P",
            Role::Follower => "f",
        });
        if self.epoch != Epoch::default() {
            words.push_str(&format!(" {}", self.epoch));
        }
        match self.role {
            Role::Leader if !self.acts => words.push_str(" lapsed"),
            Role::Leader => {}
            _ if self.acts => words.push_str(" acts"),
            _ => {
                if let Some(leader) = self.leader {
                    words.push_str(&format!(" >{leader}"));
                }
            }
        }
        words
    }
}
