#!/usr/bin/env python3
"""Holds the figures of `hustings compare` against an independent computation from the raw lines, by numpy and scipy.

    python3 tests/statistics/check.py target/release/hustings [--seeds 0..1000] [SCENARIO...]

Runs one comparison with `--raw`, reads nothing but the raw lines, works everything out anew, and compares it with every number of
comparison.json and with the very text of the table and of the sentences. Exit 0: everything agrees. Not run by `cargo test`, because
it needs more than Rust. In a virtual environment: pip install numpy scipy.
"""

import argparse
import json
import math
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np
from scipy import stats

CONFIDENCE = 0.95
TAIL = (1 - CONFIDENCE) / 2
QUANTILES = (500, 900, 990)
RESAMPLED = 2000
SOURCE = b"hustings: resampled pairs seed 0"
NEVER = math.inf

problems = []
compared = 0
furthest = 0.0


def same(where, ours, theirs):
    """Whole numbers and words: equal, or not."""
    global compared
    compared += 1
    if ours != theirs:
        problems.append(f"{where}: hustings says {theirs!r}, this check {ours!r}")


def close(where, ours, theirs, within=1e-12):
    """Floating-point numbers: the same but for the rounding of another order of operations."""
    global compared, furthest
    compared += 1
    theirs = NEVER if theirs is None else theirs
    if ours == theirs:
        return
    off = abs(ours - theirs) / max(abs(ours), abs(theirs))
    furthest = max(furthest, off)
    if not off <= within:
        problems.append(f"{where}: hustings says {theirs!r}, this check {ours!r}")


# --- the first failover of a run, from its raw line -------------------------------------------------------------------------------


def first_failover(run, works):
    """None where no leader was lost, else (lost, detection, election, takeover), each part NEVER where it did not come about."""
    for failover in run["failovers"]:
        if failover["cause"] == "start" or failover["absorbed"]:
            continue
        lost, detected, elected = failover["lost_ns"], failover["detected_ns"], failover["elected_ns"]
        done = failover["effective_ns"] if works else elected
        detection = detected - lost if detected is not None else NEVER
        election = elected - detected if None not in (detected, elected) else NEVER
        takeover = done - elected if None not in (done, elected) else NEVER
        return lost, detection, election, takeover
    return None


class Column:
    def __init__(self, runs):
        self.runs = runs
        works = any(f["effective_ns"] is not None for run in runs for f in run["failovers"])
        self.first = {run["seed"]: first_failover(run, works) for run in runs}
        self.lost = {seed: first for seed, first in self.first.items() if first is not None}
        self.total = {seed: sum(first[1:]) for seed, first in self.lost.items()}
        self.failover = np.sort(np.array(list(self.total.values()), dtype=float))
        end = {run["seed"]: run["end_ns"] for run in runs}
        never = [seed for seed, total in self.total.items() if total == NEVER]
        self.never = len(never)
        self.first_never = min(never, default=None)
        self.left = min((end[seed] - self.lost[seed][0] for seed in never), default=None)
        safety = {}
        for run in runs:
            for verdict in run["verdicts"]:
                if verdict["verdict"] == "violated":
                    safety.setdefault(verdict["invariant"], []).append(run["seed"])
        self.violated = safety


# --- statistics -------------------------------------------------------------------------------------------------------------------


def fewest(p):
    n = 1
    while p**n > TAIL or (1 - p) ** n > TAIL:
        n += 1
    return n


