import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { NodeStatus } from '@montana/node/settings'
import type { SoakRecord } from '@montana/soak'
import { type Running, startMontana, until } from '../../e2e/support/montana.js'

export interface Devnet extends Running {
  readonly dir: string
  /** Where its page is, as it says itself. */
  readonly url: string
}

export async function startDevnet(dir: string, args: readonly string[]): Promise<Devnet> {
  const running = startMontana(['devnet', '--data-dir', dir, '--console-port', '0', ...args])
  return { ...running, dir, url: await consoleUrl(running) }
}

/** Where a command serves its page, as it says itself. */
export async function consoleUrl({ child }: Running): Promise<string> {
  let output = ''
  child.stdout?.on('data', (chunk) => {
    output += chunk
  })
  const url = () => /^console: (http:\S+)/m.exec(output)?.[1]
  await until(() => url() !== undefined, 60_000, 'it says where its page is')
  return url() ?? ''
}

/** What a node says itself; undefined while it does not answer. */
export async function statusOf({ dir }: Devnet, label: string): Promise<NodeStatus | undefined> {
  try {
    const { statusUrl } = JSON.parse(readFileSync(join(dir, label, 'run.json'), 'utf8')) as { statusUrl: string }
    return (await (await fetch(`${statusUrl}/status.json`)).json()) as NodeStatus
  } catch {
    return undefined
  }
}

/** What a read route of a node answers, past the console. */
export async function said<T>({ dir }: Devnet, label: string, route: string): Promise<T> {
  const { statusUrl } = JSON.parse(readFileSync(join(dir, label, 'run.json'), 'utf8')) as { statusUrl: string }
  return (await (await fetch(`${statusUrl}/api/${route}`)).json()) as T
}

export function recordsOf({ dir }: Devnet): SoakRecord[] {
  const lines = readFileSync(join(dir, 'soak.jsonl'), 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as SoakRecord)
}
