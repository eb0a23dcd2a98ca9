//! `stress` and `stress-ng`: memory and CPU load.

use super::options::number;
use crate::kubelet::runtime::kernel::{Flow, Program, Sys, Wait};
use smol_str::SmolStr;

/// Memory is taken at this rate: bytes in a millisecond.
const BYTES_A_MS: u64 = 1 << 20;

/// Uses memory and CPU without doing anything.
#[derive(Clone)]
pub(crate) struct Stress {
    cpus: u64,
    bytes: u64,
    until_ms: Option<u64>,
    timeout_ms: Option<u64>,
    taken: u64,
    started: bool,
}

impl Stress {
    pub fn program(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        let mut stress = Stress { cpus: 0, bytes: 0, until_ms: None, timeout_ms: None, taken: 0, started: false };
        let (mut workers, mut each) = (0, 256 << 20);
        let mut rest = arguments.iter();
        while let Some(option) = rest.next() {
            let (name, inline) = option.split_once('=').map_or((option.as_str(), None), |(name, value)| (name, Some(SmolStr::from(value))));
            let takes_value = matches!(
                name,
                "--vm"
                    | "-m"
                    | "--vm-bytes"
                    | "--cpu"
                    | "-c"
                    | "--timeout"
                    | "-t"
                    | "--vm-hang"
                    | "--io"
                    | "-i"
                    | "--hdd"
                    | "-d"
                    | "-cpus"
                    | "-mem-total"
                    | "--vm-keep-time"
                    | "-mem-alloc-size"
                    | "-mem-alloc-sleep"
            );
            let value = if takes_value { inline.or_else(|| rest.next().cloned()).unwrap_or_default() } else { SmolStr::default() };
            let count = number(&value).unwrap_or(0);
            match name {
                "--vm" | "-m" => workers = count,
                "--vm-bytes" => each = count,
                "--cpu" | "-c" | "-cpus" => stress.cpus = count,
                "-mem-total" => (workers, each) = (1, number(value.trim_end_matches('i')).unwrap_or(0)),
                "--timeout" | "-t" => stress.timeout_ms = value.trim_end_matches('s').parse::<u64>().ok().map(|seconds| seconds.saturating_mul(1000)),
                _ => {}
            }
        }
        stress.bytes = workers.min(1000).saturating_mul(each);
        if stress.bytes == 0 && stress.cpus == 0 {
            sys.out("`stress' imposes certain types of compute stress on your system\n\nUsage: stress [OPTION [ARG]] ...\n");
            return Err(0);
        }
        sys.out(&format!("stress: info: [1] dispatching hogs: {} cpu, 0 io, {workers} vm, 0 hdd\n", stress.cpus));
        Ok(Box::new(stress))
    }
}

impl Program for Stress {
    fn step(&mut self, sys: &mut Sys<'_, '_>) -> Flow {
        if !self.started {
            self.started = true;
            self.until_ms = self.timeout_ms.map(|length| sys.now_ms().saturating_add(length));
            return Flow::Wait(Wait::Until(sys.now_ms() + (self.bytes / BYTES_A_MS).min(10_000)));
        }
        self.taken = self.bytes;
        match self.until_ms {
            Some(at_ms) if sys.now_ms() >= at_ms => {
                sys.out(&format!("stress: info: [1] successful run completed in {}s\n", self.timeout_ms.unwrap_or(0) / 1000));
                Flow::Exit(0)
            }
            Some(at_ms) => Flow::Wait(Wait::Until(at_ms)),
            None => Flow::Wait(Wait::Forever),
        }
    }

    fn load(&self) -> (u64, u64) {
        let busy = self.cpus.saturating_mul(1000) + if self.taken > 0 { 1000 } else { 0 };
        (busy, self.taken)
    }
}
