//! How a kubelet and the containers on its machine reach the network.

use super::runtime::{Network, NoNetwork};
use crate::store::Store;

/// Where the network is found, for as long as nothing is written.
pub trait Wires {
    /// The network of a cluster with these objects.
    fn network<'a>(&'a mut self, store: &'a Store) -> Box<dyn Network + 'a>;
}

impl Wires for NoNetwork {
    fn network<'a>(&'a mut self, _store: &'a Store) -> Box<dyn Network + 'a> {
        Box::new(NoNetwork)
    }
}
