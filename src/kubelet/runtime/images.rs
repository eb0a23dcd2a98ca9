//! The catalogue: what images do when they run.
//!
//! One table for both profiles. What the conformance set says about an image ("What its containers
//! do") is its behaviour on the reference machines; the playground's machines add what the real
//! image says in its log, the files that it serves and its own programs.

use super::base::Family;
use super::kernel::{Program, Service, Sys};
use super::net::{HttpRequest, HttpResponse};
use super::server::{Answers, Server, ServerSpec, text_response};
use super::{ContainerConfig, Profile};
use smol_str::SmolStr;

/// MiB
const MI: u64 = 1 << 20;

/// One image, by the last part of its name.
pub(crate) struct Entry {
    pub names: &'static [&'static str],
    pub family: Family,
    /// What it runs without a `command`; empty: the server below.
    pub entry_point: &'static [&'static str],
    /// The program that `args` are for, where they are no command of their own.
    pub args_to: &'static str,
    /// The program that its server is, so that `nginx -g 'daemon off;'` in a shell works too.
    pub program: &'static str,
    /// Programs that answer at once, such as clients (`redis-cli`).
    pub tools: &'static [&'static str],
    pub ports: &'static [u16],
    pub start_ms: u64,
    pub log: &'static [&'static str],
    pub http: Http,
    /// The compressed download in bytes.
    pub size_bytes: u64,
    pub memory_bytes: u64,
}

