import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { errorCode } from '@montana/foundation'
import { expect, it, onTestFinished } from 'vitest'
import { diagnose } from '../../src/diagnosis/diagnose.js'

const canPing = spawnSync('ping', ['-n', '-c', '1', '-W', '1', '127.0.0.1']).status === 0
/** Of the documentation block: nobody answers there. */
const NOBODY = '192.0.2.1'
/** Loopback addresses of this test alone, so that what else the host runs does not answer. */
const HERE = `127.9.${process.pid & 255}.7`

/** Whether somebody answers on this port from now on: we, or whoever has it already. */
async function isTaken(port: number): Promise<boolean> {
  const server = createServer((socket) => socket.destroy())
  onTestFinished(() => void server.close())
  const error = once(server, 'error').then(([cause]) => errorCode(cause) === 'EADDRINUSE')
  return await Promise.race([once(server.listen(port, HERE), 'listening').then(() => true), error])
}

it('tells which ports answer', async () => {
  const [tcp22, tcp443] = [await isTaken(22), await isTaken(443)]
  expect(await diagnose(HERE, new AbortController().signal)).toMatchObject({ tcp22, tcp443 })
})

it('tells whether the host answers an echo, or that it cannot ask', async () => {
  expect((await diagnose(HERE, new AbortController().signal)).icmp).toBe(canPing ? true : null)
})

it('is over in two seconds where nobody answers', async () => {
  const startMs = performance.now()
  const found = await diagnose(NOBODY, new AbortController().signal)
  expect(found).toMatchObject({ tcp22: false, tcp443: false })
  expect(performance.now() - startMs).toBeLessThan(2_500)
})

it('is over at once when it is no longer wanted', async () => {
  const startMs = performance.now()
  const found = diagnose(NOBODY, AbortSignal.timeout(100))
  expect(await found).toMatchObject({ tcp22: false, tcp443: false })
  expect(performance.now() - startMs).toBeLessThan(600)
})
