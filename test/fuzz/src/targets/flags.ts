import { ConfigError, UsageError } from '@montana/foundation'
import { loadAlertConfig } from '../../../../packages/cli/dist/commands/alert/config.js'
import { parseFault } from '../../../../packages/cli/dist/commands/devnet/fault.js'
import { parseJoin, parseSync } from '../../../../packages/cli/dist/commands/devnet/join.js'
import { readAvailability } from '../../../../packages/cli/dist/commands/failover/availability-options.js'
import { readScenario } from '../../../../packages/cli/dist/commands/failover/scenario-flags.js'
import { readPort } from '../../../../packages/cli/dist/commands/port.js'
import { readCount, readEvery } from '../../../../packages/cli/dist/commands/soak/options.js'
import { readSince } from '../../../../packages/cli/dist/commands/soak/since.js'
import { bytesTarget, fileTarget, textTarget } from './readers.js'
import { type Target, YAML_MAX_MS } from './target.js'

const errors = [UsageError, ConfigError]
const text = { errors, maxBytes: 256 }
const HOSTS = ['a', 'b', 'a-b', 'c']
const GROUP = {
  hosts: Object.fromEntries(HOSTS.map((host) => [host, {}])),
  witnesses: [{ name: 'w1' }],
  coordinator: { kind: 'etcd' },
}

/** Values of flags: each wrong one is a usage error that names its flag. */
export function flagTargets(): readonly Target[] {
  return [
    textTarget(
      {
        name: 'soak/flag-fault',
        ...text,
        samples: ['kill:moscow@5', 'partition:moscow-helsinki@5:2', 'clock:helsinki+30s@5:forever'],
      },
      parseFault,
    ),
    textTarget({ name: 'soak/flag-join', ...text, samples: ['late@30'] }, (value) => [
      parseJoin(value, 60),
      parseSync('auto', parseJoin(value, undefined)),
    ]),
    textTarget({ name: 'soak/flag-since', ...text, samples: ['2h', '2026-05-01T12:00:00Z'] }, (value) =>
      readSince(value, 1_777_636_800_000),
    ),
    textTarget({ name: 'soak/flag-numbers', ...text, samples: ['5m', '8447', '12'] }, numbers),
    bytesTarget(
      {
        name: 'soak/flag-scenario',
        errors,
        samples: [{ down: 'a,b', cut: ['a-b-c'], island: 'a/b', witness: ['w1:a,b'], etcd: 'a' }],
      },
      (bytes) => {
        return readScenario(textsOf(bytes), GROUP as unknown as Parameters<typeof readScenario>[1])
      },
      'json',
    ),
    bytesTarget(
      { name: 'soak/flag-availability', errors, samples: [AVAILABILITY] },
      (bytes) => {
        return readAvailability({ ...AVAILABILITY, ...plainTexts(bytes) })
      },
      'json',
    ),
    fileTarget(
      {
        name: 'soak/alert-yaml',
        maxMs: YAML_MAX_MS,
        errors,
        samples: ['label: moscow\nhook: [/bin/x, "-a"]\ndeadline_s: 5\n'],
      },
      loadAlertConfig,
      'text',
    ),
  ]
}

const AVAILABILITY = {
  ...{ a: '0.99', n: '5', mtbf: '30d', switch: '7', failback: '1', planned: '12', handover: '1', beta: '0.01' },
  ...{ coverage: '0.99', rule: 'any' },
}

/** Each reader takes the text or refuses it. */
function numbers(value: string): unknown {
  const readers = [readEvery, readCount, (one: string) => readPort('port', one)]
  const refusals = readers.map((read) => attempt(() => read(value)))
  return refusals.some((refusal) => refusal === undefined) ? true : undefined
}

function attempt(read: () => unknown): unknown {
  try {
    read()
    return undefined
  } catch (error) {
    if (error instanceof UsageError) return error
    throw error
  }
}

function plainTexts(bytes: Uint8Array): Record<string, string> {
  const entries = Object.entries(objectOf(bytes)).filter(([, value]) => typeof value === 'string')
  return Object.fromEntries(entries) as Record<string, string>
}

/** Texts, and lists of texts, as a command line gives them. */
function textsOf(bytes: Uint8Array): Record<string, never> {
  const isText = (value: unknown) => typeof value === 'string'
  const isTexts = (value: unknown) => Array.isArray(value) && value.every(isText)
  const lists = ['cut', 'witness']
  const entries = Object.entries(objectOf(bytes)).filter(([key, value]) =>
    (lists.includes(key) ? isTexts : isText)(value),
  )
  return Object.fromEntries(entries) as Record<string, never>
}

function objectOf(bytes: Uint8Array): object {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}