/// What an image's server answers over HTTP.
pub(crate) enum Http {
    None,
    Ok(&'static str),
    Files { root: &'static str, server: &'static str, page: &'static str },
    Made(fn(&HttpRequest, &Service<'_>) -> HttpResponse),
}

const PLAIN: Entry = Entry {
    names: &[],
    family: Family::Debian,
    entry_point: &[],
    args_to: "",
    program: "",
    tools: &[],
    ports: &[],
    start_ms: 0,
    log: &[],
    http: Http::Ok(""),
    size_bytes: 60 * MI,
    memory_bytes: 16 * MI,
};
const SHELL: Entry = Entry { family: Family::Busybox, entry_point: &["sh"], http: Http::None, size_bytes: 3 * MI, memory_bytes: MI, ..PLAIN };

const NGINX_PAGE: &str = "<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>\n<style>\nhtml { color-scheme: light dark; }\nbody { width: 35em; margin: 0 auto;\nfont-family: Tahoma, Verdana, Arial, sans-serif; }\n</style>\n</head>\n<body>\n<h1>Welcome to nginx!</h1>\n<p>If you see this page, the nginx web server is successfully installed and\nworking. Further configuration is required.</p>\n\n<p>For online documentation and support please refer to\n<a href=\"http://nginx.org/\">nginx.org</a>.<br/>\nCommercial support is available at\n<a href=\"http://nginx.com/\">nginx.com</a>.</p>\n\n<p><em>Thank you for using nginx.</em></p>\n</body>\n</html>\n";

/// The images that are known. Others listen on the ports that the container declares.
static CATALOGUE: &[Entry] = &[
    Entry { names: &["busybox"], size_bytes: 2 * MI, ..SHELL },
    Entry { names: &["alpine", "docker", "netshoot", "dnsutils", "jessie-dnsutils"], size_bytes: 4 * MI, ..SHELL },
    Entry { names: &["curl"], args_to: "curl", size_bytes: 9 * MI, ..SHELL },
    Entry {
        names: &["ubuntu", "debian", "centos", "fedora"],
        family: Family::Debian,
        entry_point: &["sh"],
        http: Http::None,
        size_bytes: 30 * MI,
        memory_bytes: MI,
        ..PLAIN
    },
    Entry { names: &["bash"], family: Family::Debian, entry_point: &["bash"], http: Http::None, size_bytes: 8 * MI, memory_bytes: MI, ..PLAIN },
    Entry {
        names: &["nginx", "nginx-slim", "nginx-unprivileged"],
        program: "nginx",
        ports: &[80],
        log: &[
            "/docker-entrypoint.sh: Configuration complete; ready for start up",
            "{date} {time} [notice] 1#1: using the \"epoll\" event method",
            "{date} {time} [notice] 1#1: nginx/1.29.3",
            "{date} {time} [notice] 1#1: start worker processes",
        ],
        http: Http::Files { root: "/usr/share/nginx/html", server: "nginx/1.29.3", page: NGINX_PAGE },
        size_bytes: 60 * MI,
        memory_bytes: 8 * MI,
        ..PLAIN
    },
    Entry {
        names: &["httpd"],
        program: "httpd",
        ports: &[80],
        log: &[
            "[mpm_event:notice] [pid 1:tid 1] AH00489: Apache/2.4.65 (Unix) configured -- resuming normal operations",
            "[core:notice] [pid 1:tid 1] AH00094: Command line: 'httpd -D FOREGROUND'",
        ],
        http: Http::Files { root: "/usr/local/apache2/htdocs", server: "Apache/2.4.65 (Unix)", page: "<html><body><h1>It works!</h1></body></html>\n" },
        memory_bytes: 12 * MI,
        ..PLAIN
    },
    Entry {
        names: &["redis", "valkey"],
        program: "redis-server",
        tools: &["redis-cli"],
        ports: &[6379],
        log: &[
            "1:C {daymonth} {time}.000 * oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo",
            "1:M {daymonth} {time}.000 * Running mode=standalone, port=6379.",
            "1:M {daymonth} {time}.000 * Server initialized",
            "1:M {daymonth} {time}.000 * Ready to accept connections tcp",
        ],
        http: Http::None,
        size_bytes: 50 * MI,
        memory_bytes: 4 * MI,
        ..PLAIN
    },
    Entry {
        names: &["mongo"],
        program: "mongod",
        tools: &["mongosh", "mongo"],
        ports: &[27017],
        start_ms: 300,
        log: &[
            "{\"t\":{\"$date\":\"{iso}\"},\"s\":\"I\",  \"c\":\"CONTROL\",  \"id\":4615611, \"ctx\":\"initandlisten\",\"msg\":\"MongoDB starting\",\"attr\":{\"pid\":1,\"port\":27017,\"dbPath\":\"/data/db\",\"architecture\":\"64-bit\",\"host\":\"{host}\"}}",
            "{\"t\":{\"$date\":\"{iso}\"},\"s\":\"I\",  \"c\":\"NETWORK\",  \"id\":23016,   \"ctx\":\"listener\",\"msg\":\"Waiting for connections\",\"attr\":{\"port\":27017,\"ssl\":\"off\"}}",
        ],
        http: Http::Ok("It looks like you are trying to access MongoDB over HTTP on the native driver port.\r\n"),
        size_bytes: 290 * MI,
        memory_bytes: 180 * MI,
        ..PLAIN
    },
    Entry {
        names: &["mongo-express"],
        ports: &[8081],
        start_ms: 400,
        log: &["Welcome to mongo-express 1.0.2", "------------------------", "", "Mongo Express server listening at http://0.0.0.0:8081"],
        http: Http::Ok("<!DOCTYPE html>\n<html>\n<head><title>Home - Mongo Express</title></head>\n<body><h1>Mongo Express</h1></body>\n</html>\n"),
        size_bytes: 55 * MI,
        memory_bytes: 70 * MI,
        ..PLAIN
    },
    Entry {
        names: &["mysql"],
        program: "mysqld",
        tools: &["mysqladmin", "mysql"],
        ports: &[3306],
        start_ms: 0,
        log: &[
            "{iso} 0 [System] [MY-010116] [Server] /usr/sbin/mysqld starting as process 1",
            "{iso} 0 [System] [MY-010931] [Server] /usr/sbin/mysqld: ready for connections. Socket: '/var/run/mysqld/mysqld.sock'  port: 3306  MySQL Community Server - GPL.",
        ],
        http: Http::None,
        size_bytes: 230 * MI,
        memory_bytes: 400 * MI,
        ..PLAIN
    },
    Entry {
        names: &["mariadb"],
        program: "mariadbd",
        tools: &["mariadb-admin", "mariadb"],
        ports: &[3306],
        log: &["{date} {time} 0 [Note] mariadbd: ready for connections."],
        http: Http::None,
        size_bytes: 120 * MI,
        memory_bytes: 90 * MI,
        ..PLAIN
    },
    Entry {
        names: &["postgres"],
        program: "postgres",
        tools: &["pg_isready", "psql"],
        ports: &[5432],
        log: &[
            "{date} {time} UTC [1] LOG:  listening on IPv4 address \"0.0.0.0\", port 5432",
            "{date} {time} UTC [1] LOG:  database system is ready to accept connections",
        ],
        http: Http::None,
        size_bytes: 160 * MI,
        memory_bytes: 40 * MI,
        ..PLAIN
    },
    Entry { names: &["memcached"], program: "memcached", ports: &[11211], http: Http::None, size_bytes: 35 * MI, memory_bytes: 2 * MI, ..PLAIN },
    Entry {
        names: &["rabbitmq"],
        program: "rabbitmq-server",
        tools: &["rabbitmq-diagnostics", "rabbitmqctl"],
        ports: &[5672],
        log: &["  Starting broker... completed with 0 plugins."],
        http: Http::None,
        size_bytes: 100 * MI,
        memory_bytes: 120 * MI,
        ..PLAIN
    },
    Entry {
        names: &["wordpress"],
        ports: &[80],
        log: &["WordPress not found in /var/www/html - copying now...", "Complete! WordPress has been successfully copied to /var/www/html"],
        size_bytes: 240 * MI,
        memory_bytes: 60 * MI,
        ..PLAIN
    },
    Entry {
        names: &["hello-app"],
        ports: &[8080],
        log: &["{date} {time} Server listening on port 8080"],
        http: Http::Made(hello_app),
        family: Family::Busybox,
        size_bytes: 12 * MI,
        memory_bytes: 4 * MI,
        ..PLAIN
    },
    Entry { names: &["node-hello"], ports: &[8080], http: Http::Ok("Hello Kubernetes!"), size_bytes: 250 * MI, memory_bytes: 30 * MI, ..PLAIN },
    Entry {
        names: &["whoami"],
        ports: &[80],
        log: &["{date} {time} Starting up on port 80"],
        http: Http::Made(whoami),
        family: Family::Scratch,
        size_bytes: 3 * MI,
        memory_bytes: 3 * MI,
        ..PLAIN
    },
    Entry {
        names: &["echoserver", "echo-server", "http-echo-server"],
        ports: &[8080],
        http: Http::Made(whoami),
        family: Family::Busybox,
        size_bytes: 10 * MI,
        memory_bytes: 6 * MI,
        ..PLAIN
    },
    Entry {
        names: &["http-echo"],
        program: "http-echo",
        ports: &[5678],
        http: Http::Made(http_echo),
        family: Family::Scratch,
        log: &["{date} {time} [INFO] server is listening on :5678"],
        size_bytes: 4 * MI,
        memory_bytes: 4 * MI,
        ..PLAIN
    },
    Entry {
        names: &["traefik"],
        program: "traefik",
        ports: &[80],
        http: Http::Made(not_found),
        family: Family::Busybox,
        size_bytes: 45 * MI,
        memory_bytes: 40 * MI,
        ..PLAIN
    },
    Entry {
        names: &["caddy"],
        program: "caddy",
        ports: &[80],
        http: Http::Files {
            root: "/usr/share/caddy",
            server: "Caddy",
            page: "<!DOCTYPE html>\n<html>\n<head><title>Caddy works!</title></head>\n<body><h1>Congratulations!</h1></body>\n</html>\n",
        },
        family: Family::Busybox,
        size_bytes: 20 * MI,
        memory_bytes: 12 * MI,
        ..PLAIN
    },
    Entry { names: &["hpa-example", "php-apache"], ports: &[80], http: Http::Ok("OK!"), size_bytes: 180 * MI, memory_bytes: 12 * MI, ..PLAIN },
    Entry { names: &["pause"], family: Family::Scratch, http: Http::None, size_bytes: MI / 3, memory_bytes: MI / 4, ..PLAIN },
    Entry {
        names: &["agnhost"],
        program: "agnhost",
        ports: &[8080],
        http: Http::Made(agnhost),
        family: Family::Busybox,
        size_bytes: 55 * MI,
        memory_bytes: 8 * MI,
        ..PLAIN
    },
    Entry {
        names: &["stress", "stress-ng"],
        args_to: "stress",
        program: "stress",
        family: Family::Busybox,
        http: Http::None,
        size_bytes: 4 * MI,
        memory_bytes: MI,
        ..PLAIN
    },
    Entry { names: &["hello-world"], family: Family::Scratch, http: Http::None, size_bytes: MI / 50, memory_bytes: MI, ..PLAIN },
    Entry { names: &["perl"], http: Http::None, size_bytes: 340 * MI, memory_bytes: 10 * MI, ..PLAIN },
    Entry {
        names: &["node", "python", "golang", "ruby", "openjdk", "eclipse-temurin"],
        entry_point: &[],
        size_bytes: 350 * MI,
        memory_bytes: 10 * MI,
        ..PLAIN
    },
];

/// What hello-world prints.
const HELLO_WORLD: &str = "\nHello from Docker!\nThis message shows that your installation appears to be working correctly.\n";

/// What mysql says without a password, and how it goes on to the next line.
const MYSQL_NO_PASSWORD: [&str; 2] = [
    "{date} {time}+00:00 [ERROR] [Entrypoint]: Database is uninitialized and password option is not specified",
    "    You need to specify one of the following as an environment variable:\n    - MYSQL_ROOT_PASSWORD\n    - MYSQL_ALLOW_EMPTY_PASSWORD\n    - MYSQL_RANDOM_ROOT_PASSWORD",
];

/// What postgres says without a password.
const POSTGRES_NO_PASSWORD: &str = "Error: Database is uninitialized and superuser password is not specified.\n       You must specify POSTGRES_PASSWORD to a non-empty value for the\n       superuser. For example, \"-e POSTGRES_PASSWORD=password\" on \"docker run\".\n\n       You may also use \"POSTGRES_HOST_AUTH_METHOD=trust\" to allow all\n       connections without a password. This is *not* recommended.\n\n       See PostgreSQL documentation about \"trust\":\n       https://www.postgresql.org/docs/current/auth-trust.html";

/// The entry of an image, by the last part of its name.
pub(crate) fn entry(base: &str) -> Option<&'static Entry> {
    CATALOGUE.iter().find(|entry| entry.names.contains(&base))
}

/// Images whose containers run a shell on the reference machines.
const REFERENCE_SHELLS: [&str; 9] = ["busybox", "alpine", "ubuntu", "debian", "centos", "fedora", "bash", "curl", "docker"];

/// The program that the container's `args` are for, where it has no `command`.
pub(crate) fn args_to(base: &str, profile: Profile) -> Option<&'static str> {
    entry(base).map(|entry| entry.args_to).filter(|program| profile == Profile::Playground && !program.is_empty())
}

/// Whether an image has programs to run, so that one that is missing is a `StartError`.
pub(crate) fn runs_programs(base: &str, profile: Profile) -> bool {
    match profile {
        Profile::Reference => REFERENCE_SHELLS.contains(&base),
        Profile::Playground => entry(base).is_some_and(|entry| !entry.entry_point.is_empty()),
    }
}

/// What an image runs when the container has neither `command` nor `args`.
pub(crate) fn entry_point(base: &str, profile: Profile) -> &'static [&'static str] {
    match (profile, entry(base)) {
        (Profile::Reference, _) => &["sh"],
        (Profile::Playground, Some(entry)) if !entry.entry_point.is_empty() => entry.entry_point,
        (Profile::Playground, _) => &["sh"],
    }
}

/// The root that a container of an image begins with.
pub(crate) fn family(base: &str, profile: Profile) -> Family {
    match profile {
        Profile::Reference => Family::Reference,
        Profile::Playground => entry(base).map_or(Family::Debian, |entry| entry.family),
    }
}

/// The programs of an image that only it has.
pub(crate) fn own_programs(base: &str, profile: Profile) -> Vec<&'static str> {
    let Some(entry) = entry(base).filter(|_| profile == Profile::Playground) else { return Vec::new() };
    let mut programs = entry.tools.to_vec();
    if !entry.program.is_empty() {
        programs.push(entry.program);
    }
    if matches!(base, "curl" | "netshoot") {
        programs.push("curl");
    }
    programs.extend(match (base, entry.family) {
        ("alpine", _) => ["apk"].as_slice(),
        ("python", _) => &["apt-get", "apt", "pip", "python", "python3"],
        ("node", _) => &["apt-get", "apt", "npm"],
        (_, Family::Debian) => &["apt-get", "apt"],
        _ => &[],
    });
    programs
}

