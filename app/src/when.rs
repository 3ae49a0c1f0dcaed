//! Times in words. Pure: what time it is, and where, are parameters.

use crate::words::Times;

/// Seconds.
pub(crate) const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
/// Seconds.
pub(crate) const DAY: i64 = 24 * HOUR;

/// A moment on somebody's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    /// Seconds since 1970.
    pub(crate) unix: i64,
    /// How many seconds that clock is ahead of UTC.
    pub(crate) ahead: i64,
}

impl Moment {
    /// Days since 1970, as they are counted there.
    fn day(self) -> i64 {
        (self.unix + self.ahead).div_euclid(DAY)
    }
}

/// The seconds since 1970 of a time as the contract writes it: RFC 3339, in UTC.
pub(crate) fn parse(time: &str) -> Option<i64> {
    let number = |from: usize, to: usize| time.get(from..to)?.parse::<u32>().ok().map(i64::from);
    let has = |at: usize, mark: &str| time.get(at..=at) == Some(mark);
    let marks = has(4, "-") && has(7, "-") && has(10, "T") && has(13, ":") && has(16, ":") && time.ends_with('Z');
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let is_time = (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second <= 60;
    (marks && is_time).then(|| days(year, month, day) * DAY + hour * HOUR + minute * MINUTE + second)
}

/// How long ago that was. The two clocks that this compares are seldom quite the same: what lies ahead is just now.
pub(crate) fn ago(now: Moment, then: Moment, words: &Times) -> String {
    let passed = now.unix - then.unix;
    match (passed, now.day() - then.day()) {
        (..MINUTE, _) => words.just_now.to_owned(),
        (..HOUR, _) => (words.minutes_ago)(passed / MINUTE),
        (..HALF_A_DAY, _) | (_, 0) => (words.hours_ago)(passed / HOUR),
        (_, 1) => words.yesterday.to_owned(),
        (_, days @ ..7) => (words.days_ago)(days),
        _ => short_date(now, then, words),
    }
}

const HALF_A_DAY: i64 = 12 * HOUR;

/// The day, for the heading above what happened on it.
pub(crate) fn day(now: Moment, then: Moment, words: &Times) -> String {
    match now.day() - then.day() {
        ..=0 => words.today_heading.to_owned(),
        1 => words.yesterday_heading.to_owned(),
        _ => date(then, words),
    }
}

/// The day in a sentence: `today`, `29 Nov`, and with the year where that is another one.
pub(crate) fn short_date(now: Moment, then: Moment, words: &Times) -> String {
    let ((this_year, ..), (year, month, day)) = (civil(now.day()), civil(then.day()));
    match now.day() - then.day() {
        0 => words.today.to_owned(),
        1 => words.yesterday.to_owned(),
        _ if year == this_year => (words.short_date)(day, words.short_months[month]),
        _ => (words.date)(day, words.short_months[month], year),
    }
}

/// `24 November 2026`.
pub(crate) fn date(moment: Moment, words: &Times) -> String {
    let (year, month, day) = civil(moment.day());
    (words.date)(day, words.months[month], year)
}

/// `2026-11-24`, in UTC.
pub(crate) fn iso_date(unix: i64) -> String {
    let (year, month, day) = civil(unix.div_euclid(DAY));
    format!("{year}-{:02}-{day:02}", month + 1)
}

/// `November 2026`.
pub(crate) fn month(moment: Moment, words: &Times) -> String {
    let (year, month, _) = civil(moment.day());
    (words.month)(words.months[month], year)
}

/// `16:05`.
pub(crate) fn time(moment: Moment) -> String {
    let minutes = (moment.unix + moment.ahead).rem_euclid(DAY) / MINUTE;
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// `24 November 2026 at 16:05`.
pub(crate) fn date_and_time(moment: Moment, words: &Times) -> String {
    (words.at)(&date(moment, words), &time(moment))
}

/// The largest unit that fits: `2 hours`.
pub(crate) fn length(seconds: i64, words: &Times) -> String {
    match seconds {
        DAY.. => (words.days)(seconds / DAY),
        HOUR.. => (words.hours)(seconds / HOUR),
        MINUTE.. => (words.minutes)(seconds / MINUTE),
        _ => (words.seconds)(seconds),
    }
}

// The two below count years from March on, so that the leap day is the last of its year, and in eras of 400 years, which
// are all alike: 146 097 days. 719 468 of them lie between March of the year 0 and 1970.

/// Days since 1970.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month (from 0 on) and day.
fn civil(days: i64) -> (i64, usize, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = (from_march + 2) % 12;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    (year + era * 400 + i64::from(month < 2), usize::try_from(month).unwrap_or_default(), day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    fn en() -> &'static Times {
        &Language::English.words().times
    }

    fn utc(time: &str) -> Moment {
        Moment { unix: parse(time).unwrap(), ahead: 0 }
    }

    #[test]
    fn times_are_read_as_the_contract_writes_them() {
        for (time, unix) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2026-11-24T15:04:05Z", 1_795_532_645),
            ("2026-11-24T15:04:05.678Z", 1_795_532_645),
            ("2024-02-29T23:59:59Z", 1_709_251_199),
            ("2000-03-01T00:00:00Z", 951_868_800),
            ("1969-12-31T23:59:59Z", -1),
        ] {
            assert_eq!(parse(time), Some(unix), "{time}");
        }
        for bad in
            ["", "soon", "2026-11-24", "2026-13-24T15:04:05Z", "2026-11-24T15:04:05+01:00", "2026-11-24T25:04:05Z"]
        {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn every_day_of_four_centuries_comes_back_as_itself() {
        let (mut year, mut month, mut day) = (1970, 0, 1);
        for number in 0..146_097 {
            assert_eq!(civil(number), (year, month, day));
            assert_eq!(days(year, i64::try_from(month).unwrap() + 1, day), number);
            let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let length = [31, if is_leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month];
            day += 1;
            if day > length {
                (month, day) = (month + 1, 1);
            }
            if month > 11 {
                (year, month) = (year + 1, 0);
            }
        }
    }

    #[test]
    fn how_long_ago_is_said_as_people_say_it() {
        let now = utc("2026-11-24T15:00:00Z");
        for (then, words) in [
            ("2026-11-24T15:00:00Z", "seconds ago"),
            ("2026-11-24T14:59:01Z", "seconds ago"),
            ("2026-11-24T14:59:00Z", "1 minute ago"),
            ("2026-11-24T14:00:01Z", "59 minutes ago"),
            ("2026-11-24T14:00:00Z", "1 hour ago"),
            ("2026-11-24T00:00:00Z", "15 hours ago"),
            ("2026-11-23T23:59:59Z", "yesterday"),
            ("2026-11-23T00:00:00Z", "yesterday"),
            ("2026-11-22T23:59:59Z", "2 days ago"),
            ("2026-11-18T00:00:00Z", "6 days ago"),
            ("2026-11-17T23:59:59Z", "17 Nov"),
            ("2025-11-24T15:00:00Z", "24 Nov 2025"),
        ] {
            assert_eq!(ago(now, utc(then), en()), words, "{then}");
        }
    }

    #[test]
    fn last_evening_is_some_hours_ago_after_midnight() {
        assert_eq!(ago(utc("2026-11-24T00:30:00Z"), utc("2026-11-23T22:30:00Z"), en()), "2 hours ago");
        assert_eq!(ago(utc("2026-11-24T10:30:00Z"), utc("2026-11-23T22:30:00Z"), en()), "yesterday");
    }

    #[test]
    fn nothing_is_in_the_future_whatever_the_clocks_say() {
        let now = utc("2026-11-24T15:00:00Z");
        for then in ["2026-11-24T15:00:01Z", "2026-11-25T15:00:00Z", "2030-01-01T00:00:00Z"] {
            assert_eq!(ago(now, utc(then), en()), "seconds ago", "{then}");
            assert_eq!(day(now, utc(then), en()), "Today", "{then}");
        }
    }

    #[test]
    fn days_are_those_of_the_person() {
        let there = |time: &str, ahead: i64| Moment { ahead: ahead * HOUR, ..utc(time) };
        let late = "2026-11-24T23:30:00Z";
        assert_eq!(date_and_time(there(late, 0), en()), "24 November 2026 at 23:30");
        assert_eq!(date_and_time(there(late, 1), en()), "25 November 2026 at 00:30");
        assert_eq!(date_and_time(there("2027-01-01T03:05:00Z", -5), en()), "31 December 2026 at 22:05");
        assert_eq!(day(there("2026-11-25T12:00:00Z", 1), there(late, 1), en()), "Today");
        assert_eq!(day(there("2026-11-25T12:00:00Z", 0), there(late, 0), en()), "Yesterday");
        assert_eq!(day(there("2026-11-26T12:00:00Z", 0), there(late, 0), en()), "24 November 2026");
    }

    #[test]
    fn italian_says_the_same() {
        let it = &Language::Italian.words().times;
        let now = utc("2026-11-24T15:00:00Z");
        for (then, words) in [
            ("2026-11-24T14:59:00Z", "1 minuto fa"),
            ("2026-11-24T13:00:00Z", "2 ore fa"),
            ("2026-11-23T00:00:00Z", "ieri"),
            ("2026-11-17T23:59:59Z", "17 nov"),
        ] {
            assert_eq!(ago(now, utc(then), it), words, "{then}");
        }
        assert_eq!(date_and_time(now, it), "24 novembre 2026, 15:00");
    }

    #[test]
    fn a_length_is_said_in_the_largest_unit_that_fits() {
        for (seconds, words) in
            [(1, "1 second"), (59, "59 seconds"), (60, "1 minute"), (7200, "2 hours"), (DAY * 4, "4 days")]
        {
            assert_eq!(length(seconds, en()), words);
        }
    }
}
