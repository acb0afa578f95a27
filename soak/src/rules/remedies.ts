import type { FindingId } from './types.js'

/** What to do about each finding, by what it is about: the report says it, and the alerts of deploy/prometheus. Spec operations 5. */
export const REMEDIES = {
  'F-CRASHLOOP': {
    process: 'read the last lines before an exit in its log; a restart that cannot succeed must stop and say why',
  },
  'F-EACCES': {
    fatal: 'correct owner and mode of its folders, or its configuration; let the unit stop at exit code 78',
  },
  'F-DISK': {
    space: 'free space or inodes on that file system, and see what fills it; records and windows wait until then',
  },
  'F-LAG': {
    node: 'compare its load, its links and its clock speed with the others; a node that is too slow for D never catches up',
  },
  'F-STALL': {
    mesh: 'see for whom the mesh waits in `montana status`; with fewer than 67 % of the weight up, standing still is right',
  },
  'F-REGRESS': {
    state:
      'the state was lost or reset: keep the data directory, compare it with `montana windows verify` before the node signs again',
  },
  'F-HB-RANGE': {
    pings: 'too few: look for an overloaded or frozen peer; too many: something else is counted as a heartbeat',
  },
  'F-HB-CONTRA': {
    counters: 'do not use these counters: find out what is counted, and by which process',
  },
  'F-FLAP': {
    link: 'read both logs at that time; middle boxes, idle limits and two builds that refuse each other are the usual causes',
  },
  'F-CLASSICAL': {
    handshake: 'find the program that speaks it; every node of this run must offer only the post-quantum handshake',
  },
  'F-STOPTIMEOUT': {
    unit: 'a node stops within seconds; see in its log what it waited for',
  },
  'F-RESOURCE': {
    load: 'move other work off the host, or give it more cores; the clock needs one of its own',
    swap: 'find what was pushed out to disk; give the host more memory or the programs less',
    memory: 'the host is short of memory: see `res` of the node for who holds it',
  },
  'F-RSS': {
    low: 'measure the main process of the unit, and its swap beside its RSS',
    slope: 'take a heap snapshot early and late and compare; a restart only hides it',
  },
  'F-SKEW': {
    release: 'bring every node to the same release, or declare the upgrade before the run',
  },
  'F-COVERAGE': {
    polls: 'find why polls are missing (timer, host, disk of the watchdog) and run again; a claim needs its evidence',
    node: 'see why it was away; what it did meanwhile nobody knows',
  },
  'F-SHORTRUN': {
    claim: 'claim what was run, or run what is claimed',
  },
  'F-PHASE': {
    claim: 'say "connected" or "following" of a node that does not take part in decisions',
  },
  'F-VERDICT': {
    report: 'withdraw the statement with a signed erratum; a verdict follows from evidence',
  },
  'F-FORK': {
    nodes: 'stop both nodes, keep their data directories, and compare them with `montana windows verify`',
  },
  'F-UNREACH': {
    node: 'check that its process runs, that its host is up, and the way to it',
  },
  'F-RESTART': {
    process: 'look in its log for how the earlier one ended; declare planned stops before the run',
  },
  'F-LINK': {
    link: 'look for a firewall or a route between the two hosts, and for refused handshakes in both logs',
  },
  'F-CLOCK': {
    watchdog: 'see what sets the clock of that host, and whether it was suspended; times of the records are in doubt',
    offset: 'see whether its time service runs and has a source; nothing in consensus rests on wall time, reports do',
    source: 'configure chrony or systemd-timesyncd with servers that answer',
  },
  'F-CHAIN': {
    file: 'do not rest a claim on this file; `montana soak verify` names each place',
  },
  'F-SYNC': {
    job: 'run the job by hand and read its error; a timer that is enabled is not a job that succeeds',
  },
  'F-DOC': {
    document: 'sign and publish a new version in time; find out who offers old or second versions',
  },
} as const satisfies Readonly<Record<FindingId, Readonly<Record<string, string>>>>
