import { resolve } from 'node:path'
import { UsageError } from '@montana/foundation'
import type { DevnetRules } from '@montana/ledger'
import { parseOption, START_OPTIONS } from '@montana/node/settings'
import type { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'
import { readPort } from '../port.js'
import { type Fault, parseFault } from './fault.js'
import { type Join, parseJoin, parseLiar, parseSync, type SyncMode } from './join.js'
import { LABELS, type Label, OBSERVER } from './labels.js'

export interface DevnetOptions {
  readonly dataDir: string
  readonly reset: boolean
  /** Windows beyond the head at start; undefined runs until stopped. */
  readonly windows: number | undefined
  readonly json: boolean
  readonly seed: number
  readonly stallTimeoutMs: number
  readonly minWindowMs: number
  readonly pollEveryMs: number
  readonly faults: readonly Fault[]
  readonly verify: string
  /** Each fault comes up to this much later, by chance. */
  readonly faultJitterMs: number
  /** Steps of a window; another number is another network. */
  readonly d0: number | undefined
  /** How windows are proposed and cemented; other rules are another network. */
  readonly rules: DevnetRules
  /** The node outside the genesis does the work of a candidate and joins. */
  readonly enableCandidate: boolean
  /** Port of the page; `usual`: 8447, or any where that is taken. */
  readonly console: number | 'usual' | 'none'
  /** A fifth node that starts later. */
  readonly join: Join | undefined
  /** This node serves something wrong now and then. */
  readonly liar: Label | undefined
  /** How the node that joins reaches the others. */
  readonly sync: SyncMode | undefined
  /** Nodes whose clock pretends to be slow: windows that one grind takes. */
  readonly slow: readonly SlowClock[]
}

export interface SlowClock {
  readonly label: Label
  readonly windows: number
}

/** Beside the caller, so that a clone that is deleted takes its devnet along. */
const DEFAULT_DATA_DIR = '.montana/devnet'
const MS_PER_S = 1000

export function addDevnetFlags(command: Command): Command {
  return command
    .option('--reset', 'begin a new chain')
    .option('--windows <N>', 'end after N windows beyond the head at start')
    .option('--seed <N>', 'seed of everything random in the run', '1')
    .option('--stall-timeout <S>', 'fail when no window is cemented for S seconds', '60')
    .option('--min-window-ms <N>', 'shortest time between windows', '2000')
    .option('--poll-every <S>', 'seconds between soak records, 0 for none', '5')
    .option('--verify <POLICY>', 'full | sample:N | quorum, for every node', 'sample:4')
    .option('--d0 <STEPS>', 'sequential steps of a window; another network than the default devnet')
    .option(
      '--rules <RULES>',
      'rotation+vote | bootstrap+evidence; another network than the default devnet',
      'rotation+vote',
    )
    .option('--no-candidate', 'the node outside the genesis stays an observer')
    .option('--console-port <N>', 'port of the page (default: 8447, or a free one where that is taken)')
    .option('--no-console', 'serve no page')
    .option('--slow <LABEL:WINDOWS>', 'a clock that needs so many windows for one; repeatable', collect, [])
    .option('--join <LABEL@W>', 'a fifth node that starts once W windows are cemented, and ends with the others')
    .option('--sync <HOW>', 'how the node that joins reaches the others: auto | range | snapshot')
    .option('--liar <LABEL>', 'this node serves one wrong window, proof or record in fifty')
    .option('--fault-jitter <MS>', 'delay each fault by a random time up to MS, drawn from --seed', '0')
    .option('--fault <KIND:TARGET@W[:SECONDS]>', 'plan a fault, W windows after the start; repeatable', collect, [])
}

function collect(value: string, before: string[]): string[] {
  return [...before, value]
}

interface Flags extends GlobalOptions {
  reset?: boolean
  windows?: string
  seed: string
  stallTimeout: string
  minWindowMs: string
  pollEvery: string
  verify: string
  d0?: string
  faultJitter: string
  fault: string[]
  rules: string
  candidate: boolean
  console: boolean
  consolePort?: string
  slow: string[]
  join?: string
  liar?: string
  sync?: string
}

export function readDevnetOptions(context: CliContext, command: Command): DevnetOptions {
  const flags = command.optsWithGlobals<Flags>()
  const windows = flags.windows === undefined ? undefined : wholeNumber('windows', flags.windows, 1, 1_000_000)
  const join = flags.join === undefined ? undefined : parseJoin(flags.join, windows)
  return {
    dataDir: resolve(flags.dataDir ?? context.environment.MONTANA_DATA_DIR ?? DEFAULT_DATA_DIR),
    reset: flags.reset === true,
    windows,
    json: flags.json === true,
    seed: wholeNumber('seed', flags.seed, 0, 2 ** 31 - 1),
    stallTimeoutMs: wholeNumber('stall-timeout', flags.stallTimeout, 1, 86_400) * MS_PER_S,
    minWindowMs: wholeNumber('min-window-ms', flags.minWindowMs, 0, 3_600_000),
    pollEveryMs: wholeNumber('poll-every', flags.pollEvery, 0, 86_400) * MS_PER_S,
    verify: checkedPolicy(flags.verify),
    faultJitterMs: wholeNumber('fault-jitter', flags.faultJitter, 0, 60_000),
    d0: flags.d0 === undefined ? undefined : wholeNumber('d0', flags.d0, 1, 2 ** 32 - 1),
    faults: flags.fault.map(parseFault),
    rules: parseRules(flags.rules),
    enableCandidate: flags.candidate,
    console: readConsole(flags),
    join,
    liar: flags.liar === undefined ? undefined : parseLiar(flags.liar),
    sync: parseSync(flags.sync, join),
    slow: flags.slow.map(parseSlow),
  }
}

function readConsole({ console, consolePort }: Flags): DevnetOptions['console'] {
  if (!console) return 'none'
  return consolePort === undefined ? 'usual' : readPort('console-port', consolePort)
}

/** Every node is handed the text; it is refused here, before anything is written. */
function checkedPolicy(text: string): string {
  parseOption(START_OPTIONS.verify, text, 'flag')
  return text
}

const RULES: Readonly<Record<string, DevnetRules>> = {
  'rotation+vote': { proposerRule: 'rotation', cementingRule: 'vote' },
  'bootstrap+evidence': { proposerRule: 'bootstrap', cementingRule: 'evidence' },
}

function parseRules(text: string): DevnetRules {
  const rules = RULES[text]
  if (rules) return rules
  const known = Object.keys(RULES).join(' or ')
  throw new UsageError(`--rules '${text}' is not known`, { field: 'rules', remedy: `use ${known}` })
}

function parseSlow(text: string): SlowClock {
  const [, name, windows] = /^([a-z]+):(\d{1,3}(?:\.\d{1,3})?)$/.exec(text) ?? []
  const label = LABELS.find((candidate) => candidate === name)
  if (label && Number(windows) > 0) return { label, windows: Number(windows) }
  const remedy = `use LABEL:WINDOWS, for example ${OBSERVER}:1.5; nodes are ${LABELS.join(', ')}`
  throw new UsageError(`--slow '${text}' is not a slow clock`, { field: 'slow', remedy })
}

function wholeNumber(flag: string, text: string, min: number, max: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= min && value <= max) return value
  throw new UsageError(`--${flag} '${text}' is not a whole number from ${min} to ${max}`, {
    field: flag,
    remedy: `give a number from ${min} to ${max}`,
  })
}
