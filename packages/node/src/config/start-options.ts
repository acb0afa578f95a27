import type { VerifyPolicy } from '@montana/consensus'
import { DEFAULT_FLEET_STATE } from '@montana/fleet/paths'
import { fromHex } from '@montana/foundation'
import type { SecurityOptions } from '@montana/network'
import { Fault, integer, type OptionSpec, oneOf, text, toggle } from './option.js'
import { parseOffers, parseRequireHybrid } from './security.js'

/** A window that the operator pins by its proposal hash. */
export interface Checkpoint {
  readonly window: number
  readonly hash: Uint8Array
}

export interface StatusAddress {
  readonly host: string
  readonly port: number
}

/** Everything that `montana start` can be told. */
export interface StartOptions {
  readonly dataDir: string
  readonly genesis: string | undefined
  readonly genesisManifest: string | undefined
  /** With it, the manifest must be signed by these operators: spec operations 11. */
  readonly operators: string | undefined
  /** State folder of the sync jobs of this host. */
  readonly fleetState: string
  readonly listen: string | undefined
  readonly solo: boolean
  /** Identities outside the manifest are accepted too: spec transport 10.2. */
  readonly openMesh: boolean
  readonly transportSecurity: SecurityOptions['offers']
  readonly transportRequireHybrid: SecurityOptions['requireHybrid']
  readonly label: string | undefined
  readonly minWindowMs: number
  readonly checkpoint: Checkpoint | undefined
  readonly verify: VerifyPolicy
  readonly enableCandidate: boolean
  /** Windows between two states that are kept for peers to fetch; 0 = none. */
  readonly snapshotInterval: number
  /** Windows up to which a node that is behind replays; `auto`: what it has measured to be cheaper. */
  readonly snapshotGap: number | 'auto'
  readonly sync: 'auto' | 'range' | 'snapshot'
  /** So many of the latest windows are kept whole; undefined: all of them. */
  readonly keepWindows: number | undefined
  /** Drill: no window is ground in less time than this, ms. */
  readonly clockFloorMs: number
  readonly statusListen: StatusAddress
  /** Metrics of jobs without an endpoint of their own: files that /metrics shows too. */
  readonly metricsFiles: readonly string[]
  readonly maxWindows: number | undefined
  /** Undefined: stdout. */
  readonly logFile: string | undefined
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
}

export const DEFAULT_DATA_DIR = '/var/lib/montana'
/** Loopback port of the status endpoint: spec operations 1. */
export const DEFAULT_STATUS_PORT = 8446

type Specs<T> = { readonly [K in keyof T]-?: OptionSpec<T[K]> }

function spec<T>(key: string, rest: Omit<OptionSpec<T>, 'key' | 'flag' | 'env'>): OptionSpec<T> {
  const words = key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  return { key, flag: `--${words}`, env: `MONTANA_${words.replaceAll('-', '_').toUpperCase()}`, ...rest }
}