/// Compressed size, for the time that a pull takes and for the node's list of images.
pub(crate) fn size_bytes(base: &str, profile: Profile) -> u64 {
    match profile {
        Profile::Reference => 50 * MI,
        Profile::Playground => entry(base).map_or(80 * MI, |entry| entry.size_bytes),
    }
}

/// The server that an image is, with the container's environment, arguments and ports.
pub(crate) fn server(base: &str, config: &ContainerConfig, profile: Profile, note: Option<String>) -> Box<dyn Program> {
    let set = |name: &str| config.env.iter().any(|(key, _)| key == name);
    let missing_password = match base {
        "mysql" if !set("MYSQL_ROOT_PASSWORD") && !set("MYSQL_ALLOW_EMPTY_PASSWORD") && !set("MYSQL_RANDOM_ROOT_PASSWORD") => Some(MYSQL_NO_PASSWORD.to_vec()),
        "postgres" if !set("POSTGRES_PASSWORD") && !set("POSTGRES_HOST_AUTH_METHOD") => Some(vec![POSTGRES_NO_PASSWORD]),
        _ => None,
    };
    if let Some(lines) = missing_password {
        return ending(700, 1, &[], &lines);
    }
    match base {
        "hello-world" => return ending(700, 0, &[HELLO_WORLD], &[]),
        "perl" => return ending(4000, 0, &["3.14159"], &[]),
        _ => {}
    }
    let entry = entry(base).unwrap_or(&PLAIN);
    let argument = config.args.last().or(config.command.last()).map_or("", SmolStr::as_str);
    let mut ports = entry.ports.to_vec();
    if base == "rabbitmq" && profile == Profile::Reference {
        ports.clear();
    }
    if base == "agnhost" && !config.ports.is_empty() || ports.is_empty() {
        ports = config.ports.clone();
    }
    if base == "http-echo" && profile == Profile::Reference {
        ports = config.ports.clone();
    }
    if let Some(port) = argument_port(base, config) {
        ports = vec![port];
    }
    let answers = match (&entry.http, profile) {
        _ if base == "agnhost" && argument == "liveness" => Answers::Liveness,
        _ if matches!(base, "nginx" | "httpd") && profile == Profile::Reference => Answers::RootOnly,
        (_, Profile::Reference) => Answers::Ok(String::new()),
        (Http::None, _) => Answers::NotHttp,
        (Http::Ok(text), _) => Answers::Ok((*text).to_owned()),
        (Http::Files { root, server, page }, _) => Answers::Files { root: (*root).into(), server: (*server).into(), default_page: (*page).to_owned() },
        (Http::Made(make), _) => Answers::Made(*make),
    };
    let quiet = profile == Profile::Reference;
    Server::program(ServerSpec {
        ports,
        log: if quiet { Vec::new() } else { entry.log.iter().map(|line| (*line).to_owned()).collect() },
        error_log: note.into_iter().collect(),
        start_ms: if quiet { 0 } else { entry.start_ms },
        answers,
        stop_ms: 50,
        address_in_use: Some(match base {
            "nginx" => "nginx: [emerg] bind() to 0.0.0.0:{port} failed (98: Address already in use)".into(),
            "httpd" => "(98)Address already in use: AH00072: make_sock: could not bind to address 0.0.0.0:{port}".into(),
            _ => "listen tcp :{port}: bind: address already in use".into(),
        }),
        load: (1, entry.memory_bytes),
        ..ServerSpec::default()
    })
}

