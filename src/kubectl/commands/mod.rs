//! The commands, one file each.

mod api_resources;
mod apply;
mod attach;
mod auth;
mod autoscale;
mod certificate;
mod config;
mod cordon;
mod cp;
mod create;
mod debug;
mod delete;
mod describe;
mod diff;
mod drain;
mod edit;
mod events;
mod exec;
mod explain;
mod expose;
mod get;
mod get_table;
mod get_watch;
mod label;
mod last_applied;
mod logs;
mod others;
mod patch;
mod port_forward;
mod prune;
mod replace;
mod rollout;
mod run;
mod run_attach;
mod scale;
mod set;
mod taint;
mod top;
mod version;
mod wait;

use super::entry::Entry;

/// All commands, a command before its subcommands.
pub fn all() -> impl Iterator<Item = &'static Entry> {
    ALL.iter().chain(config::ENTRIES)
}

static ALL: &[Entry] = &[
    apply::ENTRY,
    last_applied::EDIT,
    last_applied::SET,
    last_applied::VIEW,
    attach::ENTRY,
    port_forward::ENTRY,
    certificate::ENTRY,
    certificate::APPROVE,
    certificate::DENY,
    others::COMPLETION,
    others::ALPHA,
    others::PROXY,
    debug::ENTRY,
    top::ENTRY,
    top::NODE,
    top::POD,
    others::KUSTOMIZE,
    others::PLUGIN,
    others::PLUGIN_LIST,
    cp::ENTRY,
    exec::ENTRY,
    create::ENTRY,
    create::rbac::CLUSTER_ROLE,
    create::rbac::CLUSTER_ROLE_BINDING,
    create::configmap::ENTRY,
    create::job::CRON_JOB,
    create::deployment::ENTRY,
    create::ingress::ENTRY,
    create::job::JOB,
    create::namespace::NAMESPACE,
    create::policy::POD_DISRUPTION_BUDGET,
    create::policy::PRIORITY_CLASS,
    create::policy::QUOTA,
    create::rbac::ROLE,
    create::rbac::ROLE_BINDING,
    create::secret::ENTRY,
    create::secret::DOCKER_REGISTRY,
    create::secret::GENERIC,
    create::secret::TLS,
    create::service::ENTRY,
    create::service::CLUSTER_IP,
    create::service::EXTERNAL_NAME,
    create::service::LOAD_BALANCER,
    create::service::NODE_PORT,
    create::namespace::SERVICE_ACCOUNT,
    create::token::ENTRY,
    delete::ENTRY,
    describe::ENTRY,
    diff::ENTRY,
    edit::ENTRY,
    get::ENTRY,
    label::ANNOTATE,
    label::LABEL,
    logs::ENTRY,
    patch::ENTRY,
    rollout::ENTRY,
    rollout::HISTORY,
    rollout::PAUSE,
    rollout::RESTART,
    rollout::RESUME,
    rollout::STATUS,
    rollout::UNDO,
    run::ENTRY,
    set::ENTRY,
    set::env::ENTRY,
    set::image::ENTRY,
    set::resources::ENTRY,
    set::others::SELECTOR,
    set::others::SERVICE_ACCOUNT,
    set::others::SUBJECT,
    api_resources::RESOURCES,
    api_resources::VERSIONS,
    auth::ENTRY,
    auth::CAN_I,
    auth::WHO_AM_I,
    autoscale::ENTRY,
    cordon::CORDON,
    cordon::UNCORDON,
    drain::ENTRY,
    events::ENTRY,
    explain::ENTRY,
    expose::ENTRY,
    replace::ENTRY,
    taint::ENTRY,
    version::VERSION_ENTRY,
    version::CLUSTER_INFO,
    version::OPTIONS,
    wait::ENTRY,
    scale::ENTRY,
];
