"""Stage funnels over the events of one unit, as SEMANTICS says them."""


def funnel(stages, count, mode):
    """`stages`: of each event the number of its stage, 1 to `count`, or 0 for none.

    Returns (furthest, pairs): the last stage reached, and for each stage k below it the positions
    (of ek, of ek+1).
    """
    if mode == "ordered":
        return ordered(stages, count)
    if mode == "any":
        return in_any_order(stages, count)
    return strict(stages, count)


def ordered(stages, count):
    found = []
    for position, stage in enumerate(stages):
        if len(found) < count and stage == len(found) + 1:
            found.append(position)
    return len(found), {k + 1: (found[k], found[k + 1]) for k in range(len(found) - 1)}


def in_any_order(stages, count):
    first = [stages.index(k) if k in stages else None for k in range(1, count + 1)]
    furthest = 0
    while furthest < count and first[furthest] is not None:
        furthest += 1
    return furthest, {k: (first[k - 1], first[k]) for k in range(1, furthest)}


def strict(stages, count):
    # Runs of one stage, events of none left out: a chain is neighbouring runs of stages 1, 2, ...,
    # and each of its events is the first of its run.
    runs = []
    for position, stage in enumerate(stages):
        if stage != 0 and (not runs or runs[-1][0] != stage):
            runs.append((stage, position))
    furthest = 0
    pairs = {}
    chain = 0  # how far the chain that ends in this run has come
    for index, (stage, position) in enumerate(runs):
        if stage == chain + 1:
            chain = stage
        else:
            chain = 1 if stage == 1 else 0
        if chain > furthest:
            furthest = chain
            if chain > 1:
                pairs[chain - 1] = (runs[index - 1][1], position)
    return furthest, pairs
