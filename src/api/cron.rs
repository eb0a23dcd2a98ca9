//! Cron schedules as CronJobs read them (the standard parser of robfig/cron), and time zones.

use super::time::civil_from_ms;

/// When a CronJob runs: minutes, hours, days, months and weekdays, each as a set of bits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Schedule {
    minutes: u64,
    hours: u64,
    days: u64,
    months: u64,
    weekdays: u64,
    any_day: bool,
    any_weekday: bool,
    every_ms: Option<u64>,
}

struct Bounds {
    low: u64,
    high: u64,
    names: &'static [&'static str],
}

const MINUTES: Bounds = Bounds { low: 0, high: 59, names: &[] };
const HOURS: Bounds = Bounds { low: 0, high: 23, names: &[] };
const DAYS: Bounds = Bounds { low: 1, high: 31, names: &[] };
const MONTHS: Bounds = Bounds { low: 1, high: 12, names: &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"] };
const WEEKDAYS: Bounds = Bounds { low: 0, high: 6, names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"] };

const MINUTE_MS: u64 = 60_000;
/// How far ahead a run is looked for: a schedule such as 30 February never comes.
const HORIZON_MINUTES: u64 = 5 * 366 * 24 * 60;

impl Schedule {
    /// Reads a schedule.
    ///
    /// # Errors
    /// The parser's words for what is wrong.
    pub fn parse(text: &str) -> Result<Schedule, String> {
        if text.is_empty() {
            return Err("empty spec string".into());
        }
        if text.starts_with('@') {
            return descriptor(text);
        }
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minutes, hours, days, months, weekdays] = fields.as_slice() else {
            return Err(format!("expected exactly 5 fields, found {}: [{}]", fields.len(), fields.join(" ")));
        };
        Ok(Schedule {
            minutes: field(minutes, &MINUTES)?,
            hours: field(hours, &HOURS)?,
            days: field(days, &DAYS)?,
            months: field(months, &MONTHS)?,
            weekdays: field(weekdays, &WEEKDAYS)?,
            any_day: is_star(days),
            any_weekday: is_star(weekdays),
            every_ms: None,
        })
    }

    /// The first run after `after_ms` (milliseconds since the Unix epoch) in a zone that is `offset_minutes` ahead of UTC; `None` where there is none
    /// within five years.
    pub fn next(&self, after_ms: u64, offset_minutes: i64) -> Option<u64> {
        if let Some(every_ms) = self.every_ms {
            return Some((after_ms + every_ms) / 1000 * 1000);
        }
        let shift_ms = offset_minutes * MINUTE_MS as i64;
        let local = |time_ms: u64| time_ms.saturating_add_signed(shift_ms);
        let mut time_ms = (after_ms / MINUTE_MS + 1) * MINUTE_MS;
        let end_ms = time_ms + HORIZON_MINUTES * MINUTE_MS;
        while time_ms < end_ms {
            let here = civil_from_ms(local(time_ms));
            let minute_of_day = (here.hour * 60 + here.minute) as u64;
            if self.months & (1 << here.month) == 0 || !self.is_day(here.day as u64, here.weekday as u64) {
                time_ms += (24 * 60 - minute_of_day) * MINUTE_MS;
            } else if self.hours & (1 << here.hour) == 0 {
                time_ms += (60 - here.minute as u64) * MINUTE_MS;
            } else if self.minutes & (1 << here.minute) == 0 {
                time_ms += MINUTE_MS;
            } else {
                return Some(time_ms);
            }
        }
        None
    }

    /// Where both days of the month and of the week are restricted, either is enough.
    fn is_day(&self, day: u64, weekday: u64) -> bool {
        let (day, weekday) = (self.days & (1 << day) != 0, self.weekdays & (1 << weekday) != 0);
        if self.any_day || self.any_weekday { day && weekday } else { day || weekday }
    }
}

fn is_star(field: &str) -> bool {
    field.split(',').any(|part| part.starts_with('*') || part.starts_with('?'))
}

fn descriptor(text: &str) -> Result<Schedule, String> {
    let plain = match text {
        "@yearly" | "@annually" => "0 0 1 1 *",
        "@monthly" => "0 0 1 * *",
        "@weekly" => "0 0 * * 0",
        "@daily" | "@midnight" => "0 0 * * *",
        "@hourly" => "0 * * * *",
        _ => {
            let Some(duration) = text.strip_prefix("@every ") else { return Err(format!("unrecognized descriptor: {text}")) };
            let every_ms = go_duration_ms(duration).ok_or_else(|| format!("failed to parse duration {text}: time: invalid duration \"{duration}\""))?;
            let mut schedule = Schedule::parse("* * * * *")?;
            schedule.every_ms = Some(every_ms.max(1000) / 1000 * 1000);
            return Ok(schedule);
        }
    };
    Schedule::parse(plain)
}

/// `1h30m`, `90s`: Go's durations in milliseconds.
pub fn go_duration_ms(text: &str) -> Option<u64> {
    if text == "0" {
        return Some(0);
    }
    let mut rest = text;
    let mut total_ms = 0.0;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
        let number: f64 = rest.get(..digits)?.parse().ok()?;
        rest = rest.get(digits..)?;
        let (unit_ms, length) = [("ns", 1e-6), ("us", 1e-3), ("µs", 1e-3), ("ms", 1.0), ("s", 1e3), ("m", 6e4), ("h", 3.6e6)]
            .into_iter()
            .find(|(unit, _)| rest.strip_prefix(unit).is_some_and(|after| !after.starts_with(|letter: char| letter.is_alphabetic())))
            .map(|(unit, unit_ms)| (unit_ms, unit.len()))?;
        total_ms += number * unit_ms;
        rest = rest.get(length..)?;
    }
    if text.is_empty() { None } else { Some(total_ms as u64) }
}