def quantile(ordered, per_mille):
    """(value, low, high) by order statistics, or how many it takes."""
    n, p = len(ordered), per_mille / 1000
    if n < fewest(p):
        return fewest(p)
    # Most ranks below with P[X < rank] <= tail, least rank above with P[X >= rank] <= tail.
    low = int(stats.binom.ppf(TAIL, n, p))
    high = int(stats.binom.isf(TAIL, n, p)) + 1
    assert stats.binom.cdf(low - 1, n, p) <= TAIL < stats.binom.cdf(low, n, p)
    assert stats.binom.sf(high - 1, n, p) <= TAIL < stats.binom.sf(high - 2, n, p)
    rank = -(-n * per_mille // 1000)
    return tuple(ordered[r - 1] for r in (rank, low, high))


def band(n):
    """Massart's form of the inequality of Dvoretzky, Kiefer and Wolfowitz, solved for the half width."""
    return min(1.0, math.sqrt(math.log(2 / (1 - CONFIDENCE)) / (2 * n))) if n else 1.0


def wilson(count, n):
    found = stats.binomtest(count, n).proportion_ci(CONFIDENCE, method="wilson")
    return [found.low, count / n, found.high]


def median(values):
    """The lower middle one."""
    return np.sort(values)[(len(values) + 1) // 2 - 1] if len(values) else None


def ratio(a, b):
    if a == NEVER or b == NEVER:
        return 1.0 if a == b else (NEVER if a == NEVER else 0.0)
    return a / b if b else (1.0 if a == 0 else NEVER)


def chacha8(count):
    """So many 64-bit words of ChaCha8 under our source, from D. J. Bernstein's description; all blocks side by side."""
    blocks = -(-count // 8)
    constants = np.frombuffer(b"expand 32-byte k", dtype="<u4")
    key = np.frombuffer(SOURCE, dtype="<u4")
    start = np.zeros((16, blocks), dtype=np.uint32)
    start[0:4], start[4:12] = constants[:, None], key[:, None]
    start[12] = np.arange(blocks, dtype=np.uint64) & 0xFFFFFFFF
    start[13] = np.arange(blocks, dtype=np.uint64) >> 32
    state = start.copy()

    def rotate(x, by):
        return (x << np.uint32(by)) | (x >> np.uint32(32 - by))

    def quarter(a, b, c, d):
        for one, two, three, by in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            state[one] += state[two]
            state[three] = rotate(state[three] ^ state[one], by)

    for _ in range(4):
        for quad in ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15)):
            quarter(*quad)
        for quad in ((0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)):
            quarter(*quad)
    words = (state + start).T.reshape(-1).astype(np.uint64)
    return (words[0::2] | words[1::2] << np.uint64(32))[:count]


def same_resamples(n, cache={}):
    """Which pairs each of the resamplings of `hustings` draws."""
    if n not in cache:
        words = chacha8(RESAMPLED * n)
        low, high = words & np.uint64(0xFFFFFFFF), words >> np.uint64(32)
        cache[n] = ((high * np.uint64(n) + (low * np.uint64(n) >> np.uint64(32))) >> np.uint64(32)).reshape(RESAMPLED, n).astype(int)
    return cache[n]


def middle_of(drawn):
    return np.sort(drawn, axis=1)[:, (drawn.shape[1] + 1) // 2 - 1]


def bootstrap(a, b, drawn):
    """The interval's ends: 50th value from either side."""
    ratios = sorted(ratio(x, y) for x, y in zip(middle_of(a[drawn]), middle_of(b[drawn])))
    at = round(TAIL * len(ratios))
    return ratios[at - 1], ratios[len(ratios) - at]


def against(column, other):
    """None, or what the pairs of both say."""
    seeds = [seed for seed in column.total if seed in other.total]
    pairs = np.array([(column.total[s], other.total[s]) for s in seeds if column.total[s] < NEVER or other.total[s] < NEVER])
    if len(pairs) == 0:
        return None
    a, b = pairs[:, 0], pairs[:, 1]
    won, lost = int((a < b).sum()), int((a > b).sum())
    low, high = bootstrap(a, b, same_resamples(len(pairs)))
    value = ratio(median(a), median(b))
    sign = stats.binomtest(won, won + lost).pvalue if won + lost else 1.0
    finite = 0 < value < NEVER
    excludes = value > 1 and low > 1 or value < 1 and high < 1
    agrees = not finite or excludes and (value < 1) == (won > lost)
    return {
        "pairs": len(pairs),
        "ratio": [low, value, high] if finite else None,
        "won": wilson(won, len(pairs)),
        "lost": wilson(lost, len(pairs)),
        "sign": sign,
        "differs": bool(sign <= 1 - CONFIDENCE and agrees),
        "figures": (a, b),
    }


def chance_check(where, a, b, found, generator):
    """Other resamples, by scipy: ours must be one of what these give."""
    ends = []
    for _ in range(12):
        result = stats.bootstrap(
            (np.arange(len(a)),),
            lambda drawn: ratio(median(a[drawn]), median(b[drawn])),
            vectorized=False,
            n_resamples=RESAMPLED,
            confidence_level=CONFIDENCE,
            method="percentile",
            rng=generator,
        )
        ends.append(result.confidence_interval)
    for side, ours in ((0, found[0]), (1, found[2])):
        theirs = np.array([end[side] for end in ends])
        spread = theirs.std(ddof=1)
        # Twelve times 2 000 resamples: five deviations of one of them, or half a thousandth where all agree.
        if abs(theirs.mean() - ours) > max(5 * spread, 5e-4 * ours):
            problems.append(f"{where}: end {side} of the interval is {ours}, by scipy {theirs.mean()} ± {spread}")
    return ends


# --- words, as the table and the sentences have them ------------------------------------------------------------------------------


def grouped(number):
    return f"{number:,}".replace(",", " ")


def span(ns):
    """Three places, half up; nanoseconds where that would look like nothing."""
    ns = int(ns)
    if ns == 0:
        return "0"
    if ns < 500:
        return f"{ns} ns"
    micros = (ns + 500) // 10**3
    if micros < 10**6:
        return f"{micros // 10**3}.{micros % 10**3:03} ms"
    millis = (ns + 500_000) // 10**6
    return f"{millis // 10**3}.{millis % 10**3:03} s"


def about(ns):
    """Three digits, half up."""
    ns = int(ns)
    unit, name = next((u, n) for u, n in ((10**9, "s"), (10**6, "ms"), (10**3, "us")) if ns >= u or u == 10**3)
    places = 0 if ns >= 100 * unit else 1 if ns >= 10 * unit else 2
    steps = (2 * ns * 10**places + unit) // (2 * unit)
    whole, part = divmod(steps, 10**places)
    return f"{grouped(whole)} {name}" if places == 0 else f"{whole}.{part:0{places}} {name}"


def factor(value, low, high):
    def looks_like_one(end, unit):
        return end != 1 and abs(end - 1) < unit / 2

    width = high - low
    fits = lambda unit: width >= unit and not looks_like_one(low, unit) and not looks_like_one(high, unit)
    places = next((p for p, unit in ((1, 0.1), (2, 0.01)) if fits(unit)), 3)
    return [f"{end:.{places}f}" if end < NEVER else "inf" for end in (value, low, high)]


def cut_short(told):
    """In so many seeds the run ended before the algorithm's own bound, which the raw lines do not have."""
    return told.get("cut_short", {"seeds": 0})["seeds"]


def sentence(name, column, other_name, other, other_cut_short, found):
    """What is said of the fastest and another one."""
    pairs, time = grouped(found["pairs"]), about(median(column.failover))
    if found["ratio"] is None:
        if 2 * (other.never - other_cut_short) < len(other.failover):
            return f"{name}: median failover {time}, where most of {pairs} paired seeds are too short to see {other_name} recover"
        return f"{name}: median failover {time}, where {other_name} does not recover in most of {pairs} paired seeds"
    a, b = found["figures"]
    low, high = bootstrap(b, a, same_resamples(len(a)))
    value, low_words, high_words = factor(ratio(median(b), median(a)), low, high)
    interval = f"{low_words}–{high_words}" if high < NEVER else f"at least {low_words}"
    if found["differs"]:
        return f"{name}: median failover {time}, {value}x faster than {other_name} (95 %: {interval}, {pairs} paired seeds)"
    won, lost = (f"{found[side][1] * 100:.0f} %" for side in ("won", "lost"))
    return (
        f"{name} and {other_name}: no difference that {pairs} paired seeds could show "
        f"(medians {value}x apart, 95 %: {interval}; faster in {won} to {lost} of seeds)"
    )


def cell(found, column, interval):
    def time(ns):
        return f"≥ {span(column.left)}" if ns == NEVER else span(ns)

    if isinstance(found, int):
        return "-" if len(column.failover) == 0 else f"needs {found}"
    value, low, high = map(time, found)
    return f"{value} ({low} to {high})" if interval else value


# --- one column, one row ----------------------------------------------------------------------------------------------------------


def whole(value):
    return None if value is None or value == NEVER else int(value)


def check_column(where, column, told):
    same(f"{where} runs", len(column.runs), told["runs"])
    same(f"{where} failovers", len(column.lost), told["failovers"])
    same(f"{where} never", column.never, told["never"])
    same(f"{where} first never", column.first_never, told["first_never_seed"])
    same(f"{where} time left", column.left, told["never_left_ns"])
    close(f"{where} band", band(len(column.failover)), told["failover_band"])
    for per_mille, quoted in zip(QUANTILES, told["failover_ns"]):
        found = quantile(column.failover, per_mille)
        here = f"{where} quantile {per_mille}"
        if isinstance(found, int):
            same(here, (None, None, None, found), tuple(quoted[k] for k in ("value_ns", "low_ns", "high_ns", "needs")))
        else:
            same(here, (*map(whole, found), None), tuple(quoted[k] for k in ("value_ns", "low_ns", "high_ns", "needs")))
    for place, part in ((1, "detection"), (2, "election"), (3, "takeover")):
        same(f"{where} {part}", whole(median([f[place] for f in column.lost.values()])), told[f"{part}_median_ns"])
    same(f"{where} messages", int(median([run["counters"]["sent"] for run in column.runs])), told["messages_median"])
    leaderless = int(median([run["counters"]["leaderless_ns"] for run in column.runs]))
    same(f"{where} leaderless", leaderless, told["leaderless_median_ns"])
    false = sum(f["cause"] == "unprovoked" for run in column.runs for f in run["failovers"])
    same(f"{where} false failovers", false, told["false_failovers"])
    days = sum(run["end_ns"] for run in column.runs) / 86_400e9
    close(f"{where} false failovers a day", false / days, told["false_failovers_per_day"])
    n = len(column.runs)
    for found in told["safety"] + told["liveness"] + told["measured"]:
        seeds = column.violated.get(found["invariant"], [])
        here = f"{where} {found['invariant']}"
        same(here, (len(seeds), min(seeds, default=None)), (found["seeds"], found["first_seed"]))
        low, _, high = wilson(len(seeds), n)
        close(f"{here} low", low, found["share_low"])
        close(f"{here} high", high, found["share_high"])
    check_measure(where, column, told.get("measure"))
    close(f"{where} rule of three", NEVER if told["safety"] else min(1.0, 3 / n), told["unsafe_share_high"])


def check_measure(where, column, told):
    """The figure that the scenario asks for, if it asks for one."""
    if told is None:
        same(f"{where} measures nothing", [], [run for run in column.runs if "measure" in run])
        return
    unit = "_ns" if "mean_ns" in told else ""
    same(f"{where} measure", {told["what"]}, {run["measure"]["what"] for run in column.runs})
    figures = [run["measure"]["value" + unit] for run in column.runs]
    ordered = np.sort(np.array([NEVER if figure is None else figure for figure in figures], dtype=float))
    never = figures.count(None)
    same(f"{where} measure never", never, told["never"])
    close(f"{where} measure mean", NEVER if never else math.fsum(figures) / len(figures), told["mean" + unit])
    for per_mille, quoted in zip(QUANTILES, told["quantiles" + unit]):
        found = quantile(ordered, per_mille)
        ours = (None, None, None, found) if isinstance(found, int) else (*map(whole, found), None)
        keys = ("value" + unit, "low" + unit, "high" + unit, "needs")
        same(f"{where} measure quantile {per_mille}", ours, tuple(quoted[key] for key in keys))
    for place, ours in enumerate(wilson(figures.count(1), len(figures)) if "share" in told else []):
        close(f"{where} measure share {place}", ours, told["share"][place])


def check_row(scenario, columns, told, text, generator):
    names = [one["algorithm"] for one in told["algorithms"] if one["misfit"] is None]
    chance = 0
    for one in told["algorithms"]:
        if one["misfit"] is not None:
            continue
        name, column = one["algorithm"], columns[one["algorithm"]]
        where = f"{scenario} {name}"
        check_column(where, column, one)
        expected = {other: against(column, columns[other]) for other in names if other != name}
        same(f"{where} partners", [o for o, found in expected.items() if found], [found["algorithm"] for found in one["against"]])
        for quoted in one["against"]:
            found, here = expected[quoted["algorithm"]], f"{where} against {quoted['algorithm']}"
            same(f"{here} pairs", found["pairs"], quoted["pairs"])
            same(f"{here} differs", found["differs"], quoted["differs"])
            close(f"{here} sign", found["sign"], quoted["sign"], 1e-9)
            same(f"{here} has a ratio", found["ratio"] is not None, quoted["ratio"] is not None)
            for key in ("ratio", "won", "lost"):
                for place, value in enumerate(found[key] or []):
                    close(f"{here} {key} {place}", value, quoted[key][place])
            if found["ratio"] and chance < 4 and found["ratio"][2] < NEVER:
                chance_check(here, *found["figures"], found["ratio"], generator)
                chance += 1
        row = next(line for line in text if re.match(rf"  {name}  ", line))
        cells = re.split(r"\s{2,}", row.strip())
        p50, p90, p99 = (quantile(column.failover, per_mille) for per_mille in QUANTILES)
        expected_cells = [cell(p50, column, True), cell(p90, column, False), cell(p99, column, False)]
        cut = cut_short(one)
        expected_cells.append(f"{column.never - cut}, {cut} cut short" if cut else str(column.never))
        same(f"{where} in the table", [f"{len(column.lost)} of {len(column.runs)}", *expected_cells], cells[1:6])
    lost = [name for name in names if len(columns[name].failover)]
    if lost:
        best = min(lost, key=lambda name: median(columns[name].failover))
        if median(columns[best].failover) < NEVER:
            others = ((o, against(columns[best], columns[o])) for o in lost if o != best)
            cut = {one["algorithm"]: cut_short(one) for one in told["algorithms"]}
            expected = [sentence(best, columns[best], o, columns[o], cut[o], found) for o, found in others if found]
            said = [line.strip() for line in text if "median failover" in line or "no difference that" in line]
            same(f"{scenario} sentences", expected, said)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("hustings")
    parser.add_argument("scenarios", nargs="*", default=["leader-crash", "leader-isolated", "majority-split"])
    parser.add_argument("--seeds", default="0..1000")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        program = str(pathlib.Path(arguments.hustings).resolve())
        command = [program, "compare", *arguments.scenarios, "--seeds", arguments.seeds, "--raw", "raw.jsonl", "--out", "out"]
        text = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout
        told = json.loads((pathlib.Path(folder) / "out" / "comparison.json").read_text())
        columns = {}
        with open(pathlib.Path(folder) / "raw.jsonl") as raw:
            for line in raw:
                run = json.loads(line)
                columns.setdefault(run["scenario"], {}).setdefault(run["algorithm"], []).append(run)
    generator = np.random.default_rng(1)
    parts = re.split(r"\n(?=[a-z0-9-]+: )", text)
    for row in told["scenarios"]:
        name = row["scenario"]
        part = next(part for part in parts if part.lstrip().startswith(f"{name}: "))
        built = {algorithm: Column(runs) for algorithm, runs in columns[name].items()}
        check_row(name, built, row, part.splitlines(), generator)
    for problem in problems:
        print(problem)
    print(f"{compared} figures compared, {len(problems)} differ; floating-point ones agree to {furthest:.1e}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
