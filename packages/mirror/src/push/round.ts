import { MirrorError } from '../contracts/errors.js'
import type { PushPlan, RefUpdate } from '../contracts/push.js'
import { batches } from '../decide/refs.js'
import { withBorrowed } from './borrowed.js'
import { type Delivering, type Delivery, deliver } from './deliver.js'
import { fetchForeign } from './foreign.js'
import { TOO_MUCH } from './git.js'
import { uploadLfs } from './lfs.js'
import { RESCUED_MAX_BYTES } from './limits.js'
import type { Listing } from './listing.js'
import type { Outcomes } from './outcomes.js'
import type { PushRun } from './run.js'

/** Carries out one plan: LFS objects, then refs that endanger nothing, then the others. Spec repository-mirror 7.2, 7.3. */
export async function carryOut(run: PushRun, plan: PushPlan, listing: Listing, outcomes: Outcomes): Promise<void> {
  if (run.request.target.lfs === 'auto') {
    await uploadLfs(
      run.call('lfs'),
      plan.updates.map(({ tip }) => tip),
      listing.tips.values(),
    )
  }
  const plain = plan.updates.filter(({ rescueRef }) => rescueRef === null)
  await settle(run, plain, outcomes)
  await settle(run, await rescueFirst(run, plan.updates, listing, outcomes), outcomes)
}

async function settle(run: PushRun, updates: readonly RefUpdate[], outcomes: Outcomes): Promise<void> {
  const deliveries = await deliverAll(run, updates.map(alone))
  for (const update of updates) outcomes.add(update, deliveries.get(update.ref))
}

/**
 * Rescue refs land and are read back before any branch moves. In one atomic push with the branch they would not be safe:
 * measured with git 2.39, a target that hides `refs/heads/rescue` refuses the rescue ref and moves the branch all the same.
 * Gives the updates that may go on.
 */
async function rescueFirst(run: PushRun, updates: readonly RefUpdate[], listing: Listing, outcomes: Outcomes) {
  const wanted = updates.filter(({ rescueRef }) => rescueRef !== null).map((update) => reuse(update, listing))
  if (wanted.length === 0) return []
  const missing = wanted.filter(({ rescueRef, lease }) => listing.tips.get(rescueRef ?? '') !== lease)
  const deliveries = await createRescueRefs(run, missing)
  const after = missing.length === 0 ? listing : await run.list()
  const landed = wanted.filter(({ rescueRef, lease }) => after.tips.get(rescueRef ?? '') === lease)
  for (const { ref, rescueRef } of missing) {
    const delivery = deliveries.get(rescueRef ?? '')
    if (delivery?.kind === 'refused') outcomes.refuse(ref, { ...delivery, message: `${NOT_KEPT}: ${delivery.message}` })
  }
  return landed
}

async function createRescueRefs(run: PushRun, missing: readonly RefUpdate[]): Promise<ReadonlyMap<string, Delivery>> {
  if (missing.length === 0) return new Map()
  const { source: folder, signal } = run.request
  const create = (borrowed: string) => createFrom(run, borrowed, missing)
  return await withBorrowed({ folder, signal }, create).catch((error: unknown) => keptBack(error, missing))
}

/** Without the objects no push could name the old tip. */
async function createFrom(run: PushRun, folder: string, missing: readonly RefUpdate[]) {
  const { rescuedMaxBytes: fileMaxBytes = RESCUED_MAX_BYTES } = run.request
  const tips = missing.map(({ lease }) => lease)
  const kept = await fetchForeign({ ...run.call('fetch'), folder, fileMaxBytes }, tips)
  const send = (items: readonly RefUpdate[]) => run.sendFrom(folder, items)
  return await deliverAll({ send, mayPush: run.mayPush }, missing.filter(({ lease }) => kept.has(lease)).map(rescueOf))
}

/** Work that is too large to be kept is no reason to leave the other refs where they are. */
function keptBack(error: unknown, missing: readonly RefUpdate[]): ReadonlyMap<string, Delivery> {
  if (!(error instanceof MirrorError) || error.metadata.reason !== TOO_MUCH) throw error
  const refused: Delivery = { kind: 'refused', code: error.code, message: error.message }
  return new Map(missing.map(({ rescueRef }) => [rescueRef ?? '', refused]))
}

const NOT_KEPT = 'its old tip cannot be kept'

/** A tip that has been rescued before needs no second ref. */
function reuse(update: RefUpdate, { tips }: Listing): RefUpdate {
  const isFor = (ref: string) => RESCUE.test(ref) && tips.get(ref) === update.lease
  return { ...update, rescueRef: [...tips.keys()].find(isFor) ?? update.rescueRef }
}

const RESCUE = /^refs\/(?:heads|tags)\/rescue\//

function rescueOf({ rescueRef, lease }: RefUpdate): RefUpdate {
  return { ref: rescueRef ?? '', kind: 'create', tip: lease, lease: '', rescueRef: null }
}

function alone(update: RefUpdate): RefUpdate {
  return { ...update, rescueRef: null }
}

async function deliverAll(how: Delivering, items: readonly RefUpdate[]): Promise<ReadonlyMap<string, Delivery>> {
  const found = new Map<string, Delivery>()
  for (const batch of batches(items)) {
    for (const [ref, delivery] of await deliver(batch, how)) found.set(ref, delivery)
  }
  return found
}
