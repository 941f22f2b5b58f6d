//! Sessions.
use crate::algorithm::{Algorithm, NodeId};
use crate::engine::{Engine, Wire};

pub struct Sessions<A: Algorithm>(std::marker::PhantomData<A>);
pub enum SessionJob<A: Algorithm> {
    Nothing(std::marker::PhantomData<A>),
}

impl<A: Algorithm> Wire<A> {
    pub fn send_in_session(&mut self, _from: NodeId, _to: NodeId, _message: A::Message) {}
}
impl<A: Algorithm> Engine<'_, A> {
    pub(super) fn reset_session(&mut self, _node: NodeId, _peer: NodeId) {}
    pub(super) fn session_job(&mut self, _job: SessionJob<A>) {}
    pub(super) fn sessions_started(&mut self, _i: usize) {}
    pub(super) fn sessions_crashed(&mut self, _i: usize) {}
}
