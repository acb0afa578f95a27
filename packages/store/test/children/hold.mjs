// Opens a store to write and waits to be ended: node hold.mjs DIR
import { openStore } from '../../dist/index.js'

try {
  openStore({ dir: process.argv[2], mode: 'write' })
  process.stdout.write('open\n')
  setInterval(() => {}, 1000)
} catch (error) {
  process.stdout.write(`${error.code} ${error.exitCode}\n`)
}