/** The one table of start settings: names, defaults, parsing and help. */
export const START_OPTIONS: Specs<StartOptions> = {
  dataDir: spec<string>('dataDir', {
    value: 'DIR',
    description: 'store, identity and lock of this node',
    default: DEFAULT_DATA_DIR,
    parse: text,
  }),
  genesis: spec<string | undefined>('genesis', {
    value: 'FILE',
    description: 'genesis document; needed at the first start, compared afterwards',
    default: undefined,
    parse: text,
  }),
  genesisManifest: spec<string | undefined>('genesisManifest', {
    value: 'FILE',
    description: 'discovery manifest with the peers to dial; together with --listen',
    default: undefined,
    parse: text,
  }),
  operators: spec<string | undefined>('operators', {
    value: 'FILE',
    description: 'trust root: the manifest must be signed by these operators, and is followed while the node runs',
    default: undefined,
    parse: text,
  }),
  fleetState: spec<string>('fleetState', {
    value: 'DIR',
    description: 'where the sync jobs of this host leave their records, which /status.json shows; may be missing',
    default: DEFAULT_FLEET_STATE,
    parse: text,
  }),
  listen: spec<string | undefined>('listen', {
    value: 'ADDR',
    description: 'multiaddr to listen on, for example /ip4/0.0.0.0/tcp/8444; together with --genesis-manifest',
    default: undefined,
    parse: parseListen,
  }),
  solo: spec<boolean>('solo', {
    description: 'run without a network',
    default: false,
    parse: toggle,
  }),
  openMesh: spec<boolean>('openMesh', {
    description: 'accept up to 32 connections of nodes that are not in the manifest; they are never dialled',
    default: false,
    parse: toggle,
  }),
  transportSecurity: spec<SecurityOptions['offers']>('transportSecurity', {
    value: 'LIST',
    description: 'profiles offered and accepted between nodes, in this order: hybrid,pq | hybrid | pq',
    default: ['hybrid', 'pq'],
    parse: parseOffers,
  }),
  transportRequireHybrid: spec<SecurityOptions['requireHybrid']>('transportRequireHybrid', {
    value: 'WHOM',
    description:
      'speak nothing but hybrid with true (every peer), with a list of PeerIds, or with false (those that the manifest names)',
    default: false,
    parse: parseRequireHybrid,
  }),
  label: spec<string | undefined>('label', {
    value: 'NAME',
    description: 'name of this node in status and logs; by default its label in the manifest',
    default: undefined,
    parse: text,
  }),
  minWindowMs: spec<number>('minWindowMs', {
    value: 'N',
    description: 'publish nothing for a window before N ms have passed since the one before was applied',
    default: 0,
    parse: integer(0, 3_600_000),
  }),
  checkpoint: spec<Checkpoint | undefined>('checkpoint', {
    value: 'W:HASH',
    description: 'refuse any chain whose window W has another proposal hash',
    default: undefined,
    parse: parseCheckpoint,
  }),
  verify: spec<VerifyPolicy>('verify', {
    value: 'POLICY',
    description:
      'clock values that this node has not computed: full (proven first) | sample:N (audited; proven first when catching up) | quorum (trusted)',
    default: { kind: 'sample', segments: 4 },
    parse: parseVerify,
  }),
  enableCandidate: spec<boolean>('enableCandidate', {
    description: 'do the sequential work of a candidate and register this node as an operator once it is done',
    default: false,
    parse: toggle,
  }),
  snapshotInterval: spec<number>('snapshotInterval', {
    value: 'N',
    description: 'keep the state of every N-th window for peers to fetch; 0 keeps none',
    default: 256,
    parse: integer(0, 1_000_000),
  }),
  snapshotGap: spec<StartOptions['snapshotGap']>('snapshotGap', {
    value: 'N',
    description:
      'replay when behind by at most N windows, fetch a snapshot beyond that; auto goes by measured cost, and by 4096 windows while nothing is measured',
    default: 'auto',
    parse: parseGap,
  }),
  sync: spec<StartOptions['sync']>('sync', {
    value: 'HOW',
    description: 'how a node that is behind catches up: auto (see --snapshot-gap) | range (replay) | snapshot',
    default: 'auto',
    parse: oneOf('auto', 'range', 'snapshot'),
  }),
  keepWindows: spec<number | undefined>('keepWindows', {
    value: 'N',
    description:
      'delete envelopes, certificates and proofs of all but the latest N windows (at least 256; by default all are kept); such a store can no longer be replayed from genesis',
    default: undefined,
    parse: integer(256, Number.MAX_SAFE_INTEGER),
  }),
  clockFloorMs: spec<number>('clockFloorMs', {
    value: 'N',
    description: 'drill: pretend that grinding a window takes at least N ms',
    default: 0,
    parse: integer(0, 3_600_000),
  }),
  statusListen: spec<StatusAddress>('statusListen', {
    value: 'HOST:PORT',
    description: 'loopback address of /healthz, /readyz, /status.json, /metrics and /api/; port 0 takes a free one',
    default: { host: '127.0.0.1', port: DEFAULT_STATUS_PORT },
    parse: parseStatusListen,
  }),
  metricsFiles: spec<readonly string[]>('metricsFiles', {
    value: 'FILES',
    description: 'text files of jobs that /metrics shows too, separated by commas',
    default: [],
    parse: parseFiles,
  }),
  maxWindows: spec<number | undefined>('maxWindows', {
    value: 'N',
    description: 'stop after N more windows',
    default: undefined,
    parse: integer(1, Number.MAX_SAFE_INTEGER),
  }),
  logFile: spec<string | undefined>('logFile', {
    value: 'FILE',
    description: 'append the log to FILE, opened anew on SIGHUP; by default it goes to stdout',
    default: undefined,
    parse: text,
  }),
  logLevel: spec<StartOptions['logLevel']>('logLevel', {
    value: 'LEVEL',
    description: 'debug | info | warn | error | silent',
    default: 'info',
    parse: oneOf('debug', 'info', 'warn', 'error', 'silent'),
  }),
}

function parseListen(value: string): string | Fault {
  if (/^\/ip[46]\/[0-9a-fA-F.:]+\/tcp\/\d{1,5}$/.test(value)) return value
  return new Fault('is not a listen address', 'use the form /ip4/ADDRESS/tcp/PORT or /ip6/ADDRESS/tcp/PORT')
}

function parseCheckpoint(value: string): Checkpoint | Fault {
  const [, window, hex] = /^(\d{1,15}):([0-9a-fA-F]{64})$/.exec(value) ?? []
  const hash = hex && fromHex(hex, 32)
  if (window && hash && Number(window) > 0) return { window: Number(window), hash }
  return new Fault('is not a checkpoint', 'use WINDOW:HASH with the 64 hex digits of the proposal hash')
}

function parseGap(value: string): number | 'auto' | Fault {
  const gap = value === 'auto' ? value : integer(0, Number.MAX_SAFE_INTEGER)(value)
  return gap instanceof Fault ? new Fault('is not a number of windows', 'use a whole number, or auto') : gap
}

function parseVerify(value: string): VerifyPolicy | Fault {
  if (value === 'full' || value === 'quorum') return { kind: value }
  const segments = Number(/^sample:(\d{1,2})$/.exec(value)?.[1])
  if (segments >= 1 && segments <= 64) return { kind: 'sample', segments }
  return new Fault('is not a verification policy', 'use full, quorum, or sample:N with N from 1 to 64')
}

/** A job is one file; a page of files would be read at each scrape. */
const METRICS_FILES_MAX = 16

function parseFiles(value: string): readonly string[] | Fault {
  const files = value.split(',').map((file) => file.trim())
  if (files.every((file) => file !== '') && files.length <= METRICS_FILES_MAX) return files
  return new Fault('is not a list of files', `name up to ${METRICS_FILES_MAX} files, separated by commas`)
}

function parseStatusListen(value: string): StatusAddress | Fault {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-fA-F:]+)\]|([0-9a-zA-Z.]+)):(\d{1,5})$/.exec(value) ?? []
  const host = bracketed ?? plain
  if (host && Number(port) <= 65_535) return { host, port: Number(port) }
  return new Fault('is not HOST:PORT', 'for example 127.0.0.1:8446')
}
