// Runs an upgrade and ends it by kill -9 before step N, counted from 1; past the last step it ends by itself.
import { createServices, upgrade } from '../../dist/index.js'

const [root, bundle, cut] = process.argv.slice(2)
let count = 0
const step = () => {
  if (++count === Number(cut)) process.kill(process.pid, 'SIGKILL')
}
await upgrade(
  { root, bundle, services: createServices(root, 'process'), waitMs: 5_000, step },
  new AbortController().signal,
)
