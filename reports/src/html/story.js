// A run as the report holds it, made into lists that are quick to draw. `story/page.rs` writes what is read here.

const ROLES = ["follower", "pre-candidate", "candidate", "leader"];
const DONE = ["acknowledged", "applied", "fenced off"];

function read(id) {
  const raw = JSON.parse(document.getElementById(id).textContent);
  const story = {
    end: raw.end, left: raw.left, failovers: raw.failovers, findings: raw.findings,
    lanes: raw.lanes.map(([name, kind]) => ({ name, kind })),
    roles: raw.roles.map(([lane, from, until, role, epoch, leader]) => ({ lane, from, until, role, epoch, leader })),
    outages: raw.outages.map(([lane, from, until, what]) => ({ lane, from, until, what })),
    reigns: raw.reigns.map(([lane, from, until, epoch]) => ({ lane, from, until, epoch })),
    cuts: raw.cuts.map(([from, until, text, isolated, touched]) => ({ from, until, text, isolated, touched })),
    grants: raw.grants.map(([lane, from, until, holder, token]) => ({ lane, from, until, holder, token })),
    work: raw.work.map(([lane, by, from, until, items, done]) => ({ lane, by, from, until, items, done })),
    moments: raw.moments.map(([at, lane, text]) => ({ at, lane, text })),
    messages: [], longest: 0,
  };
  let sent = 0;
  for (let at = 0; at < raw.messages.length; at += 7) {
    const [from, to, after, flight, fate, kind, content] = raw.messages.slice(at, at + 7);
    sent += after;
    story.longest = Math.max(story.longest, flight);
    story.messages.push({
      from, to, sent, ended: sent + flight, fate, kind: raw.kinds[kind], became: raw.fates[fate],
      content: content < 0 ? null : raw.contents[content],
    });
  }
  story.acting = acting(story);
  return story;
}

// How many would act as leader, as stretches.
function acting(story) {
  const turns = [];
  for (const reign of story.reigns) turns.push([reign.from, 1], [reign.until, -1]);
  turns.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const stretches = [];
  let from = 0, count = 0;
  const close = (until) => {
    const last = stretches[stretches.length - 1];
    if (until <= from) return;
    if (last && last.count === count && last.until === from) last.until = until;
    else stretches.push({ from, until, count });
  };
  for (const [at, change] of turns) {
    close(at);
    from = Math.max(from, at);
    count += change;
  }
  close(story.end);
  return stretches;
}

// `4.371566 s`, with as many digits as a stretch of this length needs.
function time(micros, length) {
  const digits = length === undefined || length < 2e4 ? 6 : length < 2e6 ? 4 : length < 2e7 ? 3 : 2;
  return (micros / 1e6).toFixed(digits) + " s";
}

// Cut off after three digits, as everywhere else in the report.
function span(micros) {
  const digits = (number) => String(Math.floor(number)).padStart(3, "0");
  if (micros < 1e6) return Math.floor(micros / 1e3) + "." + digits(micros % 1e3) + " ms";
  return Math.floor(micros / 1e6) + "." + digits(micros % 1e6 / 1e3) + " s";
}

function during(it) {
  return time(it.from) + " to " + time(it.until) + " (" + span(it.until - it.from) + ")";
}

// When a failover was over: work went on, or where there is no work, somebody led.
function over(story, failover) {
  return failover.effective ?? (story.work.length === 0 ? failover.elected : null);
}

// Everything that one can jump to, in order of time: when, how long, words, whether it is harm.
function events(story) {
  const list = [];
  for (const it of story.failovers) {
    const end = over(story, it);
    const took = it.absorbed ? "absorbed" : end === null ? "not over at the end" : span(it.took);
    const what = it.cause === "start" ? "first election" : "leader lost (" + it.cause + ")";
    list.push({ at: it.lost, until: end ?? it.lost, text: what + ": " + took, harm: !it.absorbed && end === null });
  }
  for (const it of story.findings) {
    const kind = it.kind ? it.kind.replaceAll("-", " ") + " (" + it.invariant + ")" : it.invariant;
    const times = it.times > 1 ? " ×" + it.times : "";
    const text = kind + times + ", " + it.severity + ", " + it.standing.replaceAll("-", " ") + ": " + it.saw;
    list.push({ at: it.at, until: it.at, text, harm: it.severity === "safety" || it.kind !== null });
  }
  for (const it of story.acting) {
    if (it.count > 1) list.push({ at: it.from, until: it.until, text: it.count + " act as leader for " + span(it.until - it.from), harm: true });
  }
  for (const it of story.moments) {
    const who = it.lane < 0 ? "" : story.lanes[it.lane].name + ": ";
    list.push({ at: it.at, until: it.at, text: who + it.text, harm: false });
  }
  return list.sort((a, b) => a.at - b.at);
}

// What every lane is at one time, in words.
function state(story, at) {
  const holds = (it) => it.from <= at && at < it.until;
  const words = story.lanes.map((lane, index) => {
    const out = story.outages.find((it) => it.lane === index && holds(it));
    const role = story.roles.find((it) => it.lane === index && holds(it));
    const grant = story.grants.find((it) => it.lane === index && holds(it));
    if (lane.kind === 2) return null;
    if (lane.kind === 1) return lane.name + (out ? " " + out.what : "") + (grant ? " granted to " + story.lanes[grant.holder].name : "");
    const epoch = role && role.epoch ? " " + role.epoch : "";
    return lane.name + " " + (role ? ROLES[role.role] + epoch : "") + (out ? " " + out.what : "");
  });
  const count = (story.acting.find(holds) ?? { count: 0 }).count;
  return time(at) + " · acting leaders: " + count + " · " + words.filter((it) => it).join(", ");
}
