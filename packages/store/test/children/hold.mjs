// Opens a store to write, as another user when one is named, and waits to be ended: node hold.mjs DIR [UID]
import { openStore } from '../../dist/index.js'

if (process.argv[3] !== undefined) process.setuid(Number(process.argv[3]))
try {
  openStore({ dir: process.argv[2], mode: 'write' })
  process.stdout.write('open\n')
  setInterval(() => {}, 1000)
} catch (error) {
  process.stdout.write(`${error.code} ${error.exitCode}\n`)
}
