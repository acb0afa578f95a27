import type { Goal, MeasuredRecord } from '../suite/goals.js'

const TESTS = /^npm (test|run test:long|run soak:[a-z]+)( |$)/

/** Throws for a name that is none, and for a goal that no command of tests measures. */
export function chosenGoals(goals: readonly Goal[], names: readonly string[]): Goal[] {
  return [...new Set(names)].map((name) => {
    const goal = goals.find(({ id }) => id === name)
    if (!goal) throw new Error(`unknown goal '${name}'; \`npm run records\` lists those without a record`)
    if (TESTS.test(goal.command ?? '')) return goal
    throw new Error(`no test measures '${name}'; its command is ${goal.command ?? 'not written yet'}`)
  })
}

/** Each command once, with what it is to measure. */
export function goalsByCommand(goals: readonly Goal[]): Map<string, Goal[]> {
  return Map.groupBy(goals, ({ command }) => command ?? '')
}

/** One line a goal that neither a bench nor a record has a value for. */
export function renderMissing(goals: readonly Goal[], records: readonly MeasuredRecord[]): string {
  const known = new Set(records.map(({ goal }) => goal))
  const missing = goals.filter(({ id, bench, long }) => !known.has(id) && (bench === undefined || long))
  return missing.map(({ id, of, command }) => `${id}  ${of}  ${command ?? 'no command yet'}\n`).join('')
}
