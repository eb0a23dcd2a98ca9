//! Pulling images: one at a time.

use super::config::PullId;
use super::{Image, Profile, Pull, Runtime, RuntimeEvent, Task, image_ref, images};
use crate::value::Sort;
use smol_str::{SmolStr, format_smolstr};

/// Parts of a tag that no registry has.
const MISSING_TAGS: [&str; 6] = ["nope", "missing", "doesnotexist", "does-not-exist", "notfound", "invalid"];
/// The registry that doesn't exist.
const MISSING_REGISTRY: &str = "registry.invalid";
/// Until a registry has said that there is no such image.
const MISSING_MS: u64 = 300;
/// Any pull on the reference machines.
const REFERENCE_PULL_MS: u64 = 600;
/// A pull's round trips to the registry, on the playground's machines.
const PLAYGROUND_START_MS: u64 = 600;
/// No two pulls take quite the same time: by how much they differ at most.
const SPREAD_MS: u64 = 11;
/// Bytes that the playground's machines download and unpack in a millisecond: 25 MiB/s.
const BYTES_A_MS: u64 = 26_214;

/// A download from a registry that answers slowly takes so many times as long.
const SLOW_TIMES: u64 = 20;
/// How long containerd waits for a connection to a registry that doesn't answer.
const DIAL_TIMEOUT_MS: u64 = 30_000;

/// How the image registry answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Registry {
    /// As usual.
    #[default]
    Up,
    /// At a twentieth of its speed.
    Slow,
    /// Not at all.
    Down,
}

impl Runtime {
    /// Makes the registry answer otherwise, also to the pulls that are under way.
    pub fn set_registry(&mut self, registry: Registry, now_ms: u64) {
        let before = std::mem::replace(&mut self.registry, registry);
        if before == registry {
            return;
        }
        let mut waiting: Vec<(u64, PullId)> = self.pulls.iter().filter(|(_, pull)| pull.result.is_none()).map(|(id, pull)| (pull.started_at_ms, *id)).collect();
        waiting.order();
        let mut free_at_ms = now_ms;
        for (_, id) in waiting {
            let Some(pull) = self.pulls.get(&id).cloned() else { continue };
            let left_ms = pull.finishes_at_ms.saturating_sub(pull.started_at_ms.max(now_ms));
            let left_ms = match (before, registry) {
                (_, Registry::Down) => DIAL_TIMEOUT_MS,
                (Registry::Down, _) => self.pull_ms(id, &pull.image),
                (Registry::Up, _) => left_ms * SLOW_TIMES,
                (Registry::Slow, _) => left_ms / SLOW_TIMES,
            };
            self.agenda.remove(&(pull.finishes_at_ms, Task::Pull(id)));
            let started_at_ms = if pull.started_at_ms <= now_ms { pull.started_at_ms } else { free_at_ms };
            free_at_ms += left_ms;
            self.agenda.insert((free_at_ms, Task::Pull(id)));
            self.pulls.insert(id, Pull { started_at_ms, finishes_at_ms: free_at_ms, ..pull });
        }
        self.pulls_busy_until_ms = free_at_ms;
    }

    /// Begins a pull; it waits its turn. [`RuntimeEvent::PullFinished`] tells when it is done.
    pub fn pull_image(&mut self, image: &str, now_ms: u64) -> PullId {
        let id = PullId(self.new_id());
        let started_at_ms = self.pulls_busy_until_ms.max(now_ms);
        let finishes_at_ms = started_at_ms + self.pull_ms(id, image);
        self.pulls_busy_until_ms = finishes_at_ms;
        self.pulls.insert(id, Pull { image: image.into(), requested_at_ms: now_ms, started_at_ms, finishes_at_ms, result: None });
        self.agenda.insert((finishes_at_ms, Task::Pull(id)));
        id
    }

    fn pull_ms(&self, id: PullId, image: &str) -> u64 {
        let reference = image_ref::parse(image);
        let usual_ms = self.usual_pull_ms(&reference) + id.0 * 3 % SPREAD_MS;
        match self.registry {
            Registry::Up => usual_ms,
            Registry::Slow => usual_ms * SLOW_TIMES,
            Registry::Down => DIAL_TIMEOUT_MS,
        }
    }

    fn usual_pull_ms(&self, reference: &image_ref::ImageRef) -> u64 {
        match self.profile {
            _ if is_missing(reference) => MISSING_MS,
            Profile::Reference => REFERENCE_PULL_MS,
            // Its layers are there, or will be when this one's turn comes: only the registry is asked.
            Profile::Playground if self.images.contains_key(&reference.full) || self.is_being_pulled(&reference.full) => PLAYGROUND_START_MS,
            Profile::Playground => PLAYGROUND_START_MS + images::size_bytes(&reference.base, self.profile) / BYTES_A_MS,
        }
    }

