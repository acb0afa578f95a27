import { request } from 'node:http'
import { join } from 'node:path'
import type { SmallDisk } from '@montana/chaos/host'
import type { Group } from '@montana/trials'

const TIMEOUT_MS = 2_000
const SOCKET = 'failover.sock'

/** Asks agents over their sockets, as an operator does on the host. */
export class Agents {
  readonly #group: Group
  readonly #disks: ReadonlyMap<string, SmallDisk>

  constructor(group: Group, disks: ReadonlyMap<string, SmallDisk>) {
    this.#group = group
    this.#disks = disks
  }

  /** How far the wall clock of an agent is from that of this machine, ms; undefined where it does not answer. */
  async wallOffset(host: string): Promise<number | undefined> {
    const date = await this.#ask(host, 'GET', '/live').catch(() => undefined)
    return date === undefined ? undefined : Date.parse(date) - Date.now()
  }

  /** Orders the leader to hand its role over; what becomes of it, the roles tell. */
  async promote(leader: string, next: string): Promise<void> {
    const order = { kind: 'promote', policy: 'serve', host: next, reason: 'drill', by: 'chaos', isForced: false }
    await this.#ask(leader, 'POST', '/command', JSON.stringify(order))
  }

  /** The header `Date` of the answer. */
  #ask(host: string, method: 'GET' | 'POST', path: string, body?: string): Promise<string | undefined> {
    const folder = this.#disks.get(host)?.seen ?? this.#group.layout.home(host)
    const headers = body === undefined ? {} : { 'content-type': 'application/json' }
    const options = { socketPath: join(folder, SOCKET), method, path, headers, signal: AbortSignal.timeout(TIMEOUT_MS) }
    return new Promise((resolve, reject) => {
      const asking = request(options, (response) => {
        response.resume()
        resolve(response.headers.date)
      })
      asking.once('error', reject)
      asking.end(body)
    })
  }
}
