import { MINUTE_MS } from '../constants.js'
import { StandError } from '../errors.js'
import { listTree, readBlob, resolveCommit } from '../git/objects.js'
import type { GithubStand } from '../stand.js'
import type { StandRepository } from '../state/repository.js'
import type { Run, RunEvent } from '../state/runs.js'
import type { WorkflowRecord } from '../state/workflows.js'
import type { Contexts } from './expressions.js'
import { type ActionsLibraries, actionsLibraries } from './libraries.js'
import type { RunOutcome } from './outcome.js'
import { conclusionOf, runJobs } from './run-workflow.js'
import { Scope } from './scope.js'
import { isTriggered } from './triggers.js'
import { type ParseOutcome, parseWorkflow } from './workflow.js'

export interface WorkflowRunnerOptions {
  readonly stand: GithubStand
  /** `owner/name` or numeric id. */
  readonly repository: string | number
  /** Also run what is dispatched through the API; true unless given. */
  readonly takesDispatches?: boolean
  /** Real milliseconds that a minute of `timeout-minutes` lasts; a minute unless given. */
  readonly minuteMs?: number
}

export interface TriggerOptions {
  /** Only this file, such as `cron.yml`. */
  readonly workflow?: string
  readonly branch?: string
  /** Of a dispatch. */
  readonly inputs?: Readonly<Record<string, string>>
  readonly actor?: string
}

/** Runs the workflows of one repository of a stand as real processes on a real checkout. */
export class WorkflowRunner {
  readonly #libraries: ActionsLibraries
  readonly #stand: GithubStand
  readonly #repository: StandRepository
  readonly #minuteMs: number
  readonly #closed = new AbortController()
  readonly #outcomes: RunOutcome[] = []
  readonly #stopListening: () => void
  #running: Promise<unknown> = Promise.resolve()
  /** Set while a run is made here: the listener hears of it as of all others, and must leave it alone. */
  #isOpening = false

  constructor(libraries: ActionsLibraries, options: WorkflowRunnerOptions) {
    this.#libraries = libraries
    this.#stand = options.stand
    this.#repository = options.stand.repository(options.repository)
    this.#minuteMs = options.minuteMs ?? MINUTE_MS
    const { runs } = this.#repository
    const takes = options.takesDispatches ?? true
    this.#stopListening = takes ? runs.onChange((run) => this.#take(run)) : () => {}
  }

