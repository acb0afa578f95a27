import { z } from 'zod'
import {
  DEFAULT_CHANNEL_PORT,
  DEFAULT_STATUS_HOST,
  DEFAULT_STATUS_PORT,
  ETCD_TTL_SECONDS,
  HOLD_DOWN_MS,
  HOSTS_MAX,
} from './constants.js'
import {
  address,
  argv,
  choice,
  either,
  flag,
  integer,
  leaf,
  list,
  listenPort,
  ms,
  name,
  path,
  port,
  ref,
  remote,
  seconds,
  strict,
  unit,
  url,
} from './fields.js'

/** What one entry of each part of the file looks like. Spec three-mirror 2. */
const domainOfFailure = z.record(
  z.string().max(32),
  leaf<string>('a word', (value) => typeof value === 'string'),
  {
    error: 'a map of words, such as { provider: p1, country: NL }',
  },
)

export const hostSchema = strict('a map with an address', {
  address,
  port: port.optional(),
  domainOfFailure: domainOfFailure.default({}),
})

/** What is not said here is taken from the preset, then from the defaults. */
export const policySchema = strict('a map with a chain', {
  chain: list('names of hosts', name, 0, HOSTS_MAX).optional(),
  failback: choice('auto', 'manual', 'never').default('auto'),
  holdDownMs: ms(0, 3_600_000).default(HOLD_DOWN_MS),
  fenceRef: either((value) => (value === null ? z.null() : ref)).default(null),
})

const httpRun = strict('a map of start and stop', { start: url, stop: url, prepare: url.exactOptional() })
const runSchema = strict('a map with one of unit, command and http', {
  unit: unit.optional(),
  command: argv.optional(),
  cwd: path.optional(),
  http: httpRun.optional(),
})

const healthKinds = z.discriminatedUnion(
  'kind',
  [
    strict('a health check', { kind: z.literal('command'), command: argv }),
    strict('a health check', {
      kind: z.literal('http'),
      url,
      progressField: leaf<string>('the name of a field', (value) => typeof value === 'string').exactOptional(),
      maxAgeMs: ms(100, 3_600_000).exactOptional(),
    }),
    strict('a health check', { kind: z.literal('tcp'), host: address.default('127.0.0.1'), port }),
    strict('a health check', { kind: z.literal('unit'), unit }),
  ],
  { error: 'a map with kind: command, http, tcp or unit' },
)

/** One check or a list of them; all must hold. */
const checks = either((value) =>
  Array.isArray(value) ? list('health checks', healthKinds, 0, 16) : healthKinds.transform((check) => [check]),
)

export const serviceSchema = strict('a map with policy, run and health', {
  policy: name.optional(),
  run: runSchema.optional(),
  standby: choice('warm', 'cold').default('cold'),
  health: checks.optional(),
  ready: checks.optional(),
  healthIntervalMs: ms(100, 60_000).default(1000),
  healthTimeoutMs: ms(50, 60_000).default(1000),
  healthFailures: integer('', 1, 20).default(3),
  progressTimeoutMs: ms(100, 3_600_000).default(5000),
  promoteTimeoutMs: ms(50, 120_000).optional(),
  localRestarts: integer('', 0, 10).default(0),
  effects: strict('a map with survivor', { survivor: choice('none', 'idempotent', 'all') }).default({
    survivor: 'idempotent',
  }),
})

const chainCoordinator = strict('a coordinator', {
  kind: z.literal('chain'),
  witnessQuorumFor: choice('minority', 'always').default('minority'),
  withoutWitnesses: choice('stop', 'lead').default('stop'),
})

const etcdCoordinator = strict('a coordinator', {
  kind: z.literal('etcd'),
  endpoints: list('addresses', url, 1, 9),
  ttlSeconds: seconds(2, 60).default(ETCD_TTL_SECONDS),
  isShared: flag.optional(),
  onCoordinatorLoss: choice('stop').default('stop'),
  user: leaf<string>('a name', (value) => typeof value === 'string' && value !== '').exactOptional(),
  passwordFile: path.optional(),
  caFile: path.optional(),
})

export const coordinatorSchema = z
  .discriminatedUnion('kind', [chainCoordinator, etcdCoordinator], { error: 'a map with kind: chain or etcd' })
  .default({ kind: 'chain', witnessQuorumFor: 'minority', withoutWitnesses: 'stop' })

/** `repository` is a clone on this host whose `remote` all hosts share. */
export const witnessSchema = z.discriminatedUnion(
  'kind',
  [
    strict('a witness', { name: name.optional(), kind: z.literal('http'), url }),
    strict('a witness', {
      name: name.optional(),
      kind: z.literal('git'),
      repository: path.optional(),
      remote: remote.default('origin'),
    }),
  ],
  { error: 'a map with kind: http or git (etcd as a witness is not built)' },
)

export const channelSchema = strict('a map with port and keyExchange', {
  port: port.default(DEFAULT_CHANNEL_PORT),
  keyExchange: choice('require', 'prefer').default('require'),
}).prefault({})

export const statusSchema = strict('a map with host and port', {
  host: address.default(DEFAULT_STATUS_HOST),
  port: listenPort.default(DEFAULT_STATUS_PORT),
}).prefault({})
