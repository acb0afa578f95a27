import {
  chained,
  dayOfRecords,
  drillsNoticed,
  equalHashes,
  everyPairHandshook,
  fullCoverage,
  jobFresh,
  notShown,
  tests,
} from './requirements.js'
import type { RowDefinition } from './types.js'

/** Rows of spec operations 8, under the names of its table. The closing row follows from these. */
export const ROWS: readonly RowDefinition[] = [
  {
    component: 'Noise_PQ XX transport',
    claim: 'every directed pair talks over post-quantum handshakes for 24 h, with no fallback',
    isOfRun: true,
    touchedBy: ['F-CLASSICAL', 'F-LINK', 'F-FLAP', 'F-HB-RANGE', 'F-HB-CONTRA'],
    requirements: [
      everyPairHandshook,
      tests('the handshake and its sizes', /^packages\/transport\/test\/handshake\.test\.ts#.*(wire sizes|handshake)/),
      tests('refusal of changed bytes', /^packages\/transport\/test\/(frames|handshake)\.test\.ts#.*(refuses|HS_SIZE)/),
      dayOfRecords,
    ],
  },
  {
    component: 'Genesis manifest auto-sync',
    claim: 'a rotated key reaches all nodes within two periods; false, old, expired and torn documents are refused',
    isOfRun: true,
    touchedBy: ['F-SYNC', 'F-DOC', 'F-SKEW'],
    requirements: [
      tests('rotation and refusal of manifests', /^packages\/fleet\/.*manifest/i),
      jobFresh('manifest', 1200),
    ],
  },
  {
    component: 'VPN key auto-sync',
    claim: 'each node has a key of its own, and every roster change arrives',
    isOfRun: true,
    touchedBy: ['F-SYNC', 'F-DOC', 'F-SKEW'],
    requirements: [tests('the VPN roster', /^packages\/fleet\/.*(vpn|roster)/i), jobFresh('vpn', 600)],
  },
  {
    component: 'Explorer auto-discovery',
    claim:
      'a new node appears and a killed one goes stale within 90 s each; the file is always whole and names no address',
    isOfRun: true,
    touchedBy: ['F-SYNC', 'F-DOC', 'F-SKEW'],
    requirements: [tests('the explorer export', /^(packages\/console|test)\/.*explorer/i), jobFresh('explorer', 180)],
  },
  {
    component: 'Soak watchdog',
    claim: '24 h with at least 95 % of the polls, an unbroken chain, and every drill noticed',
    isOfRun: true,
    touchedBy: ['F-COVERAGE', 'F-SHORTRUN', 'F-CHAIN', 'F-DISK'],
    requirements: [fullCoverage, chained, drillsNoticed, dayOfRecords],
  },
  {
    component: 'External operator onboarding',
    claim:
      'one command takes a clean host to "synced" in 120 s; a second run changes nothing; uninstall leaves nothing',
    isOfRun: false,
    touchedBy: [],
    requirements: [tests('the onboarding transcript', /^(deploy|test)\/.*onboard/i)],
  },
  {
    component: 'Audit findings',
    claim: 'every finding has an id, a severity and a disposition with its test or commit, and the sums agree',
    isOfRun: false,
    touchedBy: [],
    requirements: [notShown('no machine-readable register of findings was given')],
  },
  {
    component: 'Follower drift fix',
    claim: 'with the proposer paused no head moves in any phase; when it is back lag is at most 1 and roots are equal',
    isOfRun: true,
    touchedBy: ['F-STALL', 'F-LAG', 'F-REGRESS', 'F-FORK'],
    requirements: [
      equalHashes,
      tests(
        'followers that pause with a member and come back',
        /^test\/e2e\/(devnet|consensus)\.test\.ts#.*(pauses|goes on)/,
      ),
      tests('liveness after the last fault', /^test\/simulation\/test\/seeds\.test\.ts#/),
    ],
  },
  {
    component: 'Multi-confirmer quorum',
    claim:
      'below 67 % nothing is cemented, above it everybody cements the same; false and double confirmations are refused',
    isOfRun: true,
    touchedBy: ['F-FORK', 'F-STALL', 'F-PHASE'],
    requirements: [
      equalHashes,
      tests('agreement under every schedule tried', /^test\/simulation\/test\/(seeds|planted)\.test\.ts#/),
      tests('cementing by a quorum of votes', /^packages\/consensus\/test\/vote\//),
      tests(
        'refusal of false and double confirmations',
        /^(test\/e2e\/adversary|packages\/consensus\/test\/acceptance)\.test\.ts#/,
      ),
    ],
  },
  {
    component: 'Fast-sync M7',
    claim: 'a fresh node joins at a height whose root is proven; corrupt, mixed and missing chunks are refused',
    isOfRun: true,
    touchedBy: ['F-FORK', 'F-STALL', 'F-PHASE'],
    requirements: [
      tests('joining by a snapshot', /^(packages\/(network|node)|test\/e2e)\/[^#]*(fast-?sync|snapshot)[^#]*#/i),
    ],
  },
]

export const CLOSING_ROW = 'Closing text'
