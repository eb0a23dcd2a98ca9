//! Times as the API writes them, and ages as kubectl writes them. Times are milliseconds since the Unix epoch.

/// Days since the epoch → year, month, day (the Gregorian calendar, by Howard Hinnant's `civil_from_days`).
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// A moment taken apart, in UTC.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Civil {
    /// 2026.
    pub year: i64,
    /// 1 to 12.
    pub month: i64,
    /// 1 to 31.
    pub day: i64,
    /// 0 to 23.
    pub hour: i64,
    /// 0 to 59.
    pub minute: i64,
    /// 0 to 59.
    pub second: i64,
    /// 0 is Sunday.
    pub weekday: i64,
}

/// Takes a moment apart.
pub fn civil_from_ms(time_ms: u64) -> Civil {
    let seconds = (time_ms / 1000) as i64;
    let days = seconds.div_euclid(86_400);
    let second_of_day = seconds.rem_euclid(86_400);
    let (year, month, day) = civil(days);
    Civil { year, month, day, hour: second_of_day / 3600, minute: second_of_day / 60 % 60, second: second_of_day % 60, weekday: (days + 4).rem_euclid(7) }
}

/// `2026-11-23T09:19:57Z`: `metav1.Time`, whole seconds.
pub fn rfc3339(time_ms: u64) -> String {
    let mut text = whole_seconds(time_ms);
    text.push('Z');
    text
}

/// Times are written with every write: number by number takes a tenth of what `format!` takes.
fn whole_seconds(time_ms: u64) -> String {
    let t = civil_from_ms(time_ms);
    let mut text = String::with_capacity("2026-11-23T09:19:57.123000Z".len());
    push_number(&mut text, t.year, 4);
    for (separator, number) in [('-', t.month), ('-', t.day), ('T', t.hour), (':', t.minute), (':', t.second)] {
        text.push(separator);
        push_number(&mut text, number, 2);
    }
    text
}

/// Adds a number with at least so many digits.
fn push_number(text: &mut String, number: i64, digits: u32) {
    if digits > 1 || number > 9 {
        push_number(text, number / 10, digits.saturating_sub(1));
    }
    text.push(char::from(b'0' + (number % 10) as u8));
}

/// `2026-11-23T09:19:57.123000Z`: `metav1.MicroTime`.
pub fn rfc3339_micro(time_ms: u64) -> String {
    let mut text = whole_seconds(time_ms);
    text.push('.');
    push_number(&mut text, (time_ms % 1000) as i64, 3);
    text.push_str("000Z");
    text
}

/// `Mon, 23 Nov 2026 09:19:57 +0000`: `time.RFC1123Z`, as describe writes times.
pub fn rfc1123z(time_ms: u64) -> String {
    const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let t = civil_from_ms(time_ms);
    format!("{}, {:02} {} {:04} {:02}:{:02}:{:02} +0000", DAYS[t.weekday as usize], t.day, MONTHS[(t.month - 1) as usize], t.year, t.hour, t.minute, t.second)
}

/// Reads an RFC 3339 time, with or without a fraction and with any offset; `None` for anything else, or a time before 1970.
pub fn parse_rfc3339(text: &str) -> Option<u64> {
    let bytes = text.as_bytes();
    let number = |from: usize, to: usize| -> Option<i64> {
        let digits = bytes.get(from..to)?;
        digits.iter().try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0')))
    };
    let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if separators.iter().any(|&(at, byte)| bytes.get(at).map(u8::to_ascii_uppercase) != Some(byte)) {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let rest = text.get(19..)?;
    let (fraction_ms, zone) = match rest.strip_prefix('.') {
        Some(fraction) => {
            let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
            let thousandths: String = fraction.get(..digits)?.chars().chain("000".chars()).take(3).collect();
            (thousandths.parse::<i64>().ok()?, fraction.get(digits..)?)
        }
        None => (0, rest),
    };
    let offset_minutes = match zone.as_bytes() {
        [b'Z' | b'z'] => 0,
        [sign @ (b'+' | b'-'), ..] if zone.len() == 6 => {
            let minutes = zone.get(1..3)?.parse::<i64>().ok()? * 60 + zone.get(4..6)?.parse::<i64>().ok()?;
            if *sign == b'-' { -minutes } else { minutes }
        }
        _ => return None,
    };
    let seconds = days_of(year, month, day) * 86_400 + hour * 3600 + (minute - offset_minutes) * 60 + second;
    u64::try_from(seconds * 1000 + fraction_ms).ok()
}

/// Seconds, as the API's fields and people give them, in milliseconds; however many, and none where there are less than none.
pub fn seconds_ms(seconds: i64) -> u64 {
    seconds.max(0).saturating_mul(1000) as u64
}

/// An age as the tables show it: from `timestamp` until now; `<unknown>` where there is no time.
pub fn age(timestamp: &str, now_ms: u64) -> String {
    match parse_rfc3339(timestamp) {
        Some(then_ms) => human_duration(now_ms as i64 - then_ms as i64),
        None => "<unknown>".into(),
    }
}

/// `duration.HumanDuration`: the two largest units that still say something (`5s`, `3m10s`, `47h`, `2d3h`, `1y20d`).
pub fn human_duration(duration_ms: i64) -> String {
    let seconds = duration_ms.div_euclid(1000);
    if seconds < -1 {
        return "<invalid>".into();
    }
    if seconds < 0 {
        return "0s".into();
    }
    let two = |large: i64, large_unit: &str, small: i64, small_unit: &str| {
        if small == 0 { format!("{large}{large_unit}") } else { format!("{large}{large_unit}{small}{small_unit}") }
    };
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match seconds {
        0..120 => format!("{seconds}s"),
        120..600 => two(minutes, "m", seconds % 60, "s"),
        600..10_800 => format!("{minutes}m"),
        10_800..28_800 => two(hours, "h", minutes % 60, "m"),
        28_800..172_800 => format!("{hours}h"),
        172_800..691_200 => two(days, "d", hours % 24, "h"),
        691_200..63_072_000 => format!("{days}d"),
        63_072_000..252_288_000 => two(days / 365, "y", days % 365, "d"),
        _ => format!("{}y", days / 365),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_and_read_back() {
        let time_ms = parse_rfc3339("2026-11-23T09:19:57.123Z").unwrap();
        assert_eq!(rfc3339(time_ms), "2026-11-23T09:19:57Z");
        assert_eq!(rfc3339_micro(time_ms), "2026-11-23T09:19:57.123000Z");
        assert_eq!(rfc1123z(time_ms), "Mon, 23 Nov 2026 09:19:57 +0000");
        assert_eq!(parse_rfc3339("2026-11-23T10:19:57+01:00"), parse_rfc3339("2026-11-23T09:19:57Z"));
        for bad in ["", "2026-11-23", "2026-13-23T09:19:57Z", "x026-11-23T09:19:57Z", "2026-11-23T09:19:57", "2026-11-23T09:19:5éZ"] {
            assert_eq!(parse_rfc3339(bad), None, "{bad}");
        }
    }

    #[test]
    fn durations_read_as_upstream_writes_them() {
        for (seconds, text) in [
            (0, "0s"),
            (119, "119s"),
            (120, "2m"),
            (190, "3m10s"),
            (600, "10m"),
            (10_800, "3h"),
            (11_100, "3h5m"),
            (172_800, "2d"),
            (183_600, "2d3h"),
            (-5, "<invalid>"),
        ] {
            assert_eq!(human_duration(seconds * 1000), text);
        }
    }
}
