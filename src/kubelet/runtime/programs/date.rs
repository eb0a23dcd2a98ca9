//! `date`.

use super::options::{Spec, parse};
use crate::api::time;
use crate::kubelet::runtime::clock::Civil;
use crate::kubelet::runtime::kernel::Sys;
use smol_str::SmolStr;

const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS: [&str; 12] = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/// `date`: the time is the cluster's, in UTC.
pub(crate) fn date(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> i32 {
    const LONG: &[(&str, char)] = &[("utc", 'u'), ("date=", 'd'), ("iso-8601=", 'I'), ("rfc-3339=", 'I'), ("rfc-2822", 'R')];
    const SPEC: Spec = Spec { name: "date", letters: "ud:r:s:D:R", long: LONG, usage: "date [OPTIONS] [+FMT] [[-s] TIME]", anywhere: true };
    let iso: Option<String> = arguments
        .iter()
        .find_map(|argument| argument.strip_prefix("-I").or(argument.strip_prefix("--iso-8601")).map(|unit| unit.trim_start_matches('=').to_owned()));
    let arguments: Vec<SmolStr> = arguments.iter().filter(|argument| !argument.starts_with("-I") && !argument.starts_with("--iso")).cloned().collect();
    let options = match parse(sys, &SPEC, &arguments) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let mut now_ms = sys.now_ms();
    if let Some(text) = options.value('d') {
        match parse_date(text, now_ms) {
            Some(seconds) => now_ms = time::seconds_ms(seconds),
            None => {
                sys.err(&format!("date: invalid date '{text}'\n"));
                return 1;
            }
        }
    }
    if let Some(path) = options.value('r') {
        match sys.find(path, true).and_then(|(place, _)| Ok(sys.world.files.node(&place)?.modified_at_ms)) {
            Ok(modified_ms) => now_ms = modified_ms,
            Err(error) => {
                sys.err(&format!("date: {path}: {}\n", error.message()));
                return 1;
            }
        }
    }
    if options.value('s').is_some() {
        sys.err("date: can't set date: Operation not permitted\n");
        return 1;
    }
    let format = match (options.operands.first(), iso.as_deref()) {
        (Some(format), _) if format.starts_with('+') => format[1..].to_owned(),
        (Some(other), _) => {
            sys.err(&format!("date: invalid date '{other}'\n"));
            return 1;
        }
        (None, Some("" | "date")) => "%Y-%m-%d".into(),
        (None, Some("ns")) => "%Y-%m-%dT%H:%M:%S,%N+00:00".into(),
        (None, Some(_)) => "%Y-%m-%dT%H:%M:%S+00:00".into(),
        (None, None) if options.has('R') => "%a, %d %b %Y %H:%M:%S +0000".into(),
        (None, None) => "%a %b %e %H:%M:%S UTC %Y".into(),
    };
    let text = strftime(&format, now_ms);
    sys.out(&format!("{text}\n"));
    0
}

/// The time in C's format.
pub(crate) fn strftime(format: &str, now_ms: u64) -> String {
    let time = Civil::from_unix_ms(now_ms);
    let mut out = String::new();
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let mut letter = chars.next();
        let unpadded = letter == Some('-');
        let mut digits = 9;
        if unpadded {
            letter = chars.next();
        }
        if let Some(count) = letter.and_then(|c| c.to_digit(10)) {
            digits = count as usize;
            letter = chars.next();
        }
        let number = |value: u32, width: usize| if unpadded { value.to_string() } else { format!("{value:0width$}") };
        let hour12 = (time.hour + 11) % 12 + 1;
        match letter {
            Some('Y') => out.push_str(&time.year.to_string()),
            Some('y') => out.push_str(&format!("{:02}", time.year % 100)),
            Some('C') => out.push_str(&format!("{:02}", time.year / 100)),
            Some('m') => out.push_str(&number(time.month, 2)),
            Some('d') => out.push_str(&number(time.day, 2)),
            Some('e') => out.push_str(&format!("{:2}", time.day)),
            Some('H') => out.push_str(&number(time.hour, 2)),
            Some('I') => out.push_str(&number(hour12, 2)),
            Some('k') => out.push_str(&format!("{:2}", time.hour)),
            Some('M') => out.push_str(&number(time.minute, 2)),
            Some('S') => out.push_str(&number(time.second, 2)),
            Some('j') => out.push_str(&number(time.year_day, 3)),
            Some('N') => out.push_str(&format!("{:03}000000", time.millisecond)[..digits.clamp(1, 9)]),
            Some('s') => out.push_str(&(now_ms / 1000).to_string()),
            Some('p') => out.push_str(if time.hour < 12 { "AM" } else { "PM" }),
            Some('a') => out.push_str(&DAYS[time.weekday as usize][..3]),
            Some('A') => out.push_str(DAYS[time.weekday as usize]),
            Some('b' | 'h') => out.push_str(&MONTHS[time.month as usize - 1][..3]),
            Some('B') => out.push_str(MONTHS[time.month as usize - 1]),
            Some('u') => out.push_str(&(if time.weekday == 0 { 7 } else { time.weekday }).to_string()),
            Some('w') => out.push_str(&time.weekday.to_string()),
            Some('F') => out.push_str(&strftime("%Y-%m-%d", now_ms)),
            Some('T') => out.push_str(&strftime("%H:%M:%S", now_ms)),
            Some('R') => out.push_str(&strftime("%H:%M", now_ms)),
            Some('D' | 'x') => out.push_str(&strftime("%m/%d/%y", now_ms)),
            Some('X') => out.push_str(&strftime("%H:%M:%S", now_ms)),
            Some('r') => out.push_str(&strftime("%I:%M:%S %p", now_ms)),
            Some('c') => out.push_str(&strftime("%a %b %e %H:%M:%S %Y", now_ms)),
            Some('Z') => out.push_str("UTC"),
            Some('z') => out.push_str("+0000"),
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('%') => out.push('%'),
            Some(other) => {
                out.push('%');
                out.push(other);
            }
            None => out.push('%'),
        }
    }
    out
}