fn field(text: &str, bounds: &Bounds) -> Result<u64, String> {
    text.split(',').filter(|part| !part.is_empty()).try_fold(0, |bits, part| Ok(bits | range(part, bounds)?))
}

fn range(text: &str, bounds: &Bounds) -> Result<u64, String> {
    let parts: Vec<&str> = text.split('/').collect();
    let ends: Vec<&str> = parts[0].split('-').collect();
    let single = ends.len() == 1;
    let (start, mut end) = if matches!(ends[0], "*" | "?") {
        (bounds.low, bounds.high)
    } else {
        let start = number(ends[0], bounds)?;
        match ends.as_slice() {
            [_] => (start, start),
            [_, last] => (start, number(last, bounds)?),
            _ => return Err(format!("too many hyphens: {text}")),
        }
    };
    let step = match parts.as_slice() {
        [_] => 1,
        [_, step] => {
            let step = step.parse::<i64>().map_err(|_| format!("failed to parse int from {step}: strconv.Atoi: parsing \"{step}\": invalid syntax"))?;
            if step < 0 {
                return Err(format!("negative number ({step}) not allowed: {step}"));
            }
            if single && !matches!(ends[0], "*" | "?") {
                end = bounds.high;
            }
            step as u64
        }
        _ => return Err(format!("too many slashes: {text}")),
    };
    if start < bounds.low {
        return Err(format!("beginning of range ({start}) below minimum ({}): {text}", bounds.low));
    }
    if end > bounds.high {
        return Err(format!("end of range ({end}) above maximum ({}): {text}", bounds.high));
    }
    if start > end {
        return Err(format!("beginning of range ({start}) beyond end of range ({end}): {text}"));
    }
    if step == 0 {
        return Err(format!("step of range should be a positive number: {text}"));
    }
    Ok((start..=end).step_by(step as usize).fold(0, |bits, value| bits | 1 << value))
}

fn number(text: &str, bounds: &Bounds) -> Result<u64, String> {
    if let Some(index) = bounds.names.iter().position(|name| *name == text.to_lowercase()) {
        return Ok(index as u64 + bounds.low);
    }
    match text.parse::<i64>() {
        Ok(value) if value < 0 => Err(format!("negative number ({value}) not allowed: {text}")),
        Ok(value) => Ok(value as u64),
        Err(_) => Err(format!("failed to parse int from {text}: strconv.Atoi: parsing \"{text}\": invalid syntax")),
    }
}

