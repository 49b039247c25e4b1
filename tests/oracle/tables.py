"""The tables of the oracle: what a unit says of itself, and a loop over units for each table.

A View is a unit with its steps, stages and place in the tables; a table is a list of row dicts,
whose sort key beside scope, window and segments each function returns with it.
"""

from collections import Counter, defaultdict
from decimal import Decimal

import xxhash

from funnel import funnel


def hash_hex(data):
    return f"{xxhash.xxh3_64_intdigest(data):016x}"


# -- What a unit says about itself -------------------------------------------------------------


class View:
    """A unit's derived facts: its steps, its stages, its place in the tables."""

    def __init__(self, definition, unit):
        self.unit = unit
        self.touches = [e for e in unit.events if e.touchpoint is not None]
        self.held = {e.touchpoint for e in self.touches}
        self.steps = []  # (touchpoint, time), uncut
        self.goal_step = None
        first_goal = unit.events[unit.goals[0]] if unit.goals else None
        for event in self.touches:
            if not (definition.collapse and self.steps and self.steps[-1][0] == event.touchpoint):
                self.steps.append((event.touchpoint, event.time))
            if event is first_goal:
                self.goal_step = len(self.steps) - 1
        names = [name for name, _ in self.steps]
        if len(names) > definition.max_steps:
            names = names[: definition.max_steps - 2] + ["…"] + names[-1:]
        self.shown = names
        self.path = " > ".join(names) if names else "(none)"
        self.value = sum(unit.events[goal].value or 0 for goal in unit.goals)
        self.base = self.base_row(definition)
        self.group = tuple(self.base.values())
        self.stage_names = [name for name, _ in unit.rule.stages] if unit.rule else []
        stage_numbers = [stage_number(unit.rule, e.touchpoint) for e in unit.events]
        self.visited_stages = set(stage_numbers) - {0}
        mode = unit.rule.funnel if unit.rule else "ordered"
        self.furthest, self.pairs = funnel(stage_numbers, len(self.stage_names), mode)
        # Credits: the touchpoints before the first goal event, else the goal itself.
        self.first_touch = self.last_touch = None
        if first_goal is not None:
            before = self.touches[: self.touches.index(first_goal)] or [first_goal]
            self.first_touch, self.last_touch = before[0].touchpoint, before[-1].touchpoint

    def base_row(self, definition):
        row = {"scope": self.unit.scope, "window_start": None}
        if definition.window is not None:
            row["window_start"] = self.unit.moment // definition.window * definition.window
        for number, (name, _) in enumerate(definition.segments):
            values = (e.segments[number] for e in self.unit.events)
            row[name] = next((value for value in values if value is not None), None)
        return row

    def stage_of(self, touchpoint):
        number = stage_number(self.unit.rule, touchpoint)
        return self.stage_names[number - 1] if number else None


def stage_number(rule, touchpoint):
    for number, (_, touchpoints) in enumerate(rule.stages if rule else []):
        if touchpoint in touchpoints:
            return number + 1
    return 0


def clean_text(value):
    """The text of bytes in the tables."""
    return None if value is None else value.decode("utf-8", "replace")


def decimal(value):
    return Decimal(value).scaleb(-4)


def unit_value(value):
    """A sum that decimal(18, 4) cannot hold is null."""
    return decimal(value) if abs(value) < 10**18 else None


def outcome_counts(views):
    outcomes = Counter(view.unit.outcome for view in views)
    return {
        "units": len(views),
        "converted": outcomes["converted"],
        "abandoned": outcomes["abandoned"],
        "still_open": outcomes["open"],
    }


# -- Quantiles ---------------------------------------------------------------------------------


def bucket_of(value):
    """Log-linear: 64 buckets a power of two; values below 64 have their own."""
    shift = max(0, value.bit_length() - 7)
    return 64 * shift + (value >> shift)


def bucket_value(bucket):
    """Its lowest value + half its width."""
    if bucket < 64:
        return bucket
    shift = bucket // 64 - 1
    return ((bucket - 64 * shift) << shift) + (1 << shift) // 2


