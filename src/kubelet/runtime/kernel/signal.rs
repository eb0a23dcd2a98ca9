//! Signals by number and name.

/// A signal's number.
pub(crate) type Signal = i32;

pub(crate) const HUP: Signal = 1;
pub(crate) const INT: Signal = 2;
pub(crate) const KILL: Signal = 9;
pub(crate) const PIPE: Signal = 13;
pub(crate) const TERM: Signal = 15;

/// Names as `kill -l` prints them; the position is the number.
const NAMES: [&str; 32] = [
    "EXIT", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT",
    "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
];

/// The signal that a name (`TERM`, `SIGTERM`, `15`) means; 0 for `EXIT`.
pub(crate) fn parse(name: &str) -> Option<Signal> {
    if let Ok(number) = name.parse::<Signal>() {
        return (0..NAMES.len() as Signal).contains(&number).then_some(number);
    }
    let upper = name.to_ascii_uppercase();
    let bare = upper.strip_prefix("SIG").unwrap_or(&upper);
    NAMES.iter().position(|known| *known == bare).map(|position| position as Signal)
}

/// The name of a signal, without `SIG`.
pub(crate) fn name(signal: Signal) -> &'static str {
    NAMES.get(signal as usize).copied().unwrap_or("?")
}

/// Whether a process without a handler survives it.
pub(crate) fn ignored_by_default(signal: Signal) -> bool {
    // CHLD, CONT, URG, WINCH are ignored; stopping (STOP, TSTP, TTIN, TTOU) is not simulated, so it does nothing.
    matches!(signal, 0 | 17..=23 | 28)
}

/// What a shell prints when a signal ended its child (`strsignal`).
pub(crate) fn description(signal: Signal) -> Option<&'static str> {
    match signal {
        HUP => Some("Hangup"),
        3 => Some("Quit"),
        4 => Some("Illegal instruction"),
        6 => Some("Aborted"),
        8 => Some("Arithmetic exception"),
        KILL => Some("Killed"),
        10 => Some("User defined signal 1"),
        11 => Some("Segmentation fault"),
        12 => Some("User defined signal 2"),
        14 => Some("Alarm clock"),
        TERM => Some("Terminated"),
        _ => None,
    }
}
