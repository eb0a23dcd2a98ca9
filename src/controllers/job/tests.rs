use super::super::testing::{World, template};
use crate::api::meta;
use crate::api::resource::{JOBS, PODS};
use crate::value::{Value, json};

fn job(world: &mut World, more: Value) {
    let mut pod = template("work", "busybox");
    pod.set("metadata.labels.job", "work");
    pod.set("spec.restartPolicy", "Never");
    let mut spec = json!({
        "completions": 1, "parallelism": 1, "backoffLimit": 6, "completionMode": "NonIndexed", "selector": {"matchLabels": {"job": "work"}},
        "podReplacementPolicy": "TerminatingOrFailed", "manualSelector": true, "template": pod,
    });
    for (key, value) in more.fields().iter() {
        spec.set(key, value);
    }
    world.create(&JOBS, json!({"metadata": {"name": "work"}, "spec": spec}));
    world.run(200);
}

fn conditions(world: &World) -> Vec<String> {
    let job = world.get(&JOBS, "work");
    let conditions = job.path("status.conditions").items().iter();
    conditions.map(|condition| format!("{}={} {}", condition.get("type").str(), condition.get("status").str(), condition.get("reason").str())).collect()
}

fn running(world: &World) -> Vec<String> {
    let pods = world.list(&PODS);
    pods.iter().filter(|pod| super::pods::is_active(pod)).map(|pod| meta::name(pod).to_string()).collect()
}

/// Ends all running pods.
fn end(world: &mut World, phase: &str, exit_code: i64) {
    for name in running(world) {
        world.end_pod(&name, phase, exit_code);
    }
    world.run(2_000);
}

fn status(world: &World, field: &str) -> Value {
    world.get(&JOBS, "work").path("status").get(field).clone()
}

#[test]
fn a_job_completes_when_its_pods_have_succeeded() {
    let mut world = World::new();
    job(&mut world, json!({"completions": 3, "parallelism": 2}));
    assert_eq!(running(&world).len(), 2);
    end(&mut world, "Succeeded", 0);
    assert_eq!(running(&world).len(), 1);
    end(&mut world, "Succeeded", 0);
    assert_eq!(conditions(&world), ["SuccessCriteriaMet=True CompletionsReached", "Complete=True CompletionsReached"]);
    assert_eq!(status(&world, "succeeded").as_i64(), Some(3));
    assert!(world.list(&PODS).iter().all(|pod| pod.path("metadata.finalizers").is_empty()));
    assert!(world.events().contains(&"Completed Job completed".to_string()));
}

#[test]
fn failed_pods_are_replaced_ever_later_until_the_limit() {
    let mut world = World::new();
    job(&mut world, json!({"backoffLimit": 1}));
    end(&mut world, "Failed", 1);
    world.run(7_000);
    assert_eq!(running(&world).len(), 0);
    world.run(2_000);
    assert_eq!(running(&world).len(), 1);
    end(&mut world, "Failed", 1);
    assert_eq!(conditions(&world), ["FailureTarget=True BackoffLimitExceeded", "Failed=True BackoffLimitExceeded"]);
    assert_eq!((status(&world, "failed").as_i64(), world.list(&PODS).len()), (Some(2), 2));
}

#[test]
fn a_deadline_deletes_what_still_runs() {
    let mut world = World::new();
    job(&mut world, json!({"activeDeadlineSeconds": 5}));
    world.run(6_000);
    world.live(3);
    assert_eq!(conditions(&world), ["FailureTarget=True DeadlineExceeded", "Failed=True DeadlineExceeded"]);
    assert_eq!((world.list(&PODS).len(), status(&world, "failed").as_i64()), (0, Some(1)));
}

#[test]
fn every_index_is_run_once() {
    let mut world = World::new();
    job(&mut world, json!({"completions": 3, "parallelism": 3, "completionMode": "Indexed"}));
    let hosts: Vec<String> = world.list(&PODS).iter().map(|pod| pod.path("spec.hostname").str().to_string()).collect();
    assert_eq!(hosts, ["work-0", "work-1", "work-2"]);
    let first = running(&world)[0].clone();
    world.end_pod(&first, "Succeeded", 0);
    world.run(2_000);
    assert_eq!(status(&world, "completedIndexes").str(), "0");
    end(&mut world, "Succeeded", 0);
    assert_eq!(status(&world, "completedIndexes").str(), "0-2");
    assert_eq!(conditions(&world).last().map(String::as_str), Some("Complete=True CompletionsReached"));
}

#[test]
fn a_rule_can_fail_the_job_or_ignore_the_failure() {
    let rule = |action: &str| json!({"action": action, "onExitCodes": {"containerName": "main", "operator": "In", "values": [42]}});
    let mut world = World::new();
    job(&mut world, json!({"podFailurePolicy": {"rules": [rule("FailJob")]}, "podReplacementPolicy": "Failed"}));
    let pod = running(&world)[0].clone();
    end(&mut world, "Failed", 42);
    assert_eq!(conditions(&world), ["FailureTarget=True PodFailurePolicy", "Failed=True PodFailurePolicy"]);
    let message = format!("PodFailurePolicy Container main for pod demo/{pod} failed with exit code 42 matching FailJob rule at index 0");
    assert!(world.events().contains(&message));
    let mut world = World::new();
    job(&mut world, json!({"backoffLimit": 0, "podFailurePolicy": {"rules": [rule("Ignore")]}, "podReplacementPolicy": "Failed"}));
    end(&mut world, "Failed", 42);
    world.run(15_000);
    assert_eq!((running(&world).len(), conditions(&world).len()), (1, 0));
}

#[test]
fn a_suspended_job_waits() {
    let mut world = World::new();
    job(&mut world, json!({"suspend": true}));
    assert_eq!((running(&world).len(), conditions(&world)), (0, vec!["Suspended=True JobSuspended".to_string()]));
    world.edit(&JOBS, "work", |job| job.set("spec.suspend", false));
    world.run(1_500);
    assert_eq!((running(&world).len(), conditions(&world)), (1, vec!["Suspended=False JobResumed".to_string()]));
}

#[test]
fn a_success_policy_ends_the_job_early() {
    let mut world = World::new();
    let policy = json!({"rules": [{"succeededIndexes": "0"}]});
    job(&mut world, json!({"completions": 3, "parallelism": 3, "completionMode": "Indexed", "successPolicy": policy}));
    let first = running(&world)[0].clone();
    world.end_pod(&first, "Succeeded", 0);
    world.run(1_500);
    world.live(3);
    assert_eq!(conditions(&world), ["SuccessCriteriaMet=True SuccessPolicy", "Complete=True SuccessPolicy"]);
    assert_eq!(running(&world).len(), 0);
}

#[test]
fn an_index_has_its_own_limit() {
    let mut world = World::new();
    job(&mut world, json!({"completions": 2, "parallelism": 2, "completionMode": "Indexed", "backoffLimit": 100, "backoffLimitPerIndex": 0}));
    let both = running(&world);
    world.end_pod(&both[0], "Failed", 1);
    world.end_pod(&both[1], "Succeeded", 0);
    world.run(3_000);
    assert_eq!(status(&world, "failedIndexes").str(), "0");
    assert_eq!(conditions(&world).last().map(String::as_str), Some("Failed=True FailedIndexes"));
}

#[test]
fn pods_of_a_deleted_job_are_let_go() {
    let mut world = World::new();
    job(&mut world, json!({}));
    world.delete(&JOBS, "work", "Background");
    world.live(4);
    assert!(world.list(&PODS).is_empty());
}
