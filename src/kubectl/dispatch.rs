//! From the first words of a command line to the command.

use super::commands;
use super::entry::{Entry, Invocation, global_flags};
use super::failure::Failure;
use super::flags::Flags;
use super::help;
use super::record;
use super::session::{STDIN_FILE, Session};
use crate::server::request::User;

/// Carries out a command line; the exit code comes back.
pub async fn run(session: Session, arguments: Vec<String>) -> i32 {
    match invoke(&session, &arguments).await {
        Ok(()) => 0,
        Err(failure) => {
            let (text, exit_code) = failure.render();
            session.write(super::session::Stream::Err, &text);
            exit_code
        }
    }
}

/// The commands right below `path`.
pub fn children(path: &str) -> Vec<&'static Entry> {
    let depth = path.split_whitespace().count();
    let below = |entry: &&Entry| {
        entry.path.split(' ').count() == depth + 1 && (path.is_empty() || entry.path.strip_prefix(path).is_some_and(|rest| rest.starts_with(' ')))
    };
    commands::all().filter(below).collect()
}

fn find_child(path: &str, word: &str) -> Option<&'static Entry> {
    children(path).into_iter().find(|entry| entry.path.rsplit(' ').next() == Some(word) || entry.aliases.contains(&word))
}

/// Finds the command that the words begin with; flags may stand between them. What is left are its flags and arguments.
pub(super) fn find(arguments: &[String]) -> (Option<&'static Entry>, Vec<String>) {
    let (mut entry, mut path, mut rest) = (None, "", Vec::new());
    let mut words = arguments.iter().peekable();
    while let Some(word) = words.next() {
        if word == "--" {
            rest.push(word.clone());
            break;
        }
        if word.starts_with('-') {
            rest.push(word.clone());
            // A flag before the command takes its value along.
            let name = word.trim_start_matches('-');
            let takes_value = !word.contains('=')
                && global_flags().iter().any(|flag| {
                    (flag.name == name || (word.len() == 2 && flag.short.is_some_and(|letter| name.starts_with(letter))))
                        && flag.type_ != super::flags::FlagType::Bool
                });
            if takes_value && let Some(value) = words.next() {
                rest.push(value.clone());
            }
            continue;
        }
        match find_child(path, word) {
            Some(found) => (entry, path) = (Some(found), found.path),
            None => {
                rest.push(word.clone());
                break;
            }
        }
        if children(path).is_empty() {
            break;
        }
    }
    rest.extend(words.cloned());
    (entry, rest)
}

async fn invoke(session: &Session, arguments: &[String]) -> Result<(), Failure> {
    let (found, rest) = find(arguments);
    let Some(entry) = found else { return without_command(session, &rest) };
    let mut known = (entry.flags)();
    known.extend(record::flag_of(entry.path));
    for flag in global_flags() {
        if !known.iter().any(|own| own.name == flag.name) {
            let taken = flag.short.is_some_and(|letter| known.iter().any(|own| own.short == Some(letter)));
            known.push(if taken { super::flags::Flag { short: None, ..flag } } else { flag });
        }
    }
    let flags = Flags::parse(known, &rest).map_err(|failure| match failure {
        Failure::Text(text) => Failure::Text(format!("{text}\nSee 'kubectl {} --help' for usage.", entry.path)),
        other => other,
    })?;
    if flags.has("record") {
        session.err_line("Flag --record has been deprecated, --record will be removed in the future");
    }
    if flags.is("help") {
        session.out(help::of(entry.path)?);
        return Ok(());
    }
    let Some(run) = entry.run else {
        if !flags.arguments.is_empty() {
            let words = flags.arguments.join(" ");
            return Err(Failure::text(format!("unknown command {words:?}\nSee 'kubectl {} -h' for help and examples", entry.path)));
        }
        // Which of them prints where, and whether that is a failure, differs from command to command.
        let stream = if matches!(entry.path, "rollout" | "certificate") { super::session::Stream::Out } else { super::session::Stream::Err };
        session.write(stream, help::of(entry.path)?);
        return if entry.path == "certificate" { Ok(()) } else { Err(Failure::Exit(1)) };
    };
    if reads_whole_input(&flags) {
        session.read_whole_input().await;
    }
    let invocation = prepare(session, entry, flags)?;
    run(invocation).await
}

