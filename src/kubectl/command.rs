//! A command line that is being carried out.

use super::session::{Environment, Output, Session, Step};
use crate::server::request::Response;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// A command line that is being carried out. Poll it, give it what it asks for, and poll it again until it is done.
pub struct Command {
    session: Session,
    future: Option<Pin<Box<dyn Future<Output = i32>>>>,
    exit_code: i32,
}

impl Command {
    /// Begins `kubectl` with these arguments (without the word `kubectl` itself).
    pub fn start(arguments: &[String], environment: Environment) -> Command {
        Command::of(environment, |session| Box::pin(super::dispatch::run(session, arguments.to_vec())))
    }

    /// Begins another program that works as kubectl's commands do; the future gives its exit code.
    pub fn of(environment: Environment, program: impl FnOnce(Session) -> Pin<Box<dyn Future<Output = i32>>>) -> Command {
        let session = Session::new(environment);
        Command { future: Some(program(session.clone())), session, exit_code: 0 }
    }

    /// Runs on until something is needed. `now_ms` is the time in milliseconds since the Unix epoch.
    pub fn poll(&mut self, now_ms: u64) -> Step {
        let Some(future) = &mut self.future else { return Step::Done(self.exit_code) };
        self.session.shared().borrow_mut().now_ms = now_ms;
        let mut context = Context::from_waker(Waker::noop());
        if let Poll::Ready(exit_code) = future.as_mut().poll(&mut context) {
            self.exit_code = exit_code;
            self.future = None;
            return Step::Done(exit_code);
        }
        // What it waits for stays wanted until it is given, so that polling too early asks again.
        self.session.shared().borrow().wanted.clone().unwrap_or(Step::SleepUntil(now_ms))
    }

    /// Answers [`Step::Request`].
    pub fn answer(&mut self, response: Response) {
        self.session.shared().borrow_mut().response = Some(response);
    }

    /// Answers [`Step::Edit`]: the text as it is now, or `None` where editing was given up.
    pub fn answer_edit(&mut self, text: Option<String>) {
        self.session.shared().borrow_mut().edited = Some(text);
    }

    /// Answers [`Step::Input`]: what came, or `None` at the end of the input.
    pub fn answer_input(&mut self, input: Option<String>) {
        self.session.shared().borrow_mut().input = Some(input);
    }

    /// Answers [`Step::Host`].
    pub fn answer_host(&mut self, answer: Result<String, String>) {
        self.session.shared().borrow_mut().host_answer = Some(answer);
    }

    /// What was written since the last call, in order.
    pub fn take_output(&mut self) -> Vec<Output> {
        std::mem::take(&mut self.session.shared().borrow_mut().output)
    }

    /// Ctrl+C: ends the command with exit code 130.
    pub fn cancel(&mut self) {
        if self.future.take().is_some() {
            self.exit_code = 130;
        }
    }

    /// Changes what the command finds, such as contexts that another command has changed meanwhile.
    pub fn set_environment(&mut self, environment: Environment) {
        self.session.shared().borrow_mut().environment = environment;
    }

    /// Files and contexts as the command has left them.
    pub fn environment(&self) -> Environment {
        self.session.shared().borrow().environment.clone()
    }
}
