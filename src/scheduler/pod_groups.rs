//! Which pods no selector tells apart: selectors are asked once for each such group instead of for each pod or node.

use super::pod_info::PodInfo;
use crate::value::{OrdMap, SmolStr, Value, Vector};

/// Pods of the same namespace, labels and fate.
#[derive(Clone, Debug, Default)]
pub struct PodGroup {
    /// Their namespace.
    pub namespace: SmolStr,
    /// Their `metadata.labels`.
    pub labels: Value,
    /// Whether they are being deleted.
    pub terminating: bool,
    /// How many there are.
    count: usize,
}

/// The groups of all counted pods, each with a number; the number of a group whose last pod is gone is given again.
#[derive(Clone, Default)]
pub struct PodGroups {
    groups: Vector<PodGroup>,
    /// The numbers by what makes a group.
    numbers: OrdMap<SmolStr, usize>,
    free: Vector<usize>,
}

impl PodGroups {
    /// Counts a pod in; its group's number.
    pub fn enter(&mut self, pod: &PodInfo) -> usize {
        let key = key(pod);
        let number = match self.numbers.get(&key) {
            Some(number) => *number,
            None => {
                let group = PodGroup {
                    namespace: pod.key.namespace.clone(),
                    labels: pod.pod.get("metadata").get("labels").clone(),
                    terminating: pod.is_terminating(),
                    count: 0,
                };
                let number = self.free.pop_back().unwrap_or(self.groups.len());
                match self.groups.get_mut(number) {
                    Some(free) => *free = group,
                    None => self.groups.push_back(group),
                }
                self.numbers.insert(key, number);
                number
            }
        };
        if let Some(group) = self.groups.get_mut(number) {
            group.count += 1;
        }
        number
    }

    /// Counts a pod out of the group of that number.
    pub fn leave(&mut self, number: usize, pod: &PodInfo) {
        let Some(group) = self.groups.get_mut(number) else { return };
        group.count = group.count.saturating_sub(1);
        if group.count == 0 {
            *group = PodGroup::default();
            self.numbers.remove(&key(pod));
            self.free.push_back(number);
        }
    }

    /// The group of that number.
    pub fn get(&self, number: usize) -> Option<&PodGroup> {
        self.groups.get(number)
    }

    /// For each number whether its group is wanted.
    pub fn wanted(&self, mut is_wanted: impl FnMut(&PodGroup) -> bool) -> Vec<bool> {
        self.groups.iter().map(|group| group.count > 0 && is_wanted(group)).collect()
    }
}

/// What makes a group, as text: names and values of labels have no such characters in them as stand between them here.
fn key(pod: &PodInfo) -> SmolStr {
    let mut key = String::from(if pod.is_terminating() { "-" } else { "+" });
    key.push_str(&pod.key.namespace);
    for (name, value) in pod.labels().iter() {
        for part in ["\n", name.as_str(), "\t", value.str()] {
            key.push_str(part);
        }
    }
    SmolStr::from(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::json;

    fn pod(name: &str, app: &str) -> PodInfo {
        PodInfo::of(&json!({"metadata": {"name": name, "namespace": "default", "uid": name, "labels": {"app": app}}}))
    }

    #[test]
    fn a_group_lasts_as_long_as_its_pods() {
        let mut groups = PodGroups::default();
        let (first, second, other) = (pod("a", "web"), pod("b", "web"), pod("c", "db"));
        let web = groups.enter(&first);
        assert_eq!(groups.enter(&second), web);
        let db = groups.enter(&other);
        let is_web = |group: &PodGroup| group.labels.get("app").str() == "web";
        assert_eq!(groups.wanted(is_web).iter().filter(|wanted| **wanted).count(), 1);
        assert!(groups.wanted(is_web)[web] && !groups.wanted(is_web)[db]);
        groups.leave(web, &first);
        assert!(groups.wanted(is_web)[web]);
        groups.leave(web, &second);
        assert!(groups.wanted(|_| true).iter().filter(|wanted| **wanted).count() == 1);
        assert_eq!(groups.enter(&pod("d", "cache")), web, "its number is given again");
    }
}
