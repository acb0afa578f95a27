import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { CONNECTIONS_MAX } from '../src/constants.js'
import { guardConnections } from '../src/http/connections.js'
import { ask } from './support/console.js'

/** A server that gives a connection without a byte so long. */
async function serving(firstByteMs: number): Promise<number> {
  const server = createServer((_, response) => response.end('ok'))
  guardConnections(server, firstByteMs)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    return new Promise<void>((resolve) => server.close(() => resolve()))
  })
  return (server.address() as AddressInfo).port
}

function opened(port: number): Socket {
  const socket = connect(port, '127.0.0.1').on('error', () => {})
  onTestFinished(() => {
    socket.destroy()
  })
  return socket
}

it('ends connections on which nothing comes: they make place for who asks', async () => {
  const port = await serving(300)
  const silent = Array.from({ length: CONNECTIONS_MAX }, () => opened(port))
  await Promise.all(silent.map((socket) => new Promise((resolve) => socket.once('close', resolve))))
  expect((await ask(`http://127.0.0.1:${port}/`)).text).toBe('ok')
})

it('leaves one that has said something to the limits of requests', async () => {
  const port = await serving(100)
  const talking = opened(port)
  talking.write('GET / HTTP/1.1\r\n')
  await new Promise((resolve) => opened(port).once('close', resolve))
  talking.write('host: localhost\r\n\r\n')
  expect(String(await new Promise((resolve) => talking.once('data', resolve)))).toContain('200 OK')
})
