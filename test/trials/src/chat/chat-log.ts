import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** An effect as the sink decided about it; times are wall clock of this machine, milliseconds. */
export interface SinkEffect {
  readonly outcome: 'accepted' | 'duplicate' | 'refused' | 'unfenced'
  readonly key: string
  readonly epoch: string
  readonly host: string
  readonly at_ms: number
}

/** The database of the chat service, read beside it: what really happened, whatever agents say about themselves. */
export class ChatLog {
  readonly #db: DatabaseSync

  constructor(home: string) {
    this.#db = new DatabaseSync(join(home, 'chat.sqlite'), { readOnly: true, timeout: 1_000 })
  }

  /** First effect that the sink took after `atMs` from another host than `host`. */
  firstAccepted(atMs: number, notFrom: string): SinkEffect | undefined {
    const sql = "SELECT * FROM log WHERE outcome = 'accepted' AND at_ms > ? AND host <> ? ORDER BY id LIMIT 1"
    return this.#db.prepare(sql).get(atMs, notFrom) as SinkEffect | undefined
  }

  latestAccepted(sinceMs: number): SinkEffect | undefined {
    const sql = "SELECT * FROM log WHERE outcome = 'accepted' AND at_ms > ? ORDER BY id DESC LIMIT 1"
    return this.#db.prepare(sql).get(sinceMs) as SinkEffect | undefined
  }

  acceptedOf(host: string, sinceMs: number): SinkEffect[] {
    const sql = "SELECT * FROM log WHERE outcome = 'accepted' AND host = ? AND at_ms > ? ORDER BY id"
    return this.#db.prepare(sql).all(host, sinceMs) as unknown as SinkEffect[]
  }

  /** Longest time between two accepted effects, the later of which came after `sinceMs`; milliseconds. */
  longestPause(sinceMs: number): number {
    const times = this.effects().flatMap(({ outcome, at_ms }) => (outcome === 'accepted' ? [at_ms] : []))
    const pauses = times.slice(1).flatMap((at, index) => (at > sinceMs ? [at - (times[index] ?? at)] : []))
    return Math.max(0, ...pauses)
  }

  effects(): SinkEffect[] {
    return this.#db.prepare('SELECT * FROM log ORDER BY id').all() as unknown as SinkEffect[]
  }

  /** Messages that nobody has answered. */
  unanswered(): number {
    const sql =
      'SELECT count(*) AS n FROM messages WHERE NOT EXISTS (SELECT 1 FROM replies WHERE update_id = messages.id)'
    return (this.#db.prepare(sql).get() as { n: number }).n
  }

  messages(): number {
    return (this.#db.prepare('SELECT count(*) AS n FROM messages').get() as { n: number }).n
  }

  /** Messages that were answered more than once. */
  answeredTwice(): number {
    const sql = 'SELECT count(*) AS n FROM (SELECT update_id FROM replies GROUP BY update_id HAVING count(*) > 1)'
    return (this.#db.prepare(sql).get() as { n: number }).n
  }

  close(): void {
    this.#db.close()
  }
}

/** Accepted effects of a lower epoch than one before them: the fence has failed if there is any. */
export function fenceBreaks(effects: readonly SinkEffect[]): number {
  let highest = 0n
  let breaks = 0
  for (const { outcome, epoch } of effects) {
    if (outcome !== 'accepted') continue
    if (BigInt(epoch) < highest) breaks += 1
    else highest = BigInt(epoch)
  }
  return breaks
}
