import { formatTime, type TimeSource } from '@montana/foundation'
import type { FailoverAgentView, FailoverHistoryView, FailoverView } from '../api/failover-views.js'
import { HISTORY_MAX } from '../api/schema/failover.js'
import { ApiError } from '../errors.js'
import { type AskedStatus, answered, askHistory, askStatus } from './ask.js'
import { hasConflict } from './claims.js'
import { groupViews } from './group-view.js'
import { historyView } from './history-view.js'
import { shared } from './shared.js'
import type { FailoverSource } from './source.js'

/** Asks all agents at once when somebody wants to know. Keeps nothing but who each of them is. */
export class FailoverSampler {
  readonly #time: TimeSource
  readonly #signal: AbortSignal
  readonly #names = new Map<FailoverSource, { readonly group: string; readonly self: string }>()
  readonly #histories = new Map<string, () => Promise<Omit<FailoverHistoryView, 'at'>>>()
  /** Shared by those who ask together. Rejects only with AbortError. */
  readonly statuses: () => Promise<readonly AskedStatus[]>

  constructor(sources: readonly FailoverSource[], time: TimeSource, signal: AbortSignal) {
    this.#time = time
    this.#signal = signal
    this.statuses = shared(time, async () => {
      const first = await askAll(sources, signal)
      // Answers are not of one instant: a role that was handed over between two of them is no conflict.
      const asked = hasConflict(first) ? await askAll(sources, signal) : first
      for (const { source, value } of asked) if (value) this.#names.set(source, value)
      return asked
    })
  }

  async view(): Promise<Omit<FailoverView, 'orders'>> {
    const asked = await this.statuses()
    return {
      at: formatTime(this.#time.wallMs()),
      agents: asked.map((one) => this.#agentView(one)),
      groups: groupViews(
        answered(asked).map(({ value }) => value),
        this.#time.wallMs(),
      ),
    }
  }

  /** At most `limit` changes. Throws ApiError 404 for a group that no agent speaks of. */
  async history(group: string, limit: number): Promise<FailoverHistoryView> {
    // By group only, so that readers with different limits share as well.
    const known = this.#histories.get(group) ?? shared(this.#time, async () => await this.#askHistory(group))
    const { changes, ...rest } = await known()
    this.#histories.set(group, known)
    return { at: formatTime(this.#time.wallMs()), ...rest, changes: changes.slice(0, limit) }
  }

  async #askHistory(name: string): Promise<Omit<FailoverHistoryView, 'at'>> {
    const own = answered(await this.statuses()).filter(({ value }) => value.group === name)
    const [group] = groupViews(
      own.map(({ value }) => value),
      this.#time.wallMs(),
    )
    if (!group) throw unknownGroup()
    const asked = await Promise.all(own.map(({ source }) => askHistory(source, HISTORY_MAX, this.#signal)))
    const told = asked.flatMap(({ value }) => value ?? [])
    return { group: name, ...historyView(group, told, HISTORY_MAX) }
  }

  #agentView({ source, value, error }: AskedStatus): FailoverAgentView {
    const { group = null, self = null } = this.#names.get(source) ?? {}
    return { label: source.label, group, self, error, loopGapMs: value?.loopGapMs ?? null }
  }
}

async function askAll(sources: readonly FailoverSource[], signal: AbortSignal): Promise<AskedStatus[]> {
  return await Promise.all(sources.map((source) => askStatus(source, signal)))
}

export function unknownGroup(): ApiError {
  const remedy = 'ask for /api/failover, which names the groups'
  return new ApiError(404, 'NOT_FOUND', 'no agent that answers is of this group', { field: 'group', remedy })
}