/// Files of an image beside its programs: the pages of web servers.
pub(crate) fn add_files(tree: &mut super::fs::Tree, base: &str, profile: Profile, now_ms: u64) {
    let Some(entry) = entry(base).filter(|_| profile == Profile::Playground) else { return };
    if let Http::Files { root, page, .. } = &entry.http {
        // A root that was just made has room for it.
        let _ = tree.write(&format!("{root}/index.html"), page.as_bytes(), 0o644, now_ms);
    }
}

/// A program that ends by itself.
fn ending(after_ms: u64, code: i32, out: &[&str], err: &[&str]) -> Box<dyn Program> {
    let lines = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
    Server::program(ServerSpec { exit: Some((after_ms, code)), log: lines(out), error_log: lines(err), ..ServerSpec::default() })
}

/// What is said where a container's program isn't simulated: in its log, where people look for it.
pub(crate) fn note(base: &str, config: &ContainerConfig, argv: &[SmolStr], profile: Profile) -> Option<String> {
    let subject = match (argv.first(), entry(base)) {
        _ if profile == Profile::Reference => return None,
        (Some(program), _) if !config.command.is_empty() => program.to_string(),
        (_, None) => format!("the image {}", config.image),
        (_, Some(_)) => return None,
    };
    Some(format!("kubarium: what {subject} does is not simulated; the container runs until it is stopped and answers on the ports that it declares"))
}

