#!/usr/bin/env python3
"""The oracle: wend's tables, computed the plain way.

Everything is in lists; every rule stands where SEMANTICS states it, and nothing is shared with the
engine. Inputs are read whole (`readers`), definitions become closures (`rules`), events become
sessions and journeys (units), and each table is a loop over the units.

    python3 oracle.py -c wend.yaml INPUT...      prints tables and counters as JSON

Rows are dicts: text str, times int microseconds, values Decimal, seconds float, counts int, paths
lists. A sketch is a dict from bucket to count; beside the bucket quantile `x_p50` stands the exact
value as `x_p50_exact`, which is no column.

Where the rules leave two readings, these were chosen:

 1. A stage table has rows for a (window, segments) pair where the journey has a unit, none else.
 2. `start` absent: any event opens a journey, also one without touchpoint.
 3. A mark counts every event that passed the rejects and is not late, also a later duplicate.
 4. The unit of epoch numbers is set by the first number of at least 10^8 that is looked at as a
    time, also when the record is rejected after it.
 5. Digits finer than a microsecond are cut off; a negative number is thus cut towards zero.
 6. Midnight cuts between two neighbouring events of a session whose local dates differ.
 7. `seconds_sum`, its quantiles and sketch are all null at the ends of `transitions`.
 8. A flow row at the last step index goes to `(more)` if the unit has a further step there; the
    touchpoint behind it does not appear.
 9. A unit without touchpoint has no row in `switches` either; its entry, exit, stage are null.
10. A session's goal events are those of any journey (or of the one named); without one, value 0.
11. A journey with `continue` that has converted belongs to the window of its last event.
12. `…_p50` and `…_p90` of a sketch: the bucket of the value at the rank, its lowest value + half
    its width; `any` funnel seconds that would be negative are left out.
13. Numeric comparisons are exact, whatever the number of digits.
14. In a record too long, or not to be parsed, nothing else is looked at; a filtered record gives
    no time, unit, customer or value.
15. Stage rows are sorted by `stage_position`, flow rows by `step_index`, as numbers.
16. A URL without `//` has no host; a port and a user before `@` are no part of a host; `+` is not
    decoded in a query value.
17. A value whose rounded form has more than 14 digits before the point is bad; a sum of a unit's
    that has is null in the rows of sessions and journeys.
18. In an access log a user may hold blanks, and a target too: what stands between the method and
    the protocol, or behind the method where there is no protocol.
19. In delimited text only an empty line is blank: blanks are a field.
20. Two segment values that are the same text, once invalid UTF-8 is replaced, are the same value.
"""

import argparse
import json
import struct
import sys
import time as clock
from collections import Counter, defaultdict
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import readers
import rules
from tables import View, clean_text, hash_hex, tables_of

sys.setrecursionlimit(20000)
DAY = 86400 * readers.MICROSECONDS


class Event:
    """One accepted event of one customer."""

    def __init__(self, customer, time, position, id):
        self.customer, self.time, self.position, self.id = customer, time, position, id
        self.touchpoint = None  # str, or None: unmatched
        self.value = None  # integer of 1/10000
        self.bad_value = False
        self.segments = ()  # str or None each
        self.cuts = ()
        self.key = None
        self.session = None


class Unit:
    """A session or a journey."""

    def __init__(self, scope, rule=None):
        self.scope, self.rule = scope, rule
        self.events = []
        self.goals = []  # positions in events
        self.outcome = None
        self.moment = None  # the time that decides it, for its window
        self.id = None

    @property
    def start(self):
        return self.events[0].time

    @property
    def end(self):
        return self.events[-1].time


# -- Events ------------------------------------------------------------------------------------


def read_events(definition, inputs, now, lateness, counters, rejects):
    """The events that are not rejected, filtered or late, in input order; adds to `rejects` (input
    number, reason, raw bytes) of those that are rejected or late."""
    events = []

    def reject(number, record, reason):
        if reason == "late":
            counters["late"] += 1
        else:
            counters["rejected"][reason] += 1
        rejects.append((number, reason, record.raw[: definition.format.max_record]))

    for number, data in enumerate(inputs):
        reader = readers.TimeReader(definition.time_unit)
        largest = None
        for index, record in enumerate(readers.read_records(data, definition.format)):
            counters["read"] += 1
            plain, get = (None, None)
            if record.shape:
                reject(number, record, "shape")
                continue
            plain, get = rules.field_getter(definition, record)
            if not definition.where(get):
                counters["filtered"] += 1
                continue
            text = plain(definition.time_field)
            time = None if text is None else reader.parse(text)
            customer = next((c for c in (t(get) for t in definition.customer) if c), None)
            if time is None:
                reject(number, record, "time")
            elif customer is None:
                reject(number, record, "customer")
            elif time > now + DAY:
                reject(number, record, "future")
            elif lateness is not None and largest is not None and time < largest - lateness:
                reject(number, record, "late")
            else:
                largest = time if largest is None else max(largest, time)
                id = plain(definition.id_field) if definition.id_field else None
                event = Event(customer, time, (number, index), id)
                fill_event(event, definition, plain, get)
                events.append(event)
    return events