/// Seconds since 1970 of a date as people write it: `@1700000000`, `2026-11-23 12:00:00`, `12:30`, and GNU's `now`, `yesterday`, `-1 hour`.
pub(crate) fn parse_date(text: &str, now_ms: u64) -> Option<i64> {
    let text = text.trim();
    let now_s = (now_ms / 1000) as i64;
    if let Some(seconds) = text.strip_prefix('@') {
        return seconds.parse().ok();
    }
    match text {
        "now" | "today" => return Some(now_s),
        "yesterday" => return Some(now_s - 86_400),
        "tomorrow" => return Some(now_s + 86_400),
        _ => {}
    }
    if let Some(offset) = relative(text) {
        return Some(now_s + offset);
    }
    let cleaned = text.trim_end_matches('Z').trim_end_matches(" UTC").trim_end_matches(" +0000").replace('T', " ");
    let mut parts = cleaned.split_whitespace();
    let (first, second) = (parts.next()?, parts.next());
    let mut time = Civil::from_unix_ms(now_ms);
    let clock = if first.contains(':') {
        Some(first)
    } else {
        let mut date = first.split('-').map(|part| part.parse::<i64>().ok());
        (time.year, time.month, time.day) = (date.next()??, date.next()?? as u32, date.next()?? as u32);
        (time.hour, time.minute, time.second) = (0, 0, 0);
        second
    };
    if let Some(clock) = clock {
        let mut numbers = clock.split('.').next()?.split(':').map(|part| part.parse::<u32>().ok());
        (time.hour, time.minute) = (numbers.next()??, numbers.next()??);
        time.second = numbers.next().flatten().unwrap_or(0);
    }
    time.to_unix_s()
}

fn relative(text: &str) -> Option<i64> {
    let (text, ago) = text.strip_suffix(" ago").map_or((text, false), |text| (text, true));
    let mut words = text.split_whitespace();
    let count: i64 = words.next()?.parse().ok()?;
    let unit = match words.next()?.trim_end_matches('s') {
        "second" | "sec" => 1,
        "minute" | "min" => 60,
        "hour" => 3600,
        "day" => 86_400,
        "week" => 604_800,
        _ => return None,
    };
    Some(if ago { -count * unit } else { count * unit })
}
