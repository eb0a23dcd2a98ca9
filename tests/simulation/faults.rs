//! What goes wrong in a random life.

use kubarium::api::meta;
use kubarium::api::random::Random;
use kubarium::api::resource::{DEPLOYMENTS, ObjectKey, PODS};
use kubarium::cluster::{Cluster, Fault, Load, Process};
use kubarium::controllers::ControllerManager;
use kubarium::kubelet::runtime::Registry;
use kubarium::network::{Link, LinkEnd};
use kubarium::value::SmolStr;

/// Draws a fault that can happen to this cluster now.
pub fn fault(random: &mut Random, cluster: &Cluster) -> Fault {
    let node = SmolStr::from(format!("worker-{}", random.below(3) + 1));
    let is_bad = random.below(2) == 0;
    match random.below(15) {
        0..4 => match pod(random, cluster) {
            Some(pod) => Fault::Kill { pod, container: SmolStr::default(), out_of_memory: is_bad },
            None => Fault::Restart(Process::Scheduler),
        },
        4 => Fault::Node { name: node, stops: is_bad },
        5 => Fault::Link { link: Link::between(LinkEnd::ControlPlane, LinkEnd::Node(node)), is_cut: is_bad },
        6 => Fault::Link { link: Link::between(LinkEnd::Network, LinkEnd::Node(node)), is_cut: is_bad },
        7 => Fault::Disk { node, is_full: is_bad },
        8 => Fault::Registry([Registry::Up, Registry::Slow, Registry::Down][random.below(3) as usize]),
        9 => Fault::Restart(Process::ControllerManager),
        10 => {
            let names: Vec<&str> = ControllerManager::names().collect();
            Fault::Restart(Process::Controller(SmolStr::new(names[random.below(names.len() as u64) as usize])))
        }
        11 => Fault::Restart(Process::Scheduler),
        12 => Fault::Restart(Process::Network),
        // Its autoscaler raises it; once the load is gone it comes down again.
        13 => {
            let object = (DEPLOYMENTS, ObjectKey::new("default", &format!("auto-{}", random.below(3) + 1)));
            Fault::Load { object, load: Load { cpu_millis: 1000, memory_bytes: 0 } }
        }
        _ => Fault::Restart(Process::Kubelet(node)),
    }
}

fn pod(random: &mut Random, cluster: &Cluster) -> Option<ObjectKey> {
    // Who kills a Job's pods changes what the Job comes to; the others are replaced or restarted.
    let can_be_killed = |pod: &&kubarium::value::Value| pod.path("status.phase").str() == "Running" && meta::controller_of(pod).get("kind").str() != "Job";
    let running: Vec<ObjectKey> = cluster.store().list(&PODS, None).filter(can_be_killed).map(meta::key).collect();
    let index = random.below(running.len().max(1) as u64) as usize;
    running.get(index).cloned()
}
