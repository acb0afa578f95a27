export const ID = '0123456789abcdef0123456789abcdef01234567'
const AT = '2026-05-01T12:00:00.000Z'

export const ENV = `# mirror
export MIRROR_ENABLED=true # on
MIRROR_ROLE='MASTER'
MIRROR_1_TYPE=github
MIRROR_1_REPO=owner/name
MIRROR_1_TOKEN="a-token"
NOTE="a\\nb\\"c"
OTHER = x
`

export const FENCE_RECORD = {
  ...{
    schema: 1,
    epoch: 3,
    state: 'active',
    holder: 'github:77',
    role: 'MASTER',
    autoPromote: true,
    permitMinutes: 30,
  },
  ...{ renewal: 4, renewedAt: AT, holdUntil: null, return: 'auto', tips: { 'refs/heads/main': ID } },
  ...{ gates: { A: 'b' }, actor: 'x', reason: 'y', nonce: 'nnnnnnnn', paused: false },
}

export const NOTICE = { head: ID, at: AT, nonce: 'nnnnnnnn' }

export const SENTINEL = {
  schema: 1,
  memory: {
    ...{ schema: 1, observedMs: 5, ownHeartbeat: null, primaryHeartbeat: null, notBeforeMs: null },
    record: { value: 'v', claimedMs: null, firstSeenMs: 1 },
    count: { count: 1, unhealthySinceMs: 2, lastCountedMs: null },
    trace: [{ atMs: 1, verdict: 'healthy', explanation: 'x' }],
  },
  returned: { nonce: null, count: 0, sinceMs: null, lastMs: null },
  promotion: {
    progress: { done: ['claim'], begun: 'epoch', failed: null, undone: [], movedMs: 4 },
    ...{ reason: 'r', cause: 'silence', decidedOn: ID },
  },
  recordSeen: { commit: ID, firstSeenMs: 3 },
  activity: { tip: ID, sinceMs: 3 },
}

export const LISTING = `ref: refs/heads/main\tHEAD\n${ID}\tHEAD\n${ID}\trefs/heads/main\n${ID}\trefs/tags/v1\n${ID}\trefs/tags/v1^{}\n`
export const PORCELAIN = `To https://h/r.git\n*\trefs/heads/a:refs/heads/a\t[new branch]\n!\trefs/heads/b:refs/heads/b\t[rejected] (stale info)\nDone\n`
export const STATE_JSON = `{\n  "a": [1, {"b": "}"}],\n  "mirrors": {"self_role": "MASTER", "epoch": 3},\n  "n": 1e400000\n}\n`

export const WORKFLOW = `name: x
on: {schedule: [{cron: '0 * * * *'}]}
defaults: {run: {shell: bash}}
jobs:
  guard: &g
    runs-on: ubuntu-latest
    if: \${{ always() }}
    timeout-minutes: 5
    steps:
    - {id: a, uses: actions/checkout@v4, with: {fetch-depth: 0}}
    - run: |
        echo "x"
  other: *g
`

/** One answer for each form that is read of GitHub. */
export const ANSWERS = [
  { secrets: [{ name: 'A', updated_at: AT }] },
  { key_id: 'k', key: Buffer.alloc(32, 1).toString('base64') },
  { variables: [{ name: 'A', value: 'b', updated_at: AT }] },
  { workflows: [{ id: 1, path: '.github/workflows/a.yml', state: 'active' }] },
  { workflow_runs: [{ id: 1, status: 'completed', conclusion: null, display_title: 'x' }] },
]

const hash = (kind: string): string => '0'.repeat(63) + kind

