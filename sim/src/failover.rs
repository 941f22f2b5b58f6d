//! Failovers.
use crate::algorithm::NodeId;
use crate::outcome::{Cause, Failover};
use crate::time::Time;
#[derive(Default)]
pub struct Failovers;
impl Failovers {
    pub fn new() -> Failovers {
        Failovers
    }
    pub fn is_open(&self) -> bool {
        true
    }
    pub fn closed_after_start(&self) -> usize {
        0
    }
    pub fn lost(&mut self, _at: Time, _node: NodeId, _cause: Cause) {}
    pub fn stood(&mut self, _at: Time, _node: NodeId) {}
    pub fn led(&mut self, _at: Time, _node: NodeId) {}
    pub fn acknowledged(&mut self, _at: Time, _node: NodeId) {}
    pub fn condition_ended(&mut self, _at: Time, _node: NodeId) {}
    pub fn finish(&mut self, _end: Time, _work: bool) -> Vec<Failover> {
        Vec::new()
    }
}