  /** All that has run so far, in the order of ending. */
  get outcomes(): readonly RunOutcome[] {
    return [...this.#outcomes]
  }

  /** What an event starts: nothing when Actions are off or the workflow is disabled. Resolves when all has ended. */
  async trigger(event: RunEvent, options: TriggerOptions = {}): Promise<RunOutcome[]> {
    const branch = options.branch ?? this.#repository.defaultBranch
    const outcomes: RunOutcome[] = []
    for (const record of await this.#candidates(options.workflow)) {
      const commit = await this.#commit(branch)
      const parsed = await this.#parse(record, commit)
      const starts = 'errors' in parsed ? event === 'push' : isTriggered(parsed.template, event, branch)
      if (!starts) continue
      const run = this.#open(record, event, parsed, { ...options, branch, commit })
      outcomes.push(await this.#queue(run, parsed))
    }
    return outcomes
  }

  /** Resolves when nothing runs any more, dispatched runs included. */
  async idle(): Promise<void> {
    for (let seen: unknown; seen !== this.#running; ) {
      seen = this.#running
      await seen
    }
  }

  /** Ends what runs, and takes no more. */
  async close(): Promise<void> {
    this.#stopListening()
    this.#closed.abort()
    await this.idle()
  }

  async #candidates(file: string | undefined): Promise<WorkflowRecord[]> {
    if (!this.#repository.isActionsEnabled) return []
    const records = await this.#repository.workflowStore.list()
    return records.filter(({ state, path }) => state === 'active' && (file === undefined || path.endsWith(`/${file}`)))
  }

  async #commit(branch: string): Promise<string> {
    const commit = await resolveCommit(this.#repository.path, branch)
    if (commit === undefined) throw new StandError('STAND_UNKNOWN', `there is no branch ${branch}`)
    return commit
  }

  async #parse({ path }: WorkflowRecord, commit: string): Promise<ParseOutcome> {
    const [entry] = await listTree(this.#repository.path, commit, path)
    if (entry === undefined) return { errors: [`${path} is not in ${commit}`] }
    const content = (await readBlob(this.#repository.path, entry.oid)).toString('utf8')
    return await parseWorkflow(path, content, this.#libraries)
  }

  #open(workflow: WorkflowRecord, event: RunEvent, parsed: ParseOutcome, options: OpenOptions): Run {
    const { branch, commit, actor = this.#repository.owner } = options
    const inputs = { ...defaultsOf(workflow), ...options.inputs }
    const title = this.#title(workflow, parsed, { inputs, github: { event_name: event, ref_name: branch, actor } })
    this.#isOpening = true
    try {
      return this.#repository.runs.create({ workflow, event, branch, commit, inputs, actor, title })
    } finally {
      this.#isOpening = false
    }
  }

  #title({ name }: WorkflowRecord, parsed: ParseOutcome, contexts: Contexts): string {
    const token = 'root' in parsed ? parsed.root.find('run-name') : undefined
    return token === undefined ? name : new Scope(this.#libraries, contexts).text(token)
  }

  /** A dispatch of the API. */
  #take(run: Run): void {
    if (run.status !== 'queued' || this.#isOpening) return
    const parsed = this.#parse(run.workflow, run.commit)
    this.#queue(run, parsed).catch(() => {})
  }

  /** One run at a time: what waits is queued, as in a concurrency group of the whole repository. */
  #queue(run: Run, parsed: ParseOutcome | Promise<ParseOutcome>): Promise<RunOutcome> {
    const outcome = this.#running.then(async () => await this.#execute(run, await parsed))
    this.#running = outcome.catch(() => {})
    return outcome
  }

  async #execute(run: Run, parsed: ParseOutcome): Promise<RunOutcome> {
    const outcome = await this.#conclude(run, parsed)
    this.#outcomes.push(outcome)
    return outcome
  }

  async #conclude(run: Run, workflow: ParseOutcome): Promise<RunOutcome> {
    const { runs } = this.#repository
    const file = run.workflow.path.split('/').at(-1) ?? ''
    if ('errors' in workflow) {
      runs.complete(run.id, 'startup_failure')
      return { run: this.#seen(run), file, conclusion: 'startup_failure', jobs: [], errors: workflow.errors }
    }
    const cancelled = new AbortController()
    const unlisten = runs.onChange(({ id, status }) => {
      if (id === run.id && status === 'completed') cancelled.abort()
    })
    const signal = AbortSignal.any([cancelled.signal, this.#closed.signal])
    if (this.#seen(run).status === 'completed') cancelled.abort()
    else runs.start(run.id)
    const [libraries, stand, repository] = [this.#libraries, this.#stand, this.#repository]
    const call = { libraries, stand, repository, run, workflow, minuteMs: this.#minuteMs, signal }
    const jobs = await runJobs(call).finally(unlisten)
    runs.complete(run.id, conclusionOf(jobs, signal))
    const seen = this.#seen(run)
    return { run: seen, file, conclusion: seen.conclusion ?? 'failure', jobs, errors: [] }
  }

  #seen(run: Run): Run {
    return this.#repository.runs.get(run.id) ?? run
  }
}

type OpenOptions = TriggerOptions & { readonly branch: string; readonly commit: string }

function defaultsOf({ file }: WorkflowRecord): Record<string, string> {
  const declared = Object.entries(file?.inputs ?? {})
  return Object.fromEntries(
    declared.flatMap(([name, rule]) => (rule.default === undefined ? [] : [[name, rule.default]])),
  )
}

/** A runner for one repository; close it before the stand. */
export async function createWorkflowRunner(options: WorkflowRunnerOptions): Promise<WorkflowRunner> {
  return new WorkflowRunner(await actionsLibraries(), options)
}