/// The port that an argument asks for, of programs whose own it isn't.
fn argument_port(base: &str, config: &ContainerConfig) -> Option<u16> {
    let words: Vec<&SmolStr> = config.command.iter().chain(&config.args).collect();
    let value = |name: &str| {
        words.iter().enumerate().find_map(|(index, word)| match word.strip_prefix(name) {
            Some("") => words.get(index + 1).map(|next| next.to_string()),
            Some(rest) => rest.strip_prefix('=').map(str::to_owned),
            None => None,
        })
    };
    match base {
        "http-echo" => value("-listen").and_then(|text| text.rsplit(':').next()?.parse().ok()),
        "agnhost" => value("--http-port")
            .or_else(|| value("--port"))
            .and_then(|text| text.parse().ok())
            .or_else(|| words.iter().any(|word| *word == "serve-hostname").then_some(9376)),
        "redis" | "postgres" | "mysql" | "mongo" => value("--port").and_then(|text| text.parse().ok()),
        "whoami" => value("--port").and_then(|text| text.parse().ok()),
        _ => None,
    }
}

/// The program of that name that an image brings along.
pub(crate) fn program(name: &str, argv: &[SmolStr]) -> Option<Box<dyn Program>> {
    if let Some(tool) = super::programs::tools::tool(name, argv) {
        return Some(tool);
    }
    let entry = CATALOGUE.iter().find(|entry| !entry.program.is_empty() && entry.program == name && name != "stress")?;
    let base = entry.names.first()?;
    // Started by hand it isn't the image's entry point: what that checks (a password) isn't checked.
    let passwords = ["MYSQL_ALLOW_EMPTY_PASSWORD", "POSTGRES_HOST_AUTH_METHOD"].map(|name| (SmolStr::new_static(name), SmolStr::new_static("1")));
    let config = ContainerConfig { args: argv.iter().skip(1).cloned().collect(), env: passwords.to_vec(), ..ContainerConfig::default() };
    Some(server(base, &config, Profile::Playground, None))
}