/// Whether a file that the command line names is the standard input.
fn reads_whole_input(flags: &Flags) -> bool {
    let files = ["filename", "patch-file", "from-file", "from-env-file", "cert", "key"].iter().flat_map(|flag| flags.list(flag));
    files.into_iter().any(|file| file == "-" || file.ends_with(STDIN_FILE))
}

/// Reads the global flags: context, namespace, impersonation.
fn prepare(session: &Session, entry: &'static Entry, flags: Flags) -> Result<Invocation, Failure> {
    let mut kubeconfig = session.kubeconfig();
    if flags.has("context") {
        let name = flags.text("context");
        if kubeconfig.context(name).is_none() {
            return Err(Failure::text(format!("context {name:?} does not exist")));
        }
        kubeconfig.current_context = name.into();
    }
    if flags.has("cluster") && !kubeconfig.clusters.iter().any(|cluster| cluster.name == flags.text("cluster")) {
        return Err(Failure::text(format!("no server found for cluster {:?}", flags.text("cluster"))));
    }
    let as_user = flags.text("as");
    if !as_user.is_empty() {
        session.set_user(impersonated(as_user, flags.list("as-group")));
    } else if flags.has("as-group") {
        let user = kubeconfig.context(&kubeconfig.current_context).map_or("", |context| context.user.as_str());
        return Err(Failure::text(format!("requesting uid, groups or user-extra for {user} without impersonating a user")));
    }
    let namespace_given = !flags.text("namespace").is_empty();
    let namespace = if namespace_given { flags.text("namespace").to_string() } else { kubeconfig.namespace().to_string() };
    let arguments = flags.arguments.clone();
    Ok(Invocation { session: session.clone(), path: entry.path, flags, arguments, namespace, namespace_given })
}

/// A user and the groups that the server adds by itself (`k8s.io/apiserver/pkg/endpoints/filters/impersonation.go`).
fn impersonated(name: &str, groups: &[String]) -> User {
    let mut all: Vec<_> = groups.iter().map(|group| group.as_str().into()).collect();
    if let Some((namespace, _)) = name.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split_once(':')) {
        all.extend(["system:serviceaccounts".into(), format!("system:serviceaccounts:{namespace}").into()]);
    }
    all.push(if name == "system:anonymous" { "system:unauthenticated".into() } else { "system:authenticated".into() });
    User { name: name.into(), groups: all }
}

/// `kubectl`, `kubectl --help`, `kubectl help x` and words that are no command.
fn without_command(session: &Session, rest: &[String]) -> Result<(), Failure> {
    let words: Vec<&String> = rest.iter().filter(|word| !word.starts_with('-')).collect();
    match words.split_first() {
        None => {
            let flags =
                Flags::parse(global_flags(), rest).map_err(|failure| Failure::Text(format!("{}\nSee 'kubectl --help' for usage.", failure.message())))?;
            let _ = flags;
            session.out(help::of("")?);
            Ok(())
        }
        Some((first, others)) if first.as_str() == "help" => {
            let path: Vec<String> = others.iter().map(|word| word.to_string()).collect();
            match find(&path) {
                (Some(entry), _) => session.out(help::of(entry.path)?),
                (None, _) => session.out(help::of("")?),
            }
            Ok(())
        }
        Some((first, _)) => {
            let mut text = format!("unknown command {first:?} for \"kubectl\"");
            let near = suggestions(first);
            if !near.is_empty() {
                text += "\n\nDid you mean this?\n";
                for name in near {
                    text += &format!("\t{name}\n");
                }
            }
            Err(Failure::text(text))
        }
    }
}

/// Commands whose name is near to `word` or begins with it (cobra's suggestions: a distance of 2 at most).
fn suggestions(word: &str) -> Vec<&'static str> {
    let near = |name: &str| distance(&word.to_lowercase(), &name.to_lowercase()) <= 2 || name.to_lowercase().starts_with(&word.to_lowercase());
    children("").into_iter().map(|entry| entry.path).filter(|name| near(name)).collect()
}

/// Levenshtein's distance.
pub fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(64).collect(), b.chars().take(64).collect());
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let next = (diagonal + usize::from(from != to)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = std::mem::replace(&mut row[j + 1], next);
        }
    }
    row[b.len()]
}