def quantiles(name, values, which=(50, 90)):
    """Columns NAME_p50, NAME_p90 (seconds), NAME_sketch; null without values."""
    row = {}
    ranked = sorted(values)
    for p in which:
        exact = ranked[-(-p * len(ranked) // 100) - 1] if ranked else None
        seen = None if exact is None else bucket_value(bucket_of(exact)) / 1_000_000
        row[f"{name}_p{p}"] = seen
        row[f"{name}_p{p}_exact"] = None if exact is None else exact / 1_000_000
    row[name + "_sketch"] = dict(Counter(map(bucket_of, values))) if values else None
    return row


def seconds(microseconds):
    return microseconds / 1_000_000


# -- Tables ------------------------------------------------------------------------------------


def grouped(pairs):
    groups = defaultdict(list)
    for key, item in pairs:
        groups[key].append(item)
    return groups


def by_group(views):
    """(base row, views) of each scope, window and segments."""
    return [(own[0].base, own) for own in grouped((v.group, v) for v in views).values()]


def paths_table(views):
    rows = []
    for base, own in by_group(views):
        for path, same in grouped((view.path, view) for view in own).items():
            durations = [view.unit.end - view.unit.start for view in same]
            rows.append(
                base
                | {
                    "path": path,
                    "path_steps": same[0].shown,
                    "path_id": hash_hex(path.encode()),
                    "step_count": len(same[0].shown),
                    **outcome_counts(same),
                    "value_sum": decimal(sum(view.value for view in same)),
                    "duration_s_sum": seconds(sum(durations)),
                    **quantiles("duration_s", durations),
                }
            )
    return rows, ["path"]


def transitions_table(views):
    rows = []
    for base, own in by_group(views):
        found = defaultdict(list)  # (from, to) -> (view, microseconds or None)
        for view in own:
            if not view.steps:
                continue
            found["(entry)", view.steps[0][0]].append((view, None))
            for (a, start), (b, end) in zip(view.steps, view.steps[1:]):
                found[a, b].append((view, end - start))
            found[view.steps[-1][0], "(exit)"].append((view, None))
        for (a, b), uses in found.items():
            times = [time for _, time in uses if time is not None]
            rows.append(
                base
                | {
                    "from_touchpoint": a,
                    "to_touchpoint": b,
                    "transitions": len(uses),
                    "units": len({id(view) for view, _ in uses}),
                    "seconds_sum": seconds(sum(times)) if times else None,
                    **quantiles("seconds", times),
                }
            )
    return rows, ["from_touchpoint", "to_touchpoint"]


def flow_table(views, depth):
    rows = []
    for base, own in by_group(views):
        found = Counter()
        for view in own:
            names = [name for name, _ in view.steps]
            count_flow(found, "start", names, "(exit)", depth)
            if view.goal_step is not None:
                count_flow(found, "goal", names[view.goal_step :: -1], "(entry)", depth)
        for (anchor, step, a, b), count in found.items():
            rows.append(
                base
                | {
                    "anchor": anchor,
                    "step_index": step,
                    "from_touchpoint": a,
                    "to_touchpoint": b,
                    "units": count,
                }
            )
    return rows, ["anchor", "step_index", "from_touchpoint", "to_touchpoint"]


def count_flow(found, anchor, names, end, depth):
    for index, name in enumerate(names[:depth]):
        if index + 1 == len(names):
            following = end
        else:
            following = "(more)" if index + 1 == depth else names[index + 1]
        found[anchor, index + 1, name, following] += 1


def stages_table(views):
    rows = []
    for base, own in by_group([view for view in views if view.unit.rule]):
        for position, name in enumerate(own[0].stage_names, start=1):
            gaps = []
            for view in own:
                if position in view.pairs:
                    here, there = (view.unit.events[i].time for i in view.pairs[position])
                    gaps += [there - here] if there >= here else []
            abandoned = [view for view in own if view.unit.outcome == "abandoned"]
            rows.append(
                base
                | {
                    "stage": name,
                    "stage_position": position,
                    "visited": sum(position in view.visited_stages for view in own),
                    "reached": sum(view.furthest >= position for view in own),
                    "advanced": sum(view.furthest > position for view in own),
                    "abandoned_here": sum(view.furthest == position for view in abandoned),
                    **quantiles("seconds_to_next", gaps),
                }
            )
    return rows, ["stage_position"]


def abandonment_table(views):
    rows = []
    for base, own in by_group(views):
        total = sum(view.unit.outcome == "abandoned" for view in own)
        points = set().union(*(view.held or {"(none)"} for view in own))
        for point in points:
            holders = [view for view in own if point in (view.held or {"(none)"})]
            abandoned = sum(
                view.unit.outcome == "abandoned"
                and (view.touches[-1].touchpoint if view.touches else "(none)") == point
                for view in holders
            )
            rows.append(
                base
                | {
                    "touchpoint": point,
                    "stage": own[0].stage_of(point),
                    "abandoned": abandoned,
                    "visited": len(holders),
                    "abandon_rate": abandoned / len(holders),
                    "abandon_share": abandoned / total if total else None,
                }
            )
    return rows, ["touchpoint"]


def touchpoints_table(views):
    rows = []
    for base, own in by_group(views):
        for point in set().union(*(view.held for view in own)):
            holders = [view for view in own if point in view.held]
            converted = [view for view in holders if view.unit.outcome == "converted"]
            goals = [view.unit.events[goal] for view in holders for goal in view.unit.goals]
            rows.append(
                base
                | {
                    "touchpoint": point,
                    "stage": own[0].stage_of(point),
                    "events": sum(e.touchpoint == point for v in holders for e in v.touches),
                    "units": len(holders),
                    "entries": sum(view.touches[0].touchpoint == point for view in holders),
                    "exits": sum(view.touches[-1].touchpoint == point for view in holders),
                    "converted_units": len(converted),
                    "first_touch": sum(view.first_touch == point for view in own),
                    "last_touch": sum(view.last_touch == point for view in own),
                    "value_sum": decimal(
                        sum(goal.value or 0 for goal in goals if goal.touchpoint == point)
                    ),
                }
            )
    return rows, ["touchpoint"]


def switches_table(views, fields):
    rows = []
    keys = ["field", "from_value", "to_value", "from_touchpoint", "to_touchpoint"]
    for base, own in by_group(views):
        found = defaultdict(list)
        for view in own:
            if view.touches:
                for key, gap in switches_of(view.unit.events, fields):
                    found[key].append((view, gap))
        for key, uses in found.items():
            switched = list({id(view): view for view, _ in uses}.values())
            counts = outcome_counts(switched)
            rows.append(
                base
                | dict(zip(keys, key))
                | {
                    "switches": len(uses),
                    "units": counts["units"],
                    "converted": counts["converted"],
                    "abandoned": counts["abandoned"],
                    **quantiles("seconds", [gap for _, gap in uses], which=(50,)),
                }
            )
    return rows, keys


def switches_of(events, fields):
    points = [event.touchpoint for event in events]
    for i in range(1, len(events)):
        before = next((p for p in reversed(points[:i]) if p is not None), "(entry)")
        after = next((p for p in points[i:] if p is not None), "(exit)")
        for number, (name, _) in enumerate(fields):
            a, b = events[i - 1].segments[number], events[i].segments[number]
            if a is not None and b is not None and a != b:
                yield (name, a, b, before, after), events[i].time - events[i - 1].time


def sessions_table(views):
    rows = []
    for view in views:
        if view.unit.rule is None:
            row = view.base | {"session_id": view.unit.id, "customer_id": customer_of(view)}
            row |= span_of(view)
            row |= {
                "path": view.path,
                "path_steps": view.shown,
                "entry_touchpoint": view.touches[0].touchpoint if view.touches else None,
                "exit_touchpoint": view.touches[-1].touchpoint if view.touches else None,
                "outcome": view.unit.outcome,
                "value": unit_value(view.value),
            }
            rows.append(row)
    return sorted(rows, key=lambda row: (row["ended_at"], row["session_id"]))


def journeys_table(views):
    rows = []
    for view in views:
        unit = view.unit
        if unit.rule is not None:
            row = view.base | {"journey_id": unit.id, "customer_id": customer_of(view)}
            span = span_of(view)
            count = span.pop("event_count")
            furthest = view.stage_names[view.furthest - 1] if view.furthest else None
            row |= span | {
                "session_count": len({id(event.session) for event in unit.events}),
                "event_count": count,
                "path": view.path,
                "path_steps": view.shown,
                "last_stage": view.stage_of(view.touches[-1].touchpoint) if view.touches else None,
                "furthest_stage": furthest,
                "outcome": unit.outcome,
                "converted_at": unit.events[unit.goals[0]].time if unit.goals else None,
                "value": unit_value(view.value),
            }
            rows.append(row)
    return sorted(rows, key=lambda row: (row["ended_at"], row["journey_id"]))


def customer_of(view):
    return clean_text(view.unit.events[0].customer)


def span_of(view):
    unit = view.unit
    return {"started_at": unit.start, "ended_at": unit.end, "event_count": len(unit.events)}


def sorted_rows(rows_and_key, definition):
    """By scope, window, segments (nulls first), then key."""
    rows, key = rows_and_key
    names = ["scope", "window_start"] + [name for name, _ in definition.segments] + key

    def rank(value):
        return (value is not None, value.encode() if isinstance(value, str) else value or 0)

    return sorted(rows, key=lambda row: [rank(row[name]) for name in names])


def tables_of(definition, views):
    aggregates = {
        "paths": paths_table(views),
        "transitions": transitions_table(views),
        "flow": flow_table(views, definition.flow_depth),
        "stages": stages_table(views),
        "abandonment": abandonment_table(views),
        "touchpoints": touchpoints_table(views),
        "switches": switches_table(views, definition.segments),
    }
    tables = {name: sorted_rows(table, definition) for name, table in aggregates.items()}
    tables["sessions"] = sessions_table(views)
    tables["journeys"] = journeys_table(views)
    return tables
