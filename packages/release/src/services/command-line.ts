import { RefusalError } from '../errors.js'
import { durationMs, lastOf, type Unit, valuesOf, wordsOf } from './unit-file.js'
import { splitWords } from './words.js'

/** How a unit's main process is started and ended, as systemd would. */
export interface CommandLine {
  readonly words: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly user: string | undefined
  readonly group: string | undefined
  readonly workingDirectory: string | undefined
  readonly isOneshot: boolean
  /** Folders below /run and /var/lib that systemd makes for the user. */
  readonly runtimeDirectories: readonly string[]
  readonly stateDirectories: readonly string[]
  readonly killSignal: NodeJS.Signals
  /** Whether the whole group is asked to end, or the main process alone. */
  readonly endsGroup: boolean
  readonly stopTimeoutMs: number
}

const DEFAULT_STOP_TIMEOUT_MS = 90_000
/** Before the path: `-` an ignored failure, `@` another name, `+` and `!` rights; none makes a difference here. */
const PREFIXES = /^[-@:+!]+/

/** Of the service `name`. Throws {@link RefusalError} for one without ExecStart. Pure. */
export function commandLineOf(unit: Unit, name: string): CommandLine {
  const service = (key: string) => lastOf(unit, 'Service', key)
  const expand = (text: string) => expanded(text, name)
  const words = splitWords(service('ExecStart') ?? '').map(expand)
  const [program = '', ...args] = words
  if (program === '') throw invalid(name, 'has no ExecStart')
  return {
    words: [program.replace(PREFIXES, ''), ...args],
    environment: Object.fromEntries(wordsOf(unit, 'Service', 'Environment').map(expand).map(pair)),
    ...{ user: service('User'), group: service('Group'), workingDirectory: service('WorkingDirectory') },
    isOneshot: service('Type') === 'oneshot',
    runtimeDirectories: wordsOf(unit, 'Service', 'RuntimeDirectory'),
    stateDirectories: wordsOf(unit, 'Service', 'StateDirectory'),
    killSignal: (service('KillSignal') ?? 'SIGTERM') as NodeJS.Signals,
    endsGroup: (service('KillMode') ?? 'control-group') === 'control-group',
    stopTimeoutMs: durationMs(service('TimeoutStopSec') ?? '') ?? DEFAULT_STOP_TIMEOUT_MS,
  }
}

function pair(word: string): [string, string] {
  const at = word.indexOf('=')
  return [word.slice(0, at), word.slice(at + 1)]
}

/** The specifiers that our units use: systemd.unit(5). */
function expanded(text: string, name: string): string {
  const [base = name] = name.split('.')
  const [prefix = base, instance = ''] = base.split('@')
  const values: Readonly<Record<string, string>> = {
    ...{ '%': '%', n: name, N: base, p: prefix, i: instance, t: '/run', S: '/var/lib', E: '/etc', L: '/var/log' },
  }
  return text.replaceAll(/%(.)/g, (whole, letter: string) => {
    const value = values[letter]
    if (value === undefined) throw invalid(name, `uses ${whole}, which only systemd can fill in`)
    return value
  })
}

function invalid(name: string, fault: string): RefusalError {
  return new RefusalError('UNIT_INVALID', `unit ${name} ${fault}`, { field: name, remedy: 'use a host with systemd' })
}

/** Where `[Install]` wants a link to the unit. */
export function wantedBy(unit: Unit): string[] {
  return valuesOf(unit, 'Install', 'WantedBy').flatMap(splitWords)
}