/// Puts date, time and host name into a line of a log.
pub(crate) fn fill_in(line: &str, sys: &Sys<'_, '_>) -> String {
    let now_ms = sys.now_ms();
    let time = |format: &str| super::programs::date::strftime(format, now_ms);
    line.replace("{date}", &time("%Y/%m/%d"))
        .replace("{time}", &time("%H:%M:%S"))
        .replace("{daymonth}", &time("%d %b %Y"))
        .replace("{iso}", &time("%Y-%m-%dT%H:%M:%S.%3NZ"))
        .replace("{host}", &sys.world.machine.sandbox.hostname)
}

fn hello_app(_request: &HttpRequest, service: &Service<'_>) -> HttpResponse {
    let version = if service.machine.config.image.contains(":2") { "2.0.0" } else { "1.0.0" };
    text_response(200, format!("Hello, world!\nVersion: {version}\nHostname: {}\n", service.machine.sandbox.hostname))
}

fn whoami(request: &HttpRequest, service: &Service<'_>) -> HttpResponse {
    let headers: String = request.headers.iter().filter(|(key, _)| !key.eq_ignore_ascii_case("host")).map(|(key, value)| format!("{key}: {value}\n")).collect();
    let host = request.header("Host").unwrap_or(&request.host);
    let text = format!(
        "Hostname: {}\nIP: 127.0.0.1\nIP: {}\nRemoteAddr: {}:40000\n{} {} HTTP/1.1\nHost: {host}\n{headers}\n",
        service.machine.sandbox.hostname, service.machine.sandbox.ip, service.client_ip, request.method, request.path
    );
    text_response(200, text)
}

