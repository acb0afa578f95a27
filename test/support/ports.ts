import { createServer, type Server } from 'node:net'

export const LOOPBACK = '127.0.0.1'
/**
 * Below the range that Linux takes from for whoever names no port, and below the one of `montana devnet`: nobody gets
 * one of these by chance between the moment it is named and the moment its owner listens there.
 */
const FIRST = 10_240
const LAST = 16_383
const BLOCK = 64
const BLOCKS = Math.floor((LAST + 1 - FIRST) / BLOCK)

/** Of this process alone, as long as it lives. */
let block: Promise<Generator<number>> | undefined

/** `count` different ports on loopback on which nothing listens, and which no other process of tests is given. */
export async function freePorts(count: number): Promise<number[]> {
  block ??= reserve()
  const ports = await block
  const free: number[] = []
  for (let tried = 0; free.length < count && tried < BLOCK; tried++) {
    const port = ports.next().value
    if (await isFree(port)) free.push(port)
  }
  if (free.length < count) throw new Error(`fewer than ${count} free ports among ${BLOCK}`)
  return free
}

export async function freePort(): Promise<number> {
  const [port] = await freePorts(1)
  return port as number
}

/** The kernel gives a name without a file back with the process, however that ends. */
async function reserve(): Promise<Generator<number>> {
  // Not the block that was given back last: somebody may still ask for whom it had.
  for (let tried = 0; tried < BLOCKS; tried++) {
    const index = (process.pid + tried) % BLOCKS
    const held = await listening({ path: `\0montana-test-ports-${index}` })
    held?.unref()
    if (held) return around(FIRST + index * BLOCK)
  }
  throw new Error('every block of test ports is taken')
}

function* around(first: number): Generator<number> {
  for (let offset = 0; ; offset = (offset + 1) % BLOCK) yield first + offset
}

async function isFree(port: number): Promise<boolean> {
  const server = await listening({ port, host: LOOPBACK })
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)))
  return server !== undefined
}

/** Undefined where somebody listens already. */
function listening(where: { path: string } | { port: number; host: string }): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen(where, () => resolve(server))
  })
}
