import type { TargetConfig } from '../contracts/config.js'
import type { FenceEntry } from '../contracts/fence.js'
import type { Provider } from '../contracts/provider.js'
import type { SentinelDocument } from '../sentinel/document.js'
import { heldPush } from '../service/held-push.js'
import type { ActionName, FenceSight, TargetFacts, ViewParts } from '../view/index.js'
import { HttpError } from './errors.js'
import { Recent } from './recent.js'
import type { MirrorService } from './service.js'

/** Reads for the view; writes nothing. */
export class Facts {
  readonly #service: MirrorService
  readonly #fence: Recent<FenceEntry>
  readonly #sentinel: Recent<SentinelDocument> | undefined
  readonly #offered: ReadonlySet<ActionName>
  #seen: { readonly commit: string; readonly atMs: number } | undefined
  #held: { readonly by: string; readonly atMs: number } | undefined
  #attempt = 0

  constructor(service: MirrorService, signal: AbortSignal) {
    const { time } = service.parts
    this.#service = service
    // The first replica that is added brings a fence with it.
    this.#fence = new Recent(async (stop) => (await service.parts.fence?.read(stop)) ?? null, time, signal)
    this.#sentinel = service.readSentinel && new Recent(service.readSentinel, time, signal)
    this.#offered = offeredBy(service)
  }

  async parts(): Promise<ViewParts> {
    this.#forgetAfterTry()
    const [fence, sentinel] = await Promise.all([this.#sight(), this.#sentinel?.get()])
    const { config, self, store, targets } = this.#service.parts
    return {
      ...{ config, self, fence, sentinel: sentinel?.value ?? null },
      isPaused: store.isPaused(),
      targets: targets.map((reached) => this.#target(reached)),
      offered: this.#offered,
    }
  }

  /**
   * Throws {@link HttpError} 409 when another epoch has begun; null expects that nothing is fenced. MirrorError when the
   * fence cannot be asked.
   */
  async requireEpoch(expected: number | null): Promise<void> {
    const epoch = (await this.#fence.fresh())?.record.epoch ?? null
    if (epoch === expected) return
    const message = epoch === null ? 'the fence has no record' : `the epoch is ${epoch}, not ${expected ?? 'none'}`
    throw new HttpError(409, 'EPOCH_LOST', message, { field: 'expectedEpoch', remedy: 'load the page and decide anew' })
  }

  /** After a change of ours to fence or targets. */
  forget(): void {
    this.#fence.forget()
  }

  async #sight(): Promise<FenceSight> {
    if (this.#service.parts.fence === null) return { entry: null, firstSeenMs: null, problem: null }
    const { value: entry, problem } = await this.#fence.get()
    if (entry) this.#note(entry)
    return { entry, firstSeenMs: this.#seen?.atMs ?? null, heldSinceMs: this.#held?.atMs ?? null, problem }
  }

  #note({ commit, record: { epoch, holder } }: FenceEntry): void {
    const atMs = this.#service.parts.time.wallMs()
    if (this.#seen?.commit !== commit) this.#seen = { commit, atMs }
    const by = `${epoch} ${holder}`
    if (this.#held?.by !== by) this.#held = { by, atMs }
  }

  /** Each try begins at the fence, and the first one writes it. */
  #forgetAfterTry(): void {
    const newest = this.#service.parts.store.attempts.lastId()
    if (newest !== this.#attempt) this.#fence.forget()
    this.#attempt = newest
  }

  #target({ target, provider }: { readonly target: TargetConfig; readonly provider: Provider }): TargetFacts {
    const { store } = this.#service.parts
    const isOwn = ({ mirror }: { readonly mirror: string }) => mirror === target.name
    return {
      target,
      jobs: store.jobs.all().filter(isOwn),
      records: store.layers.all().filter(isOwn),
      attempt: store.attempts.latest(target.name, 'code'),
      refs: store.refs.all(target.name),
      observation: this.#service.observed?.(target.name),
      held: heldPush(store, target.name),
      credentialExpiryMs: provider.credentialExpiry?.() ?? null,
    }
  }
}

function offeredBy({
  resume,
  dropRescue,
  promote,
  demote,
  remove,
  recover,
  approve,
}: MirrorService): ReadonlySet<ActionName> {
  const optional: Partial<Record<ActionName, unknown>> = {
    resume,
    dropRescue,
    promote,
    demote,
    remove,
    recover,
    approve,
  }
  const names = Object.keys(optional) as ActionName[]
  return new Set<ActionName>(['sync', 'test', ...names.filter((name) => optional[name] !== undefined)])
}