    fn is_being_pulled(&self, name: &str) -> bool {
        self.pulls.values().any(|pull| pull.result.is_none() && image_ref::parse(&pull.image).full == name)
    }

    /// A pull's times and result; none once it was forgotten.
    pub fn pull(&self, pull: PullId) -> Option<&Pull> {
        self.pulls.get(&pull)
    }

    /// The kubelet has read the result.
    pub fn forget_pull(&mut self, pull: PullId) {
        self.pulls.remove(&pull);
    }

    pub(super) fn finish_pull(&mut self, id: PullId) {
        let Some(image) = self.pulls.get(&id).map(|pull| pull.image.clone()) else { return };
        let result = self.pulled(&image);
        if let Ok(image) = &result {
            self.images.insert(image.name.clone(), image.clone());
        }
        if let Some(pull) = self.pulls.get_mut(&id) {
            pull.result = Some(result);
        }
        self.events.push(RuntimeEvent::PullFinished { pull: id });
    }

    fn pulled(&self, image: &str) -> Result<Image, String> {
        let reference = image_ref::parse(image);
        let name = reference.full.clone();
        let failed = |why: String| Err(format!("rpc error: code = Unknown desc = failed to pull and unpack image \"{name}\": {why}"));
        if self.registry == Registry::Down {
            let (host, path) = registry_address(&name);
            return failed(format!("failed to resolve image: failed to do request: Head \"https://{host}/v2/{path}\": dial tcp: lookup {host}: i/o timeout"));
        }
        if is_missing(&reference) {
            return Err(format!("rpc error: code = NotFound desc = failed to pull and unpack image \"{name}\": failed to resolve image: {name}: not found"));
        }
        if self.is_disk_full {
            let place = "/var/lib/containerd/io.containerd.content.v1.content/ingest";
            let number = crate::api::sha256::sha256_hex(name.as_bytes());
            return failed(format!("failed to copy: write {place}/{number}/data: no space left on device"));
        }
        let id = match self.profile {
            Profile::Reference => format_smolstr!("{name}@sha256:{}", "0".repeat(64)),
            Profile::Playground => format_smolstr!("{}@sha256:{}", repository(&name), crate::api::sha256::sha256_hex(name.as_bytes())),
        };
        Ok(Image { size_bytes: images::size_bytes(&reference.base, self.profile), name, id })
    }

    /// The image, if it is on the node: `ImageStatus`.
    pub fn image(&self, image: &str) -> Option<&Image> {
        self.images.get(&image_ref::parse(image).full)
    }

    /// All images on the node, by name.
    pub fn images(&self) -> impl Iterator<Item = &Image> {
        self.images.values()
    }

    /// Removes the images that no container was made from; true where there were any.
    pub fn remove_unused_images(&mut self) -> bool {
        let used: crate::value::SortedSet<&SmolStr> = self.containers.values().map(|container| &container.image.full).collect();
        let unused: Vec<SmolStr> = self.images.keys().filter(|name| !used.contains(name)).cloned().collect();
        unused.iter().for_each(|name| {
            self.images.remove(name);
        });
        !unused.is_empty()
    }

    /// Removes an image; containers that run it go on.
    pub fn remove_image(&mut self, image: &str) {
        self.images.remove(&image_ref::parse(image).full);
    }
}

/// The name without tag and digest.
fn repository(name: &SmolStr) -> &str {
    let name = name.split('@').next().unwrap_or(name);
    match name.rfind(':') {
        Some(colon) if !name[colon..].contains('/') => &name[..colon],
        _ => name,
    }
}

/// Where an image's manifest is asked for: `registry-1.docker.io`, `library/nginx/manifests/latest`.
fn registry_address(name: &str) -> (&str, String) {
    let (registry, rest) = name.split_once('/').unwrap_or(("docker.io", name));
    let host = if registry == "docker.io" { "registry-1.docker.io" } else { registry };
    let path = match (rest.split_once('@'), rest.rsplit_once(':')) {
        (Some((repository, digest)), _) => format!("{repository}/manifests/{digest}"),
        (None, Some((repository, tag))) => format!("{repository}/manifests/{tag}"),
        (None, None) => format!("{rest}/manifests/latest"),
    };
    (host, path)
}

fn is_missing(reference: &image_ref::ImageRef) -> bool {
    reference.registry == MISSING_REGISTRY || MISSING_TAGS.iter().any(|part| reference.tag.contains(part))
}
