import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorMessage } from '@montana/foundation'
import { type Goal, type MeasuredRecord, readGoals, readRecords } from '../suite/goals.js'
import { revisionOf } from '../suite/revision.js'
import { BENCH_FOLDER } from '../suite/suite.js'
import { chosenGoals, goalsByCommand, renderMissing } from './choose.js'
import { measure } from './measure.js'
import { mergeRecords, recordOf } from './merge.js'

const EXIT_FAILED = 1
const EXIT_USAGE = 2
const ROOT = join(BENCH_FOLDER, '..')
const RECORDS = join(BENCH_FOLDER, 'records.json')

const say = (line: string) => process.stderr.write(`records: ${line}\n`)

/** A record names the commit that was measured: there must be one, and nothing beside it. */
function cleanCommit(): string {
  const { commit, isDirty } = revisionOf(ROOT)
  if (commit === null) throw new Error('this is no git checkout, so that a record could name no commit')
  if (isDirty) throw new Error('tracked files differ from HEAD; commit or stash them, then measure')
  return commit
}

/** Resolves to the records of one command; a goal of which it told nothing, or a command that failed, is said and left. */
async function recordsOf(command: string, goals: readonly Goal[], commit: string): Promise<MeasuredRecord[]> {
  say(command)
  const { exitCode, told } = await measure(command, ROOT)
  if (exitCode !== 0) {
    say(`ended with ${exitCode}: nothing is recorded of it`)
    return []
  }
  const origin = { command, commit: commit.slice(0, 7), date: new Date().toISOString().slice(0, 10) }
  return goals.flatMap((goal) => {
    const record = recordOf(goal, told, origin)
    say(record ? `${goal.id}: ${record.value} ${goal.unit}` : `${goal.id}: the command told nothing of it`)
    return record ?? []
  })
}

/** Whole or not at all: a full disk leaves the records of before. */
function write(records: readonly MeasuredRecord[]): void {
  const next = `${RECORDS}.next`
  writeFileSync(next, `${JSON.stringify({ schema: 'montana.records/1', records }, null, 2)}\n`)
  renameSync(next, RECORDS)
}

async function record(goals: readonly Goal[], chosen: readonly Goal[]): Promise<number> {
  const commit = cleanCommit()
  const news: MeasuredRecord[] = []
  for (const [command, of] of goalsByCommand(chosen)) {
    news.push(...(await recordsOf(command, of, commit)))
    const records = mergeRecords(goals, readRecords(RECORDS), news)
    write(records)
  }
  return news.length === chosen.length ? 0 : EXIT_FAILED
}

/** `npm run records -- GOAL…` measures them and writes them down; without a goal it lists those without a record. */
async function main(names: readonly string[]): Promise<number> {
  const goals = readGoals(join(BENCH_FOLDER, 'goals.json'))
  if (names.length > 0) return record(goals, chosenGoals(goals, names))
  process.stdout.write(renderMissing(goals, readRecords(RECORDS)))
  return 0
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`error: ${errorMessage(error)}\n`)
  process.exitCode = EXIT_USAGE
}