def fill_event(event, definition, plain, get):
    event.touchpoint = match_touchpoint(definition, plain, get)
    text = plain(definition.value_field) if definition.value_field else None
    if text is not None:
        event.value = readers.parse_value(text)
        event.bad_value = event.value is None
    event.segments = tuple(clean_text(get(field)) for _, field in definition.segments)
    event.cuts = tuple(get(field) for field in definition.sessions.cut_on)
    event.key = get(definition.sessions.key) if definition.sessions.key else None


def match_touchpoint(definition, plain, get):
    if definition.touchpoints is None:
        name = definition.event(plain) if definition.event else None
        return None if name is None else rules.clean_name(name)
    for condition, template in definition.touchpoints:
        if condition(get):
            name = template(get)
            if name is not None:
                return rules.clean_name(name)
    return None


def customers_of(events, counters):
    """Customer -> events in order, without duplicates."""
    customers = defaultdict(list)
    for event in sorted(events, key=lambda e: (e.time, e.position)):
        customers[event.customer].append(event)
    for customer, own in customers.items():
        seen = set()
        kept = []
        for event in own:
            if event.id is not None and (event.time, event.id) in seen:
                counters["duplicate"] += 1
                continue
            seen.add((event.time, event.id))
            kept.append(event)
            counters["accepted"] += 1
            counters["unmatched"] += event.touchpoint is None
            counters["bad_value"] += event.bad_value
        customers[customer] = kept
    return customers


# -- Sessions and journeys ---------------------------------------------------------------------


def local_date(time, zone):
    utc = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=time)
    return utc.astimezone(zone).date()


def zone_of(name):
    if name[0] in "+-":
        hours, minutes = name[1:].split(":")
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        return timezone(-offset if name[0] == "-" else offset)
    return timezone.utc if name == "UTC" else ZoneInfo(name)


def cuts_before(rule, session, event):
    """True if `event` starts a new session."""
    previous = session.events[-1]
    if rule.gap is not None and event.time - previous.time > rule.gap:
        return True
    if rule.max_duration is not None and event.time - session.start > rule.max_duration:
        return True
    for field, value in enumerate(event.cuts):
        known = [e.cuts[field] for e in session.events if e.cuts[field] is not None]
        if value is not None and known and known[-1] != value:
            return True
    if rule.cut_at_midnight:
        zone = zone_of(rule.timezone)
        return local_date(event.time, zone) != local_date(previous.time, zone)
    return False


def sessions_of(definition, events):
    """A customer's sessions, in the order of their first events."""
    rule = definition.sessions
    goals = set()
    for journey in definition.journeys:
        if rule.goal in (None, journey.name):
            goals.update(journey.goal)
    sessions = []
    running = {}  # by key
    for event in events:
        session = running.get(event.key)
        if session is None or cuts_before(rule, session, event):
            session = running[event.key] = Unit("session")
            sessions.append(session)
        session.events.append(event)
        event.session = session
        if event.touchpoint in goals:
            session.goals.append(len(session.events) - 1)
    for session in sessions:
        session.outcome = "converted" if session.goals else "abandoned"
        session.moment = session.end
    name_units(sessions, b"")
    return sessions


def journeys_of(rule, events, sessions, watermark, close_all):
    """A customer's journeys of one definition, in the order of their first events."""
    if rule.per_session:
        journeys = [j for s in sessions for j in session_journeys(rule, s)]
    else:
        journeys = run_journey(rule, events)
        last = journeys[-1] if journeys else None
        if last is not None and last.outcome is None:  # still open at the end of the replay
            if is_over(rule, last, watermark):
                end_journey(rule, last)
            elif not last.goals:
                last.outcome = "abandoned" if close_all else "open"
                last.moment = last.end
            else:
                last.outcome, last.moment = "converted", last.end
    journeys.sort(key=lambda j: (j.start, j.events[0].position))
    name_units(journeys, rule.name.encode() + b"\0")
    return journeys