/// Whether a name looks like one of the IANA time zones: the area is one there is, or it is one of the short names.
/// The zones' rules themselves are not simulated: see [`offset_minutes`].
pub fn is_time_zone(name: &str) -> bool {
    const AREAS: [&str; 11] = ["Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Etc", "Europe", "Indian", "Pacific"];
    const SHORT: [&str; 12] = ["UTC", "GMT", "Zulu", "UCT", "EST", "MST", "HST", "CET", "EET", "MET", "WET", "Japan"];
    SHORT.contains(&name)
        || name.split_once('/').is_some_and(|(area, place)| {
            AREAS.contains(&area) && !place.is_empty() && place.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-+/".contains(&byte))
        })
}

/// A zone's standard offset from UTC in minutes, without summer time; `None` for a zone that is not in the table, which counts as UTC.
pub fn offset_minutes(zone: &str) -> Option<i64> {
    const STANDARD: [(&str, i64); 34] = [
        ("UTC", 0),
        ("Etc/UTC", 0),
        ("GMT", 0),
        ("Zulu", 0),
        ("EST", -300),
        ("MST", -420),
        ("HST", -600),
        ("CET", 60),
        ("EET", 120),
        ("WET", 0),
        ("Europe/London", 0),
        ("Europe/Dublin", 0),
        ("Europe/Lisbon", 0),
        ("Europe/Berlin", 60),
        ("Europe/Paris", 60),
        ("Europe/Madrid", 60),
        ("Europe/Rome", 60),
        ("Europe/Vienna", 60),
        ("Europe/Zurich", 60),
        ("Europe/Amsterdam", 60),
        ("Europe/Athens", 120),
        ("Europe/Kiev", 120),
        ("Europe/Moscow", 180),
        ("America/New_York", -300),
        ("America/Chicago", -360),
        ("America/Denver", -420),
        ("America/Los_Angeles", -480),
        ("America/Sao_Paulo", -180),
        ("Asia/Kolkata", 330),
        ("Asia/Shanghai", 480),
        ("Asia/Singapore", 480),
        ("Asia/Tokyo", 540),
        ("Australia/Sydney", 600),
        ("Pacific/Auckland", 720),
    ];
    STANDARD.iter().find(|(name, _)| *name == zone).map(|(_, minutes)| *minutes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::time::{parse_rfc3339, rfc3339};

    #[test]
    fn the_next_run_is_found() {
        for (schedule, after, next) in [
            ("*/1 * * * *", "2026-11-23T09:19:32Z", "2026-11-23T09:20:00Z"),
            ("0 3 * * *", "2026-11-23T09:19:32Z", "2026-11-24T03:00:00Z"),
            ("30 8 1 * mon", "2026-11-24T00:00:00Z", "2026-11-30T08:30:00Z"),
            ("0 0 29 2 *", "2026-11-24T00:00:00Z", "2028-02-29T00:00:00Z"),
            ("@hourly", "2026-11-23T09:59:59Z", "2026-11-23T10:00:00Z"),
            ("@every 90s", "2026-11-23T09:00:00Z", "2026-11-23T09:01:30Z"),
        ] {
            let found = Schedule::parse(schedule).unwrap().next(parse_rfc3339(after).unwrap(), 0).unwrap();
            assert_eq!(rfc3339(found), next, "{schedule}");
        }
        assert_eq!(Schedule::parse("0 0 30 2 *").unwrap().next(0, 0), None);
    }

    #[test]
    fn mistakes_are_named() {
        for (schedule, words) in [
            ("every night", "expected exactly 5 fields, found 2: [every night]"),
            ("61 3 * * *", "end of range (61) above maximum (59): 61"),
            ("@fortnightly", "unrecognized descriptor: @fortnightly"),
            ("* * * * x", "failed to parse int from x: strconv.Atoi: parsing \"x\": invalid syntax"),
        ] {
            assert_eq!(Schedule::parse(schedule).unwrap_err(), words);
        }
    }
}
