import type { PushPlan, PushReport, Tips } from '../contracts/push.js'
import { planPush } from '../decide/push-plan.js'
import { isInternal, selectRefs } from '../decide/refs.js'
import { divergencesOf } from './divergences.js'
import type { Listing } from './listing.js'
import { Outcomes } from './outcomes.js'
import { lagOf, refsThatFastForward } from './relations.js'
import { reportRefs } from './report.js'
import { carryOut } from './round.js'
import { type PushRequest, PushRun } from './run.js'
import { inspectSource, localTips } from './source.js'

/** Spec repository-mirror 7.3: a tip that moved in between is planned for again. */
const REPLANS_MAX = 3

/**
 * Brings the selected refs of the source to the target and reads them back; only what was read back counts. What one ref
 * was refused for is in the report; what stops all of them is thrown as MirrorError. A source that is no whole repository
 * is refused before any contact. Spec repository-mirror 7.
 */
export async function pushCode(request: PushRequest): Promise<PushReport> {
  const run = new PushRun(request)
  const here = { folder: request.source, signal: request.signal }
  const source = await inspectSource(here)
  const local = selectRefs(await localTips(here), request.target.refs)
  const outcomes = new Outcomes()
  const first = await run.list()
  let seen = first
  let plan = await planFor(run, local, seen, outcomes)
  for (let round = 0; plan.updates.length > 0 && round <= REPLANS_MAX; round++) {
    await carryOut(run, plan, seen, outcomes)
    seen = await run.list()
    plan = await planFor(run, local, seen, outcomes)
  }
  const divergences = await divergencesOf(run, plan.diverged)
  const refs = reportRefs({ first: first.tips, last: seen.tips, plan, outcomes, divergences })
  return { refs, ...(await tipAndLag(run, source.head, local, seen)), pushes: run.pushes }
}

/** Refs that were refused are not planned for again. */
async function planFor(run: PushRun, local: Tips, { tips }: Listing, outcomes: Outcomes): Promise<PushPlan> {
  const { target, pushed, wallMs } = run.request
  const isOpen = ([ref]: [string, string]) => !outcomes.refused.has(ref)
  const open = { local: new Map([...local].filter(isOpen)), remote: new Map([...tips].filter(isOpen)) }
  const pairs = [...open.local].flatMap(([ref, tip]) => {
    const remote = open.remote.get(ref)
    return remote === undefined || remote === tip || isInternal(ref) ? [] : [{ ref, local: tip, remote }]
  })
  const here = { folder: run.request.source, signal: run.request.signal }
  const fastForward = await refsThatFastForward(here, pairs)
  const { defaultBranch, onDiverge, refs } = target
  const plan = planPush({ ...open, pushed, fastForward, defaultBranch, onDiverge, stamp: stampOf(wallMs) })
  return { ...plan, extra: [...selectRefs(new Map(plan.extra.map((ref) => [ref, ''])), refs).keys()] }
}

async function tipAndLag(run: PushRun, head: string | null, local: Tips, { tips }: Listing) {
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
function stampOf(wallMs: number): string {
  return new Date(wallMs).toISOString().replaceAll(/[-:]|\.\d+/g, '')
}
