import type { Answer, Packet, Question } from './packet.js'
import type { Timers } from './timers.js'

interface Pending {
  readonly peer: number
  readonly done: (answer: Answer | undefined) => void
}

export interface RequestsModules {
  readonly timers: Timers
  send(to: number, packet: Packet): void
}

/** Questions to peers; each ends once, with the answer, a "no", or the end of its time. */
export class Requests {
  readonly #modules: RequestsModules
  readonly #pending = new Map<number, Pending>()
  #nextId = 1

  constructor(modules: RequestsModules) {
    this.#modules = modules
  }

  ask(peer: number, question: Question, timeoutMs: number, done: Pending['done']): void {
    const id = this.#nextId++
    this.#pending.set(id, { peer, done })
    this.#modules.send(peer, { type: 'ask', id, question })
    this.#modules.timers.after(timeoutMs, () => this.#settle(peer, id, undefined))
  }

  /** One peer after the other, until `take` is content with an answer; then `end` is told whether one was. */
  askEach(
    peers: readonly number[],
    question: Question,
    timeoutMs: number,
    take: (answer: Answer, peer: number) => boolean,
    end: (isTaken: boolean) => void = () => {},
  ): void {
    const [peer, ...rest] = peers
    if (peer === undefined) return end(false)
    this.ask(peer, question, timeoutMs, (answer) => {
      if (answer && take(answer, peer)) end(true)
      else this.askEach(rest, question, timeoutMs, take, end)
    })
  }

  receive(peer: number, id: number, answer: Answer | undefined): void {
    this.#settle(peer, id, answer)
  }

  #settle(peer: number, id: number, answer: Answer | undefined): void {
    const pending = this.#pending.get(id)
    if (!pending || pending.peer !== peer) return
    this.#pending.delete(id)
    pending.done(answer)
  }
}
