import { createServer } from 'node:net'

/** Takes everything, and closes when the other side has ended. */
const server = createServer((socket) => {
  socket.on('error', () => socket.destroy())
  socket.resume()
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address !== null && typeof address === 'object') process.send?.(address.port)
})
process.once('disconnect', () => process.exit())
