import { fork } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'

// By way of dist, so that a test that imports the sources finds the compiled process too.
const PROCESS = fileURLToPath(new URL('../../dist/bounds/loopback-process.js', import.meta.url))
const BYTES = 256 * 2 ** 20
const CHUNK_BYTES = 64 * 1024
const TRIES = 3

/** Bytes per second of one plain TCP connection over loopback to another process: the best of a few tries. */
export async function loopbackBytesPerSecond(): Promise<number> {
  const sink = fork(PROCESS, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const gone = once(sink, 'exit')
  try {
    const [port] = (await once(sink, 'message')) as [number]
    let fastestMs = Number.POSITIVE_INFINITY
    for (let done = 0; done < TRIES; done++) fastestMs = Math.min(fastestMs, await pushMs(port))
    return (BYTES * 1000) / fastestMs
  } finally {
    sink.disconnect()
    await gone
  }
}

/** Until the other side has said that it has all. */
async function pushMs(port: number): Promise<number> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  const begunMs = performance.now()
  await fill(socket)
  socket.end()
  socket.resume()
  await once(socket, 'close')
  return performance.now() - begunMs
}

async function fill(socket: Socket): Promise<void> {
  const chunk = Buffer.alloc(CHUNK_BYTES)
  for (let sent = 0; sent < BYTES; sent += CHUNK_BYTES) {
    if (!socket.write(chunk)) await once(socket, 'drain')
  }
}