def session_journeys(rule, session):
    journeys = run_journey(rule, session.events)
    for journey in journeys:
        if journey.outcome is None:
            end_journey(rule, journey)
        if journey.outcome == "abandoned":
            journey.moment = session.end
    return journeys


def run_journey(rule, events):
    """The journeys in these events; the last one has no outcome if nothing ended it."""
    journeys = []
    running = None
    for event in events:
        if running is not None and is_over(rule, running, event.time):
            end_journey(rule, running)
            running = None
        if running is None:
            if rule.start and event.touchpoint not in rule.start:
                continue
            running = Unit(rule.name, rule)
            journeys.append(running)
        running.events.append(event)
        if event.touchpoint in rule.goal:
            running.goals.append(len(running.events) - 1)
            if not rule.goes_on:
                end_journey(rule, running)
                running = None
    return journeys


def is_over(rule, journey, time):
    if rule.timeout is not None and time > journey.end + rule.timeout:
        return True
    return not journey.goals and rule.within is not None and time > journey.start + rule.within


def end_journey(rule, journey):
    if journey.goals:
        journey.outcome = "converted"
        goal = journey.events[journey.goals[0]]
        journey.moment = journey.end if rule.goes_on else goal.time
        return
    limits = []
    if rule.timeout is not None:
        limits.append(journey.end + rule.timeout)
    if rule.within is not None:
        limits.append(journey.start + rule.within)
    journey.outcome = "abandoned"
    journey.moment = min(limits, default=journey.end)  # no limit: `per: session` sets it


def name_units(units, prefix):
    seen = Counter()
    for unit in units:
        ordinal = seen[unit.start]
        seen[unit.start] += 1
        head = prefix + unit.events[0].customer + b"\0"
        unit.id = hash_hex(head + struct.pack("<qI", unit.start, ordinal))


# -- All of it ---------------------------------------------------------------------------------


def replay(definition, inputs, now=None, lateness="as defined", close_all=False):
    """Tables, counters, rejects and the watermark of a replay of `inputs` (bytes each)."""
    if now is None:
        now = int(clock.time() * 1_000_000)
    if lateness == "as defined":
        lateness = definition.lateness
    counters = {
        name: 0 for name in "read accepted filtered late duplicate unmatched bad_value".split()
    }
    counters["rejected"] = dict.fromkeys(("shape", "time", "customer", "future"), 0)
    rejects = []
    events = read_events(definition, inputs, now, lateness, counters, rejects)
    watermark = max((event.time for event in events), default=None)
    units = []
    for own in customers_of(events, counters).values():
        sessions = sessions_of(definition, own)
        units += sessions
        for rule in definition.journeys:
            units += journeys_of(rule, own, sessions, watermark, close_all)
    counters["sessions"] = sum(unit.rule is None for unit in units)
    counters["journeys"] = {}
    for rule in definition.journeys:
        outcomes = Counter(unit.outcome for unit in units if unit.rule is rule)
        counters["journeys"][rule.name] = {
            name: outcomes[name] for name in ("converted", "abandoned", "open")
        }
    tables = tables_of(definition, [View(definition, unit) for unit in units])
    return {
        "tables": tables,
        "counters": counters,
        "watermark": watermark,
        "rejects": rejects,
    }


def main():
    parser = argparse.ArgumentParser(description="Computes wend's tables the plain way.")
    parser.add_argument("-c", dest="definition", required=True)
    parser.add_argument("inputs", nargs="+")
    parser.add_argument("--now")
    parser.add_argument("--lateness", default="as defined")
    parser.add_argument("--close-all", action="store_true")
    options = parser.parse_args()
    with open(options.definition, encoding="utf-8") as file:
        definition = rules.load(file.read())
    now = readers.parse_calendar(options.now.encode()) if options.now else None
    lateness = options.lateness
    if lateness != "as defined":
        lateness = rules.duration(lateness)
    inputs = [readers.read_bytes(path) for path in options.inputs]
    result = replay(definition, inputs, now, lateness, options.close_all)
    del result["rejects"]
    json.dump(result, sys.stdout, indent=1, default=str, ensure_ascii=False)
    print()


if __name__ == "__main__":
    main()
