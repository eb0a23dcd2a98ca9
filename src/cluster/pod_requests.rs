//! Requests that end at a machine: `log` and `exec` of a pod, and what travels through the network.

use super::Cluster;
use crate::api::resource::PODS;
use crate::api::sha256::sha256_hex;
use crate::api::status::Status;
use crate::kubelet::runtime::{self, Answer, ExecError, HttpRequest};
use crate::kubelet::{ExecHandle, ExecRequest, Kubelets, LogOptions, Wires};
use crate::network::{Answer as Travelled, Containers, Network, Served, Source};
use crate::server::request::{Request, Response, Verb};
use crate::store::Store;
use crate::value::{Value, json};

/// `102 Processing`: a command in a container still runs; ask again with its number.
pub const STILL_RUNNING: u16 = 102;

/// A command in a container that somebody outside waits for.
#[derive(Clone)]
pub(super) struct RunningExec {
    handle: ExecHandle,
    /// How much of its standard output and its standard error they have.
    sent: (usize, usize),
}

impl Containers for Kubelets {
    fn is_node_up(&self, node: &str) -> bool {
        Kubelets::is_node_up(self, node)
    }

    fn listens(&self, pod_uid: &str, port: u16) -> bool {
        Kubelets::listens(self, pod_uid, port)
    }

    fn answer(&self, pod_uid: &str, request: &HttpRequest, client_ip: &str, now_ms: u64) -> Option<Answer> {
        Kubelets::answer(self, pod_uid, request, client_ip, now_ms)
    }
}

/// What a machine at work reaches: all containers as they were before.
pub(super) struct NodeWires<'c> {
    pub(super) network: &'c mut Network,
    pub(super) kubelets: &'c Kubelets,
    pub(super) served: Vec<Served>,
}

impl Wires for NodeWires<'_> {
    fn network<'a>(&'a mut self, store: &'a Store) -> Box<dyn runtime::Network + 'a> {
        Box::new(self.network.seen_by_containers(store, self.kubelets, &mut self.served))
    }
}

impl Cluster {
    /// Answers a request that a kubelet has to answer; `None` for all others.
    pub(super) fn pod_request(&mut self, request: &Request) -> Option<Response> {
        if request.resource != PODS {
            return None;
        }
        let answer = match (request.subresource.as_str(), request.verb) {
            ("log", Verb::Get) => self.logs(request),
            ("exec", Verb::Create) => self.exec(request),
            ("exec", Verb::Get) => self.exec_progress(request),
            ("attach", Verb::Create) => self.attach(request),
            _ => return None,
        };
        Some(answer.unwrap_or_else(|status| Response { code: status.code, body: status.body(), warnings: Vec::new() }))
    }

    /// The pod, if the user may see it so far.
    fn pod_of(&self, request: &Request) -> Result<Value, Status> {
        self.server.authorize(request)?;
        let pod = self.store().get(&PODS, &request.namespace, &request.name);
        pod.cloned().ok_or_else(|| Status::not_found(&PODS, &request.name))
    }

    fn logs(&self, request: &Request) -> Result<Response, Status> {
        let pod = self.pod_of(request)?;
        let text = self.kubelets.logs(&pod, &LogOptions::from_body(&request.body, self.now_ms))?;
        Ok(Response { code: 200, body: text.text.into(), warnings: Vec::new() })
    }

    fn exec(&mut self, request: &Request) -> Result<Response, Status> {
        let pod = self.pod_of(request)?;
        let command = ExecRequest::from_body(&request.body);
        let input = request.body.get("input").as_str().map(str::to_string);
        let now_ms = self.now_ms;
        let handle = self.with_network(|kubelets, network| {
            let handle = kubelets.exec(&pod, &command, network, now_ms)?;
            if input.is_some() {
                kubelets.exec_input(&handle, input.as_deref(), network, now_ms);
                kubelets.exec_input(&handle, None, network, now_ms);
            }
            Ok(handle)
        })?;
        let number = self.execs.get_max().map_or(1, |(last, _)| last + 1);
        self.execs.insert(number, RunningExec { handle, sent: (0, 0) });
        Ok(self.progress_of(number))
    }

    fn exec_progress(&mut self, request: &Request) -> Result<Response, Status> {
        self.pod_of(request)?;
        match request.body.get("exec").as_i64().and_then(|number| u64::try_from(number).ok()) {
            Some(number) if self.execs.contains_key(&number) => {
                self.type_into(number, &request.body);
                Ok(self.progress_of(number))
            }
            _ => Err(Status::bad_request("no such command runs in the container")),
        }
    }

