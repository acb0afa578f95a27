import { dirname } from 'node:path'

/** One change of the host. */
export interface Action {
  /** In the imperative, for the plan: `make user montana`. */
  readonly what: string
  run(signal: AbortSignal): Promise<void>
  /** Takes back what `run` did; absent where nothing is to be taken back. */
  undo?(): Promise<void>
}

/** What a step finds, and what it would change; finding changes nothing. No actions: there is nothing to do. */
export interface Look {
  readonly found: string
  readonly actions: readonly Action[]
}

export type StepName = 'release' | 'users' | 'documents' | 'identity' | 'units'

/** A step of onboarding that changes the host: spec operations 9.4. */
export interface Step {
  readonly name: StepName
  look(signal: AbortSignal): Promise<Look>
}

export interface Done {
  readonly found: string
  readonly did: string
}

/** {@link runActions} of what a second look at the host says is to be done. */
export async function runStep(step: Step, signal: AbortSignal): Promise<Done> {
  const { found, actions } = await step.look(signal)
  await runActions(actions, signal)
  return { found, did: sentenceOf(actions) }
}

/**
 * When an action fails, it and those before it are taken back, latest first, and the error goes on: the host is then as it
 * was found.
 */
export async function runActions(actions: readonly Action[], signal: AbortSignal): Promise<void> {
  const done: Action[] = []
  try {
    for (const action of actions) {
      signal.throwIfAborted()
      done.push(action)
      await action.run(signal)
    }
  } catch (error) {
    for (const action of done.reverse()) await action.undo?.()
    throw error
  }
}

/** `write /a and /b, start c`; more than a few of one folder are counted. */
export function sentenceOf(actions: readonly Pick<Action, 'what'>[]): string {
  const groups: { verb: string; objects: string[] }[] = []
  for (const { what } of actions) {
    const [verb = '', ...rest] = what.split(' ')
    const last = groups.at(-1)
    if (last?.verb === verb && rest.length > 0) last.objects.push(rest.join(' '))
    else groups.push({ verb, objects: rest.length > 0 ? [rest.join(' ')] : [] })
  }
  return groups.map(({ verb, objects }) => `${verb} ${listOf(objects)}`.trim()).join('; ') || 'nothing'
}

const MAX_LISTED = 4

function listOf(objects: readonly string[]): string {
  const folders = new Set(objects.map((path) => (path.startsWith('/') ? dirname(path) : path)))
  const [folder] = folders
  if (objects.length > MAX_LISTED && folders.size === 1) return `${objects.length} files in ${folder}`
  return objects.join(', ')
}
