import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'

/** A person who writes to the chat service ten times a second, from wherever this program is started. */
const EVERY_MS = 100
const TIMEOUT_MS = 2_000

const { values } = parseArgs({ options: { chat: { type: 'string' } } })
const controller = new AbortController()
process.once('SIGTERM', () => controller.abort())
process.once('disconnect', () => controller.abort())
process.channel?.unref()

for (let count = 0; !controller.signal.aborted; count++) {
  await post(`message ${count}`).catch(() => {})
  await sleep(EVERY_MS, undefined, { signal: controller.signal }).catch(() => {})
}

async function post(text: string): Promise<void> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ text }) }
  const response = await fetch(`${values.chat}/messages`, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) })
  await response.body?.cancel()
}