    /// `input` is typed into a command, and `close` ends its input.
    fn type_into(&mut self, number: u64, body: &Value) {
        let Some(RunningExec { handle, .. }) = self.execs.get(&number).cloned() else { return };
        let now_ms = self.now_ms;
        if let Some(input) = body.get("input").as_str() {
            self.with_network(|kubelets, network| kubelets.exec_input(&handle, Some(input), network, now_ms));
        }
        if body.get("close").as_bool() == Some(true) {
            self.with_network(|kubelets, network| kubelets.exec_input(&handle, None, network, now_ms));
        }
    }

    /// `input` is typed into the first process of a container, and `close` ends its input.
    fn attach(&mut self, request: &Request) -> Result<Response, Status> {
        let pod = self.pod_of(request)?;
        let (container, now_ms) = (request.body.get("container").str(), self.now_ms);
        if let Some(input) = request.body.get("input").as_str() {
            self.with_network(|kubelets, network| kubelets.attach_input(&pod, container, Some(input), network, now_ms))?;
        }
        if request.body.get("close").as_bool() == Some(true) {
            self.with_network(|kubelets, network| kubelets.attach_input(&pod, container, None, network, now_ms))?;
        }
        Ok(Response { code: 200, body: Value::object(), warnings: Vec::new() })
    }

    fn progress_of(&mut self, number: u64) -> Response {
        let Some(RunningExec { handle, sent }) = self.execs.get(&number).cloned() else {
            return Response { code: 404, body: Status::no_such_path().body(), warnings: Vec::new() };
        };
        let Some(result) = self.kubelets.exec_result(&handle).cloned() else {
            let (stdout, stderr) = self.kubelets.exec_streams(&handle);
            let mut body = json!({"exec": number});
            let new = (stdout.get(sent.0..).unwrap_or(""), stderr.get(sent.1..).unwrap_or(""));
            for (name, text) in [("stdout", new.0), ("stderr", new.1)] {
                if !text.is_empty() {
                    body.set(name, text);
                }
            }
            let sent = (stdout.len(), stderr.len());
            self.execs.insert(number, RunningExec { handle, sent });
            return Response { code: STILL_RUNNING, body, warnings: Vec::new() };
        };
        self.execs.remove(&number);
        self.kubelets.exec_forget(&handle, self.now_ms);
        match result.outcome {
            Ok(exit_code) => {
                let rest = (result.stdout.get(sent.0..).unwrap_or(""), result.stderr.get(sent.1..).unwrap_or(""));
                let body = json!({"stdout": rest.0, "stderr": rest.1, "exitCode": exit_code});
                Response { code: 200, body, warnings: Vec::new() }
            }
            Err(ExecError::NotFound(why) | ExecError::TimedOut(why) | ExecError::NotRunning(why)) => {
                // The kubelet says so on the stream, and the API server, who translates the stream, wraps it once more.
                let id = sha256_hex(format!("exec {number}").as_bytes());
                let failure = format!(
                    "Internal error occurred: Internal error occurred: error executing command in container: failed to exec in container: failed to start exec \"{id}\": {why}"
                );
                Response { code: 200, body: json!({"failure": failure}), warnings: Vec::new() }
            }
        }
    }

    /// Lets the kubelets work with the network that their containers see, and tells the servers that were asked meanwhile.
    pub fn with_network<T>(&mut self, work: impl FnOnce(&mut Kubelets, &mut dyn runtime::Network) -> T) -> T {
        // Containers meet each other as they were before this step.
        let (containers, store) = (self.kubelets.clone(), self.server.store().clone());
        let mut served = Vec::new();
        let result = work(&mut self.kubelets, &mut self.network.seen_by_containers(&store, &containers, &mut served));
        self.tell_served(&served);
        result
    }

    pub(super) fn tell_served(&mut self, served: &[Served]) {
        for one in served {
            self.kubelets.served(&one.pod_uid, one.port, &one.answer, self.now_ms);
        }
    }

    /// Sends an HTTP request from outside or from a pod: what it met on its way, and what was answered.
    ///
    /// # Errors
    /// Says what is wrong with the URL.
    pub fn http_get(&self, from: &Source, url: &str) -> Result<Travelled, String> {
        self.network.get(self.store(), &self.kubelets, from, url, self.now_ms)
    }
}
