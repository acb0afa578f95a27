// Lives in one namespace: takes connections on every address, and opens one where it is told to.
import { connect, createServer } from 'node:net'

const server = createServer((socket) => {
  socket.on('error', () => {})
  socket.end('.')
})
server.listen(Number(process.argv[2]), '0.0.0.0', () => process.send('ready'))
process.once('disconnect', () => process.exit(0))

process.on('message', ({ id, address, port, timeoutMs }) => {
  const beganAt = performance.now()
  const socket = connect({ host: address, port })
  const answer = (ok) => {
    clearTimeout(timer)
    socket.destroy()
    process.send({ id, tookMs: ok ? performance.now() - beganAt : null })
  }
  const timer = setTimeout(() => answer(false), timeoutMs)
  socket.once('data', () => answer(true))
  socket.once('error', () => answer(false))
})
