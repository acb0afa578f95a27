import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { NodeStatus } from '@montana/node/settings'

/** What a running node tells of itself over its status endpoint. */
export class NodeView {
  readonly #dataDir: string

  constructor(dataDir: string) {
    this.#dataDir = dataDir
  }

  /** Fails also where another node answers: one that was killed leaves its address behind, and its port is free then. */
  async status(): Promise<NodeStatus> {
    const { statusUrl, instance } = this.#run()
    const status = (await (await fetch(`${statusUrl}/status.json`)).json()) as NodeStatus
    if (status.proc.instance !== instance) throw new Error(`${statusUrl} is another node's`)
    return status
  }

  /** Sum of the samples of a metric whose labels contain `labels`, each `name="value"`. */
  async metric(name: string, ...labels: string[]): Promise<number> {
    const text = await (await fetch(`${this.#url()}/metrics`)).text()
    const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    const matching = lines.filter((line) => labels.every((label) => line.includes(label)))
    return matching.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0)
  }

  /** Its head; −1 while it does not answer. */
  async head(): Promise<number> {
    return (await this.status().catch(() => undefined))?.window ?? -1
  }

  /** HTTP status of /readyz: 200, 206 or 503. */
  async readiness(): Promise<number> {
    return (await fetch(`${this.#url()}/readyz`)).status
  }

  #url(): string {
    return this.#run().statusUrl
  }

  #run(): { statusUrl: string; instance: string } {
    return JSON.parse(readFileSync(join(this.#dataDir, 'run.json'), 'utf8'))
  }
}
