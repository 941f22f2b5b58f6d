//! One end of a session, as its kernel keeps it.

use std::collections::VecDeque;

use crate::engine::session::letters::Letters;
use crate::time::{LocalTime, Span, Time};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// There is none; the process dials when `due`.
    Down,
    /// Dialled, and not answered yet.
    Dialling,
    /// Answered a dial, and not confirmed yet.
    Accepting,
    Up,
}

/// What a peer has acknowledged: everything below `expected`, and this number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Answer {
    /// When it is here, by true time, if nothing comes between.
    pub at: Time,
    pub number: u64,
    pub expected: u64,
}

pub struct End {
    pub state: State,
    /// Which it is, or dials, or accepts.
    pub generation: u64,
    /// The newest generation that was ever up at this end: no older one comes up again.
    pub newest: u64,
    /// The generation that the process takes for up: it hears of changes later than its kernel, if it is paused.
    pub heard: Option<u64>,
    /// Not up: when to dial, or to repeat what was sent …
    pub due: LocalTime,
    /// … and how long to wait after that.
    pub interval: Span,
    /// Up: when the peer last answered for the oldest message (or when it came up). Accepting: since when.
    pub since: LocalTime,
    /// When the engine is going to look at it.
    pub alarm: Option<Time>,
    /// Number of the next message to be sent.
    pub next: u64,
    /// Letters that were sent and that the peer has not answered for, in order of numbers. What was answered for is taken out
    /// when somebody looks.
    pub unacknowledged: VecDeque<u32>,
    /// Acknowledgements on their way here, in the order in which they arrive.
    pub answers: VecDeque<Answer>,
    /// The lowest number that has not arrived, and the next to be handed to the process.
    pub expected: u64,
    pub handed: u64,
    /// What has arrived and was not handed over: number and letter, in order of numbers.
    pub waiting: VecDeque<(u64, u32)>,
}

impl End {
    pub fn new() -> End {
        End {
            state: State::Down,
            generation: 0,
            newest: 0,
            heard: None,
            due: LocalTime(0),
            interval: Span::ZERO,
            since: LocalTime(0),
            alarm: None,
            next: 0,
            unacknowledged: VecDeque::new(),
            answers: VecDeque::new(),
            expected: 0,
            handed: 0,
            waiting: VecDeque::new(),
        }
    }

    pub fn is_up(&self, generation: u64) -> bool {
        self.state == State::Up && self.generation == generation
    }

    /// Whether a dial of this generation may replace what this end has or tries. Of two that cross, the later one wins; a
    /// repetition of the one that is being accepted is answered again.
    pub fn yields_to(&self, generation: u64) -> bool {
        generation > self.newest
            && match self.state {
                State::Down => true,
                State::Accepting => generation >= self.generation,
                State::Dialling | State::Up => generation > self.generation,
            }
    }

    /// Keeps what has arrived; `false`: it has been here before.
    pub fn keep(&mut self, number: u64, letter: u32) -> bool {
        if number < self.expected {
            return false;
        }
        let Err(place) = self.waiting.binary_search_by_key(&number, |(number, _)| *number) else { return false };
        self.waiting.insert(place, (number, letter));
        let in_order = self.waiting.iter().skip((self.expected - self.handed) as usize);
        let run = in_order.zip(self.expected..).take_while(|((number, _), expected)| number == expected).count();
        self.expected += run as u64;
        true
    }

    /// The next that the process may have.
    pub fn next_in_order(&mut self) -> Option<u32> {
        if self.handed == self.expected {
            return None;
        }
        self.handed += 1;
        self.waiting.pop_front().map(|(_, letter)| letter)
    }

    /// An acknowledgement has left the peer.
    #[inline(always)]
    pub fn expect(&mut self, answer: Answer) {
        if self.answers.back().is_none_or(|last| last.at <= answer.at) {
            self.answers.push_back(answer);
            return;
        }
        let place = self.answers.partition_point(|other| other.at <= answer.at);
        self.answers.insert(place, answer);
    }

    /// The next acknowledgement that is here by now.
    #[inline(always)]
    pub fn answered(&self, now: Time) -> Option<Answer> {
        self.answers.front().copied().filter(|answer| answer.at <= now)
    }

    /// Forgets a letter that this answers for, if there is one: which, and whether it was the oldest.
    pub fn settled(&mut self, letters: &Letters, answer: Answer) -> Option<(u32, bool)> {
        let &oldest = self.unacknowledged.front()?;
        if letters[oldest].number < answer.expected || letters[oldest].number == answer.number {
            return self.unacknowledged.pop_front().map(|letter| (letter, true));
        }
        let place = self.unacknowledged.binary_search_by_key(&answer.number, |&letter| letters[letter].number).ok()?;
        self.unacknowledged.remove(place).map(|letter| (letter, false))
    }

    /// No answer that should have been here by now came. Whether there was any.
    pub fn lose_answers(&mut self, now: Time) -> bool {
        let there = self.answers.partition_point(|answer| answer.at <= now);
        self.answers.drain(..there);
        there > 0
    }

    /// When this message has been unacknowledged for so long that the session ends. While older ones are acknowledged,
    /// something gets through.
    pub fn deadline(&self, sent: LocalTime, timeout: Span) -> LocalTime {
        sent.max(self.since) + timeout
    }

    /// When something has to be done about this letter, if it is not answered for before.
    pub fn due(&self, letters: &Letters, letter: u32, timeout: Span) -> LocalTime {
        let oldest = self.unacknowledged.front().map_or(letter, |&oldest| oldest);
        letters[letter].due.min(self.deadline(letters[oldest].sent, timeout))
    }

    /// When its kernel has something to do, if nothing arrives before.
    pub fn next_due(&self, letters: &Letters, timeout: Span, running: bool) -> Option<LocalTime> {
        match self.state {
            State::Down => running.then_some(self.due),
            State::Dialling => Some(self.due),
            State::Accepting => Some(self.due.min(self.since + timeout)),
            State::Up => {
                let gives_up = self.deadline(letters[*self.unacknowledged.front()?].sent, timeout);
                self.unacknowledged.iter().map(|&letter| letters[letter].due.min(gives_up)).min()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_arrives_out_of_order_waits_for_what_is_missing_and_comes_out_once() {
        let mut end = End::new();
        assert!(end.keep(2, 102) && end.keep(1, 101));
        assert_eq!((end.expected, end.next_in_order()), (0, None));
        assert!(end.keep(0, 100));
        assert!(!end.keep(1, 201), "a copy");
        assert_eq!(end.expected, 3);
        assert_eq!(end.next_in_order(), Some(100));
        assert!(!end.keep(0, 200), "a copy of what was handed over");
        assert!(end.keep(4, 104));
        assert_eq!([end.next_in_order(), end.next_in_order(), end.next_in_order()], [Some(101), Some(102), None]);
        assert!(end.keep(3, 103));
        assert_eq!([end.next_in_order(), end.next_in_order(), end.next_in_order()], [Some(103), Some(104), None]);
    }

    #[test]
    fn of_two_dials_that_cross_both_ends_take_the_later() {
        let mut end = End::new();
        (end.state, end.generation) = (State::Dialling, 7);
        assert!(end.yields_to(8) && !end.yields_to(6));
        (end.state, end.generation, end.newest) = (State::Down, 8, 8);
        assert!(!end.yields_to(8), "a late repetition of the dial must not bring an ended session back");
    }
}
