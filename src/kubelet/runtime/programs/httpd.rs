//! busybox' `httpd`, and `python3 -m http.server`'s likes.

use super::options::{Spec, parse};
use crate::kubelet::runtime::kernel::{Flow, Program, Service, Spawn, Sys, Wait};
use crate::kubelet::runtime::net::{Answer, HttpRequest};
use crate::kubelet::runtime::server::file_response;
use smol_str::SmolStr;

/// Serves the files below a directory.
#[derive(Clone)]
pub(crate) struct Httpd {
    root: SmolStr,
    port: u16,
    foreground: bool,
    listening: bool,
}

impl Httpd {
    /// A server in the foreground.
    pub fn serving(root: SmolStr, port: u16) -> Box<dyn Program> {
        Box::new(Httpd { root, port, foreground: true, listening: false })
    }

    pub fn program(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        const SPEC: Spec = Spec {
            name: "httpd",
            letters: "ifvp:u:r:h:c:",
            long: &[],
            usage: "httpd [-ifv[v]] [-c CONFFILE] [-p [IP:]PORT] [-u USER[:GRP]] [-r REALM] [-h HOME]",
            anywhere: true,
        };
        let options = parse(sys, &SPEC, arguments)?;
        let port = options.value('p').map_or(Some(80), |text| text.rsplit(':').next().and_then(|port| port.parse().ok()));
        let Some(port) = port else {
            sys.err(&format!("httpd: invalid number '{}'\n", options.value('p').unwrap_or("")));
            return Err(1);
        };
        let root = sys.absolute(options.value('h').unwrap_or("."));
        match sys.find(&root, true).and_then(|(place, real)| Ok((sys.world.files.node(&place)?.is_dir(), real))) {
            Ok((true, real)) => Ok(Box::new(Httpd { root: real, port, foreground: options.has('f'), listening: false })),
            other => {
                let why = other.map_or_else(|error| error.message(), |_| "Not a directory");
                sys.err(&format!("httpd: can't change directory to '{root}': {why}\n"));
                Err(1)
            }
        }
    }
}

impl Program for Httpd {
    fn step(&mut self, sys: &mut Sys<'_, '_>) -> Flow {
        if self.listening {
            return Flow::Wait(Wait::Forever);
        }
        if !self.foreground {
            // It goes on in the background.
            let server = Httpd { foreground: true, ..self.clone() };
            let argv = sys.process.argv.clone();
            sys.spawn(Spawn { program: Box::new(server), argv, env: None });
            return Flow::Exit(0);
        }
        self.root = sys.absolute(&self.root);
        if !sys.listen(self.port) {
            sys.err("httpd: bind: Address in use\n");
            return Flow::Exit(1);
        }
        self.listening = true;
        Flow::Wait(Wait::Forever)
    }

    fn answer(&self, request: &HttpRequest, service: &Service<'_>) -> Option<Answer> {
        self.listening.then(|| Answer {
            delay_ms: 1,
            response: file_response(request, service, self.root.trim_end_matches('/'), "busybox", ""),
            access_log: None,
        })
    }
}
