use crate::api::resource::EVENTS;
use crate::server::Server;
use crate::server::client::Client;
use crate::server::request::User;
use crate::store::Cause;
use crate::value::{Value, json};

/// 2026-01-01T00:00:00Z.
const START_MS: u64 = 1_767_225_600_000;

fn server() -> Server {
    crate::server::tests::demo()
}

fn web() -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": "demo", "name": "web", "uid": "u", "resourceVersion": "7"}})
}

fn say(server: &mut Server, now_ms: u64, message: &str) {
    Client::new(server, START_MS + now_ms, User::system("test"), Cause::default()).event(&web(), "Warning", "BackOff", message, "kubelet", "worker-1");
}

/// `count message` of each Event, in the order of their making.
fn told(server: &Server) -> Vec<String> {
    let line = |event: &Value| format!("{} {}", event.get("count"), event.get("message").str());
    server.store().list(&EVENTS, Some("demo")).map(line).collect()
}

#[test]
fn equal_events_are_counted_in_one() {
    let mut server = server();
    for second in 0..3 {
        say(&mut server, second * 1000, "Back-off");
    }
    assert_eq!(told(&server), ["3 Back-off"]);
    let event = server.store().list(&EVENTS, None).next().cloned().unwrap_or_default();
    assert_eq!((event.get("firstTimestamp").str(), event.get("lastTimestamp").str()), ("2026-01-01T00:00:00Z", "2026-01-01T00:00:02Z"));
    assert_eq!(event.path("involvedObject.resourceVersion").str(), "7");
    assert!(event.path("metadata.name").str().starts_with("web."));
}

#[test]
fn the_tenth_similar_event_is_combined() {
    let mut server = server();
    for second in 0..12 {
        say(&mut server, second * 1000, &format!("try {second:02}"));
    }
    assert_eq!(told(&server).len(), 10);
    assert_eq!(told(&server).last().map(String::as_str), Some("3 (combined from similar events): try 11"));
}

#[test]
fn an_object_has_twenty_five_events_and_one_more_each_five_minutes() {
    let mut server = server();
    for _ in 0..40 {
        say(&mut server, 1000, "Back-off");
    }
    assert_eq!(told(&server), ["25 Back-off"]);
    say(&mut server, 302_000, "Back-off");
    // What was dropped is counted, as upstream's logger counts before the filter.
    assert_eq!(told(&server), ["41 Back-off"]);
}

#[test]
fn the_scheduler_makes_a_series_of_the_second() {
    let mut server = server();
    for second in 0..3 {
        Client::new(&mut server, START_MS + second * 1000, User::system("test"), Cause::default()).event_with_action(
            &web(),
            None,
            "Warning",
            "FailedScheduling",
            "Scheduling",
            "0/3 nodes are available",
            "default-scheduler",
            "default-scheduler-x",
        );
    }
    let events: Vec<_> = server.store().list(&EVENTS, None).collect();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].get("series").to_json(), r#"{"count":2,"lastObservedTime":"2026-01-01T00:00:01.000000Z"}"#);
}

#[test]
fn an_event_is_kept_for_an_hour_after_the_last_one() {
    let mut server = server();
    say(&mut server, 0, "once");
    say(&mut server, 0, "twice");
    say(&mut server, 1_800_000, "twice");
    server.expire_events(START_MS + 3_600_000);
    assert_eq!(told(&server), ["2 twice"]);
    server.expire_events(START_MS + 5_400_000);
    assert!(told(&server).is_empty());
}
