import { join, resolve } from 'node:path'
import { parseFlags, RUN_FLAGS, seedOf, usage, wholeNumber } from '@montana/chaos/program'
import { DEAD, type Dead, SCENARIOS, type Scenario } from './trials/types.js'

export const USAGE =
  'usage: npm run trials -- [--all | --scenario kill|freeze|cut --dead 1..4] [--trials N] [--groups G] [--seed S] [--json] [--data-dir DIR] [--fresh]'

export interface TrialOptions {
  readonly scenarios: readonly Scenario[]
  readonly dead: readonly Dead[]
  /** Of each scenario with each number of dead hosts. */
  readonly trials: number
  readonly groups: number
  readonly seed: number
  readonly json: boolean
  /** Absolute; for the groups while they run, and for the results. */
  readonly dataDir: string
  /** File of JSON lines; what it has is not done again. */
  readonly results: string
  /** Begin anew. */
  readonly isFresh: boolean
  readonly help: boolean
}

/** What a claim about the 98th percentile needs. */
const TRIALS = 50
const TRIALS_MAX = 10_000
const GROUPS_MAX = 16
const GROUPS = 1
const DEFAULT_DATA_DIR = '.montana/trials'

const { seed, json, help } = RUN_FLAGS
const FLAGS = {
  all: { type: 'boolean', default: false },
  scenario: { type: 'string' },
  dead: { type: 'string' },
  trials: { type: 'string', default: String(TRIALS) },
  groups: { type: 'string', default: String(GROUPS) },
  ...{ seed, json, help },
  'data-dir': { type: 'string', default: DEFAULT_DATA_DIR },
  fresh: { type: 'boolean', default: false },
} as const

/** Throws UsageError. */
export function readOptions(args: readonly string[]): TrialOptions {
  const values = parseFlags(args, FLAGS, USAGE)
  if (values.all && (values.scenario ?? values.dead) !== undefined) {
    throw usage('all', 'means every scenario with every number of dead hosts', 'leave --scenario and --dead out')
  }
  const seed = seedOf(values.seed)
  const dataDir = resolve(values['data-dir'])
  return {
    scenarios: values.scenario === undefined ? SCENARIOS : values.scenario.split(',').map(scenarioOf),
    dead: values.dead === undefined ? DEAD : values.dead.split(',').map(deadOf),
    trials: wholeNumber('trials', values.trials, 1, TRIALS_MAX),
    groups: wholeNumber('groups', values.groups, 1, GROUPS_MAX),
    ...{ seed, dataDir, json: values.json, help: values.help, isFresh: values.fresh },
    results: join(dataDir, `results-${seed}.jsonl`),
  }
}

function scenarioOf(text: string): Scenario {
  const found = SCENARIOS.find((known) => known === text)
  if (!found) throw usage('scenario', `'${text}' is unknown`, `use one or more of ${SCENARIOS.join(',')}`)
  return found
}

function deadOf(text: string): Dead {
  const found = DEAD.find((known) => String(known) === text)
  if (!found) throw usage('dead', `'${text}' is no number of dead hosts`, `use one or more of ${DEAD.join(',')}`)
  return found
}