/** A status as a node sends it, with every group that a page or the watchdog reads. */
export const STATUS = {
  ...{ schema: 'montana.status/1', label: 'moscow', network: 'montana-devnet', sampled_at: AT, phase: 'Active' },
  build: { version: '0.1.0', revision: null, bundle_sha256: null },
  manifest: { version: null, sha256: 'ab'.repeat(32), not_after: null, state: 'unsigned' },
  roster: null,
  proc: {
    instance: '7f1ee7d4-0a33-4a53-9a7b-3b5c7c0f9a10',
    pid: 4711,
    start_ts: AT,
    uptime_s: 60,
    restarts: null,
    result: null,
  },
  ...{ window: 10, header_hash: hash('a'), state_root: hash('b'), cemented_at: AT, synced: true, D: 4_000_000 },
  recent: [{ window: 9, header_hash: hash('c'), state_root: hash('d'), at: AT }],
  clock: { backend: 'native-shani', steps_per_second: 26e6, window_s: null, load: 0.5 },
  peers: [
    {
      ...{ id8: 'abcdEFGH', label: 'frankfurt', conns: 1, up_s: 59.5, ping_sent: 13, ping_ok: 12, ping_timeout: 0 },
      ...{ ping_failed: 0, rtt_p50_ms: 0.8, rtt_p99_ms: null, closed: 0, dial_err: 0, healthy: true },
      handshakes: { hybrid: 0, pq: 1, none: 0 },
    },
  ],
  proposals: { sent: 1, replayed: 2, rejected: 0, gap: 0 },
  jobs: [],
  res: {
    ...{ load1: 0.5, cores: 2, mem_total: 1e9, mem_used: 5e8, swap_used: 0, rss: 1e8, pss: null, vmswap: 0 },
    ...{ cg_current: null, cg_swap: null, cpu_s: 1.5, eld_p99_ms: 0.2, fds: 30, disk_free: 1e10, disk_total: 2e10 },
    ...{ inodes_free: 1e6, inodes_total: 2e6, steal_pct: null },
    psi: { cpu_some: 0, mem_some: 0, mem_full: null, io_some: 0, io_full: 0 },
  },
  time: { synced: null, source: null, offset_ms: null },
  degraded: [],
  findings: [{ code: 'X', window: 3 }],
  vote: { rule: 'rotation + vote', round: 0, sign_from: 1, proposer: null, waits_for: ['spb'] },
  strangers: [{ peer_id: 'Qm', up_s: 1, heard_s: null }],
}

export const AGENT_STATUS = {
  ...{
    group: 'g',
    self: 'moscow',
    configDigest: 'ab',
    coordinator: 'chain',
    loopGapMs: 1,
    pause: null,
    breathing: null,
  },
  policies: {
    serve: {
      ...{ chain: ['moscow'], failback: 'auto', state: 'acting', mode: 'CHAIN', standing: 'first', isEligible: true },
      ...{ reason: null, leader: { host: 'moscow', mode: 'CHAIN', epoch: '525307', epochText: '8' }, since: AT },
      ...{ holdDown: null, boundMs: 9, lastTransitions: [] },
    },
  },
  hosts: {
    moscow: {
      ...{ isSelf: true, isAlive: true, lastHeardMs: null, rttMs: 1, refusal: null, isEligible: { serve: true } },
      ...{ reason: null, probes: { icmp: true, tcp22: null, tcp443: false } },
    },
  },
  witnesses: { w1: { isAnswering: true, lastAnswerMs: 5 } },
}

export const AUDIT = [
  {
    event: 'asked',
    id: '7f1ee7d4-0a33-4a53-9a7b-3b5c7c0f9a10',
    at: AT,
    by: 'x',
    kind: 'pause',
    group: 'g',
    policy: null,
    host: null,
    reason: 'r',
  },
  { event: 'accepted', id: '7f1ee7d4-0a33-4a53-9a7b-3b5c7c0f9a10', at: AT, text: 'ok' },
]

const ROW = { node_id: hash('a'), label: 'moscow' }

/** Answers of the read routes of a node. */
export const NODE_ANSWERS = [
  {
    ...{ network: 'devnet', label: 'moscow', current_window: 8, last_cemented_window: 7, proposal_hash: hash('a') },
    ...{ state_root: hash('b'), accounts: 3, nodes: 3, candidates: 0, proposals_archived: 7, oldest_window: 1 },
    ...{ supply_nj: '13000000000', synced: true, ts: AT },
  },
  {
    ...{ window: 7, count: 1, next: null },
    nodes: [
      {
        ...{ ...ROW, account_id: hash('c'), start_window: 1, chain_length: 7, chain_length_snapshot: 5 },
        ...{ last_confirmation_window: 7, active: true, weight: 5, bootstrap: true },
      },
    ],
  },
  {
    ...{ head: 7, next: 'dzo3' },
    proposals: [
      {
        ...{
          window: 7,
          proposal_hash: hash('a'),
          state_root: hash('b'),
          proposer: ROW,
          fallback_depth: 0,
          winner: ROW,
        },
        ...{ drawn: true, envelope_size: 9000, bundle_count: 3, confirmer_count: 3, control_count: 0, applied_at: AT },
      },
    ],
  },
]