fn http_echo(_request: &HttpRequest, service: &Service<'_>) -> HttpResponse {
    let words: Vec<&SmolStr> = service.machine.config.args.iter().chain(&service.machine.config.command).collect();
    let text = words.iter().enumerate().find_map(|(index, word)| match word.trim_start_matches('-').strip_prefix("text") {
        Some("") => words.get(index + 1).map(|next| next.to_string()),
        Some(rest) => rest.strip_prefix('=').map(str::to_owned),
        None => None,
    });
    let text = text.or_else(|| service.env.iter().find(|(key, _)| key == "ECHO_TEXT").map(|(_, value)| value.to_string()));
    text_response(200, format!("{}\n", text.unwrap_or_else(|| "hello-world".into())))
}

/// agnhost's `netexec` and `serve-hostname`.
fn agnhost(request: &HttpRequest, service: &Service<'_>) -> HttpResponse {
    let hostname = service.machine.sandbox.hostname.to_string();
    let serves_hostname = service.machine.config.args.iter().any(|argument| argument == "serve-hostname");
    match request.path.split('?').next().unwrap_or("/") {
        _ if serves_hostname => text_response(200, hostname),
        "/hostname" | "/hostName" => text_response(200, hostname),
        "/clientip" => text_response(200, format!("{}:40000", service.client_ip)),
        "/healthz" => text_response(200, "ok".into()),
        "/" => text_response(200, format!("NOW: {}", super::programs::date::strftime("%Y-%m-%d %H:%M:%S.%N +0000 UTC", service.now_ms))),
        _ => text_response(404, "404 page not found\n".into()),
    }
}

fn not_found(_request: &HttpRequest, _service: &Service<'_>) -> HttpResponse {
    text_response(404, "404 page not found\n".into())
}
