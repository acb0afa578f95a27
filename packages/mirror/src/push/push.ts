import type { PushPlan, PushReport, Tips } from '../contracts/push.js'
import { planPush } from '../decide/push-plan.js'
import { isInternal, selectRefs } from '../decide/refs.js'
import { divergencesOf } from './divergences.js'
import type { Listing } from './listing.js'
import { Outcomes } from './outcomes.js'
import { lagOf, refsThatFastForward } from './relations.js'
import { reportRefs } from './report.js'
import { assertNoReset, rewrittenRefs } from './rewrites.js'
import { carryOut } from './round.js'
import { type PushRequest, PushRun } from './run.js'
import { inspectSource, localTips } from './source.js'

/** Spec repository-mirror 7.3: a tip that moved in between is planned for again. */
const REPLANS_MAX = 3

/**
 * Brings the selected refs of the source to the target and reads them back; only what was read back counts. What one ref
 * was refused for is in the report; what stops all of them is thrown as MirrorError. A source that is no whole repository,
 * or whose history was reset without leave, is refused before any contact. Spec repository-mirror 3.1, 7.
 */
export async function pushCode(request: PushRequest): Promise<PushReport> {
  const run = new PushRun(request)
  const source = await readSource(request)
  const outcomes = new Outcomes()
  const first = await run.list()
  let seen = first
  let plan = await planFor(run, source, seen, outcomes)
  for (let round = 0; plan.updates.length > 0 && round <= REPLANS_MAX; round++) {
    await carryOut(run, plan, seen, outcomes)
    seen = await run.list()
    plan = await planFor(run, source, seen, outcomes)
  }
  const divergences = await divergencesOf(run, plan.diverged)
  const refs = reportRefs({ first: first.tips, last: seen.tips, plan, outcomes, divergences })
  return { refs, ...(await tipAndLag(run, source, seen)), pushes: run.pushes }
}

/** What the source has to push. */
interface Here {
  readonly head: string | null
  readonly local: Tips
  readonly rewritten: Tips
}

async function readSource({ source: folder, signal, target, pushed, reset }: PushRequest): Promise<Here> {
  const call = { folder, signal }
  const { head } = await inspectSource(call)
  const local = selectRefs(await localTips(call), target.refs)
  const rewritten = await rewrittenRefs(call, local, pushed)
  assertNoReset(reset, rewritten)
  return { head, local, rewritten }
}

/** Refs that were refused are not planned for again. */
async function planFor(run: PushRun, here: Here, { tips }: Listing, outcomes: Outcomes): Promise<PushPlan> {
  const { local, rewritten } = here
  const { target, pushed, wallMs } = run.request
  const isOpen = ([ref]: [string, string]) => !outcomes.refused.has(ref)
  const open = { local: new Map([...local].filter(isOpen)), remote: new Map([...tips].filter(isOpen)) }
  const pairs = [...open.local].flatMap(([ref, tip]) => {
    const remote = open.remote.get(ref)
    return remote === undefined || remote === tip || isInternal(ref) ? [] : [{ ref, local: tip, remote }]
  })
  const { source: folder, signal } = run.request
  const fastForward = await refsThatFastForward({ folder, signal }, pairs)
  const contained = new Set([...pushed.keys()].filter((ref) => !rewritten.has(ref)))
  const { onDiverge, refs, keep = new Map() } = target
  const plan = planPush({ ...open, pushed, fastForward, contained, onDiverge, keep, stamp: stampOf(wallMs) })
  return { ...plan, extra: [...selectRefs(new Map(plan.extra.map((ref) => [ref, ''])), refs).keys()] }
}

async function tipAndLag(run: PushRun, { head, local }: Here, { tips }: Listing) {
  const { source: folder, signal, target } = run.request
  const ref = fullName(target.defaultBranch ?? head)
  const ours = local.get(ref)
  const tip = tips.get(ref) ?? null
  return { tip, lagCommits: ours === undefined ? null : await lagOf({ folder, signal }, ours, tip) }
}

function fullName(branch: string | null): string {
  return branch === null || branch.startsWith('refs/') ? (branch ?? '') : `refs/heads/${branch}`
}

/** `20260207T050000Z`. */
export function stampOf(wallMs: number): string {
  return new Date(wallMs).toISOString().replaceAll(/[-:]|\.\d+/g, '')
}
