//! Programs that images bring along to ask their server whether it is there, and package managers.

use super::Now;
use crate::kubelet::runtime::kernel::{Ask, Flow, Program, Reply, Sys, Wait};
use smol_str::SmolStr;

/// A client of a database, as exec probes call it.
struct Client {
    names: &'static [&'static str],
    port: u16,
    /// What it can do: a word that must be among its arguments; empty: it has nothing else to do.
    asks: &'static str,
    /// What it prints when the server is there; `{host}` and `{port}` are put in.
    answer: &'static str,
    /// The same when it isn't, with the exit code.
    failure: (&'static str, i32),
}

const CLIENTS: &[Client] = &[
    Client { names: &["pg_isready"], port: 5432, asks: "", answer: "{socket}:{port} - accepting connections", failure: ("{socket}:{port} - no response", 2) },
    Client {
        names: &["redis-cli"],
        port: 6379,
        asks: "ping",
        answer: "PONG",
        failure: ("!Could not connect to Redis at {host}:{port}: Connection refused", 1),
    },
    Client {
        names: &["mysqladmin", "mariadb-admin"],
        port: 3306,
        asks: "ping",
        answer: "mysqld is alive",
        failure: (
            "!mysqladmin: connect to server at '{host}' failed\nerror: 'Can't connect to local MySQL server through socket '/var/run/mysqld/mysqld.sock' (2)'\nCheck that mysqld is running and that the socket: '/var/run/mysqld/mysqld.sock' exists!",
            1,
        ),
    },
    Client {
        names: &["mysql", "mariadb"],
        port: 3306,
        asks: "select 1",
        answer: "1\n1",
        failure: ("!ERROR 2003 (HY000): Can't connect to MySQL server on '{host}:{port}' (111)", 1),
    },
    Client {
        names: &["psql"],
        port: 5432,
        asks: "select 1",
        answer: " ?column? \n----------\n        1\n(1 row)\n",
        failure: ("!psql: error: connection to server at \"{host}\", port {port} failed: Connection refused", 2),
    },
    Client {
        names: &["mongosh", "mongo"],
        port: 27017,
        asks: "ping",
        answer: "{ ok: 1 }",
        failure: ("!MongoNetworkError: connect ECONNREFUSED {host}:{port}", 1),
    },
    Client {
        names: &["rabbitmq-diagnostics"],
        port: 5672,
        asks: "ping",
        answer: "Will ping rabbit@{host}. This only checks if the OS process is running and registered with epmd. Timeout: 60000 ms.\nPing succeeded",
        failure: ("!Error: unable to perform an operation on node", 69),
    },
];

/// Package managers: there is nothing to download from.
const INSTALLERS: [&str; 5] = ["apk", "apt", "apt-get", "npm", "pip"];

/// How long a server that doesn't answer is waited for.
const CONNECT_TIMEOUT_MS: u64 = 10_000;

/// The tool of that name.
pub(crate) fn tool(name: &str, argv: &[SmolStr]) -> Option<Box<dyn Program>> {
    if INSTALLERS.contains(&name) {
        let run = |sys: &mut Sys<'_, '_>, arguments: &[SmolStr]| {
            sys.err(&format!("{}: the machines of this cluster have no internet: nothing can be installed\n", arguments[0]));
            1
        };
        return Some(Box::new(Now { run, arguments: vec![name.into()] }));
    }
    if matches!(name, "python" | "python3") {
        return http_server(argv);
    }
    let client = CLIENTS.iter().find(|client| client.names.contains(&name))?;
    Some(Box::new(Asking { client, name: name.into(), arguments: argv.iter().skip(1).cloned().collect(), asked: false }))
}

/// `python3 -m http.server [PORT]`: the one thing of Python's that is simulated.
fn http_server(argv: &[SmolStr]) -> Option<Box<dyn Program>> {
    let module = argv.windows(2).any(|words| words[0] == "-m" && words[1] == "http.server");
    let directory = argv.windows(2).find(|words| words[0] == "-d" || words[0] == "--directory").map_or(".".into(), |words| words[1].clone());
    let port = argv.iter().skip(3).find_map(|word| word.parse().ok()).unwrap_or(8000);
    module.then(|| super::httpd::Httpd::serving(directory, port))
}

#[derive(Clone)]
struct Asking {
    client: &'static Client,
    name: SmolStr,
    arguments: Vec<SmolStr>,
    asked: bool,
}

impl Asking {
    /// The argument of `-h` and the like, also when it is written together with it.
    fn value(&self, flags: [&str; 2]) -> Option<String> {
        self.arguments.iter().enumerate().find_map(|(index, argument)| {
            let flag = flags.iter().find(|flag| argument.starts_with(*flag))?;
            match argument.strip_prefix(flag)? {
                "" => self.arguments.get(index + 1).map(SmolStr::to_string),
                rest => Some(rest.trim_start_matches('=').to_owned()),
            }
        })
    }

    fn host(&self) -> String {
        self.value(["-h", "--host"]).unwrap_or_else(|| "127.0.0.1".into())
    }

    fn port(&self) -> u16 {
        self.value([if self.client.port == 3306 { "-P" } else { "-p" }, "--port"]).and_then(|port| port.parse().ok()).unwrap_or(self.client.port)
    }

    fn fill_in(&self, text: &str) -> String {
        let host = self.host();
        let socket = self.value(["-h", "--host"]).unwrap_or_else(|| "/var/run/postgresql".into());
        text.replace("{host}", &host).replace("{socket}", &socket).replace("{port}", &self.port().to_string())
    }
}

impl Program for Asking {
    fn step(&mut self, sys: &mut Sys<'_, '_>) -> Flow {
        if !self.asked {
            let words = self.arguments.join(" ").to_lowercase();
            if !words.contains(self.client.asks) {
                sys.err(&format!("{}: only `{}` is simulated\n", self.name, self.client.asks));
                return Flow::Exit(1);
            }
            self.asked = true;
            sys.ask(Ask::Connect(self.host().into(), self.port()), CONNECT_TIMEOUT_MS);
            return Flow::Wait(Wait::Network);
        }
        let there = matches!(sys.reply(), Some(Reply::Connected(connection)) if connection.error.is_none() && connection.delay_ms <= CONNECT_TIMEOUT_MS);
        let (text, status) = if there { (self.client.answer, 0) } else { self.client.failure };
        match text.strip_prefix('!') {
            Some(text) => sys.err(&format!("{}\n", self.fill_in(text))),
            None => sys.out(&format!("{}\n", self.fill_in(text))),
        }
        Flow::Exit(status)
    }
}
